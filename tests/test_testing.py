"""check_layer: bad use is answered in words, faults are found where they show, and right layers pass."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from symgrad.errors import OptionError, ParseError, SymgradError, UnknownNameError
from symgrad.testing import LayerError, LayerFailure, check_layer, ints, layer_test

ROOT = Path(__file__).parent.parent


class Dense:
    """`y = x wᵀ + b`, a bias that may be absent."""

    def forward(self, x, w, b):
        self.x, self.w, self.b = x, w, b
        return x @ w.T + (0.0 if b is None else b)

    def backward(self, grad):
        return grad @ self.w, grad.T @ self.x, None if self.b is None else grad.sum(axis=0)


DENSE = "x[N,C], w[K,C], b[K]? -> y[N,K]"


def of(forward=None, backward=None):
    """A layer with `y = 2 x`, but for what is given."""
    return type(
        "Layer",
        (),
        {"forward": forward or (lambda self, x: 2 * x), "backward": backward or (lambda self, g: (2 * g,))},
    )


# Right layers.


def test_a_right_layer_passes():
    report = check_layer(Dense, DENSE)
    assert report.ok and report.examples >= 100 and str(report).startswith("Dense: no fault found in")


def test_a_pair_of_functions_passes():
    def forward(x, w, p=1):
        return p * x @ w, (x, w, p)

    def backward(saved, g):
        x, w, p = saved
        return p * g @ w.T, p * x.T @ g

    assert check_layer((forward, backward), "x[N,C], w[C,K] -> y[N,K]", params={"p": ints(-1, 2)}).ok


def test_a_function_with_a_pullback_passes():
    assert check_layer(lambda x: (np.tanh(x), lambda g: g / np.cosh(x) ** 2), "x[...] -> y[...]").ok


def test_several_outputs_and_whole_numbers():
    class Pick:
        def forward(self, x, t):
            self.shape, self.t = x.shape, t
            return x[np.arange(len(t)), t], x.sum(axis=1)

        def backward(self, g, h):
            found = np.repeat(h[:, None], self.shape[1], axis=1)
            found[np.arange(len(self.t)), self.t] += g
            return found, None

    assert check_layer(Pick, "x[N,K], t[N]<K -> y[N], s[N]").ok


LIGHT = """
import sys
import hypothesis, numpy
import symgrad.testing
from symgrad.testing import check_layer
class Half:
    def forward(self, x):
        self.x = x
        return x**2
    def backward(self, g):
        return (self.x * g,)
