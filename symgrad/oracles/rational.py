"""RATIONAL: dual numbers over fractions. Exact, and defined for what is built of + − × ÷ and comparisons.

A dual number `v + Σ_k d_k ε_k` with ε_k ε_l = 0 carries the derivative by every entry of `wrt` as the coefficient of
its ε; to evaluate f with entries `x_k + ε_k` is the definition of the derivative, written out in plain loops.
"""

from __future__ import annotations

from fractions import Fraction
from functools import reduce

from ..errors import EvaluationError, LimitError
from ..expr.arrays import Array
from ..expr.evaluate import evaluate
from ..expr.spaces import EXACT
from .oracle import Found, KinkError, Oracle, starting_point
from .ordered import Carrier, CarrierSpace

BITS = 50_000


class Dual(Carrier):
    """`value + Σ_k parts[k] ε_k`; a part that is 0 is not stored."""

    __slots__ = ("parts", "value")

    def __init__(self, value: Fraction, parts: dict):
        if value.numerator.bit_length() + value.denominator.bit_length() > BITS:
            raise LimitError(f"a fraction of more than {BITS} bits, too large to be exact")
        self.value, self.parts = value, parts

    def __repr__(self):
        return f"Dual({self.value}, {self.parts})"

    @property
    def space(self):
        return DUALS

    def same_slope(self, other) -> bool:
        return self.parts == other.parts

    def __add__(self, other):
        return weighted(((1, self), (1, DUALS.take(other))))

    def __sub__(self, other):
        return weighted(((1, self), (-1, DUALS.take(other))))

    def __rsub__(self, other):
        return weighted(((1, DUALS.take(other)), (-1, self)))

    def __neg__(self):
        return Dual(-self.value, {k: -d for k, d in self.parts.items()})

    def __mul__(self, other):
        other = DUALS.take(other)
        parts = scaled(((other.value, self), (self.value, other)))
        return Dual(self.value * other.value, parts)

    def __truediv__(self, other):
        return self * DUALS.power(DUALS.take(other), Dual(Fraction(-1), {}))

    def __rtruediv__(self, other):
        return DUALS.take(other) / self

    __radd__, __rmul__ = __add__, __mul__


def scaled(terms) -> dict:
    """`Σ_t c_t d_t` of the derivatives alone."""
    parts: dict = {}
    for c, x in terms:
        for k, d in x.parts.items():
            parts[k] = parts.get(k, 0) + c * d
    return {k: d for k, d in parts.items() if d}


def weighted(terms) -> Dual:
    """`Σ_t c_t x_t`."""
    return Dual(sum((c * x.value for c, x in terms), Fraction(0)), scaled(terms))


class _Duals(CarrierSpace):
    """Dual numbers over fractions."""

    name = "dual"

    def __init__(self):
        self.functions = _OfConstants()

    def take(self, value):
        return value if isinstance(value, Dual) else Dual(EXACT.take(value), {})

    def constant(self, value):
        return Dual(EXACT.constant(value), {})

    def sum(self, values):
        return weighted([(1, self.take(v)) for v in values])

    def product(self, values):
        return reduce(lambda a, b: a * b, values, 1)

    def power(self, base, exponent):
        """`(b + d ε)ⁿ = bⁿ + n bⁿ⁻¹ d ε`."""
        if exponent.parts:
            raise EvaluationError(f"a power with a variable exponent is not rational: {exponent.value}")
        n = exponent.value
        if base.value == 0 and 0 < n < 1:
            raise KinkError(f"the point lies at a kink: 0 to the power {n}")
        if not base.parts or n == 0:
            return Dual(EXACT.power(base.value, n), {})
        slope = n * EXACT.power(base.value, n - 1)
        return Dual(EXACT.power(base.value, n), {k: slope * d for k, d in base.parts.items() if slope})


class _OfConstants:
    """The functions of fractions, for numbers that carry no derivative."""

    def __getattr__(self, name):
        exact = getattr(EXACT.functions, name)

        def function(*x):
            numbers = [DUALS.take(v) for v in x]
            if any(v.parts for v in numbers):
                raise EvaluationError(
                    f"{name} is not rational", hint="take an oracle that is not confined to fractions"
                )
            return Dual(exact(*(v.value for v in numbers)), {})

        return function


DUALS = _Duals()


def jacobian(f, wrt, values) -> Found:
    """`∂f/∂wrt`, exactly; raises EvaluationError where a value is not rational."""
    start = starting_point(wrt, values, EXACT)
    seeded = Array(start.shape, [Dual(v, {k: Fraction(1)}) for k, v in enumerate(start)])
    out = evaluate(f, {**values, wrt: seeded}, DUALS)
    if not all(isinstance(y, Dual) for y in out):
        raise EvaluationError("a value is not finite")
    data = [y.parts.get(k, Fraction(0)) for y in out for k in range(len(start))]
    return Found(Array((*out.shape, *start.shape), data))


RATIONAL = Oracle("rational", jacobian)
