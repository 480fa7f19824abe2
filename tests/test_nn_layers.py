"""Layers: what follows from the forward equations is what PyTorch computes, and what loops and differences say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from symgrad import nn
from symgrad.errors import EvaluationError, OptionError, ShapeError, SymgradError, UnknownNameError
from symgrad.expr.evaluate import order
from symgrad.nn.forward import BATCH
from symgrad.nn.initial import GAINS, fans, gain
from symgrad.nn.running import cotangent_names
from tests.nn_cases import by_loops, case, close, same
from tests.nn_configurations import SEEDS, configurations

FEW = settings(max_examples=max(1, settings().max_examples // 50))

LAYERS = pytest.mark.parametrize("row", nn.LAYERS, ids=str)
EXACT = pytest.mark.parametrize("row", [r for r in nn.LAYERS if r.exact], ids=str)
TRAINED = ("BatchNorm1d", "BatchNorm2d")


def modes(row):
    """Dropout draws numbers of its own in training; it has a test of its own."""
    return ("eval", "train") if row.name in TRAINED else ("eval",)


# Against PyTorch.


def check_against_torch(row, seed):
    from tests.nn_torch import reference

    for mode in modes(row):
        c = case(row, seed)
        outputs, cotangents, gx, gradients = c.call(mode)
        want, wanted_x, wanted, _ = reference(c, cotangents, mode)
        agree(close, outputs, want, gx, wanted_x, gradients, wanted)


def agree(compare, outputs, want, gx, wanted_x, gradients, wanted):
    """An absent gradient of PyTorch's is 0 where ours is one of numbers."""
    for got, expected in zip(outputs, want, strict=True):
        compare(got, expected)
    for got, expected in zip(gx, wanted_x, strict=True):
        if got is not None:
            compare(got, np.zeros_like(got) if expected is None else expected)
    assert gradients.keys() == wanted.keys()
    for name, got in gradients.items():
        compare(got, np.zeros_like(got) if wanted[name] is None else wanted[name])


test_torch, test_torch_in_many = configurations(check_against_torch, LAYERS, FEW)


def check_exactly_torch(row, seed):
    from tests.nn_torch import reference

    c = case(row, seed, whole=True)
    outputs, cotangents, gx, gradients = c.call()
    want, wanted_x, wanted, _ = reference(c, cotangents)
    agree(same, outputs, want, gx, wanted_x, gradients, wanted)


test_integers, test_integers_in_many = configurations(check_exactly_torch, EXACT, FEW)


def check_averages_exactly(row, seed):
    """Multiples of every window's number of places: PyTorch's quotients are integers, and so are ours."""
    from tests.nn_torch import reference

    c = case(row, seed, whole=True)
    c.inputs = (36 * c.inputs[0],)
    y, pullback = c.layer.vjp(c.x, c.params)
    cotangent = 36 * c.like(y)
    want, wanted_x, _, _ = reference(c, [cotangent])
    same(y, want[0])
    same(pullback(cotangent)[0], wanted_x[0])


AVERAGES = pytest.mark.parametrize("row", [r for r in nn.LAYERS if r.name.startswith("AvgPool")], ids=str)


test_averages, test_averages_in_many = configurations(check_averages_exactly, AVERAGES, FEW)


@pytest.mark.needs_torch
@pytest.mark.parametrize("row", [r for r in nn.LAYERS if r.name in TRAINED], ids=str)
@FEW
@given(seed=SEEDS)
def test_running_statistics_move_as_pytorchs(row, seed):
    from tests.nn_torch import reference

    c = case(row, seed, batch=3)
    forward = c.layer.build(c.shape, "train")
    _, cotangents, _, _ = c.call("train")
    _, _, _, state = reference(c, cotangents, "train")
    values = {"x": c.x, **forward.keywords(c.params)}
    assert forward.updates.keys() == c.layer.state().keys()
    for name, update in forward.updates.items():
        close(by_loops([update], values)[0], state[name])


