"""Mutated documents: verdicts, or a message with line, column and caret; nothing is executed, and time is bounded.

python -m pytest tests/test_check_hostile.py                              100 documents, the same ones on every run
python -m pytest tests/test_check_hostile.py --hypothesis-profile=deep    5,000 new ones
"""

import gc
import re
import sys
import time
from collections import Counter

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from symgrad.check.api import check
from symgrad.check.verdicts.findings import KINDS
from symgrad.check.verdicts.steps import NOT_READ
from symgrad.errors import SymgradError

SECONDS = 30.0
"""A limit that a loaded machine keeps, too; a step is cut off after five."""
DEEP = settings().max_examples >= 2000
ANSWERS: Counter[str] = Counter()
SLOWEST = [0.0]

SEEDS = [
    r"""Let $W \in \mathbb{R}^{m\times n}$, $x \in \mathbb{R}^n$, $q = Wx$ and $f = \|q\|_2^2$. Then

$$\frac{\partial f}{\partial W_{ij}} = \sum_k (2q_k)(1_{k=i}x_j) = 2q_i x_j$$

so $\nabla_x f = 2 W^\top q$.
""",
    r"""---
symbols: {z: R^K, y: R^K}
---
# Softmax
Define $p_i = \frac{e^{z_i}}{\sum_{j=1}^K e^{z_j}}$ and $L = -\sum_i y_i \log p_i$, where $\sum_i y_i = 1$.

\begin{align*}
\frac{\partial L}{\partial z_k} &= -\sum_i y_i \frac{1}{p_i} \frac{\partial p_i}{\partial z_k} && \text{(chain rule)} \\
&= -\sum_i y_i (\delta_{ik} - p_k) \\
&= p_k - y_k
\end{align*}
""",
    r"""\documentclass{article}
\newcommand{\R}{\mathbb{R}} \def\half{\frac12}
\begin{document}
Let $A \in \R^{n \times n}$ be symmetric, $b, x \in \R^n$ and \[ f(x) = \half x^\top A x - b^\top x. \]
\begin{align} \nabla f(x) &= A x - b, & \nabla^2 f(x) &= A \end{align}
\section{Cases} $r(t) = \begin{cases} t & t > 0 \\ 0 & \text{otherwise} \end{cases}$ for a number $t$.
\end{document}
""",
    r"""- With $\sigma(z) = \frac{1}{1+e^{-z}}$ for $z \in \mathbb{R}$: $\sigma'(z) = \sigma(z)(1-\sigma(z))$.
- $\tanh(z) = 2\sigma(2z) - 1$, $\frac{d}{dz}\log\sigma(z) = \sigma(-z)$

| $n$ | $\sum_{i=1}^n i$ |
|-----|------------------|
| $3$ | $1+2+3 = 6$ |

```python
x = 1
```
$$ \begin{bmatrix} 1 & 2 \\ 3 & 4 \end{bmatrix} \begin{bmatrix} a \\ b \end{bmatrix}
= \begin{bmatrix} a+2b \\ 3a+4b \end{bmatrix} $$
""",
    r"\frac{d}{dx} \sqrt{1+x^2} = \frac{x}{\sqrt{1+x^2}} "
    r"\quad \text{and} \quad \prod_{i=1}^3 i = 6 \Rightarrow \max(1, 2) = 2",
]
PIECES = r"""
$ $$ \[ \] \( \) { } [ ] ( ) _ ^ & \\ = := \le \in , . ; | \| ' \frac \sqrt \sum_ \sum_{i=1}^n \prod \max_k \partial
\nabla \top -1 {-1} ^{-1} ^2 _{ij} _i W x n 0 1 2 10^{99} 9999999999 0.5 \infty \dots \mathbb{R} \mathbf \hat \text{
\text{if } \left( \right) \begin{align} \end{align} \begin{cases} \end{cases} \begin{bmatrix} \end{bmatrix}
\begin{document} \end{document} \newcommand{\a}{\a\a} \a \def\b#1{#1#1} \b{\b{\b{x}}} \input{/etc/passwd} \write18{ls}
\csname \delta \delta_{ij} 1_{i=j} \operatorname{tr} \log \exp e^ \int dx % # ~ ``` --- <!-- --> \circ \odot \otimes
\times / \cdot Let\ where\ symmetric é ∑ 𝐱 ₂ ᵀ � \x00 __import__('os').system('true') {{7*7}}
<script>alert(1)</script>
""".replace(r"\x00", "\x00").split()

