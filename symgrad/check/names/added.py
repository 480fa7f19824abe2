"""Vectors that only sums tell: in `x_n − μ` with members x_n ∈ ℝᵈ, and in `W x + b`, μ and b are vectors."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import pairwise

from ...tex.syntax import Group, Node, Number, Product, Row, Scripted, Sum, Symbol
from .multiplied import shape_of_name
from .names import is_transpose, items, spelled
from .table import Table
from .transposes import rewritten

Shape = tuple  # ("matrix", m, n), ("column", n), ("row", n), ("number",)
TURNED = {"column": "row", "row": "column", "number": "number"}


def vectors_in_sums(
    table: Table, formulas: Iterable[tuple[Row, ...]], unknown: set[str]
) -> dict[str, tuple[Node, ...]]:
    """The sizes of undeclared names that are added to what is declared; none where it is a number in one place."""
    out: dict[str, tuple[Node, ...]] = {}
    wrong: set[str] = set()
    for key, shape in shapes_in_sums(table, formulas, unknown):
        size = tuple(shape[1:]) if shape[0] == "column" else ()
        if len(size) != 1 or spelled(out.setdefault(key, size)[0]) != spelled(size[0]):
            wrong.add(key)
    return {key: size for key, size in out.items() if key not in wrong}


def shapes_in_sums(
    table: Table, formulas: Iterable[tuple[Row, ...]], names: Collection[str]
) -> Iterator[tuple[str, Shape]]:
    """(name, shape) of the terms that are one of these names, by the other terms or by a matrix before the sum."""
    statements = (row.statement for rows in formulas for row in rows if row.statement is not None)
    for node in (n for statement in statements for n in statement.walk()):
        if isinstance(node, Sum):
            yield from _told(table, node, names)
        elif isinstance(node, Product):
            for (_, a), (op, b) in pairwise(node.factors):
                if op != "" or not isinstance(b, Group) or not isinstance(b.body, Sum):
                    continue
                shape = _shape(table, a)
                if shape is not None and shape[0] == "matrix":
                    yield from ((spelled(t), ("column", shape[2])) for _, t in b.body.terms if spelled(t) in names)


def _told(table, node: Sum, unknown) -> Iterator[tuple[str, Shape]]:
    """(name, shape) of the terms that are unknown names, by a term whose shape is known."""
    others = (term for _, term in node.terms if spelled(term) not in unknown)
    shapes = [shape for term in others if (shape := _shape(table, term)) is not None]
    for _, term in node.terms:
        if isinstance(term, Symbol) and spelled(term) in unknown and shapes:
            yield spelled(term), shapes[0]


def _shape(table, node) -> Shape | None:
    """The shape of a formula of declared names; None where a part of it is not known."""
    match node:
        case Number():
            return ("number",)
        case Group(left="(" | "[" | "", body=body) if body is not None:
            return _shape(table, body)
        case Scripted(base=Group(), sub=None, sup=sup) if is_transpose(sup):
            inner = _shape(table, node.base)
            return _turned(inner) if inner is not None else None
        case Sum(terms=terms):
            return next((s for _, t in terms if (s := _shape(table, t)) is not None), None)
        case Product(factors=factors) if all(op in ("", "cdot") for op, _ in factors):
            return _product([_shape(table, factor) for _, factor in factors])
    found = table.find(node) if isinstance(node, Symbol | Scripted) else None
    if isinstance(node, Scripted) and (found is None or found.quantity.definitions):
        return _member(table, node)
    if found is None or found.quantity.is_function or found.quantity.definitions:
        return None
    if found.quantity.sizes == () or _is_entry(found):
        return ("number",)
    return shape_of_name(table, node)


def _member(table, node):
    """`a^{(L)}` of members whose sizes a product tells."""
    written = items(node.sub if node.sub is not None else node.sup) if not (node.sub and node.sup) else ()
    letter, sizes = table.member_axes.get(spelled(node.base), (None, ()))
    if letter is None or len(written) != 1 or len(sizes) != 1 or is_transpose(node.sup):
        return None
    name = spelled(letter)
    return ("column", rewritten(sizes[0], lambda n: written[0] if isinstance(n, Symbol) and spelled(n) == name else n))


def _is_entry(found):
    q = found.quantity
    return q.sizes is not None and found.sup is None and len(found.indices) == len(q.family) + len(q.sizes)


def _turned(shape):
    return ("matrix", *shape[:0:-1]) if shape[0] == "matrix" else (TURNED[shape[0]], *shape[1:])


def _product(shapes):
    total: Shape | None = ("number",)
    for shape in shapes:
        total = None if total is None or shape is None else _times(total, shape)
    return total


def _times(a, b):
    """Of `A x`, `xᵀ y`, `x yᵀ`, `2 x`."""
    if "number" in (a[0], b[0]):
        return b if a[0] == "number" else a
    rows, columns = a[0] in ("matrix", "column"), b[0] in ("matrix", "row")
    if (a[0] == "column") != (b[0] == "row"):
        return None
    if rows and columns:
        return ("matrix", a[1], b[-1])
    return ("column", a[1]) if rows else ("row", b[-1]) if columns else ("number",)
