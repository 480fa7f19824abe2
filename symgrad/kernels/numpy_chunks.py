"""The text of an equation that is computed in chunks: a function of the first row and of their number, and its call."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..expr.tensors import input_tensor
from .chunks import Part
from .program import Value
from .schedule import VIEWS, needed

if TYPE_CHECKING:
    from .source import Function


def chunk_lines(function: Function, v: Value) -> Iterator[str]:
    """Lines `def part(start, count): …` and `y = in_chunks(part, …)`; the part reads the arrays of the function."""
    part, rows, entries = v.options[:3]
    writer, texts = function.writer, []
    for a in v.args:
        text = writer.array(a)
        if not text.isidentifier():
            name = function.names.new("a")
            yield f"{name} = {text}"
            text = name
        texts.append(text)
    name = function.names.new("part")
    inner = _inner(function, part, texts)
    yield ""
    yield f"def {name}({inner.sizes[part.start]}, {inner.sizes[part.count]}):"
    yield from (f"    {line}" for line in inner.statements(inner.plan))
    (output,) = inner.outputs
    text = inner.writer.text(output)
    yield f"    return {inner.spell('copy', text) if output.op in VIEWS else text}"
    yield ""
    writer.routines.update(inner.writer.routines)
    call = writer.call("in_chunks", name, writer.size(rows), writer.size(entries), "dtype")[0]
    yield f"{function.named(v, call)} = {call}"


def _inner(function: Function, part: Part, texts: list[str]) -> Function:
    """The function of some rows, its inputs under their names outside, its own names apart from all of those."""
    inputs = [input_tensor(v.options[0], v.shape) for v in part.inputs]
    inner = type(function)("part", inputs, [part.value], {})
    for s in dict.fromkeys((part.start, part.count, *inner.sizes)):
        inner.sizes[s] = function.sizes[s] if s in function.sizes else function.names.new(s.name)
    inner.names.taken |= function.names.taken
    outside = {t.name: text for t, text in zip(inputs, texts, strict=True)}
    for v in needed(inner.outputs):
        if v.op == "input":
            inner.writer.names[v] = outside[v.options[0]]
    return inner
