"""Index notation: the syntax tree of a right side to a SymPy expression over entries."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType

from sympy import Expr, Integer, Mul

from ..errors import OptionError, ParseError, ShapeError
from ..expr.indices import Index, fresh
from ..expr.nodes import Binder, Compare, Entry, Equal, Partial
from ..expr.operations import lookup
from ..expr.tensors import Tensor, shape_text
from . import arithmetic
from .binders import reduction
from .conditions import condition, integer, negated
from .faults import Fault, root_before_power
from .faults import at as placed
from .maps import index_map, look
from .names import CONSTANTS, Names
from .syntax import (
    Attribute,
    Both,
    Bound,
    Call,
    Derivative,
    Floor,
    Name,
    Negative,
    Node,
    Number,
    Power,
    Product,
    Reduction,
    Relation,
    Root,
    Row,
    Subscript,
    Sum,
    has_condition,
)


class Notation:
    """Reads right sides; `sizes` has the range of each bound index, `whole` gives the tensor that a node stands for."""

    def __init__(self, names: Names, sizes: dict[Bound, Expr], whole: Callable[[Node], Tensor]):
        self.names, self.sizes, self.whole = names, sizes, whole

    def value(self, node: Node, env: dict[str, Index]) -> Expr:
        """The value of a node, `env` naming the indices in scope."""
        method = self.KINDS.get(type(node))
        if method is None:
            raise Fault(ParseError, "not a value", node.at)
        return method(self, node, env)

    def condition(self, node: Node, env: dict[str, Index]) -> Expr:
        """The bracket that a condition stands for."""
        return condition(self, node, env)

    # Names, numbers, arithmetic

    def _number(self, node, env):
        return node.value

    def _name(self, node, env):
        name = node.text
        if name in self.names.tensors and name not in env:
            return self._scalar(self.names.tensors[name], node.at)
        if name in self.names.tensors and not self.names.tensors[name].ndim:
            raise Fault(ParseError, f"{name} is an index and a tensor here", node.at, "rename one of them")
        for known in (env, self.names.sizes, CONSTANTS):
            if name in known:
                return known[name]
        raise self.names.unknown(name, node.at, env)

    def _scalar(self, t, at):
        if t.ndim:
            axes = ",".join("ijklmnpqrstuvwxy"[: t.ndim])
            shown = t.name or "the expression"
            hint = f"write {t.name or '( … )'}[{axes}]"
            raise Fault(ShapeError, f"{shown} of shape {shape_text(t.shape)} stands without indices", at, hint)
        return _written_out(t)

    def _sum(self, node, env):
        return arithmetic.add([sign * self.value(term, env) for sign, _, term in node.terms], node.at)

    def _product(self, node, env):
        if any(op == "@" for op, _, _ in node.factors):
            return self._scalar(self.whole(node), node.at)
        if any(op == "mod" for op, _, _ in node.factors):
            return self._integer(node, env)
        above = [self.value(f, env) for op, _, f in node.factors if op != "/"]
        below = [(self.value(f, env), at) for op, at, f in node.factors if op == "/"]
        for b, at in below:
            above.append(arithmetic.divide(Integer(1), b, at))
        return arithmetic.multiply(above, node.at)

    def _integer(self, node, env):
        """An index map as a value."""
        return index_map(node, look(self.names, env, True))

    def _negative(self, node, env):
        return arithmetic.multiply((Integer(-1), self.value(node.operand, env)), node.at)

    def _power(self, node, env):
        base, factor = self._apart(node.base, env)
        exponent = self.value(node.exponent, env)
        return Mul(factor, arithmetic.power(self.value(base, env), exponent, node.at))

    def _apart(self, base, env):
        """`x[i] [i=j]**2` is `x[i] · [i=j]²`, `c (a + b)**2` is `c · (a + b)²`: (base, the rest)."""
        if isinstance(base, Subscript) and has_condition(base):
            return Row(base.at, base.items), self.value(base.base, env)
        if isinstance(base, Call) and self.names.is_product(base):
            return base.arguments[0], self.value(base.function, env)
        if isinstance(base, Root) and self.names.is_product(base.operand):
            if base.power is not None:
                raise root_before_power(base.at)
            return base.operand.arguments[0], arithmetic.call("sqrt", [self.value(base.operand.function, env)], base.at)
        return base, Integer(1)

    # Entries, derivatives, functions

    def _derivative(self, node, env):
        of, *by = (self.value(part, env) for part in (node.of, *node.by))
        for part, x in zip(node.by, by, strict=True):
            if not isinstance(x, Entry):
                raise Fault(ParseError, "a derivative by what is no entry", part.at, "for example ∂f/∂x[i]")
        found = self.names.derivative(of, by)
        if isinstance(found, Partial) and not self.names.partials:
            raise self.names.underived(node.at)
        return found

    def _subscript(self, node, env):
        if has_condition(node):
            return self.value(node.base, env) * self._row(Row(node.at, node.items), env)
        if self.names.is_delta(node):
            return Equal(*(integer(self, i, env) for i in node.items))
        base, items = self.names.head(node)
        if not items:
            return self.value(base, env)
        t = self.names.tensors.get(base.text) if isinstance(base, Name) else self.whole(base)
        if t is None:
            raise self.names.unknown(base.text, base.at)
        if t.ndim != len(items):
            raise Fault(ShapeError, f"{t.display} has {t.ndim} axes, {len(items)} indices are given", node.at)
        return Entry(t.ref, *(index_map(e, look(self.names, env, isinstance(e, Name))) for e in items))

    def _call(self, node, env):
        if self.names.is_product(node):
            factors = (self.value(node.function, env), self.value(node.arguments[0], env))
            return arithmetic.multiply(factors, node.at)
        if not self.names.is_scalar(node):
            return self._scalar(self.whole(node), node.at)
        name = node.function.text
        if name in ("quo", "rem"):
            return self._integer(node, env)
        if name == "where" and len(node.arguments) == 3:
            return self._where(node.arguments, env)
        arguments = [self.value(a, env) for a in node.arguments]
        keywords = {k.text: self.value(v, env) for k, v in node.keywords}
        arguments += _by_name(name, len(arguments), keywords, node.at)
        return arithmetic.call(name, arguments, node.at)

    def _root(self, node, env):
        call = node.operand
        if not self.names.is_product(call):
            if node.power is not None:
                raise root_before_power(node.at)
            return arithmetic.call("sqrt", [self.value(call, env)], node.at)
        under, root = call.arguments[0], arithmetic.call("sqrt", [self.value(call.function, env)], node.at)
        rest = under if node.power is None else Power(under.at, under, node.power)
        return arithmetic.multiply((root, self.value(rest, env)), node.at)

    def _where(self, arguments, env):
        test, a, b = arguments
        if isinstance(test, (Relation, Row, Both)):
            holds = condition(self, test, env)
        else:
            holds = Compare("!=", self.value(test, env), 0)
        return holds * self.value(a, env) + negated(holds) * self.value(b, env)

    def _attribute(self, node, env):
        return self._scalar(self.whole(node), node.at)

    def _row(self, node, env):
        if not node.items:
            raise Fault(ParseError, "empty brackets", node.at, "a bracket holds a condition: [i=j]")
        return Mul(*(condition(self, item, env) for item in node.items))

    KINDS: MappingProxyType[type, Callable] = MappingProxyType(
        {
            Number: _number,
            Name: _name,
            Sum: _sum,
            Product: _product,
            Negative: _negative,
            Power: _power,
            Subscript: _subscript,
            Call: _call,
            Root: _root,
            Derivative: _derivative,
            Attribute: _attribute,
            Floor: _integer,
            Row: _row,
            Reduction: reduction,
            Relation: condition,
        }
    )


def _written_out(t: Tensor) -> Expr:
    """A scalar as an entry, or as its right side where it has neither name nor label: `norm(x)` is `√Σ x[k]²`."""
    if t.name or t.is_input or t.template.label:
        return Entry(t.ref)
    body = t.equation[1]
    return body.xreplace({i: fresh(i) for e in body.atoms(Binder) for i in e.bound})


def _by_name(name: str, given: int, keywords: dict[str, Expr], at: int) -> list[Expr]:
    """The arguments after the given ones, by their names or defaults: `leaky_relu(x, slope=0.1)`."""
    with placed(at):
        row = lookup(name)
    left = dict(getattr(row, "parameters", ())[max(given - 1, 0) :])
    for keyword in keywords:
        if keyword not in left:
            raise Fault(OptionError, f"{name} takes no {keyword}=", at)
    return [keywords.get(n, default) for n, default in left.items() if n in keywords or default is not None]