@pytest.mark.needs_torch
@pytest.mark.parametrize(
    "layer",
    [
        *(nn.Linear(300, 200), nn.Conv2d(40, 60, 3), nn.ConvTranspose2d(40, 60, 3), nn.LSTM(80, 90)),
        *(nn.Embedding(200, 150), nn.MultiheadAttention(96, 4), nn.BatchNorm2d(7), nn.PReLU(3)),
    ],
    ids=str,
)
def test_parameters_start_as_pytorchs(layer):
    """Names, shapes and order; mean and spread of what is drawn, within what chance allows."""
    from tests.nn_torch import module

    theirs = {k: v.detach().numpy() for k, v in module(layer).named_parameters()}
    ours = layer.init(seed=1)
    assert {k: ours[k].shape for k in layer.parameters()} == {k: v.shape for k, v in theirs.items()}
    for name, want in theirs.items():
        got = ours[name].astype(float)
        if want.std() == 0:
            same(got, want)
        elif want.size > 1000:
            assert abs(got.std() / want.std() - 1) < 0.05
            assert abs(got.mean()) < 0.05 * got.std() + 3 * got.std() / got.size**0.5
            assert abs(np.abs(got).max() / np.abs(want).max() - 1) < (0.02 if "Embedding" not in str(layer) else 0.5)


@pytest.mark.needs_torch
@pytest.mark.parametrize("shape", [(30, 20), (6, 4, 5, 3)])
def test_initialisers_know_pytorchs_fans_and_gains(shape):
    import torch
    from torch.nn import init

    assert fans(shape) == init._calculate_fan_in_and_fan_out(torch.empty(shape))
    for name in GAINS:
        assert gain(name, 0.2) == pytest.approx(init.calculate_gain(name, 0.2 if name == "leaky_relu" else None), 1e-15)


@pytest.mark.parametrize(
    "draw, spread",
    [
        (lambda rng, s: nn.kaiming_normal(rng, s, nonlinearity="relu"), (2 / 200) ** 0.5),
        (lambda rng, s: nn.kaiming_uniform(rng, s, mode="fan_out", nonlinearity="linear"), (1 / 300) ** 0.5),
        (nn.xavier_normal, (2 / 500) ** 0.5),
        (nn.xavier_uniform, (2 / 500) ** 0.5),
    ],
    ids=["kaiming_normal", "kaiming_uniform", "xavier_normal", "xavier_uniform"],
)
def test_initialisers_spread_as_their_formulas_say(draw, spread):
    found = draw(np.random.default_rng(0), (300, 200))
    assert abs(found.std() / spread - 1) < 0.02 and abs(found.mean()) < 0.02 * spread


# Without PyTorch: plain loops for the value, differences for the gradients.


@LAYERS
@settings(max_examples=1)
@given(seed=SEEDS)
def test_gradients_are_those_of_differences(row, seed):
    c = case(row, seed)
    _, cotangents, gx, gradients = c.call()
    forward = c.layer.build(c.shape)

    def weighted(inputs, params):
        named = dict(zip((t.name for t in forward.inputs), inputs, strict=True))
        values = by_loops(forward.outputs, {**named, **forward.keywords(params)})
        return sum(float(np.sum(a * g)) for a, g in zip(values, cotangents, strict=True))

    steps = tuple(c.rng.normal(size=a.shape) if g is not None else 0 for a, g in zip(c.inputs, gx, strict=True))
    moves = {name: c.rng.normal(size=c.params[name].shape) for name in gradients}
    if isinstance(c.layer, nn.Embedding) and c.layer.padding_idx is not None:
        moves["weight"][c.layer.padding_idx] = 0

    def along(h):
        inputs = tuple(a + h * d if not np.isscalar(d) else a for a, d in zip(c.inputs, steps, strict=True))
        return weighted(inputs, {name: v + h * moves.get(name, 0.0) for name, v in c.params.items()})

    h = 1e-5
    found = (along(h) - along(-h)) / (2 * h)
    slopes = [np.sum(g * d) for g, d in zip(gx, steps, strict=True) if g is not None]
    told = sum(slopes) + sum(np.sum(gradients[name] * d) for name, d in moves.items())
    assert abs(told - found) <= 1e-6 * max(1.0, abs(found))


