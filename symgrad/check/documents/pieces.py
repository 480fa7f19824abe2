"""The pieces of a document, and how spans become pieces that tile the text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True)
class Piece:
    """Characters `begin` … `end` of the document; `text` begins at character `at`, behind its delimiter."""

    begin: int
    end: int
    text: str
    at: int

    def __str__(self) -> str:
        return f"{type(self).__name__} {self.text!r}"


@dataclass(frozen=True)
class Prose(Piece):
    """Words; markup is blanked."""


@dataclass(frozen=True)
class Formula(Piece):
    """`text` without its delimiters; `environment` is "$", "$$", "\\\\(", "\\\\[", "math" or a name ("align*")."""

    display: bool = False
    environment: str = "$"


@dataclass(frozen=True)
class Break(Piece):
    """An end of a paragraph, a heading, an item, a cell or row of a table, an environment ("proof"): `what`."""

    what: str = "paragraph"


@dataclass(frozen=True)
class Macros(Piece):
    """Definitions of macros outside a formula."""


@dataclass(frozen=True)
class FrontMatter(Piece):
    """The block of declarations at the beginning; it is read by `front_matter.read`."""


@dataclass(frozen=True)
class Skipped(Piece):
    """What is not read, and why; a Skipped `aloud` is worth a line in a report (a file that is not followed)."""

    why: str = ""
    aloud: bool = False


def piece(kind: type[Piece], text: str, begin: int, end: int, inside: tuple[int, int] | None = None, **more: Any):
    """The piece of these characters; `inside` are those of its text."""
    first, last = inside or (begin, end)
    return kind(begin, end, text[first:last], first, **more)


def tiled(text: str, found: Iterable[Piece], clean: Callable[[str], str]) -> list[Piece]:
    """`found` (in order) with prose in the gaps, cleaned of its markup."""
    return [*_tiles(text, found, clean)]


def _tiles(text: str, found: Iterable[Piece], clean: Callable[[str], str]) -> Iterator[Piece]:
    here = 0
    for each in found:
        if each.begin == each.end:
            continue  # only moved the scanner on
        if here < each.begin:
            yield Prose(here, each.begin, clean(text[here : each.begin]), here)
        yield each
        here = each.end
    if here < len(text):
        yield Prose(here, len(text), clean(text[here:]), here)


def moved(piece: Piece, by: int) -> Piece:
    return replace(piece, begin=piece.begin + by, end=piece.end + by, at=piece.at + by)
