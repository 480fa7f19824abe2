"""What the parts of a pattern declare: symbols, the words that describe them, the words that give a size."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from ...tex.syntax import Node, Number, Scripted
from .declare import Declaration, Function, Property, Range, Space
from .sentences import Token
from .sets import Members, members, sizes_of
from .statements import MEMBER, family
from .words import ADJECTIVES, NOUNS, Noun

PREDICATE_ONLY = {"unit", "distinct", "square", "different", "constant in", "real", "random", "regular"}


class Match:
    """The phrases of a sentence that a pattern took, by the names of its groups."""

    def __init__(self, spelling: Sequence[tuple[str, tuple[Token, ...]]], match: re.Match[str]):
        self.spelling, self.match = spelling, match

    def part(self, name: str) -> list[tuple[str, tuple[Token, ...]]]:
        if name not in self.match.re.groupindex or self.match.start(name) < 0:
            return []
        return list(self.spelling[self.match.start(name) : self.match.end(name)])

    def names(self, name: str = "S") -> list[Node]:
        """The symbols of this part, each once."""
        return [node for _, tokens in self.part(name) for node in (tokens[0].said.names if tokens[0].said else ())]

    def node(self, name: str, letters: str) -> Node | None:
        for letter, tokens in self.part(name):
            if letter in letters:
                return node_of(tokens[0])
        return None

    def phrase(self, letter: str, name: str = "P") -> list[str]:
        return [_text(tokens) for found, tokens in self.part(name) if found == letter]

    @property
    def at(self) -> int:
        return self.spelling[self.match.start("S")][1][0].at

    @property
    def span(self) -> dict[str, Any]:
        return {"at": self.spelling[self.match.start()][1][0].at, "end": self.spelling[self.match.end() - 1][1][-1].end}


def _text(tokens: Sequence[Token]) -> str:
    return " ".join(token.text for token in tokens if token.text != "-")


def node_of(token: Token) -> Node | None:
    if token.said:
        return token.said.node
    return Number(token.at, token.end, Fraction(token.text)) if token.text.isdigit() else None


def describe(found: Match) -> Iterator[Declaration]:
    """Rank, sizes and properties of the symbols S by the phrase P and the size K."""
    adjectives, nouns = found.phrase("A"), found.phrase("N")
    noun = _noun(nouns)
    if nouns and "of" in NOUNS[nouns[-1]].properties and _before_symbol(found):
        return  # "the length of $z$" says nothing of z
    if not nouns and _before_symbol(found) and set(adjectives) & PREDICATE_ONLY:
        return
    ones = [word for name in found.phrase("N", "K") for word in NOUNS[name].properties]
    said = [*noun.properties, *ones, *(word for phrase in adjectives for word in ADJECTIVES[phrase])]
    if noun.function or "differentiable" in said:
        yield from _functions(found, said)
        return
    plural = bool(nouns) and nouns[0].endswith("s")
    for symbol, sizes, many in _subjects(found, noun, _sizes(found, noun, "square" in said), plural):
        if (sizes is not None or noun.rank is not None) and not _is_member(found):
            rank = len(sizes) if sizes is not None else noun.rank
            kept = frozenset(said) - {"of"}
            yield Space(
                symbol=symbol, sizes=sizes, field=_field(said), properties=kept, rank=rank, family=many, **found.span
            )
        for word in said:
            if word not in _unsaid(found, noun):
                each = symbol.base if many and isinstance(symbol, Scripted) else symbol
                yield Property(symbol=each, words=word, **found.span)


def _unsaid(found: Match, noun: Noun) -> set[str]:
    """ "The vectors $u$ and $v$ are orthogonal" does not speak of matrices."""
    several = len(found.names()) > 1 and noun.rank != 2
    return {"of", "differentiable", "scalar-valued", *(["orthogonal"] if several or noun.rank == 1 else [])}


def _noun(nouns: Sequence[str]) -> Noun:
    """Of "scalar weights" the first that says something."""
    found = [NOUNS[name] for name in nouns]
    return next((noun for noun in found if noun != Noun()), Noun())


def _subjects(found: Match, noun: Noun, sizes: tuple[Node, ...] | None, plural: bool):
    """(symbol, sizes, members): "$y_1, \\dots, y_K$ are a vector" speaks of `y`, "are numbers" of each."""
    for _, tokens in found.part("S"):
        said = tokens[0].said
        group = family(said.node) if said and said.letter == "s" else None
        if group and noun.rank == 1 and not plural:
            first, low, high = group
            yield first.base, (high,) if isinstance(low, Number) and low.value == 1 else sizes, None
        elif said:
            yield from ((name, sizes, group and group[1:]) for name in said.names)


def _before_symbol(found: Match) -> bool:
    return found.match.start("P") < found.match.start("S")


def _is_member(found: Match) -> bool:
    """`x \\in …` says the sizes itself."""
    return any(letter == MEMBER for letter, _ in found.part("S"))


def _field(said: Sequence[str]) -> str:
    return next((word for word in ("integer", "binary") if word in said), "real")


def _functions(found: Match, said: Sequence[str]) -> Iterator[Declaration]:
    for letter, tokens in found.part("S"):
        given = tokens[0].said.arguments if tokens[0].said and letter == "s" else ()
        for symbol in tokens[0].said.names if tokens[0].said else ():
            yield Function(symbol=symbol, arguments=given, properties=frozenset(said), **found.span)


def _sizes(found: Match, noun: Noun, square: bool) -> tuple[Node, ...] | None:
    """Sizes that the phrase or what follows it gives; () for a scalar, None where nothing is said."""
    size = found.node("P", "zsu") or found.node("K", "zsux")
    if size is None:
        return () if noun.rank == 0 else None
    return fit(size, noun.rank, square)


def fit(size: Node, rank: int | None, square: bool = False) -> tuple[Node, ...] | None:
    """`m \\times n` as sizes of a thing of this rank; one size is a vector's length, or the side of a square matrix."""
    sizes = sizes_of(size)
    if rank == 2 and len(sizes) == 1:
        return (*sizes, *sizes) if square else None
    return sizes if rank in (None, len(sizes)) or (rank == 1 and len(sizes) == 2) else None


