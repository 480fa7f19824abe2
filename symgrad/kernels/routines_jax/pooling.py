"""Pooling by XLA: entries outside the image do not count in an extreme; the first of equal entries wins."""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax


def pool_ends(size, kernel_size, stride, padding, dilation, out_size):
    """How many entries are put before and after each axis, so that windows just fill it; negative ones are cut off."""
    return [
        (padding[a], stride[a] * (out_size[a] - 1) + dilation[a] * (kernel_size[a] - 1) + 1 - padding[a] - size[a])
        for a in (0, 1)
    ]


def pool(combine, fill, x, kernel_size, stride, padding, dilation, out_size):
    """The entries of each window, combined."""
    ends = pool_ends(x.shape[2:], kernel_size, stride, padding, dilation, out_size)
    fill = np.asarray(fill, x.dtype)  # a concrete number: JAX knows the sum by it, and its transpose
    x = lax.pad(x, fill, [(0, 0, 0), (0, 0, 0), *((before, after, 0) for before, after in ends)])
    return lax.reduce_window(
        x, fill, combine, (1, 1, *kernel_size), (1, 1, *stride), "VALID", window_dilation=(1, 1, *dilation)
    )


def max_pool2d(x, kernel_size, stride, padding, dilation, out_size):
    """`Y[n,c,i,j] = max_{p,q} X[n,c, s·i+d·p−P, s·j+d·q−P]`."""
    return pool(lax.max, -jnp.inf, x, kernel_size, stride, padding, dilation, out_size)


def min_pool2d(x, kernel_size, stride, padding, dilation, out_size):
    """`Y[n,c,i,j] = min_{p,q} X[n,c, s·i+d·p−P, s·j+d·q−P]`."""
    return pool(lax.min, jnp.inf, x, kernel_size, stride, padding, dilation, out_size)


def sum_pool2d(x, kernel_size, stride, padding, dilation, out_size):
    """`Y[n,c,i,j] = Σ_{p,q} X[n,c, s·i+d·p−P, s·j+d·q−P]`, 0 outside the image."""
    return pool(lax.add, 0, x, kernel_size, stride, padding, dilation, out_size)


def sum_pool2d_gradient(g, in_size, kernel_size, stride, padding, dilation):
    """The adjoint of `sum_pool2d`: each window gives its cotangent to all of its entries."""
    image = jax.ShapeDtypeStruct((*g.shape[:2], *in_size), g.dtype)
    forward = lambda x: sum_pool2d(x, kernel_size, stride, padding, dilation, g.shape[2:])  # noqa: E731
    return jax.linear_transpose(forward, image)(g)[0]


def pool_places(in_size, kernel_size, stride, padding, dilation, out_size):
    """`[i, j, (p, q)]`: where entry (p, q) of window (i, j) lies in the image, row by row; −1 outside."""
    H, W = in_size
    h, w = (
        (stride[a] * np.arange(out_size[a])[:, None] + dilation[a] * np.arange(kernel_size[a]) - padding[a])
        for a in (0, 1)
    )
    h, w = h[:, None, :, None], w[None, :, None, :]
    inside = (h >= 0) & (h < H) & (w >= 0) & (w < W)
    return np.where(inside, h * W + w, -1).reshape(*out_size, -1)


def pool_winners(y, x, kernel_size, stride, padding, dilation):
    """Where the first entry that equals the extreme y lies in the image; −1 for a window wholly outside."""
    places = pool_places(x.shape[2:], kernel_size, stride, padding, dilation, y.shape[2:])
    wins = pool_wins(y, x, places)
    return jnp.where(
        wins.any(-1), jnp.take_along_axis(jnp.asarray(places)[None, None], wins.argmax(-1)[..., None], -1)[..., 0], -1
    )


def pool_wins(y, x, places):
    """`[n, c, i, j, (p, q)]`: whether the entry equals the extreme; where that is NaN, whether it is NaN."""
    if x.size == 0:
        return jnp.zeros((*y.shape, places.shape[-1]), bool)
    entries = x.reshape(*x.shape[:2], -1)[:, :, np.maximum(places, 0)]
    best = y[..., None]
    return jnp.where(jnp.isnan(best), jnp.isnan(entries), entries == best) & (places >= 0)


def max_pool2d_winners(x, kernel_size, stride, padding, dilation, out_size):
    """`max_pool2d` and its winners, for `max_pool2d_gradient`."""
    y = max_pool2d(x, kernel_size, stride, padding, dilation, out_size)
    return y, pool_winners(y, x, kernel_size, stride, padding, dilation)


def min_pool2d_winners(x, kernel_size, stride, padding, dilation, out_size):
    """`min_pool2d` and its winners, for `max_pool2d_gradient`."""
    y = min_pool2d(x, kernel_size, stride, padding, dilation, out_size)
    return y, pool_winners(y, x, kernel_size, stride, padding, dilation)


def max_pool2d_gradient(g, winners, in_size, kernel_size, stride, padding, dilation):
    """`x̄[n,c,h,w] = Σ_{i,j} [(h, w) won window (i, j)] G[n,c,i,j]`, of a maximum or a minimum."""
    return pool_scattered(g, winners, in_size)


def max_pool2d_split_gradient(g, x, y, kernel_size, stride, padding, dilation):
    """As `max_pool2d_gradient` where equal winners share; the first NaN of a window has all."""
    places = pool_places(x.shape[2:], kernel_size, stride, padding, dilation, y.shape[2:])
    wins = pool_wins(y, x, places)
    first = wins & (jnp.cumsum(wins, -1) == 1)
    wins = jnp.where(jnp.isnan(y)[..., None], first, wins)
    shares = jnp.where(wins, (g / jnp.maximum(wins.sum(-1), 1))[..., None], 0).astype(g.dtype)
    return pool_scattered(shares, jnp.broadcast_to(jnp.asarray(places), shares.shape), x.shape[2:])


def pool_scattered(g, places, in_size):
    """Cotangents added up at places of the image."""
    N, C = g.shape[:2]
    H, W = in_size
    n, c = np.arange(N)[:, None, None], np.arange(C)[None, :, None]
    places = places.reshape(N, C, -1)
    flat = jnp.zeros((N, C, H * W + 1), g.dtype).at[n, c, places].add(g.reshape(N, C, -1))  # −1 is the last one
    return flat[:, :, : H * W].reshape(N, C, H, W)
