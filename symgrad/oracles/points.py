"""Points: values of indices, and of what depends on them, as vectors with one entry for each point of a grid."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache, reduce
from operator import mul
from types import SimpleNamespace
from typing import Any

from sympy import Add, Expr, Mul, Pow, Symbol

from ..errors import EvaluationError, LimitError
from ..expr.affine import Quo, Rem
from ..extras import optional

POINTS = 2_000_000
"""Points of a grid, reductions included."""
PEAK = 2 / math.sqrt(math.pi)
"""The derivative of erf at 0."""


@lru_cache(maxsize=1)
def autograd() -> SimpleNamespace:
    """What is used of autograd, with `erf` and `erfc`, whose own versions need SciPy."""
    np, extend = optional("autograd.numpy"), optional("autograd.extend")
    if np is None or extend is None:
        raise EvaluationError("autograd is not installed", hint="python -m pip install autograd")
    found = SimpleNamespace(
        np=np, numpy=optional("numpy"), core=optional("autograd.core"), tracer=optional("autograd.tracer")
    )
    for name, slope in (("erf", PEAK), ("erfc", -PEAK)):
        value = extend.primitive(np.vectorize(getattr(math, name), otypes=[float]))
        extend.defvjp(value, lambda y, x, c=slope: lambda g: g * c * np.exp(-x * x))
        setattr(found, name, value)
    return found


@dataclass(frozen=True)
class Points:
    """Values of indices (and of the arguments of a definition) at so many points, one vector each."""

    at: dict[Symbol, Any]
    count: int
    params: Mapping[Symbol, int]

    def where(self, kept) -> Points:
        """Those at a vector of places."""
        return Points({s: v[kept] for s, v in self.at.items()}, len(kept), self.params)

    def times(self, sizes: dict) -> Points:
        """Each point with all values of further indices, which run fastest, the last one first."""
        np, count = autograd().np, math.prod(sizes.values())
        if self.count * count > POINTS:
            raise LimitError(f"a grid of {self.count * count} points; autograd is tried up to {POINTS}")
        grid = np.indices(tuple(sizes.values())).reshape(len(sizes), count)
        found = {s: np.repeat(v, count) for s, v in self.at.items()}
        found.update({i: np.tile(g, self.count) for i, g in zip(sizes, grid, strict=True)})
        return Points(found, self.count * count, self.params)

    # Index maps: pairs (p, q) of integers, for p/q.

    def ratio(self, e: Expr) -> tuple[Any, Any]:
        """The value of an expression of indices and sizes."""
        if e.is_Rational:
            return int(e.p), int(e.q)
        if e in self.at or e in self.params:
            return self.at.get(e, self.params.get(e)), 1
        parts = [self.ratio(a) for a in e.args]
        for kind, join in RATIOS:
            if parts and isinstance(e, kind):
                return join(parts)
        raise EvaluationError(f"{e} is not an index map of known sizes")

    def integer(self, e: Expr):
        """The value of an index map."""
        p, q = self.ratio(e)
        if autograd().np.any(p % q):
            raise EvaluationError(f"{e} is not an integer")
        return p // q


def _plus(parts):
    p, q = 0, 1
    for a, b in parts:
        p, q = p * b + a * q, q * b
    return p, q


def _times(parts):
    return reduce(mul, [p for p, _ in parts]), reduce(mul, [q for _, q in parts])


def _power(parts):
    (p, q), (n, one) = parts
    if one != 1 or (n < 0 and p == 0):
        raise EvaluationError("an index map divides by 0")
    return (p**n, q**n) if n >= 0 else (q**-n, p**-n)


def _floor(parts):
    (a, b), (c, d) = parts
    if c * d <= 0:
        raise EvaluationError("an index map divides by a number that is not positive")
    return (a * d) // (b * c), 1


def _rest(parts):
    whole, _ = _floor(parts)
    return _plus([parts[0], _times([(-whole, 1), parts[1]])])


RATIOS = ((Add, _plus), (Mul, _times), (Pow, _power), (Quo, _floor), (Rem, _rest))
