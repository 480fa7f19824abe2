"""The gradient of a convolution with respect to its input: the adjoint of `x ↦ conv2d(x, w)`, applied to g."""

import numpy as np

from .col2im import conv2d_input_gradient_planes, conv2d_input_gradient_scatter
from .conv2d import conv2d, conv2d_methods, method_of, methods_in_order
from .conv_depthwise import conv2d_input_gradient_depthwise
from .conv_winograd import conv2d_input_gradient_winograd


def conv2d_input_gradient(g, w, in_size, stride=(1, 1), padding=(0, 0), dilation=(1, 1), groups=1, method=None):
    """`X̄[n,c,u,v] = Σ_{k,r,s,i,j} [u = s·i+d·r−P] [v = s·j+d·s−P] G[n,k,i,j] W[k,c,r,s]`.

    g: [N,K,OH,OW]   w: [K,C/groups,R,S]   x̄: [N,C,H,W] with (H, W) = `in_size`, channels-last in memory.
    `method` is as in `method_of`, one of `conv2d_input_gradient_methods`.

    >>> conv2d_input_gradient(np.ones((1, 1, 2, 2)), np.array([[[[1.0, 0.0], [0.0, -1.0]]]]), (3, 3))[0, 0]
    array([[ 1.,  1.,  0.],
           [ 1.,  0., -1.],
           [ 0., -1., -1.]])
    """
    dtype, window = np.result_type(g, w), (stride, padding, dilation)
    if not (g.size and w.size and in_size[0] * in_size[1]):
        return np.zeros((len(g), *in_size, groups * w.shape[1]), dtype).transpose(0, 3, 1, 2)
    method = method_of(method, conv2d_input_gradient_methods(g.shape, w.shape, in_size, *window, groups, dtype))
    g, w = g.astype(dtype, copy=False), w.astype(dtype, copy=False)
    if method == "winograd":
        return conv2d_input_gradient_winograd(g, w, tuple(in_size), padding, dilation)
    if method == "offsets":
        return conv2d_input_gradient_depthwise(g, w, (groups, *in_size), *window)
    if method == "scatter":
        return conv2d_input_gradient_scatter(g, w, in_size, *window, groups)
    if method == "planes":
        return conv2d_input_gradient_planes(g, w, in_size, *window)
    flipped, padding = flipped_kernel(w, groups), flipped_padding(w.shape, padding, dilation)
    return conv2d(g, flipped, stride, padding, dilation, groups, in_size, method)


def conv2d_input_gradient_methods(g_shape, w_shape, in_size, stride, padding, dilation, groups, dtype):
    """The methods that can compute this gradient, the one that is fastest here first.

    At stride 1 it is itself a convolution, of g with the flipped kernel, and has the methods of that.
    """
    (N, K, OH, OW), (_, C, R, S) = g_shape, w_shape
    own = methods_in_order(
        ("planes", groups == 1, C <= 8 and stride > (1, 1)),
        ("offsets", C == 1 < groups, True),
        ("scatter", True, True),
    )
    if stride != (1, 1):
        return own
    shapes, padding = (g_shape, (groups * C, K // groups, R, S)), flipped_padding(w_shape, padding, dilation)
    names = (*conv2d_methods(*shapes, in_size, stride, padding, dilation, groups, dtype), *own)
    places = N * OH * OW
    scatter = {"blocks": K > C or places < 1000, "winograd": places < 260}.get(names[0], False)
    first = "scatter" if scatter and groups == 1 else names[0]
    return first, *(name for name in names if name != first)


def flipped_kernel(w, groups):
    """`V[(g,c), k, r, s] = w[(g,k), c, R−1−r, S−1−s]`."""
    K, C, R, S = w.shape
    V = w[:, :, ::-1, ::-1].reshape(groups, K // groups, C, R, S) if groups > 1 else w[None, :, :, ::-1, ::-1]
    return V.transpose(0, 2, 1, 3, 4).reshape(groups * C, K // groups, R, S)


def flipped_padding(w_shape, padding, dilation):
    """`d·(R−1) − P`: where the flipped kernel starts; may be negative."""
    return tuple(dilation[a] * (w_shape[2 + a] - 1) - padding[a] for a in (0, 1))
