"""What is tested is called as its framework calls it: right layers pass, and planted faults are found where they are.

Each table holds one right layer and what is wrong with variants of it: (argument, part of the text).
"""

import functools
import subprocess
import sys

import numpy as np
import pytest

from symgrad import nn
from symgrad.errors import OptionError
from symgrad.extras import optional
from symgrad.testing import LayerError, check_layer, check_module, ints, module_test

torch, jax = optional("torch"), optional("jax")
needs_torch, needs_jax = pytest.mark.needs_torch, pytest.mark.needs_jax
QUICK = {"examples": 24, "seed": 1}
FULL = {"examples": 60, "seed": 1}


def assert_found(report, argument, text=""):
    """The finding that is told first is of this argument."""
    assert not report.ok
    assert report.findings[0].argument == argument, str(report)
    assert text in str(report), str(report)


# Pairs of functions


def affine(x, w, b):
    return x @ w.T + b, (x, w, b)


def test_a_pair_may_take_upstream_gradients_first_and_a_cache_after_them():
    def backward(dout, cache):
        x, w, _ = cache
        return dout @ w, dout.T @ x, dout.sum(0)

    assert check_layer((affine, backward), "x[N,I], w[O,I], b[O] -> y[N,O]", **QUICK).ok
    half = affine, lambda dout, cache: backward(dout / 2, cache)
    half = check_layer(half, "x[N,I], w[O,I], b[O] -> y[N,O]", **QUICK)
    assert {f.argument for f in half.findings} == {"x", "w", "b"}


# torch.autograd.Function

SCALED = "x[N,I], w[O,I], b[O]? -> y[N,O]"
SCALE = {"scale": [0.5, 2.0]}


def scaled(backward):
    """`y = scale · x wᵀ + b` with a backward pass of `(ctx, g, gradients)`."""

    class Scaled(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, w, b, scale):
            ctx.save_for_backward(x, w)
            ctx.scale, ctx.biased = scale, b is not None
            y = scale * (x @ w.t())
            return y if b is None else y + b

        @staticmethod
        def backward(ctx, g):
            x, w = ctx.saved_tensors
            G = g * ctx.scale
            return backward(ctx, g, [G @ w, G.t() @ x, g.sum(0) if ctx.biased else None, None])

    return Scaled


def replaced(place, value):
    return lambda ctx, g, found: (*found[:place], value(ctx, g, found[place]), *found[place + 1 :])


FUNCTION_FAULTS = {
    "bias not summed": (replaced(2, lambda ctx, g, b: g if ctx.biased else None), "b", "not summed over axis 0"),
    "no gradient": (replaced(1, lambda ctx, g, w: None), "w", "None"),
    "without the factor": (replaced(1, lambda ctx, g, w: w / ctx.scale), "w", "factor"),
    "half for one sign": (replaced(0, lambda ctx, g, x: x * torch.where(g[:, :1] > 0, 1.0, 0.5)), "x", "nonlinear"),
    "float32": (replaced(0, lambda ctx, g, x: x.float().double() if ctx.biased else x), "x", "grad x"),
    "upstream is written to": (replaced(0, lambda ctx, g, x: (g.mul_(2), x)[1]), "", "upstream gradient of y"),
    "a gradient for a number": (replaced(3, lambda ctx, g, _: g.sum()), "x", "that is no tensor"),
    "saved values are written to": (replaced(1, lambda ctx, g, w: (ctx.saved_tensors[0].add_(1), w)[1]), "x", "grad w"),
}


@needs_torch
@pytest.mark.parametrize("form", [lambda f: f, lambda f: f.apply], ids=["class", "apply"])
def test_a_right_function_passes(form):
    assert check_layer(form(scaled(lambda ctx, g, found: tuple(found))), SCALED, params=SCALE, **FULL).ok


@needs_torch
@pytest.mark.parametrize("fault", FUNCTION_FAULTS)
def test_a_fault_of_a_function_is_found(fault):
    backward, argument, text = FUNCTION_FAULTS[fault]
    assert_found(check_layer(scaled(backward), SCALED, params=SCALE, **QUICK), argument, text)


