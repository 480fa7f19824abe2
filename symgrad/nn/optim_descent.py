"""Gradient descent on a scalar tensor, with derived gradients, or with differences as on the lecture's slide."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import isfinite

import numpy as np
from numpy.typing import ArrayLike

from ..calculus.sweep import pull_back
from ..errors import EvaluationError, OptionError, ShapeError
from ..expr.evaluate import order
from ..expr.tensors import Tensor, shape_text
from ..graph import find
from ..kernels import compile_outputs
from .optim import SGD, Arrays, Optimizer
from .search import Found


class Objective:
    """`L(θ)`: a scalar tensor as a function of some of its inputs, the others being data; compiled once.

    >>> from symgrad.expr.tensors import input_tensor
    >>> x, y = input_tensor("x", (2,)), input_tensor("y", (2,))
    >>> L = Objective((x * x * y).sum(), ["x"], y=[1.0, 2.0])
    >>> L({"x": np.array([3.0, 1.0])}), L.gradient({"x": np.array([3.0, 1.0])})
    (11.0, {'x': array([6., 4.])})
    """

    def __init__(self, loss: Tensor, wrt: Sequence[str | Tensor], **data: ArrayLike):
        if loss.ndim:
            raise ShapeError(f"{loss.display} has shape {shape_text(loss.shape)}: a loss is a scalar")
        nodes = order([loss])
        self.wrt = [find(x, nodes) if isinstance(x, str) else x for x in wrt]
        self.data = {name: np.asarray(value) for name, value in data.items()}
        self._value = compile_outputs([loss], name="loss")
        self._gradient = compile_outputs(pull_back(loss, self.wrt), name="gradient")

    def __call__(self, parameters: Mapping[str, np.ndarray]) -> float:
        return float(self._value(**self.data, **parameters)[0])

    def gradient(self, parameters: Mapping[str, np.ndarray]) -> Arrays:
        """`∂L/∂θ` from the derived equations: one sweep, whatever the number of parameters."""
        found = self._gradient(**self.data, **parameters)
        return {t.display: g for t, g in zip(self.wrt, found, strict=True)}


def difference_gradient(
    loss: Callable[[Arrays], float], parameters: Mapping[str, np.ndarray], h: float = 1e-3, *, central: bool = False
) -> Arrays:
    """`(L(θ + h e_k) − L(θ)) / h` for each entry k, or with `central` `(L(θ + h e_k) − L(θ − h e_k)) / 2h`.

    The loss is computed once for each number in θ (twice with `central`): adding tiny noise to every parameter is what
    the derived gradient saves. The error is of the order of h, of h² with `central`.

    >>> difference_gradient(lambda p: float((p["x"] ** 2).sum()), {"x": np.array([1.0, 3.0])}, h=0.5)
    {'x': array([2.5, 6.5])}
    """
    moved = {name: np.array(p, dtype=np.result_type(p, np.float32)) for name, p in parameters.items()}
    start = loss(moved)
    found = {name: np.empty_like(p) for name, p in moved.items()}
    for name, p in moved.items():
        for k in np.ndindex(p.shape):
            entry = p[k]
            p[k] = entry + h
            above = loss(moved)
            p[k] = entry - h
            below = loss(moved) if central else start
            p[k] = entry
            found[name][k] = (above - below) / (2 * h if central else h)
    return found


def gradient_descent(
    loss: Objective | Callable[[Arrays], float],
    parameters: Mapping[str, ArrayLike],
    *,
    optimizer: Optimizer | None = None,
    steps: int = 100,
    gradient: Callable[[Arrays], Arrays] | None = None,
) -> Found:
    """`θ ← θ − γ ∂L/∂θ`, `steps` times; with `optimizer` any other rule. `losses` holds L at the start and after each.

    `gradient(θ)` is the objective's derived one unless another is given, such as
    `lambda θ: difference_gradient(loss, θ, h=1e-3)`.

    >>> from symgrad.expr.tensors import input_tensor
    >>> x = input_tensor("x", (2,))
    >>> gradient_descent(Objective((x * x).sum(), ["x"]), {"x": [1.0, 2.0]}, steps=1, optimizer=SGD(lr=0.25)).loss
    1.25
    """
    rule = optimizer or SGD(lr=0.1)
    slope = gradient or getattr(loss, "gradient", None)
    if slope is None:
        raise OptionError("gradient_descent: no gradient", hint="give an Objective, or gradient=")
    θ = {name: np.array(p, dtype=np.result_type(np.asarray(p), np.float32)) for name, p in parameters.items()}
    state, losses = rule.start(θ), [loss(θ)]
    for t in range(steps):
        θ, state = rule.update(θ, slope(θ), state, in_place=True)
        losses.append(loss(θ))
        if not isfinite(losses[-1]):
            raise EvaluationError(f"gradient_descent: the loss is {losses[-1]} after step {t + 1}", hint="a smaller lr")
    return Found(θ, losses[-1], tuple(losses), len(losses))
