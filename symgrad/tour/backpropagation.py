"""The first half of the lecture: differences, computation graphs, backpropagation, non-linearities, losses."""

from __future__ import annotations

from fractions import Fraction

import symgrad as sg

from ..faces.api import with_numbers
from ..render.graph import picture
from ..render.graph import text as graph_text
from .report import Report, exact

WX = {"W": [[0.4, 0.6], [0.7, -0.2]], "x": [0.5, 0.3]}
RATE = Fraction(1, 10)


def numeric_gradient(report: Report) -> None:
    """A gradient by differences: (L(W + h) − L(W)) / h."""
    after, before, h = sg.tensors("L1 L0 h")
    slope = sg.let("dW", (after - before) / h)
    report.show(repr(slope))
    report.number("dW₁", exact(slope, {"L1": 1.6693, "L0": 1.6688, "h": 0.001}), 0.5)
    W, x = sg.tensors("W[2,2] x[2]")
    f = sg.let("f", ((W @ x) ** 2).sum())
    moved = {**WX, "W": [[0.401, 0.6], [0.7, -0.2]]}
    quotient = (exact(f, moved) - exact(f, WX)) / Fraction("0.001")
    derivative = exact(sg.grad(f, W), WX)[0][0]
    report.say("A difference is near the derivative, not equal to it; for f = ‖Wx‖² it is off by h x₁²:")
    report.number("(f(W₁₁+h) − f(W₁₁))/h − ∂f/∂W₁₁", quotient - derivative, 0.001 * 0.25, source="by hand")


def product_and_sum(report: Report) -> None:
    """f(x, y, z) = x·y + z."""
    x, y, z = sg.tensors("x y z")
    g = sg.let("g", x * y)
    f = sg.let("f", g + z)
    report.show(graph_text(picture([f])))
    report.formula("∂g/∂x", sg.grad(g, x), y, "y")
    report.formula("∂g/∂y", sg.grad(g, y), x, "x")
    one = sg.ones(())
    report.formula("∂f/∂g", sg.grad(f, g), one, "1")
    report.formula("∂f/∂z", sg.grad(f, z), one, "1")
    report.show(sg.derive(f, x).to_text())
    report.formula("∂f/∂x", sg.grad(f, x), y, "∂f/∂g ∂g/∂x = y")
    found = [exact(d, {"x": -3, "y": 5, "z": 4}) for d in sg.grad(f, [x, y, z])]
    for name, value, slide in zip("xyz", found, (5, -3, 1), strict=True):
        report.number(f"∂f/∂{name}", value, slide)


def squared_norm(report: Report) -> None:
    """f(x, W) = ‖W x‖², its derivation, its numbers and one step of gradient descent."""
    W, x = sg.tensors("W[m,n] x[n]")
    q = sg.let("q", W @ x)
    f = sg.let("f", (q**2).sum())
    by_w, by_x = sg.grad(f, [W, x])
    report.show(f"{q}\n{f}")
    report.formula("∂qₖ/∂Wᵢⱼ", sg.jacobian(q, W), sg.define("J[k<m,i<m,j] = [k=i]*x[j]", x), "1[k=i] xⱼ")
    report.formula("∂qₖ/∂xᵢ", sg.jacobian(q, x), W, "Wₖᵢ")
    report.show(by_w.to_text())
    report.formula("∂f/∂Wᵢⱼ", by_w, sg.define("g[i,j] = 2*q[i]*x[j]", q, x), "2 qᵢ xⱼ")
    report.show(by_x.to_text())
    report.formula("∂f/∂xᵢ", by_x, sg.define("g[i] = sum[k] 2*q[k]*W[k,i]", q, W), "Σₖ 2 qₖ Wₖᵢ")
    report.show(graph_text(with_numbers(picture([f]), WX)))
    report.number("q", exact(q, WX), [0.38, 0.29])
    report.number("f", exact(f, WX), 0.2285)
    report.number("∂f/∂W", exact(by_w, WX), [[0.38, 0.228], [0.29, 0.174]])
    report.number("∂f/∂x", exact(by_x, WX), [0.71, 0.34])
    report.number("W − 0.1 ∂f/∂W", exact(W - RATE * by_w.tensor, WX), [[0.362, 0.5772], [0.671, -0.2174]])
    report.number("x − 0.1 ∂f/∂x", exact(x - RATE * by_x.tensor, WX), [0.429, 0.266])


def local_gradients(report: Report) -> None:
    """The non-linearities: L2 loss, sigmoid, ReLU."""
    x, y = sg.tensors("x y")
    loss = sg.let("L2", (x - y) ** 2)
    report.formula("∂L2/∂x of L2 = (x − y)²", sg.grad(loss, x), 2 * (x - y), "2 (x − y)", source="by hand")
    report.formula("∂L2/∂y", sg.grad(loss, y), -2 * (x - y), "−2 (x − y)", source="by hand")
    slide = 1 / (1 + sg.exp(-x))
    sigmoid = sg.grad(sg.let("s", sg.sigmoid(x)), x)
    report.formula("∂s/∂x of s = sigmoid(x)", sigmoid, slide * (1 - slide), "s (1 − s)", source="by hand")
    relu = sg.grad(sg.let("r", sg.relu(x)), x)
    report.formula("∂r/∂x of r = ReLU(x)", relu, x > 0, "1[x > 0]", source="by hand")
    report.number("∂r/∂x at the kink, x = 0", exact(relu, {"x": 0}), 0, source="PyTorch")


