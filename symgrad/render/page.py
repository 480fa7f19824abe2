"""A derivation laid out in printed parts, before any format: definitions, chains of equalities, notes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sympy import Expr

from ..derivation import Derivation, Line
from ..errors import OptionError
from ..expr.indices import Index
from .equations import printer
from .matrix import left_side, matrix_form
from .styles import style

NOTATIONS = ("index", "matrix", "both")


@dataclass(frozen=True)
class Row:
    """`left = right`, why, and what a judge says; the left side stands on the first row of a chain alone."""

    left: str
    right: str
    reason: str = ""
    status: str = ""


@dataclass(frozen=True)
class Page:
    """What is printed: definitions, then a chain of rows for each derivation used, the last one for what was asked."""

    definitions: tuple[Row, ...]
    chains: tuple[tuple[Row, ...], ...]
    matrix: Row | None
    notes: tuple[str, ...]


def page(d: Derivation, style_name: str, steps: str, notation: str, delta: bool) -> Page:
    """The printed parts of a derivation in one style.

    `notation="matrix"` shows the lines that have a matrix form, if the last one has; "both" adds that one at the end.
    """
    if notation not in NOTATIONS:
        raise OptionError(f"notation={notation!r}", hint=f"one of {', '.join(NOTATIONS)}")
    chains = [chain(c, style_name, steps, notation, delta) for c in ((*d.givens, d) if steps != "none" else (d,))]
    matrix = other_form(d, style_name, chains[-1][-1].right) if notation == "both" else None
    defined = (definition(*sides, style_name, notation, delta) for sides in d.definitions)
    return Page(tuple(row for row in defined if row.left != row.right), tuple(chains), matrix, d.notes)


def chain(d: Derivation, style_name: str, steps: str, notation: str, delta: bool) -> tuple[Row, ...]:
    """The rows of one derivation."""
    found = matrix_rows(d, style_name, steps) if notation == "matrix" else ()
    return found or index_rows(d, style_name, steps, delta)


def index_rows(d: Derivation, style_name: str, steps: str, delta: bool) -> tuple[Row, ...]:
    lines = d.lines(steps)
    told = printer(d.left, *(line.right for line in lines), style_name=style_name, delta=delta)
    return _rows(told(d.left), [(told(line.right), line) for line in lines])


def matrix_rows(d: Derivation, style_name: str, steps: str) -> tuple[Row, ...]:
    """The lines that have a matrix form, each once; none where the answer has no such form."""
    side = left_side(d.left)
    if side is None or style_name == "code":
        return ()
    free, names = side
    trees = [(matrix_form(free, line.right), line) for line in d.lines(steps)]
    if trees[-1][0] is None:
        return ()
    rights = [(t.write(style(style_name)), line) for t, line in trees if t is not None]
    return _rows(names[style_name == "latex"], rights)


def other_form(d: Derivation, style_name: str, index_form: str) -> Row | None:
    """The answer in matrix notation, where that says something else than the index form: of numbers there is one form.

    >>> from symgrad.expr.nodes import Entry
    >>> from symgrad.expr.tensors import input_tensor
    >>> f, a = (Entry(input_tensor(name, ()).ref) for name in "fa")
    >>> other_form(Derivation(f, 2 * a), "unicode", "a·2")
    """
    if not (d.left.atoms(Index) or d.result.atoms(Index)):
        return None
    found = matrix_rows(d, style_name, "none")
    return found[0] if found and found[0].right != index_form else None


def definition(left: Expr, body: Expr, style_name: str, notation: str, delta: bool) -> Row:
    """`q_k = Σ_j W_kj x_j`, or `q = W x`."""
    if notation == "matrix" and style_name != "code" and (side := left_side(left)):
        free, names = side
        if tree := matrix_form(free, body):
            return Row(names[style_name == "latex"], tree.write(style(style_name)))
    told = printer(left, body, style_name=style_name, delta=delta)
    return Row(told(left), told(body))


def _rows(left: str, rights: Sequence[tuple[str, Line]]) -> tuple[Row, ...]:
    """A row for each right side in print; of neighbours that print alike the first reason and the last status."""
    rows: list[Row] = []
    for right, line in rights:
        if rows and rows[-1].right == right:
            rows[-1] = replace(rows[-1], reason=rows[-1].reason or line.reason, status=line.status)
        else:
            rows.append(Row("" if rows else left, right, line.reason, line.status))
    return tuple(rows)
