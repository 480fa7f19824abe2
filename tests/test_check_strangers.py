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
