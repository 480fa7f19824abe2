"""Index notation: the syntax tree of a right side to a SymPy expression over entries."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import MappingProxyType

from sympy import Expr, Integer, Mul

from ..errors import OptionError, ParseError, ShapeError
from ..expr.affine import within
from ..expr.indices import Index, fresh
from ..expr.nodes import Binder, Bracket, Entry, Equal, Inside, Pick, over
from ..expr.operations import lookup
from ..expr.tensors import Tensor, shape_text
from . import arithmetic, conditions
from .faults import Fault
from .faults import at as placed
from .limits import CONDITION
from .maps import index_map
from .names import CONSTANTS, Names
from .ranges import look
from .syntax import (
    Attribute,
    Both,
    Bound,
    Call,
    Floor,
    Group,
    Name,
    Negative,
    Node,
    Number,
    Power,
    Product,
    Reduction,
    Relation,
    Row,
    Subscript,
    Sum,
    has_condition,
)

NEUTRAL = ("max", "min", "prod", "lse")
"""Reductions in which an entry outside its tensor is left out, since there 0 would count."""


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

    # Names, numbers, arithmetic

    def _number(self, node, env):
        return node.value

    def _name(self, node, env):
        name = node.text
        if name in self.names.tensors and name not in env:
            return self._scalar(self.names.tensors[name], node.at, name)
        if name in self.names.tensors and not self.names.tensors[name].ndim:
            raise Fault(ParseError, f"{name} is an index and a tensor here", node.at, "rename one of them")
        for known in (env, self.names.sizes, CONSTANTS):
            if name in known:
                return known[name]
        raise self.names.unknown(name, node.at, env)

    def _scalar(self, t, at, shown="the expression"):
        if t.ndim:
            axes = ", ".join("ijklmnpqrstuvwxy"[: t.ndim])
            hint = f"write {shown}[{axes}]" if shown[0] != "t" else "give it indices: ( … )[i]"
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
        return base, Integer(1)

    # Entries, functions

    def _subscript(self, node, env):
        if has_condition(node):
            return self.value(node.base, env) * self._row(Row(node.at, node.items), env)
        if self.names.is_delta(node):
            return Equal(*(self._integer_side(i, env) for i in node.items))
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
            return self._where(*node.arguments, env)
        arguments = [self.value(a, env) for a in node.arguments]
        keywords = {k.text: self.value(v, env) for k, v in node.keywords}
        arguments += _by_name(name, len(arguments), keywords, node.at)
        return arithmetic.call(name, arguments, node.at)

    def _where(self, condition, a, b, env):
        holds = self.condition(condition, env)
        return holds * self.value(a, env) + conditions.negated(holds) * self.value(b, env)

    def _attribute(self, node, env):
        return self._scalar(self.whole(node), node.at)

    # Conditions

    def _row(self, node, env):
        if not node.items:
            raise Fault(ParseError, "empty brackets", node.at, "a bracket holds a condition: [i=j]")
        return Mul(*(self.condition(item, env) for item in node.items))

    def condition(self, node: Node, env) -> Expr:
        """The 0/1-valued expression of a condition."""
        self.names.spend(CONDITION, node.at)
        if isinstance(node, Both):
            return Mul(*(self.condition(c, env) for c in node.conditions))
        if isinstance(node, Relation):
            return self._relation(node, env)
        if isinstance(node, (Product, Row, Subscript)):
            value = self.value(node, env)
            if all(isinstance(f, Bracket) or f in (0, 1) for f in Mul.make_args(value)):
                return value
        raise Fault(ParseError, "a condition is expected", node.at, "for example [i=j], [0<=i+p<n], [x[i]>0]")

    def _relation(self, node, env):
        op, _, last = node.rest[-1]
        if isinstance(last, Reduction) and last.op.startswith("arg"):
            return self._pick(node, last, op, env)
        sides = [(op, at, e) for op, at, e in node.rest]
        integers = all(self._is_integer(e, env) for e in (node.first, *(e for _, _, e in sides)))
        read, make = (self._integer_side, conditions.of_integers) if integers else (self.value, conditions.of_values)
        values = [read(e, env) for e in (node.first, *(e for _, _, e in sides))]
        if integers and [op for op, _, _ in sides] == ["<=", "<"] and values[0] == 0:
            return Inside(values[1], values[2])
        pairs = zip(values, values[1:], sides, strict=False)
        return Mul(*(make(op, a, b, at) for a, b, (op, at, _) in pairs))

    def _integer_side(self, node, env):
        return index_map(node, look(self.names, env, False))

    def _is_integer(self, node, env):
        """Whether a side of a relation is an index map: no entries, no fractions, and no name of a quantity."""
        return all(self._may_be_integer(part, env) for part in node.walk())

    def _may_be_integer(self, part, env):
        if isinstance(part, Name):
            return (
                part.text in env
                or part.text in self.names.sizes
                or part.text not in {**self.names.tensors, **CONSTANTS}
            )
        if isinstance(part, Number):
            return part.value.is_Integer
        if isinstance(part, Call):
            return isinstance(part.function, Name) and part.function.text in ("quo", "rem")
        return isinstance(part, (Sum, Product, Negative, Floor, Power))

    def _pick(self, node, reduction, op, env):
        if len(node.rest) != 1 or op not in ("=", "~"):
            raise Fault(
                ParseError, "an arg-extremum in a condition", reduction.at, "write [(p,q) = argmax[a,b] X[a,b]]"
            )
        point = node.first.items if isinstance(node.first, Group) else (node.first,)
        if len(point) != len(reduction.bounds):
            fact = f"{len(point)} indices against {len(reduction.bounds)} under the {reduction.op}"
            raise Fault(ShapeError, fact, node.at)
        bound, body, guard = self._open(reduction, env)
        maps = [self._integer_side(p, env) for p in point]
        return Pick("first" if op == "=" else "split", reduction.op[3:], body, guard, maps, bound)

    # Reductions

    def _reduction(self, node, env):
        if node.op.startswith("arg"):
            raise Fault(
                ParseError, f"{node.op} is not a value", node.at, f"it stands in a bracket: [p = {node.op}[k] x[k]]"
            )
        bound, body, guard = self._open(node, env)
        with placed(node.at):
            return over(node.op, body, *bound, guard=guard)

    def _open(self, node, env):
        """(bound indices, body, guard) of a reduction, its indices under names of their own."""
        bound = [fresh(Index(b.letter, self.sizes[b])) for b in node.bounds]
        letters = [b.letter for b in node.bounds]
        if len(set(letters)) < len(letters):
            raise Fault(ParseError, "an index is bound twice", node.at)
        env = {**env, **dict(zip(letters, bound, strict=True))}
        body = self.value(node.body, env)
        guards = [self.condition(g, env) for g in node.guards]
        if node.op.removeprefix("arg") in NEUTRAL:
            for outside in _inside(body, set(bound)):
                self.names.spend(CONDITION, node.at)
                guards.append(outside)
        return bound, body, Mul(*dict.fromkeys(guards))

    KINDS = MappingProxyType(
        {
            Number: _number,
            Name: _name,
            Sum: _sum,
            Product: _product,
            Negative: _negative,
            Power: _power,
            Subscript: _subscript,
            Call: _call,
            Attribute: _attribute,
            Floor: _integer,
            Row: _row,
            Reduction: _reduction,
            Relation: lambda self, node, env: self.condition(node, env),
        }
    )


def _written_out(t: Tensor) -> Expr:
    """A scalar as an entry; one that has neither a name nor a function's label as its right side: `norm(x)` is `√Σ x[k]²`."""
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


def _inside(body: Expr, bound: set[Index]) -> Iterator[Expr]:
    """The brackets for the entries of a body that may lie outside; nested reductions look after their own."""
    if isinstance(body, Entry):
        for e, n in zip(body.where, body.base.tensor.shape, strict=True):
            if e.atoms(Index) & bound and not within(e, n):
                yield Inside(e, n)
    elif not isinstance(body, Binder):
        for part in body.args:
            yield from _inside(part, bound)
