"""Arrays that a sign between two names tells: A and B of `⟨A, B⟩` have one shape, factors of `A ⊗ B` are matrices."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

from ...tex.syntax import Group, Node, Product, Row, Symbol, Tuple
from .names import spelled
from .table import Table

Sizes = tuple[Node, ...]


def arrays_by_sign(table: Table, formulas: Iterable[tuple[Row, ...]]) -> Iterator[tuple[Symbol, Sizes]]:
    """The names of which nothing is said, with their sizes."""
    nodes = [n for rows in formulas for row in rows if row.statement is not None for n in row.statement.walk()]
    yield from {spelled(name): (name, sizes) for n in nodes for name, sizes in _in_angles(table, n)}.values()
    yield from _factors(table, [n for n in nodes if isinstance(n, Product)])


def _in_angles(table, node):
    """B of `⟨A, B⟩` beside a declared A, and the other way round."""
    if not (
        isinstance(node, Group) and node.left == "⟨" and isinstance(node.body, Tuple) and len(node.body.items) == 2
    ):
        return
    for known, other in itertools.permutations(node.body.items):
        found = table.find(known) if isinstance(known, Symbol) else None
        if found is not None and found.quantity.sizes and not found.quantity.family and _is_new(table, other):
            yield other, found.quantity.sizes


def _is_new(table, node):
    return isinstance(node, Symbol) and len(node.name) == 1 and node.name.isalpha() and table.find(node) is None


def _factors(table, products):
    """Capital factors of `⊗`; in `C E` of two of them the inner sizes are one."""
    found: dict[str, Symbol] = {}
    for product in products:
        for (_, a), (op, b) in itertools.pairwise(product.factors):
            if op == "otimes":
                found |= {n.name: n for n in (a, b) if _is_new(table, n) and n.name.isupper() and not n.font}
    sizes = {(name, k): f"#{name}.{k}" for name in found for k in (0, 1)}
    for product in products:
        for (_, a), (op, b) in itertools.pairwise(product.factors):
            if op == "" and all(isinstance(n, Symbol) and n.name in found for n in (a, b)):
                old, new = sizes[b.name, 0], sizes[a.name, 1]
                sizes = {axis: new if size == old else size for axis, size in sizes.items()}
    for name, node in found.items():
        yield node, tuple(Symbol(node.at, node.end, sizes[name, k]) for k in (0, 1))
