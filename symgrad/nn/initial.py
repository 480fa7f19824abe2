"""Initialisers: where parameters start. PyTorch's schemes and names; drawn from `np.random.Generator`.

`fan_in` is the number of inputs of one output, `fan_out` the number of outputs of one input: for a weight of shape
(K, C, R, S) they are C·R·S and K·R·S. He et al., 2015 (Kaiming); Glorot and Bengio, 2010 (Xavier).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from ..errors import OptionError, ShapeError

Shape = Sequence[int]


def fans(shape: Shape) -> tuple[int, int]:
    """(fan_in, fan_out) of a weight.

    >>> fans((6, 1, 5, 5)), fans((10, 84))
    ((25, 150), (84, 10))
    """
    if len(shape) < 2:
        raise ShapeError(f"fans of shape {tuple(shape)}: a weight has at least two axes, outputs and inputs")
    window = math.prod(shape[2:])
    return shape[1] * window, shape[0] * window


GAINS = {
    "linear": lambda _: 1.0,
    "sigmoid": lambda _: 1.0,
    "tanh": lambda _: 5 / 3,
    "relu": lambda _: math.sqrt(2),
    "leaky_relu": lambda slope: math.sqrt(2 / (1 + slope**2)),
    "selu": lambda _: 3 / 4,
}


def gain(nonlinearity: str, a: float = 0.0) -> float:
    """What a nonlinearity takes from the spread of its input; a is leaky_relu's slope."""
    if nonlinearity not in GAINS:
        raise OptionError(f"nonlinearity={nonlinearity!r}", hint=f"one of {', '.join(GAINS)}")
    return GAINS[nonlinearity](a)


def uniform(rng: np.random.Generator, shape: Shape, bound: float) -> np.ndarray:
    """`U(−bound, bound)`."""
    return rng.uniform(-bound, bound, tuple(shape))


def normal(rng: np.random.Generator, shape: Shape, std: float = 1.0) -> np.ndarray:
    """`N(0, std²)`."""
    return rng.normal(0.0, std, tuple(shape))


def _fan(shape, mode):
    if mode not in ("fan_in", "fan_out"):
        raise OptionError(f"mode={mode!r}", hint="fan_in or fan_out")
    return fans(shape)[mode == "fan_out"]


def kaiming_uniform(
    rng: np.random.Generator, shape: Shape, a: float = 0.0, mode: str = "fan_in", nonlinearity: str = "leaky_relu"
) -> np.ndarray:
    """`U(−b, b)`, b = gain √(3 / fan)."""
    return uniform(rng, shape, gain(nonlinearity, a) * math.sqrt(3 / max(1, _fan(shape, mode))))


def kaiming_normal(
    rng: np.random.Generator, shape: Shape, a: float = 0.0, mode: str = "fan_in", nonlinearity: str = "leaky_relu"
) -> np.ndarray:
    """`N(0, s²)`, s = gain / √fan."""
    return normal(rng, shape, gain(nonlinearity, a) / math.sqrt(max(1, _fan(shape, mode))))


def xavier_uniform(rng: np.random.Generator, shape: Shape, gain: float = 1.0) -> np.ndarray:
    """`U(−b, b)`, b = gain √(6 / (fan_in + fan_out))."""
    return uniform(rng, shape, gain * math.sqrt(6 / max(1, sum(fans(shape)))))


def xavier_normal(rng: np.random.Generator, shape: Shape, gain: float = 1.0) -> np.ndarray:
    """`N(0, s²)`, s = gain √(2 / (fan_in + fan_out))."""
    return normal(rng, shape, gain * math.sqrt(2 / max(1, sum(fans(shape)))))


def weight_and_bias(
    rng: np.random.Generator, shapes: dict[str, tuple[int, ...]], fan_in: int | None = None
) -> dict[str, np.ndarray]:
    """What PyTorch's dense and convolution layers start from: weight and bias of `U(−1/√fan_in, 1/√fan_in)`.

    That is `kaiming_uniform` with a = √5.
    """
    fan_in = fans(shapes["weight"])[0] if fan_in is None else fan_in
    bound = 1 / math.sqrt(max(1, fan_in))
    return {name: uniform(rng, shape, bound) for name, shape in shapes.items()}
