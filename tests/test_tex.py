r"""LaTeX is read as it stands: formulas and their trees, faults and their places, texts that nobody wrote."""

import cProfile
import time
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import symgrad as sg
from symgrad.errors import LimitError, ParseError, SymgradError
from symgrad.tex import limits, names
from symgrad.tex import syntax as s
from symgrad.tex.faults import Fault
from symgrad.tex.macros import read_macros
from symgrad.tex.reader import read_display, read_expression
from tests.tex_forms import compact, written
from tests.tex_trees import expressions, statements

# What kept parsers read wrongly without a word (CHECKING.md)
SILENT = (
    (r"\frac{\partial q}{\partial x_i}", "(partial q // partial x_i)"),
    (r"1_{k=i}", "1_{k = i}"),
    (r"\frac1\sigma(x)", "(1 // sigma) (x)"),
    (r"\frac12\sum_{k=1}^K q_k^2", "(1 // 2) sum_{k = 1}^K[q_k^2]"),
    (r"W^\top x", "W^top x"),
    (r"\sum_{k=1}^K a_k", "sum_{k = 1}^K[a_k]"),
    (r"W_{i,k}", "W_{i, k}"),
    (r"\frac ab + \frac{1}2x", "(a // b) + (1 // 2) x"),
    (r"\sqrt2 x^\frac12", "√[2] x^{(1 // 2)}"),
    (r"x^{12} a_{12}", "x^12 a_12"),
)
# Scripts and primes
SCRIPTS = (
    (r"W^\top x + W^T y + W^{\mathsf T}", "W^top x + W^T y + W^sf:T"),
    (r"f'(x) g''", "f' (x) g''"),
    (r"x_i^2 = x^2_i", "x_i^2 = x_i^2"),
    (r"A{}_i{}^j", "A_i^j"),
    (r"x_{\text{in}} d_\text{model} y_\mathrm{true}", "x_rm:in d_rm:model y_rm:true"),
    (r"x_{i,j}^{(l)} W^{[l]T} a^{[l-1]}", "x_{i, j}^(l) W^{[l] T} a^[l - 1]"),
    (r"x^{*} A^\dagger x^+ A^{-1/2} f^{(n)}(x)", "x^* A^dagger x^+ A^{-1 / 2} f^(n) (x)"),
    (
        r"x_{+} h^{(-)} \mathbb{R}_{++}^n x^{\odot 2} A^{\otimes 2} f^{'}",
        "x_+ h^(-) bb:R_{++}^n x^{odot 2} A^{otimes 2} f'",
    ),
    (r"x^{\prime} f^{\prime\prime}(x) f'^2", "x' f'' (x) f'^2"),
    (
        r"X_{i,:} X_{:,j} X_{i:} x_{1:t} W_{\cdot j} A_{i\cdot} W_{:,:,i} x_{<t} \mathbb R_{>0}",
        "X_{i, :} X_{:, j} X_{i :} x_{1 : t} W_{cdot j} A_{i cdot} W_{:, :, i} x_{∅ < t} bb:R_{∅ > 0}",
    ),
    (r"^\top", "⟨..⟩^top"),
    (r"n! \binom{n}{k} \sqrt[3]{x} y_i!", "n! binom(n, k) √3[x] y_i!"),
)
# Brackets, bars, evaluation
BRACKETS = (
    (r"\big( a \Bigl[ b \Bigr] \big)", "(a [b])"),
    (r"|x| |y| - |x|", "|x| |y| - |x|"),
    (r"||x|-|y|| \le ||x||", "||x| - |y|| ≤ ‖x‖"),
    (r"a \lvert x \rvert^2 + \lvert y \rvert_1", "a |x|^2 + |y|_1"),
    (r"\|q\|_2^2 + \lVert A \rVert_F + \left\| B \right\|", "‖q‖_2^2 + ‖A‖_F + ‖B‖"),
    (r"\left| \frac{a}{b} \right|_{x=1}", "|(a // b)|_{x = 1}"),
    (
        r"p(x|z) p(x \mid z; \theta) \{x | x > 0\} \left\{ x \,\middle|\, x > 0 \right\}",
        "p (x | z) p (x | z; theta) {x | x > 0} {x | x > 0}",
    ),
    (r"(|x| | z) \{ y | |y| > 1 \}", "(|x| | z) {y | |y| > 1}"),
    (r"P(y=1|x,w)", "P (y = 1 | x, w)"),
    (r"D(q\|p) + D(q||p) + D(q \,\|\, p)", "D (q ‖ p) + D (q ‖ p) + D (q ‖ p)"),
    (r"\|\cdot\| f(\cdot, \cdot)", "‖cdot‖ f (cdot, cdot)"),
    (r"\left. \frac{\partial f}{\partial x} \right|_{x=0}", "⟨.(partial f // partial x)|_{x = 0}"),
    (r"f(x)\Big|_{x=0} + |x|", "⟨.f (x)|_{x = 0} + |x|"),
    (
        r"\frac{\partial L}{\partial y}\bigg|_{y=\hat y} \frac{\partial y}{\partial x}\bigg\rvert_{x=0}",
        "⟨.(partial L // partial y)|_{y = hat.y} ⟨.(partial y // partial x)|_{x = 0}",
    ),
    (r"\left. x^2 \right|_0^1", "⟨.x^2|_0^1"),
    (r"\langle a, b\rangle \lfloor x \rfloor \left\langle G, X \right\rangle", "⟨a, b⟩ ⌊x⌋ ⟨G, X⟩"),
    (r"x \in [0,1) \subset \mathbb{R}", "x ∈ [0, 1) ⊂ bb:R"),
)
# Letters, fonts, accents, functions
NAMES = (
    (r"\mathbb{1}[k=i] \mathbf 1\{k = i\} \mathds{1}", "bb:1 [k = i] bf:1 {k = i} bb:1"),
    (r"\operatorname{tr}(A) \operatorname*{arg\,max}_x f(x)", "rm:tr (A) argmax_x[f (x)]"),
    (r"\mathbf x + {\bf x} + \boldsymbol\theta + \mathcal L + \bm{\mu}", "bf:x + bf:x + bf:theta + cal:L + bf:mu"),
    (
        r"{\rm tr}(A) + {\bf w}^T{\bf x} + \mathbf{Wx} + \mathrm{d}x",
        "rm:tr (A) + bf:w^T bf:x + ⟨.bf:W bf:x.⟩ + rm:d x",
    ),
    (
        r"\hat{y_i} + \hat y_i + \vec v + \hat{\mathbf{y}} + \mathbf{\hat{y}} + \tilde{h}_t",
        "hat.y_i + hat.y_i + vec.v + hat.bf:y + hat.bf:y + tilde.h_t",
    ),
    (r"\overline{x y} + \widehat{AB} + \bar{\mathbf{x}} + \dot{x}", "bar.[x y] + hat.[A B] + bar.bf:x + dot.x"),
    (
        r"\varepsilon \varphi \ell \infty \log\det A \mathrm{softmax}(z)",
        "epsilon phi ell infty log det A rm:softmax (z)",
    ),
    (
        r"\text{Attention}(Q,K,V) = \text{softmax}\left(\frac{QK^\top}{\sqrt{d_k}}\right)V",
        "rm:Attention (Q, K, V) = rm:softmax ((Q K^top // √[d_k])) V",
    ),
    (r"1{,}000 + 0.5 x + .25", "1000 + 1/2 x + 1/4"),
)
# Products, sums, big operators
OPERATORS = (
    (r"a \cdot b / c \times -3 \odot d", "a cdot b / c times ⟪-3⟫ odot d"),
    (r"-x + -y \pm z \mp w", "-x + ⟪-y⟫ ± z ∓ w"),
    (r"\sum_{i} -x_i + \sum_j a \sum_k b", "sum_i[-x_i] + sum_j[a sum_k[b]]"),
    (r"\sum\nolimits_{i<j} x_i x_j + \sum\limits_{k \ne i} y", "sum_{i < j}[x_i x_j] + sum_{k ≠ i}[y]"),
    (r"\sum_{\substack{i=1\\ i\ne k}} a_i", "sum_{i = 1, i ≠ k}[a_i]"),
    (r"\prod_{i=1}^{n} p_i + \int_0^1 f(x)\,dx", "prod_{i = 1}^n[p_i] + int_0^1[f (x) d x]"),
    (r"\max_k z_k + \max(a,b) + \min_{x} -x", "max_k[z_k] + max (a, b) + min_x[-x]"),
    (r"\lim_{h \to 0} \frac{f(x+h)-f(x)}{h}", "lim_{h → 0}[(f (x + h) - f (x) // h)]"),
    (r"\theta^* = \underset{\theta}{\arg\min}\; L + \argmax_x f", "theta^* = argmin_theta[L] + argmax_x[f]"),
    (
        r"\mathop{\rm argmax}_x f + \underset{x}{\mathrm{argmax}} g + \text{arg}\max_y h",
        "argmax_x[f] + argmax_x[g] + argmax_y[h]",
    ),
    (r"\mathbb{E}_{x \sim p}[f(x)] + \underset{x \sim p}{\mathbb{E}} f", "bb:E_{x ~ p} [f (x)] + bb:E_{x ~ p} f"),
    (r"x_1 + \cdots + x_n = a_1 \cdots a_n", "x_1 + … + x_n = a_1 … a_n"),
    (r"{n \choose k} + {a \over b + c} + {a + b}^2", "binom(n, k) + (a // b + c) + ⟨.a + b.⟩^2"),
    (
        r"\pdv{f}{x} + \dv[2]{g}{t} \qty(\pdv{f}{x}{y})",
        "(partial f // partial x) + (d^2 g // d t^2) ((partial^2 f // partial x partial y))",
    ),
    (r"a \bmod b", "a mod b"),
)
# Matrices, cases, stacks
BLOCKS = (
    (r"\begin{bmatrix} a & \cdots \\ \vdots & \ddots \end{bmatrix}^T", "bmatrix[a & …; … & …]^T"),
    (r"\left[\begin{array}{cc|c} a & b & c\\ \hline 1 & 2 & 3\end{array}\right]", "[array[a & b & c; 1 & 2 & 3]]"),
    (r"\begin{pmatrix} 1 & \\ & 2 \\ \end{pmatrix}", "pmatrix[1 & “”; “” & 2]"),
    (r"f = \begin{cases} x & \text{if } x > 0 \\ 0, & \text{otherwise} \end{cases}", "f = cases[x if x > 0; 0 if ∅]"),
    (
        r"f = \begin{cases} 1 \quad \text{if } x > 0 \\ 0 \quad \text{otherwise.} \end{cases}",
        "f = cases[1 if x > 0; 0 if ∅]",
    ),
    (
        r"\begin{cases} 1, & \text{if $x>0$ and $y < 1$}, \\ 0, & \text{else} \end{cases}",
        "cases[1 if x > 0 and y < 1; 0 if ∅]",
    ),
    (
        r"\begin{cases} 1 & \mathrm{if}\ x > 0 \\ 0 & \text{when it rains} \end{cases}",
        "cases[1 if x > 0; 0 if “when it rains”]",
    ),
    (
        r"f = \left\{ \begin{array}{ll} x & x > 0 \\ 0 & \text{otherwise} \end{array} \right.",
        "f = cases[x if x > 0; 0 if ∅]",
    ),
    (
        r"\underbrace{a+b}_{\text{words}} + \underbrace{Wx}_{=q} + \overset{*}{c}",
        "over[⟨.a + b.⟩ | “words”] + over[⟨.W x.⟩ | ∅ = q] + over[c | *]",
    ),
    (
        r"\boxed{a + b} + \cancel{a} b + \phantom{x} c + \color{red}{x} + \textcolor{blue}{y}",
        "⟨.a + b.⟩ + a b + c + x + y # “cancelled”",
    ),
)
RELATIONS = (
    (r"a \overset{(a)}{=} b \stackrel{!}{=} c \ne d \not= e \not\in F", "a = b = c ≠ d ≠ e ∉ F # “(a)” # “!”"),
    (r"a \overset{\text{def}}{=} b \triangleq c \equiv d := e", "a := b := c := d := e"),
    (r"a <= b >= c -> d \to e \mapsto f \propto g \sim h \approx i", "a ≤ b ≥ c → d → e ↦ f ∝ g ~ h ≈ i"),
    (r"f\colon \mathbb R^n \to \mathbb R, x \mapsto x^2", "f : bb:R^n → bb:R ;; x ↦ x^2"),
    (r"A \succ 0, B \succeq C", "A ≻ 0 ;; B ⪰ C"),
    (r"\theta \leftarrow \theta - \eta \nabla_\theta L", "theta ← theta - eta nabla_theta L"),
    (r"= 3", "∅ = 3"),
    (r"dL = G : dX", "d L = G : d X"),
    (r"a \mid b", "a | b"),
)
# Several statements
ROWS = (
    (r"a = b, \quad c = d \qquad (i = 1, \dots, n)", "a = b ;; c = d # (i = 1, …, n)"),
    (r"a = b = c \\ &= d", "a = b = c ;; ∅ = d"),
    (r"a_i = b_i \quad \text{for } k \ne i", "a_i = b_i # “for” # k ≠ i"),
    (r"a_i = b_i, \forall i, j \in S", "a_i = b_i # forall i, j ∈ S"),
    (r"\forall i \in \{1, \dots, n\}: a_i = b_i", "a_i = b_i # forall i ∈ {1, …, n}"),
    (r"\text{for all } i = 1, \dots, n: a_i = b_i", "a_i = b_i # “for all” # i = 1, …, n"),
    (r"g(x,y) = x^*y; f(g,z) = g+z", "g (x, y) = x^* y ;; f (g, z) = g + z"),
    (r"i = 1, \dots, n", "i = 1, …, n"),
    (r"x, y \in \mathbb{R}^n, z = 3", "x, y ∈ bb:R^n ;; z = 3"),
    (r"x_1,\dots,x_N \in \mathbb R^d, \; \lambda > 0", "x_1, …, x_N ∈ bb:R^d ;; lambda > 0"),
    (r"i = 1, \dots, n, j = 2", "i = 1, …, n ;; j = 2"),
    (r"a, b", "a, b"),
    (r"\Rightarrow a = b \iff c = d", "⇒: a = b ;; ⇔: c = d"),
    (r"\text{Let } f = x, \text{ so } g = y", "let: f = x ;; ⇒: g = y"),
    (r"J = 1, \quad \text{where } \sigma(z) = 2", "J = 1 ;; where: sigma (z) = 2"),
    (r"a = b \text{ since } b = c", "a = b # “since” # b = c"),
    (
        r"\text{(1)} \quad a = b \quad \text{(chain rule)} \quad \text{trivial}",
        "a = b # “(1)” # “(chain rule)” # “trivial”",
    ),
    (r"\text{number of samples} = N", "“number of samples” = N"),
    (r"a \quad -b = c", "a ;; -b = c"),
    (r"a = b \ \ \ c = d \hspace{1cm} e = f \hspace{2pt} g", "a = b ;; c = d ;; e = f g"),
    (r"a = b \\ \intertext{where} c = d", "a = b ;; where: c = d"),
    (r"f = a. \quad g = b;", "f = a ;; g = b"),
    (r"f(x) = y \, , \tag{3}", "[3] f (x) = y"),
)
DISPLAYS = (
    (
        r"\begin{aligned} f &= \left( a + b \right. \\ &\quad \left. + c \right) \\ &= d \end{aligned}",
        "f = (a + b + c) ;; ∅ = d",
    ),
    (r"\begin{aligned} a &= b \\ -c &= d && \text{(chain)} \end{aligned}", "a = b ;; -c = d # “(chain)”"),
    (
        r"\begin{align} a_i &= b_i, & i &= 1, \dots, n \\ c &= d \label{x} \end{align}",
        "a_i = b_i ;; i = 1, …, n ;; [x] c = d",
    ),
    (r"\begin{multline} a = b + c \\ + d \\ e \end{multline}", "a = b + c + d e"),
    (r"\begin{eqnarray} f &=& a + b \nonumber \\ &=& c \end{eqnarray}", "f = a + b ;; ∅ = c"),
    (r"\begin{array}{rcl} f & = & a \\ & = & b \end{array}", "f = a ;; ∅ = b"),
    (r"\begin{gather*} a = b \\ -c = d \end{gather*}", "a = b ;; -c = d"),
    (r"\begin{equation}\begin{split} a &= b + \\ & c \\[2pt] &= d \end{split}\end{equation}", "a = b + c ;; ∅ = d"),
    (r"\left\{\begin{aligned} a &= b \\ c &= d\end{aligned}\right.", "a = b ;; c = d"),
    (r"\begin{cases} x + y = 1 \\ x - y = 2 \end{cases}", "x + y = 1 ;; x - y = 2"),
    (r"\left[ \begin{aligned} a &+ b \\ &+ c \end{aligned} \right]", "[a + b + c]"),
    (r"a = b % a comment \\ x", "a = b"),
    (r"a = b \\ & \text{(by the chain rule)} \\ & = c", "a = b ;; ∅ # “(by the chain rule)” ;; ∅ = c"),
)
MACROS = (
    (r"\newcommand{\E}[1]{\mathbb{E}\left[#1\right]} \E{x^2}", "bb:E [x^2]"),
    (r"\newcommand\half{\frac12} \half x + x^\half + \frac\half2", "(1 // 2) x + x^{(1 // 2)} + ((1 // 2) // 2)"),
    (r"\def\ip#1#2{\langle #1, #2\rangle} \ip xy", "⟨x, y⟩"),
    (
        r"\DeclareMathOperator{\Tr}{Tr} \DeclareMathOperator*{\am}{arg\,max} \Tr(A) + \am_x f",
        "rm:Tr (A) + argmax_x[f]",
    ),
    (r"\newcommand{\f}[2][q]{#1_{#2}} \f{1} + \f[p]{2}", "q_1 + p_2"),
    (r"\newcommand{\by}[1]{\quad\text{(by #1)}} a = b \by{the chain rule}", "a = b # “(by the chain rule)”"),
    (r"\newcommand{\s}{a + b} \frac{1}\s + \sqrt\s", "(1 // a + b) + √[a + b]"),
    (r"\norm{x}^2 + \norm*{x} + \abs{y} + \R^n", "‖x‖^2 + ‖x‖ + |y| + bb:R^n"),
    (r"\let\v\mathbf \v{x}", "bf:x"),
)
UNICODE = (
    (r"∂f/∂W ≤ ∑ᵢ xᵢ² ⊙ y", "partial f / partial W ≤ sum_i[x_i^2 odot y]"),
    (
        r"ŷᵢ = σ(wᵀxᵢ + b), x̂ = ‖x‖₂², 𝐱 ∈ ℝⁿ, a·b ≠ c×d",
        "hat.y_i = sigma (w^T x_i + b) ;; hat.x = ‖x‖_2^2 ;; bf:x ∈ bb:R^n ;; a cdot b ≠ c times d",
    ),
    (r"∇f − 2⋅W^⊤ → ∞ … √2", "nabla f - 2 cdot W^top → infty … √[2]"),
)

