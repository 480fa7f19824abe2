"""What is checked at the door of a layer: names, shapes, kinds and values of arrays. Errors name the layer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from difflib import get_close_matches
from typing import Any

import numpy as np

from ..errors import EvaluationError, OptionError, ShapeError, UnknownNameError
from ..expr.tensors import shape_text


@contextmanager
def named_error(layer: Any, path: str = "") -> Iterator[None]:
    """A ShapeError inside speaks of the layer; one that does already is told where in the model it stands."""
    try:
        yield
    except ShapeError as error:
        where = f"layer {path}" if path else ""
        told = error.fact if str(layer) in error.fact else f"{layer}: {error.fact}"
        raise ShapeError(f"{where}, {told}" if where else told, place=error.place, hint=error.hint) from None


@contextmanager
def given_shapes(layer: Any, arrays) -> Iterator[None]:
    """A ShapeError inside, which speaks of samples, says of which arrays they are."""
    try:
        yield
    except ShapeError as error:
        named = zip(layer.inputs, arrays, strict=True)
        told = ", ".join(f"{name} has shape {shape_text(a.shape)}" for name, a in named)
        lines = (f"  {told}; axis {layer.batch_axis} is the batch", error.place)
        raise type(error)(error.fact, place="\n".join(filter(None, lines)), hint=error.hint) from None


def check_params(layer: Any, given, known: Mapping, *, complete: bool = False) -> None:
    """Names that the layer has; all of them where `complete`, and arrays of their shapes."""
    if complete and not isinstance(given, Mapping):
        raise OptionError(f"{layer}: params is of type {type(given).__name__}, {{name: array}} is expected")
    for name in given:
        if name not in known:
            near = get_close_matches(name, known, n=3)
            hint = f"did you mean {' or '.join(near)}?" if near else f"there are: {', '.join(known) or 'none'}"
            raise UnknownNameError(f"{layer} has no {name!r}", hint=hint)
    if not complete:
        return
    missing = [name for name in known if name not in given]
    if missing:
        raise UnknownNameError(
            f"{layer}: no value for {', '.join(missing[:5])}{', …' if len(missing) > 5 else ''}",
            hint="init(seed) gives values for all; pass them as params, or keep(params)",
        )
    for name, shape in known.items():
        if np.shape(given[name]) != tuple(shape):
            here = shape_text(np.shape(given[name]))
            raise ShapeError(f"{layer}: {name} has shape {here}, {shape_text(shape)} is expected")


def real_array(layer: Any, name: str, value, *, finite: bool = False) -> np.ndarray:
    """The value as an array of real numbers; nothing is converted but lists."""
    found = np.asarray(value)
    if found.dtype.kind == "b":
        found = found.astype(np.int64)
    if found.dtype.kind not in "iuf":
        raise OptionError(f"{layer}: {name} holds {found.dtype}, real numbers are expected")
    if finite and not np.isfinite(found).all():
        place = tuple(int(k) for k in np.argwhere(~np.isfinite(found))[0])
        raise EvaluationError(f"{layer}: {name} is {found[place]} at {list(place)}, finite numbers are expected")
    return found


def check_kinds(layer: Any, arrays: Mapping[str, np.ndarray]) -> np.dtype:
    """The one kind of floating-point numbers among the arrays (integers go with any); two are refused, not mixed."""
    kinds = {name: a.dtype for name, a in arrays.items() if a.dtype.kind == "f"}
    first = next(iter(kinds), "")
    for name, kind in kinds.items():
        if kind != kinds[first]:
            raise OptionError(
                f"{layer}: {first} is {kinds[first]}, {name} is {kind}; one kind of numbers is expected",
                hint=f"{name}.astype({str(kinds[first])!r}), or init(seed, dtype={str(kinds[first])!r}) for parameters",
            )
    return kinds[first] if kinds else np.dtype(np.float64)


def check_batch(layer: Any, names, arrays, full_shapes, batch) -> int:
    """The size of the batch, the same for all inputs that have that axis; samples have their shapes."""
    sizes: dict[str, int] = {}
    for name, a, shape in zip(names, arrays, full_shapes, strict=True):
        if a.ndim != len(shape):
            raise ShapeError(
                f"{layer}: {name} has shape {shape_text(a.shape)}, {shape_text(shape)} is expected, N samples"
            )
        sizes.update((name, a.shape[axis]) for axis, n in enumerate(shape) if n == batch)
    if 0 in sizes.values():
        empty = next(n for n, size in sizes.items() if not size)
        raise ShapeError(f"{layer}: an empty batch, {empty} has no sample; one or more are expected")
    if len(set(sizes.values())) > 1:
        told = ", ".join(f"{name} has {n}" for name, n in sizes.items())
        raise ShapeError(f"{layer}: batches of different sizes, {told} samples; equal numbers are expected")
    return next(iter(sizes.values()), 1)
