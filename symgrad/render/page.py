"""A derivation laid out in printed parts, before any format: definitions, chains of equalities, notes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sympy import Expr

from ..derivation import Derivation
from ..errors import OptionError
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
    last = matrix_rows(d, style_name, "none") if notation == "both" else ()
    matrix = last[0] if last and last[0].right != chains[-1][-1].right else None
    defined = tuple(definition(*sides, style_name, notation, delta) for sides in d.definitions)
    return Page(defined, tuple(chains), matrix, d.notes)


def chain(d: Derivation, style_name: str, steps: str, notation: str, delta: bool) -> tuple[Row, ...]:
    """The rows of one derivation."""
    found = matrix_rows(d, style_name, steps) if notation == "matrix" else ()
    return found or index_rows(d, style_name, steps, delta)


def index_rows(d: Derivation, style_name: str, steps: str, delta: bool) -> tuple[Row, ...]:
    lines = d.lines(steps)
    told = printer(d.left, *(line.right for line in lines), style_name=style_name, delta=delta)
    return _rows(told(d.left), [(told(line.right), line.reason, line.status) for line in lines])


def matrix_rows(d: Derivation, style_name: str, steps: str) -> tuple[Row, ...]:
    """The lines that have a matrix form, each once; none where the answer has no such form."""
    side = left_side(d.left)
    if side is None or style_name == "code":
        return ()
    free, names = side
    trees = [(matrix_form(free, line.right), line) for line in d.lines(steps)]
    if trees[-1][0] is None:
        return ()
    rights = [(t.write(style(style_name)), line.reason, line.status) for t, line in trees if t is not None]
    fresh = [right for k, right in enumerate(rights) if k == 0 or right[0] != rights[k - 1][0]]
    return _rows(names[style_name == "latex"], fresh)


def definition(left: Expr, body: Expr, style_name: str, notation: str, delta: bool) -> Row:
    """`q_k = Σ_j W_kj x_j`, or `q = W x`."""
    if notation == "matrix" and style_name != "code" and (side := left_side(left)):
        free, names = side
        if tree := matrix_form(free, body):
            return Row(names[style_name == "latex"], tree.write(style(style_name)))
    told = printer(left, body, style_name=style_name, delta=delta)
    return Row(told(left), told(body))


def _rows(left: str, rights: Sequence[tuple[str, str, str]]) -> tuple[Row, ...]:
    return tuple(Row("" if k else left, *right) for k, right in enumerate(rights))
