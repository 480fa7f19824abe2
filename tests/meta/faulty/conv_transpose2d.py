"""Transposed convolution over two axes with stride, padding and output padding."""

import numpy as np

from .subject import Fault, Subject
from .windows import crop, offsets, pad, under


class ConvTranspose2d:
    """`Y[n,o,s·h+i-p,s·w+j-p] = b[o] + Σ_{c,i,j} X[n,c,h,w] W[c,o,i,j]`; `extra` more rows and columns at the end."""

    def __init__(self, stride=1, padding=0, extra=0):
        self.stride, self.padding, self.extra = stride, padding, extra

    def forward(self, x, w, b):
        self.x, self.w, self.has_bias = x, w, b is not None
        self.kernel, self.size = w.shape[2:], x.shape[2:]
        full = np.zeros((len(x), w.shape[1], *(self.span(n, k) for n, k in zip(self.size, self.kernel, strict=True))))
        flat = x.reshape(*x.shape[:2], self.size[0] * self.size[1])
        for i, j in offsets(self.kernel):
            full[self.under(i, j)] += (w[:, :, i, j].T @ flat).reshape(len(x), w.shape[1], *self.size)
        y = crop(full, self.padding)
        return y + b[:, None, None] if self.has_bias else y

    def backward(self, grad_y):
        g = pad(grad_y, self.padding)
        return self.grad_x(g), self.grad_w(g), self.grad_b(grad_y) if self.has_bias else None

    def span(self, n, k):
        return self.stride * (n - 1) + k + self.extra

    def under(self, i, j):
        return under((i, j), self.size, self.stride)

    def columns(self, g, i, j):
        """The upstream gradient that the kernel entry (i, j) meets, as `[n,o,h·w]`."""
        return g[self.under(i, j)].reshape(*g.shape[:2], self.size[0] * self.size[1])

    def grad_x(self, g):
        """`∂X[n,c,h,w] = Σ_{o,i,j} W[c,o,i,j] G[n,o,s·h+i,s·w+j]`."""
        grad = sum(self.w[:, :, i, j] @ self.columns(g, i, j) for i, j in offsets(self.kernel))
        return grad.reshape(self.x.shape)

    def grad_w(self, g):
        """`∂W[c,o,i,j] = Σ_{n,h,w} X[n,c,h,w] G[n,o,s·h+i,s·w+j]`."""
        flat, grad = self.x.reshape(*self.x.shape[:2], self.size[0] * self.size[1]), np.empty(self.w.shape)
        for i, j in offsets(self.kernel):
            grad[:, :, i, j] = (flat @ self.columns(g, i, j).swapaxes(1, 2)).sum(axis=0)
        return grad

    def grad_b(self, g):
        """`∂b[o] = Σ_{n,h,w} G[n,o,h,w]`."""
        return g.sum(axis=(0, 2, 3))


class StrideIgnored(ConvTranspose2d):
    def grad_x(self, g):
        stride, self.stride = self.stride, 1
        grad = super().grad_x(g)
        self.stride = stride
        return grad


class ChannelsExchanged(ConvTranspose2d):
    def grad_w(self, g):
        return super().grad_w(g).swapaxes(0, 1).copy()


class ExtraRowsLeftOut(ConvTranspose2d):
    def grad_b(self, g):
        h, w = (n - self.extra for n in g.shape[2:])
        return super().grad_b(g[..., :h, :w])


class ExtraRowsRefused(ConvTranspose2d):
    def grad_x(self, g):
        if self.extra:
            raise ValueError("no convolution has an output of this shape")
        return super().grad_x(g)


class PaddedKernelOffset(ConvTranspose2d):
    def grad_w(self, g):
        return super().grad_w(g)[..., ::-1, ::-1].copy()


FAULTS = (
    Fault(
        "stride ignored in the input gradient",
        StrideIgnored,
        "x",
        "moved",
        ("stride > 1",),
        "pytorch#63314: with stride 2 the second upstream entry is read in place of the third",
        also=("subset",),
    ),
    Fault(
        "weight gradient as [out, in]",
        ChannelsExchanged,
        "w",
        "shape",
        ("C != O", "always"),
        "textbook slip: the layout of a convolution's weight for that of its transpose",
        also=("moved",),
    ),
    Fault(
        "extra rows left out of the bias gradient",
        ExtraRowsLeftOut,
        "b",
        "missing term",
        ("extra > 0",),
        "mila-iqia/myia#338: rows and columns of the output padding filled with zeros",
    ),
    Fault(
        "fails with extra rows",
        ExtraRowsRefused,
        "x",
        "raises",
        ("extra > 0",),
        "pytorch#195043: the input gradient refuses sizes that come from output_padding",
    ),
    Fault(
        "weight gradient flipped",
        PaddedKernelOffset,
        "w",
        "moved",
        ("kh*kw > 1", "kh > 1 or kw > 1", "always"),
        "textbook slip: a flip where the transposed convolution needs none",
    ),
)

CONV_TRANSPOSE2D = Subject(
    "conv_transpose2d",
    ConvTranspose2d,
    "x[N,C,H,W], w[C,O,kh,kw], b[O]? -> y[N,O,_,_]",
    FAULTS,
    params={"stride": [1, 2, 3], "padding": [0, 1], "extra": [0, 1]},
    where="extra < stride and stride*(H - 1) + kh + extra > 2*padding and stride*(W - 1) + kw + extra > 2*padding",
)

EXAMPLES = (
    {"N": 2, "C": 3, "H": 3, "W": 4, "O": 2, "kh": 2, "kw": 3},
    {"N": 1, "C": 2, "H": 3, "W": 2, "O": 4, "kh": 3, "kw": 1, "stride": 2, "padding": 1, "extra": 1},
    {"N": 2, "C": 2, "H": 2, "W": 3, "O": 3, "kh": 1, "kw": 2, "stride": 3, "absent": ("b",)},
    {"N": 0, "C": 2, "H": 2, "W": 2, "O": 1, "kh": 2, "kw": 2},
)
