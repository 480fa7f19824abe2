"""The formulas of a document, read: macros expanded, names of several signs joined, transposes and cases told."""

from __future__ import annotations

from dataclasses import fields, replace

from ...tex.faults import Fault
from ...tex.macros import Macro, read_macros
from ...tex.reader import read_display
from ..declarations.declare import Declaration
from ..declarations.worded_cases import with_cases
from ..documents.document import Document
from ..documents.lines import Line
from ..documents.pieces import Formula, Macros
from ..names.applications import as_quantities
from ..names.called import with_called
from ..names.each_layer import with_each
from ..names.entries_of_values import with_entries
from ..names.index_functions import with_indices
from ..names.named import folded
from ..names.notations import with_notations
from ..names.own_arguments import without_own_arguments
from ..names.repeated import with_repeated_sums
from ..names.rewriting import joined_names
from ..names.sections import Section
from ..names.solved import with_solved
from ..names.stars import without_stars
from ..names.superscripts import with_labels
from ..names.transposes import turned
from ..names.upright import with_upright_d
from ..values.applied import FUNCTIONS


def lines_of(document: Document) -> list[Line]:
    """All formulas of a document, read with its macros."""
    out = []
    macros: dict[str, Macro] = {}
    for piece in document.pieces:
        if isinstance(piece, Macros | Formula):
            macros |= read_macros(piece.text, piece.at)
    for formula in document.formulas:
        try:
            out.append(Line(formula, folded(read_display(formula.text, formula.at, macros))))
        except Fault as fault:
            out.append(Line(formula, (), fault))
    meant = with_notations(document.pieces, [(line.formula, line.rows) for line in out])
    rows = as_quantities(joined_names(with_labels(meant)), frozenset(FUNCTIONS))
    rows = turned(document.pieces, rows)
    rows = with_called(document.pieces, [(line.formula, own) for line, own in zip(out, rows, strict=True)])
    rows = with_solved(document.pieces, [(line.formula, own) for line, own in zip(out, rows, strict=True)])
    rows = with_upright_d(without_own_arguments(with_indices(with_entries(rows))))
    rows = with_each(rows)
    joined = [replace(line, rows=own) for line, own in zip(out, rows, strict=True)]
    return with_cases(document.pieces, joined)


def without_stars_in(section: Section) -> Section:
    """A section in which `x^*y`, a star between factors, is a sign of multiplication."""
    rows = without_stars([line.rows for line in section.lines])
    return replace(section, lines=tuple(replace(line, rows=own) for line, own in zip(section.lines, rows, strict=True)))


def summed(lines: list[Line]) -> list[Line]:
    """The lines under the summation convention, their sums written."""
    rows = with_repeated_sums([line.rows for line in lines])
    return [replace(line, rows=own) for line, own in zip(lines, rows, strict=True)]


def folded_declaration(declaration: Declaration) -> Declaration:
    """The same, its names of several signs joined."""
    new = {f.name: folded(getattr(declaration, f.name)) for f in fields(declaration)}
    return replace(declaration, **new)
