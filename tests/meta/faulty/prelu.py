"""A rectifier with a learned slope for each channel."""

import numpy as np

from .subject import Fault, Subject


class PReLU:
    """`Y[n,c,l] = X[n,c,l]` where it is positive, `a[c] X[n,c,l]` elsewhere."""

    def forward(self, x, a):
        self.x, self.a = x, a
        self.y = np.where(x > 0, x, a[:, None] * x)
        return self.y.copy()

    def backward(self, grad_y):
        return self.grad_x(grad_y), self.grad_a(grad_y)

    def positive(self):
        return self.x > 0

    def slope(self):
        return self.a[:, None]

    def grad_x(self, g):
        """`∂X = G` where x is positive, `a G` elsewhere."""
        return np.where(self.positive(), 1.0, self.slope()) * g

    def grad_a(self, g):
        """`∂a[c] = Σ_{n,l} G X` over the entries where x is not positive."""
        return np.where(self.positive(), 0.0, g * self.x).sum(axis=(0, 2))


class SignOfOutput(PReLU):
    def positive(self):
        return self.y > 0


class SlopeAlongLastAxis(PReLU):
    def slope(self):
        return self.a if self.x.shape[1] == self.x.shape[2] else self.a[:, None]


class SlopeGradientNotSummed(PReLU):
    def grad_a(self, g):
        return np.where(self.positive(), 0.0, g * self.x).sum(axis=2)


class SlopeGradientOverAll(PReLU):
    def grad_a(self, g):
        return (g * self.x).sum(axis=(0, 2))


class SlopeOfFirstChannel(PReLU):
    def slope(self):
        return self.a[:1, None]


FAULTS = (
    Fault(
        "sign taken from the output",
        SignOfOutput,
        "x",
        "subset",
        ("a < 0", "always"),
        "PaddlePaddle/Paddle#12538: out > 0 is tested in place of x > 0, wrong for negative slopes",
    ),
    Fault(
        "slope along the last axis",
        SlopeAlongLastAxis,
        "x",
        "subset",
        ("C == L",),
        "flagos-ai/FlagGems#4992: weight indexed along the wrong axis, silent where the sizes are equal",
        also=("moved",),
    ),
    Fault(
        "slope gradient not summed over the batch",
        SlopeGradientNotSummed,
        "a",
        "shape",
        ("always",),
        "kulinseth/pytorch#334: the weight gradient of prelu has the wrong shape",
    ),
    Fault(
        "slope gradient over all entries",
        SlopeGradientOverAll,
        "a",
        "missing term",
        ("always", "x > 0"),
        "textbook slip: the mask of the negative part forgotten",
    ),
    Fault(
        "slope of the first channel for all",
        SlopeOfFirstChannel,
        "x",
        "subset",
        ("C > 1",),
        "tflearn#337: slopes should work channel by channel",
        also=("row factor",),
    ),
)

PRELU = Subject("prelu", PReLU, "x[N,C,L], a[C] -> y[N,C,L]", FAULTS)

EXAMPLES = (
    {"N": 2, "C": 3, "L": 4},
    {"N": 1, "C": 4, "L": 4},
    {"N": 3, "C": 1, "L": 2},
    {"N": 0, "C": 2, "L": 3},
)
