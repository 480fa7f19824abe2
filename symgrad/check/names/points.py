"""Values at which a document evaluates: "at $x = -2$, $y = 5$ the forward pass gives $q = 3$"."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ...tex.syntax import Node, Number, Scripted, Symbol
from .table import Definition, Table


def is_numeric(node: Node | None) -> bool:
    """Whether only numbers are written: `-2 + 5`, `0.5`, `\\frac{1}{3}`."""
    if node is None:
        return False
    return any(isinstance(n, Number) for n in node.walk()) and not any(
        isinstance(n, Symbol) and n.name not in ("pi", "e", "log", "ln", "exp", "sqrt") for n in node.walk()
    )


def decimals(text: str) -> int | None:
    """How many digits stand behind the point: 2 in `-0.25`; None where it is not one decimal number."""
    head, point, digits = text.strip().lstrip("+-").strip().partition(".")
    return len(digits) if point and head.isdigit() and digits.isdigit() else None


class Point:
    """The inputs that have a value in what follows, up to the next heading."""

    def __init__(self, table: Table):
        self.table = table
        self.values: dict[str, Node] = {}
        self.part = -1

    def give(self, symbol: Node, value: Node, part: int) -> None:
        """`x = -2`, if x is an input."""
        found = self.table.find(symbol) if isinstance(symbol, Symbol | Scripted) else None
        if found is None or found.indices or found.sup is not None or found.quantity.definitions:
            return
        if part != self.part:
            self.values, self.part = {}, part
        if is_numeric(value) and found.quantity.sizes in ((), None):
            self.values[found.quantity.key] = value

    def holds_in(self, part: int) -> bool:
        """Whether there are values here."""
        return bool(self.values) and part == self.part

    @contextmanager
    def set(self) -> Iterator[None]:
        """The inputs are their values."""
        known = {k: v for k, v in self.values.items() if (q := self.table.quantities.get(k)) and not q.definitions}
        for key, value in known.items():
            self.table.quantities[key].definitions.append(Definition((), (), value))
        self.table.version += 1
        try:
            yield
        finally:
            for key in known:
                self.table.quantities[key].definitions.clear()
            self.table.version += 1
