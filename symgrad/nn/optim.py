"""Optimisers: update rules over `{name: array}`. The state is a value that goes in and comes out; nothing is hidden.

    state = rule.start(parameters)
    parameters, state = rule.update(parameters, gradients, state)

A rule is its formula (`apply`), in place on arrays; everything around it is here. The algorithms and defaults are
PyTorch's. θ is a parameter, g its gradient, γ the learning rate `lr`, λ `weight_decay`, t counts steps from 1.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields

import numpy as np

from ..errors import OptionError, ShapeError, UnknownNameError
from ..kernels.routines.threads import A_COPY, in_threads
from .fit_products import Gradient, Product

Arrays = dict[str, np.ndarray]
State = dict
"""`{"step": t, slot: {name: array}, …}`, the slots being those of the rule: momentum, square, …"""

BLOCK = 1 << 17
"""Entries that are updated together: a rule's few arrays of this length stay in a core's cache."""


@dataclass(frozen=True)
class Optimizer(ABC):
    """What all rules share: the state, the checks, and the walk over the parameters in blocks."""

    lr: float = 1e-3

    def __post_init__(self):
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, (int, float)) and not isinstance(value, bool) and not value >= 0:
                raise OptionError(f"{type(self).__name__}: {field.name}={value!r} is not a number >= 0")

    @property
    @abstractmethod
    def slots(self) -> tuple[str, ...]:
        """The names of the arrays that are kept for each parameter."""

    @abstractmethod
    def apply(self, θ: np.ndarray, g: np.ndarray, kept: tuple[np.ndarray, ...], lr: float, t: int) -> None:
        """One step, in place: θ and what is kept for it (in the order of `slots`) change, g does not."""

    def start(self, parameters: Mapping[str, np.ndarray]) -> State:
        """The state before the first step: zeros for each parameter.

        >>> SGD(momentum=0.9).start({"w": np.ones(2)})
        {'step': 0, 'momentum': {'w': array([0., 0.])}}
        """
        return {"step": 0, **{s: {n: np.zeros_like(p) for n, p in parameters.items()} for s in self.slots}}

    def update(
        self,
        parameters: Mapping[str, np.ndarray],
        gradients: Mapping[str, Gradient],
        state: State,
        *,
        lr: float | None = None,
        in_place: bool = False,
    ) -> tuple[Arrays, State]:
        """(parameters, state) after one step; `lr` overrides the rule's own, `in_place` writes into what is given.

        >>> rule = SGD(lr=0.1)
        >>> rule.update({"w": np.array([1.0])}, {"w": np.array([2.0])}, {"step": 0})
        ({'w': array([0.8])}, {'step': 1})
        """
        check_names("gradients", gradients, parameters)
        parameters = dict(parameters) if in_place else {n: np.array(p) for n, p in parameters.items()}
        state = dict(state) if in_place else copied(state)
        state["step"] += 1
        for name, θ in parameters.items():
            kept = tuple(state[s][name] for s in self.slots)
            self.walk(θ, gradients[name], kept, self.lr if lr is None else lr, state["step"])
        return parameters, state

    def walk(self, θ: np.ndarray, g: Gradient, kept: tuple[np.ndarray, ...], lr: float, t: int) -> None:
        """`apply` to equal pieces of one parameter, in threads where there are some."""
        if not isinstance(g, Product):
            in_threads(lambda p: self.apply(p[0], p[1], p[2:], lr, t), blocks(θ, g, *kept), A_COPY * θ.size)
            return

        def rows(part: slice) -> None:
            self.apply(θ[part], g.rows(part), tuple(a[part] for a in kept), lr, t)

        in_threads(rows, g.parts(), (A_COPY + len(g.a)) * θ.size)


def copied(state: State) -> State:
    """A state with arrays of its own."""
    return {s: {n: a.copy() for n, a in v.items()} if isinstance(v, dict) else v for s, v in state.items()}


def blocks(*arrays: np.ndarray) -> Iterator[tuple[np.ndarray, ...]]:
    """Equal pieces of arrays of one shape, as views of one axis at least; small or scattered arrays are one piece."""
    arrays = tuple(map(np.atleast_1d, arrays))  # operations of NumPy on arrays without axes give no arrays
    if arrays[0].size <= BLOCK or not all(a.flags.c_contiguous for a in arrays):
        yield arrays
        return
    flat = [a.reshape(-1) for a in arrays]
    for start in range(0, flat[0].size, BLOCK):
        yield tuple(a[start : start + BLOCK] for a in flat)


def check_names(what: str, given: Mapping[str, Gradient], parameters: Mapping[str, np.ndarray]) -> None:
    """Each parameter has one array of its shape in `given`, and nothing else is there."""
    for name in parameters:
        if name not in given:
            raise UnknownNameError(f"{what}: nothing for the parameter {name}", hint=f"given: {', '.join(given)}")
        if given[name].shape != parameters[name].shape:
            raise ShapeError(
                f"{what}: {name} has shape {given[name].shape}, the parameter has {parameters[name].shape}"
            )
    for name in given:
        if name not in parameters:
            raise UnknownNameError(
                f"{what}: no parameter is named {name!r}", hint=f"there are: {', '.join(parameters)}"
            )


@dataclass(frozen=True)
class SGD(Optimizer):
    """Stochastic gradient descent.

        g ← g + λ θ
        b ← g at t = 1,  b ← μ b + (1 − τ) g after it        (where the momentum μ is not 0; τ is `dampening`)
        g ← g + μ b with `nesterov`, else g ← b
        θ ← θ − γ g

    Source: Sutskever et al., "On the importance of initialization and momentum in deep learning" (2013), as in
    `torch.optim.SGD`.
    """

    momentum: float = 0.0
    dampening: float = 0.0
    weight_decay: float = 0.0
    nesterov: bool = False

    def __post_init__(self):
        super().__post_init__()
        if self.nesterov and (not self.momentum or self.dampening):
            raise OptionError(
                "SGD: nesterov needs a momentum and no dampening", hint="SGD(momentum=0.9, nesterov=True)"
            )

    @property
    def slots(self):
        return ("momentum",) if self.momentum else ()

    def apply(self, θ, g, kept, lr, t):
        if self.weight_decay:
            g = g + self.weight_decay * θ
        for b in kept:
            b *= self.momentum
            b += g if t == 1 else (1 - self.dampening) * g
            g = g + self.momentum * b if self.nesterov else b
        θ -= lr * g
