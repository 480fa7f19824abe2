"""Equations between functions, `σ' = σ(1 − σ)` and `tanh' = 1 − tanh²`: both sides are taken at one place.

Such an equation has a derivative without an argument. A function whose brackets hold a function without an argument
(the first σ of `σ(1 − σ)`) is a factor.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from typing import Any

from ...tex.syntax import Group, Node, Product, Scripted, Symbol
from ..values.applied import FUNCTIONS
from .names import base_of, spelled
from .table import Quantity, Table

PLACES = "zuts"


def at_one_place(table: Table, sides: Sequence[Node | None]) -> list[Node | None]:
    """The sides with the place written behind each function that has no argument; as they are where none is a slope."""
    bare = [node for side in sides if side is not None for node in _bare(table, side)]
    if not any(isinstance(node, Scripted) and node.primes for node in bare):
        return list(sides)
    place = _place(table, bare, sides)
    return list(sides) if place is None else [_applied(table, side, place) for side in sides]


def _place(table, bare, sides) -> Symbol | None:
    """The parameter that the functions have in common, or a new letter for those that have names of their own."""
    parameters = {spelled(p): p for node in bare if (p := _parameter(table, node)) is not None}
    if len(parameters) == 1:
        return next(iter(parameters.values()))
    written = {n.name for side in sides if side is not None for n in side.walk() if isinstance(n, Symbol)}
    free = [name for name in PLACES if name not in written and table.get(name) is None]
    if parameters or not free:
        return None
    place = Symbol(bare[0].at, bare[0].end, free[0])
    table.add(Quantity(place.name, place, sizes=(), implied=True))
    return place


def _parameter(table, node) -> Symbol | None:
    """x of `y(x) = …`, where it is one number."""
    found = table.find(node)
    parameters = {p for d in found.quantity.definitions for p in d.parameters} if found is not None else set()
    known = [p for p in parameters if isinstance(p, Symbol) and (q := table.find(p)) and q.quantity.sizes == ()]
    return known[0] if len(known) == len(parameters) == 1 else None


def _is_function(table, node) -> bool:
    """A function of one number that the document defines, or one with a name of its own."""
    base = base_of(node) if isinstance(node, Symbol | Scripted) else None
    if base is None or (isinstance(node, Scripted) and node.sub is not None):
        return False
    return _parameter(table, node) is not None if table.find(node) is not None else base.name in FUNCTIONS


def _bare(table, node) -> Iterator[Node]:
    """The functions that stand without an argument."""
    if isinstance(node, Product):
        for k, (_, factor) in enumerate(node.factors):
            if not _is_function(table, factor):
                yield from _bare(table, factor)
            elif not _has_argument(table, node, k):
                yield factor
    elif _is_function(table, node):
        yield node
    else:
        for child in node.children():
            yield from _bare(table, child)


def _has_argument(table, node: Product, k: int) -> bool:
    """Whether what follows is taken: brackets without a bare function, or anything behind `\\log`."""
    if k + 1 == len(node.factors) or node.factors[k + 1][0] != "":
        return False
    following = node.factors[k + 1][1]
    body = following.base if isinstance(following, Scripted) else following
    if isinstance(body, Group):
        return next(_bare(table, body), None) is None
    return table.find(node.factors[k][1]) is None and not _is_function(table, following)


def _applied(table, value: Any, place: Symbol) -> Any:
    if isinstance(value, tuple):
        return tuple(_applied(table, part, place) for part in value)
    if not isinstance(value, Node):
        return value
    if isinstance(value, Product):
        return replace(value, factors=tuple(_factors(table, value, place)))
    if _is_function(table, value):
        return Product(value.at, value.end, (("", value), ("", _brackets(value, place))))
    return replace(value, **{f.name: _applied(table, getattr(value, f.name), place) for f in fields(value)})


def _factors(table, node: Product, place):
    for k, (op, factor) in enumerate(node.factors):
        if not _is_function(table, factor):
            yield op, _applied(table, factor, place)
            continue
        yield op, factor
        if not _has_argument(table, node, k):
            yield "", _brackets(factor, place)


def _brackets(node, place):
    return Group(node.end, node.end, "(", ")", place)
