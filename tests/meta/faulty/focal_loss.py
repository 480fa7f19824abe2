"""Focal loss of logits and binary labels."""

import numpy as np

from .softplus import sigmoid
from .subject import Fault, Subject


class FocalLoss:
    """`Y = α_t (1 - q)^γ log(1/q)` with `q = σ(±X)`, `+` and α for label 1, `-` and 1 - α for label 0."""

    def __init__(self, gamma=2.0, alpha=0.25):
        self.gamma, self.alpha = gamma, alpha

    def forward(self, x, t):
        self.sign = np.where(t == 1, 1.0, -1.0)
        self.weight = np.where(t == 1, self.alpha, 1 - self.alpha)
        z = self.sign * x
        self.q, self.rest = sigmoid(z), sigmoid(-z)
        self.loss = np.maximum(-z, 0) + np.log1p(np.exp(-abs(z)))
        return self.weight * self.rest**self.gamma * self.loss

    def backward(self, grad_y):
        return self.grad_x(grad_y), None

    def log_term(self):
        """`q log(1/q)`, 0 at q = 0."""
        return self.q * self.loss

    def inner(self):
        """`∂/∂z (1-q)^γ log(1/q) = -(1-q)^γ (γ q log(1/q) + 1 - q)`."""
        return -(self.rest**self.gamma) * (self.gamma * self.log_term() + self.rest)

    def grad_x(self, g):
        """`∂X = ± G α_t ∂/∂z`."""
        return g * self.sign * self.weight * self.inner()


class ModulationHeldConstant(FocalLoss):
    def inner(self):
        return -(self.rest ** (self.gamma + 1))


class GammaMultiplied(FocalLoss):
    def inner(self):
        return -(self.rest * self.gamma) * (self.gamma * self.log_term() + self.rest)


class WrongPowerForNegatives(FocalLoss):
    def inner(self):
        power = np.where(self.sign < 0, self.q, self.rest)
        return -(power**self.gamma) * (self.gamma * self.log_term() + self.rest)


class ZeroTimesInfinity(FocalLoss):
    def log_term(self):
        with np.errstate(all="ignore"):
            return -self.q * np.log(self.q)


class AlphaForAll(FocalLoss):
    def grad_x(self, g):
        return g * self.sign * self.alpha * self.inner()


class SignOfNegatives(FocalLoss):
    def grad_x(self, g):
        return g * self.weight * self.inner()


FAULTS = (
    Fault(
        "modulating factor held constant",
        ModulationHeldConstant,
        "x",
        "missing term",
        ("always", "gamma > 0"),
        "textbook slip: the gradient of cross entropy times the modulating factor",
    ),
    Fault(
        "gamma as a factor",
        GammaMultiplied,
        "x",
        "missing term",
        ("gamma != 1", "always"),
        "fudannlp16/focal-loss#2: multiplied by gamma in place of the power gamma",
    ),
    Fault(
        "power of the wrong probability for negatives",
        WrongPowerForNegatives,
        "x",
        "subset",
        ("t == 0", "always"),
        "yqyao/SSD_Pytorch#32: (1 - P) to the power of gamma for negatives too",
    ),
    Fault(
        "zero times infinity",
        ZeroTimesInfinity,
        "x",
        "nonfinite",
        ("large x",),
        "AlexeyAB/darknet#1011: a gradient with p log p becomes NaN",
    ),
    Fault(
        "alpha for both classes",
        AlphaForAll,
        "x",
        "subset",
        ("alpha != 0.5", "t == 0 and alpha != 0.5"),
        "tianzhi0549/FCOS#116: alpha and gamma are read in two different ways",
    ),
    Fault(
        "sign of negatives",
        SignOfNegatives,
        "x",
        "subset",
        ("t == 0", "always"),
        "chalk-lab/Mooncake.jl#1195: a sign dropped, wrong for one sign of the argument only",
        also=("sign",),
    ),
)

FOCAL_LOSS = Subject(
    "focal_loss",
    FocalLoss,
    "x[N,D], t[N,D]<2 -> y[N,D]",
    FAULTS,
    params={"gamma": [2.0, 0.5, 1.0], "alpha": [0.25, 0.5]},
)

EXAMPLES = (
    {"N": 3, "D": 4},
    {"N": 2, "D": 3, "gamma": 0.5, "alpha": 0.5},
    {"N": 5, "D": 1, "gamma": 1.0},
    {"N": 0, "D": 2},
)
