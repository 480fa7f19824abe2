"""Equations between functions, `σ' = σ(1 − σ)` and `\\tanh' = 1 - \\tanh^2`: they hold at each number."""

from __future__ import annotations

from dataclasses import replace

from ...tex.syntax import Group, Node, Product, Scripted, Symbol
from ..values.functions import BY_NAME
from .names import base_of, spelled
from .table import Table
from .transposes import rewritten

POINT = "#point"
ALIASES = {"sigma": "sigmoid"}


def at_a_number(table: Table, left: Node, right: Node) -> tuple[Node, Node] | None:
    """Both sides with each function at one number, where the left is the derivative of a function and no argument."""
    if not isinstance(left, Scripted) or not left.primes or left.sub is not None or left.sup is not None:
        return None
    name = spelled(left.base)
    if not _is_function(table, left.base) or not any(spelled(n) == name for n in right.walk() if isinstance(n, Symbol)):
        return None
    others = {n for n in right.walk() if isinstance(n, Symbol) and not _is_function(table, n)}
    if any(isinstance(n, Scripted) and n.sub is not None for n in right.walk()) or any(
        (q := table.get(spelled(n))) is not None and q.sizes != () for n in others
    ):
        return None
    if any((q := table.get(spelled(n))) is None or any(d.parameters for d in q.definitions) for n in others):
        return None
    if any(_parameter(table, n) for n in others):
        return None
    table.declare(Symbol(left.at, left.end, POINT), ())
    return _at(table, left), _at(table, right)


def _parameter(table, node):
    """x of `σ(x) = …`: then the argument is written, and brackets are no product."""
    return any(
        spelled(p) == spelled(node) for q in table.quantities.values() for d in q.definitions for p in d.parameters
    )


def _is_function(table, node):
    base = base_of(node)
    if base is None or base.accents:
        return False
    q = table.get(spelled(base))
    return q.is_function if q is not None else ALIASES.get(base.name, base.name) in BY_NAME


def _at(table, node):
    def change(n):
        bare = isinstance(n, Symbol) or (isinstance(n, Scripted) and isinstance(n.base, Symbol))
        return _applied(n) if bare and _is_function(table, n) else n

    return _outermost(node, change)


def _outermost(node, change):
    """Each name with its scripts is changed as one."""
    marked: dict[int, Node] = {}

    def once(n):
        if isinstance(n, Scripted) and id(n.base) in marked:
            inner = marked.pop(id(n.base))
            return change(replace(n, base=inner))
        if isinstance(n, Symbol):
            made = change(n)
            if made is not n:
                marked[id(made)] = n
            return made
        return change(n) if isinstance(n, Scripted) else n

    return rewritten(node, once)


def _applied(node):
    point = Group(node.at, node.end, "(", ")", Symbol(node.at, node.end, POINT))
    return Group(node.at, node.end, "(", ")", Product(node.at, node.end, (("", node), ("", point))))
