"""Windows that slide over the last two axes, one kernel offset at a time; and memory read without its strides."""

from itertools import product

import numpy as np


def offsets(kernel):
    """All offsets (i, j) of a kernel (kh, kw).

    >>> list(offsets((1, 2)))
    [(0, 0), (0, 1)]
    """
    return product(*map(range, kernel))


def count(size, kernel, stride=1, padding=0, dilation=1):
    """The number of windows along each axis: `(n + 2p - d(k - 1) - 1) // s + 1`."""
    return tuple((n + 2 * padding - dilation * (k - 1) - 1) // stride + 1 for n, k in zip(size, kernel, strict=True))


def under(offset, out, stride=1, dilation=1):
    """The index of the entries that lie under one kernel offset: `x[..., s·h + d·i, s·w + d·j]`."""
    spans = (slice(dilation * i, dilation * i + stride * (n - 1) + 1, stride) for i, n in zip(offset, out, strict=True))
    return (..., *spans)


def pad(x, padding, value=0.0):
    """The last two axes with a border of `padding` entries of `value`."""
    *lead, h, w = x.shape
    out = np.full((*lead, h + 2 * padding, w + 2 * padding), value)
    out[..., padding : padding + h, padding : padding + w] = x
    return out


def crop(x, padding):
    """A copy of the last two axes without their border."""
    *_, h, w = x.shape
    return x[..., padding : h - padding, padding : w - padding].copy()


def without_strides(x):
    """The numbers a loop reads that takes the memory of `x` for an array in C order.

    >>> without_strides(np.array([[1, 2], [3, 4]]).T)
    array([[1, 2],
           [3, 4]])
    """
    if x.flags.c_contiguous:
        return x
    memory = x.base if isinstance(x.base, np.ndarray) and x.base.dtype == x.dtype else x
    first = max(0, (x.ctypes.data - memory.ctypes.data) // x.itemsize)
    return np.resize(memory.ravel(order="K")[first:], x.shape)
