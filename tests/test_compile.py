"""`sg.compile`: what it takes and gives, its source as a file of its own, its errors word for word."""

import ast
import math
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import symgrad as sg
from symgrad.errors import OptionError, SymgradError
from symgrad.kernels import compiled
from symgrad.kernels.layout import laid_out

ROOT = Path(__file__).parent.parent
RUFF = shutil.which("ruff") or shutil.which("ruff", path=Path(sys.executable).parent)
W, x, b = sg.tensors("W[m,n] x[n] b[m]")
q = sg.let("q", W @ x)
f = sg.let("f", (q**2).sum())
NUMBERS = {"W": np.array([[0.4, 0.6], [0.7, -0.2]]), "x": np.array([0.5, 0.3])}
GW, GX = [[0.38, 0.228], [0.29, 0.174]], [0.71, 0.34]
CONV = sg.define("Y[n,k,i,j] = sum[c,p,q] X[n,c,s*i+d*p-P,s*j+d*q-P]*K[k,c,p,q] + b[k]")
POOL = sg.define("M[n,c,i,j] = max[p<2,q<2] X[n,c,2*i+p,2*j+q]", "X[N,C,H,W]")


def body(step):
    """The function of a source, without routines and check."""
    tree = ast.parse(step.source)
    found = next(n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == "step")
    return ast.get_source_segment(step.source, found)


# What it gives.


def test_value_and_gradients():
    value, (gW, gx) = sg.compile(f, grad=[W, x])(**NUMBERS)
    assert value == pytest.approx(0.2285) and np.allclose(gW, GW) and np.allclose(gx, GX)


FORMS = {
    "one variable": (lambda: sg.compile(f, grad=x), lambda v: (v[0], v[1]), GX),
    "a name": (lambda: sg.compile(f, grad="x"), lambda v: (v[0], v[1]), GX),
    "a list of one": (lambda: sg.compile(f, grad=["x"]), lambda v: (v[0], v[1][0]), GX),
    "an intermediate": (lambda: sg.compile(f, grad="q"), lambda v: (v[0], v[1]), [0.76, 0.58]),
    "a result": (lambda: sg.compile(sg.grad(f, x)), lambda v: (0.2285, v), GX),
    "the value alone": (lambda: sg.compile(f), lambda v: (v, 0.0), 0.0),
    "several values": (lambda: sg.compile([f, q]), lambda v: v, [0.38, 0.29]),
    "a tuple of one": (lambda: sg.compile((f,)), lambda v: (v[0], len(v)), 1),
}


@pytest.mark.parametrize("form", FORMS)
def test_forms_of_a_call(form):
    make, parts, wanted = FORMS[form]
    value, other = parts(make()(**NUMBERS))
    assert value == pytest.approx(0.2285) and np.allclose(other, wanted)


def test_a_cotangent():
    step = sg.compile(q, grad=[W, "x"], cotangent="G")
    value, (gW, gx) = step(**NUMBERS, G=[1.0, 2.0])
    assert np.allclose(value, [0.38, 0.29])
    assert np.allclose(gW, np.outer([1, 2], NUMBERS["x"])) and np.allclose(gx, [1.8, 0.2])


def test_a_cotangent_for_each_of_several_values():
    step = sg.compile([f, q], grad="x", cotangent=["a", "G"])
    (value, _), gx = step(**NUMBERS, a=2.0, G=[1.0, 2.0])
    assert value == pytest.approx(0.2285) and np.allclose(gx, 2 * np.array(GX) + [1.8, 0.2])


def test_a_variable_on_which_nothing_depends():
    value, gb = sg.compile(f, grad=b)(**NUMBERS, b=[1.0, 2.0])
    assert value == pytest.approx(0.2285) and gb.tolist() == [0, 0]


def test_conventions():
    top = x.max()
    arrays = {"x": [1.0, 3.0, 3.0]}
    assert sg.compile(top, grad=x)(**arrays)[1].tolist() == [0, 1, 0]
    assert sg.compile(top, grad=x, conventions=sg.Conventions(ties="split"))(**arrays)[1].tolist() == [0, 0.5, 0.5]


