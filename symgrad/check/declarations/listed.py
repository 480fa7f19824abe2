"""Arrays that a formula names by their parts: `A = (a_{ij})`, `U = [u_1, …, u_V]`, rows `x_iᵀ` under one another."""

from __future__ import annotations

from typing import NamedTuple

from ...tex.syntax import Dots, Group, Matrix, Node, Number, Product, Relation, Scripted, Symbol, Tuple
from ..names.names import is_letter, is_transpose, items


class Listed(NamedTuple):
    """An array, a name for its parts, what they are ("entry", "column", "row"), and the space where it is told."""

    name: Symbol
    member: Scripted
    words: str
    space: Node | None


def entries_of(node: Relation) -> Listed | None:
    """What `A = (a_{ij}) \\in \\mathbb{R}^{n \\times n}` and its like say, where they say no more than that."""
    if node.relations not in (("=",), (":=",), ("=", "∈"), (":=", "∈")):
        return None
    name, listed = node.sides[:2]
    space = node.sides[2] if len(node.sides) > 2 else None
    if isinstance(listed, Scripted) and isinstance(listed.base, Group):
        listed = listed.base
    if not isinstance(name, Symbol) or listed is None:
        return None
    found = _entry(listed) or (_parts(listed) if space is not None else None)
    return Listed(name, *found, space) if found is not None else None


def _entry(listed: Node) -> tuple[Scripted, str] | None:
    """`(a_{ij})`."""
    entry = listed.body if isinstance(listed, Group) and listed.left in ("(", "[") else None
    if not isinstance(entry, Scripted) or entry.sup is not None or not isinstance(entry.base, Symbol):
        return None
    own = items(entry.sub)
    return (entry, "entry") if len(own) in (1, 2) and all(map(is_letter, own)) else None


def _parts(listed: Node) -> tuple[Scripted, str] | None:
    """`[u_1, …, u_V]`, with commas or without; `x_1ᵀ, …, x_nᵀ` under one another."""
    rows: tuple[tuple[Node, ...], ...] = ()
    match listed:
        case Group(left="(" | "[", body=Tuple(items=parts)):
            rows = (parts,)
        case Group(left="(" | "[", body=Product(factors=factors)):
            rows = (tuple(part for _, part in factors),)
        case Matrix():
            rows = listed.rows
    across = len(rows) == 1
    parts = rows[0] if across else tuple(row[0] for row in rows if len(row) == 1)
    members = [part for part in parts if isinstance(part, Scripted)]
    dots = sum(isinstance(part, Dots) for part in parts)
    if dots != 1 or len(members) + 1 != len(parts) or (not across and len(parts) != len(rows)):
        return None
    turned = {is_transpose(part.sup) if part.sup is not None else False for part in members}
    first = members[0]
    if turned != {not across} or not isinstance(first.base, Symbol) or not isinstance(first.sub, Number):
        return None
    return Scripted(first.at, first.end, first.base, first.sub), "column" if across else "row"
