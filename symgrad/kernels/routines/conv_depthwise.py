"""Depthwise convolution: output channels `(c,m)` read the one input channel c. Entry by entry, without GEMM."""

import numpy as np

from .col2im import overlap
from .im2col import channels_last, extent, image_windows, region


def depthwise_windows(x, kernel_size, stride, padding, dilation, out_size):
    """`V[n,i,j,r,s,c] = X[n, s·i+d·r−P, s·j+d·s−P, c]`, 0 outside X."""
    size = (extent(out_size[a], kernel_size[a], stride[a], dilation[a]) for a in (0, 1))
    X = region(channels_last(x), -padding[0], -padding[1], *size)
    return image_windows(X, kernel_size, stride, dilation, out_size)


def conv2d_depthwise(x, w, stride, padding, dilation, out_size):
    """`Y[n,(c,m),i,j] = Σ_{r,s} X[n,c,s·i+d·r−P,s·j+d·s−P] W[(c,m),0,r,s]`.    x: [N,C,H,W]   w: [C·M,1,R,S]"""
    V = depthwise_windows(x, w.shape[2:], stride, padding, dilation, out_size)
    C = V.shape[5]
    W = np.ascontiguousarray(w.reshape(C, -1, *w.shape[2:]).transpose(1, 2, 3, 0))
    if len(W) == 1:
        y = np.einsum("nijrsc,rsc->nijc", V, W[0], order="C")
    else:
        y = np.einsum("nijrsc,mrsc->nijcm", V, W, order="C").reshape(*V.shape[:3], -1)
    return y.transpose(0, 3, 1, 2)


def conv2d_kernel_gradient_depthwise(x, g, kernel_size, stride, padding, dilation):
    """`W̄[(c,m),0,r,s] = Σ_{n,i,j} G[n,(c,m),i,j] X[n,c,s·i+d·r−P,s·j+d·s−P]`."""
    V = depthwise_windows(x, kernel_size, stride, padding, dilation, g.shape[2:])
    G = channels_last(g)
    G = G.reshape(*G.shape[:3], V.shape[5], -1)
    w = np.stack([np.einsum("nijrsc,nijc->rsc", V, G[..., m]) for m in range(G.shape[4])], axis=-1)
    return np.ascontiguousarray(w.reshape(*kernel_size, -1).transpose(2, 0, 1))[:, None]


def conv2d_input_gradient_depthwise(g, w, in_size, stride, padding, dilation):
    """`X̄[n,c,u,v] = Σ_{m,r,s,i,j} [u = s·i+d·r−P] [v = s·j+d·s−P] G[n,(c,m),i,j] W[(c,m),0,r,s]`."""
    G, C = channels_last(g), in_size[0]
    (N, OH, OW, _), (R, S) = G.shape, w.shape[2:]
    G, W = G.reshape(N, OH, OW, C, -1), w.reshape(C, -1, R, S)
    x = np.zeros((N, *in_size[1:], C), g.dtype)
    for r in range(R):
        rows, u = overlap(0, OH, stride[0], dilation[0] * r - padding[0], in_size[1])
        for s in range(S):
            cols, v = overlap(0, OW, stride[1], dilation[1] * s - padding[1], in_size[2])
            x[:, u, v] += np.einsum("nijcm,cm->nijc", G[:, rows, cols], W[:, :, r, s])
    return x.transpose(0, 3, 1, 2)
