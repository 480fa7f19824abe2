"""Depthwise convolution in time that looks back only."""

import numpy as np

from .subject import Fault, Subject
from .windows import without_strides


class CausalConv1d:
    """`Y[n,c,t] = Σ_{j < k} W[c,j] X[n,c,t-j·d]`; before the first step x is 0."""

    def __init__(self, dilation=1):
        self.dilation = dilation

    def forward(self, x, w):
        self.x, self.w = x, w
        y = np.zeros(x.shape)
        for j, late, early in self.lags():
            y[..., late] += w[:, j, None] * x[..., early]
        return y

    def backward(self, grad_y):
        return self.grad_x(grad_y), self.grad_w(grad_y)

    def lags(self):
        """Kernel entry j with the steps t ≥ j·d and the steps t - j·d that it joins."""
        steps = self.x.shape[2]
        for j in range(self.w.shape[1]):
            lag = min(j * self.dilation, steps)
            yield j, slice(lag, steps), slice(0, steps - lag)

    def grad_x(self, g):
        """`∂X[n,c,t-j·d] = Σ_j W[c,j] G[n,c,t]`."""
        grad = np.zeros(g.shape)
        for j, late, early in self.lags():
            grad[..., early] += self.w[:, j, None] * g[..., late]
        return grad

    def grad_w(self, g):
        """`∂W[c,j] = Σ_{n,t} G[n,c,t] X[n,c,t-j·d]`."""
        grad = np.zeros(self.w.shape)
        for j, late, early in self.lags():
            grad[:, j] = (g[..., late] * self.x[..., early]).sum(axis=(0, 2))
        return grad


class OneStepLate(CausalConv1d):
    def grad_x(self, g):
        return np.concatenate([0 * g[..., :1], super().grad_x(g)[..., :-1]], axis=-1)


class CountedForEachSequence(CausalConv1d):
    def grad_w(self, g):
        return len(g) * super().grad_w(g)


class UpstreamReadWithoutStrides(CausalConv1d):
    def backward(self, grad_y):
        return super().backward(without_strides(grad_y))


class ShortSequenceShifted(CausalConv1d):
    def grad_w(self, g):
        grad = super().grad_w(g)
        missing = max(0, self.w.shape[1] - 1 - g.shape[2])
        return np.roll(grad, missing, axis=1)


class DilationIgnored(CausalConv1d):
    def grad_w(self, g):
        dilation, self.dilation = self.dilation, 1
        grad = super().grad_w(g)
        self.dilation = dilation
        return grad


class EmptyBatchNotReshaped(CausalConv1d):
    def grad_x(self, g):
        return super().grad_x(g.reshape(len(g), -1).reshape(g.shape))


FAULTS = (
    Fault(
        "one step late",
        OneStepLate,
        "x",
        "moved",
        ("always",),
        "KonduitAI/deeplearning4j#90: input gradients of causal conv1d off by one",
    ),
    Fault(
        "weight gradient counted once more for each sequence",
        CountedForEachSequence,
        "w",
        "factor",
        ("N > 1",),
        "fla-org/flash-linear-attention#955: dweight wrong for more than one sequence, many times too large",
    ),
    Fault(
        "upstream gradient read without its strides",
        UpstreamReadWithoutStrides,
        "",
        "layout",
        ("non-contiguous grad_y",),
        "fla-org/flash-linear-attention#871: backward hard-codes the strides of dy",
    ),
    Fault(
        "short sequences shifted",
        ShortSequenceShifted,
        "w",
        "moved",
        ("T < k - 1",),
        "fla-org/flash-linear-attention#1140: wrong where a sequence is shorter than the kernel",
    ),
    Fault(
        "dilation ignored in the weight gradient",
        DilationIgnored,
        "w",
        "moved",
        ("dilation > 1",),
        "mlpack#3146: tests with stride and dilation other than 1 failed",
        also=("subset",),
    ),
    Fault(
        "empty batch",
        EmptyBatchNotReshaped,
        "",
        "raises",
        ("N == 0",),
        "meta-pytorch/opacus#530: reshape(n, -1, …) fails for n = 0",
    ),
)

CAUSAL_CONV1D = Subject(
    "causal_conv1d", CausalConv1d, "x[N,C,T], w[C,k] -> y[N,C,T]", FAULTS, params={"dilation": [1, 2, 3]}
)

EXAMPLES = (
    {"N": 2, "C": 3, "T": 5, "k": 2},
    {"N": 1, "C": 2, "T": 7, "k": 3, "dilation": 2},
    {"N": 3, "C": 2, "T": 1, "k": 3},
    {"N": 0, "C": 2, "T": 3, "k": 1},
)
