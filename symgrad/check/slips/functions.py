"""Slips of functions and names: another argument, a derivative forgotten, one name for another."""

from __future__ import annotations

from dataclasses import replace

from ...tex.places import Place, is_derivative, places
from ...tex.syntax import Big, Group, Node, Number, Scripted, Symbol
from ..names.names import base_of
from .changes import Change, Changes, bare, factors_of, is_operand, is_term, power, product, words
from .scope import Scope

WRAPPED = ("log", "exp")
OTHERS = {"max": "min", "min": "max", "sin": "cos", "cos": "sin", "log": "exp", "exp": "log"}


def prime(place: Place, scope: Scope) -> Changes:
    """`σ′` for `σ`, `σ` for `σ′`."""
    node = place.node
    if place.within or not isinstance(node, Symbol | Scripted) or base_of(node) is None:
        return
    if isinstance(node, Scripted) and node.primes:
        fewer: Node = replace(node, primes=node.primes - 1)
        fewer = fewer if node.primes > 1 or node.sub or node.sup else node.base
        yield Change(fewer, "inner derivative", f"{words(fewer)} where {words(node)} is written")
    more = (
        replace(node, primes=node.primes + 1)
        if isinstance(node, Scripted)
        else Scripted(node.at, node.end, node, primes=1)
    )
    yield Change(more, "inner derivative", f"{words(more)} where {words(node)} is written")


def name(place: Place, scope: Scope) -> Changes:
    """Another operand in the place of one: `x̂_i` for `x_i`, `z` for `a`."""
    node = place.node
    if isinstance(node, Scripted) and is_nabla(node):
        yield from _other_variable(node, scope)
    if place.within not in ("", "variable") or not isinstance(node, Symbol | Scripted) or place.role == "base":
        return
    if not is_operand(node) or (isinstance(base_of(node), Symbol) and scope.table.find(node) is None):
        return
    label = "inner derivative" if place.within == "variable" else "argument"
    for other in scope.operands:
        if isinstance(other, Symbol | Scripted) and words(other) != words(node):
            told = f"{words(other)} where {words(node)} is written"
            yield Change(other, "index" if _is_twin(other, node) else label, told)
            if isinstance(node, Scripted) and isinstance(node.sup, Number) and _unraised(other):
                new = power(other, node.sup)
                yield Change(new, label, f"{words(new)} where {words(node)} is written")


def is_nabla(node: Scripted) -> bool:
    """`∇_x`."""
    return isinstance(node.base, Symbol) and node.base.name == "nabla" and node.sub is not None


def _other_variable(node, scope):
    for other in scope.operands:
        if isinstance(other, Symbol | Scripted) and words(other) != words(node.sub):
            new = replace(node, sub=other)
            yield Change(new, "inner derivative", f"{words(new)} where {words(node)} is written")


def _is_twin(a, b):
    """`m_1` and `m_2`: one name with another index."""
    one = isinstance(a, Scripted) and isinstance(b, Scripted) and a.sub is not None and b.sub is not None
    return one and words(replace(a, sub=None)) == words(replace(b, sub=None))


def _unraised(node):
    return not isinstance(node, Scripted) or node.sup is None


def name_everywhere(place: Place, scope: Scope) -> Changes:
    """`y (1 − y)` where `z (1 − z)` is written: one name for another, in every place of a side."""
    node = place.node
    if place.role != "side":
        return
    written = {words(p.node): p.node for p in places(node) if _is_name(p, scope)}
    for key, old in written.items():
        if sum(words(p.node) == key for p in places(node) if _is_name(p, scope)) < 2:
            continue
        for other in scope.operands:
            if isinstance(other, Symbol | Scripted) and words(other) != key:
                new = _replaced(node, key, other, scope)
                yield Change(new, "argument", f"{words(other)} where {words(old)} is written")


def _is_name(place, scope):
    node = place.node
    plain = isinstance(node, Symbol | Scripted) and place.within == "" and place.role != "base"
    return plain and scope.table.find(node) is not None


def _replaced(node, key, other, scope):
    for _ in range(40):
        for place in places(node):
            if _is_name(place, scope) and words(place.node) == key:
                node = place.put(other)
                break
        else:
            return node
    return node


def operand(place: Place, scope: Scope) -> Changes:
    """Any operand of the chain in the place of a factor."""
    node = place.node
    if (
        place.within
        or place.role not in ("factors", "above", "terms")
        or not (is_operand(node) or isinstance(node, Number))
    ):
        return
    for other in scope.operands:
        new = bare(other) if place.role == "above" else other
        simple = isinstance(other, Symbol | Scripted) and isinstance(node, Symbol | Scripted)
        if not simple and words(new) != words(node):
            yield Change(new, _label(node, other), f"{words(other)} where {words(node)} is written")


def _label(node, other):
    if is_derivative(node) or is_derivative(other):
        return "inner derivative"
    return "missing factor" if isinstance(node, Number) else "argument"


def named(place: Place, scope: Scope) -> Changes:
    """min for max, cos for sin."""
    node = place.node
    if isinstance(node, Symbol) and node.name in OTHERS and not place.within:
        new = replace(node, name=OTHERS[node.name])
        yield Change(new, "other", f"{words(new)} where {words(node)} is written")
    if isinstance(node, Big) and node.op in OTHERS:
        yield Change(replace(node, op=OTHERS[node.op]), "other", f"{OTHERS[node.op]} where {node.op} is written")


def wrapped(place: Place, scope: Scope) -> Changes:
    """log, exp of a term; none where one is written."""
    node = place.node
    if not is_term(place):
        return
    for function in WRAPPED:
        head = Symbol(node.at, node.end, function)
        inside: Node = node if isinstance(node, Group | Big) else Group(node.at, node.end, "(", ")", node)
        new = product(node, ("", head), ("", inside))
        yield Change(new, "other", f"{function} is missing before {words(node)}")
    factors = factors_of(node)
    for k, (_, factor) in enumerate(factors[:-1]):
        if isinstance(factor, Symbol) and factor.name in (*WRAPPED, "ln"):
            new = product(node, *factors[:k], *factors[k + 1 :])
            yield Change(new, "other", f"{factor.name} is too much")
