"""A document judged under its own conventions, or those that most of its steps follow."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import product

from ...tex.syntax import Relation, Scripted, Symbol
from ..declarations.declare import Declaration
from ..documents.document import Document
from ..documents.lines import Line
from ..names.names import base_of, spelled
from ..values.held import branches
from .claims import REFUTED, Verdict
from .steps import DEFINED, Reading, Step
from .walk import Walk

EXPLAINED = 12
"""So many refuted steps of a document are asked for their slip."""
RENAMED = 6
"""So many equations of a document are tried as definitions of a name that they give a new meaning."""


@dataclass(frozen=True)
class Conventions:
    """How a document may be meant: its layout, how a recursion begins, what a ∂ holds, which equations define anew."""

    layout: str | None = None
    one_step: bool = True
    held: bool = False
    anew: frozenset[int] = frozenset()
    models: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Walks:
    """The walks through one document."""

    document: Document
    declarations: tuple[Declaration, ...]
    lines: list[Line]

    def walk(self, how: Conventions, progress=None) -> Reading:
        """The reading under some conventions, with the likely slips."""
        options = (how.layout, how.one_step, how.held, False, EXPLAINED, how.anew, how.models)
        return Walk(self.document, self.declarations, self.lines, *options).run(progress)

    def tried(self, how: Conventions, most: int) -> Reading:
        """The same in floats alone and without slips, as far as at most so many steps are refuted."""
        options = (how.layout, how.one_step, how.held, True, 0, how.anew, how.models, most)
        return Walk(self.document, self.declarations, self.lines, *options).run()


def judged(
    document: Document,
    declarations: Iterable[Declaration],
    lines: list[Line],
    layout: str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Reading:
    """The document judged under its own conventions, or, where it states none, those that most steps follow."""
    walks = Walks(document, tuple(declarations), lines)
    plain = Conventions(layout)
    reading = walks.walk(plain, progress=progress)
    if not any(_otherwise(step.verdict) for step in reading.steps) and not _renamed(reading):
        return reading
    chosen = _new_meanings(walks, *_most_followed(walks, plain, reading))
    return reading if chosen == plain else walks.walk(chosen)


def _most_followed(walks: Walks, plain: Conventions, reading: Reading) -> tuple[Conventions, Reading]:
    """The layout and the beginning of recursions under which the fewest steps fail, and that reading."""
    layouts = (None, "numerator", "denominator") if reading.layout is None else (reading.layout,)
    steps = (True, False) if reading.table.open_recursions() else (True,)
    holding = (False, True) if branches(reading.table) else (False,)
    others = [Conventions(*how) for how in product(layouts, steps, holding)][1:]
    best, found = plain, reading
    for other in others:
        tried = walks.tried(other, _wrong(found) - 1)
        if tried.whole and _wrong(tried) < _wrong(found):
            best, found = other, tried
    return best, found


def _new_meanings(walks: Walks, how: Conventions, reading: Reading) -> Conventions:
    """`y = …` of a name that has a meaning, where it does not hold: a new meaning, if more of what follows holds then.

    A wrong step stays wrong: what follows speaks of the name as it was defined, and would fail under the new meaning.
    """
    models = [replace(how, models=frozenset({step.at})) for step in _models(reading)]
    renamed = [replace(how, anew=frozenset({step.at})) for step in _renamed(reading)]
    for other in (*models[:RENAMED], *renamed[:RENAMED]):
        at = min(other.models or other.anew)
        other = replace(how, models=how.models | other.models, anew=how.anew | other.anew)
        found = walks.tried(other, _wrong(reading))
        held, holds = _held(reading), _held(found)
        if found.whole and holds > held - {at}:
            how, reading = other, found
    return how


def _models(reading: Reading) -> list[Step]:
    """`y_i = wᵀ x_i + ε_i` with `ε_i ∼ N(0, σ²)` says how given numbers y may have come about, or defines y."""
    statements = [step.row.statement for step in reading.steps if step.row is not None]
    drawn = {
        spelled(base)
        for s in statements
        if isinstance(s, Relation) and s.relations[0] == "~" and s.sides[0] and (base := base_of(s.sides[0]))
    }
    defined = [(step, step.right.walk()) for step in reading.steps if step.kind == DEFINED and step.right is not None]
    return [step for step, inside in defined if any(isinstance(n, Symbol) and spelled(n) in drawn for n in inside)]


def _renamed(reading: Reading) -> list[Step]:
    """Equations that do not hold and may be new definitions of their names."""
    return [
        step
        for step in reading.steps
        if step.verdict is not None and not step.verdict.holds and _first_of_row(step) and _is_named(reading, step.left)
    ]


def _first_of_row(step):
    statement = step.row.statement if step.row is not None else None
    return isinstance(statement, Relation) and step.left is statement.sides[0]


def _is_named(reading, left):
    symbol, _ = reading.table.left_side(left)
    found = reading.table.find(symbol) if isinstance(symbol, Symbol | Scripted) else None
    return found is not None and not found.primes and found.sup is None and bool(found.quantity.definitions)


def _held(reading: Reading) -> frozenset[int]:
    """The places of the steps that hold."""
    return frozenset(step.at for step in reading.steps if step.verdict is not None and step.verdict.holds)


def _otherwise(verdict: Verdict | None) -> bool:
    """Whether a verdict may be another under other conventions: a name that is not known stays so."""
    if verdict is None or verdict.holds:
        return False
    return verdict.kind == REFUTED or "not declared:" in verdict.why or "expressed" in verdict.why


def _wrong(reading: Reading) -> int:
    """How many steps do not hold."""
    return sum(1 for step in reading.steps if step.verdict is not None and not step.verdict.holds)
