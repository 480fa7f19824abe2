"""The likely slip in a refuted claim: the simplest change of one place that makes it hold, and it was tried."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from time import perf_counter

from ...tex.syntax import Node
from ...tex.writing import latex
from ..verdicts.claims import Judge, Verdict
from .edits import Edit, edits
from .scope import Scope
from .sieve import Sieve

LABELS = (
    "sign",
    "factor",
    "transpose",
    "index",
    "sum",
    "term",
    "missing factor",
    "delta",
    "inner derivative",
    "argument",
    "exponent",
    "other",
)
SECONDS = 0.3
CANDIDATES = 4000


@dataclass(frozen=True, eq=False)
class Slip:
    """What is wrong from `at` to `end`, in words, and what the side of the claim should have been.

    `side` is "right" or "left"; `instead` stands for what is written at the place, `should` for the whole side;
    `verdict` is what the judge says of the claim after the change: never less than "agrees".
    """

    label: str
    words: str
    at: int
    end: int
    side: str
    instead: str
    should: str
    verdict: Verdict

    def __str__(self) -> str:
        return f"{self.words} ({self.label}); should be {self.should}"


def find_slip(
    judge: Judge, left: Node, right: Node, around: Sequence[Node] = (), seconds: float = SECONDS
) -> Slip | None:
    """The first change of one place of the right side, then of the left, after which left = right holds.

    None where no single change is found in the time given.
    """
    until = perf_counter() + seconds
    for side, fixed, changed in (("right", left, right), ("left", right, left)):
        share = until if side == "left" else perf_counter() + 0.8 * seconds
        found = _repaired(judge, side, fixed, changed, around, share)
        if found is not None:
            return found
    return None


def _repaired(judge, side, fixed, changed, around, until):
    scope = Scope(judge.table, fixed, changed, around)
    sieve = Sieve(
        judge, fixed, changed, around, (*changed.walk(), *(n for part in scope.operands for n in part.walk()))
    )
    if sieve.passes(changed):
        return None
    known = {latex(node) for node in scope.near}
    for edit in _within(edits(changed, scope), until, known):
        if not sieve.passes(edit.side):
            continue
        verdict = _verdict(judge, fixed, edit.side, around)
        if verdict is not None and verdict.holds:
            return _slip(side, edit, verdict)
    return None


def _verdict(judge, fixed, changed, around):
    try:
        return judge.verdict(fixed, changed, around)
    except (LookupError, ArithmeticError, ValueError):
        return None


def _within(found: Iterator[Edit], until: float, known: Iterable[str]) -> Iterator[Edit]:
    """As many as time allows; each text once, and none that is another side of the chain."""
    seen = set(known)
    for count, edit in enumerate(found):
        if perf_counter() > until or count > CANDIDATES:
            return
        text = latex(edit.side)
        if text not in seen:
            seen.add(text)
            yield edit


def _slip(side, edit: Edit, verdict) -> Slip:
    node, change = edit.place.node, edit.change
    return Slip(change.label, change.words, node.at, node.end, side, latex(change.instead), latex(edit.side), verdict)
