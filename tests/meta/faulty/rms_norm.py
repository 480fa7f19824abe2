"""Normalisation of the last axis by its root mean square."""

import numpy as np

from .subject import Fault, Subject
from .windows import without_strides


class RMSNorm:
    """`Y[r,d] = w[d] X[r,d] s[r]` with `s = 1 / sqrt(mean X² + ε)` over the last axis."""

    def __init__(self, eps=1e-5):
        self.eps = eps

    def forward(self, x, w):
        self.x, self.w = x, w
        self.s = 1 / np.sqrt((x**2).mean(axis=-1, keepdims=True) + self.eps)
        return x * self.s * w

    def backward(self, grad_y):
        return self.grad_x(grad_y), self.grad_w(grad_y)

    def along(self, h):
        """`mean_d(H X) s²`: how much of H lies along x."""
        return (h * self.x).mean(axis=-1, keepdims=True) * self.s**2

    def grad_x(self, g):
        """`∂X = s (H - X mean(H X) s²)` with `H = G w`."""
        h = g * self.w
        return self.s * (h - self.x * self.along(h))

    def grad_w(self, g):
        """`∂w[d] = Σ_r G[r,d] X[r,d] s[r]` over all rows r."""
        rows = g * self.x * self.s
        return rows.reshape(int(np.prod(rows.shape[:-1])), rows.shape[-1]).sum(axis=0)


class WeightForgotten(RMSNorm):
    def grad_x(self, g):
        return self.s * (g - self.x * self.along(g))


class CorrectionTakenForColumns(RMSNorm):
    def along(self, h):
        part = super().along(h)
        return part.ravel() if part.size == self.x.shape[-1] else part


class WeightGradientNone(RMSNorm):
    def grad_w(self, g):
        return None


class FlattenedInPlace(RMSNorm):
    def grad_x(self, g):
        flat = g.view()
        flat.shape = (g.size,)
        return super().grad_x(flat.reshape(g.shape))


class UpstreamReadWithoutStrides(RMSNorm):
    def backward(self, grad_y):
        return super().backward(without_strides(grad_y))


class EpsForgotten(RMSNorm):
    def grad_x(self, g):
        with np.errstate(all="ignore"):
            s, self.s = self.s, 1 / np.sqrt((self.x**2).mean(axis=-1, keepdims=True))
            grad = super().grad_x(g)
        self.s = s
        return grad


FAULTS = (
    Fault(
        "weight forgotten in the input gradient",
        WeightForgotten,
        "x",
        "missing term",
        ("always",),
        "karpathy/llm.c#763: forgot to multiply by the weight in the backward pass",
        also=("row factor",),
    ),
    Fault(
        "correction of rows taken for columns",
        CorrectionTakenForColumns,
        "x",
        "moved",
        ("rows == D", "N == D"),
        "BobMcDear/attorch#17: each row's correction broadcast across columns, silent where the sizes are equal",
        also=("missing term",),
    ),
    Fault(
        "weight gradient None",
        WeightGradientNone,
        "w",
        "zero",
        ("always",),
        "unslothai/unsloth#4550: backward returns None for the weight",
    ),
    Fault(
        "upstream gradient flattened in place",
        FlattenedInPlace,
        "x",
        "raises",
        ("non-contiguous grad_y",),
        "Dao-AILab/quack#88: view size is not compatible with a non-contiguous gradient",
        also=("layout",),
    ),
    Fault(
        "upstream gradient read without its strides",
        UpstreamReadWithoutStrides,
        "",
        "layout",
        ("non-contiguous grad_y",),
        "flagos-ai/FlagGems#1082: wrong gradients because dy is not made contiguous",
    ),
    Fault(
        "eps forgotten in backward",
        EpsForgotten,
        "x",
        "nonfinite",
        ("x == 0", "zeros", "a row of zeros", "always"),
        "chainer#4190: the backward of a normalisation is wrong for an eps that is not negligible",
        also=("missing term",),
    ),
)

RMS_NORM = Subject("rms_norm", RMSNorm, "x[...,D], w[D] -> y[...,D]", FAULTS, params={"eps": [1e-5, 1e-2]})

EXAMPLES = (
    {"...": (3,), "D": 4},
    {"...": (2, 3), "D": 6, "eps": 1e-2},
    {"...": (5,), "D": 5},
    {"...": (0,), "D": 3},
)
