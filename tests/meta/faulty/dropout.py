"""Dropout with a given mask."""

import numpy as np

from .subject import Fault, Subject


class Dropout:
    """`Y = m X / (1 - p)` in training, X in evaluation."""

    def __init__(self, p=0.5, train=True):
        self.p, self.train = p, train

    def forward(self, x, m):
        self.x, self.m = x.copy(), m.copy()
        return x * self.factor()

    def backward(self, grad_y):
        return self.grad_x(grad_y), None

    def factor(self):
        return self.m / (1 - self.p) if self.train else np.ones(self.m.shape)

    def grad_x(self, g):
        """`∂X = m G / (1 - p)` in training, G in evaluation."""
        return g * self.factor()


class MaskForgotten(Dropout):
    def grad_x(self, g):
        return g / (1 - self.p) if self.train else g.copy()


class MaskFromQuotient(Dropout):
    def grad_x(self, g):
        return np.where(self.x == 0, g, super().grad_x(g))


class ScaleForgotten(Dropout):
    def grad_x(self, g):
        return g * self.m if self.train else g.copy()


class DividedByRate(Dropout):
    def grad_x(self, g):
        return super().grad_x(g) * (1 - self.p) / self.p if self.train and self.p else super().grad_x(g)


class EvaluationIsAView(Dropout):
    def grad_x(self, g):
        return super().grad_x(g) if self.train else g


FAULTS = (
    Fault(
        "mask forgotten",
        MaskForgotten,
        "x",
        "subset",
        ("train", "train and any(not m)"),
        "ddbourgin/numpy-ml#94: backward divides by 1 - p and does not apply the mask",
    ),
    Fault(
        "mask guessed from output over input",
        MaskFromQuotient,
        "x",
        "subset",
        ("x == 0", "zeros", "x == 0 and train"),
        "kaldi-asr/kaldi#3890: where the input is 0 the upstream gradient is passed on, even if dropped",
        also=("upstream",),
    ),
    Fault(
        "scale forgotten",
        ScaleForgotten,
        "x",
        "factor",
        ("train and p > 0", "p > 0", "train"),
        "textbook slip: inverted dropout whose backward applies the mask without 1/(1 - p)",
    ),
    Fault(
        "divided by the rate",
        DividedByRate,
        "x",
        "factor",
        ("train and 0 < p != 0.5", "train and p != 0.5", "p != 0.5", "p > 0", "train"),
        "rasbt/LLMs-from-scratch#431: 1/p in place of 1/(1 - p), the same at one half",
    ),
    Fault(
        "evaluation: the upstream gradient itself",
        EvaluationIsAView,
        "x",
        "aliases",
        ("not train",),
        "pytorch#75288: in evaluation dropout returns its input, and the gradient is passed on",
    ),
)

DROPOUT = Subject(
    "dropout",
    Dropout,
    "x[...,D], m[...,D]:bool -> y[...,D]",
    FAULTS,
    params={"p": [0.5, 0.2, 0.0], "train": [True, False]},
)

EXAMPLES = (
    {"...": (3,), "D": 4},
    {"...": (2, 3), "D": 2, "p": 0.2},
    {"...": (2,), "D": 5, "train": False},
    {"...": (0,), "D": 2, "p": 0.0},
)
