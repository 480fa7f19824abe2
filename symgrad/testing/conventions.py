"""Conventions: which slope a layer takes at kinks, and which of several tied entries gets the gradient.

Every slope between the two sides of a kink is right, so a convention is told, and judged only where it is pinned:
`convention={"x": "first"}`. CHOICES are those that have a name; a number is the slope itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

from ..errors import OptionError
from .kinks import Kink
from .signature import Signature

TIES, KINKS = "ties", "kinks"
MIXED, OTHER, NONE = "mixed", "other", "none seen"


@dataclass(frozen=True)
class Choice:
    """A name, where it is a choice, whether a kink shows it, and its words."""

    name: str
    at: str
    holds: Callable[[Kink], bool]
    words: str = ""


def picked(*, first: float = 0.0, last: float = 0.0, each: Callable[[int], float] = lambda n: 0.0):
    """Whether the tied entries are picked with these shares."""
    return lambda k: k.picks([first + each(n := len(k.taken)), *[each(n)] * (n - 2), last + each(n)])


CHOICES = (
    Choice("first", TIES, picked(first=1.0)),
    Choice("last", TIES, picked(last=1.0)),
    Choice("split", TIES, picked(each=lambda n: 1 / n)),
    Choice("lower", KINKS, lambda k: k.takes(k.low), "the lower slope"),
    Choice("middle", KINKS, lambda k: k.takes([(k.low[0] + k.high[0]) / 2]), "the middle slope"),
    Choice("upper", KINKS, lambda k: k.takes(k.high), "the upper slope"),
    Choice("left", KINKS, lambda k: k.takes(k.left), "the slope on the left"),
    Choice("right", KINKS, lambda k: k.takes(k.right), "the slope on the right"),
)


@dataclass(frozen=True)
class Convention:
    """What a layer does `at` "ties" or "kinks" of an `argument`.

    `choice` is the name of one of CHOICES, a slope as text ("0"), "mixed", "other", or "none seen"; `told` says it in
    words, `seen` are the kinks that were looked at, `pinned` is what it should be ("" if nothing is asked).
    """

    argument: str
    at: str
    choice: str
    told: str
    seen: int
    pinned: str = ""

    def __str__(self):
        asked = f" (pinned: {self.pinned})" if self.pinned and self.pinned != self.choice else ""
        return f"{self.argument} at {self.at}: {self.told}{asked}"


@dataclass(frozen=True)
class Pin:
    """A choice that is asked of an argument."""

    argument: str
    choice: Choice

    def concerns(self, kink: Kink) -> bool:
        return kink.argument == self.argument and place(kink) == self.choice.at


def place(kink: Kink) -> str:
    return TIES if kink.tied else KINKS


def slope(number: float) -> Choice:
    """The slope itself, at kinks."""
    return Choice(f"{number:g}", KINKS, lambda k: k.takes([number] * len(k.taken)))


# What is seen.


def conventions(kinks: Sequence[Kink], pins: Sequence[Pin] = ()) -> tuple[Convention, ...]:
    """Of each argument with kinks or ties, and of each pin.

    >>> str(*conventions([Kink("x", (0.0,), (1.0,), (0.0,))]))
    'x at kinks: 0 of [0, 1]'
    """
    asked = {(pin.argument, pin.choice.at): pin.choice.name for pin in pins}
    groups: dict[tuple[str, str], list[Kink]] = {key: [] for key in asked}
    for kink in kinks:
        groups.setdefault((kink.argument, place(kink)), []).append(kink)
    return tuple(Convention(*key, *named(found), len(found), asked.get(key, "")) for key, found in groups.items())


def named(kinks: Sequence[Kink]) -> tuple[str, str]:
    """(name, words) of the choice at all these kinks, which are ties or are none."""
    if not kinks:
        return NONE, NONE
    choice, first = next(choices_of(kinks), None), kinks[0]
    if choice is None:
        return mixed(kinks)
    if choice in CHOICES:
        return choice.name, choice.words or choice.name
    each, alike = "each " * first.tied, all(interval(k) == interval(first) for k in kinks)
    return choice.name, f"{each}{interval(first)}{'' if alike else ' and others'}"


def interval(k: Kink) -> str:
    """`0 of [0, 1]`, of the first entry."""
    jump = k.high[0] - k.low[0]
    taken, low, high = (f"{round(x[0] / jump, 5) * jump + 0.0:.4g}" for x in (k.taken, k.low, k.high))
    return f"{taken} of [{low}, {high}]"


def choices_of(kinks: Sequence[Kink]) -> Iterator[Choice]:
    """All that hold at every kink; a number goes before words that mean different numbers."""
    at = place(kinks[0])
    number = slope(float(f"{kinks[0].taken[0]:.6g}"))
    rows = [c for c in CHOICES if c.at == at]
    yield from (c for c in ([*rows, number] if at == TIES else [number, *rows]) if all(map(c.holds, kinks)))


def mixed(kinks: Sequence[Kink]) -> tuple[str, str]:
    """How often each choice is made."""
    counts = Counter(next((c.name for c in CHOICES if c.at == place(k) and c.holds(k)), OTHER) for k in kinks)
    if set(counts) == {OTHER}:
        return OTHER, f"{OTHER}, as {' and '.join(f'{g:.4g}' for g in kinks[0].taken)}"
    return MIXED, f"{MIXED}: {', '.join(f'{name} ({n})' for name, n in counts.most_common())}"


# What is asked.


def pinned(convention: Mapping[str, Any] | None, signature: Signature) -> tuple[Pin, ...]:
    """The pins of `convention=`: by argument a name, a slope, or one of each.

    >>> from symgrad.testing.signature import read_signature
    >>> [pin.choice.name for pin in pinned({"x": ("first", 0)}, read_signature("x[N] -> y[]"))]
    ['first', '0']
    """
    found: dict[tuple[str, str], Pin] = {}
    for name, wanted in (convention or {}).items():
        known = [a.name for a in signature.arguments if a.real]
        if name not in known:
            raise OptionError(f"convention= names {name}", hint=f"arguments with a gradient: {', '.join(known)}")
        for choice in map(chosen, wanted if isinstance(wanted, (tuple, list)) else [wanted]):
            if other := found.get((name, choice.at)):
                told = f"convention: {name} is pinned twice at {choice.at}: {other.choice.name}, {choice.name}"
                raise OptionError(told, hint="one choice at ties, and one at kinks")
            found[name, choice.at] = Pin(name, choice)
    return tuple(found.values())


def chosen(wanted: Any) -> Choice:
    """The choice that is meant."""
    number = isinstance(wanted, (int, float)) and not isinstance(wanted, bool) and isfinite(wanted)
    found = slope(float(wanted)) if number else next((c for c in CHOICES if c.name == wanted), None)
    if found is None:
        at = {at: ", ".join(c.name for c in CHOICES if c.at == at) for at in (TIES, KINKS)}
        raise OptionError(
            f"convention={wanted!r}", hint=f"at ties: {at[TIES]}; at kinks: {at[KINKS]}, or the slope itself"
        )
    return found


def broken(kinks: Sequence[Kink], pins: Sequence[Pin]) -> Iterator[tuple[str, str]]:
    """(argument, words) where another choice is made than the pinned one."""
    for pin in pins:
        met = [k for k in kinks if pin.concerns(k)]
        if not all(map(pin.choice.holds, met)):
            yield pin.argument, f"at {pin.choice.at}: {named(met)[1]}; pinned: {pin.choice.name}"
