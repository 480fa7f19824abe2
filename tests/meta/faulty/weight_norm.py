"""Weights as a length and a direction."""

import numpy as np

from .subject import Fault, Subject


class WeightNorm:
    """`W[o,i] = s[o] V[o,i] / r[o]` with `r[o] = sqrt(Σ_i V[o,i]² + ε)`."""

    def __init__(self, eps=0.01):
        self.eps = eps

    def forward(self, v, s):
        self.v, self.s = v, s[:, None]
        self.r = np.sqrt((v**2).sum(axis=1, keepdims=True) + self.eps)
        return self.s * v / self.r

    def backward(self, grad_w):
        return self.grad_v(grad_w), self.grad_s(grad_w)

    def along(self, g):
        """`Σ_i G V`."""
        return (g * self.v).sum(axis=1, keepdims=True)

    def grad_v(self, g):
        """`∂V = s (G - V Σ_i(G V) / r²) / r`."""
        return self.s * (g - self.v * self.along(g) / self.r**2) / self.r

    def grad_s(self, g):
        """`∂s[o] = Σ_i G V / r`."""
        return (self.along(g) / self.r).ravel()


class DirectionOverwritten(WeightNorm):
    def forward(self, v, s):
        w = super().forward(v.copy(), s)
        if v.flags.writeable:
            v /= self.r
        return w


class LengthHeldConstant(WeightNorm):
    def grad_v(self, g):
        return self.s * g / self.r


class LengthInFloat32(WeightNorm):
    def grad_s(self, g):
        return super().grad_s(g).astype(np.float32)


class NormOfWhole(WeightNorm):
    def along(self, g):
        return (g * self.v).sum(keepdims=True)

    def grad_s(self, g):
        return (super().along(g) / self.r).ravel()


class LengthKeepsAxis(WeightNorm):
    def grad_s(self, g):
        return super().grad_s(g)[:, None]


class ScaleForgotten(WeightNorm):
    def grad_v(self, g):
        return (g - self.v * self.along(g) / self.r**2) / self.r


FAULTS = (
    Fault(
        "direction overwritten by its normalised value",
        DirectionOverwritten,
        "v",
        "mutates",
        ("always", "writeable v"),
        "wy1iu/sphereface#2: forward normalises the weight in place",
    ),
    Fault(
        "length held constant",
        LengthHeldConstant,
        "v",
        "missing term",
        ("always",),
        "TimSalimans/weight_norm#3: which of the two parameters is trained, direction or weight",
    ),
    Fault(
        "gradient of the length in float32",
        LengthInFloat32,
        "s",
        "dtype",
        ("always",),
        "flagos-ai/FlagGems#177: norms allocated in float32 whatever the input is",
    ),
    Fault(
        "projection summed over the whole matrix",
        NormOfWhole,
        "v",
        "missing term",
        ("O > 1",),
        "mxnet#6505: L2Normalization sums over other axes than the mode says",
    ),
    Fault(
        "gradient of the length keeps an axis",
        LengthKeepsAxis,
        "s",
        "shape",
        ("always",),
        "textbook slip: keepdims of the forward pass not undone",
    ),
    Fault(
        "length forgotten as a factor",
        ScaleForgotten,
        "v",
        "row factor",
        ("always",),
        "karpathy/llm.c#763: forgot to multiply by the weight in the backward pass",
    ),
)

WEIGHT_NORM = Subject("weight_norm", WeightNorm, "v[O,I], s[O] -> w[O,I]", FAULTS, params={"eps": [0.01, 0.1]})

EXAMPLES = ({"O": 3, "I": 4}, {"O": 2, "I": 1, "eps": 0.1}, {"O": 1, "I": 5}, {"O": 0, "I": 2})
