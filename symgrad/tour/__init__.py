"""The tour: the worked examples of a first lecture on backpropagation, derived, evaluated, compared with its slides."""

from __future__ import annotations

from typing import TextIO

from rich.console import Console

from . import backpropagation, convolution
from .report import Report

SECTIONS = (*backpropagation.SECTIONS, *convolution.SECTIONS)


def run(out: TextIO) -> int:
    """Print the tour; 0 where every comparison agrees, else 1."""
    report = Report(Console(file=out, markup=False, highlight=False, emoji=False))
    for title, section in SECTIONS:
        report.heading(title)
        section(report)
    return report.total()
