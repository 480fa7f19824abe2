r"""The block of declarations before a document, a small part of YAML with a reader of its own.

    ---
    symbols: {W: "R^{m x n}", x: R^n, b: R}
    declare:
      - $A$ is symmetric and invertible
      - \lambda > 0
    layout: numerator
    indices: from 0
    ---

Keys of other programs (title, author, date, a layout named "post") are passed over.
"""
# ruff: noqa: E501 (tables of words and patterns)

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from ...errors import SymgradError
from ...tex.reader import read_expression
from ...tex.syntax import Node, Row, Scripted, Symbol
from ..documents.markdown import markdown_pieces
from ..documents.pieces import Formula, FrontMatter, moved
from .declare import Declaration
from .phrases import belongs
from .prose import declarations
from .sets import FIELDS
from .statements import names

SENTENCES = {"declare", "declarations", "given", "assume", "assumptions", "notation", "where"}
CONVENTIONS = {"layout": "we use {} layout", "indices": "indices start {}", "vectors": "all vectors are {}s"}
_KEY = re.compile(r"^(?P<indent>[ \t]*)(?P<key>[A-Za-z_][\w-]*)[ \t]*:(?:[ \t]+(?P<value>[^\n]*?))?[ \t]*\r?$", re.M)
_ITEM = re.compile(r"^[ \t]*-[ \t]+(?P<value>[^\n]*?)[ \t]*\r?$", re.M)
_PAIR = re.compile(
    r"""[ \t]*(?P<q>["']?)(?P<name>[^"':,{}\n]{1,60}?)(?P=q)[ \t]*:[ \t]*"""
    r"""(?:"(?P<double>[^"\n]{1,200})"|'(?P<single>[^'\n]{1,200})'|(?P<plain>[^,"'\n]{1,200}?))[ \t]*(?:,|\}?[ \t]*\r?$)""",
    re.M,
)


@dataclass(frozen=True)
class Block:
    """What front matter declares, and the entries in it that declare nothing: (place, text)."""

    declarations: tuple[Declaration, ...] = ()
    unread: tuple[tuple[int, str], ...] = ()


def read_block(block: FrontMatter, read: Callable[[Formula], Sequence[Row]] | None = None) -> Block:
    """The declarations of a document's front matter; `read` gives the rows of a formula, with the macros in force."""
    found: list[Declaration] = []
    unread: list[tuple[int, str]] = []
    for at, text, entry in _entries(block.text, block.at, read):
        found += entry
        unread += [] if entry else [(at, text)]
    return Block(tuple(found), tuple(unread))


def declared(text: str, at: int = 0, read: Callable[[Formula], Sequence[Row]] | None = None) -> tuple[Declaration, ...]:
    r"""What one entry says: a sentence with formulas between dollars, or one formula without.

    >>> [type(each).__name__ for each in declared(r"W \in \mathbb{R}^{m\times n}")]
    ['Space']
    >>> [each.words for each in declared("$A$ is symmetric")]
    ['symmetric']
    """
    if "$" in text or r"\(" in text:
        return declarations([moved(piece, at) for piece in markdown_pieces(text)], read)
    return declarations([Formula(at, at + len(text), text, at)], read)


def _entries(text: str, at: int, read) -> Iterator[tuple[int, str, tuple[Declaration, ...]]]:
    keys = [match for match in _KEY.finditer(text) if not match["indent"]]
    for match, following in zip(keys, [*keys[1:], None][: len(keys)], strict=True):
        end = following.start() if following else len(text)
        key = match["key"].lower()
        if key in SENTENCES:
            for start, entry in _values(text, match, end):
                yield at + start, entry, declared(entry, at + start, read)
        elif key == "symbols":
            yield from _symbols(text[:end], at, match.end("key") + 1)
        elif key in CONVENTIONS and match["value"]:
            yield from _convention(key, match, at)


def _values(text: str, match: re.Match[str], end: int) -> Iterator[tuple[int, str]]:
    """The value behind a key, or the items of the list under it."""
    if match["value"]:
        yield _unquoted(match.start("value"), match["value"])
    for item in _ITEM.finditer(text, match.end(), end):
        yield _unquoted(item.start("value"), item["value"])


def _unquoted(start: int, text: str) -> tuple[int, str]:
    quoted = len(text) > 1 and text[0] == text[-1] and text[0] in "\"'"
    return (start + 1, text[1:-1]) if quoted else (start, text)


def _symbols(text: str, at: int, start: int) -> Iterator[tuple[int, str, tuple[Declaration, ...]]]:
    r"""`{W: "R^{m x n}", x: R^n}`, or one a line."""
    opening = re.compile(r"\s*\{?").match(text, start)
    here = opening.end() if opening else start
    while match := re.compile(r"\s*").match(text, here):
        pair = _PAIR.match(text, match.end())
        if not pair:
            return
        value = next(name for name in ("double", "single", "plain") if pair[name])
        yield at + pair.start("name"), pair.group().strip(), _member(pair, value, at)
        here = pair.end()


def _member(pair: re.Match[str], value: str, at: int) -> tuple[Declaration, ...]:
    space = re.sub(r"(?<=\s)x(?=\s)", "×", pair[value])
    space += "}" * (space.count("{") - space.count("}"))  # one taken for the end of the mapping
    try:
        name = read_expression(pair["name"].replace("\\\\", "\\"), at + pair.start("name"))
        where = _field(read_expression(space, at + pair.start(value)))
    except SymgradError:
        return ()
    span = {"at": at + pair.start("name"), "end": at + pair.end(value)}
    return tuple(each for symbol in names(name) for each in belongs(symbol, where, **span))


def _field(node: Node) -> Node:
    """A plain R is the reals here."""
    base = node.base if isinstance(node, Scripted) else node
    if not isinstance(base, Symbol) or base.name not in FIELDS or base.font:
        return node
    real = replace(base, font="bb")
    return replace(node, base=real) if isinstance(node, Scripted) else real


def _convention(key: str, match: re.Match[str], at: int) -> Iterator[tuple[int, str, tuple[Declaration, ...]]]:
    """`layout: numerator`, `layout: gradients are columns`, `indices: from 0`."""
    start, value = _unquoted(match.start("value"), match["value"])
    for text in (value, CONVENTIONS[key].format(value)):
        found = declarations(markdown_pieces(text))
        if found:
            yield at + start, value, tuple(replace(each, at=at + start, end=at + start + len(value)) for each in found)
            return
    if key != "layout":  # `layout: post` is Jekyll's
        yield at + start, value, ()