def two_layers(report: Report) -> None:
    """f(x) = σ(W₂ σ(W₁ x + b₁) + b₂) with the loss L = ‖f(x) − y‖²."""
    W1, b1, W2, b2, x, y = sg.tensors("W1[h,n] b1[h] W2[m,h] b2[m] x[n] y[m]")
    a = sg.let("a", sg.sigmoid(sg.let("z1", W1 @ x + b1)))
    f = sg.let("f", sg.sigmoid(sg.let("z2", W2 @ a + b2)))
    loss = sg.let("L", ((f - y) ** 2).sum())
    second = sg.let("d2", 2 * (f - y) * f * (1 - f))
    first = sg.let("d1", (W2.T @ second) * a * (1 - a))
    wanted = (
        (W2, sg.einsum("i,j->ij", second, a), "δ₂ aᵀ, where δ₂ = 2 (f − y) ⊙ f ⊙ (1 − f)"),
        (b2, second, "δ₂"),
        (W1, sg.einsum("i,j->ij", first, x), "δ₁ xᵀ, where δ₁ = (W₂ᵀ δ₂) ⊙ a ⊙ (1 − a)"),
        (b1, first, "δ₁"),
    )
    gradients = sg.grad(loss, [by for by, _, _ in wanted])
    report.show(gradients[2].to_text())
    for gradient, (by, formula, written) in zip(gradients, wanted, strict=True):
        report.show(repr(gradient))
        report.formula(f"∇_{by.name} L", gradient, formula, written, source="by hand")


def branches(report: Report) -> None:
    """Gradients add at branches: a skip connection, several losses."""
    W, x, y, t = sg.tensors("W[n,n] x[n] y[n] t[n]")
    h = sg.let("h", sg.sigmoid(sg.let("z", W @ x)))
    f = sg.let("f", ((x + h) ** 2).sum())
    by_x = sg.grad(f, x)
    report.show(by_x.to_text())
    direct = 2 * (x + h)
    through = W.T @ (2 * (x + h) * h * (1 - h))
    report.formula("skip connection", by_x, direct + through, "the direct path + the path through h", source="by hand")
    first = sg.let("L1", ((h - y) ** 2).sum())
    second = sg.let("L2", (abs(h - t)).sum())
    both = sg.let("L", first + second)
    added = sg.grad(first, W).tensor + sg.grad(second, W).tensor
    report.formula("two losses", sg.grad(both, W), added, "∇L1 + ∇L2", source="by hand")


def minibatch(report: Report) -> None:
    """The L2 loss over N examples: the gradient is the mean of the examples' gradients."""
    X, Y, W, b = sg.tensors("X[N,n] Y[N,m] W[m,n] b[m]")
    F = sg.let("F", X @ W.T + b)
    loss = sg.let("Loss", ((Y - F) ** 2).sum(axis=1).mean())
    by_w = sg.grad(loss, W)
    report.show(repr(by_w))
    x, y = sg.tensors("x[n] y[m]")
    one = sg.grad(sg.let("Loss1", ((y - (W @ x + b)) ** 2).sum()), W)
    weights = {"W": [[0.5, 1], [-1, 0.2]], "b": [0.1, 0]}
    inputs, labels = [[1, 2], [0, -1], [3, 1]], [[1, 0], [2, 2], [-1, 1]]
    values = {"X": inputs, "Y": labels, **weights}
    parts = [exact(one, {"x": x, "y": y, **weights}) for x, y in zip(inputs, labels, strict=True)]
    mean = [[sum(part[i][j] for part in parts) / 3 for j in range(2)] for i in range(2)]
    report.number("∇_W Loss", exact(by_w, values), mean, source="mean of 3 gradients")


def cross_entropy(report: Report) -> None:
    """Softmax and cross-entropy: p − y where y is a distribution."""
    z, y = sg.tensors("z[C] y[C]")
    p = sg.let("p", sg.softmax(z))
    loss = sg.let("Loss", -(y * sg.log(p)).sum())
    report.formula("∂Loss/∂z", sg.grad(loss, z), p * y.sum() - y, "p Σy − y", source="by hand")
    with sg.assume(y.sum() == 1):
        known = sg.grad(loss, z)
        report.show(known.to_text())
    report.formula("∂Loss/∂z, given Σy = 1", known, p - y, "p − y", source="by hand")


SECTIONS = (
    ("A gradient by differences", numeric_gradient),
    ("Backpropagation: f(x, y, z) = x·y + z", product_and_sum),
    ("Backpropagation: f(x, W) = ‖W x‖²", squared_norm),
    ("Local gradients of the non-linearities", local_gradients),
    ("Two layers: σ(W₂ σ(W₁ x + b₁) + b₂)", two_layers),
    ("Gradients add at branches", branches),
    ("A minibatch", minibatch),
    ("Softmax and cross-entropy", cross_entropy),
)
