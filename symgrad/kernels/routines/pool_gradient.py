"""Gradients of pooling: each window gives its cotangent to its winner, or to all of its entries."""

import math
from itertools import product

import numpy as np

from .entrywise import selected
from .im2col import blocks, channels_last
from .pool_windows import POOL_BYTES, pixels, pool_at, pool_disjoint, pool_reaches, pool_touched, pool_workspace
from .pool_winners import max_pool2d_winners


def max_pool2d_gradient(g, winners, in_size, kernel_size, stride, padding=(0, 0), dilation=(1, 1)):
    """`x̄[n,c,h,w] = Σ_{i,j} [(h, w) won window (i, j)] G[n,c,i,j]`, of a maximum or a minimum.

    >>> x = np.array([[[[1.0, 5, 2], [5, 0, 9]]]])
    >>> y, winners = max_pool2d_winners(x, (2, 2), (1, 1))
    >>> max_pool2d_gradient(np.array([[[[10.0, 20]]]]), winners, (2, 3), (2, 2), (1, 1))[0, 0]
    array([[ 0., 10.,  0.],
           [ 0.,  0., 20.]])
    """
    X, G = np.zeros((len(g), *in_size, g.shape[1]), g.dtype), channels_last(g)
    give = give_alone if pool_disjoint(kernel_size, stride, dilation) else give_together
    give(G, channels_last(winners), X, kernel_size, stride, padding, dilation)
    return X.transpose(0, 3, 1, 2)


def give_alone(G, K, X, kernel_size, stride, padding, dilation):
    """For windows that share no entry: at each offset (p, q), `X[n,h,w,c] = [K[n,i,j,c] = p·S+q] G[n,i,j,c]`."""
    down, across = (
        pool_reaches(kernel_size[a], -padding[a], stride[a], dilation[a], X.shape[1 + a], G.shape[1 + a])
        for a in (0, 1)
    )
    for n, _ in blocks(len(G), 1, math.prod(G.shape[1:]) * G.itemsize, POOL_BYTES):
        for (p, i, h), (q, j, w) in product(down, across):
            given = selected(K[n, i, j] == kernel_size[1] * p + q, G[n, i, j])
            pixels(X)[n, h, w] = pixels(np.ascontiguousarray(given))


def give_together(G, K, X, kernel_size, stride, padding, dilation):
    """For windows that overlap: `X[n, s·i+d·p−P, s·j+d·q−P, c] += G[n,i,j,c]` at the winner (p, q) of each."""
    (OH, OW, C), (H, W) = G.shape[1:], X.shape[1:3]
    i = np.flatnonzero(pool_touched(kernel_size[0], -padding[0], stride[0], dilation[0], H, OH))
    j = np.flatnonzero(pool_touched(kernel_size[1], -padding[1], stride[1], dilation[1], W, OW))
    if len(i) < OH or len(j) < OW:  # a window wholly outside the image has no winner
        G, K = G[:, i][:, :, j], K[:, i][:, :, j]
    p, q = np.arange(kernel_size[0])[:, None], np.arange(kernel_size[1])
    table = ((dilation[0] * p * W + dilation[1] * q) * C).ravel()
    line, pixel = (stride[0] * i - padding[0]) * (W * C), (stride[1] * j - padding[1])[:, None] * C + np.arange(C)
    for n, rows in blocks(len(G), len(i), len(j) * C * G.itemsize, POOL_BYTES):
        index = table.take(K[n, rows])
        index += pixel
        index += (np.arange(len(index))[:, None] * (H * W * C) + line[rows])[:, :, None, None]
        np.add.at(X[n].reshape(-1), index.ravel(), G[n, rows].ravel())  # fast for one flat index and equal types


