"""Vectors divided by their length."""

import numpy as np

from .subject import Fault, Subject


class L2Normalize:
    """`Y[...,d] = X[...,d] / (|X| + ε)`, `|X|` the length over the last axis."""

    def __init__(self, eps=0.1):
        self.eps = eps

    def forward(self, x):
        self.x = x
        self.length = np.sqrt((x**2).sum(axis=-1, keepdims=True))
        return x / (self.length + self.eps)

    def backward(self, grad_y):
        return (self.grad_x(grad_y),)

    def along(self, g):
        """`Σ_d G X / |X|`, 0 for the vector 0."""
        return (g * self.x).sum(axis=-1, keepdims=True) / np.where(self.length == 0, 1.0, self.length)

    def grad_x(self, g):
        """`∂X = G / (|X| + ε) - X (Σ G X) / (|X| (|X| + ε)²)`."""
        size = self.length + self.eps
        return g / size - self.x * self.along(g) / size**2


class ZeroVector(L2Normalize):
    def along(self, g):
        with np.errstate(all="ignore"):
            return (g * self.x).sum(axis=-1, keepdims=True) / self.length


class UpstreamIgnored(L2Normalize):
    def grad_x(self, g):
        size = self.length + self.eps
        return (1 - self.x / size) / size


class ProjectionMissing(L2Normalize):
    def grad_x(self, g):
        return g / (self.length + self.eps)


class EpsForgottenInProjection(L2Normalize):
    def grad_x(self, g):
        size = self.length + self.eps
        square = np.where(self.length == 0, 1.0, self.length) * size
        return g / size - self.x * self.along(g) / square


class LengthSquared(L2Normalize):
    def grad_x(self, g):
        return super().grad_x(g) / (self.length + self.eps)


FAULTS = (
    Fault(
        "vector of zeros",
        ZeroVector,
        "x",
        "nonfinite",
        ("x == 0", "zeros", "a row of zeros"),
        "pytorch#2421, jax#3058: the gradient of a norm is NaN at 0",
    ),
    Fault(
        "upstream gradient ignored",
        UpstreamIgnored,
        "x",
        "nonlinear",
        ("always",),
        "AlexeyAB/darknet#3949: l2normalize computes dx = (1 - x) / sum",
    ),
    Fault(
        "projection missing",
        ProjectionMissing,
        "x",
        "missing term",
        ("always",),
        "textbook slip: the length held constant",
    ),
    Fault(
        "eps forgotten in the projection",
        EpsForgottenInProjection,
        "x",
        "missing term",
        ("always",),
        "chainer#4190: the backward of NormalizeL2 is wrong for an eps that is not negligible",
    ),
    Fault(
        "divided by the length twice",
        LengthSquared,
        "x",
        "row factor",
        ("always",),
        "zhreshold/mxnet-ssd#48: whether the gradient of L2Normalization divides by the norm once or twice",
    ),
)

L2_NORMALIZE = Subject("l2_normalize", L2Normalize, "x[...,D] -> y[...,D]", FAULTS, params={"eps": [0.1, 0.01]})

EXAMPLES = ({"...": (3,), "D": 4}, {"...": (2, 3), "D": 2, "eps": 0.01}, {"...": (), "D": 3}, {"...": (0,), "D": 2})
