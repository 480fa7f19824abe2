"""Hinge loss of scores for several classes."""

import numpy as np

from .subject import Fault, Subject


class Hinge:
    """`L = Σ_n Σ_{k ≠ t_n} max(0, X[n,k] - X[n,t_n] + margin) / N`."""

    def __init__(self, margin=1.0):
        self.margin = margin

    def forward(self, x, t):
        self.t, self.rows = t.copy(), np.arange(len(t))
        slack = x - x[self.rows, t][:, None] + self.margin
        slack[self.rows, t] = 0.0
        self.active = slack > 0
        return np.asarray(np.maximum(slack, 0).sum() / max(1, len(t)))

    def backward(self, grad_y):
        return self.grad_x(grad_y), None

    def by_row(self):
        """`1` for each class within the margin, minus their number for the right class."""
        grad = self.active.astype(float)
        grad[self.rows, self.t] = -self.active.sum(axis=1)
        return grad

    def grad_x(self, g):
        return self.by_row() * (g / max(1, len(self.t)))


class RightClassCountedOnce(Hinge):
    def by_row(self):
        grad = self.active.astype(float)
        grad[self.rows, self.t] = -1.0 * self.active.any(axis=1)
        return grad


class RightClassKept(Hinge):
    def by_row(self):
        grad = super().by_row()
        grad[self.rows, self.t] += 1
        return grad


class NotDivided(Hinge):
    def grad_x(self, g):
        return self.by_row() * g


class RightClassMissing(Hinge):
    def by_row(self):
        return self.active.astype(float)


class IntegerGradient(Hinge):
    def grad_x(self, g):
        grad = self.active.astype(int)
        grad[self.rows, self.t] = -self.active.sum(axis=1)
        grad *= int(g)
        return grad


FAULTS = (
    Fault(
        "right class counted once",
        RightClassCountedOnce,
        "x",
        "subset",
        ("K > 2",),
        "mantasu/cs231n#9: why the number of violated margins is subtracted for the right class",
    ),
    Fault(
        "right class counts itself",
        RightClassKept,
        "x",
        "subset",
        ("always",),
        "lightaime/cs231n#9: the sum over classes includes the right one",
        also=("missing term",),
    ),
    Fault(
        "not divided by the number of rows",
        NotDivided,
        "x",
        "factor",
        ("N > 1",),
        "cs231n: loss divided by num_train, gradient not",
    ),
    Fault(
        "right class missing",
        RightClassMissing,
        "x",
        "subset",
        ("always",),
        "bruceoutdoors/CS231n#5: the entry of the right class in the mask",
        also=("missing term",),
    ),
    Fault(
        "integers",
        IntegerGradient,
        "x",
        "dtype",
        ("always",),
        "textbook slip: a mask of integers, in which the upstream gradient is truncated",
        also=("nonlinear",),
    ),
)

HINGE = Subject("hinge", Hinge, "x[N,K], t[N]<K -> loss[]", FAULTS, params={"margin": [1.0, 0.5]})

EXAMPLES = (
    {"N": 4, "K": 3},
    {"N": 2, "K": 5, "margin": 0.5},
    {"N": 1, "K": 2},
    {"N": 0, "K": 3},
)
