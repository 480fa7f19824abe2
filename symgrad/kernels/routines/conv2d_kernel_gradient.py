"""The gradient of a convolution with respect to its kernel: the adjoint of `w ↦ conv2d(x, w)`, applied to g."""

import numpy as np

from .conv2d import method_of, methods_in_order
from .conv_depthwise import conv2d_kernel_gradient_depthwise
from .conv_strips import conv2d_kernel_gradient_strips
from .conv_winograd import conv2d_kernel_gradient_winograd, conv2d_winograd_can, conv2d_winograd_pays
from .im2col import channels_last, column_blocks, columns
from .products import rows_times
from .threads import A_COPY, TEAM, in_threads


def conv2d_kernel_gradient(x, g, kernel_size, stride=(1, 1), padding=(0, 0), dilation=(1, 1), groups=1, method=None):
    """`W̄[k,c,r,s] = Σ_{n,i,j} G[n,k,i,j] X[n,c,s·i+d·r−P,s·j+d·s−P]`, with 0 outside X.

    x: [N,C,H,W]   g: [N,K,OH,OW]   w̄: [K,C/groups,R,S] with (R, S) = `kernel_size`, in memory [K,R,S,C/groups].
    `method` is as in `method_of`, one of `conv2d_kernel_gradient_methods`.

    >>> conv2d_kernel_gradient(np.arange(9.0).reshape(1, 1, 3, 3), np.ones((1, 1, 2, 2)), (2, 2))[0, 0]
    array([[ 8., 12.],
           [20., 24.]])
    """
    dtype, window = np.result_type(x, g), (stride, padding, dilation)
    if not (x.size and g.size):
        return np.zeros((g.shape[1], *kernel_size, x.shape[1] // groups), dtype).transpose(0, 3, 1, 2)
    able = conv2d_kernel_gradient_methods(x.shape, g.shape, kernel_size, *window, groups, dtype)
    method = method_of(method, able)
    x, g = x.astype(dtype, copy=False), g.astype(dtype, copy=False)
    if method == "pointwise":
        return conv2d_kernel_gradient_pointwise(x, g)
    if method == "winograd":
        return conv2d_kernel_gradient_winograd(x, g, tuple(kernel_size), padding, dilation)
    if method == "strips":
        return conv2d_kernel_gradient_strips(x, g, kernel_size, stride, padding)
    if method == "depthwise":
        return conv2d_kernel_gradient_depthwise(x, g, kernel_size, *window)
    return conv2d_kernel_gradient_blocks(x, g, kernel_size, *window, groups)


def conv2d_kernel_gradient_methods(x_shape, g_shape, kernel_size, stride, padding, dilation, groups, dtype):
    """The methods that can compute this gradient, the one that is fastest here first."""
    (N, C, H, W), (_, K, *out_size), (R, S) = x_shape, g_shape, kernel_size
    at_once, plain = groups == 1 and stride == (1, 1), groups == 1 and dilation == (1, 1)
    winograd = conv2d_winograd_pays(N, C, K, (R, S), out_size, dtype)
    few = R * S >= 9 and max(stride) <= 2 and min(C, K) <= 32 and N * out_size[0] * out_size[1] >= 1000
    return methods_in_order(
        ("pointwise", at_once and (R, S) == (1, 1) and padding == (0, 0) and tuple(out_size) == (H, W), True),
        ("winograd", at_once and conv2d_winograd_can((R, S), dtype), winograd),
        ("strips", plain, few),
        ("depthwise", groups == C > 1, True),
        ("blocks", True, True),
    )


def conv2d_kernel_gradient_pointwise(x, g):
    """1×1, stride 1: `W̄[k,c] = Σ_{n,i,j} G[n,i,j,k] X[n,i,j,c]`, one product of matrices."""
    X, G = (channels_last(a).reshape(-1, a.shape[1]) for a in (x, g))
    return rows_times(G.T, X)[:, :, None, None]


def conv2d_kernel_gradient_blocks(x, g, kernel_size, stride, padding, dilation, groups):
    """For blocks of windows: `W̄[g,k,(r,s,c)] += Σ_t G[t,g,k] A[g,t,(r,s,c)]`."""
    X, G, (N, C, _, _), (_, K, *out_size), (R, S) = channels_last(x), channels_last(g), x.shape, g.shape, kernel_size
    parts, t = column_blocks(N, out_size, R * S * C, x.itemsize)
    team = TEAM.get()
    sums = np.zeros((team, groups, K // groups, R * S * C // groups), x.dtype)

    def multiply(thread):
        work = np.empty(t * R * S * C, x.dtype)
        for n, i in parts[thread::team]:
            A = columns(X[n], i, kernel_size, stride, padding, dilation, out_size[1], groups, work)
            sums[thread] += np.matmul(G[n, i].reshape(-1, groups, K // groups).transpose(1, 2, 0), A)

    in_threads(multiply, range(team), N * out_size[0] * out_size[1] * R * S * C * (K // groups + A_COPY))
    w = sums.sum(0, dtype=x.dtype)
    return w.reshape(K, R, S, C // groups).transpose(0, 3, 1, 2)
