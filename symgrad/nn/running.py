"""Run: one call of a layer with arrays. Programs are compiled once for each sample shape, for all batch sizes."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..calculus.sweep import plain_indices, pull_back
from ..errors import OptionError, ShapeError
from ..expr.evaluate import order
from ..expr.nodes import Entry, total
from ..expr.tensors import Tensor, from_expression, input_tensor, shape_text
from ..kernels import compile_outputs
from .arrays import check_batch, check_kinds, given_shapes, real_array
from .forward import BATCH, Forward


class Run:
    """A layer, checked arrays for it, and what they give."""

    def __init__(self, layer: Any, x: Any, params, mode: str, seed: int, check_finite: bool):
        self.layer, self.mode, self.finite = layer, mode, check_finite
        many = len(layer.inputs) > 1
        if many and not (isinstance(x, (tuple, list)) and len(x) == len(layer.inputs)):
            given = f"of {len(x)}" if isinstance(x, (tuple, list)) else f"not {type(x).__name__}"
            told = f"{layer}: a tuple of {len(layer.inputs)} inputs is expected, {', '.join(layer.inputs)}, {given}"
            raise OptionError(told)
        named = zip(layer.inputs, x if many else (x,), strict=True)
        self.x = tuple(real_array(layer, name, a, finite=check_finite) for name, a in named)
        values = layer.values(params, next((a.dtype for a in self.x if a.dtype.kind == "f"), np.float64))
        self.params = {name: real_array(layer, name, a, finite=check_finite) for name, a in values.items()}
        self.dtype = check_kinds(layer, {**dict(zip(layer.inputs, self.x, strict=True)), **self.params})
        with given_shapes(layer, self.x):
            self.built: Forward = layer.build(self._shape(), mode)
        full = [t.shape for t in self.built.inputs]
        self.batch = check_batch(layer, layer.inputs, self.x, full, BATCH)
        layer.check_values(self.x)
        self.keywords = {
            **dict(zip(layer.inputs, self.x, strict=True)),
            **self.built.keywords(self.params),
            **self.built.draw(np.random.default_rng(seed), self.batch, self.dtype),
        }

    def _shape(self):
        """The sample shapes that the arrays show."""
        shapes = tuple(self.layer.sample_of(place, a.shape) for place, a in enumerate(self.x))
        return shapes[0] if len(shapes) == 1 else shapes

    def outputs(self):
        """The outputs; one alone, or a tuple."""
        found = self._program("forward", lambda: Program(self.built.outputs, "forward"))(self.keywords, self.batch)
        return found[0] if len(found) == 1 else tuple(found)

    def pullback(self, G):
        """`(∂⟨G,y⟩/∂x, {name: ∂⟨G,y⟩/∂parameter})` for a cotangent of the shape of the output (a tuple of several)."""
        cotangents = self._cotangents(G)
        named = zip(self.layer.inputs, self.x, strict=True)
        asked = tuple(a.dtype.kind == "f" and name not in self.layer.labels for name, a in named)
        found = iter(self._program(asked, lambda: self._compiled(asked))({**self.keywords, **cotangents}, self.batch))
        gx = tuple(next(found) if a else None for a in asked)
        return gx[0] if len(gx) == 1 else gx, {name: next(found) for name in self.built.parameters}

    def _program(self, key, make):
        known, key = self.layer._known, (self.built, key)
        if key not in known:
            known[key] = make()
        return known[key]

    def _compiled(self, asked):
        x = [t for t, a in zip(self.built.inputs, asked, strict=True) if a]
        gradients = pulled(self.built.outputs, [*x, *self.built.parameters.values()])
        return Program(gradients, "pullback")

    def _cotangents(self, G):
        given = G if isinstance(G, (tuple, list)) and len(self.built.outputs) > 1 else (G,)
        if len(given) != len(self.built.outputs):
            raise OptionError(f"{self.layer}: {len(self.built.outputs)} outputs take as many cotangents")
        named = zip(cotangent_names(self.built.outputs), given, strict=True)
        found = {name: real_array(self.layer, name, a, finite=self.finite) for name, a in named}
        for t, (name, a) in zip(self.built.outputs, found.items(), strict=True):
            shape = tuple(int(n.xreplace({BATCH: self.batch})) for n in t.shape)
            if a.shape != shape:
                raise ShapeError(
                    f"{self.layer}: the cotangent {name} has shape {shape_text(a.shape)}, {shape_text(shape)} is "
                    "expected, that of the output"
                )
        return {name: a.astype(self.dtype, copy=False) for name, a in found.items()}


class Program:
    """Compiled tensors; the values they are called with may be more than they use, and need not show the batch size."""

    def __init__(self, outputs, name: str):
        nodes = order(outputs)
        inputs = [t for t in nodes if t.is_input]
        self.names = [str(t.name) for t in inputs]
        shown = any(BATCH in t.shape for t in inputs)
        self.sizes = not shown and any(n.has(BATCH) for t in nodes for n in t.shape)
        self.compiled: Any = compile_outputs(outputs, name=name) if outputs else lambda **_: ()

    @property
    def divided(self) -> bool:
        """Whether its work is divided among threads of Python."""
        return bool(self.compiled.written.decorator)

    def __call__(self, values: dict[str, np.ndarray], batch: int) -> tuple:
        sizes = {str(BATCH): batch} if self.sizes else {}
        return self.compiled(**{name: values[name] for name in self.names}, **sizes)


def cotangent_names(outputs) -> tuple[str, ...]:
    """`G`, or `G_0, G_1, …` for several outputs."""
    return ("G",) if len(outputs) == 1 else tuple(f"G_{k}" for k in range(len(outputs)))


def pulled(outputs: tuple[Tensor, ...], wrt: list[Tensor]) -> list[Tensor]:
    """`∂ Σ_k ⟨G_k, y_k⟩ / ∂X` for each X, with inputs `G` (or `G_0`, …) for the cotangents."""
    if not wrt:
        return []
    seeds = [input_tensor(name, t.shape) for name, t in zip(cotangent_names(outputs), outputs, strict=True)]
    if len(outputs) == 1:
        return pull_back(outputs[0], wrt, seeds[0])
    body = sum(_inner(g, t) for g, t in zip(seeds, outputs, strict=True))
    return pull_back(from_expression((), body), wrt)


def _inner(g: Tensor, t: Tensor):
    """`Σ G[i…] y[i…]`."""
    at = plain_indices(t.shape)
    return total(Entry(g.ref, *at) * Entry(t.ref, *at), *at)
