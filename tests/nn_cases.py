"""Random instances of layers for tests: arrays for parameters, inputs and cotangents, and one call with gradients."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from symgrad.expr.evaluate import evaluate, order
from symgrad.nn.catalogue import LAYERS, LOSSES
from symgrad.nn.forward import BATCH
from symgrad.nn.layer import Layer

ROWS = (*LAYERS, *LOSSES)


@dataclass
class Case:
    """A layer with arrays for everything it takes."""

    layer: Layer
    shape: Any
    params: dict[str, np.ndarray]
    inputs: tuple[np.ndarray, ...]
    rng: np.random.Generator

    @property
    def x(self):
        return self.inputs[0] if len(self.inputs) == 1 else self.inputs

    def call(self, mode="eval"):
        """(outputs, cotangents, gradients by inputs, gradients by parameters), the first three as tuples."""
        y, pullback = self.layer.vjp(self.x, self.params, mode=mode)
        outputs = y if isinstance(y, tuple) else (y,)
        cotangents = tuple(self.like(a) for a in outputs)
        gx, gradients = pullback(cotangents if len(outputs) > 1 else cotangents[0])
        return outputs, cotangents, gx if isinstance(gx, tuple) else (gx,), gradients

    def like(self, a):
        return integers(self.rng, np.shape(a)) if self.whole else self.rng.normal(size=np.shape(a))

    whole: bool = False


def integers(rng, shape):
    return rng.integers(-4, 5, size=shape).astype(float)


def case(row, seed: int, batch: int = 2, whole: bool = False) -> Case:
    """A random instance of a row; `whole` makes every number a small integer."""
    rng = np.random.default_rng(seed)
    layer, shape = row.draw(rng)
    shapes = layer.shapes(shape)
    full = tuple(tuple(batch if n is BATCH else int(n) for n in s) for s in layer.input_shapes(shapes))
    inputs = row.inputs(rng, layer, full)
    if whole:
        inputs = tuple(integers(rng, a.shape) if a.dtype.kind == "f" else a for a in inputs)
    return Case(layer, shape, parameters(layer, rng, whole), inputs, rng, whole)


def parameters(layer, rng, whole=False):
    """Where the layer starts, moved a little; what starts at 0 in whole (a row of padding) stays there."""
    found = layer.init(rng, dtype=float)
    for name, value in found.items():
        if name.split(".")[-1] in ("running_var", "num_batches_tracked") or name in layer.state():
            found[name] = np.abs(value + rng.uniform(0, 0.5, size=value.shape)) if "var" in name else value
            continue
        noise = integers(rng, value.shape) if whole else 0.3 * rng.normal(size=value.shape)
        kept = np.any(value, axis=-1, keepdims=True) if getattr(layer, "padding_idx", None) is not None else True
        found[name] = np.where(kept, noise if whole else value + noise, 0.0)
    return found


def by_loops(outputs, values):
    """The values of tensors by plain loops; `values` may name more than they use."""
    used = {t.name for t in order(outputs) if t.is_input}
    found = evaluate(list(outputs), {name: v for name, v in values.items() if name in used})
    return [np.array(a.nested(), dtype=float).reshape(a.shape) for a in found]


def close(got, want, tolerance: float = 1e-10) -> None:
    """Equal shapes, finite, and as near as the tolerance says, relative to the largest entry or to 1."""
    got, want = np.asarray(got), np.asarray(want)
    assert got.shape == want.shape
    assert np.isfinite(want).all() and np.isfinite(got).all()
    if want.size:
        assert np.abs(got - want).max() <= tolerance * max(1.0, np.abs(want).max())


def same(got, want) -> None:
    """Equal to the last digit."""
    got, want = np.asarray(got), np.asarray(want)
    assert got.shape == want.shape and (got == want).all()
