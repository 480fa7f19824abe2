"""A program of values as self-contained NumPy source: imports, the routines that it calls, one function."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sympy import Expr, Symbol

from ..expr.indices import Index
from ..expr.tensors import Tensor
from .expressions import size_text
from .names import Names
from .numpy_text import Writer, scalar, tuple_text
from .program import Value
from .routine_source import definitions, inlined
from .schedule import VIEWS, Schedule, needed, schedule

WISHES = {"window": "patches", "contract": "product", "argbest": "best", "arange": "i"}
"""What a statement is called that is no tensor with a name."""


@dataclass(frozen=True)
class NumpySource:
    """`text` defines `function(*inputs, **sizes)`; `arguments` and `sizes` give the Python name for a name."""

    text: str
    function: str
    arguments: dict[str, str]
    sizes: dict[str, str]


def numpy_source(
    name: str,
    inputs: Sequence[Tensor],
    outputs: Sequence[Value],
    wishes: Mapping[Value, str],
    notes: Sequence[str] = (),
) -> NumpySource:
    """The source of a function that returns the outputs as a tuple.

    `inputs` in the order of arguments; `wishes` are names for values; `notes` are lines for the docstring.
    """
    return _Function(name, inputs, outputs, wishes, notes).source()


class _Function:
    def __init__(self, name, inputs, outputs, wishes, notes):
        self.inputs, self.outputs, self.wishes, self.notes = inputs, outputs, wishes, notes
        names = Names(definitions())
        self.function = names.new(name)
        self.arguments = {str(t.name): names.new(str(t.name)) for t in inputs}
        plan = schedule(outputs)
        shown = list(dict.fromkeys(n for t in inputs for n in t.shape if isinstance(n, Symbol)))
        used = _symbols(
            [*(n for t in inputs for n in t.shape), *(n for v in needed(outputs) for n in (*v.options, *v.shape))]
        )
        self.sizes = {n: names.new(n.name) for n in shown}
        self.asked = sorted((n for n in used if n not in self.sizes), key=str)
        self.sizes.update((n, names.new(n.name)) for n in self.asked)
        self.names, self.plan = names, plan
        self.writer = Writer(plan.inline, self.sizes)
        for v in needed(outputs):
            if v.op == "input":
                self.writer.names[v] = self.arguments[v.options[0]]

    def source(self) -> NumpySource:
        body = [*self.prologue(), *self.statements(self.plan), self.returned()]
        arguments = [*self.arguments.values(), *(["*"] * bool(self.asked)), *(self.sizes[n] for n in self.asked)]
        head = [f"def {self.function}({', '.join(arguments)}):", *self.docstring()]
        imports, routines = inlined(self.writer.routines)
        imports = list(dict.fromkeys([*imports, "import numpy as np"]))
        function = "\n".join([*head, *(f"    {line}" for line in body)])
        text = "\n\n\n".join(["\n".join(imports), *routines, function]) + "\n"
        return NumpySource(text, self.function, self.arguments, {n.name: self.sizes[n] for n in self.asked})

    def docstring(self):
        lines = [_harmless(line) for note in self.notes for line in note.splitlines()]
        return ['    """', *(f"    {line}".rstrip() for line in lines), '    """'] if lines else []

    def prologue(self):
        """Arguments as arrays of one type; sizes read off their shapes."""
        names = list(self.arguments.values())
        if not names:
            return ["dtype = np.dtype(np.float64)"]
        lines = [f"{x} = np.asarray({x})" for x in names]
        lines.append(f"dtype = {self.writer.call('float_type', *(f'{x}={x}' for x in names))[0]}")
        lines += [f"{x} = {x}.astype(dtype, copy=False)" for x in names]
        read, checks = set(), []
        for t, x in zip(self.inputs, names, strict=True):
            parts = []
            for axis, n in enumerate(t.shape):
                fresh = isinstance(n, Symbol) and n not in read
                parts.append(self.sizes[n] if fresh else "_")
                if fresh:
                    read.add(n)
                else:
                    size = size_text(n, self.sizes)
                    checks.append(
                        self.writer.call("check_axis", f'"{x}"', x, str(axis), f'"{size}"', size)[0],
                    )
            shape = self.writer.call("shape_of", f'"{x}"', x, str(t.ndim))[0]
            lines.append(f"{tuple_text(parts)[1:-1]} = {shape}" if any(p != "_" for p in parts) else shape)
        return lines + checks

    def statements(self, plan: Schedule):
        for v in plan.statements:
            text = self.writer.written(v)
            self.writer.names[v] = self.names.new(self.wishes.get(v) or WISHES.get(v.op, "t"))
            yield f"{self.writer.names[v]} = {text}"

    def returned(self):
        """Outputs are arrays of their own: what may share memory with something else is copied."""
        seen: set[Value] = set()
        texts = []
        for v in self.outputs:
            text = self.writer.text(v)
            if not v.shape:
                text = f"dtype.type({text})"
            elif v in seen or v.op in VIEWS or scalar(v):
                text = f"np.array({text}, dtype)"
            seen.add(v)
            texts.append(text)
        return f"return {tuple_text(texts)}"


def _symbols(options) -> set[Symbol]:
    """Size symbols in nested tuples of options."""
    found: set[Symbol] = set()
    for o in options:
        if isinstance(o, tuple):
            found |= _symbols(o)
        elif isinstance(o, Expr):
            found |= {s for s in o.free_symbols if isinstance(s, Symbol) and not isinstance(s, Index)}
    return found


def _harmless(line: str) -> str:
    """A line that may stand in a docstring."""
    kept = "".join(c for c in line if c.isprintable())
    return kept.replace("\\", "\\\\").replace('"""', "'''")
