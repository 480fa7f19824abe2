"""An italic d that is the d of a differential, though d is a size as well: `dL = tr(Rᵀ dD)` has one in each term."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise
from typing import TypeGuard

from ...tex.syntax import Frac, Group, Node, Number, Product, Relation, Row, Scripted, Sum, Symbol
from .transposes import rewritten


def with_upright_d(formulas: Iterable[tuple[Row, ...]]) -> list[tuple[Row, ...]]:
    """The formulas with that d upright; as a number it would be a factor of all terms, and nobody writes it."""
    return [tuple(_row(row) for row in rows) for rows in formulas]


def _row(row: Row) -> Row:
    statement = row.statement
    if not isinstance(statement, Relation) or set(statement.relations) != {"="}:
        return row
    sides = [s for s in statement.sides if s is not None]
    if len(sides) < 2 and statement.sides[0] is not None:
        return row
    everywhere = all(_moves(term) for side in sides if not _is_zero(side) for term in _terms(side))
    return replace(row, statement=rewritten(statement, _upright)) if everywhere else row


def _terms(side):
    return [term for _, term in side.terms] if isinstance(side, Sum) else [side]


def _is_zero(side):
    return isinstance(side, Number) and side.value == 0


def _moves(term: Node) -> bool:
    """Whether a d stands before a name in it."""
    products = (n for n in _not_below(term) if isinstance(n, Product))
    return any(_is_d(a) and op == "" and _is_moved(b) for p in products for (_, a), (op, b) in pairwise(p.factors))


def _not_below(node: Node) -> Iterator[Node]:
    """The parts of a formula, but what stands below a line: `1 / (d σ)` is no differential."""
    yield node
    for child in [node.above] if isinstance(node, Frac) else node.children():
        if child is not None:
            yield from _not_below(child)


def _is_d(node: Node | None) -> TypeGuard[Symbol]:
    return isinstance(node, Symbol) and node.name == "d" and node.font in ("", "it", "rm") and not node.accents


def _is_moved(node):
    return isinstance(node, Symbol | Scripted | Group)


def _upright(node: Node) -> Node:
    """`d X` with an upright d."""
    if not isinstance(node, Product):
        return node
    behind = [*node.factors[1:], ("", None)]
    pairs = zip(node.factors, behind, strict=True)
    new = [
        (op, replace(f, font="rm") if _is_d(f) and after[0] == "" and _is_moved(after[1]) else f)
        for (op, f), after in pairs
    ]
    return replace(node, factors=tuple(new))
