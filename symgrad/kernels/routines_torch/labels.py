"""Integers as positions: entries picked by a label, and entries added up by label."""

import math

import torch


def known_labels(where, size):
    """(positions, whether each label is one): a label that is no integer of 0 … size−1 counts as 0."""
    at = torch.nan_to_num(where).long()
    inside = (at == where) & (at >= 0) & (at < size)
    return torch.where(inside, at, 0), inside


def picked(x, where, count):
    """`y[a…, p…, r…] = Σ_v [where[a…, p…] = v] x[a…, v, r…]`; there are `count` axes a. 0 where no v is the label."""
    at, inside = known_labels(where, x.shape[count])
    if x.numel() == 0:
        return torch.zeros(tuple(where.shape) + tuple(x.shape[count + 1 :]), dtype=x.dtype, device=x.device)
    rows = [
        torch.arange(n, device=x.device).reshape(-1, *[1] * (where.ndim - 1 - k)) for k, n in enumerate(x.shape[:count])
    ]
    found = x[(*rows, at)]
    return torch.where(inside.reshape(tuple(where.shape) + (1,) * (found.ndim - where.ndim)), found, 0)


def onehot_sum(g, where, size, count):
    """`out[a…, v, r…] = Σ_p [where[a…, p…] = v] g[a…, p…, r…]` for v < size; there are `count` axes a."""
    lead, rest = tuple(where.shape[:count]), tuple(g.shape[where.ndim :])
    at, inside = known_labels(where, size)
    blocks = math.prod(lead)
    at = torch.where(inside, at, size).reshape(blocks, at.numel() // max(blocks, 1))
    at = (at + (size + 1) * torch.arange(blocks, device=g.device)[:, None]).reshape(-1)
    rows = g.reshape(at.numel(), math.prod(rest))
    out = torch.zeros(blocks * (size + 1), math.prod(rest), dtype=g.dtype, device=g.device)
    out = out.index_add(0, at, rows).reshape(blocks, size + 1, math.prod(rest))[:, :size]
    return out.reshape(*lead, size, *rest)
