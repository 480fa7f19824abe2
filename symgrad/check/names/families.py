"""Families beside a vector of the same name: `p_iᵀ S p_j` for directions p_1, …, p_m like the direction p."""

from __future__ import annotations

from ...tex.syntax import Scripted
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


def _turned(node):
    return isinstance(node, Scripted) and is_transpose(node.sup)
