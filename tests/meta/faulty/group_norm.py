"""Normalisation of groups of channels, with optional scale and shift."""

import numpy as np

from .subject import Fault, Subject


class GroupNorm:
    """`Y[n,c,h,w] = γ[c] X̂ + β[c]`; X̂ has mean 0 and variance 1 over each image and group of channels."""

    def __init__(self, groups=1, eps=1e-5):
        self.groups, self.eps = groups, eps

    def forward(self, x, gamma, beta):
        self.x, self.shape, self.affine = x, x.shape, (gamma is not None, beta is not None)
        centred = self.grouped(x) - self.mean(self.grouped(x))
        self.scale = 1 / np.sqrt(self.mean(centred**2) + self.eps)
        self.hat = (centred * self.scale).reshape(x.shape)
        self.gamma = np.ones(x.shape[1]) if gamma is None else gamma
        y = self.hat * self.gamma[:, None, None]
        return y if beta is None else y + beta[:, None, None]

    def backward(self, grad_y):
        has_gamma, has_beta = self.affine
        gamma = self.grad_gamma(grad_y) if has_gamma else None
        return self.grad_x(grad_y), gamma, self.grad_beta(grad_y) if has_beta else None

    def grouped(self, a):
        """`a[n,c,h,w]` as `a[n,g,i]`: all entries of one group in a row."""
        n, c, h, w = self.shape
        return a.reshape(n, self.groups, c // self.groups * h * w)

    def mean(self, a):
        return a.mean(axis=-1, keepdims=True)

    def grad_x(self, g):
        """`∂X = (H - mean H - X̂ mean(H X̂)) / σ` over each group, `H = G γ`."""
        h, hat = self.grouped(g * self.gamma[:, None, None]), self.grouped(self.hat)
        return (self.scale * (h - self.mean(h) - hat * self.mean(h * hat))).reshape(self.shape)

    def grad_gamma(self, g):
        """`∂γ[c] = Σ_{n,h,w} G X̂`."""
        return (g * self.hat).sum(axis=(0, 2, 3))

    def grad_beta(self, g):
        """`∂β[c] = Σ_{n,h,w} G`."""
        return g.sum(axis=(0, 2, 3))


class WidthTakenForArea(GroupNorm):
    def grad_x(self, g):
        h, hat = self.grouped(g * self.gamma[:, None, None]), self.grouped(self.hat)
        rows = self.shape[2]
        return (self.scale * (h - rows * self.mean(h) - hat * rows * self.mean(h * hat))).reshape(self.shape)


class GroupByRemainder(GroupNorm):
    def grad_gamma(self, g):
        of = np.arange(self.shape[1]) % self.groups
        mean = self.mean(self.grouped(self.x))
        hat = (self.x - mean[:, of, :, None]) * self.scale[:, of, :, None]
        return (g * hat).sum(axis=(0, 2, 3))


class ScaleRequired(GroupNorm):
    def backward(self, grad_y):
        if not self.affine[0]:
            raise TypeError("a gradient of gamma where there is no gamma")
        return super().backward(grad_y)


class BetaOfFirstImage(GroupNorm):
    def grad_beta(self, g):
        return g[:1].sum(axis=(0, 2, 3))


class GammaNotSummed(GroupNorm):
    def grad_gamma(self, g):
        return (g * self.hat).sum(axis=(2, 3))


FAULTS = (
    Fault(
        "sums divided by the width, not by the area",
        WidthTakenForArea,
        "x",
        "missing term",
        ("H > 1",),
        "linkedin/Liger-Kernel#1376: hidden size read as W where it is H·W",
    ),
    Fault(
        "group of a channel by remainder",
        GroupByRemainder,
        "gamma",
        "subset",
        ("groups > 1", "groups > 1 and C > 1"),
        "tenstorrent/tt-metal#56202: c % groups in place of c // (C / groups)",
        also=("moved", "row factor"),
    ),
    Fault(
        "fails without gamma",
        ScaleRequired,
        "",
        "raises",
        ("gamma is None", "gamma absent"),
        "Oneflow-Inc/oneflow#10045: backward fails unless scale and shift need gradients",
    ),
    Fault(
        "beta from the first image only",
        BetaOfFirstImage,
        "beta",
        "missing term",
        ("N > 1",),
        "textbook slip: the sum over images forgotten by taking one of them",
    ),
    Fault(
        "gamma not summed over images",
        GammaNotSummed,
        "gamma",
        "shape",
        ("always", "gamma present"),
        "textbook slip: one gradient for each image, the sum left to the caller",
    ),
)

GROUP_NORM = Subject(
    "group_norm",
    GroupNorm,
    "x[N,C*groups,H,W], gamma[C*groups]?, beta[C*groups]? -> y[N,C*groups,H,W]",
    FAULTS,
    params={"groups": [1, 2, 3], "eps": [1e-5, 1e-3]},
)

EXAMPLES = (
    {"N": 2, "C": 3, "H": 2, "W": 4, "groups": 2},
    {"N": 3, "C": 2, "H": 3, "W": 2, "groups": 3, "eps": 1e-3},
    {"N": 2, "C": 2, "H": 1, "W": 5, "absent": ("gamma", "beta")},
    {"N": 0, "C": 2, "H": 3, "W": 2, "groups": 2},
)
