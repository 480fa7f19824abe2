"""Values as polynomials of one value with numbers for coefficients: `2 x + 3 x³` however it was put together."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import NamedTuple

from sympy import Expr, Integer, oo

from .program import Builder, Value

HIGHEST = 6
"""No power above this one is followed."""


class Polynomial(NamedTuple):
    """`Σ_k coefficients[k] base^k`; no coefficient is 0."""

    base: Value
    coefficients: dict[int, Expr]


def polynomial(v: Value) -> Polynomial | None:
    """v as a polynomial; of what is no sum or product with numbers it is v itself, None of two bases.

    >>> from sympy import Symbol
    >>> b = Builder(); x = b.value("input", (), ("x",), (Symbol("n"),))
    >>> polynomial(b.ufunc("add", b.ufunc("multiply", x, x), b.number(Integer(2)))).coefficients
    {2: 1, 0: 2}
    """
    return _polynomial(v, {})


def _polynomial(v, known):
    if v not in known:
        known[v] = _found(v, known)
    return known[v]


def _found(v, known):
    alone = Polynomial(v, {1: Integer(1)})
    if v.op != "ufunc" or v.options[0] not in RULES:
        return alone
    parts = [_side(a, known) for a in v.args]
    bases = {p.base for p in parts if isinstance(p, Polynomial)}
    if len(bases) != 1 or None in parts:
        return alone
    base = bases.pop()
    if base.shape != v.shape:
        return alone
    found = RULES[v.options[0]](*(p.coefficients if isinstance(p, Polynomial) else p for p in parts))
    found = None if found is None else {k: c for k, c in found.items() if c != 0}
    return Polynomial(base, found) if found and max(found) <= HIGHEST else alone


def _side(v, known):
    """A polynomial, or the coefficients of a number; None of an infinite one."""
    if v.op != "number":
        return _polynomial(v, known)
    e = v.options[0]
    e = Integer(e) if isinstance(e, int) else e
    return None if e in (oo, -oo) else {0: e}


def _sum(a, b):
    return {k: a.get(k, 0) + b.get(k, 0) for k in {**a, **b}}


def _times(a, b):
    terms = [{j + k: c * d} for j, c in a.items() for k, d in b.items()]
    return reduce(_sum, terms)


def _negative(a):
    return {k: -c for k, c in a.items()}


def _quotient(a, b):
    """Division by a number; by integers only where the reciprocal is exact, so that integers divide exactly."""
    if set(b) != {0} or not b[0].is_number:
        return None
    d = b[0]
    if d.is_Rational and not (d.is_Integer and d > 0 and int(d) & (int(d) - 1) == 0):
        return None
    return {k: c / d for k, c in a.items()}


RULES: dict[str, Callable] = {
    "add": _sum,
    "subtract": lambda a, b: _sum(a, _negative(b)),
    "multiply": _times,
    "negative": _negative,
    "divide": _quotient,
}


def spelled(at: Builder, p: Polynomial) -> Value | None:
    """The polynomial by Horner's rule in x², if nothing cancels: all powers even or all odd, and terms of one sign."""
    powers, values = sorted(p.coefficients), list(p.coefficients.values())
    one_sign = all(c.is_positive for c in values) or all(c.is_negative for c in values)
    if not powers[-1] or not one_sign or len({k % 2 for k in powers}) > 1:
        return None
    if len(powers) == 1:
        return scaled(at, values[0], power(at, p.base, powers[0]))
    square = power(at, p.base, 2)
    found = at.number(p.coefficients[powers[-1]])
    for k in range(powers[-1] - 2, powers[0] - 1, -2):
        found = at.ufunc("multiply", found, square)
        found = at.ufunc("add", at.number(p.coefficients[k]), found) if k in p.coefficients else found
    return at.ufunc("multiply", found, power(at, p.base, powers[0])) if powers[0] else found


def power(at: Builder, x: Value, k: int) -> Value:
    """`x^k` by products."""
    if k == 1:
        return x
    half = power(at, x, k // 2)
    square = at.ufunc("multiply", half, half)
    return at.ufunc("multiply", x, square) if k % 2 else square


def scaled(at: Builder, c: Expr, x: Value) -> Value:
    """`c x`."""
    if c == 1:
        return x
    return at.ufunc("negative", x) if c == -1 else at.ufunc("multiply", at.number(c), x)