report = check_layer(Half, "x[N] -> y[N]", like=lambda x: x**2, examples=10)
assert report.findings[0].relation == "factor"
print(sorted({"sympy", "networkx", "torch", "jax", "numba", "symgrad.nn", "symgrad.expr.tensors"} & sys.modules.keys()))
import symgrad as sg
assert {"grad", "tensors", "compile"} <= set(dir(sg))
from symgrad import grad
"""


def test_testing_a_layer_loads_nothing_heavy():
    done = subprocess.run([sys.executable, "-c", LIGHT], cwd=ROOT, capture_output=True, encoding="utf-8")
    assert done.stdout == "[]\n", done.stderr


class Sigmoid:
    """What is saved is what is returned: right, as long as nobody writes to it."""

    def forward(self, x):
        self.y = 1 / (1 + np.exp(-x))
        return self.y

    def backward(self, g):
        return (g * self.y * (1 - self.y),)


def test_an_output_that_is_saved_is_remarked_and_no_fault():
    layer_test(Sigmoid, "x[N,D] -> y[N,D]")()
    report = check_layer(Sigmoid, "x[N,D] -> y[N,D]")
    (remark,) = report.findings
    assert report.ok and remark.remark and (remark.argument, remark.check) == ("", "aliases")
    told = "the output shares memory with saved values: writing to it changes the gradient"
    head, *rest = str(report).splitlines()
    assert head.startswith("Sigmoid: no fault found in") and rest == [f"  remark     {told}"]
    assert report.to_data()["findings"][0]["remark"] and "a remark" in report.to_html()
    assert [f.told for f in remark.reproduce().findings] == [told]


def test_a_remark_hides_no_fault():
    class Three(Sigmoid):
        def forward(self, x):
            if len(x) == 3:
                raise ValueError("three is too many")
            return super().forward(x)

        def backward(self, g):
            return (2 * g * self.y * (1 - self.y),)

    found = [(f.argument, f.check) for f in check_layer(Three, "x[N,D] -> y[N,D]").findings]
    assert found == [("x", "value"), ("", "raises"), ("", "aliases")]


# Bad use.


BAD = {
    "no axis": (
        of(),
        "x[N,D] -> y[N]",
        LayerError,
        r"Layer.forward gives y of shape \(\d+, \d+\), not \(\d+\) as in y\[N\]",
    ),
    "two outputs": (of(), "x[N] -> y[N], z[N]", LayerError, "gave 1 output, the signature says 2"),
    "too many arguments": (of(), "x[N], w[N] -> y[N]", LayerError, "Layer.forward raises for every example: TypeError"),
    "few gradients": (Dense, "x[N,C], w[K,C], b[K], d[N] -> y[N,K]", LayerError, "raises for every example"),
    "two for three": (
        type("Two", (Dense,), {"backward": lambda self, g: (g @ self.w, g.T @ self.x)}),
        "x[N,C], w[K,C], b[K] -> y[N,K]",
        LayerError,
        r"Two.backward gave 2 gradients for 3 arguments\nexpected: one each for x, w, b",
    ),
    "None": (of(backward=lambda self, g: None), "x[N] -> y[N]", LayerError, "Layer.backward gave None"),
    "objects": (of(lambda self, x: np.array([None] * len(x))), "x[N] -> y[N]", LayerError, "an array of object as y"),
    "gradients of objects": (
        of(backward=lambda self, g: (g.astype(object),)),
        "x[N] -> y[N]",
        LayerError,
        "an array of object as the gradient of x",
    ),
    "random": (
        of(lambda self, x: x + np.random.default_rng().normal(size=x.shape)),
        "x[N] -> y[N]",
        LayerError,
        "gives different outputs for the same inputs\na random layer needs a seed",
    ),
    "no layer": (3, "x[N] -> y[N]", LayerError, "3 is nothing that can be tested as a layer"),
    "not read": (
        of(),
        "x[N -> y[N]",
        ParseError,
        r"the signature cannot be read, column 5\n  x\[N -> y\[N\]\n      \^",
    ),
    "not solved": (of(), "x[(N+1)/2] -> y[N]", OptionError, r"the dim \(N\+1\)/2 cannot be solved"),
    "unknown dim": (of(), "x[N] -> y[K]", UnknownNameError, r"K in y\[K\] is no dim of an input"),
    "twice": (of(), "x[N], x[N] -> y[N]", OptionError, "the signature says x twice"),
    "open input": (of(), "x[_] -> y[_]", OptionError, "only an output can have an open axis"),
}


@pytest.mark.parametrize("layer, signature, kind, told", BAD.values(), ids=BAD)
def test_bad_use_is_told(layer, signature, kind, told):
    with pytest.raises(kind, match=told):
        check_layer(layer, signature, examples=20)


def test_an_endless_loop_is_ended():
    def endless(self, x):
        while True:
            pass

    with pytest.raises(LayerError, match=r"Layer did not return within 0.2 s\n  x\[\d+\]"):
        check_layer(of(endless), "x[N] -> y[N]", deadline=0.2)


@pytest.mark.parametrize(
    "options, told",
    [
        ({"where": "M > 1"}, "where= names M"),
        ({"where": "N >"}, "the condition cannot be read, column 4"),
        ({"params": {"p": []}}, "params: p has no values"),
        ({"params": {"x": [1]}}, "x is an argument of the signature and a hyper-parameter"),
        ({"example": "N=2"}, "an example without D"),
        ({"example": "N=2 D=__import__('os')"}, "an example cannot be read"),
        ({"where": "N > 1000"}, "no legal example was found"),
    ],
)
def test_options_are_checked(options, told):
    with pytest.raises(SymgradError, match=told):
        check_layer(of(), "x[N,D] -> y[N,D]", examples=20, **options)


def test_a_signature_is_read_when_the_test_is_made():
    with pytest.raises(ParseError):
        layer_test(Dense, "x[N")


# What is found.


def test_a_forward_pass_that_raises_for_legal_sizes_is_found():
    def forward(self, x):
        if len(x) == 3:
            raise ValueError("three is too many")
        return 2 * x

    (finding,) = check_layer(of(forward), "x[N,D] -> y[N,D]").findings
    assert (finding.check, finding.condition) == ("raises", "N = 3") or "N" in finding.condition
    assert "forward raises ValueError: three is too many" in finding.told and finding.shapes.startswith("x[3,")


def test_a_backward_pass_that_raises_is_found():
    def backward(self, g):
        g.shape = (g.size,)
        return (2 * g,)

    report = check_layer(of(backward=backward), "x[N,D] -> y[N,D]")
    assert not report.ok and report.findings[0].check in ("raises", "mutates", "shape")


def test_a_failing_test_shows_the_report():
    test = layer_test(of(backward=lambda self, g: (3 * g,)), "x[N,D] -> y[N,D]")
    with pytest.raises(LayerFailure) as failure:
        test()
    text = str(failure.value)
    assert text.startswith("Layer: grad x is wrong") and len(text.splitlines()) <= 25
    assert "worst      grad x[" in text and "smallest   x[1,1]" in text


def test_the_smallest_example_is_reproduced():
    report = check_layer(of(backward=lambda self, g: (3 * g,)), "x[N,D] -> y[N,D]")
    again = report.findings[0].reproduce()
    assert not again.ok and again.examples == 1 and again.findings[0].relation == "factor"


def test_a_seed_repeats_a_campaign():
    layer = of(lambda self, x: np.where(x == 0, 0.0, 2 * x), lambda self, g: (2 * g + (g == 0),))
    first, second = (check_layer(layer, "x[N,D] -> y[N,D]", seed=3) for _ in range(2))
    assert str(first) == str(second)


def test_data_of_a_report():
    data = check_layer(of(backward=lambda self, g: (3 * g,)), "x[N,D] -> y[N,D]").to_data()
    assert data["schema"] == "symgrad/layer/1" and not data["ok"]
    assert data["findings"][0]["argument"] == "x" and data["findings"][0]["relation"] == "factor"
