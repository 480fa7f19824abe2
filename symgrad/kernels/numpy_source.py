"""NumPy programs: what NumPy computes fast, in memory that is free, in blocks of rows where arrays may be large."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ..expr.tensors import Tensor
from .improve import improved
from .numpy_chunks import chunk_lines
from .numpy_text import SPECIAL
from .program import Value
from .row_groups import Group, grouped, stored, with_parts
from .schedule import INFIX, Schedule, in_place, needed, rescheduled
from .source import WISHES, Function, Source

WITH_OUT = {"relu", "normal_cdf", "erf", "erfc"}
"""Functions of entries that can be told where to write."""
ROUTINES_WITH_OUT = {"selected", "less_at_label", "add_along"}
BUFFER = 1024
"""Entries of NumPy's buffer: rows shorter than that are copied before they are computed with, if they are broadcast."""
THREADS = "with_threads"
"""The decorator of a program that divides its work among threads."""
KINDS = {"float": "dtype", "int": "int", "bool": "bool"}
"""The number type of an array of a kind."""


class NumpyFunction(Function):
    """Statements of NumPy, and the routines of `routines/`."""

    in_chunks = True

    def __init__(
        self, name: str, inputs: Sequence[Tensor], outputs: Sequence[Value], wishes: Mapping[Value, str], *rest
    ):
        super().__init__(name, inputs, *improved(outputs, wishes), *rest)
        groups = grouped(self.plan)
        self.plan = in_place(rescheduled(self.plan, [v for g in groups for v in g.statements]))
        self.groups = with_parts(groups, self.plan)
        self.place = {v: k for k, v in enumerate(self.plan.statements)}
        self.items: dict[Value, list[Value]] = {}
        for v in sorted((v for v in self.plan.inline if v.op == "item"), key=lambda v: v.options[0]):
            self.items.setdefault(v.args[0], []).append(v)
        self.writer.inline = {v for v in self.plan.inline if v.op != "item"}
        self.writer.divided = divides_work(self.outputs)

    def source(self) -> Source:
        written = super().source()
        if not self.writer.divided:
            return written
        return replace(written, decorator=THREADS, routines=(*written.routines, THREADS))

    @staticmethod
    def runner(function: Any, keywords: tuple[str, ...]) -> Any:
        """NaN, division by 0 and overflow follow IEEE 754; NumPy says nothing of them."""

        def run(*arrays, **sizes):
            with np.errstate(all="ignore"):
                before = np.setbufsize(BUFFER)
                try:
                    return function(*arrays, **sizes)
                finally:
                    np.setbufsize(before)

        return run

    def statements(self, plan: Schedule) -> Iterable[str]:
        for group in self.groups:
            yield from self.blocks(group) if len(group.statements) > 1 else self.statement(group.statements[0])

    def statement(self, v: Value) -> Iterator[str]:
        """A value under a name; the members of a pair each under one."""
        if v.op == "chunks":
            yield from chunk_lines(self, v)
            return
        yield from self.shortened(v)
        text = self.in_place(v) or self.writer.written(v)
        yield f"{self.named(v, text)} = {text}"

    def named(self, v: Value, text: str) -> str:
        if v not in self.items:
            return super().named(v, text)
        for item in self.both(v):
            self.writer.names[item] = self.new_name(item)
        name = ", ".join(self.writer.names[item] for item in self.both(v))
        self.written.append((v, name, text))
        return name

    def new_name(self, v: Value) -> str:
        return self.names.new(self.wishes.get(v) or WISHES.get(v.op, "t"))

    def both(self, v: Value) -> list[Value]:
        """Two items of a pair; one that nothing needs has the value's name."""
        found = {item.options[0]: item for item in self.items[v]}
        return [found.get(k, v) for k in range(2)]

    # Memory that is free.

    def in_place(self, v: Value, out: str = "") -> str:
        """v written over an operand that is read for the last time, or into `out`; empty if that cannot be."""
        if v not in self.place:  # a part of a statement, which may read the same memory again
            return ""
        if not out:
            free = [a for a in v.args if a.shape == v.shape and self.plan.free_at(a, self.place[v])]
            out = self.writer.names[free[0]] if free and v.kind == "float" else ""
        args = [self.writer.text(a) for a in v.args]
        if not out:
            return ""
        if v.op in ROUTINES_WITH_OUT:
            return self.writer.call(v.op, *args, *map(str, v.options), f"out={out}")[0]
        if v.op != "ufunc" or all(not a.shape for a in v.args):
            return ""
        name = v.options[0]
        if name in SPECIAL:
            return self.writer.call(name, *args, f"out={out}")[0] if name in WITH_OUT else ""
        return f"np.{name}({', '.join(args)}, out={out})"

    # Blocks of rows.

    def blocks(self, group: Group) -> Iterator[str]:
        """The statements of a group in a loop; what is read after it is written into arrays made before it."""
        kept = [w for v in stored(group, self.groups, self.plan) for w in self.items.get(v, [v])]
        for v in kept:
            name = self.writer.names[v] = self.new_name(v)
            yield f"{name} = {self.empty(v, group.reads.cut)}"
        whole = {a: self.writer.names[a] for c in group.reads.cut for a in self.items.get(c, [c])}
        rows = self.names.new("rows")
        self.writer.names.update({a: f"{name}[{rows}]" for a, name in whole.items()})
        self.writer.names.update({v: f"{self.writer.names[v]}[{rows}]" for v in kept})
        largest = whole[max(whole, key=lambda a: len(a.shape))]
        yield f"for {rows} in {self.writer.call('row_blocks', largest)[0]}:"
        for v in group.statements:
            yield from (f"    {line}" for line in self.block_statement(v, kept))
        for v in (*whole, *kept):
            self.writer.names[v] = self.writer.names[v].removesuffix(f"[{rows}]")

    def block_statement(self, v: Value, kept: Sequence[Value]) -> Iterator[str]:
        members = self.items.get(v, [v])
        if not any(m in kept for m in members):
            yield from self.statement(v)
            return
        for m in set(self.both(v)) - set(kept) if v in self.items else ():
            self.writer.names[m] = self.new_name(m)
        target = ", ".join(self.writer.names[m] for m in (self.both(v) if v in self.items else members))
        text = self.in_place(v, target) if v not in self.items and v.kind == "float" else ""
        self.written.append((v, target, text or self.writer.written(v)))
        yield text or f"{target} = {self.writer.written(v)}"

    def empty(self, v: Value, like: Iterable[Value]) -> str:
        """An array for v, its memory in the order of what it is computed from."""
        if v.kind == "float":
            for a in sorted(like, key=lambda a: self.place.get(a, -1)):
                if a.shape == v.shape and a.kind == "float" and a not in self.items:
                    return f"np.empty_like({self.writer.names[a]})"
        return f"np.empty({self.writer.shape(v.shape)}, {KINDS[v.kind]})"


def divides_work(outputs: Sequence[Value]) -> bool:
    """Whether a program has threads of its own: with convolutions, if they and matrix products are its products.

    Threads of BLAS serve all others, above all products of more axes.
    """
    values = needed(outputs)
    matrices = all(len(a.shape) <= 2 for v in values if v.op == "contract" for a in v.args)
    return matrices and any(v.op.startswith("conv") for v in values)


__all__ = ["INFIX", "NumpyFunction"]
