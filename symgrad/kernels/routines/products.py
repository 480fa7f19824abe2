"""Matrix products in the form that BLAS computes fastest."""

import numpy as np


def times_transposed(a, b):
    """`a bᵀ`; of few rows as `(b aᵀ)ᵀ`: BLAS takes up to twice as long where its first matrix is the smaller one.

    >>> times_transposed(np.ones((1, 2)), np.ones((3, 2)))
    array([[2., 2., 2.]])
    """
    if len(a) < len(b) and b.flags.c_contiguous:
        return np.ascontiguousarray(np.matmul(b, a.T).T)
    return np.matmul(a, b.T)


def transposed_times(a, b):
    """`aᵀ b`; of one row each it is an outer product, which BLAS takes ten times as long for.

    >>> transposed_times(np.ones((1, 2)), np.ones((1, 3)))
    array([[1., 1., 1.],
           [1., 1., 1.]])
    """
    return np.multiply(a.T, b) if len(a) == 1 else np.matmul(a.T, b)
