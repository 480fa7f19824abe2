"""PyTorch's module for each layer, by name and options, called with our values of its parameters."""

from __future__ import annotations

import inspect
from dataclasses import fields, is_dataclass

import numpy as np
import pytest

torch = pytest.importorskip("torch")


SEQUENCES = ("RNN", "LSTM", "GRU")


class Min(torch.nn.MaxPool2d):
    def forward(self, x):
        return -super().forward(-x)


class Residual(torch.nn.Module):
    def __init__(self, layer):
        super().__init__()
        self.body = module(layer.layers["body"])
        self.shortcut = module(layer.layers["shortcut"]) if "shortcut" in layer.layers else torch.nn.Identity()

    def forward(self, x):
        return self.body(x) + self.shortcut(x)


class Reduce(torch.nn.Module):
    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, *x):
        return self.function(*x)


def attend(layer):
    def function(q, k, v, mask=None):
        return torch.nn.functional.scaled_dot_product_attention(
            q, k, v, attn_mask=mask, is_causal=layer.is_causal, scale=layer.scale
        )

    return function


class Heads(torch.nn.MultiheadAttention):
    causal = False

    def forward(self, q, k, v, mask=None):
        if self.causal:
            axis = 1 if self.batch_first else 0
            rows, columns = q.shape[axis], k.shape[axis]
            mask = torch.full((rows, columns), -torch.inf, dtype=q.dtype).triu(1)
        return super().forward(q, k, v, attn_mask=mask, need_weights=False)[0]


def heads(layer):
    found = Heads(**options(layer, torch.nn.MultiheadAttention))
    found.causal = layer.is_causal
    return found


SPECIAL = {
    "MinPool2d": lambda layer: Min(**options(layer, torch.nn.MaxPool2d)),
    "GlobalAvgPool2d": lambda layer: Reduce(lambda x: x.mean((2, 3))),
    "GlobalMaxPool2d": lambda layer: Reduce(lambda x: x.amax((2, 3))),
    "ScaledDotProductAttention": lambda layer: Reduce(attend(layer)),
    "MultiheadAttention": heads,
    "Hardsigmoid": lambda layer: Reduce(lambda x: torch.nn.functional.relu6(x + 3) / 6),  # its own has 1/6 in float32
    "Sequential": lambda layer: torch.nn.Sequential(*(module(inner) for inner in layer.layers.values())),
    "Residual": Residual,
}
RENAMED = {"init_value": "init"}


def options(layer, kind) -> dict:
    """The layer's options that PyTorch's class takes."""
    taken = inspect.signature(kind.__init__).parameters
    values = {RENAMED.get(f.name, f.name): getattr(layer, f.name) for f in fields(layer)} if is_dataclass(layer) else {}
    return {
        k: as_torch(v) if isinstance(v, np.ndarray) else v for k, v in values.items() if k in taken or "args" in taken
    }


def module(layer):
    """PyTorch's module with the options of a layer, in float64."""
    name = type(layer).__name__
    if name in SPECIAL:
        return SPECIAL[name](layer).double()
    kind = getattr(torch.nn, name)
    return kind(**options(layer, kind)).double()


def as_torch(a, gradient=False):
    t = torch.tensor(np.asarray(a))
    return t.requires_grad_() if gradient and t.is_floating_point() else t


def called(layer, module, params, inputs):
    """The outputs as a tuple."""
    if type(layer).__name__ == "LSTMCell":
        inputs = (inputs[0], inputs[1:])
    y = torch.func.functional_call(module, params, tuple(inputs))
    if type(layer).__name__ in SEQUENCES:
        return (y[0],)
    return y if isinstance(y, tuple) else (y,)


def reference(case, cotangents, mode="eval", targets=True):
    """(outputs, gradients by inputs, gradients by parameters, state afterwards), of PyTorch."""
    found = module(case.layer).train(mode == "train")
    learnt = {k: as_torch(case.params[k], gradient=True) for k in case.layer.parameters()}
    known = {name for name, _ in found.named_buffers()}
    kept = {k: as_torch(case.params[k]) for k in case.layer.state() if k in known}
    inputs = tuple(as_torch(a, gradient=True) for a in case.inputs)
    outputs = called(case.layer, found, {**learnt, **kept}, inputs)
    total = sum((y * as_torch(g)).sum() for y, g in zip(outputs, cotangents, strict=True))
    asked = [t for t in (*inputs, *learnt.values()) if t.requires_grad]
    slopes = iter(torch.autograd.grad(total, asked, allow_unused=True)) if total.requires_grad else None
    gradients = [next(slopes) if slopes and t.requires_grad else None for t in (*inputs, *learnt.values())]
    values = [None if g is None else g.numpy() for g in gradients]
    return (
        [y.detach().numpy() for y in outputs],
        values[: len(inputs)],
        dict(zip(learnt, values[len(inputs) :], strict=True)),
        {k: v.numpy() for k, v in kept.items()},
    )
