"""Prose as it stands in notes, books and papers: what it declares, and what it does not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symgrad.check.declarations.declare import Context, Declaration
from symgrad.check.declarations.prose import PATTERNS, declarations
from symgrad.check.declarations.words import ADJECTIVES, KINDS, NOUNS
from symgrad.check.documents.document import read_document
from tests.check_declarations import rendered

# (sentence, what it declares; nothing where it declares nothing). Definitions are "def", conditions "if".
SENTENCES = [
    (
        r"Let $x \in \mathbb{R}^n$ be a vector, $A$ a symmetric $n \times n$ matrix and $f(x) = \tfrac12 x^\top A x$.",
        r"x: n; A: n×n; A symmetric; def f(x) = \tfrac12 x^\top A x",
    ),
    (r"Let $W \in \mathbb{R}^{m \times n}$ and $x \in \mathbb{R}^n$.", "W: m×n; x: n"),
    (
        r"Suppose that $W \in \mathbb R^{d\times k}$, $b\in\mathbb R^k$ and $\lambda \in \mathbb R$.",
        r"W: d×k; b: k; \lambda: scalar",
    ),
    (r"Throughout, $x, y \in \mathbb{R}^n$ and $A \in \mathbb{R}^{m \times n}$.", "x: n; y: n; A: m×n"),
    (r"For $x \in \mathbb{R}^D$ and $W \in \mathbb{R}^{C \times D}$ the scores are $s = Wx$.", "x: D; W: C×D"),
    (r"We have $N$ examples as rows of $X \in \mathbb{R}^{N \times D}$.", "X: N×D"),
    (r"The design matrix is $X \in \mathbb{R}^{n \times p}$, the labels are $y \in \{0,1\}^n$.", "X: n×p; y: n binary"),
    (
        r"Given training pairs $(x_i, y_i)$ with $x_i \in \mathbb{R}^d$ and $y_i \in \{-1,+1\}$ for $i = 1, \dots, N$.",
        "x_i: d; y_i: scalar integer; y_i ±1; i=1..N",
    ),
    (
        r"where $W^{(l)} \in \mathbb{R}^{n_l \times n_{l-1}}$ and $b^{(l)} \in \mathbb{R}^{n_l}$",
        "W^{(l)}: n_l×n_{l-1}; b^{(l)}: n_l",
    ),
    (r"Let $A$ be an $n \times n$ matrix.", "A: n×n"),
    ("Let $A$ be a symmetric positive definite matrix.", "A: rank 2; A symmetric; A positive definite"),
    (r"Let $A$ and $B$ be $n \times n$ matrices.", "A: n×n; B: n×n"),
    ("Let $A$, $B$ and $C$ be square matrices of size $n$.", "A: n×n; A square; B: n×n; B square; C: n×n; C square"),
    ("Let $u$ be a unit vector of length $n$.", "u: n; u unit"),
    ("Let $x$ and $y$ be vectors of length $d$.", "x: d; y: d"),
    ("Let $c$ be a constant.", "c constant"),
    ("Let $a$ be a scalar and $b$ a vector.", "a: scalar; b: rank 1"),
    (r"Let $\sigma$ be a differentiable function applied elementwise.", r"\sigma() differentiable; \sigma() entrywise"),
    (r"Let $f : \mathbb{R}^n \to \mathbb{R}$ be differentiable.", "f() function; f() differentiable"),
    (r"Let $g\colon \mathbb R \to \mathbb R$ be a smooth function.", "g() function; g() differentiable"),
    ("Let the loss $L$ be a differentiable function of $z$.", "L: scalar; L(z) differentiable function"),
    ("Here $m$ is the batch size.", "m: scalar integer; m integer; m positive"),
    (
        r"Here $\eta$ is the learning rate and $N$ is the number of samples.",
        r"\eta: scalar; N: scalar integer; N integer; N positive",
    ),
    ("$K$ denotes the number of classes.", "K: scalar integer; K integer; K positive"),
    (
        r"where $\sigma(z)=1/(1+e^{-z})$ is the logistic function applied elementwise",
        r"def \sigma(z)=1/(1+e^{-z}); \sigma() entrywise",
    ),
    (r"Here, $\sigma$ is the sigmoid function.", r"\sigma() entrywise logistic"),
    (r"with labels $y \in \{0,1\}$", "y: scalar binary"),
    (r"with $\lambda > 0$", r"\lambda positive"),
    (r"with $\epsilon > 0$ a small constant", r"\epsilon constant; \epsilon positive"),
    ("$y$ is one-hot.", "y one-hot"),
    ("The target $y$ is a one-hot vector with $K$ entries.", "y: K; y one-hot"),
    (r"For a one-hot label $y \in \{0,1\}^K$ the loss is $L = -\sum_k y_k \log p_k$.", "y one-hot; y: K binary"),
    (r"Because $y$ is one-hot, $\sum_k y_k = 1$.", r"y one-hot; y_k sums to 1; claim $\sum_k y_k = 1$"),
    (r"The labels satisfy $\sum_{j} y_j = 1$.", "y_j sums to 1"),
    (r"so that $\sum_j y_j = 1$", r"y_j sums to 1; claim $\sum_j y_j = 1$"),
    ("Let $p$ be a probability vector.", "p: rank 1; p distribution"),
    (r"Let $\pi \in \Delta^{K-1}$.", r"\pi: K; \pi distribution"),
    (r"Let $q \in \Delta_K$ be a distribution.", "q: K; q distribution"),
    (r"for $i = 1,\dots,N$", "i=1..N"),
    (r"for all $i \in [n]$", "i=1..n; i: scalar integer"),
    (r"for $i = 0, \dots, n-1$ and $j = 0, \ldots, m-1$", "i=0..n-1; j=0..m-1"),
    (r"where $1 \le i \le n$", "i=1..n"),
    (r"where $0 \le k < K$", "k=0..K-1"),
    (r"for $i, j = 1, \dots, n$", "i=1..n; j=1..n"),
    (r"$k$ ranges over $\{1, \dots, K\}$.", "k=1..K; k: scalar integer"),
    ("The index $k$ runs from $1$ to $K$.", "k: scalar integer; k integer; k index; k=1..K"),
    (r"The class $y \in \{1,\dots,K\}$ is known.", "y=1..K; y: scalar integer"),
    (r"Let $A \in \mathbb{R}^{n\times n}$ be symmetric.", "A: n×n; A symmetric"),
    (r"Let $B \in \mathbb{R}^{p \times p}$ symmetric positive definite.", "B symmetric; B positive definite; B: p×p"),
    ("where $A$ is symmetric and invertible", "A symmetric; A invertible"),
    (r"where $\Sigma \succ 0$", r"\Sigma positive definite"),
    (r"with $A \succeq 0$", "A positive semidefinite"),
    (r"Let $\Sigma \in S^d_{++}$.", r"\Sigma: d×d; \Sigma positive definite; \Sigma symmetric"),
    (r"Let $S \in \mathbb{S}^n_{+}$ be given.", "S: n×n; S positive semidefinite; S symmetric"),
    ("Suppose $Q$ is orthogonal.", "Q orthogonal"),
    (r"Assume that $Q^\top Q = I$.", r"if Q^\top Q = I; Q orthogonal"),
    (r"Assume $A = A^\top$.", r"if A = A^\top; A symmetric"),
    ("Let $K$ be skew-symmetric.", "K antisymmetric"),
    (r"Let $K$ satisfy $K^\top = -K$.", "K antisymmetric"),
    ("The matrix $H$ is diagonal.", "H: rank 2; H diagonal"),
    ("Let $D$ be a diagonal matrix.", "D: rank 2; D diagonal"),
    ("Assume that $X$ has full column rank.", "X full column rank"),
    (r"Assume that $X^\top X$ is invertible.", ""),
    ("If $A$ is symmetric, the gradient is $2Ax$.", "A symmetric [here]"),
    (r"If $A$ is not symmetric, the gradient is $(A + A^\top)x$.", ""),
    (r"For symmetric $A$ we get $\nabla f = 2Ax$.", r"A symmetric [here]; claim $\nabla f = 2Ax$"),
    ("Unless $A$ is singular, this has one solution.", ""),
    ("Is $A$ symmetric?", ""),
    ("Hence $H$ is positive definite.", ""),
    ("Show that $H$ is positive semidefinite.", ""),
    ("Note that $P$ is symmetric.", "P symmetric"),
    (r"Since $V$ is symmetric, $V^\top g = Vg$.", r"V symmetric; claim $V^\top g = Vg$"),
    ("The Hessian of $f$ is symmetric.", ""),
    (r"The gradient of the loss $L$ is $g = \nabla L$.", "L: scalar"),
    ("$A$ does not depend on $x$.", "A independent of x"),
    (r"The matrix $C$ is independent of $\theta$.", r"C: rank 2; C independent of \theta"),
    ("where $b$ is constant", "b constant"),
    ("where $a$ and $b$ are constants", "a constant; b constant"),
    ("with constants $a$ and $b$", "a constant; b constant"),
    ("with fixed $c$", "c constant"),
    ("Let $a, b > 0$.", "a positive; b positive"),
    ("Let $a, b > 0$ be constants.", "a positive; b positive; a constant; b constant"),
    (r"Let $0 < \beta < 1$.", r"\beta positive; \beta in (0,1)"),
    ("Let $x > 0$ be a scalar.", "x positive; x: scalar"),
    (r"Let $\alpha \ge 0$ and $\tau \neq 0$.", r"\alpha nonnegative; \tau nonzero"),
    (r"Let $x \in (0, \infty)$.", "x: scalar; x positive"),
    (r"Let $p \in (0,1)$.", "p: scalar; p in (0,1); p positive"),
    (r"Let $y \in [0,1]^n$.", "y: n; y in [0,1]; y nonnegative"),
    (r"Let $w \in \mathbb{R}_{>0}^n$.", "w: n; w positive"),
    (r"Let $v \in \mathbb R_+^n$.", "v: n; v nonnegative"),
    (r"Let $n \in \mathbb{N}$.", "n: scalar natural"),
    (r"Let $z \in \mathbb C$.", "z: scalar complex"),
    (r"Let $x_1, \dots, x_N \in \mathbb{R}^d$ be observations.", "x_1 (1..N): d"),
    (r"Let $\{x_i\}_{i=1}^n$ be data points in $\mathbb R^d$.", "i=1..n; x_i: d"),
    (r"Let $x = (x_1, \dots, x_n)^\top$ be a vector.", r"def x = (x_1, \dots, x_n)^\top; x: rank 1"),
    (r"$X$ ($N \times D$), $W$ ($D \times H$) and $b$ ($1 \times H$)", "X: N×D; W: D×H; b: 1×H"),
    (r"$\mathbf{X}$ is $N\times p$.", "X: N×p"),
    ("$X$ has shape $(N, D)$.", "X: N×D"),
    (
        r"The input $X$ of shape $N \times C \times H \times W$ and filters $K$ of shape $O \times C \times k "
        r"\times k$.",
        "X: N×C×H×W; K: O×C×k×k",
    ),
    (r"Observation $\vec x$ shaped like a row.", ""),
    ("a vector $x$ of length $n$", "x: n"),
    ("an $n$-dimensional vector $v$", "v: n"),
    ("Consider an $m$-by-$n$ matrix.", ""),
    (r"the $n \times d$ matrix $X$", "X: n×d"),
    (r"The weight matrix $W$ is of size $m \times n$.", "W: rank 2; W: m×n"),
    ("$x$ has $n$ entries.", "x: n"),
    (r"$\mathbf{1}$ is the vector of $n$ ones.", "1: n; 1 ones"),
    (r"$\mathbf 1_n$ denotes the all-ones vector.", "1_n: rank 1; 1_n ones"),
    ("$I$ is the identity matrix.", "I: rank 2; I identity"),
    (r"With $\delta_{ij}$ the Kronecker delta", r"\delta_{ij} Kronecker delta"),
    (r"where $\delta$ is the Kronecker delta", r"\delta Kronecker delta"),
    (r"where $\odot$ denotes the elementwise product", ""),
    ("$w_i$: scalar weights", "w_i: scalar"),
    ("$x$: a vector of length $n$", "x: n"),
    (r"Define $q = Wx$ and $f(q) = \|q\|^2$.", r"def q = Wx; def f(q) = \|q\|^2"),
    ("Denote $r = y - Xw$.", "def r = y - Xw"),
    (r"Write $g = \nabla f$ for the gradient.", r"def g = \nabla f"),
    (r"We write $p = \operatorname{softmax}(z)$.", r"def p = \operatorname{softmax}(z)"),
    ("Set $a_0 = x$.", "def a_0 = x"),
    ("Put $u = Ax$ and $v = Bx$.", "def u = Ax; def v = Bx"),
    ("Let $z := Wx + b$.", "def z := Wx + b"),
    (r"where $r_i = y_i - w^\top x_i$", r"def r_i = y_i - w^\top x_i"),
    ("with $q = Wx$", "def q = Wx"),
    (r"With $u = x - \mu$ we get $\nabla f = 2u$.", r"def u = x - \mu; claim $\nabla f = 2u$"),
    (r"Then $\nabla f = 2 A x$.", r"claim $\nabla f = 2 A x$"),
    (r"We obtain $\nabla f = 2Ax$.", r"claim $\nabla f = 2Ax$"),
    (r"Show that $\nabla_x (a^\top x) = a$.", r"claim $\nabla_x (a^\top x) = a$"),
    (r"It follows that $\frac{\partial f}{\partial x} = 2x$.", r"claim $\frac{\partial f}{\partial x} = 2x$"),
    (r"Since $q_k = \sum_j W_{kj} x_j$, the derivative is easy.", r"claim $q_k = \sum_j W_{kj} x_j$"),
    (r"A common mistake is $\nabla f = Ax$.", r"wrong $\nabla f = Ax$"),
    (r"It is tempting to write $(AB)^\top = A^\top B^\top$.", r"wrong $(AB)^\top = A^\top B^\top$"),
    (r"The rule $(AB)^\top = A^\top B^\top$ is wrong.", r"wrong $(AB)^\top = A^\top B^\top$"),
    ("Note that $AB = BA$ does not hold.", "wrong $AB = BA$"),
    (r"The update rule is $w = w - \eta g$.", r"not judged $w = w - \eta g$"),
    ("Suppose $f(x) = x^2$.", "if f(x) = x^2"),
    (r"Setting $\nabla f = 0$ gives $x = A^{-1} b$.", r"if \nabla f = 0; claim $x = A^{-1} b$"),
    ("At $x = -2$, $y = 5$, $z = -4$ we get $f = -12$.", "if x = -2; if y = 5; if z = -4; claim $f = -12$"),
    (r"For $k \neq i$ the derivative is $0$.", r"if k \neq i"),
    ("when $j = i + k$", "if j = i + k"),
    (r"For $x \ne 0$, $f(x) = 1/x$.", r"if x \ne 0; x nonzero [here]"),
    (r"provided that $x_i \neq 0$", r"if x_i \neq 0; x_i nonzero [here]"),
    ("All vectors are columns.", "Vectors column"),
    ("All vectors are column vectors.", "Vectors column"),
    ("We use denominator layout.", "Layout denominator"),
    ("We use the numerator layout.", "Layout numerator"),
    ("I use the Jacobian convention.", "Layout numerator"),
    ("Gradients have the shape of the variable.", "Layout gradient"),
    ("Every gradient has the same shape as its variable.", "Layout gradient"),
    ("All gradients are column vectors.", "Layout gradient"),
    ("The derivative of a scalar by a column vector is a row vector.", "Layout numerator"),
    ("We do not use numerator layout.", ""),
    ("Indices start at zero.", "from 0"),
    ("All indices start at $0$.", "from 0"),
    ("Everything is indexed from $1$.", "from 1"),
    ("All quantities are numbers.", "all scalar"),
    (r"The functions $\tanh$ and $\exp$ act elementwise.", r"\tanh(); \exp(); \tanh() entrywise; \exp() entrywise"),
    (r"$\phi$ is applied entrywise.", r"\phi() entrywise"),
    ("Suppose $L$ depends on $y$ only through $z$.", "L(y) function; L(z) function"),
    ("A scalar loss $L$ depends on $y$.", "L: scalar; L(y) function"),
    (r"Let $\ell$ be a scalar function of $Y$.", r"\ell(Y) function scalar; \ell: scalar"),
    (r"Let $\ell(\cdot,\cdot)$ be a loss function.", r"\ell: scalar"),
    ("The entries of $x$ are distinct.", "x distinct"),
    (r"We assume that $x_1, \dots, x_n$ are distinct.", "x distinct"),
    ("Let $x$ be a column vector and $y$ a row vector.", "x: rank 1; y: rank 1; y row"),
    (r"$x$ takes values in $\{0, 1\}$.", "x: scalar binary"),
    ("Let $W$ be the weights of the layer.", ""),
    ("The network has two layers.", ""),
    (r"Let us compute $\nabla f$.", ""),
    ("Every real number $t$ has a square.", "t: scalar"),
    ("Let $T$ be lower triangular.", "T lower triangular"),
    ("The stride $s$ and the window $K$ are given.", "s: scalar integer; s integer; s positive"),
    ("Let $k$ be a positive integer.", "k: scalar integer; k integer; k positive"),
    ("There is no matrix $A$ with this property.", ""),
    ("without assuming that $A$ is symmetric", ""),
    ("$x$ and $y$ vary, $A$ is constant.", "A constant"),
    (r"For each class $k = 1, \dots, K$ let $\mu_k \in \mathbb R^d$ be its mean.", r"k=1..K; \mu_k: d"),
    ("Let $y$ be the one-hot encoded target and $p$ the predicted distribution.", "y one-hot"),
    ("We are given a differentiable function $f$ and a point $x$.", "f() differentiable"),
    (
        "Let $m$, $n$ and $p$ be positive integers.",
        "m: scalar integer; m integer; m positive; n: scalar integer; n integer; n positive; p: scalar "
        "integer; p integer; p positive",
    ),
    (r"For every $n \ge 1$ the sum is finite.", r"if n \ge 1; n positive [here]"),
    (r"Let $\alpha$ be a real number.", r"\alpha: scalar"),
    (
        r"where $\mu \in \mathbb{R}^d$ is the mean and $\Sigma \in \mathbb{R}^{d \times d}$ the symmetric "
        "positive definite covariance",
        r"\mu: d; \Sigma symmetric; \Sigma positive definite; \Sigma: d×d",
    ),
    (
        r"let $w \in \mathbb{R}^p$ and let $\Omega \in \mathbb{R}^{n \times n}$ be symmetric and positive definite",
        r"w: p; \Omega: n×n; \Omega symmetric; \Omega positive definite",
    ),
    ("$z$ is a vector with $K$ components.", "z: K"),
    (r"Let $J$ be an $m \times n$ matrix with entries $J_{ij}$.", "J: m×n"),
    ("The vectors $u$ and $v$ are orthogonal.", "u: rank 1; v: rank 1; v orthogonal"),
    ("Let $h$ be the hidden state (a vector of length $d$).", ""),
    ("$A$ (symmetric) and $B$ are given.", "A symmetric"),
    (r"Assume $\|u\| = 1$.", r"if \|u\| = 1; u unit"),
    (r"Assume that $x_i \ne x_j$ for $i \ne j$.", r"if x_i \ne x_j; if i \ne j"),
    (r"Let $\theta = (w, b)$ be the parameters.", r"def \theta = (w, b)"),
    (r"Let $X$ be a matrix of size $N \times D$.", "X: N×D"),
    ("Let $T$ be a tensor of shape $(B, H, W)$.", "T: B×H×W"),
    (r"Let $\phi$ and $\psi$ be differentiable functions.", r"\phi() differentiable; \psi() differentiable"),
    (r"Let $f(x; \theta)$ be a smooth function of $\theta$.", r"f(\theta) differentiable function"),
    ("Suppose the matrices $A$ and $B$ are symmetric.", "A: rank 2; B: rank 2; A symmetric; B symmetric"),
    ("It is not assumed that $A$ is symmetric.", ""),
    ("$A$ need not be symmetric.", ""),
    ("Therefore $f = 1$, where $g = 2$.", "claim $f = 1$"),
    (r"Let $s = \sum_k e^{z_k}$, so that $p_k = e^{z_k} / s$.", r"def s = \sum_k e^{z_k; claim $p_k = e^{z_k} / s$"),
    (r"Here we used $\sigma' = \sigma (1 - \sigma)$.", r"claim $\sigma' = \sigma (1 - \sigma)$"),
    (
        r"Using $\sum_k y_k = 1$ we get $\nabla L = p - y$.",
        r"y_k sums to 1; claim $\sum_k y_k = 1$; claim $\nabla L = p - y$",
    ),
    (r"The hidden layer is $h = \tanh(Wx)$, where $\tanh$ is applied elementwise.", r"\tanh() entrywise"),
    ("where $x_{ij}$ is the entry of $X$", "x_{ij} entry of X"),
    (r"Let $k = 1, 2, \dots, K$.", "k=1..K"),
    (r"for all $t \in \{1, \dots, T\}$", "t=1..T; t: scalar integer"),
    (r"The noise is $\epsilon \in \mathbb{R}^n$ with $\epsilon \sim \mathcal{N}(0, I)$.", r"\epsilon: n"),
    (r"Let $\gamma, \beta \in \mathbb{R}$ be learned scale and shift.", r"\gamma: scalar; \beta: scalar"),
    (r"Let $P = X (X^\top X)^{-1} X^\top$ be the projection.", r"def P = X (X^\top X)^{-1} X^\top"),
    ("Let $e_i$ be the $i$-th unit vector.", ""),
    (r"Let $\mathbf{w}$ be a $d$-dimensional column vector.", "w: d"),
    (r"The Jacobian is an $m \times n$ matrix.", ""),
    ("Both $W$ and $x$ vary.", ""),
]


@pytest.mark.parametrize("sentence, said", SENTENCES, ids=[row[0][:50] for row in SENTENCES])
def test_a_sentence_declares(sentence, said):
    assert rendered(sentence) == said


CONTEXTS = [  # (text, kind of the context of each formula with an equation or inequality, or "" where none is said)
    (r"Let $a = 1$. Then $b = 2$.", ["definition", "claim"]),
    (r"We get $a = b$, where $c = d$.", ["claim", "definition"]),
    (r"The norm is $$a = b.$$ Next come $c$.", [""]),
    ("so that\n\n$$a = b$$\n\nand, as a vector, $c = d$.", ["claim", "claim"]),
    ("Put both together with the chain rule:\n\n$$a = b$$", [""]),
    ("for $i = 0, \\dots, m-1$\n\n$$y_i = x_i$$", ["condition", ""]),
    ("# Common mistakes\n\nOne reads $a = b$.\n\n# Right\n\n$a = b$", ["wrong", ""]),
    ("where\n\n- $a = b$\n- $c = d$", ["definition", "definition"]),
    (r"If $a = b$, then $c = d$.", ["condition", "claim"]),
    (r"A common mistake is $a = b$. The right one is $c = d$.", ["wrong", ""]),
    (r"It is tempting to write $a = b$, but then $c = d$.", ["wrong", "claim"]),
    (r"Setting $\nabla f = 0$ we find $x = b$.", ["condition", "claim"]),
    (r"With $\nabla f = g$ known, $a = b$.", ["", ""]),
    (r"Minimize $E(w) = w^2$ over $w$.", ["definition"]),
    (r"The update rule is $w = w - g$.", ["not judged"]),
]


@pytest.mark.parametrize("text, kinds", CONTEXTS, ids=[repr(row[0][:40]) for row in CONTEXTS])
def test_words_around_a_formula_say_how_it_is_meant(text, kinds):
    document = read_document(text)
    said = {found.at: found.kind for found in declarations(document.pieces) if isinstance(found, Context)}
    judged = [piece for piece in document.formulas if "=" in piece.text]
    assert [said.get(piece.begin, "") for piece in judged] == kinds


def test_a_condition_holds_for_its_sentence():
    text = "If $A$ is symmetric, $a = b$. Then $c = d$."
    [found] = [each for each in declarations(read_document(text).pieces) if type(each).__name__ == "Property"]
    assert found.until == text.index(" Then")


def test_a_list_of_names_is_read_item_by_item():
    text = (
        "where\n\n- $x$ is a vector of length $n$\n- $W$: an $m \\times n$ matrix\n\n| $b$ | $m \\times 1$ |\n|--|--|\n"
    )
    assert rendered(text) == r"x: n; W: m×n; b: m×1"


def test_macros_are_known():
    assert rendered(r"$\newcommand{\R}{\mathbb{R}}$ Let $x \in \R^n$.") != ""


def test_what_cannot_be_read_declares_nothing():
    assert rendered(r"Let $\frac{$ be a vector and $a$ a scalar.") == "a: scalar"


WORDS = [*NOUNS, *ADJECTIVES, *KINDS, "a", "is", "of", ".", ",", ":", "(", ")", "-"]
FORMULAS = [
    "$x$",
    "$A, B$",
    r"$m \times n$",
    r"$x \in \mathbb R^n$",
    "$i=1,\\dots,n$",
    "$a = b$",
    r"$\lambda > 0$",
    "$$a = b$$",
]


@given(st.lists(st.sampled_from(WORDS) | st.sampled_from(FORMULAS), max_size=25).map(" ".join))
def test_any_words_are_read(text):
    for found in declarations(read_document(text).pieces):
        assert isinstance(found, Declaration)
        assert 0 <= found.at <= found.end <= len(text)
        assert found.until is None or found.at <= found.until <= len(text)


@pytest.mark.parametrize(
    "scrap", ["symmetric ", "$x$, ", "a ", "$x$ is ", "of size $n$ ", ", and ", "not ", "1 ", "$x$-"]
)
def test_long_sentences_take_linear_time(scrap):
    for pattern, _ in PATTERNS:
        assert pattern.groups
    declarations(read_document(scrap * 3_000).pieces)
