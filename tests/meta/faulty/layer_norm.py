"""Normalisation of the last axis by its mean and deviation."""

import numpy as np

from .subject import Fault, Subject


class LayerNorm:
    """`Y = γ X̂ + β` with `X̂ = (X - mean X) / sqrt(var X + ε)` over the last axis."""

    def __init__(self, eps=1e-5):
        self.eps = eps

    def forward(self, x, gamma, beta):
        centred = x - x.mean(axis=-1, keepdims=True)
        self.gamma = gamma
        self.scale = 1 / np.sqrt((centred**2).mean(axis=-1, keepdims=True) + self.eps)
        self.hat = centred * self.scale
        return self.hat * gamma + beta

    def backward(self, grad_y):
        return self.grad_x(grad_y), self.grad_gamma(grad_y), self.grad_beta(grad_y)

    def mean(self, a):
        return a.mean(axis=-1, keepdims=True)

    def grad_x(self, g):
        """`∂X = (H - mean H - X̂ mean(H X̂)) / σ` with `H = G γ`."""
        h = g * self.gamma
        return self.scale * (h - self.mean(h) - self.hat * self.mean(h * self.hat))

    def rows(self, a):
        """`a` as a matrix: the leading axes made one."""
        return a.reshape(int(np.prod(a.shape[:-1])), a.shape[-1])

    def grad_gamma(self, g):
        """`∂γ[d] = Σ_r G[r,d] X̂[r,d]` over all rows r."""
        return self.rows(g * self.hat).sum(axis=0)

    def grad_beta(self, g):
        """`∂β[d] = Σ_r G[r,d]` over all rows r."""
        return self.rows(g).sum(axis=0)


class GammaAndBetaExchanged(LayerNorm):
    def backward(self, grad_y):
        x, gamma, beta = super().backward(grad_y)
        return x, beta, gamma


class TwoAxesAssumed(LayerNorm):
    def mean(self, a):
        return a.mean(axis=tuple(range(1, a.ndim)) or None, keepdims=True)


class WholeBlocksOnly(LayerNorm):
    block = 4

    def grad_gamma(self, g):
        rows = self.rows(g * self.hat)
        return rows[: len(rows) // self.block * self.block].sum(axis=0)


class DeviationHeldConstant(LayerNorm):
    def grad_x(self, g):
        h = g * self.gamma
        return self.scale * (h - self.mean(h))


class UpstreamScaledInPlace(LayerNorm):
    def grad_x(self, g):
        h = g if g.flags.writeable else g.copy()
        h *= self.gamma
        return self.scale * (h - self.mean(h) - self.hat * self.mean(h * self.hat))

    def backward(self, grad_y):
        gamma, beta = self.grad_gamma(grad_y), self.grad_beta(grad_y)
        return self.grad_x(grad_y), gamma, beta


FAULTS = (
    Fault(
        "gradients of gamma and beta exchanged",
        GammaAndBetaExchanged,
        "gamma",
        "other argument",
        ("always",),
        "Oneflow-Inc/oneflow#6149: gradients of weight and bias assigned the wrong way round",
    ),
    Fault(
        "means over all axes but the first",
        TwoAxesAssumed,
        "x",
        "missing term",
        ("ndim(x) > 2", "more than one leading axis"),
        "flagos-ai/FlagGems#5392: layer_norm_backward assumes a matrix, wrong for three axes and more",
    ),
    Fault(
        "gamma summed over whole blocks of rows only",
        WholeBlocksOnly,
        "gamma",
        "missing term",
        ("rows % 4 > 0", "N % 4 > 0"),
        "linkedin/Liger-Kernel#182: weight gradient wrong after partial aggregation over blocks of rows",
        also=("zero",),
    ),
    Fault(
        "deviation held constant",
        DeviationHeldConstant,
        "x",
        "missing term",
        ("always",),
        "abhiskk/ladder#2: the variance is detached from the backward pass",
    ),
    Fault(
        "upstream gradient scaled in place",
        UpstreamScaledInPlace,
        "",
        "mutates",
        ("always", "writeable grad_y"),
        "unslothai/unsloth#4550: the kernel writes the gradient of x into the buffer of the upstream gradient",
    ),
)

LAYER_NORM = Subject(
    "layer_norm",
    LayerNorm,
    "x[...,D], gamma[D], beta[D] -> y[...,D]",
    FAULTS,
    params={"eps": [1e-5, 1e-3]},
)

EXAMPLES = (
    {"...": (3,), "D": 4},
    {"...": (2, 3), "D": 5, "eps": 1e-3},
    {"...": (4,), "D": 2},
    {"...": (2, 1, 2), "D": 3},
    {"...": (0,), "D": 3},
)
