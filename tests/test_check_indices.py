# ruff: noqa: E501 (documents in lines of their own)
"""Derivations in index form: short documents and what is found of their steps."""

from __future__ import annotations

import pytest

from symgrad.check.declarations.prose import declarations
from symgrad.check.documents.document import read_document
from symgrad.check.verdicts.judging import judged
from symgrad.check.verdicts.rows import lines_of

CONV = r"""Indices start at zero. The input is $x \in \mathbb{R}^n$, the kernel $w \in \mathbb{R}^K$ with $K < n$, and
$$y_i = \sum_{k=0}^{K-1} w_k\, x_{i+k}, \qquad i = 0, \dots, n-K.$$
A scalar loss $L$ depends on $y$; write $g_i = \partial L / \partial y_i$.
$$\frac{\partial L}{\partial w_k} = \sum_{i=0}^{n-K} g_i\, x_{%s}.$$
Hence, with the convention that $g_i = 0$ for $i$ outside of $0, \dots, n-K$,
$$\frac{\partial L}{\partial x_j} = \sum_{k=0}^{K-1} w_k\, g_{%s}.$$
"""
STRIDE = r"""All indices start at $0$. Let $X \in \mathbb{R}^{n}$, $w \in \mathbb{R}^{K}$ and $s \geq 1$ the stride. With
$m = \lfloor (n-K)/s \rfloor + 1$ output positions, $Y_i = \sum_{k=0}^{K-1} w_k X_{si+k}$ for $i = 0, \ldots, m-1$.
Let $L$ be a scalar function of $Y$ with $G_i = \frac{\partial L}{\partial Y_i}$. Then
$$\frac{\partial L}{\partial w_k} = %s G_i X_{%s}$$
"""
POOL = r"""Blocks do not overlap: $x$ has the entries $x_0, \dots, x_{Km-1}$, and for $i = 0, \dots, m-1$
$$ y_i = \frac1K \sum_{k=0}^{K-1} x_{Ki+k} $$
$$ \frac{\partial y_i}{\partial x_j} = \frac1K\, 1_{\{\lfloor j/K \rfloor = %s\}} $$
"""
RNN = r"""$h_t, h_{t-1} \in \mathbb{R}^q$, $x_t \in \mathbb{R}^p$, $W \in \mathbb{R}^{q \times q}$, $U \in \mathbb{R}^{q\times p}$,
$b \in \mathbb{R}^q$. One step is
$$a_t = W h_{t-1} + U x_t + b, \qquad h_t = \tanh(a_t).$$
Let the scalar $\ell$ depend on $h_t$. Then
$$\nabla_{a_t} \ell = \nabla_{h_t} \ell \odot %s$$
$$\nabla_{b} \ell = \nabla_{a_t} \ell$$
$$\nabla_{W} \ell = (\nabla_{a_t} \ell)\, h_{%s}^\top$$
"""
DELTA_W = r"""Let $E = \frac12 (t - w x)^2$ with numbers $t$, $w$, $x$. With the step $\eta > 0$ the weight changes by
\[ \Delta w = -\eta\, \frac{\partial E}{\partial w} = %s \eta (t - w x) x . \]
"""
ATTENTION = r"""Let $S \in \mathbb{R}^{n \times m}$ and $P_{ij} = \frac{e^{S_{ij}}}{\sum_{l=1}^{m} e^{S_{il}}}$. Then
$$\frac{\partial P_{ij}}{\partial S_{rl}} = \delta_{ir} P_{ij} (\delta_{jl} - P_{%s}).$$
"""
FAMILY = r"""Let $\sigma(x) = \frac{1}{1+e^{-x}}$ and $v, u_o, u_1, \dots, u_K \in \mathbb{R}^d$. The loss is
$$J = -\log \sigma(u_o^\top v) - \sum_{k=1}^{K} \log \sigma(-u_k^\top v).$$
$$\frac{\partial J}{\partial v} = (\sigma(u_o^\top v) - 1) u_o + \sum_{k=1}^{K} \sigma(%su_k^\top v) u_k$$
"""
EINSTEIN = r"""Repeated indices are summed. Let $A \in \mathbb{R}^{m\times n}$, $x \in \mathbb{R}^n$, $t \in \mathbb{R}^m$ and
$$u_j = A_{ji} x_i, \qquad L = \tfrac12 (u_j - t_j)(u_j - t_j).$$
$$\frac{\partial L}{\partial A_{ji}} = (u_j - t_j) x_%s$$
$$\frac{\partial L}{\partial x_i} = A_{jk}\delta_{ki} (A_{jl} x_l - t_j) = A_{%s} (u_j - t_j)$$
"""
SQUARE = r"""Let $x \in \mathbb{R}^m$, $\mu_B = \frac1m \sum_{i=1}^m x_i$ and $\sigma_B^2 = \frac1m \sum_{i=1}^m (x_i - \mu_B)^2$. Then
$$\frac{\partial \sigma_B^2}{\partial x_j} = \frac{%s}{m} (x_j - \mu_B).$$
"""
SWAPPED = r"""Let $X \in \mathbb{R}^{N\times V}$, $E \in \mathbb{R}^{V \times d}$ and $H_{nk} = \sum_{v=1}^V X_{nv} E_{vk}$. A loss $L$
depends on $H$; write $G_{nk} = \frac{\partial L}{\partial H_{nk}}$. Then
$$\frac{\partial L}{\partial E_{vl}} = \sum_{n=1}^N X_{%s} G_{n%s}.$$
"""
DIFFERENCES = r"""Let $x \in \mathbb{R}^n$ and $d_i = x_{i+1} - x_i$. Then
$$ d_i + d_{i+1} = x_{i+2} %s x_i $$
"""
ROOTS = r"""Weights $r_{nk}$ with $n=1,\dots,N$, $k=1,\dots,K$ and numbers $x_n$; $\mu = \frac1N \sum_{n=1}^N x_n$, $N_k = \sum_{n=1}^N r_{nk}$,
$$\mu_k = \frac{1}{N_k} \sum_{n=1}^N r_{nk} x_n,\qquad \sigma_k^2 = \frac{1}{N_k}\sum_{n=1}^N r_{nk} (x_n - \mu_k)^2$$
$$\frac{\partial \sigma_k}{\partial x_n} = \frac{r_{nk}}{N_k \sigma_k} (x_n - \mu_%s)$$
"""
SCORES = r"""Let $x \in \mathbb{R}^D$ have the class $y \in \{1,\dots,C\}$; the rows of $W \in \mathbb{R}^{C \times D}$ are $w_1^T, \dots, w_C^T$
and the scores are $s_j = w_j^T x$. With $L = \sum_{j=1}^C e^{w_j^T x - w_y^T x}$,
$$\frac{\partial L}{\partial s_y} = %s \sum_{j \neq y} e^{s_j - s_y}$$
"""
KERNEL = r"""Let $x_1, \dots, x_n \in \mathbb{R}^d$ be the inputs and $k(x_i, x) = e^{-\|x - x_i\|_2^2 / 2}$. Then
$$\nabla_x k(x_i, x) = %s k(x_i, x) (x - x_i).$$
"""
DECAY = r"""A unit with recurrent weight $w \neq 0$ reads $x_1, \dots, x_T \in \mathbb{R}$. Its state is
$$s_t = \sum_{k=1}^{t} w^{t-k} x_k , \qquad t = 1, \dots, T .$$
For $k \leq t$ we have $$\frac{\partial s_t}{\partial x_k} = w^{%s}.$$ With targets $y_t$ and $\ell = \frac12 \sum_{t=1}^{T} (s_t - y_t)^2$,
$$\frac{\partial \ell}{\partial x_k} = \sum_{t=k}^{T} (s_%s - y_t)\, w^{t-k}.$$
"""
PARTLY = r"""Let $\mu, \sigma \in \mathbb{R}^d$ with $\sigma_j > 0$, $D(\mu, \sigma) = \sum_{j=1}^d ( \mu_j^2 + \sigma_j^2 - \log \sigma_j^2 )$ and
$s_j = \log \sigma_j^2$, so that $$ D = \sum_{j=1}^d ( \mu_j^2 + e^{s_j} - s_j ), \qquad \frac{\partial D}{\partial s_j} = %s - 1 $$
"""
LAYERS = r"""Layers are numbered $l = 1,\dots,L$. $W^{(l)}$ is an $n_l\times n_{l-1}$ matrix, $b^{(l)} \in \mathbb{R}^{n_l}$,
$$z^{(l)} = W^{(l)} a^{(l-1)} + b^{(l)}, \qquad a^{(l)} = \sigma(z^{(l)})$$
with $a^{(0)} = x$. The cost is $C = \frac12\|a^{(L)} - y\|^2$. Define $\delta^{(l)} = \frac{\partial C}{\partial z^{(l)}}$. For $l < L$
$$\delta^{(l)}_j = \sum_k \frac{\partial C}{\partial z^{(l+1)}_k} \frac{\partial z^{(l+1)}_k}{\partial z^{(l)}_j}$$
$$\delta^{(l)} = (W^{(l+1)})^\top \delta^{(l+1)} \odot \sigma'(%s)$$
$$\frac{\partial C}{\partial W^{(l)}_{jk}} = \delta^{(l)}_%s a^{(l-1)}_%s$$
"""
GATES = r"""All vectors are in $\mathbb{R}^n$. Given $z^i, z^f, z^g$ let $i = \sigma(z^i)$, $f = \sigma(z^f)$, $g = \tanh(z^g)$ and
$c = f \odot c_{prev} + i \odot g$. A loss $L$ depends on $c$. Then
$$\frac{\partial L}{\partial z^f} = \frac{\partial L}{\partial c} \odot c_{prev} \odot f \odot (1 %s f)$$
"""
NAMED = r"""Let $p = \mathcal N(\mu_p, \sigma_p^2)$ and $q = \mathcal N(\mu_q, \sigma_q^2)$ with $\sigma_p, \sigma_q > 0$ and
$D = \log \frac{\sigma_p}{\sigma_q} + \frac{\sigma_q^2 + (\mu_q - \mu_p)^2}{2 \sigma_p^2}$. Then
$$\frac{\partial D}{\partial \sigma_q} = %s\frac{1}{\sigma_q} + \frac{\sigma_q}{\sigma_p^2}$$
"""
ZERO = r"""Data $x_1, \ldots, x_N \in \mathbb{R}$ and weights $r_{nk} \geq 0$ for $k = 1, \dots, K$. Let
$$ Q = -\sum_{n=1}^N \sum_{k=1}^K r_{nk} \left[ \log \sigma_k + \frac{(x_n - \mu_k)^2}{2\sigma_k^2} \right], \quad \sigma_k > 0. $$
$$ \frac{\partial Q}{\partial \mu_k} = \sum_{n=1}^N r_{nk} \frac{x_n - \mu_k}{\sigma_k^%s} $$
With $N_k = \sum_{n=1}^N r_{nk}$ the zero is $\mu_k = \frac{1}{N_k} \sum_n r_{nk} x_n$.
"""
CASES = [
    ("a value further down at which both sides vanish", ZERO, ("2",), ("3",)),
    ("layers of different sizes", LAYERS, ("z^{(l)}", "j", "k"), ("z^{(l+1)}", "j", "k"), ("z^{(l)}", "k", "j")),
    ("labels above", GATES, ("-",), ("+",)),
    ("labels that are names", NAMED, ("-",), ("",)),
    ("a definition that stands written out in part", PARTLY, ("e^{s_j}",), ("",)),
    ("decay", DECAY, ("t-k", "t"), ("t", "t"), ("t-k", "k")),
    ("a root", ROOTS, ("k",), ("n",)),
    ("rows as variables", SCORES, ("-",), ("",)),
    ("a point beside the data", KERNEL, ("-",), ("",)),
    ("repeated indices", EINSTEIN, ("i", "ji"), ("j", "ji"), ("i", "ij")),
    ("the name of a square", SQUARE, ("2",), ("1",)),
    ("an index beyond its axis", SWAPPED, ("nv", "l"), ("vn", "l"), ("nv", "v")),
    ("differences", DIFFERENCES, ("-",), ("+",)),
    ("conv", CONV, ("i+k", "j-k"), ("i", "j-k"), ("i+k", "j+k")),
    ("stride", STRIDE, (r"\sum_{i=0}^{m-1}", "si+k"), ("", "si+k"), (r"\sum_{i=0}^{m-1}", "i+k")),
    ("pool", POOL, ("i",), ("i+1",)),
    ("one step", RNN, (r"(1 - h_t \odot h_t)", "t-1"), ("(1 - h_t)", "t-1"), (r"(1 - h_t \odot h_t)", "t")),
    ("two signs", DELTA_W, ("",)),
    ("delta", ATTENTION, ("il",), ("ij",)),
    ("family", FAMILY, ("",), ("-",)),
]
TRUE = [(name, text % right) for name, text, right, *_ in CASES]
FALSE = [(f"{name} {k}", text % wrong) for name, text, _, *wrongs in CASES for k, wrong in enumerate(wrongs)]


def verdicts(text):
    """The kinds of the verdicts of a document, in order."""
    document = read_document(text)
    lines = lines_of(document)
    rows = {id(line.formula): line.rows for line in lines}
    reading = judged(document, declarations(document.pieces, lambda f: rows.get(id(f), ())), lines)
    return [step.verdict.kind for step in reading.steps if step.verdict is not None]


@pytest.mark.parametrize(("name", "text"), TRUE)
def test_true_steps_hold(name, text):
    found = verdicts(text)
    assert found
    assert set(found) <= {"proved", "agrees"}, (name, found)


@pytest.mark.parametrize(("name", "text"), FALSE)
def test_wrong_steps_are_refuted(name, text):
    found = verdicts(text)
    assert "refuted" in found, (name, found)
