"""What rounding alone does to a pass, measured: results that differ by no more than that are the same.

Sums whose terms cancel (the gradient of a bias before a batch norm is 0) leave rounding of their terms, which cannot be
seen in the result. Inputs are therefore multiplied by numbers very near 1, one for each array, so that ties and zeros
stay what they are, and how far results move is looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .subject import Subject

EPS = float(np.finfo(np.float64).eps)
ROUNDINGS, TRIALS = 8, 8
ALLOWED = 50
"""How many times as far as the results of moved inputs two results may be apart."""


def scaled(arrays: Sequence[Any], rng: np.random.Generator, each: bool = False) -> list[Any]:
    """The arrays times `1 ± 8 eps`: as a whole, or each entry for itself."""

    def near(x: Any) -> Any:
        if x is None or x.dtype.kind != "f":
            return None if x is None else np.array(x, order="C")
        steps = rng.integers(-ROUNDINGS, ROUNDINGS, size=x.shape if each else (), endpoint=True)
        return np.array(x * (1 + EPS * steps), order="C")

    return [near(x) for x in arrays]


def apart(a: Any, b: Any) -> float:
    """The largest difference of two results; 0 where they cannot be compared."""
    if a is None or b is None or np.shape(a) != np.shape(b):
        return 0.0
    difference = np.abs(np.asarray(a, np.float64) - np.asarray(b, np.float64))
    return float(np.max(difference, initial=0.0, where=np.isfinite(difference)))


def sway(
    subject: Subject, params: dict[str, Any], inputs: Sequence[Any], grads: Sequence[np.ndarray]
) -> tuple[list[float], list[float]]:
    """How far outputs and gradients may be off by rounding: `ALLOWED` times what moved inputs make of them."""
    rng, found = np.random.default_rng(6), []
    for k in range(TRIALS + 1):
        moved = scaled(inputs, rng) if k else [None if x is None else np.array(x, order="C") for x in inputs]
        run = subject.run(moved, params)
        pulled = run.pull(scaled(grads, rng, each=True) if k else [np.array(G, order="C") for G in grads])
        found.append(([np.array(y) for y in run.outputs], [None if g is None else np.array(g) for g in pulled]))
    first, others = found[0], found[1:]
    outputs, gradients = (
        [ALLOWED * max(apart(x, other[part][k]) for other in others) for k, x in enumerate(first[part])]
        for part in (0, 1)
    )
    return outputs, gradients
