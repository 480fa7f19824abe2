"""Reports in Markdown: a heading, the counts, a list of the claims."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..documents.source import GIVEN
from ..verdicts.claims import REFUTED
from ..verdicts.findings import Findings, Judged
from ..verdicts.steps import NOT_READ
from .text import DETAIL, granted, refutation

WIDE = 10_000


def to_markdown(reports: Sequence[Findings], all: bool = False, **options) -> str:
    """What is wrong has its counterexample below it; `all` lists also what is no claim."""
    return "\n\n".join("\n".join(_report(report, all)) for report in reports)


def _report(report: Findings, all: bool) -> Iterator[str]:
    yield f"## {escaped(report.name or 'Derivation')}: {report.summary()}"
    yield ""
    shown = [step for step in report.steps if step.judged or step.verdict == NOT_READ or (all and step.where != GIVEN)]
    yield from (line for step in shown for line in _step(step))
    if report.inferred:
        yield from ("", f"Taken for granted: {escaped(granted(report))}.")


def _step(step: Judged) -> Iterator[str]:
    place = step.where.rpartition(":")[2] if ":" in step.where else step.where.removeprefix("line ")
    word = f"**{step.said}**" if step.verdict in (REFUTED, NOT_READ) else step.said
    yield f"- {escaped(place)} {word} {code(step.written)}"
    if step.verdict == REFUTED:
        for row in refutation(step, WIDE):
            name, text = row[:DETAIL].strip(), row[DETAIL:]
            yield f"    - {name}: {code(text) if name in ('you wrote', 'expected') else escaped(text)}"
    elif step.verdict == NOT_READ:
        yield from ("", *(f"      {line}" for line in step.why.split("\n")), "")
    elif step.why:
        yield f"    - {escaped(step.why)}"


def code(text: str) -> str:
    """
    >>> code("a`b")
    '`` a`b ``'
    """
    return f"`` {text} ``" if "`" in text else f"`{text}`"


def escaped(text: str) -> str:
    r"""
    >>> escaped("a_b [c]")
    'a\\_b \\[c\\]'
    """
    return "".join(f"\\{c}" if c in "\\`*_[]<>#|" else c for c in text)
