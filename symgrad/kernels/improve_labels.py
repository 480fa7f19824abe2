"""A sum with `[t[n] = k] w[n]`, the gradient of a loss of classes: written at one place of a row, no mask is made."""

from __future__ import annotations

from sympy import Integer

from .program import Builder, Value


def changed_at_label(at: Builder, v: Value) -> Value | None:
    """`x[n,k] − [c[n]] [t[n] = k] w[n]`, or with plus."""
    if v.options[0] not in ("add", "subtract"):
        return None
    sides = (v.args,) if v.options[0] == "subtract" else (v.args, v.args[::-1])
    for x, term in sides:
        found = at_label(at, term, v.shape) if x.shape == v.shape else None
        if found:
            where, amount, axis = found
            amount = amount if v.options[0] == "subtract" else at.ufunc("negative", amount)
            return at.value("less_at_label", (x, where, amount), (Integer(axis),), v.shape)
    return None


def at_label(at: Builder, term: Value, shape) -> tuple[Value, Value, int] | None:
    """(t, w, axis) of `[t = k] w`, other conditions put into w; k runs along the axis."""
    if term.op not in ("where", "selected") or len(shape) < 2:
        return None
    conditions, w = conjuncts(term.args[0]), term.args[1]
    if term.op == "where" and not (term.args[2].op == "number" and term.args[2].options[0] == 0):
        return None
    for c in conditions:
        found = label(c, shape)
        if found:
            where, axis = found
            others = [without(at, d, axis, shape) for d in (w, *(d for d in conditions if d is not c))]
            known = [d for d in others if d is not None]
            if len(known) < len(others):
                return None
            amount = known[0]
            for d in known[1:]:
                amount = at.where(d, amount, at.number(Integer(0)))
            return where, amount, axis
    return None


def conjuncts(c: Value) -> list[Value]:
    if c.op == "ufunc" and c.options[0] == "logical_and":
        return [d for a in c.args for d in conjuncts(a)]
    return [c]


def label(c: Value, shape) -> tuple[Value, int] | None:
    """(t, axis) of the condition `t[…] = k`, k the position along the axis of an array of that shape."""
    if c.op != "ufunc" or c.options[0] != "equal":
        return None
    for t, k in (c.args, c.args[::-1]):
        axis = position_axis(k, shape)
        if axis is not None and t.op == "axes":
            places = (*range(axis), None, *range(axis, len(shape) - 1))
            if t.options[0] == places and len(t.args[0].shape) == len(shape) - 1:
                return t.args[0], axis
    return None


def position_axis(k: Value, shape) -> int | None:
    """The axis along which k is 0, 1, …"""
    places, rank = (0,), 1
    if k.op == "axes":
        (k,), (places,) = k.args, k.options
        rank = len(places)
    k = k.args[0] if k.op == "cast" else k
    axis = len(shape) - rank + (places.index(0) if 0 in places else 0)
    fits = k.op == "arange" and sorted(p for p in places if p is not None) == [0] and k.options[0] == shape[axis]
    return axis if fits else None


def without(at: Builder, x: Value, axis: int, shape) -> Value | None:
    """x, the same for every place along the axis, with that axis left out; None if it is not the same."""
    if not x.shape:
        return x
    if len(x.shape) != len(shape) or x.op != "axes" or x.options[0][axis] is not None:
        return None
    return at.axes(x, [p for p in range(len(shape)) if p != axis])


LABELS = (("ufunc", changed_at_label),)