TABLE = (*SILENT, *SCRIPTS, *BRACKETS, *NAMES, *OPERATORS, *BLOCKS, *RELATIONS, *ROWS, *DISPLAYS, *MACROS, *UNICODE)


def lines(text, **options):
    """The rows of a display, one line each."""
    return " ;; ".join(compact(row) for row in read_display(text, **options))


@pytest.mark.parametrize(("latex", "tree"), TABLE)
def test_the_tree_of(latex, tree):
    assert lines(latex) == tree


# What is refused: the text, the character at fault, words of the message, the next move.
FAULTS = (
    (r"\frac{a}{b", 8, "a { that is not closed", "} is missing"),
    (r"a}", 1, "a } that nothing opens", "remove it"),
    (r"(a + b", 0, "( is not closed", ") is missing"),
    (r"a + b)", 5, ") closes nothing", "open it"),
    (r"(a]]", 3, "] closes nothing", "open it"),
    (r"\left( a", 0, r"\left( is not closed", r"\right is missing"),
    (r"\{ a )", 5, ") where } is expected", "{"),
    (r"\frac{a}", 0, r"\frac without its argument", "braces"),
    (r"x^", 1, "^ without its argument", "braces"),
    (r"x + _i", 4, "_ on nothing", "letter"),
    (r"x_i_j", 3, "a second script", "{x_i}_j"),
    (r"x_12", 2, "digits without braces", "{12}"),
    (r"a = = b", 4, "nothing between = and =", "side"),
    (r"a + \cdot b", 4, "nothing before cdot", "factor"),
    (r"(a \cdot)", 3, "nothing after cdot", "factor"),
    (r"(a +)", 3, "nothing after +", "term"),
    (r"2 3", 2, "two numbers side by side", r"\cdot"),
    (r"1e-3 x", 0, "can be read in two ways", "10^{-3}"),
    (r"n!=m", 1, "can be a factorial", r"\ne"),
    (r"f(a,)", 3, "nothing after ,", "item"),
    (r"|a", 0, "| is not closed", "| is missing"),
    (r"\foo{x}", 0, r"an unknown command: \foo", r"\newcommand"),
    (r"a \not b", 2, "no relation", r"\ne"),
    (r"$x$", 0, "a $ inside a formula", "ends"),
    (r"a § b", 2, "no mathematics: §", r"\text"),
    (r"#1", 0, "#1 outside a macro", r"\newcommand"),
    (r"a.b", 1, "a dot inside a formula", r"\cdot"),
    (r"\begin{foo} a \end{foo}", 0, "not read here: foo", "formulas of their own"),
    (r"\begin{pmatrix} a & b", 0, r"\begin{pmatrix} is not closed", r"\end{pmatrix}"),
    (r"\begin{aligned} a", 17, r"\begin{aligned} is not closed", r"\end{aligned}"),
    (r"( \begin{aligned} a \\ b \end{aligned} )", 0, "( is not closed", ") is missing"),
    (r"\left( \begin{aligned} a \\ b \end{aligned} \right)", 25, "lines of their own", "+"),
    (r"\newcommand{\a}[1]{#1} \a", 23, r"\a takes 1 arguments", "missing"),
    (r"\def\a#1.#2{#1} \a x.y", 16, "not read", r"\newcommand"),
    (r"x^{a}^{b}", 5, "a second script", "braces"),
    (r"\operatorname tr", 0, r"\operatorname without a name", r"\operatorname{tr}"),
    (r"\text{a", 5, "a { that is not closed", "} is missing"),
)


