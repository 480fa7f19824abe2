"""Entries of arrays: number types, views through affine maps, look-up, positions of extremes, sums of products."""

import math

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy import special


def float_type(**arrays):
    """The one float type of the arguments; JAX's default if all are integers."""
    found: dict = {}
    for name, a in arrays.items():
        if jnp.issubdtype(a.dtype, jnp.floating):
            found.setdefault(a.dtype, name)
        elif not (jnp.issubdtype(a.dtype, jnp.integer) or a.dtype == jnp.bool_):
            raise ValueError(f"{name}: entries of type {a.dtype}, not numbers")
    if len(found) > 1:
        (one, x), (two, y) = list(found.items())[:2]
        raise ValueError(f"{x} is {one} but {y} is {two}: convert one of them")
    return next(iter(found), jnp.result_type(float))


def windows(x, maps, sizes, fill=0):
    """`out[a₀, a₁, …] = x[o₀ + Σ step·a, o₁ + …]`, `fill` outside of x.

    `maps[k] = (offset, ((axis of out, step), …))` for axis k of x, `sizes` the shape of out.
    """
    if 0 in sizes or 0 in x.shape:
        return jnp.full(sizes, fill, x.dtype)
    where, inside = [], []
    for (offset, steps), n in zip(maps, x.shape, strict=True):
        place = np.full((1,) * len(sizes), offset)
        for axis, step in steps:
            shape = [-1 if k == axis else 1 for k in range(len(sizes))]
            place = place + step * np.arange(sizes[axis]).reshape(shape)
        if place.min() < 0 or place.max() >= n:
            inside.append((place >= 0) & (place < n))
        where.append(np.clip(place, 0, n - 1))
    out = jnp.broadcast_to(x[tuple(where)], sizes)
    for known in inside:
        out = jnp.where(known, out, fill)
    return out


def look_up(x, *where):
    """`x[where]`; positions outside of an axis read an entry at its border, or 0 where x has none."""
    if x.size == 0:
        return jnp.zeros(np.broadcast_shapes(*(np.shape(p) for p in where)), x.dtype)
    return x[tuple(jnp.clip(p, 0, n - 1) for p, n in zip(where, x.shape, strict=True))]


def first_best(x, axes, best):
    """The row-major position, within `axes`, of the first maximum or minimum (`best`: jnp.argmax or jnp.argmin)."""
    kept = [k for k in range(x.ndim) if k not in axes]
    moved = x.transpose(*kept, *axes)
    rows = moved.shape[: len(kept)]
    return best(moved.reshape(*rows, math.prod(moved.shape[len(kept) :])), axis=-1)


def contracted(a, b, left, right, out):
    """`Σ a·b` over the labels that are not in `out`."""
    return jnp.einsum(f"{left},{right}->{out}", a, b)


def logsumexp_rows(x, axes):
    """`log Σ exp(x)` over axes, which go."""
    return special.logsumexp(x, axis=axes)


def softmax_rows(x, axes):
    """`exp(x) / Σ exp(x)`, the sum over axes."""
    return jax.nn.softmax(x, axis=axes)


def erf(x):
    """`2/√π ∫₀ˣ exp(−t²) dt`."""
    return special.erf(x)


def erfc(x):
    """`1 − erf(x)`."""
    return special.erfc(x)
