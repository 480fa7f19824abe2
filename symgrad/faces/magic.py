"""`%load_ext symgrad`: the cell magic `%%symgrad`, which judges the derivation in a cell, line by line."""

from __future__ import annotations

import shlex
from typing import Any

from ..check.api import check
from ..check.reports.report import Report
from ..errors import OptionError

OPTIONS = ("--declare", "--layout", "--kind")


class Shown:
    """A report as a notebook shows it: the cell with a mark beside each line, or text where there is no page."""

    def __init__(self, report: Report):
        self.report = report

    def __repr__(self) -> str:
        return self.report.to_text()

    def _repr_html_(self) -> str:
        return self.report.to_html(fragment=True)


def symgrad(line: str, cell: str = "") -> Shown:
    r"""Judge the derivation in a cell. On the magic's line: `--declare "W \in R^{m\times n}" --layout numerator`.

    >>> symgrad("", r"$$\frac{d}{dx} x^2 = 2x$$")
    line 1  ✓ proved  d/dx x² = 2 x
    1 proved · exit 0
    taken for granted: x a number
    """
    return Shown(check(cell, **options(line)))


def options(line: str) -> dict[str, Any]:
    r"""
    >>> options(r'--declare "W \in R^n" --layout numerator')
    {'given': ['W \\in R^n'], 'layout': 'numerator'}
    """
    words = _words(line)
    found: dict[str, Any] = {}
    for name, value in zip(words[::2], [*words[1::2], ""], strict=False):
        if name not in OPTIONS or not value:
            raise OptionError(f"%%symgrad: {name}", hint=f"options: {', '.join(f'{o} TEXT' for o in OPTIONS)}")
        if name == "--declare":
            found.setdefault("given", []).append(value)
        else:
            found[name.removeprefix("--")] = value
    return found


def _words(line: str) -> list[str]:
    r"""Words as a shell splits them; a backslash is LaTeX's."""
    reader = shlex.shlex(line, posix=True, punctuation_chars=False)
    reader.whitespace_split, reader.escape, reader.commenters = True, "", ""
    try:
        return list(reader)
    except ValueError:
        raise OptionError(f"%%symgrad: a quotation mark is not closed: {line}") from None


def load(shell: Any) -> None:
    """Makes the magic known to a notebook."""
    shell.register_magic_function(symgrad, "cell", "symgrad")
