"""What the builder makes of tokens: numbers, names, runs of small letters, factors, left sides."""

from __future__ import annotations

from fractions import Fraction
from unicodedata import normalize

from lark import Token
from sympy import Rational

from ..errors import LimitError, ParseError
from . import syntax as s
from .faults import Fault
from .limits import DIGITS, NAME

SIGNS = {"−": "-", "·": "*", "⋅": "*", "×": "*", "∗": "*", "÷": "/", "^": "**"}
RELATIONS = {
    **{"=": "=", "==": "=", "!=": "!=", "≠": "!=", "~": "~", "|": "|"},
    **{"<": "<", "<=": "<=", "≤": "<=", ">": ">", ">=": ">=", "≥": ">="},
    **{"!>": "!>", "≯": "!>", "!>=": "!>=", "≱": "!>=", "!<": "!<", "≮": "!<", "!<=": "!<=", "≰": "!<="},
}
REDUCTIONS = {"Σ": "sum", "∑": "sum", "Π": "prod", "∏": "prod"}


def number(text: str, at: int) -> Rational:
    """The exact value of a decimal.

    >>> number("0.1", 0), number("1e-3", 0)
    (1/10, 1/1000)
    """
    digits, _, exponent = text.lower().partition("e")
    if len(digits) > DIGITS or len(exponent) > 4 or abs(int(exponent or 0)) > DIGITS:
        raise Fault(LimitError, f"a number of more than {DIGITS} digits", at)
    value = Fraction(text)
    return Rational(value.numerator, value.denominator)


def plain(characters: str) -> str:
    """Small letters and digits as ordinary ones: `ᵢ₂` is `i2`."""
    return normalize("NFKC", characters).replace("−", "-")


def nodes_in(children):
    return tuple(c for c in children if isinstance(c, s.Node))


def checked_name(name: str, at: int) -> str:
    if len(name) > NAME:
        raise Fault(LimitError, f"a name of more than {NAME} characters", at)
    if not name.isidentifier():
        raise Fault(ParseError, f"{name} is not a name", at, "a name is letters, digits and _")
    return name


def sign_of(token: Token) -> str:
    return SIGNS.get(token, str(token))


def factor_of(op, place, node, before):
    """A factor; side by side is refused where it could be read in two ways."""
    if before and not op:
        first = node.base if isinstance(node, s.Power) else node
        if isinstance(first, s.Number):
            raise Fault(ParseError, "a number follows a factor", node.at, "write * between them")
        if before[-1][0] == "/":
            raise Fault(ParseError, "a/b c can be read as (a/b)·c and as a/(b·c)", node.at, "write it with ( ) or *")
    return (op or ("" if before else "*"), place, node)


def call_of(name, at, operand):
    return s.Call(at, s.Name(at, name), (operand,))


def run_of(token: Token) -> tuple[s.Node, ...]:
    found = enumerate(plain(token), token.start_pos or 0)
    return tuple(s.Number(at, Rational(int(c))) if c.isdigit() else s.Name(at, c) for at, c in found)


def signed_number(text, at):
    return s.Number(at, number(text, at)) if text[0] not in "+-" else _negated(text, at)


def _negated(text, at):
    return s.Number(at, number(text[1:], at) * (-1 if text[0] == "-" else 1))


def bound_of(node: s.Node) -> s.Bound:
    if isinstance(node, s.Name):
        return s.Bound(node.at, node.text, None)
    if isinstance(node, s.Relation) and isinstance(node.first, s.Name) and [op for op, _, _ in node.rest] == ["<"]:
        return s.Bound(node.at, node.first.text, node.rest[0][2])
    raise Fault(ParseError, "an index is expected", node.at, "a letter, or a letter with its range: i, i<n")


def equation_of(left: s.Node, right: s.Node) -> s.Equation:
    if isinstance(left, s.Name):
        return s.Equation(left.at, left.text, (), False, right)
    if not (isinstance(left, s.Subscript) and isinstance(left.base, s.Name)):
        raise Fault(
            ParseError,
            "the left side is not a name",
            left.at,
            "write a name, or a name with its free indices: q[k] = …",
        )
    name, items = left.base.text, left.items
    while left.run and items and isinstance(items[0], s.Number):
        name, items = f"{name}{items[0].value}", items[1:]
    free = tuple(map(bound_of, items))
    letters = [b.letter for b in free]
    for k, b in enumerate(free):
        if b.letter in letters[:k]:
            raise Fault(
                ParseError, f"index {b.letter} stands twice on the left", b.at, "each free index stands there once"
            )
    return s.Equation(left.at, name, free, bool(free), right)


def derivative(at: int, of: s.Node, by: tuple[s.Node, ...]) -> s.Derivative:
    """The derivative of a derivative is one of higher order."""
    if isinstance(of, s.Derivative):
        return s.Derivative(at, of.of, (*of.by, *by))
    return s.Derivative(at, of, by)


def is_partial(function: s.Node, arguments: tuple) -> bool:
    """Whether a call is `partial(f, W[i,j])`, the spelling without ∂ of `∂f/∂W[i,j]`."""
    return isinstance(function, s.Name) and function.text == "partial" and len(arguments) > 1


def order_of(token: Token) -> int:
    """How often `∂²` or `∇²_` differentiates."""
    return int(plain(token.strip("∂∇_")) or 1)
