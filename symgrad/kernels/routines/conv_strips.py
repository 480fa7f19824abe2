"""Convolution with few channels: b neighbouring outputs of a row at once, kernel rows without copies.

The b outputs together read a strip of `s·(b−1) + S` pixels, and are a product of it with a banded matrix
`T[r, v, c, (j,k)] = W[k,c,r,v−s·j]`: (b−1)·s/S more work, but matrices wide enough for GEMM. Strips are stored as
`B[n, J, h, (v,c)]`, columns before rows, so that the strips of R rows, one below the other, lie side by side in memory
and are one row of the matrix: each entry of the image is copied once for each strip, not for each kernel offset.
"""

import numpy as np

from .im2col import blocks, channels_last, extent, region
from .pool_windows import pixels
from .threads import A_COPY, TEAM, in_threads

STRIP_COLUMNS = 16  # columns that make GEMM's matrices wide enough
STRIP_ROWS = 32  # the same for its rows, in the kernel gradient
STRIP_BYTES = 1 << 19
STRIP_SHARE = 6  # times the work that is worth a thread elsewhere: with so short calls threads wait for each other
STRIP_BATCH = 24  # strips in a row of one image below which the strips of several images go into one product


def strip_width(K, S, enough=STRIP_COLUMNS):
    """b: outputs at once, such that b·K is about `enough` and the work does not double.

    >>> strip_width(6, 5), strip_width(1, 5), strip_width(64, 5)
    (2, 4, 1)
    """
    return max(1, min(enough // K, S - 1))


def banded(w, stride, b):
    """`T[(r,v,c), (j,k)] = w[k,c,r,v−s·j]`, 0 where there is no such entry of the kernel.

    >>> banded(np.array([[[[1, 2]]]]), 1, 2)
    array([[1, 0],
           [2, 1],
           [0, 2]])
    """
    K, C, R, S = w.shape
    T = np.zeros((R, extent(b, S, stride, 1), C, b, K), w.dtype)
    for j in range(b):
        T[:, stride * j : stride * j + S, :, j] = w.transpose(2, 3, 1, 0)
    return T.reshape(-1, b * K)


def banded_adjoint(T, kernel_size, stride, b):
    """`W̄[k,r,s,c] = Σ_j T̄[r, s·j+s, c, (j,k)]`: what the entries of the banded matrix mean for the kernel."""
    R, S = kernel_size
    T = T.reshape(R, extent(b, S, stride, 1), -1, b, T.shape[-1] // b)
    return sum(T[:, stride * j : stride * j + S, :, j] for j in range(b)).transpose(3, 0, 1, 2)


def strip_parts(images, image_bytes):
    """Blocks of images whose strips are in memory at a time; two for each thread, where there are several."""
    limit = STRIP_BYTES if TEAM.get() == 1 else min(STRIP_BYTES, -(-images * image_bytes // (2 * TEAM.get())))
    return [n for n, _ in blocks(images, 1, image_bytes, limit)]


def strips(x, kernel_size, stride, padding, out_size, b):
    """Blocks of images, and a function of one: the view `A[i, (n,J), (r,v,c)] = X[n, s·i+r−P, s·b·J+v−P, c]`."""
    X, (R, S), (OH, OW) = channels_last(x), kernel_size, out_size
    N, J, height, width = len(X), -(-OW // b), extent(OH, R, stride[0], 1), extent(b, S, stride[1], 1)
    X = region(X, -padding[0], -padding[1], height, stride[1] * b * (J - 1) + width)
    C, (sn, sh, sw, sc) = X.shape[3], X.strides
    V = np.lib.stride_tricks.as_strided(
        X, (N, J, height, width, C), (sn, sw * stride[1] * b, sh, sw, sc), writeable=False
    )
    if sw == C * X.itemsize:  # a strip of one row is one run
        V = pixels(np.lib.stride_tricks.as_strided(V, (N, J, height, width * C), (*V.strides[:3], X.itemsize)))
    strip_bytes = width * C * X.itemsize
    strides = (stride[0] * strip_bytes, height * strip_bytes, X.itemsize)

    def matrix(n):
        B = np.ascontiguousarray(V[n]).view(X.dtype)
        return np.lib.stride_tricks.as_strided(B, (OH, len(B) * J, R * width * C), strides, writeable=False)

    return strip_parts(N, J * height * strip_bytes), matrix


def strip_work(x_shape, kernel_size, out_size, b, K):
    """What `in_threads` is told: multiplications and copies of all strips, fewer than there are."""
    (N, C, _, _), (R, S), (OH, OW) = x_shape, kernel_size, out_size
    return N * OH * -(-OW // b) * (b + S - 1) * C * (R * b * K + A_COPY) // STRIP_SHARE


def conv2d_strips(x, w, stride, padding, out_size):
    """`conv2d` without dilation and groups.

    x: [N,C,H,W]   w: [K,C,R,S]   y: [N,K,OH,OW], channels-last in memory.
    """
    (K, _, R, S), (OH, OW) = w.shape, out_size
    b = strip_width(K, S)
    J, T = -(-OW // b), banded(w, stride[1], b)
    y = np.empty((len(x), OH, J, b * K), x.dtype)
    parts, matrix = strips(x, (R, S), stride, padding, out_size, b)

    def multiply(n):
        A, count = matrix(n), n.stop - n.start
        if J < STRIP_BATCH and count > 1:
            y[n] = np.matmul(A, T).reshape(OH, count, J, b * K).transpose(1, 0, 2, 3)
        else:
            A = A.reshape(OH, count, J, A.shape[2]).transpose(1, 0, 2, 3)
            np.matmul(A, T, out=y[n])

    in_threads(multiply, parts, strip_work(x.shape, (R, S), out_size, b, K))
    y = y.reshape(len(x), OH, J * b, K)
    return np.ascontiguousarray(y[:, :, :OW]).transpose(0, 3, 1, 2)


def conv2d_kernel_gradient_strips(x, g, kernel_size, stride, padding):
    """`conv2d_kernel_gradient` without dilation and groups: x: [N,C,H,W]   g: [N,K,OH,OW]   w̄: [K,C,R,S]."""
    N, K, OH, OW = g.shape
    b = strip_width(K, kernel_size[1], STRIP_ROWS)
    G, J = channels_last(g), -(-OW // b)
    G = region(G, 0, 0, OH, J * b).reshape(N, OH, J, b * K)
    parts, matrix = strips(x, kernel_size, stride, padding, (OH, OW), b)
    T = np.empty((len(parts), extent(b, kernel_size[1], stride[1], 1) * kernel_size[0] * x.shape[1], b * K), x.dtype)

    def multiply(part):
        A = matrix(parts[part])
        rows = np.ascontiguousarray(G[parts[part]].transpose(1, 0, 2, 3)).reshape(OH, A.shape[1], b * K)
        np.matmul(A.transpose(0, 2, 1), rows).sum(0, dtype=x.dtype, out=T[part])

    in_threads(multiply, range(len(parts)), strip_work(x.shape, kernel_size, (OH, OW), b, K))
    w = banded_adjoint(T.sum(0, dtype=x.dtype), kernel_size, stride[1], b)
    return np.ascontiguousarray(w).transpose(0, 3, 1, 2)
