"""Grammar rules to syntax tree: one method a rule, called by the parser from the inside out."""

from __future__ import annotations

from fractions import Fraction
from unicodedata import normalize, numeric

from lark import Token, Transformer
from sympy import Rational

from ..errors import LimitError, ParseError
from . import syntax as s
from .faults import Fault
from .limits import DIGITS, EQUATIONS, NAME

SIGNS = {"−": "-", "·": "*", "⋅": "*", "×": "*", "∗": "*", "÷": "/", "^": "**"}
RELATIONS = {
    **{"=": "=", "==": "=", "!=": "!=", "≠": "!=", "~": "~", "|": "|"},
    **{"<": "<", "<=": "<=", "≤": "<=", ">": ">", ">=": ">=", "≥": ">="},
    **{"!>": "!>", "≯": "!>", "!>=": "!>=", "≱": "!>=", "!<": "!<", "≮": "!<", "!<=": "!<=", "≰": "!<="},
}
REDUCTIONS = {"Σ": "sum", "∑": "sum", "Π": "prod", "∏": "prod"}
INDEX_SIGNS = {"ᵢ": "i", "ⱼ": "j"}


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


def _plain(characters: str) -> str:
    """Small letters and digits as ordinary ones: `ᵢ₂` is `i2`."""
    return normalize("NFKC", characters).replace("−", "-")


def _nodes(children):
    return tuple(c for c in children if isinstance(c, s.Node))


def _checked(name: str, at: int) -> str:
    if len(name) > NAME:
        raise Fault(LimitError, f"a name of more than {NAME} characters", at)
    if not all(part.isidentifier() for part in name.replace("∂", "").split("/")):
        raise Fault(ParseError, f"{name} is not a name", at, "a name is letters, digits and _")
    return name


class Builder(Transformer):
    """Makes the nodes of `syntax`."""

    def program(self, children):
        statements = _nodes(children)
        if len(statements) > EQUATIONS:
            raise Fault(LimitError, f"more than {EQUATIONS} equations", statements[EQUATIONS].at)
        return statements

    def statement(self, children):
        left, _, right = children
        if right is None:
            return s.Equation(left.at, "", (), False, left)
        return _equation(left, right)

    def declarations(self, children):
        return _nodes(children)

    def declaration(self, children):
        name, items = children[0], children[2] or ()
        return s.Declaration(name.start_pos, _checked(str(name), name.start_pos), items)

    def relation(self, children):
        first, *rest = children
        if not rest:
            return first
        steps = ((RELATIONS[str(op)], op.start_pos, e) for op, e in zip(rest[::2], rest[1::2], strict=True))
        return s.Relation(first.at, first, tuple(steps))

    def condition(self, children):
        return s.Both(children[0].at, _nodes(children))

    def sum(self, children):
        first, *rest = children
        signs = [(-1 if _sign(op) == "-" else 1, op.start_pos, e) for op, e in zip(rest[::2], rest[1::2], strict=True)]
        return s.Sum(first.at, ((1, first.at, first), *signs))

    def product(self, children):
        factors, op, place = [], "", children[0].at
        for c in children:
            if isinstance(c, Token):
                op, place = _sign(c), c.start_pos
            else:
                factors.append(_factor(op, place if op else c.at, c, factors))
                op = ""
        return s.Product(children[0].at, tuple(factors)) if len(factors) > 1 else children[0]

    def tail(self, children):
        return children[0]

    def signed(self, children):
        sign, operand = children
        return s.Negative(sign.start_pos, operand) if _sign(sign) == "-" else operand

    def power(self, children):
        base, _, exponent = children
        return base if exponent is None else s.Power(base.at, base, exponent)

    def root(self, children):
        sign, operand = children
        if isinstance(operand, s.Power):
            raise Fault(ParseError, "√ before a power", sign.start_pos, "write √(x²) or (√x)²")
        return _call("sqrt", sign.start_pos, operand)

    def reduction(self, children):
        op, _, bounds, _, guards, _, body = children
        return s.Reduction(op.start_pos, REDUCTIONS.get(op, str(op)), bounds, guards or (), body)

    def run_reduction(self, children):
        op, run, body = children
        bounds = tuple(_bound(e) for e in _run(run))
        return s.Reduction(op.start_pos, REDUCTIONS.get(op, str(op)), bounds, (), body)

    def bounds(self, children):
        return _nodes(children)

    def bound(self, children):
        name, _, size = children
        return s.Bound(name.start_pos, _checked(str(name), name.start_pos), size)

    guards = bounds

    def subscript(self, children):
        base, opening, items, _ = children
        if not items:
            raise Fault(ParseError, "empty brackets", opening.start_pos, "write an index between them")
        return s.Subscript(base.at, base, items)

    def run(self, children):
        base, run = children
        return s.Subscript(base.at, base, _run(run), True)

    def superscript(self, children):
        base, power = children
        return s.Power(base.at, base, _signed_number(_plain(power), power.start_pos))

    def transposed(self, children):
        return s.Attribute(children[1].start_pos, children[0], "T")

    def attribute(self, children):
        base, _, name = children
        return s.Attribute(name.start_pos, base, str(name))

    def call(self, children):
        function, _, arguments, _ = children
        given = arguments or ()
        plain = tuple(a for a in given if isinstance(a, s.Node))
        keywords = tuple(a for a in given if not isinstance(a, s.Node))
        return s.Call(function.at, function, plain, keywords)

    def name(self, children):
        (name,) = children
        return s.Name(name.start_pos, "sqrt" if name == "√" else _checked(str(name), name.start_pos))

    def number(self, children):
        (token,) = children
        return s.Number(token.start_pos, number(str(token), token.start_pos))

    def fraction(self, children):
        (token,) = children
        return s.Number(token.start_pos, Rational(*Fraction(numeric(token)).limit_denominator(10).as_integer_ratio()))

    def group(self, children):
        opening, items, _ = children
        if items is None:
            return s.Group(opening.start_pos, ())
        return items if isinstance(items, s.Node) else s.Group(opening.start_pos, items)

    def group_items(self, children):
        nodes = _nodes(children)
        return nodes[0] if len(nodes) == 1 and children[-1] is None else nodes

    def row(self, children):
        _, opening, items, _ = children
        return s.Row(opening.start_pos, items or ())

    def bars(self, children):
        return _call("abs", children[0].start_pos, children[1])

    def norm(self, children):
        return _call("norm", children[0].start_pos, children[1])

    def floor(self, children):
        return s.Floor(children[0].start_pos, children[1])

    def items(self, children):
        return _nodes(children)

    def ellipsis(self, children):
        return s.Ellipsis(children[0].start_pos)

    def slice(self, children):
        start, colon, stop, _, step = children
        return s.Slice(start.at if start else colon.start_pos, start, stop, step)

    def arguments(self, children):
        given = tuple(c for c in children if not isinstance(c, Token) and c is not None)
        named = [not isinstance(c, s.Node) for c in given]
        if named != sorted(named):
            late = next(c for c, k in zip(given[named.index(True) :], named[named.index(True) :], strict=True) if not k)
            raise Fault(ParseError, "an argument after a named one", late.at, "named arguments come last")
        return given

    def string(self, children):
        (token,) = children
        return s.Quoted(token.start_pos, str(token)[1:-1])

    def keyword(self, children):
        name, _, value = children
        return s.Name(name.start_pos, str(name)), value


