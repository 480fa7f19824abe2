"""Index maps and sizes: integer expressions of indices and sizes, affine in the indices, with quo, rem and ⌊…⌋."""

from __future__ import annotations

from collections.abc import Callable

from sympy import Add, Expr, Integer, expand

from ..errors import LimitError, ParseError, UnknownNameError
from ..expr.affine import Quo, Rem
from ..expr.indices import Index
from .faults import Fault
from .limits import SIZE, TERMS
from .names import Names, is_whole_number
from .syntax import Call, Floor, Name, Negative, Node, Number, Power, Product, Sum

POWER = 8
"""The highest power of a size."""
FLOORS = {"quo": Quo, "rem": Rem}

Look = Callable[[Name], Expr]


def index_map(node: Node, look: Look) -> Expr:
    """The integer that a node stands for; `look` gives the meaning of names.

    >>> from symgrad.expr.indices import param
    >>> from symgrad.parse.reader import read
    >>> index_map(read("s*i + 2(p − P)")[0].right, lambda name: param(name.text))
    -2*P + i*s + 2*p
    """
    method = KINDS.get(type(node))
    if method is None:
        raise Fault(
            ParseError, "not an index", node.at, "an index is an integer expression of indices and sizes: s*i + p − P"
        )
    return _small(method(node, look), node.at)


def _number(node, look):
    if abs(node.value) > SIZE:
        raise Fault(LimitError, f"an integer beyond {SIZE:,}", node.at)
    return node.value


def _sum(node, look):
    return Add(*(sign * index_map(term, look) for sign, _, term in node.terms))


def _product(node, look):
    value = Integer(1)
    for op, at, factor in node.factors:
        value = _small(_times(value, op, index_map(factor, look), at), at)
    return value


def _times(value, op, factor, at):
    if op in ("*", ""):
        if value.has(Index) and factor.has(Index):
            raise Fault(ParseError, "a product of two indices", at, "index maps are affine in the indices: s*i + p")
        if len(Add.make_args(value)) * len(Add.make_args(factor)) > TERMS:
            raise Fault(LimitError, "an index map of too many terms", at)
        return expand(value * factor)
    if op == "@":
        raise Fault(ParseError, "not an index", at, "@ multiplies matrices")
    _check_divisor(factor, at)
    return Rem(value, factor) if op == "mod" else expand(value / factor)


def _check_divisor(divisor, at):
    if divisor.has(Index):
        raise Fault(ParseError, "division by an index", at, "index maps are affine in the indices: s*i + p")
    if divisor == 0:
        raise Fault(ParseError, "division by zero", at)
    if len(Add.make_args(divisor)) > POWER:
        raise Fault(LimitError, "a divisor of too many terms", at)


def _power(node, look):
    base = index_map(node.base, look)
    simple = base.is_Atom and not isinstance(base, Index)
    if not (is_whole_number(node.exponent) and 0 <= node.exponent.value <= POWER and simple):
        raise Fault(
            ParseError, "a power in an index", node.at, f"only a size or a number to an integer up to {POWER}: n**2"
        )
    return base**node.exponent.value


def _call(node, look):
    name = node.function.text if isinstance(node.function, Name) else ""
    if name in FLOORS and len(node.arguments) == 2 and not node.keywords:
        a, b = (index_map(a, look) for a in node.arguments)
        _check_divisor(b, node.at)
        return FLOORS[name](a, b)
    if len(node.arguments) == 1 and name and name not in FLOORS and not node.keywords:
        return _times(look(node.function), "*", index_map(node.arguments[0], look), node.at)  # s(i + 1)
    raise Fault(ParseError, "a function in an index", node.at, "index maps know quo(a,b) and rem(a,b)")


def _floor(node, look):
    a, b = index_map(node.operand, look).as_numer_denom()
    _check_divisor(b, node.at)
    return Quo(expand(a), b)


def _small(value, at):
    if len(Add.make_args(value)) > TERMS:
        raise Fault(LimitError, "an index map of too many terms", at)
    if value.is_Rational and max(abs(value.p), value.q) > SIZE:
        raise Fault(LimitError, f"an integer beyond {SIZE:,}", at)
    return value


KINDS = {
    Number: _number,
    Name: lambda node, look: look(node),
    Sum: _sum,
    Product: _product,
    Negative: lambda node, look: -index_map(node.operand, look),
    Power: _power,
    Call: _call,
    Floor: _floor,
}


def size(node: Node, names: Names, letters=()) -> Expr:
    """A size: an expression of integers and names of sizes, none of them an index."""

    def look(name):
        if name.text in letters and name.text not in names.sizes:
            raise Fault(
                ParseError,
                f"the range of an index depends on the index {name.text}",
                name.at,
                "use a condition: sum[k: k<i] …",
            )
        if name.text in names.tensors and name.text not in names.sizes:
            raise Fault(
                UnknownNameError,
                f"{name.text} is a tensor, not a size",
                name.at,
                "a size is an integer or a name of its own",
            )
        return names.size(name.text)

    value = index_map(node, look)
    if (value.is_Integer and value < 0) or (value.is_Rational and not value.is_Integer):
        raise Fault(ParseError, f"{value} is not a size", node.at, "a size is an integer >= 0")
    return value


def look(names: Names, indices: dict[str, Index], alone: bool) -> Callable[[Name], Expr]:
    """The meaning of names in an index map: indices in scope, sizes; an undeclared name beside others is a size too."""

    def meaning(name):
        if name.text in indices:
            return indices[name.text]
        if name.text in names.sizes:
            return names.sizes[name.text]
        if name.text in names.tensors:
            raise Fault(
                UnknownNameError,
                f"{name.text} is a tensor, not an index",
                name.at,
                "an index is a letter that is bound or on the left side",
            )
        if alone:
            raise Fault(
                UnknownNameError,
                f"index {name.text} is neither on the left side nor bound",
                name.at,
                f"write y[{name.text}] = … or sum[{name.text}] …",
            )
        return names.size(name.text)

    return meaning
