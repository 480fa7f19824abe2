"""JAX and PyTorch programs mean what the equations mean: everything that NumPy programs are tested on, in doubles."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import symgrad as sg
from symgrad import nn
from symgrad.calculus.derive import weighted
from symgrad.calculus.sweep import pull_back
from symgrad.errors import ShapeError
from symgrad.expr.conventions import PYTORCH, Conventions
from symgrad.expr.evaluate import evaluate
from symgrad.expr.indices import param
from symgrad.expr.tensors import input_tensor
from symgrad.kernels import compile_outputs
from symgrad.kernels.compiled import BACKENDS as BACKENDS_OF_PROGRAMS
from symgrad.kernels.numpy_text import SPELLED
from symgrad.kernels.program import IMAGE_OPS, OPS
from symgrad.kernels.routine_source import definitions
from symgrad.nn.running import Run, cotangent_names, pulled
from tests.nn_cases import ROWS, case
from tests.strategies import tensor_graphs
from tests.test_kernels_compile import MODELS, NAMES, as_arrays, convolution, in_float32
from tests.test_language import CASES, inputs, sample

BACKENDS = [
    pytest.param("jax", marks=pytest.mark.needs_jax),
    pytest.param("torch", marks=pytest.mark.needs_torch),
]


def cases(names, every=12):
    """Each name with each backend. JAX compiles each operation for each shape: it takes one in `every` by default."""
    late = [[pytest.mark.slow] if k % every else [] for k in range(len(names))]
    torch = [pytest.param(name, "torch", marks=pytest.mark.needs_torch) for name in names]
    jax = [pytest.param(name, "jax", marks=[pytest.mark.needs_jax, *s]) for name, s in zip(names, late, strict=True)]
    return torch + jax


SPLIT = Conventions(ties="split")


def run(backend, outputs, values, **options):
    """The outputs as arrays of NumPy; JAX traces anew for each set of shapes, so its programs are not compiled here."""
    program = compile_outputs(outputs, backend=backend, **options)
    asked = {t.name for t in program.inputs} | set(program.written.sizes)
    given = {k: v for k, v in values.items() if k in asked}
    with program.doubles():
        arrays, sizes = program.arguments.taken(given)
        program.arguments.check(arrays, sizes, given)
        keywords = dict(zip(program.written.sizes.values(), sizes, strict=True))
        return [np.asarray(a) for a in program.function(*arrays, **keywords)]


def check(backend, outputs, values, sizes=None, rtol=1e-11, atol=1e-12, exact=False):
    sizes = sizes or {}
    got = run(backend, outputs, {**values, **sizes})
    asked = {t.name for t in compile_outputs(outputs).inputs}
    shown = [input_tensor(name, np.shape(v)) for name, v in values.items() if name not in asked]
    wanted = evaluate([*outputs, *shown], {**as_arrays(values), **sizes})
    for value, want in zip(got, wanted, strict=False):
        expected = np.array([float(v) for v in want.data]).reshape(want.shape)
        assert (value.shape, value.dtype) == (expected.shape, np.float64)
        if exact:
            assert np.array_equal(value, expected)
        else:
            np.testing.assert_allclose(value, expected, rtol=rtol, atol=atol)


def check_with_gradients(backend, t, wrt, values, sizes=None, conventions=PYTORCH, **tolerance):
    L, G = weighted(t, "G")
    shape = evaluate(t, {**as_arrays(values), **(sizes or {})}).shape
    values = {**values, "G": np.random.default_rng(3).integers(-3, 4, shape).astype(float)}
    gradients = pull_back(t, wrt, G, conventions) if t.ndim else pull_back(L, wrt, None, conventions)
    check(backend, [t, *gradients], values, sizes, **tolerance)


@pytest.mark.parametrize(("name", "backend"), cases(CASES))
def test_the_language(name, backend):
    function, shapes = CASES[name][:2]
    for symbolic in (True, False):
        tensors = inputs(shapes, symbolic)
        try:
            t = function(*tensors)
        except ShapeError:
            continue
        sizes = {f"n{n}": n for n in range(2, 7)} if symbolic else {}
        known = {n.name for x in tensors for n in x.shape if n.is_Symbol}
        values = {k: sample(s) for k, s in zip(NAMES, shapes, strict=False)}
        sizes = {k: v for k, v in sizes.items() if k in known}
        check_with_gradients(backend, t, tensors[: len(shapes)], values, sizes)
        return


@pytest.mark.parametrize(("name", "backend"), cases(MODELS))
def test_models(name, backend):
    function, shapes = MODELS[name]
    values = {k: sample(s) for k, s in zip(NAMES, shapes, strict=False)}
    tensors = [input_tensor(k, s) for k, s in zip(NAMES, shapes, strict=False)]
    check_with_gradients(backend, function(*tensors), tensors, values)


@pytest.mark.parametrize("backend", BACKENDS)
@settings(deadline=None, max_examples=max(1, settings().max_examples // 12))
@given(graph=tensor_graphs(), seed=st.integers(0, 2**32))
def test_random_graphs(backend, graph, seed):
    L, G = weighted(graph.output, "G")
    shape = evaluate(graph.output, graph.floats).shape
    drawn = np.random.default_rng(seed).integers(-2, 4, shape).astype(float)
    values = {**{k: np.array(v, dtype=float) for k, v in graph.values.items()}, "G": drawn}
    gradients = pull_back(graph.output, graph.inputs, G)
    check(backend, [graph.output, L, *gradients], values, graph.sizes, rtol=1e-9, atol=1e-9)


WINDOWS = [(6, 3, 1, 1, 0), (7, 3, 2, 1, 1), (8, 2, 3, 2, 2), (5, 1, 2, 1, 0), (9, 3, 2, 2, 3)]
"""Rows, rows of the kernel, stride, dilation, padding."""


@pytest.mark.parametrize(("window", "backend"), cases(WINDOWS))
def test_convolution_is_exact_on_integers(window, backend):
    H, R, s, d, P = window
    OH = (H + 2 * P - d * (R - 1) - 1) // s + 1
    Y, X, W = convolution(*map(param, ("H", "R", "s", "d", "P", "OH")))
    rng = np.random.default_rng(1)
    values = {n: rng.integers(-3, 4, shape).astype(float) for n, shape in (("X", (2, 2, H)), ("W", (3, 2, R)))}
    sizes = {"H": H, "R": R, "s": s, "d": d, "P": P, "OH": OH, "N": 2, "C": 2, "K": 3}
    check_with_gradients(backend, Y, [X, W], values, sizes, exact=True)


LAYERS = {
    "conv": nn.Conv2d(2, 3, 3, stride=2, padding=1),
    "conv, grouped": nn.Conv2d(4, 6, (3, 2), stride=(1, 2), padding=(2, 0), dilation=(2, 1), groups=2),
    "conv, depthwise": nn.Conv2d(4, 4, 3, padding=1, groups=4, bias=False),
    "conv, rows left over": nn.Conv2d(2, 2, 2, stride=3),
    "transposed": nn.ConvTranspose2d(2, 3, 3, stride=2, padding=1, output_padding=1),
    "max pool": nn.MaxPool2d(3, stride=2, padding=1),
    "max pool, dilated": nn.MaxPool2d((2, 3), stride=1, dilation=2),
    "max pool, ceil": nn.MaxPool2d(2, stride=2, ceil_mode=True),
    "average pool": nn.AvgPool2d(2, stride=2, padding=1),
    "average pool, overlapping": nn.AvgPool2d(4, stride=2),
}


@pytest.mark.parametrize(("name", "backend"), cases(LAYERS, 7))
def test_layers_for_images_are_exact_on_integers(name, backend, ties="first"):
    layer = LAYERS[name]
    size = (4, 3) if name == "transposed" else (7, 6) if "pool" in name else (5, 4)
    built = layer.build((getattr(layer, "in_channels", 2), *size), "eval")
    rng = np.random.default_rng(2)
    tensors = [*built.inputs, *built.parameters.values()]
    shapes = {str(t.name): [int(n.xreplace({param("N"): 2})) for n in t.shape] for t in tensors}
    values = {n: rng.integers(-3, 4, shape).astype(float) for n, shape in shapes.items()}
    conventions = SPLIT if ties == "split" else PYTORCH
    whole = "average" not in name and ties == "first"
    check_with_gradients(backend, built.output, tensors, values, {"N": 2}, conventions, exact=whole)


@pytest.mark.parametrize(("name", "backend"), cases([name for name in LAYERS if "max" in name]))
def test_ties_that_are_split(name, backend):
    test_layers_for_images_are_exact_on_integers(name, backend, "split")


def sparse(rows):
    """Each row with each backend; by default a few of them."""
    for backend, every in (("torch", 6), ("jax", 24)):
        for k, row in enumerate(rows):
            late = [pytest.mark.slow] if k % every else []
            yield pytest.param(
                row, backend, marks=[getattr(pytest.mark, f"needs_{backend}"), *late], id=f"{row}-{backend}"
            )


@pytest.mark.parametrize(("row", "backend"), [*sparse(ROWS)])
def test_every_layer_is_numpys(row, backend):
    drawn = case(row, seed=5)
    work = Run(drawn.layer, drawn.x, drawn.params, "eval", 0, False)
    targets = work.built.outputs
    found = work.outputs()
    shapes = [np.shape(a) for a in (found if isinstance(found, tuple) else (found,))]
    rng = np.random.default_rng(1)
    G = dict(zip(cotangent_names(targets), (rng.normal(size=s) for s in shapes), strict=True))
    wrt = [t for t, a in zip(work.built.inputs, work.x, strict=True) if a.dtype.kind == "f"]
    outputs = [*targets, *pulled(targets, [*wrt, *work.built.parameters.values()])]
    program = compile_outputs(outputs)
    values = {**work.keywords, **G, **dict.fromkeys(program.arguments.asked, work.batch)}
    wanted = program(**{name: values[name] for name in (*program.arguments.names, *program.arguments.asked)})
    for value, want in zip(run(backend, outputs, values), wanted, strict=True):
        assert value.shape == want.shape
        np.testing.assert_allclose(value, want, rtol=1e-9, atol=1e-10)


NAN = [(3, 2, 1, 1, "first"), (2, 1, 0, 2, "first"), (3, 2, 1, 1, "split")]


@pytest.mark.parametrize(("window", "backend"), cases(NAN))
def test_nan_and_infinities_in_a_pool_are_numpys(window, backend):
    size, stride, padding, dilation, ties = window
    built = nn.MaxPool2d(size, stride, padding, dilation).build((2, 6, 6), "eval")
    _, G = weighted(built.output, "G")
    outputs = [built.output, *pull_back(built.output, built.inputs, G, SPLIT if ties == "split" else PYTORCH)]
    rng = np.random.default_rng(4)
    x = rng.choice([0.0, 1.0, np.nan, np.inf, -np.inf], (3, 2, 6, 6), p=[0.3, 0.3, 0.1, 0.1, 0.2])
    shape = compile_outputs([built.output])(x=x)[0].shape
    values = {str(built.inputs[0].name): x, "G": rng.integers(1, 9, shape).astype(float)}
    for found, wanted in zip(run(backend, outputs, values), compile_outputs(outputs)(**values), strict=True):
        np.testing.assert_array_equal(found, wanted)


KINKS = {
    "relu": lambda x: np.maximum(x, 0),
    "abs": abs,
    "sign": np.sign,
    "clip": lambda x: np.clip(x, -1, 1),
    "max": lambda x: np.max(x),
    "argument": lambda x: np.max(x, axis=0) * x,
    "where": lambda x: sg.where(x > 0, x, 2 * x),
}


@pytest.mark.parametrize(("name", "backend"), cases(KINKS))
def test_kinks_ties_and_nan_are_numpys(name, backend):
    x = input_tensor("x", (param("m"), param("n")))
    y = KINKS[name](x)
    _, G = weighted(y, "G")
    outputs = [y + 0 * G, *pull_back(y, [x], G)]
    given = np.array([[0.0, 1.0, -1.0, 1.0], [np.nan, np.inf, -np.inf, 1.0]])
    for values in (given, given[:1]):
        shape = compile_outputs([y])(x=values)[0].shape
        arrays = {"x": values, "G": np.full(shape, 2.0)}
        for found, wanted in zip(run(backend, outputs, arrays), compile_outputs(outputs)(**arrays), strict=True):
            np.testing.assert_array_equal(found, wanted)


# What a call takes and gives.


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_call_by_name_gives_the_librarys_arrays(backend):
    library = pytest.importorskip({"jax": "jax.numpy", "torch": "torch"}[backend])
    W, x = sg.tensors("W[m,n] x[n]")
    step = sg.compile(((W @ x) ** 2).sum(), grad=[W, x], backend=backend)
    arrays = {"W": np.arange(6, dtype="f4").reshape(2, 3), "x": np.ones(3, "f4")}
    value, (gW, gx) = step(**arrays)
    assert isinstance(gW, library.ndarray if backend == "jax" else library.Tensor)
    assert str(gx.dtype).endswith("float32") and float(value) == 153
    again, _ = step(**{name: library.asarray(a) for name, a in arrays.items()})
    assert float(again) == 153


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_program_checks_itself(backend):
    Y = sg.define("Y[n,k,i,j] = sum[c,p,q] X[n,c,s*i+d*p-P,s*j+d*q-P]*K[k,c,p,q] + b[k]")
    found = sg.compile(Y, grad=["X", "K", "b"], cotangent="G", backend=backend).check()
    assert found.holds and set(found.found) == {"X", "K", "b"}, found


@pytest.mark.needs_torch
def test_outputs_share_no_memory_with_arguments():
    torch = pytest.importorskip("torch")
    x, s = sg.tensors("x[n] s")
    program = compile_outputs([x[None], s * 1, x[None]], backend="torch")
    given = {"x": torch.ones(3), "s": torch.tensor(2.0)}
    outputs = program(**given)
    for out in outputs:
        out += 5
    assert given["x"].tolist() == [1, 1, 1] and given["s"].item() == 2
    assert outputs[0].tolist() == [[6, 6, 6]] == outputs[2].tolist()


@pytest.mark.needs_jax
def test_a_step_works_inside_jit():
    jax = pytest.importorskip("jax")
    W, x = sg.tensors("W[m,n] x[n]")
    step = sg.compile(((W @ x) ** 2).sum(), grad=x, backend="jax")
    twice = jax.jit(lambda W, x: 2 * step(W=W, x=x)[1])
    assert twice(np.ones((2, 3), "f4"), np.ones(3, "f4")).tolist() == [24, 24, 24]


@pytest.mark.needs_jax
def test_sizes_are_static_in_a_compiled_call():
    X, K = np.arange(9.0, dtype="f4").reshape(1, 1, 3, 3), np.ones((1, 1, 2, 2), "f4")
    Y = sg.define("Y[n,k,i,j] = sum[c,p,q] X[n,c,s*i+p-P,s*j+q-P]*K[k,c,p,q]")
    step = sg.compile(Y, backend="jax")
    assert step(X=X, K=K, s=1, P=0).tolist() == [[[[8, 12], [20, 24]]]]
    assert step(X=X, K=K, s=2, P=1).tolist() == [[[[0, 3], [9, 24]]]]


@pytest.mark.parametrize("backend", [*BACKENDS_OF_PROGRAMS])
def test_every_operation_can_be_written(backend):
    kind = BACKENDS_OF_PROGRAMS[backend]
    assert OPS.keys() - {"input", "chunks"} <= kind.writer_kind.rows.keys()
    asked = {*IMAGE_OPS, "windows", "look_up", "first_best", "contracted", "logsumexp_rows", "picked", "onehot_sum"}
    assert asked <= definitions(kind.folder).keys()
    assert kind.writer_kind.spelled.keys() == SPELLED.keys()


@pytest.mark.parametrize(("name", "backend"), cases(MODELS))
def test_float32_stays(name, backend):
    outputs, values = in_float32(name)
    assert {a.dtype for a in run(backend, outputs, values)} == {np.dtype("f4")}
