"""Report: the verdicts of a written derivation, step by step; as text, JSON, Markdown and a page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from types import MappingProxyType

from ...errors import OptionError, SymgradError
from ...tex.reader import read_expression
from ...tex.syntax import Node, Relation
from ..documents.lines import Line
from ..documents.source import Source
from ..verdicts.findings import INHERITED, Findings, Judged
from ..verdicts.lint import Lint, lint
from ..verdicts.steps import NOT_READ, Reading, Step
from .data import to_json
from .glyphs import shown
from .linear_text import linear
from .markdown import to_markdown
from .page import to_html
from .text import to_text

FORMATS: MappingProxyType[str, Callable[..., str]] = MappingProxyType(
    {"text": to_text, "json": to_json, "html": to_html, "markdown": to_markdown}
)
"""name → function(reports, **options). To add one, add a row; the command line reads it here."""
LAYOUTS = {"mixed": "gradient"}
SUFFIXES = {".txt": "text", ".json": "json", ".md": "markdown", ".html": "html"}
"""The format that a file's suffix asks for."""


class Report(Findings):
    """What was found in a document: `.steps .verdicts .ok .first_wrong .exit_code .inferred`; prints itself."""

    def __str__(self) -> str:
        return self.to_text()

    def to_text(self, all: bool = False, **options) -> str:
        """A line a claim; of what is refuted or undecided also why. `all` lists definitions and what is not judged."""
        return self.to("text", all=all, **options)

    def to_json(self) -> str:
        """Every step, schema `symgrad/check/1`."""
        return self.to("json")

    def to_markdown(self) -> str:
        """A list of the claims, those that are wrong with their counterexample."""
        return self.to("markdown")

    def to_html(self, fragment: bool = False) -> str:
        """The document with a mark beside each line, as a page that needs nothing else, or what stands in its body."""
        return self.to("html", fragment=fragment)

    def _repr_html_(self) -> str:
        return self.to_html(fragment=True)

    def to(self, form: str, **options) -> str:
        """The report in one of the formats: text, json, markdown, html."""
        return FORMATS[form]((self,), **options)

    def save(self, path: str | Path) -> None:
        """Write the report to a file; the suffix chooses the format: .txt .json .md .html."""
        suffix = Path(path).suffix
        if suffix not in SUFFIXES:
            raise OptionError(f"no format for the suffix {suffix!r}", hint=f"one of {', '.join(SUFFIXES)}")
        Path(path).write_text(self.to(SUFFIXES[suffix]) + "\n", encoding="utf-8")


def report_of(source: Source, lines: tuple[Line, ...], reading: Reading, unread=()) -> Report:
    """The report of what a walk has found."""
    inferred = tuple((shown(each.key), each.what) for each in reading.inferred)
    found = lint(reading)
    return Report(
        source,
        tuple(judged(source, lines, step, found) for step in reading.steps),
        inferred,
        lines,
        unread,
        LAYOUTS.get(reading.layout or "", reading.layout or ""),
    )


def judged(source: Source, lines: tuple[Line, ...], step: Step, found: Sequence[Lint] = ()) -> Judged:
    """One step in words."""
    fault = lines[step.formula].fault if step.kind == NOT_READ else None
    goes_on = continues(step)
    at = fault.at if fault is not None else step.right.at if goes_on and step.right is not None else step.at
    line, column = source.place(at)
    verdict, mended = step.verdict, mended_side(step)
    root = place_of(source, step.inherits) if step.inherits is not None else ""
    return Judged(
        line=line,
        column=column,
        where=source.where(at),
        left=linear(step.left),
        right=linear(step.right),
        verdict=INHERITED if root else verdict.kind if verdict else step.kind,
        why=f"follows from {root}" if root else why_of(step) if fault is None else str(source.told(fault)),
        points=verdict.points if verdict else 0,
        counterexample=verdict.counterexample if verdict else None,
        notes=(*(verdict.notes if verdict else ()), *strange(step, found)),
        continues=goes_on,
        relation=relation_of(step),
        latex=source.text(step.at, step.end),
        expected=step.slip.should if step.slip and mended is None and step.slip.side == "right" else linear(mended),
        mended=mended,
        slip=f"{step.slip.words} ({step.slip.label})" if step.slip else "",
        follows=root,
        step=step,
    )


def why_of(step: Step) -> str:
    return step.verdict.why if step.verdict else step.why


def place_of(source: Source, step: Step) -> str:
    """`line 12`, `cell 2, line 3`: where a step stands, in a sentence about the same document."""
    at = step.right.at if continues(step) and step.right is not None else step.at
    where = source.where(at)
    return where.removeprefix(source.name).strip() if source.document.cells else f"line {source.line(at)}"


def mended_side(step: Step) -> Node | None:
    """The right side without its slip, where that is known and can be read."""
    if step.slip is None or step.slip.side != "right":
        return None
    try:
        return read_expression(step.slip.should)
    except SymgradError:
        return None


def strange(step: Step, found: Sequence[Lint]) -> tuple[str, ...]:
    """What is strange about the form of a step, in words."""
    nodes = [side for side in (step.left, step.right) if side is not None]
    words = (each.words for each in found if any(node.at <= each.at and each.end <= node.end for node in nodes))
    return tuple(dict.fromkeys(words)) if step.judged else ()


def continues(step: Step) -> bool:
    """Whether the left side stands on a line before, or is the right side of the relation before."""
    if step.left is None or step.right is None or step.at == step.right.at:
        return True
    return step.row is not None and step.left.at < step.row.at


def relation_of(step: Step) -> str:
    """The sign before the right side."""
    statement = step.row.statement if step.row is not None else None
    if not isinstance(statement, Relation):
        return "="
    found = [sign for sign, side in zip(statement.relations, statement.sides[1:], strict=True) if side is step.right]
    return found[0] if found else "="
