"""The kernel text of an elementwise function, `x*np.tanh(x)`, as operations: read as Python's syntax, never run."""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import cache

from sympy import Integer, Rational, pi

from ..errors import NoRuleError
from ..expr.elementwise import Elementwise
from .program import Labelled

OPERATORS: dict[type, str] = {
    ast.Add: "add",
    ast.Sub: "subtract",
    ast.Mult: "multiply",
    ast.Div: "divide",
    ast.Pow: "power",
    ast.USub: "negative",
}
RELATIONS: dict[type, str] = {ast.Gt: "greater", ast.GtE: "greater_equal", ast.Eq: "equal", ast.Lt: "less"}


def spelled(at, row: Elementwise, args: list[Labelled]) -> Labelled:
    """The operations that the row's kernel text says, on these arguments."""
    if not row.kernel:
        raise NoRuleError(f"{row.name} has no kernel text", hint="its row in symgrad/expr needs `kernel`")
    return _Reader(at, dict(zip((f"_{k}" for k in range(len(args))), args, strict=True))).read(_tree(row.kernel))


@cache
def _tree(text: str) -> ast.expr:
    return ast.parse(text.format(*(f"_{k}" for k in range(text.count("{")))), mode="eval").body


class _Reader:
    def __init__(self, at, names):
        self.at, self.names = at, names

    def read(self, node: ast.expr) -> Labelled:
        match node:
            case ast.Name(id=name):
                return self.names[name]
            case ast.Constant(value=value):
                return self.at.number(Integer(value) if isinstance(value, int) else Rational(repr(value)))
            case ast.Attribute(attr="pi"):
                return self.at.number(pi)
            case ast.BinOp(left=a, op=op, right=b):
                return self.operation(OPERATORS[type(op)], a, b)
            case ast.UnaryOp(op=op, operand=a):
                return self.operation(OPERATORS[type(op)], a)
            case ast.Compare(left=a, ops=[op], comparators=[b]):
                return self.at.ufunc(RELATIONS[type(op)], self.read(a), self.read(b), kind="bool")
            case ast.Call(func=ast.Attribute(attr="where"), args=[c, a, b]):
                return self.at.where(self.read(c), self.read(a), self.read(b))
            case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name), args=args):
                return self.operation(name, *args)
        raise NoRuleError(f"not understood in a kernel text: {ast.dump(node)}")

    def operation(self, name, *nodes):
        """Operations on numbers alone are numbers, so that no array of another type comes in."""
        args = [self.read(n) for n in nodes]
        if name in FOLD and all(a.value.op == "number" for a in args):
            return self.at.number(FOLD[name](*(a.value.options[0] for a in args)))
        return self.at.ufunc(name, *args)


FOLD: dict[str, Callable] = {
    "negative": lambda a: -a,
    "multiply": lambda a, b: a * b,
    "divide": lambda a, b: a / b,
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "sqrt": lambda a: a ** Rational(1, 2),
}
