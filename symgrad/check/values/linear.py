"""Matrices of jets: transpose, inverse, determinant, trace, and the maps between shapes."""

from __future__ import annotations

import numpy as np

from .arrays import Array
from .jets import NONE, Algebra, Jet, constant


def transposed(a: Jet) -> Jet:
    """`Aᵀ`."""
    return a.map(lambda p: Array(p.dims, np.swapaxes(p.data, -1, -2)))


def identity(algebra: Algebra, n: int) -> Jet:
    """The unit matrix."""
    return algebra.integers(Array((), np.eye(n, dtype=np.int64)))


def trace(algebra: Algebra, a: Jet) -> Jet:
    """`Σ_i A_ii`, a number."""
    return diagonal(a).map(lambda p: Array(p.dims, algebra.field.sum(p.data, (-1, -2))))


def diagonal(a: Jet) -> Jet:
    """The diagonal of a square matrix, a column."""
    return a.map(lambda p: Array(p.dims, np.diagonal(p.data, axis1=-2, axis2=-1)[..., None]))


def diagonal_matrix(algebra: Algebra, a: Jet) -> Jet:
    """`diag(x)` of a column or a row."""
    column = a if a.shape[-1] == 1 else transposed(a)
    return algebra.multiply(column, identity(algebra, column.shape[-2]))


def stacked(a: Jet) -> Jet:
    """`vec A`, the columns under one another."""

    def vec(p):
        flat = np.swapaxes(p.data, -1, -2)
        return Array(p.dims, flat.reshape(*flat.shape[:-2], -1, 1))

    return a.map(vec)


def kronecker(algebra: Algebra, a: Jet, b: Jet) -> Jet:
    """`A ⊗ B`, blocks a_ij B."""
    if len(a.shape) != 2 or len(b.shape) != 2:
        return algebra.multiply(a, b)
    (m, n), (p, q) = a.shape, b.shape
    left = a.map(lambda x: Array(x.dims, x.data[..., :, None, :, None]))
    right = b.map(lambda x: Array(x.dims, x.data[..., None, :, None, :]))
    return algebra.multiply(left, right).map(lambda x: x.with_shape((m * p, n * q)))


def inverse(algebra: Algebra, a: Jet) -> Jet:
    """`A⁻¹`, with `d(A⁻¹) = −A⁻¹ dA A⁻¹`."""
    if not a.tags:
        return constant(_eliminated(algebra, a.base)[0])
    tag = max(a.tags)
    below, along = a.split(tag)
    value = inverse(algebra, below)
    change = algebra.negative(algebra.matmul(algebra.matmul(value, along), value))
    return Jet({**value.parts, **{tags | {tag}: p for tags, p in change.parts.items()}})


def determinant(algebra: Algebra, a: Jet) -> Jet:
    """`det A`, with `d det A = det A tr(A⁻¹ dA)`."""
    if not a.tags:
        return constant(_eliminated(algebra, a.base)[1])
    tag = max(a.tags)
    below, along = a.split(tag)
    value = determinant(algebra, below)
    change = algebra.multiply(value, trace(algebra, algebra.matmul(inverse(algebra, below), along)))
    return Jet({**value.parts, **{tags | {tag}: p for tags, p in change.parts.items()}})


def _eliminated(algebra: Algebra, a: Array) -> tuple[Array, Array]:
    """Gauss and Jordan without exchange of rows: random matrices have no zero pivot."""
    f, n = algebra.field, a.shape[-1]
    eye = np.broadcast_to(f.numbers(np.eye(n, dtype=np.int64)), a.data.shape)
    work = np.concatenate((a.data, eye), axis=-1)
    det = np.broadcast_to(f.number(1), a.data.shape[:-2])
    for k in range(n):
        pivot = work[..., k, k]
        det = f.multiply(det, pivot)
        row = f.multiply(work[..., k, :], np.asarray(f.divide(f.number(1), pivot))[..., None])
        rest = f.add(work, f.negative(f.multiply(work[..., :, k, None], row[..., None, :])))
        rest[..., k, :] = row
        work = rest
    return Array(a.dims, work[..., n:]), Array(a.dims, np.asarray(det))


__all__ = [
    "NONE",
    "determinant",
    "diagonal",
    "diagonal_matrix",
    "identity",
    "inverse",
    "kronecker",
    "stacked",
    "trace",
    "transposed",
]
