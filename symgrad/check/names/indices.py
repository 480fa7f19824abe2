"""Letters that stand as indices only: what is said of them (`t ≥ 2`, `i > 0`) declares no number."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ...tex.syntax import Big, Frac, Node, Product, Relation, Row, Scripted, Sum, Symbol
from .letters import binds, is_index_function
from .names import is_letter, items, letters, moved, spelled


def only_indices(formulas: Iterable[tuple[Row, ...]]) -> set[str]:
    """Letters that stand in subscripts, and nowhere as a number: not as a factor, nor as a term of a sum."""
    formulas = list(formulas)
    written, values = _all(formulas, frozenset())
    fixed = {name for rows in formulas for row in rows for name in _fixed(row.statement)}
    return {name for name in written - values - fixed if name.isascii()}


def _fixed(statement: Node | None) -> Iterator[str]:
    """y of `L = -\\log p_y`: free on the right of a name without indices, so it stands for one number."""
    left = statement.sides[0] if isinstance(statement, Relation) and statement.relations[0] in ("=", ":=") else None
    if isinstance(left, Symbol) and isinstance(statement, Relation) and statement.sides[1] is not None:
        yield from _free(statement.sides[1], frozenset())


def _free(node: Node, bound: frozenset[str]) -> Iterator[str]:
    """The letters in subscripts that no sum around them binds."""
    if isinstance(node, Big):
        yield from _free(node.body, bound | binds(node))
        return
    if isinstance(node, Scripted) and not is_index_function(node):
        yield from (n for i in items(node.sub) for n in letters(i) if n not in bound)
    for child in node.children():
        yield from _free(child, bound)


def lettered(formulas: Iterable[tuple[Row, ...]]) -> dict[str, Node]:
    """The names that carry one letter as their index somewhere, `h_t` or `h_{t-1}`, with that letter."""
    out: dict[str, Node] = {}
    for rows in formulas:
        for node in (n for row in rows if row.statement is not None for n in row.statement.walk()):
            if not isinstance(node, Scripted) or node.sub is None or not isinstance(node.base, Symbol):
                continue
            step = moved(node.sub)
            letter = step[0] if step is not None else node.sub
            if is_letter(letter) and letter.name.islower() and not is_index_function(node):
                out.setdefault(spelled(node.base), letter)
    return out


def index_values(formulas: Iterable[tuple[Row, ...]]) -> set[str]:
    """Letters that stand for a number somewhere, be they bound by a sum or not."""
    return _all(formulas, None)[1]


def _all(formulas, bound):
    written: set[str] = set()
    values: set[str] = set()
    for rows in formulas:
        for row in rows:
            if row.statement is not None:
                _collect(row.statement, bound, written, values)
    return written, values


def fixed_indices(formulas: Iterable[tuple[Row, ...]]) -> set[str]:
    """y of `ℓ = -\\log p_y`: letters free on the right of an equation whose left does not know them."""
    out: set[str] = set()
    for row in (row for rows in formulas for row in rows):
        s = row.statement
        if isinstance(s, Relation) and s.relations[0] in ("=", ":=") and s.sides[0] is not None:
            left, *others = (set(_subscripts(side, frozenset())) for side in s.sides if side is not None)
            out |= set().union(*others) - left
    return out


def _subscripts(node: Node, bound: frozenset[str]) -> Iterator[str]:
    if isinstance(node, Big):
        yield from _subscripts(node.body, bound | binds(node))
        return
    if isinstance(node, Scripted) and node.sub is not None:
        yield from (n for i in items(node.sub) for n in letters(i) if n not in bound)
    for child in node.children():
        yield from _subscripts(child, bound)


def _collect(node: Node, bound: frozenset[str] | None, written: set[str], values: set[str]) -> None:
    match node:
        case Big():
            _collect(node.body, None if bound is None else bound | binds(node), written, values)
        case Scripted():
            if not is_index_function(node):
                written.update(n for i in items(node.sub) for n in letters(i) if len(n) == 1)
                _collect(node.base, bound, written, values)
        case Sum() | Product() | Frac():
            for child in node.children():
                _value(child, bound, values)
                _collect(child, bound, written, values)
        case Relation():
            for side in node.sides:
                if side is not None:
                    _collect(side, bound, written, values)
        case _:
            for child in node.children():
                _collect(child, bound, written, values)


def _value(node, bound, values):
    """A letter that is a term or a factor."""
    while isinstance(node, Scripted) and node.sub is None:
        node = node.base
    if is_letter(node) and spelled(node) not in (bound or ()):
        values.add(spelled(node))
