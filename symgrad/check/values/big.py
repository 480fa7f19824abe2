"""Sums, products, maxima over bound letters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import reduce

import numpy as np

from ...tex.syntax import Big, Relation, Tuple
from ..names.table import IllTyped, Leaves, Unclear
from .arrays import Array, aligned
from .context import Environment, Eye, NeedsMembers, Ones, Value, added, fresh, multiplied
from .jets import Algebra, Jet, at
from .quantities import memberwise
from .ranges import axis_length, bound_letters, index_range, limits, values
from .whole import bare_letters, conjunction, index_condition, whole

MOST = 64


def big(m, node: Big, env: Environment) -> Value:
    """`Σ_{i=1}^n body`, and the like."""
    work = OPERATORS.get(node.op)
    if work is None:
        raise Unclear(f"{node.op} is not read", node)
    names = bound_letters(m, node, env)
    ranges = extent(m, node, env)
    try:
        return _at_once(m, node, env, ranges, work)
    except NeedsMembers as need:
        if not set(need.letters) & set(names):
            raise
    return _one_by_one(m, node, env, ranges)


def extent(m, node: Big, env: Environment) -> dict[str, tuple[int, int]]:
    """First and last value of each letter that the operator binds."""
    names = bound_letters(m, node, env)
    if not names:
        raise Unclear(f"{node.op} does not say over what", node)
    return {n: _range(m, node, n, env) for n in names}


def _range(m, node, name, env):
    stated = limits(m, node, name, env)
    inner = replace(env, indices={k: v for k, v in env.indices.items() if k != name}, ambient={})
    return stated or index_range(m, name, node.body, inner)


def _at_once(m, node, env, ranges, work):
    dims = {n: fresh(n) for n in ranges}
    arrays = {n: values(dims[n], *ranges[n]) for n in ranges}
    inner = env.with_indices(arrays)
    where = asked(m, node, inner, arrays)
    kept = len(m.masks)
    body = m.value(node.body, inner)
    _forget(m, kept, arrays, where, node, env)
    if isinstance(body, Eye | Ones):
        return replace(body, scale=_of_scales(node, work)(m.a, body.scale, tuple(dims.values()), where))
    return work(m.a, body, tuple(dims.values()), where)


def _of_scales(node, work):
    """A sum of multiples of the unit matrix, or of the vector of ones, is one; no other operator is."""
    if node.op != "sum":
        raise Unclear(f"{node.op} of arrays whose size is not known", node)
    return work


def asked(m, node: Big, env: Environment, arrays: dict[str, Array]) -> Array:
    """Where what stands under the operator holds, over all its letters."""
    return conjunction([*_condition(m, node, env), *(_all(a) for a in arrays.values())])


def _all(array):
    return Array(array.dims, np.ones(array.data.shape, bool))


def _condition(m, node, env):
    """What the operator asks of its letters beside their range."""
    stack, out = [node.sub], []
    while stack:
        sub = stack.pop()
        if isinstance(sub, Tuple):
            stack += sub.items
        elif isinstance(sub, Relation) and sub.relations == ("=",) and node.sup is not None:
            out += _between(m, sub.sides, node.sup, env)
        elif isinstance(sub, Relation):
            out.append(index_condition(m.trial, sub, env))
    return out


def _between(m, sides, end, env):
    """A sum whose ends depend on another index runs up to each of them."""
    letter, first, last = (whole(m.trial, node, env) for node in (*sides, end))
    if not first.dims and not last.dims:
        return []
    dims, (k, low, high) = aligned(letter, first, last)
    return [Array(dims, (low <= k) & (k <= high))]


def _forget(m, kept, arrays, where, node, env):
    """Entries read outside an axis under a bound letter: those that the condition excludes were never read.

    Where all that is read for one value of a free letter lies outside, it is that letter which leaves its axis.
    """
    dims = {a.dims[0] for a in arrays.values()}
    for k, mask in enumerate(m.masks[kept:], kept):
        if set(mask.dims) & dims:
            m.masks[k] = _outer(mask, where, dims)
            if m.masks[k] is None and not m.padded:
                raise _leaves(m, node, arrays, env)
    m.masks[kept:] = [mask for mask in m.masks[kept:] if mask is not None and mask.dims]


def _outer(mask, where, dims):
    """Where all the entries that a sum wants lie inside; None where only some of them do."""
    names, (inside, wanted) = aligned(mask, where)
    axes = tuple(k for k, name in enumerate(names) if name in dims)
    all_, some = np.all(inside | ~wanted, axes), np.any(inside & wanted, axes)
    mixed = np.any(some & ~all_) or not np.any(all_)
    return None if mixed else Array(tuple(n for n in names if n not in dims), all_)


def _leaves(m, node, arrays, env):
    """A letter alone on an axis that is shorter means nothing; an expression may be meant with padding.

    A sum that states its end may be one over some of the entries: at other sizes it stays inside.
    """
    told = f"an index of a sum leaves its axis: {', '.join(arrays)}"
    for found in m.trial.table.occurrences(node.body):
        for position, name in bare_letters(found) if node.sup is None and _is_sure(m, found.quantity) else ():
            length = axis_length(m, found, position, env) if name in arrays else None
            if length is not None and length < arrays[name].data.size:
                return IllTyped(told, node)
    return Leaves(told, node)


def _is_sure(m, q):
    """Whether the sizes of a quantity are declared, computed or confirmed, and alike for all members of a family."""
    return (not q.implied or q.key in m.trial.table.confirmed) and not memberwise(m, q)


def _one_by_one(m, node, env, ranges):
    """For members of a family that are computed one at a time."""
    combine = {"sum": added, "prod": lambda a, x, y, n: multiplied(a, x, y, "", n)}.get(node.op)
    if combine is None:
        raise Unclear(f"{node.op} over the members of a family", node)
    places: list[dict[str, Array]] = [{}]
    for name, (low, high) in ranges.items():
        places = [{**p, name: Array((), np.asarray(k))} for p in places for k in range(low, high + 1)]
    if len(places) > MOST:
        raise Unclear(f"more than {MOST} terms", node)
    terms = []
    for place in places:
        inner = env.with_indices(place)
        if all(np.all(c.data) for c in _condition(m, node, inner)):
            terms.append(m.value(node.body, inner))
    start = m.a.number(0 if node.op == "sum" else 1)
    return reduce(lambda x, y: combine(m.a, x, y, node), terms) if terms else start


def _sum(a: Algebra, body: Jet, dims, where):
    return a.total(body, dims, where)


def _product(a: Algebra, body: Jet, dims, where):
    if body.shape != ():
        raise Unclear("a product of arrays over an index")
    return a.product_over(body, dims, where)


def _extreme(better: Callable):
    def work(a: Algebra, body: Jet, dims, where):
        best, known = None, None
        for place in np.ndindex(*(where.size(d) for d in dims)):
            entry, wanted = one_place(body, where, dims, place)
            if best is None:
                best, known = entry, wanted
                continue
            wins = better(a, entry, best)
            take = conjunction([wanted, _either(wins, known)])
            best, known = a.choose(take, entry, best), _or(known, wanted)
        if best is None:
            raise Unclear("the largest or smallest of nothing")
        return best

    return work


def _jet_at(body: Jet, dim: str, k: int) -> Jet:
    return body.map(lambda part: at(part, dim, k))


def one_place(body: Jet, where: Array, dims: tuple[str, ...], place: tuple[int, ...]) -> tuple[Jet, Array]:
    """A value, and whether it counts, at one place of some axes."""
    wanted = where
    for dim, k in zip(dims, place, strict=True):
        body = _jet_at(body, dim, k)
        wanted = at(wanted, dim, k)
    return body, wanted


def _either(wins, known):
    names, (w, k) = aligned(wins, known)
    return Array(names, w | ~k)


def _or(x, y):
    names, (a, b) = aligned(x, y)
    return Array(names, a | b)


def larger(a: Algebra, x: Jet, y: Jet) -> Array:
    """Where x > y."""
    names, (u, v) = aligned(y.base, x.base)
    return Array(names, a.field.less(u, v))


def _smaller(a, x, y):
    return larger(a, y, x)


OPERATORS: dict[str, Callable] = {"sum": _sum, "prod": _product, "max": _extreme(larger), "min": _extreme(_smaller)}
