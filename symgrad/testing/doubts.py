"""What differences cannot see at one point, looked at before a gradient is said to be wrong.

- Slopes that grow as fast as the step shrinks belong to a jump, or to a function steeper than any step: `x/√(x²+ε)`
  at 0. Nothing is decided there.
- A function with many jumps (`fmod(x, w)` along w, where x is much larger than w) may pass some at each step. An entry
  of which no two neighbouring steps say the same is not known.
- Numbers inside of the forward pass may be much larger than what comes out. Its rounding is measured, by fourth
  differences of neighbouring values (J. Moré, S. Wild, Estimating computational noise, 2011).
- At a tie, the gradient of a layer that picks one of several is the derivative of a point beside it, which may lie
  outside of the slopes at the tie itself: all three slopes of the median of (0, 0, 0) are 0, and its gradient is
  (0, 1, 0). Any slope between those of points nearby is one of a generalised gradient (F. Clarke).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from .slopes import ROUGH, ROUNDINGS, Function, Reading, Slopes, judged, moved, slopes

GROWTH, VISIBLE = 4, 1e-10
"""Where the step shrinks to a 16th and the change of slopes grows by this, outputs jump; by more than rounding."""
AT_ONE = 0.01
FINER = (2.0**-16, 2.0**-20, 2.0**-24)
CLOSE_BY, NEIGHBOURS = 2.0**-20, 7
NEAR, NEARER, STEP = 2.0**-8, 2.0**-13, 2.0**-20
"""How far points nearby are, in units of the data, and the step of differences there."""
Steps = tuple[tuple[float, tuple[float, float, float]], ...]
FIRST, MOST = 8, 160
"""Points nearby: those that tell whether there is a kink, and all that are tried."""


def reconsidered(
    f: Function, inputs: Sequence, directions: Sequence, y: np.ndarray, G: np.ndarray, told: Reading
) -> Reading:
    """The verdict once more, for a gradient that differences at one point refute."""
    if not at_one(told):
        if diverging(told, np.abs(G) @ (1 + np.abs(y))):
            return replace(told, status="undecided")
        rough = float(np.abs(G) @ noise(f, inputs, directions))
        if not (again := with_noise(told, told.steps, rough)).fails:
            return again
        finer = [slopes(f, inputs, directions, y, h) for h in FINER]
        if np.any(jumping(finer, y) & (G != 0)):
            return replace(told, status="undecided")
        steps = tuple((h, s.weighted(G)) for h, s in zip(FINER, finer, strict=True))
        for again in (with_noise(told, steps, rough), surely(judged(told.claimed, [s for _, s in steps]))):
            if again.status == "agrees":
                return again
    return beside(f, inputs, directions, y, G, told) if tied(inputs, directions) else told


def at_one(told: Reading) -> bool:
    """Whether the steps are much nearer to each other than to 0 and to what is claimed: so right, or at a kink."""
    middles = [(low + high) / 2 for _, (low, high, _) in told.steps]
    return max(middles) - min(middles) < AT_ONE * min(min(abs(told.claimed - m), abs(m)) for m in middles)


def tied(inputs: Sequence, directions: Sequence) -> bool:
    """Whether numbers are equal to others, or 0."""
    arrays = [np.ravel(x) for x, d in zip(inputs, directions, strict=True) if d is not None]
    return any(not np.all(x) or len(np.unique(x)) < x.size for x in arrays)


def with_noise(told: Reading, steps: Steps, rough: float) -> Reading:
    return judged(told.claimed, [(a, b, bound + 2 * ROUNDINGS * rough / h) for h, (a, b, bound) in steps])


def diverging(told: Reading, scale: float) -> bool:
    """Whether slopes grow as the step shrinks, by more than the rounding of outputs of a scale.

    >>> from symgrad.testing.slopes import LEVELS
    >>> jump, bend = (tuple((h, (y, y, 0.0)) for h, y in zip(LEVELS, ys)) for ys in ((256, 4096, 65536), (1, 2, 3)))
    >>> [diverging(Reading("refuted", 1e12, 0, 0, 0, steps), 1.0) for steps in (jump, bend)]
    [True, False]
    """
    first, second, third = ((low + high) / 2 for _, (low, high, _) in told.steps)
    grows = (third - second) / (second - first) > GROWTH if second != first else False
    return grows and abs(third - second) * told.steps[2][0] > VISIBLE * scale


def jumping(finer: Sequence[Slopes], y: np.ndarray) -> np.ndarray:
    """Entries whose slope is another at every step, by more than rounding makes of it.

    >>> steps = ((1.0, 1.0), (3.0, 3.0), (3.0, 9.0))
    >>> jumping([Slopes(np.array(a), np.array(a), np.zeros(2)) for a in steps], np.ones(2)).tolist()
    [False, True]
    """
    middles = [(s.left + s.right) / 2 for s in finer]
    found = np.ones(y.shape, bool)
    for a, b, h in zip(middles, middles[1:], FINER, strict=False):
        apart = np.abs(a - b)
        found &= (apart > AT_ONE * np.maximum(np.abs(a), np.abs(b))) & (apart * h > VISIBLE * (1 + np.abs(y)))
    return found


def surely(told: Reading) -> Reading:
    """A verdict, if it is not rough."""
    sure = told.bound <= ROUGH * max(abs(told.low), abs(told.high))
    return told if sure else replace(told, status="undecided")


def noise(f: Function, inputs: Sequence, directions: Sequence) -> np.ndarray:
    """The rounding of each output entry, its standard deviation: on one side of the point, where there is no kink."""
    table = np.array([f(moved(inputs, directions, CLOSE_BY * k)) for k in range(1, NEIGHBOURS + 1)])
    return np.nan_to_num(np.sqrt(np.mean(np.diff(table, 4, axis=0) ** 2, axis=0) / 70), nan=0.0, posinf=0.0)


def beside(f: Function, inputs: Sequence, directions: Sequence, y: np.ndarray, G: np.ndarray, told: Reading) -> Reading:
    """Whether a claim lies between the slopes of points nearby, at entries that have a kink there."""
    rng, wide = np.random.default_rng(8), slopes(f, inputs, directions, y, NEARER)
    own, found = wide, False
    for k in range(MOST):
        if k == FIRST and not found:
            return told
        out = [None if d is None else np.max(np.abs(d), initial=0) * rng.normal(size=d.shape) for d in directions]
        near = slope(f, moved(inputs, out, NEARER), directions)
        if not np.any(outside(own, near) & (G != 0)):
            continue
        far = slope(f, moved(inputs, out, NEAR), directions)
        kink = outside(own, near) & (np.abs(far - near) < 2 * np.maximum(own.low - near, near - own.high))
        found |= bool(np.any(kink & (G != 0)))
        wide = widened(wide, kink, near, np.abs(far - near) * NEARER / NEAR)
        low, high, bound = wide.weighted(G)
        if low - bound <= told.claimed <= high + bound:
            return Reading("agrees", told.claimed, low, high, bound, told.steps)
    return told


def outside(own: Slopes, near: np.ndarray) -> np.ndarray:
    """Where a slope nearby is none at the point, by more than curvature makes of it."""
    size = np.maximum(np.abs(near), np.maximum(np.abs(own.low), np.abs(own.high)))
    return np.maximum(own.low - near, near - own.high) - own.bound > 1e-3 * size


def widened(wide: Slopes, kink: np.ndarray, near: np.ndarray, off: np.ndarray) -> Slopes:
    """The intervals with a slope nearby, where there is a kink; `off` is how far that may be off."""
    low, high = (
        np.where(kink, np.minimum(wide.low, near), wide.low),
        np.where(kink, np.maximum(wide.high, near), wide.high),
    )
    return Slopes(low, high, np.where(kink, np.maximum(wide.bound, off + 1e-8 * np.abs(near)), wide.bound))


def slope(f: Function, inputs: Sequence, directions: Sequence) -> np.ndarray:
    """Central differences at a point without kinks."""
    ends = [f(moved(inputs, directions, h)) for h in (STEP, -STEP)]
    return np.nan_to_num((ends[0] - ends[1]) / (2 * STEP), nan=0.0, posinf=0.0, neginf=0.0)
