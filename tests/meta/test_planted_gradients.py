"""The comparison of three ways sees a gradient that is wrong, by autograd and, where that is deaf, by differences."""

import numpy as np
import pytest

from symgrad import nn
from tests.nn_cases import parameters
from tests.three_ways import Point, Trained, compare

LAYERS = {
    "dense": (nn.Linear(3, 2), (2, 3), "weight"),
    "convolution": (nn.Conv2d(2, 4, 3, stride=2, padding=1, groups=2), (2, 2, 5, 4), "weight"),
    "attention": (nn.MultiheadAttention(4, 2, batch_first=True), ((2, 3, 4), (2, 2, 4), (2, 2, 4)), "in_proj_weight"),
    "recurrent": (nn.GRU(2, 3, batch_first=True), (2, 3, 2), "weight_hh_l0"),
    "stack": (Trained(nn.Sequential(nn.Linear(3, 3), nn.ReLU()), nn.MSELoss()), ((2, 3), (2, 3)), "net.0.weight"),
}
FAULTS = {
    "one part in a million": lambda g: g * (1 + 1e-6),
    "sign": np.negative,
    "halved": lambda g: g / 2,
    "flipped": lambda g: np.flip(g, -1),
    "nothing": np.zeros_like,
    "largest entry alone": lambda g: np.where(np.abs(g) == np.abs(g).max(), g * 1.001, g),
    "not a number": lambda g: np.full_like(g, np.nan),
    "float32": lambda g: g.astype(np.float32),
}


def drawn(name) -> tuple[Point, str]:
    layer, shapes, wrong = LAYERS[name]
    rng = np.random.default_rng(1)
    shapes = shapes if isinstance(shapes[0], tuple) else (shapes,)
    inputs = tuple(rng.normal(size=s) for s in shapes)
    return Point(layer, inputs, parameters(layer, rng), "eval", rng), wrong


@pytest.mark.parametrize("name", LAYERS)
def test_right_gradients_agree(name):
    compare(drawn(name)[0])


@pytest.mark.parametrize("deaf", [False, True], ids=["autograd", "differences"])
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("name", LAYERS)
def test_a_planted_gradient_is_refused(name, fault, deaf, monkeypatch):
    """`deaf`: autograd says what we say, so that differences alone can tell."""
    point, wrong = drawn(name)
    point.by_parameter[wrong] = FAULTS[fault](point.by_parameter[wrong])
    if deaf:
        monkeypatch.setattr(point, "by_autograd", lambda: point.ours)
    with pytest.raises(AssertionError):
        compare(point)