@LAYERS
@settings(max_examples=1)
@given(seed=SEEDS)
def test_programs_mean_what_plain_loops_say(row, seed):
    c = case(row, seed)
    forward = c.layer.build(c.shape)
    outputs, cotangents, _, _ = c.call()
    named = dict(zip((t.name for t in forward.inputs), c.inputs, strict=True))
    values = by_loops(forward.outputs, {**named, **forward.keywords(c.params)})
    for got, want in zip(outputs, values, strict=True):
        close(got, want, 1e-12)
    assert len(cotangent_names(forward.outputs)) == len(cotangents)


@LAYERS
@settings(max_examples=settings().max_examples // 10)
@given(seed=SEEDS)
def test_the_output_shape_is_that_of_the_equations(row, seed):
    layer, shape = row.draw(np.random.default_rng(seed))
    forward = layer.build(shape)
    told = layer.output_shape(shape)
    told = told if len(forward.outputs) > 1 else (told,)
    for t, want in zip(forward.outputs, told, strict=True):
        assert tuple(n for axis, n in enumerate(t.shape) if axis != layer.batch_axis) == tuple(want)
        assert t.shape[layer.batch_axis] is BATCH
    assert {k: t.shape for k, t in forward.parameters.items()} == layer.parameters()
    assert {k: v.shape for k, v in layer.init().items()} == {**layer.parameters(), **layer.state()}
    assert layer.parameter_count() == sum(layer.init()[k].size for k in layer.parameters())


# Single layers.


def test_dropout_leaves_out_and_scales():
    layer, x = nn.Dropout(0.25), np.ones((50, 40))
    y, pullback = layer.vjp(x, mode="train", seed=3)
    assert set(np.unique(y)) == {0.0, 1 / 0.75}
    assert 0.65 < (y > 0).mean() < 0.85
    same(pullback(np.ones_like(y))[0], y)
    same(layer.forward(x, mode="train", seed=3), y)
    assert (layer.forward(x, mode="train", seed=4) != y).any()
    same(layer.forward(x), x)
    assert not nn.Dropout(1.0).forward(x, mode="train").any()


def test_dropout2d_leaves_out_whole_channels():
    y = nn.Dropout2d(0.5).forward(np.ones((6, 5, 2, 3)), mode="train")
    same(y, np.broadcast_to(y[:, :, :1, :1], y.shape))
    assert set(np.unique(y)) == {0.0, 2.0}


def test_groups_are_an_axis_of_the_equation():
    forward = nn.Conv2d(4, 6, 3, groups=2).build((4, 5, 5))
    (inner,) = [t for t in order(forward.outputs) if len(t.operands) == 3]
    assert inner.shape == (BATCH, 2, 3, 3, 3)
    plain = nn.Conv2d(4, 6, 3).build((4, 5, 5)).output
    assert all(t.is_input for t in plain.operands)


def test_one_program_serves_all_batches():
    layer = nn.Linear(3, 2)
    params = layer.init(dtype=float)
    for batch in (1, 2, 5):
        x = np.ones((batch, 3))
        y, pullback = layer.vjp(x, params)
        assert y.shape == (batch, 2) and pullback(y)[0].shape == x.shape
    assert sum(isinstance(key[0], nn.Forward) for key in layer._known) == 2


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_kind_of_numbers_is_kept(dtype):
    net = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.Flatten(), nn.Linear(8, 3))
    y, pullback = net.vjp(np.ones((2, 1, 4, 4), dtype), net.init(dtype=dtype))
    gx, gradients = pullback(np.ones_like(y))
    assert {y.dtype, gx.dtype, *(g.dtype for g in gradients.values())} == {np.dtype(dtype)}


def test_padding_same_keeps_the_size():
    assert nn.Conv2d(3, 4, (4, 3), padding="same", dilation=(1, 2)).output_shape((3, 7, 9)) == (4, 7, 9)


