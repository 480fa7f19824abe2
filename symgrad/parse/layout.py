"""What a bracket, a bar or a line break is depends on what stands before it; decided here, between lexer and parser."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from lark import Token

from ..errors import LimitError, ParseError
from .faults import Fault
from .limits import NESTING, TOKENS
from .pieces import order_of

ENDS = frozenset(
    [
        "NAME",
        "NUMBER",
        "FRACTION",
        "SUBSCRIPT",
        "SUPERSCRIPT",
        "TRANSPOSED",
        "RPAR",
        "RSQB",
        "CLOSE_BAR",
        "CLOSE_NORM",
        "RFLOOR",
    ]
)
"""Tokens that end a value."""
SUBSCRIPTED = ENDS - {"NUMBER", "FRACTION", "CLOSE_BAR", "CLOSE_NORM", "RFLOOR"}
"""Those of them after which `[` is a subscript, not a factor."""
OPENERS = frozenset(["LSUB", "LSQB", "LCALL", "LPAR", "OPEN_BAR", "OPEN_NORM", "LFLOOR"])
CLOSERS = frozenset(["RSQB", "RPAR", "CLOSE_BAR", "CLOSE_NORM", "RFLOOR"])
PAIRED = {"BAR": ("OPEN_BAR", "CLOSE_BAR"), "NORM": ("OPEN_NORM", "CLOSE_NORM")}


class Layout:
    """The lexer's tokens, retyped; counts them and the depth of their brackets."""

    always_accept = ("LSQB", "LPAR", "BAR", "NORM", "NEWLINE", "PARTIAL")

    def process(self, stream: Iterator[Token]) -> Iterator[Token]:
        return _retyped(stream)


def _retyped(stream):
    opened: list[str] = []
    owed: Counter[int] = Counter()
    before, broken = "", False
    for count, token in enumerate(stream):
        if count >= TOKENS:
            raise Fault(LimitError, f"more than {TOKENS:,} names, numbers and signs", token.start_pos)
        if token.type == "NEWLINE":
            if opened or before not in ENDS:
                continue
            broken = True
        elif broken and token.type == "SIGN" and before == "NEWLINE":
            raise Fault(
                ParseError,
                f'a line begins with "{token}"',
                token.start_pos,
                "end the line above with the sign, or use ( )",
            )
        token.type = _type(_in_derivative(token, owed, len(opened)), before, opened)
        before = _track(token, before, opened)
        yield token


def _in_derivative(token, owed, depth):
    """Above or below the bar of `∂²f/∂x∂y`: `owed` counts, at a depth of brackets, the ∂ still to come below."""
    if token.type == "OVER":
        return "OVER" if owed[depth] else "MULOP"
    if token.type != "PARTIAL":
        return token.type
    kind = "BY" if owed[depth] else "PARTIAL"
    owed[depth] = owed[depth] - 1 if owed[depth] else order_of(token)
    return kind


def _type(kind, before, opened):
    if kind == "LSQB":
        return "LSUB" if before in SUBSCRIPTED else "LSQB"
    if kind == "LPAR":
        return "LCALL" if before in ("NAME", "ROOT_CALL") else "LPAR"
    if kind in PAIRED:
        opening, closing = PAIRED[kind]
        inside = opened[-1] if opened else ""
        if before not in ENDS:
            return opening
        return closing if inside == opening else "DIVIDES" if kind == "BAR" and inside == "LSQB" else opening
    return kind


def _track(token, before, opened):
    """What the next token sees before it; keeps the brackets that are open."""
    if token.type in OPENERS:
        if len(opened) >= NESTING:
            raise Fault(LimitError, f"more than {NESTING} brackets within one another", token.start_pos)
        opened.append(token.type)
    elif token.type in CLOSERS and opened:
        row = opened.pop() == "LSQB"
        return "CLOSE_BAR" if row else token.type  # after [i=j] another [ is a factor
    return "BOUND" if token.type == "SUBSCRIPT" and before == "REDUCTION" else token.type
