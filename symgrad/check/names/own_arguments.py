"""Values with their argument written: of `J(x) ∈ ℝᵐˣⁿ` whose entries are `J_{ij} = ∂r_i/∂x_j`, J(x) is J."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from ...tex.syntax import Group, Node, Product, Relation, Row, Scripted, Symbol
from .names import items, spelled
from .transposes import rewritten


def without_own_arguments(formulas: list[tuple[Row, ...]]) -> list[tuple[Row, ...]]:
    """The rows of all formulas, in which such names are written without that argument."""
    nodes = [n for rows in formulas for row in rows if row.statement is not None for n in row.statement.walk()]
    pairs = [pair for n in nodes if isinstance(n, Relation) and (pair := _declared(n)) is not None]
    lefts = (n.sides[0] for n in nodes if isinstance(n, Relation))
    entries = {spelled(left.base) for left in lefts if isinstance(left, Scripted) and _entry(left)}
    chosen = {spelled(head): spelled(group) for head, group in pairs if spelled(head) in entries}
    return (
        [tuple(rewritten(row, lambda n: _bare(n, chosen)) for row in rows) for rows in formulas] if chosen else formulas
    )


def _declared(relation: Relation) -> tuple[Symbol, Group] | None:
    """`J(x) ∈ …`."""
    left = relation.sides[0]
    if relation.relations != ("∈",) or not isinstance(left, Product) or len(left.factors) != 2:
        return None
    return next(iter(_applications(left)), None)


def _entry(node: Node | None) -> bool:
    """`J_{ij}`."""
    if not isinstance(node, Scripted) or node.sup is not None or not isinstance(node.base, Symbol):
        return False
    return len(items(node.sub)) in (1, 2)


def _applications(node: Node) -> list[tuple[Symbol, Group]]:
    factors = node.factors if isinstance(node, Product) else ()
    pairs = pairwise(factors)
    found = ((a, b.base if isinstance(b, Scripted) else b) for (_, a), (op, b) in pairs if op == "")
    return [(a, b) for a, b in found if isinstance(a, Symbol) and isinstance(b, Group) and b.left == "("]


def _bare(node: Node, chosen: dict[str, str]) -> Node:
    if not isinstance(node, Product):
        return node
    out: list[tuple[str, Node]] = []
    for op, factor in node.factors:
        head = out[-1][1] if out else None
        group = factor.base if isinstance(factor, Scripted) else factor
        applied = op == "" and isinstance(head, Symbol) and isinstance(group, Group) and group.left == "("
        if applied and head is not None and chosen.get(spelled(head)) == spelled(group):
            own = replace(factor, at=head.at, base=head) if isinstance(factor, Scripted) else head
            out[-1] = (out[-1][0], own)
        else:
            out.append((op, factor))
    if len(out) == len(node.factors):
        return node
    return out[0][1] if len(out) == 1 else replace(node, factors=tuple(out))
