"""Softmax over the last axis."""

import numpy as np

from .subject import Fault, Subject


class Softmax:
    """`Y[...,k] = exp X[...,k] / Σ_j exp X[...,j]`."""

    def forward(self, x):
        e = np.exp(x - x.max(axis=-1, keepdims=True))
        self.y = e / e.sum(axis=-1, keepdims=True)
        return self.y.copy()

    def backward(self, grad_y):
        return (self.grad_x(grad_y),)

    def grad_x(self, g):
        """`∂X[...,k] = Y[...,k] (G[...,k] - Σ_j G[...,j] Y[...,j])`."""
        return self.y * (g - self.dot(g))

    def dot(self, g):
        return (g * self.y).sum(axis=-1, keepdims=True)


class DiagonalOnly(Softmax):
    def grad_x(self, g):
        return self.y * (1 - self.y) * g


class SumOverSecondAxis(Softmax):
    def dot(self, g):
        return (g * self.y).sum(axis=1 if g.ndim > 1 else 0, keepdims=True)


class OutputIsSaved(Softmax):
    def forward(self, x):
        super().forward(x)
        return self.y


class UpstreamTakenForOneHot(Softmax):
    def grad_x(self, g):
        return self.y * (g - self.dot(g**2))


class OutputOverwritten(Softmax):
    def grad_x(self, g):
        self.y *= g - self.dot(g)
        return self.y.copy()


FAULTS = (
    Fault(
        "diagonal of the Jacobian only",
        DiagonalOnly,
        "x",
        "missing term",
        ("always", "K > 1"),
        "deeplearning4j/libnd4j#440: only output·(1 - output), the sum over i ≠ j is missing",
    ),
    Fault(
        "summed over the second axis",
        SumOverSecondAxis,
        "x",
        "missing term",
        ("ndim(x) > 2", "more than one leading axis"),
        "flagos-ai/FlagGems#5392: a backward that assumes two axes, silently wrong for three",
        also=("moved",),
    ),
    Fault(
        "output is the saved array",
        OutputIsSaved,
        "",
        "aliases",
        ("always",),
        "linkedin/Liger-Kernel#272: a saved output that a later layer overwrites in place gives wrong gradients",
    ),
    Fault(
        "saved output overwritten by backward",
        OutputOverwritten,
        "x",
        "repeat",
        ("second backward",),
        "linkedin/Liger-Kernel#254: backward in place on what was saved",
    ),
    Fault(
        "upstream gradient taken for one-hot",
        UpstreamTakenForOneHot,
        "x",
        "nonlinear",
        ("always",),
        "textbook slip: g² = g, true of one-hot upstream gradients only",
    ),
)

SOFTMAX = Subject("softmax", Softmax, "x[...,K] -> y[...,K]", FAULTS)

EXAMPLES = ({"...": (3,), "K": 4}, {"...": (2, 3), "K": 5}, {"...": (), "K": 3}, {"...": (0,), "K": 2})
