"""Convolutions with 3×3 kernels and stride 1 by Winograd's algorithm F(m×m, 3×3): forward and both gradients.

A tile of m by m outputs takes (m+2)² multiplications instead of 9 m²: 2.25 times fewer for m = 2, 4 times for m = 4. At
each of the (m+2)² positions of a tile stands one product of matrices, (tiles, C) by (C, K). It is done in pieces that
BLAS multiplies as they lie in memory, for a part of the images at a time, so that what is between stays in cache;
threads divide the channels among them.

In float64 m is 2, and integers give exact results, since the transforms take only halves and quarters. In float32 the
largest error is about 1e-6 of the largest output for m = 2, about 5e-6 for m = 4.
"""

import numpy as np

from .im2col import channels_last
from .threads import A_COPY, TEAM, in_threads
from .winograd_parts import (
    SMALL_PRODUCT,
    WINOGRAD_CHUNK,
    WINOGRAD_PART_BYTES,
    winograd_chunks,
    winograd_parts,
    winograd_pieces,
)
from .winograd_transforms import (
    WINOGRAD_AT,
    WINOGRAD_BT,
    winograd_kernels,
    winograd_kernels_adjoint,
    winograd_outputs,
    winograd_tiles,
)

WINOGRAD_PLACES = 160  # outputs from which on it pays


