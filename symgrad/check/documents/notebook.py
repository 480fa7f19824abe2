"""Notebooks: the Markdown cells are read, the cells of code are skipped."""

from __future__ import annotations

import json
from collections.abc import Callable

from ...errors import ParseError
from .pieces import Break, Piece, Skipped, moved, piece

GAP = "\n\n"


def notebook_text(source: str, scan: Callable[[str], list[Piece]]):
    """The text of all cells, where each begins with its number, and the pieces of them."""
    parts: list[str] = []
    pieces: list[Piece] = []
    starts: list[tuple[int, int]] = []
    here = 0
    for number, (kind, text) in enumerate(_cells(source), 1):
        text += GAP
        starts.append((here, number))
        parts.append(text)
        pieces += [moved(each, here) for each in _pieces(kind, text, scan)]
        here += len(text)
    return "".join(parts), tuple(starts), pieces


def _pieces(kind: str, text: str, scan: Callable[[str], list[Piece]]) -> list[Piece]:
    end = len(text) - len(GAP)
    gap = piece(Break, text, end, len(text), what="cell")
    if kind == "markdown":
        return [*scan(text[:end]), gap]
    return [piece(Skipped, text, 0, end, why=f"a cell of {kind}"), gap] if end else [gap]


def _cells(source: str) -> list[tuple[str, str]]:
    try:
        notebook = json.loads(source)
    except json.JSONDecodeError as error:
        raise ParseError.at(f"not a notebook: {error.msg}", source, error.pos) from None
    except RecursionError:
        raise ParseError("not a notebook: nested too deeply") from None
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list):
        raise ParseError('not a notebook: there is no list "cells"', hint="notebooks of format 4 are read")
    return [
        (str(cell.get("cell_type", "")), _joined(cell.get("source", ""))) for cell in cells if isinstance(cell, dict)
    ]


def _joined(source) -> str:
    return "".join(map(str, source)) if isinstance(source, list) else str(source)
