"""The parts of the layer checker: sizes are solved, slopes are bounded, conditions are found again."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from symgrad.testing.condition import condition
from symgrad.testing.draw import Chosen, Random, Space
from symgrad.testing.example import Example
from symgrad.testing.parameters import choices, ints
from symgrad.testing.regimes import LAYOUTS, UPSTREAM, VALUES, laid, upstream
from symgrad.testing.signature import read_condition, read_signature
from symgrad.testing.slopes import read

# Signatures and examples.

CONV = "x[N,C,H,W], w[O,C/groups,kh,kw], b[O]? -> y[N,O,_,_]"
PARAMS = choices({"stride": ints(1, 3), "padding": ints(0, 2), "dilation": ints(1, 2), "groups": ints(1, 3)})
SIGNATURES = {
    "conv": (CONV, PARAMS, ""),
    "shuffle": ("x[N,C*r*r,H,W] -> y[N,C,_,_]", choices({"r": ints(1, 3)}), ""),
    "heads": ("q[B,T,D], k[B,S,D/heads] -> y[B,T,D]", choices({"heads": [1, 2, 4]}), "T >= S"),
    "labels": ("x[...,K], t[...]<K, m[...]:bool, v[K]>0 -> y[]", {}, ""),
    "half": ("x[N,2*D] -> a[N,D], b[N,D]", {}, "N % 2 == 0"),
}


def space(name):
    text, params, where = SIGNATURES[name]
    return Space(read_signature(text, set(params)), params, read_condition(where))


@pytest.mark.parametrize("name", SIGNATURES)
def test_sizes_are_solved(name):
    s = space(name)

    @given(st.data())
    def holds(data):
        e = s.example(Chosen(data.draw))
        if e is None:
            return
        assert s.legal(e) and s.where.holds(e.known)
        for a, x in zip(s.signature.arguments, e.arrays(s.signature), strict=True):
            if x is None:
                assert a.optional and a.name in e.absent
                continue
            assert x.shape == e.shape_of(a)
            assert not a.positive or (x > 0).all()
            assert a.kind != "int" or not x.size or (x.min() >= 0 and x.max() < e.known["K"])
            assert x.dtype == {"real": np.float64, "int": np.int64, "bool": bool}[a.kind]

    holds()


@pytest.mark.parametrize("name", SIGNATURES)
def test_an_example_is_read_as_it_is_written(name):
    s = space(name)
    for k in range(30):
        e = s.example(Random(k))
        assert e is None or Example.read(str(e), s.signature, s.params).change(shape=e.shape) == e


def test_every_pair_of_choices_occurs():
    s = space("conv")
    factors = {**s.factors, **s.levels}
    rows = list(s.rows(1000))
    assert len(rows) < 150
    for (a, left), (b, right) in combinations(factors.items(), 2):
        seen = {(row.get(a), row.get(b)) for row in rows}
        assert {(x, y) for x in left for y in right} <= seen, (a, b)


@given(st.sampled_from(LAYOUTS), st.lists(st.integers(0, 3), max_size=4))
def test_layouts_hold_the_same_numbers(layout, shape):
    x = np.arange(float(np.prod(shape))).reshape(shape)
    assert np.array_equal(laid(x, layout), x)


@given(st.sampled_from(sorted(VALUES)), st.lists(st.integers(0, 4), max_size=3), st.integers(0, 9))
def test_regimes_give_numbers_of_the_shape(regime, shape, seed):
    x = np.asarray(VALUES[regime](np.random.default_rng(seed), tuple(shape)))
    assert x.shape == tuple(shape) and not np.isnan(x).any() and (regime.startswith("-inf") or np.isfinite(x).all())
    for kind in UPSTREAM:
        assert upstream(kind, np.random.default_rng(seed), tuple(shape)).shape == tuple(shape)


# Slopes.

SMOOTH = {
    "sin": (np.sin, np.cos),
    "cube": (lambda x: x**3, lambda x: 3 * x**2),
    "tanh": (np.tanh, lambda x: 1 / np.cosh(np.clip(x, -300, 300)) ** 2),
    "softplus": (lambda x: np.logaddexp(0, x), lambda x: 1 / (1 + np.exp(-np.clip(x, -700, 700)))),
}
SCALE = {"tiny": 1e-6, "large": 200.0}


def reading(f, derivative, regime, seed, factor=1.0):
    """Differences and a claim; the terms of the sum have one sign, so that none cancels another."""
    rng = np.random.default_rng(seed)
    x = VALUES[regime](rng, (5,))
    d = SCALE.get(regime, 1.0) * rng.choice([-1.0, 0.5, 1.0], size=5)
    G = np.abs(rng.normal(size=5)) * np.sign(d * derivative(x))
    return read(lambda inputs: f(inputs[0]), [x], [d], f(x), G, [factor * G * derivative(x)])


@pytest.mark.parametrize("name", SMOOTH)
@given(regime=st.sampled_from([r for r in VALUES if not r.startswith("-inf")]), seed=st.integers(0, 10_000))
def test_right_slopes_are_not_refuted(name, regime, seed):
    assert not reading(*SMOOTH[name], regime, seed).fails


@pytest.mark.parametrize("name", SMOOTH)
@given(regime=st.sampled_from(["ordinary", "distinct", "ties", "one sign", "tiny"]), seed=st.integers(0, 10_000))
def test_slopes_that_are_wrong_by_one_in_ten_thousand_are_refuted(name, regime, seed):
    if name == "cube" and regime == "tiny":
        return  # its slope is below what rounding leaves
    if abs(reading(*SMOOTH[name], regime, seed).claimed) > 1e-2 * SCALE.get(regime, 1.0):
        assert reading(*SMOOTH[name], regime, seed, factor=1 + 1e-4).fails


@pytest.mark.parametrize("slope, fails", [(-1, False), (0, False), (0.3, False), (1, False), (1.01, True), (-2, True)])
def test_every_slope_between_the_sides_of_a_kink_is_accepted(slope, fails):
    x, d, G = np.zeros(1), np.ones(1), np.array([2.0])
    assert read(lambda inputs: np.abs(inputs[0]), [x], [d], np.abs(x), G, [slope * G]).fails == fails


def test_an_infinite_slope_is_not_judged():
    x, G = np.zeros(1), np.ones(1)
    found = read(lambda inputs: np.sqrt(np.abs(inputs[0])), [x], [np.ones(1)], x, G, [np.array([0.0])])
    assert not found.fails


# Conditions.

PLANTED = {
    "always": lambda e: True,
    "stride > 1": lambda e: e.known["stride"] > 1,
    "groups > 1": lambda e: e.known["groups"] > 1,
    "padding > 0": lambda e: e.known["padding"] > 0,
    "values are ties": lambda e: e.values == "ties",
    "the upstream gradient is not contiguous": lambda e: e.upstream == "not contiguous",
    "b is given": lambda e: "b" not in e.absent,
    "b is absent": lambda e: "b" in e.absent,
    "N > 1": lambda e: e.known["N"] > 1,
    "H ≠ W": lambda e: e.known["H"] != e.known["W"],
    "kh ≠ kw": lambda e: e.known["kh"] != e.known["kw"],
    "H is odd": lambda e: e.known["H"] % 2 == 1,
    "padding > 0 and stride > 1": lambda e: e.known["stride"] > 1 and e.known["padding"] > 0,
}


@pytest.mark.parametrize("told", PLANTED)
def test_a_planted_condition_is_found(told):
    s = space("conv")
    examples = [e for k, row in enumerate(s.rows(120)) if (e := s.example(Random(k), row) or s.example(Random(k)))]
    examples = [e for e in examples if e.known["N"]]
    failing = [e for e in examples if PLANTED[told](e)]
    found = condition(failing, [e for e in examples if e not in failing], s.signature).text
    assert sorted(found.split(" and ")) == sorted(told.split(" and "))


@given(st.integers(0, 1000))
def test_a_condition_holds_in_every_failing_example(seed):
    s = space("conv")
    rng = np.random.default_rng(seed)
    examples = [e for k in range(40) if (e := s.example(Random((seed, k))))]
    failing = [e for e in examples if rng.random() < 0.3]
    found = condition(failing, [e for e in examples if e not in failing], s.signature)
    assert all(map(found.holds, failing))
