"""NumPy-like expressions: the syntax tree to tensors, by NumPy's functions and operators as tensors know them."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType

from sympy import Expr, Integer

from ..errors import LimitError, ParseError, ShapeError
from ..expr import operations
from ..expr.constants import tensor
from ..expr.contractions import matmul
from ..expr.indexing import item
from ..expr.tensors import Tensor
from .faults import Fault, at, root_before_power
from .functions import FUNCTIONS, METHODS, OPERATORS, PROPERTIES, call, combine, compared
from .limits import JOINED, RANK
from .names import CONSTANTS, Names
from .syntax import (
    Attribute,
    Both,
    Call,
    Derivative,
    Ellipsis,
    Group,
    Name,
    Negative,
    Node,
    Number,
    Power,
    Product,
    Quoted,
    Reduction,
    Relation,
    Root,
    Row,
    Slice,
    Subscript,
    Sum,
)

WORDS = MappingProxyType({"True": True, "False": False, "None": None, "newaxis": None})


class Arrays:
    """Reads expressions of whole tensors; `notation` gives the value of index notation that stands within one."""

    def __init__(self, names: Names, notation: Callable[[Node], Tensor]):
        self.names, self.notation = names, notation
        self.found: dict[Node, object] = {}

    def tensor(self, node: Node) -> Tensor:
        """The tensor that a node stands for; a number is one without axes."""
        value = self.value(node)
        if not isinstance(value, (Tensor, Expr)):
            raise Fault(ParseError, "not a tensor", node.at)
        return value if isinstance(value, Tensor) else tensor(value)

    def value(self, node: Node):
        """A tensor or a number; as an argument also a tuple, a list, a slice, a text, True, False or None."""
        if node not in self.found:
            method = self.KINDS.get(type(node))
            if method is None:
                raise Fault(ParseError, "not an expression of tensors", node.at)
            self.found[node] = _bounded(method(self, node), node.at)
        return self.found[node]

    # Names and arithmetic

    def _name(self, node):
        for known in (self.names.tensors, WORDS, CONSTANTS, self.names.sizes):
            if node.text in known:
                return known[node.text]
        if node.text in FUNCTIONS or node.text in operations.NAMES:
            raise Fault(ParseError, f"{node.text} is a function", node.at, f"call it: {node.text}(x)")
        raise self.names.unknown(node.text, node.at)

    def _operand(self, node):
        value = self.value(node)
        if not isinstance(value, (Tensor, Expr, list)):
            raise Fault(ParseError, "not a value to compute with", node.at)
        return value

    def _sum(self, node):
        return self._fold("add", [(place, self._signed(sign, term)) for sign, place, term in node.terms])

    def _signed(self, sign, node):
        value = self._operand(node)
        return value if sign > 0 else self._negated(value, node.at)

    def _negated(self, value, place):
        if isinstance(value, Expr):
            return -value
        with at(place):
            return operations.elementwise("negative", value)

    def _fold(self, name, operands):
        (_, value), *rest = operands
        for place, operand in rest:
            value = combine(name, value, operand, place)
        return value

    def _product(self, node):
        (_, _, first), *rest = node.factors
        value = self._operand(first)
        for op, place, factor in rest:
            value = self._times(value, op, self._operand(factor), place)
        return value

    def _times(self, a, op, b, place):
        if op == "@":
            with at(place):
                return matmul(a, b)
        if op == "mod":
            raise Fault(ParseError, "mod of tensors", place, "it stands in index maps: x[i mod 2]")
        if not op and all(isinstance(t, Tensor) and t.ndim for t in (a, b)):
            raise Fault(
                ParseError, "tensors side by side", place, "write @ for the matrix product, * for entry by entry"
            )
        return combine(OPERATORS[op], a, b, place)

    def _negative(self, node):
        return self._negated(self._operand(node.operand), node.at)

    def _power(self, node):
        if isinstance(node.base, Call) and self.names.is_product(node.base):
            inner = Power(node.base.arguments[0].at, node.base.arguments[0], node.exponent)
            return self._times(self._operand(node.base.function), "", self._power(inner), node.at)
        if isinstance(node.base, Root) and self.names.is_product(node.base.operand):
            under = node.base.operand.arguments[0]
            inner = Power(under.at, under, node.exponent)
            return self._times(self._root_of(node.base.operand.function), "", self._power(inner), node.at)
        return combine("power", self._operand(node.base), self._operand(node.exponent), node.at)

    def _derivative(self, node):
        known = self.names.derivatives.get(tuple(map(self.tensor, (node.of, *node.by))))
        if known is None:
            raise self.names.underived(node.at)
        return known

    # Indexing

    def _subscript(self, node):
        if is_indexed(node, self.names):
            return self.notation(node)
        base, items = self.names.head(node)
        if not items:
            return self.value(base)
        t = self.value(base)
        if isinstance(t, list) or not isinstance(t, Tensor):
            raise Fault(ShapeError, "only a tensor has entries", node.at)
        key = tuple(_plain(self.value(i)) for i in items)
        with at(node.at):
            return item(t, key)

    def _slice(self, node):
        return slice(
            *(None if part is None else _plain(self.value(part)) for part in (node.start, node.stop, node.step))
        )

    # Calls

    def _call(self, node):
        if self.names.is_product(node):
            return self._times(self._operand(node.function), "", self._operand(node.arguments[0]), node.at)
        arguments = [_plain(self.value(a)) for a in node.arguments]
        keywords = {k.text: _plain(self.value(v)) for k, v in node.keywords}
        if isinstance(node.function, Attribute):
            name, arguments = self._method(node.function, arguments)
        elif isinstance(node.function, Name):
            name = node.function.text
        else:
            raise Fault(ParseError, "not a function", node.function.at)
        return call(name, arguments, keywords, node.function.at)

    def _root(self, node):
        call, power = node.operand, node.power
        if not self.names.is_product(call):
            if power is not None:
                raise root_before_power(node.at)
            return self._root_of(call)
        under = call.arguments[0]
        rest = under if power is None else Power(under.at, under, power)
        return self._times(self._root_of(call.function), "", self._operand(rest), node.at)

    def _root_of(self, node):
        return call("sqrt", [self._operand(node)], {}, node.at)

    def _method(self, node, arguments):
        if node.name not in METHODS:
            raise self._no_attribute(node)
        if node.name == "transpose" and arguments and not isinstance(arguments[0], tuple):
            arguments = [tuple(arguments)]
        return node.name, [self._operand(node.base), *arguments]

    def _attribute(self, node):
        if node.name not in PROPERTIES:
            raise self._no_attribute(node)
        with at(node.at):
            return PROPERTIES[node.name](self._operand(node.base))

    def _no_attribute(self, node):
        with at(node.at):
            raise operations.unknown(node.name, (*METHODS, *PROPERTIES))

    # Lists, points, relations

    def _row(self, node):
        if is_indexed(node, self.names):
            return self.notation(node)
        return list(self._parts(node))

    def _parts(self, node):
        if len(node.items) > JOINED:
            raise Fault(LimitError, f"more than {JOINED} parts", node.at)
        return tuple(_plain(self.value(i)) for i in node.items)

    def _relation(self, node):
        sides = [self._operand(e) for e in (node.first, *(e for _, _, e in node.rest))]
        value = None
        for a, b, (op, place, _) in zip(sides, sides[1:], node.rest, strict=False):
            holds = compared(op, a, b, place)
            value = holds if value is None else combine("multiply", value, holds, place)
        return value

    def _both(self, node):
        return self._fold("multiply", [(c.at, self._operand(c)) for c in node.conditions])

    KINDS = MappingProxyType(
        {
            Number: lambda self, node: node.value,
            Name: _name,
            Quoted: lambda self, node: node.text,
            Ellipsis: lambda self, node: ...,
            Sum: _sum,
            Product: _product,
            Negative: _negative,
            Power: _power,
            Subscript: _subscript,
            Slice: _slice,
            Call: _call,
            Root: _root,
            Derivative: _derivative,
            Attribute: _attribute,
            Group: _parts,
            Row: _row,
            Relation: _relation,
            Both: _both,
            Reduction: lambda self, node: self.notation(node),
        }
    )


def is_indexed(node: Node, names: Names) -> bool:
    """Whether there is index notation in a node: a reduction, a bracket, or an entry with an index that has a name.

    >>> from symgrad.parse.reader import read
    >>> [is_indexed(e.right, Names()) for e in read("W[i,j]; W[0,1]; x[1:]; sum(x); sum[k] x[k]; [i=j]")]
    [True, False, False, False, True, True]
    """
    return any(_is_indexed(part, names) for part in node.walk())


def _is_indexed(node, names):
    if isinstance(node, (Reduction, Both)):
        return True
    if isinstance(node, Row):
        return any(isinstance(i, Relation) for i in node.items)
    if not isinstance(node, Subscript):
        return False
    inside = (part for i in node.items if not isinstance(i, Slice) for part in i.walk())
    return any(isinstance(i, Relation) for i in node.items) or any(
        isinstance(p, Name) and p.text not in names.sizes and p.text not in WORDS for p in inside
    )


def _plain(value):
    """Integers as Python's, as axes and shapes are given."""
    return int(value) if isinstance(value, Integer) else value


def _bounded(value, place):
    if isinstance(value, Tensor) and value.ndim > RANK:
        raise Fault(LimitError, f"more than {RANK} axes", place)
    return value
