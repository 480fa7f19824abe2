"""Indices and sizes. An index carries its range, `0 <= i < i.size`, so that a bracket that always holds can vanish."""

from __future__ import annotations

import itertools
from fractions import Fraction
from functools import lru_cache

from sympy import Expr, Integer, Rational, Symbol

_fresh = itertools.count(10**9)


class Index(Symbol):
    """An index `letter` that runs over `0 .. size-1`. Two indices are the same when letter, number and size are.

    The letter is for reading, the number keeps bound indices apart: numbers from 10⁹ on are handed out once.

    >>> i = Index("i", param("n")); i, i.size, i == Index("i", param("n")), i == fresh(i)
    (i, n, True, False)
    """

    letter: str
    number: int
    size: Expr

    def __new__(cls, letter: str, size, number: int = 0):
        return _index(letter, expression(size), number)

    def _hashable_content(self):
        return (self.name, self.size)

    @property
    def free_symbols(self):
        return {self}

    def __getnewargs_ex__(self):
        return (self.letter, self.size, self.number), {}

    def __reduce__(self):
        return Index, (self.letter, self.size, self.number)

    def sort_key(self, order=None):
        return self.class_key(), (2, (self.name, str(self.size))), Integer(1).sort_key(), Integer(1)


@lru_cache(maxsize=200_000)
def _index(letter, size, number):
    self = Symbol.__xnew__(Index, f"{letter}_{number}" if number else letter, integer=True, nonnegative=True)
    self.letter, self.number, self.size = letter, number, size
    return self


def fresh(index: Index) -> Index:
    """The same index under a name that occurs nowhere else."""
    return Index(index.letter, index.size, next(_fresh))


@lru_cache(maxsize=50_000)
def param(name: str) -> Symbol:
    """A symbolic size, stride or padding: an integer >= 0."""
    return Symbol(name, integer=True, nonnegative=True)


def expression(value) -> Expr:
    """A Python number or a SymPy expression as an exact SymPy expression; a float is taken as the decimal it prints as.

    >>> expression(0.1), expression(3)
    (1/10, 3)
    """
    if isinstance(value, Expr):
        return value
    if isinstance(value, bool) or value is None:
        raise TypeError(f"not a number: {value!r}")
    if isinstance(value, int):
        return Integer(value)
    if isinstance(value, Fraction):
        return Rational(value.numerator, value.denominator)
    if hasattr(value, "__index__"):
        return Integer(value.__index__())
    if hasattr(value, "__float__") and not isinstance(value, str):
        return exact(float(value))
    raise TypeError(f"not a number: {value!r}")


def exact(value: float) -> Expr:
    """The shortest decimal that reads as `value`, as a rational; infinities and NaN have none and are refused."""
    if value != value or value in (float("inf"), float("-inf")):
        raise ValueError(f"{value} is not a number an expression can hold exactly")
    return Rational(repr(value))
