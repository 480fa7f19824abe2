"""The likely slip in a refuted claim: the simplest change of one place that makes it hold, and it was tried."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

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
WORK = {"right": 30_000, "left": 10_000}
"""So many nodes are evaluated for a slip on either side, so that what is named does not depend on the machine."""
CANDIDATE, VERDICT = 4, 400
"""What a candidate and a verdict cost beside that."""


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


def find_slip(judge: Judge, left: Node, right: Node, around: Sequence[Node] = (), share: float = 1) -> Slip | None:
    """The first change of one place of the right side, then of the left, after which left = right holds.

    None where no single change is found among as many as a share of `WORK` pays for.
    """
    for side, fixed, changed in (("right", left, right), ("left", right, left)):
        found = _repaired(judge, side, fixed, changed, around, share * WORK[side])
        if found is not None:
            return found
    return None


def _repaired(judge, side, fixed, changed, around, budget):
    scope = Scope(judge.table, fixed, changed, around)
    sieve = Sieve(
        judge, fixed, changed, around, (*changed.walk(), *(n for part in scope.operands for n in part.walk()))
    )
    if not sieve.frames or sieve.passes(changed):
        return None
    for edit in _distinct(edits(changed, scope), {latex(node) for node in scope.near}):
        budget -= CANDIDATE
        if sieve.work > budget:
            return None
        if not sieve.passes(edit.side):
            continue
        budget -= VERDICT
        verdict = _verdict(judge, fixed, edit.side, around)
        if verdict is not None and verdict.holds:
            return _slip(side, edit, verdict)
    return None


def _verdict(judge, fixed, changed, around):
    try:
        return judge.verdict(fixed, changed, around)
    except (LookupError, ArithmeticError, ValueError):
        return None


def _distinct(found: Iterable[Edit], known: set[str]) -> Iterator[Edit]:
    """Each text once, and none that is another side of the chain."""
    seen = set(known)
    for edit in found:
        text = latex(edit.side)
        if text not in seen:
            seen.add(text)
            yield edit


def _slip(side, edit: Edit, verdict) -> Slip:
    node, change = edit.place.node, edit.change
    return Slip(change.label, change.words, node.at, node.end, side, latex(change.instead), latex(edit.side), verdict)
