"""The Gaussian error linear unit by tanh."""

import numpy as np

from .subject import Fault, Subject

A, B = np.sqrt(2 / np.pi), 0.044715


class Gelu:
    """`Y = X (1 + tanh u) / 2`, `u = √(2/π) (X + 0.044715 X³)`."""

    def forward(self, x):
        self.x, self.u = x, A * (x + B * x**3)
        return np.asarray(x * (1 + np.tanh(self.u)) / 2)

    def backward(self, grad_y):
        return (np.asarray(self.grad_x(grad_y)),)

    def inner(self):
        """`u′ = √(2/π) (1 + 3·0.044715 X²)`."""
        return A * (1 + 3 * B * self.x**2)

    def outer(self):
        """`tanh′ u = 1 - tanh² u`."""
        return 1 - np.tanh(self.u) ** 2

    def grad_x(self, g):
        """`∂X = G (1 + tanh u + X tanh′ u · u′) / 2`."""
        return g * (1 + np.tanh(self.u) + self.x * self.outer() * self.inner()) / 2


class ThreeForgotten(Gelu):
    def inner(self):
        return A * (1 + B * self.x**2)


class TangentForTanh(Gelu):
    def outer(self):
        return 1 + np.tanh(self.u) ** 2


class QuotientOfExponentials(Gelu):
    def outer(self):
        with np.errstate(all="ignore"):
            e = np.exp(-2 * self.u)
            return 4 * e / (1 + e) ** 2


class GateOnly(Gelu):
    def grad_x(self, g):
        return g * (1 + np.tanh(self.u)) / 2


FAULTS = (
    Fault(
        "factor three forgotten",
        ThreeForgotten,
        "x",
        "missing term",
        ("always",),
        "sony/nnabla#690, neoml-lib/neoml#787: the backward of gelu corrected",
    ),
    Fault(
        "derivative of tan for that of tanh",
        TangentForTanh,
        "x",
        "missing term",
        ("always",),
        "gy910210/neural-network-from-scratch#2: 1 + tanh² taken for the derivative",
    ),
    Fault(
        "quotient of exponentials",
        QuotientOfExponentials,
        "x",
        "nonfinite",
        ("large x", "x < -20"),
        "jeshraghian/snntorch#433: exp(-x)/(1 + exp(-x))² is infinity over infinity",
    ),
    Fault(
        "gate held constant",
        GateOnly,
        "x",
        "missing term",
        ("always",),
        "textbook slip: the product rule applied to one factor only",
    ),
)

GELU = Subject("gelu", Gelu, "x[...] -> y[...]", FAULTS)

EXAMPLES = ({"...": (3, 4)}, {"...": (2, 1, 3)}, {"...": (5,)}, {"...": (0, 2)})
