"""A product and a sum with operands that are broadcast."""

import numpy as np

from .subject import Fault, Subject


class ScaleShift:
    """`Y[n,c,l] = X[n,c,l] s[c,1] + b[c,1]`."""

    def forward(self, x, s, b):
        self.x, self.s, self.has_shift = x, s, b is not None
        return x * s + b if self.has_shift else x * s

    def backward(self, grad_y):
        return self.grad_x(grad_y), self.grad_s(grad_y), self.grad_b(grad_y) if self.has_shift else None

    def grad_x(self, g):
        """`∂X = G s`."""
        return g * self.s

    def grad_s(self, g):
        """`∂s[c,1] = Σ_{n,l} G X`."""
        return (g * self.x).sum(axis=(0, 2))[:, None]

    def grad_b(self, g):
        """`∂b[c,1] = Σ_{n,l} G`."""
        return g.sum(axis=(0, 2))[:, None]


class LeadingAxesOnly(ScaleShift):
    def grad_s(self, g):
        return (g * self.x).sum(axis=0)


class AxisSqueezed(ScaleShift):
    def grad_b(self, g):
        return g.sum(axis=(0, 2))


class ScaleForgotten(ScaleShift):
    def grad_x(self, g):
        return g.copy()


class ScaledInPlace(ScaleShift):
    def forward(self, x, s, b):
        self.x, self.s, self.has_shift = x.copy(), s, b is not None
        y = x if x.flags.writeable else x.copy()
        y *= s
        return y.copy() + (b if self.has_shift else 0.0)


class GraphSevered(ScaleShift):
    def grad_s(self, g):
        return np.zeros(self.s.shape)


class GradientOfShift(ScaleShift):
    def grad_s(self, g):
        return self.grad_b(g)


FAULTS = (
    Fault(
        "summed over leading axes only",
        LeadingAxesOnly,
        "s",
        "shape",
        ("L > 1", "L != 1", "always"),
        "deeplearning4j/nd4j#2424, tenstorrent/tt-metal#40008: the gradient of a broadcast operand is not reduced",
    ),
    Fault(
        "axis of size one squeezed",
        AxisSqueezed,
        "b",
        "shape",
        ("always",),
        "HIPS/autograd#376: shapes of gradients of operands that are broadcast",
    ),
    Fault(
        "scale forgotten",
        ScaleForgotten,
        "x",
        "upstream",
        ("always",),
        "textbook slip: the derivative of a sum taken for that of a product",
        also=("row factor",),
    ),
    Fault(
        "input scaled in place",
        ScaledInPlace,
        "x",
        "mutates",
        ("always", "writeable x"),
        "pytorch#5871: a forward that works in place on its input",
    ),
    Fault(
        "scale gradient always zero",
        GraphSevered,
        "s",
        "zero",
        ("always",),
        "paiml/aprender#2200: scale and shift of a norm never receive a gradient",
    ),
    Fault(
        "gradient of the shift for that of the scale",
        GradientOfShift,
        "s",
        "other argument",
        ("always",),
        "Oneflow-Inc/oneflow#6149: gradients of weight and bias assigned the wrong way round",
        also=("missing term",),
    ),
)

SCALE_SHIFT = Subject("scale_shift", ScaleShift, "x[N,C,L], s[C,1], b[C,1]? -> y[N,C,L]", FAULTS)

EXAMPLES = (
    {"N": 2, "C": 3, "L": 4},
    {"N": 3, "C": 2, "L": 1},
    {"N": 1, "C": 4, "L": 2, "absent": ("b",)},
    {"N": 0, "C": 2, "L": 3},
)
