"""Embedding: a row of a table for each integer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..errors import OptionError, ShapeError
from ..expr.axes import build, running
from ..expr.indices import Index
from ..expr.nodes import Compare, Entry, Slot, total
from .described import Described
from .equation import count
from .initial import normal


@dataclass(frozen=True, eq=False, repr=False)
class Embedding(Described):
    """`Y[n,…,d] = Σ_v [x[n,…] = v] E[v,d]`.    x: (N, …) of integers 0 … num_embeddings−1   E: (num_embeddings, dim)

    The row `padding_idx` starts as 0 and counts as 0, so it is not learnt.
    """

    num_embeddings: int
    embedding_dim: int
    padding_idx: int | None = None

    def __post_init__(self):
        for option in ("num_embeddings", "embedding_dim"):
            count("Embedding", option, getattr(self, option))
        if self.padding_idx is not None:
            if not -self.num_embeddings <= self.padding_idx < self.num_embeddings:
                raise OptionError(f"Embedding: padding_idx={self.padding_idx} is not one of {self.num_embeddings} rows")
            self._set(padding_idx=self.padding_idx % self.num_embeddings)

    def parameters(self):
        return {"weight": (self.num_embeddings, self.embedding_dim)}

    def initial(self, rng):
        weight = normal(rng, (self.num_embeddings, self.embedding_dim))
        if self.padding_idx is not None:
            weight[self.padding_idx] = 0
        return {"weight": weight}

    def output_shape(self, shape):
        return (*shape, self.embedding_dim)

    def check_values(self, x):
        check_classes(self, "x", x[0], self.num_embeddings)

    def equations(self, x, parameters, mode):
        return build(_chosen, (x, parameters["weight"]), self.padding_idx)


def _chosen(shapes, padding):
    place, (rows, width) = shapes
    free = running(place)
    v, d = Index("v", rows), Index("d", width)
    chosen = Compare("==", Entry(Slot(0), *free), v) * Entry(Slot(1), v, d)
    if padding is not None:
        chosen *= Compare("!=", Entry(Slot(0), *free), padding)
    return (*free, d), total(chosen, v)


def check_classes(layer, name: str, values: np.ndarray, classes: int, besides: int | None = None) -> None:
    """Whole numbers from 0 to `classes − 1`, or `besides`."""
    if values.dtype.kind not in "iu":
        raise OptionError(f"{layer}: {name} holds {values.dtype}, integers are expected", hint=f"{name}.astype(int)")
    wrong = (values < 0) | (values >= classes)
    if besides is not None:
        wrong &= values != besides
    if wrong.any():
        place = tuple(int(k) for k in np.argwhere(wrong)[0])
        raise ShapeError(f"{layer}: {name} is {values[place]} at {list(place)}, one of 0 … {classes - 1} is expected")
