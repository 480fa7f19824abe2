"""Fractions as long as they can be, then numbers of fifty digits; and the values of SymPy's expressions in them."""

from __future__ import annotations

import math
from fractions import Fraction

import sympy as sp
from sympy import Expr, Rational

from ..errors import EvaluationError
from ..expr.spaces import EXACT
from .oracle import MP

BITS = 2_000
"""A longer fraction is rounded to fifty digits."""


def bits(value) -> int:
    return value.numerator.bit_length() + value.denominator.bit_length()


def alike(values):
    """All fractions, or all numbers of fifty digits."""
    exact = all(isinstance(v, (int, Fraction)) and bits(v) <= BITS for v in values)
    return values if exact else [MP.take(v) for v in values]


def total(values):
    return sum(alike(values))


def product(values):
    return math.prod(alike(values))


def power(base, exponent):
    """`base ** exponent`, exact where it can be; one that is no real number is refused."""
    if base == 0 and exponent < 0:
        raise EvaluationError("division by zero")
    whole = isinstance(base, Fraction) and isinstance(exponent, Fraction) and exponent.denominator == 1
    if whole and bits(base) * abs(exponent) <= BITS:
        return base ** int(exponent)
    value = MP.power(MP.take(base), MP.take(exponent))
    if value != value:
        raise EvaluationError(f"a power of the negative number {float(base)} is not real")
    return value


SYMPY = {
    getattr(sp, name): name
    for name in (
        *("exp", "log", "sin", "cos", "tan", "cot", "sec", "asin", "acos", "atan", "atan2", "sign"),
        *("sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "erf", "erfc"),
    )
}
SYMPY[sp.Abs] = "fabs"
"""SymPy's functions by the names that mpmath gives them."""


def computed(e: Expr, at: dict, known: dict):
    """The value of a SymPy expression where its symbols have values; `known` remembers those of its parts."""
    if e not in known:
        known[e] = _computed(e, at, known)
    return known[e]


def _computed(e, at, known):
    if e.is_Symbol:
        return at[e]
    if isinstance(e, Rational):
        return EXACT.constant(e)
    if e.is_NumberSymbol:
        return MP.constant(e)
    parts = [computed(a, at, known) for a in e.args]
    for kind, join in JOINS:
        if isinstance(e, kind):
            return join(parts)
    if e.func not in SYMPY:
        raise EvaluationError(f"no value is known for {e.func.__name__}")
    return getattr(MP.functions, SYMPY[e.func])(*map(MP.take, parts))


JOINS = ((sp.Add, total), (sp.Mul, product), (sp.Pow, lambda parts: power(*parts)))
