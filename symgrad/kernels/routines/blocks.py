"""Elementwise chains in blocks that stay in the cache, so that a chain of twenty operations reads memory once."""

import numpy as np

BLOCK_BYTES = 1 << 19  # of one array in a block of rows; smaller blocks pay more for calls than they save in the cache
BLOCK_SIZE = 1 << 16  # entries; smaller blocks pay more for calls, larger ones fall out of the second-level cache


def in_blocks(function, arrays, outs, temporaries=0, size=BLOCK_SIZE):
    """Calls `function(*arrays, *outs, work)` on flat blocks of at most `size` entries, and returns the list of outs.

    `function` fills its outs entry by entry; the rows of `work[temporaries, entries]` are there to be written on, and
    have the type of the first out. Arrays and outs have one shape. An array that does not lie in memory in the order of
    the first out is copied; what has no axes is passed as it is.

    >>> def scaled_sine(x, a, out, work):
    ...     np.sin(x, out=work[0])
    ...     np.multiply(work[0], a, out=out)
    >>> in_blocks(scaled_sine, (np.zeros((2, 3)), 2.0), (np.ones((2, 3)),), temporaries=1, size=4)[0]
    array([[0., 0., 0.],
           [0., 0., 0.]])
    """
    order = memory_order(outs[0])
    flat = [a if np.ndim(a) == 0 else np.ascontiguousarray(a.transpose(order)).reshape(-1) for a in arrays]
    flat += [out.transpose(order).reshape(-1) for out in outs]
    if not all(np.may_share_memory(a, b) for a, b in zip(flat[len(arrays) :], outs, strict=True) if b.size):
        raise ValueError("in_blocks: the outs must be dense and lie in memory in one order of the axes")
    n = outs[0].size
    work = np.empty((temporaries, min(size, n)), outs[0].dtype)
    for start in range(0, n, size):
        part = slice(start, min(start + size, n))
        function(*(a if np.ndim(a) == 0 else a[part] for a in flat), work[:, : part.stop - part.start])
    return list(outs)


def row_blocks(x, size=BLOCK_BYTES):
    """Slices of the first axis of x, each of about `size` bytes; none where x has no rows.

    >>> row_blocks(np.zeros((5, 2)), 32)
    [slice(0, 2, None), slice(2, 4, None), slice(4, 5, None)]
    """
    n = len(x)
    step = max(1, size * n // max(x.nbytes, 1)) if x.nbytes > 2 * size else max(n, 1)
    return [slice(start, min(start + step, n)) for start in range(0, n, step)]


def memory_order(a):
    """The axes from the largest stride to the smallest: transposed by it, a dense array is C-contiguous.

    >>> memory_order(np.zeros((2, 3, 4)).transpose(2, 0, 1))
    (1, 2, 0)
    """
    if a.flags.c_contiguous:
        return tuple(range(a.ndim))
    return tuple(sorted(range(a.ndim), key=lambda k: (-abs(a.strides[k]), a.shape[k] != 1, k)))
