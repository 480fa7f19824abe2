"""Squared distance of vectors."""

import numpy as np

from .subject import Fault, Subject


class SquaredDistance:
    """`Y[n] = Σ_d (A[n,d] - B[n,d])²`."""

    def forward(self, a, b):
        self.r = a - b
        return (self.r**2).sum(axis=1)

    def backward(self, grad_y):
        return self.grad_a(grad_y), self.grad_b(grad_y)

    def grad_a(self, g):
        """`∂A[n,d] = 2 G[n] (A[n,d] - B[n,d])`."""
        return 2 * g[:, None] * self.r

    def grad_b(self, g):
        """`∂B = -∂A`."""
        return -2 * g[:, None] * self.r


class SignForgotten(SquaredDistance):
    def grad_b(self, g):
        return 2 * g[:, None] * self.r


class TwoForgotten(SquaredDistance):
    def grad_a(self, g):
        return g[:, None] * self.r


class UpstreamSquared(SquaredDistance):
    def grad_a(self, g):
        return 2 * (g**2)[:, None] * self.r


class UpstreamClipped(SquaredDistance):
    def grad_b(self, g):
        return super().grad_b(np.clip(g, -1, 1))


class SingleVectorSqueezed(SquaredDistance):
    def backward(self, grad_y):
        return super().backward(grad_y.squeeze())


class SecondGradientNone(SquaredDistance):
    def grad_b(self, g):
        return None


FAULTS = (
    Fault(
        "sign of the second argument",
        SignForgotten,
        "b",
        "sign",
        ("always",),
        "neoml-lib/neoml#453: the gradient of the second input of a difference has to be negative",
        also=("other argument",),
    ),
    Fault(
        "factor two forgotten",
        TwoForgotten,
        "a",
        "factor",
        ("always",),
        "textbook slip: the derivative of r² written as r",
    ),
    Fault(
        "upstream gradient squared",
        UpstreamSquared,
        "a",
        "nonlinear",
        ("always",),
        "pytorch#995: the upstream factor is not the one it should be, invisible for an upstream gradient of 1",
    ),
    Fault(
        "upstream gradient clipped",
        UpstreamClipped,
        "b",
        "nonlinear",
        ("abs(grad_y) > 1", "large grad_y", "always"),
        "textbook slip: gradient clipping left in a backward pass",
    ),
    Fault(
        "a single vector squeezed",
        SingleVectorSqueezed,
        "",
        "raises",
        ("N == 1",),
        "wojciechz/learning_to_execute#6: the backward pass fails for batch size 1",
    ),
    Fault(
        "second gradient None",
        SecondGradientNone,
        "b",
        "zero",
        ("always",),
        "BobMcDear/attorch#13: backward returns fewer gradients than the function has inputs",
    ),
)

SQUARED_DISTANCE = Subject("squared_distance", SquaredDistance, "a[N,D], b[N,D] -> y[N]", FAULTS)

EXAMPLES = ({"N": 3, "D": 4}, {"N": 1, "D": 3}, {"N": 4, "D": 1}, {"N": 0, "D": 2})
