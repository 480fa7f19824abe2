# ruff: noqa: E501 (documents in lines of their own)
"""Documents as strangers write them: short texts, and the verdicts of their steps in order, one letter each.

p proved, a agrees, r refuted, u undecided; what is no claim has none. The second text of a row has one slip.
"""

import pytest

from tests.check_readings import reading

LAYERS = (
    r"$$z^l_j = \sum_k w^l_{jk} a^{l-1}_k + b^l_j, \qquad a^l_j = \sigma(z^l_j).$$ Here $l = 2, \dots, L$, $a^1$ is the "
    r"input, $\sigma(z) = 1/(1+e^{-z})$. The cost is $$C = \frac12 \sum_j (y_j - a^L_j)^2.$$ Let $\delta^l_j = "
    r"\partial C / \partial z^l_j$; $\delta^l$ is the vector of the errors of layer $l$. "
)
DOCUMENTS = {
    "a loss in words is open": (
        r"Let $u_1, \dots, u_m \in \mathbb{R}$. $$\mu = \frac1m \sum_{i=1}^m u_i$$ $$v = \frac1m \sum_{i=1}^m u_i^2$$ "
        r"$$y_i = u_i v$$ $$L = \text{what comes next, a function of } y_1, \dots, y_m$$ Then "
        r"$$\frac{\partial L}{\partial v} = \sum_{i=1}^m u_i \frac{\partial L}{\partial y_i}.$$",
        "p",
        (r"\sum_{i=1}^m u_i \frac", r"\sum_{i=1}^m \frac", "r"),
    ),
    "a value of a function under another heading": (
        "## One\n\n"
        r"Let $w, b \in \mathbb{R}$ and $J(w, b) = (w - b)^2$."
        "\n\n## Two\n\n"
        r"Let $b^\star = w$ and $\lambda > 0$. $$J(w, b^\star) = 0$$ With $J_\lambda(w, b) = J(w, b) + \lambda w^2$ "
        r"$$\frac{\partial J_\lambda}{\partial w} = 2(w - b) + 2\lambda w.$$",
        "pp",
        ("(w - b) + 2", "(w - b) - 2", "pr"),
    ),
    "a letter that counts": (
        r"Let $w \in \mathbb{R}^D$, $J = \sum_{j=1}^D w_j^3$. For $k, l \in \{1, \dots, D\}$ "
        r"$$\frac{\partial J}{\partial w_k} = 3 w_k^2.$$",
        "p",
        ("3 w_k^2", "3 w_k", "r"),
    ),
    "layers that begin at two": (
        LAYERS + r"$$\delta^l_j = \sum_k w^{l+1}_{kj} \delta^{l+1}_k \sigma'(z^l_j)$$"
        r"$$\delta^l = ((w^{l+1})^T \delta^{l+1}) \odot \sigma'(z^l)$$",
        "pp",
        (r"w^{l+1}_{kj} \delta", r"w^{l+1}_{jk} \delta", "rp"),
    ),
    "a sign for gradients": (
        r"Let $A \in \mathbb{R}^{m \times n}$, $x \in \mathbb{R}^n$ and $y = A x$. For a scalar loss $E$ that depends on "
        r"$y$ let $\delta v$ stand for $\partial E / \partial v$, for any $v$. $$\delta A = \delta y \, x^\top$$"
        r"$$\delta x = A^\top \delta y$$",
        "pp",
        (r"= A^\top", "= A", "pr"),
    ),
    "nabla with the name alone": (
        r"Let $A \in \mathbb{R}^{m \times n}$, $B \in \mathbb{R}^{n \times k}$ and $C = A B$. For a scalar loss $L$ that "
        r"depends on $C$, I write $\nabla_M$ for the partial derivatives $\partial L / \partial M_{ij}$. "
        r"$$\nabla_A = \nabla_C B^\top$$",
        "p",
        (r"B^\top$$", "B$$", "r"),
    ),
    "a softmax of each row": (
        r"Let $S \in \mathbb{R}^{n \times m}$. $P$ is the softmax of $S$ along each row. "
        r"$$\frac{\partial P_{il}}{\partial S_{ij}} = P_{il} (\delta_{lj} - P_{ij})$$",
        "p",
        (r"\delta_{lj}", r"\delta_{ij}", "r"),
    ),
    "a name for what was shown": (
        r"Let $y, t \in \mathbb{R}^n$ and $L = \frac12 \|y - t\|^2$. $$\nabla_y L = y - t$$ Call this vector $g$. "
        r"$$\nabla_t L = -g$$",
        "pp",
        ("= -g", "= g", "pr"),
    ),
    "entries of names in brackets": (
        r"Let $W_1 \in \mathbb{R}^{m \times n}$, $x \in \mathbb{R}^n$ and $f = \sum_{i=1}^m (W_1 x)_i^2$. "
        r"$$\frac{\partial f}{\partial (W_1)_{ij}} = 2 (W_1 x)_i x_j$$",
        "p",
        ("= 2 (W_1 x)_i", "= (W_1 x)_i", "r"),
    ),
    "functions without their argument": (
        r"Let $\sigma(z) = 1/(1+e^{-z})$. We use $\sigma' = \sigma (1 - \sigma)$ and $\tanh' = 1 - \tanh^2$.",
        "pp",
        (r"\sigma (1 - \sigma)", r"\sigma (1 + \sigma)", "rp"),
    ),
    "what is said for a mark": (
        r"Let $W_\star \in \mathbb{R}^{m \times n}$ for $\star \in \{f, g\}$, $x \in \mathbb{R}^n$ and $h = W_f x + W_g x$. "
        r"$$\frac{\partial h_i}{\partial x_j} = (W_f)_{ij} + (W_g)_{ij}$$",
        "p",
        ("+ (W_g)_{ij}", "- (W_g)_{ij}", "r"),
    ),
    "a gradient that is set to zero": (
        r"Let $X \in \mathbb{R}^{n \times d}$, $y \in \mathbb{R}^n$, $w \in \mathbb{R}^d$, $f(w) = \frac12 \|Xw - y\|^2$. "
        r"$$\nabla f(w) = X^\top (Xw - y)$$ Setting this to zero gives $w = (X^\top X)^{-1} X^\top y$.",
        "pp",
        (r"(X^\top X)^{-1} X^\top y", r"(X^\top X) X^\top y", "pr"),
    ),
    "a name that is no function": (
        r"Let $x, a, b \in \mathbb{R}^n$ and $J = x x^\top$. $$J (a \odot b) = x \exp(0) x^\top (a \odot b)$$",
        "a",
        (r"\exp(0)", r"\exp(1)", "r"),
    ),
    "by what can be told": (
        r"Let $S \in \mathbb{R}^{n \times n}$ be invertible, $x \in \mathbb{R}^n$ and $f = x^\top S x$. With $P = S^{-1}$, "
        r"$$\frac{\partial f}{\partial P} = -P^{-\top} x x^\top P^{-\top}$$",
        "p",
        ("= -P", "= P", "r"),
    ),
    "a matrix that a product tells": (
        r"Let $Q \in \mathbb{R}^{n \times d}$, $X \in \mathbb{R}^{n \times h}$. With $Q = X W_Q$ and $f = \|Q\|_F^2$, "
        r"$$\nabla_{W_Q} f = 2 X^\top Q$$",
        "p",
        ("2 X", "X", "r"),
    ),
    "a dash for a derivative": (
        r"Let $A, B \in \mathbb{R}^{n \times n}$ and $M(t) = A + tB$ for numbers $t$. "
        r"$$(\log\det M(t))' = \operatorname{tr}(M(t)^{-1} B)$$",
        "p",
        (r"M(t)^{-1} B", r"M(t) B", "r"),
    ),
    "an array beside a number": (
        r"Let $b \in \mathbb{R}$, $x \in \mathbb{R}^n$. Filters $K \in \mathbb{R}^{F \times n}$ give "
        r"$Y_f = b_f + \sum_{i=1}^n K_{fi} x_i$. $$\frac{\partial Y_f}{\partial b_g} = \delta_{fg}$$",
        "p",
        (r"= \delta_{fg}", r"= 2 \delta_{fg}", "r"),
    ),
    "by the member that is written": (
        LAYERS + r"$$\delta^L = \nabla_a C \odot \sigma'(z^L) = (a^L - y) \odot \sigma'(z^L)$$",
        "pp",
        ("(a^L - y)", "(y - a^L)", "pr"),
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
