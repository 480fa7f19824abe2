"""Subscripts that are part of a name: `W_r`, `S_B`, `W_{xh}`, `u_o`, beside those that are indices."""

from __future__ import annotations

from collections.abc import Iterable

from ...tex.syntax import Big, Group, Product, Relation, Row, Scripted, Symbol
from ..values.applied import FUNCTIONS
from .letters import binds, is_index_function
from .names import base_of, is_letter, items, letters, spelled
from .table import Table

LIKELY = frozenset("cohxyzfgwe")


def labels_of(formulas: Iterable[tuple[Row, ...]], ranged: set[str]) -> set[str]:
    """Letters that no sum, range or delta ever runs over, and that look like a label.

    A capital, a letter that names quantities, or one of several letters under a name that is defined for each of them.
    """
    run, used = set(ranged), set[str]()
    lefts: dict[str, set[str]] = {}
    named: set[str] = set()
    for rows in formulas:
        for row in rows:
            if row.statement is not None:
                _collect(row.statement, run, used)
                _left(row.statement, lefts)
                named |= _named(row.statement)
    several = {name for names in lefts.values() if len(names) > 1 for name in names}
    return {n for n in used - run if n.isupper() or n in LIKELY or n in several or n in named or n in lefts}


def indices_of_arrays(table: Table, formulas: Iterable[tuple[Row, ...]]) -> set[str]:
    """Letters that stand where a declared array has an axis, `θ_c` of `θ ∈ ℝᴷ`, and in no name of their own."""
    found, named = set[str](), set[str]()
    lefts: dict[str, set[str]] = {}
    for row in (row for rows in formulas for row in rows):
        if row.statement is not None:
            _left(row.statement, lefts)
        for node in row.statement.walk() if row.statement is not None else ():
            if not isinstance(node, Scripted) or node.sub is None or is_index_function(node):
                continue
            own = items(node.sub)
            known = table.quantities.get(spelled(node.base))
            label = table.quantities.get(f"{spelled(node.base)}_{spelled(node.sub)}")
            letters_only = {spelled(i) for i in own if is_letter(i)}
            if label is not None:
                named |= letters_only
            elif known is None or known.sizes is None or known.implied:
                continue
            elif len(own) in {len(known.family) or len(known.sizes), len(known.family) + len(known.sizes)}:
                found |= letters_only
    return found - named - {name for names in lefts.values() for name in names}


def number_labels(table: Table, formulas: Iterable[tuple[Row, ...]]) -> set[str]:
    """Declared names that stand as a subscript and that nothing runs over: `L_p` of a weight p, `S_μ` of a vector μ."""
    run: set[str] = set(table.ranges)
    used: set[str] = set()
    for rows in formulas:
        for row in rows:
            if row.statement is not None:
                _collect(row.statement, run, used)
    return {n for n in used - run if (q := table.quantities.get(n)) is not None and _is_number(table, q)}


def _is_number(table, quantity):
    whole = quantity.domain != "real" or quantity.key in table.sizes or "integer" in quantity.properties
    return not whole and not quantity.is_function and bool(quantity.sizes is not None or quantity.properties)


def _is_entry(node):
    """`(W_1)_{ij}`."""
    return isinstance(node.base, Group) and node.base.left in ("(", "[")


def _collect(statement, run, used):
    for node in statement.walk():
        if isinstance(node, Big):
            run |= binds(node)
        elif isinstance(node, Scripted) and (is_index_function(node) or _is_entry(node)):
            run |= set(letters(node.sub)) if node.sub is not None else set()
        elif isinstance(node, Scripted) and node.sub is not None and not _operator(node):
            used |= {spelled(i) for i in items(node.sub) if isinstance(i, Symbol)}
        elif isinstance(node, Relation) and all(is_letter(s) for s in node.sides):
            run |= {spelled(s) for s in node.sides if s is not None}


def _operator(node):
    """`\\nabla_x`: x is what is differentiated by."""
    base = base_of(node)
    return base is not None and base.name == "nabla"


def _named(statement):
    """`p = \\mathcal N(μ_p, σ_p^2)`, `i_t = σ(W_i x_t)`: what a function gives is no index."""
    left = statement.sides[0] if isinstance(statement, Relation) and statement.relations[0] in ("=", ":=") else None
    base = base_of(left) if isinstance(left, Symbol | Scripted) else None
    right = statement.sides[1] if base is not None else None
    head = right.factors[0][1] if isinstance(right, Product) and isinstance(right.factors[-1][1], Group) else None
    called = isinstance(head, Symbol) and (head.font in ("cal", "rm") or head.name in FUNCTIONS)
    return {base.name} if called and base is not None and len(base.name) == 1 else set()


def _left(statement, lefts):
    if not isinstance(statement, Relation) or statement.relations[0] not in ("=", ":="):
        return
    left = statement.sides[0]
    if (
        isinstance(left, Scripted)
        and left.sub is not None
        and is_letter(left.sub)
        and isinstance(base_of(left), Symbol)
    ):
        lefts.setdefault(spelled(base_of(left)), set()).add(spelled(left.sub))
