"""Division of the work of Winograd's algorithm: parts of images that fit a cache, products that BLAS does in one go."""

from .im2col import blocks

WINOGRAD_PART_BYTES = 1 << 22  # of transformed inputs and outputs that exist at one time, for each thread
WINOGRAD_CHUNK = 64  # channels that are multiplied at a time
SMALL_PRODUCT = 10**6  # multiplications: OpenBLAS does not copy matrices that take at most so many, up to twice as fast


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
