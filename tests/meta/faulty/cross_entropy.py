"""Cross entropy of scores and labels, with ignored labels and label smoothing."""

import numpy as np

from .subject import Fault, Subject


class CrossEntropy:
    """`L = Σ_n m_n (-(1-ε) log p[n,t_n] - ε/K Σ_k log p[n,k]) / c`, `p = softmax X`, `m_n = [t_n ≠ ignore_index]`.

    The divisor c is 1 for the sum and `max(1, Σ_n m_n)` for the mean.
    """

    def __init__(self, reduction="mean", ignore_index=None, smoothing=0.0):
        self.reduction, self.ignore_index, self.smoothing = reduction, ignore_index, smoothing

    def forward(self, x, t):
        self.kept = np.ones(len(t), bool) if self.ignore_index is None else t != self.ignore_index
        self.x, self.t = x.copy(), np.where(self.kept, t, 0)
        logp = self.log_softmax()
        loss = -(1 - self.smoothing) * logp[np.arange(len(t)), self.t]
        if self.smoothing:
            loss = loss - self.smoothing * logp.mean(axis=1)
        return np.asarray(loss[self.kept].sum() / self.divisor())

    def backward(self, grad_y):
        return self.grad_x(grad_y), None

    def divisor(self):
        return max(1, self.kept.sum()) if self.reduction == "mean" else 1

    def log_softmax(self):
        shifted = self.x - self.x.max(axis=1, keepdims=True)
        return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))

    def softmax(self):
        return np.exp(self.log_softmax())

    def target(self):
        """`q[n,k] = (1-ε) [k = t_n] + ε/K`."""
        q = np.full(self.x.shape, self.smoothing / self.x.shape[1])
        q[np.arange(len(self.t)), self.t] += 1 - self.smoothing
        return q

    def grad_x(self, g):
        """`∂X[n,k] = m_n (p[n,k] - q[n,k]) g / c`."""
        return np.where(self.kept[:, None], self.softmax() - self.target(), 0.0) * (g / self.divisor())


class UpstreamIgnored(CrossEntropy):
    def grad_x(self, g):
        return super().grad_x(1.0)


class DividedByAllRows(CrossEntropy):
    def grad_x(self, g):
        rows = max(1, len(self.t)) if self.reduction == "mean" else 1
        return super().grad_x(g) * (self.divisor() / rows)


class IgnoredRowsAreSmoothed(CrossEntropy):
    def grad_x(self, g):
        p = self.softmax()
        part = self.smoothing * (p - 1 / p.shape[1]) * ~self.kept[:, None]
        return super().grad_x(g) + part * (g / self.divisor())


class SavedGradientScaledInPlace(CrossEntropy):
    def forward(self, x, t):
        y = super().forward(x, t)
        self.saved = super().grad_x(1.0)
        return y

    def grad_x(self, g):
        self.saved *= g
        return self.saved.copy()


class GradientWrittenIntoScores(CrossEntropy):
    def forward(self, x, t):
        y = super().forward(x, t)
        if x.flags.writeable:
            x[...] = super().grad_x(1.0)
        return y


class ExponentialsNotShifted(CrossEntropy):
    def softmax(self):
        with np.errstate(over="ignore", invalid="ignore"):
            e = np.exp(self.x)
            return e / e.sum(axis=1, keepdims=True)


class ProbabilitiesClipped(CrossEntropy):
    def grad_x(self, g):
        p = self.softmax()[np.arange(len(self.t)), self.t]
        return super().grad_x(g) * ((p > 1e-7) & (p < 1 - 1e-7))[:, None]


FAULTS = (
    Fault(
        "upstream gradient ignored",
        UpstreamIgnored,
        "x",
        "nonlinear",
        ("always",),
        "mxnet#8109: a custom softmax whose backward does not use out_grad",
    ),
    Fault(
        "divided by all rows",
        DividedByAllRows,
        "x",
        "factor",
        ("ignore_index present", "reduction == 'mean' and ignore_index present", "any(t == ignore_index)"),
        "ServiceNow/Fast-LLM#426: loss and gradient averaged over all tokens, not over the valid ones",
    ),
    Fault(
        "ignored rows are smoothed all the same",
        IgnoredRowsAreSmoothed,
        "x",
        "subset",
        ("smoothing > 0 and ignore_index present", "smoothing > 0 and any(t == ignore_index)"),
        "pytorch#73205: label smoothing counts ignored samples",
        also=("missing term",),
    ),
    Fault(
        "saved gradient scaled in place",
        SavedGradientScaledInPlace,
        "x",
        "repeat",
        ("second backward",),
        "linkedin/Liger-Kernel#272: the gradient is computed in forward and scaled in place in backward",
    ),
    Fault(
        "gradient written into the scores",
        GradientWrittenIntoScores,
        "x",
        "mutates",
        ("always", "writeable x"),
        "linkedin/Liger-Kernel#343: the kernel modifies its input in place",
    ),
    Fault(
        "exponentials not shifted in backward",
        ExponentialsNotShifted,
        "x",
        "nonfinite",
        ("large x", "x > 709"),
        "FluxML/NNlib.jl#68: softmax and cross entropy produce NaN for scores of some hundreds",
    ),
    Fault(
        "probabilities clipped in backward",
        ProbabilitiesClipped,
        "x",
        "subset",
        ("large x",),
        "keras#9664: the gradient is 0 where the sigmoid saturates, by clipping",
    ),
)

CROSS_ENTROPY = Subject(
    "cross_entropy",
    CrossEntropy,
    "x[N,K], t[N]<K -> loss[]",
    FAULTS,
    params={"reduction": ["mean", "sum"], "ignore_index": [None, 0, 1], "smoothing": [0.0, 0.1]},
)

EXAMPLES = (
    {"N": 4, "K": 3},
    {"N": 6, "K": 3, "ignore_index": 1, "smoothing": 0.1},
    {"N": 5, "K": 2, "ignore_index": 0, "reduction": "sum"},
    {"N": 3, "K": 4, "smoothing": 0.1, "reduction": "sum"},
    {"N": 0, "K": 3},
)
