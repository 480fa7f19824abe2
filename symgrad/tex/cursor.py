"""A place in a list of tokens, and what every part of the grammar asks of the others."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from .faults import Fault, limit
from .limits import NESTING
from .syntax import Node, Text
from .tokens import Token

ENDS = frozenset(
    ("}", "close", "right", "end", ",", ";", ":", ".", "&", "newline", "gap", "separator", "relation", "link", "sign")
) | {"over", "stop"}
"""Tokens that no factor begins with."""
SEPARATORS = frozenset((",", ";", ":", "separator", "lone bar"))


class Cursor:
    """Tokens, the next of which is `here`. `inside` is the kind of place: "row", "brackets", "script", "cell"."""

    def __init__(self, tokens: list[Token], end: int):
        self.tokens = [*tokens, Token("stop", "", end, end)]
        self.k = 0
        self.here = self.tokens[0]
        self.inside = "row"
        self.bars: tuple[str, ...] = ()
        self.font = ""
        self.quantified = False  # after "for all", where a colon ends the range
        self.depth = 0
        self.notes: list[Node] = []

    def advance(self) -> Token:
        """The token that was next."""
        token = self.here
        if token.kind != "stop":
            self.k += 1
            self.here = self.tokens[self.k]
        return token

    def ahead(self) -> Token:
        """The token after the next one."""
        return self.tokens[min(self.k + 1, len(self.tokens) - 1)]

    @property
    def last_end(self) -> int:
        return self.tokens[self.k - 1].end if self.k else self.here.at

    def expect(self, kind: str, fact: str, at: int, hint: str) -> Token:
        if self.here.kind != kind:
            raise Fault(fact, at, hint)
        return self.advance()

    def ends(self) -> bool:
        """Whether no factor can begin here."""
        kind = self.here.kind
        return kind in ENDS or (kind in ("bar", "lone bar") and self.here.text in self.bars)

    @contextmanager
    def within(self, inside: str, bars: tuple[str, ...] = (), font: str | None = None) -> Iterator[None]:
        """A place inside brackets, a script or a cell: bars and fonts of outside are not seen."""
        before = self.inside, self.bars, self.font
        self.inside, self.bars = inside, bars
        self.font = self.font if font is None else font
        self.depth += 1
        if self.depth > NESTING:
            raise limit(f"nested more than {NESTING} deep", self.here.at, "name a part of it and use the name")
        try:
            yield
        finally:
            self.inside, self.bars, self.font = before
            self.depth -= 1

    def note(self, token: Token) -> None:
        """Keeps what stands over a relation as a remark of the row."""
        if token.extra:
            self.notes.append(Text(token.at, token.end, token.extra))

    def items(self) -> Node | None:
        """Statements with the separators between them; None where nothing stands here."""
        raise NotImplementedError

    def product(self) -> Node | None:
        """The rest of a term."""
        raise NotImplementedError

    def argument(self, of: Token, inside: str = "brackets") -> Node | None:
        """An argument of a command: a group or, in TeX's way, one token."""
        raise NotImplementedError

    def factor(self) -> Node:
        """One factor with its scripts."""
        raise NotImplementedError

    def atom(self) -> Node:
        """One factor without scripts."""
        raise NotImplementedError
