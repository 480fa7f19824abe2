"""Directional derivatives of outputs from nothing but their values, with bounds; at kinks the interval of slopes.

Along a direction d every output entry has slopes on both sides of the point,

    r(h) = (y(x + h d) − y(x)) / h      l(h) = (y(x) − y(x − h d)) / h

Where they come together as h shrinks, Richardson's `(4 D(h/2) − D(h)) / 3` of the central differences is the
derivative, with an error of order h⁴. Where their difference does not shrink there is a kink, and any slope between
them is one of a subgradient. The upstream gradient weights the entries, each with its own interval.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

EPS = float(np.finfo(np.float64).eps)
LEVELS = (2.0**-8, 2.0**-12, 2.0**-16)
"""Steps in units of the scale of the data: the first decides where it agrees, all where it does not."""
ROUNDINGS = 16
SHARE = 1e-9
"""Of the sum of magnitudes: what rounding in a backward pass is granted."""
FLOOR = 64 * EPS
"""A slope below this may be what rounding leaves of a difference of numbers near 1, such as p − 1 of a softmax."""
ROUGH = 1e-3
"""A relative change from D(h) to D(h/2) from which on Richardson's estimate of its error is not believed."""

Function = Callable[[Sequence], np.ndarray]


@dataclass(frozen=True)
class Slopes:
    """For each output entry the slopes on both sides along a direction, and how far they may be off.

    They are equal but at kinks; there any slope from `low` to `high` is one of a subgradient.
    """

    left: np.ndarray
    right: np.ndarray
    bound: np.ndarray

    @property
    def low(self) -> np.ndarray:
        return np.minimum(self.left, self.right)

    @property
    def high(self) -> np.ndarray:
        return np.maximum(self.left, self.right)

    def weighted(self, G: np.ndarray) -> tuple[float, float, float]:
        """`(low, high, bound)` of `Σ G y′`; entries with G = 0 do not count."""
        on = G != 0
        a, b, g = self.left[on], self.right[on], G[on]
        size = np.abs(g)
        bound = size @ self.bound[on] + SHARE * (size @ np.maximum(np.abs(a), np.abs(b))) + FLOOR * size.sum()
        return float(np.minimum(g * a, g * b).sum()), float(np.maximum(g * a, g * b).sum()), float(bound)


def largest_of(arrays: Sequence) -> float:
    """The largest finite magnitude; 0 of nothing."""
    return max((float(np.max(np.abs(x), initial=0, where=np.isfinite(x))) for x in arrays), default=0.0)


def cancelled(inputs: Sequence, grads: Sequence[np.ndarray]) -> float:
    """What rounding leaves of terms as large as products of two entries that cancel, for each unit of upstream."""
    real = [x for x in inputs if x is not None and x.dtype.kind == "f"]
    return FLOOR * max(1.0, largest_of(real)) ** 2 * sum(float(np.sum(np.abs(G))) for G in grads)


def moved(inputs: Sequence, directions: Sequence, h: float) -> list:
    """`x + h d` for the inputs that have a direction."""
    return [x if d is None else x + h * d for x, d in zip(inputs, directions, strict=True)]


