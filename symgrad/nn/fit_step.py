"""One training step as one compiled program for all batch sizes: loss, gradients, the next running statistics."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..calculus.sweep import pull_back
from ..errors import OptionError, ShapeError
from ..expr.evaluate import order
from ..expr.tensors import Tensor, input_tensor, let, shape_text
from ..graph import unused_name
from ..kernels.routines.threads import with_threads
from .arrays import check_kinds, named_error
from .fit_data import Data
from .fit_products import Gradient, factors, gradient
from .forward import BATCH, Forward, Mode
from .layer import Layer
from .optim import Arrays, Optimizer, State
from .running import Program

Loss = Layer | Callable[[Tensor, Tensor], Tensor]


@dataclass(frozen=True)
class Result:
    """What a step gives: the loss, the network's output, and in training the gradients and the next state.

    The gradient of a large matrix may be a `Product`, whose `whole()` is the array.
    """

    loss: float
    output: np.ndarray
    gradients: dict[str, Gradient]
    updates: Arrays


class Step:
    """The equations of a network and its loss for samples of one shape, and the program that computes them.

    `mode="train"` has gradients and updates of the state, `mode="eval"` has neither. Made by `step`.
    """

    def __init__(self, net: Layer, loss: Loss, forward: Forward, target: tuple[int, ...], mode: str):
        self.net, self.forward, self.mode = net, forward, mode
        taken = order([forward.output])
        self.target = input_tensor(unused_name(("target", "y"), taken), (BATCH, *target))
        self.weights: dict[str, Tensor] = {}
        if isinstance(loss, Layer):
            names = {name: unused_name((f"{name}_loss",), taken) for name in loss.state()}
            self.weights = {name: input_tensor(names[name], shape) for name, shape in loss.state().items()}
        self.criterion = loss if isinstance(loss, Layer) else None
        self.loss = self._equations(loss)
        self.gradients = pull_back(self.loss, list(forward.parameters.values())) if mode == "train" else []
        self.updates = forward.updates if mode == "train" else {}
        self.parts = [factors(g) for g in self.gradients]
        outputs = [self.loss, forward.output, *self.updates.values(), *(t for part in self.parts for t in part)]
        self.program = Program(outputs, mode)

    def _equations(self, loss):
        pair = self.forward.output, self.target
        if isinstance(loss, Layer):
            with named_error(loss):
                loss.output_shape(tuple(tuple(map(int, t.shape[1:])) for t in pair))
            found = loss.equations(pair, self.weights, Mode.named(self.mode))
        else:
            found = loss(*pair)
        if not isinstance(found, Tensor) or found.ndim:
            what = f"has shape {shape_text(found.shape)}" if isinstance(found, Tensor) else f"is {found!r}"
            raise ShapeError(f"fit: the loss {what}, one number for a batch is expected", hint='reduction="mean"')
        return found if found.name else let(unused_name(("L", "loss"), order([found])), found)

    def check(self, data: Data) -> None:
        """Refuses values that have no meaning, such as a class beyond the last one."""
        self.net.check_values(data.inputs)
        if self.criterion is not None:
            nothing = np.broadcast_to(0.0, (len(data), *map(int, self.forward.output.shape[1:])))
            self.criterion.check_values((nothing, data.targets))

    def keywords(self, params: Arrays, batch: Data, rng: np.random.Generator) -> dict[str, np.ndarray]:
        """The values of all inputs: data, parameters, state, noise drawn from `rng`."""
        inputs = dict(zip((str(t.name) for t in self.forward.inputs), batch.inputs, strict=True))
        kind = check_kinds(self.net, {**inputs, **params})
        targets = batch.targets.astype(kind, copy=False) if batch.targets.dtype.kind == "f" else batch.targets
        noise = self.forward.draw(rng, len(batch), kind)
        weights = self.criterion.values(None, kind) if self.criterion is not None else {}
        fixed = {str(t.name): weights[name] for name, t in self.weights.items()}
        return {**inputs, str(self.target.name): targets, **self.forward.keywords(params), **noise, **fixed}

    def __call__(self, params: Arrays, batch: Data, rng: np.random.Generator) -> Result:
        loss, output, *rest = self.program(self.keywords(params, batch, rng), len(batch))
        values = iter(rest)
        updates = {name: next(values) for name in self.updates}
        found = ([next(values) for _ in part] for part in self.parts)
        named = zip(self.forward.parameters, found, strict=True) if self.gradients else ()
        gradients = {name: gradient(*g) for name, g in named}
        return Result(float(loss), output, gradients, updates)

    def update(
        self, rule: Optimizer, params: Arrays, gradients: Mapping[str, Gradient], state: State, lr: float
    ) -> tuple[Arrays, State]:
        """One step of the rule, in place, by as many threads as the program has."""
        update = with_threads(rule.update) if self.program.divided else rule.update
        return update(params, gradients, state, lr=lr, in_place=True)

    def nodes(self) -> list[Tensor]:
        """Every equation, forward first, then backward, each after what it is computed from."""
        return [t for t in order([self.loss, *self.updates.values(), *self.gradients]) if not t.is_input]


def step(net: Layer, loss: Loss, data: Data, mode: str) -> Step:
    """The step for samples like those of the data, compiled when it is first asked for."""
    if net.batch_axis:
        raise OptionError(f"fit: the samples of {net} lie along axis {net.batch_axis}", hint="batch_first=True")
    if len(net.inputs) != len(data.inputs):
        raise OptionError(f"fit: {net} takes {len(net.inputs)} inputs, X has {len(data.inputs)}", hint="X as a tuple")
    shapes = tuple(net.sample_of(k, a.shape) for k, a in enumerate(data.inputs))
    forward = net.build(shapes[0] if len(shapes) == 1 else shapes, mode)
    if len(forward.outputs) > 1:
        raise OptionError(f"fit: {net} has {len(forward.outputs)} outputs, a loss takes one")
    target = data.targets.shape[1:]
    key = (forward, loss, target, mode)
    if key not in net._known:
        net._known[key] = Step(net, loss, forward, target, mode)
    net._known[key].check(data)
    return net._known[key]


def place_of(forward: Forward, node: Tensor) -> str:
    """The path of the layer in whose equations a forward tensor stands; empty for the loss and the backward pass."""
    seen: set[Any] = set()
    for path, outputs in forward.parts.items():
        inside = set(order(outputs if isinstance(outputs, tuple) else [outputs]))
        if node in inside - seen:
            return path
        seen |= inside
    return ""