@pytest.mark.parametrize(("latex", "at", "fact", "hint"), FAULTS)
def test_what_is_refused(latex, at, fact, hint):
    with pytest.raises(Fault) as caught:
        read_display(latex, at=100)
    assert caught.value.at == 100 + at
    assert fact in caught.value.fact
    assert hint in caught.value.hint


def test_a_fault_is_told_with_line_and_caret():
    document = "# Notes\n\n$$ a + \\foo{b} $$\n"
    with pytest.raises(Fault) as caught:
        read_display(document[11:24], at=11)
    told = caught.value.told(document)
    assert isinstance(told, ParseError)
    assert str(told).splitlines()[0] == "an unknown command: \\foo, line 3, column 8"
    assert told.place.splitlines()[1] == "         ^"


# Macros of a preamble


def test_macros_of_a_preamble():
    macros = read_macros(r"""
        \usepackage{amsmath} % \newcommand{\hidden}{1}
        \newcommand{\W}{\mathbf{W}}  \newcommand{\pd}[2]{\frac{\partial #1}{\partial #2}}
        \DeclareMathOperator{\Tr}{Tr} \newcommand{\T}{^{\mathsf T}} \renewcommand{\vec}[1]{\mathbf{#1}}
        \DeclarePairedDelimiter\len{\lvert}{\rvert}
    """)
    assert "hidden" not in macros
    assert lines(r"\pd{f}{\W} = \Tr(\W\T \vec{x}) + \len{x}", macros=macros) == (
        "(partial f // partial bf:W) = rm:Tr (bf:W^sf:T bf:x) + |x|"
    )


