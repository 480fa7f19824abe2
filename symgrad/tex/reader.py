r"""Formulas to trees: `read_display` for lines of statements, `read_expression` for one expression."""

from __future__ import annotations

from dataclasses import replace

from .bars import counted
from .faults import Fault, limit
from .grammar import Parser
from .lines import lines
from .macros import Macros, expand
from .meaning import understood
from .rows import rows
from .syntax import Node, Row
from .tokens import Token, lex


def read_display(text: str, at: int = 0, macros: Macros | None = None) -> tuple[Row, ...]:
    r"""The rows of a display or an inline formula, given without its dollars; `at` is its place in the document.

    Faults tell the place in the document, what is wrong, what was expected.

    >>> [row.number for row in read_display(r"a &= b + c \\ &= d, \quad d = 2")]
    [0, 1, 1]
    >>> read_display(r"\frac{a}{b", at=10)
    Traceback (most recent call last):
    symgrad.tex.faults.Fault: a { that is not closed
    character 18
    a } is missing
    """
    tokens = _tokens(text, at, macros)
    try:
        return tuple(_linked([row for line in lines(tokens) for row in rows(line, at + len(text))]))
    except RecursionError:
        raise limit("the formula is nested too deeply", at) from None


def _linked(found: list[Row]) -> list[Row]:
    """A line that is only "where" belongs to the next one."""
    out: list[Row] = []
    link = ""
    for row in found:
        if row.statement is None and row.link and not row.remarks and row is not found[-1]:
            link = row.link
            continue
        out.append(replace(row, link=row.link or link))
        link = ""
    return out


def read_expression(text: str, at: int = 0, macros: Macros | None = None) -> Node:
    r"""One expression, statement or list.

    >>> type(read_expression(r"W \in \mathbb{R}^{m \times n}")).__name__
    'Relation'
    """
    parser = Parser(_tokens(text, at, macros), at + len(text))
    parser.inside = "cell"
    try:
        found = parser.items()
    except RecursionError:
        raise limit("the formula is nested too deeply", at) from None
    if found is None or parser.here.kind != "stop":
        shown = parser.here.text or "the end"
        raise Fault(f"{shown} where an expression is expected", parser.here.at, "write one expression")
    return found


def _tokens(text: str, at: int, macros: Macros | None) -> list[Token]:
    return counted(understood(expand(lex(text, at), macros or {})))
