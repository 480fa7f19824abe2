"""What stays fixed under a ∂: in `∂L/∂x = ∂L/∂y ∂y/∂x + ∂L/∂s ∂s/∂x` with `y = x s`, the factor ∂y/∂x holds s.

That is one of two readings of a ∂, and the other, through everything that depends on x, is tried first. What a document
works out, on the left of its equations, is always meant through everything.
"""

from __future__ import annotations

from collections.abc import Iterable

from ...tex.syntax import Frac, Node, Product, Relation, Row, Scripted, Symbol
from ..names.names import base_of, spelled
from ..names.table import Found, Table


def worked_out(formulas: Iterable[tuple[Row, ...]]) -> frozenset[str]:
    """The names whose derivatives stand on the left of equations: L of `∂L/∂x = …`."""
    lefts = (row.statement.sides[0] for rows in formulas for row in rows if isinstance(row.statement, Relation))
    return frozenset(name for left in lefts if (name := _differentiated(left)))


def _differentiated(left: Node | None) -> str:
    above = left.above if isinstance(left, Frac) else None
    if isinstance(above, Product) and len(above.factors) == 2 and base_of(above.factors[1][1]) is not None:
        return spelled(base_of(above.factors[1][1]))
    return ""


def held(table: Table, of: Node, by: Found, sign: Node | None) -> frozenset[str]:
    """The names that a ∂ of a formula, or of what is defined by one, by something written in it leaves as they are."""
    if table.totals is None or (sign is not None and getattr(base_of(sign), "name", "") != "partial"):
        return frozenset()
    found = table.find(of) if isinstance(of, Symbol | Scripted) else None
    bodies: list[Node] = [of]
    if found is not None:
        bodies = [] if found.quantity.key in table.totals else [d.body for d in found.quantity.definitions]
    written = {q.key: q for body in bodies for q in table.mentioned(body)}
    own = by.quantity.key
    if own not in written:
        return frozenset()
    return frozenset(k for k, q in written.items() if k != own and q.definitions and own in table.depends(q))


def branches(table: Table) -> bool:
    """Whether something is defined through a name twice: by itself, and by what is made of it."""
    for q in table.quantities.values():
        written = {u.key: u for d in q.definitions for u in table.mentioned(d.body) if u is not q}
        for key in written:
            if any(k != key and u.definitions and key in table.depends(u) for k, u in written.items()):
                return True
    return False
