"""Arrays of numbers of any kind, and how nested lists and NumPy arrays become one."""

from __future__ import annotations

import math
from collections.abc import Callable

from ..errors import ShapeError


class Array:
    """A dense array of numbers as a flat list in row-major order; an entry outside reads as 0.

    >>> a = array([[1, 2], [3, 4]]); a[1, 0], a[2, 0], a.nested()
    (3, 0, [[1, 2], [3, 4]])
    """

    __slots__ = ("data", "shape")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, shape: tuple[int, ...], data: list):
        self.shape, self.data = shape, data

    def __getitem__(self, where: tuple[int, ...]):
        position = 0
        for e, n in zip(where, self.shape, strict=True):
            if not 0 <= e < n:
                return 0
            position = position * n + e
        return self.data[position]

    def __iter__(self):
        return iter(self.data)

    def __len__(self):
        return len(self.data)

    def __eq__(self, other):
        return isinstance(other, Array) and self.shape == other.shape and self.data == other.data

    def __repr__(self):
        return f"Array{self.shape}{self.nested()}"

    def nested(self):
        """As nested lists (a number where there are no axes)."""
        return _nest(self.data, self.shape)

    def map(self, f: Callable) -> Array:
        """`f` of every entry."""
        return Array(self.shape, list(map(f, self.data)))

    def place(self, position: int) -> tuple[int, ...]:
        """Where the entry at a position of the flat list stands: `data[position]` is `self[place(position)]`."""
        where = []
        for n in reversed(self.shape):
            position, e = divmod(position, n)
            where.append(e)
        return tuple(reversed(where))


def _nest(data, shape):
    if not shape:
        return data[0]
    step = math.prod(shape[1:])
    return [_nest(data[k * step : (k + 1) * step], shape[1:]) for k in range(shape[0])]


def array(value, space=None) -> Array:
    """Nested sequences, a number or anything with `tolist()` as an Array, its numbers taken into the space."""
    if isinstance(value, Array):
        found = value
    else:
        shape = getattr(value, "shape", None)
        value = value.tolist() if hasattr(value, "tolist") else value
        found = Array(_shape(value) if shape is None else tuple(map(int, shape)), [])
        _flatten(value, found.shape, found.data)
    return found.map(space.take) if space else Array(found.shape, list(found.data))


def _shape(value):
    if not isinstance(value, (list, tuple)):
        return ()
    return (len(value), *(_shape(value[0]) if value else ()))


def _flatten(value, shape, into):
    if not shape:
        if isinstance(value, (list, tuple)):
            raise ShapeError("rows of unequal depth: a number is expected where a list stands")
        into.append(value)
        return
    if not isinstance(value, (list, tuple)) or len(value) != shape[0]:
        raise ShapeError(f"rows of unequal length: {shape[0]} entries are expected", place=f"  at {value!r}"[:90])
    for part in value:
        _flatten(part, shape[1:], into)
