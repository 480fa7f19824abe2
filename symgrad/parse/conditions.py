"""Brackets in index notation: `[i=j]`, `[s | e]`, `[0<=e<n]`, `[x[i]>0]`, `[(p,q) = argmax[a,b] …]`."""

from __future__ import annotations

from sympy import Expr, Integer, Mul

from ..errors import ParseError
from ..expr.affine import nonnegative
from ..expr.indices import Index
from ..expr.nodes import Bracket, Compare, Divides, Equal, Inside
from .binders import Reading, is_pick, pick
from .faults import Fault
from .limits import CONDITION, PROOF
from .maps import index_map, look
from .names import CONSTANTS
from .syntax import Both, Call, Floor, Name, Negative, Node, Number, Power, Product, Relation, Row, Subscript, Sum

SWAPPED = {"<": ">", "<=": ">=", "!<": "!>", "!<=": "!>="}
"""`a < b` is `b > a`."""
OF_VALUES = {"=": "==", ">": ">", ">=": ">=", "!=": "!=", "!>": "!>", "!>=": "!>="}
FORWARD = {">": "<", ">=": "<="}


def condition(notation: Reading, node: Node, env: dict[str, Index]) -> Expr:
    """The 0/1-valued expression of a condition."""
    notation.names.spend(CONDITION, node.at)
    if isinstance(node, Both):
        return Mul(*(condition(notation, c, env) for c in node.conditions))
    if isinstance(node, Relation):
        return pick(notation, node, env) if is_pick(node) else _relation(notation, node, env)
    if isinstance(node, (Product, Row, Subscript)):
        value = notation.value(node, env)
        if all(isinstance(f, Bracket) or f in (0, 1) for f in Mul.make_args(value)):
            return value
    raise Fault(ParseError, "a condition is expected", node.at, "for example [i=j], [0<=i+p<n], [x[i]>0]")


def integer(notation: Reading, node: Node, env: dict[str, Index]) -> Expr:
    """A side of a relation between integers."""
    return index_map(node, look(notation.names, env, False))


def _relation(notation, node, env):
    nodes = [node.first, *(e for _, _, e in node.rest)]
    signs = [op for op, _, _ in node.rest]
    if not _are_integers(notation, nodes, env):
        values = [notation.value(e, env) for e in nodes]
        return Mul(*map(of_values, signs, values, values[1:], [at for _, at, _ in node.rest]))
    if not all(isinstance(e, (Name, Number)) for e in nodes):
        notation.names.spend(PROOF, node.at)
    values = [integer(notation, e, env) for e in nodes]
    if signs == ["<=", "<"] and values[0] == 0:
        return Inside(values[1], values[2])
    return Mul(*map(of_integers, signs, values, values[1:], [at for _, at, _ in node.rest]))


def _are_integers(notation, nodes, env):
    """Whether the sides are index maps: no entries or fractions, no name of a quantity, some name that is known."""
    parts = [part for node in nodes for part in node.walk()]
    known = {*env, *notation.names.sizes}
    plain = all(_may_be_integer(part, known, notation.names.tensors) for part in parts)
    return plain and any(part.text in known for part in parts if isinstance(part, Name))


def _may_be_integer(part, known, tensors):
    if isinstance(part, Name):
        return part.text in known or not (part.text in tensors or part.text in CONSTANTS)
    if isinstance(part, Number):
        return part.value.is_Integer
    if isinstance(part, Call):
        return isinstance(part.function, Name) and part.function.text in ("quo", "rem")
    return isinstance(part, (Sum, Product, Negative, Floor, Power))


def of_integers(relation: str, a: Expr, b: Expr, at: int) -> Expr:
    """The bracket of two integer expressions of indices and sizes.

    >>> from symgrad.expr.indices import param
    >>> i = Index("i", param("n")); of_integers("<", i + 1, param("m"), 0), of_integers("=", i, 2, 0)
    (Inside(i + 1, m), Equal(i, 2))
    """
    if relation == "=":
        return Equal(a, b)
    if relation == "|":
        if a == 0:
            raise Fault(ParseError, "0 divides nothing", at)
        return Divides(a, b)
    if relation in FORWARD:
        relation, a, b = FORWARD[relation], b, a
    if relation not in ("<", "<="):
        return of_values(relation, a, b, at)
    last = b + 1 if relation == "<=" else b
    if nonnegative(a) and not last.has(Index):
        return Inside(a, last)
    return Compare(SWAPPED[relation], b, a)


def of_values(relation: str, a: Expr, b: Expr, at: int) -> Expr:
    """The bracket of two values."""
    if relation in SWAPPED:
        return Compare(SWAPPED[relation], b, a)
    if relation not in OF_VALUES:
        raise Fault(ParseError, f'"{relation}" between values', at, "values compare with > >= < <= = !=")
    return Compare(OF_VALUES[relation], a, b)


def negated(holds: Expr) -> Expr:
    """1 exactly where the condition is 0."""
    if isinstance(holds, Compare):
        return holds.negated()
    if isinstance(holds, Equal):
        return Compare("!=", *holds.args)
    return Integer(1) - holds
