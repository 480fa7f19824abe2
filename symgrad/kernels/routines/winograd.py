"""Convolutions with 3×3 kernels and stride 1 by Winograd's algorithm F(m×m, 3×3): forward and both gradients.

A tile of m by m outputs takes (m+2)² multiplications instead of 9 m²: 2.25 times fewer for m = 2, 4 times for m = 4. At
each of the (m+2)² positions of a tile stands one product of matrices, (tiles, C) by (C, K). One thread does it in
pieces that BLAS multiplies as they lie in memory, for a part of the images at a time, so that what is between stays in
cache.

In float64 m is 2, and integers give exact results, since the transforms take only halves and quarters. In float32 the
largest error is about 1e-6 of the largest output for m = 2, about 5e-6 for m = 4.
"""

import numpy as np

from .im2col import channels_last
from .threads import thread_count
from .winograd_parts import (
    winograd_chunks,
    winograd_division,
    winograd_parts,
    winograd_pieces,
    winograd_workspace,
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
WINOGRAD_PLACES_IN_THREADS = 1000  # the same where BLAS has several threads, which make its large products faster


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
    enough = places >= (WINOGRAD_PLACES if thread_count() == 1 else WINOGRAD_PLACES_IN_THREADS)
    return dtype in (np.float32, np.float64) and min(C, K) >= 32 and enough and C * K * places >= 2 * 10**6


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
    part_bytes, ck, product = winograd_division(N * tile_columns * -(-out_size[0] // m), C, K)
    parts, most = winograd_parts(N, out_size, m, (C + K) * dtype.itemsize, part_bytes)
    width = max(min(K, ck if 32 * ck * C <= product else ck // 2), 1)
    chunks = winograd_chunks(K, width)
    kept = len(chunks) if len(parts) > 1 else 1
    V_, M_, U_ = winograd_workspace(dtype, (t * t * most * C,), (t * t * most * K,), (kept, t * t * C * width))
    for n, a in parts:
        V = winograd_tiles(WINOGRAD_BT[m], X[n], m, padding, a, tile_columns, V_)
        M = M_[: t * t * V.shape[2] * K].reshape(t, t, V.shape[2], K)
        for index, k in enumerate(chunks):
            U = U_[index % kept, : t * t * C * (k.stop - k.start)].reshape(t, t, C, k.stop - k.start)
            if (n, a) == parts[0]:
                winograd_kernels(w[:, k], m, U)
            for tiles in winograd_pieces(V.shape[2], product // max(C * width, 1)):
                np.matmul(V[:, :, tiles], U, out=M[:, :, tiles, k])
        winograd_outputs(M, y[n, m * a.start : m * a.stop], m)
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
    t2, (tile_rows, tile_columns) = (m + 2) ** 2, (-(-size // m) for size in out_size)
    part_bytes, ck, most_in_product = winograd_division(N * tile_rows * tile_columns, C, K)
    ks, cs = winograd_chunks(K, ck), winograd_chunks(C, ck)
    pairs = [(k, c) for k in range(len(ks)) for c in range(len(cs))]
    # Each part adds to the whole gradient, so it is made as large as that.
    part_bytes = max(part_bytes // 2, t2 * K * C * dtype.itemsize)
    parts, most = winograd_parts(N, out_size, m, (C + K) * dtype.itemsize, part_bytes)
    kept, block = len(pairs) if len(parts) > 1 else 1, t2 * min(K, ck) * min(C, ck)
    sizes = ((len(cs), t2 * most * min(C, ck)), (len(ks), t2 * most * min(K, ck)), (kept, block), (block,))
    V_, Z_, U_, P_ = winograd_workspace(dtype, *sizes)
    w = np.empty((K, C, 3, 3), dtype) if parts else np.zeros((K, C, 3, 3), dtype)
    for n, a in parts:
        V = [winograd_tiles(WINOGRAD_BT[m], X[n, ..., c], m, padding, a, tile_columns, V_[i]) for i, c in enumerate(cs)]
        Z = [
            winograd_tiles(WINOGRAD_AT[m].T, G[n, ..., k], m, (0, 0), a, tile_columns, Z_[i]) for i, k in enumerate(ks)
        ]
        for index, (k, c) in enumerate(pairs):
            shape = (m + 2, m + 2, Z[k].shape[3], V[c].shape[3])
            U, product = (b[: t2 * shape[2] * shape[3]].reshape(shape) for b in (U_[index % kept], P_))
            winograd_accumulate(Z[k], V[c], U, product, (n, a) == parts[0], most_in_product)
            if (n, a) == parts[-1]:
                winograd_kernels_adjoint(U, m, w[ks[k], cs[c]])
    return w


def winograd_accumulate(Z, V, U, product, first, most):
    """`U[i,j,k,c] += Σ_t Z[i,j,t,k] V[i,j,t,c]`, or `=` if it is the first; `product` is a workspace like U.

    A product of matrices has at most `most` multiplications.
    """
    for tiles in winograd_pieces(V.shape[2], most // (U.shape[2] * U.shape[3])):
        np.matmul(Z[:, :, tiles].transpose(0, 1, 3, 2), V[:, :, tiles], out=U if first else product)
        if not first:
            np.add(U, product, out=U)
        first = False
