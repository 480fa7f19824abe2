"""Compiled programs mean what the equations mean: outputs and gradients agree with evaluation by plain loops."""

from __future__ import annotations

import ast
import math
import traceback

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import symgrad.expr.protocols  # noqa: F401  gives tensors their operators
from symgrad.calculus.derive import weighted
from symgrad.calculus.sweep import pull_back
from symgrad.errors import EvaluationError, OptionError, ShapeError, UnknownNameError
from symgrad.expr.arrays import Array
from symgrad.expr.conventions import PYTORCH, Conventions
from symgrad.expr.evaluate import evaluate
from symgrad.expr.indices import Index, param
from symgrad.expr.nodes import Entry, Inside, over, total
from symgrad.expr.operations import elementwise
from symgrad.expr.tensors import from_expression, input_tensor, let
from symgrad.kernels import compile_outputs
from tests.strategies import tensor_graphs
from tests.test_language import CASES, inputs, sample

NAMES = "abcd"
CONVENTIONS = [PYTORCH, Conventions(ties="split")]


def as_arrays(values):
    """For `evaluate`; nested lists cannot say the shape of an empty array."""
    return {k: Array(np.shape(v), np.ravel(v).tolist()) for k, v in values.items()}


def check(outputs, values, sizes=None, rtol=1e-11, atol=1e-12, exact=False):
    """Compiles the outputs together, runs them, and compares with their evaluation."""
    sizes = sizes or {}
    program = compile_outputs(outputs)
    asked = {t.name for t in program.inputs} | set(program.written.sizes)
    got = program(**{k: v for k, v in {**values, **sizes}.items() if k in asked})
    shown = [input_tensor(name, np.shape(v)) for name, v in values.items() if name not in asked]
    lists = as_arrays(values)
    for value, want in zip(got, evaluate([*outputs, *shown], {**lists, **sizes}), strict=False):
        expected = np.array([float(v) for v in want.data]).reshape(want.shape)
        assert value.shape == expected.shape
        assert value.dtype == np.float64
        if exact:
            assert np.array_equal(value, expected)
        else:
            np.testing.assert_allclose(value, expected, rtol=rtol, atol=atol)
        assert all(not np.shares_memory(value, v) for v in values.values() if isinstance(v, np.ndarray))
    return program


def check_with_gradients(t, wrt, values, sizes=None, conventions=PYTORCH, **tolerance):
    L, G = weighted(t, "G")
    shape = evaluate(t, {**as_arrays(values), **(sizes or {})}).shape
    rng = np.random.default_rng(3)
    values = {**values, "G": rng.integers(-3, 4, shape).astype(float)}
    gradients = pull_back(t, wrt, G, conventions) if t.ndim else pull_back(L, wrt, None, conventions)
    return check([t, *gradients], values, sizes, **tolerance)


@pytest.mark.parametrize("symbolic", [False, True], ids=["numbers", "symbols"])
@pytest.mark.parametrize("name", CASES)
def test_the_language(name, symbolic):
    function, shapes = CASES[name][:2]
    tensors = inputs(shapes, symbolic)
    try:
        t = function(*tensors)
    except ShapeError:
        pytest.skip("asks for sizes in numbers")
    sizes = {f"n{n}": n for n in range(2, 7)} if symbolic else {}
    known = {n.name for x in tensors for n in x.shape if n.is_Symbol}
    values = {k: sample(s) for k, s in zip(NAMES, shapes, strict=False)}
    check_with_gradients(t, tensors[: len(shapes)], values, {k: v for k, v in sizes.items() if k in known})


def softmax_cross_entropy(z, y):
    return -np.sum(y * (z - np.logaddexp.reduce(z, axis=1, keepdims=True)))


def layer_norm(x):
    return (x - x.mean(axis=-1, keepdims=True)) / (x.var(axis=-1, keepdims=True) + 1e-5) ** 0.5


