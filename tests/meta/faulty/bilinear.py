"""A form that is linear in two vectors."""

import numpy as np

from .subject import Fault, Subject


class Bilinear:
    """`Z[n,o] = Σ_{i,j} X[n,i] W[o,i,j] Y[n,j]`."""

    def forward(self, x, y, w):
        self.x, self.y, self.w = x, y, w
        return np.einsum("ni,oij,nj->no", x, w, y, optimize=False)

    def backward(self, grad_z):
        return self.grad_x(grad_z), self.grad_y(grad_z), self.grad_w(grad_z)

    def grad_x(self, g):
        """`∂X[n,i] = Σ_{o,j} G[n,o] W[o,i,j] Y[n,j]`."""
        return np.einsum("no,oij,nj->ni", g, self.w, self.y)

    def grad_y(self, g):
        """`∂Y[n,j] = Σ_{o,i} G[n,o] W[o,i,j] X[n,i]`."""
        return np.einsum("no,oij,ni->nj", g, self.w, self.x)

    def grad_w(self, g):
        """`∂W[o,i,j] = Σ_n G[n,o] X[n,i] Y[n,j]`."""
        return np.einsum("no,ni,nj->oij", g, self.x, self.y)


class OutputAxisMissing(Bilinear):
    def grad_w(self, g):
        return super().grad_w(g).sum(axis=0)


class SquareFormTransposed(Bilinear):
    def grad_x(self, g):
        rows, columns = self.w.shape[1:]
        w = self.w.swapaxes(1, 2) if rows == columns else self.w
        return np.einsum("no,oij,nj->ni", g, w, self.y)


class FirstVectorOfBatch(Bilinear):
    def grad_y(self, g):
        return np.einsum("no,oij,mi->nj", g, self.w, self.x[:1])


class SymmetricHalf(Bilinear):
    def grad_w(self, g):
        grad = super().grad_w(g)
        return (grad + grad.swapaxes(1, 2)) / 2 if grad.shape[1] == grad.shape[2] else grad


FAULTS = (
    Fault(
        "weight gradient without the output axis",
        OutputAxisMissing,
        "w",
        "shape",
        ("always",),
        "pytorch#1571: weights of nn.Bilinear have three axes, their gradients two",
    ),
    Fault(
        "square form transposed",
        SquareFormTransposed,
        "x",
        "moved",
        ("I == J",),
        "flagos-ai/FlagGems#4992: an axis taken for another, silently wrong only where two sizes are equal",
        also=("missing term",),
    ),
    Fault(
        "first vector of the batch for all",
        FirstVectorOfBatch,
        "y",
        "subset",
        ("N > 1",),
        "microsoft/onnxscript#2746: reshaping that keeps one batch axis only",
        also=("moved",),
    ),
    Fault(
        "weight gradient made symmetric",
        SymmetricHalf,
        "w",
        "missing term",
        ("I == J",),
        "textbook slip: the gradient of a symmetric form for that of a general one",
        also=("moved", "subset"),
    ),
)

BILINEAR = Subject("bilinear", Bilinear, "x[N,I], y[N,J], w[O,I,J] -> z[N,O]", FAULTS)

EXAMPLES = (
    {"N": 2, "I": 3, "J": 4, "O": 2},
    {"N": 3, "I": 3, "J": 3, "O": 2},
    {"N": 1, "I": 2, "J": 3, "O": 1},
    {"N": 0, "I": 2, "J": 2, "O": 3},
)
