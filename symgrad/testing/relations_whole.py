"""What a wrong gradient is as a whole: nothing, another known array, or short of a term."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, permutations

import numpy as np

from .evidence import Evidence, close


def zero(e: Evidence) -> str:
    """Nothing, here and where hyper-parameters and values are the plainest."""
    return "the gradient is 0" if not np.any(e.given) and np.any(e.right.middle) and not e.plain_gives_some() else ""


def vanishing(e: Evidence) -> str:
    return "0 stands there, as in no plain example" if not np.any(e.given) and np.any(e.right.middle) else ""


def upstream(e: Evidence) -> str:
    """It is the gradient of an output, as it came or summed to the shape of the argument."""
    for o, G in zip(e.signature.outputs, e.grads, strict=True):
        if any(close(e.given, candidate) for candidate in reduced(G, e.x.shape)):
            return f"equals the upstream gradient of {o.name}"
    return ""


def reduced(G: np.ndarray, shape: tuple[int, ...]) -> Iterator[np.ndarray]:
    """G, or its sums over axes, where that has the shape."""
    for n in range(G.ndim + 1):
        for axes in combinations(range(G.ndim), n):
            found = G.sum(axis=axes)
            if found.shape == shape:
                yield found
            elif not n and found.size and len(shape) >= found.ndim:
                yield from ([np.broadcast_to(found, shape)] if _broadcasts(found.shape, shape) else [])


def _broadcasts(small, large):
    return all(a in (1, b) for a, b in zip(small[::-1], large[::-1], strict=False))


def other_argument(e: Evidence) -> str:
    for name, right in e.others:
        for axes in permutations(range(e.given.ndim)):
            if close(e.given, right.middle.transpose(axes)):
                return f"equals the gradient of {name}" + ("" if list(axes) == sorted(axes) else ", transposed")
    return ""


def missing_term(e: Evidence) -> str:
    """What is left over: the difference, in words where it has a form."""
    rest = e.right.middle - e.given
    for k in range(rest.ndim):
        if rest.shape[k] > 1 and np.ptp(rest, axis=k).max() <= 1e-4 * np.abs(rest).max():
            return f"a term is missing that is the same along {e.dims[k]} (a mean or a sum over it)"
    for name, a in proportional(e):
        c = np.vdot(a, rest) / max(np.vdot(a, a), 1e-300)
        if close(c * a, rest):
            return f"a term {c:.6g}·{name} is missing"
    return "a term is missing or too many"


def proportional(e: Evidence) -> Iterator[tuple[str, np.ndarray]]:
    """Arrays of the shape of the argument that a term may be a multiple of."""
    named = [(a.name, x) for a, x in zip(e.signature.arguments, e.inputs, strict=True) if a.real and x is not None]
    named += [(o.name, y) for o, y in zip(e.signature.outputs, e.outputs, strict=True)]
    named += [(f"grad_{o.name}", G) for o, G in zip(e.signature.outputs, e.grads, strict=True)]
    yield from ((n, a) for n, a in named if a.shape == e.x.shape)
