"""Losses: PyTorch's values and gradients, and finite ones where logits are large."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from symgrad import nn
from symgrad.errors import OptionError, ShapeError, SymgradError
from symgrad.expr.tensors import input_tensor
from symgrad.nn.forward import BATCH, Mode
from tests.nn_cases import by_loops, case, close, same
from tests.nn_configurations import SEEDS, configurations

FEW = settings(max_examples=max(1, settings().max_examples // 20))
LOSSES = pytest.mark.parametrize("row", nn.LOSSES, ids=str)


def check_against_torch(row, seed):
    from tests.nn_torch import reference

    c = case(row, seed)
    outputs, cotangents, gx, _ = c.call()
    want, wanted, _, _ = reference(c, cotangents)
    close(outputs[0], want[0])
    close(gx[0], wanted[0])
    if wanted[1] is not None:
        close(gx[1], wanted[1])


test_torch, test_torch_in_many = configurations(check_against_torch, LOSSES, FEW)


@LOSSES
@settings(max_examples=settings().max_examples // 20)
@given(seed=SEEDS)
def test_gradients_are_those_of_differences(row, seed):
    c = case(row, seed)
    outputs, cotangents, gx, _ = c.call()
    forward = c.layer.build(c.shape)
    values = forward.keywords({k: np.asarray(v) for k, v in c.params.items()})
    step = c.rng.normal(size=c.inputs[0].shape)

    def weighted(h):
        (found,) = by_loops(forward.outputs, {"input": c.inputs[0] + h * step, "target": c.inputs[1], **values})
        return float(np.sum(found * cotangents[0]))

    h = 1e-5
    found = (weighted(h) - weighted(-h)) / (2 * h)
    assert abs(np.sum(gx[0] * step) - found) <= 1e-6 * max(1.0, abs(found))
    same(outputs[0], c.layer.forward(c.x))


HUGE = np.array([[1000.0, -1000.0, 0.0], [-1000.0, 0.0, 1000.0]])
STABLE = {
    "classes": (nn.CrossEntropyLoss(), np.array([1, 2]), 1000.0, [[0.5, -0.5, 0], [0, 0, 0]]),
    "distributions": (nn.CrossEntropyLoss(), np.eye(3)[[1, 2]], 1000.0, [[0.5, -0.5, 0], [0, 0, 0]]),
    "smoothed": (
        nn.CrossEntropyLoss(label_smoothing=0.3),
        np.array([0, 2]),
        0.1 * 3000,
        [[0.1, -0.05, -0.05], [-0.05, -0.05, 0.1]],
    ),
    "weighted": (nn.CrossEntropyLoss(weight=[1.0, 3.0, 1.0]), np.array([1, 2]), 1500.0, [[0.75, -0.75, 0], [0, 0, 0]]),
    "logits": (
        nn.BCEWithLogitsLoss(),
        np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]]),
        (4000 + 2 * np.log(2)) / 6,
        [[1 / 6, -1 / 6, 1 / 12], [-1 / 6, 1 / 12, 1 / 6]],
    ),
    "logits, weighted": (
        nn.BCEWithLogitsLoss(pos_weight=[2.0, 2.0, 2.0], reduction="sum"),
        np.array([[0.0, 1.0, 1.0], [1.0, 0.0, 1.0]]),
        5000 + 3 * np.log(2),
        [[1, -2, -1], [-2, 0.5, 0]],
    ),
}


@pytest.mark.parametrize("name", STABLE)
def test_losses_are_finite_and_right_at_logits_of_a_thousand(name):
    loss, target, want, slope = STABLE[name]
    value, pullback = loss.vjp((HUGE, target))
    close(value, want, 1e-12)
    close(pullback(1.0)[0][0], slope, 1e-12)


def test_log_softmax_and_softmax_are_finite_at_a_thousand():
    close(nn.LogSoftmax().forward(HUGE)[0], [0.0, -2000.0, -1000.0], 1e-15)
    close(nn.Softmax().forward(HUGE)[0], [1.0, 0.0, 0.0], 1e-15)


def test_bce_of_certain_probabilities_is_cut_off_as_pytorchs():
    p, y = np.array([[0.0, 1.0]]), np.array([[1.0, 0.0]])
    close(nn.BCELoss().forward((p, y)), 100.0, 1e-15)
    close(nn.BCELoss().forward((y, y)), 0.0, 1e-15)


def test_ignored_targets_do_not_count():
    z, loss = np.array([[1.0, 2.0], [3.0, 0.5], [0.0, 0.0]]), nn.CrossEntropyLoss()
    value, pullback = loss.vjp((z, np.array([0, -100, 1])))
    close(value, loss.forward((z[[0, 2]], np.array([0, 1]))), 1e-15)
    assert not pullback(1.0)[0][0][1].any()


def test_weights_may_be_written_into_the_equation():
    """Where a training step is built, the loss's own inputs need no place in it."""
    loss, z, t = nn.CrossEntropyLoss(weight=[1.0, 3.0]), np.array([[1.0, 2.0], [0.5, 0.0]]), np.array([1, 0])
    made = loss.equations((input_tensor("z", (BATCH, 2)), input_tensor("t", (BATCH,))), {}, Mode())
    close(by_loops([made], {"z": z, "t": t})[0], loss.forward((z, t)), 1e-15)


