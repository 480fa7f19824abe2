"""Convolution, `Y[n,k,i,j] = Σ_{c,r,s} X[n,c,s·i+d·r−P,s·j+d·s−P] W[k,c,r,s]`: methods, and which is chosen."""

import numpy as np

from .conv_depthwise import conv2d_depthwise
from .conv_strips import conv2d_strips
from .conv_winograd import conv2d_winograd, conv2d_winograd_can, conv2d_winograd_pays
from .im2col import channels_last, column_blocks, columns, extent
from .products import rows_times
from .threads import A_COPY, in_threads


def conv2d(x, w, stride=(1, 1), padding=(0, 0), dilation=(1, 1), groups=1, out_size=None, method=None):
    """`Y[n,k,i,j] = Σ_{c,r,s} X[n,c,s·i+d·r−P,s·j+d·s−P] W[k,c,r,s]`, with 0 outside X.

    x: [N,C,H,W]   w: [K,C/groups,R,S]   y: [N,K,OH,OW], channels-last in memory. `out_size` is by default the number of
    windows inside the image padded by P on all sides; `method` is as in `method_of`, one of `conv2d_methods`.

    >>> conv2d(np.arange(9.0).reshape(1, 1, 3, 3), np.array([[[[1.0, 0.0], [0.0, -1.0]]]]))[0, 0]
    array([[-4., -4.],
           [-4., -4.]])
    """
    dtype = np.result_type(x, w)
    if out_size is None:
        inside = (x.shape[2 + a] + 2 * padding[a] - extent(1, w.shape[2 + a], 1, dilation[a]) for a in (0, 1))
        out_size = tuple(last // s + 1 for last, s in zip(inside, stride, strict=True))
    if not (x.size and w.size and out_size[0] * out_size[1]):
        return np.zeros((x.shape[0], *out_size, w.shape[0]), dtype).transpose(0, 3, 1, 2)
    able = conv2d_methods(x.shape, w.shape, out_size, stride, padding, dilation, groups, dtype)
    method = method_of(method, able)
    x, w = x.astype(dtype, copy=False), w.astype(dtype, copy=False)
    if method == "pointwise":
        return conv2d_pointwise(x, w)
    if method == "winograd":
        return conv2d_winograd(x, w, padding, dilation, out_size)
    if method == "strips":
        return conv2d_strips(x, w, stride, padding, out_size)
    if method == "depthwise":
        return conv2d_depthwise(x, w, stride, padding, dilation, out_size)
    return conv2d_blocks(x, w, stride, padding, dilation, groups, out_size)


def conv2d_methods(x_shape, w_shape, out_size, stride, padding, dilation, groups, dtype):
    """The methods that can compute this convolution, the one that is fastest here first.

    >>> conv2d_methods((8, 64, 56, 56), (256, 64, 1, 1), (56, 56), (1, 1), (0, 0), (1, 1), 1, np.float32)
    ('pointwise', 'blocks', 'strips')
    """
    (N, C, H, W), (K, _, R, S) = x_shape, w_shape
    at_once = groups == 1 and stride == (1, 1)
    plain = groups == 1 and dilation == (1, 1)
    winograd = conv2d_winograd_pays(N, C, K, (R, S), out_size, dtype)
    few = R * S >= 9 and max(stride) <= 2 and min(C, K) <= 32
    return methods_in_order(
        ("pointwise", at_once and (R, S) == (1, 1) and padding == (0, 0) and out_size == (H, W), True),
        ("winograd", at_once and conv2d_winograd_can((R, S), dtype), winograd),
        ("strips", plain, few),
        ("depthwise", groups == C > 1, True),
        ("blocks", True, True),
    )


def methods_in_order(*table):
    """Of rows `(method, can, pays)`: the methods that can, those first that also pay.

    >>> methods_in_order(("a", True, False), ("b", True, True), ("c", False, True))
    ('b', 'a')
    """
    able = [(method, pays) for method, can, pays in table if can]
    return *(method for method, pays in able if pays), *(method for method, pays in able if not pays)


def method_of(asked, able):
    """The method asked for; None stands for the first of those that can, "direct" for the first but Winograd's.

    >>> method_of(None, ("winograd", "blocks")), method_of("direct", ("winograd", "blocks"))
    ('winograd', 'blocks')
    """
    if asked is None:
        return able[0]
    if asked == "direct":
        return next(method for method in able if method != "winograd")
    if asked not in able:
        raise ValueError(f"method={asked!r} cannot compute this convolution: {', '.join(able)} can")
    return asked


def conv2d_pointwise(x, w):
    """1×1, stride 1: `Y[n,i,j,k] = Σ_c X[n,i,j,c] W[k,c]`: a product of matrices, no copies."""
    (N, C, H, W), K = x.shape, len(w)
    X = x.transpose(0, 2, 3, 1)
    if X.flags.c_contiguous:
        return rows_times(X.reshape(-1, C), w.reshape(K, C).T).reshape(N, H, W, K).transpose(0, 3, 1, 2)
    y = np.empty((N, H, W, K), x.dtype)
    np.matmul(X.reshape(N, H * W, C), w.reshape(K, C).T, out=y.reshape(N, -1, K))
    return y.transpose(0, 3, 1, 2)


def kernel_matrix(w, groups):
    """`W[g, (r,s,c), k]` of `w[(g,k), c, r, s]`: a view or a copy in whichever order memory has."""
    K, C, R, S = w.shape
    if w.strides[0] < w.strides[1]:
        W = w.reshape(groups, K // groups, C, R, S).transpose(0, 3, 4, 2, 1)
        return W.reshape(groups, R * S * C, K // groups)
    return w.transpose(0, 2, 3, 1).reshape(groups, K // groups, R * S * C).transpose(0, 2, 1)


def conv2d_blocks(x, w, stride, padding, dilation, groups, out_size):
    """Windows of a block of images or rows side by side, then one product of matrices a block (and group)."""
    X, N, (K, C, R, S), (OH, OW) = channels_last(x), len(x), w.shape, out_size
    y = np.empty((N, OH, OW, K), x.dtype)
    width = R * S * C * groups
    parts, t = column_blocks(N, out_size, width, x.itemsize)
    W = kernel_matrix(w, groups)

    def multiply(part):
        A = columns(X[part[0]], part[1], (R, S), stride, padding, dilation, OW, groups, np.empty(t * width, x.dtype))
        np.matmul(A, W, out=y[part].reshape(-1, groups, K // groups).transpose(1, 0, 2))

    in_threads(multiply, parts, N * OH * OW * width * (K // groups + A_COPY))
    return y.transpose(0, 3, 1, 2)
