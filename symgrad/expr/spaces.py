"""Spaces: what numbers are. `FLOAT` are IEEE doubles, `EXACT` fractions; `Precise(digits)` (precise.py) mpmath's.

An oracle brings its own (dual numbers, tracked expressions). Numbers are compared by their `real`, which all have.
"""

from __future__ import annotations

import math
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

from sympy import Expr, Rational, integer_nthroot

from ..errors import EvaluationError
from .nodes import HOLDS


class Space:
    """How numbers are taken in, joined and compared. Plain integers are numbers of every space."""

    name = "numbers"
    functions: Any = None

    def take(self, value):
        """A Python number as a number of this space."""
        raise NotImplementedError

    def constant(self, value: Expr):
        """An exact rational, or π or E, as a number of this space."""
        raise NotImplementedError

    def power(self, base, exponent):
        """`base ** exponent`, of numbers of this space."""
        raise NotImplementedError

    def call(self, row, args):
        """The function of a row of ELEMENTWISE, at numbers of this space."""
        return row.value(self.functions, *args)

    def sum(self, values):
        return sum(values)

    def product(self, values):
        return math.prod(values)

    def finite(self, value) -> bool:
        """Neither infinite nor NaN."""
        return value - value == 0

    def holds(self, relation: str, a, b) -> bool:
        return bool(HOLDS[relation](a.real, b.real))

    def extreme(self, best, values):
        """The first largest (`best=max`) or smallest of the values; NaN where there is one."""
        return next((v for v in values if v != v), best(values, key=lambda v: v.real))


POLES = {("log", 0): -math.inf, ("log2", 0): -math.inf, ("log10", 0): -math.inf, ("log1p", -1): -math.inf}
POLES |= {("atanh", 1): math.inf, ("atanh", -1): -math.inf}
NAMES = (
    *("exp", "expm1", "log", "log1p", "log2", "log10", "sqrt", "erf", "erfc", "atan2", "hypot"),
    *("sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh"),
)


def _total(name, f):
    """A function of `math` that answers as NumPy does where `math` raises: `exp(800)` is inf, `log(-1)` is NaN."""

    def function(*x):
        try:
            return f(*x)
        except OverflowError:
            return math.copysign(math.inf, x[0]) if name == "sinh" else math.inf
        except ValueError:
            return POLES.get((name, x[0]), math.nan)

    return function


class _Float(Space):
    """IEEE doubles with NumPy's meaning: `exp(800)` is inf, `log(0)` is −inf, `log(-1)` is nan."""

    name = "float"
    functions = SimpleNamespace(pi=math.pi, **{name: _total(name, getattr(math, name)) for name in NAMES})
    functions.exp2 = _total("exp2", lambda x: math.pow(2.0, x))

    def take(self, value):
        try:
            return float(plain(value))
        except OverflowError:
            return math.inf if value > 0 else -math.inf

    def constant(self, value):
        return float(value)

    def power(self, base, exponent):
        try:
            return math.pow(base, exponent)
        except (OverflowError, ValueError):  # too large, a pole, or no real number
            odd = math.fmod(exponent, 2) in (1, -1)
            return math.nan if base < 0 and not exponent.is_integer() else math.copysign(math.inf, base if odd else 1)


LONGEST = 1_000_000
"""Bits of an exact power."""


class _Exact(Space):
    """Fractions. A function that leaves the rationals is refused."""

    name = "exact"

    def __init__(self):
        self.functions = _Rational()

    def take(self, value):
        value = plain(value)
        if isinstance(value, float):
            if not math.isfinite(value):
                raise EvaluationError(f"{value} is not rational", hint="evaluate in floating point")
            return decimal(value)
        return Fraction(value)

    def constant(self, value):
        if not isinstance(value, Rational):
            raise EvaluationError(f"{value} is not rational", hint="evaluate in floating point")
        return Fraction(int(value.p), int(value.q))

    def power(self, base, exponent):
        if base == 0 and exponent < 0:
            raise EvaluationError("division by zero")
        if max(abs(base.numerator), base.denominator).bit_length() * abs(exponent) > LONGEST:
            raise EvaluationError(f"a power of more than {LONGEST} bits", hint="evaluate in floating point")
        if exponent.denominator == 1:
            return base ** int(exponent)
        root = _root(base, exponent.denominator)
        if root is None:
            raise EvaluationError(f"({base})**({exponent}) is not rational", hint="evaluate in floating point")
        return root**exponent.numerator


def _root(x: Fraction, n: int) -> Fraction | None:
    """The n-th root where it is rational. Of integers, which SymPy's power would factor."""
    if x < 0:
        return None
    (above, exact), (below, too) = (integer_nthroot(part, n) for part in (x.numerator, x.denominator))
    return Fraction(int(above), int(below)) if exact and too else None


ZERO_AT_ZERO = ("sin", "tan", "asin", "atan", "sinh", "tanh", "asinh", "atanh", "erf", "expm1", "log1p", "sqrt")
ONE_AT_ZERO = ("exp", "exp2", "cos", "cosh", "erfc")
ZERO_AT_ONE = ("log", "log2", "log10", "acos", "acosh")
KNOWN = {
    **{(name, 0): 0 for name in ZERO_AT_ZERO},
    **{(name, 0): 1 for name in ONE_AT_ZERO},
    **{(name, 1): 0 for name in ZERO_AT_ONE},
}


def _rational_value(name, *x):
    if len(x) == 1 and (name, x[0]) in KNOWN:
        return Fraction(KNOWN[name, x[0]])
    raise EvaluationError(f"{name}({', '.join(map(str, x))}) is not rational", hint="evaluate in floating point")


class _Rational:
    """No function is rational, except at the few points where the value is known to be."""

    def __getattr__(self, name):
        return lambda *x: _rational_value(name, *x)

    @property
    def pi(self):
        raise EvaluationError("π is not rational", hint="evaluate in floating point")


def plain(value):
    """A number as an int, a float or a Fraction; text, None and complex numbers are none."""
    if isinstance(value, (int, float, Fraction)):
        return value
    if isinstance(value, Rational):
        return Fraction(int(value.p), int(value.q))
    if hasattr(value, "__index__"):
        return int(value)
    if hasattr(value, "__float__") and not isinstance(value, (Expr, complex)):
        return float(value)
    raise EvaluationError(f"not a number: {value!r}")


def decimal(value: float) -> Fraction:
    """The shortest decimal that reads as this float: 0.1 is one tenth."""
    return Fraction(repr(float(value)))


FLOAT, EXACT = _Float(), _Exact()
