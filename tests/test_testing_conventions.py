"""Conventions at kinks and ties: what right layers do is told, and judged where it is pinned."""

import json

import numpy as np
import pytest
from click.testing import CliRunner

from symgrad.cli import main
from symgrad.errors import OptionError
from symgrad.testing import LayerFailure, check_inputs, check_layer, layer_test
from symgrad.testing.conventions import conventions
from symgrad.testing.kinks import Kink

QUICK = {"examples": 50, "seed": 1}
ROWS, ENTRIES = "x[N,D] -> y[N]", "x[N,D] -> y[N,D]"


def entrywise(forward, slope):
    """A layer of one argument, entry by entry."""

    class Layer:
        def forward(self, x):
            self.x = x.copy()
            return forward(x)

        def backward(self, g):
            return (g * slope(self.x),)

    return Layer


def relu(at_zero):
    return entrywise(lambda x: np.maximum(x, 0), lambda x: (x > 0) + at_zero * (x == 0))


def clip(slope):
    return entrywise(lambda x: np.clip(x, -1, 0.5), slope)


def pool(weights):
    """The largest of each row: `weights(top)` are what each entry gets."""

    class Pool:
        def forward(self, x):
            self.top = x == x.max(axis=-1, keepdims=True)
            return x.max(axis=-1)

        def backward(self, g):
            return (g[..., None] * weights(self.top),)

    return Pool


def first(top):
    return top & (np.cumsum(top, axis=-1) == 1)


def last(top):
    return first(top[..., ::-1])[..., ::-1]


def split(top):
    return top / top.sum(axis=-1, keepdims=True)


class Maximum:
    """The larger of two arrays; the first of them gets the gradient where they are equal."""

    def forward(self, a, b):
        self.first = a >= b
        return np.maximum(a, b)

    def backward(self, g):
        return g * self.first, g * ~self.first


class Rectified:
    """`relu(x w)`: at a kink every entry of a row is at one."""

    def forward(self, x, w):
        self.x, self.w, self.y = x.copy(), w.copy(), x @ w
        return np.maximum(self.y, 0)

    def backward(self, g):
        g = g * (self.y > 0)
        return g @ self.w.T, self.x.T @ g


class Either(Maximum):
    """The first of equal numbers in rows of odd length, else the second: two conventions."""

    def forward(self, a, b):
        y = super().forward(a, b)
        self.first = self.first if len(a) % 2 else a > b
        return y


TOLD = {
    "relu 0": (relu(0), ENTRIES, ["x at kinks: 0 of [0, 1]"]),
    "relu ½": (relu(0.5), ENTRIES, ["x at kinks: 0.5 of [0, 1]"]),
    "relu 1": (relu(1), ENTRIES, ["x at kinks: 1 of [0, 1]"]),
    "relu ¼": (relu(0.25), ENTRIES, ["x at kinks: 0.25 of [0, 1]"]),
    "abs": (entrywise(np.abs, np.sign), ENTRIES, ["x at kinks: 0 of [-1, 1]"]),
    "abs on the right": (entrywise(np.abs, lambda x: 2.0 * (x >= 0) - 1), ENTRIES, ["x at kinks: 1 of [-1, 1]"]),
    "clip, inside": (clip(lambda x: (x >= -1) & (x <= 0.5)), ENTRIES, ["x at kinks: 1 of [0, 1]"]),
    "clip, outside": (clip(lambda x: (x > -1) & (x < 0.5)), ENTRIES, ["x at kinks: 0 of [0, 1]"]),
    "clip, right": (
        clip(lambda x: (x >= -1) & (x < 0.5)),
        ENTRIES,
        ["x at kinks: the slope on the right"],
    ),
    "largest, first": (pool(first), ROWS, ["x at ties: first"]),
    "largest, last": (pool(last), ROWS, ["x at ties: last"]),
    "largest, split": (pool(split), ROWS, ["x at ties: split"]),
    "two arguments": (Maximum, "a[N], b[N] -> y[N]", ["a at kinks: 1 of [0, 1]", "b at kinks: 0 of [0, 1]"]),
    "smooth": (entrywise(np.tanh, lambda x: 1 - np.tanh(x) ** 2), ENTRIES, []),
    "square": (entrywise(np.square, lambda x: 2 * x), ENTRIES, []),
}


