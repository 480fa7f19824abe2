"""Entries of tensors: number types, views through affine maps, look-up, positions of extremes, sums of products."""

import math

import numpy as np
import torch


def tensor_of(x):
    """A tensor as it is; of numbers and arrays of NumPy a copy."""
    return x if isinstance(x, torch.Tensor) else torch.tensor(np.asarray(x))


def float_type(**arrays):
    """The one float type of the arguments; float64 if all are integers."""
    found: dict = {}
    for name, a in arrays.items():
        if a.is_floating_point():
            found.setdefault(a.dtype, name)
        elif a.is_complex():
            raise ValueError(f"{name}: entries of type {a.dtype}, not numbers")
    if len(found) > 1:
        (one, x), (two, y) = list(found.items())[:2]
        raise ValueError(f"{x} is {one} but {y} is {two}: convert one of them")
    return next(iter(found), torch.float64)


def windows(x, maps, sizes, fill=0):
    """`out[a₀, a₁, …] = x[o₀ + Σ step·a, o₁ + …]`, `fill` outside of x.

    `maps[k] = (offset, ((axis of out, step), …))` for axis k of x, `sizes` the shape of out.
    """
    if 0 in sizes or 0 in x.shape:
        return torch.full(sizes, fill, dtype=x.dtype, device=x.device)
    where, inside = [], []
    for (offset, steps), n in zip(maps, x.shape, strict=True):
        place = torch.full((1,) * len(sizes), offset, device=x.device)
        for axis, step in steps:
            shape = [-1 if k == axis else 1 for k in range(len(sizes))]
            place = place + step * torch.arange(sizes[axis], device=x.device).reshape(shape)
        inside.append((place >= 0) & (place < n))
        where.append(place.clamp(0, n - 1))
    out = torch.broadcast_to(x[tuple(where)] if where else x, sizes)
    for known in inside:
        out = torch.where(known, out, fill)
    return out


def look_up(x, *where):
    """`x[where]`; positions outside of an axis read an entry at its border, or 0 where x has none."""
    places = [torch.as_tensor(p, device=x.device) for p in where]
    if x.numel() == 0:
        return torch.zeros(torch.broadcast_shapes(*(p.shape for p in places)), dtype=x.dtype, device=x.device)
    return x[tuple(p.clamp(0, n - 1) for p, n in zip(places, x.shape, strict=True))]


def first_best(x, axes, best):
    """The row-major position, within `axes`, of the first maximum or minimum (`best`: torch.argmax or torch.argmin)."""
    kept = [k for k in range(x.ndim) if k not in axes]
    moved = x.permute(*kept, *axes)
    rows = moved.shape[: len(kept)]
    return best(moved.reshape(*rows, math.prod(moved.shape[len(kept) :])), dim=-1)


def contracted(a, b, left, right, out):
    """`Σ a·b` over the labels that are not in `out`."""
    return torch.einsum(f"{left},{right}->{out}", a, b)


def product_over(x, axes):
    """`Π x` over axes, which go."""
    for axis in sorted(axes, reverse=True):
        x = x.prod(axis)
    return x


def logsumexp_rows(x, axes):
    """`log Σ exp(x)` over axes, which go."""
    return torch.logsumexp(x, axes)


def softmax_rows(x, axes):
    """`exp(x) / Σ exp(x)`, the sum over axes."""
    return torch.softmax(x, axes[0]) if len(axes) == 1 else torch.exp(x - torch.logsumexp(x, axes, keepdim=True))


def sign(x):
    """−1, 0 or 1; NaN of NaN, where `torch.sign` has 0."""
    return torch.where(torch.isnan(x), x, torch.sign(x))
