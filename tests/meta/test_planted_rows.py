"""The tests of ELEMENTWISE see a row that is wrong by one part in a million, in any of its facts."""

from dataclasses import replace

import pytest
from sympy import Rational

from symgrad.expr.elementwise import ELEMENTWISE

from .. import test_elementwise as judges

PART = Rational(1, 10**6)
each_row = pytest.mark.parametrize("row", ELEMENTWISE, ids=str)


def refuses(judge, *args):
    with pytest.raises(AssertionError):
        judge(*args)


@each_row
def test_a_wrong_derivative(row):
    for k, right in enumerate(row.derivatives):
        wrong = [*row.derivatives]
        wrong[k] = lambda *x, right=right: right(*x) + PART
        planted = replace(row, derivatives=tuple(wrong))
        refuses(judges.test_derivative_is_that_of_the_definition, planted, k)
        refuses(judges.test_complex_step_sees_the_derivative, planted, k)


@each_row
def test_a_wrong_value(row):
    planted = replace(row, value=lambda m, *x: row.value(m, *x) * (1 + 1e-6) + 1e-6)
    refuses(judges.test_value_is_that_of_the_definition, planted)
    refuses(judges.test_kernel_text_computes_the_value, planted)


@each_row
def test_a_wrong_definition(row):
    planted = replace(row, definition=lambda *x: row.definition(*x) + PART * sum(x))
    refuses(judges.test_value_is_that_of_the_definition, planted)
    refuses(judges.test_derivative_is_that_of_the_definition, planted, 0)
