"""Prose as sentences in which formulas are tokens."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from ...tex.syntax import Row
from ..documents.pieces import Break, Formula, Piece, Prose, Skipped
from .statements import Statement, statement

LONGEST = 400  # tokens of a sentence; a longer one is cut
_TOKEN = re.compile(r"[^\W\d_]+(?:['’.][^\W\d_]+)*|\d+(?:\.\d+)?|[,;:()\[\].!?|]|[-–—]")
ABBREVIATIONS = {"e.g", "i.e", "cf", "eq", "eqs", "fig", "sec", "resp", "w.r.t", "vs", "etc", "ch", "thm", "no", "viz"}


@dataclass(frozen=True, eq=False)
class Token:
    """A word in lower case, a mark, or a statement of a formula."""

    text: str
    at: int
    end: int
    said: Statement | None = None
    formula: Formula | None = None
    capital: bool = False


@dataclass(eq=False)
class Sentence:
    """Tokens up to a full stop; a display may stand inside. `lead` is what introduced the list it is in."""

    tokens: list[Token] = field(default_factory=list)
    heading: bool = False
    lead: Sentence | None = None
    stop: str = ""

    @property
    def end(self) -> int:
        return self.tokens[-1].end

    @property
    def formulas(self) -> list[Formula]:
        return list(dict.fromkeys(token.formula for token in self.tokens if token.formula))


def sentences(pieces: Sequence[Piece], read: Callable[[Formula], tuple[Row, ...]]) -> list[Sentence]:
    """The sentences of these pieces; `read` gives the rows of a formula (none where it cannot be read)."""
    return [*_Builder(read).built(pieces)]


class _Builder:
    def __init__(self, read: Callable[[Formula], tuple[Row, ...]]):
        self.read = read
        self.now = Sentence()
        self.lead: Sentence | None = None
        self.last: Sentence | None = None

    def built(self, pieces: Sequence[Piece]) -> Iterator[Sentence]:
        for k, piece in enumerate(pieces):
            if isinstance(piece, Prose):
                yield from self.prose(piece)
            elif isinstance(piece, Formula):
                yield from self.formula(piece)
            elif isinstance(piece, Break) and self.ends(piece, pieces, k):
                yield from self.done()
                self.begin(piece)
            elif isinstance(piece, Skipped) and piece.why == "a program":
                self.now.tokens.append(Token("`", piece.begin, piece.end))
        yield from self.done()

    def prose(self, piece: Prose) -> Iterator[Sentence]:
        for match in _TOKEN.finditer(piece.text):
            token = Token(match.group().lower(), piece.at + match.start(), piece.at + match.end())
            if self._starts_anew(match.group()):
                yield from self.done()
            self.now.tokens.append(token)
            if self._stops(match, piece.text):
                yield from self.done(token.text)

    def _starts_anew(self, word: str) -> bool:
        """A capital behind a display begins a sentence."""
        last = self.now.tokens[-1] if self.now.tokens else None
        return bool(last and last.formula and last.formula.display and word[0].isupper()) or (
            len(self.now.tokens) >= LONGEST
        )

    def _stops(self, match: re.Match[str], text: str) -> bool:
        if match.group() in "?!":
            return True
        if match.group() != ".":
            return False
        before = self.now.tokens[-2] if len(self.now.tokens) > 1 else None
        return not (before and before.text in ABBREVIATIONS) and not text[match.end() :][:1].isalnum()

    def formula(self, piece: Formula) -> Iterator[Sentence]:
        for row in self.read(piece) or (None,):
            said = statement(row) if row else None
            if len(self.now.tokens) and self.now.tokens[-1].formula is piece:
                self.now.tokens.append(Token(",", piece.begin, piece.begin, formula=piece))
            self.now.tokens.append(Token("", piece.begin, piece.end, said, piece))
        if piece.display and piece.text.rstrip().endswith("."):
            yield from self.done()

    def ends(self, mark: Break, pieces: Sequence[Piece], k: int) -> bool:
        """A blank line beside a display does not end a sentence, nor does the end of a line."""
        if mark.what == "line":
            return False
        return mark.what != "paragraph" or not (self._behind_display() or self._before_display(pieces, k))

    def _behind_display(self) -> bool:
        last = self.now.tokens[-1] if self.now.tokens else None
        return bool(last and last.formula and last.formula.display)

    def _before_display(self, pieces: Sequence[Piece], k: int) -> bool:
        for piece in pieces[k + 1 : k + 4]:
            if isinstance(piece, Formula):
                return piece.display and not self.now.heading
            if not (
                (isinstance(piece, Prose) and not piece.text.strip())
                or (isinstance(piece, Break) and piece.what == "paragraph")
            ):
                return False
        return False

    def begin(self, mark: Break) -> None:
        if mark.what == "item":
            self.lead = self.lead or self.last
        elif mark.what not in ("paragraph", "row", "line"):
            self.lead = None
        self.now = Sentence(heading=mark.what == "heading", lead=self.lead if mark.what == "item" else None)

    def done(self, stop: str = "") -> Iterator[Sentence]:
        if self.now.tokens:
            self.now.stop = stop
            if not self.now.lead:
                self.last, self.lead = self.now, None
            yield self.now
        self.now = Sentence(lead=self.now.lead, heading=False)
