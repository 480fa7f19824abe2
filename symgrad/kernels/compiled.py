"""Tensors to a function of arrays: each equation is lowered, the program is written as source text and loaded."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from functools import cached_property, lru_cache
from typing import Any

from ..errors import OptionError, ShapeError
from ..expr.evaluate import order
from ..expr.tensors import Tensor, shape_text
from .adjoints import lower_all
from .arguments import Arguments
from .explained import check_methods, explained
from .jax_source import JaxFunction
from .load import load
from .numpy_source import NumpyFunction
from .program import Builder, Value
from .source import Function, Source, Structure
from .torch_source import TorchFunction

BACKENDS: dict[str, type[Function]] = {"numpy": NumpyFunction, "jax": JaxFunction, "torch": TorchFunction}
SHAPES_KEPT = 1000
"""Shapes of arguments that are known to fit; beyond so many the record starts anew."""


class Compiled:
    """A function of arrays by name: `program(W=…, x=…, s=2)` gives a tuple of arrays; `source` is its text.

    Keywords are the inputs, and the sizes that no input shows as an axis. All arrays have one float type, which the
    outputs have too; integers are converted. Arguments are checked once for each new set of shapes.
    """

    def __init__(
        self,
        nodes: Sequence[Tensor],
        written: Source,
        kind: type[Function] = NumpyFunction,
        notes: Sequence[str] = (),
        check_finite: bool = False,
    ):
        self._kind = kind
        self.written, self._notes, self._finite = written, tuple(notes), check_finite
        self.before_check = written.before_check
        self.arguments = Arguments(nodes, list(written.sizes))
        self.inputs = self.arguments.inputs
        self._keywords = tuple(written.sizes.values())
        self._fitting: set = set()

    @cached_property
    def source(self) -> str:
        """The program as text that stands on its own."""
        return self.written.text(self._notes)

    @cached_property
    def function(self) -> Any:
        """The loaded function, of the inputs in order and the asked sizes by keyword."""
        return load(self.source, self.written.function)

    @cached_property
    def _run(self) -> Any:
        """What a call runs: the function, or what its library compiles it to."""
        return self._kind.runner(self.function, self._keywords)

    def __call__(self, /, **values: Any) -> tuple:
        arrays, sizes = self.arguments.taken(values)
        signature = (*sizes, *(a.shape for a in arrays), *(a.dtype for a in arrays))
        if signature not in self._fitting:
            self.arguments.check(arrays, sizes, values)
            if len(self._fitting) >= SHAPES_KEPT:
                self._fitting.clear()
            self._fitting.add(signature)
        if self._finite:
            self.arguments.finite(arrays)
        try:
            return self._run(*arrays, **dict(zip(self._keywords, sizes, strict=True)))
        except ValueError as error:  # of a routine, which is plain NumPy
            forced = ", ".join(f"{routine}: {method}" for routine, method in self.written.methods.items())
            if not forced or "cannot compute this convolution" not in str(error):
                raise
            raise OptionError(
                f"methods={{{forced}}}: {error}", hint="leave the method to the sizes, or take one of these"
            ) from None

    def doubles(self) -> AbstractContextManager:
        """Within it the program computes in doubles where its arguments are doubles: JAX must be told."""
        return self._kind.doubles()

    def explain(self, /, **values: Any) -> str:
        """Each statement with its operation, shape and, where a routine has a choice, the method that it takes."""
        return explained(self.written, self.arguments, values)


def compile_outputs(
    outputs: Sequence[Tensor],
    name: str = "step",
    backend: str = "numpy",
    notes: Sequence[str] = (),
    check_finite: bool = False,
    inputs: Sequence[Tensor] = (),
    structure: Structure | None = None,
    names: Iterable[tuple[Tensor, str]] = (),
    methods: Iterable[tuple[str, str]] = (),
) -> Compiled:
    """The tensors as one function of arrays; sizes may stay symbols, one compile serves all shapes.

    `inputs` are arguments, first and in this order, whether the outputs need them or not; `structure` says in which
    nested tuples the outputs are returned, `(0, (1, 2))`; `names` says what tensors are called in the source, if not by
    their own names; `methods` which method a routine takes, `("conv2d", "direct")`. The same tensors and options give
    the same program, without work.

    >>> from symgrad.expr.operations import elementwise
    >>> from symgrad.expr.tensors import input_tensor
    >>> x = input_tensor("x", (3,)); double = compile_outputs([elementwise("add", x, x)], "double")
    >>> double(x=[1.0, 2.0, 3.0])
    (array([2., 4., 6.]),)
    """
    if backend not in BACKENDS:
        raise OptionError(f"there is no backend {backend!r}", hint=f"there are: {', '.join(BACKENDS)}")
    methods = tuple(methods)
    check_methods(backend, dict(methods))
    options = tuple(notes), check_finite, tuple(inputs), structure, tuple(names), methods
    return _compiled(tuple(outputs), name, backend, *options)


@lru_cache(maxsize=64)
def _compiled(outputs, name, backend, notes, check_finite, inputs, structure, names, methods) -> Compiled:
    nodes = order([*inputs, *outputs])
    _check_inputs(nodes)
    builder = Builder()
    values = lower_all(nodes, builder, BACKENDS[backend].in_chunks)
    wishes: dict[Value, str] = {}
    called = dict(names)
    for t in nodes:
        wish = called.get(t) or t.name
        if wish and not t.is_input:
            wishes.setdefault(values[t], wish)
    inputs = [t for t in nodes if t.is_input]
    kind = BACKENDS[backend]
    written = kind(name, inputs, [values[t] for t in outputs], wishes, structure, dict(methods)).source()
    return Compiled(nodes, written, kind, notes, check_finite)


def _check_inputs(nodes) -> None:
    """Arguments are given by name: a name means one input."""
    seen: dict[str, Tensor] = {}
    for t in nodes:
        if t.is_input and seen.setdefault(t.name, t) is not t:
            shapes = f"{shape_text(seen[t.name].shape)} and {shape_text(t.shape)}"
            raise ShapeError(f"{t.name} is the name of two inputs, of shapes {shapes}")