def test_what_a_macro_writes_stands_at_its_call():
    (row,) = read_display(r"\newcommand{\q}{a + b} 2 \q c", at=10)
    assert {(node.at, node.end) for node in row.walk() if isinstance(node, s.Symbol) and node.name in "ab"} == {
        (35, 37)
    }


@pytest.mark.parametrize(
    "latex",
    (
        r"\def\a{\a} \a",
        r"\def\a{\a\a} \a",
        r"\def\a{\b}\def\b{\a x} \a",
        r"\newcommand{\a}[1]{\a{#1#1}} \a{x}",
        "".join(rf"\def\a{chr(97 + k)}{{\a{chr(98 + k)}\a{chr(98 + k)}}}" for k in range(25)) + r"\def\az{x} \aa",
    ),
)
def test_macros_do_not_grow_without_bound(latex):
    with pytest.raises(Fault) as caught:
        read_display(latex)
    assert caught.value.kind is LimitError


# Limits


@pytest.mark.parametrize(
    "latex",
    (
        "(" * 5_000,
        "{" * 5_000 + "x" + "}" * 5_000,
        "(" * 200 + "x" + ")" * 200,
        r"\frac" * 5_000,
        r"\frac{" * 500 + "1" + "}{2}" * 500,
        r"\hat" * 3_000 + "x",
        r"\sqrt" * 3_000 + "2",
        r"\sum_i" * 3_000 + "x",
        "x" + "^{x" * 2_000 + "}" * 2_000,
        "|" * 5_001,
        "-" * 5_000 + "x",
        r"\left(" * 2_000,
        r"\overset{a}{" * 2_000 + "=" + "}" * 2_000,
        r"\begin{pmatrix}" * 1_000,
        "x" + "!" * 2_000,
        "f" + "|_{x}" * 2_000,
        "x " * (limits.TOKENS + 1),
        "x" * (limits.TEXT + 1),
        "9" * 1_000,
        r"\mathrm{" + "a" * 200 + "}",
    ),
    ids=lambda text: text[:14],
)
def test_beyond_a_limit_the_answer_comes_at_once(latex):
    begin = time.process_time()
    with pytest.raises(Fault):
        read_display(latex)
    assert time.process_time() - begin < 5  # of a hang, not of speed


