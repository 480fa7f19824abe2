"""Windows of images as the rows of a matrix, so that a convolution becomes a product of matrices.

Images are channels-last in here: `X[n,h,w,c]`. Window (i, j) at kernel offset (r, s) reads
`X[n, s·i+d·r−P, s·j+d·s−P, c]`; what lies outside the image is 0.
"""

import numpy as np

WORKSPACE_BYTES = 3 << 19  # columns of one block: written once, read once by GEMM, so they should stay in a near cache
WORKSPACE_ROWS = 640  # but a product packs the other matrix anew, which pays from about so many rows on


def channels_last(x):
    """The view `X[n,h,w,c]` of `x[n,c,h,w]`, with the channels of a pixel side by side: copied if they are not.

    >>> channels_last(np.zeros((2, 3, 5, 7))).shape
    (2, 5, 7, 3)
    """
    X = x.transpose(0, 2, 3, 1)
    adjacent = X.shape[3] == 1 or X.strides[3] == X.itemsize
    return X if adjacent else np.ascontiguousarray(X)


def region(X, top, left, height, width):
    """`Y[n,h,w,c] = X[n, top+h, left+w, c]`, 0 outside X. A view where X covers all of it.

    >>> region(np.ones((1, 2, 2, 1), int), -1, 0, 3, 3)[0, :, :, 0]
    array([[0, 0, 0],
           [1, 1, 0],
           [1, 1, 0]])
    """
    N, H, W, C = X.shape
    if min(top, left) >= 0 and top + height <= H and left + width <= W:
        return X[:, top : top + height, left : left + width]
    Y = np.zeros((N, height, width, C), X.dtype)
    h, w = slice(max(top, 0), min(top + height, H)), slice(max(left, 0), min(left + width, W))
    if h.start < h.stop and w.start < w.stop:
        Y[:, h.start - top : h.stop - top, w.start - left : w.stop - left] = X[:, h, w]
    return Y


def extent(count, size, stride, dilation):
    """Entries from the first to the last that `count` windows of `size` touch: `s·(count−1) + d·(size−1) + 1`."""
    return stride * (count - 1) + dilation * (size - 1) + 1


def image_windows(X, kernel_size, stride, dilation, out_size):
    """The view `V[n,i,j,r,s,c] = X[n, s·i+d·r, s·j+d·s, c]`.

    >>> image_windows(np.arange(5).reshape(1, 1, 5, 1), (1, 3), (1, 2), (1, 1), (1, 2)).ravel()
    array([0, 1, 2, 2, 3, 4])
    """
    n, h, w, c = X.strides
    strides = (n, h * stride[0], w * stride[1], h * dilation[0], w * dilation[1], c)
    shape = (X.shape[0], *out_size, *kernel_size, X.shape[3])
    return np.lib.stride_tricks.as_strided(X, shape, strides, writeable=False)


def blocks(N, OH, row_bytes, limit=WORKSPACE_BYTES):
    """Parts `(images, rows)` of N images with OH rows each, as two slices: at most about `limit` bytes in a part.

    Whole images where one fits, rows of one image where not; the parts are equally large up to one row or image.

    >>> [(n.stop, i.stop) for n, i in blocks(2, 3, 100, limit=200)]
    [(1, 2), (1, 3), (2, 2), (2, 3)]
    """
    image = max(OH * row_bytes, 1)
    step = -(-N // max(-(-N * image // max(limit, image)), 1)) if image <= limit else 1
    rows = OH if image <= limit else -(-OH // -(-image // limit))
    return [
        (slice(n, min(n + step, N)), slice(i, min(i + rows, OH)))
        for n in range(0, N, max(step, 1))
        for i in range(0, OH, max(rows, 1))
    ]


def column_blocks(N, out_size, width, itemsize):
    """`(parts, t)`: the `blocks` for columns with `width` entries a window, and the windows in the largest of them."""
    OH, OW = out_size
    limit = max(WORKSPACE_BYTES, WORKSPACE_ROWS * width * itemsize)
    parts = blocks(N, OH, OW * width * itemsize, limit)
    return parts, OW * max(((n.stop - n.start) * (i.stop - i.start) for n, i in parts), default=0)


def columns(X, rows, kernel_size, stride, padding, dilation, OW, groups, work):
    """`A[g, (n,i,j), (r,s,c)]`: the windows of the output rows `rows`, side by side for each group of channels.

    X: [N,H,W,groups·C]   A: written to the start of the flat array `work`
    """
    (R, S), (N, _, _, channels), count = kernel_size, X.shape, rows.stop - rows.start
    size = extent(count, R, stride[0], dilation[0]), extent(OW, S, stride[1], dilation[1])
    part = region(X, stride[0] * rows.start - padding[0], -padding[1], *size)
    shape = (groups, N, count, OW, R, S, channels // groups)
    A = work[: N * count * OW * R * S * channels].reshape(shape)
    V = image_windows(part, kernel_size, stride, dilation, (count, OW)).reshape(*shape[1:6], groups, shape[6])
    np.copyto(A, V.transpose(5, 0, 1, 2, 3, 4, 6))
    return A.reshape(groups, N * count * OW, R * S * shape[6])
