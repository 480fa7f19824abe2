"""Optimisers, schedules and clipping: PyTorch's numbers, and what the rules promise of their state."""

from __future__ import annotations

from dataclasses import fields
from math import inf, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symgrad.errors import OptionError, ShapeError, UnknownNameError
from symgrad.nn.clipping import ClipNorm, ClipValue, total_norm
from symgrad.nn.optim import BLOCK, SGD, blocks
from symgrad.nn.optim_adaptive import Adam, AdamW, RMSprop
from symgrad.nn.schedules import (
    ConstantRate,
    CosineAnnealingLR,
    ExponentialLR,
    LinearLR,
    MultiStepLR,
    SequentialLR,
    StepLR,
)

RULES = (
    SGD(lr=0.1),
    SGD(lr=0.1, weight_decay=0.2),
    SGD(lr=0.1, momentum=0.9),
    SGD(lr=0.1, momentum=0.9, dampening=0.3, weight_decay=0.01),
    SGD(lr=0.1, momentum=0.8, nesterov=True, weight_decay=0.1),
    Adam(),
    Adam(lr=0.1, betas=(0.5, 0.9), weight_decay=0.1),
    Adam(lr=0.01, amsgrad=True),
    AdamW(),
    AdamW(lr=0.1, weight_decay=0.3, amsgrad=True),
    RMSprop(),
    RMSprop(lr=0.1, alpha=0.9, centered=True, weight_decay=0.1),
    RMSprop(momentum=0.9),
    RMSprop(momentum=0.5, centered=True),
)
STEPS = 20


def draw(seed):
    rng = np.random.default_rng(seed)
    shapes = {"weight": (4, 3), "bias": (4,), "scale": ()}
    gradients = [{n: np.asarray(rng.normal(size=s)) for n, s in shapes.items()} for _ in range(STEPS)]
    return {n: np.asarray(rng.normal(size=s)) for n, s in shapes.items()}, gradients


def trajectory(rule, parameters, gradients, **options):
    state = rule.start(parameters)
    for g in gradients:
        parameters, state = rule.update(parameters, g, state, **options)
        yield parameters, state


@pytest.mark.needs_torch
@pytest.mark.parametrize("rule", RULES, ids=repr)
def test_twenty_steps_equal_pytorch(rule):
    torch = pytest.importorskip("torch")
    parameters, gradients = draw(0)
    theirs = {n: torch.nn.Parameter(torch.tensor(p)) for n, p in parameters.items()}
    options = {f.name: getattr(rule, f.name) for f in fields(rule)}
    other = getattr(torch.optim, type(rule).__name__)(theirs.values(), **options)
    for (ours, _), g in zip(trajectory(rule, parameters, gradients), gradients, strict=True):
        for name, p in theirs.items():
            p.grad = torch.tensor(g[name])
        other.step()
        for name, p in theirs.items():
            np.testing.assert_allclose(ours[name], p.detach().numpy(), rtol=1e-12, atol=1e-12, equal_nan=False)


@pytest.mark.needs_torch
@pytest.mark.parametrize("rule", [SGD, Adam, AdamW, RMSprop])
def test_defaults_are_pytorchs(rule):
    torch = pytest.importorskip("torch")
    theirs = getattr(torch.optim, rule.__name__)([torch.nn.Parameter(torch.zeros(1))]).defaults
    assert {f.name: f.default for f in fields(rule)}.items() <= theirs.items()


# The same rules for one number, written out once more in plain Python.


def plain_sgd(r, θ, gs):
    b = None
    for g in gs:
        g += r.weight_decay * θ
        if r.momentum:
            b = g if b is None else r.momentum * b + (1 - r.dampening) * g
            g = g + r.momentum * b if r.nesterov else b
        θ -= r.lr * g
    return θ


def plain_adam(r, θ, gs):
    m = v = top = 0.0
    for t, g in enumerate(gs, 1):
        if isinstance(r, AdamW):
            θ -= r.lr * r.weight_decay * θ
        else:
            g += r.weight_decay * θ
        m, v = r.betas[0] * m + (1 - r.betas[0]) * g, r.betas[1] * v + (1 - r.betas[1]) * g * g
        top = max(top, v)
        large = (top if r.amsgrad else v) / (1 - r.betas[1] ** t)
        θ -= r.lr * (m / (1 - r.betas[0] ** t)) / (sqrt(large) + r.eps)
    return θ


