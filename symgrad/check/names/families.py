"""Families beside a vector of the same name: `p_iᵀ S p_j` for directions p_1, …, p_m like the direction p."""

from __future__ import annotations

from ...tex.syntax import Scripted, Symbol
from .names import is_letter, is_transpose, spelled
from .table import Quantity, Table
from .uses import Uses


def families_beside(table: Table, uses: Uses) -> None:
    """A family for each declared vector whose indexed name is transposed: an entry would be a number."""
    for key, found in uses.names.items():
        q = table.get(key)
        if (
            q is None
            or len(q.sizes or ()) != 1
            or q.family
            or q.definitions
            or q.member_of
            or f"{q.key}[]" in uses.names
        ):
            continue
        turned = [u.below[0] for u in found if len(u.below) == 1 and is_letter(u.below[0]) and _turned(u.node)]
        free = [i for i in turned if spelled(i) not in table.sizes]
        if free and f"{q.key}[]" not in table.quantities:
            table.add(Quantity(f"{q.key}[]", q.symbol, sizes=q.sizes, family=(free[0],), implied=True))


def beside_bold(table: Table, uses: Uses) -> None:
    """A plain z without an index beside members of a bold z: no member of these, and a name of its own."""
    for key, found in uses.names.items():
        bold = table.quantities.get(f"bf:{key}") if len(key) == 1 else None
        if bold is None or not bold.family or key in table.quantities:
            continue
        if any(not u.below and not u.above for u in found):
            table.add(Quantity(key, found[0].node if isinstance(found[0].node, Symbol) else None))


def _turned(node):
    return isinstance(node, Scripted) and is_transpose(node.sup)
