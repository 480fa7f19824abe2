"""Text to syntax tree, or an error that says where the text goes wrong and what could stand there."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from lark import Lark, UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from ..errors import LimitError, OptionError, ParseError
from . import limits
from .builder import Builder
from .faults import Fault, spelled
from .layout import Layout

GRAMMAR = Path(__file__).with_name("text.lark")
VALUE, OPERATOR = "a value", "an operator"
# What the grammar's tokens are called; those of one name are told once.
WORDS = {
    **dict.fromkeys(("NAME", "NUMBER", "FRACTION", "LPAR", "LSQB", "REDUCTION", "ROOT", "ROOT_CALL"), VALUE),
    **dict.fromkeys(("OPEN_BAR", "OPEN_NORM", "LFLOOR", "INDICATOR", "PARTIAL", "NABLA"), VALUE),
    **{"RPAR": '")"', "RSQB": '"]"', "CLOSE_BAR": '"|"', "CLOSE_NORM": '"‖"', "RFLOOR": '"⌋"', "COMMA": '","'},
    **{"EQ": '"="', "COLON": '":"', "STRING": "text in quotes", "LSUB": '"["', "SUBSCRIPT": "an index"},
    **{"SEMICOLON": '";"', "NEWLINE": "a new line", "ELLIPSIS": '"..."', "LT": '"<"'},
    **{"OVER": '"/∂"', "BY": '"∂"'},
    **dict.fromkeys(("MULOP", "POW"), OPERATOR),
}
CLOSING = ('")"', '"]"', '"|"', '"‖"', '"⌋"', '","')


@lru_cache(maxsize=1)
def _parser() -> Lark:
    return Lark(
        GRAMMAR.read_text(encoding="utf-8"),
        parser="lalr",
        lexer="contextual",
        postlex=Layout(),
        transformer=Builder(),
        start=["program", "declarations"],
    )


def read(text: str, start: str = "program"):
    """The statements of a program, or declarations; faults in it are raised as `Fault`.

    >>> [type(e.right).__name__ for e in read("f = sum[k] q[k]**2; x")]
    ['Reduction', 'Name']
    """
    if not isinstance(text, str):
        raise OptionError(f"text is expected, not {type(text).__name__}")
    if len(text) > limits.TEXT:
        raise Fault(LimitError, f"more than {limits.TEXT:,} characters", limits.TEXT)
    try:
        return _parser().parse(text, start=start)
    except UnexpectedToken as error:
        raise _unexpected(error, text) from None
    except UnexpectedCharacters as error:
        at = error.pos_in_stream or 0
        raise Fault(ParseError, f"unexpected character {spelled(text[at])}", at) from None
    except UnexpectedInput as error:
        raise Fault(ParseError, "unreadable text", error.pos_in_stream or 0) from None


def _unexpected(error: UnexpectedToken, text: str) -> Fault:
    ended = error.token.type == "$END"
    at = len(text.rstrip()) if ended else error.token.start_pos
    if ended and not text.strip():
        return Fault(ParseError, "nothing to read", 0, "write an expression")
    fact = "unfinished expression" if ended else f"unexpected {_shown(error.token)}"
    return Fault(ParseError, fact, at, _expected(error.accepts or error.expected))


def _shown(token) -> str:
    return "line end" if token.type == "NEWLINE" else f'"{token[:30]}"'


def _expected(accepted) -> str:
    """`expected ")" or ","`: what closes an open bracket, else whatever may come."""
    words = dict.fromkeys(WORDS[t] for t in sorted(accepted) if t in WORDS)
    closing = [w for w in CLOSING if w in words]
    only_value = VALUE in words and OPERATOR not in words
    told = [VALUE] if only_value else closing or [w for w in words if w != VALUE]
    return f"expected {' or '.join(told[:4])}" if told else ""
