"""What symgrad prints is read back and holds: every line of a derivation, in each notation, judged from the text alone.

The judge works from definitions by jets, and knows no rule by which the derivation was made.

Restricted: models are drawn in index notation; matrix notation is held for dense layers without a bias alone. Elsewhere
it leaves lines undecided: lengths of vectors of ones, powers and functions of whole matrices.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import symgrad as sg
from symgrad import nn
from symgrad.calculus.derive import Story
from symgrad.check.documents.written import written
from tests.strategies import tensor_graphs
from tests.test_random_graphs import examples, with_cotangent

HOLDS = {"proved", "agrees"}


def verdicts(derivation, notation="index", form="markdown", change=str):
    """The judged steps of a derivation that is printed and read."""
    text, declared = written(derivation, notation, form)
    return [step for step in sg.check(change(text), given=declared).steps if step.judged]


def assert_holds(derivation, notation="index", form="markdown"):
    steps = verdicts(derivation, notation, form)
    assert steps
    wrong = [f"{step.verdict}: {step.why} {step.latex}" for step in steps if step.verdict not in HOLDS]
    assert not wrong, "\n".join([*wrong, *written(derivation, notation, form)[:1]])


SMALL = {
    "dense": (nn.Linear(3, 2), (3,)),
    "without a bias": (nn.Linear(2, 2, bias=False), (2,)),
    "dense, tanh": (nn.Sequential(nn.Linear(2, 2), nn.Tanh()), (2,)),
    "dense, relu, dense": (nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1)), (2,)),
    "dense, softmax": (nn.Sequential(nn.Linear(2, 3), nn.Softmax(-1)), (2,)),
    "convolution": (nn.Conv1d(1, 2, 2, stride=2, padding=1), (1, 4)),
    "max pooling": (nn.MaxPool1d(2, 1), (1, 4)),
    "mean pooling": (nn.AvgPool1d(2, 2), (2, 4)),
    "batch norm": (nn.BatchNorm1d(2), (2,)),
    "layer norm": (nn.LayerNorm((3,)), (3,)),
    "residual": (nn.Residual(nn.Sequential(nn.Linear(2, 2), nn.Tanh())), (2,)),
}
POINTWISE = (
    nn.ReLU,
    nn.ReLU6,
    nn.SELU,
    nn.Sigmoid,
    nn.LogSigmoid,
    nn.Tanh,
    nn.Tanhshrink,
    nn.Softsign,
    nn.SiLU,
    nn.Mish,
)
POINTWISE += (nn.Mish, nn.Hardsigmoid, nn.Hardswish, nn.LeakyReLU, nn.ELU, nn.CELU, nn.GELU, nn.Softplus, nn.Hardtanh)


@st.composite
def layers(draw):
    """A stack of a few layers, differentiated by a parameter or its input."""
    if draw(st.booleans()):
        name = draw(st.sampled_from(sorted(SMALL)))
        layer, shape = SMALL[name]
    else:
        first, kind = draw(st.sampled_from((1, 2, 3))), draw(st.sampled_from(POINTWISE))
        layer, shape = nn.Sequential(nn.Linear(2, first), kind()), (2,)
    return layer, shape, draw(st.sampled_from(sorted((*layer.inputs, *layer.parameters()))))


@examples(4, 300)
@given(layers(), st.sampled_from(("markdown", "latex")))
def test_stacks_of_layers_hold(drawn, form):
    layer, shape, wrt = drawn
    assert_holds(layer.derive(wrt, shape), form=form)


@pytest.mark.parametrize("notation", ["matrix", "both"])
@pytest.mark.parametrize("wrt", ["x", "weight"])
def test_dense_layers_hold_in_matrix_notation(wrt, notation):
    assert_holds(nn.Linear(3, 2, bias=False).derive(wrt, (3,)), notation)


@examples(6, 1000)
@given(tensor_graphs(max_operations=3), st.integers(0, 2**32))
def test_random_graphs_hold(graph, seed):
    target = with_cotangent(graph, seed)[0]
    assert_holds(Story(target, graph.inputs[0]).derivation())


@pytest.mark.parametrize("loss", [nn.CrossEntropyLoss(), nn.MSELoss()], ids=str)
def test_losses_hold(loss):
    shape = ((3,), ()) if isinstance(loss, nn.CrossEntropyLoss) else ((3,), (3,))
    assert_holds(loss.derive(loss.inputs[0], shape))


def test_attention_holds():
    layer = nn.ScaledDotProductAttention()
    assert_holds(layer.derive("query", ((1, 2), (2, 2), (2, 1))))


def wrong_at_the_end(text):
    """The last line of the last chain with one sign put in front of its right side."""
    lines = text.split("\n")
    last = max(k for k, line in enumerate(lines) if "&=" in line)
    lines[last] = lines[last].replace("&= ", "&= -", 1)
    return "\n".join(lines)


@pytest.mark.parametrize("name", ["dense", "dense, tanh", "convolution"])
def test_a_wrong_last_line_is_refuted(name):
    layer, shape = SMALL[name]
    steps = verdicts(layer.derive("x", shape), change=wrong_at_the_end)
    assert [step.verdict == "refuted" for step in steps] == [False] * (len(steps) - 1) + [True]
