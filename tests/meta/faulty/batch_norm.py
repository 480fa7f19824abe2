"""Normalisation of each channel over images and positions; in evaluation by given statistics."""

import numpy as np

from .subject import Fault, Subject

OVER = (0, 2, 3)


class BatchNorm:
    """`Y[n,c,h,w] = γ[c] X̂ + β[c]` with `X̂ = (X - μ) / sqrt(v + ε)`.

    In training μ and v are mean and variance of x over n, h, w; in evaluation they are the arguments mean and var.
    """

    def __init__(self, train=True, eps=1e-5):
        self.train, self.eps = train, eps

    def forward(self, x, gamma, beta, mean, var):
        self.size = max(1, x.size // x.shape[1]) if x.shape[1] else 1
        mu = self.mean(x) if self.train else self.wide(mean)
        centred = x - mu
        v = self.mean(centred**2) if self.train else self.wide(var)
        self.gamma, self.scale = self.wide(gamma), 1 / np.sqrt(v + self.eps)
        self.hat = centred * self.scale
        return self.hat * self.gamma + self.wide(beta)

    def backward(self, grad_y):
        return self.grad_x(grad_y), self.grad_gamma(grad_y), self.grad_beta(grad_y), *self.grad_statistics(grad_y)

    def wide(self, a):
        return a[:, None, None]

    def mean(self, a):
        return a.sum(axis=OVER, keepdims=True) / self.size

    def grad_x(self, g):
        """`∂X = γ (G - mean G - X̂ mean(G X̂)) / σ` in training, `γ G / σ` in evaluation."""
        if not self.train:
            return self.gamma * self.scale * g
        return self.gamma * self.scale * (g - self.mean(g) - self.hat * self.mean(g * self.hat))

    def grad_gamma(self, g):
        """`∂γ[c] = Σ G X̂`."""
        return (g * self.hat).sum(axis=OVER)

    def grad_beta(self, g):
        """`∂β[c] = Σ G`."""
        return g.sum(axis=OVER)

    def grad_statistics(self, g):
        """`∂μ = -γ/σ Σ G` and `∂v = -γ/(2σ²) Σ G X̂` in evaluation, zero in training."""
        used = float(not self.train)
        scale = (used * self.gamma * np.broadcast_to(self.scale, (1, len(self.gamma), 1, 1))).ravel()
        by_var = scale * np.broadcast_to(self.scale, (1, len(scale), 1, 1)).ravel() / 2
        return -scale * g.sum(axis=OVER), -by_var * (g * self.hat).sum(axis=OVER)


class StatisticsHeldConstant(BatchNorm):
    def grad_x(self, g):
        return self.gamma * self.scale * g


class VarianceHeldConstant(BatchNorm):
    def grad_x(self, g):
        return self.gamma * self.scale * (g - self.mean(g)) if self.train else super().grad_x(g)


class DeviationInvertedTwice(BatchNorm):
    def grad_x(self, g):
        scale, self.scale = self.scale, 1 / np.sqrt(self.scale + self.eps)
        grad = super().grad_x(g)
        self.scale = scale
        return grad


class EvaluationTakenForTraining(BatchNorm):
    def grad_x(self, g):
        return self.gamma * self.scale * (g - self.mean(g) - self.hat * self.mean(g * self.hat))


class RunningMeanUpdated(BatchNorm):
    def forward(self, x, gamma, beta, mean, var):
        y = super().forward(x, gamma, beta, mean, var)
        if self.train and mean.flags.writeable:
            mean += 0.1 * (self.mean(x).ravel() - mean)
        return y


FAULTS = (
    Fault(
        "statistics held constant",
        StatisticsHeldConstant,
        "x",
        "missing term",
        ("train",),
        "facebookresearch/CrypTen#143: backward ignores that mean and variance are functions of the input",
    ),
    Fault(
        "variance held constant",
        VarianceHeldConstant,
        "x",
        "missing term",
        ("train",),
        "abhiskk/ladder#2: the variance is detached from the backward pass",
    ),
    Fault(
        "inverse deviation inverted again",
        DeviationInvertedTwice,
        "x",
        "row factor",
        ("always",),
        "flagos-ai/FlagGems#5222: rsqrt applied to the saved inverse deviation",
    ),
    Fault(
        "evaluation differentiated as training",
        EvaluationTakenForTraining,
        "x",
        "missing term",
        ("not train",),
        "torch/nn#768: in evaluation the backward pass uses the statistics of the batch",
    ),
    Fault(
        "running mean updated in place",
        RunningMeanUpdated,
        "mean",
        "mutates",
        ("train",),
        "torch/nn#744: internal statistics change at every forward, so that a gradient check fails",
    ),
)

BATCH_NORM = Subject(
    "batch_norm",
    BatchNorm,
    "x[N,C,H,W], gamma[C], beta[C], mean[C], var[C]>0 -> y[N,C,H,W]",
    FAULTS,
    params={"train": [True, False], "eps": [1e-5, 1e-3]},
)

EXAMPLES = (
    {"N": 3, "C": 2, "H": 2, "W": 4},
    {"N": 2, "C": 3, "H": 3, "W": 1, "train": False},
    {"N": 1, "C": 2, "H": 1, "W": 5, "eps": 1e-3},
    {"N": 0, "C": 2, "H": 3, "W": 2},
)
