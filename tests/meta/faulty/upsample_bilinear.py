"""Bilinear interpolation to an r times larger image."""

import numpy as np

from .subject import Fault, Subject


def weights(size, r, align_corners):
    """`A[o,i]`: the weight of input i in output o of `r·size` outputs."""
    out = np.arange(size * r)
    at = out * (size - 1) / max(1, size * r - 1) if align_corners else np.clip((out + 0.5) / r - 0.5, 0, size - 1)
    return np.maximum(0.0, 1 - abs(at[:, None] - np.arange(size)))


class UpsampleBilinear:
    """`Y[n,c,o,q] = Σ_{h,w} A[o,h] X[n,c,h,w] B[q,w]`."""

    def __init__(self, r=2, align_corners=False):
        self.r, self.align_corners = r, align_corners

    def forward(self, x):
        self.rows, self.columns = (weights(n, self.r, self.align_corners) for n in x.shape[2:])
        return self.rows @ x @ self.columns.T

    def backward(self, grad_y):
        return (self.grad_x(grad_y),)

    def grad_x(self, g):
        """`∂X[n,c,h,w] = Σ_{o,q} A[o,h] G[n,c,o,q] B[q,w]`."""
        return self.rows.T @ g @ self.columns


class CornersNeverAligned(UpsampleBilinear):
    def grad_x(self, g):
        rows, columns = (weights(n.shape[1], self.r, False) for n in (self.rows, self.columns))
        return rows.T @ g @ columns


class WindowTooNarrow(UpsampleBilinear):
    def grad_x(self, g):
        return self.near(self.rows).T @ g @ self.near(self.columns)

    def near(self, a):
        """The weights of outputs at most r + 1 away from the output over the input."""
        n, size = a.shape
        first, stretch = (0, (n - 1) / max(1, size - 1)) if self.align_corners else ((self.r - 1) / 2, self.r)
        return a * (abs(np.arange(n)[:, None] - first - stretch * np.arange(size)) <= self.r + 1)


class PortraitColumnsFromHeight(UpsampleBilinear):
    def grad_x(self, g):
        h, w = self.rows.shape[1], self.columns.shape[1]
        shift = 0 if self.align_corners else self.r * max(0, h - w)
        read = np.minimum(np.arange(self.r * w) + shift, self.r * w - 1)
        return self.rows.T @ g[..., read] @ self.columns


class NearestInBackward(UpsampleBilinear):
    def grad_x(self, g):
        n, c, h, w = *g.shape[:2], self.rows.shape[1], self.columns.shape[1]
        return g.reshape(n, c, h, self.r, w, self.r).sum(axis=(3, 5))


FAULTS = (
    Fault(
        "corners never aligned in backward",
        CornersNeverAligned,
        "x",
        "moved",
        ("align_corners and r > 1", "align_corners"),
        "pytorch#5927: two conventions of corners, the option has to enter the backward as well",
        also=("missing term",),
    ),
    Fault(
        "window of outputs too narrow",
        WindowTooNarrow,
        "x",
        "missing term",
        ("align_corners and (1 < H < r/2 or 1 < W < r/2)", "align_corners and r > 2*H", "align_corners"),
        "flagos-ai/FlagGems#5218: terms dropped with align_corners at large ratios and small inputs",
    ),
    Fault(
        "columns of portrait images from the height",
        PortraitColumnsFromHeight,
        "x",
        "moved",
        ("H > W and not align_corners", "H > W", "H != W"),
        "intel/torch-xpu-ops#4380: wrong output column for portrait images, square ones correct",
    ),
    Fault(
        "nearest pixel in backward",
        NearestInBackward,
        "x",
        "missing term",
        ("r > 1", "always"),
        "textbook slip: sums over blocks, which belong to nearest interpolation",
        also=("moved",),
    ),
)

UPSAMPLE_BILINEAR = Subject(
    "upsample_bilinear",
    UpsampleBilinear,
    "x[N,C,H,W] -> y[N,C,H*r,W*r]",
    FAULTS,
    params={"r": [2, 1, 3, 5, 7], "align_corners": [False, True]},
)

EXAMPLES = (
    {"N": 2, "C": 2, "H": 4, "W": 3, "r": 2},
    {"N": 1, "C": 3, "H": 2, "W": 4, "r": 5, "align_corners": True},
    {"N": 1, "C": 1, "H": 1, "W": 3, "r": 3},
    {"N": 2, "C": 1, "H": 3, "W": 2, "r": 1, "align_corners": True},
    {"N": 0, "C": 1, "H": 2, "W": 2, "r": 2},
)
