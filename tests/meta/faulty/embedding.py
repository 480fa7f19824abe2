"""Rows of a table by index, also from the end; one index may stand for padding."""

import numpy as np

from .subject import Fault, Subject


class Embedding:
    """`Y[n,t,d] = W[i[n,t],d]`, and 0 where `i[n,t] = padding`; indices below 0 count from the end."""

    def __init__(self, padding=None):
        self.padding = padding

    def forward(self, i, w):
        self.i, self.shape = i.copy(), w.shape
        self.kept = np.ones(i.shape, bool) if self.padding is None else i % max(1, len(w)) != self.padding
        return w[i] * self.kept[..., None]

    def backward(self, grad_y):
        return None, self.grad_w(grad_y)

    def grad_w(self, g):
        """`∂W[v,d] = Σ G[n,t,d]` over all (n, t) with `i[n,t] = v`, padding left out."""
        grad = np.zeros(self.shape)
        np.add.at(grad, self.i, g * self.kept[..., None])
        return grad


class LastOfRepeatedWins(Embedding):
    def grad_w(self, g):
        grad = np.zeros(self.shape)
        grad[self.i] += g * self.kept[..., None]
        return grad


class PaddingReceivesGradient(Embedding):
    def grad_w(self, g):
        grad = np.zeros(self.shape)
        np.add.at(grad, self.i, g)
        return grad


class DividedByFrequency(Embedding):
    def grad_w(self, g):
        rows = self.shape[0]
        times = np.bincount(self.i.ravel() % max(rows, 1), minlength=rows)
        return super().grad_w(g) / np.maximum(times, 1)[:, None]


class AccumulatesFromCallToCall(Embedding):
    total = 0.0

    def grad_w(self, g):
        self.total = self.total + super().grad_w(g)
        return self.total.copy()


class UsedRowsOnly(Embedding):
    def grad_w(self, g):
        return super().grad_w(g)[: (self.i % max(1, self.shape[0])).max(initial=-1) + 1].copy()


class NegativeRowsDropped(Embedding):
    def grad_w(self, g):
        grad = np.zeros(self.shape)
        for row in range(self.shape[0]):
            grad[row] = g[(self.i == row) & self.kept].sum(axis=0)
        return grad


class NegativeRowsTakenForTheFirst(Embedding):
    def grad_w(self, g):
        grad = np.zeros(self.shape)
        np.add.at(grad, np.maximum(self.i, 0), g * self.kept[..., None])
        return grad


FAULTS = (
    Fault(
        "last of repeated indices wins",
        LastOfRepeatedWins,
        "w",
        "subset",
        ("repeated indices",),
        "pytorch#1631, mxnet#9172: the gradient of gather is wrong with repeated indices",
    ),
    Fault(
        "padding receives a gradient",
        PaddingReceivesGradient,
        "w",
        "subset",
        ("padding present", "any(i == padding)", "padding is not None"),
        "pytorch#26302: the gradient of the row at padding_idx is not zero",
    ),
    Fault(
        "divided by the number of uses",
        DividedByFrequency,
        "w",
        "row factor",
        ("repeated indices",),
        "tenstorrent/tt-metal#6232: embedding backward is wrong unless indices are unique",
        also=("subset",),
    ),
    Fault(
        "accumulates from call to call",
        AccumulatesFromCallToCall,
        "w",
        "repeat",
        ("second backward",),
        "flagos-ai/FlagGems#1082: a buffer of partial sums that is not set to zero",
    ),
    Fault(
        "unused last rows cut off",
        UsedRowsOnly,
        "w",
        "shape",
        ("last rows unused", "max(i) < V - 1"),
        "textbook slip: bincount without minlength",
    ),
    Fault(
        "negative indices dropped",
        NegativeRowsDropped,
        "w",
        "subset",
        ("(i < 0).any()",),
        "onnxruntime#7752: Gather took indices below 0, its gradient did not",
        also=("missing term",),
    ),
    Fault(
        "negative indices taken for 0",
        NegativeRowsTakenForTheFirst,
        "w",
        "moved",
        ("(i < 0).any()",),
        "jax#7538, #5760: a gather clamps indices below 0, the scatter beside it does not",
        also=("subset", "missing term"),
    ),
)

EMBEDDING = Subject("embedding", Embedding, "i[N,T]<V, w[V,D] -> y[N,T,D]", FAULTS, params={"padding": [None, 0, 1]})

EXAMPLES = (
    {"N": 2, "T": 3, "V": 4, "D": 2},
    {"N": 3, "T": 2, "V": 3, "D": 4, "padding": 1},
    {"N": 1, "T": 2, "V": 5, "D": 3, "padding": 0},
    {"N": 0, "T": 3, "V": 2, "D": 2},
    {"N": 2, "T": 3, "V": 4, "D": 2, "from the end": "V"},
)
