"""Definitions for each layer at once: `δ_ℓ = ∂L/∂z_ℓ` where z_1, z_2, z_3 are defined one by one is one for each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TypeGuard

from ...tex.syntax import Node, Number, Relation, Row, Scripted, Symbol
from .names import is_letter, spelled
from .transposes import rewritten


def with_each(formulas: list[tuple[Row, ...]]) -> list[tuple[Row, ...]]:
    """The rows, such a definition written once for each number."""
    numbered = _numbered(formulas)
    used = {spelled(node) for rows in formulas for row in rows for node in _entries(row.statement)}
    if not numbered:
        return formulas
    return [tuple(one for row in rows for one in _each(row, numbered, used)) for rows in formulas]


def _numbered(formulas) -> dict[str, dict[str, Number]]:
    """The numbers of the names that are defined by number: {z: {1, 2, 3}} of `z_1 = …`, `z_2 = …`, `z_3 = …`."""
    out: dict[str, dict[str, Number]] = {}
    for statement in (row.statement for rows in formulas for row in rows):
        left = statement.sides[0] if _is_equation(statement) else None
        if isinstance(left, Scripted) and isinstance(left.sub, Number) and left.sup is None:
            out.setdefault(spelled(left.base), {})[spelled(left.sub)] = left.sub
    return {key: own for key, own in out.items() if len(own) > 1}


def _is_equation(statement) -> TypeGuard[Relation]:
    return isinstance(statement, Relation) and statement.relations[0] in ("=", ":=") and len(statement.sides) == 2


def _entries(node: Node | None) -> Iterator[Scripted]:
    for part in node.walk() if node is not None else ():
        if isinstance(part, Scripted) and part.sub is not None:
            yield part


def _each(row: Row, numbered: dict[str, dict[str, Number]], used: set[str]) -> list[Row]:
    statement = row.statement
    if not isinstance(statement, Relation) or not _is_equation(statement):
        return [row]
    left = statement.sides[0]
    if not isinstance(left, Scripted) or not isinstance(left.base, Symbol) or not is_letter(left.sub):
        return [row]
    letter, key = spelled(left.sub), spelled(left.base)
    mine = [node for node in _entries(statement.sides[1]) if spelled(node.sub) == letter]
    lists = [numbered[spelled(node.base)] for node in mine if spelled(node.base) in numbered]
    if key in numbered or not lists or len(lists) != len(mine):
        return [row]
    numbers = [n for name, n in lists[0].items() if all(name in other for other in lists) and f"{key}_{name}" in used]
    return [replace(row, statement=_at(statement, letter, n)) for n in numbers] or [row]


def _at(statement, letter, number):
    def change(node):
        here = isinstance(node, Scripted) and node.sub is not None and spelled(node.sub) == letter
        return replace(node, sub=replace(number, at=node.sub.at, end=node.sub.end)) if here else node

    return rewritten(statement, change)
