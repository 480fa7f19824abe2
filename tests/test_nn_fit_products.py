"""Gradients that stay products: training is as with whole gradients, faults are found, only large matrices are such."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from symgrad import nn
from symgrad.errors import EvaluationError
from symgrad.expr.contractions import einsum
from symgrad.expr.tensors import input_tensor
from symgrad.kernels.routines.threads import TEAM
from symgrad.nn import fit_products
from symgrad.nn.fit_data import Data
from symgrad.nn.fit_faults import first_bad
from symgrad.nn.fit_products import Product, factors, whole
from symgrad.nn.fit_step import step
from symgrad.nn.optim import Optimizer

RULES = {
    "SGD": nn.SGD(lr=0.1),
    "momentum": nn.SGD(lr=0.1, momentum=0.9, nesterov=True, weight_decay=0.01),
    "AdamW": nn.AdamW(lr=0.01),
}


def layers():
    return nn.Sequential(nn.Conv2d(1, 2, 3), nn.Flatten(), nn.Linear(72, 11), nn.Tanh(), nn.Linear(11, 3))


def trained(rule: Optimizer, **options):
    net, rng = layers(), np.random.default_rng(0)
    X, y = rng.standard_normal((20, 1, 8, 8)), rng.integers(0, 3, 20)
    net.init(0, dtype="float64")
    nn.fit(net, X, y, loss=nn.CrossEntropyLoss(), optimizer=rule, batch_size=7, epochs=2, progress=False, **options)
    return net.params


@pytest.fixture
def small_ones_too(monkeypatch):
    monkeypatch.setattr(fit_products, "LARGE", 30)


@pytest.mark.parametrize("clip", [None, 0.5])
@pytest.mark.parametrize("name", RULES)
def test_training_is_as_with_whole_gradients(name, clip, monkeypatch):
    want = trained(RULES[name], clip=clip)
    monkeypatch.setattr(fit_products, "LARGE", 30)
    got = trained(RULES[name], clip=clip)
    for key, p in want.items():
        np.testing.assert_allclose(got[key], p, rtol=1e-11, atol=1e-13)


def found(net, params, X, y):
    return step(net, nn.CrossEntropyLoss(), Data((X,), y), "train")(params, Data((X,), y), np.random.default_rng(0))


def test_the_gradients_of_large_matrices_are_products(small_ones_too):
    net, X, y = layers(), np.ones((4, 1, 8, 8)), np.zeros(4, int)
    gradients = found(net, net.init(0, dtype="float64"), X, y).gradients
    kinds = {name: type(g) for name, g in gradients.items()}
    assert [name for name, kind in kinds.items() if kind is Product] == ["2.weight", "4.weight"]
    assert {name: g.shape for name, g in gradients.items()} == {name: g.shape for name, g in whole(gradients).items()}


def test_with_many_samples_they_are_whole(small_ones_too):
    net, X, y = layers(), np.ones((fit_products.FEW + 1, 1, 8, 8)), np.zeros(fit_products.FEW + 1, int)
    assert all(type(g) is np.ndarray for g in found(net, net.init(0, dtype="float64"), X, y).gradients.values())


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e300])
def test_a_fault_in_a_product_is_found(value):
    """Factors that are finite and whose product is not, too."""
    a, b = np.ones((3, 2)), np.ones((3, 4))
    assert first_bad({"w": Product(a, b)}) is None
    a[1, 1] = b[1, 2] = value
    assert first_bad({"w": Product(a, b)}) == "w"


def test_large_factors_are_no_fault():
    assert first_bad({"w": Product(np.array([[1e200, 0.0]]), np.array([[0.0, 1e200]]))}) == "w"
    a, b = np.array([[1e200], [0.0]]), np.array([[0.0], [1e200]])
    assert not Product(a, b).surely_finite()
    assert first_bad({"w": Product(a, b)}) is None


def test_training_stops_at_a_product_that_is_not_finite(small_ones_too):
    net, X = nn.Sequential(nn.Linear(8, 8)), np.full((4, 8), 1e30, "f4")
    net.keep(net.init(0))
    with pytest.raises(EvaluationError, match="is not finite"):
        nn.fit(net, X, X, loss=nn.MSELoss(), optimizer=nn.SGD(lr=1.0), batch_size=4, epochs=2, progress=False)


@given(st.integers(1, 9), st.integers(1, 40), st.integers(1, 40), st.integers(1, 3), st.integers(1, 200))
def test_rows_in_threads_are_the_whole(n, k, j, threads, large):
    rng = np.random.default_rng(n)
    g = Product(rng.integers(-9, 10, (n, k)).astype(float), rng.integers(-9, 10, (n, j)).astype(float))
    θ = rng.integers(-9, 10, (k, j)).astype(float)
    want = θ - 0.5 * np.einsum("nk,nj->kj", g.a, g.b)
    before = TEAM.set(threads)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fit_products, "BLOCK", large)
        patch.setattr("symgrad.kernels.routines.threads.WORTH_A_THREAD", 0)
        nn.SGD(lr=0.5).update({"w": θ}, {"w": g}, {"step": 0}, in_place=True)
    TEAM.reset(before)
    assert (θ == want).all()


def test_what_is_a_product(small_ones_too):
    a, b = input_tensor("a", (5, 8)), input_tensor("b", (5, 9))
    assert factors(einsum("nk,nj->kj", a, b)) == (a, b)
    assert factors(einsum("nk,nj->jk", a, b)) == (b, a)
    for other in (einsum("kn,jn->kj", a, a), einsum("nk,nj,nj->kj", a, b, b), a + a, input_tensor("c", (8, 9))):
        assert factors(other) == (other,)
