"""Sums with a factor `[t[n] = v]`: what programs look up and add up is what the equation says, without a mask."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symgrad import nn
from symgrad.calculus.sweep import pull_back
from symgrad.expr.evaluate import evaluate
from symgrad.expr.operations import elementwise
from symgrad.expr.reductions import sum_
from symgrad.expr.tensors import input_tensor
from symgrad.kernels import compile_outputs
from symgrad.kernels.routines.labels import FEW_REPEATS, onehot_sum, picked
from symgrad.parse.program import parse_program

SHAPES = {
    "t": (3,),
    "s": (3, 2),
    "r": (2, 3),
    "W": (4, 2),
    "Z": (3, 4),
    "V": (3, 4, 2),
    "G": (3, 2),
    "b": (4,),
    "x": (4, 2),
}
LABELS = ("t", "s", "r")
EQUATIONS = {  # the equation, and the routine of its program
    "rows of a table": ("Y[n,d] = sum[k] equal(t[n], k) * W[k,d]", "picked"),
    "rows for many": ("Y[n,a,d] = sum[k] equal(s[n,a], k) * W[k,d]", "picked"),
    "an entry of each row": ("Y[n] = sum[k] equal(t[n], k) * Z[n,k]", "picked"),
    "in the middle": ("Y[n,a] = sum[k] equal(s[n,a], k) * V[n,k,a]", "picked"),
    "some axes in common": ("Y[n,a,b] = sum[k] equal(s[n,a], k) * V[n,k,b]", "picked"),
    "two factors": ("Y[n] = sum[k] equal(t[n], k) * Z[n,k] * b[k]", "picked"),
    "an expression": ("Y[n] = sum[k] equal(k, t[n]) * exp(Z[n,k] + b[k])", "picked"),
    "summed as well": ("Y[d] = sum[k,n] equal(t[n], k) * W[k,d] * Z[n,k]", "picked"),
    "everything summed": ("Y = sum[k,n] equal(t[n], k) * Z[n,k]", "picked"),
    "two labels": ("Y[n] = sum[k,d] equal(t[n], k) * equal(s[n,0], d) * W[k,d]", "picked"),
    "a label of a label": ("Y[n] = sum[k,j] equal(t[n], k) * equal(b[k], j) * Z[n,j]", "picked"),
    "with a condition": ("Y[n,d] = sum[k] equal(t[n], k) * not_equal(t[n], 1) * W[k,d]", "picked"),
    "rows added": ("Y[k<4,d] = sum[n] equal(t[n], k) * G[n,d]", "onehot_sum"),
    "rows of many added": ("Y[k<4] = sum[n,a] equal(s[n,a], k) * G[n,a]", "onehot_sum"),
    "counted": ("Y[k<4] = sum[n] equal(t[n], k)", "onehot_sum"),
    "each row its own": ("Y[n,k<4] = sum[a] equal(s[n,a], k) * G[n,a]", "onehot_sum"),
    "an outer axis": ("Y[c,k<4,d] = sum[n] equal(r[c,n], k) * G[n,d]", "onehot_sum"),
    "times what is known": ("Y[k<4,d] = x[k,d] * sum[n] equal(t[n], k) * G[n,d]", "onehot_sum"),
    "with a sum besides": ("Y[k<4] = sum[n,d] equal(t[n], k) * G[n,d]", "onehot_sum"),
    "looked up and added": ("Y[k<4] = sum[n,j] equal(t[n], k) * equal(s[n,0], j) * Z[n,j]", "onehot_sum"),
    "only of some": ("Y[k<4,d] = sum[n] equal(t[n], k) * not_equal(t[n], 2) * G[n,d]", "onehot_sum"),
}


def tensors():
    return {name: input_tensor(name, shape) for name, shape in SHAPES.items()}


def values(rng):
    """Integers, so that sums are exact; labels beside the table, and none, come in."""
    found = {name: rng.integers(-3, 4, size=shape).astype(float) for name, shape in SHAPES.items()}
    odd = {name: rng.choice([0, 0, 1, 2, 3, 4, -1, 0.5], size=SHAPES[name]) for name in LABELS}
    return {**found, **odd}


def agrees(outputs, given):
    program = compile_outputs(outputs)
    used = {t.name: given[t.name] for t in program.inputs}
    for got, want in zip(program(**used), evaluate(list(outputs), used), strict=True):
        want = np.array(want.nested(), dtype=float).reshape(want.shape)
        assert got.shape == want.shape and np.allclose(got, want, rtol=1e-14, atol=0)
    return program


@pytest.mark.parametrize("name", EQUATIONS)
@settings(max_examples=max(3, settings().max_examples // 20))
@given(seed=st.integers(0, 2**32 - 1))
def test_programs_of_labels_mean_what_plain_loops_say(name, seed):
    text, routine = EQUATIONS[name]
    given, rng = tensors(), np.random.default_rng(seed)
    (y,) = parse_program(text, given).values()
    program = agrees([y], values(rng))
    assert f"{routine}(" in program.source
    wrt = [t for t in given.values() if t.name not in LABELS and t in y.operands]
    agrees(pull_back(sum_(elementwise("square", y)), wrt), values(rng))


@pytest.mark.parametrize("name", EQUATIONS)
@pytest.mark.parametrize(
    "backend", [pytest.param("jax", marks=pytest.mark.needs_jax), pytest.param("torch", marks=pytest.mark.needs_torch)]
)
def test_other_libraries_do_the_same(name, backend):
    given, rng = tensors(), np.random.default_rng(0)
    (y,) = parse_program(EQUATIONS[name][0], given).values()
    program, ours = compile_outputs([y], backend=backend), compile_outputs([y])
    for known in (values(rng), values(rng)):
        used = {t.name: known[t.name].astype(np.float32) for t in program.inputs}
        np.testing.assert_allclose(np.asarray(program(**used)[0]), ours(**used)[0], rtol=1e-6)


@pytest.mark.parametrize(
    "size, width, rows", [(5, 1, 40), (5, 3, 40), (50, 20, 60), (2, 20, 60), (4, 20, 0), (0, 3, 4)]
)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_entries_are_added_up_by_either_method(size, width, rows, dtype):
    rng = np.random.default_rng(0)
    at = rng.integers(-1, size + 1, size=rows)
    repeats = np.bincount(at[at >= 0], minlength=1).max()
    assert (repeats > FEW_REPEATS) == ((size, width, rows) in [(2, 20, 60)])
    g = rng.integers(-9, 10, size=(rows, width)).astype(dtype)
    want = np.stack([g[at == v].sum(0) for v in range(size)]) if size else np.zeros((0, width))
    got = onehot_sum(g, at.astype(dtype), size, 0)
    assert got.dtype == dtype and got.shape == (size, width) and (got == want).all()


def test_what_is_no_label_picks_nothing():
    x = np.array([[1.0, 2.0], [np.nan, 4.0]])
    assert picked(x, np.array([1.0, 1.0]), 1).tolist() == [2.0, 4.0]
    assert picked(x, np.array([np.nan, np.inf, -1, 2, 0.5, 0]), 0).tolist() == [[0, 0]] * 5 + [[1, 2]]
    assert picked(np.ones((0, 2)), np.array([0.0]), 0).tolist() == [[0, 0]]


def peak(call):
    """The most memory that was held during a call beyond what was before, in bytes; the second call counts."""
    call()
    tracemalloc.start()
    try:
        call()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


WORDS, BATCH, WIDTH = 50_000, 256, 4
MASK = WORDS * BATCH
"""Bytes of the smallest array that has an entry for each word and sample."""


def test_an_embedding_of_many_words_makes_no_mask():
    layer, rng = nn.Embedding(WORDS, WIDTH, padding_idx=0), np.random.default_rng(0)
    params, x, g = layer.init(), rng.integers(0, WORDS, BATCH), rng.normal(size=(BATCH, WIDTH)).astype(np.float32)
    assert peak(lambda: layer.vjp(x, params)[1](g)) < MASK / 4


def test_a_loss_of_many_classes_reads_one_score_each():
    rng = np.random.default_rng(0)
    z, t = rng.normal(size=(BATCH, WORDS // 10)), rng.integers(0, WORDS // 10, BATCH)
    loss = nn.NLLLoss(weight=np.ones(WORDS // 10))
    assert peak(lambda: loss.forward((z, t))) < z.nbytes / 16
