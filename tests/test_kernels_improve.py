"""What makes programs fast changes no value: rules, memory written over, blocks of rows. Planted faults are seen."""

from __future__ import annotations

from contextlib import contextmanager

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Rational

import symgrad.expr.protocols  # noqa: F401  gives tensors their operators
from symgrad.calculus.sweep import pull_back
from symgrad.expr.arrays import Array
from symgrad.expr.evaluate import evaluate, order
from symgrad.expr.indices import param
from symgrad.expr.named import softmax
from symgrad.expr.operations import elementwise, where
from symgrad.expr.reductions import sum_
from symgrad.expr.tensors import input_tensor
from symgrad.kernels import compile_outputs, improve_sums, row_groups, schedule
from symgrad.kernels.load import load

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


SQUARE = param("S")
P, Q, R = (input_tensor(name, (SQUARE, SQUARE)) for name in "abc")


@st.composite
def square_chains(draw):
    """The same of square matrices, where rows and columns are as many: transposes, products, views."""
    made = [P, Q, R]
    for _ in range(draw(st.integers(3, 9))):
        kind = draw(st.sampled_from(["unary", "binary", "transpose", "product", "mean", "reshape", "choice"]))
        a, b = (made[draw(st.integers(0, len(made) - 1))] for _ in range(2))
        if kind == "unary":
            made.append(elementwise(draw(st.sampled_from(("tanh", "relu", "sigmoid", "negative"))), a))
        elif kind == "binary":
            made.append(elementwise(draw(st.sampled_from(BINARY)), a, b))
        elif kind == "transpose":
            made.append(a.T)
        elif kind == "product":
            made.append(elementwise("tanh", a @ b))
        elif kind == "mean":
            made.append(elementwise("subtract", a, b.mean(axis=draw(st.sampled_from([0, 1])))))
        elif kind == "reshape":
            made.append(a.reshape(SQUARE * SQUARE).reshape(SQUARE, SQUARE))
        else:
            made.append(where(elementwise("greater", a, 0), b, 0))
    return elementwise("add", made[-1], elementwise("multiply", made[-2], made[-3]))


