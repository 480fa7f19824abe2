"""Brackets in index notation: `[i=j]`, `[s | e]`, `[0<=e<n]`, `[x[i]>0]`, `[(p,q) = argmax[a,b] …]`."""

from __future__ import annotations

from sympy import Expr, Integer

from ..errors import ParseError
from ..expr.affine import nonnegative
from ..expr.indices import Index
from ..expr.nodes import Bracket, Compare, Divides, Equal, Inside
from .faults import Fault

# relation: of two integers, of two values; `a < b` is `b > a`
SWAPPED = {"<": ">", "<=": ">=", "!<": "!>", "!<=": "!>="}
OF_VALUES = {"=": "==", ">": ">", ">=": ">=", "!=": "!=", "!>": "!>", "!>=": "!>="}
FORWARD = {">": "<", ">=": "<="}


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
    return Compare(">" if relation == "<" else ">=", b, a)


def of_values(relation: str, a: Expr, b: Expr, at: int) -> Expr:
    """The bracket of two values."""
    if relation in SWAPPED:
        return Compare(SWAPPED[relation], b, a)
    if relation not in OF_VALUES:
        raise Fault(ParseError, f'"{relation}" between values', at, "values compare with > >= < <= = !=")
    return Compare(OF_VALUES[relation], a, b)


def negated(condition: Expr) -> Expr:
    """1 exactly where the condition is 0."""
    if isinstance(condition, Compare):
        return condition.negated()
    if isinstance(condition, Equal):
        return Compare("!=", *condition.args)
    if isinstance(condition, Bracket) or condition.is_Integer:
        return Integer(1) - condition
    return Compare("==", condition, 0)
