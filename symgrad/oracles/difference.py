"""DIFFERENCE and COMPLEX_STEP: derivatives from nothing but values of f, each with a bound of its error."""

from __future__ import annotations

from ..expr.arrays import Array
from ..expr.evaluate import evaluate
from .oracle import MP, Found, Oracle, starting_point

STEP = MP.functions.mpf(10) ** -12
TINY = MP.functions.mpf(10) ** -24
NOISE = MP.functions.mpf(10) ** -30


def along(f, wrt, values, start: Array, k: int):
    """`h ↦ f(x + h e_k)`, as a list of numbers."""

    def moved(h):
        data = [*start.data[:k], start.data[k] + h, *start.data[k + 1 :]]
        return evaluate(f, {**values, wrt: Array(start.shape, data)}, MP).data

    return moved


def central(g, middle, h):
    """(`(g(h) − g(−h)) / 2h`, `(g(h) − 2 g(0) + g(−h)) / h`) of every component."""
    right, left = g(h), g(-h)
    slopes = [(r - l) / (2 * h) for r, l in zip(right, left, strict=True)]
    bends = [(r - 2 * m + l) / h for r, m, l in zip(right, middle, left, strict=True)]
    return slopes, bends


def richardson(g, middle, h):
    """Central differences with steps h and h/2, extrapolated; and bounds.

    The error of the step h is c h² + …, so `(4 D(h/2) − D(h)) / 3` is free of it, and |D(h/2) − D(h)| is more than what
    is left. A kink hides from central differences (|x| at 0 has slope 0 for every h), but not from the bend, which
    there does not halve with h: `|2 B(h/2) − B(h)|` belongs to the bound.
    """
    (coarse, bend), (fine, half) = central(g, middle, h), central(g, middle, h / 2)
    values = [(4 * b - a) / 3 for a, b in zip(coarse, fine, strict=True)]
    bounds = [
        abs(b - a) + abs(2 * v - u) + NOISE * (1 + abs(m))
        for a, b, u, v, m in zip(coarse, fine, bend, half, middle, strict=True)
    ]
    return list(zip(values, bounds, strict=True))


def complex_step(g, middle, h):
    """`Im g(i h) / h`: no cancellation, so h may be tiny. The bound compares the slopes left and right of the point."""
    sides = [[y.imag / TINY for y in map(MP.functions.mpc, g(s * h + MP.functions.mpc(0, TINY)))] for s in (-1, 1)]
    return [((a + b) / 2, abs(a - b) + NOISE * (1 + abs(m))) for a, b, m in zip(*sides, middle, strict=True)]


def _found(f, wrt, values, estimate) -> Found:
    start = starting_point(wrt, values, MP)
    middle = evaluate(f, {**values, wrt: start}, MP)
    columns = [estimate(along(f, wrt, values, start, k), middle.data, STEP * (1 + abs(x))) for k, x in enumerate(start)]
    entries = [column[j] for j in range(len(middle)) for column in columns]
    shape = (*middle.shape, *start.shape)
    return Found(Array(shape, [v for v, _ in entries]), Array(shape, [b for _, b in entries]))


DIFFERENCE = Oracle("difference", lambda f, wrt, values: _found(f, wrt, values, richardson))
COMPLEX_STEP = Oracle("complex step", lambda f, wrt, values: _found(f, wrt, values, complex_step))
