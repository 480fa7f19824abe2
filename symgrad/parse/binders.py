"""What binds indices: `sum[k: guard] body` and its like, and `(p,q) = argmax[a,b] body` in a bracket."""

from __future__ import annotations

from typing import Any, Protocol

from sympy import Expr, Mul

from ..errors import ParseError, ShapeError
from ..expr.guards import NEUTRAL, implied
from ..expr.indices import Index, fresh
from ..expr.nodes import Entry, Pick, over
from .faults import Fault, at
from .limits import PROOF
from .maps import index_map, look
from .names import Names
from .syntax import Bound, Group, Node, Reduction, Relation

TIES = {"=": "first", "~": "split"}


class Reading(Protocol):
    """What reads the parts of a bracket or a reduction: `Notation`."""

    names: Names
    sizes: dict[Bound, Expr]

    def value(self, node: Node, env: dict[str, Index]) -> Expr: ...

    def condition(self, node: Node, env: dict[str, Index]) -> Expr: ...


def reduction(notation: Reading, node: Reduction, env: dict[str, Index]) -> Expr:
    """The value of `sum[k] body`."""
    if node.op.startswith("arg"):
        hint = f"it stands in a bracket: [p = {node.op}[k] x[k]]"
        raise Fault(ParseError, f"{node.op} is not a value", node.at, hint)
    bound, body, guard = _opened(notation, node, env)
    with at(node.at):
        return over(node.op, body, *bound, guard=guard)


def is_pick(node: Relation) -> bool:
    """Whether a relation is an arg-extremum."""
    return any(isinstance(e, Reduction) and e.op.startswith("arg") for _, _, e in node.rest)


def pick(notation: Reading, node: Relation, env: dict[str, Index]) -> Expr:
    """The weight that `(p,q) = argmax[a,b] body` gives to (p,q)."""
    chosen: Any
    op, place, chosen = node.rest[-1]
    if len(node.rest) != 1 or op not in TIES:
        raise Fault(ParseError, "an arg-extremum in a condition", place, "write [(p,q) = argmax[a,b] X[a,b]]")
    point = node.first.items if isinstance(node.first, Group) else (node.first,)
    if len(point) != len(chosen.bounds):
        fact = f"{len(point)} indices against {len(chosen.bounds)} under the {chosen.op}"
        raise Fault(ShapeError, fact, node.at)
    bound, body, guard = _opened(notation, chosen, env)
    maps = [index_map(p, look(notation.names, env, False)) for p in point]
    return Pick(TIES[op], chosen.op[3:], body, guard, maps, bound)


def _opened(notation, node, env):
    """(bound indices, body, guard) of a reduction, its indices under names of their own."""
    bound = [fresh(Index(b.letter, notation.sizes[b])) for b in node.bounds]
    letters = [b.letter for b in node.bounds]
    if len(set(letters)) < len(letters):
        raise Fault(ParseError, "an index is bound twice", node.at)
    inner = {**env, **dict(zip(letters, bound, strict=True))}
    body = notation.value(node.body, inner)
    guards = [notation.condition(g, inner) for g in node.guards]
    op = node.op.removeprefix("arg")
    if op in NEUTRAL:
        notation.names.spend(PROOF * _doubtful(body), node.at)
    guards += implied(op, body, tuple(bound))
    return bound, body, Mul(*dict.fromkeys(guards))


def _doubtful(body: Expr) -> int:
    """How many index maps of a body take work to be seen inside."""
    return sum(not (e.is_Integer or isinstance(e, Index)) for entry in body.atoms(Entry) for e in entry.where)
