"""The condition under a maximum or a product that goes without saying: it is put in when read, and left out in print.

An entry outside its tensor does not count in max, min, prod and lse, so `max_{p} X_{s·i+p}` needs no `0 ≤ s·i+p < n`.
"""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Expr, Mul

from .affine import within
from .indices import Index
from .nodes import Binder, Entry, Inside, Pick, Reduce
from .tensors import Ref

NEUTRAL = ("max", "min", "prod", "lse")
"""Reductions in which an entry outside its tensor is left out, since there 0 would count."""


def implied(op: str, body: Expr, bound: tuple[Index, ...]) -> tuple[Expr, ...]:
    """The brackets that the entries of a body bring with them.

    >>> from symgrad.expr.indices import param
    >>> from symgrad.expr.tensors import input_tensor
    >>> x, p = input_tensor("x", (param("n"),)), Index("p", 3)
    >>> implied("max", Entry(x.ref, p), (p,))
    (Inside(p, n),)
    """
    return tuple(dict.fromkeys(_inside(body, set(bound)))) if op in NEUTRAL else ()


def _inside(body: Expr, bound: set[Index], held: frozenset = frozenset()) -> Iterator[Expr]:
    """Of each entry read in the body; where its bracket is a factor beside it, `[0 ≤ e < n]·X_e`, 0 is meant."""
    if isinstance(body, Entry):
        if isinstance(body.base, Ref):
            yield from (bracket for bracket in _brackets(body, bound) if bracket not in held)
    elif not isinstance(body, Binder):
        held = held.union(a for a in Mul.make_args(body) if isinstance(a, Inside))
        for part in body.args:
            yield from _inside(part, bound, held)


def _brackets(e: Entry, bound: set[Index]) -> list[Expr]:
    places = zip(e.where, e.base.tensor.shape, strict=True)
    return [Inside(w, n) for w, n in places if w.atoms(Index) & bound and not within(w, n)]


def said(e: Reduce | Pick) -> Expr:
    """The guard that has to be printed."""
    silent = implied(e.op, e.body, e.bound)
    return Mul(*(a for a in Mul.make_args(e.guard) if a not in silent))


def spoken(e: Reduce | Pick) -> Reduce | Pick:
    """e with the brackets in its body that keep a reader from leaving out what counts as 0.

    >>> from symgrad.expr.indices import param
    >>> from symgrad.expr.tensors import input_tensor
    >>> from symgrad.expr.nodes import over
    >>> x, p = input_tensor("x", (param("n"),)), Index("p", 3)
    >>> spoken(over("max", Entry(x.ref, p), p))
    Reduce(max, x[p]*Inside(p, n), 1, (p,))
    """
    given = Mul.make_args(e.guard)
    missing = [b for b in implied(e.op, e.body, e.bound) if b not in given]
    if not missing:
        return e
    entries = [a for a in e.body.atoms(Entry) if isinstance(a.base, Ref)]
    swaps = {a: Mul(*(b for b in _brackets(a, set(e.bound)) if b in missing), a) for a in entries}
    return e.func(*(a.xreplace(swaps) if a is e.body else a for a in e.args))
