"""KINKED: rows of ELEMENTWISE that are put together from pieces; κ is the share that stands at a border."""

from __future__ import annotations

import sympy as sp
from sympy import Integer, Piecewise, Rational

from .scalars import KINK, Elementwise, above, between, equal, positive, scalar, upto, zero

HALF = Rational(1, 2)


def new(name: str, arity: int = 1):
    return scalar(name, arity, __name__)


relu, relu6, hardtanh, hardsigmoid, hardswish = map(new, ("relu", "relu6", "hardtanh", "hardsigmoid", "hardswish"))
maximum, minimum, leaky_relu, clip = new("maximum", 2), new("minimum", 2), new("leaky_relu", 2), new("clip", 3)


class absolute(sp.Abs):
    """|x| of a real x. SymPy's own takes x for complex where it cannot tell: |exp(log x)| becomes exp(re(log x))."""

    @classmethod
    def eval(cls, arg):
        return sp.Abs(arg) if arg.is_number else None


def larger(m, x, y):
    return y if y.real > x.real or y != y else x


def smaller(m, x, y):
    return y if y.real < x.real or y != y else x


def clipped(m, x, lo, hi):
    return smaller(m, larger(m, x, lo), hi)


def signum(m, x):
    return x if x != x else (x.real > 0) - (x.real < 0)


KINKED: tuple[Elementwise, ...] = (
    Elementwise(
        "abs",
        absolute,
        derivatives=(lambda x, y: sp.sign(x) + KINK * zero(x),),
        value=lambda m, x: -x if x.real < 0 else x,
        definition=lambda x: Piecewise((x, x > 0), (-x, True)),
        latex=r"\operatorname{abs}",
        kernel="np.abs({0})",
        kinks=(0,),
        aliases=("absolute", "fabs", "Abs"),
    ),
    Elementwise(
        "sign",
        sp.sign,
        derivatives=(lambda x, y: Integer(0),),
        value=signum,
        definition=lambda x: Piecewise((1, x > 0), (-1, x < 0), (0, True)),
        latex=r"\operatorname{sign}",
        kernel="np.sign({0})",
        kinks=(0,),
        aliases=("sgn", "signum"),
    ),
    Elementwise(
        "maximum",
        maximum,
        derivatives=(
            lambda x, y, _: above(x, y) + KINK * equal(x, y),
            lambda x, y, _: above(y, x) + (1 - KINK) * equal(x, y),
        ),
        value=larger,
        definition=lambda x, y: Piecewise((x, x > y), (y, True)),
        latex=r"\max",
        kernel="np.maximum({0}, {1})",
        kinks=("x = y",),
        kink=HALF,
        aliases=("Max",),
    ),
    Elementwise(
        "minimum",
        minimum,
        derivatives=(
            lambda x, y, _: above(y, x) + KINK * equal(x, y),
            lambda x, y, _: above(x, y) + (1 - KINK) * equal(x, y),
        ),
        value=smaller,
        definition=lambda x, y: Piecewise((x, x < y), (y, True)),
        latex=r"\min",
        kernel="np.minimum({0}, {1})",
        kinks=("x = y",),
        kink=HALF,
        aliases=("Min",),
    ),
    Elementwise(
        "clip",  # min(max(x, lo), hi)
        clip,
        derivatives=(
            lambda x, lo, hi, y: between(x, lo, hi),
            lambda x, lo, hi, y: above(hi, lo) * (above(lo, x) + (1 - KINK) * equal(x, lo)),
            lambda x, lo, hi, y: upto(hi, lo) + above(hi, lo) * (above(x, hi) + (1 - KINK) * equal(x, hi)),
        ),
        value=clipped,
        definition=lambda x, lo, hi: Piecewise((hi, lo >= hi), (hi, x > hi), (lo, x < lo), (x, True)),
        latex=r"\operatorname{clip}",
        kernel="np.minimum(np.maximum({0}, {1}), {2})",
        kinks=("x = lo", "x = hi"),
        kink=Rational(1),
        aliases=("clamp",),
        parameters=(("lo", None), ("hi", None)),
    ),
    Elementwise(
        "relu",
        relu,
        derivatives=(lambda x, y: positive(x) + KINK * zero(x),),
        value=lambda m, x: 0 if x.real < 0 else x,
        definition=lambda x: Piecewise((x, x > 0), (0, True)),
        latex=r"\operatorname{relu}",
        kernel="np.maximum({0}, 0)",
        kinks=(0,),
    ),
    Elementwise(
        "relu6",
        relu6,
        derivatives=(lambda x, y: between(x, 0, 6),),
        value=lambda m, x: 0 if x.real < 0 else 6 if x.real > 6 else x,
        definition=lambda x: Piecewise((0, x < 0), (6, x > 6), (x, True)),
        latex=r"\operatorname{relu6}",
        kernel="np.minimum(np.maximum({0}, 0), 6)",
        domain=(-2.0, 8.0),
        kinks=(0, 6),
    ),
    Elementwise(
        "leaky_relu",
        leaky_relu,
        derivatives=(
            lambda x, a, y: positive(x) + a * upto(x, 0) + KINK * (1 - a) * zero(x),
            lambda x, a, y: minimum(x, 0),
        ),
        value=lambda m, x, a: a * x if x.real < 0 else x,
        definition=lambda x, a: Piecewise((x, x > 0), (a * x, True)),
        latex=r"\operatorname{leaky\_relu}",
        kernel="np.where({0} > 0, {0}, {1}*{0})",
        kinks=(0,),
        aliases=("leakyrelu",),
        parameters=(("slope", Rational(1, 100)),),
    ),
    Elementwise(
        "hardtanh",
        hardtanh,
        derivatives=(lambda x, y: between(x, -1, 1),),
        value=lambda m, x: -1 if x.real < -1 else 1 if x.real > 1 else x,
        definition=lambda x: Piecewise((-1, x < -1), (1, x > 1), (x, True)),
        latex=r"\operatorname{hardtanh}",
        kernel="np.minimum(np.maximum({0}, -1), 1)",
        kinks=(-1, 1),
        aliases=("hard_tanh",),
    ),
    Elementwise(
        "hardsigmoid",
        hardsigmoid,
        derivatives=(lambda x, y: between(x, -3, 3) / 6,),
        value=lambda m, x: 0 if x.real < -3 else 1 if x.real > 3 else (x + 3) / 6,
        definition=lambda x: Piecewise((0, x < -3), (1, x > 3), (x / 6 + HALF, True)),
        latex=r"\operatorname{hardsigmoid}",
        kernel="np.minimum(np.maximum({0} + 3, 0), 6)/6",
        domain=(-5.0, 5.0),
        kinks=(-3, 3),
        aliases=("hard_sigmoid",),
    ),
    Elementwise(
        "hardswish",
        hardswish,
        derivatives=(lambda x, y: between(x, -3, 3) * (2 * x + 3) / 6 + above(x, 3) + (1 - KINK) * equal(x, 3),),
        value=lambda m, x: 0 if x.real < -3 else x if x.real > 3 else x * (x + 3) / 6,
        definition=lambda x: Piecewise((0, x < -3), (x, x > 3), (x * (x + 3) / 6, True)),
        latex=r"\operatorname{hardswish}",
        kernel="{0}*np.minimum(np.maximum({0} + 3, 0), 6)/6",
        domain=(-5.0, 5.0),
        kinks=(-3, 3),
        aliases=("hard_swish",),
    ),
)