def test_lenet_is_counted_without_numbers():
    net = nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10),
    )  # fmt: skip
    assert net.output_shape((1, 28, 28)) == (10,)
    assert net.parameter_count() == 61_706
    lines = net.summary((1, 28, 28)).splitlines()
    assert lines[2].split() == ["0", "Conv2d(1,", "6,", "(5,", "5),", "padding=(2,", "2))", "(6,", "28,", "28)", "156"]
    assert lines[-1].split() == ["total", "61,706"]


def test_derivations_come_with_a_verdict():
    for layer, shape, wrt in (
        (nn.Linear(3, 2), (3,), "weight"),
        (nn.Conv2d(2, 2, 2, stride=2), (2, 4, 4), "x"),
        (nn.Sequential(nn.Linear(2, 2), nn.Tanh()), (2,), "0.bias"),
    ):
        done = layer.derive(wrt, shape)
        assert done.judge(done.result) in ("proved", "agrees")


def test_values_are_kept_saved_and_loaded(tmp_path):
    net = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3))
    params = net.init(seed=4)
    net.keep(params).save(tmp_path / "net.npz")
    other = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3))
    loaded = other.load(tmp_path / "net.npz")
    assert all((loaded[k] == params[k]).all() for k in params) and loaded.keys() == params.keys()
    x = np.ones((2, 2), np.float32)
    same(other.forward(x), net.forward(x, params))


def test_names_of_tensors_never_clash():
    net = nn.Container(**{"a.b": nn.Linear(1, 1), "a_b": nn.Linear(1, 1)})
    learnt, _ = net.tensors()
    assert len({t.name for t in learnt.values()}) == len(learnt) == 4


# What is refused.

LINEAR = nn.Linear(3, 2)
NET = nn.Sequential(nn.Conv2d(1, 2, 3), nn.Flatten(), nn.Linear(8, 3))
VALUES = LINEAR.init(dtype=float)
X = np.ones((2, 3))

