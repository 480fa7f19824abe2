# ruff: noqa: E501 (documents in lines of their own)
"""Steps in matrix form, read and judged: short documents and the verdict of each of their equations."""

from __future__ import annotations

import pytest

from symgrad.check.declarations.front_matter import read_block
from symgrad.check.declarations.prose import declarations
from symgrad.check.documents.document import read_document
from symgrad.check.verdicts.judging import judged
from symgrad.check.verdicts.rows import lines_of

SQUARE = r"Let $A \in \mathbb{R}^{n\times n}$ and $x \in \mathbb{R}^n$. "
DATA = r"Let $X \in \mathbb{R}^{n\times d}$, $y \in \mathbb{R}^n$, $w \in \mathbb{R}^d$. "

TRUE = {
    "differential of a trace": SQUARE
    + r"We have $\mathrm{d} \operatorname{tr}(A^\top A) = 2\operatorname{tr}(A^\top \mathrm{d}A)$.",
    "differential of a log-determinant": r"Let $A \in \mathbb{R}^{n\times n}$. Then $\mathrm{d}\log\det A = \operatorname{tr}(A^{-1}\mathrm{d}A)$.",
    "second differential": DATA
    + r"Let $f(w) = \frac12\|Xw - y\|^2$. $\mathrm{d}f = (Xw-y)^\top X\,\mathrm{d}w$ and $\mathrm{d}^2 f = \mathrm{d}w^\top X^\top X\,\mathrm{d}w$.",
    "value at a place": SQUARE
    + r"Let $v \in \mathbb{R}^n$ and $f(x) = x^\top A x$. $$\left.\frac{d}{dt} f(x+tv)\right|_{t=0} = v^\top (A + A^\top) x$$",
    "derivative along a direction": r"Let $S, E \in \mathbb{R}^{n\times n}$ and $G(S) = S^{-1}$. $$\mathrm{D}G(S)[E] = -S^{-1}ES^{-1}$$ $$\mathrm{D}^2G(S)[E, E] = 2S^{-1}ES^{-1}ES^{-1}$$",
    "rows of a matrix": DATA + r"Here $x_i^\top$ is the $i$-th row of $X$. $$X^\top y = \sum_{i=1}^n y_i x_i$$",
    "a name added to vectors is one": r"Let $x_1, \dots, x_N \in \mathbb{R}^d$ and $f(\mu) = \frac12 \sum_{n=1}^N (x_n - \mu)^\top (x_n - \mu)$. $$\nabla_\mu f = \sum_{n=1}^N (\mu - x_n)$$",
    "a name added to numbers is one": DATA
    + r"Let $f(w) = \frac12 (x^\top w + b - t)^2$ with $x \in \mathbb{R}^d$. $$\frac{\partial f}{\partial b} = x^\top w + b - t$$",
    "all entries beside vectors": r"Let $X \in \mathbb{R}^{n\times d}$ have the rows $x_i^\top$, and $y_i \in \mathbb{R}$ for $i = 1, \dots, n$. $$\sum_{i=1}^n (x_i^\top w - y_i) x_i = X^\top (X w - y)$$",
    "a Hessian times a vector": DATA
    + r"Let $f(w) = \frac12\|Xw - y\|^2$ and $v \in \mathbb{R}^d$. $$\nabla^2 f\, v = X^\top X v$$",
    "if f is this, if f is that": SQUARE
    + r"If $f(x) = a^\top x$ with $a \in \mathbb{R}^n$, then $\nabla f(x) = a$. If $f(x) = x^\top A x$, then $\nabla f(x) = (A + A^\top) x$.",
    "d is a size and a differential": r"Let $D \in \mathbb{R}^{d\times k}$, $Z \in \mathbb{R}^{k\times n}$, $X \in \mathbb{R}^{d\times n}$, $R = X - DZ$ and $L(D) = \frac12\|R\|_F^2$. $$dL = -\operatorname{tr}(R^\top dD\, Z), \qquad \nabla_D L = -R Z^\top$$",
    "a choice is inserted": r"Let $A \in \mathbb{R}^{n\times n}$ be symmetric, $u, w \in \mathbb{R}^n$ and $F(w) = w^\top A w$. Then $\nabla_w F = 2Aw$. Inserting $w = Au$ into $F$ yields $$w^\top A w = u^\top A^3 u.$$",
    "a matrix has rows": DATA + r"$X$ has rows $x_i^\top$. $$X^\top X = \sum_{i=1}^n x_i x_i^\top$$",
    "a prime is a transpose": DATA + r"A prime denotes the transpose. $$(Xw)'(Xw) = w'X'Xw$$",
    "t is a transpose": DATA + r"($^t$ is the transpose.) $$(Xw)^t(Xw) = w^t X^t X w$$",
    "marks make names": r"Let $A \in \mathbb{R}^{n\times n}$ be invertible, $b \in \mathbb{R}^n$. Let $x^\star = A^{-1} b$. Then $A x^\star = b$.",
    "a list transposed is a column": r"Let $x \in \mathbb{R}^3$. Let $y = (x_1, x_2, x_3)^T$. Then $y^T x = x^T x$.",
    "a diagonal of a list": DATA
    + r"Let $V = \operatorname{diag}(y_1, \ldots, y_n)$. Then $y^\top V y = \sum_{i=1}^n y_i^3$.",
    "a matrix with dots": r"Let $u \in \mathbb{R}^n$. Then $$u u^\top = \begin{bmatrix} u_1 u_1 & u_1 u_2 & \cdots & u_1 u_n \\ u_2 u_1 & u_2 u_2 & \cdots & u_2 u_n \\ \vdots & \vdots & \ddots & \vdots \\ u_n u_1 & u_n u_2 & \cdots & u_n u_n \end{bmatrix}$$",
    "a fraction of derivatives": r"Let $F(y, w) = w y^2 + 3 w$ for scalars $y, w$. $$-\frac{\partial F/\partial w}{\partial F/\partial y} = -\frac{y^2 + 3}{2wy}$$",
    "trace of a Hessian": SQUARE
    + r"Let $f(x) = x^\top A x$. Then $\operatorname{tr}\nabla^2 f(x) = 2\operatorname{tr}(A)$.",
    "only for some indices": r"Let $A \in \mathbb{R}^{n\times n}$ be lower triangular. $$3 A_{ij} = A_{ij}, \qquad i < j$$",
    "defined by its logarithm": r"Let $\theta$ be a number. Let $\log\phi = 3\theta$. Then $\frac{d\phi}{d\theta} = 3\phi$.",
}
FALSE = {
    "differential of a trace": (r"\operatorname{tr}(A^\top \mathrm{d}A)$.", r"\operatorname{tr}(A\,\mathrm{d}A)$."),
    "differential of a log-determinant": (r"A^{-1}\mathrm", r"A\,\mathrm"),
    "second differential": (r"X^\top X\,\mathrm{d}w$.", r"2 X^\top X\,\mathrm{d}w$."),
    "value at a place": (r"(A + A^\top) x", "2 A x"),
    "derivative along a direction": (r"= 2S^{-1}", r"= S^{-1}"),
    "rows of a matrix": (r"y_i x_i$$", r"y_i^2 x_i$$"),
    "a name added to vectors is one": (r"(\mu - x_n)$$", r"(x_n - \mu)$$"),
    "a name added to numbers is one": (r"= x^\top w + b - t$$", r"= x^\top w - t$$"),
    "all entries beside vectors": (r"X^\top (X w - y)$$", r"X^\top (X w + y)$$"),
    "a Hessian times a vector": (r"= X^\top X v$$", r"= X^\top X v + v$$"),
    "if f is this, if f is that": (r"= (A + A^\top) x$", r"= a$"),
    "d is a size and a differential": (r"= -R Z^\top", r"= R Z^\top"),
    "a choice is inserted": ("A^3 u", "A^2 u"),
    "a matrix has rows": (r"x_i x_i^\top$$", r"2 x_i x_i^\top$$"),
    "a prime is a transpose": ("w'X'Xw", "2w'X'Xw"),
    "t is a transpose": ("w^t X^t X w$$", "w^t X^t X w + w^t w$$"),
    "marks make names": (r"A x^\star = b$", r"A x^\star = 2b$"),
    "a list transposed is a column": (r"y^T x = x^T x$", r"y^T x = 2 x^T x$"),
    "a diagonal of a list": ("y_i^3", "y_i^2"),
    "a matrix with dots": (r"u_n u_1 & u_n u_2", r"u_1 u_n & u_1 u_2"),
    "a fraction of derivatives": (r"y^2 + 3}", r"y^2 - 3}"),
    "trace of a Hessian": (r"2\operatorname{tr}(A)", r"\operatorname{tr}(A)"),
    "only for some indices": (r"i < j$$", r"i > j$$"),
    "defined by its logarithm": (r"= 3\phi$", r"= \phi$"),
}


