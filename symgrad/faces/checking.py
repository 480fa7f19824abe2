"""What `symgrad check` does: documents in, their reports as text and an exit code out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path, PurePath

from ..check.api import check as judge
from ..check.api import read_file
from ..check.documents.document import kind_of
from ..check.reports.report import FORMATS, SUFFIXES, Report
from .commands import option

WORST = (1, 2, 3, 0)
"""Of several documents the first of these exit codes that occurs."""


def check(
    sources: Sequence[tuple[str, str]],
    *,
    form: str = "text",
    declared: Sequence[str] = (),
    layout: str | None = None,
    kind: str | None = None,
    everything: bool = False,
    tell: Callable[[str, int, int], None] = lambda name, done, all: None,
    **look,
) -> tuple[str, int]:
    """(text, exit code) of documents given as (name, text)."""
    reports = [_report(name, text, declared, layout, kind, tell) for name, text in sources]
    codes = {report.exit_code for report in reports}
    return FORMATS[form](reports, all=everything, **look), next(code for code in WORST if code in codes)


def _report(name, text, declared, layout, kind, tell) -> Report:
    for each in declared:
        with option("--declare"):
            judge("", given=each)
    kind = kind or (kind_of(name) if name else None)
    return judge(
        text, given=declared, layout=layout, kind=kind, name=name, progress=lambda done, all: tell(name, done, all)
    )


def opened(name: str, text: str | None) -> tuple[str, str]:
    """A file by its name, or text from standard input, which has none."""
    return (name, read_file(Path(name))) if text is None else ("", text)


def format_of(form: str | None, output: str | None) -> str:
    """The format that is asked for, else that of the file's suffix, else text."""
    return form or SUFFIXES.get(PurePath(output or "").suffix, "text")
