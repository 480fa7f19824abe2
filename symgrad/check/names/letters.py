"""Which letters of a formula are free indices."""

from __future__ import annotations

from ...tex.syntax import Big, Group, Node, Number, Relation, Scripted, Symbol, Tuple
from ..values.scripts import INDICATORS, is_bar
from .conditions import is_conditions
from .names import is_letter, items, letters, spelled
from .table import Quantity, Table


def free_letters(table: Table, *nodes: Node) -> list[str]:
    """The letters that stand as indices and that no sum binds, in order.

    Indices stand on quantities, on δ, and in the conditions of brackets.
    """
    out: dict[str, None] = {}
    for node in nodes:
        _collect(table, node, frozenset(), out)
    return list(out)


def hidden_letters(table: Table, quantity: Quantity) -> set[str]:
    """The letters of members that stand in what a quantity is computed from, and that no left side has."""
    chosen = table.member_letters()
    out: set[str] = set()
    stack, seen = [quantity], set()
    while stack and chosen:
        q = stack.pop()
        if q.key in seen:
            continue
        seen.add(q.key)
        formulas = [(d.body, d.pattern) for d in q.definitions] or [(node, ()) for node in table.last_of(q)]
        for body, pattern in formulas:
            own = {n for p in pattern for n in letters(p)}
            out.update(n for n in free_letters(table, body) if n in chosen and n not in own)
            stack += table.mentioned(body)
    return out


def _collect(table, node, bound, out):
    if isinstance(node, Symbol) and spelled(node) in table.running and spelled(node) not in bound:
        out[spelled(node)] = None
    elif isinstance(node, Big):
        inside = bound | binds(node)
        for part in (node.sub, node.sup):
            if part is not None:
                _indices(table, part, inside, out)
        _collect(table, node.body, inside, out)
    elif isinstance(node, Symbol | Scripted) and (found := table.find(node)) is not None:
        for index in found.indices:
            _indices(table, index, bound, out)
        if found.sup is not None:
            _collect(table, found.sup, bound, out)
    elif isinstance(node, Scripted) and is_index_function(node):
        for script in (node.sub, node.sup):
            if script is not None and not isinstance(script, Number):
                _indices(table, script, bound, out)
    elif isinstance(node, Group) and is_conditions(node.body):
        for asked in node.body.items if isinstance(node.body, Tuple) else (node.body,):
            _relation(table, asked, bound, out)
    elif isinstance(node, Scripted) and is_bar(node):
        for place in (node.base, node.sub):
            _collect(table, place, bound, out)
    elif isinstance(node, Scripted) and not isinstance(node.base, Symbol | Number):
        _collect(table, node.base, bound, out)
        for index in items(node.sub):
            _indices(table, index, bound, out)
        if node.sup is not None:
            _collect(table, node.sup, bound, out)
    else:
        for child in node.children():
            _collect(table, child, bound, out)


def _relation(table, node, bound, out):
    """A condition in brackets: on indices where its sides are letters, else on values."""
    pure = all(is_letter(side) for side in node.sides)
    for side in node.sides:
        if side is None:
            continue
        if all(is_letter_index(table, n) and (table.get(n) is None or pure) for n in letters(side)):
            _indices(table, side, bound, out)
        else:
            _collect(table, side, bound, out)


def is_letter_index(table: Table, name: str) -> bool:
    """Whether a name may be an index: one letter that stands for nothing else."""
    if len(name.rstrip("'")) != 1 or name in table.labels or name in table.fixed:
        return False
    known = table.get(name)
    return known is None or (name in table.letters and (known.is_function or _is_real(table, known)))


def _is_real(table, quantity):
    """A number that is no whole one: where its letter stands as an index, that is another thing."""
    whole = quantity.domain != "real" or "integer" in quantity.properties or quantity.key in table.sizes
    return quantity.sizes == () and not whole and not quantity.definitions and not quantity.implied


def _indices(table, node, bound, out):
    for name in letters(node):
        if name not in bound and name not in table.sizes and is_letter_index(table, name):
            out[name] = None


def is_index_function(node: Scripted) -> bool:
    """`δ_{ij}`, `1_{k=i}`, `I_{ij}`, `\\mathbb{1}_{…}`."""
    base = node.base
    if isinstance(base, Number):
        return isinstance(node.sub, Relation | Group)
    if not isinstance(base, Symbol):
        return False
    return base.name == "delta" or (base.name in INDICATORS and node.sub is not None)


def binds(node: Big) -> frozenset[str]:
    """The letters that a big operator may bind: those of its subscript that stand first, and all in a chain of <."""
    return frozenset(_binding(node.sub))


def _binding(sub):
    match sub:
        case None:
            return []
        case Tuple():
            return [n for item in sub.items for n in _binding(item)]
        case Group(body=body):
            return _binding(body)
        case Relation(sides=sides, relations=relations):
            if relations[0] in ("=", "≠", "∈", ":"):
                return _binding(sides[0])
            return [n for side in sides if side is not None for n in letters(side)]
    return [spelled(item) for item in items(sub) if is_letter(item) or letters(item) == (spelled(item),)]
