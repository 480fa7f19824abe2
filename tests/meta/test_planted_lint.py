"""Strange indices planted in right derivations: each is found on its line, and before it nothing is."""

import pytest

from symgrad.check.verdicts.lint import lint
from tests.check_readings import reading

LAYERS = r"""Let $W \in \mathbb{R}^{m \times n}$, $V \in \mathbb{R}^{p \times m}$,
$x \in \mathbb{R}^n$, $t \in \mathbb{R}^p$.
Let $q_k = \sum_j W_{kj} x_j$, $y_i = \sum_k V_{ik} q_k$ and $E = \frac{1}{2} \sum_i (y_i - t_i)^2$. Then

$$\frac{\partial E}{\partial y_i} = y_i - t_i$$

$$\frac{\partial E}{\partial q_k} = \sum_i \frac{\partial E}{\partial y_i} \frac{\partial y_i}{\partial q_k}
= \sum_i (y_i - t_i) V_{ik}$$

$$\frac{\partial E}{\partial W_{kj}} = x_j \sum_i (y_i - t_i) V_{ik}$$

$$\sum_k q_k^2 = \sum_k q_k \sum_j W_{kj} x_j$$
"""
PLANTED = (
    (8, r"= \sum_i (y_i - t_i) V_{ik}", r"= (y_i - t_i) V_{ij}", "free"),
    (8, r"= \sum_i (y_i - t_i) V_{ik}", r"= \sum_j (y_i - t_i) V_{ik}", "unused"),
    (10, r"= x_j \sum_i (y_i - t_i) V_{ik}", r"= x_j \sum_j (y_j - t_j) V_{jk}", "bound and free"),
    (10, r"= x_j \sum_i (y_i - t_i) V_{ik}", r"= x_j \sum_i (y_i - t_i) V_{ij}", "sizes"),
    (10, r"x_j \sum_i (y_i - t_i) V_{ik}", r"x_l \sum_i (y_i - t_i) V_{ik}", "free"),
    (12, r"\sum_k q_k \sum_j W_{kj} x_j", r"\sum_k q_k \sum_k W_{kj} x_j", "bound twice"),
    (12, r"= \sum_k q_k \sum_j W_{kj} x_j", r"= q_k W_{kj} q_k x_j", "thrice"),
)


def test_nothing_is_found_before():
    assert lint(reading(LAYERS)) == ()


@pytest.mark.parametrize(("line", "old", "new", "rule"), PLANTED, ids=[p[3] + str(p[0]) for p in PLANTED])
def test_each_is_found_on_its_line(line, old, new, rule):
    lines = LAYERS.split("\n")
    assert lines[line - 1].count(old) == 1
    lines[line - 1] = lines[line - 1].replace(old, new)
    found = reading("\n".join(lines))
    assert (line, rule) in {(found.document.place(each.at)[0], each.rule) for each in lint(found)}
