"""What is found of a written derivation: each step in words, and of all of them the counts and the first wrong one."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from ...tex.syntax import Node
from ..documents.lines import Line
from ..documents.source import GIVEN, Source
from .claims import AGREES, PROVED, REFUTED, UNDECIDED, Counterexample
from .steps import ASSUMED, DEFINED, NOT_JUDGED, NOT_READ, Step

INHERITED = "inherited"
"""Of a step that only passes on an earlier wrong one."""
CLAIMS = (PROVED, AGREES, REFUTED, UNDECIDED, INHERITED)
KINDS = (*CLAIMS, NOT_READ, DEFINED, ASSUMED, NOT_JUDGED)
HOLDS, WRONG, UNREAD, OPEN = 0, 1, 2, 3
"""The exit codes."""


@dataclass(frozen=True, eq=False)
class Judged:
    """One step: where it stands, what was written, the verdict, and why.

    `verdict` is one of `KINDS`; `continues` where the left side is not written here, but on the line before.
    `notes` tell what is strange about it by form alone, such as an index that is free on one side only.
    `expected` is what would have been right (`mended` as a tree), `slip` the likely slip, where they are known.
    `follows` is where the wrong step stands that an inherited one passes on: "line 10".
    """

    line: int
    column: int
    where: str
    left: str
    right: str
    verdict: str
    why: str = ""
    points: int = 0
    counterexample: Counterexample | None = None
    notes: tuple[str, ...] = ()
    continues: bool = False
    relation: str = "="
    latex: str = ""
    expected: str = ""
    slip: str = ""
    follows: str = ""
    mended: Node | None = field(default=None, repr=False)
    step: Step | None = field(default=None, repr=False)

    @property
    def judged(self) -> bool:
        """Whether it is a claim."""
        return self.verdict in CLAIMS

    @property
    def said(self) -> str:
        """`proved`, `agrees (24 points)`, …"""
        return f"{AGREES} ({self.points} points)" if self.verdict == AGREES else self.verdict

    @property
    def written(self) -> str:
        """`∂f/∂x = 2 x`, of a line that goes on `= 2 x`."""
        if not self.right:
            return self.latex
        return f"{'' if self.continues else self.left} {self.relation} {self.right}".strip()

    def __str__(self) -> str:
        return f"{self.where}  {self.said}  {self.written}"


@dataclass(frozen=True, eq=False, repr=False)
class Findings:
    """What was found: `steps` in the order of the document, and what was taken for granted in `inferred`."""

    source: Source
    steps: tuple[Judged, ...]
    inferred: tuple[tuple[str, str], ...] = ()
    lines: tuple[Line, ...] = ()
    unread: tuple[tuple[str, str], ...] = ()
    """Entries of the front matter that declare nothing: (place, text)."""
    layout: str = ""
    """Of derivatives, where the document states one or most of its steps follow one."""

    @property
    def name(self) -> str:
        return self.source.name

    @property
    def verdicts(self) -> tuple[str, ...]:
        """Of the claims alone: proved, agrees, refuted, undecided, inherited."""
        return tuple(step.verdict for step in self.steps if step.judged)

    @property
    def counts(self) -> Counter[str]:
        """How many steps of each kind; declarations given beside the document are none of it."""
        return Counter(step.verdict for step in self.steps if step.where != GIVEN or step.verdict == NOT_READ)

    @property
    def first_wrong(self) -> Judged | None:
        """The first step that is refuted; an inherited one stands behind it."""
        return next((step for step in self.steps if step.verdict == REFUTED), None)

    @property
    def exit_code(self) -> int:
        """0 all hold, 1 something is refuted, 2 something was not read, 3 something is undecided."""
        found = self.counts
        codes = ((REFUTED, WRONG), (NOT_READ, UNREAD), (UNDECIDED, OPEN))
        return next((code for kind, code in codes if found[kind]), HOLDS)

    @property
    def ok(self) -> bool:
        """Whether everything that was claimed holds, and was read."""
        return self.exit_code == HOLDS

    def __bool__(self) -> bool:
        return self.ok

    def __repr__(self) -> str:
        """`homework.md: 12 proved, 1 refuted (first wrong: line 10)`."""
        first = self.first_wrong
        wrong = f" (first wrong: {first.where.removeprefix(self.name + ':')})" if first else ""
        return f"{self.name}: {self.summary()}{wrong}".removeprefix(": ")

    def summary(self) -> str:
        """`1 refuted, 11 proved`."""
        order = (REFUTED, INHERITED, NOT_READ, UNDECIDED, PROVED, AGREES)
        found = self.counts
        return ", ".join(f"{found[kind]} {kind}" for kind in order if found[kind]) or "no claim found"
