"""Reading a tensor at index maps: as it stands, through windows where the maps are affine, else by gathering."""

from __future__ import annotations

from sympy import Expr, Integer

from ..expr.affine import coefficient, within
from ..expr.indices import Index
from ..expr.nodes import Entry
from .labelled import Aligner
from .positions import position
from .program import Labelled, Value

Affine = tuple[Expr, tuple[tuple[Index, Expr], ...]]
"""(offset, ((index, step), …)) of `offset + Σ step·index`."""


def read(at, e: Entry, fill: Expr) -> Labelled:
    """The entry at every value of the indices in its maps; `fill` outside of the tensor."""
    x = at.values[e.base.tensor]
    for i in sorted(e.atoms(Index), key=str):
        at.see(i)
    places = plain(e, x)
    if places is not None:
        return at.labelled(at.builder.axes(x, places), [e.where[k] for k in places])
    maps = [affine(w) for w in e.where]
    if all(m is not None for m in maps):
        return windowed(at, x, [m for m in maps if m is not None], fill)
    return gathered(at, x, e.where, fill)


def plain(e: Entry, x: Value) -> list[int] | None:
    """The axes read by an index of their own that runs over all of them, if the others have one entry, else None."""
    places = [k for k, w in enumerate(e.where) if not (w == 0 and x.shape[k] == 1)]
    read = [e.where[k] for k in places]
    whole_axes = all(isinstance(e.where[k], Index) and e.where[k].size == x.shape[k] for k in places)
    return places if whole_axes and len(set(read)) == len(read) else None


def affine(e: Expr) -> Affine | None:
    """offset and steps of an index map; None where it is not affine over the integers."""
    steps, rest = [], e
    for i in sorted(e.atoms(Index), key=str):
        parts = coefficient(rest, i)
        if parts is None or parts[0].atoms(Index):
            return None
        step, rest = parts
        steps.append((i, step))
    whole = all(n.as_numer_denom()[1] == 1 for n in (rest, *(s for _, s in steps)))
    return (rest, tuple(steps)) if whole and not rest.atoms(Index) else None


def windowed(at: Aligner, x: Value, maps: list[Affine], fill: Expr) -> Labelled:
    """A view with an axis for each index; where a map leaves its axis, of a copy with a border."""
    labels = at.sort(i for _, steps in maps for i, _ in steps)
    options = (
        tuple(
            (offset, tuple((labels.index(i), step) for i, step in steps), whole(offset, steps, n))
            for (offset, steps), n in zip(maps, x.shape, strict=True)
        ),
        tuple(i.size for i in labels),
        fill,
    )
    return Labelled(at.builder.value("window", (x,), options, [i.size for i in labels], x.kind), labels)


def whole(offset: Expr, steps, n: Expr) -> bool:
    """Whether the map surely stays inside its axis."""
    e = offset
    for i, step in steps:
        e += step * i
    return within(e, n)


def gathered(at: Aligner, x: Value, where, fill: Expr) -> Labelled:
    """Positions as integer arrays; those outside are clipped for the look-up and filled after it."""
    found = [position(at, w) for w in where]
    labels = at.sort(i for p in found for i in p.labels)
    outside = [k for k, (w, n) in enumerate(zip(where, x.shape, strict=True)) if not within(w, n)]
    value = at.builder.value(
        "gather",
        (x, *(at.spread(p, labels) for p in found)),
        (tuple(outside),),
        [i.size for i in labels],
        x.kind,
    )
    result = Labelled(value, labels)
    for k in outside:
        low = at.ufunc("greater_equal", found[k], Labelled(at.builder.number(Integer(0)), ()), kind="bool")
        high = at.ufunc("less", found[k], Labelled(at.builder.size(x.shape[k]), ()), kind="bool")
        inside = at.ufunc("logical_and", low, high, kind="bool")
        result = at.where(inside, result, Labelled(at.builder.number(fill), ()))
    return result
