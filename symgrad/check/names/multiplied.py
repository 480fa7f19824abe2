"""Vectors and matrices that only products tell: w of `xᵀ w` and `A w`, W_Q of `Q = X W_Q`."""

from __future__ import annotations

from collections.abc import Iterable

from ...tex.syntax import Node, Product, Relation, Row, Scripted, Symbol
from .names import base_of, is_transpose, spelled
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


def matrices_by_use(table: Table, formulas: Iterable[tuple[Row, ...]]) -> list[tuple[Node, Sizes]]:
    """Matrices of which nothing is said but `Q = X W`, where Q and X are known: their names and sizes."""
    out: dict[str, tuple[Node, Sizes]] = {}
    wrong: set[str] = set()
    for row in (row for rows in formulas for row in rows):
        for node, sizes in _factor(table, row.statement):
            key = spelled(node)
            if key in out and list(map(spelled, out[key][1])) != list(map(spelled, sizes)):
                wrong.add(key)
            out.setdefault(key, (node, sizes))
    return [found for key, found in out.items() if key not in wrong]


def _factor(table, statement):
    """The one factor of `A = B C` that is not known."""
    if not isinstance(statement, Relation) or len(statement.sides) != 2 or statement.relations[0] not in ("=", ":="):
        return
    left, right = statement.sides
    if left is None or not isinstance(right, Product) or len(right.factors) != 2:
        return
    (_, b), (op, c) = right.factors
    whole = shape_of_name(table, left)
    if whole is None or whole[0] != "matrix" or op not in ("", "cdot"):
        return
    first, second = shape_of_name(table, b), shape_of_name(table, c)
    if second is None and first is not None and first[0] == "matrix" and _is_new(table, c):
        yield c, (first[2], whole[2])
    if first is None and second is not None and second[0] == "matrix" and _is_new(table, b):
        yield b, (whole[1], second[1])


def _is_new(table, node):
    base = base_of(node)
    named = base is not None and base.name.isupper() and (isinstance(node, Symbol) or node.sup is None)
    return named and table.find(node) is None
