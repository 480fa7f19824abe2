"""The summation convention: an index that stands twice in a product, and not on the left, is summed over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from ...tex.syntax import (
    Accent,
    Big,
    Factorial,
    Frac,
    Group,
    Node,
    Number,
    Product,
    Relation,
    Root,
    Row,
    Scripted,
    Stacked,
    Sum,
    Symbol,
    Tuple,
)
from .letters import binds
from .names import is_letter, items, letters, spelled

Counted = tuple[Node, Counter]


def with_repeated_sums(formulas: Iterable[tuple[Row, ...]]) -> list[tuple[Row, ...]]:
    """The formulas with their implied sums written; a letter that stands once on the left is free."""
    out, free = [], frozenset[str]()
    for rows in formulas:
        new = []
        for row in rows:
            if isinstance(row.statement, Relation) and not _excepted(row):
                statement, free = _relation(row.statement, free)
                row = replace(row, statement=statement)
            new.append(row)
        out.append(tuple(new))
    return out


def _excepted(row):
    """`(no sum over i)`."""
    return any("no sum" in str(getattr(n, "text", "")).lower() for remark in row.remarks for n in remark.walk())


def _relation(node, before):
    """A row that begins with a relation goes on from the row before, with the same free indices."""
    sides = list(node.sides)
    free = before
    if sides[0] is not None:
        sides[0], count = _summed(sides[0], frozenset())
        free = frozenset(count)
    sides[1:] = [s and _summed(s, free)[0] for s in sides[1:]]
    return replace(node, sides=tuple(sides)), free


def _summed(node: Node, free: frozenset[str]) -> Counted:
    """A formula with its sums, and how often each letter stands in it unsummed."""
    work = KINDS.get(type(node))
    return work(node, free) if work is not None else (node, Counter())


def _over_repeated(node: Node, count: Counter, free: frozenset[str]) -> Counted:
    """`Σ_i Σ_j node` for the letters that stand twice."""
    for letter in sorted(name for name, times in count.items() if times > 1 and name not in free):
        node = Big(node.at, node.end, "sum", Symbol(node.at, node.at, letter), None, node)
        del count[letter]
    return node, count


def _product(node, free):
    found = [(op, *_summed(factor, free)) for op, factor in node.factors]
    count = sum((c for _, _, c in found), Counter())
    return _over_repeated(replace(node, factors=tuple((op, f) for op, f, _ in found)), count, free)


def _sum(node, free):
    found = [(sign, *_summed(term, free)) for sign, term in node.terms]
    return replace(node, terms=tuple((sign, t) for sign, t, _ in found)), _either(c for _, _, c in found)


def _either(counts):
    """The letters of terms, which all have the same free ones."""
    return Counter(dict.fromkeys((name for count in counts for name in count), 1))


def _frac(node, free):
    parts = [(None, Counter()) if p is None else _parts(p, free) for p in (node.above, node.below)]
    (above, one), (below, other) = parts
    return _over_repeated(replace(node, above=above, below=below), one + other, free)


def _parts(node, free):
    """One part of a fraction; its products are summed with the whole: `∂²f / ∂x_i ∂x_i`."""
    if not isinstance(node, Product):
        return _summed(node, free)
    found = [(op, *_summed(factor, free | set(letters(factor)))) for op, factor in node.factors]
    count = sum((c for _, _, c in found), Counter())
    return replace(node, factors=tuple((op, f) for op, f, _ in found)), count


def _scripted(node, free):
    """`A_{ii}`, `x_i^2`: an entry, twice where it is squared."""
    base, count = (node.base, Counter()) if isinstance(node.base, Symbol) else _summed(node.base, free)
    count = count + Counter(n for i in items(node.sub) if not isinstance(i, Relation) for n in _names(i))
    if isinstance(node.sup, Number) and node.sup.value == 2:
        count = count + count
    return _over_repeated(replace(node, base=base), count, free)


def _names(index):
    """The letters of one index."""
    return [spelled(part) for part in index.walk() if is_letter(part)]


def _group(node, free):
    if node.body is None or isinstance(node.body, Relation):
        return node, Counter()
    body, count = _summed(node.body, free)
    return replace(node, body=body), count


def _tuple(node, free):
    found = [_summed(item, free) for item in node.items]
    return replace(node, items=tuple(item for item, _ in found)), _either(c for _, c in found)


def _big(node, free):
    bound = binds(node)
    body, count = _summed(node.body, free | bound)
    return replace(node, body=body), Counter({name: times for name, times in count.items() if name not in bound})


def _inside(name):
    """A node with one part."""

    def work(node, free):
        part, count = _summed(getattr(node, name), free)
        return replace(node, **{name: part}), count

    return work


KINDS = {
    Product: _product,
    Sum: _sum,
    Frac: _frac,
    Scripted: _scripted,
    Group: _group,
    Tuple: _tuple,
    Big: _big,
    Root: _inside("of"),
    Stacked: _inside("body"),
    Factorial: _inside("of"),
    Accent: _inside("of"),
}
