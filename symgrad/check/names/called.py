r"""Names that the words give: "Call this matrix $G_2$", "we name the result $G_1$", "$P$ is the softmax of $Z$"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

from ...tex.syntax import Group, Node, Number, Product, Relation, Row, Scripted, Sum, Symbol
from ..documents.pieces import Break, Formula, Piece, Prose
from .names import base_of, spelled

_THIS = (
    r"(?:this|it|that|these|the (?:result|outcome|last|right[- ]hand side|expression|latter|whole|bracket|"
    r"(?:last|resulting|above|whole) \w+))"
)
_CALL = re.compile(
    rf"\b(?:call|name|denote|label|abbreviate|write|refer to|calling|naming|denoting)\s+{_THIS}\b[\w\s\-]{{0,40}}$",
    re.I,
)
_FOR = re.compile(rf"\s*(?:for|be|denote|stand for|abbreviate)\s+{_THIS}\b", re.I)
_OF = re.compile(
    r"\s*(?:is|be|denotes?|for|as|are)\s+the\s+(?:\w+[- ])?(softmax|inverse|sigmoid|transpose|trace)\s+of\s*", re.I
)
_GIVES = re.compile(r"\b(?:write|let|put|with|where|use)\s*$", re.I)


def with_called(pieces: Iterable[Piece], formulas: Sequence[tuple[Formula, tuple[Row, ...]]]) -> list[tuple[Row, ...]]:
    """The rows with an equation where the text names what stands in the display before, or a function of a name."""
    rows = {id(f): own for f, own in formulas}
    lefts = {spelled(s.sides[0]) for _, own in formulas for s in map(_statement, own) if isinstance(s, Relation)}
    given = {
        id(f): _equation(name, body) for f, name, body in _given(tuple(pieces), rows) if spelled(name) not in lefts
    }
    return [_joined(own, given.get(id(f))) for f, own in formulas]


def _statement(row):
    """An equation of a row."""
    s = row.statement
    return s if isinstance(s, Relation) and s.relations[0] in ("=", ":=") and s.sides[0] is not None else None


def _joined(own, equation):
    if equation is None:
        return own
    first = own[0]
    told = replace(first, statement=equation)
    return (told,) if not isinstance(first.statement, Relation) else (*own, told)


def _equation(name: Node, body: Node) -> Relation:
    inside = Group(name.at, name.end, "(", ")", body)
    return Relation(name.at, name.end, (name, inside), (":=",))


def _given(pieces, rows) -> Iterator[tuple[Formula, Node, Node]]:
    """(formula, its name, what it stands for)."""
    shown: Node | None = None
    for k, piece in enumerate(pieces):
        if isinstance(piece, Break) and piece.what == "heading":
            shown = None
        if not isinstance(piece, Formula):
            continue
        if piece.display:
            shown = _last_side(rows.get(id(piece), ()))
            continue
        name = _name(rows.get(id(piece), ()))
        if name is None:
            continue
        before, behind = _words(pieces, k - 1), _words(pieces, k + 1)
        called = _CALL.search(before.rpartition(".")[2]) or (_GIVES.search(before) and _FOR.match(behind))
        if called and shown is not None:
            yield piece, name, shown
        function, argument = (
            _OF.fullmatch(behind),
            _name(rows.get(id(pieces[k + 2]), ())) if k + 2 < len(pieces) else None,
        )
        if function and argument is not None:
            yield piece, name, _value(function.group(1).lower(), argument)


def _words(pieces, k) -> str:
    return pieces[k].text if 0 <= k < len(pieces) and isinstance(pieces[k], Prose) else ""


def _last_side(own) -> Node | None:
    """The right side of the last equation of a display."""
    for row in reversed(own):
        s = row.statement
        if isinstance(s, Relation) and set(s.relations) <= {"=", ":="} and s.sides[-1] is not None:
            return s.sides[-1]
    return None


def _name(own) -> Node | None:
    r"""`G`, `G_1`, and G of `G \in \mathbb{R}^{n \times m}`."""
    node = own[0].statement if len(own) == 1 else None
    if isinstance(node, Relation) and node.relations == ("∈",):
        node = node.sides[0]
    base = base_of(node) if isinstance(node, Symbol | Scripted) else None
    if not isinstance(node, Symbol | Scripted) or base is None or base.name in ("nabla", "partial"):
        return None
    return node if isinstance(node, Symbol) or (node.sup is None and not node.primes) else None


def _value(word: str, argument: Node) -> Node:
    at, end = argument.at, argument.end
    if word == "inverse":
        return Scripted(at, end, argument, None, Sum(at, end, (("-", Number(at, end, Fraction(1))),)))
    if word == "transpose":
        return Scripted(at, end, argument, None, Symbol(at, end, "top"))
    name = {"trace": "tr", "sigmoid": "sigmoid", "softmax": "softmax"}[word]
    return Product(at, end, (("", Symbol(at, at, name)), ("", Group(at, end, "(", ")", argument))))
