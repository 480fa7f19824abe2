"""What is tested: something that computes outputs from arrays, and gradients from upstream gradients."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from ..errors import SymgradError
from .signature import Signature

Inputs = Sequence[Any]
Gradients = tuple[Any, ...]


class LayerError(SymgradError):
    """A layer that cannot be tested: it does not fit its signature, or is random without a seed."""


@dataclass
class Run:
    """One forward pass. `pull` takes a gradient for each output and gives one for each input.

    `push`, where there is one, takes a tangent for each input (None for 0) and gives one for each output; `fixed` are
    the places of outputs that are declared to have no gradient.
    """

    outputs: tuple[Any, ...]
    pull: Callable[[Sequence[np.ndarray]], Gradients]
    push: Callable[[Sequence[np.ndarray | None]], tuple[Any, ...]] | None = None
    fixed: tuple[int, ...] = ()


class Subject(Protocol):
    """A layer behind an adapter: arrays go in and come out as NumPy's; each run is a fresh instance."""

    name: str
    signature: Signature

    def run(self, inputs: Inputs, params: dict[str, Any]) -> Run: ...


def seeded() -> None:
    """Puts the generators that are global at a fixed place, so that a layer that uses them is deterministic."""
    random.seed(0)
    np.random.seed(0)


def draws_numbers(subject: Subject, inputs: Inputs, params: dict[str, Any]) -> bool:
    """Whether a pass takes numbers from a generator that is global."""
    seeded()
    if "torch" in sys.modules:
        sys.modules["torch"].default_generator.manual_seed(0)
    before = _generators()
    subject.run(inputs, params)
    return before != _generators()


def _generators() -> tuple[Any, ...]:
    """The states of the global generators."""
    torch, state = sys.modules.get("torch"), np.random.get_state(legacy=False)
    assert isinstance(state, dict)
    tensors = torch and torch.default_generator.get_state().tolist()
    return random.getstate(), state["state"]["key"].tobytes(), state["state"]["pos"], state["gauss"], tensors


def outputs_of(found: Any, signature: Signature, name: str) -> tuple[Any, ...]:
    """The outputs of a forward pass as a tuple, as many as the signature says."""
    outputs = tuple(found) if isinstance(found, (tuple, list)) else (found,)
    many = len(signature.outputs)
    if len(outputs) != many:
        raise LayerError(f"{name}.forward gave {_many(outputs, 'output')}, the signature says {many}: {signature}")
    return tuple(_numbers(y, o.name, name) for y, o in zip(outputs, signature.outputs, strict=True))


def gradients_of(found: Any, signature: Signature, name: str) -> Gradients:
    """One gradient for each input: from a tuple for all, or for the real ones, or a dictionary by name.

    >>> from symgrad.testing.signature import read_signature
    >>> gradients_of((1.0,), read_signature("x[], t[]<3 -> y[]"), "Layer")
    (1.0, None)
    """
    if found is None:
        raise LayerError(f"{name}.backward gave None", hint=f"expected: gradients for {', '.join(signature.names)}")
    for_each = _each(found, signature, name)
    for a, g in zip(signature.arguments, for_each, strict=True):
        kind = getattr(g, "dtype", np.dtype(float)).kind if isinstance(g, np.ndarray) else "f"
        if kind not in "biufc":
            told = f"{name}.backward gave an array of {g.dtype} as the gradient of {a.name}"
            raise LayerError(told, hint="expected: an array of numbers")
    return for_each


def _each(found: Any, signature: Signature, name: str) -> Gradients:
    """One for each argument."""
    arguments = signature.arguments
    if isinstance(found, dict):
        if unknown := found.keys() - set(signature.names):
            told = f"{name}.backward gave a gradient for {min(map(str, unknown))}"
            raise LayerError(told, hint=f"the signature names {', '.join(signature.names)}")
        return tuple(found.get(a) for a in signature.names)
    given = tuple(found) if isinstance(found, (tuple, list)) else (found,)
    real = [a for a in arguments if a.real]
    if len(given) == len(arguments):
        return given
    if len(given) == len(real):
        left = iter(given)
        return tuple(next(left) if a.real else None for a in arguments)
    told = f"{name}.backward gave {_many(given, 'gradient')} for {_many(arguments, 'argument')}"
    raise LayerError(told, hint=f"expected: one each for {', '.join(signature.names)}")


def _many(things, noun: str) -> str:
    return f"{len(things)} {noun}{'s' * (len(things) != 1)}"


def _numbers(y, output: str, name: str):
    found = np.asarray(y)
    if found.dtype.kind not in "biufc":
        raise LayerError(
            f"{name}.forward gave an array of {found.dtype} as {output}", hint="expected: an array of numbers"
        )
    return found