def test_facts_are_not_used_since_the_program_holds_for_all_values():
    z, y = sg.tensors("z[n] y[n]")
    with sg.assume(y.sum() == 1):
        step = sg.compile(sg.cross_entropy(z, y), grad=z)
        assert "∂f/∂zⱼ = softmax(z)ⱼ Σₖ yₖ − yⱼ" in body(step) and "assuming" not in body(step)
    assert step.check(z=[0.5, 1.0], y=[3.0, -1.0]).holds


def test_one_program_serves_all_shapes_and_number_types():
    step = sg.compile(f, grad=[W, x])
    for m, n, kind in ((2, 3, "f8"), (1, 1, "f4"), (7, 2, "f4")):
        value, (gW, gx) = step(W=np.ones((m, n), kind), x=np.ones(n, kind))
        assert value == m * n * n and gW.shape == (m, n) and {gW.dtype, gx.dtype} == {np.dtype(kind)}


def test_the_same_tensors_give_the_same_program_without_work(monkeypatch):
    first = sg.compile(f, grad=[W, x])
    monkeypatch.setattr(compiled, "lower_all", lambda *_: pytest.fail("lowered again"))
    assert sg.compile(f, grad=[W, x]) is first
    assert sg.compile(f, grad=(W, x))._program is first._program


def test_repr():
    assert repr(sg.compile(CONV, grad="X", cotangent="G")) == (
        "step(b[n_k], K[n_k, C, n_p, Q], X[N, C, X_2, X_3], "
        "G[N, n_k, ⌊(2P+X_2−d·(n_p−1)−1)/s⌋+1, ⌊(2P+X_3−d·(Q−1)−1)/s⌋+1], P, d, s)"
        " → Y[N, n_k, ⌊(2P+X_2−d·(n_p−1)−1)/s⌋+1, ⌊(2P+X_3−d·(Q−1)−1)/s⌋+1], ∂L/∂X[N, C, X_2, X_3]        numpy"
    )


# What it says of itself.


def test_the_source_holds_formulas_and_asserts_and_nothing_of_symgrad():
    step = sg.compile(f, grad=[W, x])
    text = body(step)
    for line in ("qᵢ = Σⱼ Wᵢⱼ xⱼ", "f = Σₖ qₖ²", "∂f/∂Wᵢⱼ = 2 qᵢ xⱼ        ∇_W f = 2 q xᵀ", "W: [m, n]   x: [n]"):
        assert line in text
    assert 'check_axis("x", x, 0, "n", n)' in text and "q = W @ x" in text
    assert "symgrad" not in step.source
    imports = {n.name for node in ast.walk(ast.parse(step.source)) if isinstance(node, ast.Import) for n in node.names}
    assert imports == {"numpy"}


def test_the_function_of_the_source_returns_what_a_call_returns():
    scope = {}
    exec(sg.compile(f, grad=[W, x]).source, scope)
    value, (gW, _) = scope["step"](NUMBERS["W"], NUMBERS["x"])
    assert value == pytest.approx(0.2285) and np.allclose(gW, GW)


def test_explain_without_arrays_is_symbolic():
    lines = sg.compile(f, grad=[W, x]).explain().splitlines()
    assert lines[0] == "step(W[m, n], x[n])"
    assert re.fullmatch(r"  q = W @ x +\[m\] +contraction \S+", lines[1])


def test_explain_with_arrays_has_sizes_and_methods():
    step = sg.compile(CONV, grad=["X", "K"], cotangent="G")
    arrays = {"X": np.ones((2, 16, 14, 14), "f4"), "K": np.ones((16, 16, 3, 3), "f4"), "b": np.ones(16, "f4")}
    told = step.explain(**arrays, G=np.ones((2, 16, 12, 12), "f4"), s=1, d=1, P=0)
    assert "N = 2" in told and "float32" in told
    assert re.search(r"\[2, 16, 12, 12\] +conv2d, method \w+, of \w+, \w+", told)
    assert "conv2d_kernel_gradient, method" in told and "conv2d_input_gradient, method" in told
    assert "the method follows from the sizes" in step.explain()


