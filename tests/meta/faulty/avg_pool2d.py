"""Mean over windows; padding is counted or not."""

import numpy as np

from .subject import Fault, Subject
from .windows import count, crop, offsets, pad, under


class AvgPool2d:
    """`Y[n,c,h,w] = Σ_{i,j < size} X[n,c,s·h+i-p,s·w+j-p] / a[h,w]`; a is size², or the entries inside the image."""

    def __init__(self, size=2, stride=2, padding=0, count_include_pad=True):
        self.size, self.stride, self.padding, self.count_include_pad = size, stride, padding, count_include_pad

    def forward(self, x):
        self.shape, self.kernel = x.shape, (self.size, self.size)
        self.out = count(x.shape[2:], self.kernel, self.stride, self.padding)
        inside = 1.0 if self.count_include_pad else 0.0
        self.area = self.sums(pad(np.ones(x.shape[2:]), self.padding, inside))
        return self.sums(pad(x, self.padding)) / self.area

    def backward(self, grad_y):
        return (self.grad_x(grad_y),)

    def under(self, i, j):
        return under((i, j), self.out, self.stride)

    def sums(self, padded):
        return sum(padded[self.under(i, j)] for i, j in offsets(self.kernel))

    def grad_x(self, g):
        """`∂X[n,c,s·h+i-p,s·w+j-p] = Σ G[n,c,h,w] / a[h,w]`."""
        return self.scatter(g / self.area)

    def scatter(self, parts):
        grad = np.zeros((*self.shape[:2], *(n + 2 * self.padding for n in self.shape[2:])))
        for i, j in offsets(self.kernel):
            grad[self.under(i, j)] += parts
        return crop(grad, self.padding)


class AlwaysWholeWindow(AvgPool2d):
    def grad_x(self, g):
        return self.scatter(g / self.size**2)


class DividedBySide(AvgPool2d):
    def grad_x(self, g):
        return self.size * super().grad_x(g)


class RepeatedNotScattered(AvgPool2d):
    def scatter(self, parts):
        grad = np.zeros((*self.shape[:2], *(n + 2 * self.padding for n in self.shape[2:])))
        big = parts.repeat(self.size, axis=2).repeat(self.size, axis=3)[..., : grad.shape[2], : grad.shape[3]]
        grad[..., : big.shape[2], : big.shape[3]] = big
        return crop(grad, self.padding)


class RemainderCutOff(AvgPool2d):
    def scatter(self, parts):
        h, w = (self.stride * (n - 1) + self.size - self.padding for n in self.out)
        return super().scatter(parts)[..., :h, :w].copy()


class SmallestWindowIsAView(AvgPool2d):
    def grad_x(self, g):
        return g if self.size == self.stride == 1 and self.padding == 0 else super().grad_x(g)


FAULTS = (
    Fault(
        "divided by the whole window at the border",
        AlwaysWholeWindow,
        "x",
        "subset",
        ("padding > 0 and not count_include_pad",),
        "pytorch#15997: count_include_pad was missing in the gradient of average pooling",
    ),
    Fault(
        "divided by the side, not by the area",
        DividedBySide,
        "x",
        "factor",
        ("size > 1", "always"),
        "textbook slip: 1/k in place of 1/k²",
    ),
    Fault(
        "upstream gradient repeated",
        RepeatedNotScattered,
        "x",
        "moved",
        ("stride != size",),
        "textbook slip: upsampling by repetition, which is right only where the windows tile the image",
        also=("subset",),
    ),
    Fault(
        "remainder cut off",
        RemainderCutOff,
        "x",
        "shape",
        (
            "(H + 2*padding - size) % stride > padding or (W + 2*padding - size) % stride > padding",
            "the stride leaves a remainder",
            "stride > 1",
        ),
        "PKUFlyingPig/CMU10-714#6: gradient of another shape where the stride leaves a remainder",
    ),
    Fault(
        "windows of one pixel: the upstream gradient itself",
        SmallestWindowIsAView,
        "x",
        "aliases",
        ("size == 1", "size == 1 and stride == 1"),
        "pytorch#196491: gradients passed on as they are share memory with the upstream buffer",
    ),
)

AVG_POOL2D = Subject(
    "avg_pool2d",
    AvgPool2d,
    "x[N,C,H,W] -> y[N,C,_,_]",
    FAULTS,
    params={"size": [2, 1, 3], "stride": [2, 1, 3], "padding": [0, 1], "count_include_pad": [True, False]},
    where="2*padding <= size and H + 2*padding >= size and W + 2*padding >= size",
)

EXAMPLES = (
    {"N": 2, "C": 3, "H": 6, "W": 4},
    {"N": 1, "C": 2, "H": 5, "W": 6, "size": 3, "stride": 2, "padding": 1, "count_include_pad": False},
    {"N": 2, "C": 1, "H": 7, "W": 5, "size": 2, "stride": 3},
    {"N": 1, "C": 2, "H": 3, "W": 4, "size": 1, "stride": 1},
    {"N": 0, "C": 2, "H": 4, "W": 4},
)
