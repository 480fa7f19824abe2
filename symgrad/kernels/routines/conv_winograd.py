"""Convolutions that are 3×3 convolutions in disguise, so that Winograd's algorithm computes them.

With dilation d, entries whose rows agree modulo d, and whose columns do, form an image of their own, d² in all.
A kernel of up to 6×6 is four of 3×3, `W̃[k,(a,b,c),r,s] = W[k,c,3a+r,3b+s]`, that read four shifted copies of the image,
`X̃[n,(a,b,c),h,w] = X[n,c,h+3a,w+3b]`, side by side as channels.
"""

import numpy as np

from .col2im import overlap
from .im2col import channels_last, extent, region
from .threads import A_COPY, in_threads
from .winograd import winograd_conv2d, winograd_input_gradient, winograd_kernel_gradient, winograd_pays


def conv2d_winograd_can(kernel_size, dtype):
    """Kernels from 3×3 to 6×6; the constants of the algorithm are fractions, so no integers."""
    return min(kernel_size) >= 3 and max(kernel_size) <= 6 and np.issubdtype(dtype, np.floating)


def conv2d_winograd_pays(N, C, K, kernel_size, out_size, dtype):
    """Whether the algorithm is faster than products with matrices of windows; for 5×5 only its larger tile is."""
    if tuple(kernel_size) == (3, 3):
        return winograd_pays(C, K, N, out_size[0], out_size[1], dtype)
    large = dtype == np.float32 and min(kernel_size) >= 5 and min(C, K) >= 64
    return large and winograd_pays(4 * C, K, N, out_size[0], out_size[1], dtype)


def conv2d_winograd(x, w, padding, dilation, out_size):
    """`conv2d` with stride 1, without groups, for kernels from 3×3 to 6×6."""
    kernel_size = w.shape[2:]
    if dilation != (1, 1):
        sizes = small_sizes(kernel_size, dilation, out_size)
        parts = small_images(x, padding, dilation, sizes[0])
        return whole_images(conv2d_winograd(parts, w, (0, 0), (1, 1), sizes[1]), (0, 0), dilation, out_size)
    if kernel_size == (3, 3):
        return winograd_conv2d(x, w, padding, out_size)
    return winograd_conv2d(side_by_side(x, kernel_size, padding, out_size), threes(w), (0, 0), out_size, tile_of(x))


def conv2d_kernel_gradient_winograd(x, g, kernel_size, padding, dilation):
    """`conv2d_kernel_gradient` with stride 1, without groups, for kernels from 3×3 to 6×6."""
    out_size = g.shape[2:]
    if dilation != (1, 1):
        sizes = small_sizes(kernel_size, dilation, out_size)
        x, g = small_images(x, padding, dilation, sizes[0]), small_images(g, (0, 0), dilation, sizes[1])
        return conv2d_kernel_gradient_winograd(x, g, kernel_size, (0, 0), (1, 1))
    if kernel_size == (3, 3):
        return winograd_kernel_gradient(x, g, padding)
    stacked = side_by_side(x, kernel_size, padding, out_size)
    return threes_adjoint(winograd_kernel_gradient(stacked, g, (0, 0), tile_of(x)), kernel_size)


def conv2d_input_gradient_winograd(g, w, in_size, padding, dilation):
    """`conv2d_input_gradient` with stride 1, without groups, for kernels from 3×3 to 6×6."""
    kernel_size, (OH, OW) = w.shape[2:], g.shape[2:]
    if dilation != (1, 1):
        small, out = small_sizes(kernel_size, dilation, (OH, OW))
        parts = small_images(g, (0, 0), dilation, out)
        return whole_images(conv2d_input_gradient_winograd(parts, w, small, (0, 0), (1, 1)), padding, dilation, in_size)
    if kernel_size == (3, 3):
        return winograd_input_gradient(g, w, in_size, padding)
    stacked = winograd_input_gradient(g, threes(w), (OH + 2, OW + 2), (0, 0), tile_of(g))
    return side_by_side_adjoint(stacked, kernel_size, padding, in_size)


def tile_of(x):
    """Four kernels instead of one pay only with the larger tile, whose error is no more than float32 bears."""
    return 4 if x.dtype == np.float32 else 2


