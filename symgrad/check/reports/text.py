"""Reports for a terminal: a line a step, and below it why where it does not hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import wrap

from ..documents.source import GIVEN
from ..verdicts.claims import AGREES, PROVED, REFUTED, UNDECIDED
from ..verdicts.findings import INHERITED, Findings, Judged
from ..verdicts.steps import ASSUMED, DEFINED, NOT_READ

MARKS = {
    PROVED: ("✓", "32"),
    AGREES: ("✓", "32"),
    REFUTED: ("✗", "31;1"),
    INHERITED: ("↳", "31"),
    UNDECIDED: ("?", "33"),
    NOT_READ: ("!", "31"),
}
"""The mark of a verdict and its colour; others have a dot."""
PLAIN = str.maketrans({"✓": "+", "✗": "x", "↳": ">", "·": "-", "…": "...", "×": "x"})
DETAIL = 12
NAMED = 6
"""Letters taken for granted that are named; more are counted."""


def to_text(
    reports: Sequence[Findings],
    all: bool = False,
    quiet: bool = False,
    width: int = 100,
    colour: bool = False,
    ascii: bool = False,
) -> str:
    """`quiet` shows what is refuted or not read, and counts; `all` also what is no claim; `ascii` LaTeX as written."""
    text = "\n".join(line for report in reports for line in _report(report, all, quiet, width, colour, ascii))
    return text.translate(PLAIN) if ascii else text


def _report(report: Findings, all: bool, quiet: bool, width: int, colour: bool, ascii: bool) -> Iterator[str]:
    shown = [step for step in report.steps if _is_shown(step, all, quiet)]
    places = max((len(step.where) for step in shown), default=0)
    kinds = max((len(step.said) for step in shown), default=0)
    for step in shown:
        mark, code = MARKS.get(step.verdict, ("·", "2"))
        said = step.verdict.upper() if step.verdict == REFUTED else step.said
        head = f"{mark} {said:<{kinds}}"
        room = max(width - places - len(head) - 4, 20)
        statement = shortened(_statement(step, ascii), room)
        yield f"{step.where:<{places}}  {painted(head, code, colour)}  {statement}".rstrip()
        yield from (f"    {line}".rstrip() for line in details(step, width - 4, ascii))
    yield from summary(report, all, width)


def _is_shown(step: Judged, all: bool, quiet: bool) -> bool:
    if step.verdict in (REFUTED, NOT_READ):
        return True
    return not quiet and (all or step.judged) and step.where != GIVEN


def _statement(step: Judged, ascii: bool) -> str:
    return step.latex if step.verdict == NOT_READ or ascii else step.written


def details(step: Judged, width: int, ascii: bool = False) -> Iterator[str]:
    """What a verdict says beside its word."""
    if step.verdict == NOT_READ:
        yield from step.why.split("\n")
    elif step.verdict == REFUTED:
        yield from refutation(step, width, ascii)
    else:
        why = step.why if step.verdict != DEFINED else ""
        for text in filter(None, (why, *(f"note: {note}" for note in step.notes))):
            yield from wrap(text, width)


def refutation(step: Judged, width: int, ascii: bool = False) -> Iterator[str]:
    """What was written, what is expected, where they differ, and the likely slip."""
    rows = [
        ("you wrote", step.latex if ascii else step.right),
        ("expected", _expected(step, ascii)),
        ("because", step.why),
        ("at", places(step)),
        ("likely slip", step.slip),
        *(("note", note) for note in step.notes),
    ]
    for name, text in rows:
        lines = wrap(text, max(width - DETAIL, 20), break_on_hyphens=False)
        for k, line in enumerate(lines):
            yield f"{name if k == 0 else '':<{DETAIL}}{line}"


def _expected(step: Judged, ascii: bool) -> str:
    """The right side as it should be, else the other side."""
    if ascii:
        slip = step.step.slip if step.step is not None else None
        return slip.should if slip is not None and slip.side == "right" else ""
    return step.expected or step.left


def places(step: Judged) -> str:
    """`m=2, x=[1, 2], i=1: yours 0.38, expected 0.228`."""
    found = step.counterexample
    if found is None:
        return ""
    at = [f"{name}={value}" for name, value in {**found.inputs, **found.indices}.items() if not name.startswith("#")]
    return f"{', '.join(at)}:  yours {found.right}, expected {found.left}".removeprefix(":  ")


def summary(report: Findings, all: bool, width: int) -> Iterator[str]:
    """Counts, what was taken for granted, what else there is."""
    name = f"{report.name}: " if report.name else ""
    yield f"{name}{report.summary()} · exit {report.exit_code}"
    if report.inferred:
        yield from wrap(f"taken for granted: {granted(report, all)}", width, subsequent_indent="    ")
    for where, entry in report.unread:
        yield f"{where}: the front matter's entry {shortened(entry, 60)!r} declares nothing"
    if report.layout:
        yield f"layout of derivatives: {report.layout}"
    others = [counted(n, kind) for kind, n in report.counts.items() if kind not in MARKS]
    if others and not all:
        yield f"not claims: {', '.join(others)}"


def counted(n: int, kind: str) -> str:
    """
    >>> counted(2, "definition"), counted(2, "not judged")
    ('2 definitions', '2 not judged')
    """
    return f"{n} {kind}{'s' if n > 1 and kind in (DEFINED, ASSUMED) else ''}"


def granted(report: Findings, all: bool = True) -> str:
    """`x an array with 1 index, f a number`."""
    told = [f"{key} {what}" for key, what in report.inferred]
    rest = f" and {len(told) - NAMED} more" if len(told) > NAMED and not all else ""
    return ", ".join(told if all else told[:NAMED]) + rest


def shortened(text: str, room: int) -> str:
    """
    >>> shortened("a = b + c", 7)
    'a = b …'
    """
    return text if len(text) <= room else f"{text[: room - 1]}…"


def painted(text: str, code: str, colour: bool) -> str:
    return f"\x1b[{code}m{text}\x1b[0m" if colour else text
