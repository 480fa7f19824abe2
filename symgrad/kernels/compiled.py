"""Tensors to a function of arrays: each equation is lowered, the program is written as NumPy source and loaded."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

import numpy as np

from ..errors import EvaluationError, OptionError, ShapeError, UnknownNameError
from ..expr.evaluate import order
from ..expr.indices import Index
from ..expr.tensors import Tensor, shape_text
from .load import load
from .lower import lower_equation
from .numpy_source import NumpySource, numpy_source
from .program import Builder, Value

BACKENDS = ("numpy",)


class Compiled:
    """A function of arrays by name: `program(W=…, x=…, s=2)` gives a tuple of arrays; `source` is its text.

    Keywords are the inputs, and the sizes that no input shows as an axis. All arrays have one float type, which the
    outputs have too; integers are converted.
    """

    def __init__(self, nodes: Sequence[Tensor], written: NumpySource):
        self.inputs = [t for t in nodes if t.is_input]
        self._written = written
        self._sizes = {s.name for t in nodes for n in (*t.shape, *t.binding) for s in n.free_symbols} - {
            s.name for t in nodes for n in t.shape for s in n.free_symbols if isinstance(s, Index)
        }
        self.source = written.text
        self.function = load(written.text, written.function)

    def __call__(self, **values) -> tuple:
        arguments = [self._given(t, values) for t in self.inputs]
        sizes = {text: self._size(name, values) for name, text in self._written.sizes.items()}
        if len(values) > len(arguments) + len(sizes):
            self._check_names(values)
        with np.errstate(all="ignore"):
            try:
                return self.function(*arguments, **sizes)
            except ValueError:
                self._check_shapes(values)
                raise

    def _given(self, t, values):
        if t.name not in values:
            self._check_names(values)
            raise EvaluationError(f"no value for {t.display}{list(t.shape) or ''}", hint=f"give {t.display}=…")
        return values[t.name]

    def _size(self, name, values) -> int:
        if name not in values:
            self._check_names(values)
            raise EvaluationError(f"the size {name} is not known", hint=f"give {name}=… beside the inputs")
        if not hasattr(values[name], "__index__"):
            raise EvaluationError(f"the size {name} is an integer, {values[name]!r} is given")
        return int(values[name].__index__())

    def _check_names(self, values) -> None:
        known = {str(t.name) for t in self.inputs} | self._sizes
        for name in values:
            if name not in known:
                near = get_close_matches(name, known, n=1)
                hint = f"did you mean {near[0]}?" if near else f"there are: {', '.join(sorted(known)) or 'none'}"
                raise UnknownNameError(f"nothing is named {name!r}", hint=hint)

    def _check_shapes(self, values) -> None:
        """Says which axis of which argument does not fit, if that is why the program failed."""
        read: dict = {}
        arrays = {t: np.asarray(values[t.name]) for t in self.inputs}
        for t, a in arrays.items():
            if a.ndim != t.ndim:
                raise ShapeError(f"{t.display}: shape {shape_text(t.shape)} takes {t.ndim} axes, values have {a.ndim}")
            for n, m in zip(t.shape, a.shape, strict=True):
                if n.is_Symbol:
                    read.setdefault(n, m)
        asked = {s: values[s.name] for t in arrays for n in t.shape for s in n.free_symbols if s.name in values}
        for t, a in arrays.items():
            for axis, (n, m) in enumerate(zip(t.shape, a.shape, strict=True)):
                expected = n.xreplace(asked | read)
                if expected != m:
                    told = f"{n}" if n.is_Integer else f"{n} = {expected}"
                    raise ShapeError(f"{t.display}: axis {axis} is {told} but {m} entries are given")


def compile_outputs(
    outputs: Sequence[Tensor], name: str = "step", backend: str = "numpy", notes: Sequence[str] = ()
) -> Compiled:
    """The tensors as one function of arrays; sizes may stay symbols, one compile serves all shapes.

    >>> from symgrad.expr.operations import elementwise
    >>> from symgrad.expr.tensors import input_tensor
    >>> x = input_tensor("x", (3,)); double = compile_outputs([elementwise("add", x, x)], "double")
    >>> double(x=np.array([1.0, 2.0, 3.0]))
    (array([2., 4., 6.]),)
    """
    if backend not in BACKENDS:
        raise OptionError(f"there is no backend {backend!r} yet", hint=f"there is: {', '.join(BACKENDS)}")
    outputs = tuple(outputs)
    nodes = order(outputs)
    _check_inputs(nodes)
    builder = Builder()
    values: dict[Tensor, Value] = {}
    wishes: dict[Value, str] = {}
    for t in nodes:
        if t.is_input:
            values[t] = builder.value("input", (), (str(t.name),), t.shape)
        else:
            values[t] = lower_equation(t, values, builder)
            if t.name:
                wishes.setdefault(values[t], t.name)
    inputs = [t for t in nodes if t.is_input]
    return Compiled(nodes, numpy_source(name, inputs, [values[t] for t in outputs], wishes, notes))


def _check_inputs(nodes) -> None:
    """Arguments are given by name: a name means one input."""
    seen: dict[str, Tensor] = {}
    for t in nodes:
        if t.is_input and seen.setdefault(t.name, t) is not t:
            shapes = f"{shape_text(seen[t.name].shape)} and {shape_text(t.shape)}"
            raise ShapeError(f"{t.name} is the name of two inputs, of shapes {shapes}")
