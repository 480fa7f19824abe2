"""ACTIVATIONS: rows of ELEMENTWISE for the functions between layers that are made of exponentials."""

from __future__ import annotations

import sympy as sp
from sympy import Piecewise, Rational, exp, pi, sqrt, tanh

from .functions import erfc, expm1
from .kinked import minimum
from .scalars import KINK, Elementwise, positive, scalar, upto, zero


def new(name: str, arity: int = 1):
    return scalar(name, arity, __name__)


sigmoid, log_sigmoid, softplus, silu, mish = map(new, ("sigmoid", "log_sigmoid", "softplus", "silu", "mish"))
gelu, gelu_tanh, selu, softsign, tanhshrink = map(new, ("gelu", "gelu_tanh", "selu", "softsign", "tanhshrink"))
elu, celu = new("elu", 2), new("celu", 2)

SELU_ALPHA, SELU_SCALE = Rational("1.6732632423543772"), Rational("1.0507009873554805")  # Klambauer et al., 2017
CUBIC = Rational("0.044715")  # Hendrycks and Gimpel, 2016


def logistic(m, x):
    if x.real < 0:
        e = m.exp(x)
        return e / (1 + e)
    return 1 / (1 + m.exp(-x))


def log_one_plus_exp(m, x):
    return x + m.log1p(m.exp(-x)) if x.real > 0 else m.log1p(m.exp(x))


def elu_value(m, x, a):
    return x if x.real > 0 else a * m.expm1(x)


def celu_value(m, x, a):
    return x if x.real > 0 else a * m.expm1(x / a)


def selu_value(m, x):
    return times(SELU_SCALE, x if x.real > 0 else times(SELU_ALPHA, m.expm1(x)))


def gelu_tanh_value(m, x):
    """`x σ(2u)`, which is `x (1 + tanh u) / 2` without the cancellation."""
    return x * logistic(m, m.sqrt(8 / m.pi) * (x + times(CUBIC, x * x * x)))


def times(c: Rational, x):
    """`c x` without rounding c, whatever kind of number x is."""
    return x * c.p / c.q


def normal_density(x):
    return exp(-(x**2) / 2) / sqrt(2 * pi)


def gelu_tanh_slope(x, y):
    s = sigmoid(sqrt(8 / pi) * (x + CUBIC * x**3))
    return s * (1 + (1 - s) * sqrt(8 / pi) * x * (1 + 3 * CUBIC * x**2))


def celu_by_alpha(x, a, y):
    u = minimum(x, 0) / a
    return expm1(u) - u * exp(u)


