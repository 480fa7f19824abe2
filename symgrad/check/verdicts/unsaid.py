"""What would have to be said for a step to hold: a refutation does not count that rests on what nobody declared."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ...tex.syntax import Node
from ..names.names import spelled
from ..names.table import Quantity, Table

UNSAID = {"distribution": "the entries of {} sum to 1", "symmetric": "{} is symmetric"}


def unsaid(table: Table, sides: tuple[Node, ...]) -> Iterator[tuple[Quantity, str]]:
    """Inputs of a claim of which no size was declared, each with a property that authors often leave unsaid."""
    names = {key for side in sides for q in table.mentioned(side) for key in table.depends(q)}
    for key in sorted(names):
        q = table.quantities[key]
        if not q.implied or q.definitions or q.family or q.properties & set(UNSAID):
            continue
        sizes = [spelled(size) for size in q.sizes or ()]
        if len(sizes) == 1:
            yield q, "distribution"
        elif len(sizes) == 2 and sizes[0] == sizes[1]:
            yield q, "symmetric"


@contextmanager
def supposed(table: Table, quantity: Quantity, words: str) -> Iterator[None]:
    """The table as if the property had been declared."""
    quantity.properties.add(words)
    table.version += 1
    try:
        yield
    finally:
        quantity.properties.discard(words)
        table.version += 1
