"""Convolution over three axes, as a sum over the taps of the first axis of convolutions over the other two.

Volumes are channels-last in here: `X[n,d,h,w,c]`. Of a tap, the layers that it reads are images of one batch.
"""

import numpy as np

from .conv2d import conv2d
from .conv2d_input_gradient import conv2d_input_gradient
from .conv2d_kernel_gradient import conv2d_kernel_gradient
from .pool_windows import pool_reaches


def conv3d(x, w, stride, padding, dilation, groups, out_size):
    """`Y[n,k,i,j,l] = Σ_{c,p,q,r} X[n,c,s·i+d·p−P,…] K[k,c,p,q,r]`, with 0 outside X.    `out_size` [OD,OH,OW]

    >>> x, w = np.arange(8.0).reshape(1, 1, 2, 2, 2), np.ones((1, 1, 2, 2, 2))
    >>> conv3d(x, w, (1, 1, 1), (0, 0, 0), (1, 1, 1), 1, (1, 1, 1)).item()
    28.0
    """
    X, window = x.transpose(0, 2, 3, 4, 1), (stride[1:], padding[1:], dilation[1:], groups, out_size[1:])
    Y = np.zeros((len(x), *out_size, len(w)), np.result_type(x, w))
    for p, outs, reads in conv3d_taps(x.shape[2], w.shape[2], stride, padding, dilation, out_size[0]):
        Y[:, outs] += volumes(conv2d(layers(X[:, reads]), w[:, :, p], *window), len(x))
    return Y.transpose(0, 4, 1, 2, 3)


def conv3d_input_gradient(g, w, in_size, stride, padding, dilation, groups):
    """`X̄[n,c,u,…] = Σ [u = s·i+d·p−P] … G[n,k,i,j,l] K[k,c,p,q,r]`, the adjoint of `x ↦ conv3d(x, w)`."""
    G, window = g.transpose(0, 2, 3, 4, 1), (in_size[1:], stride[1:], padding[1:], dilation[1:], groups)
    X = np.zeros((len(g), *in_size, w.shape[1] * groups), np.result_type(g, w))
    for p, outs, reads in conv3d_taps(in_size[0], w.shape[2], stride, padding, dilation, g.shape[2]):
        X[:, reads] += volumes(conv2d_input_gradient(layers(G[:, outs]), w[:, :, p], *window), len(g))
    return X.transpose(0, 4, 1, 2, 3)


def conv3d_kernel_gradient(x, g, kernel_size, stride, padding, dilation, groups):
    """`K̄[k,c,p,q,r] = Σ_{n,i,j,l} G[n,k,i,j,l] X[n,c,s·i+d·p−P,…]`, the adjoint of `w ↦ conv3d(x, w)`."""
    X, G = x.transpose(0, 2, 3, 4, 1), g.transpose(0, 2, 3, 4, 1)
    window = (kernel_size[1:], stride[1:], padding[1:], dilation[1:], groups)
    W = np.zeros((g.shape[1], x.shape[1] // groups, *kernel_size), np.result_type(x, g))
    for p, outs, reads in conv3d_taps(x.shape[2], kernel_size[0], stride, padding, dilation, g.shape[2]):
        W[:, :, p] = conv2d_kernel_gradient(layers(X[:, reads]), layers(G[:, outs]), *window)
    return W


def conv3d_taps(size, kernel_size, stride, padding, dilation, count):
    """`[(p, windows, layers)]`: the layer that each window reads at tap p, of those that lie inside."""
    return pool_reaches(kernel_size, -padding[0], stride[0], dilation[0], size, count)


def layers(X):
    """The layers of volumes `X[n,d,h,w,c]` as images [N·D,C,H,W]."""
    return X.reshape(-1, *X.shape[2:]).transpose(0, 3, 1, 2)


def volumes(y, N):
    """Images [N·D,K,H,W] as N volumes `Y[n,d,h,w,k]`."""
    return y.transpose(0, 2, 3, 1).reshape(N, len(y) // max(N, 1), y.shape[2], y.shape[3], y.shape[1])