ACTIVATIONS: tuple[Elementwise, ...] = (
    Elementwise(
        "sigmoid",
        sigmoid,
        derivatives=(lambda x, y: y * (1 - y),),
        value=logistic,
        definition=lambda x: 1 / (1 + exp(-x)),
        latex=r"\sigma",
        kernel="np.exp(-np.logaddexp(0, -{0}))",
        aliases=("σ", "expit", "logistic"),
    ),
    Elementwise(
        "log_sigmoid",
        log_sigmoid,
        derivatives=(lambda x, y: sigmoid(-x),),
        value=lambda m, x: -log_one_plus_exp(m, -x),
        definition=lambda x: -sp.log(1 + exp(-x)),
        latex=r"\log\sigma",
        kernel="-np.logaddexp(0, -{0})",
        aliases=("logsigmoid",),
    ),
    Elementwise(
        "softplus",
        softplus,
        derivatives=(lambda x, y: sigmoid(x),),
        value=log_one_plus_exp,
        definition=lambda x: sp.log(1 + exp(x)),
        latex=r"\operatorname{softplus}",
        kernel="np.logaddexp(0, {0})",
    ),
    Elementwise(
        "silu",
        silu,
        derivatives=(lambda x, y: sigmoid(x) * (1 + x * (1 - sigmoid(x))),),
        value=lambda m, x: x * logistic(m, x),
        definition=lambda x: x / (1 + exp(-x)),
        latex=r"\operatorname{silu}",
        kernel="{0}*np.exp(-np.logaddexp(0, -{0}))",
        aliases=("swish",),
    ),
    Elementwise(
        "mish",
        mish,
        derivatives=(lambda x, y: tanh(softplus(x)) + x * sigmoid(x) * (1 - tanh(softplus(x)) ** 2),),
        value=lambda m, x: x * m.tanh(log_one_plus_exp(m, x)),
        definition=lambda x: x * tanh(sp.log(1 + exp(x))),
        latex=r"\operatorname{mish}",
        kernel="{0}*np.tanh(np.logaddexp(0, {0}))",
    ),
    Elementwise(
        "gelu",  # x Φ(x), with Φ(x) + x φ(x) as its derivative
        gelu,
        derivatives=(lambda x, y: erfc(-x / sqrt(2)) / 2 + x * normal_density(x),),
        value=lambda m, x: x * m.erfc(-x / m.sqrt(2)) / 2,
        definition=lambda x: x * (1 + sp.erf(x / sqrt(2))) / 2,
        latex=r"\operatorname{gelu}",
        kernel="{0}*erfc(-{0}/np.sqrt(2))/2",
    ),
    Elementwise(
        "gelu_tanh",
        gelu_tanh,
        derivatives=(gelu_tanh_slope,),
        value=gelu_tanh_value,
        definition=lambda x: x * (1 + tanh(sqrt(2 / pi) * (x + CUBIC * x**3))) / 2,
        latex=r"\operatorname{gelu\_tanh}",
        kernel="{0}*np.exp(-np.logaddexp(0, -np.sqrt(8/np.pi)*({0} + 0.044715*{0}*{0}*{0})))",
    ),
    Elementwise(
        "elu",
        elu,
        derivatives=(
            lambda x, a, y: positive(x) + (y + a) * upto(x, 0) + KINK * (1 - a) * zero(x),
            lambda x, a, y: expm1(minimum(x, 0)),
        ),
        value=elu_value,
        definition=lambda x, a: Piecewise((x, x > 0), (a * (exp(x) - 1), True)),
        latex=r"\operatorname{elu}",
        kernel="np.where({0} > 0, {0}, {1}*np.expm1(np.minimum({0}, 0)))",
        kinks=(0,),
        parameters=(("alpha", Rational(1)),),
    ),
    Elementwise(
        "celu",
        celu,
        derivatives=(lambda x, a, y: positive(x) + (y / a + 1) * upto(x, 0), celu_by_alpha),
        value=celu_value,
        definition=lambda x, a: Piecewise((x, x > 0), (a * (exp(x / a) - 1), True)),
        latex=r"\operatorname{celu}",
        kernel="np.where({0} > 0, {0}, {1}*np.expm1(np.minimum({0}, 0)/{1}))",
        parameters=(("alpha", Rational(1)),),
    ),
    Elementwise(
        "selu",
        selu,
        derivatives=(
            lambda x, y: (
                SELU_SCALE * positive(x)
                + (y + SELU_SCALE * SELU_ALPHA) * upto(x, 0)
                + KINK * SELU_SCALE * (1 - SELU_ALPHA) * zero(x)
            ),
        ),
        value=selu_value,
        definition=lambda x: Piecewise((SELU_SCALE * x, x > 0), (SELU_SCALE * SELU_ALPHA * (exp(x) - 1), True)),
        latex=r"\operatorname{selu}",
        kernel=f"{float(SELU_SCALE)}*np.where({{0}} > 0, {{0}}, {float(SELU_ALPHA)}*np.expm1(np.minimum({{0}}, 0)))",
        kinks=(0,),
    ),
    Elementwise(
        "softsign",
        softsign,
        derivatives=(lambda x, y: (1 + abs(x)) ** -2,),
        value=lambda m, x: x / (1 - x) if x.real < 0 else x / (1 + x),
        definition=lambda x: Piecewise((x / (1 + x), x > 0), (x / (1 - x), True)),
        latex=r"\operatorname{softsign}",
        kernel="{0}/(1 + np.abs({0}))",
    ),
    Elementwise(
        "tanhshrink",
        tanhshrink,
        derivatives=(lambda x, y: tanh(x) ** 2,),
        value=lambda m, x: x - m.tanh(x),
        definition=lambda x: x - tanh(x),
        latex=r"\operatorname{tanhshrink}",
        kernel="{0} - np.tanh({0})",
        aliases=("tanh_shrink",),
    ),
)