@needs_torch
def test_gradients_that_are_swapped_are_found():
    class Product(torch.autograd.Function):
        @staticmethod
        def forward(ctx, a, b):
            ctx.save_for_backward(a, b)
            return a**2 * b

        @staticmethod
        def backward(ctx, g):
            a, b = ctx.saved_tensors
            return g * a**2, 2 * g * a * b

    report = check_layer(Product, "a[N], b[N] -> y[N]", **QUICK)
    assert {f.argument for f in report.findings} == {"a", "b"}
    assert "gradient of" in str(report) or "grad b" in str(report)


@needs_torch
def test_hyper_parameters_are_placed_by_their_names():
    class Power(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, p, w, negative=False):
            ctx.save_for_backward(x, w)
            ctx.p, ctx.sign = p, -1 if negative else 1
            return ctx.sign * w * x**p

        @staticmethod
        def backward(ctx, g):
            x, w = ctx.saved_tensors
            return ctx.sign * g * w * ctx.p * x ** (ctx.p - 1), None, (ctx.sign * g * x**ctx.p).sum(0), None

    given = dict(negative=[False, True], p=[2, 3])
    assert check_layer(Power.apply, "x[N,D], w[D] -> y[N,D]", params=given, **QUICK).ok


@needs_torch
def test_a_context_that_is_set_up_beside_forward():
    class Sine(torch.autograd.Function):
        @staticmethod
        def forward(x):
            return x.sin()

        @staticmethod
        def setup_context(ctx, inputs, output):
            ctx.save_for_backward(*inputs)

        @staticmethod
        @torch.autograd.function.once_differentiable
        def backward(ctx, g):
            (x,) = ctx.saved_tensors
            return g * x.cos() if ctx.needs_input_grad[0] else None

    assert check_layer(Sine, "x[...,D] -> y[...,D]", **QUICK).ok


def top(factor=1.0, saved_by_hand=False):
    """The largest entry of each row, where it stands, and exp of it; labels pick the row's weight."""

    class Top(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, t):
            y, at = x.max(-1)
            e = (y / 4).exp()
            ctx.mark_non_differentiable(at)
            ctx.save_for_backward(at, t, e)
            ctx.size, ctx.e = x.shape[-1], e
            return y * (t + 1), at, e

        @staticmethod
        def backward(ctx, g, nothing, h):
            at, t, e = ctx.saved_tensors
            assert not nothing.any()
            e = ctx.e if saved_by_hand else e
            flat = g * (t + 1) + factor * h * e / 4
            return torch.zeros(*at.shape, ctx.size, dtype=g.dtype).scatter_(-1, at[..., None], flat[..., None]), None

    return Top


@needs_torch
def test_several_outputs_and_whole_numbers():
    signature = "x[N,K], t[N]<3 -> y[N], at[N], e[N]"
    assert check_layer(top(), signature, where="K > 0", **FULL).ok
    assert_found(check_layer(top(factor=2.0), signature, where="K > 0", **QUICK), "x")
    (remark,) = check_layer(top(saved_by_hand=True), signature, where="K > 0", **QUICK).findings
    assert remark.remark and remark.told.startswith("the output shares memory")


@needs_torch
def test_inputs_that_are_marked_dirty_may_be_changed():
    def doubling(marked):
        class Double(torch.autograd.Function):
            @staticmethod
            def forward(ctx, x):
                if marked:
                    ctx.mark_dirty(x)
                return x.mul_(2)

            @staticmethod
            def backward(ctx, g):
                return 2 * g

        return Double

    assert check_layer(doubling(True), "x[N] -> y[N]", **QUICK).ok
    assert_found(check_layer(doubling(False), "x[N] -> y[N]", **QUICK), "x", "x itself is changed")


@needs_torch
@pytest.mark.parametrize(
    ("backward", "told"),
    [
        (lambda ctx, g, found: tuple(found[:2]), "backward gave 2 gradients for 4 inputs of forward"),
        (lambda ctx, g, found: None, "backward gave None"),
    ],
)
def test_gradients_that_are_not_there_are_told(backward, told):
    with pytest.raises(LayerError, match=told):
        check_layer(scaled(backward), SCALED, params=SCALE, **QUICK)


@needs_torch
def test_a_function_of_other_arguments_is_told():
    with pytest.raises(LayerError, match="forward takes x, w, b, scale"):
        check_layer(scaled(None), "x[N] -> y[N]", **QUICK)


