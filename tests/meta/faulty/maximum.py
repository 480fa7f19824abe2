"""The larger of two arrays."""

import numpy as np

from .subject import Fault, Subject


class Maximum:
    """`Y = max(A, B)`; where they are equal each receives half of the gradient."""

    def forward(self, a, b):
        self.share = np.where(a == b, 0.5, (a > b).astype(float))
        self.a, self.b = a.copy(), b.copy()
        return np.asarray(np.maximum(a, b))

    def backward(self, grad_y):
        return np.asarray(self.grad_a(grad_y)), np.asarray(self.grad_b(grad_y))

    def grad_a(self, g):
        """`∂A = G` where a is larger, `G / 2` where they are equal."""
        return g * self.share

    def grad_b(self, g):
        """`∂B = G - ∂A`."""
        return g * (1 - self.share)


class BothAtTies(Maximum):
    def grad_a(self, g):
        return g * (self.a >= self.b)

    def grad_b(self, g):
        return g * (self.a <= self.b)


class NeitherAtTies(Maximum):
    def grad_a(self, g):
        return g * (self.a > self.b)

    def grad_b(self, g):
        return g * (self.a < self.b)


class SameForBoth(Maximum):
    def grad_b(self, g):
        return g * self.share


class ComparedWithZero(Maximum):
    def grad_a(self, g):
        return g * (self.a > 0)


class AllToFirst(Maximum):
    def grad_a(self, g):
        return g.copy()


FAULTS = (
    Fault(
        "both receive the gradient at ties",
        BothAtTies,
        "",
        "subset",
        ("a == b", "ties"),
        "onnxruntime#7217, mxnet#18563: every equal maximum receives the full gradient",
        also=("row factor", "factor"),
    ),
    Fault(
        "neither receives the gradient at ties",
        NeitherAtTies,
        "",
        "subset",
        ("a == b", "ties"),
        "pytorch#56734: the wrong gradient of the elementwise maximum where the arrays are equal",
        also=("zero",),
    ),
    Fault(
        "the same gradient for both",
        SameForBoth,
        "b",
        "other argument",
        ("always",),
        "textbook slip: one mask for both arguments",
    ),
    Fault(
        "compared with zero",
        ComparedWithZero,
        "a",
        "subset",
        ("always",),
        "textbook slip: the mask of a rectifier",
    ),
    Fault(
        "all to the first",
        AllToFirst,
        "a",
        "upstream",
        ("always", "a < b"),
        "1zb/pytorch-image-comp-rnn#4: a straight-through backward that returns grad_output",
        also=("subset",),
    ),
)

MAXIMUM = Subject("maximum", Maximum, "a[...], b[...] -> y[...]", FAULTS)

EXAMPLES = ({"...": (3, 4)}, {"...": (2, 1, 3)}, {"...": (5,)}, {"...": (0, 2)})
