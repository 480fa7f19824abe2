"""Documents as people write them: every step of the true ones holds, every corrupted copy is wrong where it was corrupted."""

from __future__ import annotations

import tomllib
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

import symgrad as sg

CORPUS = Path(__file__).parent / "derivations"
DOCUMENTS = sorted(p for p in CORPUS.iterdir() if p.suffix in (".md", ".tex"))


def faults(document: Path) -> list[dict]:
    """The corrupted copies of a document, as edits of one line."""
    return tomllib.loads(document.with_suffix(".faults.toml").read_text(encoding="utf-8"))["fault"]


def corrupted(document: Path, fault: dict) -> str:
    lines = document.read_text(encoding="utf-8").split("\n")
    line = lines[fault["line"] - 1]
    assert line.count(fault["old"]) == 1
    lines[fault["line"] - 1] = line.replace(fault["old"], fault["new"])
    return "\n".join(lines)


@cache
def report(document: Path):
    return sg.check(document)
