"""What makes programs fast changes no value: rules, memory written over, blocks of rows. Planted faults are seen."""

from __future__ import annotations

from contextlib import contextmanager

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Integer, Rational, sqrt

import symgrad.expr.protocols  # noqa: F401  gives tensors their operators
from symgrad import nn
from symgrad.calculus.sweep import pull_back
from symgrad.expr.arrays import Array
from symgrad.expr.evaluate import evaluate, order
from symgrad.expr.indices import param
from symgrad.expr.named import softmax
from symgrad.expr.operations import elementwise, where
from symgrad.expr.tensors import input_tensor
from symgrad.kernels import compile_outputs, improve, row_groups, schedule
from symgrad.kernels.improve import improved
from symgrad.kernels.load import load
from symgrad.kernels.polynomials import polynomial
from symgrad.kernels.program import Builder
from symgrad.kernels.routines.blocks import row_blocks
from symgrad.kernels.routines.entrywise import relu, selected, softplus
from symgrad.kernels.routines.label_changes import less_at_label
from symgrad.kernels.routines.normal import normal_cdf_gaussian
from symgrad.kernels.routines.products import times_transposed, transposed_times
from symgrad.kernels.routines.rows import sum_over

N, K = param("N"), param("K")
X, Y, V = input_tensor("x", (N, K)), input_tensor("y", (N, K)), input_tensor("v", (K,))
UNARY = ("tanh", "exp", "sigmoid", "relu", "square", "negative", "gelu", "gelu_tanh", "softplus", "abs")
BINARY = ("add", "subtract", "multiply")


@st.composite
def chains(draw):
    """A tensor made of a few steps, each on one or two of those before it; rows and columns come in too."""
    made = [X, Y, V]
    for _ in range(draw(st.integers(2, 8))):
        kind = draw(st.sampled_from(["unary", "binary", "row", "choice", "softmax", "number"]))
        a, b = (made[draw(st.integers(0, len(made) - 1))] for _ in range(2))
        a = a if a.ndim == 2 else elementwise("add", X, a)
        if kind == "unary":
            name = draw(st.sampled_from(UNARY))
            made.append(elementwise("tanh" if name == "exp" else name, a))
        elif kind == "binary":
            made.append(elementwise(draw(st.sampled_from(BINARY)), a, b))
        elif kind == "row":
            made.append(elementwise("subtract", a, a.mean(axis=draw(st.sampled_from([0, 1])), keepdims=True)))
        elif kind == "choice":
            made.append(where(elementwise("greater", a, 0), b, 0))
        elif kind == "softmax":
            made.append(softmax(a, axis=draw(st.sampled_from([0, 1]))))
        else:
            c = Rational(draw(st.integers(-8, 8)), 4)
            made.append(elementwise("multiply", c, a))
    return elementwise("add", made[-1], made[-2])


def values(n, k, seed):
    rng = np.random.default_rng(seed)
    return {t: rng.integers(-4, 5, s) / 2 for t, s in (("x", (n, k)), ("y", (n, k)), ("v", (k,)), ("G", (n, k)))}


@contextmanager
def everything_is_large():
    """Blocks, and memory written over, in programs for small arrays too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(schedule, "LARGE", 1)
        patch.setattr(row_groups, "FEWEST", 2)
        yield


def compiled(outputs, notes=("small",)):
    """(program, its function with blocks of a row or two)."""
    with everything_is_large():
        program = compile_outputs(outputs, notes=notes)
    source = program.source.replace("BLOCK_BYTES = 1 << 19", "BLOCK_BYTES = 1 << 5")
    return program, load(source, program.written.function)


def run(program, function, arrays):
    with np.errstate(all="ignore"):
        return function(*(arrays[str(t.name)] for t in program.inputs))


def check(outputs, arrays, notes=("small",)):
    """Outputs in small blocks equal their evaluation; inputs stay, and outputs share no memory. Gives the program."""
    program, function = compiled(outputs, notes)
    given = {str(t.name): arrays[str(t.name)].copy() for t in program.inputs}
    got = run(program, function, given)
    lists = {k: Array(v.shape, v.ravel().tolist()) for k, v in arrays.items()}
    shown = [input_tensor(k, v.shape) for k, v in arrays.items() if k not in given]
    for value, want in zip(got, evaluate([*outputs, *shown], lists), strict=False):
        np.testing.assert_allclose(value, np.reshape([float(e) for e in want.data], want.shape), rtol=1e-9, atol=1e-9)
    for name, a in given.items():
        assert np.array_equal(a, arrays[name]), f"{name} was written over"
        assert not any(np.shares_memory(a, value) for value in got)
    assert not any(np.shares_memory(a, b) for j, a in enumerate(got) for b in got[:j])
    return program


def with_gradients(t):
    wrt = [x for x in order([t]) if x.is_input]
    return [t, *pull_back(t, wrt, input_tensor("G", t.shape))]


@settings(deadline=None, max_examples=max(1, settings().max_examples // 2))
@given(chains(), st.integers(1, 5), st.integers(1, 4), st.integers(0, 2**32))
def test_chains_in_blocks_and_over_dead_memory_mean_the_same(t, n, k, seed):
    check(with_gradients(t), values(n, k, seed))


def centred(a):
    return elementwise("subtract", a, a.mean(axis=1, keepdims=True))


CHAIN = with_gradients(elementwise("multiply", centred(elementwise("tanh", X * Y)), V + 1))


def test_a_program_has_blocks_and_writes_over_memory():
    program = check(CHAIN, values(5, 3, 0))
    assert "for rows in row_blocks(" in program.source
    assert "out=" in program.source


def test_no_rows_and_no_columns():
    for n, k in ((0, 3), (3, 0)):
        program, function = compiled(with_gradients(elementwise("tanh", elementwise("gelu", X * Y) + V)))
        got = run(program, function, values(n, k, 0))
        assert [v.shape for v in got[:3]] == [(n, k)] * 3


# What would go wrong unseen: memory that is still read is written over, a value is cut that is read whole.


def fails(outputs, **faults):
    with pytest.MonkeyPatch.context() as patch:
        for place, fault in faults.items():
            patch.setattr(PLACES[place], place, fault)
        with pytest.raises(AssertionError):
            check(outputs, values(5, 4, 1), notes=tuple(faults))


PLACES = {"free_at": schedule.Schedule, "fits": row_groups.Rows}
"""Where a fault is planted."""
SQUARE = param("S")
A = input_tensor("a", (SQUARE, SQUARE))


def test_memory_that_is_read_again_is_not_written_over():
    t = elementwise("tanh", X + Y)
    outputs = [t, elementwise("multiply", elementwise("exp", t), t), elementwise("subtract", 1, t)]
    check(outputs, values(5, 4, 1))
    fails(outputs, free_at=lambda self, v, place: v.op != "input" and bool(v.shape) and v.kind == "float")


def test_inputs_are_not_written_over():
    outputs = [elementwise("tanh", elementwise("exp", X)), elementwise("multiply", X, Y)]
    check(outputs, values(5, 4, 1))
    fails(outputs, free_at=lambda self, v, place: v.op == "input")


def test_what_is_read_whole_is_not_cut():
    """`tanh(a)` by rows, and `aᵀ` beside it: in a block of rows, a means two things."""
    a = elementwise("tanh", A)
    outputs = [elementwise("add", elementwise("multiply", a, a), elementwise("exp", a.T)), elementwise("square", a)]
    arrays = {"a": np.arange(16.0).reshape(4, 4) / 4}
    check(outputs, arrays)


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
