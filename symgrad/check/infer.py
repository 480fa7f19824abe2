"""Names that a document uses and does not declare: what they are where one reading only is possible, and said.

A letter with indices is an array with an axis for each of them; one that is never indexed, transposed or multiplied as a
matrix is a number. A letter that only ever bounds a sum is a size.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ..tex.syntax import Big, Node, Number, Relation, Row, Scripted, Symbol
from .applied import FUNCTIONS
from .letters import binds
from .meaning import CONSTANTS
from .names import base_of, is_letter, is_transpose, items, letters, spelled
from .scripts import INDICATORS
from .table import Table

RESERVED = frozenset(
    ("partial", "nabla", "delta", "d", "top", "infty", "intercal", "to", "E", "bb:E", "bb:R", "e", "1", "bf:1", "bb:1")
)


@dataclass(frozen=True, eq=False)
class Inference:
    """What was taken for granted of a name."""

    key: str
    what: str


@dataclass(eq=False)
class Uses:
    """How the formulas write their names."""

    names: dict[str, list[tuple[Node, dict[str, Node]]]] = field(default_factory=dict)
    indices: set[str] = field(default_factory=set)
    called: set[str] = field(default_factory=set)


def infer(table: Table, rows: list[Row]) -> list[Inference]:
    """Declares what the formulas use and nothing says; definitions are left to the walk."""
    statements = [row.statement for row in rows if row.statement is not None]
    defined = {key for s in statements for key in left_names(table, s)}
    uses = Uses()
    for statement in statements:
        _collect(table, statement, {}, uses)
    out = []
    for key, nodes in uses.names.items():
        if key in defined or key in table.sizes or (len(key) == 1 and key in uses.indices):
            continue
        out += [Inference(name, what) for name, what in _declared(table, nodes, uses)]
    return out


def left_names(table: Table, statement: Node) -> list[str]:
    """The names that stand alone on the left of an equation."""
    if not isinstance(statement, Relation) or statement.sides[0] is None or statement.relations[0] not in ("=", ":="):
        return []
    symbol, _ = table.left_side(statement.sides[0])
    base = base_of(symbol)
    if base is None or not isinstance(symbol, Symbol | Scripted):
        return []
    if isinstance(symbol, Scripted) and symbol.sub is not None and not _letters_only(table, symbol.sub):
        return [spelled(symbol)]
    return [spelled(base), spelled(symbol)]


def _collect(table, node, limits, uses):
    if isinstance(node, Big):
        inner = {**limits, **dict.fromkeys(binds(node)), **_limits(table, node)}
        uses.indices |= set(binds(node))
        _collect(table, node.body, inner, uses)
        return
    base = base_of(node) if isinstance(node, Symbol | Scripted) else None
    if isinstance(node, Scripted):
        _script_letters(table, node, uses)
    if base is not None:
        if table.find(node) is None and not _reserved(table, base, node) and spelled(base) not in limits:
            uses.names.setdefault(spelled(base), []).append((node, limits))
        if isinstance(node, Scripted) and node.sup is not None and not is_transpose(node.sup):
            _collect(table, node.sup, limits, uses)
        return
    if isinstance(node, Scripted) and isinstance(node.base, Number):
        return
    for child in node.children():
        _collect(table, child, limits, uses)


def _script_letters(table, node, uses):
    """Letters in scripts are indices, wherever else they stand."""
    for script in (node.sub,):
        for name in letters(script) if script is not None else ():
            if len(name.rstrip("'")) == 1 and table.get(name) is None:
                uses.indices.add(name)


def _limits(table, node):
    """`Σ_{i=1}^n`: i ends at n, and n is a size."""
    if node.sup is None or not isinstance(node.sub, Relation) or node.sub.relations != ("=",):
        return {}
    for name in letters(node.sup):
        if table.get(name) is None and len(name) == 1:
            table.sizes.add(name)
    first = node.sub.sides[1]
    if isinstance(first, Number) and first.value == table.start and is_letter(node.sub.sides[0]):
        return {spelled(node.sub.sides[0]): node.sup}
    return {}


def _reserved(table, base, node):
    key = spelled(base)
    if key in ("delta",) and isinstance(node, Symbol):
        return False
    return key in RESERVED or base.name in FUNCTIONS or key in CONSTANTS or key in table.sizes or base.name in INDICATORS


def _declared(table, nodes, uses):
    indexed = [(n, limits) for n, limits in nodes if isinstance(n, Scripted) and n.sub is not None and _letters_only(table, n.sub)]
    if indexed:
        return [_array(table, indexed)]
    labelled = {spelled(_without_power(n)): n for n, _ in nodes if isinstance(n, Scripted) and n.sub is not None}
    out = []
    for key, node in labelled.items():
        table.declare_label(key, _without_power(node))
        out.append((key, "a number"))
    plain = [n for n, _ in nodes if isinstance(n, Symbol) or n.sub is None]
    if plain and not any(isinstance(n, Scripted) and n.sup is not None and is_transpose(n.sup) for n, _ in nodes):
        base = base_of(plain[0])
        assert base is not None
        table.declare(base, ()).implied = True
        out.append((spelled(base), "a number"))
    return out


def _without_power(node):
    return Scripted(node.at, node.end, node.base, node.sub) if node.sup is not None else node


def _array(table, indexed):
    first = indexed[0][0]
    rank = max(len(items(n.sub)) for n, _ in indexed)
    same = [(n, limits) for n, limits in indexed if len(items(n.sub)) == rank]
    sizes = tuple(_size_of(table, k, same) for k in range(rank))
    base = base_of(first)
    table.declare(base, sizes).implied = True
    return spelled(base), f"an array with {rank} {'index' if rank == 1 else 'indices'}"


def _letters_only(table, sub):
    found = items(sub)
    return bool(found) and all(is_letter(i) and table.get(spelled(i)) is None and spelled(i) not in table.sizes for i in found)


def _size_of(table, position, occurrences):
    """The size of an axis: the range of an index that stands there, else one of its own."""
    names = [(spelled(items(n.sub)[position]), limits) for n, limits in occurrences]
    for name, limits in names:
        if limits.get(name) is not None:
            return limits[name]
        if name in table.ranges:
            return table.ranges[name][1]
    for name, _ in names:
        known = _axis_elsewhere(table, name)
        if known is not None:
            return known
    node = occurrences[0][0]
    symbol = Symbol(node.at, node.end, f"#{names[0][0]}")
    table.sizes.add(f"#{names[0][0]}")
    return symbol


def _axis_elsewhere(table, name):
    """A size that an index of this name was given before."""
    return table.hints.get(name)
