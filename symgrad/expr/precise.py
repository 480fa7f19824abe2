"""The space of mpmath's numbers: as many digits as one wants, real or complex."""

from __future__ import annotations

import math
from functools import lru_cache

import mpmath
from sympy import Rational

from ..errors import EvaluationError
from .spaces import Space, decimal, plain


class _Functions(mpmath.MPContext):
    """mpmath's functions under the names of `math`, analytic in complex numbers."""

    def exp2(self, x):
        return self.exp(x * self.ln2)

    def log2(self, x):
        return self.log(x) / self.ln2

    def hypot(self, x, y):
        return self.sqrt(x * x + y * y)

    def atan2(self, y, x):
        angle = mpmath.MPContext.atan2(self, y.real, x.real)
        if not y.imag and not x.imag:
            return angle
        turned = self.mpc(x.real, -y.real) * (x + self.j * y)  # by that angle, so that what is left is near 0
        return angle + self.log(turned / (self.hypot(x.real, y.real) * self.hypot(x, y))) / self.j


HUGE = mpmath.mpf(10) ** 300


class Precise(Space):
    """mpmath numbers of the given number of decimal digits, real or complex; NaN where a real has no real value."""

    name = "precise"

    def __init__(self, digits: int = 50):
        self.functions = _Functions()
        self.functions.dps = digits

    def take(self, value):
        if isinstance(value, (mpmath.mpf, mpmath.mpc)) or hasattr(value, "_mpf_") or hasattr(value, "_mpc_"):
            return self.functions.convert(value)
        value = plain(value)
        if isinstance(value, float):
            if not math.isfinite(value):
                return self.functions.mpf(value)
            value = decimal(value)
        return self.functions.mpf(value.numerator) / value.denominator

    def constant(self, value):
        if isinstance(value, Rational):
            return self.functions.mpf(int(value.p)) / int(value.q)
        return self.functions.convert(value.evalf(self.functions.dps + 10))

    def power(self, base, exponent):
        m = self.functions
        self.within(base, exponent)
        if base == 0 and exponent.real < 0:
            return m.inf
        if m.isint(exponent):
            return base ** int(exponent.real)
        if isinstance(base, m.mpf) and base < 0:
            return m.nan
        return m.power(base, exponent)

    def within(self, *numbers):
        """Refuse towers of exponentials: mpmath would compute them, if it takes all memory."""
        if any(abs(x.real) > HUGE and self.finite(x.real) for x in numbers):
            raise EvaluationError("a number beyond 10³⁰⁰ under a function", hint="give smaller values")

    def call(self, row, args):
        self.within(*args)
        value = row.value(self.functions, *args)
        real = isinstance(value, self.functions.mpc) and not any(isinstance(x, self.functions.mpc) for x in args)
        return self.functions.nan if real else value


@lru_cache(maxsize=8)
def precise(digits: int = 50) -> Precise:
    """The space of that many digits."""
    return Precise(digits)
