"""Iterates: `w_t` and `w_{t+1}` beside the variable w of a function are vectors like w, not its entries."""

from __future__ import annotations

from collections.abc import Iterable

from ...tex.syntax import Node, Relation, Row, Scripted, Symbol
from .names import items, letters, moved, spelled
from .table import Quantity, Table


def declare_iterates(table: Table, formulas: Iterable[tuple[Row, ...]]) -> None:
    """A family beside each name that a function is of, and that a step makes from the one before."""
    statements = [row.statement for rows in formulas for row in rows if row.statement is not None]
    variables = {spelled(a): a for s in statements for a in _arguments(table, s)}
    for key, symbol in variables.items():
        letter = _step(key, statements)
        if letter is not None and f"{key}[]" not in table.quantities:
            table.add(Quantity(f"{key}[]", symbol, family=(letter,), implied=True))


def _arguments(table, statement):
    if not isinstance(statement, Relation) or statement.sides[0] is None:
        return ()
    return tuple(a for a in table.left_side(statement.sides[0])[1] if isinstance(a, Symbol))


def _step(key, statements) -> Node | None:
    """The letter t of `x_{t+1} = … x_t …`, where no other letter stands on x."""
    indices = [
        items(n.sub)
        for s in statements
        for n in s.walk()
        if isinstance(n, Scripted) and n.sub is not None and spelled(n.base) == key
    ]
    lefts = [s.sides[0] for s in statements if isinstance(s, Relation) and isinstance(s.sides[0], Scripted)]
    stepped = [n.sub for n in lefts if spelled(n.base) == key and moved(n.sub) is not None]
    used = {name for index in indices for i in index for name in letters(i)}
    if not stepped or len(used) != 1 or any(len(index) != 1 for index in indices):
        return None
    found = moved(stepped[0])
    return found[0] if found is not None else None
