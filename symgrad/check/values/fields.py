"""The numbers in which a step is evaluated: floats to nominate, remainders to prove, fractions and intervals to refute.

`FLOAT` is quick and says only where to look. In `Modular` a rational step is exact: two sides that agree at random
points of a field of 2³¹ elements are equal, but for a chance of (degree / 2³¹) a point (Schwartz 1980, Zippel 1979).
`EXACT` holds fractions, and `BALLS` intervals that contain the true value: two that do not overlap are different,
without a doubt.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from mpmath import iv

PRIME = 2**31 - 1


class NotExact(Exception):
    """A number system cannot say: an order among remainders, exp of a fraction, a division by 0."""


class Singular(NotExact):
    """A division by 0: a matrix without an inverse at these sizes."""


class Float:
    """IEEE double precision."""

    name = "float"
    ordered = True

    def number(self, value) -> np.ndarray:
        """A fraction as a number of this system."""
        return np.asarray(float(Fraction(value)))

    def numbers(self, integers: np.ndarray) -> np.ndarray:
        """Whole numbers as numbers of this system."""
        return integers.astype(float)

    def add(self, a, b):
        with np.errstate(all="ignore"):
            return a + b

    def multiply(self, a, b):
        with np.errstate(all="ignore"):
            return a * b

    def negative(self, a):
        return -a

    def divide(self, a, b):
        with np.errstate(all="ignore"):
            return a / b

    def matmul(self, a, b):
        with np.errstate(all="ignore"):
            return a @ b

    def sum(self, a, axes):
        return a.sum(axis=axes)

    def prod(self, a, axes):
        return a.prod(axis=axes)

    def less(self, a, b) -> np.ndarray:
        return a < b

    def equal(self, a, b) -> np.ndarray:
        return np.abs(a - b) <= 1e-9 * (1 + np.abs(a))

    def power(self, a, exponent: int):
        """A whole power, not negative."""
        return a**exponent


class Exact(Float):
    """Fractions, in arrays of objects."""

    name = "exact"

    def number(self, value):
        return np.asarray(Fraction(value), dtype=object)

    def numbers(self, integers):
        return np.vectorize(Fraction, otypes=[object])(integers) if integers.size else integers.astype(object)

    def divide(self, a, b):
        try:
            return a / b
        except ZeroDivisionError:
            raise Singular("a division by 0") from None

    def less(self, a, b):
        return (a < b).astype(bool)

    def equal(self, a, b):
        return (a == b).astype(bool)


class Modular(Float):
    """Remainders by a prime: exact, without an order."""

    name = "modular"
    ordered = False

    def __init__(self, prime: int = PRIME):
        self.prime = prime

    def number(self, value):
        value = Fraction(value)
        return np.asarray(value.numerator * pow(value.denominator, -1, self.prime) % self.prime, dtype=np.int64)

    def numbers(self, integers):
        return integers.astype(np.int64) % self.prime

    def add(self, a, b):
        return (a + b) % self.prime

    def multiply(self, a, b):
        return a * b % self.prime

    def negative(self, a):
        return -a % self.prime

    def divide(self, a, b):
        if not np.all(b):
            raise Singular("a division by 0")
        return a * self.power(b, self.prime - 2) % self.prime

    def power(self, a, exponent):
        result, square = np.ones_like(a), a
        while exponent:
            if exponent & 1:
                result = result * square % self.prime
            square = square * square % self.prime
            exponent >>= 1
        return result

    def matmul(self, a, b):
        return (a[..., :, :, None] * b[..., None, :, :] % self.prime).sum(axis=-2) % self.prime

    def sum(self, a, axes):
        return a.sum(axis=axes) % self.prime

    def prod(self, a, axes):
        for axis in sorted((k % a.ndim for k in axes), reverse=True):
            parts = np.moveaxis(a, axis, 0)
            a = np.ones_like(parts[0]) if len(parts) else np.ones(parts.shape[1:], np.int64)
            for part in parts:
                a = a * part % self.prime
        return a

    def less(self, a, b):
        raise NotExact("an order")

    def equal(self, a, b):
        return a == b


class Balls(Exact):
    """Intervals of mpmath with outward rounding: the true value lies inside."""

    name = "balls"

    def __init__(self, digits: int = 50):
        self.digits = digits

    def number(self, value):
        value = Fraction(value)
        return np.asarray(self._ball(value), dtype=object)

    def _ball(self, value):
        iv.dps = self.digits
        return iv.mpf(value.numerator) / value.denominator

    def numbers(self, integers):
        turned = np.vectorize(lambda k: self._ball(Fraction(int(k))), otypes=[object])
        return turned(integers) if integers.size else integers.astype(object)

    def divide(self, a, b):
        b = np.asarray(b, dtype=object)
        if any(0 in entry for entry in b.flat):
            raise NotExact("a division by an interval around 0")
        return a / b

    def less(self, a, b):
        return _decided(np.asarray(b - a, dtype=object))

    def equal(self, a, b):
        gap = np.asarray(a - b, dtype=object)
        return np.array([_zero(entry) for entry in gap.flat], bool).reshape(gap.shape)


def _decided(gap):
    """Whether each entry is above 0; an interval that holds 0 does not say."""
    out = np.zeros(gap.shape, bool)
    for place, entry in np.ndenumerate(gap):
        if entry.a > 0:
            out[place] = True
        elif entry.b > 0 or (0 in entry and entry.a != entry.b):
            raise NotExact("an order within rounding")
    return out


def _zero(entry):
    if 0 not in entry:
        return False
    if entry.a == entry.b:
        return True
    raise NotExact("an equality within rounding")


FLOAT, EXACT = Float(), Exact()
