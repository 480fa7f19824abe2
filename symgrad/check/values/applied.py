"""Functions with a name: of numbers, of matrices, of vectors; and functions that a document leaves open."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from itertools import count
from zlib import crc32

import numpy as np

from ...tex.syntax import Node, Number, Scripted, Symbol
from ..names.names import is_transpose, items, plain, spelled
from ..names.table import Found, IllTyped, Quantity, Unclear
from .arrays import Array
from .big import larger
from .blocks import below, column
from .context import Environment, Eye, Value, by_all_entries, by_entries
from .functions import BY_NAME, apply
from .jets import Jet
from .library import COMPOSED, SPELLINGS
from .linear import determinant, diagonal, diagonal_matrix, stacked, trace
from .quantities import application
from .scripts import powered

_tags = count(1)
ACTIVATIONS = frozenset(("sigma", "phi", "psi", "rho", "g", "h", "s", "f", "a"))


@dataclass(frozen=True, eq=False)
class Head:
    """A function as written: `σ'`, `\\tanh^2`, `f_i`."""

    name: str
    found: Found | None = None
    sup: Node | None = None
    sub: Node | None = None
    primes: int = 0

    @property
    def quantity(self) -> Quantity | None:
        """The function of the document, if it is one."""
        return self.found.quantity if self.found else None


def function_of(m, node: Node) -> Head | None:
    """The function that a factor names, if it does."""
    found = m.trial.table.find(node)
    if found is not None:
        return Head(found.quantity.key, found, found.sup, None, found.primes) if found.quantity.is_function else None
    base = node.base if isinstance(node, Scripted) else node
    if (
        not isinstance(base, Symbol)
        or base.accents
        or base.name not in FUNCTIONS
        or base.font not in ("", "rm", "it", "bf", "sf")
    ):
        return None
    if isinstance(node, Scripted):
        return Head(base.name, None, node.sup, node.sub, node.primes)
    return Head(base.name)


def apply_function(m, work: Callable, head: Head, arguments: tuple[Node, ...], env: Environment, node: Node) -> Value:
    """A named function of its arguments; `tanh^2 x` is the square of each entry."""
    if head.primes:
        return _derived(m, work, head, arguments, env, node)
    value = work(m, head, arguments, env, node)
    if head.sup is None:
        return value
    if isinstance(head.sup, Number) and isinstance(value, Jet):
        exponent = int(head.sup.value)
        return by_entries(value, lambda x: m.a.power(x, exponent))
    if is_transpose(head.sup):
        return powered(m, value, head.sup, env, node)
    raise Unclear(f"what {spelled(node)} is", node)


def _derived(m, work, head, arguments, env, node):
    """`f'(x)`: along x."""
    if len(arguments) != 1 or (head.name not in BY_NAME and head.name not in ALIASES):
        raise Unclear(f"the derivative of {head.name}", node)
    row = BY_NAME[ALIASES.get(head.name, head.name)]
    return by_entries(m.array(arguments[0], env), lambda x: _slope(m, lambda u: apply(m.a, row, u), x, head.primes))


def _slope(m, function, x: Jet, times: int) -> Jet:
    if times == 0:
        return function(x)
    tag = f"'{next(_tags)}"
    along = Jet({**x.parts, frozenset((tag,)): Array((), m.trial.field.number(1))})
    return _slope(m, function, along, times - 1).along(tag) or m.a.number(0)


def apply_quantity(m, head: Head, arguments: list[Jet], env: Environment, node: Node) -> Value:
    """A function of the document, or its derivative."""
    q = head.quantity
    assert q is not None and head.found is not None
    if head.primes:
        if len(arguments) != 1:
            raise Unclear(f"the derivative of {q.key} by which argument", node)
        of = lambda x: _function(m, q, (x,), env, node, head.found.indices)  # noqa: E731
        value: Value = by_entries(arguments[0], lambda x: _slope(m, of, x, head.primes))
    else:
        value = _function(m, q, tuple(arguments), env, node, head.found.indices)
    if head.found.indices and isinstance(value, Jet) and not any(d.pattern for d in q.definitions):
        value = m.entries(value, head.found.indices, env, node, q)
    return powered(m, value, head.sup, env, node)


def _function(m, q, arguments, env, node, indices):
    return application(m, q, arguments, env, node, indices) if q.definitions else unknown(m, q, arguments)


def unknown(m, q: Quantity, arguments: tuple[Jet, ...]) -> Jet:
    """A function that the document leaves open, as a polynomial with coefficients at random.

    `f(x) = s + s²/3 + Σ_k (b_k x_k² + c_k x_k³)` with `s = Σ_k a_k x_k`; by entries for a function of numbers.
    """
    if q.takes is not None and q.sizes:
        parts = [Quantity(f"{q.key}.{k}", takes=None, properties={"open"}) for k in range(m.trial.size(q.sizes[0]))]
        return below(m, [unknown(m, part, arguments) for part in parts])
    if _entrywise(q) and len(arguments) == 1 and arguments[0].shape != ():
        return by_entries(arguments[0], lambda x: unknown(m, q, (x,)))
    rng = np.random.default_rng(crc32(q.key.encode()))
    a = m.a
    linear, rest = a.number(0), a.number(0)
    for x in arguments:
        weights = [a.integers(Array((), rng.integers(1, 9, x.shape or ()))) for _ in range(3)]
        square = a.multiply(x, x)
        linear = a.add(linear, m.everything(a.multiply(weights[0], x)))
        curved = a.add(a.multiply(weights[1], square), a.multiply(weights[2], a.multiply(square, x)))
        rest = a.add(rest, m.everything(curved))
    bent = a.multiply(a.number("1/3"), a.multiply(linear, linear))
    return a.multiply(a.number("1/8"), a.add(a.add(linear, bent), rest))


def _entrywise(q):
    """Activations are functions of numbers; what has declared arguments is a function of them."""
    return "entrywise" in q.properties or (
        not q.arguments and "open" not in q.properties and plain(q.key) in ACTIVATIONS
    )


def _of_numbers(name):
    def work(m, head, arguments, env, node):
        if len(arguments) != 1:
            raise Unclear(f"{name} takes one argument", node)
        row = BY_NAME[name]
        value = by_entries(m.array(arguments[0], env), lambda x: apply(m.a, row, x))
        if head.sub is not None:
            return _in_base(m, head, value, env, node)
        return value

    return work


def _composed(name, arity, function):
    """A function of the library, of numbers or entry by entry of one array."""

    def work(m, head, arguments, env, node):
        if len(arguments) != arity or head.sub is not None:
            raise Unclear(f"{name} takes {arity} argument{'s' * (arity > 1)}", node)
        return by_all_entries([m.array(x, env) for x in arguments], lambda xs: function(m.a, *xs), node)

    return work


def _in_base(m, head, value, env, node):
    """`log_2 x`."""
    if BY_NAME.get(head.name) is not BY_NAME["log"]:
        raise Unclear(f"what {spelled(node)} is", node)
    return m.a.divide(value, apply(m.a, BY_NAME["log"], m.number(head.sub, env)))


def _of_matrix(function):
    def work(m, head, arguments, env, node):
        value = m.array(arguments[0], env) if len(arguments) == 1 else None
        if value is None or (value.shape != () and (len(value.shape) != 2 or value.shape[0] != value.shape[1])):
            raise IllTyped(f"{head.name} of what is no square matrix", node)
        return value if value.shape == () else function(m.a, value)

    return work


def _trace(m, head, arguments, env, node):
    return _of_matrix(trace)(m, head, arguments, env, node)


def _diag(m, head, arguments, env, node):
    value = m.array(arguments[0], env) if len(arguments) == 1 else column(m, arguments, env, node)
    if len(value.shape) != 2:
        raise IllTyped("diag of a number", node)
    return diagonal_matrix(m.a, value) if 1 in value.shape else diagonal(value)


def _vec(m, head, arguments, env, node):
    return stacked(m.array(arguments[0], env))


def _extreme(largest):
    def work(m, head, arguments, env, node):
        values = [m.array(x, env) for x in arguments]
        if len(values) == 1:
            raise Unclear(f"{head.name} of one argument: over which index?", node)
        return reduce(lambda x, y: pair(m, x, y, largest), values)

    return work


def pair(m, x: Jet, y: Jet, largest: bool) -> Jet:
    """`max(x, y)` or `min(x, y)`, entry by entry."""
    shape = np.broadcast_shapes(x.shape, y.shape)
    spread = lambda v: m.a.add(v, m.zeros(shape))  # noqa: E731
    x, y = spread(x), spread(y)
    if shape != ():
        return m.by_pairs(x, y, lambda u, v: pair(m, u, v, largest))
    wins = larger(m.a, x, y) if largest else larger(m.a, y, x)
    return m.a.choose(wins, x, y)


def _softmax(m, head, arguments, env, node):
    """`e^{z_i} / Σ_j e^{z_j}`."""
    z = m.array(arguments[0], env)
    if m.trial.table.by_rows and len(arguments) == 1 and _has_rows(m, arguments[0], z):
        return _softmax_of_rows(m, head, z, env, node)
    if len(arguments) != 1 or len(z.shape) != 2 or 1 not in z.shape:
        raise Unclear("softmax of what is no vector: along which axis?", node)
    powers = by_entries(z, lambda x: apply(m.a, BY_NAME["exp"], x))
    value = m.a.divide(powers, m.everything(powers))
    return m.entries(value, (head.sub,), env, node, None) if head.sub is not None else value


def _has_rows(m, node, z):
    """A matrix of one column is declared as such."""
    found = m.trial.table.find(node)
    declared = found is not None and not found.indices and len(found.quantity.sizes or ()) > 1
    return declared or len(z.shape) > 2 or z.shape[-1:] not in ((), (1,))


def _softmax_of_rows(m, head, z, env, node):
    powers = by_entries(z, lambda x: apply(m.a, BY_NAME["exp"], x))
    total = powers.map(lambda p: Array(p.dims, m.trial.field.sum(p.data, (-1,))[..., None]))
    value = m.a.multiply(powers, m.a.reciprocal(total))
    return m.entries(value, items(head.sub), env, node, None) if head.sub is not None else value


def _log_sum_exp(m, head, arguments, env, node):
    z = m.array(arguments[0], env)
    powers = by_entries(z, lambda x: apply(m.a, BY_NAME["exp"], x))
    return apply(m.a, BY_NAME["log"], m.everything(powers))


ALIASES = {
    "ln": "log",
    "sgn": "sign",
    "ReLU": "relu",
    "sigm": "sigmoid",
    "logistic": "sigmoid",
    "expit": "sigmoid",
    "sigma": "sigmoid",
    "atan": "arctan",
}
LIBRARY = {name: _composed(name, *row) for name, row in COMPOSED.items()}
FUNCTIONS: dict[str, Callable[..., Value]] = {
    **LIBRARY,
    **{alias: LIBRARY[name] for alias, name in SPELLINGS.items()},
    **{name: _of_numbers(name) for name in BY_NAME if name != "sqrt"},
    **{alias: _of_numbers(name) for alias, name in ALIASES.items()},
    **dict.fromkeys(("tr", "Tr", "trace"), _trace),
    "det": _of_matrix(determinant),
    **dict.fromkeys(("diag", "Diag"), _diag),
    "vec": _vec,
    "max": _extreme(True),
    "min": _extreme(False),
    "softmax": _softmax,
    **dict.fromkeys(("logsumexp", "LSE"), _log_sum_exp),
}
__all__ = ["FUNCTIONS", "Eye", "apply_function", "apply_quantity", "function_of", "unknown"]
