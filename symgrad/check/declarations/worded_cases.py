"""Cases told in words: "$\\psi(z) = z$ if $z > 0$ and $\\psi(z) = 0$ if $z \\le 0$" is one definition by cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ...tex.syntax import Cases, Node, Relation, Row
from ..documents.lines import Line
from ..documents.pieces import Formula, Piece, Prose
from ..names.names import spelled

IF = frozenset(("if", "for", "when", "whenever", "where", "if and only if"))
ELSE = frozenset(("otherwise", "else", "and otherwise"))
BETWEEN = frozenset(("and", "but", "or", ""))
ORDERS = frozenset(("<", ">", "≤", "≥", "=", "≠"))


def with_cases(pieces: Sequence[Piece], lines: list[Line]) -> list[Line]:
    """The lines in which such sentences are one equation, at the place of the first of them."""
    said = _prose_before(pieces)
    out, k = list(lines), 0
    while k < len(out):
        branches, used = _branches(out, k, said)
        if len(branches) > 1:
            equation = _equation(out[k])
            left = equation.sides[0] if equation is not None else None
            assert left is not None
            first = out[k].rows[0]
            body = Cases(left.at, branches[-1][0].end, tuple(branches))
            out[k] = replace(
                out[k], rows=(replace(first, statement=Relation(left.at, body.end, (left, body), ("=",))),)
            )
            for other in range(k + 1, k + used):
                out[other] = replace(out[other], rows=tuple(_silent(row) for row in out[other].rows))
        k += max(used, 1)
    return out


def _prose_before(pieces):
    """The words in front of each formula, since the one before."""
    out, words = {}, []
    for piece in pieces:
        if isinstance(piece, Prose):
            words.append(piece.text)
        elif isinstance(piece, Formula):
            out[id(piece)] = " ".join(" ".join(words).replace(",", " ").replace(";", " ").lower().split())
            words = []
    return out


def _branches(lines, k, said):
    """(value, condition) of the equations for one left side, and how many lines they take."""
    branches: list[tuple[Node, Node | None]] = []
    start, name = k, None
    while k < len(lines):
        equation = _equation(lines[k])
        if equation is None or (name is not None and spelled(equation.sides[0]) != name):
            break
        value = equation.sides[1]
        if value is None:
            break
        if name is not None and said.get(id(lines[k].formula)) not in BETWEEN:
            break
        name = spelled(equation.sides[0])
        asked = _condition(lines[k + 1], said) if k + 1 < len(lines) else None
        if asked is not None:
            branches.append((value, asked))
            k += 2
        elif branches and k + 1 < len(lines) and said.get(id(lines[k + 1].formula), "").split(" ")[0] in ELSE:
            branches.append((value, None))
            k += 1
            break
        else:
            break
    return branches, k - start


def _equation(line) -> Relation | None:
    statement = line.rows[0].statement if len(line.rows) == 1 else None
    plain = isinstance(statement, Relation) and statement.relations == ("=",) and None not in statement.sides
    return statement if plain and not line.formula.display else None


def _condition(line, said) -> Relation | None:
    statement = line.rows[0].statement if len(line.rows) == 1 else None
    if not isinstance(statement, Relation) or said.get(id(line.formula)) not in IF:
        return None
    return statement if set(statement.relations) <= ORDERS and not line.formula.display else None


def _silent(row: Row) -> Row:
    """What is part of another equation now."""
    return replace(row, statement=None)
