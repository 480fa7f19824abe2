"""Values in text: `"W=[[.4,.6],[.7,-.2]]; x=[.5,.3]; s=2"`, exact."""

from __future__ import annotations

from fractions import Fraction

from sympy import Integer, Rational

from ..errors import ParseError, ShapeError
from .arithmetic import divide, power
from .faults import Fault, answered
from .reader import read
from .syntax import Negative, Node, Number, Power, Product, Row


def parse_values(text: str) -> dict[str, object]:
    """Numbers, or nested lists of them, by name: integers and fractions.

    >>> parse_values("W=[[.4,.6],[.7,-.2]]; s=2")
    {'W': [[Fraction(2, 5), Fraction(3, 5)], [Fraction(7, 10), Fraction(-1, 5)]], 's': 2}
    """
    with answered(text):
        found: dict[str, object] = {}
        for e in read(text):
            if not e.name or e.indexed:
                raise Fault(ParseError, "a value is given as name=number", e.at, "for example x=[1,2]; s=2")
            if e.name in found:
                raise Fault(ParseError, f"{e.name} is given twice", e.at)
            found[e.name] = _value(e.right)
        return found


def _value(node: Node):
    if not isinstance(node, Row):
        return _plain(_number(node))
    rows = [_value(i) for i in node.items]
    for row, item in zip(rows, node.items, strict=True):
        if _shape(row) != _shape(rows[0]):
            raise Fault(ShapeError, "rows of unequal length", item.at)
    return rows


def _shape(value):
    return (len(value), *(_shape(value[0]) if value else ())) if isinstance(value, list) else ()


def _number(node) -> Rational:
    if isinstance(node, Number):
        return node.value
    if isinstance(node, Negative):
        return -_number(node.operand)
    if isinstance(node, Product) and [op for op, _, _ in node.factors] == ["*", "/"]:
        above, below = (_number(f) for _, _, f in node.factors)
        return divide(above, below, node.at)
    if isinstance(node, Power):
        value = power(_number(node.base), _number(node.exponent), node.at)
        if isinstance(value, Rational):
            return value
    raise Fault(ParseError, "a number is expected", node.at, "for example 2, -0.5, 1/3, [1, 2]")


def _plain(value: Rational):
    return int(value) if isinstance(value, Integer) else Fraction(int(value.p), int(value.q))
