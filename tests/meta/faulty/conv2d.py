"""Convolution over two axes with stride, padding, dilation and groups."""

import numpy as np

from .subject import Fault, Subject
from .windows import count, crop, offsets, pad, under


class Conv2d:
    """`Y[n,g,o,h,w] = b[g,o] + Σ_{c,i,j} W[g,o,c,i,j] X[n,g,c,s·h+d·i-p,s·w+d·j-p]` for each group g of channels."""

    def __init__(self, stride=1, padding=0, dilation=1, groups=1):
        self.stride, self.padding, self.dilation, self.groups = stride, padding, dilation, groups

    def forward(self, x, w, b):
        self.shape, self.kernel, self.has_bias = x.shape, w.shape[2:], b is not None
        self.out = count(x.shape[2:], self.kernel, self.stride, self.padding, self.dilation)
        self.x = self.grouped(pad(x, self.padding))
        self.w = w.reshape(self.groups, w.shape[0] // self.groups, *w.shape[1:])
        y = sum(self.w[..., i, j] @ self.columns(i, j) for i, j in offsets(self.kernel))
        y = y.reshape(len(x), len(w), *self.out)
        return y + b[:, None, None] if self.has_bias else y

    def backward(self, grad_y):
        g = self.grouped(grad_y)
        g = g.reshape(*g.shape[:3], self.out[0] * self.out[1])
        return self.grad_x(g), self.grad_w(g), self.grad_b(g) if self.has_bias else None

    def grouped(self, a):
        """`a[n,c,h,w]` as `a[n,g,c,h,w]`."""
        return a.reshape(len(a), self.groups, a.shape[1] // self.groups, *a.shape[2:])

    def under(self, i, j):
        return under((i, j), self.out, self.stride, self.dilation)

    def columns(self, i, j):
        """The part of x that the kernel entry (i, j) meets, as `[n,g,c,h·w]`."""
        return self.x[self.under(i, j)].reshape(*self.x.shape[:3], self.out[0] * self.out[1])

    def grad_x(self, g):
        """`∂X[s·h+d·i,s·w+d·j] = Σ W[o,c,i,j] G[o,h,w]`, summed where windows overlap."""
        grad = np.zeros(self.x.shape)
        for i, j in offsets(self.kernel):
            part = self.w[..., i, j].swapaxes(-1, -2) @ g
            grad[self.under(i, j)] += part.reshape(*part.shape[:3], *self.out)
        return crop(grad, self.padding).reshape(self.shape)

    def grad_w(self, g):
        """`∂W[o,c,i,j] = Σ_{n,h,w} G[n,o,h,w] X[n,c,s·h+d·i,s·w+d·j]`."""
        grad = np.empty(self.w.shape)
        for i, j in offsets(self.kernel):
            grad[..., i, j] = (g @ self.columns(i, j).swapaxes(-1, -2)).sum(axis=0)
        return grad.reshape(grad.shape[0] * grad.shape[1], *grad.shape[2:])

    def grad_b(self, g):
        """`∂b[o] = Σ_{n,h,w} G[n,o,h,w]`."""
        return g.sum(axis=(0, 3)).ravel()


class KernelNotFlipped(Conv2d):
    def grad_x(self, g):
        w, self.w = self.w, self.w[..., ::-1, ::-1]
        grad = super().grad_x(g)
        self.w = w
        return grad


class StrideIgnored(Conv2d):
    def grad_w(self, g):
        stride, self.stride = self.stride, 1
        grad = super().grad_w(g)
        self.stride = stride
        return grad


class DilationIgnored(Conv2d):
    def grad_x(self, g):
        dilation, self.dilation = self.dilation, 1
        grad = super().grad_x(g)
        self.dilation = dilation
        return grad


class FirstGroupReadByAll(Conv2d):
    def grad_w(self, g):
        whole, self.x = self.x, np.repeat(self.x[:, :1], self.groups, axis=1)
        grad = super().grad_w(g)
        self.x = whole
        return grad


class WeightAveraged(Conv2d):
    def grad_w(self, g):
        return super().grad_w(g) / max(1, len(g) * g.shape[3])


class RemainderCutOff(Conv2d):
    def grad_x(self, g):
        grad = super().grad_x(g)
        s, d, p = self.stride, self.dilation, self.padding
        h, w = (s * (n - 1) + d * (k - 1) + 1 - 2 * p for n, k in zip(self.out, self.kernel, strict=True))
        return grad[..., : max(h, 0), : max(w, 0)].copy()


class LastRowTakenForPadding(Conv2d):
    def grad_w(self, g):
        grad = super().grad_w(g)
        if self.padding > 0:
            last = self.kernel[0] - 1
            for j in range(self.kernel[1]):
                rows = slice(-self.out[1], None)
                extra = g[..., rows] @ self.columns(last, j)[..., rows].swapaxes(-1, -2)
                grad[:, :, last, j] -= extra.sum(axis=0).reshape(grad.shape[:2])
        return grad


REMAINDER = "(H + 2*padding - dilation*(kh-1) - 1) % stride > 0 or (W + 2*padding - dilation*(kw-1) - 1) % stride > 0"

FAULTS = (
    Fault(
        "kernel not flipped",
        KernelNotFlipped,
        "x",
        "moved",
        ("kh*kw > 1", "kh > 1 or kw > 1", "always"),
        "textbook slip: the full correlation with the kernel where its flip is needed",
    ),
    Fault(
        "stride ignored in the weight gradient",
        StrideIgnored,
        "w",
        "moved",
        ("stride > 1",),
        "yonghenglh6/DepthwiseConvolution#20: the gradient with stride 2 does not match the standard convolution",
    ),
    Fault(
        "dilation ignored in the input gradient",
        DilationIgnored,
        "x",
        "moved",
        ("dilation > 1",),
        "mlpack#3146: tests with stride and dilation other than 1 failed",
    ),
    Fault(
        "all groups read the channels of the first",
        FirstGroupReadByAll,
        "w",
        "subset",
        ("groups > 1",),
        "pytorch#51430: weight gradient in nn.grad is wrong with groups > 1",
        also=("moved",),
    ),
    Fault(
        "weight gradient averaged over images and positions",
        WeightAveraged,
        "w",
        "factor",
        ("always",),
        "sebgao/cTensor#3: weight gradient multiplied by 1/(B·H·W)",
    ),
    Fault(
        "input gradient without the remainder",
        RemainderCutOff,
        "x",
        "shape",
        (REMAINDER, "the stride leaves a remainder", "stride > 1"),
        "f-dangel/backpack#30: works only where the size minus the kernel is a multiple of the stride",
    ),
    Fault(
        "last output row taken for padding",
        LastRowTakenForPadding,
        "w",
        "subset",
        (
            "padding > 0 and stride > 1",
            "padding > 0 and (H + 2*padding - dilation*(kh - 1) - 1) % stride >= padding",
            "padding > 0",
            "stride > 1",
        ),
        "pytorch#50042: grouped convolution with stride 2, padding 1: last kernel row of the weight gradient too small",
        also=("missing term",),
    ),
)

CONV2D = Subject(
    "conv2d",
    Conv2d,
    "x[N,C,H,W], w[O*groups,C/groups,kh,kw], b[O*groups]? -> y[N,O*groups,_,_]",
    FAULTS,
    params={"stride": [1, 2, 3], "padding": [0, 1, 2], "dilation": [1, 2], "groups": [1, 2, 3]},
    where="H + 2*padding >= dilation*(kh - 1) + 1 and W + 2*padding >= dilation*(kw - 1) + 1",
)

EXAMPLES = (
    {"N": 2, "C": 3, "H": 5, "W": 4, "O": 2, "kh": 3, "kw": 2},
    {"N": 2, "C": 2, "H": 6, "W": 7, "O": 3, "kh": 3, "kw": 2, "stride": 2, "padding": 1, "absent": ("b",)},
    {"N": 1, "C": 4, "H": 6, "W": 5, "O": 2, "kh": 2, "kw": 2, "dilation": 2, "groups": 2},
    {"N": 2, "C": 2, "H": 8, "W": 9, "O": 1, "kh": 3, "kw": 2, "stride": 3, "dilation": 2, "padding": 2, "groups": 2},
    {"N": 0, "C": 2, "H": 4, "W": 4, "O": 2, "kh": 1, "kw": 1},
)
