"""Layers that rearrange: Flatten."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from ..errors import ShapeError
from ..expr.shaping import reshape
from ..expr.tensors import shape_text
from .described import Described


@dataclass(frozen=True, eq=False, repr=False)
class Flatten(Described):
    """The axes `start_dim` to `end_dim` as one, in row-major order. Axes are counted with the batch axis, 0.

    >>> Flatten().output_shape((16, 5, 5)), Flatten(2).output_shape((16, 5, 5))
    ((400,), (16, 25))
    """

    start_dim: int = 1
    end_dim: int = -1

    def _axes(self, shape):
        rank = len(shape) + 1
        first, last = (d + rank if d < 0 else d for d in (self.start_dim, self.end_dim))
        if not 1 <= first <= last < rank:
            raise ShapeError(
                f"{self}: axes {self.start_dim} to {self.end_dim} of a sample of shape {shape_text(shape)}",
                hint="axis 0 is the batch, which stays",
            )
        return first - 1, last

    def output_shape(self, shape):
        first, last = self._axes(shape)
        return (*shape[:first], prod(shape[first:last]), *shape[last:])

    def equations(self, x, parameters, mode):
        return reshape(x, (x.shape[0], *self.output_shape(self.sample(x))))