def softmax(x):
    e = np.exp(x - np.max(x, axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


MODELS = {
    "dense": (lambda W, x, b: np.tanh(W @ x + b), [(3, 4), (4,), (3,)]),
    "two layers": (lambda X, W, V: np.maximum(X @ W, 0) @ V, [(5, 3), (3, 4), (4, 2)]),
    "batched": (lambda A, B: A @ B, [(2, 3, 4), (2, 4, 3)]),
    "attention": (lambda Q, K, V: softmax(Q @ K.T / 2) @ V, [(3, 4), (5, 4), (5, 2)]),
    "softmax": (softmax, [(3, 4)]),
    "cross-entropy": (softmax_cross_entropy, [(3, 4), (3, 4)]),
    "layer norm": (layer_norm, [(3, 4)]),
    "quadratic form": (lambda x, A: x @ A @ x, [(3,), (3, 3)]),
    "broadcasting": (lambda a, b: a / (1 + b * b) - b, [(2, 1, 3), (4, 1)]),
    "size one": (lambda a, b: (a * b).sum(axis=0) + a, [(1, 3), (3, 3)]),
    "size one output": (lambda a: np.sum(a, axis=1, keepdims=True) * a[:1], [(1, 3)]),
    "reversed slice": (lambda a: a[::-2] * 2, [(7,)]),
    "max and prod": (lambda a: np.max(a, axis=0) * np.prod(a, axis=0) - np.min(a), [(3, 4)]),
    "gelu": (lambda a: elementwise("gelu", a) + elementwise("erf", a) * elementwise("sigmoid", a), [(3, 3)]),
    "empty": (lambda a: a * 2 + a.sum(axis=0) + np.prod(a, axis=0), [(0, 3)]),
    "empty product": (lambda a, b: a @ b, [(2, 0), (0, 3)]),
}


@pytest.mark.parametrize("symbolic", [False, True], ids=["numbers", "symbols"])
@pytest.mark.parametrize("name", MODELS)
def test_models(name, symbolic):
    function, shapes = MODELS[name]
    values = {k: sample(s) for k, s in zip(NAMES, shapes, strict=False)}
    names = {n: param(f"n{n}") if symbolic and n > 1 else n for s in shapes for n in s}
    tensors = [input_tensor(k, [names[n] for n in s]) for k, s in zip(NAMES, shapes, strict=False)]
    if symbolic and name == "reversed slice":
        pytest.skip("asks for sizes in numbers")
    sizes = {f"n{n}": n for n in names if n > 1} if symbolic else {}
    check_with_gradients(function(*tensors), tensors, values, sizes)


def convolution(H, R, s, d, P, OH):
    """(Y, X, K): images of one row with stride s, dilation d and padding P."""
    n, k, i = Index("n", param("N")), Index("k", param("K")), Index("i", OH)
    c, p = Index("c", param("C")), Index("p", R)
    X, K = input_tensor("X", (n.size, c.size, H)), input_tensor("W", (k.size, c.size, R))
    body = total(Entry(X.ref, n, c, s * i + d * p - P) * Entry(K.ref, k, c, p), c, p)
    return from_expression((n, k, i), body), X, K


WINDOWS = [(6, 3, 1, 1, 0), (7, 3, 2, 1, 1), (8, 2, 3, 2, 2), (5, 1, 2, 1, 0), (9, 3, 2, 2, 3)]


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("symbolic", [False, True], ids=["numbers", "symbols"])
def test_convolution_is_exact_on_integers(window, symbolic):
    H, R, s, d, P = window
    OH = (H + 2 * P - d * (R - 1) - 1) // s + 1
    sizes = {"H": H, "R": R, "s": s, "d": d, "P": P, "OH": OH} if symbolic else {}
    given = [param(n) for n in ("H", "R", "s", "d", "P", "OH")] if symbolic else [H, R, s, d, P, OH]
    Y, X, W = convolution(*given)
    rng = np.random.default_rng(1)
    values = {n: rng.integers(-3, 4, shape).astype(float) for n, shape in (("X", (2, 2, H)), ("W", (3, 2, R)))}
    check_with_gradients(Y, [X, W], values, {**sizes, "N": 2, "C": 2, "K": 3}, exact=True)


@pytest.mark.parametrize("conventions", CONVENTIONS, ids=["first", "split"])
@pytest.mark.parametrize("window", [(6, 2, 2, 1, 0), (7, 3, 2, 1, 1), (6, 2, 1, 2, 1)])
def test_max_pooling(window, conventions):
    H, R, s, d, P = window
    i, p = Index("i", (H + 2 * P - d * (R - 1) - 1) // s + 1), Index("p", R)
    c = Index("c", 3)
    X = input_tensor("X", (3, H))
    at = s * i + d * p - P
    Y = from_expression((c, i), over("max", Entry(X.ref, c, at), p, guard=Inside(at, H)))
    ties = np.random.default_rng(5).integers(0, 3, (3, H)).astype(float)
    check_with_gradients(Y, [X], {"X": ties}, conventions=conventions, exact=conventions is PYTORCH)


@settings(deadline=None, max_examples=max(1, settings().max_examples // 4))
@given(tensor_graphs(), st.integers(0, 2**32))
def test_random_graphs(graph, seed):
    L, G = weighted(graph.output, "G")
    shape = evaluate(graph.output, graph.floats).shape
    drawn = np.random.default_rng(seed).integers(-2, 4, shape).astype(float)
    values = {**{k: np.array(v, dtype=float) for k, v in graph.values.items()}, "G": drawn}
    gradients = pull_back(graph.output, graph.inputs, G)
    check([graph.output, L, *gradients], values, graph.sizes, rtol=1e-9, atol=1e-9)


def in_float32(name):
    """(a model and its gradients, arrays for them)."""
    function, shapes = MODELS[name]
    tensors = [input_tensor(k, s) for k, s in zip(NAMES, shapes, strict=False)]
    t = function(*tensors)
    _, G = weighted(t, "G")
    outputs = [t, *(pull_back(t, tensors, G) if t.ndim else pull_back(t, tensors))]
    shape = tuple(map(int, t.shape))
    return outputs, {k: sample(s).astype("f4") for k, s in zip(NAMES, shapes, strict=False)} | {
        "G": np.ones(shape, "f4")
    }


@pytest.mark.parametrize("name", [*MODELS])
def test_float32_stays(name):
    outputs, values = in_float32(name)
    program = compile_outputs(outputs)
    got = program(**{x.name: values[x.name] for x in program.inputs})
    assert {v.dtype for v in got} == {np.dtype(np.float32)}


# What a program says of itself and of its arguments.

m, n = param("m"), param("n")
W, x = input_tensor("W", (m, n)), input_tensor("x", (n,))
DENSE = compile_outputs([let("y", W @ x)], "dense", notes=['y = W x """ \\ end'])


def test_the_source_is_a_program_of_its_own():
    scope = ast.parse(DENSE.source)
    assert [f.name for f in scope.body if isinstance(f, ast.FunctionDef)][-1] == "dense"
    assert "symgrad" not in DENSE.source
    assert "y = W @ x" in DENSE.source


@pytest.mark.parametrize(
    ("values", "error", "words"),
    [
        ({"W": np.ones((2, 3))}, EvaluationError, "no value for x"),
        ({"W": np.ones((2, 3)), "y": 1, "x": np.ones(3)}, UnknownNameError, "nothing is named 'y'"),
        ({"W": np.ones((2, 3)), "x": np.ones(2)}, ShapeError, "x: axis 0 is n = 3 but 2 entries are given"),
        ({"W": np.ones(3), "x": np.ones(3)}, ShapeError, r"shape \(m, n\) is expected, \(3,\) is given"),
        ({"W": np.ones((2, 3), "f4"), "x": np.ones(3)}, EvaluationError, "W is float32 but x is float64"),
        ({"W": np.ones((2, 3)), "x": np.array(["a", "b", "c"])}, EvaluationError, "x: real numbers are expected"),
    ],
)
def test_arguments_that_do_not_fit(values, error, words):
    with pytest.raises(error, match=words):
        DENSE(**values)


def test_a_size_that_nothing_shows_is_a_keyword():
    i = Index("i", n)
    tile = compile_outputs([from_expression((i,), n + i)])
    assert tile(n=3)[0].tolist() == [3, 4, 5]
    with pytest.raises(EvaluationError, match="the size n is not known"):
        tile()


def test_names_that_python_or_the_program_uses():
    taken = [input_tensor(name, (2,)) for name in ("np", "dtype", "windows", "sum", "lambda_")]
    got = compile_outputs([math.prod(taken[1:], start=taken[0])], "class")(**{t.name: [2, 3] for t in taken})
    assert got[0].tolist() == [32, 243]


def test_another_backend():
    with pytest.raises(OptionError, match="no backend 'fortran'"):
        compile_outputs([W @ x], backend="fortran")


def test_integers_become_floats_and_nothing_is_a_view():
    (same,) = compile_outputs([W.T])(W=np.arange(6).reshape(2, 3))
    assert same.dtype == np.float64
    given = np.ones((2, 3))
    (same,) = compile_outputs([W.T])(W=given)
    assert not np.shares_memory(same, given)


def test_a_traceback_shows_the_line():
    with pytest.raises(ValueError, match="float32") as found:
        DENSE.function(np.ones((2, 3), "f4"), np.ones(3))
    assert "float_type(" in "".join(traceback.format_exception(found.value))