def _sign(token: Token) -> str:
    return SIGNS.get(token, str(token))


def _factor(op, place, node, before):
    """A factor; side by side is refused where it could be read in two ways."""
    if before and not op:
        first = node.base if isinstance(node, s.Power) else node
        if isinstance(first, s.Number):
            raise Fault(ParseError, "a number follows a factor", node.at, "write * between them")
        if before[-1][0] == "/":
            raise Fault(ParseError, "a/b c can be read as (a/b)·c and as a/(b·c)", node.at, "write it with ( ) or *")
    return (op or ("" if before else "*"), place, node)


def _call(name, at, operand):
    return s.Call(at, s.Name(at, name), (operand,))


def _run(token: Token) -> tuple[s.Node, ...]:
    found = zip(range(token.start_pos, token.end_pos), _plain(token), strict=True)
    return tuple(s.Number(at, Rational(int(c))) if c.isdigit() else s.Name(at, c) for at, c in found)


def _signed_number(text, at):
    return s.Number(at, number(text, at)) if text[0] not in "+-" else _negated(text, at)


def _negated(text, at):
    return s.Number(at, number(text[1:], at) * (-1 if text[0] == "-" else 1))


def _bound(node: s.Node) -> s.Bound:
    if isinstance(node, s.Name):
        return s.Bound(node.at, node.text, None)
    if isinstance(node, s.Relation) and isinstance(node.first, s.Name) and [op for op, _, _ in node.rest] == ["<"]:
        return s.Bound(node.at, node.first.text, node.rest[0][2])
    raise Fault(ParseError, "an index is expected", node.at, "a letter, or a letter with its range: i, i<n")


def _equation(left: s.Node, right: s.Node) -> s.Equation:
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
    free = tuple(map(_bound, items))
    letters = [b.letter for b in free]
    for k, b in enumerate(free):
        if b.letter in letters[:k]:
            raise Fault(
                ParseError, f"index {b.letter} stands twice on the left", b.at, "each free index stands there once"
            )
    return s.Equation(left.at, name, free, bool(free), right)
