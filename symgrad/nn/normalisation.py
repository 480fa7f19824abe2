"""Normalisation: means and variances of batches, samples, groups; and local response normalisation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import OptionError, ShapeError
from ..expr.axes import volume
from ..expr.indices import expression
from ..expr.operations import elementwise
from ..expr.reductions import mean
from ..expr.shaping import expand_dims, reshape
from ..expr.tensors import Tensor, shape_text
from .described import Described
from .equation import count, equation, is_whole


def standardised(x: Tensor, axes: tuple[int, ...], eps: float) -> tuple[Tensor, Tensor, Tensor]:
    """`((x − μ)/√(σ² + ε), μ, σ²)`, mean and variance over the axes, which are kept with size 1."""
    mu = mean(x, axes, keepdims=True)
    centred = elementwise("subtract", x, mu)
    variance = mean(elementwise("square", centred), axes, keepdims=True)
    return elementwise("multiply", centred, inverse_root(variance, eps)), mu, variance


def inverse_root(variance: Tensor, eps: float) -> Tensor:
    """`1/√(σ² + ε)`."""
    return elementwise("rsqrt", elementwise("add", variance, eps))


def scaled(y: Tensor, weight: Tensor | None, bias: Tensor | None) -> Tensor:
    """`y γ + β`, what is absent left out."""
    y = y if weight is None else elementwise("multiply", y, weight)
    return y if bias is None else elementwise("add", y, bias)


def along_channels(parameters: dict[str, Tensor], name: str, ndim: int) -> Tensor | None:
    """A parameter for each channel, if there is one, beside an image of `ndim` axes."""
    return shaped(parameters[name], ndim) if name in parameters else None


def shaped(v: Tensor, ndim: int) -> Tensor:
    """A vector over channels, axis 1 of `ndim`."""
    return v if ndim == 2 else expand_dims(v, tuple(range(1, ndim - 1)))


@dataclass(frozen=True, eq=False, repr=False)
class BatchNorm(Described):
    """`Y[n,c,…] = γ[c] (X[n,c,…] − μ[c]) / √(σ²[c] + ε) + β[c]`. Ioffe and Szegedy, 2015.

    In training μ and σ² are those of the batch, over all axes but the channels; the state moves towards them,
    `running_mean ← (1−m) running_mean + m μ`, `running_var` with the unbiased variance n/(n−1) σ². In evaluation μ
    and σ² are the state's. `momentum=None` averages over all steps; without `track_running_stats` there is no state.
    """

    num_features: int
    eps: float = 1e-5
    momentum: float | None = 0.1
    affine: bool = True
    track_running_stats: bool = True
    bias: bool = True
    axes = (0, 2)
    """How many spatial axes there may be."""

    def __post_init__(self):
        count(type(self).__name__, "num_features", self.num_features)

    def parameters(self):
        names = ("weight", "bias") if self.bias else ("weight",)
        return {name: (self.num_features,) for name in names} if self.affine else {}

    def state(self):
        if not self.track_running_stats:
            return {}
        steps = {"num_batches_tracked": ()} if self.momentum is None else {}
        return {"running_mean": (self.num_features,), "running_var": (self.num_features,), **steps}

    def initial(self, rng):
        ones = ("weight", "running_var")
        return {k: np.full(s, float(k in ones)) for k, s in {**self.parameters(), **self.state()}.items()}

    def output_shape(self, shape):
        least, most = self.axes
        if not 1 + least <= len(shape) <= 1 + most or shape[0] != self.num_features:
            spatial = {(0, 1): "[, length]", (2, 2): ", height, width"}.get(self.axes, "")
            raise ShapeError(
                f"{self}: a sample of shape {shape_text(shape)} is given, ({self.num_features}{spatial}) is expected"
            )
        return tuple(shape)

    def equations(self, x, parameters, mode):
        weight, bias = (along_channels(parameters, name, x.ndim) for name in ("weight", "bias"))
        if mode.training or not self.track_running_stats:
            y, mu, variance = standardised(x, (0, *range(2, x.ndim)), self.eps)
            if self.track_running_stats:
                self._move(parameters, mode, mu, variance, volume(x.shape) / self.num_features)
        else:
            mu, variance = (shaped(parameters[name], x.ndim) for name in ("running_mean", "running_var"))
            y = elementwise("multiply", elementwise("subtract", x, mu), inverse_root(variance, self.eps))
        return scaled(y, weight, bias)

    def _move(self, parameters, mode, mu, variance, n) -> None:
        """The state after this step."""
        flat = (self.num_features,)
        seen = {"running_mean": reshape(mu, flat), "running_var": elementwise("multiply", variance, n / (n - 1))}
        share = self._share(parameters, mode)
        for name, now in seen.items():
            change = elementwise("subtract", reshape(now, flat), parameters[name])
            mode.update(name, elementwise("add", parameters[name], elementwise("multiply", change, share)))

    def _share(self, parameters, mode):
        """How far the state moves: the momentum, or 1/steps."""
        if self.momentum is not None:
            return self.momentum
        steps = elementwise("add", parameters["num_batches_tracked"], 1)
        mode.update("num_batches_tracked", steps)
        return elementwise("reciprocal", steps)


@dataclass(frozen=True, eq=False, repr=False)
class BatchNorm1d(BatchNorm):
    axes = (0, 1)
    __doc__ = BatchNorm.__doc__


@dataclass(frozen=True, eq=False, repr=False)
class BatchNorm2d(BatchNorm):
    axes = (2, 2)
    __doc__ = BatchNorm.__doc__


@dataclass(frozen=True, eq=False, repr=False)
class LayerNorm(Described):
    """`Y = γ (X − μ) / √(σ² + ε) + β`, μ and σ² over the last axes, those of `normalized_shape`. Ba et al., 2016.

    >>> LayerNorm(512).parameter_count()
    1024
    """

    normalized_shape: Any
    eps: float = 1e-5
    elementwise_affine: bool = True
    bias: bool = True

    def __post_init__(self):
        given = self.normalized_shape
        given = (given,) if is_whole(given) else tuple(given)
        self._set(normalized_shape=tuple(count("LayerNorm", "normalized_shape", n) for n in given))

    def parameters(self):
        names = ("weight", "bias") if self.bias else ("weight",)
        return {name: self.normalized_shape for name in names} if self.elementwise_affine else {}

    def initial(self, rng):
        return {name: np.full(shape, float(name == "weight")) for name, shape in self.parameters().items()}

    def output_shape(self, shape):
        if tuple(shape[len(shape) - len(self.normalized_shape) :]) != self.normalized_shape:
            raise ShapeError(
                f"{self}: a sample of shape {shape_text(shape)} is given, its last axes should be "
                f"{shape_text(self.normalized_shape)}"
            )
        return tuple(shape)

    def equations(self, x, parameters, mode):
        y, _, _ = standardised(x, tuple(range(x.ndim - len(self.normalized_shape), x.ndim)), self.eps)
        return scaled(y, parameters.get("weight"), parameters.get("bias"))


@dataclass(frozen=True, eq=False, repr=False)
class GroupNorm(Described):
    """`Y = γ[c] (X − μ) / √(σ² + ε) + β[c]`, μ and σ² of a sample over a group of channels. Wu and He, 2018."""

    num_groups: int
    num_channels: int
    eps: float = 1e-5
    affine: bool = True
    bias: bool = True

    def __post_init__(self):
        count("GroupNorm", "num_groups", self.num_groups)
        count("GroupNorm", "num_channels", self.num_channels)
        if self.num_channels % self.num_groups:
            raise OptionError(f"GroupNorm: {self.num_groups} groups do not divide {self.num_channels} channels")

    def parameters(self):
        names = ("weight", "bias") if self.bias else ("weight",)
        return {name: (self.num_channels,) for name in names} if self.affine else {}

    def initial(self, rng):
        return {name: np.full(shape, float(name == "weight")) for name, shape in self.parameters().items()}

    def output_shape(self, shape):
        if not shape or shape[0] != self.num_channels:
            raise ShapeError(
                f"{self}: a sample of shape {shape_text(shape)} is given, {self.num_channels} channels are expected"
            )
        return tuple(shape)

    def equations(self, x, parameters, mode):
        y, _, _ = standardised(reshape(x, (x.shape[0], self.num_groups, -1)), (2,), self.eps)
        weight, bias = (along_channels(parameters, name, x.ndim) for name in ("weight", "bias"))
        return scaled(reshape(y, x.shape), weight, bias)


@dataclass(frozen=True, eq=False, repr=False)
class LocalResponseNorm(Described):
    """`Y[n,c,…] = X[n,c,…] / (k + α/size Σ_p X[n,c+p−⌊size/2⌋,…]²)^β`. Krizhevsky et al., 2012."""

    size: int
    alpha: float = 1e-4
    beta: float = 0.75
    k: float = 1.0

    def __post_init__(self):
        count("LocalResponseNorm", "size", self.size)

    def output_shape(self, shape):
        if len(shape) < 2:
            raise ShapeError(f"{self}: a sample of shape {shape_text(shape)} is given, (channels, …) is expected")
        return tuple(shape)

    def equations(self, x, parameters, mode):
        rest = ",".join("ijl"[: x.ndim - 2])
        seen = f"X[n,c+p-{self.size // 2},{rest}]"
        squares = equation(f"S[n,c<{x.shape[1]},{rest}] = sum[p<{self.size}] {seen}", X=elementwise("square", x))
        inner = elementwise("add", elementwise("multiply", squares, expression(self.alpha) / self.size), self.k)
        return elementwise("multiply", x, elementwise("power", inner, -expression(self.beta)))