def test_check_compares_with_differences():
    step = sg.compile(f, grad=[W, x])
    found = step.check(**NUMBERS)
    assert found.holds and {name: n for name, (_, n) in found.found.items()} == {"W": 4, "x": 2}
    assert str(found).splitlines()[0].startswith("gradient by W: agrees with differences, distance ")
    assert step.check().holds


STRUCTURES = {
    "convolution": lambda: sg.compile(CONV, grad=["X", "K", "b"], cotangent="G"),
    "pool": lambda: sg.compile(POOL, grad="X", cotangent="G"),
    "log": lambda: sg.compile(np.log(x).sum(), grad=x),
    "large numbers": lambda: sg.compile((1000 * np.exp(5 * x)).sum(), grad=x),
    "intermediate": lambda: sg.compile(f, grad=["q", "x"]),
    "several": lambda: sg.compile([f, q], grad=[W], cotangent=["a", "G"]),
    "scalar": lambda: sg.compile(sg.tensors("t") ** 3, grad="t"),
}


@pytest.mark.parametrize("name", STRUCTURES)
def test_check_holds(name):
    found = STRUCTURES[name]().check()
    assert found.holds and found.found, found


@pytest.mark.parametrize("error", [1.0005, -1.0])
def test_check_finds_a_wrong_gradient(error, monkeypatch):
    step = sg.compile((np.tanh(W @ x) ** 2).sum(), grad=[W, x], name="planted")
    right = step._program.function

    def wrong(*arrays):
        value, (gW, gx) = right(*arrays)
        return value, (gW, gx * error)

    monkeypatch.setitem(step._program.__dict__, "_run", wrong)
    found = step.check(**NUMBERS)
    assert not found.holds and found.found["W"][0] < 1e-8 < 1e-4 < found.found["x"][0]
    assert "gradient by x: DISAGREES with differences" in str(found)


# The file.


def python(file, **env):
    words = [sys.executable, str(file)]
    return subprocess.run(
        words, env={**os.environ, **env, "PYTHONPATH": ""}, capture_output=True, encoding="utf-8", timeout=120
    )


@pytest.mark.parametrize("name", ["convolution", "several"])
def test_a_saved_file_checks_itself(name, tmp_path):
    STRUCTURES[name]().save(tmp_path / "grad.py")
    done = python(tmp_path / "grad.py")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "agrees with differences" in done.stdout and not done.stderr


@pytest.mark.parametrize(
    "backend",
    [pytest.param("jax", marks=pytest.mark.needs_jax), pytest.param("torch", marks=pytest.mark.needs_torch)],
)
def test_a_file_for_another_library_checks_itself(backend, tmp_path):
    step = sg.compile(POOL, grad="X", cotangent="G", backend=backend)
    assert "symgrad" not in step.source
    step.save(tmp_path / "grad.py")
    done = python(tmp_path / "grad.py")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "gradient by X: agrees" in done.stdout


def test_a_file_with_a_wrong_gradient_ends_with_1(tmp_path):
    text = sg.compile(f, grad=x).source.replace("return dtype.type(f), df_dx", "return dtype.type(f), 1.001 * df_dx")
    assert "1.001" in text
    (tmp_path / "grad.py").write_text(text, encoding="utf-8")
    done = python(tmp_path / "grad.py")
    assert done.returncode == 1 and "gradient by x: DISAGREES" in done.stdout


