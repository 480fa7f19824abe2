"""Matrix products in the form that BLAS computes fastest, large ones divided among threads."""

import numpy as np

from .threads import TEAM, in_threads

FEW_COLUMNS = 16  # columns: a product with no more reads a matrix once, and BLAS's own copy of that takes as long again
ROWS_AT_ONCE = 8  # rows of it that OpenBLAS multiplies as they lie


def times(a, b):
    """`a b`.

    >>> times(np.ones((1, 2)), np.ones((2, 3)))
    array([[2., 2., 2.]])
    """
    if len(a) < b.shape[1]:
        return np.ascontiguousarray(rows_times(b.T, a.T).T)
    return rows_times(a, b)


def times_transposed(a, b):
    """`a bᵀ`; of few rows as `(b aᵀ)ᵀ`: BLAS takes up to twice as long where its first matrix is the smaller one.

    >>> times_transposed(np.ones((1, 2)), np.ones((3, 2)))
    array([[2., 2., 2.]])
    """
    if len(a) < len(b) and b.flags.c_contiguous:
        return np.ascontiguousarray(rows_times(b, a.T).T)
    return rows_times(a, b.T)


def transposed_times(a, b):
    """`aᵀ b`; of one row each it is an outer product, which BLAS takes ten times as long for.

    >>> transposed_times(np.ones((1, 2)), np.ones((1, 3)))
    array([[1., 1., 1.],
           [1., 1., 1.]])
    """
    return np.multiply(a.T, b) if len(a) == 1 else rows_times(a.T, b)


def rows_times(a, b):
    """`a b`, the rows of a divided among threads."""
    few = b.shape[1] <= FEW_COLUMNS and len(b) >= 1 << 9 and a.flags.c_contiguous and a.dtype == b.dtype == np.float32
    team = min(TEAM.get(), len(a) // ROWS_AT_ONCE)
    if team < 2 and not few:
        return np.matmul(a, b)
    out = np.empty((len(a), b.shape[1]), np.result_type(a, b))
    step = ROWS_AT_ONCE * -(-len(a) // (ROWS_AT_ONCE * max(2 * team, 1)))

    def multiply(start):
        rows, to = a[start : start + step], out[start : start + step]
        whole = len(rows) - len(rows) % ROWS_AT_ONCE if few else 0
        np.matmul(
            rows[:whole].reshape(-1, ROWS_AT_ONCE, len(b)), b, out=to[:whole].reshape(-1, ROWS_AT_ONCE, b.shape[1])
        )
        np.matmul(rows[whole:], b, out=to[whole:])

    in_threads(multiply, range(0, len(a), step), a.size * b.shape[1])
    return out
