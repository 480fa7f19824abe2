"""Functions that are put together from others: activations, and what NumPy and PyTorch have a name for.

Each is its definition and nothing more: derivatives, remainders and intervals follow from the rows of `functions`.
"""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType

from .big import larger
from .functions import BY_NAME, apply, pi
from .jets import Algebra, Jet

SELU_ALPHA, SELU_SCALE, CUBIC = "1.6732632423543772", "1.0507009873554805", "0.044715"


def of(name: str) -> Callable[[Algebra, Jet], Jet]:
    """A row of `functions` as a function of values."""
    return lambda a, x: apply(a, BY_NAME[name], x)


exp, log, sqrt, tanh, sigmoid, softplus, erf = map(of, ("exp", "log", "sqrt", "tanh", "sigmoid", "softplus", "erf"))
absolute, relu = of("abs"), of("relu")


def over_two(a: Algebra, x: Jet) -> Jet:
    return a.multiply(a.number("1/2"), x)


def shifted(a: Algebra, x: Jet, by) -> Jet:
    return a.add(x, a.number(by))


def expm1(a: Algebra, x: Jet) -> Jet:
    return shifted(a, exp(a, x), -1)


def in_base(a: Algebra, x: Jet, base: int) -> Jet:
    return a.divide(log(a, x), log(a, a.number(base)))


def maximum(a: Algebra, x: Jet, y: Jet) -> Jet:
    return a.choose(larger(a, x, y), x, y)


def minimum(a: Algebra, x: Jet, y: Jet) -> Jet:
    return a.choose(larger(a, x, y), y, x)


def clip(a: Algebra, x: Jet, low: Jet, high: Jet) -> Jet:
    return minimum(a, maximum(a, x, low), high)


def between(a: Algebra, x: Jet, low: int, high: int) -> Jet:
    return clip(a, x, a.number(low), a.number(high))


def where_positive(a: Algebra, x: Jet, then: Jet, otherwise: Jet) -> Jet:
    return a.choose(larger(a, x, a.number(0)), then, otherwise)


def gelu(a: Algebra, x: Jet) -> Jet:
    """`x Φ(x)`."""
    return over_two(a, a.multiply(x, shifted(a, erf(a, a.divide(x, sqrt(a, a.number(2)))), 1)))


def gelu_tanh(a: Algebra, x: Jet) -> Jet:
    """`x σ(√(8/π) (x + 0.044715 x³))`, which is `x (1 + tanh u)/2`."""
    cubic = a.add(x, a.multiply(a.number(CUBIC), a.power(x, 3)))
    return a.multiply(x, sigmoid(a, a.multiply(sqrt(a, a.divide(a.number(8), pi(a))), cubic)))


def elu(a: Algebra, x: Jet, alpha: Jet) -> Jet:
    return where_positive(a, x, x, a.multiply(alpha, expm1(a, x)))


def celu(a: Algebra, x: Jet, alpha: Jet) -> Jet:
    return where_positive(a, x, x, a.multiply(alpha, expm1(a, a.divide(x, alpha))))


def selu(a: Algebra, x: Jet) -> Jet:
    return a.multiply(a.number(SELU_SCALE), elu(a, x, a.number(SELU_ALPHA)))


def arctan2(a: Algebra, y: Jet, x: Jet) -> Jet:
    """The angle of the point (x, y)."""
    angle = apply(a, BY_NAME["arctan"], a.divide(y, x))
    turned = where_positive(a, y, a.add(angle, pi(a)), a.subtract(angle, pi(a)))
    return where_positive(a, x, angle, turned)


def hypot(a: Algebra, x: Jet, y: Jet) -> Jet:
    return sqrt(a, a.add(a.multiply(x, x), a.multiply(y, y)))


def one_sixth(a: Algebra, x: Jet) -> Jet:
    return a.multiply(a.number("1/6"), x)


ONE: dict[str, Callable[[Algebra, Jet], Jet]] = {
    "expm1": expm1,
    "exp2": lambda a, x: exp(a, a.multiply(x, log(a, a.number(2)))),
    "log1p": lambda a, x: log(a, shifted(a, x, 1)),
    "log2": lambda a, x: in_base(a, x, 2),
    "log10": lambda a, x: in_base(a, x, 10),
    "erfc": lambda a, x: a.subtract(a.number(1), erf(a, x)),
    "log_sigmoid": lambda a, x: log(a, sigmoid(a, x)),
    "silu": lambda a, x: a.multiply(x, sigmoid(a, x)),
    "mish": lambda a, x: a.multiply(x, tanh(a, softplus(a, x))),
    "gelu": gelu,
    "gelu_tanh": gelu_tanh,
    "selu": selu,
    "softsign": lambda a, x: a.divide(x, shifted(a, absolute(a, x), 1)),
    "tanhshrink": lambda a, x: a.subtract(x, tanh(a, x)),
    "relu6": lambda a, x: between(a, x, 0, 6),
    "hardtanh": lambda a, x: between(a, x, -1, 1),
    "hardsigmoid": lambda a, x: one_sixth(a, between(a, shifted(a, x, 3), 0, 6)),
    "hardswish": lambda a, x: a.multiply(x, one_sixth(a, between(a, shifted(a, x, 3), 0, 6))),
}
SEVERAL: dict[str, tuple[int, Callable[..., Jet]]] = {
    "clip": (3, clip),
    "leaky_relu": (2, lambda a, x, slope: where_positive(a, x, x, a.multiply(slope, x))),
    "elu": (2, elu),
    "celu": (2, celu),
    "arctan2": (2, arctan2),
    "hypot": (2, hypot),
    "logaddexp": (2, lambda a, x, y: log(a, a.add(exp(a, x), exp(a, y)))),
}
COMPOSED = MappingProxyType({**{name: (1, work) for name, work in ONE.items()}, **SEVERAL})
"""name → (how many numbers it takes, what it is)."""
SPELLINGS = MappingProxyType(
    {"SiLU": "silu", "swish": "silu", "Swish": "silu", "GELU": "gelu", "SELU": "selu", "Mish": "mish"}
    | {"ELU": "elu", "CELU": "celu", "LeakyReLU": "leaky_relu", "clamp": "clip", "atan2": "arctan2"}
)
