"""Lists and matrices with dots: `(a_1, …, a_n)`, and matrices whose rows and columns go on in the same way."""

from __future__ import annotations

from collections.abc import Sequence

from ...tex.syntax import Dots, Node, Relation, Symbol
from ..declarations.alone import same
from .dots import gathered
from .names import spelled
from .table import Unclear
from .transposes import rewritten

Entry = tuple[Node, dict[str, int]]  # what stands there, and the values of the letters that the dots stand for


def in_full(m, items: Sequence[Node], env, node: Node) -> list[Entry]:
    """`a_1, a_2, …, a_n`: what is written, and between the dots what the entries around them tell."""
    place = _place(items, node)
    written = [*items[:place], items[-1]]
    n = _length(m, [(written[-2], written[-1])], env)
    if n is None:
        raise Unclear("what stands between the dots", node)
    return [_of_list(written, k, n, node) for k in range(n)]


def grid(m, rows: Sequence[Sequence[Node]], env, node: Node) -> list[list[Entry]]:
    """The entries of a matrix with dots."""
    down = _place([_only_dots(row) or row[0] for row in rows], node) if any(map(_only_dots, rows)) else None
    kept = [row for row in rows if not _only_dots(row)]
    across = _place(next((row for row in kept if any(map(_dots, row))), ()), node) if _any_dots(kept) else None
    table = [[e for k, e in enumerate(row) if k != across] for row in kept]
    if any(_dots(e) for row in table for e in row) or len({len(row) for row in table}) != 1:
        raise Unclear("a matrix with dots at other places", node)
    corner = [(table[-2][-2], table[-1][-1])] if down is not None and across is not None else []
    columns, lines = zip(*table, strict=True), table
    high = len(table) if down is None else _length(m, [*((c[-2], c[-1]) for c in columns), *corner], env)
    wide = len(table[0]) if across is None else _length(m, [*((r[-2], r[-1]) for r in lines), *corner], env)
    square = down is not None and down == across
    high, wide = (high or wide, wide or high) if square else (high, wide)
    if not high or not wide:
        raise Unclear("the size of a matrix with dots", node)
    return [[_at(table, i, j, high, wide, down, across, node) for j in range(wide)] for i in range(high)]


def _dots(node):
    return isinstance(node, Dots)


def _only_dots(row):
    return next(iter(row)) if all(map(_dots, row)) else None


def _any_dots(rows):
    return any(_dots(e) for row in rows for e in row)


def _place(items, node):
    """Where the dots are: before the last."""
    places = [k for k, item in enumerate(items) if _dots(item)]
    if len(places) != 1 or places[0] != len(items) - 2 or not places[0]:
        raise Unclear("dots that do not end with what comes last", node)
    return places[0]


def _length(m, pairs, env) -> int | None:
    """How many entries there are: what the last index is."""
    for first, last in pairs:
        total = gathered("sum", first, last)
        if total is not None and total.sup is not None and _is_size(m, total.sup, env):
            return int(m.whole(total.sup, env).data) - m.trial.table.start + 1
    return None


def _is_size(m, node, env):
    """Whether the last index is a number: `0, …, e^{u_n}` tells nothing."""
    try:
        m.whole(node, env)
    except Unclear:
        return False
    return True


def _written(k, n, literal):
    """The place among those that are written; None for what the dots stand for."""
    return literal - 1 if k == n - 1 else k if k < literal - 1 else None


def _of_list(written, k, n, node) -> Entry:
    place = _written(k, n, len(written))
    if place is not None:
        return written[place], {}
    return _general(written[-2], written[-1], k, node)


def _general(first, last, k, node) -> Entry:
    """What goes from one entry to another, at place k."""
    if same(first, last):
        return first, {}
    total = gathered("sum", first, last)
    if total is None or not isinstance(total.sub, Relation):
        raise Unclear("what stands between the dots", node)
    return total.body, {spelled(total.sub.sides[0]): k + 1}


def _at(table, i, j, high, wide, down, across, node) -> Entry:
    row = i if down is None else _written(i, high, len(table))
    column = j if across is None else _written(j, wide, len(table[0]))
    if row is not None and column is not None:
        return table[row][column], {}
    if row is not None:
        return _general(*_beside(table[row], row), j, node)
    if column is not None:
        return _general(*_beside([r[column] for r in table], column), i, node)
    if i == j:
        return _general(table[-2][-2], table[-1][-1], i, node)
    return _inside(table, i, j, node)


def _beside(entries: Sequence[Node], diagonal: int) -> tuple[Node, Node]:
    """Two entries, none of them on the diagonal if there are as many."""
    off = [e for k, e in enumerate(entries) if k != diagonal]
    one, other = (off if len(off) > 1 else entries)[-2:]
    return one, other


def _inside(table, i, j, node) -> Entry:
    """Both indices from two rows that are written."""
    (one, at_one), (two, at_two) = (_general(*_beside(table[r], r), j, node) for r in (0, 1))
    names = dict(zip(at_two, at_one, strict=False))
    two = rewritten(
        two, lambda n: Symbol(n.at, n.end, names[n.name]) if isinstance(n, Symbol) and n.name in names else n
    )
    general, at = _general(one, two, i, node)
    return general, at_one | at
