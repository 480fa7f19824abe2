"""A program of values as self-contained source: what all backends share. Imports, routines, one function of arrays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from textwrap import wrap
from typing import Any

from sympy import Expr, Symbol

from ..expr.indices import Index
from ..expr.tensors import Tensor
from .expressions import size_text
from .layout import WIDTH, laid_out
from .names import Names
from .numpy_text import SPELLED, Writer, scalar, tuple_text
from .program import Value
from .routine_source import definitions, inlined
from .schedule import ALWAYS_INLINE, VIEWS, Schedule, needed, schedule

Structure = int | tuple["Structure", ...]
"""How outputs are returned: their places in nested tuples."""
LONGEST = 90
"""Characters of an expression; operands of a longer one become statements of their own."""
WISHES = {
    **dict.fromkeys(("contract", "times_transposed", "transposed_times"), "product"),
    "window": "patches",
    "argbest": "best",
    "arange": "i",
}
"""What a statement is called that is no tensor with a name."""


@dataclass(frozen=True)
class Source:
    """A function of source text, `function(*arguments, **sizes)`, and what it stands on.

    `arguments` and `sizes` give the Python name for a name; `statements` are values with their names and texts.
    """

    function: str
    head: str
    body: tuple[str, ...]
    imports: tuple[str, ...]
    routines: tuple[str, ...]
    folder: str
    arguments: dict[str, str]
    sizes: dict[str, str]
    statements: tuple[tuple[Value, str, str], ...]
    before_check: tuple[str, ...] = ()
    check_imports: tuple[str, ...] = ()
    methods: Mapping[str, str] = field(default_factory=dict)
    decorator: str = ""

    def text(self, notes: Sequence[str] = (), routines: Iterable[str] = (), after: Sequence[str] = ()) -> str:
        """The program: imports, the routines that are called, the function with its notes as docstring, what follows.

        `routines` are those that only the texts in `after` call; they stand after the function.
        """
        _, found = inlined(self.routines, self.folder)
        imports, every = inlined([*self.routines, *routines], self.folder)
        after = [*(text for text in every if text not in found), *after]
        imports = list(dict.fromkeys([*imports, *self.imports, *(self.check_imports if after else ())]))
        head = [*([f"@{self.decorator}"] if self.decorator else ()), *laid_out(self.head)]
        lines = [*head, *docstring(notes), *(f for line in self.body for f in laid_out(line, 4))]
        gap = "\n\n\n" if not found or found[0].startswith(("def ", "@")) else "\n\n"  # as isort has it
        return "\n".join(sort_imports(imports)) + gap + "\n\n\n".join([*found, "\n".join(lines), *after]) + "\n"


class Function:
    """One function in the making. A backend has a `writer` of values, `imports`, and a folder of routines."""

    writer_kind: type[Writer] = Writer
    imports: tuple[str, ...] = ("import numpy as np",)
    folder = "routines"
    in_chunks = False
    """Whether it computes some rows at a time where arrays between would be large."""
    before_check: tuple[str, ...] = ()
    check_imports: tuple[str, ...] = ()
    """Statements that a program runs before it checks itself, and what they need."""

    def __init__(
        self,
        name: str,
        inputs: Sequence[Tensor],
        outputs: Sequence[Value],
        wishes: Mapping[Value, str],
        structure: Structure | None = None,
        methods: Mapping[str, str] | None = None,
    ):
        self.inputs, self.outputs, self.wishes = inputs, outputs, wishes
        self.structure = tuple(range(len(outputs))) if structure is None else structure
        names = Names([*definitions(self.folder), "check"])
        self.function = names.new(name)
        self.arguments = {str(t.name): names.new(str(t.name)) for t in inputs}
        plan = schedule(outputs)
        shown = list(dict.fromkeys(n for t in inputs for n in t.shape if isinstance(n, Symbol)))
        used = size_symbols(
            [*(n for t in inputs for n in t.shape), *(n for v in needed(outputs) for n in (*v.options, *v.shape))]
        )
        self.sizes = {n: names.new(n.name) for n in shown}
        self.asked = sorted((n for n in used if n not in self.sizes), key=str)
        self.sizes.update((n, names.new(n.name)) for n in self.asked)
        self.names, self.plan = names, plan
        self.writer = self.writer_kind(plan.inline, self.sizes)
        self.writer.methods = methods or {}
        for v in needed(outputs):
            if v.op == "input":
                self.writer.names[v] = self.arguments[v.options[0]]
        self.written: list[tuple[Value, str, str]] = []

    def source(self) -> Source:
        arguments = [*self.arguments.values(), *(["*"] * bool(self.asked)), *(self.sizes[n] for n in self.asked)]
        return Source(
            self.function,
            f"def {self.function}({', '.join(arguments)}):",
            tuple(self.body()),
            self.imports,
            tuple(self.writer.routines),
            self.folder,
            self.arguments,
            {n.name: self.sizes[n] for n in self.asked},
            tuple(self.written),
            self.before_check,
            self.check_imports,
            self.writer.methods,
        )

    def body(self) -> Iterable[str]:
        return [*self.prologue(), *self.statements(self.plan), self.returned()]

    def spell(self, what: str, *parts: str) -> str:
        return self.writer.spell(what, *parts)

    def prologue(self) -> list[str]:
        """Arguments as arrays of one type; sizes read off their shapes."""
        names = list(self.arguments.values())
        if not names:
            return [f"dtype = {self.spell('float64')}"]
        lines = [f"{x} = {self.spelled_call('asarray', x)}" for x in names]
        lines.append(f"dtype = {self.writer.call('float_type', *(f'{x}={x}' for x in names))[0]}")
        lines += [f"{x} = {self.spell('convert', x)}" for x in names]
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
                    checks.append(self.writer.call("check_axis", f'"{x}"', x, str(axis), f'"{size}"', size)[0])
            shape = self.writer.call("shape_of", f'"{x}"', x, str(t.ndim))[0]
            left = tuple_text(parts) if len(parts) == 1 else ", ".join(parts)
            lines.append(f"{left} = {shape}" if any(p != "_" for p in parts) else shape)
        return lines + checks

    def spelled_call(self, what: str, *parts: str) -> str:
        """The spelling; a call of a bare name is one of a routine."""
        text = self.spell(what, *parts)
        routine = text.partition("(")[0]
        return self.writer.call(routine, *parts)[0] if routine in definitions(self.folder) else text

    def statements(self, plan: Schedule) -> Iterable[str]:
        for v in plan.statements:
            yield from self.statement(v)

    def statement(self, v: Value) -> Iterator[str]:
        """A value under a name."""
        yield from self.shortened(v)
        text = self.writer.written(v)
        yield f"{self.named(v, text)} = {text}"

    def shortened(self, v: Value) -> Iterator[str]:
        """Statements for operands that would make the one of v too long for a line."""
        if len(self.writer.written(v)) <= LONGEST:
            return
        for a in written_inside(v, self.writer.inline):
            self.writer.inline.discard(a)
            yield from self.statement(a)

    def named(self, v: Value, text: str) -> str:
        """The name under which a value is computed by the text."""
        name = self.writer.names[v] = self.names.new(self.wishes.get(v) or WISHES.get(v.op, "t"))
        self.written.append((v, name, text))
        return name

    def returned(self) -> str:
        """Outputs are arrays of their own: what may share memory with something else is copied."""
        seen: set[Value] = set()
        texts = []
        for v in self.outputs:
            texts.append(self.finished(v, v in seen))
            seen.add(v)
        text = nested(self.structure, texts)
        flat = self.structure == tuple(range(len(texts))) and len(texts) > 1
        return f"return {text[1:-1] if flat and len(text) < WIDTH - 12 else text}"

    def finished(self, v: Value, shared: bool) -> str:
        """The text of an output; `shared` says that it is another output too."""
        text = self.writer.text(v)
        if not v.shape:
            return self.spell("scalar", text)
        return self.spell("copy", text) if shared or v.op in VIEWS or scalar(v) else text

    @staticmethod
    def runner(function: Any, keywords: tuple[str, ...]) -> Any:
        """How a loaded function is run; `keywords` are its sizes."""
        return function

    @staticmethod
    def doubles() -> AbstractContextManager:
        """Within it the program computes in doubles where its arguments are doubles."""
        return nullcontext()


def nested(structure: Structure, texts: Sequence[str]) -> str:
    """
    >>> nested((0, (1, 2)), "abc"), nested(0, "a")
    ('(a, (b, c))', 'a')
    """
    return texts[structure] if isinstance(structure, int) else tuple_text(nested(s, texts) for s in structure)


def written_inside(v: Value, inline: Set[Value]) -> list[Value]:
    """The operands that are computed within the text of v, the outermost ones."""
    found: list[Value] = []
    for a in v.args:
        if a in inline:
            found += written_inside(a, inline) if a.op in ALWAYS_INLINE else [a]
    return list(dict.fromkeys(found))


def docstring(notes: Sequence[str]) -> list[str]:
    """The lines of a docstring, indented.

    >>> docstring(["f = Σₖ qₖ²"])
    ['    \"\"\"f = Σₖ qₖ²\"\"\"']
    """
    given = [harmless(line).rstrip() for note in notes for line in note.splitlines() or [""]]
    lines = [part for line in given for part in wrap(line, WIDTH - 4, subsequent_indent="    ") or [""]]
    if not lines:
        return []
    if len(lines) == 1 and not lines[0].endswith('"'):
        return [f'    """{lines[0].strip()}"""']
    return [f'    """{lines[0].strip()}', *(f"    {line}".rstrip() for line in lines[1:]), '    """']


def harmless(line: str) -> str:
    """A line that may stand in a docstring."""
    kept = "".join(c for c in line if c.isprintable())
    return kept.replace("\\", "\\\\").replace('"""', "'''")


