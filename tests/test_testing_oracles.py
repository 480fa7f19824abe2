"""Oracles beside differences: references that are traced, and specifications in index notation."""

import numpy as np
import pytest

from symgrad.errors import OptionError, ParseError
from symgrad.extras import optional
from symgrad.testing import LayerError, check_layer, layer_test

torch, jax = optional("torch"), optional("jax")
QUICK = {"examples": 24, "seed": 1}
DENSE = "x[N,I], w[O,I], b[O] -> y[N,O]"
DENSE_SPEC = "y[n,o] = b[o] + scale * sum[i] x[n,i]*w[o,i]"


def dense(change=lambda g, x, w: g, forward=lambda y, x: y):
    """`y = scale · x wᵀ + b`, with changed gradients or a changed output."""

    class Dense:
        def __init__(self, scale=1):
            self.scale = scale

        def forward(self, x, w, b):
            self.x, self.w = x.copy(), w.copy()
            return forward(self.scale * x @ w.T + b, x)

        def backward(self, g):
            G = self.scale * g
            return change([G @ self.w, G.T @ self.x, g.sum(0)], self.x, self.w)

    return Dense


def reference(x, w, b, scale=1):
    return scale * np.einsum("ni,oi->no", x, w) + b


def told(report):
    return report.findings[0].oracles


@pytest.mark.parametrize("scale", [[1, 2], [0.5, 2.0]], ids=["whole", "real"])
def test_a_right_layer_passes_both(scale):
    options = dict(params=dict(scale=scale), spec=DENSE_SPEC, like=reference, examples=60)
    report = check_layer(dense(), DENSE, **options)
    assert report.ok, str(report)
    assert report.oracles == ("symbolic", "autograd", "differences")
    layer_test(dense(), DENSE, **options)()


