"""Equations with large arrays between: some rows at a time, with the same result, in bounded memory."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symgrad import nn
from symgrad.calculus.sweep import pull_back
from symgrad.expr.evaluate import evaluate
from symgrad.expr.indices import param
from symgrad.expr.operations import elementwise
from symgrad.expr.reductions import sum_
from symgrad.expr.tensors import input_tensor
from symgrad.kernels import adjoints, chunks, compile_outputs, compiled
from symgrad.kernels.load import load
from symgrad.kernels.lower import lower_equation
from symgrad.parse.program import parse_program
from tests.nn_cases import case, close

N, M, K = (param(name) for name in "NMK")
EQUATIONS = {
    "distances": "Y[i,j] = sum[k] abs(x[i,k] - y[j,k])",
    "the other way round": "Y[j,i] = sum[k] abs(x[i,k] - y[j,k])",
    "of triples": "Y[i] = sum[j,k] tanh(x[i,k] * y[j,k])",
    "a maximum": "Y[i,j] = max[k] (x[i,k] - y[j,k])",
    "all pairs": "Y = sum[i,j,k] abs(x[i,k] - y[j,k])",
    "their mean": "Y = sum[i,j,k] abs(x[i,k] - y[j,k]) / N",
    "the largest pair": "Y = max[i,j,k] (x[i,k] - y[j,k])",
    "windows": "Y[i,a<4] = sum[j,k] abs(x[i+a-2,k] - y[j,k])",
    "beside other terms": "Y[i,j] = x[i,0] + sum[k] exp(x[i,k] - y[j,k])",
}
CHUNKS = "CHUNK_BYTES = 1 << 28"


def built(text, n=N, m=M, k=K):
    (y,) = parse_program(text, {"x": input_tensor("x", (n, k)), "y": input_tensor("y", (m, k))}).values()
    return y


def bounded_by(program, size):
    """The function of a program, with another bound."""
    assert CHUNKS in program.source
    function = load(program.source.replace(CHUNKS, f"CHUNK_BYTES = {size}"), "step")
    names = [t.name for t in program.inputs]
    return lambda **arrays: function(*(arrays[name] for name in names))[0]


def arrays(rng, n, m, k):
    return {"x": rng.integers(-4, 5, size=(n, k)) / 4, "y": rng.integers(-4, 5, size=(m, k)) / 4}


@pytest.mark.parametrize("name", EQUATIONS)
@settings(max_examples=max(2, settings().max_examples // 20))
@given(sizes=st.tuples(*[st.integers(1, 5)] * 3), size=st.integers(1, 1500), seed=st.integers(0, 99))
def test_chunks_mean_what_plain_loops_say(name, sizes, size, seed):
    y = built(EQUATIONS[name])
    given_, program = arrays(np.random.default_rng(seed), *sizes), compile_outputs([y])
    (want,) = evaluate([y], given_)
    want = np.array(want.nested(), dtype=float).reshape(want.shape)
    np.testing.assert_allclose(program(**given_)[0], want, rtol=1e-13)
    np.testing.assert_allclose(bounded_by(program, size)(**given_), want, rtol=1e-13)


GRADIENTS = [name for name, text in EQUATIONS.items() if "max" not in text]


@pytest.mark.parametrize("name", GRADIENTS)
@pytest.mark.parametrize("by", [0, 1])
def test_gradients_are_cut_as_well(name, by):
    rng, y = np.random.default_rng(0), built(EQUATIONS[name])
    gradient, *_ = pull_back(sum_(elementwise("square", y)), [input_tensor("xy"[by], ((N, M)[by], K))])
    given_ = {name: rng.normal(size=(n, 3)) for name, n in (("x", 4), ("y", 5))}
    (want,) = evaluate([gradient], given_)
    program = compile_outputs([gradient])
    found = bounded_by(program, 400)(**given_) if CHUNKS in program.source else program(**given_)[0]
    np.testing.assert_allclose(found, np.array(want.nested(), dtype=float), rtol=1e-12)
    assert CHUNKS in program.source


@pytest.mark.parametrize("name", EQUATIONS)
def test_chunks_hold_no_more_than_the_bound(name):
    given_ = arrays(np.random.default_rng(0), 512, 256, 32)  # arrays between of 32 MiB
    run, bound = bounded_by(compile_outputs([built(EQUATIONS[name])]), 1 << 22), 1 << 22
    result = run(**given_)
    tracemalloc.start()
    try:
        run(**given_)
        assert tracemalloc.get_traced_memory()[1] < 1.1 * bound + 2 * np.asarray(result).nbytes
    finally:
        tracemalloc.stop()


def flat(found):
    """Outputs and gradients of a call, those that there are."""
    outputs, _, gx, gradients = found
    return [a for a in (*outputs, *gx, *gradients.values()) if a is not None]


@pytest.mark.parametrize("row", [*nn.LAYERS, *nn.LOSSES], ids=str)
def test_every_layer_can_be_cut(row, monkeypatch):
    """What is never too large is cut all the same, into single rows."""
    whole = case(row, 3).call()

    cuts = set()

    def cut(t, values, builder, remembered):
        found = chunks.in_parts(t, lower_equation(t, values, builder, remembered), values, builder)
        cuts.update(v for v in builder.made.values() if v.op == "chunks")
        return found

    monkeypatch.setattr(adjoints, "bounded", cut)
    monkeypatch.setattr(chunks, "too_large", lambda made, shapes: False)
    monkeypatch.setattr(compiled, "load", lambda text, name: load(text.replace(CHUNKS, "CHUNK_BYTES = 1"), name))
    compiled._compiled.cache_clear()
    try:
        parts = case(row, 3).call()
    finally:
        compiled._compiled.cache_clear()
    assert cuts or row.name in ("Flatten", "Dropout", "Dropout2d", "Identity")
    for got, want in zip(flat(parts), flat(whole), strict=True):
        close(got, want, 1e-12)


def test_known_sizes_decide_when_the_program_is_made(monkeypatch):
    text = EQUATIONS["distances"]
    assert "in_chunks" not in compile_outputs([built(text, 100, 100, 100)]).source
    assert "in_chunks" in compile_outputs([built(text, 1000, 1000, 1000)]).source
    monkeypatch.setattr(chunks, "LARGE", 100)
    assert "in_chunks" in compile_outputs([built(text, 30, 30, 30)]).source


def test_what_needs_no_array_between_is_not_cut():
    for text in ("Y[i,j] = sum[k] x[i,k] * y[j,k]", "Y[i,k] = exp(x[i,k]) - x[i,k]", "Y[i] = lse[k] x[i,k]"):
        assert "in_chunks" not in compile_outputs([built(text)]).source
