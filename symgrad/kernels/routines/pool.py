"""Pooling forward: the largest, smallest or summed entry of each window of an image.

`Y[n,c,i,j] = max_{p,q} X[n,c, s·i+d·p−P, s·j+d·q−P]` is a maximum over rows and then over columns, each a few calls on
strided slices. What lies outside the image does not count in a maximum and is 0 in a sum. Images are channels-last in
memory, and so is what is returned.
"""

import numpy as np

from .im2col import blocks, channels_last
from .pool_windows import POOL_BYTES, pool_at, pool_reaches, pool_size, pool_workspace


def max_pool2d(x, kernel_size, stride, padding=(0, 0), dilation=(1, 1), out_size=None):
    """`Y[n,c,i,j] = max_{p,q} X[n,c, s·i+d·p−P, s·j+d·q−P]` over the entries inside the image; NaN where there is one.

    A window that lies wholly outside has the maximum −∞ (of integers: the least number of the type).

    >>> max_pool2d(np.arange(16.0).reshape(1, 1, 4, 4), (2, 2), (2, 2))[0, 0]
    array([[ 5.,  7.],
           [13., 15.]])
    """
    return pool(np.maximum, pool_neutral(x.dtype, False), x, kernel_size, stride, padding, dilation, out_size)


def min_pool2d(x, kernel_size, stride, padding=(0, 0), dilation=(1, 1), out_size=None):
    """`Y[n,c,i,j] = min_{p,q} X[n,c, s·i+d·p−P, s·j+d·q−P]`; +∞ where a window lies wholly outside.

    >>> min_pool2d(np.arange(16.0).reshape(1, 1, 4, 4), (2, 2), (2, 2))[0, 0]
    array([[ 0.,  2.],
           [ 8., 10.]])
    """
    return pool(np.minimum, pool_neutral(x.dtype, True), x, kernel_size, stride, padding, dilation, out_size)


def sum_pool2d(x, kernel_size, stride, padding=(0, 0), dilation=(1, 1), out_size=None):
    """`Y[n,c,i,j] = Σ_{p,q} X[n,c, s·i+d·p−P, s·j+d·q−P]`, 0 outside the image.

    >>> sum_pool2d(np.ones((1, 1, 3, 3)), (2, 2), (2, 2), (1, 1))[0, 0]
    array([[1., 2.],
           [2., 4.]])
    """
    return pool(np.add, 0, x, kernel_size, stride, padding, dilation, out_size)


def pool_neutral(dtype, largest):
    """The number that does not count in a maximum (`largest=False`) or minimum of numbers of a type.

    >>> pool_neutral(np.dtype("f4"), False), pool_neutral(np.dtype("i1"), True)
    (-inf, 127)
    """
    if dtype.kind == "f":
        return np.inf if largest else -np.inf
    return np.iinfo(dtype).max if largest else np.iinfo(dtype).min


def pool(combine, neutral, x, kernel_size, stride, padding, dilation, out_size):
    """The entries of each window, combined: rows first, which are long contiguous runs, then columns."""
    X = channels_last(x)
    N, H, W, C = X.shape
    OH, OW = out_size or pool_size((H, W), kernel_size, stride, padding, dilation)
    Y = np.empty((N, OH, OW, C), X.dtype)
    parts = blocks(N, OH, stride[0] * W * C * X.itemsize, POOL_BYTES)
    workspace = pool_workspace(parts, (W, C), X.dtype)
    for images, rows in parts:
        y, start = Y[images, rows], stride[0] * rows.start - padding[0]
        T = workspace[: y.shape[0], : y.shape[1]]
        pool_line(combine, neutral, X[images], 1, kernel_size[0], start, stride[0], dilation[0], T)
        pool_line(combine, neutral, T, 2, kernel_size[1], -padding[1], stride[1], dilation[1], y)
    return Y.transpose(0, 3, 1, 2)


def pool_line(combine, neutral, A, axis, kernel_size, start, stride, dilation, out):
    """`out[…,i,…] = combine_p A[…, s·i + d·p + start, …]` along one axis."""
    size, count = A.shape[axis], out.shape[axis]
    reaches = [r[1:] for r in pool_reaches(kernel_size, start, stride, dilation, size, count)]
    reaches.sort(key=lambda r: r[0].start - r[0].stop)  # offsets that every window has inside the axis come first
    whole = [A[pool_at(axis, entries)] for windows, entries in reaches if windows == slice(0, count)][:2]
    if len(whole) == 2:
        combine(*whole, out=out)
    else:
        out[...] = whole[0] if whole else neutral
    for windows, entries in reaches[len(whole) :]:
        part = out[pool_at(axis, windows)]
        combine(part, A[pool_at(axis, entries)], out=part)
