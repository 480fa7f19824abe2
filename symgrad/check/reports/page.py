"""Reports as a page: the document itself with a mark beside each line. It has no script and fetches nothing."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from jinja2 import Environment, StrictUndefined, Template

from ..verdicts.findings import Findings, Judged
from .blocks_html import LOOKS, blocks_of, formula
from .text import counted, granted


def to_html(reports: Sequence[Findings], fragment: bool = False, **options) -> str:
    """The page; with `fragment` what stands in its body, for a notebook."""
    documents = [{"report": report, "blocks": blocks_of(report)} for report in reports]
    title = ", ".join(report.name for report in reports if report.name) or "Derivation"
    seen = {step.verdict for report in reports for step in report.steps}
    legend = {sign: (look, words) for verdict, (look, sign, words) in LOOKS.items() if verdict in seen}
    return template().render(documents=documents, title=title, legend=legend, fragment=fragment)


@cache
def template() -> Template:
    """The template beside this file; everything put into it is escaped, unless it says that it is markup."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.globals |= {"granted": granted, "look": look, "formula": formula, "counted": counted}
    return environment.from_string(Path(__file__).with_name("page.html.jinja").read_text(encoding="utf-8"))


def look(step: Judged) -> str:
    """The class of a verdict."""
    return LOOKS[step.verdict][0]
