"""A document as pieces in the order of its text: prose, formulas, breaks, what is skipped and why.

Every character belongs to exactly one piece, and the text of a piece is as long as its source: markup is blanked, so
character k of `piece.text` is character `piece.at + k` of the document.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePath

from ...errors import LimitError, OptionError
from .latex import latex_pieces
from .markdown import markdown_pieces
from .notebook import notebook_text
from .pieces import Formula, FrontMatter, Macros, Piece
from .plain import plain_pieces

LIMIT = 2_000_000
SUFFIXES = {
    ".md": "markdown",
    ".markdown": "markdown",
    ".qmd": "markdown",
    ".rmd": "markdown",
    ".tex": "tex",
    ".ltx": "tex",
    ".ipynb": "notebook",
    ".txt": "text",
}
SCANNERS: Mapping[str, Callable[[str], list[Piece]]] = {
    "markdown": markdown_pieces,
    "notebook": markdown_pieces,
    "tex": latex_pieces,
    "text": plain_pieces,
}


@dataclass(frozen=True)
class Document:
    """`text`, its `pieces`, and the places of characters in it; `cells` are where the cells of a notebook begin."""

    text: str
    pieces: tuple[Piece, ...]
    kind: str = "markdown"
    cells: tuple[tuple[int, int], ...] = field(default=())  # (character, number of the cell)

    @cached_property
    def starts(self) -> list[int]:
        return [0, *(k + 1 for k, c in enumerate(self.text) if c == "\n")]

    @property
    def formulas(self) -> list[Formula]:
        return [piece for piece in self.pieces if isinstance(piece, Formula)]

    @property
    def macros(self) -> list[Macros]:
        """Definitions of macros outside formulas, in order; a display may hold more."""
        return [piece for piece in self.pieces if isinstance(piece, Macros)]

    @property
    def front_matter(self) -> FrontMatter | None:
        return next((piece for piece in self.pieces if isinstance(piece, FrontMatter)), None)

    def place(self, at: int) -> tuple[int, int]:
        """Line and column of a character, from 1.

        >>> read_document("a\\nbc").place(3)
        (2, 2)
        """
        line = bisect_right(self.starts, at)
        return line, at - self.starts[line - 1] + 1

    def line(self, number: int) -> str:
        """The text of a line, from 1."""
        start = self.starts[number - 1]
        end = self.starts[number] - 1 if number < len(self.starts) else len(self.text)
        return self.text[start:end].removesuffix("\r")

    def where(self, at: int) -> str:
        """The place in words: "line 3, column 5", in a notebook "cell 2, line 3, column 5".

        >>> read_document("a\\nbc").where(3)
        'line 2, column 2'
        """
        line, column = self.place(at)
        cell = bisect_right(self.cells, at, key=lambda cell: cell[0])
        if not cell:
            return f"line {line}, column {column}"
        start, number = self.cells[cell - 1]
        return f"cell {number}, line {line - self.place(start)[0] + 1}, column {column}"


def kind_of(path: str) -> str:
    """The kind of document by the name of its file.

    >>> kind_of("notes/homework.md"), kind_of("paper.tex")
    ('markdown', 'tex')
    """
    suffix = PurePath(path).suffix.lower()
    if suffix not in SUFFIXES:
        raise OptionError(f'{path}: "{suffix}" is no known kind of document', hint=f"known: {' '.join(SUFFIXES)}")
    return SUFFIXES[suffix]


def read_document(text: str, kind: str = "markdown") -> Document:
    """Take a document apart into pieces; `kind` is "markdown", "tex", "notebook" or "text".

    >>> for piece in read_document("Let $x > 0$ be **real**.").pieces:
    ...     print(piece)
    Prose 'Let '
    Formula 'x > 0'
    Prose ' be   real  .'
    """
    if kind not in SCANNERS:
        raise OptionError(f'"{kind}" is no kind of document', hint=f"one of: {' '.join(SCANNERS)}")
    if len(text) > LIMIT:
        raise LimitError(f"the document has {len(text):,} characters, at most {LIMIT:,} are read", hint="split it")
    cells: tuple[tuple[int, int], ...] = ()
    if kind == "notebook":
        text, cells, pieces = notebook_text(text, SCANNERS[kind])
        return Document(text, tuple(pieces), kind, cells)
    return Document(text, tuple(SCANNERS[kind](text)), kind, cells)
