"""Reports as JSON, schema `symgrad/check/1`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from ..verdicts.findings import Findings, Judged

SCHEMA = "symgrad/check/1"


def to_json(reports: Sequence[Findings], **options) -> str:
    """One report as an object, several as a list."""
    told = [as_data(report) for report in reports]
    return json.dumps(told[0] if len(told) == 1 else told, ensure_ascii=False, indent=2)


def as_data(report: Findings) -> dict[str, Any]:
    first = report.first_wrong
    return {
        "schema": SCHEMA,
        "name": report.name,
        "ok": report.ok,
        "exit_code": report.exit_code,
        "counts": dict(report.counts),
        "first_wrong": report.steps.index(first) if first else None,
        "steps": [step_data(step) for step in report.steps],
        "inferred": [{"name": name, "what": what} for name, what in report.inferred],
        "layout": report.layout,
        "unread": [{"where": where, "entry": entry} for where, entry in report.unread],
    }


def step_data(step: Judged) -> dict[str, Any]:
    found = step.counterexample
    counterexample = found and {
        "inputs": found.inputs,
        "indices": found.indices,
        "left": found.left,
        "right": found.right,
    }
    plain = (
        "line",
        "column",
        "where",
        "left",
        "relation",
        "right",
        "latex",
        "verdict",
        "why",
        "points",
        "expected",
        "slip",
        "follows",
    )
    return {
        **{name: getattr(step, name) for name in plain},
        "notes": list(step.notes),
        "counterexample": counterexample,
    }