def winograd_multiplications(m, out_size):
    """For each image and pair of channels: `(m+2)² ⌈OH/m⌉ ⌈OW/m⌉`.

    >>> [winograd_multiplications(m, (14, 14)) for m in (2, 4)], 9 * 14 * 14
    ([784, 576], 1764)
    """
    return (m + 2) ** 2 * -(-out_size[0] // m) * -(-out_size[1] // m)


def winograd_tile(out_size, dtype):
    """The m of F(m×m, 3×3): 4 in float32 where that takes fewer multiplications, else 2.

    >>> winograd_tile((14, 14), np.float32), winograd_tile((14, 14), np.float64), winograd_tile((6, 6), np.float32)
    (4, 2, 2)
    """
    fewer = winograd_multiplications(4, out_size) < winograd_multiplications(2, out_size)
    return 4 if dtype == np.float32 and fewer else 2


def winograd_pays(C, K, N, OH, OW, dtype):
    """Whether the algorithm is faster than products with matrices of windows.

    Channels pay for the transforms of the images, places for those of the kernels, and both for the calls.

    >>> winograd_pays(64, 64, 8, 56, 56, np.float32), winograd_pays(512, 512, 1, 7, 7, np.float32)
    (True, False)
    """
    places = N * OH * OW
    enough = places >= WINOGRAD_PLACES and C * K * places >= 2 * 10**6
    return dtype in (np.float32, np.float64) and min(C, K) >= 32 and enough


def winograd_conv2d(x, w, padding, out_size, m=None):
    """`Y[n,k,i,j] = Σ_{c,r,s} X[n,c,i+r−P,j+s−Q] W[k,c,r,s]`, with 0 outside X.

    x: [N,C,H,W]   w: [K,C,3,3]   y: [N,K,OH,OW] with any `out_size`, channels-last in memory.

    >>> winograd_conv2d(np.arange(9.0).reshape(1, 1, 3, 3), np.ones((1, 1, 3, 3)), (1, 1), (3, 3))[0, 0]
    array([[ 8., 15., 12.],
           [21., 36., 27.],
           [20., 33., 24.]])
    """
    return winograd_correlation(x, w.transpose(1, 0, 2, 3), padding, out_size, m)


def winograd_input_gradient(g, w, in_size, padding, m=None):
    """`X̄[n,c,u,v] = Σ_{k,r,s} G[n,k,u−r+P,v−s+Q] W[k,c,r,s]`: correlation with the flipped kernel, padded by 2 − P.

    g: [N,K,OH,OW]   w: [K,C,3,3]   X̄: [N,C,H,W] with (H, W) = `in_size`, channels-last in memory.

    >>> winograd_input_gradient(np.ones((1, 1, 2, 2)), np.arange(9.0).reshape(1, 1, 3, 3), (3, 3), (1, 1))[0, 0]
    array([[ 8., 12.,  7.],
           [20., 24., 13.],
           [13., 15.,  8.]])
    """
    return winograd_correlation(g, w[:, :, ::-1, ::-1], (2 - padding[0], 2 - padding[1]), in_size, m)


def winograd_correlation(x, w, padding, out_size, m):
    """`Y[n,k,i,j] = Σ_{c,r,s} X[n,c,i+r−P,j+s−Q] W[c,k,r,s]`: transform, multiply at each position, transform back.

    The transformed kernels of one chunk of k are multiplied while they are in cache; with several parts all are kept.
    """
    (N, C), K, dtype = x.shape[:2], w.shape[1], np.result_type(x, w, np.float32)
    m = m or winograd_tile(out_size, dtype)
    t, X, tile_columns = m + 2, channels_last(x).astype(dtype, copy=False), -(-out_size[1] // m)
    y = np.empty((N, *out_size, K), dtype)
    parts, most = winograd_parts(N, out_size, m, (C + K) * dtype.itemsize, WINOGRAD_PART_BYTES * TEAM.get())
    width = max(min(K, WINOGRAD_CHUNK if 32 * WINOGRAD_CHUNK * C <= SMALL_PRODUCT else WINOGRAD_CHUNK // 2), 1)
    V_ = np.empty(t * t * most * C, dtype)
    kernels: dict = {}

    def multiply(k):
        U = kernels.get(k.start)
        if U is None:
            U = winograd_kernels(w[:, k], m, np.empty((t, t, C, k.stop - k.start), dtype))
        if len(parts) > 1:
            kernels[k.start] = U
        M = np.empty((*V.shape[:3], k.stop - k.start), dtype)
        for tiles in winograd_pieces(V.shape[2], SMALL_PRODUCT // max(C * width, 1)):
            np.matmul(V[:, :, tiles], U, out=M[:, :, tiles])
        winograd_outputs(M, y[n, m * a.start : m * a.stop, :, k], m)

    for n, a in parts:
        V = winograd_tiles(WINOGRAD_BT[m], X[n], m, padding, a, tile_columns, V_)
        in_threads(multiply, winograd_chunks(K, width), V.size * K)
    return y.transpose(0, 3, 1, 2)


def winograd_kernel_gradient(x, g, padding, m=None):
    """`W̄[k,c,r,s] = Σ_{n,i,j} G[n,k,i,j] X[n,c,i+r−P,j+s−Q]`, 0 outside X, by the adjoint of the forward algorithm.

    x: [N,C,H,W]   g: [N,K,OH,OW]   W̄: [K,C,3,3] `= Gᵀ [ Σ_tiles (A Ȳ Aᵀ) ⊙ (Bᵀ d B) ] G` for each k and c

    >>> winograd_kernel_gradient(np.arange(9.0).reshape(1, 1, 3, 3), np.ones((1, 1, 3, 3)), (1, 1))[0, 0]
    array([[ 8., 15., 12.],
           [21., 36., 27.],
           [20., 33., 24.]])
    """
    (N, C), (K, *out_size), dtype = x.shape[:2], g.shape[1:], np.result_type(x, g, np.float32)
    m = m or winograd_tile(out_size, dtype)
    X, G = (channels_last(a).astype(dtype, copy=False) for a in (x, g))
    t2, tile_columns = (m + 2) ** 2, -(-out_size[1] // m)
    ks, cs = winograd_chunks(K, WINOGRAD_CHUNK), winograd_chunks(C, WINOGRAD_CHUNK)
    # Each part adds to the whole gradient, so it is made as large as that.
    part_bytes = max(WINOGRAD_PART_BYTES * TEAM.get() // 2, t2 * K * C * dtype.itemsize)
    parts, most = winograd_parts(N, out_size, m, (C + K) * dtype.itemsize, part_bytes)
    w = np.empty((K, C, 3, 3), dtype) if parts else np.zeros((K, C, 3, 3), dtype)
    sums: dict = {}
    found: dict = {}

    room = t2 * most * WINOGRAD_CHUNK
    tasks = [("V", WINOGRAD_BT[m], X, c, padding, np.empty(room, dtype)) for c in cs]
    tasks += [("Z", WINOGRAD_AT[m].T, G, k, (0, 0), np.empty(room, dtype)) for k in ks]

    def transform(task):
        name, A, images, channels, before, out = task
        found[name, channels.start] = winograd_tiles(A, images[n, ..., channels], m, before, a, tile_columns, out)

    def multiply(pair):
        k, c = pair
        place = k.start, c.start
        sums[place] = winograd_accumulate(found["Z", k.start], found["V", c.start], sums.get(place))
        if (n, a) == parts[-1]:
            winograd_kernels_adjoint(sums.pop(place), m, w[k, c])

    for n, a in parts:
        size = (n.stop - n.start) * (a.stop - a.start) * tile_columns * t2
        in_threads(transform, tasks, size * (C + K) * (2 * m + 4 + A_COPY))
        in_threads(multiply, [(k, c) for k in ks for c in cs], size * C * K)
    return w


def winograd_accumulate(Z, V, U):
    """`Σ_t Z[i,j,t,k] V[i,j,t,c]`, added to `U[i,j,k,c]` if there is one."""
    product = np.empty((*Z.shape[:2], Z.shape[3], V.shape[3]), Z.dtype)
    for tiles in winograd_pieces(V.shape[2], SMALL_PRODUCT // (Z.shape[3] * V.shape[3])):
        z, v = Z[:, :, tiles].transpose(0, 1, 3, 2), V[:, :, tiles]
        U = np.matmul(z, v) if U is None else np.add(U, np.matmul(z, v, out=product), out=U)
    return U