@pytest.mark.parametrize(
    "piece",
    (
        "a + ",
        r"a_i \\ ",
        r"+ a \\ ",
        r"a = b, \quad ",
        r"|a| ",
        r"\frac{a}{b} ",
        r"\text{for } i ",
        r"f|_{x} ",
        "x_i!'",
        r"a & ",
    ),
)
def test_long_formulas_are_read_or_refused(piece):
    """The cost is linear: ten times the text takes ten times the calls of functions, and a few more."""

    def calls(count):
        profile = cProfile.Profile()
        profile.runcall(answered, piece * count + "a")
        return sum(entry.callcount for entry in profile.getstats())

    assert calls(2_000) < 12 * calls(200)


def test_the_caller_may_stand_deep_in_the_stack():
    def descend(levels):
        return descend(levels - 1) if levels else answered("(" * 30 + "x" + ")" * 30)

    descend(700)


# Places


@pytest.mark.parametrize("latex", [latex for latex, _ in (*SCRIPTS, *BRACKETS, *OPERATORS, *BLOCKS, *DISPLAYS)])
def test_parts_stand_inside_the_whole(latex):
    for row in read_display(latex, at=7):
        for node in row.walk():
            assert 7 <= node.at <= node.end <= 7 + len(latex)
            assert all(node.at <= child.at and child.end <= node.end for child in node.children() if node is not row)


