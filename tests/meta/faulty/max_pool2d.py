"""Maximum over windows; the gradient goes to the first maximum."""

import numpy as np

from .subject import Fault, Subject
from .windows import count, crop, offsets, pad, under, without_strides


class MaxPool2d:
    """`Y[n,c,h,w] = max_{i,j < size} X[n,c,s·h+i-p,s·w+j-p]`; the border counts as −∞."""

    def __init__(self, size=2, stride=2, padding=0):
        self.size, self.stride, self.padding = size, stride, padding

    def forward(self, x):
        self.kernel = (self.size, self.size)
        self.out = count(x.shape[2:], self.kernel, self.stride, self.padding)
        self.x = x.copy()
        values = self.values(-np.inf)
        self.winner = values.argmax(axis=0)
        return values.max(axis=0)

    def backward(self, grad_y):
        return (self.grad_x(grad_y),)

    def values(self, border):
        """`V[k,n,c,h,w]`: the value at each offset k of each window."""
        padded = pad(self.x, self.padding, border)
        return np.stack([padded[self.under(i, j)] for i, j in offsets(self.kernel)])

    def under(self, i, j):
        return under((i, j), self.out, self.stride)

    def grad_x(self, g):
        """`∂X[n,c,s·h+i-p,s·w+j-p] = Σ G[n,c,h,w]` over the windows that (i, j) wins."""
        return self.scatter(g, [self.winner == k for k in range(self.size**2)])

    def scatter(self, g, wins):
        grad = np.zeros(pad(self.x, self.padding).shape)
        for win, (i, j) in zip(wins, offsets(self.kernel), strict=True):
            grad[self.under(i, j)] += np.where(win, g, 0.0)
        return crop(grad, self.padding)


class OverlapAssigned(MaxPool2d):
    def scatter(self, g, wins):
        grad = np.zeros(pad(self.x, self.padding).shape)
        for win, (i, j) in zip(wins, offsets(self.kernel), strict=True):
            part = grad[self.under(i, j)]
            part[win] = g[win]
        return crop(grad, self.padding)


class EveryTieTakesAll(MaxPool2d):
    def grad_x(self, g):
        values = self.values(-np.inf)
        return self.scatter(g, values == values.max(axis=0))


class BorderNotCropped(MaxPool2d):
    def scatter(self, g, wins):
        p, self.padding = self.padding, 0
        grad = np.zeros(pad(self.x, p).shape)
        for win, (i, j) in zip(wins, offsets(self.kernel), strict=True):
            grad[self.under(i, j)] += np.where(win, g, 0.0)
        self.padding = p
        return grad[..., : self.x.shape[2], : self.x.shape[3]].copy()


class BorderOfZeros(MaxPool2d):
    def grad_x(self, g):
        winner = self.values(0.0).argmax(axis=0)
        return self.scatter(g, [winner == k for k in range(self.size**2)])


class UpstreamReadWithoutStrides(MaxPool2d):
    def grad_x(self, g):
        return super().grad_x(without_strides(g))


FAULTS = (
    Fault(
        "windows that share a winner: assigned, not added",
        OverlapAssigned,
        "x",
        "subset",
        ("stride < size", "windows overlap"),
        "FluxML/NNlib.jl#205: = in place of += in the gradient of max pooling",
    ),
    Fault(
        "every tie takes the whole gradient",
        EveryTieTakesAll,
        "x",
        "subset",
        ("ties", "equal maxima in one window", "zeros"),
        "Theano#4568: all equal maxima of a window receive the full gradient",
    ),
    Fault(
        "border not taken off",
        BorderNotCropped,
        "x",
        "moved",
        ("padding > 0",),
        "textbook slip: the gradient of the padded image returned from its corner on",
    ),
    Fault(
        "winner searched with a border of zeros",
        BorderOfZeros,
        "x",
        "subset",
        ("padding > 0 and x <= 0", "padding > 0 and x < 0", "padding > 0"),
        "textbook slip: padding with 0 in place of −∞ where the winner is recomputed",
    ),
    Fault(
        "upstream gradient read without its strides",
        UpstreamReadWithoutStrides,
        "x",
        "layout",
        ("non-contiguous grad_y",),
        "torch/cunn#199: max pooling with a non-contiguous gradOutput",
    ),
)

MAX_POOL2D = Subject(
    "max_pool2d",
    MaxPool2d,
    "x[N,C,H,W] -> y[N,C,_,_]",
    FAULTS,
    params={"size": [1, 2, 3], "stride": [1, 2, 3], "padding": [0, 1]},
    where="2*padding <= size and H + 2*padding >= size and W + 2*padding >= size",
)

EXAMPLES = (
    {"N": 2, "C": 3, "H": 6, "W": 4},
    {"N": 2, "C": 2, "H": 5, "W": 7, "size": 3, "stride": 2, "padding": 1},
    {"N": 1, "C": 2, "H": 5, "W": 4, "size": 2, "stride": 1},
    {"N": 2, "C": 1, "H": 7, "W": 5, "size": 2, "stride": 3, "padding": 1},
    {"N": 0, "C": 2, "H": 4, "W": 4},
)
