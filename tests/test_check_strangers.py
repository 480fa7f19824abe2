# ruff: noqa: E501 (documents in lines of their own)
r"""Notations that strangers' documents brought: entries of values, conditions beside a display, new meanings of a name."""

import pytest

import symgrad as sg

SOFTMAX = r"$z \in \mathbb{R}^K$ and $a_j = \frac{e^{z_j}}{\sum_k e^{z_k}}$. Then "
CASES = {
    "entries of a value": (
        r"Let $x \in \mathbb{R}^n$ and $f(x)_i = x_i^2$. Then $\frac{\partial f(x)_i}{\partial x_j} = 2 x_i \delta_{ij}$.",
        ["proved"],
    ),
    "entries of a value, wrong": (
        r"Let $x \in \mathbb{R}^n$ and $f(x)_i = x_i^2$. Then $\frac{\partial f(x)_i}{\partial x_j} = x_i \delta_{ij}$.",
        ["refuted"],
    ),
    "a product beside a function of arrays": (
        r"Let $z\in\mathbb{R}^K$ and $[S(z)]_i = \frac{e^{z_i}}{\sum_{j=1}^K e^{z_j}}$. "
        r"Then $\frac{\partial S_i}{\partial z_j} = S_i(\delta_{ij} - S_j)$.",
        ["proved"],
    ),
    "equal indices beside a display": (
        "Let " + SOFTMAX + r"$$\frac{\partial a_j}{\partial z_i} = a_i (1 - a_i), \quad i = j$$",
        ["proved"],
    ),
    "unequal indices beside a display": (
        "Let " + SOFTMAX + r"$$\frac{\partial a_j}{\partial z_i} = a_i (1 - a_i), \quad i \neq j$$",
        ["refuted"],
    ),
    "functions left open, with primes": (
        r"If $z = f(g(x))$ then $\frac{dz}{dx} = f'(g(x)) \cdot g'(x)$.",
        ["proved"],
    ),
    "a prime forgotten": (
        r"If $z = f(g(x))$ then $\frac{dz}{dx} = f'(g(x)) \cdot g(x)$.",
        ["refuted"],
    ),
    "a new meaning": (
        r"Let $x \in \mathbb{R}^n$ and $y = \sum_i x_i^2$. Then $\frac{\partial y}{\partial x_j} = 2 x_j$. For the cube, "
        r"$y = \sum_i x_i^3$ and $\frac{\partial y}{\partial x_j} = 3 x_j^2$.",
        ["proved", "proved"],
    ),
    "no new meaning": (
        r"Let $x \in \mathbb{R}^n$ and $y = \sum_i x_i^2$. Then $\frac{\partial y}{\partial x_j} = 2 x_j$. Expanded, "
        r"$y = \sum_i x_i^3$ and $\frac{\partial y}{\partial x_j} = 2 x_j$.",
        ["proved", "refuted", "proved"],
    ),
    "what was constant and moves now": (
        r"Let $X \in \mathbb{R}^{n\times p}$ and $b \in \mathbb{R}^p$. $X$ is constant here. Now let $X$ vary, too: with "
        r"$A = X^\top X$, $$\mathrm{d}A = \mathrm{d}X^\top X + X^\top \mathrm{d}X$$ and "
        r"$$\mathrm{d}A\, b = \mathrm{d}X^\top X b + \mathrm{d}X^\top X b$$",
        ["proved", "refuted"],
    ),
    "a definition for each layer": (
        r"Let $x \in \mathbb{R}^{n_0}$, $W_1 \in \mathbb{R}^{n_1\times n_0}$, $W_2 \in \mathbb{R}^{n_2\times n_1}$, "
        r"$b_\ell \in \mathbb{R}^{n_\ell}$, $z_1 = W_1 x + b_1$, $a_1 = \tanh(z_1)$, $z_2 = W_2 a_1 + b_2$, "
        r"$L = \frac12 \|z_2\|^2$. Put $\delta_\ell = \frac{\partial L}{\partial z_\ell}$. "
        r"Then $\frac{\partial L}{\partial W_2} = \delta_2 a_1^\top$ and $\frac{\partial L}{\partial b_1} = \delta_2$.",
        ["proved", "refuted"],
    ),
    "what a model says of given numbers": (
        r"The targets are $y \in \mathbb{R}^n$, the inputs $x \in \mathbb{R}^n$; the model is $y_i = w x_i + \varepsilon_i$ "
        r"with $\varepsilon_i \sim \mathcal{N}(0, 1)$. Let $J = \frac12 \sum_i (y_i - w x_i)^2$. "
        r"Then $\frac{dJ}{dw} = -\sum_i (y_i - w x_i) x_i$.",
        ["proved"],
    ),
    "the matrix of what is defined by entries": (
        r"Let $Z, T, P \in \mathbb{R}^{N\times K}$ and $p_{nk} = e^{Z_{nk}}$. With $L = \sum_{n,k} (p_{nk} - T_{nk})^2$, "
        r"$\nabla_Z L = 2 (P - T) \odot P$ and $\nabla_Z L = (P - T) \odot P$.",
        ["proved", "refuted"],
    ),
    "a name for what stands before it": (
        r"Let $a \in \mathbb{R}^K$ and $h = \sum_{k=1}^K e^{a_k} = \Sigma$. Then $\frac{\partial h}{\partial a_j} = e^{a_j}$.",
        ["proved"],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_verdicts(name):
    text, verdicts = CASES[name]
    assert list(sg.check(text).verdicts) == verdicts


def test_what_is_not_said_refutes_nothing():
    text = r"Let $L = -\sum_k y_k \log a_k$ where $a_j = \frac{e^{z_j}}{\sum_k e^{z_k}}$. "
    claim = r"Then $$\frac{\partial L}{\partial z_i} = a_i \sum_k y_k - y_i = a_i - y_i$$"
    report = sg.check(text + claim)
    assert report.verdicts == ("proved", "undecided")
    assert report.steps[-1].why == "it holds if the entries of y sum to 1, which is not said"
    assert sg.check(r"Let $y \in \mathbb{R}^K$ be one-hot. " + text + claim).verdicts == ("proved", "proved")
    assert sg.check(r"Let $y \in \mathbb{R}^K$. " + text + claim).verdicts == ("proved", "refuted")
