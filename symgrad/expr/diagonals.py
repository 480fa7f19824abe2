"""Diagonals and triangles of matrices: diag, diagonal, trace, tril, triu."""

from __future__ import annotations

from sympy import Expr, Integer, Min

from ..errors import ShapeError
from .axes import axis_numbers, build, named, running, same
from .constants import tensor
from .nodes import Entry, Equal, Inside, Slot, total
from .shaping import moveaxis
from .tensors import Tensor, shape_text


def diag(v, k: int = 0) -> Tensor:
    """`D[i,j] = v[i] [j = i + k]` of a vector, the diagonal of a matrix.

    >>> from symgrad.expr.tensors import input_tensor
    >>> diag(input_tensor("v", (3,))).template
    Template([i, j] = $0[i]*Equal(j, i))
    """
    v = tensor(v, "diag")
    if v.ndim == 2:
        return diagonal(v, k)
    if v.ndim != 1:
        raise ShapeError(f"diag: a vector or a matrix is expected, not shape {shape_text(v.shape)}")
    return build(_diag, (v,), int(k))


def _diag(shapes, k):
    n = shapes[0][0] + abs(k)
    i, j = running((n, n))
    row = i + min(k, 0)
    return (i, j), Equal(j, i + k) * Entry(Slot(0), row)


def diagonal(t, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Tensor:
    """`d[…,i] = A[…,i,i+k]`."""
    return build(_diagonal, (_matrices("diagonal", t, axis1, axis2),), int(offset))


def _matrices(operation, t, axis1, axis2):
    t = tensor(t, operation)
    if t.ndim < 2:
        raise ShapeError(f"{operation}: shape {shape_text(t.shape)} has no two axes")
    axis_numbers(operation, (axis1, axis2), t.shape)
    return moveaxis(t, (axis1, axis2), (-2, -1))


def _length(operation, shape, k) -> Expr:
    m, n = shape[-2] + min(k, 0), shape[-1] - max(k, 0)
    shorter = m if same(m, n) else Min(m, n)
    if shorter.is_Integer:
        return max(shorter, Integer(0))
    if shorter.has(Min):
        raise ShapeError(f"{operation}: which of {m} and {n} is smaller is not known, shape {shape_text(shape)}")
    return shorter


def _diagonal(shapes, k):
    (shape,) = shapes
    free = running((*shape[:-2], _length("diagonal", shape, k)))
    i = free[-1]
    return free, Entry(Slot(0), *free[:-1], i - min(k, 0), i + max(k, 0))


def trace(t, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Tensor:
    """`tr A = Σ_k A[k,k]`."""
    return build(_trace, (_matrices("trace", t, axis1, axis2),), int(offset))


def _trace(shapes, offset):
    (shape,) = shapes
    free = running(shape[:-2])
    k = named("k" if not free else running((1,), len(free))[0].letter, _length("trace", shape, offset))
    return free, total(Entry(Slot(0), *free, k - min(offset, 0), k + max(offset, 0)), k)


def tril(t, k: int = 0) -> Tensor:
    """`L[i,j] = A[i,j] [j ≤ i + k]`."""
    return build(_tril, (tensor(t, "tril"),), int(k))


def _tril(shapes, k):
    free, i, j = _last_two("tril", shapes[0])
    return free, Inside(i - j + k, i.size + k) * Entry(Slot(0), *free)


def triu(t, k: int = 0) -> Tensor:
    """`U[i,j] = A[i,j] [j ≥ i + k]`."""
    return build(_triu, (tensor(t, "triu"),), int(k))


def _triu(shapes, k):
    free, i, j = _last_two("triu", shapes[0])
    return free, Inside(j - i - k, j.size - k) * Entry(Slot(0), *free)


def _last_two(operation, shape):
    if len(shape) < 2:
        raise ShapeError(f"{operation}: shape {shape_text(shape)} has no two axes")
    free = running(shape)
    return free, free[-2], free[-1]
