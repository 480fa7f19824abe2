"""Heuristic search: try parameters and keep the best. It needs only values of the loss.

The first of the lecture's ways that always works, and the slowest: `optim_descent` uses the slope too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import isnan

import numpy as np

from ..errors import EvaluationError, OptionError
from .optim import Arrays

Loss = Callable[[Arrays], float]
Draw = Callable[[int], Arrays]


@dataclass(frozen=True)
class Found:
    """The parameters found, their loss, the losses on the way there, and how often the loss was computed."""

    parameters: Arrays
    loss: float
    losses: tuple[float, ...]
    evaluations: int

    def __repr__(self):
        return f"Found(loss={self.loss:.6g} after {self.evaluations:,} evaluations, best at .parameters)"


def random_search(loss: Loss, draw: Draw | Mapping, trials: int = 100, seed: int = 0) -> Found:
    """`θ* = argmin L(θ)` over `trials` random candidates.

    `draw(seed) -> {name: array}` gives a candidate (a layer's `init` does); or {name: shape} for entries drawn from the
    standard normal distribution. The same seed gives the same answer.

    >>> random_search(lambda p: float((p["w"] ** 2).sum()), {"w": (2,)}, trials=200).loss < 0.1
    True
    """
    _at_least_one("random_search", trials=trials)
    draw, rng = drawing(draw), np.random.default_rng(seed)
    best, lowest, losses = None, np.inf, []
    for _ in range(trials):
        candidate = draw(_seed(rng))
        value = _value(loss, candidate)
        if value < lowest:
            best, lowest = candidate, value
        losses.append(lowest)
    return Found(_some(best, "random_search"), lowest, tuple(losses), trials)


def population_search(
    loss: Loss,
    draw: Draw | Mapping,
    *,
    population: int = 32,
    survivors: int = 8,
    generations: int = 50,
    spread: float = 0.5,
    shrink: float = 0.95,
    seed: int = 0,
) -> Found:
    """`θ' = θ + σ_t ε`, ε standard normal: each generation the best `survivors` stay and have such children.

    σ_t is `spread · shrink^t`. The best of all never gets lost, so that the loss does not rise.

    >>> population_search(lambda p: float((p["w"] ** 2).sum()), {"w": (2,)}, seed=1).loss < 1e-3
    True
    """
    _at_least_one("population_search", population=population, survivors=survivors, generations=generations)
    if survivors >= population:
        raise OptionError(f"population_search: survivors={survivors} leave no place for children among {population}")
    draw, rng = drawing(draw), np.random.default_rng(seed)
    ranked = _ranked(loss, [draw(_seed(rng)) for _ in range(population)], [])
    losses = [ranked[0][0]]
    for t in range(generations):
        parents = ranked[:survivors]
        chosen = (parents[k][1] for k in rng.integers(len(parents), size=population - survivors))
        ranked = _ranked(loss, [_child(θ, spread * shrink**t, rng) for θ in chosen], parents)
        losses.append(ranked[0][0])
    lowest, best = ranked[0]
    count = population + generations * (population - survivors)
    return Found(_some(best if lowest < np.inf else None, "population_search"), lowest, tuple(losses), count)


def drawing(draw: Draw | Mapping) -> Draw:
    """Candidates from a seed: the function itself, or standard normal entries of the shapes."""
    if callable(draw):
        return draw
    shapes = dict(draw)

    def normal(seed: int) -> Arrays:
        rng = np.random.default_rng(seed)
        return {name: np.asarray(rng.standard_normal(shape)) for name, shape in shapes.items()}

    return normal


def _child(θ: Arrays, σ: float, rng) -> Arrays:
    return {n: p + (σ * rng.standard_normal(p.shape)).astype(p.dtype) for n, p in θ.items()}


def _ranked(loss, candidates, parents):
    """(loss, candidate) of the new ones and the parents, lowest first; of equals the one that came first."""
    return sorted([*parents, *((_value(loss, c), c) for c in candidates)], key=lambda pair: pair[0])


def _value(loss, candidate) -> float:
    value = float(loss(candidate))
    return np.inf if isnan(value) else value


def _some(best, search):
    if best is None:
        raise EvaluationError(f"{search}: the loss was infinite or NaN for every candidate", hint="draw smaller ones")
    return best


def _seed(rng) -> int:
    return int(rng.integers(2**63))


def _at_least_one(search: str, **counts: int) -> None:
    for name, value in counts.items():
        if value < 1:
            raise OptionError(f"{search}: {name}={value!r} is not a number >= 1")
