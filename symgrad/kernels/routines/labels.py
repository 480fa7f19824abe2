"""Integers as positions: entries picked by a label, and entries added up by label. Never `np.add.at`, never a mask."""

import math

import numpy as np

FEW_REPEATS = 16
"""Rows that no label asks for more often are added up in so many rounds at most, of different labels each."""
NARROW = 8
"""Rows of so few entries are counted together at once."""


def known_labels(where, size):
    """(positions, whether each label is one): a label that is no integer of 0 … size−1 counts as 0.

    >>> known_labels(np.array([1.0, 0.5, -1.0, np.nan, 3.0]), 3)
    (array([1, 0, 0, 0, 0]), array([ True, False, False, False, False]))
    """
    with np.errstate(invalid="ignore"):
        at = where.astype(np.intp)
    inside = at == where
    inside &= at.view(np.uintp) < size  # a negative one is large there
    return at if inside.all() else np.where(inside, at, 0), inside


def picked(x, where, count):
    """`y[a…, p…, r…] = Σ_v [where[a…, p…] = v] x[a…, v, r…]`; there are `count` axes a. 0 where no v is the label.

    >>> picked(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([1.0, 5.0]), 1)
    array([2., 0.])
    """
    at, inside = known_labels(where, x.shape[count])
    if x.size == 0:
        return np.zeros(where.shape + x.shape[count + 1 :], x.dtype)
    if count == where.ndim == 1 and x.ndim == 2 and x.flags.c_contiguous:
        found = x.reshape(-1).take(flat_places(at, x.shape[1]))
    elif count:
        rows = (np.arange(n).reshape(-1, *[1] * (where.ndim - 1 - k)) for k, n in enumerate(x.shape[:count]))
        found = x[(*rows, at)]
    else:
        found = x.take(at, axis=0)
    if not inside.all():
        found[~inside] = 0
    return found


def flat_places(at, size):
    """Places in the flat array of the entries that stand at `at` in rows of that size.

    >>> flat_places(np.array([1, 0, 2]), 3)
    array([1, 3, 8])
    """
    return at + np.arange(0, size * len(at), size)


def onehot_sum(g, where, size, count):
    """`out[a…, v, r…] = Σ_p [where[a…, p…] = v] g[a…, p…, r…]` for v < size; there are `count` axes a.

    >>> onehot_sum(np.array([1.0, 2.0, 4.0]), np.array([1.0, 0.0, 1.0]), 3, 0)
    array([2., 5., 0.])
    """
    lead, rest = where.shape[:count], g.shape[where.ndim :]
    at, inside = known_labels(where, size)
    blocks = math.prod(lead)
    at = (at.reshape(blocks, -1) + size * np.arange(blocks)[:, None]).ravel() if at.size else at.ravel()
    rows = g.reshape(at.size, math.prod(rest))
    if not inside.all():
        kept = inside.ravel()
        at, rows = at[kept], rows[kept]
    return rows_added(rows, at, blocks * size).reshape(*lead, size, *rest)


def rows_added(rows, at, size):
    """`out[v] = Σ_{n: at[n] = v} rows[n]`: by counts with weights, or wide rows in rounds without a repeated label."""
    width = rows.shape[1]
    counts = np.bincount(at, minlength=size)
    if width <= NARROW or counts.max(initial=0) > FEW_REPEATS:
        flat = at if width == 1 else (at[:, None] * width + np.arange(width)).ravel()
        return np.bincount(flat, rows.ravel(), size * width).reshape(size, width).astype(rows.dtype, copy=False)
    out = np.zeros((size, width), rows.dtype)
    order = np.argsort(at, kind="stable")
    counts = counts[counts > 0]
    turn = np.arange(at.size) - np.repeat(np.cumsum(counts) - counts, counts)
    for k in range(counts.max(initial=0)):
        now = order[turn == k]
        out[at[now]] += rows[now]
    return out
