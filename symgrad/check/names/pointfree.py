r"""Equations between functions without their argument: `\sigma' = \sigma(1 - \sigma)`, `\tanh' = 1 - \tanh^2`."""

from __future__ import annotations

from dataclasses import fields, replace

from ...tex.syntax import Group, Node, Product, Scripted, Symbol
from ..values.applied import ALIASES
from ..values.functions import BY_NAME
from .names import base_of, spelled
from .table import Table

PLACE = "#argument"


def with_argument(table: Table, left: Node, right: Node) -> tuple[Node, Node] | None:
    """Both sides with each function at one number; None where the left side is no derivative of a bare function."""
    if not isinstance(left, Scripted) or not left.primes or left.sub is not None or not _is_function(table, left):
        return None
    if table.find(left.base) is None and spelled(left) in table.quantities:
        return None
    if not any(_bare(table, factors, k) for factors in _products(right) for k in range(len(factors))):
        return None
    table.declare(Symbol(left.at, left.at, PLACE), ())
    return _applied(table, left), _applied(table, right)


def _is_function(table, node):
    base = base_of(node)
    if base is None or (isinstance(node, Scripted) and node.sub is not None):
        return False
    found = table.get(spelled(base))
    if found is not None:
        return found.is_function
    return base.name in BY_NAME or base.name in ALIASES


def _products(node):
    """All lists of factors; what stands alone is one of its own."""
    if isinstance(node, Product):
        factors = tuple(factor for _, factor in node.factors)
        yield factors
        inner = [f.base if isinstance(f, Scripted) else f for f in factors]
        inner = [f for f in inner if not isinstance(f, Symbol)]
    elif isinstance(node, Symbol) or base_of(node) is not None:
        yield (node,)
        inner = []
    else:
        inner = list(node.children())
    for child in inner:
        yield from _products(child)


def _bare(table, factors, k):
    """A function that no bracket follows; brackets that hold a bare function are a factor."""
    if not _is_function(table, factors[k]):
        return False
    behind = factors[k + 1] if k + 1 < len(factors) else None
    group = behind.base if isinstance(behind, Scripted) else behind
    if not isinstance(group, Group) or group.body is None:
        return True
    return any(_bare(table, own, j) for own in _products(group.body) for j in range(len(own)))


def _applied(table, node):
    if isinstance(node, Product):
        factors = tuple(f for _, f in node.factors)
        new: list[tuple[str, Node]] = []
        for k, (op, factor) in enumerate(node.factors):
            new.append((op, _at_place(factor) if _bare(table, factors, k) else _applied(table, factor)))
        return replace(node, factors=tuple(new))
    if _is_function(table, node):
        return _at_place(node)
    if isinstance(node, Symbol):
        return node
    return replace(node, **{f.name: _part(table, getattr(node, f.name)) for f in fields(node)})


def _part(table, part):
    if isinstance(part, tuple):
        return tuple(_part(table, p) for p in part)
    return _applied(table, part) if isinstance(part, Node) else part


def _at_place(node):
    """`f` as `(f(x))`."""
    place = Group(node.end, node.end, "(", ")", Symbol(node.end, node.end, PLACE))
    return Group(node.at, node.end, "(", ")", Product(node.at, node.end, (("", node), ("", place))))
