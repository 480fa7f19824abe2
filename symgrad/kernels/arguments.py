"""What a compiled function asks of its arguments; each error says which one, what was expected and what was given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any

import numpy as np
from sympy import Expr, Integer, Symbol

from ..errors import EvaluationError, ShapeError, UnknownNameError
from ..expr.affine import Quo
from ..expr.indices import Index
from ..expr.tensors import Tensor, shape_text
from .expressions import size_text


class Arguments:
    """The inputs of a program, the sizes that it is told, and every size that follows from them."""

    def __init__(self, nodes: Sequence[Tensor], asked: Sequence[str]):
        self.nodes = list(nodes)
        self.inputs = [t for t in nodes if t.is_input]
        self.names = [str(t.name) for t in self.inputs]
        self.asked = list(asked)
        self.shown = {n for t in self.inputs for n in t.shape if isinstance(n, Symbol)}
        self.derived = {
            n: t for t in reversed(nodes) if not t.is_input for n in t.shape if not (n.is_Symbol or n.is_Integer)
        }
        used = {s for t in nodes for n in (*t.shape, *t.binding) for s in n.free_symbols if not isinstance(s, Index)}
        self.sizes = {s.name for s in used}

    def taken(self, values: Mapping[str, Any]) -> tuple[list, list[int]]:
        """(arrays in the order of the inputs, sizes in the order in which they are asked for), by name."""
        try:
            arrays = [a if hasattr(a := values[name], "dtype") else array_of(name, a) for name in self.names]
            sizes = [self._size(name, values[name]) for name in self.asked]
        except KeyError:
            self._missing(values)
            raise
        if len(values) > len(arrays) + len(sizes):
            self._unknown(values)
        return arrays, sizes

    def check(self, arrays: Sequence[Any], sizes: Sequence[int], values: Mapping[str, Any]) -> None:
        """Kinds of numbers, axes, sizes that several inputs show, and the sizes that follow."""
        self._kinds(arrays)
        read = self._read(arrays)
        known = dict(read)
        for s in (s for n in (*self.derived, *(n for t in self.inputs for n in t.shape)) for s in n.free_symbols):
            if s not in known and s.name in values:
                known[s] = Integer(self._size(s.name, values[s.name]))
        for t, a in zip(self.inputs, arrays, strict=True):
            for axis, (n, m) in enumerate(zip(t.shape, a.shape, strict=True)):
                expected = n.xreplace(known)
                if expected != m:
                    told = f"{n}" if n.is_Integer else f"{named_size(n)} = {expected}"
                    raise ShapeError(
                        f"{t.display}: axis {axis} is {told} but {m} entries are given", hint=self._origin(t, n, read)
                    )
        for s in read:
            if read[s] == 0:
                t, axis = self._first(s)
                raise ShapeError(
                    f"{t.display}: axis {axis} is {s}, which is 0: there is nothing to compute",
                    hint=f"give at least one entry along axis {axis} of {t.display}",
                )
        for n, t in self.derived.items():
            self._derived(t, n, known)

    def finite(self, arrays: Sequence[Any]) -> None:
        """No NaN and no infinity."""
        for t, a in zip(self.inputs, arrays, strict=True):
            a = np.asarray(a.detach().cpu() if hasattr(a, "detach") else a)
            bad = ~np.isfinite(a)
            if bad.any():
                place = tuple(int(k) for k in np.argwhere(bad)[0])
                count, value = int(bad.sum()), a[place]
                others = f", and {count - 1} more" if count > 1 else ""
                at = f"{t.display}{list(place)}" if place else t.display
                raise EvaluationError(
                    f"{t.display}: finite numbers are expected, {at} is {value}{others}",
                    hint="check_finite=False lets NaN and infinities through",
                )

    def _missing(self, values):
        self._unknown(values)
        for t in self.inputs:
            if t.name not in values:
                raise EvaluationError(f"no value for {t.display}{list(t.shape) or ''}", hint=f"give {t.display}=…")
        for name in self.asked:
            if name not in values:
                raise EvaluationError(f"the size {name} is not known", hint=f"give {name}=… beside the inputs")

    def _unknown(self, values):
        known = {*self.names, *self.sizes}
        for name in values:
            if name not in known:
                near = get_close_matches(name, known, n=1)
                hint = f"did you mean {near[0]}?" if near else f"there are: {', '.join(sorted(known)) or 'none'}"
                raise UnknownNameError(f"nothing is named {name!r}", hint=hint)

    def _size(self, name, value) -> int:
        if not hasattr(value, "__index__"):
            raise EvaluationError(f"the size {name} is an integer, {value!r} is given")
        return int(value.__index__())

    def _kinds(self, arrays):
        floats: dict[str, str] = {}
        for t, a in zip(self.inputs, arrays, strict=True):
            kind = str(a.dtype).removeprefix("torch.")
            if kind.startswith(("float", "bfloat")):
                floats.setdefault(kind, t.display)
            elif not kind.startswith(("int", "uint", "bool")):
                raise EvaluationError(f"{t.display}: real numbers are expected, entries of type {kind} are given")
        if len(floats) > 1:
            (one, x), (two, y) = list(floats.items())[:2]
            raise EvaluationError(f"one number type is expected, {x} is {one} but {y} is {two}", hint="convert one")

    def _read(self, arrays) -> dict[Symbol, Integer]:
        read: dict = {}
        for t, a in zip(self.inputs, arrays, strict=True):
            if len(a.shape) != t.ndim:
                raise ShapeError(
                    f"{t.display}: shape {shape_text(t.shape)} is expected, {shape_text(tuple(a.shape))} is given"
                )
            for n, m in zip(t.shape, a.shape, strict=True):
                if n.is_Symbol:
                    read.setdefault(n, Integer(m))
        return read

    def _derived(self, t, n: Expr, known):
        try:
            value = n.xreplace(known)
        except (ValueError, ZeroDivisionError, TypeError):
            value = None
        whole = value is not None and value.is_Integer
        least = 1 if n.has(Quo) else 0  # a count of windows: none would be of no use
        if not (whole and int(value) >= least):
            used = sorted(n.free_symbols, key=str)
            at = ", ".join(f"{s} = {known.get(s, '?')}" for s in used)
            shown = str(value) if whole or (value is not None and value.is_Rational) else "no number of"
            raise ShapeError(
                f"{t.name or 'a result'}: axis {t.shape.index(n)} would have {named_size(n)} = {shown} entries at {at}",
                hint="; ".join(filter(None, map(self._source, used))),
            )

    def _source(self, s) -> str:
        if s in self.shown:
            t, axis = self._first(s)
            return f"{s} is axis {axis} of {t.display}"
        return f"{s} is given"

    def _origin(self, t, n, read) -> str:
        """Which other input shows the size that does not fit."""
        others = [self._source(s) for s in sorted(n.free_symbols, key=str) if s in read and self._first(s)[0] is not t]
        return "; ".join(others)

    def _first(self, s) -> tuple[Tensor, int]:
        return next((t, axis) for t in self.inputs for axis, n in enumerate(t.shape) if n == s)


def array_of(name: str, value: Any) -> np.ndarray:
    """Nested lists as an array.

    >>> array_of("W", [[1, 2], [3]])
    Traceback (most recent call last):
    symgrad.errors.ShapeError: W: lists of different lengths make no array
    """
    try:
        return np.asarray(value)
    except ValueError:
        raise ShapeError(f"{name}: lists of different lengths make no array") from None


def named_size(n: Expr) -> str:
    """A size over its symbols' own names."""
    return size_text(n, {s: s.name for s in n.free_symbols if isinstance(s, Symbol)})