def slopes(f: Function, inputs: Sequence, directions: Sequence, y: np.ndarray, h: float) -> Slopes:
    """The slopes at step h, y being the value at the point.

    >>> f = lambda x: np.abs(x[0])
    >>> found = slopes(f, [np.array([0.0, 3.0])], [np.array([1.0, 2.0])], np.array([0.0, 3.0]), 2.0**-8)
    >>> found.low.round(6).tolist(), found.high.round(6).tolist()
    ([-1.0, 2.0], [1.0, 2.0])
    """
    right, left = (f(moved(inputs, directions, h)) - y) / h, (y - f(moved(inputs, directions, -h))) / h
    h = h / 2
    right2, left2 = (f(moved(inputs, directions, h)) - y) / h, (y - f(moved(inputs, directions, -h))) / h
    coarse, fine = (right + left) / 2, (right2 + left2) / 2
    change, size = np.abs(fine - coarse), np.maximum(np.abs(fine), np.abs(coarse))
    largest = largest_of([x for x, d in zip(inputs, directions, strict=True) if d is not None])
    rounding = ROUNDINGS * EPS * (np.abs(y) + size * largest) / h
    bend, bend2 = np.abs(right - left), np.abs(right2 - left2)
    kink = (bend2 > 0.75 * bend) & (bend2 > 4 * rounding + SHARE * size)
    best = (4 * fine - coarse) / 3
    ends = 2 * right2 - right, 2 * left2 - left
    off = np.where(change > ROUGH * size, change, 0.05 * change)
    bound = np.where(kink, np.abs(right2 - right) + np.abs(left2 - left), off) + rounding
    after, before = (np.where(kink, end, best) for end in ends)
    known = np.isfinite(before) & np.isfinite(after) & np.isfinite(bound)
    return Slopes(np.where(known, before, 0), np.where(known, after, 0), np.where(known, bound, np.inf))


@dataclass(frozen=True)
class Reading:
    """What differences say of a claimed `Σ g d`: "agrees", "refuted" or "undecided"; the interval, and how sure."""

    status: str
    claimed: float
    low: float
    high: float
    bound: float
    steps: tuple[tuple[float, tuple[float, float, float]], ...] = ()
    """Of each step the low and the high end, and how far they may be off."""

    @property
    def fails(self) -> bool:
        return self.status == "refuted"

    @property
    def distance(self) -> float:
        """From the middle of the interval, in units of its width and bound."""
        return abs(self.claimed - (self.low + self.high) / 2) / max(self.high - self.low + self.bound, 1e-300)


def read(f: Function, inputs: Sequence, directions: Sequence, y: np.ndarray, G: np.ndarray, g: Sequence) -> Reading:
    """Whether `Σ g d`, over all inputs with a direction, is a slope of `Σ G y` along d.

    A direction is as long as what it moves, so that the steps are in units of that.
    """
    pairs = [(a, d) for a, d in zip(g, directions, strict=True) if d is not None]
    claimed = float(sum(np.sum(a * d) for a, d in pairs))
    own = SHARE * float(sum(np.sum(np.abs(a * d)) for a, d in pairs)) / 100 + cancelled(inputs, [G])
    found: list[tuple[float, float, float]] = []
    for level in LEVELS:
        low, high, bound = slopes(f, inputs, directions, y, level).weighted(G)
        found.append((low, high, bound + own))
        if (
            len(found) == 1
            and low - bound - own <= claimed <= high + bound + own
            and bound < ROUGH * max(abs(low), abs(high), 1e-300)
        ):
            return Reading("agrees", claimed, low, high, bound)
    return judged(claimed, found)


def judged(claimed: float, found: list[tuple[float, float, float]]) -> Reading:
    """The verdict of the steps together: the surest one decides, doubted by how far its neighbours are from it.

    Where no step is sure, a claim that the differences approach as the step shrinks agrees (order of convergence).
    """
    middles = [(low + high) / 2 for low, high, _ in found]
    doubts = [
        bound + min(abs(middles[k] - middles[j]) for j in range(len(found)) if abs(k - j) == 1)
        for k, (_, _, bound) in enumerate(found)
    ]
    k = int(np.argmin(doubts))
    low, high, bound = *found[k][:2], 3 * doubts[k]
    steps = tuple(zip(LEVELS, found, strict=True))
    distances = [abs(claimed - m) for m in middles]
    if not np.isfinite(bound):
        return Reading("undecided", claimed, low, high, bound)
    if low - bound <= claimed <= high + bound:
        sure = bound <= 0.1 * max(abs(low), abs(high), abs(claimed))
        return Reading("agrees" if sure or bound < 1e-6 else "undecided", claimed, low, high, bound)
    nearing = distances[2] < 0.5 * distances[1] < 0.25 * distances[0]
    rough = bound > 0.5 * max(abs(low), abs(high), abs(claimed))
    return Reading("undecided" if nearing or rough else "refuted", claimed, low, high, bound, steps)
