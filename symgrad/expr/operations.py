"""Elementwise operations: arithmetic, comparisons and the functions of ELEMENTWISE, with NumPy's broadcasting."""

from __future__ import annotations

from difflib import get_close_matches
from functools import lru_cache, partial
from types import MappingProxyType

from sympy import Rational, pi, sqrt

from ..errors import OptionError, SymgradError, UnknownNameError
from .axes import broadcast, build, running, spread
from .constants import operand
from .elementwise import BY_NAME, Elementwise
from .nodes import Compare
from .tensors import Tensor, rename


def zero(x):
    """`[x = 0]`."""
    return Compare("==", x, 0)


def nonzero(x):
    """`[x ≠ 0]`."""
    return Compare("!=", x, 0)


def quotient(x, y):
    """`x / y`; a division by the number 0 has no value."""
    if y == 0:
        raise SymgradError("division by zero", hint="the divisor is the constant 0")
    return x / y


def power(x, y):
    """`x ** y`."""
    return quotient(1, x) if x == 0 and y.is_negative else x**y


# A name and its formula in numbers; `Compare` is 0/1-valued.
FORMULAS = MappingProxyType(
    {
        "add": lambda x, y: x + y,
        "subtract": lambda x, y: x - y,
        "multiply": lambda x, y: x * y,
        "divide": quotient,
        "power": power,
        "negative": lambda x: -x,
        "positive": lambda x: x,
        "conjugate": lambda x: x,
        "square": lambda x: x**2,
        "reciprocal": lambda x: quotient(1, x),
        "sqrt": lambda x: sqrt(x),
        "rsqrt": lambda x: x ** Rational(-1, 2),
        "deg2rad": lambda x: x * pi / 180,
        "rad2deg": lambda x: x * 180 / pi,
        "greater": lambda x, y: Compare(">", x, y),
        "greater_equal": lambda x, y: Compare(">=", x, y),
        "less": lambda x, y: Compare(">", y, x),
        "less_equal": lambda x, y: Compare(">=", y, x),
        "equal": lambda x, y: Compare("==", x, y),
        "not_equal": lambda x, y: Compare("!=", x, y),
        "logical_not": zero,
        "logical_and": lambda x, y: nonzero(x) * nonzero(y),
        "logical_or": lambda x, y: 1 - zero(x) * zero(y),
        "logical_xor": lambda x, y: nonzero(x) * zero(y) + zero(x) * nonzero(y),
        "heaviside": lambda x, h: Compare(">", x, 0) + h * zero(x),
        "where": lambda c, x, y: nonzero(c) * x + zero(c) * y,
    }
)
# Other names, NumPy's and Python's, of the same functions.
SPELLINGS = MappingProxyType(
    {
        "true_divide": "divide",
        "float_power": "power",
        "pow": "power",
        "conj": "conjugate",
        "radians": "deg2rad",
        "degrees": "rad2deg",
        "bitwise_and": "logical_and",
        "bitwise_or": "logical_or",
        "bitwise_xor": "logical_xor",
        "invert": "logical_not",
    }
)
NAMES = tuple(dict.fromkeys((*BY_NAME, *FORMULAS, *SPELLINGS)))


def elementwise(name: str, *arguments, **parameters) -> Tensor:
    """`out[i, …] = name(x[i, …], …)` for tensors, numbers and small arrays, of a function by its name.

    The last arguments may be given by name (`slope=0.1`) where the function has names for them, or left to defaults.

    >>> from symgrad.expr.tensors import input_tensor
    >>> x = input_tensor("x", (3,)); elementwise("sigmoid", x).equation, elementwise("multiply", x, 0.5).equation
    (((i,), sigmoid(x[i])), ((i,), x[i]/2))
    """
    if parameters:
        arguments += _by_name(name, arguments, parameters)
    if all(type(a) is Tensor for a in arguments):
        return build(_pointwise, arguments, name)
    found = tuple(_argument(name, a) for a in arguments)
    pattern = tuple(None if isinstance(a, Tensor) else a for a in found)
    return build(_pointwise, tuple(a for a in found if isinstance(a, Tensor)), name, pattern)


def _argument(name, value):
    found = operand(value)
    if found is None:
        raise OptionError(f"{name}: {value!r} is not a tensor, a number or an array of numbers")
    return found


