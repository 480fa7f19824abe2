"""What would make arrays larger than memory should hold, for some rows at a time."""

import numpy as np

CHUNK_BYTES = 1 << 28  # of all arrays that are made for the rows of a chunk


def in_chunks(part, rows, entries, dtype):
    """The rows 0 … rows−1 of `part(start, count)`; for each row it makes arrays of so many entries together.

    >>> in_chunks(lambda start, count: np.arange(start, start + count) ** 2, 4, 1 << 27, np.dtype(float))
    array([0, 1, 4, 9])
    """
    count = max(1, CHUNK_BYTES // max(1, entries * dtype.itemsize))
    if count >= rows:
        return part(0, rows)
    first = part(0, count)
    out = np.empty((rows, *first.shape[1:]), first.dtype)
    out[:count] = first
    del first
    for start in range(count, rows, count):
        out[start : start + count] = part(start, min(count, rows - start))
    return out