def sort_imports(lines: Iterable[str]) -> list[str]:
    """The standard library, an empty line, what is installed; `import` before `from`, in alphabetical order.

    >>> sort_imports(["import numpy as np", "from functools import wraps", "from functools import cache", "import os"])
    ['import os', 'from functools import cache, wraps', '', 'import numpy as np']
    """
    names: dict[str, list[str]] = {}
    for line in sorted(lines, key=lambda line: (line.startswith("from"), line)):
        place, _, name = line.partition(" import ") if line.startswith("from") else (line, "", "")
        names.setdefault(place, []).append(name)
    ordered = [f"{place} import {', '.join(found)}" if found[0] else place for place, found in names.items()]
    ours = [line for line in ordered if line.split()[1].split(".")[0] in ("numpy", "jax", "torch")]
    standard = [line for line in ordered if line not in ours]
    return [*standard, *([""] if standard and ours else []), *ours]


def size_symbols(options) -> set[Symbol]:
    """Size symbols in nested tuples of options."""
    found: set[Symbol] = set()
    for o in options:
        if isinstance(o, tuple):
            found |= size_symbols(o)
        elif isinstance(o, Expr):
            found |= {s for s in o.free_symbols if isinstance(s, Symbol) and not isinstance(s, Index)}
    return found


__all__ = ["SPELLED", "Function", "Source"]
