"""Steps of a document: what each equality is and what was found of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from ...tex.syntax import Node, Row
from ..documents.document import Document
from ..names.infer import Inference
from ..names.table import Table
from ..slips.slips import Slip
from .claims import Verdict

DEFINED, ASSUMED, NOT_JUDGED, NOT_READ = "definition", "assumption", "not judged", "not read"


@dataclass(frozen=True, eq=False)
class Step:
    """One equality (or what stands in its place): both sides, what it is, and the verdict if it is a claim."""

    at: int
    end: int
    left: Node | None
    right: Node | None
    kind: str
    verdict: Verdict | None = None
    why: str = ""
    row: Row | None = None
    formula: int = 0
    around: tuple[Node, ...] = ()
    slip: Slip | None = None
    inherits: Step | None = None
    """The earlier wrong step that this one passes on."""

    @property
    def judged(self) -> bool:
        """Whether it is a claim with a verdict."""
        return self.verdict is not None


@dataclass(eq=False)
class Reading:
    """A document with the table of its names, its rows, and the steps found in it."""

    document: Document
    table: Table = field(default_factory=Table)
    layout: str | None = None
    steps: list[Step] = field(default_factory=list)
    inferred: list[Inference] = field(default_factory=list)
    whole: bool = True
