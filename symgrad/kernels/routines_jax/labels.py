"""Integers as positions: entries picked by a label, and entries added up by label."""

import math

import jax.numpy as jnp


def known_labels(where, size):
    """(positions, whether each label is one): a label that is no integer of 0 … size−1 counts as 0."""
    at = jnp.nan_to_num(where).astype(int)
    inside = (at == where) & (at >= 0) & (at < size)
    return jnp.where(inside, at, 0), inside


def picked(x, where, count):
    """`y[a…, p…, r…] = Σ_v [where[a…, p…] = v] x[a…, v, r…]`; there are `count` axes a. 0 where no v is the label."""
    at, inside = known_labels(where, x.shape[count])
    if x.size == 0:
        return jnp.zeros(where.shape + x.shape[count + 1 :], x.dtype)
    rows = [jnp.arange(n).reshape(-1, *[1] * (where.ndim - 1 - k)) for k, n in enumerate(x.shape[:count])]
    found = x[(*rows, at)]
    return jnp.where(inside.reshape(where.shape + (1,) * (found.ndim - where.ndim)), found, 0)


def onehot_sum(g, where, size, count):
    """`out[a…, v, r…] = Σ_p [where[a…, p…] = v] g[a…, p…, r…]` for v < size; there are `count` axes a."""
    lead, rest = where.shape[:count], g.shape[where.ndim :]
    at, inside = known_labels(where, size)
    blocks = math.prod(lead)
    at = jnp.where(inside, at, size).reshape(blocks, at.size // max(blocks, 1))
    rows = g.reshape(*at.shape, math.prod(rest))
    out = jnp.zeros((blocks, size + 1, math.prod(rest)), g.dtype)  # the last place takes what is no label
    out = out.at[jnp.arange(blocks)[:, None], at].add(rows)[:, :size]
    return out.reshape(*lead, size, *rest)