SPAN = st.tuples(st.floats(0, 1), st.integers(0, 30))
EDIT = st.one_of(
    st.tuples(st.just("cut"), SPAN, st.just("")),
    st.tuples(st.just("put"), SPAN, st.sampled_from(PIECES)),
    st.tuples(st.just("put"), SPAN, st.sampled_from(PIECES)),
    st.tuples(st.just("swap"), SPAN, st.sampled_from(PIECES)),
    st.tuples(st.just("copy"), SPAN, st.just("")),
    st.tuples(st.just("repeat"), SPAN, st.sampled_from(PIECES)),
)


def edited(text, edits):
    for kind, (place, length), new in edits:
        at = int(place * len(text))
        span = text[at : at + length]
        rest = text[at + length :]
        middle = {"cut": "", "put": new + span, "swap": new, "copy": span * 2, "repeat": new * length * 10 + span}[kind]
        text = text[:at] + middle + rest
    return text


MUTATED = st.builds(edited, st.sampled_from(SEEDS), st.lists(EDIT, min_size=1, max_size=4))
SOUP = st.lists(st.sampled_from(PIECES), max_size=40).map(" ".join)
DOCUMENTS = st.one_of(MUTATED, MUTATED, MUTATED, SOUP, st.text(max_size=60))
KIND = st.sampled_from([None, None, None, "markdown", "tex", "text", "notebook"])

EXECUTED: list[str] = []
WATCHING = [False]


def watch(event, arguments):
    if WATCHING[0] and event in ("exec", "compile", "os.system", "subprocess.Popen", "os.exec", "import", "open"):
        EXECUTED.append(f"{event} {arguments}"[:200])


sys.addaudithook(watch)


@pytest.fixture(scope="module", autouse=True)
def warm():
    """The first document pays for imports and templates."""
    for text in SEEDS:
        answer(text, None)
    yield
    print(f"\n{sum(ANSWERS.values())} documents, {dict(ANSWERS.most_common())}, the slowest after {SLOWEST[0]:.1f} s")


def answer(text, kind):
    """(report or error, seconds): only a SymgradError may come out."""
    gc.collect(0)
    begun = time.thread_time()
    try:
        report = check(text, kind=kind)
        for form in ("text", "json", "html", "markdown"):
            report.to(form)
    except SymgradError as error:
        return error, time.thread_time() - begun
    return report, time.thread_time() - begun


@given(DOCUMENTS, KIND)
@settings(max_examples=5000 if DEEP else settings().max_examples)
def test_every_document_is_answered(text, kind):
    EXECUTED.clear()
    WATCHING[0] = True
    try:
        found, seconds = answer(text, kind)
    finally:
        WATCHING[0] = False
    ANSWERS[type(found).__name__ if isinstance(found, Exception) else f"exit {found.exit_code}"] += 1
    SLOWEST[0] = max(SLOWEST[0], seconds)
    note(f"{seconds:.2f} s")
    assert not EXECUTED
    assert seconds < SECONDS
    if not isinstance(found, Exception):
        judge_report(found)


def judge_report(report):
    for step in report.steps:
        assert step.verdict in KINDS
        if step.verdict == NOT_READ:
            lines = step.why.split("\n")
            assert re.search(r"column \d+", lines[0]) and any(line.strip() == "^" for line in lines), step.why


@pytest.mark.parametrize("seed", SEEDS, ids=range(len(SEEDS)))
def test_the_seeds_are_read(seed):
    """The mutations are worth something: what they begin with is read, and nothing in it is refuted."""
    report = check(seed)
    assert "proved" in report.verdicts and not report.counts[NOT_READ] and not report.first_wrong
