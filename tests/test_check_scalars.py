"""Documents of numbers and probabilities: short texts, and the verdicts of their steps in order, one letter each.

p proved, a agrees, r refuted, u undecided; what is no claim has none. The second text of a row has one slip.
"""

import pytest

from tests.check_readings import reading

DOCUMENTS = {
    "values given hold in what follows": (
        r"Let $f = (x + y) z$ and $q = x + y$. At $x = -2$, $y = 5$, $z = -4$ we get $q = -2 + 5 = 3$ and $f = -12$.",
        "ppp",
        ("f = -12", "f = 12", "ppr"),
    ),
    "a decimal stands for what rounds to it": (
        r"Let $f = x / y$. At $x = 1$, $y = 3$ we get $f = 0.333$.",
        "a",
        ("0.333", "0.334", "r"),
    ),
    "numbers with labels": (
        r"$u = w_0 x_0 + w_1 x_1 + w_2$ and $\frac{\partial u}{\partial w_0} = x_0$.",
        "p",
        ("= x_0$.", "= x_1$.", "r"),
    ),
    "a bound letter is no name": (
        r"Throughout $n \ge 2$ is an integer. Then $$\sum_{i=1}^n ((i+1)^2 - i^2) = (n+1)^2 - 1.$$",
        "p",
        ("- 1.$$", "+ 1.$$", "r"),
    ),
    "what was an input is made of others": (
        r"Let $p, \theta \in \mathbb{R}$ and $f = p^2$. Then $$\frac{df}{dp} = 2p.$$ Now let $p = \sigma(\theta)$. "
        r"Then $$\frac{df}{d\theta} = 2p^2(1-p).$$",
        "pp",
        ("2p^2(1-p)", "2p(1-p)", "pr"),
    ),
    "words in scripts": (
        r"Let $\theta, \theta^{\text{old}} \in \mathbb{R}$ and $f = (\theta - \theta^{\text{old}})^2$. "
        r"Then $$\frac{\partial f}{\partial \theta^{\text{old}}} = -2(\theta - \theta^{\text{old}}).$$",
        "p",
        ("= -2(", "= 2(", "r"),
    ),
    "cases in words": (
        r"Let $z \in \mathbb{R}$. For $\psi(z) = z$ if $z > 0$ and $\psi(z) = 3z$ if $z \le 0$, "
        r"$$\psi'(z) = \begin{cases} 1 & z > 0 \\ 3 & z < 0 \end{cases}$$",
        "a",
        (r"\\ 3 &", r"\\ 2 &", "r"),
    ),
    "signs of cases": (
        r"Let $t, A \in \mathbb{R}$ and $f = \max(At, 0)$. *Case $A > 0$.* Then $$f = A \max(t, 0).$$ "
        r"*Case $A < 0$.* Then $$f = A \min(t, 0).$$",
        "aa",
        (r"\min(t, 0)", r"\max(t, 0)", "ar"),
    ),
    "members of a family and their entries": (
        r"For $x_1, \dots, x_n \in \mathbb{R}^m$ and $w \in \mathbb{R}^m$ let $p_i = w^\top x_i$. Write $x_{ij}$ "
        r"for entry $j$ of $x_i$. Then $$\frac{\partial}{\par"
        r"tial w_j} \sum_{i=1}^n p_i^2 = \sum_{i=1}^n 2 p_i x_{ij}.$$",
        "p",
        ("2 p_i x_{ij}", "p_i x_{ij}", "r"),
    ),
    "expectations over a finite set": (
        r"Let $r \in \mathbb{R}^K$ and $\pi_a = \frac{e^{\theta_a}}{\sum_{c=1}^K e^{\theta_c}}$. "
        r"Let $J = \mathbb{E}_{a \sim \pi}[r_a]$. Then $$J = \sum_{a=1}^K \pi_a r_a.$$",
        "p",
        (r"\pi_a r_a.", r"\pi_a r_a^2.", "r"),
    ),
    "an expectation that an equation defines": (
        r"The mass function is $f(x) = p^x (1-p)^{1-x}$ for $x \in \{0, 1\}$ and for any function $h$ let "
        r"$$\mathbb{E}[h(X)] = \sum_{x=0}^{1} f(x)\, h(x).$$ Then $$\mathbb{E}[(X-p)^2] = p(1-p).$$",
        "p",
        ("= p(1-p)", "= p(1+p)", "r"),
    ),
    "an expectation whose weights do not sum to 1 defines nothing": (
        r"Let $f(x) = p^x q^{1-x}$ for $x \in \{0, 1\}$ and "
        r"$$\mathbb{E}[h(X)] = \sum_{x=0}^{1} f(x)\, h(x).$$ Then $$\mathbb{E}[(X-p)^2] = p(1-p).$$",
        "uu",
        ("= p(1-p)", "= p(1+p)", "uu"),
    ),
    "iterates beside the variable": (
        r"Let $A \in \mathbb{R}^{n \times n}$ be symmetric and $f(w) = \frac12 w^\top A w$. One step is "
        r"$$w_{t+1} = w_t - \eta \nabla f(w_t) = (I - \eta A) w_t.$$",
        "p",
        ("(I - ", "(I + ", "r"),
    ),
    "conditions on indices": (
        r"Let $g \in \mathbb{R}^T$ and $$m_t = \sum_{i=1}^t \beta^{t-i} g_i.$$ For $i \le t$ "
        r"$$\frac{\partial m_t}{\partial g_i} = \beta^{t-i}.$$",
        "p",
        (r"= \beta^{t-i}.$$", r"= \beta^{t+i}.$$", "r"),
    ),
    "a value of an argument defines nothing": (
        r"Let $x_1, \dots, x_N \in \mathbb{R}$ and $f(\mu) = \sum_{n=1}^N (x_n - \mu)^2$, "
        r"$\bar x = \frac1N \sum_{n=1}^N x_n$. Then $$\frac{\partial f}{\partial \mu} = -2 \sum_{n=1}^N (x_n - \mu),$$ "
        r"which is zero at $\mu = \bar x$.",
        "p",
        ("= -2", "= 2", "r"),
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