REFUSED = {
    "shape": (lambda: LINEAR.forward(np.ones((2, 4)), VALUES), ShapeError, ["Linear(3, 2)", "(4,)", "last axis", "3"]),
    "no batch": (lambda: nn.Conv2d(1, 2, 3).output_shape((28, 28)), ShapeError, ["(28, 28)", "(1, height, width)"]),
    "in a model": (lambda: NET.output_shape((1, 5, 5)), ShapeError, ["layer 2", "Linear(8, 3)", "(18,)"]),
    "window": (lambda: nn.MaxPool2d(3).output_shape((1, 2, 5)), ShapeError, ["MaxPool2d", "no window fits", "axis 1"]),
    "dtype": (
        lambda: LINEAR.forward(X.astype(np.float32), VALUES),
        OptionError,
        ["Linear(3, 2)", "float32", "float64"],
    ),
    "kind": (lambda: LINEAR.forward(X.astype(complex), VALUES), OptionError, ["x holds complex128"]),
    "missing": (
        lambda: LINEAR.forward(X, {"weight": VALUES["weight"]}),
        UnknownNameError,
        ["no value for bias", "init"],
    ),
    "extra": (
        lambda: LINEAR.forward(X, {**VALUES, "wieght": X}),
        UnknownNameError,
        ["'wieght'", "did you mean weight"],
    ),
    "parameter": (
        lambda: LINEAR.forward(X, {**VALUES, "bias": np.ones(3)}),
        ShapeError,
        ["Linear(3, 2)", "bias has shape (3,)", "(2,)"],
    ),
    "finite": (
        lambda: LINEAR.forward(np.array([[1.0, np.nan, 0.0]]), VALUES, check_finite=True),
        EvaluationError,
        ["Linear(3, 2)", "x is nan at [0, 1]"],
    ),
    "finite parameter": (
        lambda: LINEAR.forward(X, {**VALUES, "bias": np.array([0, np.inf])}, check_finite=True),
        EvaluationError,
        ["Linear(3, 2)", "bias is inf at [1]", "finite numbers"],
    ),
    "finite cotangent": (
        lambda: LINEAR.vjp(X, VALUES, check_finite=True)[1](np.full((2, 2), -np.inf)),
        EvaluationError,
        ["Linear(3, 2)", "G is -inf at [0, 0]"],
    ),
    "no parameters": (lambda: LINEAR.forward(X, [1, 2]), OptionError, ["params is of type list", "{name: array}"]),
    "empty": (lambda: LINEAR.forward(np.ones((0, 3)), VALUES), ShapeError, ["an empty batch", "x has no sample"]),
    "cotangent": (lambda: LINEAR.vjp(X, VALUES)[1](np.ones((2, 3))), ShapeError, ["cotangent G", "(2, 3)", "(2, 2)"]),
    "mode": (
        lambda: LINEAR.forward(X, VALUES, mode="test"),
        OptionError,
        ["Linear(3, 2): mode='test'", '"eval" or "train"'],
    ),
    "inputs": (lambda: nn.GRUCell(2, 2).forward(X), OptionError, ["GRUCell(2, 2)", "a tuple of 2 inputs", "x, h"]),
    "batches": (
        lambda: nn.GRUCell(2, 2).forward((np.ones((2, 2)), np.ones((3, 2))), nn.GRUCell(2, 2).init(dtype=float)),
        ShapeError,
        ["batches of different sizes", "x has 2", "h has 3"],
    ),
    "index": (
        lambda: nn.Embedding(3, 2).forward(np.array([0, 3]), nn.Embedding(3, 2).init()),
        ShapeError,
        ["Embedding(3, 2)", "x is 3 at [1]", "0 … 2"],
    ),
    "floats as indices": (
        lambda: nn.Embedding(3, 2).forward(np.ones(2), nn.Embedding(3, 2).init(dtype=float)),
        OptionError,
        ["x holds float64", "integers"],
    ),
    "truth as a mask": (
        lambda: nn.ScaledDotProductAttention(attn_mask=True).forward(
            (np.ones((1, 2, 2)),) * 3 + (np.eye(2, dtype=bool),)
        ),
        OptionError,
        ["attn_mask", "added to the scores"],
    ),
    "groups": (lambda: nn.Conv2d(3, 4, 1, groups=2), OptionError, ["groups=2", "in_channels=3"]),
    "kernel": (lambda: nn.Conv2d(3, 4, (3, 0)), OptionError, ["Conv2d: kernel_size=(3, 0)", "2 of them"]),
    "same": (lambda: nn.Conv2d(1, 1, 3, stride=2, padding="same"), OptionError, ["padding='same'", "stride"]),
    "half": (lambda: nn.MaxPool2d(2, padding=2), OptionError, ["padding=(2, 2)", "half of kernel_size"]),
    "probability": (lambda: nn.Dropout(1.5), OptionError, ["p=1.5"]),
    "heads": (lambda: nn.MultiheadAttention(5, 2), OptionError, ["2 heads", "embed_dim=5"]),
    "residual": (lambda: nn.Residual(nn.Linear(2, 3)).output_shape((2,)), ShapeError, ["the body gives (3,)", "(2,)"]),
    "batch axis": (
        lambda: nn.Sequential(nn.RNN(2, 3), nn.Flatten()).build((4, 2)),
        ShapeError,
        ["Flatten()", "(4, N, 3)", "not axis 0", "batch_first=True"],
    ),
    "not a layer": (lambda: nn.Sequential(np.tanh), OptionError, ["is not a layer"]),
    "nothing to differentiate": (lambda: LINEAR.derive("wait", (3,)), UnknownNameError, ["'wait'", "weight"]),
}


@pytest.mark.parametrize("name", REFUSED)
def test_an_error_names_the_layer_and_what_was_expected(name):
    call, kind, words = REFUSED[name]
    with pytest.raises(SymgradError) as caught:
        call()
    assert caught.type is kind
    assert [w for w in words if w not in str(caught.value)] == []