def verdicts(text: str) -> list[str]:
    document = read_document(text)
    lines = lines_of(document)
    rows = {id(line.formula): line.rows for line in lines}
    block = read_block(document.front_matter).declarations if document.front_matter else ()
    told = (*block, *declarations(document.pieces, lambda formula: rows.get(id(formula), ())))
    return [step.verdict.kind for step in judged(document, told, lines).steps if step.verdict is not None]


@pytest.mark.parametrize("name", TRUE)
def test_true_steps_hold(name):
    found = verdicts(TRUE[name])
    assert found
    assert set(found) <= {"proved", "agrees"}


@pytest.mark.parametrize("name", FALSE)
def test_false_steps_are_refuted(name):
    old, new = FALSE[name]
    assert TRUE[name].count(old) == 1
    assert "refuted" in verdicts(TRUE[name].replace(old, new))


def test_a_property_in_a_condition_does_not_hold_before_it_is_said():
    text = r"Let $u \in \mathbb{R}^n$. Let $f(u) = 3 - u^\top u$. $$f(u) = 2$$ It is so when $u$ is a unit vector."
    assert "proved" not in verdicts(text)


def test_an_equivalence_claims_nothing():
    text = SQUARE + r"Let $f(x) = x^\top A x$. Then $\nabla f(x) = 0$ if and only if $(A + A^\top) x = 0$."
    assert "refuted" not in verdicts(text)
