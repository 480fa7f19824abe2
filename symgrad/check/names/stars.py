"""`x^*y` written for x times y: a star that never ends a factor is a sign of multiplication."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, replace
from typing import Any

from ...tex.syntax import Node, Number, Product, Row, Scripted, Symbol
from .named import Named


def without_stars(formulas: Iterable[tuple[Row, ...]]) -> list[tuple[Row, ...]]:
    """The formulas with `x^*y` as `x y`, where every name with a star stands before a factor."""
    rows = list(formulas)
    starred = followed = 0
    for node in (n for own in rows for row in own if row.statement is not None for n in row.statement.walk()):
        starred += _bare(node) is not None
        followed += len(_before_factors(node))
    if not 0 < starred == followed:
        return rows
    return [tuple(replace(row, statement=_rewritten(row.statement)) for row in own) for own in rows]


def _bare(node: Node) -> Node | None:
    """The name under the star."""
    if isinstance(node, Named) and isinstance(node.written, Scripted) and node.name.endswith("^*"):
        return node.written.base if node.written.sub is None else None
    if isinstance(node, Scripted) and isinstance(node.sup, Symbol) and node.sup.name == "*":
        return node.base if isinstance(node.base, Number) else None
    return None


def _before_factors(node: Node) -> list[int]:
    """Which factors of a product have a star and stand before another."""
    if not isinstance(node, Product):
        return []
    pairs = zip(node.factors, node.factors[1:], strict=False)
    return [k for k, ((_, a), (op, _)) in enumerate(pairs) if op == "" and _bare(a) is not None]


def _rewritten(part: Any) -> Any:
    if isinstance(part, tuple):
        return tuple(_rewritten(p) for p in part)
    if not isinstance(part, Node) or isinstance(part, Named):
        return part
    return _plain(replace(part, **{f.name: _rewritten(getattr(part, f.name)) for f in fields(part)}))


def _plain(node: Node) -> Node:
    places = _before_factors(node)
    if not places:
        return node
    assert isinstance(node, Product)
    factors = list(node.factors)
    for k in places:
        bare = _bare(factors[k][1])
        assert bare is not None
        factors[k] = (factors[k][0], bare)
    return replace(node, factors=tuple(factors))
