"""What is a claim, and over which axes: short texts, and the verdicts of their steps in order, one letter each.

p proved, a agrees, r refuted, u undecided; what is no claim has none. The second text of a row has one slip.
"""

import pytest

from tests.check_readings import reading

DOCUMENTS = {
    "functions without arguments": (
        r"Let $\sigma(z) = 1/(1+e^{-z})$. Then $\sigma' = \sigma(1-\sigma)$ and $\tanh' = 1 - \tanh^2$.",
        "pp",
        (r"1-\sigma)", r"1+\sigma)", "rp"),
    ),
    "a slope at the place of the function": (
        r"For $0 < x < r$ let $y(x) = \sqrt{r^2 - x^2}$. Then $2x + 2y\,y' = 0$.",
        "p",
        (r"2y\,y'", r"y\,y'", "r"),
    ),
    "the reason beside a line": (
        r"Let $z \in \mathbb{R}$ and $a = \tanh(z)$. \begin{align*} \frac{da}{dz} &= 1 - a^2 "
        r"&& \text{since } \tanh'(z) = 1 - \tanh^2(z) \\ &= (1 - a)(1 + a) \end{align*}",
        "ppp",
        (r"1 - \tanh^2(z)", r"1 - \tanh(z)", "prp"),
    ),
    "a wrong line says nothing anew": (
        r"Let $z, y \in \mathbb{R}$ and $L(z) = \log(1 + e^z) - yz$. In code "
        r"$$L(z) = \max(z, 0) - y z + \log(1 + \exp(-|z|)).$$ $$\frac{dL}{dz} = \frac{e^z}{1+e^z} - y$$",
        "ap",
        ("(-|z|)", "(|z|)", "rp"),
    ),
    "another function of the same name": (
        r"Let $x \in \mathbb{R}$ and $f(x) = x^2$. Then $f'(x) = 2x$. And with $f(x) = \sin x$ we have "
        r"$f'(x) = \cos x$ and $f''(x) = -\sin x$.",
        "ppp",
        (r"-\sin x$.", r"\sin x$.", "ppr"),
    ),
    "swapped indices that leave their axes": (
        r"Let $x \in \mathbb{R}^n$, $C \in \mathbb{R}^{m \times n}$, $b \in \mathbb{R}^m$ and "
        r"$r_i = \sum_j C_{ij} x_j - b_i$. Then "
        r"$$\frac{\partial}{\partial x_k} \sum_{i=1}^m r_i^2 = 2 \sum_{i=1}^m r_i C_{ik}.$$",
        "p",
        ("C_{ik}.", "C_{ki}.", "r"),
    ),
    "a wrong product says nothing of sizes": (
        r"Let $W \in \mathbb{R}^{m \times n}$, $x \in \mathbb{R}^n$, $q = Wx$ and $f = \|q\|^2$. Then "
        r"$$f = \sum_k q_k^2 \quad\text{and}\quad \nabla_x f = 2 W^\top q.$$",
        "pp",
        (r"W^\top q", "W q", "pr"),
    ),
    "what follows from a condition that is said": (
        r"Let $S \in \mathbb{R}^{n \times n}$. If $S$ is invertible $$\det(S^{-1}) = \frac{1}{\det S}.$$ "
        r"For $z \in \mathbb{R}$ let $f = e^z + z$. It comes out if one notices that $$\frac{df}{dz} = e^z + 1.$$",
        "pp",
        ("e^z + 1", "e^z + 2", "pr"),
    ),
    "by the entries of a matrix under one another": (
        r"Let $A \in \mathbb{R}^{m \times n}$, $X \in \mathbb{R}^{n \times p}$, $f = \frac12 \|A X\|_F^2$ and $x = "
        r"\operatorname{vec}(X)$. Then $$\nabla_x f = \operatorname{vec}(A^\top A X), \qquad "
        r"\nabla_x^2 f = I_p \otimes A^\top A.$$",
        "pp",
        (r"I_p \otimes A^\top A", r"A^\top A \otimes I_p", "pr"),
    ),
    "conditions on indices, beside, before and behind": (
        r"Let $z \in \mathbb{R}^n$ and $p_k = e^{z_k} / \sum_j e^{z_j}$. "
        r"$$\frac{\partial p_k}{\partial z_j} = -p_k p_j \quad (k \ne j)$$ "
        r"$$\frac{\partial p_k}{\partial z_j} = p_k (1 - p_k) \quad \text{if } k = j$$ "
        r"For $j = k$ we get $\frac{\partial p_k}{\partial z_j} = p_k (1 - p_k)$. This is "
        r"$$\frac{\partial p_k}{\partial z_j} = p_j (1 - p_k)$$ for $j = k$.",
        "pppp",
        (r"p_j (1 - p_k)$$ for", r"p_j (1 - p_k)$$ as is clear for", "pppr"),
    ),
    "entries that are indices": (
        r"Let $S \in \mathbb{R}^{N \times K}$ and $y_i \in \{1, \dots, K\}$ for $i = 1, \dots, N$. With "
        r"$p_{ik} = e^{S_{ik}} / \sum_{j=1}^K e^{S_{ij}}$ let $L = -\sum_{i=1}^N \log p_{i, y_i}$. Then "
        r"$$\frac{\partial L}{\partial S_{ik}} = p_{ik} - \mathbb{1}[k = y_i]$$",
        "p",
        ("k = y_i", "i = y_i", "r"),
    ),
    "rows and columns counted in words": (
        r"The table $E$ has $V$ rows and $d$ columns. The tokens are $t_1, \dots, t_N \in \{1, \dots, V\}$ and "
        r"$h_{nk} = E_{t_n, k}$. Then $$\frac{\partial h_{nk}}{\partial E_{vl}} = \mathbb{I}\{v = t_n\} \delta_{kl}$$",
        "p",
        ("v = t_n", "v = n", "r"),
    ),
    "arrays told by a sign": (
        r"Let $A \in \mathbb{R}^{m \times n}$. Then $\langle A, B \rangle = \operatorname{tr}(A^\top B)$ and "
        r"$$(C \otimes D)(E \otimes F) = (C E) \otimes (D F).$$",
        "pp",
        (r"= \operatorname{tr}(A", r"= 2 \operatorname{tr}(A", "rp"),
    ),
    "a sum over some of the entries": (
        r"Let $z \in \mathbb{R}^n$, $u_i \in \mathbb{R}^d$ for $i = 1, \dots, n$. $$\frac{\partial}{\partial z_j} "
        r"\sum_{i=1}^k z_i^2 = 2 \sum_{i=1}^k z_i \delta_{ij}$$",
        "p",
        (r"= 2 \sum", r"= \sum", "r"),
    ),
}


def verdicts(text):
    return "".join(step.verdict.kind[0] for step in reading(text).steps if step.judged)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_true_steps_hold_and_a_slip_is_refuted(name):
    text, right, (old, new, wrong) = DOCUMENTS[name]
    assert text.count(old) == 1
    assert verdicts(text) == right
    assert verdicts(text.replace(old, new)) == wrong
