"""`q_1^2 + q_2^2 + … + q_n^2` is a sum: what changes between the terms around the dots is its index."""

from __future__ import annotations

from dataclasses import fields, replace
from itertools import count

from ...tex.syntax import Big, Dots, Node, Number, Product, Relation, Sum, Symbol

_letters = count()


def without_dots(node: Sum) -> Sum | Big | None:
    """The sum with its dots written as `Σ`; None where the terms do not tell."""
    places = [k for k, (_, term) in enumerate(node.terms) if isinstance(term, Dots)]
    if len(places) != 1 or not 0 < places[0] < len(node.terms) - 1:
        return None
    at = places[0]
    sign, last = node.terms[at + 1]
    begin = _first(node.terms[:at], last)
    if begin is None or node.terms[begin][0] != sign:
        return None
    total = gathered("sum", node.terms[begin][1], last)
    if total is None:
        return None
    terms = (*node.terms[:begin], (sign, total), *node.terms[at + 2 :])
    return total if len(terms) == 1 and sign == "+" else replace(node, terms=terms)


def product_without_dots(node: Product) -> Big | None:
    """`a_1 a_2 ⋯ a_n` as `Π`, where it is the whole product."""
    items = [item for _, item in node.factors]
    places = [k for k, item in enumerate(items) if isinstance(item, Dots)]
    if len(places) != 1 or places[0] != len(items) - 2:
        return None
    return gathered("prod", items[0], items[-1])


def _first(terms, last):
    """The term with which the dots begin: the first from the left that differs from the last in an index alone."""
    return next((k for k, (_, term) in enumerate(terms) if _ends(term, last) is not None), None)


def gathered(op: str, first: Node, last: Node) -> Big | None:
    """`Σ_{k=a}^{b}` from its first and last term."""
    ends = _ends(first, last)
    if ends is None:
        return None
    low, high = ends
    letter = Symbol(first.at, last.end, f"dots{next(_letters)}")
    body = _replaced(first, last, letter)
    return Big(first.at, last.end, op, Relation(first.at, first.end, (letter, low), ("=",)), high, body)


def _ends(a: Node, b: Node) -> tuple[Number, Node] | None:
    """Where two terms differ: a number in the first, the same expression in the last, wherever it is."""
    found: list[tuple[Node, Node]] = []
    if not _compare(a, b, found) or not found:
        return None
    low, high = found[0]
    alike = all(same(x, low) and same(y, high) for x, y in found)
    return (low, high) if alike and isinstance(low, Number) and not isinstance(high, Dots) else None


def _compare(a, b, found):
    """Whether two trees agree but for pairs that are put into `found`."""
    if isinstance(a, Number) and not (isinstance(b, Number) and a.value == b.value):
        found.append((a, b))
        return True
    if type(a) is not type(b):
        return False
    return all(_part(getattr(a, f.name), getattr(b, f.name), found) for f in fields(a) if f.name not in ("at", "end"))


def _part(x, y, found):
    if isinstance(x, Node) and isinstance(y, Node):
        return _compare(x, y, found)
    if isinstance(x, tuple) and isinstance(y, tuple):
        return len(x) == len(y) and all(_part(i, j, found) for i, j in zip(x, y, strict=True))
    return x == y


def same(a: Node, b: Node) -> bool:
    """Whether two formulas are written alike."""
    found: list = []
    return _compare(a, b, found) and not found


def _replaced(a, b, letter):
    """The term with the letter where the two differ."""
    if isinstance(a, Number) and not (isinstance(b, Number) and a.value == b.value):
        return letter
    return replace(
        a,
        **{
            f.name: _in_part(getattr(a, f.name), getattr(b, f.name), letter)
            for f in fields(a)
            if f.name not in ("at", "end")
        },
    )


def _in_part(x, y, letter):
    if isinstance(x, Node):
        return _replaced(x, y, letter)
    if isinstance(x, tuple):
        return tuple(_in_part(i, j, letter) for i, j in zip(x, y, strict=True))
    return x
