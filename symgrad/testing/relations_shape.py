"""What a gradient of the wrong shape is."""

from __future__ import annotations

from itertools import combinations, permutations

import numpy as np

from .evidence import Evidence


def shape(e: Evidence) -> str:
    """Sums that were not taken, axes squeezed or transposed."""
    g, right = np.asarray(e.gradients[e.place], float), e.right.middle
    told = f"shape {g.shape} instead of {right.shape}: "
    for n in range(1, g.ndim + 1):
        for axes in combinations(range(g.ndim), n):
            summed = g.sum(axis=axes)
            if summed.size == right.size and _same(summed.reshape(right.shape), right):
                return told + f"not summed over {_axes(axes)}"
    if g.size == right.size and _same(g.reshape(right.shape), right):
        return told + "axes of size 1 are lost, or others joined"
    for axes in permutations(range(g.ndim)):
        if _same(g.transpose(axes), right):
            return told + f"transposed by {axes}"
    if g.ndim == right.ndim:
        cut = tuple(slice(0, min(a, b)) for a, b in zip(g.shape, right.shape, strict=True))
        if right[cut].size and _same(g[cut], right[cut]):
            what = "too long" if g.size > right.size else "too short"
            return told + f"{what}, right where both have entries"
    return told.removesuffix(": ")


def _axes(axes) -> str:
    return f"axis {axes[0]}" if len(axes) == 1 else f"axes {', '.join(map(str, axes))}"


def _same(a, b) -> bool:
    return a.shape == b.shape and bool(np.allclose(a, b, rtol=1e-5, atol=1e-6 * np.max(np.abs(b), initial=0)))
