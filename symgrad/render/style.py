"""Style: everything in which printed forms differ, as data and functions of text. The printer knows none of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True)
class Style:
    """A printed form: `entry`, `power`, `call`, … take printed parts and give the printed whole.

    `separate(left, right)` stands between two factors, `tight` between those of an index map. `stacked` fractions need
    no parentheses. `signs` are those of reductions, `words` those of relations and constants.
    """

    name: str
    parens: Callable[[str], str]
    symbol: Callable[[str], str]
    entry: Callable[[str, tuple[str, ...]], str]
    power: Callable[[str, str], str]
    root: Callable[[str, bool], str]
    fraction: Callable[[str, str], str]
    slash: Callable[[str, str], str]
    call: Callable[[str, str, tuple[str, ...]], str]
    big: Callable[[str, tuple[str, ...], str], str]
    signs: MappingProxyType
    bracket: Callable[[str], str]
    delta: Callable[[str, str], str]
    partial: Callable[[str, tuple[str, ...], bool], str]
    nabla: Callable[[str, str, int], str]
    whole_norm: Callable[[str, int], str] | None
    quotient: Callable[[str, str], str]
    remainder: Callable[[str, str], str]
    separate: Callable[[str, str], str]
    tight: Callable[[str, str], str]
    stacked: bool = False
    plus: str = " + "
    minus: str = " - "
    sign: str = "-"
    words: MappingProxyType = field(default_factory=lambda: MappingProxyType({}))

    def __str__(self):
        return self.name