def test_a_place_is_a_place_in_the_document():
    latex = r"\frac{\partial f}{\partial W_{ij}} = 2 q_i x_j"
    (row,) = read_display(latex, at=3)
    assert [latex[n.at - 3 : n.end - 3] for n in row.statement.children()] == [
        r"\frac{\partial f}{\partial W_{ij}}",
        "2 q_i x_j",
    ]


# What symgrad prints

W, x, y, b = sg.tensors("W[m,n] x[n] y[m] b[m]")
MODELS = {
    "norm": lambda: ((W @ x) ** 2).sum(),
    "tanh": lambda: sg.tanh(W @ x + b).sum(),
    "cross entropy": lambda: (sg.log(sg.softmax(W @ x)) * y).sum(),
    "relu": lambda: (sg.relu(W @ x) * y).sum(),
    "root": lambda: sg.sqrt((x**2).sum()),
}
PRINTED = sorted((Path(__file__).parent / "golden").glob("*.tex"))


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("notation", ("index", "matrix"))
def test_what_symgrad_prints_is_read(model, notation):
    printed = sg.derive(MODELS[model](), x).to_latex(notation=notation)
    relations = [row for row in read_display(printed) if isinstance(row.statement, s.Relation)]
    assert len(relations) >= printed.count("&=")


