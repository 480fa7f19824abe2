"""Views through affine maps, and positions of extremes: what the general lowering reads and picks with."""

import math
from functools import lru_cache

import numpy as np

from .products import times_transposed


def windows(x, maps, sizes, fill=0):
    """`out[a₀, a₁, …] = x[o₀ + Σ step·a, o₁ + …]`, `fill` outside of x; a view where every map stays inside.

    `maps[k] = (offset, ((axis of out, step), …))` for axis k of x, `sizes` the shape of out.

    >>> windows(np.arange(5.0), ((-1, ((0, 2), (1, 1))),), (2, 3))
    array([[0., 0., 1.],
           [1., 2., 3.]])
    """
    if 0 in sizes:
        return np.zeros(sizes, x.dtype)
    cuts, borders, starts = [], [], []
    for (offset, steps), n in zip(maps, x.shape, strict=True):
        reach = [step * (sizes[axis] - 1) for axis, step in steps]
        low = offset + sum(r for r in reach if r < 0)
        high = offset + sum(r for r in reach if r > 0)
        first, last = max(low, 0), min(high, n - 1)
        if first > last:
            return np.full(sizes, fill, x.dtype)
        cuts.append(slice(first, last + 1))
        borders.append((first - low, high - last))
        starts.append(offset - low)
    x = x[tuple(cuts)]
    if any(before or after for before, after in borders):
        x = bordered(x, borders, fill)
    strides = [0] * len(sizes)
    for (_, steps), stride in zip(maps, x.strides, strict=True):
        for axis, step in steps:
            strides[axis] += step * stride
    corner = x[tuple(slice(start, None) for start in starts)]
    return np.lib.stride_tricks.as_strided(corner, sizes, strides, writeable=False)


def bordered(x, borders, fill):
    """x inside a border of `fill`."""
    out = np.full([b + n + a for n, (b, a) in zip(x.shape, borders, strict=True)], fill, x.dtype)
    out[tuple(slice(b, b + n) for n, (b, _) in zip(x.shape, borders, strict=True))] = x
    return out


def first_best(x, axes, best):
    """The row-major position, within `axes`, of the first maximum or minimum (`best`: np.argmax or np.argmin).

    >>> first_best(np.array([[1, 5, 5], [7, 0, 7]]), (1,), np.argmax)
    array([1, 0])
    """
    kept = [k for k in range(x.ndim) if k not in axes]
    moved = x.transpose(*kept, *axes)
    rows = moved.shape[: len(kept)]
    return best(moved.reshape(*rows, math.prod(moved.shape[len(kept) :])), axis=-1)


def look_up(x, *where):
    """`x[where]`; positions outside of an axis read an entry at its border, or 0 where x has none.

    >>> look_up(np.array([5.0, 6.0]), np.array([-1, 0, 1, 2]))
    array([5., 5., 6., 6.])
    """
    if x.size == 0:
        return np.zeros(np.broadcast_shapes(*(np.shape(p) for p in where)), x.dtype)
    return x[tuple(np.clip(p, 0, n - 1) for p, n in zip(where, x.shape, strict=True))]


@lru_cache
def label_groups(left, right, out):
    """The labels of both operands that stay, those summed over, and those of one operand alone.

    >>> label_groups("bij", "bjk", "bik")
    (('b',), ('j',), ('i',), ('k',))
    """
    return (
        tuple(c for c in left if c in right and c in out),
        tuple(c for c in left if c in right and c not in out),
        tuple(c for c in left if c not in right),
        tuple(c for c in right if c not in left),
    )


def contracted(a, b, left, right, out):
    """`Σ a·b` over the labels that are not in `out`, by one batched matrix product.

    >>> contracted(np.ones((2, 3)), np.ones((3, 4, 2)), "ij", "jki", "ik").shape
    (2, 4)
    """
    both, inner, rows, columns = label_groups(left, right, out)
    lying = left == right and left.startswith(out) and a.flags.c_contiguous and b.flags.c_contiguous
    if lying and a.size and hasattr(np, "vecdot"):  # twice as fast as einsum; NumPy 2
        lead = a.shape[: len(both)]
        return np.vecdot(a.reshape(*lead, -1), b.reshape(*lead, -1))
    if not rows and not columns:
        return np.einsum(f"{left},{right}->{out}", a, b)
    size = dict(zip(left + right, a.shape + b.shape, strict=True))
    m, k, n = (int(np.prod([size[c] for c in part])) for part in (rows, inner, columns))
    batch = [size[c] for c in both]
    a = a.transpose([left.index(c) for c in both + rows + inner]).reshape(*batch, m, k)
    b = b.transpose([right.index(c) for c in both + inner + columns]).reshape(*batch, k, n)
    made = both + rows + columns
    product = np.matmul(a, b) if both else times_transposed(a, b.T)
    return product.reshape([size[c] for c in made]).transpose([made.index(c) for c in out])
