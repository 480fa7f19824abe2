r"""What is differentiated by a value of a function: in `∂L/∂softmax(z)_i`, `softmax(z)` is a quantity with entries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields, replace
from typing import Any, TypeGuard

from ...tex.syntax import Frac, Group, Named, Node, Product, Relation, Row, Scripted, Symbol
from .names import base_of, spelled


def as_quantities(formulas: Iterable[tuple[Row, ...]], functions: frozenset[str]) -> list[tuple[Row, ...]]:
    """The rows with each such application as one name.

    So is `mse(a, b)_i` where that is defined and mse is none of the known `functions`.
    """
    formulas = list(formulas)
    names = {name for rows in formulas for row in rows for name in _named(row.statement, functions)}
    return [_mapped(rows, names) for rows in formulas] if names else formulas


def applied(formulas: Iterable[tuple[Row, ...]]) -> dict[str, tuple[Named, str, Product]]:
    """The names that are applications, with the function of each and how it was written."""
    out = {}
    for node in (n for rows in formulas for row in rows if row.statement is not None for n in row.statement.walk()):
        if isinstance(node, Named) and isinstance(node.written, Product):
            head = node.written.factors[0][1]
            if isinstance(head, Symbol) and node.name.startswith(f"{head.name}("):
                out[node.name] = (node, head.name, node.written)
    return out


def _named(statement, functions) -> Iterator[str]:
    if statement is None:
        return
    for node in statement.walk():
        if isinstance(node, Frac) and isinstance(node.below, Product) and _is_partial(node.below.factors[0][1]):
            yield from (name for name, _ in _applications(node.below))
    if isinstance(statement, Relation) and statement.relations[0] in ("=", ":="):
        left: Any = statement.sides[0]
        for name, end in _applications(left) if isinstance(left, Product) else ():
            if isinstance(end, Scripted) and left.factors[0][1].name not in functions:
                yield name


def _is_partial(node):
    base = base_of(node)
    return base is not None and base.name in ("partial", "d")


def _is_head(node: Node) -> TypeGuard[Symbol]:
    return isinstance(node, Symbol) and not isinstance(node, Named) and node.font == "rm" and len(node.name) > 1


def _applications(node: Product) -> Iterator[tuple[str, Node]]:
    """The names of the applications among the factors, and the brackets of each with what is attached to them."""
    for (_, head), (op, end) in zip(node.factors, node.factors[1:], strict=False):
        group = end.base if isinstance(end, Scripted) else end
        if op == "" and _is_head(head) and isinstance(group, Group) and group.left == "(":
            yield f"{head.name}{spelled(group)}", end


def _mapped(value: Any, names: set[str]) -> Any:
    if isinstance(value, tuple):
        return tuple(_mapped(part, names) for part in value)
    if not isinstance(value, Node):
        return value
    if isinstance(value, Product):
        value = _joined(value, names)
    if isinstance(value, Named):
        return value
    return replace(value, **{f.name: _mapped(getattr(value, f.name), names) for f in fields(value)})


def _joined(node: Product, names: set[str]) -> Node:
    out: list[tuple[str, Node]] = []
    for op, factor in node.factors:
        if out and op == "" and _is_head(head := out[-1][1]) and _key(head, factor) in names:
            out[-1] = (out[-1][0], _one(head, factor))
        else:
            out.append((op, factor))
    if len(out) == len(node.factors):
        return node
    return out[0][1] if len(out) == 1 else replace(node, factors=tuple(out))


def _key(head, factor):
    group = factor.base if isinstance(factor, Scripted) else factor
    return f"{head.name}{spelled(group)}" if isinstance(group, Group) and group.left == "(" else ""


def _one(head, factor):
    group = factor.base if isinstance(factor, Scripted) else factor
    both = Product(head.at, group.end, (("", head), ("", group)))
    name = Named(head.at, group.end, _key(head, factor), "rm", written=both)
    return replace(factor, at=head.at, base=name) if isinstance(factor, Scripted) else name
