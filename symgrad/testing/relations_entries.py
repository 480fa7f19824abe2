"""Which entries of a gradient are wrong: part of the places, or where the input has certain values."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, product

import numpy as np

from .evidence import Evidence
from .example import from_zero

LEAST_RIGHT = 0.1
"""Of the entries that are not 0: what is equal by accident is rarer."""


def sensitive(e: Evidence) -> np.ndarray:
    """Entries that can be told: right and given ones are not both 0."""
    scale = max(np.max(np.abs(e.right.middle), initial=0), 1e-300)
    return (np.abs(e.right.middle) > 1e-9 * scale) | (np.abs(e.given) > 1e-9 * scale) | (e.right.high > e.right.low)


def ties(e: Evidence) -> str:
    """Each number is a slope at its tie or kink, but their sum is not."""
    if e.wrong.any() or not (e.right.high > e.right.low).any():
        return ""
    return "each number is a slope at its tie, their sum is not: ties take the gradient more than once, or not at all"


def subset(e: Evidence) -> str:
    """The predicate that all wrong entries share and no right one does."""
    wrong, on = e.wrong, sensitive(e)
    if not wrong.any() or not (on & ~wrong).any():
        return ""
    for told, where in predicates(e):
        inside = where & on
        if inside.any() and not (wrong & ~where).any() and wrong[inside].mean() > 0.99 and (on & ~where).any():
            return f"wrong only {told}" + content(e, wrong)
    return ""


def subset_without_words(e: Evidence) -> str:
    """A part is right, and the wrong entries share a predicate, or nothing that has a name."""
    wrong, on = e.wrong, sensitive(e)
    if not wrong.any() or (on & ~wrong).sum() < max(2, LEAST_RIGHT * on.sum()):
        return ""
    for told, where in predicates(e):
        if not (wrong & ~where).any() and where.mean() < 0.8 and (on & ~where).sum() > 1:
            return f"wrong only {told}, there in {100 * wrong[where & on].mean():.0f} % of the entries" + content(
                e, wrong
            )
    return f"wrong in {100 * wrong[on].mean():.0f} % of the entries" + content(e, wrong)


def content(e: Evidence, wrong: np.ndarray) -> str:
    """What stands there."""
    g, right = e.given[wrong], e.right.near(e.given)[wrong]
    if not np.any(g):
        return ": 0 stands there"
    if np.any(right):
        c = np.vdot(right, g) / np.vdot(right, right)
        if c and np.allclose(g, c * right, rtol=1e-5):
            return (
                f": too {'large' if abs(c) > 1 else 'small'} by the factor {c:.4g}"
                if c > 0
                else f": by the factor {c:.4g}"
            )
    elif np.any(g):
        return ": the derivative there is 0"
    return ""


def predicates(e: Evidence) -> Iterator[tuple[str, np.ndarray]]:
    """Sets of entries with a name, the simplest first."""
    yield from by_value(e.x, e.name)
    yield from by_label(e)
    yield from by_place(e)
    for (told, where), (place, there) in product(islice(by_value(e.x, e.name), 3), by_place(e)):
        yield f"{told} and {place}", where & there
    for other, a in zip(e.signature.arguments, e.inputs, strict=True):
        if a is not None and other.name != e.name and a.shape and a.shape == e.x.shape[: a.ndim]:
            spread = a.reshape(a.shape + (1,) * (e.x.ndim - a.ndim))
            for told, where in (
                by_value(a, other.name) if other.real else [(f"where {other.name} is set", a.astype(bool))]
            ):
                yield told, np.broadcast_to(np.reshape(where, spread.shape), e.x.shape)


def by_value(x: np.ndarray, name: str) -> Iterator[tuple[str, np.ndarray]]:
    if not x.size or x.dtype.kind != "f":
        return
    yield f"where {name} = 0", x == 0
    yield f"where {name} > 0", x > 0
    yield f"where {name} < 0", x < 0
    yield f"where {name} ≥ 0", x >= 0
    yield f"where {name} ≤ 0", x <= 0
    yield f"where {name} = −∞", np.isneginf(x)
    _, inverse, counts = np.unique(x, return_inverse=True, return_counts=True)
    yield f"at ties, where numbers of {name} are equal", (counts > 1)[inverse].reshape(x.shape)
    size = np.abs(x)
    for c in (1, 3, 5, 6, 10, 20, 30, 50, 88, 100, 700):
        yield f"where |{name}| > {c}", size > c
        yield f"where {name} > {c}", x > c
        yield f"where {name} < −{c}", x < -c
    yield f"where |{name}| < 1", size < 1


def by_label(e: Evidence) -> Iterator[tuple[str, np.ndarray]]:
    """Rows that whole numbers name, and entries at the label of their row."""
    for a, t in zip(e.signature.arguments, e.inputs, strict=True):
        if t is None or a.kind != "int" or str(a.below) not in e.dims:
            continue
        given, t, k = t, from_zero(a, t, e.example), e.dims.index(str(a.below))
        inside = (t >= 0) & (t < e.x.shape[k])
        counts = np.bincount(t[inside], minlength=e.x.shape[k])
        back = np.bincount(t[inside & (given != t)], minlength=e.x.shape[k])
        spread = (np.newaxis,) * k + (slice(None),) + (np.newaxis,) * (e.x.ndim - k - 1)
        for told, rows in (
            (f"{a.name} names from the end", back > 0),
            (f"{a.name} names more than once", counts > 1),
            (f"{a.name} does not name", counts == 0),
        ):
            yield f"where {told} the place along {a.below}", np.broadcast_to(rows[spread], e.x.shape)
        if k == e.x.ndim - 1 and t.shape == e.x.shape[:-1]:
            there = np.arange(e.x.shape[k]) == t[..., None]
            yield f"at the place along {a.below} that {a.name} names", there
            yield f"beside the place along {a.below} that {a.name} names", ~there


def by_place(e: Evidence) -> Iterator[tuple[str, np.ndarray]]:
    """The first or last along an axis, the border, from some place on, multiples."""
    x, places = e.x, np.indices(e.x.shape)
    for k, n in enumerate(x.shape):
        if n < 2:
            continue
        i, d = places[k], e.dims[k]
        yield f"in the last place along {d}", i == n - 1
        yield f"in the first place along {d}", i == 0
        for c in range(1, n - 1):
            yield f"from place {c} on along {d}", i >= c
            yield f"after place {c} along {d}", i > c
            yield f"before place {n - c} along {d}", i < n - c
        yield f"at the border along {d}", (i == 0) | (i == n - 1)
        yield f"inside along {d}", (i > 0) & (i < n - 1)
        for s in (2, 3):
            for o in range(s):
                if n > s:
                    yield f"in every place {s}·k+{o} along {d}", i % s == o
                    yield f"beside the places {s}·k+{o} along {d}", i % s != o
    if x.ndim > 1:
        border = [(places[k] == 0) | (places[k] == n - 1) for k, n in enumerate(x.shape) if n > 2][-2:]
        if border:
            yield "at the border", np.logical_or.reduce(border)
        last = [places[k] == n - 1 for k, n in enumerate(x.shape)][-2:]
        yield "in the last row or column", np.logical_or.reduce(last)
        yield "above the diagonal", places[-1] > places[-2]
        yield "below the diagonal", places[-1] < places[-2]
