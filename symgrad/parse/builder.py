"""Grammar rules to syntax tree: one method a rule, called by the parser from the inside out."""

from __future__ import annotations

from fractions import Fraction
from unicodedata import numeric

from lark import Token, Transformer
from sympy import Rational

from ..errors import LimitError, ParseError
from . import syntax as s
from .faults import Fault, root_before_power
from .limits import EQUATIONS
from .pieces import (
    REDUCTIONS,
    RELATIONS,
    bound_of,
    call_of,
    checked_name,
    derivative,
    equation_of,
    factor_of,
    is_partial,
    nodes_in,
    number,
    order_of,
    plain,
    run_of,
    sign_of,
    signed_number,
)


class Builder(Transformer):
    """Makes the nodes of `syntax`."""

    def program(self, children):
        statements = nodes_in(children)
        if len(statements) > EQUATIONS:
            raise Fault(LimitError, f"more than {EQUATIONS} equations", statements[EQUATIONS].at)
        return statements

    def statement(self, children):
        left, _, right = children
        if right is None:
            return s.Equation(left.at, "", (), False, left)
        return equation_of(left, right)

    def declarations(self, children):
        return nodes_in(children)

    def declaration(self, children):
        name, items = children[0], children[2] or ()
        return s.Declaration(name.start_pos, checked_name(str(name), name.start_pos), items)

    def relation(self, children):
        first, *rest = children
        if not rest:
            return first
        steps = ((RELATIONS[str(op)], op.start_pos, e) for op, e in zip(rest[::2], rest[1::2], strict=True))
        return s.Relation(first.at, first, tuple(steps))

    def condition(self, children):
        return s.Both(children[0].at, nodes_in(children))

    def sum(self, children):
        first, *rest = children
        signs = [
            (-1 if sign_of(op) == "-" else 1, op.start_pos, e) for op, e in zip(rest[::2], rest[1::2], strict=True)
        ]
        return s.Sum(first.at, ((1, first.at, first), *signs))

    def product(self, children):
        factors: list[tuple[str, int, s.Node]] = []
        op, place = "", children[0].at
        for c in children:
            if isinstance(c, Token):
                op, place = sign_of(c), c.start_pos
            else:
                factors.append(factor_of(op, place if op else c.at, c, factors))
                op = ""
        return s.Product(children[0].at, tuple(factors)) if len(factors) > 1 else children[0]

    def tail(self, children):
        return children[0]

    def signed(self, children):
        sign, operand = children
        return s.Negative(sign.start_pos, operand) if sign_of(sign) == "-" else operand

    def power(self, children):
        base, _, exponent = children
        return base if exponent is None else s.Power(base.at, base, exponent)

    def root(self, children):
        sign, operand = children
        base, power = (operand.base, operand.exponent) if isinstance(operand, s.Power) else (operand, None)
        if isinstance(base, s.Call) and isinstance(base.function, s.Name):
            return s.Root(sign.start_pos, base, power)
        if power is not None:
            raise root_before_power(sign.start_pos)
        return call_of("sqrt", sign.start_pos, operand)

    def reduction(self, children):
        op, _, bounds, _, guards, _, body = children
        return s.Reduction(op.start_pos, REDUCTIONS.get(op, str(op)), bounds, guards or (), body)

    def run_reduction(self, children):
        op, run, body = children
        bounds = tuple(bound_of(e) for e in run_of(run))
        return s.Reduction(op.start_pos, REDUCTIONS.get(op, str(op)), bounds, (), body)

    def bounds(self, children):
        return nodes_in(children)

    def bound(self, children):
        name, _, size = children
        return s.Bound(name.start_pos, checked_name(str(name), name.start_pos), size)

    guards = bounds

    def subscript(self, children):
        base, opening, items, _ = children
        if not items:
            raise Fault(ParseError, "empty brackets", opening.start_pos, "write an index between them")
        return s.Subscript(base.at, base, items)

    def run(self, children):
        base, run = children
        return s.Subscript(base.at, base, run_of(run), True)

    def superscript(self, children):
        base, power = children
        return s.Power(base.at, base, signed_number(plain(power), power.start_pos))

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
        if is_partial(function, given) and not keywords:
            return derivative(function.at, plain[0], plain[1:])
        return s.Call(function.at, function, plain, keywords)

    def derivative(self, children):
        sign, of, _, *by = children
        found = nodes_in(by)
        if len(found) != order_of(sign):
            raise Fault(
                ParseError, f"{sign} above {len(found)} ∂", sign.start_pos, "one below for each order: ∂²f/∂x∂y"
            )
        return derivative(sign.start_pos, of, found)

    def gradient(self, children):
        sign, by, of = children
        return derivative(sign.start_pos, of, (by,) * order_of(sign))

    def name(self, children):
        (name,) = children
        return s.Name(name.start_pos, "sqrt" if name == "√" else checked_name(str(name), name.start_pos))

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
        nodes = nodes_in(children)
        return nodes[0] if len(nodes) == 1 and children[-1] is None else nodes

    def row(self, children):
        _, opening, items, _ = children
        return s.Row(opening.start_pos, items or ())

    def bars(self, children):
        return call_of("abs", children[0].start_pos, children[1])

    def norm(self, children):
        return call_of("norm", children[0].start_pos, children[1])

    def floor(self, children):
        return s.Floor(children[0].start_pos, children[1])

    def items(self, children):
        return nodes_in(children)

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

    def word_keyword(self, children):
        name, _, word = children
        return s.Name(name.start_pos, str(name)), self.string([word])