@pytest.mark.parametrize("name", TOLD)
def test_conventions_of_right_layers_are_told(name):
    layer, signature, wanted = TOLD[name]
    report = check_layer(layer, signature, **QUICK)
    assert report.ok and [str(c) for c in report.conventions] == wanted, str(report)
    assert ("convention" in str(report)) == bool(wanted)
    assert all(c.seen for c in report.conventions)


@pytest.mark.parametrize(("weights", "name"), [(first, "first"), (last, "last"), (split, "split")])
def test_ties_of_a_smallest_entry_are_named_alike(weights, name):
    """`min x` and `−max x` slope down or up; the entry that is picked is the one that moves the output."""

    class Smallest(pool(weights)):
        def forward(self, x):
            return -super().forward(-x)

    class Negative(pool(weights)):
        def forward(self, x):
            return -super().forward(x)

        def backward(self, g):
            return super().backward(-g)

    for layer in (Smallest, Negative):
        (found,) = check_layer(layer, ROWS, **QUICK).conventions
        assert (found.at, found.choice) == ("ties", name)


def test_one_slope_of_intervals_that_differ():
    report = check_layer(Rectified, "x[N,D], w[D,K] -> y[N,K]", **QUICK)
    assert {(c.argument, c.choice) for c in report.conventions} == {("x", "0"), ("w", "0")}
    assert all(c.told.startswith("0 of [") and c.told.endswith("] and others") for c in report.conventions)
    leaky = entrywise(lambda x: np.where(x > 0, 3.0, -0.5) * x, lambda x: np.where(x >= 0, 3.0, -0.5))
    (found,) = check_layer(leaky, ENTRIES, **QUICK).conventions
    assert found.told == "3 of [-0.5, 3]"


def test_conventions_that_differ_are_mixed():
    report = check_layer(Either, "a[N], b[N] -> y[N]", **QUICK)
    assert report.ok and [c.choice for c in report.conventions] == ["mixed", "mixed"]
    assert report.conventions[0].told.startswith("mixed: ") and "upper (" in report.conventions[0].told


def test_every_tie_that_takes_all_is_wrong_and_its_convention_is_told():
    report = check_layer(pool(lambda top: top), ROWS, **QUICK)
    assert report.findings[0].relation == "subset" and report.findings[0].check == "value"
    assert [str(c) for c in report.conventions] == ["x at ties: each 1 of [0, 1]"]


def test_a_step_that_passes_a_kink_by_chance_is_no_kink():
    """The numbers of this example are near the kinks, not at them."""
    x = np.array([[3e-3, -2e-4], [1e-5, -1e-5]])
    assert check_inputs(relu(0), ENTRIES, [x]).conventions == ()
    (found,) = check_inputs(relu(0), ENTRIES, [np.where(x > 1e-3, 0.0, x)]).conventions
    assert (found.choice, found.seen) == ("0", 1)


# Pins.


HOLDS = [
    (relu(0), ENTRIES, 0),
    (relu(0), ENTRIES, "lower"),
    (relu(0.5), ENTRIES, "middle"),
    (relu(1), ENTRIES, ("first", 1)),
    (TOLD["clip, right"][0], ENTRIES, "right"),
    (pool(first), ROWS, "first"),
    (pool(split), ROWS, ["split"]),
]


@pytest.mark.parametrize(("layer", "signature", "pin"), HOLDS)
def test_a_pin_that_holds(layer, signature, pin):
    report = check_layer(layer, signature, convention={"x": pin}, **QUICK)
    assert report.ok, str(report)
    layer_test(layer, signature, convention={"x": pin}, **QUICK)()


BROKEN = [
    (relu(0), ENTRIES, 0.5, "at kinks: 0 of [0, 1]; pinned: 0.5"),
    (relu(1), ENTRIES, "lower", "at kinks: 1 of [0, 1]; pinned: lower"),
    (pool(last), ROWS, "first", "at ties: last; pinned: first"),
    (pool(split), ROWS, ("last", 0), "at ties: split; pinned: last"),
]


