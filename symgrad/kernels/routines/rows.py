"""Sums, maxima, log-sum-exp and softmax over some axes of an array, at their best over the last ones.

A sum over contiguous rows is a product with ones (BLAS: two to six times faster than `np.sum`). A maximum over rows of
at most 32 entries is taken down the columns of a transposed copy, where NumPy compares whole lines.
"""

import math

import numpy as np

from .blocks import memory_order
from .machine_code import loop_for, softmax_loop

SHORT_ROW = 32  # from here on the transposed copy costs more than it saves
MILD = 30.0  # exp of what lies between −30 and 30, and sums of it, are far from overflow: no maximum is taken off
WIDE_ROW = 256  # entries from which on a compiled loop over rows wins
FEW = 1 << 14  # entries up to which NumPy's own sum is the quickest
SHORT_LINE = 64  # a product with shorter lines than this is slow: several are summed side by side
LONG_ROW = 1 << 14  # from here on `np.sum`, which adds in pairs, is the more exact and no slower


def sum_rows(x, axes):
    """`Σ x` over axes, which stay with size 1.

    >>> sum_rows(np.ones((2, 3), "f4"), (1,))
    array([[3.],
           [3.]], dtype=float32)
    """
    size = row_size(x, axes) if x.size > FEW else 0
    if x.dtype.kind != "f" or not 0 < size <= LONG_ROW:
        return np.add.reduce(x, axis=axes, keepdims=True)
    return np.dot(x.reshape(-1, size), np.ones(size, x.dtype)).reshape(rows_shape(x, axes))


def sum_over(x, axes):
    """`Σ x` over axes, which go: over the outer or the inner axes of what lies in memory, a product with ones.

    >>> sum_over(np.ones((2, 3, 4)), (0, 2))
    array([8., 8., 8.])
    """
    if x.size <= FEW:
        return np.add.reduce(x, axis=axes)
    order = memory_order(x)
    last = x.ndim - sum(k in axes for k in order) if x.dtype.kind == "f" and x.size else 0
    lying = x.transpose(order)
    if 0 < last < x.ndim and lying.flags.c_contiguous:
        kept = [k for k in order if k not in axes]
        if order[:last] == tuple(kept):
            size = math.prod(lying.shape[last:])
            if size <= LONG_ROW:
                return in_order(np.dot(lying.reshape(-1, size), np.ones(size, x.dtype)), x.shape, kept)
        if order[-last:] == tuple(kept):
            k = x.ndim - last
            while k > 1 and math.prod(lying.shape[k:]) < SHORT_LINE:
                k -= 1
            lines = lying.reshape(math.prod(lying.shape[:k]), -1)
            total = np.dot(np.ones(len(lines), x.dtype), lines)
            return in_order(total.reshape(-1, math.prod(lying.shape[-last:])).sum(0), x.shape, kept)
    return np.add.reduce(x, axis=axes)


def in_order(total, shape, kept):
    """A flat total over the axes `kept`, in the order in which they lie, as an array with them in their own order."""
    total = total.reshape([shape[k] for k in kept])
    return total.transpose([kept.index(k) for k in sorted(kept)])


def max_rows(x, axes):
    """`max x` over axes, which stay with size 1.

    >>> max_rows(np.array([[1, 5, 2], [3, 0, 0]]), (1,))
    array([[5],
           [3]])
    """
    size = row_size(x, axes)
    if not 0 < size <= SHORT_ROW:
        return np.max(x, axis=axes, keepdims=True)
    return np.ascontiguousarray(x.reshape(-1, size).T).max(axis=0).reshape(rows_shape(x, axes))


def logsumexp_rows(x, axes):
    """`log Σ exp(x)` over axes, which go; −∞ where all entries are −∞, +∞ where one is.

    >>> logsumexp_rows(np.array([[1000.0, 1000.0], [-np.inf, -np.inf]]), (1,)).tolist()
    [1000.6931471805599, -inf]
    """
    return log_of_total(*exponentials(x, axes)[::2]).squeeze(axes)


def softmax_rows(x, axes):
    """`exp(x) / Σ exp(x)`, the sum over axes; NaN where all entries are −∞ or one is +∞.

    >>> softmax_rows(np.array([1000.0, 1000.0, -np.inf]), (0,))
    array([0.5, 0.5, 0. ])
    """
    _, weights, total = exponentials(x, axes)
    with np.errstate(invalid="ignore"):
        return np.divide(weights, total, out=weights)


def logsumexp_softmax_rows(x, axes):
    """Both of them with one exponential: cross-entropy is `logsumexp − z_y`, and its gradient `softmax − 1_y`.

    >>> logsumexp_softmax_rows(np.zeros((1, 2)), (1,))
    (array([0.69314718]), array([[0.5, 0.5]]))
    """
    size = row_size(x, axes)
    loop = loop_for(softmax_loop, x) if size >= WIDE_ROW else None
    if loop is not None:
        return softmax_by_loop(loop, x.reshape(-1, size), x.shape, x.ndim - len(axes))
    top, weights, total = exponentials(x, axes)
    with np.errstate(invalid="ignore"):
        np.divide(weights, total, out=weights)
    return log_of_total(top, total).squeeze(axes), weights


def softmax_by_loop(loop, rows, shape, last):
    """(log Σ exp, softmax) of rows; the results have the shape up to `last`, and all of it."""
    weights, (top, total) = np.empty_like(rows), np.empty((2, len(rows)), rows.dtype)
    loop(rows, weights, top, total)
    return log_of_total(top, total).reshape(shape[:last]), weights.reshape(shape)


def exponentials(x, axes):
    """`(m, exp(x − m), Σ exp(x − m))`: m is the maximum of the row, or 0 for all rows if all entries are mild.

    >>> exponentials(np.array([[1000.0, 1000.0]]), (1,))
    (array([[1000.]]), array([[1., 1.]]), array([[2.]]))
    """
    x = x if x.dtype.kind == "f" else x.astype(np.float64)
    if x.size and x.min() >= -MILD and x.max() <= MILD:
        weights = np.exp(x)
        return x.dtype.type(0), weights, sum_rows(weights, axes)
    top = max_rows(x, axes)
    top[~np.isfinite(top)] = 0
    with np.errstate(over="ignore", invalid="ignore"):
        weights = np.subtract(x, top)
        np.exp(weights, out=weights)
        return top, weights, sum_rows(weights, axes)


def log_of_total(top, total):
    """`m + log Σ exp(x − m)`; −∞ where the sum is 0."""
    with np.errstate(divide="ignore"):
        return np.log(total) + top


def row_size(x, axes):
    """How many entries a row has, if the axes are the last ones and its entries lie side by side; else 0.

    >>> row_size(np.zeros((2, 3, 4)), (1, 2)), row_size(np.zeros((2, 3, 4)), (0,))
    (12, 0)
    """
    last = x.ndim - len(axes)
    if not x.flags.c_contiguous or any(a != last + k and a != k - len(axes) for k, a in enumerate(axes)):
        return 0
    return math.prod(x.shape[last:]) if x.size else 0


def rows_shape(x, axes):
    return x.shape[: x.ndim - len(axes)] + (1,) * len(axes)
