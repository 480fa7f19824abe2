"""Cumulative product along the last axis."""

import numpy as np

from .subject import Fault, Subject


class CumProd:
    """`Y[...,t] = Π_{s ≤ t} X[...,s]`."""

    def forward(self, x):
        self.x, self.y = x, np.cumprod(x, axis=-1)
        return self.y.copy()

    def backward(self, grad_y):
        return (self.grad_x(grad_y),)

    def grad_x(self, g):
        """`∂X[t] = Y[t-1] R[t]` with `R[t] = G[t] + X[t+1] R[t+1]`; no division, so zeros are no exception."""
        before = np.ones(self.x.shape)
        before[..., 1:] = self.y[..., :-1]
        rest = g.copy()
        for t in range(rest.shape[-1] - 2, -1, -1):
            rest[..., t] += self.x[..., t + 1] * rest[..., t + 1]
        return before * rest


def reversed_sum(a):
    """`Σ_{s ≥ t} a[...,s]`."""
    return a[..., ::-1].cumsum(axis=-1)[..., ::-1]


class DividedByInput(CumProd):
    def grad_x(self, g):
        with np.errstate(all="ignore"):
            return reversed_sum(g * self.y) / self.x


class NothingAtZeros(CumProd):
    def grad_x(self, g):
        return np.where(self.x == 0, 0.0, super().grad_x(g))


class SummedForwards(CumProd):
    def grad_x(self, g):
        return super().grad_x(g[..., ::-1])[..., ::-1].copy()


class LastStepOnly(CumProd):
    def grad_x(self, g):
        last = np.zeros(g.shape)
        last[..., -1:] = g[..., -1:]
        return super().grad_x(last)


FAULTS = (
    Fault(
        "divided by the input",
        DividedByInput,
        "x",
        "nonfinite",
        ("x == 0", "zeros"),
        "tensorflow#3862, Theano#5197, burn#5141: the gradient of cumprod is NaN at zeros",
    ),
    Fault(
        "nothing at zeros",
        NothingAtZeros,
        "x",
        "subset",
        ("x == 0", "zeros"),
        "tensorflow#120282: NaN or a zero gradient where the input is zero",
        also=("zero",),
    ),
    Fault(
        "summed forwards",
        SummedForwards,
        "x",
        "moved",
        ("T > 1", "always"),
        "textbook slip: a scan that runs in the wrong direction",
        also=("missing term",),
    ),
    Fault(
        "last step only",
        LastStepOnly,
        "x",
        "missing term",
        ("T > 1", "always"),
        "textbook slip: the derivative of the whole product for that of the cumulative one",
        also=("subset",),
    ),
)

CUMPROD = Subject("cumprod", CumProd, "x[...,T] -> y[...,T]", FAULTS)

EXAMPLES = ({"...": (3,), "T": 4}, {"...": (2, 2), "T": 5}, {"...": (), "T": 3}, {"...": (3,), "T": 1})