REFUSED = {
    "class": (
        lambda: nn.CrossEntropyLoss().forward((np.ones((2, 3)), np.array([0, 3]))),
        ShapeError,
        ["CrossEntropyLoss()", "target is 3 at [1]", "0 … 2"],
    ),
    "floats": (
        lambda: nn.CrossEntropyLoss().forward((np.ones((2, 3)), np.ones(2))),
        OptionError,
        ["target holds float64", "integers"],
    ),
    "shapes": (
        lambda: nn.MSELoss().output_shape(((3,), (4,))),
        ShapeError,
        ["MSELoss()", "(3,)", "(4,)", "equal shapes"],
    ),
    "target": (
        lambda: nn.NLLLoss().output_shape(((3, 2), (3,))),
        ShapeError,
        ["NLLLoss()", "the target (3,)", "(2,) of class indices"],
    ),
    "weight": (
        lambda: nn.NLLLoss(weight=[1.0]).output_shape(((3,), ())),
        ShapeError,
        ["weight has shape (1,)", "3 classes"],
    ),
    "reduction": (lambda: nn.L1Loss("average"), OptionError, ["L1Loss: reduction='average'", "mean, sum, none"]),
    "smoothing": (lambda: nn.CrossEntropyLoss(label_smoothing=2), OptionError, ["label_smoothing=2"]),
    "power": (lambda: nn.MultiMarginLoss(p=3), OptionError, ["p=3", "1 or 2"]),
    "ignored": (
        lambda: nn.CrossEntropyLoss(ignore_index=1).output_shape(((3,), (3,))),
        OptionError,
        ["ignore_index", "distribution"],
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_an_error_names_the_loss_and_what_was_expected(name):
    call, kind, words = REFUSED[name]
    with pytest.raises(SymgradError) as caught:
        call()
    assert caught.type is kind
    assert [w for w in words if w not in str(caught.value)] == []


def test_a_label_of_ones_and_minus_ones_has_no_gradient():
    """What is compared with 1 and −1 has no derivative, though it is written in floats."""
    loss, x, target = nn.HingeEmbeddingLoss(), np.array([[0.3, -0.2]]), np.array([[1.0, -1.0]])
    y, pullback = loss.vjp((x, target))
    gx, gt = pullback(np.ones(y.shape))[0]
    assert gt is None
    np.testing.assert_allclose(gx, [[0.5, -0.5]])
    with pytest.raises(OptionError, match="target is a label, which is compared with numbers"):
        loss.derive("target", ((2,), (2,)))


@LOSSES
def test_only_labels_have_no_gradient(row):
    """Targets that are numbers (probabilities, values) have one; classes are whole numbers."""
    c = case(row, seed=1)
    _, _, gx, _ = c.call()
    floats = [
        np.asarray(a).dtype.kind == "f" and n not in c.layer.labels
        for n, a in zip(c.layer.inputs, c.inputs, strict=True)
    ]
    assert [g is not None for g in gx] == floats