def max_pool2d_split_gradient(g, x, y, kernel_size, stride, padding=(0, 0), dilation=(1, 1)):
    """As `max_pool2d_gradient` where equal winners share: `Σ_{i,j} [X[n,c,h,w] = Y[n,c,i,j]] G[n,c,i,j] / #winners`.

    `y` is what `max_pool2d` or `min_pool2d` gave. NaN equals nothing: the first NaN of a window has all.

    >>> x = np.array([[[[1.0, 5], [5, 0]]]])
    >>> max_pool2d_split_gradient(np.array([[[[8.0]]]]), x, np.array([[[[5.0]]]]), (2, 2), (2, 2))[0, 0]
    array([[0., 4.],
           [4., 0.]])
    """
    X, Y, G = channels_last(x), channels_last(y), channels_last(g)
    kind = np.result_type(G, np.float16)
    count, gradient = np.zeros(Y.shape, kind), np.zeros(X.shape, kind)
    parts = pool_pairs(X.shape[1:3], Y.shape[1:3], kernel_size, stride, padding, dilation)
    for windows, entries in parts:
        count[windows] += X[entries] == Y[windows]
    share = G / np.maximum(count, 1)
    for windows, entries in parts:
        gradient[entries] += np.where(X[entries] == Y[windows], share[windows], 0)
    bad = np.isnan(y)
    if bad.any():
        _, winners = max_pool2d_winners(x, kernel_size, stride, padding, dilation, Y.shape[1:3])
        gradient += channels_last(
            max_pool2d_gradient(np.where(bad, g, 0), winners, X.shape[1:3], kernel_size, stride, padding, dilation)
        )
    return gradient.transpose(0, 3, 1, 2)


def pool_pairs(in_size, out_size, kernel_size, stride, padding, dilation):
    """For each offset of the window, the indices (windows, entries) into `Y[n,i,j,c]` and `X[n,h,w,c]` that meet."""
    down, across = (
        pool_reaches(kernel_size[a], -padding[a], stride[a], dilation[a], in_size[a], out_size[a]) for a in (0, 1)
    )
    every = slice(None)
    return [((every, i, j), (every, h, w)) for _, i, h in down for _, j, w in across]


def sum_pool2d_gradient(g, in_size, kernel_size, stride, padding=(0, 0), dilation=(1, 1)):
    """`x̄[n,c,h,w] = Σ_{i,j,p,q} [h = s·i+d·p−P] [w = s·j+d·q−P] G[n,c,i,j]`, of `sum_pool2d`.

    >>> sum_pool2d_gradient(np.ones((1, 1, 2, 2)), (3, 3), (2, 2), (1, 1))[0, 0]
    array([[1., 2., 1.],
           [2., 4., 2.],
           [1., 2., 1.]])
    """
    (H, W), (N, C, OH, _) = in_size, g.shape
    (R, _), (s, _), (P, _), (d, _) = kernel_size, stride, padding, dilation
    G, X = channels_last(g), np.empty((N, H, W, C), g.dtype)
    parts = blocks(N, H, W * C * G.itemsize, POOL_BYTES)
    across = pool_reaches(kernel_size[1], -padding[1], stride[1], dilation[1], W, g.shape[3])
    workspace = pool_workspace(parts, (W, C), g.dtype, span=d * (R - 1) // s + 2)
    for images, rows in parts:
        first = max(-((d * (R - 1) - P - rows.start) // s), 0)  # the windows that touch these rows
        last = max(min((rows.stop - 1 + P) // s + 1, OH), first)
        T = workspace[: images.stop - images.start, : last - first]
        pool_spread(G[images, first:last], 2, across, stride[1], T)
        down = pool_reaches(R, s * first - P - rows.start, s, d, rows.stop - rows.start, last - first)
        pool_spread(T, 1, down, s, X[images, rows])
    return X.transpose(0, 3, 1, 2)


def pool_spread(A, axis, reaches, stride, out):
    """`out[…,h,…] = Σ_{p,i} [h = s·i + d·p + start] A[…,i,…]` along one axis.

    Entries s apart get their first term by assignment, if it reaches them all.
    """
    untouched = set(range(stride))
    for _, windows, entries in reaches:
        a, part, r = A[pool_at(axis, windows)], out[pool_at(axis, entries)], entries.start % stride
        whole = len(range(r, out.shape[axis], stride)) == a.shape[axis]
        if r in untouched and whole:
            part[...] = a
        elif r in untouched:
            out[pool_at(axis, slice(r, None, stride))] = 0
            part += a
        else:
            part += a
        untouched.discard(r)
    for r in untouched:
        out[pool_at(axis, slice(r, None, stride))] = 0
