"""A layer at a point, and its gradient three ways: our kernels, autograd of the forward equations, differences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from hypothesis import reject

from symgrad import nn
from symgrad.expr.evaluate import order
from symgrad.expr.tensors import Tensor, from_expression, input_tensor
from symgrad.nn.forward import BATCH
from symgrad.nn.running import Run, _inner, cotangent_names
from symgrad.oracles import KinkError
from symgrad.oracles.autograd import gradients

EPS = float(np.finfo(float).eps)
STEP = 2.0**-12


class Trained(nn.Container):
    """`loss(net(x), target)` as one layer."""

    inputs = ("x", "target")

    def __init__(self, net, loss):
        super().__init__(net=net, loss=loss)

    @property
    def labels(self):
        return self.layers["loss"].labels

    def output_shape(self, shape):
        return self._through("loss", (self._through("net", shape[0]), shape[1]))

    def equations(self, x, parameters, mode):
        y = mode.part("net", self.layers["net"], x[0], parameters)
        return mode.part("loss", self.layers["loss"], (y, x[1]), parameters)


@dataclass
class Point:
    """A layer with arrays for all it takes, one random cotangent for each output, and our gradients there."""

    layer: nn.Layer
    inputs: tuple[np.ndarray, ...]
    params: dict[str, np.ndarray]
    mode: str
    rng: np.random.Generator

    def __post_init__(self):
        self.run = Run(self.layer, self.x, self.params, self.mode, 0, True)
        y, pullback = self.layer.vjp(self.x, self.params, mode=self.mode)
        self.outputs = y if isinstance(y, tuple) else (y,)
        self.G = tuple(self.rng.normal(size=np.shape(a)) for a in self.outputs)
        gx, self.by_parameter = pullback(self.G if len(self.G) > 1 else self.G[0])
        gx = gx if isinstance(gx, tuple) else (gx,)
        names = zip(self.layer.inputs, gx, strict=True)
        self.by_input = {n: g for n, g in names if g is not None}

    @property
    def x(self):
        return self.inputs[0] if len(self.inputs) == 1 else self.inputs

    @property
    def ours(self) -> list[np.ndarray]:
        return [*self.by_input.values(), *self.by_parameter.values()]

    @property
    def wrt(self) -> list[Tensor]:
        built = self.run.built
        return [*(t for t in built.inputs if t.name in self.by_input), *built.parameters.values()]

    @property
    def weighted(self) -> Tensor:
        """`Σ_k ⟨G_k, y_k⟩`."""
        outputs = self.run.built.outputs
        names = cotangent_names(outputs)
        seeds = [input_tensor(name, t.shape) for name, t in zip(names, outputs, strict=True)]
        return from_expression((), sum(_inner(g, t) for g, t in zip(seeds, outputs, strict=True)))

    @property
    def values(self) -> Mapping:
        """Of all inputs that the outputs depend on, and the batch size."""
        used = {t.name for t in order([self.weighted, *self.wrt]) if t.is_input}
        known = {**self.run.keywords, **dict(zip(cotangent_names(self.outputs), self.G, strict=True))}
        return {**{name: a for name, a in known.items() if name in used}, str(BATCH): self.run.batch}

    def by_autograd(self) -> list[np.ndarray]:
        return gradients(self.weighted, self.wrt, self.values) if self.wrt else []

    def along(self, steps, moves):
        """`h ↦ ⟨G, y⟩` for inputs and parameters moved by h times a direction each; and Σ |G y|."""

        def moved(h):
            named = zip(self.layer.inputs, self.inputs, strict=True)
            x = tuple(a + h * steps[n] if n in steps else a for n, a in named)
            params = {name: a + h * moves[name] if name in moves else a for name, a in self.params.items()}
            y = self.layer.forward(x[0] if len(x) == 1 else x, params, mode=self.mode)
            terms = [g * a for g, a in zip(self.G, y if isinstance(y, tuple) else (y,), strict=True)]
            return sum(float(np.sum(t)) for t in terms), sum(float(np.sum(np.abs(t))) for t in terms)

        return moved


def near(got, want, relative: float) -> None:
    """Equal shapes, and as near as the share of the largest entry says."""
    assert got.shape == want.shape and got.dtype == want.dtype == np.float64
    assert np.isfinite(got).all() and np.isfinite(want).all()
    most = np.abs(want).max(initial=0)
    assert np.abs(got - want).max(initial=0) <= relative * most + 1e-13, (got, want)


def three_ways(point: Point) -> None:
    """The comparison; a point at a kink or tie is no example."""
    try:
        compare(point)
    except KinkError:
        reject()


def compare(point: Point, directions: int = 2) -> None:
    """Our gradients are autograd's to 1e-9, and the slopes along random directions those of differences."""
    theirs = point.by_autograd()
    for mine, other in zip(point.ours, theirs, strict=True):
        near(mine, other, 1e-9)
    for _ in range(directions if point.wrt else 0):
        steps = {name: point.rng.normal(size=g.shape) for name, g in point.by_input.items()}
        moves = {name: point.rng.normal(size=g.shape) for name, g in point.by_parameter.items()}
        along = [*steps.values(), *moves.values()]
        slope, bound = difference(point.along(steps, moves))
        for found in (point.ours, theirs):
            terms = [float(np.sum(g * d)) for g, d in zip(found, along, strict=True)]
            size = sum(float(np.sum(np.abs(g * d))) for g, d in zip(found, along, strict=True))
            if not bound <= 1e-6 * max(1.0, size):
                raise KinkError("nearer to a kink than the steps are long")
            assert abs(sum(terms) - slope) <= bound + 1e-12 * size, (sum(terms), slope, bound)


def difference(f) -> tuple[float, float]:
    """(slope of f at 0, bound of its error): central differences of three steps, extrapolated twice.

    The step h leaves c h² + d h⁴ + …, so `(4 D(h/2) − D(h)) / 3` leaves a multiple of d h⁴, and the next one a
    sixteenth of that. Between the two lies more than the error of the better one; rounding of f, divided by h, comes
    on top.
    """
    slopes, size = [], 0.0
    for h in (STEP, STEP / 2, STEP / 4):
        (right, above), (left, below) = f(h), f(-h)
        slopes.append((right - left) / (2 * h))
        size = max(size, above, below)
    first, second = ((4 * fine - coarse) / 3 for coarse, fine in pairwise(slopes))
    return second, 2 * abs(first - second) + 64 * EPS * size / STEP
