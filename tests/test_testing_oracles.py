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


# Right layers at which a checker is easily wrong: (layer, signature, options).


def affine_then_normalised(x, w, b, eps=1e-5):
    """Batch norm after a dense layer: the gradient of the bias is 0, and what is computed is rounding."""
    z = x @ w.T + b
    s = np.sqrt(z.var(0) + eps)
    y = (z - z.mean(0)) / s

    def back(g):
        dz = (g - g.mean(0) - y * (g * y).mean(0)) / s
        return dz @ w, dz.T @ x, dz.sum(0)

    return y.copy(), back


def median(x):
    at = np.argsort(x, -1, kind="stable")[:, [x.shape[1] // 2]]

    def back(g):
        found = np.zeros(x.shape)
        np.put_along_axis(found, at, g[:, None], -1)
        return found

    return np.take_along_axis(x, at, -1)[:, 0], back


def normalised(x, eps=1e-12):
    """`x / max(|x|, ε)`: steeper at 0 than any step of a difference."""
    n = np.sqrt((x * x).sum(-1, keepdims=True))
    d, inside = np.maximum(n, eps), n <= eps
    y = x / d
    return y.copy(), lambda g: (g - np.where(inside, 0.0, y * (g * y).sum(-1, keepdims=True))) / d


def log_odds(x):
    """Numbers near 1/2 become numbers near 0, with the rounding of 1/2."""
    p = 0.05 + 0.9 / (1 + np.exp(-x))
    return np.log(p / (1 - p)), lambda g: g * 0.9 / (p * (1 - p)) * np.exp(-abs(x)) / (1 + np.exp(-abs(x))) ** 2


def dropped(x):
    """The mask lies in memory as x does, so that other entries are dropped of a transposed x."""
    flat = (np.random.rand(x.size) < 0.5) * 2.0
    mask = flat.reshape(x.shape, order="F" if x.flags.f_contiguous and not x.flags.c_contiguous else "C")
    return x * mask, lambda g: g * mask


def mean_squares(x):
    return np.sum(x**2) / np.float64(x.size), lambda g: 2 * g * x / x.size


def remainder(x, w):
    """`fmod` jumps where x is a multiple of w: for x near 10⁴ many times within any step."""
    return np.fmod(x, w), lambda g: (g.copy(), -g * np.trunc(x / w))


EASILY_WRONG = {
    "a sum that cancels": (affine_then_normalised, "x[N,I], w[O,I], b[O] -> y[N,O]", {"where": "N > 1"}),
    "a tie of three": (median, "x[N,D] -> y[N]", {"where": "D > 0"}),
    "a step that is too wide": (normalised, "x[N,D] -> y[N,D]", {}),
    "numbers that are larger inside": (log_odds, "x[N,D] -> y[N,D]", {}),
    "random numbers in the order of memory": (dropped, "x[N,D] -> y[N,D]", {}),
    "the mean of nothing": (mean_squares, "x[N,D] -> y[]", {}),
    "jumps at multiples": (remainder, "x[N,D], w[N,D]>0 -> y[N,D]", {}),
}


@pytest.mark.parametrize("name", EASILY_WRONG)
@pytest.mark.parametrize("seed", [1, 2])
def test_a_right_layer_raises_no_alarm(name, seed):
    layer, signature, options = EASILY_WRONG[name]
    report = check_layer(layer, signature, examples=100, seed=seed, **options)
    assert report.ok, str(report)


def test_differences_are_those_of_inputs_that_lie_as_they_do():
    params = "values='zeros' layout='transposed'"
    for seed in range(40):
        report = check_layer(dropped, "x[N,D] -> y[N,D]", example=f"N=4 D=3 {params} seed={seed}")
        assert report.ok, str(report)


def changed(layer, change):
    """The layer with another gradient of its first argument."""

    def found(*inputs):
        y, back = layer(*inputs)

        def pull(g):
            grads = back(g)
            first, *rest = grads if isinstance(grads, tuple) else (grads,)
            return (change(inputs[0], first), *rest)

        return y, pull

    return found


WRONG = {
    "a factor": lambda x, g: 1.0001 * g,
    "at zeros alone": lambda x, g: np.where(x == 0, 2 * g + 1, g),
    "at ties alone": lambda x, g: g + (len(np.unique(x)) < x.size),
}


PLANTED = (
    ("a factor", "a tie of three"),
    ("a factor", "a step that is too wide"),
    ("a factor", "numbers that are larger inside"),
    ("a factor", "random numbers in the order of memory"),
    ("at zeros alone", "a tie of three"),
    ("at zeros alone", "numbers that are larger inside"),
    ("at ties alone", "a tie of three"),
    ("at ties alone", "a step that is too wide"),
    ("a factor", "jumps at multiples"),
)


@pytest.mark.parametrize(("fault", "name"), PLANTED)
def test_what_is_wrong_there_is_still_found(fault, name):
    layer, signature, options = EASILY_WRONG[name]
    assert not check_layer(changed(layer, WRONG[fault]), signature, examples=100, seed=1, **options).ok
