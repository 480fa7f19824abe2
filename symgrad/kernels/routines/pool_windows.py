"""Which entries the windows of a pooling layer touch, along one axis at a time.

Window i at offset p reads entry `s·i + d·p − P`. For each p the windows that read an entry inside the axis are
consecutive, so both sides are slices, and no image is ever padded.
"""

import numpy as np

POOL_BYTES = 1 << 19  # what is read for one part of the images: stays in a second-level cache of 1 MiB with its maxima


def pool_size(in_size, kernel_size, stride, padding, dilation):
    """Windows that fit: `⌊(n + 2P − d(k−1) − 1)/s⌋ + 1` along each axis.

    >>> pool_size((7, 8), (3, 2), (2, 2), (1, 0), (1, 1))
    (4, 4)
    """
    axes = zip(in_size, kernel_size, stride, padding, dilation, strict=True)
    return tuple((n + 2 * P - d * (k - 1) - 1) // s + 1 for n, k, s, P, d in axes)


def pool_reach(start, stride, size, count):
    """Slices (windows, entries): windows i < count whose entry `s·i + start` lies in 0 … size−1, and those entries.

    >>> pool_reach(-1, 2, 5, 4)
    (slice(1, 3, None), slice(1, 4, 2))
    """
    first = max(0, -(start // stride))
    last = max(first, min(count, (size - 1 - start) // stride + 1))
    low = stride * first + start
    return slice(first, last), slice(low, low + max(stride * (last - first - 1) + 1, 0), stride)


def pool_reaches(kernel_size, start, stride, dilation, size, count):
    """`pool_reach` for each offset p of the window, those without any window left out: `[(p, windows, entries)]`.

    >>> [p for p, windows, entries in pool_reaches(4, -2, 1, 1, 3, 1)]
    [2, 3]
    """
    found = [(p, *pool_reach(start + dilation * p, stride, size, count)) for p in range(kernel_size)]
    return [(p, windows, entries) for p, windows, entries in found if windows.start < windows.stop]


def pool_touched(kernel_size, start, stride, dilation, size, count):
    """Whether window i has an entry inside the axis, for each i.

    >>> pool_touched(2, -2, 1, 1, 3, 6)
    array([False,  True,  True,  True,  True, False])
    """
    touched = np.zeros(count, bool)
    for _, windows, _ in pool_reaches(kernel_size, start, stride, dilation, size, count):
        touched[windows] = True
    return touched


def pool_disjoint(kernel_size, stride, dilation):
    """Whether no two windows share an entry: `s·m = d·δ` has no solution with m ≥ 1 and δ < k, on either axis.

    >>> pool_disjoint((2, 2), (2, 2), (1, 1)), pool_disjoint((2, 3), (2, 2), (1, 1))
    (True, False)
    >>> pool_disjoint((2, 2), (2, 2), (3, 3))
    True
    """
    return all(np.lcm(s, d) // d >= k for k, s, d in zip(kernel_size, stride, dilation, strict=True))


def pool_workspace(parts, row_shape, dtype, stride=1, span=1):
    """An array `[n, rows, …]` for the largest part; `span` rows of the image are read by one row of windows.

    >>> pool_workspace([(slice(0, 2), slice(0, 3)), (slice(2, 3), slice(0, 3))], (5,), "f4", stride=2, span=3).shape
    (2, 7, 5)
    """
    images = max((n.stop - n.start for n, _ in parts), default=0)
    rows = max((i.stop - i.start for _, i in parts), default=0)
    return np.empty((images, stride * (rows - 1) + span if rows else 0, *row_shape), dtype)


def pool_at(axis, part):
    """The index that takes a part of one axis of `X[n,h,w,c]`."""
    return (slice(None),) * axis + (part,)


def pixels(X):
    """The channels of a pixel of `X[n,h,w,c]` as one entry, which is copied at once.

    >>> pixels(np.zeros((1, 2, 3, 4))).shape
    (1, 2, 3, 1)
    """
    several = X.shape[3] > 1 and X.strides[3] == X.itemsize and X.size
    return X.view(np.dtype((np.void, X.shape[3] * X.itemsize))) if several else X
