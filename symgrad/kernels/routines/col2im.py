"""The adjoint of im2col: what each window says about the entries it reads is added up there.

`X̄[n,u,v,c] = Σ [u = s·i+d·r−P] [v = s·j+d·s−P] A[n,i,j,r,s,c]`; what falls outside the image is left out.
"""

import numpy as np

from .im2col import blocks, channels_last, column_blocks, region
from .threads import A_COPY, TEAM, in_threads

PLANE_BYTES = 1 << 23  # columns of one block as planes: sums of few long runs cost more calls than time in memory


def overlap(start, stop, stride, offset, size):
    """`(windows, entries)`: slices of the i in start ≤ i < stop with 0 ≤ s·i+offset < size, and of their s·i+offset.

    >>> overlap(0, 4, 2, -3, 4)
    (slice(2, 4, None), slice(1, 4, 2))
    """
    first, last = max(start, -(offset // stride)), min(stop, (size - 1 - offset) // stride + 1)
    if first >= last:
        return slice(0, 0), slice(0, 0)
    return slice(first, last), slice(stride * first + offset, stride * (last - 1) + offset + 1, stride)


def shifted(windows, start):
    """The same windows, counted from `start`."""
    return slice(windows.start - start, windows.stop - start) if windows.stop else windows


def conv2d_input_gradient_scatter(g, w, in_size, stride, padding, dilation, groups):
    """For blocks of windows, `A[(n,i,j), (r,s,c)] = Σ_k G[n,i,j,k] W[k,c,r,s]`, then a sum for each kernel offset.

    Threads divide the channels c among them.
    """
    G, (K, C, R, S), (N, _, OH, OW) = channels_last(g), w.shape, g.shape
    x = np.zeros((N, *in_size, groups, C), g.dtype)
    W = w.transpose(0, 2, 3, 1).reshape(groups, K // groups, R, S, C)

    def add(c):
        count = c.stop - c.start
        V, (parts, t) = (
            W[..., c].reshape(groups, K // groups, -1),
            column_blocks(N, (OH, OW), R * S * count * groups, g.itemsize),
        )
        work = np.empty(t * R * S * count * groups, g.dtype)
        for n, i in parts:
            T = (n.stop - n.start) * (i.stop - i.start) * OW
            A = work[: T * groups * R * S * count].reshape(groups, T, R * S * count)
            np.matmul(G[n, i].reshape(T, groups, -1).transpose(1, 0, 2), V, out=A)
            A = A.reshape(groups, n.stop - n.start, i.stop - i.start, OW, R, S, count)
            scatter_columns(A, x[n, ..., c], i, stride, padding, dilation)

    step = max(-(-C // TEAM.get()), 16)
    slices = [slice(c, min(c + step, C)) for c in range(0, C, step)]
    in_threads(add, slices, N * OH * OW * R * S * C * (K + A_COPY * groups))
    return x.reshape(N, *in_size, groups * C).transpose(0, 3, 1, 2)


def scatter_columns(A, x, rows, stride, padding, dilation):
    """`x[n, s·i+d·r−P, s·j+d·s−P, g, c] += A[g,n,i,j,r,s,c]` for the windows i in `rows`; A counts from their start."""
    OW, R, S = A.shape[3:6]
    for r in range(R):
        i, u = overlap(rows.start, rows.stop, stride[0], dilation[0] * r - padding[0], x.shape[1])
        for s in range(S):
            j, v = overlap(0, OW, stride[1], dilation[1] * s - padding[1], x.shape[2])
            x[:, u, v] += A[:, :, shifted(i, rows.start), j, r, s].transpose(1, 2, 3, 0, 4)


def conv2d_input_gradient_planes(g, w, in_size, stride, padding, dilation):
    """For few input channels and a stride: columns as planes `A[(r,s,c), (i,j)]`, added in one run for each channel.

    What belongs to pixels `s·I+a, s·J+b` is collected in a plane of its own, `F[a,b,c,(I,J)]`: nothing is strided. Rows
    of g are made as long as those of the plane, by entries of 0, so that all rows of a block are one run.
    """
    G, (K, C, R, S), (N, _, OH, OW) = channels_last(g), w.shape, g.shape
    x = np.empty((N, *in_size, C), g.dtype)
    W = np.ascontiguousarray(w.transpose(2, 3, 1, 0)).reshape(R * S * C, K)
    height, width = (
        max((out - 1) + dilation[a] * (size - 1) // stride[a] + 1, -(-(in_size[a] + padding[a]) // stride[a]))
        for a, out, size in ((0, OH, R), (1, OW, S))
    )
    parts = blocks(1, OH, width * R * S * C * g.itemsize, PLANE_BYTES)

    def add(n):
        rows, work = region(G[n : n + 1], 0, 0, OH, width)[0], np.empty(parts[0][1].stop * width * R * S * C, g.dtype)
        F = np.zeros((*stride, C, (height + 1) * width), g.dtype)  # what a last row has too much is 0, and goes beyond
        for _, i in parts:
            T = (i.stop - i.start) * width
            A = work[: R * S * C * T].reshape(R * S * C, T)
            np.matmul(W, rows[i].reshape(T, K).T, out=A)
            gather_planes(A.reshape(R, S, C, T), F, i.start, width, stride, dilation)
        interleave_planes(F.reshape(*stride, C, height + 1, width), x[n], padding)

    in_threads(add, range(N), N * OH * OW * R * S * C * (K + A_COPY))
    return x.transpose(0, 3, 1, 2)


def gather_planes(A, F, first, width, stride, dilation):
    """`F[a,b,c,(I,J)] += A[r,s,c,(i,j)]` where `s·I+a = s·i+d·r`, `s·J+b = s·j+d·s`, the i from `first` on."""
    R, S, _, T = A.shape
    for r in range(R):
        I, a = divmod(dilation[0] * r, stride[0])
        for s in range(S):
            J, b = divmod(dilation[1] * s, stride[1])
            start = (first + I) * width + J
            plane = F[a, b, :, start : start + T]
            np.add(plane, A[r, s], out=plane)


def interleave_planes(F, x, padding):
    """`x[s·I+a−P, s·J+b−P, c] = F[a,b,c,I,J]`, all entries of x; one channel at a time, whose runs are rows."""
    A, B, C, height, width = F.shape
    for a in range(A):
        i, u = overlap(0, height, A, a - padding[0], x.shape[0])
        for b in range(B):
            j, v = overlap(0, width, B, b - padding[1], x.shape[1])
            for c in range(C):
                x[u, v, c] = F[a, b, c, i, j]
