"""Hyper-parameters of a layer: the values that are tried."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import OptionError

MOST = 200


@dataclass(frozen=True)
class Choices:
    """The values of a hyper-parameter; the first is the plainest, to which failing examples are reduced."""

    values: tuple[Any, ...]

    def __repr__(self):
        return f"[{', '.join(map(repr, self.values))}]"


def ints(least: int, most: int) -> Choices:
    """Whole numbers, both ends included; the plainest is the one nearest to 0.

    >>> ints(0, 2), ints(-2, 1).values[0]
    ([0, 1, 2], 0)
    """
    if most < least or most - least >= MOST:
        raise OptionError(f"ints({least}, {most}) has to hold 1 to {MOST} numbers")
    return Choices(tuple(sorted(range(least, most + 1), key=lambda k: (abs(k), -k))))


def choices(params: Mapping[str, Any] | None) -> dict[str, Choices]:
    """The values of every hyper-parameter: `ints(…)`, a list of values, or one value.

    >>> choices({"stride": ints(1, 2), "mode": ["valid", "same"], "eps": 1e-5})
    {'stride': [1, 2], 'mode': ['valid', 'same'], 'eps': [1e-05]}
    """
    return {name: _choices(name, given) for name, given in (params or {}).items()}


def _choices(name, given) -> Choices:
    if isinstance(given, Choices):
        return given
    if isinstance(given, Iterable) and not isinstance(given, (str, bytes, Mapping)) and not isinstance(given, tuple):
        given = tuple(given)
        if not given:
            raise OptionError(f"params: {name} has no values to be tried")
        return Choices(given)
    return Choices((given,))
