"""What is known of a wrong gradient at one example: given and right numbers, entry by entry, and what else there is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

import numpy as np

from .example import Example
from .judge import Judge, upstreams
from .outcome import Trouble
from .protocol import copies
from .slopes import LEVELS, SHARE, Slopes, slopes
from .subject import Run

CLOSE = 1e-5
"""Of the largest entry: two gradients are the same."""
MOST_ENTRIES = 3000
"""Entries of an array that are differenced one by one."""
MOST_KEPT = 200_000
"""Slopes of all outputs along all entries of an array, of which there may be this many, are kept."""


@dataclass(frozen=True)
class Right:
    """The right gradient: every entry from `low` to `high` (equal but at kinks), up to `bound`."""

    low: np.ndarray
    high: np.ndarray
    bound: np.ndarray

    @property
    def middle(self) -> np.ndarray:
        return (self.low + self.high) / 2

    def near(self, g: np.ndarray) -> np.ndarray:
        """The right number that is nearest to g."""
        return np.clip(g, self.low, self.high)


@dataclass(frozen=True)
class Measured:
    """What has been differenced in an example: right gradients by place; slopes by place, entry and step."""

    rights: dict[int, Right] = field(default_factory=dict)
    slopes: dict[tuple[int, int, float], Slopes] = field(default_factory=dict)


class Evidence:
    """One failing example of an argument: `given` and `right` gradients, inputs, upstream gradients, outputs.

    All arguments that are wrong in the example share what is `measured`.
    """

    def __init__(self, judge: Judge, example: Example, trouble: Trouble, measured: Measured):
        self.judge, self.example, self.trouble, self.measured = judge, example, trouble, measured
        self.signature, self.params = judge.signature, dict(example.params)
        self.inputs = copies(example.arrays(self.signature))

    @cached_property
    def run(self) -> Run:
        return self.judge.subject.run(copies(self.inputs, self.example.layout), self.params)

    @cached_property
    def outputs(self) -> list[np.ndarray]:
        return [np.array(y, np.float64) for y in self.run.outputs]

    @cached_property
    def grads(self) -> list[np.ndarray]:
        return upstreams(self.example, self.run)

    @property
    def name(self) -> str:
        return self.trouble.argument

    @property
    def place(self) -> int:
        return self.signature.names.index(self.name)

    @property
    def x(self) -> np.ndarray:
        return self.inputs[self.place]

    @property
    def dims(self) -> tuple[str, ...]:
        """The axes of the argument, in the words of the signature."""
        dims = [str(d) for d in self.signature.arguments[self.place].dims]
        lead = len(self.example.lead)
        k = dims.index("...") if "..." in dims else 0
        return tuple([*dims[:k], *["..."] * lead, *dims[k + 1 :]] if "..." in dims else dims)

    def plain_gives_some(self) -> bool:
        """Whether the gradient is not 0 where hyper-parameters and values are the plainest."""
        plain = self.judge.plainest(self.example)
        if plain is None:
            return False
        found = self.judge.subject.run(plain.arrays(self.signature), dict(plain.params))
        gradients = found.pull([plain.gradient(np.shape(y), k) for k, y in enumerate(found.outputs)])
        return gradients[self.place] is not None and bool(np.any(gradients[self.place]))

    def pulled(self, grads: Sequence[np.ndarray]) -> tuple[Any, ...]:
        """All gradients of a fresh instance for these upstream gradients."""
        with np.errstate(all="ignore"):
            run = self.judge.subject.run(copies(self.inputs, self.example.layout), self.params)
            return run.pull(list(grads))

    @cached_property
    def gradients(self) -> tuple[Any, ...]:
        return self.pulled(self.grads)

    @cached_property
    def given(self) -> np.ndarray:
        found = self.gradients[self.place]
        return np.array(0.0 if found is None else found, np.float64)

    @property
    def others(self) -> Iterator[tuple[str, Right]]:
        """The right gradients of other real arguments that have the given one's sizes, in any order."""
        for k, (a, x) in enumerate(zip(self.signature.arguments, self.inputs, strict=True)):
            if a.real and x is not None and k != self.place and sorted(x.shape) == sorted(self.given.shape):
                yield a.name, self.right_at(k)

    @property
    def right(self) -> Right:
        return self.right_at(self.place)

    def right_at(self, k: int) -> Right:
        if k not in self.measured.rights:
            self.measured.rights[k] = self.right_for(k, self.grads)
        return self.measured.rights[k]

    def right_for(self, k: int, grads: Sequence[np.ndarray]) -> Right:
        """The derivative of `Σ G y` by each entry of input k, by differences in that entry."""
        x, G = self.inputs[k], np.concatenate([np.ravel(G) for G in grads])
        found = np.zeros((3, x.size))
        with np.errstate(all="ignore"):
            for j in range(min(x.size, MOST_ENTRIES)):
                found[:, j] = surest(partial(self.slopes, k, j), G)
        return Right(*(found / self.scale(k)).reshape(3, *x.shape))

    def scale(self, k: int) -> float:
        """How far apart the entries of input k are."""
        return self.example.scales(self.signature)[self.signature.names[k]]

    def slopes(self, k: int, j: int, level: float) -> Slopes:
        """Those of all outputs along entry j of input k."""
        if (k, j, level) in self.measured.slopes:
            return self.measured.slopes[k, j, level]
        x, y = self.inputs[k], np.concatenate([np.ravel(y) for y in self.outputs])
        unit = np.zeros(x.size)
        unit[j] = self.scale(k)
        directions = [unit.reshape(x.shape) if n == k else None for n in range(len(self.inputs))]
        found = slopes(lambda moved: self.judge.values(moved, self.example), self.inputs, directions, y, level)
        if x.size * y.size <= MOST_KEPT:
            self.measured.slopes[k, j, level] = found
        return found

    @cached_property
    def wrong(self) -> np.ndarray:
        """Where the given gradient is not right."""
        return differ(self.given, self.right)


def differ(g: np.ndarray, right: Right) -> np.ndarray:
    scale = np.max(np.abs(right.middle), initial=0)
    allowed = 10 * right.bound + 1e-6 * np.abs(right.middle) + 1e-9 * scale + SHARE
    return ~(np.abs(g - right.near(g)) <= allowed)


def surest(along: Callable[[float], Slopes], G: np.ndarray) -> tuple[float, float, float]:
    """Interval and bound of `Σ G y′`, at the first step that is fine enough, else at the best."""
    found = []
    for level in LEVELS:
        low, high, bound = along(level).weighted(G)
        if high - low <= 1e-6 * max(abs(low), abs(high), 1e-3) and bound <= 1e-6 * max(abs(low), abs(high), 1e-3):
            return low, high, bound
        found.append((low, high, bound))
    return min(found, key=lambda f: f[2] + f[1] - f[0])


def close(a: Any, b: Any) -> bool:
    """Equal up to a share of the largest entry, and not both nothing."""
    a, b = np.asarray(a, float), np.asarray(b, float)
    if a.shape != b.shape or not a.size or not np.all(np.isfinite(a)):
        return False
    scale = np.max(np.abs(b))
    return bool(scale > 0 and np.max(np.abs(a - b)) <= CLOSE * scale)