@pytest.mark.parametrize("backend", ["numpy", "jax", "torch"])
def test_the_source_is_formatted(backend, tmp_path):
    many = [sg.tensors(f"parameter_with_a_long_name_{k}[N]") for k in range(8)]
    wide = sg.tanh(sum(math.prod(many[k:]) for k in range(7)))
    steps = [
        sg.compile(CONV, grad=["X", "K"], cotangent="G", backend=backend),
        sg.compile(wide, grad=many, cotangent="G", backend=backend),
        sg.compile(sg.cross_entropy(W @ x, b), grad=[W], backend=backend),
    ]
    for k, step in enumerate(steps):
        (tmp_path / f"source_{k}.py").write_text(step.source, encoding="utf-8")
        assert max(map(len, body(step).splitlines())) <= 120
        ast.parse(step.source)
    if not RUFF:
        return
    done = subprocess.run(
        [RUFF, "format", "--isolated", "--diff", "--line-length", "120", str(tmp_path)],
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stdout
    done = subprocess.run(
        [RUFF, "check", "--isolated", "--line-length", "120", "--select", "E,F,I,W", "--ignore", "E741", str(tmp_path)],
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stdout


def test_lines_are_broken_as_a_formatter_breaks_them():
    assert laid_out("x = f(aaaaaaaa, bbbbbbbb)", 0, 20) == ["x = f(", "  aaaaaaaa, bbbbbbbb", ")"]
    assert laid_out("return aaaaaaaaaa, (bbbbbbbbbb, c)", 0, 20) == [
        "return aaaaaaaaaa, (", "  bbbbbbbbbb,", "  c,", ")"
    ]  # fmt: skip
    assert laid_out("x = 2 * (aaaaaaaaaaaa + bb)", 0, 20) == ["x = 2 * (", "  aaaaaaaaaaaa + bb", ")"]


def test_the_source_is_the_same_in_every_process(tmp_path):
    words = ["-m", "symgrad", "compile", "sum(tanh(W @ x)**2) + max(x)", "--shape", "W[m,n] x[n]"]
    texts = {
        subprocess.run(
            [sys.executable, *words],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONUTF8": "1"},
            capture_output=True,
            encoding="utf-8",
        ).stdout
        for seed in ("1", "2")
    }
    assert len(texts) == 1 and "def step(W, x):" in texts.pop()


def test_numpy_is_loaded_when_compile_is_asked_for():
    code = "import sys, symgrad as sg; print('numpy' in sys.modules); sg.compile; print('numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, encoding="utf-8")
    assert done.stdout.split() == ["False", "True"]


# Errors, word for word.

STEP = sg.compile(f, grad=[W, x])
STRIDED = sg.compile(CONV)
IMAGES = {"X": np.ones((2, 3, 5, 5)), "K": np.ones((4, 3, 3, 3)), "b": np.ones(4), "s": 2, "P": 0, "d": 1}
FINITE = sg.compile(f, check_finite=True)
FIXED = sg.compile((sg.tensors("A[2,3]") ** 2).sum())
CALLS = {
    "wrong shape": (
        STEP,
        {"W": np.ones((2, 3)), "x": np.ones(4)},
        "ShapeError: x: axis 0 is n = 3 but 4 entries are given\nn is axis 1 of W",
    ),
    "wrong number": (FIXED, {"A": np.ones((2, 4))}, "ShapeError: A: axis 1 is 3 but 4 entries are given"),
    "too few axes": (
        STEP,
        {"W": np.ones(3), "x": np.ones(3)},
        "ShapeError: W: shape (m, n) is expected, (3,) is given",
    ),
    "wrong type": (
        STEP,
        {"W": np.ones((2, 3)), "x": np.array(["a", "b", "c"])},
        "EvaluationError: x: real numbers are expected, entries of type <U1 are given",
    ),
    "complex": (
        STEP,
        {"W": np.ones((2, 3), complex), "x": np.ones(3)},
        "EvaluationError: W: real numbers are expected, entries of type complex128 are given",
    ),
    "two types": (
        STEP,
        {"W": np.ones((2, 3), "f4"), "x": np.ones(3)},
        "EvaluationError: one number type is expected, W is float32 but x is float64\nconvert one",
    ),
    "lists of different lengths": (
        STEP,
        {"W": [[1.0, 2.0], [3.0]], "x": np.ones(2)},
        "ShapeError: W: lists of different lengths make no array",
    ),
    "missing": (STEP, {"W": np.ones((2, 3))}, "EvaluationError: no value for x[n]\ngive x=…"),
    "missing size": (
        STRIDED,
        {k: v for k, v in IMAGES.items() if k != "s"},
        "EvaluationError: the size s is not known\ngive s=… beside the inputs",
    ),
    "extra": (
        STEP,
        {"W": np.ones((2, 3)), "x": np.ones(3), "bias": np.ones(2)},
        "UnknownNameError: nothing is named 'bias'\nthere are: W, m, n, x",
    ),
    "misspelt": (
        sg.compile((sg.tensors("weight[n]") ** 2).sum()),
        {"wieght": np.ones(3)},
        "UnknownNameError: nothing is named 'wieght'\ndid you mean weight?",
    ),
    "not finite": (
        FINITE,
        {"W": np.array([[1.0, np.nan], [np.inf, 0]]), "x": np.ones(2)},
        "EvaluationError: W: finite numbers are expected, W[0, 1] is nan, and 1 more\n"
        "check_finite=False lets NaN and infinities through",
    ),
    "empty batch": (
        STRIDED,
        {**IMAGES, "X": np.ones((0, 3, 5, 5))},
        "ShapeError: X: axis 0 is N, which is 0: there is nothing to compute\n"
        "give at least one entry along axis 0 of X",
    ),
    "window larger than the image": (
        STRIDED,
        {**IMAGES, "X": np.ones((2, 3, 2, 5))},
        "ShapeError: Y: axis 2 would have (2 * P + X_2 - d * (n_p - 1) - 1) // s + 1 = 0 entries at P = 0, X_2 = 2, "
        "d = 1, n_p = 3, s = 2\nP is given; X_2 is axis 2 of X; d is given; n_p is axis 2 of K; s is given",
    ),
    "stride 0": (
        STRIDED,
        {**IMAGES, "s": 0},
        "ShapeError: Y: axis 2 would have (2 * P + X_2 - d * (n_p - 1) - 1) // s + 1 = no number of entries at P = 0, "
        "X_2 = 5, d = 1, n_p = 3, s = 0\nP is given; X_2 is axis 2 of X; d is given; n_p is axis 2 of K; s is given",
    ),
    "a size that is no integer": (
        STRIDED,
        {**IMAGES, "s": 1.5},
        "EvaluationError: the size s is an integer, 1.5 is given",
    ),
}


@pytest.mark.parametrize("call", CALLS)
def test_what_a_call_refuses(call):
    step, values, words = CALLS[call]
    with pytest.raises(SymgradError) as found:
        step(**values)
    assert f"{type(found.value).__name__}: {found.value}" == words


def test_arguments_are_given_by_name():
    with pytest.raises(SymgradError, match=r"arguments are given by name\nstep\(W=…, x=…\)"):
        STEP(NUMBERS["W"], NUMBERS["x"])
    step = sg.compile((sg.tensors("self[n]") ** 2).sum(), grad="self")
    assert step(self=[1.0, 2.0])[0] == 5 and step.check(self=[1.0, 2.0]).holds
    assert "self = np.asarray(self)" in step.source and "n = 2" in step.explain(self=[1.0, 2.0])


def test_a_call_after_a_refused_one():
    with pytest.raises(SymgradError):
        STEP(W=np.ones((2, 3)), x=np.ones(4))
    assert STEP(W=np.ones((2, 3)), x=np.ones(3))[0] == 18
    assert np.isnan(STEP(W=np.full((2, 2), np.nan), x=np.ones(2))[0])
    assert FINITE(W=np.ones((2, 2)), x=np.ones(2)) == 8


ASKED = {
    "no scalar": (
        lambda: sg.compile(q, grad=x),
        "ShapeError: compile: q has shape [m], a gradient is of one number\n"
        'give cotangent="G", for the gradient of ⟨G, q⟩, or compile a sum',
    ),
    "several": (
        lambda: sg.compile([f, q], grad=x),
        "ShapeError: compile: 2 outputs, a gradient is of one number\n"
        'give cotangent=["G0", "G1"], for the gradient of Σ ⟨G, y⟩, or compile one output',
    ),
    "cotangents": (
        lambda: sg.compile([f, q], grad=x, cotangent="G"),
        "OptionError: compile: 2 outputs take as many cotangents, 1 are given",
    ),
    "cotangent alone": (
        lambda: sg.compile(q, cotangent="G"),
        "OptionError: compile: a cotangent is for gradients\ngive grad=[…] too",
    ),
    "cotangent's name": (
        lambda: sg.compile(q, grad=x, cotangent="W"),
        "OptionError: W is a tensor already; the cotangent needs a name of its own",
    ),
    "variable": (
        lambda: sg.compile(f, grad="y"),
        "UnknownNameError: no tensor is named 'y'\nthere are: W, f, q, x",
    ),
    "no variable": (
        lambda: sg.compile(f, grad=[]),
        "OptionError: compile: grad names no tensor\nfor the value alone, leave grad out",
    ),
    "nothing": (lambda: sg.compile([]), "OptionError: compile: nothing to compute\ngive a tensor, or several"),
    "no tensor": (
        lambda: sg.compile("f"),
        "OptionError: not a tensor: 'f'\nfor example sg.tensors(\"x[n]\")",
    ),
    "backend": (
        lambda: sg.compile(f, backend="fortran"),
        "OptionError: there is no backend 'fortran'\nthere are: numpy, jax, torch",
    ),
    "name": (lambda: sg.compile(f, name="a b"), "OptionError: not a name for a function: 'a b'"),
}


@pytest.mark.parametrize("asked", ASKED)
def test_what_compile_refuses(asked):
    make, words = ASKED[asked]
    with pytest.raises(SymgradError) as found:
        make()
    assert f"{type(found.value).__name__}: {found.value}" == words


def test_a_graph_that_is_too_large_for_formulas_says_so():
    t = x
    for k in range(18):
        t = sg.let(f"h{k}", np.tanh(t) + x)
    step = sg.compile(t.sum(), grad=[x] * 9)
    assert "h0ᵢ = tanh(xᵢ) + xᵢ" in body(step) and "∂f/∂xᵢ =" not in body(step)
    for k in range(60):
        t = sg.let(f"g{k}", t + x)
    assert re.search(r"A graph of \d+ equations\.", body(sg.compile(t.sum(), grad=x)))


# Which method.


def convolution():
    return sg.define("Y[n,k,i,j] = sum[c,p<3,q<3] X[n,c,i+p,j+q]*K[k,c,p,q]"), {
        "X": np.random.default_rng(0).standard_normal((1, 64, 40, 40)),
        "K": np.random.default_rng(1).standard_normal((64, 64, 3, 3)),
    }


def test_a_method_can_be_forced_and_is_explained():
    Y, values = convolution()
    rule, direct, blocks = (sg.compile(Y, methods=m) for m in (None, {"conv2d": "direct"}, {"conv2d": "blocks"}))
    told = [step.explain(**values).split("method ")[1].split(",")[0] for step in (rule, direct, blocks)]
    assert told == ["winograd", "blocks", "blocks"]
    assert 'method="direct")' in direct.source
    for step in (direct, blocks):
        np.testing.assert_allclose(step(**values), rule(**values), rtol=1e-10, atol=1e-10)
    told = "methods={conv2d: pointwise}: method='pointwise' cannot compute this convolution: winograd, blocks"
    with pytest.raises(OptionError, match=told):
        sg.compile(Y, methods={"conv2d": "pointwise"})(**values)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"methods": {"conv2d": "fast"}}, "no method 'fast' for conv2d"),
        ({"methods": {"pool": "direct"}}, "no choice of methods for 'pool'"),
        ({"methods": {"conv2d": "blocks"}, "backend": "torch"}, "methods for backend='torch'"),
    ],
)
def test_methods_that_are_none(options, words):
    with pytest.raises(OptionError, match=words):
        sg.compile(convolution()[0], **options)
