"""One formula of a document, read."""

from __future__ import annotations

from dataclasses import dataclass

from ...tex.faults import Fault
from ...tex.syntax import Row
from .pieces import Formula


@dataclass(frozen=True, eq=False)
class Line:
    """The rows of one formula, or why it could not be read."""

    formula: Formula
    rows: tuple[Row, ...]
    fault: Fault | None = None
