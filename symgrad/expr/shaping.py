"""Shaping: the same entries under other indices. Each operation is an index map; a reshape's is in mixed radix."""

from __future__ import annotations

from typing import Any

from sympy import Integer, cancel

from ..errors import OptionError, ShapeError
from .affine import Quo, Rem
from .axes import ZERO, axis_number, axis_numbers, broadcast, build, empty, running, same, spread, volume
from .constants import sizes, tensor
from .indices import expression
from .nodes import Entry, Slot
from .tensors import Template, Tensor, mismatch, shape_text


def transpose(t, axes=None) -> Tensor:
    """`out[…] = X[permuted]`; all axes reversed by default.

    >>> from symgrad.expr.tensors import input_tensor
    >>> transpose(input_tensor("W", (2, 3))).equation
    ((i, j), W[j, i])
    """
    t = tensor(t, "transpose")
    order = tuple(reversed(range(t.ndim))) if axes is None else axis_numbers("transpose", tuple(axes), t.shape)
    if len(order) != t.ndim:
        raise ShapeError(f"transpose: axes {tuple(axes)} do not name each axis of shape {shape_text(t.shape)} once")
    return t if order == tuple(range(t.ndim)) else build(_transpose, (t,), order)


def _transpose(shapes, order):
    (shape,) = shapes
    free = running([shape[a] for a in order])
    where = dict(zip(order, free, strict=True))
    return free, Entry(Slot(0), *(where[a] for a in range(len(shape))))


def matrix_transpose(t) -> Tensor:
    """The last two axes exchanged."""
    t = tensor(t, "matrix_transpose")
    if t.ndim < 2:
        raise ShapeError(f"matrix_transpose: shape {shape_text(t.shape)} has no two axes to exchange")
    return swapaxes(t, -1, -2)


def swapaxes(t, axis1, axis2) -> Tensor:
    """Two axes exchanged."""
    t = tensor(t, "swapaxes")
    a, b = (axis_number("swapaxes", x, t.shape) for x in (axis1, axis2))
    order = list(range(t.ndim))
    order[a], order[b] = b, a
    return transpose(t, order)


def moveaxis(t, source, destination) -> Tensor:
    """The axes `source` moved to the places `destination`, the others in their order."""
    t = tensor(t, "moveaxis")
    source, destination = (axis_numbers("moveaxis", x, t.shape) for x in (source, destination))
    if len(source) != len(destination):
        raise ShapeError(f"moveaxis: {len(source)} axes cannot move to {len(destination)} places")
    order = [a for a in range(t.ndim) if a not in source]
    for place, axis in sorted(zip(destination, source, strict=True)):
        order.insert(place, axis)
    return transpose(t, order)


def reshape(t, *shape: Any, order="C") -> Tensor:
    """The entries in row-major order under another shape; one size may be −1.

    >>> from symgrad.expr.tensors import input_tensor
    >>> reshape(input_tensor("X", (2, 3)), -1).equation
    ((i,), X[Quo(i, 3), Rem(i, 3)])
    """
    t = tensor(t, "reshape")
    if order != "C":
        raise OptionError(f"reshape: order {order!r}; entries are always in row-major order, order='C'")
    alone = len(shape) == 1 and isinstance(shape[0], (tuple, list))
    known = _complete(t.shape, tuple(shape[0]) if alone else shape)
    return t if known == t.shape else build(_reshape, (t,), known)


def _complete(old, new):
    """The new shape with its −1 worked out."""
    unknown = [a for a, n in enumerate(new) if n == -1]
    known = sizes("reshape", tuple(n for n in new if n != -1))
    total, rest = volume(old), volume(known)
    if not unknown:
        if not same(total, rest):
            raise mismatch("reshape", old, new, f"{total} entries become {rest}")
        return known
    if len(unknown) > 1:
        raise ShapeError(f"reshape: shape {shape_text(new)} has more than one -1")
    if rest == 0:
        raise ShapeError(f"reshape: the -1 in {shape_text(new)} could be anything, another size is 0")
    size = cancel(total / rest)
    if size.as_numer_denom()[1] != 1:
        raise mismatch("reshape", old, new, f"{total} entries are not known to be a multiple of {rest}")
    return (*known[: unknown[0]], size, *known[unknown[0] :])


def is_reshape(t: Tensor) -> bool:
    """Whether t has the entries of its one operand in row-major order."""
    return not t.is_input and reshapes(t.template)


def reshapes(template: Template) -> bool:
    """Whether a template gives the entries of its one operand in row-major order."""
    return template.cache.get("builder") is _reshape


def _reshape(shapes, new):
    (old,) = shapes
    free = running(new)
    if any(map(empty, (*old, *new))):
        return free, ZERO
    position = Integer(0)
    for i, n in zip(free, new, strict=True):
        position = position * n + (0 if n == 1 else i)
    return free, Entry(Slot(0), *_places(position, old))


def _places(position, shape):
    """The index on each axis of the entry at a row-major position: the digits of a mixed-radix number."""
    places = []
    for axis, n in enumerate(shape):
        whole = Quo(position, volume(shape[axis + 1 :]))
        first = all(m == 1 for m in shape[:axis])
        places.append(ZERO if n == 1 else whole if first else Rem(whole, n))
    return places


