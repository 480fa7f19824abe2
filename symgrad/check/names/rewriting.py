"""Names of two signs: where `\\Delta w_i = …` defines one, every `Δ w` is that name; and arrays called `t_1`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, replace
from typing import Any

from ...tex.syntax import Named, Node, Number, Product, Relation, Row, Scripted, Symbol
from .names import base_of, spelled

PREFIXES = ("Delta", "delta")
Pair = tuple[str, str]


def joined_names(formulas: Iterable[tuple[Row, ...]]) -> list[tuple[Row, ...]]:
    """The rows with each such pair of signs as one symbol."""
    formulas = numbered_names(formulas)
    pairs = {pair for rows in formulas for row in rows for pair in _defined(row.statement)}
    alone = {name for rows in formulas for row in rows for name in _alone(row.statement)}
    pairs = {pair for pair in pairs if pair[0] not in alone}
    return [tuple(_mapped(row, pairs) for row in rows) if pairs else rows for rows in formulas]


def numbered_names(formulas: Iterable[tuple[Row, ...]]) -> list[tuple[Row, ...]]:
    """Entries `{t_1}_i` of what is called t₁: where t has no other indices, or where `t_1` is introduced as a name."""
    formulas = list(formulas)
    statements = [row.statement for rows in formulas for row in rows if row.statement is not None]
    nodes: list[Any] = [node for statement in statements for node in statement.walk()]
    twice = {spelled(n.base): spelled(n.base.base) for n in nodes if _is_numbered_entry(n)}
    if not twice:
        return formulas
    indexed = {spelled(n.base) for n in nodes if isinstance(n, Scripted) and not isinstance(n.sub, Number | None)}
    said = {spelled(_left_name(row.statement)) for rows in formulas for row in rows}
    names = {name for name, letter in twice.items() if letter not in indexed or name in said}
    return [_numbered(rows, names) for rows in formulas]


def _is_numbered_entry(node):
    inner: Any = node.base if isinstance(node, Scripted) and node.sub is not None else None
    plain = isinstance(inner, Scripted) and inner.sup is None and not inner.primes
    return plain and isinstance(inner.base, Symbol) and isinstance(inner.sub, Number)


def _left_name(statement):
    """`t_1` of `t_1 ∈ ℝⁿ` and of `{t_1}_i = …`."""
    if not isinstance(statement, Relation) or statement.relations[0] not in ("=", ":=", "∈"):
        return None
    left: Any = statement.sides[0]
    return left.base if _is_numbered_entry(left) else left


def _numbered(value: Any, names: set[str]) -> Any:
    if isinstance(value, tuple):
        return tuple(_numbered(part, names) for part in value)
    if not isinstance(value, Node):
        return value
    changed = {f.name: _numbered(getattr(value, f.name), names) for f in fields(value)}
    entry: Any = value
    if _is_numbered_entry(entry) and spelled(entry.base) in names:
        inner = entry.base
        changed["base"] = Named(
            inner.at,
            inner.end,
            f"{inner.base.name}_{spelled(inner.sub)}",
            inner.base.font,
            inner.base.accents,
            written=inner,
        )
    return replace(value, **changed)


def _lefts(statement):
    if isinstance(statement, Relation) and statement.relations[0] in ("=", ":="):
        yield statement.sides[0]


def _defined(statement):
    """Δ and w of `Δ w_i = …`."""
    for left in _lefts(statement):
        if isinstance(left, Product) and len(left.factors) == 2 and (pair := _pair(*left.factors)) is not None:
            yield pair


def _alone(statement):
    """A prefix that is a name of its own."""
    for left in _lefts(statement):
        base = base_of(left) if isinstance(left, Symbol | Scripted) else None
        if base is not None and base.name in PREFIXES:
            yield base.name


def _pair(first, second) -> Pair | None:
    head, base = first[1], base_of(second[1])
    if second[0] == "" and isinstance(head, Symbol) and head.name in PREFIXES and base is not None:
        return head.name, spelled(base)
    return None


def _mapped(value: Any, pairs: set[Pair]) -> Any:
    if isinstance(value, tuple):
        return tuple(_mapped(part, pairs) for part in value)
    if not isinstance(value, Node):
        return value
    if isinstance(value, Product):
        value = _joined(value, pairs)
    changed = {f.name: _mapped(getattr(value, f.name), pairs) for f in fields(value)}
    return replace(value, **changed)


def _joined(node: Product, pairs: set[Pair]) -> Node:
    out: list[tuple[str, Node]] = []
    for op, factor in node.factors:
        if out and _pair(out[-1], (op, factor)) in pairs:
            out[-1] = (out[-1][0], _one(out[-1][1], factor))
        else:
            out.append((op, factor))
    return out[0][1] if len(out) == 1 else replace(node, factors=tuple(out))


def _one(head: Node, node: Node) -> Node:
    """`Δ` and `w_i` as the symbol "Δw" with the index i."""
    if isinstance(node, Scripted):
        return replace(node, at=head.at, base=_one(head, node.base))
    assert isinstance(head, Symbol) and isinstance(node, Symbol)
    return replace(node, at=head.at, name=f"{head.name} {node.name}")
