"""The judge of LaTeX is judged first: it must let formulas pass and refuse what TeX would refuse."""

from importlib.metadata import PackageNotFoundError, distribution

import pytest

from tests.katex import InvalidLatex, render

pytest.importorskip("py_mini_racer", reason="mini-racer is not installed: pip install mini-racer")
try:
    distribution("sphinxcontrib-katex")
except PackageNotFoundError:
    pytest.skip("KaTeX is not installed: pip install sphinxcontrib-katex", allow_module_level=True)

VALID = (
    r"\frac{\partial f}{\partial W_{ij}} = 2 q_i x_j",
    r"\nabla_W f = 2\, q\, x^{\top}",
    r"\sum_{n,i,j} G_{n,k,i,j}\, X_{n,c,s i + d p - P, s j + d q - P}\, [0 \le s i + d p - P < H]",
    r"\mathbb{1}[k = i] \odot \operatorname{diag}(p) - p p^{\top}",
    r"\lVert x \rVert_2^2, \quad \lfloor n / 2 \rfloor",
    r"\begin{aligned} f &= \max_p x_p \\ &= \begin{cases} x & x > 0 \\ 0 & \text{else} \end{cases} \end{aligned}",
)

INVALID = {
    "unknown macro": r"\gradient f",
    "brace left open": r"\frac{1}{2",
    "brace too many": r"x_{i}}",
    "two subscripts": r"x_i_j",
    "missing argument": r"\frac{1}",
    "environment left open": r"\begin{aligned} x",
    "left without right": r"\left( x",
    "wrong environment": r"\begin{aligned} x \end{cases}",
    "unicode text in a formula": "x 和 y",
    "half of a macro": "\\",
}


@pytest.mark.parametrize("latex", VALID)
def test_valid_formula_passes(latex):
    assert "<math" in render(latex)


@pytest.mark.parametrize("latex", INVALID.values(), ids=INVALID.keys())
def test_invalid_formula_is_refused(latex):
    with pytest.raises(InvalidLatex):
        render(latex)


def test_the_message_names_the_fault_and_the_formula():
    with pytest.raises(InvalidLatex, match=r"(?s)Undefined control sequence: \\gradient.*in  \\gradient f"):
        render(r"\gradient f")


def test_a_refusal_leaves_the_engine_usable():
    with pytest.raises(InvalidLatex):
        render("{")
    assert render("x")