def plain_rmsprop(r, θ, gs):
    v = a = b = 0.0
    for g in gs:
        g += r.weight_decay * θ
        v, a = r.alpha * v + (1 - r.alpha) * g * g, r.alpha * a + (1 - r.alpha) * g
        d = g / (sqrt(v - a * a if r.centered else v) + r.eps)
        b = r.momentum * b + d
        θ -= r.lr * (b if r.momentum else d)
    return θ


PLAIN = {SGD: plain_sgd, Adam: plain_adam, AdamW: plain_adam, RMSprop: plain_rmsprop}


@pytest.mark.parametrize("rule", RULES, ids=repr)
def test_each_entry_moves_as_one_number_would(rule):
    parameters, gradients = draw(1)
    *_, (last, _) = trajectory(rule, parameters, gradients)
    for name, p in parameters.items():
        for k in np.ndindex(p.shape):
            want = PLAIN[type(rule)](rule, float(p[k]), [float(g[name][k]) for g in gradients])
            assert last[name][k] == pytest.approx(want, rel=1e-11, abs=1e-13)


@pytest.mark.parametrize("rule", RULES, ids=repr)
def test_an_update_is_pure_unless_asked(rule):
    parameters, gradients = draw(2)
    before = {n: p.copy() for n, p in parameters.items()}
    gradients_before = {n: g.copy() for n, g in gradients[0].items()}
    state = rule.start(parameters)
    rule.update(parameters, gradients[0], state)
    assert state["step"] == 0 and all((parameters[n] == before[n]).all() for n in before)
    assert not any(a.any() for s in rule.slots for a in state[s].values())
    assert all((gradients[0][n] == gradients_before[n]).all() for n in before)


@pytest.mark.parametrize("rule", RULES, ids=repr)
def test_in_place_gives_the_same_bits_in_the_arrays_given(rule):
    parameters, gradients = draw(3)
    *_, (want, want_state) = trajectory(rule, parameters, gradients)
    mine = {n: p.copy() for n, p in parameters.items()}
    *_, (got, state) = trajectory(rule, mine, gradients, in_place=True)
    assert all(got[n] is mine[n] and (got[n] == want[n]).all() for n in want)
    assert all((state[s][n] == want_state[s][n]).all() for s in rule.slots for n in want)


@pytest.mark.parametrize("rule", RULES, ids=repr)
def test_float32_is_kept(rule):
    parameters, gradients = draw(4)
    small = {n: p.astype(np.float32) for n, p in parameters.items()}
    *_, (got, state) = trajectory(rule, small, [{n: a.astype(np.float32) for n, a in g.items()} for g in gradients])
    arrays = [*got.values(), *(a for s in rule.slots for a in state[s].values())]
    assert {a.dtype for a in arrays} == {np.dtype(np.float32)}


@pytest.mark.parametrize("rule", [SGD(momentum=0.9), Adam(), RMSprop(centered=True)], ids=repr)
@pytest.mark.parametrize("order", ["C", "F"])
def test_blocks_of_a_large_array_give_the_bits_of_the_whole(rule, order):
    rng = np.random.default_rng(0)
    p, g = (np.asarray(rng.normal(size=(3, BLOCK - 5)), order=order) for _ in range(2))
    got, _ = rule.update({"p": p}, {"p": g}, rule.start({"p": p}))
    for row in range(3):
        part, _ = rule.update({"p": p[row]}, {"p": g[row]}, rule.start({"p": p[row]}))
        assert (part["p"] == got["p"][row]).all()


def test_blocks_cover_every_entry_once():
    a = np.zeros((3, BLOCK))
    for (part,) in blocks(a):
        part += 1
    assert (a == 1).all()


BAD_RULES = (
    lambda: SGD(lr=-1),
    lambda: SGD(lr=float("nan")),
    lambda: SGD(nesterov=True),
    lambda: SGD(momentum=0.9, dampening=0.1, nesterov=True),
    lambda: Adam(betas=(1.0, 0.9)),
    lambda: Adam(betas=(0.9,)),
    lambda: ClipNorm(0),
    lambda: ClipValue(-1),
    lambda: StepLR(0),
    lambda: CosineAnnealingLR(0),
    lambda: LinearLR(total_iters=0),
    lambda: SequentialLR([ConstantRate()], [3]),
)


