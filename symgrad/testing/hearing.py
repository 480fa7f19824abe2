"""What a run of tests says to its layer tests, and hears from them: the pytest plugin sets it around every test."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any
from zlib import crc32

from hypothesis import settings

PARTS = 4
"""Tests into which one layer test is divided in the deep profile, so that several processes can share it."""


@dataclass
class Hearing:
    """`options` of `check_layer` for tests that do not say otherwise, a `part` from 1 to PARTS, and `reports` made."""

    options: Mapping[str, Any] = field(default_factory=dict)
    part: int = 0
    reports: list[Any] = field(default_factory=list)


_CURRENT: ContextVar[Hearing | None] = ContextVar("hearing", default=None)


@contextmanager
def hearing(now: Hearing) -> Iterator[Hearing]:
    """Inside, layer tests take these options, and their reports are kept."""
    token = _CURRENT.set(now)
    try:
        yield now
    finally:
        _CURRENT.reset(token)


def heard(report: Any) -> Any:
    """The report, which is told to whoever listens."""
    if now := _CURRENT.get():
        now.reports.append(report)
    return report


def asked(own: Mapping[str, Any]) -> dict[str, Any]:
    """The options of a layer test: its own, then those of the run; of a part, its share of examples and its seed.

    >>> with hearing(Hearing({"examples": 10, "seed": 2}, part=3)):
    ...     asked({"where": "H > 1", "examples": 400})
    {'examples': 100, 'seed': 10, 'where': 'H > 1'}
    """
    now = _CURRENT.get() or Hearing()
    found = {**now.options, **own}
    if now.part:
        total = found.get("examples") or settings().max_examples
        found |= {"examples": -(-total // PARTS), "seed": PARTS * (found.get("seed") or 0) + now.part - 1}
    return found


def seed_of(text: str) -> int:
    """The number of `--hypothesis-seed`, which may be any text.

    >>> seed_of("7"), seed_of("again") == seed_of("again")
    (7, True)
    """
    return int(text) if text.isdecimal() else crc32(text.encode())
