"""ELEMENTWISE: the scalar functions, one row each with every fact about it. To add a function, add a row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType

import sympy as sp
from sympy import Expr, Function, Rational, Symbol

from .nodes import Compare

KINK = Symbol("κ", real=True)
"""Stands in a derivative for the share that a kink gives; a convention puts a number in its place."""


@dataclass(frozen=True)
class Elementwise:
    """A function of scalars: its derivatives by formula, its value, how it is written and where it is defined.

    `derivatives[k](*x, y)` is the partial by the k-th argument in terms of the inputs and the output y, with `KINK` for
    the value at a kink. `value(m, *x)` computes it with the functions of `m` (math, mpmath, …), stable for large |x|.
    `definition(*x)` says it in SymPy's own functions and shares nothing with `derivatives`. `domain` is an interval of
    the first argument in which samples are drawn. `kink` is the default for `KINK`: PyTorch's.
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
    kink: Rational = Rational(0)
    aliases: tuple[str, ...] = ()

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


def scalar(name: str, arity: int) -> type[Scalar]:
    """A new SymPy function class of the given number of arguments."""
    return type(name, (Scalar,), {"nargs": arity, "__module__": __name__, "__slots__": ()})


def positive(x):
    """`[x > 0]`."""
    return Compare(">", x, 0)


def zero(x):
    """`[x = 0]`."""
    return Compare("==", x, 0)


sigmoid, relu = scalar("sigmoid", 1), scalar("relu", 1)
maximum, minimum = scalar("maximum", 2), scalar("minimum", 2)


def _sigmoid(m, x):
    if x < 0:
        e = m.exp(x)
        return e / (1 + e)
    return 1 / (1 + m.exp(-x))


ELEMENTWISE: tuple[Elementwise, ...] = (
    Elementwise("exp", sp.exp, (lambda x, y: y,), lambda m, x: m.exp(x), sp.exp, r"\exp", "np.exp({0})"),
    Elementwise("log", sp.log, (lambda x, y: 1 / x,), lambda m, x: m.log(x), sp.log, r"\log", "np.log({0})", (0.1, 4)),
    Elementwise("sin", sp.sin, (lambda x, y: sp.cos(x),), lambda m, x: m.sin(x), sp.sin, r"\sin", "np.sin({0})"),
    Elementwise("cos", sp.cos, (lambda x, y: -sp.sin(x),), lambda m, x: m.cos(x), sp.cos, r"\cos", "np.cos({0})"),
    Elementwise("tanh", sp.tanh, (lambda x, y: 1 - y**2,), lambda m, x: m.tanh(x), sp.tanh, r"\tanh", "np.tanh({0})"),
    Elementwise(
        "sigmoid",
        sigmoid,
        (lambda x, y: y * (1 - y),),
        _sigmoid,
        lambda x: 1 / (1 + sp.exp(-x)),
        r"\sigma",
        "1/(1 + np.exp(-{0}))",
        aliases=("σ",),
    ),
    Elementwise(
        "abs",
        sp.Abs,
        (lambda x, y: sp.sign(x) + KINK * zero(x),),
        lambda m, x: abs(x),
        lambda x: sp.Piecewise((x, x > 0), (-x, True)),
        r"\operatorname{abs}",
        "np.abs({0})",
        kinks=(0,),
        aliases=("absolute",),
    ),
    Elementwise(
        "sign",
        sp.sign,
        (lambda x, y: sp.Integer(0),),
        lambda m, x: x if x != x else (x > 0) - (x < 0),
        sp.sign,
        r"\operatorname{sign}",
        "np.sign({0})",
        kinks=(0,),
    ),
    Elementwise(
        "relu",
        relu,
        (lambda x, y: positive(x) + KINK * zero(x),),
        lambda m, x: x if x > 0 or x != x else x * 0,
        lambda x: sp.Piecewise((x, x > 0), (0, True)),
        r"\operatorname{relu}",
        "np.maximum({0}, 0)",
        kinks=(0,),
    ),
    Elementwise(
        "maximum",
        maximum,
        (
            lambda x, y, _: Compare(">", x, y) + KINK * Compare("==", x, y),
            lambda x, y, _: Compare(">", y, x) + (1 - KINK) * Compare("==", x, y),
        ),
        lambda m, x, y: x if x > y or x != x else y,
        lambda x, y: sp.Piecewise((x, x > y), (y, True)),
        r"\max",
        "np.maximum({0}, {1})",
        kinks=("x = y",),
        kink=Rational(1, 2),
    ),
    Elementwise(
        "minimum",
        minimum,
        (
            lambda x, y, _: Compare(">", y, x) + KINK * Compare("==", x, y),
            lambda x, y, _: Compare(">", x, y) + (1 - KINK) * Compare("==", x, y),
        ),
        lambda m, x, y: x if y > x or x != x else y,
        lambda x, y: sp.Piecewise((x, x < y), (y, True)),
        r"\min",
        "np.minimum({0}, {1})",
        kinks=("x = y",),
        kink=Rational(1, 2),
    ),
)

BY_NAME = MappingProxyType({name: row for row in ELEMENTWISE for name in (row.name, *row.aliases)})
BY_HEAD = MappingProxyType({row.head: row for row in ELEMENTWISE})

Number = int | Fraction | float