@pytest.mark.parametrize("make", BAD_RULES)
def test_options_out_of_range_are_refused(make):
    with pytest.raises(OptionError):
        make()


def test_gradients_that_do_not_fit_are_refused():
    p, rule = {"w": np.ones(2)}, SGD()
    with pytest.raises(UnknownNameError, match="nothing for the parameter w"):
        rule.update(p, {}, rule.start(p))
    with pytest.raises(ShapeError, match=r"w has shape \(3,\), the parameter has \(2,\)"):
        rule.update(p, {"w": np.ones(3)}, rule.start(p))
    with pytest.raises(UnknownNameError, match="no parameter is named 'v'"):
        rule.update(p, {"w": np.ones(2), "v": np.ones(2)}, rule.start(p))


SCHEDULES = (
    (StepLR(3, gamma=0.5), "StepLR", {"step_size": 3, "gamma": 0.5}),
    (MultiStepLR([2, 5, 5]), "MultiStepLR", {"milestones": [2, 5, 5]}),
    (ExponentialLR(0.9), "ExponentialLR", {"gamma": 0.9}),
    (CosineAnnealingLR(8, eta_min=0.01), "CosineAnnealingLR", {"T_max": 8, "eta_min": 0.01}),
    (LinearLR(), "LinearLR", {}),
    (LinearLR(0.2, 0.7, 4), "LinearLR", {"start_factor": 0.2, "end_factor": 0.7, "total_iters": 4}),
)


@pytest.mark.needs_torch
@pytest.mark.filterwarnings("ignore:Detected call of")
@pytest.mark.parametrize("schedule, name, options", SCHEDULES)
def test_schedules_equal_pytorchs(schedule, name, options):
    torch = pytest.importorskip("torch")
    other = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.3)
    theirs = getattr(torch.optim.lr_scheduler, name)(other, **options)
    for t in range(9):
        assert schedule(t, 0.3) == pytest.approx(other.param_groups[0]["lr"], rel=1e-12)
        theirs.step()


def test_a_warm_up_then_a_decay():
    schedule = SequentialLR([LinearLR(0.5, total_iters=2), StepLR(1, gamma=0.1)], milestones=[2])
    assert [round(schedule(t, 1.0), 6) for t in range(5)] == [0.5, 0.75, 1.0, 0.1, 0.01]


def gradients_from(seed, scale=1.0):
    rng = np.random.default_rng(seed)
    return {"a": scale * rng.normal(size=(3, 2)), "b": scale * rng.normal(size=4)}


@given(st.integers(0, 10**6), st.floats(1e-3, 1e3), st.floats(1e-2, 1e2))
@settings(max_examples=settings().max_examples // 2)
def test_clipping_keeps_the_direction_and_bounds_the_length(seed, scale, bound):
    g = gradients_from(seed, scale)
    clipped = ClipNorm(bound)(g)
    length = total_norm(g)
    assert total_norm(clipped) <= bound * (1 + 1e-12)
    factor = min(1.0, bound / (length + 1e-6))
    for name in g:
        np.testing.assert_allclose(clipped[name], factor * g[name], rtol=1e-13)


@pytest.mark.needs_torch
@pytest.mark.parametrize("norm_type", [1.0, 2.0, 3.0, inf])
@pytest.mark.parametrize("bound", [0.5, 100.0])
def test_clipping_equals_pytorchs(norm_type, bound):
    torch = pytest.importorskip("torch")
    g = gradients_from(0)
    theirs = {n: torch.nn.Parameter(torch.zeros(a.shape, dtype=torch.float64)) for n, a in g.items()}
    for how, ours in (("norm", ClipNorm(bound, norm_type)(g)), ("value", ClipValue(bound / 2)(g))):
        for n, p in theirs.items():
            p.grad = torch.tensor(g[n])
        if how == "norm":
            torch.nn.utils.clip_grad_norm_(theirs.values(), bound, norm_type)
        else:
            torch.nn.utils.clip_grad_value_(theirs.values(), bound / 2)
        for n, p in theirs.items():
            np.testing.assert_allclose(ours[n], p.grad.numpy(), rtol=1e-12)
