"""Huber loss of predictions and targets."""

import numpy as np

from .subject import Fault, Subject


class Huber:
    """`Y[n] = Σ_d h(X[n,d] - T[n,d])`; `h(r) = r²/2` where `|r| ≤ δ`, `δ (|r| - δ/2)` elsewhere."""

    def __init__(self, delta=1.0):
        self.delta = delta

    def forward(self, x, t):
        self.r = x - t
        size = abs(self.r)
        return np.where(size <= self.delta, self.r**2 / 2, self.delta * (size - self.delta / 2)).sum(axis=1)

    def backward(self, grad_y):
        by_r = self.grad_r(grad_y[:, None])
        return by_r, self.grad_t(by_r)

    def grad_r(self, g):
        """`∂r = G clip(r, -δ, δ)`."""
        return g * np.clip(self.r, -self.delta, self.delta)

    def grad_t(self, by_r):
        return -by_r


class UpstreamIgnored(Huber):
    def grad_r(self, g):
        return np.clip(self.r, -self.delta, self.delta)


class SignedDifferenceCompared(Huber):
    def grad_r(self, g):
        return g * np.where(self.r <= self.delta, self.r, self.delta)


class DeltaForgotten(Huber):
    def grad_r(self, g):
        return g * np.where(abs(self.r) <= self.delta, self.r, np.sign(self.r))


class TargetNotNegated(Huber):
    def grad_t(self, by_r):
        return by_r.copy()


class UpstreamScaledInPlace(Huber):
    def backward(self, grad_y):
        if grad_y.flags.writeable:
            grad_y /= max(1, len(grad_y))
            by_r = self.grad_r(grad_y[:, None]) * max(1, len(grad_y))
            return by_r, self.grad_t(by_r)
        return super().backward(grad_y)


FAULTS = (
    Fault(
        "upstream gradient ignored",
        UpstreamIgnored,
        "x",
        "nonlinear",
        ("always",),
        "chainer#1175: HuberLoss's backward ignores gy",
    ),
    Fault(
        "signed difference compared",
        SignedDifferenceCompared,
        "x",
        "subset",
        ("x - t < -delta", "x < t - delta", "always"),
        "BobMcDear/attorch#13: the threshold is compared with the signed difference",
    ),
    Fault(
        "delta forgotten in the linear part",
        DeltaForgotten,
        "x",
        "subset",
        ("delta != 1", "delta != 1 and abs(x - t) > delta"),
        "pytorch#44433: a threshold parameter added to the loss has to enter its backward",
        also=("factor",),
    ),
    Fault(
        "target gradient not negated",
        TargetNotNegated,
        "t",
        "sign",
        ("always",),
        "textbook slip: the same gradient returned for prediction and target",
        also=("other argument",),
    ),
    Fault(
        "upstream gradient divided in place",
        UpstreamScaledInPlace,
        "",
        "mutates",
        ("N > 1", "always"),
        "mapillary/inplace_abn#146: whether an upstream gradient may be overwritten that other branches still use",
    ),
)

HUBER = Subject("huber", Huber, "x[N,D], t[N,D] -> y[N]", FAULTS, params={"delta": [1.0, 0.5, 2.0]})

EXAMPLES = (
    {"N": 3, "D": 4},
    {"N": 2, "D": 5, "delta": 0.5},
    {"N": 4, "D": 1, "delta": 2.0},
    {"N": 0, "D": 2},
)
