"""Where NaN and infinities come from: the first equation that makes one out of finite numbers, and its layer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from ..errors import EvaluationError
from ..expr.tensors import Tensor
from ..render.equations import equation
from .fit_data import Data, generator
from .fit_products import Gradient, Product
from .fit_step import Result, Step, place_of
from .layer import Layer
from .optim import Arrays
from .running import Program

AT_ONCE = 16
"""Equations whose values are held at the same time while the fault is looked for."""
ONE_SAMPLE = "a batch of one sample has no variance: another batch_size, or drop_last=True"
HINT = "a smaller lr, clip=1.0, or inputs of a smaller scale; check the data for NaN"


def bad_entry(array: np.ndarray) -> tuple[int, ...] | None:
    """Where the first NaN or infinity is; None where all is finite.

    >>> bad_entry(np.array([[1.0, np.inf]])), bad_entry(np.array([1, 2]))
    ((0, 1), None)
    """
    with np.errstate(all="ignore"):
        if array.dtype.kind != "f" or np.isfinite(np.vdot(array, array)):
            return None  # a sum of squares is finite only if its terms are; one pass of BLAS, nothing allocated
    found = np.argwhere(~np.isfinite(array))
    return tuple(int(k) for k in found[0]) if len(found) else None  # else finite numbers whose squares are not


def first_bad(arrays: Mapping[str, Gradient]) -> str | None:
    """The name of the first array that is not finite."""
    return next((name for name, a in arrays.items() if is_bad(a)), None)


def is_bad(array: Gradient) -> bool:
    """Whether there is a NaN or an infinity."""
    if not isinstance(array, Product):
        return bad_entry(array) is not None
    with np.errstate(all="ignore"):
        return not array.surely_finite() and bad_entry(array.whole()) is not None


def not_finite(found: Result) -> str:
    """What of a step's results is not finite; empty if all are."""
    if not np.isfinite(found.loss):
        return "the loss"
    gradient, update = first_bad(found.gradients), first_bad(found.updates)
    return f"the gradient by {gradient}" if gradient else f"the next {update}" if update else ""


def diagnosed(step: Step, params: Arrays, batch: Data, noise: tuple[int, ...], when: str, what: str) -> EvaluationError:
    """The error to raise when a step has given something that is not finite: it names the layer and the equation."""
    keywords = step.keywords(params, batch, generator(*noise))
    told = f"{when}: {what} is not finite"
    hint = ONE_SAMPLE if len(batch) == 1 and what.startswith("the next") else HINT
    given = first_bad(keywords)
    if given is not None:
        return EvaluationError(told, place=f"  {_input(step, given, keywords[given])}", hint=HINT)
    for node, value in _values(step, keywords, len(batch)):
        where = bad_entry(value)
        if where is not None:
            path = place_of(step.forward, node)
            place = f"  {_layer(step.net, path)}\n" if path else ""
            entry = f" at {list(where)}" if where else ""
            return EvaluationError(told, place=f"{place}  {equation(node)}   is {value[where]}{entry}", hint=hint)
    return EvaluationError(told, hint=hint)


def _input(step, name, value):
    dotted = {str(t.name): path for path, t in step.forward.given.items()}
    kind = f"the parameter {dotted[name]}" if name in dotted else f"the input {name}"
    where = bad_entry(value) or ()
    return f"{kind} is {value[where]} at {list(where)} before the step"


def _layer(net: Layer, path: str) -> str:
    inner: Any = net
    for name in path.split("."):
        inner = inner.children().get(name, inner)
    return f"layer {path}, {inner}"


def _values(step: Step, keywords, batch: int) -> Iterator[tuple[Tensor, np.ndarray]]:
    """The value of every equation, in order; the first fault is found before what follows is computed."""
    nodes = step.nodes()
    for start in range(0, len(nodes), AT_ONCE):
        some = nodes[start : start + AT_ONCE]
        _, *values = Program([step.loss, *some], "values")(keywords, batch)  # the loss shows the size of the batch
        yield from zip(some, values, strict=True)