@settings(deadline=None, max_examples=max(1, settings().max_examples // 2))
@given(square_chains(), st.integers(1, 4), st.integers(0, 2**32))
def test_square_chains_mean_the_same(t, n, seed):
    rng = np.random.default_rng(seed)
    check(with_gradients(t), {name: rng.integers(-4, 5, (n, n)) / 2 for name in "abcG"})


def centred(a):
    return elementwise("subtract", a, a.mean(axis=1, keepdims=True))


CHAIN = with_gradients(elementwise("multiply", centred(elementwise("tanh", X * Y)), V + 1))


def test_a_program_has_blocks_and_writes_over_memory():
    program = check(CHAIN, values(5, 3, 0))
    assert "for rows in row_blocks(" in program.source
    assert "out=" in program.source


LAYOUTS = {
    "columns": np.asfortranarray,
    "every other": lambda a: np.repeat(a, 2, axis=-1)[..., ::2],
    "backwards": lambda a: a[::-1].copy()[::-1],
    "read only": lambda a: np.broadcast_to(a[:1], a.shape),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_inputs_in_any_memory_order(layout):
    program, function = compiled(CHAIN + with_gradients(elementwise("gelu", X @ Y.T @ Y)))
    arrays = {name: LAYOUTS[layout](a) for name, a in values(5, 3, 6).items()}
    dense = {name: np.array(a, order="C") for name, a in arrays.items()}
    for got, want in zip(run(program, function, arrays), run(program, function, dense), strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("kind", ["f4", "f8"])
def test_images_keep_their_memory_order(kind):
    """Elementwise steps of an image whose channels lie inside give one that lies so too."""
    image = input_tensor("image", (N, 3, 8, 8))
    program, function = compiled([elementwise("tanh", elementwise("exp", image) + 1), elementwise("relu", image)])
    a = np.random.default_rng(1).standard_normal((2, 8, 8, 3)).astype(kind).transpose(0, 3, 1, 2)
    got = run(program, function, {"image": a})
    assert [v.strides for v in got] == [a.strides] * 2
    assert {v.dtype for v in got} == {np.dtype(kind)}


def test_no_rows_and_no_columns():
    for n, k in ((0, 3), (3, 0)):
        program, function = compiled(with_gradients(elementwise("tanh", elementwise("gelu", X * Y) + V)))
        got = run(program, function, values(n, k, 0))
        assert [v.shape for v in got[:3]] == [(n, k)] * 3


# What would go wrong unseen: memory that is still read is written over, a value is cut that is read whole.


def fails(outputs, arrays, **faults):
    """The check fails with the faults, and does not without."""
    check(outputs, arrays)
    with pytest.MonkeyPatch.context() as patch:
        for place, fault in faults.items():
            patch.setattr(PLACES[place], place, fault)
        with pytest.raises((AssertionError, ValueError)):
            check(outputs, arrays, notes=tuple(faults))


PLACES = {"free_at": schedule.Schedule, "fits": row_groups.Rows}
"""Where a fault is planted."""


def test_memory_that_is_read_again_is_not_written_over():
    t = elementwise("tanh", X + Y)
    outputs = [t, elementwise("multiply", elementwise("exp", t), t), elementwise("subtract", 1, t)]
    wrong = lambda self, v, place: v.op != "input" and bool(v.shape) and v.kind == "float"  # noqa: E731
    fails(outputs, values(5, 4, 1), free_at=wrong)


def test_inputs_are_not_written_over():
    outputs = [elementwise("tanh", elementwise("exp", X)), elementwise("multiply", X, Y)]
    fails(outputs, values(5, 4, 1), free_at=lambda self, v, place: v.op == "input")


def test_memory_of_an_output_is_not_written_over():
    """An output that is a view of a value that is read for the last time before."""
    t = elementwise("tanh", P)
    outputs = [t.T, elementwise("multiply", elementwise("exp", t), t)]
    arrays = {"a": np.arange(16.0).reshape(4, 4) / 4}
    owned = schedule.Schedule.free_at
    fails(outputs, arrays, free_at=lambda self, v, place: owned(self, v, place) or v.options == ("tanh",))


def test_what_is_read_whole_is_not_cut():
    """`A[i,j] v[j] + v[i]` of a square: in a block of rows, v means two things."""
    v = input_tensor("v", (SQUARE,))
    t = elementwise("tanh", elementwise("add", elementwise("multiply", P, v), v[:, None]))
    outputs = [elementwise("multiply", elementwise("exp", t), P)]
    arrays = {"a": np.arange(16.0).reshape(4, 4) / 4, "v": np.arange(4.0)}
    fails(outputs, arrays, fits=lambda self, other: True)


def test_a_transpose_beside_rows():
    a = elementwise("tanh", P)
    outputs = [elementwise("add", elementwise("multiply", a, a), elementwise("exp", a.T)), elementwise("square", a)]
    check(outputs, {"a": np.arange(16.0).reshape(4, 4) / 4})


W = input_tensor("w", (K,))
AFFINE = sum_(elementwise("multiply", input_tensor("G", (N, K)), V + W * elementwise("tanh", X)))
"""`Σ G (v + w tanh x)`, as of a layer norm."""


def test_a_sum_over_all_entries_from_sums_over_rows():
    arrays = values(5, 4, 3) | {"w": np.arange(4.0)}
    program = check([AFFINE, *pull_back(AFFINE, [X, V, W])], arrays)
    assert program.source.count("np.vdot(") == 2
    program = check([AFFINE, *pull_back(AFFINE, [X, V])], arrays)  # the sum of G tanh x is not there
    assert "np.vdot(" not in program.source


def test_a_sum_over_other_rows_is_seen():
    """Planted: that of a factor alone stands for that of both."""
    arrays = values(5, 4, 3) | {"w": np.arange(4.0)}
    with pytest.MonkeyPatch.context() as patch, pytest.raises(AssertionError):
        patch.setattr(improve_sums, "with_column", shifted_alone)
        check([AFFINE, *pull_back(AFFINE, [X, V, W])], arrays, notes=("faulty",))


def shifted_alone(a, term, columns, at):
    """The column of a itself, whatever the term is."""
    row, column = next(x for x in (term, *term.args) if len(x.shape) == 1), columns[(id(a),)]
    return at.value("contract", (row, column), ("a", "a", ""))
