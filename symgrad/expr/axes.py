"""Axes: the letters that run over them, their numbers, how shapes broadcast, and how a builder is called."""

from __future__ import annotations

from sympy import Expr, Integer, Mul, expand

from ..errors import ShapeError
from .indices import Index
from .nodes import Entry, Slot
from .tensors import Tensor, call, mismatch, shape_text

LETTERS = "ijklpqrstuvabcdegh"
ZERO = Integer(0)


def build(builder, operands: tuple[Tensor, ...], *options, label="") -> Tensor:
    """`call`, except that a shape error speaks of the sizes as the user named them."""
    try:
        return call(builder, operands, *options, label=label)
    except ShapeError as error:
        told = error
    builder(tuple(t.shape for t in operands), *options)
    raise told


def letter(position: int) -> str:
    """The label of an axis: i, j, k, l, … and i1, j1, … when those are used up."""
    number, place = divmod(position, len(LETTERS))
    return LETTERS[place] + (str(number) if number else "")


def named(label: str, size) -> Index:
    """The index with the label `i` or `i1`."""
    return Index(label[0], size, int(label[1:] or 0))


def running(shape, start: int = 0) -> tuple[Index, ...]:
    """An index for each axis: i, j, k, …

    >>> running((2, 3)), running((4,), start=2)
    ((i, j), (k,))
    """
    return tuple(named(letter(start + a), n) for a, n in enumerate(shape))


def bind(shape, start: int) -> tuple[tuple, tuple[Index, ...]]:
    """(index maps, indices to bind) over the axes; an axis of size 1 has the map 0 and binds nothing."""
    found = running(shape, start)
    return tuple(ZERO if i.size == 1 else i for i in found), tuple(i for i in found if i.size != 1)


def spread(slot: int, shape, free: tuple) -> Entry:
    """The entry of a slot that broadcasts against the axes `free`: aligned at the end, 0 on an axis of size 1."""
    where = free[len(free) - len(shape) :]
    return Entry(Slot(slot), *(ZERO if n == 1 else i for n, i in zip(shape, where, strict=True)))


def same(a: Expr, b: Expr) -> bool:
    """Whether two sizes are equal for all values of their symbols."""
    return a == b or (not (a.is_Integer and b.is_Integer) and expand(a - b) == 0)


def empty(n: Expr) -> bool:
    """Whether an axis of this size is known to have no entry."""
    return n == 0


def volume(shape) -> Expr:
    """The number of entries."""
    return Mul(*shape)


def broadcast(operation: str, *shapes) -> tuple[Expr, ...]:
    """The shape that NumPy's broadcasting gives: aligned at the end, size 1 stretches.

    >>> broadcast("add", (Integer(3), Integer(1)), (Integer(4),))
    (3, 4)
    """
    rank = max(map(len, shapes), default=0)
    return tuple(_join(operation, shapes, axis) for axis in range(-rank, 0))


def _join(operation, shapes, axis):
    present = [s for s in shapes if len(s) >= -axis]
    widest = next((s for s in present if s[axis] != 1), present[0])
    for s in present:
        if s[axis] != 1 and not same(s[axis], widest[axis]):
            left, right = len(widest) + axis, len(s) + axis
            raise mismatch(
                operation,
                widest,
                s,
                f"axis {left} of the left is {widest[axis]}, axis {right} of the right is {s[axis]}",
            )
    return widest[axis]


def axis_number(operation: str, axis, shape) -> int:
    """The axis counted from the front; −1 is the last.

    >>> axis_number("sum", -1, (2, 3, 4))
    2
    """
    if isinstance(axis, bool) or not hasattr(axis, "__index__"):
        raise ShapeError(f"{operation}: an axis is an integer, not {axis!r}")
    number = axis.__index__()
    if not -len(shape) <= number < len(shape):
        raise ShapeError(
            f"{operation}: axis {number} does not exist in shape {shape_text(shape)}",
            hint=f"axes are {-len(shape)} to {len(shape) - 1}" if shape else "the tensor is a scalar",
        )
    return number % len(shape)


def axis_numbers(operation: str, axis, shape) -> tuple[int, ...]:
    """All axes for None, one for an integer, those of a tuple; none twice."""
    if axis is None:
        return tuple(range(len(shape)))
    axes = axis if isinstance(axis, (tuple, list)) else (axis,)
    numbers = tuple(axis_number(operation, a, shape) for a in axes)
    if len(set(numbers)) < len(numbers):
        raise ShapeError(f"{operation}: axis {axis} names an axis of shape {shape_text(shape)} twice")
    return numbers