@needs_torch
def test_a_plain_function_of_tensors():
    assert check_layer(lambda x, w: torch.tanh(x @ w), "x[N,I], w[I,O] -> y[N,O]", **QUICK).ok
    wrong = check_layer(lambda x, w: torch.tanh(x.detach() @ w), "x[N,I], w[I,O] -> y[N,O]", **QUICK)
    assert_found(wrong, "x", "the gradient is 0")


# torch.nn.Module


def norm(eps_inside=True, cut=None, mean_cut=False):
    """A layer norm whose gain and shift are `layer.gain` and `layer.shift`."""

    class Affine(torch.nn.Module):
        def __init__(self, d):
            super().__init__()
            self.gain, self.shift = (torch.nn.Parameter(torch.ones(d)) for _ in range(2))

        def forward(self, x):
            part = {name: p.detach() if name == cut else p for name, p in self.named_parameters()}
            return x * part["gain"] + part["shift"]

    class Norm(torch.nn.Module):
        def __init__(self, d, eps=1e-5):
            super().__init__()
            self.layer, self.eps = Affine(d), eps
            self.register_buffer("offset", torch.linspace(0, 1, d))

        def forward(self, x):
            mean = x.mean(-1, keepdim=True)
            x = x - (mean.detach() if mean_cut and self.training else mean)
            return self.layer(x / torch.sqrt((x**2).mean(-1, keepdim=True) + self.eps) + self.offset)

    return Norm


NORM = {"params": dict(eps=[1e-2, 1e-1]), "where": "d > 1"}


@needs_torch
def test_a_right_module_passes():
    Norm = norm()
    assert check_module(lambda d, eps: Norm(d, eps), "x[B,T,d]", **NORM, **FULL).ok
    module_test(Norm, "x[B,T,d] -> z[B,T,d]", **NORM, **QUICK)()


@needs_torch
def test_parameters_of_a_module_become_arguments():
    report = check_module(norm(), "x[B,d]", **NORM, examples=4)
    assert report.signature.names == ("x", "gain_layer", "shift_layer")
    assert report.signature.arguments[1].dims == ("d",)
    assert list(report.params) == ["eps", "mode"]


@needs_torch
@pytest.mark.parametrize(
    ("broken", "argument", "text"),
    [
        (dict(cut="gain"), "gain_layer", "the gradient is 0"),
        (dict(cut="shift"), "shift_layer", "the gradient is 0"),
        (dict(mean_cut=True), "x", "only when mode = 'train'"),
    ],
)
def test_a_fault_of_a_module_is_found(broken, argument, text):
    assert_found(check_module(norm(**broken), "x[B,d]", **NORM, examples=40, seed=1), argument, text)


@needs_torch
def test_a_wrong_function_inside_of_a_module_is_found():
    wrong = scaled(replaced(1, lambda ctx, g, w: w / ctx.scale))

    class Dense(torch.nn.Module):
        def __init__(self, I, O):
            super().__init__()
            self.weight = torch.nn.Parameter(torch.zeros(O, I))

        def forward(self, x):
            return wrong.apply(x, self.weight, None, 2.0)

    assert_found(check_module(Dense, "x[N,I]", params=dict(O=ints(1, 3)), **QUICK), "weight")


@needs_torch
def test_a_module_that_changes_its_input_is_found():
    class Inplace(torch.nn.Module):
        def forward(self, x):
            return x.mul_(2).sin()

    assert_found(check_module(Inplace, "x[N,I]", **QUICK), "x", "x itself is changed")


@needs_torch
def test_dropout_optional_parameters_labels_and_several_outputs():
    class Classifier(torch.nn.Module):
        def __init__(self, V, d, bias):
            super().__init__()
            self.table, self.drop = torch.nn.Embedding(V, d), torch.nn.Dropout(0.4)
            self.out = torch.nn.Linear(d, 3, bias=bias)

        def forward(self, i):
            h = self.drop(self.table(i))
            return self.out(h), (h, None, {"mean": h.mean(0)})

    given = dict(V=[3, 5], d=[3, 4], bias=[True, False])
    report = check_module(Classifier, "i[N]<V", params=given, where="N > 0", **QUICK)
    assert report.ok, str(report)
    assert [str(o) for o in report.signature.outputs] == ["y_0", "y_1", "y_2"]


