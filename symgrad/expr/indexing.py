"""Indexing with NumPy's meaning: integers, slices with steps, `None`, `...`; on a symbolic axis where it is certain."""

from __future__ import annotations

from sympy import Expr, Integer, expand

from ..errors import OptionError, ShapeError
from .affine import Quo, nonnegative
from .axes import ZERO, build, letter, named
from .constants import operand
from .indices import Index
from .nodes import Entry, Slot
from .tensors import Tensor, shape_text

NEW = "new"


def item(t: Tensor, key) -> Tensor:
    """`t[key]`.

    >>> from symgrad.expr.tensors import input_tensor
    >>> from symgrad.expr.indices import param
    >>> x = input_tensor("x", (param("n"),)); item(x, slice(1, None)).equation, item(x, slice(None, None, -1)).equation
    (((i,), x[i + 1]), ((i,), x[-i + n - 1]))
    """
    key = tuple(_part(k) for k in (key if isinstance(key, tuple) else (key,)))
    return t if all(k in (..., (None, None, None)) for k in key) and len(key) <= t.ndim else build(_item, (t,), key)


def _part(k):
    """An integer, a size, NEW, ... or (start, stop, step)."""
    if k is None:
        return NEW
    if k is Ellipsis:
        return k
    if isinstance(k, slice):
        return tuple(_whole(b) for b in (k.start, k.stop, k.step))
    return _whole(k)


def _whole(k):
    if k is None:
        return None
    found = (
        operand(k)
        if isinstance(k, Expr) or (hasattr(k, "__index__") and not isinstance(k, bool) and not _axes(k))
        else None
    )
    if not isinstance(found, Expr) or not found.is_integer:
        raise OptionError(
            f"index {k!r}: an index is an integer, a slice, None or ...",
            hint="to choose several entries, np.stack them; to choose by a condition, np.where",
        )
    return found


def _axes(k):
    return bool(getattr(k, "shape", ()))


def _item(shapes, key):
    (shape,) = shapes
    parts = _filled(shape, key)
    free: list[Index] = []
    where: list[Expr] = []
    axis = 0
    for part in parts:
        if part == NEW:
            free.append(named(letter(len(free)), 1))
            continue
        n, spot = shape[axis], (shape, axis)
        if isinstance(part, tuple):
            start, step, length = bounds(part, n, spot)
            i = named(letter(len(free)), length)
            free.append(i)
            where.append(ZERO if n == 1 and length == 1 else start + step * i)
        else:
            where.append(_position(part, n, spot))
        axis += 1
    return tuple(free), Entry(Slot(0), *where)


def _filled(shape, key):
    """The key with `...` written out and the missing axes taken whole."""
    if sum(k is Ellipsis for k in key) > 1:
        raise OptionError("index: more than one ...")
    used = sum(k is not Ellipsis and k != NEW for k in key)
    if used > len(shape):
        raise ShapeError(f"index: {used} indices for shape {shape_text(shape)}, which has {len(shape)} axes")
    at = next((p for p, k in enumerate(key) if k is Ellipsis), len(key))
    whole = ((None, None, None),) * (len(shape) - used)
    return (*key[:at], *whole, *key[at + 1 :])


def _position(k, n, spot):
    """An index counted from the front; on a symbolic axis it is taken to exist."""
    k = _signed(k, n)
    place = n + k if k.is_negative else k
    if not (k.is_negative or k.is_nonnegative):
        raise _uncertain(f"the index {k}", n, spot)
    if n.is_Integer and k.is_Integer and not 0 <= place < n:
        shape, axis = spot
        raise ShapeError(f"index {k} is out of range for axis {axis} of shape {shape_text(shape)}")
    return place


def _signed(b, n):
    """`n − 1` is −1: a place counted from the end, where it is written with the symbolic size."""
    from_end = b if b.is_Integer else expand(b - n)
    return from_end if from_end.is_Integer and from_end.is_negative else b


def bounds(part, n, spot) -> tuple[Expr, Expr, Expr]:
    """(start, step, length) of a slice on an axis of size n."""
    start, stop = (None if b is None else _signed(b, n) for b in part[:2])
    step = part[2]
    step = Integer(1) if step is None else step
    if not step.is_Integer or step == 0:
        raise OptionError(f"slice: the step is an integer and not 0, not {step}")
    if all(b is None or b.is_Integer for b in (start, stop, n)):
        first, last = (None if b is None else int(b) for b in (start, stop))
        chosen = range(int(n))[slice(first, last, int(step))]
        return Integer(chosen.start), step, Integer(len(chosen))
    if step < 0:
        return _backwards(start, stop, step, n, spot)
    begin = Integer(0) if start is None else _first(start, n, spot)
    end = n if stop is None else _last(stop, n, spot)
    return begin, step, end - begin if step == 1 else Quo(end - begin + step - 1, step)


def _first(b, n, spot):
    """A start beyond the end leaves nothing; one counted from the end must be known not to lie before the beginning."""
    if b.is_nonnegative:
        return b
    if b.is_negative and nonnegative(n + b):
        return n + b
    raise _uncertain(f"the start {b}", n, spot)


def _last(b, n, spot):
    """A stop counted from the end may leave nothing; one from the front must be known not to lie beyond the end."""
    if b.is_negative:
        return n + b
    if b.is_nonnegative and nonnegative(n - b):
        return b
    raise _uncertain(f"the stop {b}", n, spot)


def _backwards(start, stop, step, n, spot):
    if start is not None or stop is not None:
        raise _uncertain(f"a slice with step {step} and bounds", n, spot)
    return n - 1, step, n if step == -1 else Quo(n - 1 - step, -step)


def _uncertain(what, n, spot):
    shape, axis = spot
    return ShapeError(
        f"{what} on axis {axis} of shape {shape_text(shape)}: what is left depends on the size {n}",
        hint="give the axis an integer size, or count from the other end",
    )
