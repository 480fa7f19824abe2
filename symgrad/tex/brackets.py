"""Brackets of every kind, and bars."""

from __future__ import annotations

from . import names
from .cursor import Cursor
from .faults import Fault
from .syntax import Group, Node
from .tokens import Token

PAIRS = {("(", ")"), ("[", "]"), ("(", "]"), ("[", ")"), ("{", "}"), ("⟨", "⟩"), ("⌊", "⌋"), ("⌈", "⌉"), ("⟦", "⟧")}
PAIRS |= {("|", "|"), ("‖", "‖"), ("|", "⟩"), ("⟨", "|"), ("⌊", "⌉")}


def bracket(p: Cursor, opening: Token) -> Node:
    """`( … )`, `\\lVert … \\rVert`; half-open intervals `[0, 1)` too."""
    with p.within("brackets", bars=("close",) if opening.text == "|" else ()):
        body = p.items()
    if p.here.kind != "close" or (opening.text, p.here.text) not in PAIRS:
        raise _unclosed(p, opening)
    return Group(opening.at, p.advance().end, opening.text, _own(p.tokens[p.k - 1].text), body)


def _own(text: str) -> str:
    return text


def sided(p: Cursor, opening: Token) -> Node:
    """`\\left( … \\right)`; `\\left. … \\right|` is a place of evaluation."""
    with p.within("brackets"):
        body = p.items()
    if p.here.kind != "right":
        raise _unclosed(p, opening)
    closing = p.advance()
    return Group(opening.at, closing.end, opening.text, closing.text, body)


def barred(p: Cursor, opening: Token) -> Node:
    """`|x|`, `\\|x\\|`."""
    with p.within("brackets", bars=(*p.bars, opening.text)):
        body = p.items()
    if p.here.kind not in ("bar", "lone bar") or p.here.text != opening.text:
        raise _unclosed(p, opening)
    if body is None:
        raise Fault("nothing between two bars", opening.at, "write \\lVert x \\rVert, or \\mid for “given”")
    return Group(opening.at, p.advance().end, opening.text, opening.text, body)


def _unclosed(p: Cursor, opening: Token) -> Fault:
    side = "\\left" if opening.kind == "left" else ""
    wanted = "\\right" if side else names.MATCHING.get(opening.text, "")
    if p.here.kind == "stop" or not p.here.text:
        return Fault(f"{side}{opening.text} is not closed", opening.at, f"{wanted} is missing")
    found = f"{p.here.text} where {wanted} is expected"
    return Fault(found, p.here.at, f"it would close the {side}{opening.text} before")