def flatten(t, order="C") -> Tensor:
    """One axis with all entries in row-major order."""
    return reshape(t, -1, order=order)


def unflatten(t, axis, shape) -> Tensor:
    """One axis split into several."""
    t = tensor(t, "unflatten")
    a = axis_number("unflatten", axis, t.shape)
    return reshape(t, (*t.shape[:a], *_complete((t.shape[a],), tuple(shape)), *t.shape[a + 1 :]))


def expand_dims(t, axis) -> Tensor:
    """New axes of size 1 at the given places of the result."""
    t = tensor(t, "expand_dims")
    axes = axis if isinstance(axis, (tuple, list)) else (axis,)
    places = axis_numbers("expand_dims", axis, (*t.shape, *(Integer(1) for _ in axes)))
    old = iter(t.shape)
    return _relabel(t, tuple(Integer(1) if a in places else next(old) for a in range(t.ndim + len(places))))


def squeeze(t, axis=None) -> Tensor:
    """The axes of size 1 left out."""
    t = tensor(t, "squeeze")
    ones = tuple(a for a, n in enumerate(t.shape) if n == 1)
    axes = ones if axis is None else axis_numbers("squeeze", axis, t.shape)
    for a in axes:
        if a not in ones:
            raise ShapeError(f"squeeze: axis {a} of shape {shape_text(t.shape)} is {t.shape[a]}, not 1")
    return _relabel(t, tuple(n for a, n in enumerate(t.shape) if a not in axes))


def _relabel(t, shape):
    """The same entries where the shapes differ in axes of size 1 alone."""
    return t if shape == t.shape else build(_ones, (t,), shape)


def _ones(shapes, new):
    free = running(new)
    left = iter([i for i in free if i.size != 1])
    return free, Entry(Slot(0), *(ZERO if n == 1 else next(left) for n in shapes[0]))


def broadcast_to(t, shape) -> Tensor:
    """The entries repeated along new leading axes and axes of size 1."""
    t = tensor(t, "broadcast_to")
    wanted = sizes("broadcast_to", shape)
    return t if wanted == t.shape else build(_broadcast_to, (t,), wanted)


def _broadcast_to(shapes, wanted):
    (shape,) = shapes
    if len(shape) > len(wanted) or not all(map(same, broadcast("broadcast_to", shape, wanted), wanted)):
        raise mismatch("broadcast_to", shape, wanted, "only an axis of size 1 stretches")
    free = running(wanted)
    return free, spread(0, shape, free)


def flip(t, axis=None) -> Tensor:
    """`out[i] = X[n−1−i]` along the axes, all by default."""
    t = tensor(t, "flip")
    return build(_flip, (t,), axis_numbers("flip", axis, t.shape))


def _flip(shapes, axes):
    (shape,) = shapes
    free = running(shape)
    return free, Entry(Slot(0), *(i.size - 1 - i if a in axes else i for a, i in enumerate(free)))


def roll(t, shift, axis=None) -> Tensor:
    """`out[i] = X[(i − shift) mod n]` along the axes; of the flattened tensor without one."""
    t = tensor(t, "roll")
    if axis is None:
        return reshape(roll(flatten(t), shift, 0), t.shape)
    axes = axis_numbers("roll", axis, t.shape)
    shifts = tuple(shift) if isinstance(shift, (tuple, list)) else (shift,) * len(axes)
    for a, s in zip(axes, shifts, strict=True):
        t = build(_roll, (t,), a, expression(s))
    return t


def _roll(shapes, axis, shift):
    (shape,) = shapes
    free = running(shape)
    n = shape[axis]
    if empty(n):
        return free, ZERO
    return free, entry_at(free, axis, Rem(free[axis] - shift, n))


def entry_at(free, axis, where, slot=0) -> Entry:
    """The entry at the free indices, except for the map on one axis."""
    return Entry(Slot(slot), *(where if a == axis else i for a, i in enumerate(free)))


def repeat(t, repeats, axis=None) -> Tensor:
    """`out[i] = X[⌊i/r⌋]`: each entry r times in a row along the axis."""
    t = tensor(t, "repeat")
    t, axis = (flatten(t), 0) if axis is None else (t, axis)
    (r,) = sizes("repeat", repeats)
    return build(_repeat, (t,), axis_number("repeat", axis, t.shape), r)


def _repeat(shapes, axis, r):
    (shape,) = shapes
    free = running([r * n if a == axis else n for a, n in enumerate(shape)])
    return free, ZERO if r == 0 else entry_at(free, axis, Quo(free[axis], r))


def tile(t, reps) -> Tensor:
    """`out[i] = X[i mod n]`: the whole repeated along each axis."""
    t = tensor(t, "tile")
    reps = sizes("tile", reps)
    rank = max(t.ndim, len(reps))
    reps = (Integer(1),) * (rank - len(reps)) + reps
    return build(_tile, (_relabel(t, (Integer(1),) * (rank - t.ndim) + t.shape),), reps)


def _tile(shapes, reps):
    (shape,) = shapes
    free = running([r * n for r, n in zip(reps, shape, strict=True)])
    if any(map(empty, shape)):
        return free, ZERO
    return free, Entry(Slot(0), *(Rem(i, n) for i, n in zip(free, shape, strict=True)))