def small_sizes(kernel_size, dilation, out_size):
    """The sizes of the small images, input and output."""
    out = tuple(-(-out_size[a] // dilation[a]) for a in (0, 1))
    return tuple(extent(out[a], kernel_size[a], 1, 1) for a in (0, 1)), out


def small_images(x, padding, dilation, size):
    """`Y[(a,b,n), c, h, w] = x[n, c, d·h+a−P, d·w+b−P]`, 0 outside x.

    >>> small_images(np.arange(4).reshape(1, 1, 1, 4), (0, 0), (1, 2), (1, 2))[:, 0, 0]
    array([[0, 2],
           [1, 3]])
    """
    (N, C), (h, w), (d, e) = x.shape[:2], size, dilation
    X = region(channels_last(x), -padding[0], -padding[1], d * h, e * w)
    X = X.reshape(N, h, d, w, e, C).transpose(2, 4, 0, 1, 3, 5)
    return np.ascontiguousarray(X).reshape(d * e * N, h, w, C).transpose(0, 3, 1, 2)


def whole_images(y, padding, dilation, size):
    """The inverse: `x[n, c, d·h+a−P, d·w+b−P] = y[(a,b,n), c, h, w]` for all entries of x, 0 where there are none."""
    (d, e), (parts, C, h, w) = dilation, y.shape
    Y = y.transpose(0, 2, 3, 1).reshape(d, e, parts // (d * e), h, w, C).transpose(2, 3, 0, 4, 1, 5)
    X = np.ascontiguousarray(Y).reshape(parts // (d * e), d * h, e * w, C)
    return np.ascontiguousarray(region(X, padding[0], padding[1], *size)).transpose(0, 3, 1, 2)


def threes(w):
    """`W̃[k,(a,b,c),r,s] = w[k,c,3a+r,3b+s]`, 0 past the end of the kernel."""
    K, C, R, S = w.shape
    A, B = -(-R // 3), -(-S // 3)
    W = np.zeros((K, 3 * A, 3 * B, C), w.dtype)
    W[:, :R, :S] = w.transpose(0, 2, 3, 1)
    W = W.reshape(K, A, 3, B, 3, C).transpose(0, 2, 4, 1, 3, 5)
    return np.ascontiguousarray(W).reshape(K, 3, 3, A * B * C).transpose(0, 3, 1, 2)


def threes_adjoint(w, kernel_size):
    """`W̄[k,c,3a+r,3b+s] = w[k,(a,b,c),r,s]`: each entry of the kernel occurs once."""
    A, B = (-(-size // 3) for size in kernel_size)
    W = w.reshape(len(w), A, B, -1, 3, 3).transpose(0, 1, 4, 2, 5, 3)
    W = np.ascontiguousarray(W).reshape(len(w), 3 * A, 3 * B, -1)
    return np.ascontiguousarray(W[:, : kernel_size[0], : kernel_size[1]]).transpose(0, 3, 1, 2)


def side_by_side(x, kernel_size, padding, out_size):
    """`X̃[n,(a,b,c),h,w] = x[n,c,h+3a−P,w+3b−P]`, 0 outside x, with the h and w that a 3×3 kernel needs."""
    X, (A, B) = channels_last(x), (-(-size // 3) for size in kernel_size)
    h, w = out_size[0] + 2, out_size[1] + 2
    Y = np.empty((len(X), h, w, A, B, X.shape[3]), x.dtype)

    def copy(n):
        for a in range(A):
            for b in range(B):
                Y[n, :, :, a, b] = region(X[n : n + 1], 3 * a - padding[0], 3 * b - padding[1], h, w)[0]

    in_threads(copy, range(len(X)), Y.size * A_COPY)
    return Y.reshape(len(X), h, w, A * B * X.shape[3]).transpose(0, 3, 1, 2)


def side_by_side_adjoint(y, kernel_size, padding, in_size):
    """`X̄[n,c,h+3a−P,w+3b−P] += y[n,(a,b,c),h,w]`."""
    (N, _, h, w), (A, B) = y.shape, (-(-size // 3) for size in kernel_size)
    Y = y.transpose(0, 2, 3, 1).reshape(N, h, w, A, B, -1)
    X = np.zeros((N, *in_size, Y.shape[5]), y.dtype)

    def add(n):
        for a in range(A):
            i, u = overlap(0, h, 1, 3 * a - padding[0], in_size[0])
            for b in range(B):
                j, v = overlap(0, w, 1, 3 * b - padding[1], in_size[1])
                X[n, u, v] += Y[n, i, j, a, b]

    in_threads(add, range(N), Y.size * A_COPY)
    return X.transpose(0, 3, 1, 2)
