"""Dropout: entries left out at random in training; the mask is an input, so that the equation is exact."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..errors import OptionError
from ..expr.indices import expression
from ..expr.operations import elementwise
from .described import Described


@dataclass(frozen=True, eq=False, repr=False)
class Dropout(Described):
    """`Y = X M / (1 − p)` in training, M a mask of 0 (probability p) and 1; `Y = X` in evaluation. Srivastava, 2014."""

    p: float = 0.5

    def __post_init__(self):
        if not 0 <= self.p <= 1:
            raise OptionError(f"{type(self).__name__}: p={self.p!r} is not a probability")

    def output_shape(self, shape):
        return tuple(shape)

    def equations(self, x, parameters, mode):
        return dropped(x, self.p, mode)


@dataclass(frozen=True, eq=False, repr=False)
class Dropout2d(Dropout):
    """`Y[n,c,i,j] = X[n,c,i,j] M[n,c] / (1 − p)` in training: whole channels are left out. Tompson et al., 2015."""

    def equations(self, x, parameters, mode):
        return dropped(x, self.p, mode, kept_axes=2)


def dropped(x, p: float, mode, name: str = "mask", kept_axes: int | None = None):
    """x with its entries left out; the mask has the first `kept_axes` axes of x, and 1 on the others."""
    if not mode.training or p == 0:
        return x
    axes = x.ndim if kept_axes is None else kept_axes
    mask = mode.noise(name, tuple(n if a < axes else 1 for a, n in enumerate(x.shape)), Bernoulli(1 - p))
    scale = 1 if p == 1 else 1 / (1 - expression(p))  # at p = 1 the mask is 0
    return elementwise("multiply", elementwise("multiply", x, mask), scale)


class Bernoulli:
    """Draws 1 with a probability, else 0."""

    def __init__(self, probability: float):
        self.probability = probability

    def __call__(self, rng: np.random.Generator, shape) -> np.ndarray:
        return (rng.random(shape) < self.probability).astype(np.float64)