FAULTS = {
    "half": (lambda g, x, w: [g[0], g[1] / 2, g[2]], "w"),
    "a little too large": (lambda g, x, w: [g[0] * (1 + 1e-6), *g[1:]], "x"),
    "one row": (lambda g, x, w: [g[0], np.where(np.arange(len(g[1]))[:, None] > 0, g[1], 2 * g[1]), g[2]], "w"),
    "reversed": (lambda g, x, w: [g[0], g[1], g[2][::-1].copy()], "b"),
    "another function": (lambda g, x, w: [g[0] * np.cos(x), *g[1:]], "x"),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("oracle", ["symbolic", "autograd"])
def test_a_fault_is_found_and_the_oracle_is_named(oracle, fault):
    change, argument = FAULTS[fault]
    given = {"spec": DENSE_SPEC.replace("scale * ", "")} if oracle == "symbolic" else {"like": reference}
    report = check_layer(dense(change), DENSE, **QUICK, **given)
    assert report.findings[0].argument == argument, str(report)
    assert told(report) == f"{oracle} = differences; backward disagrees"
    assert not report.findings[0].reproduce().ok


def test_what_differences_cannot_see_an_oracle_can():
    change = FAULTS["a little too large"][0]
    assert not check_layer(dense(change), DENSE, **QUICK, spec=DENSE_SPEC.replace("scale * ", "")).ok


@pytest.mark.parametrize("given", [{"spec": DENSE_SPEC.replace("scale * ", "")}, {"like": reference}], ids=min)
def test_another_forward_pass_is_told_of_the_outputs(given):
    report = check_layer(dense(forward=lambda y, x: y + 1e-3 * x.shape[0]), DENSE, where="N > 0", **QUICK, **given)
    (finding,) = report.findings
    assert (finding.argument, finding.check) == ("", "value")
    assert finding.told.startswith("y[")
    assert "forward disagrees" in finding.oracles


class Softplus:
    """`log(1 + exp(x))`, by rows of any shape; and its slope as a second output."""

    factor = 1.0

    def forward(self, x):
        self.s = 1 / (1 + np.exp(-x))
        return np.logaddexp(0, x), self.s.copy()

    def backward(self, g, h):
        return (g * self.s + self.factor * h * self.s * (1 - self.s),)


SOFTPLUS_SPEC = ["y[b,d] = log(1 + exp(x[b,d]))", "s[b,d] = 1/(1 + exp(-x[b,d]))"]


def test_several_equations_and_leading_axes():
    signature = "x[...,D] -> y[...,D], s[...,D]"
    report = check_layer(Softplus, signature, spec=SOFTPLUS_SPEC, **QUICK)
    assert report.ok, str(report)
    wrong = type("Wrong", (Softplus,), {"factor": 2.0})
    assert told(check_layer(wrong, signature, spec=SOFTPLUS_SPEC, **QUICK)).startswith("symbolic = differences")


class NegativeLikelihood:
    """`−x[n, t[n]]`."""

    def forward(self, x, t, m):
        self.shape, self.at, self.m = x.shape, t, m
        return -x[np.arange(len(t)), t] * m

    def backward(self, g):
        found = np.zeros(self.shape)
        found[np.arange(len(self.at)), self.at] = -g * self.m
        return found, None, None


def test_labels_and_masks_in_a_specification():
    signature, spec = "x[N,K], t[N]<K, m[N]:bool -> y[N]", "y[n] = -m[n] * sum[k] x[n,k]*[k = t[n]]"
    report = check_layer(NegativeLikelihood, signature, spec=spec, where="K > 0", **QUICK)
    assert report.ok, str(report)


def relu(at_zero):
    class Relu:
        def forward(self, x):
            self.x = x.copy()
            return np.maximum(x, 0)

        def backward(self, g):
            return (g * np.where(self.x > 0, 1.0, np.where(self.x == 0, at_zero, 0.0)),)

    return Relu


@pytest.mark.parametrize("given", [{"spec": "y[n] = maximum(x[n], 0)"}, {"like": lambda x: np.maximum(x, 0)}], ids=min)
def test_at_a_kink_the_interval_decides_and_no_convention(given):
    for at_zero in (0.0, 0.3, 1.0):
        report = check_layer(relu(at_zero), "x[N] -> y[N]", examples=60, **given)
        assert report.ok, str(report)
    assert check_layer(relu(2.0), "x[N] -> y[N]", examples=60, **given).findings[0].argument == "x"


@pytest.mark.needs_torch
def test_an_oracle_that_contradicts_differences_is_an_error_and_no_finding():
    def cut(x, w, b):
        return x @ w.detach().T + b + 0 * torch.sum(x)

    with pytest.raises(LayerError, match=r"oracles disagree on grad w: torch 0, differences -?\d"):
        check_layer(dense(), DENSE, like=cut, **QUICK)


@pytest.mark.needs_torch
def test_a_reference_in_torch():
    def same(x, w, b, scale):
        return scale * torch.nn.functional.linear(x, w) + b

    given = dict(params=dict(scale=[1, 2]), like=same, **QUICK)
    assert check_layer(dense(), DENSE, **given).oracles == ("torch", "differences")
    report = check_layer(dense(FAULTS["half"][0]), DENSE, **given)
    assert told(report) == "torch = differences; backward disagrees"


@pytest.mark.needs_jax
def test_a_reference_in_jax():
    given = dict(like=lambda x, w, b: jax.numpy.dot(x, w.T) + b, examples=12, seed=1)
    fixed = "x[4,2], w[3,2], b[3] -> y[4,3]"
    assert check_layer(dense(), fixed, **given).ok
    assert told(check_layer(dense(FAULTS["half"][0]), fixed, **given)) == "jax = differences; backward disagrees"


def helper(x):
    m = np.max(x, axis=-1, keepdims=True)
    return m, np.exp(x - m)


def test_a_reference_that_calls_others_is_traced_through():
    class LogSumExp:
        def forward(self, x):
            m, e = helper(x)
            self.p = e / e.sum(-1, keepdims=True)
            return np.log(e.sum(-1)) + m[..., 0]

        def backward(self, g):
            return (g[..., None] * self.p * self.p.shape[-1] / 2,)

    def like(x):
        m, e = helper(x)
        return np.log(e.sum(axis=-1)) + m[..., 0]

    report = check_layer(LogSumExp, "x[...,n] -> y[...]", like=like, where="n > 0", **QUICK)
    assert told(report) == "autograd = differences; backward disagrees"


def test_a_reference_that_cannot_be_traced_still_has_values():
    def written_into(x, w, b):
        y = np.zeros((len(x), len(w)))
        y[...] = x @ w.T + b
        return y

    assert check_layer(dense(), DENSE, like=written_into, **QUICK).ok
    report = check_layer(dense(forward=lambda y, x: y + 1), DENSE, like=written_into, **QUICK)
    assert "autograd" in report.findings[0].told
    assert told(check_layer(dense(FAULTS["half"][0]), DENSE, like=written_into, **QUICK)).startswith("differences")


@pytest.mark.parametrize(
    ("given", "error", "words"),
    [
        ({"spec": "z[n,o] = sum[i] x[n,i]*w[o,i] + b[o]"}, OptionError, "spec does not define y"),
        ({"spec": "y[n,o] = sum[i] x[n,i"}, ParseError, "column"),
        ({"like": 3}, LayerError, "like=3 is no function"),
        ({"like": lambda x: x}, LayerError, "the autograd oracle raises TypeError|takes 1 positional"),
    ],
)
def test_bad_oracles_are_told(given, error, words):
    with pytest.raises(error, match=words):
        check_layer(dense(), DENSE, **QUICK, **given)
