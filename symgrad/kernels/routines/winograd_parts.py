"""Division of the work of Winograd's algorithm: parts of images that fit a cache, products that BLAS does in one go."""

import numpy as np

from .im2col import blocks
from .threads import thread_count

WINOGRAD_PART_BYTES = 1 << 22  # of transformed inputs and outputs that exist at one time
WINOGRAD_CHUNK = 64  # channels that are multiplied at a time
SMALL_PRODUCT = 10**6  # multiplications: OpenBLAS does not copy matrices that take at most so many, up to twice as fast
WHOLE_BYTES = 1 << 24  # of a part where BLAS has several threads, and whole products for them
WHOLE_TILES, WHOLE_CHANNELS = 100, 96  # a product must be so large on each side for that


def winograd_division(tiles, C, K):
    """`(bytes of a part, channels at a time, multiplications in a product)`.

    One thread is the fastest with products that BLAS need not copy; several with whole ones, which it divides.
    """
    if thread_count() > 1 and tiles >= WHOLE_TILES and min(C, K) >= WHOLE_CHANNELS:
        return WHOLE_BYTES, WHOLE_BYTES, WHOLE_BYTES**2
    return WINOGRAD_PART_BYTES, WINOGRAD_CHUNK, SMALL_PRODUCT


def winograd_parts(N, out_size, m, tile_bytes, part_bytes):
    """Parts `(images, rows of tiles)` as two slices, and the tiles of the largest; one part where two would hold all.

    `tile_bytes` is what one position of one tile takes.

    >>> winograd_parts(2, (4, 4), 2, 10, 1000)
    ([(slice(0, 2, None), slice(0, 2, None))], 8)
    """
    tile_rows, tile_columns = -(-out_size[0] // m), -(-out_size[1] // m)
    row_bytes = (m + 2) ** 2 * tile_columns * tile_bytes
    whole = N * tile_rows * row_bytes <= 2 * part_bytes
    parts = blocks(N, tile_rows, row_bytes, part_bytes * (2 if whole else 1))
    return parts, max(((n.stop - n.start) * (a.stop - a.start) * tile_columns for n, a in parts), default=0)


def winograd_workspace(dtype, *shapes):
    """Arrays of these shapes side by side in one allocation: the pages of a large one are large, and few.

    >>> [a.shape for a in winograd_workspace(np.float32, (3, 2), (5,))]
    [(3, 2), (5,)]
    """
    sizes = [int(np.prod(shape)) for shape in shapes]
    whole, ends = np.empty(sum(sizes), dtype), np.cumsum(sizes)
    return [whole[end - size : end].reshape(shape) for shape, size, end in zip(shapes, sizes, ends, strict=True)]


def winograd_chunks(length, step):
    """Slices of `step`, the last one of what remains.

    >>> [(s.start, s.stop) for s in winograd_chunks(7, 3)]
    [(0, 3), (3, 6), (6, 7)]
    """
    return [slice(i, min(i + step, length)) for i in range(0, length, step)]


def winograd_pieces(length, most):
    """Slices of at most `most`, of equal length up to one.

    >>> [(s.start, s.stop) for s in winograd_pieces(7, 3)]
    [(0, 2), (2, 4), (4, 7)]
    """
    count = -(-length // max(most, 1))
    return [slice(length * i // count, length * (i + 1) // count) for i in range(count)]
