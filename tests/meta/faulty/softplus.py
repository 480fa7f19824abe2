"""The smooth rectifier."""

import numpy as np

from .subject import Fault, Subject


def sigmoid(x):
    """`1 / (1 + exp(-x))` without overflow."""
    e = np.exp(-abs(x))
    return np.where(x >= 0, 1.0, e) / (1 + e)


class Softplus:
    """`Y = log(1 + exp(β X)) / β`."""

    def __init__(self, beta=1.0):
        self.beta = beta

    def forward(self, x):
        self.u = self.beta * x
        self.y = (np.maximum(self.u, 0) + np.log1p(np.exp(-abs(self.u)))) / self.beta
        return np.array(self.y)

    def backward(self, grad_y):
        return (np.asarray(self.grad_x(grad_y)),)

    def grad_x(self, g):
        """`∂X = G / (1 + exp(-β X))`."""
        return g * sigmoid(self.u)


class ReciprocalOfInfinity(Softplus):
    def grad_x(self, g):
        with np.errstate(all="ignore"):
            e = np.exp(self.u)
            return g * np.where(np.isinf(e), 0.0, e / (1 + e))


class InfinityOverInfinity(Softplus):
    def grad_x(self, g):
        with np.errstate(all="ignore"):
            e = np.exp(self.u)
            return g * (e / (1 + e))


class BetaCountedTwice(Softplus):
    def grad_x(self, g):
        return self.beta * super().grad_x(g)


class BetaForgottenInOutput(Softplus):
    def grad_x(self, g):
        return g * -np.expm1(-self.y)


FAULTS = (
    Fault(
        "zero where the exponential overflows",
        ReciprocalOfInfinity,
        "x",
        "subset",
        ("large x", "beta*x > 709"),
        "tenstorrent/tt-metal#56397: gradient exactly 0 once exp(βx) overflows",
        also=("zero",),
    ),
    Fault(
        "NaN where the exponential overflows",
        InfinityOverInfinity,
        "x",
        "nonfinite",
        ("large x", "beta*x > 709"),
        "tracel-ai/burn#5373: softplus produces NaN gradients for large inputs",
    ),
    Fault(
        "multiplied by beta",
        BetaCountedTwice,
        "x",
        "factor",
        ("beta != 1",),
        "textbook slip: the division by β forgotten",
    ),
    Fault(
        "from the output without beta",
        BetaForgottenInOutput,
        "x",
        "missing term",
        ("beta != 1",),
        "davidrmiller/neural2d#40: derivatives written for the input and applied to the output",
    ),
)

SOFTPLUS = Subject("softplus", Softplus, "x[...] -> y[...]", FAULTS, params={"beta": [1.0, 2.0, 0.5]})

EXAMPLES = ({"...": (3, 4)}, {"...": (2, 1, 3), "beta": 2.0}, {"...": (5,), "beta": 0.5}, {"...": (0, 2)})
