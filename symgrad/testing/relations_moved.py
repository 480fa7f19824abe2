"""The right numbers at wrong places: transposed, flipped, shifted, or read with another index."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, permutations

import numpy as np

from .evidence import CLOSE, Evidence, close

FEW = 3
"""Entries of an output that are pulled back one by one."""


def moved(e: Evidence) -> str:
    """The right numbers at other places."""
    right, dims = e.right.middle, e.dims
    for told, candidate in motions(right, dims):
        if candidate.shape == right.shape and close(e.given, candidate) and not close(candidate, right):
            return told
    return ""


def motions(a: np.ndarray, dims) -> Iterator[tuple[str, np.ndarray]]:
    """Transposed, flipped, shifted, read in another order."""
    for axes in permutations(range(a.ndim)):
        if list(axes) != sorted(axes):
            yield f"axes in the order {', '.join(dims[k] for k in axes)} (transposed)", a.transpose(axes)
            yield (
                f"transposed to {', '.join(dims[k] for k in axes)}, then only reshaped",
                a.transpose(axes).reshape(a.shape),
            )
    for n in range(1, a.ndim + 1):
        for axes in combinations(range(a.ndim), n):
            yield f"flipped along {', '.join(dims[k] for k in axes)}", np.flip(a, axes)
    for k in range(a.ndim):
        for by in (1, -1, 2, -2):
            yield f"shifted by {by} along {dims[k]}", np.roll(a, by, k)
            yield f"shifted by {by} along {dims[k]}, filled with 0", shifted(a, by, k)
    if a.ndim > 1:
        yield "entries in Fortran's order", a.ravel(order="F").reshape(a.shape)


def shifted(a: np.ndarray, by: int, axis: int) -> np.ndarray:
    found = np.roll(a, by, axis)
    cut = slice(0, by) if by > 0 else slice(by, None)
    found[(slice(None),) * axis + (cut,)] = 0
    return found


def rearranged(e: Evidence) -> str:
    """For single upstream entries: the numbers of the right gradient, or of other inputs, at other places."""
    rng, hits, tries = np.random.default_rng(3), 0, 0
    pool = [
        np.abs(x).ravel()
        for k, x in enumerate(e.inputs)
        if x is not None and e.signature.arguments[k].real and k != e.place
    ]
    for k, G in enumerate(e.grads):
        for j in rng.permutation(G.size)[:FEW]:
            ones = [np.zeros(H.shape) for H in e.grads]
            ones[k].flat[j] = 1.0
            g = np.asarray(e.pulled(ones)[e.place], float)
            r = e.right_for(e.place, ones)
            if g.shape != r.middle.shape or not np.any(differ_from(g, r)):
                continue
            tries += bool(np.any(g))
            among = all_among(g, pool) and all_among(r.middle, pool)
            hits += bool(np.any(g)) and (same_numbers(g, r.middle) or among or elsewhere(g, r.middle))
    return "the right numbers at wrong places" if tries and hits == tries else ""


def differ_from(g, right):
    return np.abs(g - right.near(g)) > CLOSE * max(np.max(np.abs(right.middle), initial=0), 1e-300)


def same_numbers(a: np.ndarray, b: np.ndarray) -> bool:
    """The same multiset of numbers, zeros apart."""
    scale = max(np.max(np.abs(b), initial=0), 1e-300)
    a, b = np.sort(a[np.abs(a) > CLOSE * scale]), np.sort(b[np.abs(b) > CLOSE * scale])
    return a.size == b.size > 0 and bool(np.all(np.abs(a - b) <= CLOSE * scale))


def elsewhere(a: np.ndarray, b: np.ndarray) -> bool:
    """As many entries that are not 0, most of them at other places."""
    return np.count_nonzero(a) == np.count_nonzero(b) > 2 * np.count_nonzero((a != 0) & (b != 0))


def all_among(a: np.ndarray, pool: list[np.ndarray]) -> bool:
    """Every number that is not 0 is, up to its sign, an entry of one of the arrays."""
    a = np.abs(a[np.abs(a) > CLOSE * max(np.max(np.abs(a), initial=0), 1e-300)])
    return any(
        p.size > 0 and bool(np.all(np.min(np.abs(a[:, None] - p[None]), axis=1) <= 1e-7 * (1 + a))) for p in pool
    )
