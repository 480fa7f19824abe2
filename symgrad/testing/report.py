"""Report: what a campaign has found, on one screen; as text, JSON and HTML."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from ..errors import OptionError
from .call import Call
from .conventions import Convention
from .finding import Finding
from .outcome import CHECKS, Outcome
from .pages import page
from .parameters import Choices
from .signature import Signature

SCHEMA = "symgrad/layer/1"
FORMATS = {".txt": "text", ".json": "json", ".html": "html"}
"""The format that a file's suffix asks for."""
WIDE = 150
SELDOM = ("modes", "convention")
"""What few layers have, and few people ask."""


@dataclass(frozen=True)
class Report:
    """`ok`, `findings`, what was tried: `examples`, `skipped` by reason; `conventions` at kinks and ties.

    Findings are faults, and after them remarks, which are none.
    """

    name: str
    signature: Signature
    params: Mapping[str, Choices]
    findings: tuple[Finding, ...]
    examples: int
    skipped: Mapping[str, int] = field(default_factory=dict)
    oracles: tuple[str, ...] = ("differences",)
    call: Call | None = None
    """How it was asked for."""
    conventions: tuple[Convention, ...] = ()

    @property
    def ok(self) -> bool:
        return not self.faults

    @property
    def faults(self) -> tuple[Finding, ...]:
        return tuple(f for f in self.findings if not f.remark)

    def __bool__(self):
        return self.ok

    def __str__(self):
        return self.to_text()

    __repr__ = __str__

    def to_text(self) -> str:
        """The first finding whole, the others a line each; never more than 25 lines."""
        if self.ok:
            lines = [
                f"{self.name}: no fault found in {self.examples} examples ({', '.join(self.oracles)}){self._skips()}"
            ]
        else:
            first, *rest = self.faults
            lines = [*told(self, first), *(f"also: {summary(self, f)}" for f in rest[:8])]
        lines += [f"  remark     {f.told}{f.when}" for f in self.findings if f.remark]
        lines += [f"  convention {'; '.join(map(str, self.conventions))}"] * bool(self.conventions)
        return "\n".join(line if len(line) <= WIDE or "reproduce" in line else f"{line[: WIDE - 1]}…" for line in lines)

    def _skips(self) -> str:
        return "".join(f"; {n} not judged: {why}" for why, n in self.skipped.items())

    def to_data(self) -> dict[str, Any]:
        """`schema`, `ok`, and of each finding its fields in words; only what JSON knows."""
        return {
            "schema": SCHEMA,
            "layer": self.name,
            "signature": str(self.signature),
            "params": {name: repr(choices) for name, choices in self.params.items()},
            "ok": self.ok,
            "examples": self.examples,
            "skipped": dict(self.skipped),
            "conventions": [asdict(c) for c in self.conventions],
            "text": self.to_text(),
            "findings": [{**as_data(f), "reproduce": snippet(self, f)} for f in self.findings],
        }

    def to_json(self) -> str:
        """The report as JSON, schema `symgrad/layer/1`."""
        return json.dumps(self.to_data(), ensure_ascii=False, indent=2)

    def to_html(self) -> str:
        """The report as a page that needs nothing else."""
        return page([self.to_data()])

    def to(self, form: str) -> str:
        """The report as text, json or html."""
        return {"text": self.to_text, "json": self.to_json, "html": self.to_html}[form]()

    def save(self, path: str | Path) -> None:
        """Write the report to a file; the suffix chooses the format: .txt .json .html."""
        suffix = Path(path).suffix
        if suffix not in FORMATS:
            raise OptionError(f"no format for the suffix {suffix!r}", hint=f"one of {', '.join(FORMATS)}")
        Path(path).write_text(self.to(FORMATS[suffix]) + "\n", encoding="utf-8")


def as_data(f: Finding) -> dict[str, Any]:
    worst = f.worst and {
        "place": list(f.worst.place),
        "given": number(f.worst.given),
        "right": number(f.worst.right),
        "bound": number(f.worst.bound),
    }
    return {
        "argument": f.argument,
        "check": f.check,
        "relation": f.relation,
        "remark": f.remark,
        "told": f.told,
        "condition": f.condition,
        "failing": f.failing,
        "tried": f.tried,
        "worst": worst,
        "smallest": str(f.smallest),
        "shapes": f.shapes,
    }


def number(x: float) -> float | str:
    """JSON has no NaN and no infinity: they are told by name."""
    return x if math.isfinite(x) else str(x)


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
    fine = [check for check in CHECKS if check not in {*wrong, *SELDOM}]
    return f"ok: {', '.join(fine)}"


def snippet(report: Report, f: Finding) -> str:
    """What shows the smallest example again, in another process."""
    return report.call.text(f.smallest) if report.call else ""


def skipped(found: Sequence[Outcome]) -> dict[str, int]:
    """Why examples were not judged, and how many."""
    return dict(
        Counter(f"forward raises {o.error}"[:80] if o.skipped == "raised" else o.skipped for o in found if o.skipped)
    )