@needs_torch
@pytest.mark.parametrize(
    ("make", "options", "told"),
    [
        (lambda d, heads: None, {}, "needs heads, which is no dim"),
        (lambda d: 3, {}, "gives int, not a torch.nn.Module"),
        (3, {}, "3 is no function that makes a module"),
        (lambda d: [][1], {}, "list index out of range"),
    ],
)
def test_bad_modules_are_told(make, options, told):
    with pytest.raises((LayerError, IndexError), match=told):
        check_module(make, "x[N,d]", **QUICK, **options)


@needs_torch
def test_dims_that_stand_nowhere_alone_are_solved():
    groups = dict(params=dict(g=ints(1, 2)), where="L > 1")
    assert check_module(lambda d, g: torch.nn.GroupNorm(g, d), "x[N,d/g*g,L]", **groups, **QUICK).ok
    assert check_module(lambda d: torch.nn.Linear(2 * d + 1, 3), "x[...,2*d+1]", **QUICK).ok
    with pytest.raises(LayerError, match="needs d, which does not follow from the sizes of inputs\nan axis"):
        check_module(lambda d, e: torch.nn.Linear(d * e, 3), "x[B,d*e]", **QUICK)


@needs_torch
def test_a_module_itself_and_unknown_modes_are_told():
    with pytest.raises(LayerError, match="the module Tanh itself"):
        check_module(torch.nn.Tanh(), "x[N]")
    with pytest.raises(OptionError, match="modes="):
        check_module(torch.nn.Tanh, "x[N]", modes=["test"])
    with pytest.raises(OptionError, match="mode says"):
        check_module(torch.nn.Tanh, "x[N]", params=dict(mode=[1]))


# JAX. Few shapes: each is compiled.

GATED = "x[N,3], w[3] -> y[N,3], s[N]"


def gated(backward):
    """`y = tanh(p x) w`, `s = Σ x²`, with a backward rule of `(p, x, w, gradients)`."""
    jnp = jax.numpy

    @functools.partial(jax.custom_vjp, nondiff_argnums=(2,))
    def gate(x, w, p):
        return jnp.tanh(p * x) * w, jnp.sum(x**2, -1)

    def back(p, saved, grads):
        (x, w), (g, h), y = saved, grads, jnp.tanh(p * saved[0])
        found = [g * w * (1 - y**2) * p + 2 * h[:, None] * x, jnp.sum(g * y, 0)]
        return backward(p, saved, grads, found)

    gate.defvjp(lambda x, w, p: (gate(x, w, p), (x, w)), back)
    return gate


VJP_FAULTS = {
    "missing term": (lambda p, s, G, found: (found[0] - 2 * G[1][:, None] * s[0], found[1]), "x", ""),
    "missing factor": (lambda p, s, G, found: (found[0] / p, found[1]), "x", ""),
    "mean, no sum": (lambda p, s, G, found: (found[0], found[1] / len(s[0])), "w", "factor 0.25"),
    "zero": (lambda p, s, G, found: (found[0], 0 * found[1]), "w", "the gradient is 0"),
    "of another shape": (lambda p, s, G, found: (found[0], G[0]), "x", "raises"),
}


@needs_jax
def test_a_right_custom_vjp_passes_and_leaves_no_switch():
    assert check_layer(gated(lambda p, s, G, found: tuple(found)), GATED, params=dict(p=[0.5, 2.0]), **FULL).ok
    assert jax.numpy.ones(1).dtype == np.float32


@needs_jax
@pytest.mark.parametrize("fault", VJP_FAULTS)
def test_a_fault_of_a_custom_vjp_is_found(fault):
    backward, argument, text = VJP_FAULTS[fault]
    assert_found(
        check_layer(gated(backward), GATED.replace("N", "4"), params=dict(p=[0.5, 2.0]), **QUICK), argument, text
    )


def powers(rule):
    @functools.partial(jax.custom_jvp, nondiff_argnums=(2,))
    def power(x, w, p=2):
        return w * jax.numpy.exp(p * x / 4)

    @power.defjvp
    def _(p, primals, tangents):
        return power(*primals, p), rule(p, *primals, *tangents)

    return power


@needs_jax
def test_a_custom_jvp():
    def right(p, x, w, dx, dw):
        e = jax.numpy.exp(p * x / 4)
        return w * p * e / 4 * dx + e * dw

    signature, given = "x[N,2], w[2] -> y[N,2]", dict(p=[2])
    assert check_layer(powers(right), signature, params=given, **FULL).ok
    wrong = {
        "x": lambda p, x, w, dx, dw: right(p, x, w, dx / p, dw),
        "w": lambda p, x, w, dx, dw: right(p, x, w, dx, 0 * dw),
    }
    for argument, rule in wrong.items():
        assert_found(check_layer(powers(rule), "x[2,3], w[3] -> y[2,3]", params=dict(p=[2, 3]), **QUICK), argument)


