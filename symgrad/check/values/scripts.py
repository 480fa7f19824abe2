"""A base with scripts: entries, powers, transposes, brackets of Iverson, the delta of Kronecker, norms."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np

from ...tex.syntax import Frac, Group, Node, Number, Product, Relation, Scripted, Sum, Symbol, Tuple
from ..names.conditions import INDICATORS
from ..names.names import is_transpose, items, negative_transpose, spelled
from ..names.table import IllTyped, Quantity, Unclear
from .arrays import Array
from .context import Environment, Eye, Ones, Overrides, Value, by_entries, raised, settled
from .functions import BY_NAME, apply
from .jets import Jet
from .linear import transposed
from .quantities import entries, occurrence
from .whole import conjunction, whole


def scripted(m, node: Scripted, env: Environment) -> Value:
    """`base_{sub}^{sup}`: what the base is decides what the scripts mean."""
    if node.primes and spelled(node) in env.indices:
        return m.a.integers(env.indices[spelled(node)])
    if isinstance(node.base, Symbol) and spelled(node.base) in env.indices and node.sub is None and not node.primes:
        return powered(m, m.a.integers(env.indices[spelled(node.base)]), node.sup, env, node)
    found = m.trial.table.find(node)
    if found is not None and not (found.quantity.key in m.trial.table.sizes and not found.quantity.definitions):
        value = occurrence(m, found, env, node)
        if found.primes:
            value = _primed(value, found.primes, node)
        return powered(m, value, found.sup, env, node)
    for special in (_indicator, _delta, _unit_matrix, _norm, _e_power, _size):
        value = special(m, node, env)
        if value is not None:
            return value
    if isinstance(node.base, Symbol):
        if spelled(node.base) in ("bf:1", "bb:1") and node.sub is None:
            return powered(m, m.value(node.base, env), node.sup, env, node)
        raise Unclear(f"{spelled(node)} is not declared", node)
    if is_bar(node):
        return evaluated(m, node, env)
    if is_list(node.base) and node.sub is None and is_transpose(node.sup):
        return m.value(node.base, env)  # `(a, b, c)ᵀ` is the column that `(a, b, c)` is taken for
    if node.primes and node.sub is None:
        changed = m.primed(node.base, node.primes, env, node)
        if changed is not None:
            return powered(m, changed, node.sup, env, node)
    return with_scripts(m, m.value(node.base, env), node, env)


def is_list(node: Node) -> bool:
    """`(a, b, c)`."""
    return isinstance(node, Group) and node.left in ("(", "[") and isinstance(node.body, Tuple)


def is_bar(node: Node) -> bool:
    """`f(t)|_{t = 0}`."""
    if not isinstance(node, Scripted) or not isinstance(node.base, Group):
        return False
    return (node.base.left, node.base.right) == ("", "|") and isinstance(node.sub, Relation | Tuple)


def evaluated(m, node: Scripted, env: Environment) -> Value:
    """The value at a place: `t = 0`, or `x = a, y = b`."""
    assert isinstance(node.base, Group), "is_bar"
    places = node.sub.items if isinstance(node.sub, Tuple) else (node.sub,)
    at: Overrides = {}
    for place in places:
        if not isinstance(place, Relation) or place.relations != ("=",):
            raise Unclear("a place is `name = value`", node)
        name, value = place.sides
        found = m.trial.table.find(name) if isinstance(name, Symbol) else None
        if found is None:
            raise Unclear(f"{spelled(name)} is not declared", node)
        at[found.quantity.key, ()] = m.array(value, env)
    return powered(m, m.value(node.base.body, env.with_overrides(at)), node.sup, env, node)


def _primed(value, primes, node):
    if primes == 1 and len(value.shape) == 2:
        return transposed(value)
    raise Unclear(f"what {spelled(node)} is, is not declared", node)


def with_scripts(m, value: Value, node: Scripted, env: Environment) -> Value:
    """The entry, then the power, of a value that is no name: `(W x)_i^2`, `f(x)'`."""
    if node.sub is not None:
        array = settled(m.a, value, None, node)
        value = entries(m, array, items(node.sub), env, node, 0, Quantity(spelled(node.base)))
    if node.primes:
        value = _primed(value, node.primes, node)
    return powered(m, value, node.sup, env, node)


def powered(m, value: Value, sup: Node | None, env: Environment, node: Node) -> Value:
    """`^2`, `^{-1}`, `^\\top`, `^{-\\top}`, `^{1/2}`, `^n`, `^{\\odot 2}`."""
    if sup is None:
        return value
    if is_transpose(sup) and isinstance(value, Ones):
        return replace(value, row=not value.row)
    if is_transpose(sup) and isinstance(value, Eye):
        return value
    if is_transpose(sup) and isinstance(value, Jet) and value.shape != ():
        return transposed(value)
    if is_transpose(sup) and isinstance(sup, Symbol) and sup.name != "T":
        return value
    if negative_transpose(sup):
        inverse = raised(m.a, value, -1, node)
        return transposed(inverse) if isinstance(inverse, Jet) else inverse
    entry = _entry_power(sup)
    if entry is not None and isinstance(value, Jet):
        return by_entries(value, lambda x: m.a.power(x, entry))
    return _power(m, value, sup, env, node)


def _power(m, value, sup, env, node):
    try:
        exponent = whole(m.trial, sup, env)
    except Unclear:
        return _real_power(m, value, sup, env, node)
    if not exponent.dims:
        return raised(m.a, value, int(exponent.data), node)
    if not isinstance(value, Jet) or value.shape != ():
        raise Unclear("a matrix to the power of an index", node)
    result = m.a.number(0)
    for k in np.unique(exponent.data):
        result = m.a.choose(Array(exponent.dims, exponent.data == k), m.a.power(value, int(k)), result)
    return result


def _real_power(m, value, sup, env, node):
    if isinstance(value, Eye) or value.shape != ():
        raise Unclear("a power of an array that is no whole number", node)
    half = _half(sup)
    if half is not None:
        return m.a.power(apply(m.a, BY_NAME["sqrt"], value), half)
    exponent = m.number(sup, env)
    return apply(m.a, BY_NAME["exp"], m.a.multiply(exponent, apply(m.a, BY_NAME["log"], value)))


def _half(sup):
    """The numerator of an exponent in halves."""
    sign = 1
    if isinstance(sup, Sum) and len(sup.terms) == 1:
        sign, sup = (-1 if sup.terms[0][0] == "-" else 1), sup.terms[0][1]
    text = spelled_fraction(sup)
    return sign * int(text) if text is not None else None


def spelled_fraction(node: Node) -> int | None:
    """k of `k/2`."""
    if isinstance(node, Number) and (node.value * 2).denominator == 1:
        return int(node.value * 2)
    match node:
        case Frac(above=Number() as above, below=Number() as below) if below.value == 2:
            return int(above.value)
        case Product(factors=((_, Number() as above), (_, Number() as below))) if below.value == 2:
            return int(above.value)
    return None


def _entry_power(sup):
    """`∘2`, `⊙2`, `⊙−1`: entry by entry."""
    if not isinstance(sup, Product):
        return None
    (op, first), *rest = sup.factors
    if op in SIGNS and not rest:
        return _whole(first)
    if isinstance(first, Symbol) and first.name in SIGNS and len(rest) == 1 and rest[0][0] == "":
        return _whole(rest[0][1])
    return None


SIGNS = ("odot", "circ")


def _whole(node):
    if isinstance(node, Sum) and len(node.terms) == 1 and node.terms[0][0] == "-":
        value = _whole(node.terms[0][1])
        return -value if value is not None else None
    return int(node.value) if isinstance(node, Number) and node.value.denominator == 1 else None


def _indicator(m, node, env):
    """`1_{k = i}`, `\\mathbb 1_{x > 0}`, and `\\mathbf 1_n`, a column of ones."""
    base = node.base
    named = isinstance(base, Symbol) and base.name in INDICATORS and (base.font in ("bb", "bf") or base.name == "chi")
    one = isinstance(base, Number) and base.value == 1
    if not (named or one) or node.sub is None:
        return None
    if isinstance(node.sub, Relation) or (isinstance(node.sub, Group) and isinstance(node.sub.body, Relation)):
        return powered(m, truth(m, node.sub, env), node.sup, env, node)
    if isinstance(base, Symbol) and base.name == "1":
        ones = m.a.integers(Array((), np.ones((m.trial.size(node.sub), 1), np.int64)))
        return powered(m, ones, node.sup, env, node)
    return None


def truth(m, node: Node, env: Environment) -> Jet:
    """1 where a condition holds, 0 elsewhere."""
    where = m.condition(node, env)
    return m.a.integers(Array(where.dims, where.data.astype(np.int64)))


def _delta(m, node, env):
    """`δ_{ij}`: 1 where the indices are equal."""
    if not (isinstance(node.base, Symbol) and node.base.name == "delta" and node.sub is not None):
        return None
    above = items(node.sup) if node.sup is not None and not isinstance(node.sup, Number) else ()
    indices = [whole(m.trial, index, env) for index in (*above, *items(node.sub))]
    if len(indices) < 2:
        return None
    same = conjunction(_equal(a, b) for a, b in pairwise(indices))
    return m.a.integers(Array(same.dims, same.data.astype(np.int64)))


def _equal(a, b):
    from_dims = tuple(dict.fromkeys((*a.dims, *b.dims)))
    return Array(from_dims, a.over(from_dims) == b.over(from_dims))


def _unit_matrix(m, node, env):
    """`I_n`."""
    base = node.base
    if not (isinstance(base, Symbol) and base.name == "I" and base.font in ("", "bf", "bb") and node.sub is not None):
        return None
    if len(items(node.sub)) == 2 and all(spelled(i) in env.indices for i in items(node.sub)):
        return m.a.integers(_as_int(_equal(*(whole(m.trial, i, env) for i in items(node.sub)))))
    from_size = m.trial.size(node.sub)
    return settled(m.a, Eye(m.a.number(1)), from_size, node)


def _as_int(array):
    return Array(array.dims, array.data.astype(np.int64))


def _norm(m, node, env):
    """`‖x‖`, `‖x‖_2^2`, `‖A‖_F^2`, `‖x‖_1`: an even power of a root needs no root."""
    if not (isinstance(node.base, Group) and node.base.left == "‖"):
        return None
    kind = spelled(node.sub).strip("()")
    value = m.array(node.base.body, env)
    if kind == "1" and (value.shape == () or 1 in value.shape):
        total = m.everything(by_entries(value, lambda x: apply(m.a, BY_NAME["abs"], x)))
        return powered(m, total, node.sup, env, node)
    square = _weighted(m, value, node, env, kind)
    exponent = node.sup.value if isinstance(node.sup, Number) else None
    if exponent is not None and exponent % 2 == 0:
        return m.a.power(square, int(exponent / 2))
    return powered(m, apply(m.a, BY_NAME["sqrt"], square), node.sup, env, node)


def _weighted(m, value, node, env, kind):
    if kind in ("", "2", "F", "mathrmF", "fro", "ℓ2") and (
        kind not in ("", "2") or value.shape == () or 1 in value.shape
    ):
        return m.square_norm(value)
    if kind in ("", "2"):
        raise Unclear("the norm of a matrix: ‖A‖_F is the root of the sum of squares", node)
    found = m.trial.table.find(node.sub) if isinstance(node.sub, Symbol | Scripted) else None
    if found is None:
        raise Unclear(f"the norm ‖·‖_{kind}", node)
    weight = m.array(node.sub, env)
    if len(weight.shape) != 2 or weight.shape[0] != value.shape[0]:
        raise IllTyped("the weight of the norm does not fit", node)
    return m.as_number(m.a.matmul(m.a.matmul(transposed(value), weight), value))


def _e_power(m, node, env):
    """`e^{x}`."""
    if not (isinstance(node.base, Symbol) and node.base.name == "e" and node.sub is None and node.sup is not None):
        return None
    value = m.array(node.sup, env)
    return by_entries(value, lambda x: apply(m.a, BY_NAME["exp"], x))


def _size(m, node, env):
    """`n_l` as a number."""
    if (
        isinstance(node.base, Symbol)
        and spelled(node.base) in m.trial.table.sizes
        and not env.indices.keys() & {spelled(node.base)}
    ):
        if node.sub is None:
            return powered(m, m.a.number(m.trial.named_size(spelled(node.base), {})), node.sup, env, node)
        return m.a.number(m.trial.size(node, m.members(env)))
    if isinstance(node.base, Symbol) and spelled(node.base) in env.indices and node.sub is None:
        return powered(m, m.a.integers(env.indices[spelled(node.base)]), node.sup, env, node)
    return None
