"""Vectors that only products tell: in `xᵀ w` with a vector x, and in `A w` with a matrix A, w is a vector."""

from __future__ import annotations

from collections.abc import Iterable

from ...tex.syntax import Node, Product, Row, Scripted, Symbol
from .names import is_transpose, spelled
from .table import Table

Sizes = tuple[Node, ...]


def vectors_by_use(table: Table, formulas: Iterable[tuple[Row, ...]], unknown: set[str]) -> dict[str, Sizes]:
    """The sizes of undeclared names that stand beside what is declared; none where two places differ."""
    out: dict[str, Sizes] = {}
    wrong: set[str] = set()
    for rows in formulas:
        for row in rows:
            for node in row.statement.walk() if row.statement is not None else ():
                for key, size in _told(table, node, unknown):
                    if key in out and spelled(out[key][0]) != spelled(size):
                        wrong.add(key)
                    out.setdefault(key, (size,))
    return {key: sizes for key, sizes in out.items() if key not in wrong}


def _told(table, node, unknown):
    """(name, length) from two factors side by side."""
    if not isinstance(node, Product):
        return
    for (_, a), (op, b) in zip(node.factors, node.factors[1:], strict=False):
        if op not in ("", "cdot"):
            continue
        left, right = shape_of_name(table, a), shape_of_name(table, b)
        if left is not None and isinstance(b, Symbol) and spelled(b) in unknown and left[0] != "column":
            yield spelled(b), left[-1]
        if right is not None and right[0] != "row" and (name := _turned(a)) in unknown:
            yield name, right[1]


def _turned(node):
    """w of `wᵀ`."""
    plain = isinstance(node, Scripted) and isinstance(node.base, Symbol) and node.sub is None and is_transpose(node.sup)
    return spelled(node.base) if plain else ""


def shape_of_name(table: Table, node: Node):
    """("matrix", m, n), ("column", n), ("row", n) of a declared name with its members chosen."""
    found = table.find(node) if isinstance(node, Symbol | Scripted) else None
    if (
        found is None
        or found.quantity.sizes is None
        or len(found.indices) != len(found.quantity.family)
        or found.primes
    ):
        return None
    sizes, turned = found.quantity.sizes, found.sup is not None and is_transpose(found.sup)
    if found.sup is not None and not turned:
        return None
    if len(sizes) == 1:
        return ("row" if turned else "column", sizes[0])
    return ("matrix", *(sizes[::-1] if turned else sizes)) if len(sizes) == 2 else None