def _pointwise(shapes, name, pattern=None):
    pattern = (None,) * len(shapes) if pattern is None else pattern
    free, entries = _aligned(name, shapes)
    entries = iter(entries)
    return free, formula(name, len(pattern))(*(next(entries) if p is None else p for p in pattern))


def _aligned(name, shapes):
    free = running(broadcast(name, *shapes))
    return free, [spread(k, shape, free) for k, shape in enumerate(shapes)]


@lru_cache(maxsize=1000)
def formula(name: str, count: int):
    """The function of `count` entries that has this name; unknown names and wrong counts of arguments are refused.

    >>> formula("silu", 1), formula("reluu", 1)
    Traceback (most recent call last):
        ...
    symgrad.errors.UnknownNameError: no function reluu
    did you mean relu or relu6 or elu?
    """
    found = lookup(name)
    if not isinstance(found, Elementwise):
        return _counted(name, count, found.__code__.co_argcount, found)
    left = found.parameters[count - 1 :] if count else found.parameters
    rest = tuple(default for _, default in left if default is not None)
    head = _counted(name, count + len(rest), found.arity, found.head)
    return partial(_completed, head, rest) if rest else head


def _completed(head, rest, *x):
    return head(*x, *rest)


def lookup(name: str):
    """The row or the formula of a name in any of its spellings."""
    for known in (name, SPELLINGS.get(name, name)):
        if known in BY_NAME or known in FORMULAS:
            return BY_NAME.get(known) or FORMULAS[known]
    raise unknown(name, NAMES)


def _by_name(name, arguments, parameters):
    """Parameters given by name, in their order."""
    row = lookup(name)
    left = row.parameters[len(arguments) - 1 :] if isinstance(row, Elementwise) else ()
    for given in parameters:
        if given not in dict(left):
            raise OptionError(
                f"{name} takes no {given}=", hint=f"it takes {', '.join(n for n, _ in left) or 'none by name'}"
            )
    return tuple(parameters.get(n, default) for n, default in left)


def _counted(name, count, arity, function):
    if count != arity:
        raise OptionError(f"{name} takes {arity} argument{'s' * (arity > 1)}, {count} given")
    return function


def unknown(name: str, known) -> UnknownNameError:
    """No function has this name; the nearest that exist."""
    near = get_close_matches(name, known, n=3, cutoff=0.65)
    return UnknownNameError(f"no function {name}", hint=f"did you mean {' or '.join(near)}?" if near else "")


def where(condition, x, y) -> Tensor:
    """`[c] x + [not c] y`: x where the condition holds (is not 0), y elsewhere, whatever the other one is there.

    >>> from symgrad.expr.tensors import input_tensor
    >>> x = input_tensor("x", (3,)); where(elementwise("greater", x, 0), x, 0).equation
    ((i,), Compare(>, x[i], 0)*x[i])
    """
    condition, x, y = (_argument("where", a) for a in (condition, x, y))
    if not _is_comparison(condition):
        return elementwise("where", condition, x, y)
    branches = tuple(None if isinstance(a, Tensor) else a for a in (x, y))
    operands = (*condition.operands, *(a for a in (x, y) if isinstance(a, Tensor)))
    return build(_where, operands, condition.template, condition.binding, branches)


def _is_comparison(t):
    return isinstance(t, Tensor) and not t.name and t.template is not None and isinstance(t.template.body, Compare)


def _where(shapes, tmpl, binding, branches):
    """The comparison's own bracket instead of `[c ≠ 0]` of its value."""
    names = dict(zip(tmpl.params, binding, strict=True))
    shape = tuple(n.xreplace(names) for n in tmpl.shape)
    rest = shapes[len(tmpl.slots) :]
    free = running(broadcast("where", shape, *rest))
    inner = (rename(i, names) for i in tmpl.free)
    placed = dict(zip(inner, spread(0, shape, free).where, strict=True))
    holds = rename(tmpl.body, names).xreplace(placed)
    entries = (spread(len(tmpl.slots) + k, s, free) for k, s in enumerate(rest))
    x, y = (next(entries) if b is None else b for b in branches)
    return free, holds * x + holds.negated() * y
