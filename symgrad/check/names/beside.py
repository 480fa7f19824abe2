"""Two things of one letter: the number π beside weights `π_k`, a point `x` beside the data `x_i`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from ...tex.syntax import Node, Number, Product, Row, Scripted, Sum, Symbol, Tuple
from .added import shapes_in_sums
from .names import spelled
from .table import Quantity, Table
from .uses import Uses


def number_pi(table: Table, uses: Uses) -> None:
    """Beside weights `π_k`, a π without an index is the number."""
    found = uses.names.get("pi", ())
    quantity = table.quantities.get("pi")
    if quantity is not None and (quantity.sizes or quantity.family) and any(not u.below and not u.above for u in found):
        _members_apart(table, quantity)


def twice_pi(formulas: Iterable[tuple[Row, ...]]) -> bool:
    """Whether `2\\pi` is written: the number, whatever `π_k` is defined to be."""
    nodes = (n for rows in formulas for r in rows if r.statement is not None for n in r.statement.walk())
    pairs = (pair for node in nodes if isinstance(node, Product) for pair in pairwise(node.factors))
    return any(isinstance(a, Number) and isinstance(b, Symbol) and b.name == "pi" for (_, a), (_, b) in pairs)


def points(table: Table, formulas: Iterable[tuple[Row, ...]]) -> list[Quantity]:
    """`x − x_i`, `k(x_i, x)` where `x_1, …, x_n ∈ ℝᵈ`: an x without an index is one more vector."""
    together = {key for rows in formulas for row in rows if row.statement for key in _together(row.statement)}
    out = []
    for key, quantity in list(table.quantities.items()):
        single = len(quantity.family) == 1 and not quantity.above and not quantity.definitions
        if key in together and single and len(quantity.sizes or ()) == 1:
            _members_apart(table, quantity)
            out.append(table.add(Quantity(key, Symbol(0, 0, key), sizes=quantity.sizes, implied=True)))
    return out


def entries(table: Table, formulas: Sequence[tuple[Row, ...]], uses: Uses) -> None:
    """`y_i ∈ ℝ` for `i = 1, …, n`: beside vectors of n a bare y is all of them, beside numbers it is one more."""
    numbers = {
        key: q
        for key, q in table.quantities.items()
        if q.sizes == () and len(q.family) == 1 and not q.above and spelled(q.family[0]) in table.ranges
    }
    bare = {key for key in numbers if any(isinstance(u.node, Symbol) for u in uses.names.get(key, ()))}
    told: dict[str, set[str]] = {}
    for key, shape in shapes_in_sums(table, formulas, bare):
        told.setdefault(key, set()).add(" ".join((shape[0], *map(spelled, shape[1:]))))
    for key, shapes in told.items():
        high = table.ranges[spelled(numbers[key].family[0])][1]
        if shapes == {f"column {spelled(high)}"}:
            numbers[key].sizes, numbers[key].family = (high,), ()
            table.version += 1
        elif shapes == {"number"}:
            _members_apart(table, numbers[key])
            table.add(Quantity(key, Symbol(0, 0, key), (), domain=numbers[key].domain, implied=True))


def _members_apart(table, quantity):
    """The members under a key of their own, which a name with an index finds first."""
    del table.quantities[quantity.key]
    quantity.key = f"{quantity.key}[]"
    table.quantities[quantity.key] = quantity
    table.version += 1


def _together(statement: Node) -> Iterator[str]:
    """Names that stand alone and with an index in one sum, or in one list of arguments."""
    for node in statement.walk():
        parts = [term for _, term in node.terms] if isinstance(node, Sum) else getattr(node, "items", ())
        if isinstance(node, Sum | Tuple):
            alone = {spelled(p) for p in parts if isinstance(p, Symbol)}
            yield from alone & {spelled(p.base) for p in parts if isinstance(p, Scripted) and p.sub is not None}
