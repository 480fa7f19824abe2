"""The transforms of Winograd's convolutions F(m×m, 3×3): matrices on both sides of small tiles, many tiles at once.

    Y = Aᵀ [ (G w Gᵀ) ⊙ (Bᵀ d B) ] A        d: tile of m+2 by m+2 inputs   w: 3 by 3 kernel   Y: m by m outputs

The matrices are those of Toom and Cook at the points 0, ±1, ∞ (m = 2) and 0, ±3/4, ±3/2, ∞ (m = 4); the module
`symgrad.kernels.toom_cook` derives and proves them. Textbooks take 0, ±1, ±2, ∞ for m = 4; here the transforms are
products of matrices, so small integers gain nothing, and these points make the error three times smaller.
Source: Winograd 1980; Lavin and Gray, *Fast Algorithms for Convolutional Neural Networks*, arXiv 1509.09308.
"""

import numpy as np

from .im2col import blocks, image_windows, region
from .threads import A_COPY, in_threads

WINOGRAD_AT = {
    2: np.array([[1, 1, 1, 0], [0, 1, -1, 1]]) / 1,
    4: np.array(
        [[64, 64, 64, 64, 64, 0], [0, 48, -48, 96, -96, 0], [0, 36, 36, 144, 144, 0], [0, 27, -27, 216, -216, 64]]
    )
    / 64,
}
WINOGRAD_G = {
    2: np.array([[-2, 0, 0], [1, 1, 1], [1, -1, 1], [0, 0, 2]]) / 2,
    4: np.array(
        [[192, 0, 0], [-128, -96, -72], [-128, 96, -72], [32, 48, 72], [32, -48, 72], [0, 0, 243]],
    )
    / 243,
}
WINOGRAD_BT = {
    2: np.array([[-1, 0, 1, 0], [0, 1, 1, 0], [0, -1, 1, 0], [0, -1, 0, 1]]) / 1,
    4: np.array(
        [
            [81, 0, -180, 0, 64, 0],
            [0, -108, -144, 48, 64, 0],
            [0, 108, -144, -48, 64, 0],
            [0, -54, -36, 96, 64, 0],
            [0, 54, -36, -96, 64, 0],
            [0, 81, 0, -180, 0, 64],
        ]
    )
    / 64,
}
WINOGRAD_BLOCK_BYTES = 1 << 21  # of the larger side of a transform; with smaller ones threads wait for Python


def both_sides(A, D, out):
    """`out[i,j,l] = Σ_{r,s} A[i,r] A[j,s] D[r,s,l]`: the matrix A D Aᵀ for every l.

    Each factor is one batched product of A with rows as long as there are l, which runs at the speed of the cache.

    >>> both_sides(np.array([[1, 1]]), np.arange(8).reshape(2, 2, 2), np.empty((1, 1, 2), int))
    array([[[12, 16]]])
    """
    right = np.matmul(A, D)  # [r, j, l]
    np.matmul(A, right.transpose(1, 0, 2), out=out.transpose(1, 0, 2))
    return out


def winograd_tiles(A, X, m, padding, tile_rows, tile_columns, out=None):
    """`V[i,j,(n,a,b),c] = Σ_{r,s} A[i,r] A[j,s] X[n, m·a+r−P, m·b+s−Q, c]`, with 0 outside X.

    A: [t,p]   X: [N,H,W,C]   V: [t, t, tiles, C] with a in the slice `tile_rows` and b below `tile_columns`; written to
    the first entries of the vector `out`, if given. With A = Bᵀ (p = m+2) the tiles overlap and are the inputs of a
    convolution; with the transpose of Aᵀ (p = m) and P = 0 they lie side by side and are the cotangents of its outputs.
    """
    A, (t, p), (N, _, _, C) = np.ascontiguousarray(A, X.dtype), A.shape, X.shape
    count = tile_rows.stop - tile_rows.start
    tiles = N * count * tile_columns
    V = np.empty(t * t * tiles * C, X.dtype) if out is None else out[: t * t * tiles * C]
    V = V.reshape(t, t, N, count, tile_columns * C)

    def transform(part):
        n, a = part
        top, shape = m * (tile_rows.start + a.start) - padding[0], (a.stop - a.start, tile_columns)
        image = region(X[n], top, -padding[1], m * (shape[0] - 1) + p, m * (shape[1] - 1) + p)
        D = image_windows(image, (p, p), (m, m), (1, 1), shape).transpose(3, 4, 0, 1, 2, 5)
        D = np.ascontiguousarray(D).reshape(p, p, -1)
        both_sides(A, D, V[:, :, n, a].reshape(t, t, -1))

    parts = blocks(N, count, tile_columns * t * t * C * X.itemsize, WINOGRAD_BLOCK_BYTES)
    in_threads(transform, parts, V.size * (2 * p + A_COPY))
    return V.reshape(t, t, tiles, C)


