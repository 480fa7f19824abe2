"""A document judged under its own conventions, or those that most of its steps follow."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ..declarations.declare import Declaration
from ..documents.document import Document
from ..documents.lines import Line
from .claims import REFUTED, Verdict
from .steps import Reading
from .walk import Walk


def judged(
    document: Document,
    declarations: Iterable[Declaration],
    lines: list[Line],
    layout: str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Reading:
    """The document judged under its own conventions, or, where it states none, those that most steps follow."""
    declared = tuple(declarations)
    reading = Walk(document, declared, lines, layout).run(progress)
    if not any(_otherwise(step.verdict) for step in reading.steps):
        return reading
    layouts = (None, "numerator", "denominator") if reading.layout is None else (reading.layout,)
    steps = (True, False) if reading.table.open_recursions() else (True,)
    others = [(one, step) for one in layouts for step in steps][1:]
    tried = {other: _wrong(Walk(document, declared, lines, *other, quick=True).run()) for other in others}
    best = min(tried, key=lambda other: tried[other], default=None)
    chosen = best if best is not None and tried[best] < _wrong(reading) else (layout, True)
    return Walk(document, declared, lines, *chosen, explain=EXPLAINED).run()


EXPLAINED = 12
"""So many refuted steps of a document are asked for their slip, a third of a second each at most."""


def _otherwise(verdict: Verdict | None) -> bool:
    """Whether a verdict may be another under other conventions: a name that is not known stays so."""
    if verdict is None or verdict.holds:
        return False
    return verdict.kind == REFUTED or "not declared:" in verdict.why or "expressed" in verdict.why


def _wrong(reading: Reading) -> int:
    """How many steps do not hold."""
    return sum(1 for step in reading.steps if step.verdict is not None and not step.verdict.holds)
