"""Loops that numba compiles give what NumPy gives, at numbers that are none too; without numba NumPy computes."""

from __future__ import annotations

import sys
from contextlib import suppress
from importlib import import_module

import numpy as np
import pytest

from symgrad.kernels.routines import machine_code
from symgrad.kernels.routines.entrywise import sigmoid
from symgrad.kernels.routines.machine_code import WORTH_A_LOOP, exp_single, sigmoid_loop
from symgrad.kernels.routines.normal import normal_cdf_gaussian
from symgrad.kernels.routines.rows import WIDE_ROW, logsumexp_softmax_rows

SPECIAL = [np.nan, np.inf, -np.inf, 0.0, -0.0, 200.0, -200.0, 88.5, -88.5, 13.5, -13.5, 1e-30]
ROUTINES = {
    "sigmoid": lambda x: [sigmoid(x)],
    "normal_cdf_gaussian": normal_cdf_gaussian,
    "softmax": lambda x: logsumexp_softmax_rows(x, (1,)),
}


def sample(order="C"):
    x = np.random.default_rng(7).standard_normal((WORTH_A_LOOP // WIDE_ROW, WIDE_ROW)) * 6
    x[0, : len(SPECIAL)] = SPECIAL
    x[1] = -np.inf
    x[2, 5] = np.inf
    x[3, 7] = np.nan
    return np.asarray(x, "f4", order=order)


@pytest.fixture
def no_numba(monkeypatch):
    """As if numba were not installed; it is loaded before, since it cannot be loaded twice."""
    with suppress(ImportError):
        import_module("numba")
    monkeypatch.setitem(sys.modules, "numba", None)
    machine_code.machine_code.cache_clear()
    yield
    machine_code.machine_code.cache_clear()


def test_the_exponential_in_float32():
    t = np.append(np.linspace(-110, 88.7, 4001), [89, 1000, -1000]).astype("f4")
    with np.errstate(all="ignore"):
        got = np.array([exp_single(e) for e in t], "f4")
        np.testing.assert_allclose(got, np.exp(t), rtol=4e-7, atol=2e-45)


@pytest.mark.needs_numba
@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("name", ROUTINES)
def test_loops_agree_with_numpy(name, order, monkeypatch):
    x = sample(order)
    machine_code.machine_code.cache_clear()
    with np.errstate(all="ignore"):
        got = ROUTINES[name](x)
        by_rows = name == "softmax"
        assert machine_code.machine_code.cache_info().currsize == (order == "C" or not by_rows)
        monkeypatch.setattr("symgrad.kernels.routines.machine_code.machine_code", lambda make: None)
        want = ROUTINES[name](x)
    for a, b in zip(got, want, strict=True):
        assert a.dtype == np.float32
        assert np.array_equal(np.isnan(a), np.isnan(b))
        np.testing.assert_allclose(a, b, rtol=2e-5, atol=1e-38)


def test_without_numba_and_for_doubles_there_is_no_loop(no_numba):
    assert machine_code.loop_for(sigmoid_loop, sample()) is None
    assert machine_code.loop_for(sigmoid_loop, sample().astype(float)) is None


def test_a_loop_is_for_many_entries():
    assert machine_code.loop_for(sigmoid_loop, np.zeros(WORTH_A_LOOP - 1, "f4")) is None
