r"""Equations that are solved: "Setting the gradient to zero gives $w = (X^\top X)^{-1} X^\top y$".

Of a name of which the derivative before was written it is a claim: there the derivative is zero. Otherwise the equation
says where something is looked at, and defines nothing that holds in general.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

from ...tex.syntax import Frac, Group, Node, Number, Relation, Row, Scripted, Symbol
from ..documents.pieces import Break, Formula, Piece, Prose
from .names import base_of, spelled

SOLVED = "solved"
_TO_ZERO = re.compile(
    r"\b(?:sets?|setting|equat(?:e|es|ing)|put(?:s|ting)?|requir(?:e|es|ing))\b[^.;]{0,60}\b(?:to|equal|be|equals?)\s+"
    r"(?:to\s+)?(?:zero\b|\$?0\b)[^.]{0,60}$",
    re.I,
)


def with_solved(pieces: Iterable[Piece], formulas: Sequence[tuple[Formula, tuple[Row, ...]]]) -> list[tuple[Row, ...]]:
    """The rows in which such an equation states that the derivative before it is zero there, or is marked as solved."""
    rows = {id(f): own for f, own in formulas}
    new = dict(_found(tuple(pieces), rows))
    return [new.get(id(f), own) for f, own in formulas]


def _found(pieces, rows) -> Iterator[tuple[int, tuple[Row, ...]]]:
    slopes: list[Node] = []
    text = ""
    for piece in pieces:
        if isinstance(piece, Break) and piece.what == "heading":
            slopes = []
        if isinstance(piece, Prose):
            text += piece.text
        if not isinstance(piece, Formula):
            continue
        own = rows.get(id(piece), ())
        equation = own[0].statement if own else None
        if isinstance(equation, Relation) and _TO_ZERO.search(text) and _is_value(equation):
            yield id(piece), (_told(own[0], equation, slopes), *own[1:])
        text = "" if piece.display else f"{text} ${piece.text}$"
        slopes = [*slopes, *_slopes(own)]


def _is_value(statement) -> bool:
    """`w = …`, where the right side does not know w."""
    if not isinstance(statement, Relation) or set(statement.relations) != {"="} or None in statement.sides:
        return False
    name = statement.sides[0]
    plain = isinstance(name, Symbol) or (isinstance(name, Scripted) and base_of(name) is not None and name.sup is None)
    return plain and not isinstance(statement.sides[1], Number) and not _holds(statement.sides[1], name)


def _holds(node, name):
    return any(isinstance(n, Symbol | Scripted) and spelled(n) == spelled(name) for n in node.walk())


def _slopes(own) -> Iterator[Node]:
    """The right sides of the equations of derivatives in a display."""
    derived = False
    for row in own:
        s = row.statement
        if not isinstance(s, Relation) or s.relations[-1] != "=" or s.sides[-1] is None:
            continue
        if s.sides[0] is not None:
            derived = _is_derivative(s.sides[0])
        if derived:
            yield s.sides[-1]


def _is_derivative(node):
    signs = [n for n in node.walk() if isinstance(n, Symbol) and n.name in ("partial", "nabla", "d")]
    return bool(signs) and (isinstance(node, Frac) or any(n.name == "nabla" for n in signs) or len(signs) > 1)


def _told(row: Row, equation: Relation, slopes: list[Node]) -> Row:
    name = equation.sides[0]
    slope = next((s for s in reversed(slopes) if isinstance(name, Symbol) and _holds(s, name)), None)
    if slope is None or name is None or len(equation.sides) > 2:
        return replace(row, link=SOLVED)
    at, end = equation.at, equation.end
    there = Scripted(at, end, Group(at, end, "", "|", slope), equation)
    sides = (there, Number(end, end, Fraction(0)))
    return replace(row, statement=Relation(at, end, sides, ("=",)))
