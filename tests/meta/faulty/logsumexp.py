"""Logarithm of the sum of exponentials over the last axis."""

import numpy as np

from .subject import Fault, Subject


class LogSumExp:
    """`Y[...] = log Σ_k exp X[...,k]`; −∞ where all are −∞, with gradient 0."""

    def forward(self, x):
        top = x.max(axis=-1, keepdims=True)
        top = np.where(np.isfinite(top), top, 0.0)
        self.x, self.e = x.copy(), np.exp(x - top)
        with np.errstate(divide="ignore"):
            self.y = np.log(self.e.sum(axis=-1)) + top[..., 0]
        return np.array(self.y)

    def backward(self, grad_y):
        return (self.grad_x(np.asarray(grad_y)),)

    def weights(self):
        """`p[...,k] = exp(X[...,k] - Y[...])`."""
        total = self.e.sum(axis=-1, keepdims=True)
        return self.e / np.where(total == 0, 1.0, total)

    def grad_x(self, g):
        """`∂X[...,k] = G[...] p[...,k]`."""
        return self.weights() * g[..., None]


class ExponentialsNotShifted(LogSumExp):
    def weights(self):
        with np.errstate(all="ignore"):
            e = np.exp(self.x)
            return e / e.sum(axis=-1, keepdims=True)


class DifferenceOfInfinities(LogSumExp):
    def weights(self):
        with np.errstate(all="ignore"):
            return np.exp(self.x - self.y[..., None])


class UpstreamAlongTheRow(LogSumExp):
    def grad_x(self, g):
        return self.weights() * (g.ravel() if g.size == self.x.shape[-1] else g[..., None])


class AxisKept(LogSumExp):
    def grad_x(self, g):
        return super().grad_x(g)[..., None, :]


FAULTS = (
    Fault(
        "exponentials not shifted in backward",
        ExponentialsNotShifted,
        "x",
        "nonfinite",
        ("large x", "x > 709"),
        "jax#23842: the gradient of logsumexp is NaN where an exponential overflows",
    ),
    Fault(
        "row of minus infinities",
        DifferenceOfInfinities,
        "x",
        "nonfinite",
        ("all of a row -inf", "x == -inf", "-inf"),
        "pytorch#31829, jax#6811: NaN gradient of logsumexp if all inputs are −∞",
    ),
    Fault(
        "upstream gradient broadcast along the row",
        UpstreamAlongTheRow,
        "x",
        "moved",
        ("rows == K", "N == K"),
        "BobMcDear/attorch#17: a value for each row broadcast across columns, silent where the sizes are equal",
    ),
    Fault(
        "one axis too many",
        AxisKept,
        "x",
        "shape",
        ("always",),
        "facebookresearch/shumai#74: the gradient of a mean over some axes has the wrong shape",
    ),
)

LOGSUMEXP = Subject("logsumexp", LogSumExp, "x[...,K] -> y[...]", FAULTS)

EXAMPLES = ({"...": (3,), "K": 4}, {"...": (2, 3), "K": 6}, {"...": (4,), "K": 1}, {"...": (0,), "K": 2})
