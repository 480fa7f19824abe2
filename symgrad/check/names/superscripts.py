r"""Superscripts that are part of a name: `f = \sigma(z^f)`, which no power can be, and words such as `h_{prev}`."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from ...tex.syntax import Node, Product, Relation, Row, Scripted, Symbol, Text
from .named import folded
from .names import is_letter, spelled
from .transposes import rewritten

LABELS = """
prev next new old out hid hidden tot total avg mean ref opt train test val true pred reg data init enc dec src tgt pos
neg err loss obs
"""
WORDS = frozenset(LABELS.split())


def with_labels(formulas: Iterable[tuple[Row, ...]]) -> list[tuple[Row, ...]]:
    """The formulas with such scripts as words."""
    rows = [rewritten(own, _worded) for own in formulas]
    statements = [row.statement for own in rows for row in own if isinstance(row.statement, Relation)]
    lefts = {s.sides[0].name for s in statements if is_letter(s.sides[0]) and s.relations[0] in ("=", ":=")}
    bases = {base for s in statements for base in _of_itself(s)}
    return [rewritten(own, _labelled(bases, lefts)) for own in rows] if bases else rows


def _of_itself(statement):
    """z of `f = σ(z^f)`: a name cannot be defined through a power with itself for an exponent."""
    left, right = statement.sides[:2]
    if not is_letter(left) or right is None or statement.relations[0] not in ("=", ":="):
        return
    for node in right.walk():
        if isinstance(node, Scripted) and isinstance(node.base, Symbol) and spelled(node.sup) == spelled(left):
            yield spelled(node.base)


def _labelled(bases, lefts):
    def work(node: Node) -> Node:
        if not isinstance(node, Scripted) or not is_letter(node.sup) or node.sup.name not in lefts:
            return node
        if not isinstance(node.base, Symbol) or spelled(node.base) not in bases:
            return node
        return folded(Scripted(node.at, node.end, node.base, node.sub, _word(node.sup, node.sup.name), node.primes))

    return work


def _worded(node: Node) -> Node:
    """`h_{prev}`, `w^{old}`: letters side by side that make a word."""
    if not isinstance(node, Scripted) or not isinstance(node.base, Symbol):
        return node
    sub, sup = (_word(s, w) if (w := _letters(s)) in WORDS else s for s in (node.sub, node.sup))
    same = sub is node.sub and sup is node.sup
    return node if same else folded(Scripted(node.at, node.end, node.base, sub, sup, node.primes))


def _word(node, name):
    return Text(node.at, node.end, name)


def _letters(script):
    """The letters of `prev`, close together."""
    parts = [f for op, f in script.factors if op == ""] if isinstance(script, Product) else []
    close = len(parts) > 2 and len(parts) == len(script.factors) and all(a.end == b.at for a, b in pairwise(parts))
    return "".join(p.name for p in parts if isinstance(p, Symbol)) if close and all(map(is_letter, parts)) else ""