@pytest.mark.parametrize("path", PRINTED, ids=lambda path: path.stem)
def test_a_printed_derivation_is_read(path):
    rows = read_display(path.read_text(encoding="utf-8"))
    assert len(rows) >= path.read_text(encoding="utf-8").count("&=") > 1


# Texts that nobody wrote

SPELLED = r"""
    \frac \sqrt \left \right \left( \right) \left. \right. \big| \mid \| \{ \} \\ \quad \, \text{if} \text{ \dots
    \begin{cases} \end{cases} \begin{aligned} \end{aligned} \begin{pmatrix} \end{pmatrix} \over \substack{
    \newcommand{\q} \def\q \q #1 \label{a} \tag{1} \operatorname{tr} \overset{a} \underbrace{ \underset \pdv
    \not \limits \phantom{ \color{red} \hspace{1em} \mathrm{if} \intertext{ \cancel{ \qquad \cdot \nabla
"""
WORDS = (
    [f"\\{name}" for table in (names.SYMBOLS, names.RELATIONS, names.BIG, names.ACCENTS, names.FONTS) for name in table]
    + [f"\\{name}" for table in (names.OPERATORS, names.SWITCHES, names.BINDING, names.LINKS) for name in table]
    + list(r"abcxyzWXij0129+-*/=<>()[]{}{}{}^^__&&|||,;:.!'~%$#@ αβ∑∂ᵢ²ŷ𝐱‖⟨⟩⊤½中" + "\n\x00\u202e")
    + SPELLED.split()
)


