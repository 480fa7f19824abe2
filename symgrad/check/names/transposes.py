"""Other signs of the transpose: `A'` where the text says so, `A^t` where it says so or where t is nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import fields, replace
from typing import TypeGuard

from ...tex.syntax import Group, Node, Row, Scripted, Symbol
from ..documents.pieces import Formula, Piece, Prose

_PRIME = re.compile(r"\bprimes?\b[\w\s,]{0,30}\btranspos|\btranspos\w*\b[\w\s,]{0,40}\bprimes?\b", re.I)
_TRANSPOSE = re.compile(r"\btranspos", re.I)
TOP = "top"


def turned(pieces: Iterable[Piece], rows: list[tuple[Row, ...]]) -> list[tuple[Row, ...]]:
    """The rows of all formulas with one sign for the transpose."""
    pieces = tuple(pieces)
    changes = []
    if any(isinstance(p, Prose) and _PRIME.search(p.text) for p in pieces):
        changes.append(_unprimed)
    if _letter_said(pieces) or _letter_only(rows):
        changes.append(_lettered)
    return [tuple(_row(row, changes) for row in each) for each in rows] if changes else rows


def _letter_said(pieces):
    """`$^t$ is the transpose`, "the transpose `$A^t$`"."""
    for k, piece in enumerate(pieces):
        if isinstance(piece, Formula) and re.fullmatch(r"\s*(?:\{\})?[A-Za-z]?\^\{?t\}?\s*", piece.text):
            beside = [p for p in pieces[max(k - 1, 0) : k + 2] if isinstance(p, Prose)]
            if any(_TRANSPOSE.search(p.text[-60:] if p.at < piece.at else p.text[:60]) for p in beside):
                return True
    return False


def _letter_only(rows):
    """Every t is a whole superscript, one of them of brackets or of a capital letter, none of e."""
    powers, bases, all_ = 0, [], 0
    for row in (row for each in rows for row in each):
        for node in row.walk():
            all_ += isinstance(node, Symbol) and node.name == "t" and not node.font
            if isinstance(node, Scripted) and _is_t(node.sup):
                powers += 1
                bases.append(node.base)
    if not powers or powers != all_ or any(isinstance(b, Symbol) and b.name == "e" for b in bases):
        return False
    plain = all(isinstance(b, Symbol | Group) for b in bases)
    return plain and any(isinstance(b, Group) or (isinstance(b, Symbol) and b.name.isupper()) for b in bases)


def _is_t(node: Node | None) -> TypeGuard[Symbol]:
    return isinstance(node, Symbol) and node.name == "t" and not node.font


def _unprimed(node: Node) -> Node:
    if isinstance(node, Scripted) and node.primes == 1 and node.sup is None:
        return replace(node, primes=0, sup=Symbol(node.end - 1, node.end, TOP))
    return node


def _lettered(node: Node) -> Node:
    if isinstance(node, Scripted) and _is_t(node.sup):
        return replace(node, sup=replace(node.sup, name=TOP))
    return node


def _row(row: Row, changes) -> Row:
    for change in changes:
        row = rewritten(row, change)
    return row


def rewritten(node, change: Callable[[Node], Node]):
    """The same tree with each node changed, those inside before those outside."""
    if isinstance(node, tuple):
        made = tuple(rewritten(part, change) for part in node)
        return made if any(a is not b for a, b in zip(made, node, strict=True)) else node
    if not isinstance(node, Node):
        return node
    parts = {f.name: getattr(node, f.name) for f in fields(node)}
    new = {name: made for name, part in parts.items() if (made := rewritten(part, change)) is not part}
    return change(replace(node, **new) if new else node)
