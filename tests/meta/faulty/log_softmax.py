"""Logarithm of the softmax over the last axis."""

import numpy as np

from .subject import Fault, Subject


class LogSoftmax:
    """`Y[...,k] = X[...,k] - log Σ_j exp X[...,j]`."""

    def forward(self, x):
        shifted = x - x.max(axis=-1, keepdims=True)
        y = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
        self.p = np.exp(y)
        return y

    def backward(self, grad_y):
        return (self.grad_x(grad_y),)

    def grad_x(self, g):
        """`∂X[...,k] = G[...,k] - p[...,k] Σ_j G[...,j]`."""
        return g - self.p * g.sum(axis=-1, keepdims=True)


class ThroughSoftmax(LogSoftmax):
    def grad_x(self, g):
        with np.errstate(all="ignore"):
            h = g / self.p
            return self.p * (h - (h * self.p).sum(axis=-1, keepdims=True))


class UpstreamTakenToSumToOne(LogSoftmax):
    def grad_x(self, g):
        return g - self.p


class UpstreamPassedOn(LogSoftmax):
    def grad_x(self, g):
        return g.copy()


class MeanTakenForSum(LogSoftmax):
    def grad_x(self, g):
        return g - self.p * g.mean(axis=-1, keepdims=True)


FAULTS = (
    Fault(
        "differentiated through the softmax",
        ThroughSoftmax,
        "x",
        "nonfinite",
        ("large x", "x > 709", "p == 0"),
        "FluxML/NNlib.jl#68: the gradient divides by the softmax, which underflows",
    ),
    Fault(
        "upstream gradient taken to sum to one",
        UpstreamTakenToSumToOne,
        "x",
        "nonlinear",
        ("always",),
        "mlpack#2364: the backward of log softmax does not satisfy the equation nor the Jacobian test",
        also=("missing term",),
    ),
    Fault(
        "upstream gradient passed on",
        UpstreamPassedOn,
        "x",
        "upstream",
        ("always",),
        "textbook slip: the normaliser held constant",
        also=("missing term",),
    ),
    Fault(
        "mean in place of the sum",
        MeanTakenForSum,
        "x",
        "missing term",
        ("always", "K > 1"),
        "textbook slip: mean and sum confused in the correction",
    ),
)

LOG_SOFTMAX = Subject("log_softmax", LogSoftmax, "x[...,K] -> y[...,K]", FAULTS)

EXAMPLES = ({"...": (3,), "K": 4}, {"...": (2, 3), "K": 2}, {"...": (), "K": 3}, {"...": (0,), "K": 2})
