"""What examples are varied in beside sizes: regimes of values, of the upstream gradient, and of memory.

One regime of values is taken for all arrays of an example; those that would only overflow sums (large, shifted, −inf)
are taken for its first real array.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Draw = np.random.Generator
Values = Callable[[Draw, tuple[int, ...]], np.ndarray]

SHIFT, LARGE, TINY = 1e4, 800.0, 1e-6


def distinct(rng: Draw, shape):
    """Numbers that differ by much more than any step: no two are near a tie."""
    size = int(np.prod(shape))
    return rng.permutation(np.linspace(-2, 2, size + 1)[:size] + 0.3 / (size + 1)).reshape(shape)


def tied(rng: Draw, shape):
    return rng.choice([-1.0, 0.5, 2.0], size=shape)


def zeros(rng: Draw, shape):
    """Half of the entries 0, and all of the first row."""
    found = rng.normal(size=shape) * (rng.random(size=shape) < 0.5)
    if found.ndim:
        found[:1] = 0.0
    return found


def one_sign(rng: Draw, shape):
    return (rng.random(size=shape) + 0.1) * rng.choice([-1.0, 1.0])


def minus_infinity(rng: Draw, shape):
    """A third of the entries −∞, never all of a row."""
    found = rng.normal(size=shape)
    out = rng.random(size=shape) < 0.33
    if found.ndim:
        out[..., :1] = False
    return np.where(out, -np.inf, found)


def row_of_minus_infinity(rng: Draw, shape):
    """The first row −∞."""
    found = rng.normal(size=shape)
    if found.ndim and found.size:
        found.reshape(-1, shape[-1])[0] = -np.inf
    return found


def large(rng: Draw, shape):
    """Half of the entries beyond the logarithm of the largest number, the others anywhere below."""
    found = rng.uniform(-LARGE, LARGE, size=shape)
    beyond = rng.uniform(0.9 * LARGE, LARGE, size=shape) * rng.choice([-1.0, 1.0], size=shape)
    return np.where(rng.random(size=shape) < 0.5, beyond, found)


NEGATIVE = "negative indices"
"""Of whole numbers, where a layer takes them; real numbers are ordinary."""
VALUES: dict[str, Values] = {
    "ordinary": lambda rng, shape: rng.normal(size=shape),
    "distinct": distinct,
    "ties": tied,
    "zeros": zeros,
    "one sign": one_sign,
    "tiny": lambda rng, shape: TINY * rng.normal(size=shape),
    "large": large,
    "shifted": lambda rng, shape: SHIFT + rng.normal(size=shape),
    "-inf": minus_infinity,
    "-inf in a row": row_of_minus_infinity,
    NEGATIVE: lambda rng, shape: rng.normal(size=shape),
}
INFINITE = {"-inf", "-inf in a row"}
EXACT = {"ties", "zeros"}
"""Those that meet kinks and ties on purpose."""
FIRST_ONLY = {"large", "shifted", *INFINITE}
SCALES = {"tiny": TINY, "large": LARGE / 4}
"""The typical difference of two entries, where it is not 1."""


def positive(x: np.ndarray) -> np.ndarray:
    """Positive numbers of the same regime: `|x| + 0.1` of the typical size."""
    size = np.abs(np.where(np.isfinite(x), x, 1.0))
    return size + 0.1 * (np.median(size) if size.size and np.median(size) > 0 else 1.0)


UPSTREAM = ("normal", "not contiguous", "broadcast", "sparse")
LAYOUTS = ("contiguous", "transposed", "strided", "reversed")
SHAPES = ("different", "equal", "ones", "empty")


def upstream(kind: str, rng: Draw, shape: tuple[int, ...]) -> np.ndarray:
    """A gradient for an output of this shape."""
    if kind == "broadcast" and shape:
        return np.broadcast_to(rng.normal(size=(*shape[:-1], 1)), shape)
    found = rng.normal(size=shape)
    if kind == "sparse":
        found *= rng.random(size=shape) < 0.4
    return laid(found, "transposed") if kind == "not contiguous" else found


def laid(x: np.ndarray, layout: str) -> np.ndarray:
    """The same numbers with another layout in memory."""
    if layout == "transposed":
        return np.asfortranarray(x) if x.ndim > 1 else laid(x, "strided")
    if layout == "strided" and x.ndim:
        room = np.full((*x.shape[:-1], 2 * x.shape[-1]), 7, x.dtype)
        room[..., ::2] = x
        return room[..., ::2]
    if layout == "reversed" and x.ndim:
        return np.ascontiguousarray(x[::-1])[::-1]
    return np.ascontiguousarray(x) if x.ndim else x
