"""What `symgrad layer` does: a layer by name is tried, and its report comes back as text with an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from pathlib import PurePath

from ..testing import check_layer
from ..testing.locate import layer_at, param, pin
from ..testing.report import FORMATS, summary
from .commands import HOLDS, REFUTED


def layer(
    target: str,
    *,
    signature: str,
    params: Sequence[str] = (),
    convention: Sequence[str] = (),
    form: str = "text",
    quiet=False,
    **options,
):
    """(text, exit code). What the user's module prints goes to standard error: the report stands alone."""
    if (here := os.getcwd()) not in sys.path:
        sys.path.insert(0, here)  # as `python -m` does
    given, pins = dict(map(param, params)), dict(map(pin, convention))
    with redirect_stdout(sys.stderr):
        report = check_layer(layer_at(target), signature, params=given, convention=pins, **options)
    text = "\n".join(summary(report, f) for f in report.faults) if quiet and form == "text" else report.to(form)
    return text, HOLDS if report.ok else REFUTED


def format_of(form: str | None, output: str | None) -> str:
    """The format that is asked for, else that of the file's suffix, else text."""
    return form or FORMATS.get(PurePath(output or "").suffix, "text")
