"""How long the members of a family are, where a product tells: `W^{(l)} a^{(l-1)}` with W^{(l)} of n_l × n_{l-1}."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from itertools import pairwise

from ...tex.syntax import Node, Number, Product, Row, Scripted, Sum, Symbol
from .names import base_of, is_letter, is_transpose, items, moved, spelled
from .table import Found, Table
from .transposes import rewritten

Place = tuple[Symbol, int]


def member_axes(table: Table, formulas: Iterable[tuple[Row, ...]]) -> None:
    """Notes the size of each member for names whose sizes are not declared: the first of a recursion is an input."""
    for node in (n for rows in formulas for row in rows if row.statement is not None for n in row.statement.walk()):
        for (_, a), (op, b) in pairwise(node.factors) if isinstance(node, Product) else ():
            matrix = table.find(a) if op == "" and isinstance(a, Symbol | Scripted) else None
            key, at = _member(table, b)
            if matrix is None or at is None or key in table.member_axes or matrix.sup is not None:
                continue
            size = _columns(matrix, at)
            if size is not None:
                table.member_axes[key] = (at[0], (size,))


def _member(table, node) -> tuple[str, Place | None]:
    """a and (l, −1) of `a^{(l-1)}`."""
    if not isinstance(node, Scripted) or not isinstance(node.base, Symbol) or (node.sub and node.sup) or node.primes:
        return "", None
    written = items(node.sub if node.sub is not None else node.sup)
    known = table.get(spelled(node.base))
    if len(written) != 1 or is_transpose(node.sup) or (known is not None and known.sizes is not None):
        return "", None
    return spelled(node.base), _place(written[0])


def _place(index) -> Place | None:
    found = (index, 0) if is_letter(index) else moved(index)
    if found is None:
        return None
    letter, by = found
    return (letter, by) if is_letter(letter) else None


def _columns(matrix: Found, at: Place) -> Node | None:
    """The columns of the matrix, told for the member of the other that stands beside it."""
    q = matrix.quantity
    if len(q.sizes or ()) != 2 or len(q.family) != 1 or len(matrix.indices) != 1 or base_of(q.family[0]) is None:
        return None
    own = _place(matrix.indices[0])
    if own is None or spelled(own[0]) != spelled(at[0]):
        return None
    assert q.sizes is not None
    by = own[1] - at[1]
    letter, family = at[0], spelled(q.family[0])
    number = Number(letter.at, letter.end, Fraction(abs(by)))
    there = Sum(letter.at, letter.end, (("+", letter), ("+" if by > 0 else "-", number))) if by else letter
    return rewritten(q.sizes[1], lambda n: there if isinstance(n, Symbol) and spelled(n) == family else n)
