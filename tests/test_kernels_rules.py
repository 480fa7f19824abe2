"""Rules that make programs faster, and the routines they call: each against what it replaces."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import Integer, Rational, sqrt

import symgrad.expr.protocols  # noqa: F401  gives tensors their operators
from symgrad import nn
from symgrad.calculus.sweep import pull_back
from symgrad.expr.named import softmax
from symgrad.expr.operations import elementwise
from symgrad.kernels import improve
from symgrad.kernels.improve import improved
from symgrad.kernels.polynomials import polynomial
from symgrad.kernels.program import Builder
from symgrad.kernels.routines.blocks import row_blocks
from symgrad.kernels.routines.entrywise import add_along, relu, selected, softplus
from symgrad.kernels.routines.label_changes import less_at_label
from symgrad.kernels.routines.normal import normal_cdf_gaussian
from symgrad.kernels.routines.products import times_transposed, transposed_times
from symgrad.kernels.routines.rows import sum_over
from symgrad.kernels.schedule import schedule
from symgrad.nn.forward import BATCH
from tests.test_kernels_improve import K, N, X, Y, check, compiled, run, values, with_gradients

# Rules, each against the value that it replaces.

B = Builder()
x = B.value("input", (), ("x",), (N, K))


def power_of(k):
    return x if k == 1 else B.ufunc("multiply", power_of(k - 1), x)


def test_polynomials_of_one_value_are_one_value():
    c = sqrt(2)
    one = B.ufunc(
        "multiply", B.number(c), B.ufunc("add", x, B.ufunc("multiply", B.number(Rational(1, 3)), power_of(3)))
    )
    two = B.ufunc(
        "divide",
        B.ufunc("multiply", B.ufunc("add", B.number(3), power_of(2)), B.ufunc("multiply", B.number(c), x)),
        B.number(4),
    )
    assert polynomial(one).coefficients == {1: c, 3: c / 3}
    assert polynomial(two).coefficients == {1: 3 * c / 4, 3: c / 4}
    found, _ = improved(
        [one, B.ufunc("multiply", B.number(Integer(4)), two), B.ufunc("multiply", B.number(Integer(3)), one)], {}
    )
    assert found[1] is found[2]


def test_what_cancels_is_left_as_it_is():
    """`(x − 1)²` is not `x² − 2x + 1`."""
    difference = B.ufunc("subtract", x, B.number(Integer(1)))
    square = improved([B.ufunc("multiply", difference, difference)], {})[0][0]
    assert [a.options[0] for a in square.args] == ["subtract", "subtract"]


PATTERNS = {
    "logsumexp_softmax_rows": lambda: [softmax(X, axis=1), elementwise("log", softmax(X, axis=1)), logsumexp(X)],
    "softmax_rows": lambda: [softmax(X, axis=1)],
    "normal_cdf_gaussian": lambda: with_gradients(elementwise("gelu", X)),
    "relu": lambda: with_gradients(elementwise("relu", X)),
    "selected": lambda: with_gradients(elementwise("relu", X * Y)),
    "softplus": lambda: [elementwise("softplus", X)],
    "sum_over": lambda: [elementwise("tanh", X).sum(axis=0)],
    "times_transposed": lambda: [X @ Y.T],
    "transposed_times": lambda: [X.T @ Y],
    "sigmoid": lambda: [elementwise("sigmoid", X)],
    "sigmoid(x[rows])": lambda: with_gradients(elementwise("silu", X)),
}


def logsumexp(t):
    return np.logaddexp.reduce(t, axis=1)


@pytest.mark.parametrize("name", PATTERNS)
def test_the_pattern_is_found_and_means_the_same(name):
    program = check(PATTERNS[name](), values(4, 3, 2))
    assert name in program.source[program.source.rindex("\ndef ") :]


def test_gelu_has_no_power_and_one_exponential():
    body = check(with_gradients(elementwise("gelu_tanh", X)), values(4, 3, 3)).source
    body = body[body.rindex("\ndef ") :]
    assert body.count("sigmoid(") == 1
    assert "**" not in body and "power" not in body


@pytest.mark.parametrize("ignore", [-100, 1])
@pytest.mark.parametrize("rest", [(), (2,)])
def test_cross_entropy_makes_no_mask(ignore, rest):
    loss = nn.CrossEntropyLoss(ignore_index=ignore)
    forward = loss.build(((4, *rest), rest))
    outputs = [forward.output, *pull_back(forward.output, [forward.inputs[0]])]
    rng = np.random.default_rng(5)
    arrays = {"input": rng.standard_normal((6, 4, *rest)), "target": rng.integers(0, 4, (6, *rest)).astype(float)}
    arrays["target"].flat[::3] = ignore
    program = check(outputs, arrays)
    assert "less_at_label(" in program.source
    arrays["input"][(0, slice(None), *(0 for _ in rest))] = np.nan  # a place that does not count
    gradient = run(*compiled(outputs), arrays)[1]
    assert np.isfinite(gradient).all()


# Routines.

SHAPES = st.lists(st.integers(0, 4), min_size=1, max_size=4)


@given(SHAPES, st.data())
def test_sums_over_any_axes_of_any_order(shape, data):
    rank = len(shape)
    order = data.draw(st.permutations(range(rank)))
    axes = tuple(sorted(data.draw(st.sets(st.integers(0, rank - 1), min_size=1))))
    a = np.arange(np.prod(shape), dtype=float).reshape(shape).transpose(order)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("symgrad.kernels.routines.rows.FEW", 0)
        assert np.array_equal(sum_over(a, axes), a.sum(axis=axes))


@given(SHAPES, st.data())
def test_entries_in_memory_of_any_order(shape, data):
    order = data.draw(st.permutations(range(len(shape))))
    a = (np.arange(np.prod(shape), dtype=float) - 7).reshape(shape).transpose(order)
    axis = data.draw(st.integers(0, len(shape) - 1))
    v = np.arange(a.shape[axis]) + 0.5
    want = a + v.reshape([-1 if k == axis else 1 for k in range(a.ndim)])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("symgrad.kernels.routines.entrywise.LONG_RUN", data.draw(st.sampled_from([0, 3, 256])))
        assert np.array_equal(relu(a), np.maximum(a, 0))
        assert np.array_equal(add_along(a, v, axis), want)
        assert np.array_equal(add_along(np.ascontiguousarray(a), v, axis, out=a), want) and np.array_equal(a, want)


def test_what_nothing_reads_later_is_written_over():
    a = B.ufunc("exp", x)
    part, total = B.ufunc("multiply", a, x), B.value("sum_over", (a,), ((1,),), (N,))
    line = B.ufunc("add", part, B.value("axes", (total,), ((0, None),), (N, Integer(1))))
    plan = schedule([line])
    assert plan.statements == [a, total, part, line]  # part would stand in the line, or before total
    assert plan.free_at(a, 2) and plan.free_at(part, 3)


def test_a_bias_of_channels_is_added_along_their_axis():
    net = nn.Sequential(nn.Conv2d(2, 3, 2), nn.ReLU(), nn.Conv2d(3, 2, 2))
    forward = net.build((2, 4, 4))
    rng = np.random.default_rng(0)
    arrays = {
        str(t.name): rng.integers(-4, 5, [3 if n == BATCH else int(n) for n in t.shape]).astype(float)
        for t in (*forward.inputs, *forward.parameters.values())
    }
    assert check([forward.output], arrays).source.count("= add_along(") == 2


@given(st.integers(0, 5), st.integers(0, 5), st.integers(1, 4), st.booleans())
def test_products_with_a_transpose(m, n, k, columns):
    a, b = np.arange(m * k, dtype=float).reshape(m, k), np.arange(n * k, dtype=float).reshape(n, k) + 1
    b = np.asfortranarray(b) if columns else b
    assert np.array_equal(times_transposed(a, b), a @ b.T)
    assert np.array_equal(transposed_times(a, np.ones((m, n))), a.T @ np.ones((m, n)))


SPECIAL = np.array([[np.nan, np.inf, -np.inf, -0.0, 1e-300], [3.0, -2.0, 800.0, -800.0, 0.5]])


@pytest.mark.parametrize("kind", ["f4", "f8"])
def test_entries_that_are_no_numbers(kind):
    a = SPECIAL.astype(kind)
    with np.errstate(all="ignore"):
        assert np.array_equal(relu(a), np.maximum(a, 0), equal_nan=True)
        for condition in (a > 0, a[:, :1] > 0, a != a):
            assert np.array_equal(selected(condition, a), np.where(condition, a, 0), equal_nan=True)
            out = a.copy()
            assert np.array_equal(selected(condition, out, out=out), np.where(condition, a, 0), equal_nan=True)
        np.testing.assert_allclose(softplus(a), np.logaddexp(0, a), rtol=4 * np.finfo(kind).eps)
        cdf, gaussian = normal_cdf_gaussian(a)
        np.testing.assert_allclose(gaussian, np.exp(-a * a / 2), rtol=1e-5)
        assert cdf[0, 1:3].tolist() == [1, 0]


def test_a_condition_may_be_one_number():
    for condition in (True, False):
        out = np.array([1.0, 2.0])
        assert selected(condition, out, out=out).tolist() == ([1, 2] if condition else [0, 0])


def test_label_changes_leave_other_labels_alone():
    x = np.arange(12.0).reshape(3, 4)
    where = np.array([1.0, -1.0, 2.5])
    want = x.copy()
    want[0, 1] -= 2
    assert np.array_equal(less_at_label(x, where, 2.0, 1), want)
    assert np.array_equal(x, np.arange(12.0).reshape(3, 4))


@given(st.integers(0, 20), st.integers(0, 5), st.integers(1, 200))
def test_blocks_of_rows_cover_all_rows_once(n, k, size):
    found = row_blocks(np.zeros((n, k)), size)
    assert [i for s in found for i in range(n)[s]] == list(range(n))


def test_the_rules_are_what_is_tested(monkeypatch):
    """A wrong rule is seen: sinh for tanh."""
    wrong = ("ufunc", lambda at, v: at.ufunc("sinh", v.args[0]) if v.options[0] == "tanh" else None)
    monkeypatch.setattr(improve.Improver.__init__, "__defaults__", ((wrong, *improve.RULES),))
    with pytest.raises(AssertionError):
        check([elementwise("tanh", X)], values(3, 2, 4), notes=("wrong",))
