"""Convolution and pooling by plain loops, and their derivatives by the definition of the derivative.

Nothing here knows a rule of symgrad: arrays are dicts from positions to numbers, a convolution's derivative by an entry
is the convolution of the unit vector (it is linear in each argument), and `quotient` is an exact difference quotient.
Spatial axes come as tuples, so that one loop serves one and two dimensions.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import prod, sqrt


@dataclass(frozen=True)
class Window:
    """Along one axis: `kernel` taps, `dilation` apart, move by `stride` over `size` cells, padded by `padding`."""

    size: int
    kernel: int
    stride: int = 1
    padding: int = 0
    dilation: int = 1

    def cell(self, place: int, tap: int) -> int:
        return self.stride * place + self.dilation * tap - self.padding

    @property
    def places(self) -> int:
        """How many windows end inside the padded axis: counted, one by one."""
        count = 0
        while self.cell(count, self.kernel - 1) < self.size + self.padding:
            count += 1
        return count

    def cells(self, place: int) -> list[int]:
        """The cells that the window at `place` sees, padding left out."""
        seen = (self.cell(place, tap) for tap in range(self.kernel))
        return [cell for cell in seen if 0 <= cell < self.size]


def positions(shape):
    """Every position of an array, in row-major order."""
    return product(*map(range, shape))


def filled(shape, rng: random.Random, values=range(-3, 4)):
    """An array of random numbers."""
    return {where: rng.choice(values) for where in positions(shape)}


def nested(array, shape):
    """A dict of positions as nested lists; an axis of size 0 is an empty list."""
    if not shape:
        return array[()]
    parts = ({w[1:]: v for w, v in array.items() if w[0] == k} for k in range(shape[0]))
    return [nested(part, shape[1:]) for part in parts]


def inner(a, b):
    """⟨a, b⟩ over the positions of b."""
    return sum(a.get(where, 0) * value for where, value in b.items())


def unit(where):
    """The unit vector of an entry."""
    return {where: 1}


# Convolution: X (n, c, cells…), K (o, c, taps…) with c inside the group of o, b (o,).


@dataclass(frozen=True)
class Convolution:
    """`Y[n,o,i…] = b[o] + Σ_{c,p…} X[n, ⌊o/O⌋·C + c, s i + d p − P, …] K[o,c,p…]`, C channels and O outputs a group."""

    windows: tuple[Window, ...]
    batch: int = 1
    groups: int = 1
    channels: int = 1
    outputs: int = 1

    @property
    def shapes(self):
        """The shapes of X, K, b and Y."""
        size, taps, places = (tuple(getattr(w, a) for w in self.windows) for a in ("size", "kernel", "places"))
        out = self.groups * self.outputs
        return (
            (self.batch, self.groups * self.channels, *size),
            (out, self.channels, *taps),
            (out,),
            (self.batch, out, *places),
        )

    def __call__(self, X, K, b):
        _, kernel, _, out = self.shapes
        Y = {}
        for n, o, *places in positions(out):
            value = b.get((o,), 0)
            for c, *taps in positions(kernel[1:]):
                cells = [w.cell(i, p) for w, i, p in zip(self.windows, places, taps, strict=True)]
                channel = o // self.outputs * self.channels + c
                value += X.get((n, channel, *cells), 0) * K.get((o, c, *taps), 0)
            Y[(n, o, *places)] = value
        return Y

    def gradients(self, X, K, b, G):
        """∂⟨G, Y⟩ by X, K and b: Y is linear in (X, K) each and in b, so a unit vector's Y is the derivative."""
        shapes = self.shapes
        return (
            {u: inner(self(unit(u), K, {}), G) for u in positions(shapes[0])},
            {u: inner(self(X, unit(u), {}), G) for u in positions(shapes[1])},
            {u: inner(self({}, {}, unit(u)), G) for u in positions(shapes[2])},
        )


# Pooling: X (n, c, cells…); padding never counts as a value.


@dataclass(frozen=True)
class Pooling:
    """A pool over windows of each channel; `kind` is max, min, average (over all taps, padding as 0) or norm (√Σ²)."""

    windows: tuple[Window, ...]
    kind: str = "max"
    batch: int = 1
    channels: int = 1

    @property
    def shapes(self):
        """The shapes of X and Y."""
        lead = (self.batch, self.channels)
        return (*lead, *(w.size for w in self.windows)), (*lead, *(w.places for w in self.windows))

    def seen(self, where):
        """The cells under one window, row-major."""
        n, c, *places = where
        return [(n, c, *cell) for cell in product(*(w.cells(i) for w, i in zip(self.windows, places, strict=True)))]

    def value(self, values):
        taps = prod(w.kernel for w in self.windows)
        return {
            "max": max,
            "min": min,
            "average": lambda v: Fraction(sum(v), taps),
            "norm": lambda v: sqrt(sum(x * x for x in v)),
        }[self.kind](values)

    def __call__(self, X):
        return {where: self.value([X[u] for u in self.seen(where)]) for where in positions(self.shapes[1])}

    def weights(self, X, cells, ties):
        """What each cell of a window gets of the window's cotangent."""
        values = [X[u] for u in cells]
        top = self.value(values)
        if self.kind == "average":
            return [Fraction(1, prod(w.kernel for w in self.windows))] * len(cells)
        if self.kind == "norm":
            return [v / top if top else 0 for v in values]
        winners = [v == top for v in values]
        if ties == "split":
            return [Fraction(w, sum(winners)) for w in winners]
        return [int(k == winners.index(True)) for k in range(len(cells))]

    def gradient(self, X, G, ties="first"):
        """∂⟨G, Y⟩/∂X, window by window."""
        gradient = dict.fromkeys(positions(self.shapes[0]), 0)
        for where in positions(self.shapes[1]):
            cells = self.seen(where)
            for u, w in zip(cells, self.weights(X, cells, ties), strict=True):
                gradient[u] += w * G[where]
        return gradient


def quotient(f, X, u, step=Fraction(1, 1000)):
    """`(f(X + h e_u) − f(X)) / h`, exact; the derivative itself where f is linear between the two."""
    return (f({**X, u: X[u] + step}) - f(X)) / step
