"""Every layer, loss, kernel and random stack: our gradient = autograd's = that of differences.

Autograd is HIPS autograd on the forward equations (`symgrad.oracles.autograd`); JAX and PyTorch differentiate the
forward programs that are written for them. Both have their own rules of differentiation.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from symgrad import nn
from symgrad.calculus.derive import weighted
from symgrad.calculus.sweep import pull_back
from symgrad.errors import SymgradError
from symgrad.expr.evaluate import evaluate
from symgrad.expr.indices import Index, param
from symgrad.expr.nodes import Entry, total
from symgrad.expr.tensors import from_expression, input_tensor
from symgrad.kernels import compile_outputs
from symgrad.nn.running import pulled
from symgrad.oracles import AUTOGRAD, UNROLLED, KinkError
from symgrad.oracles.autograd import gradients
from tests.nn_cases import ROWS, case, parameters
from tests.nn_configurations import SEEDS
from tests.nn_stacks import stacks
from tests.strategies import tensor_graphs
from tests.test_kernels_backends import BACKENDS, run, sparse
from tests.test_kernels_compile import MODELS, NAMES, as_arrays
from tests.test_kernels_conv import FORWARD, TO_INPUT, cases, hyper, usual_out_size
from tests.test_language import CASES, sample
from tests.three_ways import Point, Trained, near, three_ways

LANGUAGE = {**CASES, **MODELS}
SHARE = settings().max_examples
rows = pytest.mark.parametrize("row", ROWS, ids=str)
TRAINED = ("Dropout", "Dropout2d", "BatchNorm1d", "BatchNorm2d")
trained = pytest.mark.parametrize("row", [r for r in ROWS if r.name in TRAINED], ids=str)


def point(row, seed, mode="eval", batch=2) -> Point:
    c = case(row, seed, batch)
    return Point(c.layer, c.inputs, c.params, mode, c.rng)


@rows
@settings(max_examples=max(1, SHARE // 33))
@given(seed=SEEDS)
def test_every_layer(row, seed):
    three_ways(point(row, seed))


@trained
@settings(max_examples=max(1, SHARE // 33))
@given(seed=SEEDS, batch=st.integers(2, 4))
def test_layers_that_differ_in_training(row, seed, batch):
    three_ways(point(row, seed, "train", batch))


def test_all_other_layers_do_the_same_in_training():
    for row in ROWS:
        if row.name not in TRAINED:
            c = case(row, seed=1)
            assert c.layer.build(c.shape, "eval").outputs == c.layer.build(c.shape, "train").outputs, row


@settings(max_examples=max(1, SHARE // 33))
@given(seed=SEEDS, mode=st.sampled_from(("eval", "train")))
def test_attention_with_dropout(seed, mode):
    rng = np.random.default_rng(seed)
    layer = nn.MultiheadAttention(4, 2, dropout=0.4, batch_first=True)
    x = tuple(rng.normal(size=(2, n, 4)) for n in (3, 2, 2))
    three_ways(Point(layer, x, parameters(layer, rng), mode, rng))


@settings(max_examples=max(1, SHARE // 5))
@given(stack=stacks(), seed=SEEDS, mode=st.sampled_from(("eval", "train")))
def test_random_stacks(stack, seed, mode):
    rng = np.random.default_rng(seed)
    layer = Trained(stack.net, stack.loss)
    three_ways(Point(layer, stack.arrays(rng, 3), parameters(layer, rng), mode, rng))


# JAX and PyTorch: they differentiate the forward program that is written for them.


def check_a_library(backend, at: Point):
    """Our gradients in NumPy, ours in the library, and its own of the forward program."""
    values = at.values
    program = compile_outputs(pulled(at.run.built.outputs, at.wrt), backend=backend)
    asked = {name: values[name] for name in (*program.arguments.names, *program.arguments.asked)}
    written = run(backend, pulled(at.run.built.outputs, at.wrt), asked)
    theirs = differentiated(backend, at.weighted, at.wrt, values)
    for mine, same in zip(at.ours, written, strict=True):
        near(same, mine, 1e-9)
    for mine, other in zip(at.ours, theirs, strict=True) if theirs else ():
        near(other, mine, 1e-9)


def differentiated(backend, L, wrt, values) -> list[np.ndarray]:
    """`∂L/∂X` by the library, which sees nothing but the program that computes L; nothing where it has no rule."""
    program = compile_outputs([L], backend=backend, inputs=wrt)
    names = [t.name for t in wrt]
    with program.doubles():
        arrays, sizes = program.arguments.taken(
            {name: values[name] for name in (*program.arguments.names, *program.arguments.asked)}
        )
        keywords = dict(zip(program.written.sizes.values(), sizes, strict=True))
        assert program.arguments.names[: len(names)] == names
        return BY_LIBRARY[backend](lambda *a: program.function(*a, **keywords)[0], arrays, len(names))


def by_torch(f, arrays, count):
    torch = pytest.importorskip("torch")
    given_arrays = [torch.tensor(np.asarray(a)).requires_grad_(k < count) for k, a in enumerate(arrays)]
    found = torch.autograd.grad(f(*given_arrays), given_arrays[:count], allow_unused=True, materialize_grads=True)
    return [g.numpy() for g in found]


def by_jax(f, arrays, count):
    jax = pytest.importorskip("jax")
    try:
        found = jax.grad(f, argnums=tuple(range(count)))(*map(jax.numpy.asarray, arrays))
    except NotImplementedError as missing:
        assert "window dilation" in str(missing)  # JAX has no gradient of dilated max pools
        return []
    return [np.asarray(g) for g in found]


BY_LIBRARY = {"jax": by_jax, "torch": by_torch}


@pytest.mark.parametrize(("row", "backend"), [*sparse(ROWS)])
@settings(max_examples=max(1, SHARE // 100))
@given(seed=SEEDS)
def test_every_layer_in_a_library(row, backend, seed):
    at = point(row, seed)
    if at.wrt:
        check_a_library(backend, at)


@pytest.mark.parametrize("backend", BACKENDS)
@settings(max_examples=max(1, SHARE // 100))
@given(stack=stacks(), seed=SEEDS, mode=st.sampled_from(("eval", "train")))
def test_random_stacks_in_a_library(backend, stack, seed, mode):
    rng = np.random.default_rng(seed)
    layer = Trained(stack.net, stack.loss)
    check_a_library(backend, Point(layer, stack.arrays(rng, 3), parameters(layer, rng), mode, rng))


# Kernels.

FORCED = [
    *(("conv2d", method, fixed) for method, fixed in FORWARD),
    *(("conv2d_input_gradient", method, fixed) for method, fixed in TO_INPUT),
    *(("conv2d_kernel_gradient", method, fixed) for method, fixed in FORWARD),
]


def convolution():
    """`Y[n,k,i,j] = Σ X[n,c,s·i+d·p−P,t·j+e·q−Q] W[k,c,p,q]`, all sizes symbols."""
    N, C, K, H, L, R, S, A, B, *hyper = map(param, (*"NCKHLRSAB", *"stPQde"))
    s, t, P, Q, d, e = hyper
    X, W = input_tensor("X", (N, C, H, L)), input_tensor("W", (K, C, R, S))
    n, k, i, j, c, p, q = map(Index, "nkijcpq", (N, K, A, B, C, R, S))
    term = Entry(X.ref, n, c, s * i + d * p - P, t * j + e * q - Q) * Entry(W.ref, k, c, p, q)
    return from_expression((n, k, i, j), total(term, c, p, q)), X, W


@pytest.mark.parametrize("routine, method, fixed", FORCED, ids=[f"{routine}-{method}" for routine, method, _ in FORCED])
@settings(max_examples=max(1, SHARE // 20))
@given(data=st.data())
def test_every_method_of_a_convolution(routine, method, fixed, data):
    """Value and gradients of a program whose routine takes the method; with groups of a layer, else all sizes free."""
    drawn = data.draw(cases(**{"N": st.integers(1, 2), **fixed, "out_size": "usual"}))
    assume(min(usual_out_size(drawn)) > 0)
    rng, kernel = (
        np.random.default_rng(drawn["seed"]),
        (drawn["K"], drawn["C"] // drawn["groups"], *drawn["kernel_size"]),
    )
    values = {"X": rng.normal(size=(drawn["N"], drawn["C"], *drawn["in_size"])), "W": rng.normal(size=kernel)}
    if drawn["groups"] == 1:
        Y, X, W = convolution()
        names = ("s", "t"), ("P", "Q"), ("d", "e"), ("A", "B")
        sizes = drawn["stride"], drawn["padding"], drawn["dilation"], drawn["out_size"]
        values |= {n: v for pair, at in zip(names, sizes, strict=True) for n, v in zip(pair, at, strict=True)}
    else:
        layer = nn.Conv2d(drawn["C"], drawn["K"], drawn["kernel_size"], *hyper(drawn), bias=False)
        built = layer.build((drawn["C"], *drawn["in_size"]))
        Y, X, W = built.output, *built.inputs, *built.parameters.values()
        values = {X.name: values["X"], W.name: values["W"]}
    L, G = weighted(Y, "G")
    values["G"] = rng.normal(size=(drawn["N"], drawn["K"], *drawn["out_size"]))
    outputs = [Y, *pull_back(Y, [X, W], G)]
    program = compile_outputs(outputs)
    asked = {name: values[name] for name in (*program.arguments.names, *program.arguments.asked)}
    told = [line.split(", of ")[1] for line in program.explain(**asked).splitlines() if f"{routine}, method" in line]
    assert drawn["groups"] > 1 or told
    assume(told and all(method in names.split(", ") for names in told))  # of one row, axes change their parts
    y, *ours = compile_outputs(outputs, methods=[(routine, method)])(**asked)
    for mine, other in zip(ours, gradients(L, [X, W], values), strict=True):
        near(mine, other, 1e-9)
    for name, slopes in zip((X.name, W.name), ours, strict=True):  # Y is linear in both: its difference of any step
        assert abs(np.sum(slopes * values[name]) - np.sum(values["G"] * y)) <= 1e-11 * np.sum(np.abs(values["G"] * y))


@pytest.mark.parametrize("name", LANGUAGE)
def test_the_language(name):
    function, shapes = LANGUAGE[name][:2]
    tensors = [input_tensor(n, s) for n, s in zip(NAMES, shapes, strict=False)]
    values = {t.name: sample(s) for t, s in zip(tensors, shapes, strict=False)}
    autograds(function(*tensors), tensors, values)


@settings(max_examples=max(1, SHARE // 2))
@given(graph=tensor_graphs())
def test_random_graphs(graph):
    autograds(graph.output, graph.inputs, {k: np.array(v, dtype=float) for k, v in graph.values.items()}, graph.sizes)


@settings(max_examples=max(1, SHARE // 5))
@given(graph=tensor_graphs())
def test_autograd_refutes_no_right_derivative(graph):
    """Its bounds are estimates: they hold where large numbers cancel, too."""
    values = {**graph.values, **graph.sizes}
    for x in graph.inputs:
        try:
            right = UNROLLED.jacobian(graph.output, x, values).values
        except SymgradError:
            continue
        verdict = AUTOGRAD.check(graph.output, x, right, values)
        assert not verdict.fails, verdict


def autograds(t, wrt, values, sizes=None):
    """The compiled gradient of any tensor is autograd's."""
    L, G = weighted(t, "G")
    given_values = {**values, **(sizes or {})}
    seed = np.random.default_rng(3).normal(size=evaluate(t, as_arrays(given_values)).shape)
    given_values["G"] = seed
    program = compile_outputs(pull_back(t, wrt, G) if t.ndim else pull_back(L, wrt, None))
    asked = {name: given_values[name] for name in (*program.arguments.names, *program.arguments.asked)}
    try:
        theirs = gradients(L, wrt, given_values)
    except KinkError:
        return
    for mine, other in zip(program(**asked), theirs, strict=True):
        near(mine, other, 1e-9)
