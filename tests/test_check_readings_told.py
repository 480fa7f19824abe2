# ruff: noqa: E501 (documents in lines of their own)
"""What words and names tell of a document, each case once with a true step and once with a wrong one."""

from __future__ import annotations

import pytest

import symgrad as sg

# name, document with a gap, what makes the last step of it true, what makes it wrong
CASES = (
    (
        "what moves is told by its heading",
        "Let $X \\in \\mathbb{R}^{n\\times d}$, $w \\in \\mathbb{R}^d$ and $r = Xw$.\n\n## One\n\n$$\\mathrm{d}r = %s$$\n\n## Two\n\n$$\\mathrm{d}r = \\mathrm{d}X\\,w + X\\,\\mathrm{d}w$$",
        r"X\,\mathrm{d}w",
        r"X^\top\,\mathrm{d}w",
        r"2X\,\mathrm{d}w",
    ),
    (
        "a value set anew",
        r"Let $D = \operatorname{diag}(d_1, \dots, d_n)$ with $d \in \mathbb{R}^n$ and $x \in \mathbb{R}^n$. Then $x^\top D x = \sum_{i=1}^n d_i x_i^2$. Now let $D = I_n$. Then $x^\top D x = %s$.",
        r"x^\top x",
        r"2 x^\top x",
    ),
    (
        "a function at a place is no other function",
        "Let $A \\in \\mathbb{R}^{n\\times n}$ be symmetric and invertible and $b \\in \\mathbb{R}^n$.\n\n## Setting\n\nLet $f(x) = \\frac12 x^\\top A x - b^\\top x$.\n\n## Minimum\n\nLet $x^\\star = A^{-1} b$. Then $f(x^\\star) = %s$.",
        r"-\frac12 b^\top A^{-1} b",
        r"-b^\top A^{-1} b",
    ),
    (
        "orthonormal columns",
        r"Let $U \in \mathbb{R}^{d \times k}$ have orthonormal columns, $U^\top U = I_k$, and $x \in \mathbb{R}^d$. Then $\|x - UU^\top x\|^2 = %s$.",
        r"x^\top x - x^\top U U^\top x",
        r"x^\top x + x^\top U U^\top x",
    ),
    (
        "centred data",
        r"Let $x_1, \dots, x_n \in \mathbb{R}^d$ be centred, i.e. $\sum_{i=1}^n x_i = 0$, and $c \in \mathbb{R}^d$. Then $\sum_{i=1}^n \|x_i - c\|^2 = %s$.",
        r"\sum_{i=1}^n \|x_i\|^2 + n \|c\|^2",
        r"\sum_{i=1}^n \|x_i\|^2 - n \|c\|^2",
    ),
    (
        "a constraint does not bind the variable",
        r"Let $S \in \mathbb{R}^{d\times d}$ be symmetric, $u \in \mathbb{R}^d$, $\lambda \in \mathbb{R}$. Maximise under $u^\top u = 1$ with $L(u, \lambda) = u^\top S u - \lambda (u^\top u - 1)$. Then $\frac{\partial L}{\partial \lambda} = %s$.",
        r"1 - u^\top u",
        r"u^\top u - 1",
    ),
    (
        "a branch that words pick",
        r"Embeddings are vectors in $\mathbb{R}^d$: anchor $a$, positive $p$. Let $m > 0$ and $$L = \max(0, \|a - p\|^2 - m)$$ If the argument is positive, then $L = \|a - p\|^2 - m$ and $$\frac{\partial L}{\partial a} = %s$$",
        r"2(a - p)",
        r"2(p - a)",
        "0",
    ),
    (
        "values in brackets",
        r"Let $D > 0$ be a distance and $y$ a label ($y = 0$ similar, $y = 1$ not). Let $L = (1 - y) D^2 - y D$. Then $\frac{dL}{dD} = %s$.",
        r"2 (1 - y) D - y",
        r"(1 - y) D - y",
    ),
    (
        "entries named in a declaration",
        r"Here $A = (a_{ij}) \in \mathbb{R}^{n\times n}$ and $x \in \mathbb{R}^n$. Then $\sum_{i=1}^n \sum_{j=1}^n a_{ij} x_j x_i = %s$.",
        r"x^\top A x",
        r"2 x^\top A x",
    ),
    (
        "columns listed in a declaration",
        r"Let $U = [u_1, \dots, u_V] \in \mathbb{R}^{d\times V}$ and $v \in \mathbb{R}^d$, $z = U^\top v$, $f = z^\top z$. Then $\frac{\partial f}{\partial u_w} = %s$.",
        "2 z_w v",
        "z_w v",
    ),
    (
        "a family beside a vector, and conjugate",
        r"Let $S \in \mathbb{R}^{n\times n}$ be symmetric, $p \in \mathbb{R}^n$, $\alpha \in \mathbb{R}$. Suppose $p_1, \dots, p_m$ satisfy $p_i^\top S p_j = 0$ for all $i \ne j$, and $\alpha_1, \dots, \alpha_m \in \mathbb{R}$. Then $$\sum_{i=1}^m \sum_{j=1}^m \alpha_i \alpha_j\, p_i^\top S p_j = %s$$",
        r"\sum_{i=1}^m \alpha_i^2\, p_i^\top S p_i",
        r"\sum_{i=1}^m \alpha_i\, p_i^\top S p_i",
    ),
    (
        "entries beside their vector",
        r"Let $x_i \in \mathbb{R}^d$, $y_i \in \{-1, +1\}$, $w \in \mathbb{R}^d$, later $y \in \mathbb{R}^N$. Let $q(w) = \frac12 \sum_{i=1}^N (1 - y_i w^\top x_i)^2$. Then $\nabla^2 q(w) = %s$.",
        r"\sum_{i=1}^N x_i x_i^\top",
        r"\sum_{i=1}^N y_i x_i x_i^\top",
    ),
    (
        "a set of indices and its size",
        r"Let $x_i \in \mathbb{R}^d$, $y_i \in \mathbb{R}$ and $w \in \mathbb{R}^d$. Let $$L(w) = \frac{1}{|\mathcal{B}|} \sum_{i \in \mathcal{B}} (w^\top x_i - y_i)^2.$$ Then $$\nabla_w L = %s \sum_{i \in \mathcal{B}} (w^\top x_i - y_i)\, x_i$$",
        r"\frac{2}{|\mathcal{B}|}",
        r"\frac{1}{|\mathcal{B}|}",
        "2",
    ),
    (
        "functions of an index",
        r"Let $a \in \{1, \dots, K\}$, $r(a) \in \mathbb{R}$, $\theta \in \mathbb{R}^K$ and $$\pi_\theta(a) = \frac{e^{\theta_a}}{\sum_{b=1}^K e^{\theta_b}}.$$ Let $J(\theta) = \sum_{a=1}^K \pi_\theta(a)\, r(a)$. Then $$\frac{\partial J}{\partial \theta_c} = %s$$",
        r"\pi_\theta(c) (r(c) - J(\theta))",
        r"\pi_\theta(c) r(c) - J(\theta)",
    ),
    (
        "the place of the 1",
        r"Let $z \in \mathbb{R}^K$, $p = \operatorname{softmax}(z)$ and $y \in \{0,1\}^K$ one-hot with its 1 at the class $c$. Let $L = -\sum_{k=1}^K y_k \log p_k$. Then $L = %s$.",
        r"-\log p_c",
        r"\log p_c",
    ),
    (
        "members declared one by one",
        r"Let $x_1, x_2 \in \mathbb{R}^p$, $h_0 \in \mathbb{R}^d$, $W \in \mathbb{R}^{d\times d}$, $U \in \mathbb{R}^{d\times p}$, $v \in \mathbb{R}^d$. For $t = 1, 2$ let $h_t = W h_{t-1} + U x_t$ and let $L = v^\top h_2$. Then $\frac{\partial L}{\partial W} = %s$.",
        r"v h_1^\top + W^\top v h_0^\top",
        r"v h_1^\top + v h_0^\top",
    ),
    (
        "everything scalar under one heading",
        "Let $x_t \\in \\mathbb{R}^p$ and $A \\in \\mathbb{R}^{p\\times p}$.\n\n## Warm-up\n\nSuppose $s_t = w s_{t-1} + x_t$ with $s_0 = 0$ and scalars everywhere. Then $s_2 = %s$.\n\n## In full\n\nWe have $x_t^\\top A x_t = x_t^\\top A^\\top x_t$.",
        "w x_1 + x_2",
        "x_1 + w x_2",
    ),
    (
        "an equation between functions",
        r"Let $\sigma(z) = 1/(1+e^{-z})$. Then $\sigma' = %s$.",
        r"\sigma (1 - \sigma)",
        r"\sigma^2 (1 - \sigma)",
    ),
    (
        "a parameter beside members",
        r"Let $z_t \in \mathbb{R}^d$, $W \in \mathbb{R}^{d\times d}$, $h > 0$ and $f(z) = \tanh(W z)$ entrywise. Let $z_1 = z_0 + h f(z_0)$ and let $J_t = \partial f/\partial z$ evaluated at $z_t$, for $t = 0, 1$. Then $$\frac{\partial z_1}{\partial z_0} = %s$$",
        "I + h J_0",
        "I + J_0",
    ),
    (
        "a density with its parameters",
        r"Let $x_1, \dots, x_N \in \mathbb{R}^D$, $\mu_k \in \mathbb{R}^D$ and $s_k > 0$. Let $$\mathcal{N}(x \mid \mu_k, s_k^2 I) = (2\pi s_k^2)^{-D/2} \exp\left(-\frac{\|x - \mu_k\|^2}{2 s_k^2}\right).$$ Then $$\frac{\partial}{\partial s_k} \log \mathcal{N}(x \mid \mu_k, s_k^2 I) = -\frac{D}{s_k} + %s$$",
        r"\frac{\|x - \mu_k\|^2}{s_k^3}",
        r"\frac{\|x - \mu_k\|^2}{s_k^2}",
    ),
    (
        "an index that nothing bounds",
        r"Let $\lambda, h, z_0$ be numbers and $z_n = (1 + h\lambda)^n z_0$. Then $\frac{\partial z_n}{\partial \lambda} = %s$.",
        r"n h (1 + h\lambda)^{n-1} z_0",
        r"n (1 + h\lambda)^{n-1} z_0",
    ),
    (
        "a map with vectors for values",
        r"Let $r : \mathbb{R}^n \to \mathbb{R}^m$ be differentiable and let $J(x) \in \mathbb{R}^{m\times n}$ be its Jacobian, $J_{ij} = \partial r_i/\partial x_j$. Let $f(x) = \frac12 \|r(x)\|^2$. Then $\nabla f(x) = %s$.",
        r"J(x)^\top r(x)",
        r"2 J(x)^\top r(x)",
    ),
    (
        "an equation to be solved",
        r"For a scalar equation $h(x) = 0$ with $h'(x) \neq 0$ let $N(x) = x - h(x)/h'(x)$. Then $N'(x) = %s$.",
        r"\frac{h(x) h''(x)}{h'(x)^2}",
        r"\frac{h(x) h''(x)}{h'(x)}",
    ),
)
TRUE = [(name, text % right) for name, text, right, *_ in CASES]
FALSE = [(f"{name} {k}", text % wrong) for name, text, _, *wrongs in CASES for k, wrong in enumerate(wrongs)]


@pytest.mark.parametrize(("name", "text"), TRUE)
def test_true_steps_hold(name, text):
    found = sg.check(text).verdicts
    assert found
    assert set(found) <= {"proved", "agrees"}


@pytest.mark.parametrize(("name", "text"), FALSE)
def test_wrong_steps_are_refuted(name, text):
    assert "refuted" in sg.check(text).verdicts


def test_an_eigenvector_is_meant_and_not_claimed():
    text = r"Let $S \in \mathbb{R}^{d\times d}$ be symmetric, $u \in \mathbb{R}^d$, $\lambda \in \mathbb{R}$. So $u$ is an eigenvector, $S u = \lambda u$."
    assert "refuted" not in sg.check(text).verdicts


def test_the_place_where_a_gradient_is_zero_is_not_claimed():
    text = r"Let $A \in \mathbb{R}^{n\times n}$, $x, b \in \mathbb{R}^n$. Let $f(x) = b^\top A x$. Then $\nabla f(x) = A^\top b$. Setting this to zero one finds $x = A b$."
    assert sg.check(text).verdicts == ("proved",)
