"""What the tools are given is the layer: each passes the right one and finds an obvious fault."""

import pytest

from tests.benchmarks import checkers
from tests.benchmarks.checkers import TOOLS, Call, Count, alarm, count, count_symgrad, grid, layer_by_layer, overhead
from tests.meta.faulty import CROSS_ENTROPY, DENSE, LSTM_CELL, SOFTMAX, SUBJECTS

NEEDS = {"torch": pytest.mark.needs_torch, "jax": pytest.mark.needs_jax}
LAYERS = pytest.mark.parametrize("subject", [DENSE, CROSS_ENTROPY, LSTM_CELL], ids=lambda s: s.name)


def doubled(layer):
    class Doubled(layer):
        def backward(self, *grads):
            found = super().backward(*grads)
            return tuple(None if g is None else 2 * g for g in (found if isinstance(found, tuple) else (found,)))

    return Doubled


@pytest.mark.parametrize(
    "tool",
    [pytest.param(run, id=n, marks=[m for k, m in NEEDS.items() if n.startswith(k)]) for n, run in TOOLS.items()],
)
@LAYERS
def test_the_right_layer_passes_and_twice_its_gradient_does_not(tool, subject):
    given = next(grid(subject))
    assert not alarm(tool, Call(subject.right, *given))
    assert alarm(tool, Call(doubled(subject.right), *given))


def test_a_layer_that_writes_into_its_inputs_leaves_the_examples_alone():
    params, inputs = next(grid(CROSS_ENTROPY))
    before = [None if x is None else x.copy() for x in inputs]
    for fault in CROSS_ENTROPY.faults:
        alarm(TOOLS["autograd.test_util.check_grads"], Call(fault.layer, params, inputs))
    assert all(x is was or (x == was).all() for x, was in zip(inputs, before, strict=True))


@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda s: s.name)
def test_the_first_example_of_a_grid_is_plain_and_none_is_empty(subject):
    given = [one for _, one in zip(range(8), grid(subject), strict=False)]
    assert len(given) == 8
    assert all(x is None or x.size for _, inputs in given for x in inputs)


def test_what_is_counted():
    given = [next(grid(SOFTMAX))]
    found = count(TOOLS["entry-by-entry differences"], SOFTMAX, given)
    ours = count_symgrad(SOFTMAX)
    assert all(0 < c.found < c.faults == 5 and not c.alarms for c in found.values())
    assert ours.found == ours.faults == ours.arguments == 5
    assert (Count(1, 1) + Count(2, 0, alarms=("x",))).alarms == ("x",)


def test_a_run_that_was_interrupted_goes_on(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(checkers, "TOOLS", {"entry-by-entry differences": TOOLS["entry-by-entry differences"]})
    kept = tmp_path / "kept.json"
    once = layer_by_layer([SOFTMAX], kept)
    assert capsys.readouterr().err.startswith("softmax: ")
    assert layer_by_layer([SOFTMAX], kept) == once
    assert not capsys.readouterr().err
    assert once[checkers.SYMGRAD].layers == 1


def test_calls_are_counted():
    _, _, forwards, backwards = overhead(DENSE.right, DENSE.signature, {"I": 4, "O": 2}, {}, repeats=1)
    assert forwards >= 7 and backwards >= 7
