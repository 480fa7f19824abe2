"""Functions of an index: where `Σ_a π(a) r(a)` runs over a, `r(a)` is r with the index a."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise

from ...tex.syntax import Big, Dots, Group, Named, Node, Number, Product, Relation, Row, Scripted, Sum, Symbol, Tuple
from ..values.applied import FUNCTIONS
from .indices import index_values
from .letters import binds
from .names import base_of, is_letter, letters, spelled
from .transposes import rewritten

OPERATORS = frozenset(("nabla", "partial", "d", "D", "e", "O", "E"))


def with_indices(formulas: list[tuple[Row, ...]]) -> list[tuple[Row, ...]]:
    """The rows of all formulas in which such functions carry their arguments as indices."""
    counted = _counted(formulas)
    if not counted:
        return formulas
    found: dict[str, list[tuple[Node, ...]]] = {}
    for node in _nodes(formulas):
        for head, group in _applications(node):
            found.setdefault(spelled(head), []).append(_arguments(group))
    values = index_values(formulas)
    chosen = {key for key, used in found.items() if _of_index(used, counted, values)}
    return (
        [tuple(rewritten(row, lambda n: _changed(n, chosen)) for row in rows) for rows in formulas]
        if chosen
        else formulas
    )


def _nodes(formulas: Iterable[tuple[Row, ...]]) -> Iterator[Node]:
    for rows in formulas:
        for row in rows:
            for part in (row.statement, *row.remarks):
                if part is not None:
                    yield from part.walk()


def _counted(formulas):
    """Letters that a sum runs over, or that are said to be one of 1, …, K."""
    out: set[str] = set()
    for node in _nodes(formulas):
        if isinstance(node, Big) and node.op in ("sum", "prod", "max", "min"):
            out |= binds(node)
        if isinstance(node, Relation) and node.relations == ("∈",) and is_letter(node.sides[0]):
            group = node.sides[1]
            listed = group.body if isinstance(group, Group) and group.left == "{" else None
            if isinstance(listed, Tuple) and any(isinstance(i, Dots) for i in listed.items):
                out.add(spelled(node.sides[0]))
    return out


def _applications(node: Node) -> Iterator[tuple[Node, Group]]:
    """`f(…)` in a product, for names f that are no known functions."""
    factors = node.factors if isinstance(node, Product) else ()
    for (_, head), (op, group) in pairwise(factors):
        base = base_of(head)
        if op != "" or not isinstance(group, Group) or group.left != "(" or base is None:
            continue
        if base.name in FUNCTIONS or base.name in OPERATORS or group.body is None:
            continue
        plain = isinstance(head, Scripted) and head.sup is None and not head.primes and isinstance(head.sub, Symbol)
        if isinstance(head, Symbol) or plain:
            yield head, group


def _arguments(group: Group) -> tuple[Node, ...]:
    assert group.body is not None
    return group.body.items if isinstance(group.body, Tuple) else (group.body,)


def _of_index(used, counted, values):
    """Every argument is an index, one of them a letter that is counted, and no letter stands for a value."""
    names = {n for arguments in used for a in arguments for n in letters(a)}
    alone = any(is_letter(a) and spelled(a) in counted for arguments in used for a in arguments)
    plain = all(_is_index(a) for arguments in used for a in arguments)
    return alone and plain and len({len(a) for a in used}) == 1 and not names & values


def _is_index(node):
    if isinstance(node, Scripted):
        return isinstance(node.base, Symbol) and is_letter(node.base) and node.sup is None and not node.primes
    if isinstance(node, Sum):
        return all(is_letter(term) or isinstance(term, Number) for _, term in node.terms)
    return is_letter(node)


def _changed(node: Node, chosen: set[str]) -> Node:
    if isinstance(node, Scripted) and spelled(node) in chosen:
        return _named(node)
    if not isinstance(node, Product):
        return node
    out: list[tuple[str, Node]] = []
    for op, factor in node.factors:
        head = out[-1][1] if out else None
        known = op == "" and isinstance(head, Symbol) and spelled(head) in chosen
        if head is not None and known and isinstance(factor, Group) and factor.left == "(" and factor.body is not None:
            own = _arguments(factor)
            sub = own[0] if len(own) == 1 else Tuple(factor.at, factor.end, own)
            out[-1] = (out[-1][0], Scripted(head.at, factor.end, head, sub))
        else:
            out.append((op, factor))
    if len(out) == len(node.factors):
        return node
    return out[0][1] if len(out) == 1 else replace(node, factors=tuple(out))


def _named(node: Scripted) -> Node:
    """`π_θ`: a name of its own."""
    base = node.base
    assert isinstance(base, Symbol)
    return Named(node.at, node.end, f"{base.name}_{spelled(node.sub)}", base.font, base.accents, written=node)
