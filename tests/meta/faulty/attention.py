"""Scaled dot product attention with an optional mask and an optional causal mask."""

import numpy as np

from .subject import Fault, Subject
from .windows import without_strides


class Attention:
    """`Y[n,t,e] = Σ_s P[n,t,s] V[n,s,e]`, `P = softmax_s(Q Kᵀ / √D)` over the s that t may see; 0 if it sees none."""

    def __init__(self, causal=False):
        self.causal = causal

    def forward(self, q, k, v, mask):
        self.q, self.k, self.v = q, k, v
        self.scale = 1 / np.sqrt(q.shape[-1])
        seen = np.ones((q.shape[1], k.shape[1]), bool) if mask is None else mask
        self.seen = np.tril(seen) if self.causal else seen.copy()
        self.p = self.weights(q @ k.swapaxes(1, 2) * self.scale)
        return self.p @ v

    def backward(self, grad_y):
        by_score = self.grad_scores(grad_y)
        return self.grad_q(by_score), self.grad_k(by_score), self.grad_v(grad_y), None

    def weights(self, scores):
        top = np.where(self.seen, scores, -np.inf).max(axis=-1, keepdims=True)
        e = np.exp(np.where(self.seen, scores - np.where(np.isfinite(top), top, 0.0), -np.inf))
        total = e.sum(axis=-1, keepdims=True)
        return e / np.where(total == 0, 1.0, total)

    def grad_scores(self, g):
        """`∂S = P (A - Σ_s A P)` with `A = G Vᵀ`."""
        a = g @ self.v.swapaxes(1, 2)
        return self.p * (a - (a * self.p).sum(axis=-1, keepdims=True))

    def grad_q(self, by_score):
        """`∂Q = ∂S K / √D`."""
        return by_score @ self.k * self.scale

    def grad_k(self, by_score):
        """`∂K = ∂Sᵀ Q / √D`."""
        return by_score.swapaxes(1, 2) @ self.q * self.scale

    def grad_v(self, g):
        """`∂V = Pᵀ G`."""
        return self.p.swapaxes(1, 2) @ g


class KeysNotScaled(Attention):
    def grad_k(self, by_score):
        return super().grad_k(by_score) / self.scale


class RowSumMissing(Attention):
    def grad_scores(self, g):
        return self.p * (g @ self.v.swapaxes(1, 2))


class MaskForgottenIfCausal(Attention):
    def grad_v(self, g):
        seen = self.seen
        if self.causal:
            self.seen = np.tril(np.ones_like(seen))
        p = self.weights(self.q @ self.k.swapaxes(1, 2) * self.scale)
        self.seen = seen
        return p.swapaxes(1, 2) @ g


class AlwaysCausal(Attention):
    def grad_scores(self, g):
        return np.tril(super().grad_scores(g))


class WeightsNotTransposed(Attention):
    def grad_v(self, g):
        t, s = self.seen.shape
        return (self.p if t == s else self.p.swapaxes(1, 2)) @ g


class MaskedRowDividesByZero(Attention):
    def grad_scores(self, g):
        with np.errstate(all="ignore"):
            return super().grad_scores(g) / self.seen.any(axis=-1, keepdims=True)


class UpstreamReadWithoutStrides(Attention):
    def grad_v(self, g):
        return super().grad_v(without_strides(g))


FAULTS = (
    Fault(
        "keys not scaled",
        KeysNotScaled,
        "k",
        "factor",
        ("D > 1", "always"),
        "textbook slip: 1/√D applied to queries only",
    ),
    Fault(
        "sum over the row missing",
        RowSumMissing,
        "q",
        "missing term",
        ("always",),
        "HomericIntelligence/Odyssey#2134: softmax backward without the dot product term",
    ),
    Fault(
        "mask forgotten in the causal case",
        MaskForgottenIfCausal,
        "v",
        "missing term",
        ("causal and mask present", "causal"),
        "XPU-Forces/mojo_opset#386: in the causal case the backward pass does not apply the other masks",
        also=("moved",),
    ),
    Fault(
        "later keys left out though not causal",
        AlwaysCausal,
        "k",
        "missing term",
        ("not causal",),
        "triton-lang/triton#5660: gradients of fused attention are wrong with causal=False",
        also=("subset",),
    ),
    Fault(
        "weights not transposed for values",
        WeightsNotTransposed,
        "v",
        "moved",
        ("T == S",),
        "textbook slip: P G in place of Pᵀ G, which has the same shape where T = S",
    ),
    Fault(
        "row without visible keys",
        MaskedRowDividesByZero,
        "q",
        "nonfinite",
        ("a row of mask is False", "a row fully masked", "mask present"),
        "pytorch#41508: NaN gradients where the masks hide a whole row",
    ),
    Fault(
        "upstream gradient read without its strides",
        UpstreamReadWithoutStrides,
        "v",
        "layout",
        ("non-contiguous grad_y",),
        "Dao-AILab/flash-attention#355: incorrect backward for non-contiguous output gradients",
    ),
)

ATTENTION = Subject(
    "attention",
    Attention,
    "q[N,T,D], k[N,S,D], v[N,S,E], mask[T,S]:bool? -> y[N,T,E]",
    FAULTS,
    params={"causal": [False, True]},
)

EXAMPLES = (
    {"N": 2, "T": 3, "S": 4, "D": 2, "E": 3, "absent": ("mask",)},
    {"N": 1, "T": 3, "S": 3, "D": 4, "E": 2, "causal": True},
    {"N": 2, "T": 6, "S": 2, "D": 3, "E": 2},
    {"N": 0, "T": 2, "S": 3, "D": 2, "E": 2},
)
