"""Kinks and ties that an example meets exactly: the slopes on both sides of them, and the one that the layer takes.

Where the slope of one output entry jumps as one entry of an argument moves, that is a kink. Where it jumps for several
entries of an argument, each moved alone, and not when they move together, these are tied: a maximum picks among them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .protocol import copies
from .slopes import LEVELS, slopes
from .subject import Subject

EXACT = 2.0**-26
"""A step so small that a kink is met on purpose, and not passed by chance."""
CLOSE = 1e-3
"""Of the jump of the slope: two numbers are the same."""
MOST_PLACES = 4
"""Output entries of an example that are looked at."""

Ends = tuple[np.ndarray, np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Kink:
    """Of each entry of an argument: the slope on its left, on its right, and the one taken; several entries are tied.

    >>> Kink("x", (0.0, 0.0), (1.0, 1.0), (1.0, 0.0)).takes((1.0, 0.0))
    True
    """

    argument: str
    left: tuple[float, ...]
    right: tuple[float, ...]
    taken: tuple[float, ...]

    @property
    def tied(self) -> bool:
        return len(self.taken) > 1

    @property
    def low(self) -> tuple[float, ...]:
        return tuple(map(min, self.left, self.right))

    @property
    def high(self) -> tuple[float, ...]:
        return tuple(map(max, self.left, self.right))

    def takes(self, wanted: Sequence[float]) -> bool:
        """Whether these are the slopes that are taken."""
        each = zip(self.taken, wanted, self.low, self.high, strict=True)
        return all(abs(g - w) <= CLOSE * (high - low) for g, w, low, high in each)

    def picks(self, shares: Sequence[float]) -> bool:
        """Whether each entry is picked with its share; one that is not picked moves the output least."""
        ends = (sorted(sides, key=abs) for sides in zip(self.left, self.right, strict=True))
        return self.takes([idle + s * (picked - idle) for s, (idle, picked) in zip(shares, ends, strict=True)])


@dataclass(frozen=True)
class Point:
    """A layer at an example; `lengths` are, by the place of each real argument, how far apart its entries are."""

    subject: Subject
    params: dict[str, Any]
    inputs: Sequence[Any]
    lengths: Mapping[int, float]

    def kinks(self) -> Iterator[Kink]:
        """Those of a few output entries."""
        run = self.subject.run(copies(self.inputs), self.params)
        y = flat(run.outputs)
        slides = [np.full(o.size, o.dtype.kind == "f" and k not in run.fixed) for k, o in enumerate(run.outputs)]
        rng = np.random.default_rng(6)
        anywhere = {k: rng.uniform(0.5, 1, self.inputs[k].shape) * rng.choice([-1.0, 1.0]) for k in self.lengths}
        places = np.flatnonzero(self.ends(y, anywhere)[0] & np.concatenate(slides))
        if places.size:
            spread = np.linspace(0, places.size - 1, MOST_PLACES).astype(int)
            yield from self.of_outputs(y, [int(o) for o in np.unique(places[spread])])

    def ends(self, y: np.ndarray, moves: Mapping[int, np.ndarray]) -> Ends:
        """Where outputs have an exact kink along a direction, and the slopes on its left and right."""

        def f(inputs):
            return flat(self.subject.run(copies(inputs), self.params).outputs)

        along = [moves[k] * self.lengths[k] if k in moves else None for k in range(len(self.inputs))]
        near = slopes(f, self.inputs, along, y, LEVELS[-1])
        jump = near.high - near.low
        if not np.any(jump):
            return jump > 0, near.left, near.right
        nearer = slopes(f, self.inputs, along, y, EXACT)
        off = np.maximum(np.abs(near.left - nearer.left), np.abs(near.right - nearer.right))
        return (jump > 0) & (off <= CLOSE * jump), near.left, near.right

    def of_outputs(self, y: np.ndarray, places: Sequence[int]) -> Iterator[Kink]:
        """Each entry of each argument is moved alone."""
        gradients = {o: self.gradient(o) for o in places}
        for k, length in self.lengths.items():
            found: dict[int, list[tuple[int, float, float]]] = {o: [] for o in places}
            for j in range(self.inputs[k].size):
                at, left, right = self.ends(y, {k: self.units(k, [j])})
                for o in places:
                    found[o] += [(j, left[o] / length, right[o] / length)] * bool(at[o])
            for o, entries in found.items():
                g = gradients[o][k]
                if entries and g is not None and np.shape(g) == self.inputs[k].shape:
                    yield from self.grouped(y, o, k, entries, np.ravel(g))

    def grouped(self, y: np.ndarray, o: int, k: int, entries, g: np.ndarray) -> Iterator[Kink]:
        """One tie, or a kink of each entry."""
        name, (js, left, right) = self.subject.signature.names[k], zip(*entries, strict=True)
        taken = tuple(map(float, g[list(js)]))
        if len(js) > 1 and not self.ends(y, {k: self.units(k, js)})[0][o]:
            yield Kink(name, left, right, taken)
        else:
            yield from (Kink(name, (a,), (b,), (c,)) for a, b, c in zip(left, right, taken, strict=True))

    def units(self, k: int, entries: Sequence[int]) -> np.ndarray:
        found = np.zeros(self.inputs[k].size)
        found[list(entries)] = 1.0
        return found.reshape(self.inputs[k].shape)

    def gradient(self, o: int) -> tuple[Any, ...]:
        """The gradients of one output entry alone."""
        run = self.subject.run(copies(self.inputs), self.params)
        upstream = np.zeros(sum(np.size(y) for y in run.outputs))
        upstream[o] = 1.0
        parts = np.split(upstream, np.cumsum([np.size(y) for y in run.outputs])[:-1])
        return run.pull([part.reshape(np.shape(y)) for part, y in zip(parts, run.outputs, strict=True)])


def flat(outputs: Sequence[Any]) -> np.ndarray:
    """All outputs, one after the other."""
    return np.concatenate([np.ravel(np.asarray(y, np.float64)) for y in outputs])