def winograd_outputs(M, y, m):
    """Writes `y[n, m·a+i, m·b+j, k] = Σ_{r,s} Aᵀ[i,r] Aᵀ[j,s] M[r,s,(n,a,b),k]`; what lies outside y is left out.

    M: [t, t, tiles, K]   y: [N,OH,OW,K]
    """
    (t, _, _, K), (N, OH, OW, _) = M.shape, y.shape
    A, M = WINOGRAD_AT[m].astype(M.dtype), M.reshape(t, t, -1)
    tile_rows, tile_columns, done = -(-OH // m), -(-OW // m), 0
    for n, a in blocks(N, tile_rows, tile_columns * t * t * K * M.itemsize, WINOGRAD_BLOCK_BYTES):
        shape = (n.stop - n.start, a.stop - a.start, tile_columns, K)
        size = shape[0] * shape[1] * shape[2] * K
        Y = both_sides(A, M[:, :, done : done + size], np.empty((m, m, size), M.dtype))
        winograd_untile(Y.reshape(m, m, *shape), y[n, m * a.start : m * a.stop])
        done += size


def winograd_untile(tiles, y):
    """Writes `y[n, m·a+i, m·b+j, k] = tiles[i,j,n,a,b,k]`; what lies outside y is left out."""
    m = len(tiles)
    for i in range(m):
        for j in range(m):
            target = y[:, i::m, j::m]
            target[...] = tiles[i, j][:, : target.shape[1], : target.shape[2]]


def winograd_kernels(w, m, out):
    """`U[i,j,c,k] = Σ_{r,s} G[i,r] G[j,s] w[c,k,r,s]`, written to out: [m+2,m+2,C,K].   w: [C,K,3,3] of any strides"""
    (C, K), (t, dtype) = w.shape[:2], (m + 2, out.dtype)
    G, U = WINOGRAD_G[m].astype(dtype), out.reshape(t, t, C * K)
    step = max(WINOGRAD_BLOCK_BYTES // (t * t * max(K, 1) * dtype.itemsize), 1)
    for c in range(0, C, step):
        part = w[c : c + step].transpose(2, 3, 0, 1)
        entries = np.empty(part.shape, dtype)
        for k in range(0, K, 16):  # one line of the cache; more columns of a transposed w at a time evict each other
            entries[..., k : k + 16] = part[..., k : k + 16]
        both_sides(G, entries.reshape(3, 3, -1), U[:, :, c * K : (c + part.shape[2]) * K])
    return out


def winograd_kernels_adjoint(U, m, w):
    """Writes `w[k,c,r,s] = Σ_{i,j} G[i,r] G[j,s] U[i,j,k,c]`, the adjoint.   U: [m+2, m+2, K, C]   w: [K,C,3,3]"""
    G = np.ascontiguousarray(WINOGRAD_G[m].T, U.dtype)
    K, C = U.shape[2:]
    entries = both_sides(G, U.reshape(m + 2, m + 2, K * C), np.empty((3, 3, K * C), U.dtype)).reshape(3, 3, K, C)
    for r in range(3):
        for s in range(3):
            w[:, :, r, s] = entries[r, s]
