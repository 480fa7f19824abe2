"""Equations with large arrays between: some rows at a time, with the same result, in bounded memory."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symgrad.expr.evaluate import evaluate
from symgrad.expr.indices import param
from symgrad.expr.tensors import input_tensor
from symgrad.kernels import chunks, compile_outputs
from symgrad.kernels.load import load
from symgrad.parse.program import parse_program

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


def test_known_sizes_decide_when_the_program_is_made(monkeypatch):
    text = EQUATIONS["distances"]
    assert "in_chunks" not in compile_outputs([built(text, 100, 100, 100)]).source
    assert "in_chunks" in compile_outputs([built(text, 1000, 1000, 1000)]).source
    monkeypatch.setattr(chunks, "LARGE", 100)
    assert "in_chunks" in compile_outputs([built(text, 30, 30, 30)]).source


def test_what_needs_no_array_between_is_not_cut():
    for text in ("Y[i,j] = sum[k] x[i,k] * y[j,k]", "Y[i,k] = exp(x[i,k]) - x[i,k]", "Y[i] = lse[k] x[i,k]"):
        assert "in_chunks" not in compile_outputs([built(text)]).source