@pytest.mark.parametrize(("layer", "signature", "pin", "told"), BROKEN)
def test_a_pin_that_is_broken_is_a_finding(layer, signature, pin, told):
    with pytest.raises(LayerFailure) as failure:
        layer_test(layer, signature, convention={"x": pin}, **QUICK)()
    report = failure.value.report
    (finding,) = report.findings
    assert (finding.argument, finding.relation, finding.told) == ("x", "convention", told)
    assert str(finding).startswith("grad x is not as pinned only when values are ")
    assert "(pinned: " in str(report) and 'convention={"x": ' in str(report) and str(report).count("\n") < 25
    again = finding.reproduce()
    assert again.findings[0].relation == "convention" and again.examples == 1


def test_a_pin_that_met_nothing_says_so():
    (found,) = check_layer(TOLD["smooth"][0], ENTRIES, convention={"x": "first"}, **QUICK).conventions
    assert str(found) == "x at ties: none seen (pinned: first)"


@pytest.mark.parametrize(
    ("pin", "told"),
    [
        ({"w": 0}, "convention= names w\narguments with a gradient: x"),
        ({"x": "frist"}, "convention='frist'\nat ties: first, last, split; at kinks: lower, middle"),
        ({"x": float("nan")}, "or the slope itself"),
        ({"x": True}, "convention=True"),
        ({"x": ("first", "last")}, "x is pinned twice at ties: first, last"),
    ],
)
def test_pins_are_checked(pin, told):
    with pytest.raises(OptionError) as error:
        check_layer(relu(0), ENTRIES, convention=pin, **QUICK)
    assert told in str(error.value)


def test_a_right_layer_at_given_inputs_is_pinned_too():
    report = check_inputs(pool(last), ROWS, [[[1.0, 1.0]]], convention={"x": "first"})
    assert report.findings[0].told == "at ties: last; pinned: first"


# In every form.


def test_data_and_page():
    report = check_layer(relu(0.5), ENTRIES, **QUICK)
    (found,) = json.loads(report.to_json())["conventions"]
    kept = {"argument": "x", "at": "kinks", "choice": "0.5", "told": "0.5 of [0, 1]", "pinned": ""}
    assert {**found, "seen": 0} == {**kept, "seen": 0}
    assert "<th>x at kinks</th>" in report.to_html() and "0.5 of [0, 1] (" in report.to_html()


def test_at_the_command_line(tmp_path, monkeypatch):
    text = "class Largest:\n    def forward(self, x):\n        self.x = x\n        return x.max(-1)\n\n"
    text += "    def backward(self, g):\n        top = self.x == self.x.max(-1, keepdims=True)\n"
    (tmp_path / "largest.py").write_text(text + "        return (g[..., None] * top / top.sum(-1, keepdims=True),)\n")
    monkeypatch.chdir(tmp_path)
    given = ("layer", "largest:Largest", "--signature", ROWS, "--examples", "30")
    assert CliRunner().invoke(main, [*given, "--convention", "x=split"]).exit_code == 0
    done = CliRunner().invoke(main, [*given, "--convention", "x=first"])
    assert done.exit_code == 1 and "at ties: split; pinned: first" in done.stdout
    assert "--convention x=first --example" in done.stdout
    done = CliRunner().invoke(main, [*given, "--convention", "x"])
    assert done.exit_code == 2 and "in --convention: 'x' is no convention" in done.stderr


# The table.


def tie(*taken, left=0.0, right=1.0):
    n = len(taken)
    return Kink("x", (left,) * n, (right,) * n, taken)


@pytest.mark.parametrize(
    ("kinks", "choice"),
    [
        ([tie(1.0, 0.0, 0.0)], "first"),
        ([tie(0.0, 0.0, 1.0)], "last"),
        ([tie(*[1 / 3] * 3), tie(0.5, 0.5)], "split"),
        ([tie(1.0, 0.0), tie(0.0, 1.0)], "mixed"),
        ([tie(0.25, 0.25, 0.5)], "other"),
        ([tie(-1.0, 0.0, right=-1.0)], "first"),
        ([tie(1.0, 0.0, left=1.0, right=0.0)], "first"),
        ([tie(0.5)], "0.5"),
        ([tie(0.5), tie(1.5, right=3.0)], "middle"),
        ([tie(2.0, left=2.0), tie(-2.0, left=-2.0)], "left"),
        ([tie(0.0), tie(1.0)], "mixed"),
    ],
)
def test_choices_have_names(kinks, choice):
    (found,) = conventions(kinks)
    assert (found.choice, found.seen) == (choice, len(kinks))
