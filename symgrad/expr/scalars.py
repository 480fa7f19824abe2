"""What a row of ELEMENTWISE holds, and the words in which its derivatives are written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sympy import Expr, Function, Rational, Symbol

from .nodes import Compare

KINK = Symbol("κ", real=True)
"""Stands in a derivative for the share that a kink gives; a convention puts a number in its place."""


NONE = Rational(0)


@dataclass(frozen=True)
class Elementwise:
    """A function of scalars: its derivatives by formula, its value, how it is written and where it is defined.

    `derivatives[k](*x, y)` is the partial by the k-th argument in terms of the inputs and the output y, with `KINK` for
    the value at a kink. `value(m, *x)` computes it with the functions of `m` (math, mpmath, …), stable for large |x|;
    it compares `x.real`, so that complex numbers pass where the function is analytic. `definition(*x)` says it in
    SymPy's own functions, branches as one Piecewise at the top, and shares nothing with `derivatives`. `parameters`
    names the arguments after the first with their defaults (None: has to be given). `kernel` is NumPy text with {0},
    {1} for arguments that are names. `domain` is an interval of the arguments in which samples are drawn. `kinks` are
    the points where there is no derivative, and `kink` is the default for `KINK`: PyTorch's.
    """

    name: str
    head: type
    derivatives: tuple[Callable[..., Expr], ...]
    value: Callable
    definition: Callable[..., Expr]
    latex: str = ""
    kernel: str = ""
    domain: tuple[float, float] = (-3.0, 3.0)
    kinks: tuple = ()
    kink: Rational = NONE
    aliases: tuple[str, ...] = ()
    parameters: tuple[tuple[str, Rational | None], ...] = ()

    def __str__(self):
        return self.name

    @property
    def arity(self) -> int:
        return len(self.derivatives)


class Scalar(Function):
    """A function that symgrad defines; it stays whole, SymPy evaluates nothing in it."""

    is_real = True
    is_commutative = True

    def fdiff(self, argindex=1):
        raise NotImplementedError("derivatives are rows of ELEMENTWISE")


def scalar(name: str, arity: int, module: str = __name__) -> type[Scalar]:
    """A new SymPy function class of the given number of arguments; `module` holds it under its name, for pickling."""
    return type(name, (Scalar,), {"nargs": arity, "__module__": module, "__slots__": ()})


def above(x, y):
    """`[x > y]`."""
    return Compare(">", x, y)


def upto(x, y):
    """`[x ≯ y]`, the bracket that is 1 where `above` is 0."""
    return Compare("!>", x, y)


def equal(x, y):
    """`[x = y]`."""
    return Compare("==", x, y)


def positive(x):
    """`[x > 0]`."""
    return above(x, 0)


def zero(x):
    """`[x = 0]`."""
    return equal(x, 0)


def between(x, lo, hi):
    """`[lo < x < hi]`, and κ at the two borders.

    >>> x = Symbol("x"); between(x, 0, 6).xreplace({KINK: 1}), between(x, 0, 6).xreplace({KINK: 0})
    (Compare(>=, 6, x)*Compare(>=, x, 0), Compare(>, 6, x)*Compare(>, x, 0))
    """
    return KINK * Compare(">=", x, lo) * Compare(">=", hi, x) + (1 - KINK) * above(x, lo) * above(hi, x)
