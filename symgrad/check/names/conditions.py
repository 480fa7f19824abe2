"""Conditions in the brackets of an indicator: `𝟙[2 ∣ i, i < n]` asks that 2 divides i, and that i < n."""

from __future__ import annotations

from dataclasses import replace

from ...tex.syntax import Group, Node, Number, Product, Relation, Symbol, Tuple

INDICATORS = ("1", "I", "chi")
DIVIDES = "|"


def with_conditions(node: Product) -> Product:
    """The product with `a ∣ b` behind an indicator as a relation."""
    out, before = [], None
    for op, factor in node.factors:
        if op == "" and before is not None and is_sign(before) and isinstance(factor, Group):
            factor = _asked(factor)
        out.append((op, factor))
        before = factor
    same = all(a is b for (_, a), (_, b) in zip(out, node.factors, strict=True))
    return node if same else replace(node, factors=tuple(out))


def is_sign(node: Node) -> bool:
    """`𝟙`, `𝟏`, `I`, `1`: what stands before the brackets of an indicator."""
    if isinstance(node, Number):
        return node.value == 1
    return isinstance(node, Symbol) and node.name in INDICATORS and (node.font in ("bb", "bf") or node.name == "I")


def _asked(group: Group) -> Group:
    body = group.body
    if group.left not in ("[", "{") or not isinstance(body, Tuple) or DIVIDES not in body.separators:
        return group
    items, separators = list(body.items[:1]), []
    for separator, item in zip(body.separators, body.items[1:], strict=True):
        if separator == DIVIDES and not isinstance(items[-1], Relation):
            items[-1] = Relation(items[-1].at, item.end, (items[-1], item), (DIVIDES,))
        else:
            items.append(item)
            separators.append(separator)
    one = items[0] if len(items) == 1 else replace(body, items=tuple(items), separators=tuple(separators))
    return replace(group, body=one)


def is_conditions(body: Node | None) -> bool:
    """Whether brackets hold a condition, or several."""
    return isinstance(body, Relation) or (
        isinstance(body, Tuple) and all(isinstance(item, Relation) for item in body.items)
    )


def pair_of_tuples(a: Node, b: Node) -> tuple[tuple[Node, ...], tuple[Node, ...]] | None:
    """The entries of `(i, j)` and `(k, l)`."""
    inside = [side.body if isinstance(side, Group) and side.left == "(" else None for side in (a, b)]
    first, second = inside
    if isinstance(first, Tuple) and isinstance(second, Tuple) and len(first.items) == len(second.items):
        return first.items, second.items
    return None
