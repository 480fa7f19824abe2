"""A document as its reader has it: its name, its text, and the declarations that were given beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...errors import SymgradError
from ...tex.faults import Fault
from .document import Document, read_document
from .pieces import Formula, Piece, moved

GIVEN = "given"


@dataclass(frozen=True, eq=False)
class Source:
    """`document` begins with `shift` characters of declarations, which no place counts."""

    name: str
    document: Document
    shift: int = 0

    def place(self, at: int) -> tuple[int, int]:
        """Line and column in what was written; of a declaration, in its own line.

        >>> source_of("a $x$", given=["W", "b"]).place(22)
        (1, 3)
        """
        line, column = self.document.place(at)
        return (line, column) if at < self.shift else (line - self.document.place(self.shift)[0] + 1, column)

    def where(self, at: int) -> str:
        """`notes.md:12`, without a name `line 12`, in a notebook `notes.ipynb cell 2, line 3`."""
        if at < self.shift:
            return GIVEN
        if self.document.cells:
            return f"{self.name} {self.document.where(at).rpartition(',')[0]}".strip()
        line = self.place(at)[0]
        return f"{self.name}:{line}" if self.name else f"line {line}"

    def line(self, at: int) -> int:
        return self.place(at)[0]

    def text(self, at: int, end: int) -> str:
        """What is written there, in one line."""
        return " ".join(self.document.text[at:end].split())

    def told(self, fault: Fault) -> SymgradError:
        """A fault with its line, a caret and what was expected."""
        if fault.at < self.shift:
            return Fault(fault.fact, fault.at, fault.hint, fault.kind).told(self.document.text[: self.shift].rstrip())
        text = self.document.text[self.shift :]
        return Fault(fault.fact, fault.at - self.shift, fault.hint, fault.kind).told(text)


def source_of(text: str, kind: str | None = None, name: str = "", given: Sequence[str] = ()) -> Source:
    """The document with declarations in front. Without a kind, text that has no formula in it is one.

    >>> [str(p) for p in source_of("q = Wx").document.formulas]
    ["Formula 'q = Wx'"]
    """
    document = read_document(text, kind or guessed(text))
    if kind is None and not any(isinstance(piece, Formula) for piece in document.pieces):
        document = read_document(text, "text")
    head = read_document("".join(map(_sentence, given)))
    shift = len(head.text)
    pieces: list[Piece] = [*head.pieces, *(moved(piece, shift) for piece in document.pieces)]
    cells = tuple((at + shift, number) for at, number in document.cells)
    return Source(name, Document(head.text + document.text, tuple(pieces), document.kind, cells), shift)


def guessed(text: str) -> str:
    r"""
    >>> guessed(r"\documentclass{article}"), guessed("Let $x$ be real.")
    ('tex', 'markdown')
    """
    return "tex" if r"\documentclass" in text or r"\begin{document}" in text else "markdown"


def _sentence(given: str) -> str:
    """`Let $q = Wx$.`; words with formulas stay as they are."""
    said = " ".join(given.split())
    return f"{said}\n\n" if "$" in said or r"\(" in said else f"Let ${said}$.\n\n"
