"""Arrays with named axes: an axis for each index of a formula, before the axes of the value itself.

`W_{ij} x_j` has the axes i and j and the shape of a number; `W x` has no named axis and the shape of a column, (m, 1).
Axes of one name are the same axis, so a formula is evaluated for all values of its indices at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Array:
    """`data` has the axes `dims` by name and then those of `shape`: () a number, (n, 1) a column, (m, n) a matrix."""

    dims: tuple[str, ...]
    data: np.ndarray

    def __post_init__(self):
        if not isinstance(self.data, np.ndarray):  # NumPy takes numbers out of arrays of objects without axes
            kind = None if isinstance(self.data, np.generic | bool | int | float) else object
            object.__setattr__(self, "data", np.asarray(self.data, dtype=kind))

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the value at one place of the named axes."""
        return self.data.shape[len(self.dims) :]

    @property
    def rank(self) -> int:
        """The number of axes of the value."""
        return self.data.ndim - len(self.dims)

    def size(self, dim: str) -> int:
        """The length of a named axis."""
        return self.data.shape[self.dims.index(dim)]

    def over(self, dims: Sequence[str]) -> np.ndarray:
        """The data with exactly the axes `dims` in that order, of length 1 where this value does not depend on one."""
        order = [self.dims.index(d) for d in dims if d in self.dims]
        rest = range(len(self.dims), self.data.ndim)
        moved = self.data.transpose(*order, *rest)
        absent = tuple(k for k, d in enumerate(dims) if d not in self.dims)
        return np.expand_dims(moved, absent) if absent else moved

    def with_shape(self, shape: tuple[int, ...]) -> Array:
        """The same entries with the value's own axes reshaped."""
        return Array(self.dims, self.data.reshape(*self.data.shape[: len(self.dims)], *shape))

    def inward(self, dims: Sequence[str]) -> Array:
        """The named axes `dims` become the first axes of the value."""
        kept = tuple(d for d in self.dims if d not in dims)
        at = len(kept)
        present = [d for d in dims if d in self.dims]
        order = [self.dims.index(d) for d in (*kept, *present)]
        moved = self.data.transpose(*order, *range(len(self.dims), self.data.ndim))
        absent = tuple(at + k for k, d in enumerate(dims) if d not in self.dims)
        return Array(kept, np.expand_dims(moved, absent) if absent else moved)

    def renamed(self, names: dict[str, str]) -> Array:
        """The same array with other names of axes."""
        return Array(tuple(names.get(d, d) for d in self.dims), self.data)


def union(*arrays: Array) -> tuple[str, ...]:
    """The named axes that occur, in order of occurrence.

    >>> union(Array(("i",), np.zeros(2)), Array(("j", "i"), np.zeros((3, 2))))
    ('i', 'j')
    """
    return tuple(dict.fromkeys(d for a in arrays for d in a.dims))


def aligned(*arrays: Array) -> tuple[tuple[str, ...], list[np.ndarray]]:
    """The union of the named axes, and each array's data over it; values of unlike rank get axes in front."""
    dims = union(*arrays)
    rank = max(a.rank for a in arrays)
    return dims, [_padded(a, dims, rank) for a in arrays]


def _padded(array, dims, rank):
    data = array.over(dims)
    missing = rank - array.rank
    return data.reshape(*data.shape[: len(dims)], *(1,) * missing, *array.shape) if missing else data


def gather(array: Array, indices: Sequence[Array]) -> tuple[Array, tuple[Array, ...]]:
    """`out[…] = array[i₁, i₂, …]` along the first axes of the value, and for each index where it was inside its axis.

    Indices are whole numbers with named axes of their own; an entry outside is read at 0 and marked.
    """
    dims = union(array, *indices)
    grids, inside = [], []
    for index, size in zip(indices, array.shape, strict=False):
        inside.append(Array(index.dims, (index.data >= 0) & (index.data < size)))
        grids.append(np.clip(index.over(dims), 0, size - 1))
    own = [_own(array, d, dims) for d in array.dims]
    moved = array.data[(*own, *grids)]
    return Array(dims, moved), tuple(inside)


def _own(array, dim, dims):
    shape = [1] * len(dims)
    shape[dims.index(dim)] = array.size(dim)
    return np.arange(array.size(dim)).reshape(shape)
