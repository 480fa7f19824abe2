r"""Trees that are written as LaTeX are read back as they were."""

import pytest
from hypothesis import given, settings

from symgrad.tex.reader import read_expression
from symgrad.tex.writing import latex
from tests.tex_forms import compact
from tests.tex_trees import expressions

SAME = (
    r"\sum_{k} (2 q_k) (1_{k = i} x_j)",
    r"2 q_i x_j",
    r"\frac{\partial f}{\partial W_{i j}}",
    r"-\frac{1}{N} X^\top(y - \hat{y})",
    r"\operatorname{tr}(A^\top B) + \lVert x\rVert_2^2",
    r"\sigma'(z) \odot (1 - \mathbf{h}) / 2",
    r"\begin{cases}x & x > 0 \\ 0\end{cases}",
    r"\max_{k} z_k - \max(a, b)",
    r"p(x \mid z)",
    r"\delta^{(l + 1)}",
    r"e^{-x^2 / 2}",
)


@pytest.mark.parametrize("text", SAME)
def test_what_is_written_so_is_written_so_again(text):
    assert latex(read_expression(text)) == text


@settings(max_examples=300)
@given(expressions())
def test_a_tree_that_is_written_is_read_back(tree):
    assert compact(read_expression(latex(tree))) == compact(tree)