@needs_jax
def test_forward_and_reverse_mode_that_disagree_are_found():
    def rule(p, x, w, dx, dw):
        threefold = jax.custom_derivatives.linear_call(lambda _, t: 3 * t, lambda _, G: 2 * G, (), dx)
        e = jax.numpy.exp(p * x / 4)
        return w * p * e / 4 * threefold / 2 + e * dw

    report = check_layer(powers(rule), "x[2,3], w[3] -> y[2,3]", **QUICK)
    assert_found(report, "x", "forward and reverse mode disagree")


@needs_jax
def test_a_plain_function_of_jax_with_labels_and_absent_inputs():
    def loss(x, t, w):
        picked = jax.numpy.take_along_axis(jax.nn.log_softmax(x), t[:, None], 1)[:, 0]
        return -picked if w is None else -picked * w

    assert check_layer(loss, "x[4,3], t[4]<3, w[4]? -> y[4]", **QUICK).ok
    cut = jax.jit(lambda x: x * jax.lax.stop_gradient(x))
    assert_found(check_layer(cut, "x[3] -> y[3]", **QUICK), "x", "1/2")


@needs_jax
def test_a_function_of_jax_may_look_at_values():
    assert check_layer(lambda x: -x if jax.numpy.sum(x) > 0 else -2 * x, "x[3] -> y[3]", examples=4, seed=1)


# symgrad

DENSE = "x[N,I], w[O,I], b[O] -> y[N,O]"


class Off(nn.Linear):
    """A dense layer whose pullback is changed."""

    def __init__(self, I, O, change):
        super().__init__(I, O)
        self.__dict__["change"] = change

    def vjp(self, x, params=None, **options):
        y, pull = super().vjp(x, params, **options)
        return y, lambda G: self.change(G, *pull(G))


DENSE_FAULTS = {
    "swapped sign": (lambda G, gx, g: (-gx, g), "x", "sign"),
    "no sum": (lambda G, gx, g: (gx, {**g, "bias": G}), "b", "not summed"),
    "missing": (lambda G, gx, g: (gx, {"bias": g["bias"]}), "w", "None"),
    "mean": (lambda G, gx, g: (gx, {**g, "weight": g["weight"] / len(G)}), "w", "1/N"),
}


@pytest.mark.parametrize("layer", [lambda I, O: nn.Linear(I, O)], ids=["factory"])
def test_a_right_layer_of_symgrad_passes(layer):
    assert check_layer(layer, DENSE, where="N > 0", **FULL).ok


@pytest.mark.parametrize("fault", DENSE_FAULTS)
def test_a_fault_of_a_layer_of_symgrad_is_found(fault):
    change, argument, text = DENSE_FAULTS[fault]
    report = check_layer(lambda I, O: Off(I, O, change), DENSE, where="N > 0 and I > 1 and O > 1", **QUICK)
    assert_found(report, argument, text)


def test_an_instance_a_mode_and_a_loss_of_labels():
    assert check_layer(nn.Linear(3, 2), "x[N,3], bias[2], weight[2,3] -> y[N,2]", where="N > 0", **QUICK).ok
    modes = dict(mode=["eval", "train"])
    assert check_layer(nn.Dropout(0.3), "x[N,D] -> y[N,D]", params=modes, where="N > 0 and D > 0", **QUICK).ok
    assert check_layer(nn.CrossEntropyLoss(), "x[N,K], t[N]<K -> y[]", where="N > 0", **QUICK).ok


def test_parameters_that_a_layer_has_not_are_told():
    with pytest.raises(LayerError, match="the parameters weight, bias, the signature names w"):
        check_layer(nn.Linear(3, 2), "x[N,3], w[2,3] -> y[N,2]", where="N > 0", **QUICK)
    with pytest.raises(LayerError, match="needs out_features, which is no dim"):
        check_layer(nn.Linear, "x[N,in_features] -> y[N,_]", **QUICK)


def test_nothing_is_imported_that_a_layer_does_not_bring():
    program = "import sys, symgrad.testing; print({'torch', 'jax', 'autograd'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
