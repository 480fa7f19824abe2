"""Binary cross entropy of logits and targets, with an optional weight of the positive class."""

import numpy as np

from .softplus import sigmoid
from .subject import Fault, Subject


class BCEWithLogits:
    """`Y[n,d] = (1-T) X + l log(1 + exp(-X))` with `l = 1 + (p[d]-1) T`; p is 1 if absent."""

    def forward(self, x, t, p):
        self.x, self.t, self.p = x, t, p
        self.l = 1.0 if p is None else 1 + (p - 1) * t
        self.soft = np.maximum(-x, 0) + np.log1p(np.exp(-abs(x)))
        return (1 - t) * x + self.l * self.soft

    def backward(self, grad_y):
        return self.grad_x(grad_y), self.grad_t(grad_y), None if self.p is None else self.grad_p(grad_y)

    def grad_x(self, g):
        """`∂X = G (1 - T - l σ(-X))`."""
        return g * (1 - self.t - self.l * sigmoid(-self.x))

    def grad_t(self, g):
        """`∂T = G ((p-1) log(1 + exp(-X)) - X)`."""
        return g * ((0.0 if self.p is None else self.p - 1) * self.soft - self.x)

    def grad_p(self, g):
        """`∂p[d] = Σ_n G T log(1 + exp(-X))`."""
        return (g * self.t * self.soft).sum(axis=0)


class AbsoluteValueAtZero(BCEWithLogits):
    def grad_x(self, g):
        through_abs = (self.x > 0) - np.sign(self.x) * sigmoid(-abs(self.x))
        return g * (through_abs - self.t) if self.p is None else super().grad_x(g)


class WeightForgotten(BCEWithLogits):
    def grad_x(self, g):
        return g * (sigmoid(self.x) - self.t)


class WeightedPartOverflows(BCEWithLogits):
    def grad_x(self, g):
        if self.p is None:
            return super().grad_x(g)
        with np.errstate(all="ignore"):
            e = np.exp(-self.x)
            return g * (1 - self.t - self.l * e / (1 + e))


class TargetGradientNone(BCEWithLogits):
    def grad_t(self, g):
        return None


class WeightGradientNotSummed(BCEWithLogits):
    def grad_p(self, g):
        return g * self.t * self.soft


FAULTS = (
    Fault(
        "absolute value at zero",
        AbsoluteValueAtZero,
        "x",
        "subset",
        ("x == 0", "zeros", "x == 0 and p is None"),
        "pytorch#2298, pytorch#2195: wrong at logit 0, since abs has derivative 0 there",
    ),
    Fault(
        "positive weight forgotten",
        WeightForgotten,
        "x",
        "missing term",
        ("p present", "p is not None"),
        "textbook slip: σ(x) - t, true without a weight only",
    ),
    Fault(
        "exponential overflows with a positive weight",
        WeightedPartOverflows,
        "x",
        "nonfinite",
        ("p present and large x", "large x", "x < -709"),
        "pytorch#13773: specifying pos_weight leads to NaN for logits of -120",
    ),
    Fault(
        "target gradient None",
        TargetGradientNone,
        "t",
        "zero",
        ("always",),
        "textbook slip: targets taken for constants",
    ),
    Fault(
        "weight gradient not summed",
        WeightGradientNotSummed,
        "p",
        "shape",
        ("p present", "always"),
        "tenstorrent/tt-metal#40008: the gradient of a broadcast operand is not reduced",
    ),
)

BCE_WITH_LOGITS = Subject("bce_with_logits", BCEWithLogits, "x[N,D], t[N,D], p[D]? -> y[N,D]", FAULTS)

EXAMPLES = (
    {"N": 3, "D": 4},
    {"N": 2, "D": 3, "absent": ("p",)},
    {"N": 1, "D": 1},
    {"N": 0, "D": 2},
)
