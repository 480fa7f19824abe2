"""Functions of one number: value in each number system, and derivative. A table of its own: a judge shares no rule."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from zlib import crc32

import mpmath
import numpy as np
from mpmath import iv

from .arrays import Array
from .fields import Float, Modular, NotExact
from .jets import Algebra, Jet


@dataclass(frozen=True)
class Function:
    """`value` for floats, `ball` for intervals; `slope(algebra, x, y)` is f′(x), where y = f(x).

    `exact` is the function of fractions, where it has one; `low` and `high` bound the domain.
    """

    name: str
    value: Callable[[np.ndarray], np.ndarray]
    ball: Callable
    slope: Callable[[Algebra, Jet, Jet], Jet]
    exact: Callable | None = None
    low: float = -np.inf
    high: float = np.inf


def _stable_sigmoid(x):
    return 0.5 * (1 + np.tanh(x / 2))


def _one(a: Algebra) -> Jet:
    return a.number(1)


def _one_minus(a, x):
    return a.subtract(a.number(1), x)


def _square(a, x):
    return a.multiply(x, x)


def _of(name):
    return lambda a, x: apply(a, BY_NAME[name], x)


def _reciprocal_root(a, x):
    return a.reciprocal(apply(a, BY_NAME["sqrt"], x))


def _sign(x):
    return (x > 0) - (x < 0)


def _sign_ball(x):
    if x.a > 0 or x.b < 0:
        return iv.mpf(1 if x.a > 0 else -1)
    raise NotExact("a kink within rounding")


def _over_pi(a, x):
    two = apply(a, BY_NAME["exp"], a.negative(_square(a, x)))
    return a.multiply(two, a.divide(a.number(2), apply(a, BY_NAME["sqrt"], pi(a))))


def _no_factorial():
    raise NotExact("the factorial of what is no whole number, or its derivative")


def pi(a: Algebra) -> Jet:
    """The number π; an unknown where there are no real numbers."""
    if isinstance(a.field, Float) and a.field.name == "float":
        return Jet({frozenset(): Array((), np.asarray(np.pi))})
    if a.field.name == "balls":
        a.field.number(1)
        return Jet({frozenset(): Array((), np.asarray(+iv.pi, dtype=object))})
    if isinstance(a.field, Modular):
        return Jet({frozenset(): Array((), _unknown("pi", np.asarray(3, np.int64), a.field.prime))})
    raise NotExact("π")


ROWS = (
    Function("exp", np.exp, iv.exp, lambda a, x, y: y),
    Function("log", np.log, iv.log, lambda a, x, y: a.reciprocal(x), low=0),
    Function("sqrt", np.sqrt, iv.sqrt, lambda a, x, y: a.divide(a.number("1/2"), y), low=0),
    Function("sin", np.sin, iv.sin, lambda a, x, y: _of("cos")(a, x)),
    Function("cos", np.cos, iv.cos, lambda a, x, y: a.negative(_of("sin")(a, x))),
    Function("tan", np.tan, lambda x: iv.sin(x) / iv.cos(x), lambda a, x, y: a.add(_one(a), _square(a, y))),
    Function(
        "tanh",
        np.tanh,
        lambda x: 1 - 2 / (iv.exp(2 * x) + 1),
        lambda a, x, y: _one_minus(a, _square(a, y)),
    ),
    Function("sinh", np.sinh, lambda x: (iv.exp(x) - iv.exp(-x)) / 2, lambda a, x, y: _of("cosh")(a, x)),
    Function("cosh", np.cosh, lambda x: (iv.exp(x) + iv.exp(-x)) / 2, lambda a, x, y: _of("sinh")(a, x)),
    Function(
        "sigmoid",
        _stable_sigmoid,
        lambda x: 1 / (1 + iv.exp(-x)),
        lambda a, x, y: a.multiply(y, _one_minus(a, y)),
    ),
    Function(
        "softplus", lambda x: np.logaddexp(0, x), lambda x: iv.log(1 + iv.exp(x)), lambda a, x, y: _of("sigmoid")(a, x)
    ),
    Function(
        "arcsin",
        np.arcsin,
        lambda x: _unary(mpmath.asin, x),
        lambda a, x, y: _reciprocal_root(a, _one_minus(a, _square(a, x))),
        low=-1,
        high=1,
    ),
    Function(
        "arccos",
        np.arccos,
        lambda x: _falling(mpmath.acos, x),
        lambda a, x, y: a.negative(_reciprocal_root(a, _one_minus(a, _square(a, x)))),
        low=-1,
        high=1,
    ),
    Function(
        "arcsinh",
        np.arcsinh,
        lambda x: _unary(mpmath.asinh, x),
        lambda a, x, y: _reciprocal_root(a, a.add(_square(a, x), _one(a))),
    ),
    Function(
        "arccosh",
        np.arccosh,
        lambda x: _unary(mpmath.acosh, x),
        lambda a, x, y: _reciprocal_root(a, a.subtract(_square(a, x), _one(a))),
        low=1,
    ),
    Function(
        "arctanh",
        np.arctanh,
        lambda x: _unary(mpmath.atanh, x),
        lambda a, x, y: a.reciprocal(_one_minus(a, _square(a, x))),
        low=-1,
        high=1,
    ),
    Function(
        "arctan",
        np.arctan,
        lambda x: _unary(mpmath.atan, x),
        lambda a, x, y: a.reciprocal(a.add(_one(a), _square(a, x))),
    ),
    Function(
        "erf",
        np.vectorize(lambda x: float(mpmath.erf(x)), otypes=[float]),
        lambda x: _unary(mpmath.erf, x),
        lambda a, x, y: _over_pi(a, x),
    ),
    Function(
        "factorial",
        np.vectorize(lambda x: float(mpmath.gamma(x + 1)), otypes=[float]),
        lambda x: iv.mpf(mpmath.factorial(int(x.a))) if x.a == x.b == int(x.a) else _no_factorial(),
        lambda a, x, y: _no_factorial(),
        low=-1,
    ),
    Function("abs", np.abs, abs, lambda a, x, y: _of("sign")(a, x), exact=abs),
    Function("sign", np.sign, _sign_ball, lambda a, x, y: a.number(0), exact=_sign),
    Function(
        "relu",
        lambda x: np.maximum(x, 0),
        lambda x: x * (1 + _sign_ball(x)) / 2,
        lambda a, x, y: a.multiply(a.number("1/2"), a.add(_one(a), _of("sign")(a, x))),
        exact=lambda x: max(x, 0),
    ),
)
BY_NAME = {row.name: row for row in ROWS}


def _unary(function, x):
    """A growing function of an interval, by its ends, a digit wider than rounding."""
    low, high = function(mpmath.mpf(x.a)), function(mpmath.mpf(x.b))
    slack = mpmath.mpf(10) ** (3 - mpmath.mp.dps)
    return iv.mpf([low - slack, high + slack])


def _falling(function, x):
    """The same of a falling function."""
    return -_unary(lambda u: -function(u), x)


def apply(algebra: Algebra, row: Function, x: Jet) -> Jet:
    """f(x) entry by entry, with its changes.

    Among remainders f is an unknown function: what holds for it holds for every function with this derivative.
    """
    return algebra.apply(x, lambda data: _values(algebra.field, row, data), lambda u, y: row.slope(algebra, u, y))


def _values(field, row, data):
    if field.name == "float":
        with np.errstate(all="ignore"):
            return np.asarray(row.value(data))
    if field.name == "modular":
        if row.exact is not None:
            raise NotExact("an order")
        return _unknown(row.name, data, field.prime)
    if field.name == "balls":
        return _each(data, lambda x: _inside(row, x))
    if row.exact is None:
        raise NotExact(f"{row.name} of a fraction")
    return _each(data, row.exact)


def _inside(row, x):
    if x.a <= row.low or x.b >= row.high:
        raise NotExact(f"{row.name} at the border of its domain")
    return row.ball(x)


def _each(data, function):
    data = np.asarray(data, dtype=object)
    out = np.empty(data.shape, object)
    for place, entry in np.ndenumerate(data):
        out[place] = function(entry)
    return out


def _unknown(name, data, prime):
    """A function with no structure: equal arguments give equal values, and that is all."""
    with np.errstate(over="ignore"):
        mixed = np.asarray(data).astype(np.uint64) + np.uint64(crc32(name.encode()))
        for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB), (31, 0x9E3779B97F4A7C15)):
            mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    return ((mixed >> np.uint64(11)) % np.uint64(prime)).astype(np.int64)
