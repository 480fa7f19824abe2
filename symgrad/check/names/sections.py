"""Sections of a document whose headings begin anew: a lecture defines f on one slide and another f on the next.

Most documents are one section. Where a name is defined under two headings with other parameters, each heading opens a
section: what it declares, defines, or shows by its own formulas is new, everything else stays as it was.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ...tex.syntax import Number, Relation, Scripted, Symbol
from ..declarations.declare import Declaration, Definition, Everything, Function, Listed, Space
from ..documents.document import Document
from ..documents.lines import Line
from ..documents.pieces import Break
from ..values.applied import ALIASES, FUNCTIONS
from .names import base_of, plain, spelled
from .table import Table


@dataclass(frozen=True, eq=False)
class Section:
    """The formulas under a heading, and what is declared there."""

    lines: tuple[Line, ...]
    declarations: tuple[Declaration, ...]
    asides: tuple[Section, ...] = ()
    """Headings inside it under which all names are numbers, whatever they are elsewhere."""

    @property
    def at(self) -> int:
        """Where its first formula begins."""
        return self.lines[0].formula.begin


def sections(document: Document, declarations: Iterable[Declaration], lines: Sequence[Line]) -> list[Section]:
    """The sections of a document: one, unless a name is defined anew."""
    told = tuple(sorted(declarations, key=lambda d: d.at))
    ends = [p.begin for p in document.pieces if isinstance(p, Break) and p.what == "heading"]
    asides, told, lines = _asides(_cut([0, *ends, len(document.text) + 1], told, lines), told, lines)
    if asides:
        return [Section(tuple(lines), told, asides)]
    cut = _cut([0, *ends, len(document.text) + 1], told, lines)
    return cut if _begins_anew(cut) else [Section(tuple(lines), told)]


def _asides(cut, told, lines):
    """Parts behind the first of which it is said that all is scalar, and what is left without them."""
    apart = tuple(s for s in cut[1:] if any(isinstance(d, Everything) for d in s.declarations))
    gone = {id(x) for s in apart for x in (*s.lines, *s.declarations)}
    return apart, tuple(d for d in told if id(d) not in gone), tuple(x for x in lines if id(x) not in gone)


def _cut(borders, told, lines):
    found, waiting = [], []
    for low, high in itertools.pairwise(borders):
        own = tuple(line for line in lines if low <= line.formula.begin < high)
        waiting += [d for d in told if low <= d.at < high]
        if own:
            found.append(Section(own, tuple(waiting)))
            waiting = []
    if waiting and found:
        found[-1] = Section(found[-1].lines, (*found[-1].declarations, *waiting))
    return found or [Section(tuple(lines), tuple(told))]


def _begins_anew(cut: list[Section]) -> bool:
    """Whether a name is defined with other parameters under another heading, or declared as something else."""
    return _redefined(cut) or _redeclared(cut) or _grown(cut)


def _redeclared(cut):
    """`b ∈ ℝ` and `b ∈ ℝⁿ`; `y(x) = …` and a number y."""
    seen: dict[str, str] = {}
    for section in cut:
        own = {
            spelled(d.symbol): "×".join(map(spelled, d.sizes))
            for d in section.declarations
            if isinstance(d, Space) and isinstance(d.symbol, Symbol) and d.sizes is not None
        }
        own |= {
            f"{spelled(d.symbol)}, listed": f"{spelled(d.lower)} … {spelled(d.upper)}"
            for d in section.declarations
            if isinstance(d, Listed)
        }
        if any(seen.get(key, sizes) != sizes for key, sizes in own.items()):
            return True
        seen |= {key: "a function" for key, _ in _functions(section) if key not in own} | own
    return False


def _grown(cut):
    """Numbers `μ_1`, `μ_2` under one heading, an array μ that the next declares."""
    numbered: set[str] = set()
    for section in cut:
        declared = {
            spelled(base_of(d.symbol))
            for d in section.declarations
            if isinstance(d, Space) and isinstance(d.symbol, Symbol | Scripted) and base_of(d.symbol) is not None
        }
        arrays = {spelled(d.symbol) for d in section.declarations if isinstance(d, Space) and d.sizes}
        if arrays & numbered:
            return True
        numbered |= _only_numbered(section) - declared
    return False


def _only_numbered(section):
    """Names that stand with a number below, and never otherwise."""
    numbered: set[str] = set()
    other: set[str] = set()
    for line in section.lines:
        for node in (n for row in line.rows if row.statement is not None for n in _outer(row.statement)):
            base = base_of(node)
            if base is not None:
                known = isinstance(node, Scripted) and isinstance(node.sub, Number)
                (numbered if known else other).add(spelled(base))
    return numbered - other


def _outer(node):
    """The names in a formula with their scripts on them."""
    if isinstance(node, Symbol | Scripted) and base_of(node) is not None:
        yield node
        return
    for child in node.children():
        yield from _outer(child)


def _redefined(cut):
    seen: dict[str, set[tuple[str, ...]]] = {}
    values = {key for section in cut for key in _values(section)}
    maps: set[str] = set()
    for section in cut:
        own: dict[str, set[tuple[str, ...]]] = {}
        if any(len(parameters) > 1 and key.partition("_")[0] in maps for key, parameters in _functions(section)):
            return True  # r : ℝⁿ → ℝᵐ, and then r_i(a, b)
        maps |= {spelled(d.symbol) for d in section.declarations if isinstance(d, Function) and d.gives and d.takes}
        for key, parameters in _functions(section):
            if not values & set(parameters):
                own.setdefault(key, set()).add(parameters)
        for key, found in own.items():
            if key in seen and not found & seen[key]:
                return True
            seen.setdefault(key, set()).update(found)
    return False


def _functions(section):
    """`f(x, W) = …`: names with their parameters."""
    for line in section.lines:
        for row in line.rows:
            if isinstance(row.statement, Relation) and row.statement.sides[0] is not None:
                symbol, parameters = Table.left_side(row.statement.sides[0])
                if parameters and all(map(_is_name, parameters)) and _is_function(symbol):
                    yield spelled(symbol), tuple(map(spelled, parameters))


def _values(section):
    """Names that have an equation of their own: `J(θ^*)` is J at the place θ^*, no other J."""
    for line in section.lines:
        for row in line.rows:
            left = row.statement.sides[0] if isinstance(row.statement, Relation) else None
            if isinstance(left, Symbol | Scripted) and row.statement.relations[0] in ("=", ":="):
                yield spelled(left)


def _is_name(node):
    return isinstance(node, Symbol | Scripted) and base_of(node) is not None


def _is_function(symbol):
    """A name that the document may define; `vec` and `tr` are what they are."""
    base = base_of(symbol)
    return base is not None and (base.name not in FUNCTIONS or base.name in ALIASES)


def forget(table: Table, section: Section) -> None:
    """What the section declares, defines as a function, or shows by its own formulas is no longer what it was."""
    gone = {
        table.name_and_family(d.symbol)[0] for d in section.declarations if isinstance(d, Space) and d.sizes is not None
    }
    gone |= {key for key, parameters in _functions(section) if not _same(table, key, parameters, section)}
    maps = {key for key, q in table.quantities.items() if q.takes is not None}
    gone |= {own for key, _ in _functions(section) if (own := key.partition("_")[0]) in maps}
    listed = {spelled(d.symbol) for d in section.declarations if isinstance(d, Listed)}
    gone |= {key for key in listed if (q := table.quantities.get(key)) and q.implied}
    for key in listed:
        table.starts.pop(key, None)
    used = {
        n for line in section.lines for row in line.rows if row.statement is not None for n in _names(row.statement)
    }
    plainly = {plain(n) for n in used}
    gone |= {key for key, q in table.quantities.items() if plain(key) in plainly and q.implied and not q.definitions}
    gone |= {
        key
        for key in plainly - _subscripted(section)
        if (q := table.quantities.get(key)) and q.family and not q.definitions
    }
    for key in gone:
        if key in table.quantities:
            del table.quantities[key]
        table.axes.pop(key, None)
        table.moving = [(at, name) for at, name in table.moving if name != key]
    table.version += 1


def _same(table, key, parameters, section):
    """`J(θ) = …` once more says something of the J that is known, unless words introduce it."""
    q = table.quantities.get(key)
    known = {tuple(spelled(p) for p in d.parameters) for d in q.definitions} if q is not None else set()
    anew = (d.row.statement for d in section.declarations if isinstance(d, Definition))
    lefts = (Table.left_side(s.sides[0])[0] for s in anew if isinstance(s, Relation) and s.sides[0] is not None)
    return parameters in known and key not in {spelled(symbol) for symbol in lefts}


def _subscripted(section):
    """Names that carry a script somewhere: a family that never does is none here."""
    return {
        spelled(node.base)
        for line in section.lines
        for row in line.rows
        for node in (row.statement.walk() if row.statement is not None else ())
        if isinstance(node, Scripted) and base_of(node) is not None and (node.sub is not None or not _star(node))
    }


def _star(node):
    return isinstance(node.sup, Symbol) and node.sup.name == "*"


def _names(statement):
    for node in statement.walk():
        base = base_of(node)
        if base is not None:
            yield spelled(base)
