"""What a program does, statement by statement: operation, shape, and the method where a routine has a choice."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from sympy import Expr, Integer, Symbol

from ..errors import OptionError
from .arguments import Arguments, named_size
from .program import IMAGE_OPS, OPS, Value
from .routines.conv2d import conv2d_methods, method_of
from .routines.conv2d_input_gradient import conv2d_input_gradient_methods
from .routines.conv2d_kernel_gradient import conv2d_kernel_gradient_methods
from .source import Source

TEXT = 60
"""Characters of a statement that are shown."""
WORDS: dict[str, Callable[[Value], str]] = {
    "ufunc": lambda v: str(v.options[0]),
    "reduce": lambda v: f"{v.options[0]} over {axes(v.options[1])}",
    "logsumexp": lambda v: f"log Σ exp over {axes(v.options[0])}",
    "argbest": lambda v: f"first {v.options[1]}imum over {axes(v.options[0])}",
    "contract": lambda v: f"contraction {v.options[0]},{v.options[1]}->{v.options[2]}",
    "window": lambda v: "window",
    "where": lambda v: "choice",
    "broadcast": lambda v: "broadcast",
    "reshape": lambda v: "reshape",
    "gather": lambda v: "gather",
    "chunks": lambda v: "some rows at a time",
}
"""What is said of an operation; of another one its own name."""
METHODS: dict[str, Callable] = {
    "conv2d": lambda a, b, stride, padding, dilation, groups, out, dtype: conv2d_methods(
        a, b, out, stride, padding, dilation, groups, dtype
    ),
    "conv2d_input_gradient": conv2d_input_gradient_methods,
    "conv2d_kernel_gradient": conv2d_kernel_gradient_methods,
}
"""The methods that a routine can take, the chosen one first: of the shapes of two operands, options and number type."""
NAMES = ("direct", "pointwise", "winograd", "strips", "depthwise", "blocks", "scatter", "planes", "offsets")
"""Of methods; "direct" is the first of those that can but Winograd's."""


def check_methods(backend: str, methods: Mapping[str, str]) -> None:
    """Refuses methods for what has none, and names that no method has."""
    if methods and backend != "numpy":
        raise OptionError(f"methods for backend={backend!r}", hint="it has its own; they are for NumPy's routines")
    for routine, name in methods.items():
        if routine not in METHODS:
            raise OptionError(f"no choice of methods for {routine!r}", hint=f"there is one for: {', '.join(METHODS)}")
        if name not in NAMES:
            raise OptionError(f"no method {name!r} for {routine}", hint=f"one of {', '.join(NAMES)}")


def explained(source: Source, arguments: Arguments, values: Mapping[str, Any]) -> str:
    """A line for each statement; shapes in numbers where values are given."""
    known, dtype = {}, np.dtype(np.float64)
    if values:
        arrays, sizes = arguments.taken(values)
        arguments.check(arrays, sizes, values)
        known = sizes_of(arguments, arrays, values)
        kinds = [np.dtype(str(a.dtype).removeprefix("torch.")) for a in arrays]
        dtype = next((k for k in kinds if k.kind == "f"), dtype)
    rows = [row(v, name, text, known, dtype, source) for v, name, text in source.statements]
    widths = [max((len(r[k]) for r in rows), default=0) for k in range(2)]
    lines = [f"  {text:<{widths[0]}}   {shape:<{widths[1]}}   {what}".rstrip() for text, shape, what in rows]
    inputs = ", ".join(f"{t.display}{shape_of(t.shape, {})}" for t in arguments.inputs)
    told = ", ".join(f"{s} = {n}" for s, n in sorted(known.items(), key=str))
    return "\n".join(
        ["   ".join(filter(None, [f"{source.function}({inputs})", told, str(dtype) if values else ""])), *lines]
    )


def row(v: Value, name: str, text: str, known, dtype, source: Source) -> tuple[str, str, str]:
    """(statement, shape, what it is)."""
    statement = f"{name} = {text}"
    shown = statement if len(statement) <= TEXT else statement[: TEXT - 1] + "…"
    shape = "" if v.op.endswith("_winners") else shape_of(v.shape, known)
    what = WORDS[v.op](v) if v.op in WORDS else v.op
    if v.op in METHODS and source.folder == "routines":
        what += f", {method(v, known, dtype, source.methods.get(v.op))}"
    return shown, shape, what


def method(v: Value, known, dtype, asked: str | None) -> str:
    """`method strips, of strips, blocks`, if all sizes are known."""
    shapes = [numbers(a.shape, known) for a in v.args]
    options = [numbers(o, known) if isinstance(o, tuple) else number(o, known) for o in v.options]
    if not all(
        isinstance(n, int) for part in [*shapes, *options] for n in (part if isinstance(part, tuple) else [part])
    ):
        return "the method follows from the sizes"
    found = METHODS[v.op](*shapes, *options, dtype)
    return f"method {method_of(asked, found)}, of {', '.join(found)}"


def sizes_of(arguments: Arguments, arrays: Sequence[Any], values: Mapping[str, Any]) -> dict[Symbol, Integer]:
    """What each size symbol is."""
    read: dict = {}
    for t, a in zip(arguments.inputs, arrays, strict=True):
        for n, m in zip(t.shape, a.shape, strict=True):
            if isinstance(n, Symbol):
                read.setdefault(n, Integer(m))
    for t in arguments.nodes:
        for s in (s for n in (*t.shape, *t.binding) for s in n.free_symbols):
            if s.name in values and s not in read and hasattr(values[s.name], "__index__"):
                read[s] = Integer(values[s.name])
    return read


def shape_of(sizes: Sequence[Expr], known) -> str:
    """`[m, n]`, or `[2, 3]` where they are known."""
    return f"[{', '.join(named_size(n.xreplace(known)) for n in sizes)}]"


def numbers(sizes: Sequence[Expr], known) -> tuple:
    return tuple(number(n, known) for n in sizes)


def number(n: Any, known) -> Any:
    """An integer, or the expression where it is none yet."""
    found = n.xreplace(known) if isinstance(n, Expr) else n
    return int(found) if isinstance(found, int) or found.is_Integer else found


def axes(places: Sequence[int]) -> str:
    """
    >>> axes((1,)), axes((0, 2))
    ('axis 1', 'axes 0, 2')
    """
    return ("axis " if len(places) == 1 else "axes ") + ", ".join(map(str, places))


assert set(WORDS) <= set(OPS) and set(METHODS) <= set(IMAGE_OPS)