def sized(found: Match) -> Iterator[Declaration]:
    """`X` is `N \\times D`; has shape (N, D); has n entries."""
    size = found.node("K", "zsux")
    if size is None:
        return
    sizes = sizes_of(size)
    for symbol in found.names():
        yield Space(symbol=symbol, sizes=sizes, rank=len(sizes), **found.span)


def by_rows(found: Match) -> Iterator[Declaration]:
    """`E` has `V` rows and `d` columns."""
    rows, columns = found.node("K", "su"), found.node("Q", "su")
    if rows is not None and columns is not None:
        for symbol in found.names():
            yield Space(symbol=symbol, sizes=(rows, columns), rank=2, **found.span)


def in_set(found: Match) -> Iterator[Declaration]:
    space = found.node("Q", "q")
    if space is not None:
        for symbol in found.names():
            yield from belongs(symbol, space, **found.span)


def roles(found: Match) -> Iterator[Declaration]:
    """ "The embeddings are vectors in $\\mathbb{R}^d$: anchor $a$, positive $p$"."""
    if _noun(found.phrase("N")).rank:
        yield from in_set(found)


def belongs(symbol: Node, space: Node, at: int, end: int, family=None) -> Iterator[Declaration]:
    """What `symbol \\in space` says."""
    known = members(space)
    if known is None:
        return
    if known.lower is not None and known.upper is not None and known.sizes == ():
        yield Range(index=symbol, lower=known.lower, upper=known.upper, at=at, end=end)
    yield replace(_space(symbol, known, at, end), family=family)
    for word in sorted(known.properties):
        yield Property(symbol=symbol, words=word, at=at, end=end)


def _space(symbol: Node, known: Members, at: int, end: int) -> Space:
    rank = None if known.sizes is None else len(known.sizes)
    if known.sizes is None and "distribution" in known.properties:
        rank = 1
    return Space(
        symbol=symbol, sizes=known.sizes, field=known.field, properties=known.properties, rank=rank, at=at, end=end
    )


def ranging(found: Match) -> Iterator[Declaration]:
    """`k` runs from 1 to `K`."""
    lower, upper = found.node("Q", "sux"), found.node("K", "szux")
    if lower is not None and upper is not None:
        for symbol in found.names():
            yield Range(index=symbol, lower=lower, upper=upper, **found.span)


def function_of(found: Match) -> Iterator[Declaration]:
    """`L` is a differentiable function of `z`; depends on `z`."""
    words = [word for phrase in found.phrase("A") for word in ADJECTIVES[phrase]]
    text = " ".join(_text(tokens) for _, tokens in found.spelling[found.match.start() : found.match.end()])
    words += ["differentiable"] if {"differentiable", "smooth"} & set(text.split()) else []
    words += ["scalar"] if "scalar" in text.split() else []
    for symbol in found.names():
        yield Function(
            symbol=symbol, arguments=tuple(_arguments(found)), properties=frozenset(words) | {"function"}, **found.span
        )
        if "scalar" in words:
            yield Space(symbol=symbol, sizes=(), rank=0, **found.span)


def _arguments(found: Match) -> Iterator[Node]:
    """The symbols T; of `y_1, \\dots, y_N` it is y."""
    for _, tokens in found.part("T"):
        said = tokens[0].said
        members = family(said.node) if said else None
        if members:
            yield members[0].base
        elif said:
            yield from said.names


def independent(found: Match) -> Iterator[Declaration]:
    for symbol in found.names():
        for other in found.names("T"):
            yield Property(symbol=symbol, words="independent", of=other, **found.span)


def one_hot_rows(found: Match) -> Iterator[Declaration]:
    """`Y` has one-hot rows."""
    if "one-hot" in {word for phrase in found.phrase("A") for word in ADJECTIVES[phrase]}:
        for symbol in found.names():
            yield Property(symbol=symbol, words="one-hot", **found.span)


def entrywise(found: Match) -> Iterator[Declaration]:
    """The function is applied entry by entry; a vector with these words behind it is not meant."""
    for letter, tokens in found.part("S"):
        said = tokens[0].said
        if said and (letter != "e" or said.arguments):  # `h = \\tanh(a)` elementwise: h is no function
            for symbol in said.names:
                yield Function(symbol=symbol, properties=frozenset({"entrywise"}), **found.span)
