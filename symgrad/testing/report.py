"""Report: what a campaign has found, on one screen; as text, JSON and HTML."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .finding import Finding
from .outcome import CHECKS, Outcome
from .parameters import Choices
from .signature import Signature

SCHEMA = "symgrad/layer/1"
WIDE = 150


@dataclass(frozen=True)
class Report:
    """`ok`, `findings`, and what was tried: `examples`, `skipped` by reason."""

    name: str
    signature: Signature
    params: Mapping[str, Choices]
    findings: tuple[Finding, ...]
    examples: int
    skipped: Mapping[str, int] = field(default_factory=dict)
    oracles: tuple[str, ...] = ("differences",)

    @property
    def ok(self) -> bool:
        return not self.findings

    def __bool__(self):
        return self.ok

    def __str__(self):
        return self.to_text()

    __repr__ = __str__

    def to_text(self) -> str:
        """The first finding whole, the others a line each; never more than 25 lines."""
        if self.ok:
            return f"{self.name}: no fault found in {self.examples} examples ({', '.join(self.oracles)}){self._skips()}"
        first, *rest = self.findings
        lines = [*told(self, first), *(f"also: {summary(self, f)}" for f in rest[:8])]
        return "\n".join(line if len(line) <= WIDE or "reproduce" in line else f"{line[: WIDE - 1]}…" for line in lines)

    def _skips(self) -> str:
        return "".join(f"; {n} not judged: {why}" for why, n in self.skipped.items())

    def to_json(self) -> dict[str, Any]:
        """
        The report as data: `schema`, `ok`, and of each finding its fields in words.
        """
        return {
            "schema": SCHEMA,
            "layer": self.name,
            "signature": str(self.signature),
            "ok": self.ok,
            "examples": self.examples,
            "skipped": dict(self.skipped),
            "findings": [as_data(f) for f in self.findings],
        }


def as_data(f: Finding) -> dict[str, Any]:
    worst = f.worst and {
        "place": list(f.worst.place),
        "given": f.worst.given,
        "right": f.worst.right,
        "bound": f.worst.bound,
    }
    return {
        "argument": f.argument,
        "check": f.check,
        "relation": f.relation,
        "told": f.told,
        "condition": f.condition,
        "failing": f.failing,
        "tried": f.tried,
        "worst": worst,
        "smallest": str(f.smallest),
        "shapes": f.shapes,
    }


def summary(report: Report, f: Finding) -> str:
    return f"{report.name}: {f}   ({f.failing} of {f.tried} examples)"


def told(report: Report, f: Finding) -> list[str]:
    """The lines of one finding."""
    rows = [("relation", f.told)]
    if f.worst:
        rows.append(("worst", f"grad {f.argument}{f.worst}"))
    if f.oracles:
        rows.append(("oracles", f.oracles))
    rows += [("smallest", f.shapes), ("otherwise", otherwise(report, f)), ("reproduce", snippet(report, f))]
    return [summary(report, f), *(f"  {name:<10} {text}" for name, text in rows if text)]


def otherwise(report: Report, f: Finding) -> str:
    """What was looked at and is right."""
    wrong = {g.check for g in report.findings}
    fine = [check for check in CHECKS if check not in wrong]
    return f"ok: {', '.join(fine)}"


def snippet(report: Report, f: Finding) -> str:
    """Python that shows the smallest example again."""
    params = f", params={dict(report.params)!r}" if report.params else ""
    return f'check_layer({report.name}, "{report.signature}"{params}, example="{f.smallest}")'


def skipped(found: Sequence[Outcome]) -> dict[str, int]:
    """Why examples were not judged, and how many."""
    return dict(
        Counter(f"forward raises {o.error}"[:80] if o.skipped == "raised" else o.skipped for o in found if o.skipped)
    )
