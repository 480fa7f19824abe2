"""A dense layer on any number of leading axes."""

import numpy as np

from .subject import Fault, Subject


class Dense:
    """`Y[...,o] = Σ_i X[...,i] W[o,i] + b[o]`."""

    def forward(self, x, w, b):
        self.x, self.w, self.has_bias = x, w, b is not None
        y = x @ w.T
        return y + b if self.has_bias else y

    def backward(self, grad_y):
        return self.grad_x(grad_y), self.grad_w(grad_y), self.grad_b(grad_y) if self.has_bias else None

    def rows(self, a):
        """`a` as a matrix: the leading axes made one."""
        return a.reshape(int(np.prod(a.shape[:-1])), a.shape[-1])

    def grad_x(self, g):
        """`∂X[...,i] = Σ_o G[...,o] W[o,i]`."""
        return g @ self.w

    def grad_w(self, g):
        """`∂W[o,i] = Σ_r G[r,o] X[r,i]` over all rows r."""
        return self.rows(g).T @ self.rows(self.x)

    def grad_b(self, g):
        """`∂b[o] = Σ_r G[r,o]` over all rows r."""
        return self.rows(g).sum(axis=0)


class BiasSummedOverFirstAxis(Dense):
    def grad_b(self, g):
        return g.sum(axis=0) if g.ndim > 1 else g.copy()


class WeightTransposed(Dense):
    def grad_w(self, g):
        return self.rows(self.x).T @ self.rows(g)


class SquareWeightUntransposed(Dense):
    def grad_x(self, g):
        rows, columns = self.w.shape
        return g @ (self.w.T if rows == columns else self.w)


class SinglePrecision(Dense):
    def grad_w(self, g):
        return super().grad_w(g).astype(np.float32)


class SingleRowIsAView(Dense):
    def grad_b(self, g):
        rows = self.rows(g)
        return rows[0] if len(rows) == 1 else rows.sum(axis=0)


FAULTS = (
    Fault(
        "bias summed over the first axis only",
        BiasSummedOverFirstAxis,
        "b",
        "shape",
        ("ndim(x) > 2", "more than one leading axis"),
        "flagos-ai/FlagGems#5392: a backward that assumes two axes, silently wrong for three",
    ),
    Fault(
        "weight gradient transposed",
        WeightTransposed,
        "w",
        "shape",
        ("always", "I != O"),
        "textbook slip: Xᵀ G for a weight stored as [out, in]",
        also=("moved",),
    ),
    Fault(
        "square weight not transposed",
        SquareWeightUntransposed,
        "x",
        "moved",
        ("I == O",),
        "flagos-ai/FlagGems#4992: an axis taken for another, silently wrong only where two sizes are equal",
    ),
    Fault(
        "weight gradient in float32",
        SinglePrecision,
        "w",
        "dtype",
        ("always",),
        "chainer#6212: a custom linear function, dtype of data and grad mismatch",
    ),
    Fault(
        "one row: bias gradient is a view",
        SingleRowIsAView,
        "b",
        "aliases",
        ("rows == 1", "one row", "N == 1"),
        "pytorch#196491: gradients passed on as they are share memory with the upstream buffer",
    ),
)

DENSE = Subject("dense", Dense, "x[...,I], w[O,I], b[O]? -> y[...,O]", FAULTS)

EXAMPLES = (
    {"...": (3,), "I": 4, "O": 2},
    {"...": (2, 3), "I": 2, "O": 5, "absent": ("b",)},
    {"...": (2, 3), "I": 3, "O": 4},
    {"...": (1,), "I": 3, "O": 3},
    {"...": (0,), "I": 3, "O": 2},
)
