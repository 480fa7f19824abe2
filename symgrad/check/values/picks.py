"""Where an extreme value is taken: `𝟙[(i, j) = argmax_{k,l} x_{kl}]`, the first in order among equal ones."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import TypeGuard

import numpy as np

from ...tex.syntax import Big, Group, Node, Relation, Tuple
from ..names.table import Unclear
from .arrays import Array, aligned
from .big import asked, extent, larger, one_place
from .context import Environment, fresh
from .jets import Algebra, Jet
from .ranges import values
from .whole import conjunction, whole

BETTER: dict[str, Callable[[Algebra, Jet, Jet], Array]] = {
    "argmax": larger,
    "argmin": lambda a, x, y: larger(a, y, x),
}


def is_pick(node: Node) -> TypeGuard[Relation]:
    """`k = argmax_j x_j`."""
    if not isinstance(node, Relation) or node.relations != ("=",):
        return False
    return any(isinstance(side, Big) and side.op in BETTER for side in node.sides)


def picked(m, node: Relation, env: Environment) -> Array:
    """Where the indices on one side are those at which the other is largest, or smallest."""
    first, second = node.sides
    found, point = (first, second) if isinstance(first, Big) else (second, first)
    assert isinstance(found, Big) and point is not None
    inside = point.body if isinstance(point, Group) else point
    places = inside.items if isinstance(inside, Tuple) else (inside,)
    ranges = extent(m, found, env)
    if len(places) != len(ranges) or any(p is None for p in places):
        raise Unclear(f"{found.op} over {len(ranges)} indices is {len(ranges)} numbers", point)
    chosen = _best(m, found, env, ranges)
    told = (whole(m.trial, p, env) for p in places if p is not None)
    return conjunction(_equal(a, b) for a, b in zip(told, chosen, strict=True))


def _equal(x, y):
    dims, (a, b) = aligned(x, y)
    return Array(dims, a == b)


def _best(m, node, env, ranges):
    """The indices of the first best entry, an array for each letter."""
    dims = {n: fresh(n) for n in ranges}
    arrays = {n: values(dims[n], *ranges[n]) for n in ranges}
    inner = env.with_indices(arrays)
    body, where = m.number(node.body, inner), asked(m, node, inner, arrays)
    best: Jet | None = None
    known, at = where, [Array((), np.asarray(0)) for _ in ranges]
    for place in product(*(range(a.data.size) for a in arrays.values())):
        entry, wanted = one_place(body, where, tuple(dims.values()), place)
        here = [low + k for (low, _), k in zip(ranges.values(), place, strict=True)]
        if best is None:
            best, known, at = entry, wanted, [Array((), np.asarray(k)) for k in here]
            continue
        names, (w, wins, old) = aligned(wanted, BETTER[node.op](m.a, entry, best), known)
        take = Array(names, w & (wins | ~old))
        best = m.a.choose(take, entry, best)
        at = [_chosen(take, k, before) for k, before in zip(here, at, strict=True)]
        known = Array(names, old | w)
    if best is None:
        raise Unclear(f"{node.op} of nothing", node)
    return at


def _chosen(take, value, before):
    dims, (mask, old) = aligned(take, before)
    return Array(dims, np.where(mask, value, old))
