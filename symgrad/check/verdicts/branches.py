"""The branch of a maximum or of cases that a sentence in words picks: "if it is positive, then $L = a - b + m$"."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from ...tex.syntax import Cases, Group, Node, Number, Product, Relation, Sum, Symbol, Tuple
from ..names.table import Quantity, Table


def branches(table: Table, node: Node) -> Iterator[tuple[Relation, ...]]:
    """What holds on each branch of the first maximum, minimum or cases in what a name is defined to be."""
    for quantity in _made_of(table, node):
        for definition in quantity.definitions:
            for part in definition.body.walk():
                found = tuple(_branches(part))
                if found:
                    yield from found
                    return


def _made_of(table: Table, node: Node) -> list[Quantity]:
    """The names of a formula, then those that they are computed from."""
    own = table.mentioned(node)
    inner = [table.quantities[key] for q in own for key in sorted(table.depends(q)) if key in table.quantities]
    return list({q.key: q for q in (*own, *inner)}.values())


def _branches(part: Node) -> Iterator[tuple[Relation, ...]]:
    if isinstance(part, Cases):
        for _, asked in part.branches:
            if isinstance(asked, Relation):
                yield (asked,)
    if not isinstance(part, Product):
        return
    for (_, head), (_, group) in zip(part.factors, part.factors[1:], strict=False):
        values = group.body.items if isinstance(group, Group) and isinstance(group.body, Tuple) else ()
        if isinstance(head, Symbol) and head.name in ("max", "min") and len(values) > 1:
            sign = ">" if head.name == "max" else "<"
            for one in values:
                yield tuple(_beyond(one, other, sign) for other in values if other is not one)


def _beyond(one: Node, other: Node, sign: str) -> Relation:
    """`a > b`; `a − b > 0` where neither is a plain number, so that it is no condition on indices."""
    if isinstance(other, Number):
        return Relation(one.at, one.end, (one, other), (sign,))
    difference = Sum(one.at, one.end, (("+", one), ("-", Group(other.at, other.end, "(", ")", other))))
    return Relation(one.at, one.end, (difference, Number(one.at, one.at, Fraction(0))), (sign,))
