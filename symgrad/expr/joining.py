"""Joining and cutting: concatenate, stack, pad, split. Joining is adding, since an entry outside a tensor is 0."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from types import MappingProxyType

from sympy import Add, Expr, Integer, Mul

from ..errors import OptionError, ShapeError
from .affine import nonnegative
from .axes import axis_number, build, running, same
from .constants import sizes, tensor, tensor_free
from .indexing import item
from .nodes import Entry, Inside, Slot
from .operations import unknown
from .shaping import entry_at, expand_dims, flatten
from .tensors import Tensor, mismatch, shape_text


def concatenate(tensors, axis=0) -> Tensor:
    """`C[i] = A[i] + B[i − n]` along the axis: each term is 0 outside its tensor.

    >>> from symgrad.expr.tensors import input_tensor
    >>> a, b = input_tensor("a", (2,)), input_tensor("b", (3,)); concatenate([a, b]).equation
    ((i,), a[i] + b[i - 2])
    """
    tensors = _several("concatenate", tensors)
    if axis is None:
        tensors, axis = tuple(map(flatten, tensors)), 0
    return build(_concatenate, tensors, axis_number("concatenate", axis, tensors[0].shape))


def _several(operation, tensors):
    found = tuple(tensor(t, operation) for t in tensors)
    if not found:
        raise ShapeError(f"{operation}: at least one tensor is needed")
    return found


def _concatenate(shapes, axis):
    first = shapes[0]
    for s in shapes[1:]:
        _check_others("concatenate", first, s, axis)
    lengths = [s[axis] for s in shapes]
    free = running([Add(*lengths) if a == axis else n for a, n in enumerate(first)])
    starts = [Add(*lengths[:k]) for k in range(len(shapes))]
    return free, Add(*(entry_at(free, axis, free[axis] - start, k) for k, start in enumerate(starts)))


def _check_others(operation, first, other, axis=None):
    if len(first) != len(other):
        raise mismatch(operation, first, other, f"{len(first)} axes and {len(other)}")
    for a, (m, n) in enumerate(zip(first, other, strict=True)):
        if a != axis and not same(m, n):
            raise mismatch(operation, first, other, f"axis {a} is {m} and {n}")


def stack(tensors, axis=0) -> Tensor:
    """Tensors of one shape along a new axis."""
    tensors = _several("stack", tensors)
    for t in tensors[1:]:
        _check_others("stack", tensors[0].shape, t.shape)
    place = axis_number("stack", axis, (*tensors[0].shape, Integer(1)))
    return concatenate([expand_dims(t, place) for t in tensors], place)


def vstack(tensors) -> Tensor:
    """Rows below each other; vectors are rows."""
    return concatenate([_at_least(t, 2, 0) for t in _several("vstack", tensors)], 0)


def hstack(tensors) -> Tensor:
    """Columns beside each other; vectors end to end."""
    tensors = [_at_least(t, 1, 0) for t in _several("hstack", tensors)]
    return concatenate(tensors, 0 if tensors[0].ndim == 1 else 1)


def column_stack(tensors) -> Tensor:
    """Columns beside each other; vectors are columns."""
    return concatenate([_at_least(_at_least(t, 1, 0), 2, 1) for t in _several("column_stack", tensors)], 1)


def _at_least(t, rank, axis):
    while t.ndim < rank:
        t = expand_dims(t, axis)
    return t


def split(t, indices_or_sections, axis=0) -> list[Tensor]:
    """The parts along an axis: so many equal ones, or cut before each of the given positions."""
    t = tensor(t, "split")
    a = axis_number("split", axis, t.shape)
    cuts = [0, *_cuts(t.shape, a, indices_or_sections), None]
    return [item(t, (slice(None),) * a + (slice(p, q),)) for p, q in pairwise(cuts)]


def _cuts(shape, axis, given):
    if isinstance(given, (tuple, list)):
        return given
    (parts,), n = sizes("split", given), shape[axis]
    if parts == 0 or not (n / parts).is_integer:
        raise ShapeError(f"split: axis {axis} of shape {shape_text(shape)} does not divide into {given} equal parts")
    return [k * (n / parts) for k in range(1, int(parts))]


# mode: the maps that fill in before and after, from e = i − before on an axis of size n; whether they reach p far
FILLS: MappingProxyType[str, tuple[Callable, Callable, Callable]] = MappingProxyType(
    {
        "edge": (lambda e, n: Integer(0), lambda e, n: n - 1, lambda n, p: n != 0),
        "reflect": (lambda e, n: -e, lambda e, n: 2 * (n - 1) - e, lambda n, p: nonnegative(n - 1 - p)),
        "symmetric": (lambda e, n: -1 - e, lambda e, n: 2 * n - 1 - e, lambda n, p: nonnegative(n - p)),
        "wrap": (lambda e, n: e + n, lambda e, n: e - n, lambda n, p: nonnegative(n - p)),
    }
)


def pad(t, pad_width, mode="constant", constant_values=0) -> Tensor:
    """`out[i] = X[i − p]`, 0 outside, or the constant, or as the mode fills in.

    >>> from symgrad.expr.tensors import input_tensor
    >>> pad(input_tensor("x", (3,)), (1, 2)).equation
    ((i,), x[i - 1])
    """
    t = tensor(t, "pad")
    widths = _widths(pad_width, t.ndim)
    if mode == "constant":
        return build(_pad, (t,), widths, tensor_free(constant_values, "pad"))
    if mode not in FILLS:
        raise unknown(mode, ("constant", *FILLS))
    for axis, (before, after) in enumerate(widths):
        t = t if before == after == 0 else build(_fill, (t,), axis, before, after, mode)
    return t


def _widths(given, rank):
    """((before, after), …) for each axis, of one number, one pair or a pair for each axis."""
    given = given.tolist() if hasattr(given, "tolist") else given
    if not isinstance(given, (tuple, list)):
        given = (given, given)
    if not any(isinstance(w, (tuple, list)) for w in given):
        given = (tuple(given) * (2 // len(given)),) if len(given) in (1, 2) else given
    pairs = tuple(given) * rank if len(given) == 1 else tuple(given)
    if len(pairs) != rank or not all(isinstance(w, (tuple, list)) and len(w) == 2 for w in pairs):
        raise OptionError(f"pad: {given!r} is not one width, one pair or {rank} pairs (before, after)")
    return tuple(sizes("pad", tuple(w)) for w in pairs)


def _pad(shapes, widths, value):
    (shape,) = shapes
    free = running([p + n + q for n, (p, q) in zip(shape, widths, strict=True)])
    where = [i - p for i, (p, _) in zip(free, widths, strict=True)]
    body: Expr = Entry(Slot(0), *where)
    if value != 0:
        body += value * (1 - Mul(*(Inside(e, n) for e, n in zip(where, shape, strict=True))))
    return free, body


def _fill(shapes, axis, before, after, mode):
    (shape,) = shapes
    n, (left, right, reaches) = shape[axis], FILLS[mode]
    for width in (before, after):
        if not reaches(n, width):
            raise ShapeError(
                f"pad: {mode} of axis {axis} of shape {shape_text(shape)} is not known to reach {width} far"
            )
    free = running([before + m + after if a == axis else m for a, m in enumerate(shape)])
    e = free[axis] - before
    return free, Add(
        entry_at(free, axis, e),
        Inside(free[axis], before) * entry_at(free, axis, left(e, n)),
        Inside(e - n, after) * entry_at(free, axis, right(e, n)),
    )