def answered(text):
    """The rows, or a fault with a place inside the text."""
    try:
        return read_display(text)
    except Fault as fault:
        assert 0 <= fault.at <= len(text)
        assert fault.fact and fault.hint
        assert isinstance(fault.told(text), SymgradError)
        return None


@given(
    st.lists(st.sampled_from(WORDS), max_size=40).map(" ".join)
    | st.lists(st.sampled_from(WORDS), max_size=25).map("".join)
)
@example("\\")
@example("\\left")
@example(r"\not")
@example(r"\begin")
@example(r"\newcommand")
def test_every_text_is_answered(text):
    answered(text)


@given(st.text(max_size=60))
def test_any_characters_are_answered(text):
    answered(text)


EDITS = st.tuples(st.sampled_from(("drop", "double", "swap", "put")), st.integers(0, 200), st.sampled_from(WORDS))


def mutated(text, edits):
    """The text with a few characters lost, doubled, exchanged, or a word put in."""
    for kind, place, word in edits:
        k = place % (len(text) + 1)
        if kind == "drop":
            text = text[:k] + text[k + 1 :]
        elif kind == "double":
            text = text[: k + 1] + text[k:]
        elif kind == "swap":
            text = text[:k] + text[k + 1 : k + 2] + text[k : k + 1] + text[k + 2 :]
        else:
            text = text[:k] + word + text[k:]
    return text


@given(st.sampled_from([latex for latex, _ in TABLE]), st.lists(EDITS, min_size=1, max_size=4))
def test_mutated_formulas_are_answered(latex, edits):
    answered(mutated(latex, edits))


@pytest.mark.slow
@settings(max_examples=5_000)
@given(st.sampled_from([latex for latex, _ in TABLE]), st.lists(EDITS, min_size=1, max_size=6))
def test_five_thousand_mutated_formulas_are_answered(latex, edits):
    answered(mutated(latex, edits))


@given(expressions())
def test_a_tree_that_is_written_is_read_back(tree):
    assert compact(read_expression(written(tree))) == compact(tree)


@given(st.lists(statements(), min_size=1, max_size=4))
def test_rows_that_are_written_are_read_back(trees):
    latex = r" \\ ".join(written(tree) for tree in trees)
    rows = read_display(latex)
    assert [compact(row.statement) for row in rows] == [compact(tree) for tree in trees]
    assert [row.number for row in rows] == list(range(len(trees)))
