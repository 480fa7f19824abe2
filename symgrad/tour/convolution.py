"""The second half of the lecture: images, fully connected layers, convolution, pooling."""

from __future__ import annotations

from sympy import Integer

import symgrad as sg

from ..faces.api import inputs
from ..render.equations import shape
from .report import Report, exact

IMAGE = [[1, 3, 2, 7, 2], [5, 1, 3, 0, 5], [4, 8, 5, 0, 6], [3, 2, 6, 0, 8], [0, 7, 4, 6, 9]]
PADDED = (
    (0, 1, "[N−2, N−2]", "slide"),  # "lose 2 w/h"
    (2, 1, "[N+2, N+2]", "by hand"),
    (1, 2, "[⌊(N−1)/2⌋+1, ⌊(N−1)/2⌋+1]", "by hand"),
)
CONVOLUTION = "Y[i,j] = sum[p,q] X[s*i+p-P,s*j+q-P]*K[p,q]"


def fully_connected(report: Report) -> None:
    """A linear classifier of 300×300 images into 1000 classes."""
    image, W, b = sg.tensors("image[300,300,3] W[1000,270000] b[1000]")
    x = sg.let("x", image.flatten())
    report.fact("entries of x, 300·300·3", f"{int(x.size):,}", "270,000")
    f = sg.let("f", W @ x + b)
    report.show(repr(f))
    by_w = sg.grad(sg.let("L", (f**2).sum()), W)
    report.fact("weights, and entries of ∂L/∂W", f"{int(by_w.tensor.size):,}", "270,000,000")


def convolution(report: Report) -> None:
    """A 5×5×3 kernel over a 32×32×3 image: 28×28×1."""
    x, w, b = sg.tensors("x[32,32,3] w[5,5,3] b")
    y = sg.define("y[i,j] = sum[p,q,c] w[p,q,c]*x[i+p,j+q,c] + b", x, w, b)
    report.show(repr(y))
    report.fact("output", shape((*y.shape, Integer(1))), "[28, 28, 1]")
    report.fact("values lost in width and height", str(x.shape[0] - y.shape[0]), "4")
    report.fact("weights of the filter", str(w.size + 1), "76", source="by hand")
    report.say("The gradient of the filter, for any sizes, where G is the gradient by the output:")
    x, w, b = sg.tensors("x[H,V,C] w[K,K,C] b")
    by_w = sg.derive(sg.define("y[i,j] = sum[p,q,c] w[p,q,c]*x[i+p,j+q,c] + b", x, w, b), w, cotangent="G")
    report.show(by_w.to_text())
    G = next(t for t in inputs(by_w.target) if t.name == "G")
    want = sg.define("g[p<K,q<K,c] = sum[i,j] G[i,j]*x[i+p,j+q,c]", G, x)
    report.formula("∂L/∂w", by_w, want, "Σᵢⱼ G[i,j] x[i+p,j+q,c]", source="by hand")


def padding_and_stride(report: Report) -> None:
    """Pad=0 stride=1, pad=2 stride=1, pad=1 stride=2: a 3×3 kernel over N×N."""
    X, K = sg.tensors("X[N,N] K[3,3]")
    for pad, stride, want, source in PADDED:
        Y = sg.define(CONVOLUTION.replace("s*", f"{stride}*").replace("P", str(pad)), X, K)
        report.fact(f"pad={pad}, stride={stride}: output", shape(Y.shape), want, source=source)
    report.say("With 5×5 integers, the gradient by the kernel is the correlation of the image with the cotangent:")
    Y = sg.define(CONVOLUTION.replace("s*", "2*").replace("P", "1"), sg.tensors("X[5,5]"), K)
    by_k = sg.derive(Y, "K", cotangent="G")
    ones = [[1] * 3] * 3
    report.show(repr(by_k))
    report.number(
        "∂⟨G, Y⟩/∂K", exact(by_k, {"X": IMAGE, "K": ones, "G": ones}), correlation(IMAGE, ones, 2, 1), source="by hand"
    )


def correlation(image, weights, stride, pad):
    """`Σ_{i,j} G[i,j] X[s·i+p−P, s·j+q−P]` by loops."""

    def at(a, b):
        return image[a][b] if 0 <= a < len(image) and 0 <= b < len(image) else 0

    return [
        [
            sum(
                w * at(stride * i + p - pad, stride * j + q - pad)
                for i, row in enumerate(weights)
                for j, w in enumerate(row)
            )
            for q in range(3)
        ]
        for p in range(3)
    ]


def max_pool(report: Report) -> None:
    """Max pooling with 3×3 filters and stride 2."""
    X = sg.tensors("X[5,5]")
    M = sg.define("M[i<2,j<2] = max[p<3,q<3] X[2*i+p,2*j+q]", X)
    report.show(repr(M))
    report.number("M", exact(M, {"X": IMAGE}), [[8, 7], [8, 9]])
    by_x = sg.derive(M, X, cotangent="G")
    report.show(by_x.to_text())
    report.say("With G = 1, an entry gets 1 for each window in which it is the largest; the 8 is so in two:")
    counts = [[0] * 5 for _ in range(5)]
    for row, column in ((2, 1), (0, 3), (2, 1), (4, 4)):
        counts[row][column] += 1
    report.number("∂⟨G, M⟩/∂X", exact(by_x, {"X": IMAGE, "G": [[1, 1], [1, 1]]}), counts, source="by hand")


SECTIONS = (
    ("An image through a fully connected layer", fully_connected),
    ("A convolutional layer", convolution),
    ("Padding and stride", padding_and_stride),
    ("Max pooling", max_pool),
)
