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


def _inside(body: Expr, bound: set[Index]) -> Iterator[Expr]:
    if isinstance(body, Entry):
        if isinstance(body.base, Ref):
            for e, n in zip(body.where, body.base.tensor.shape, strict=True):
                if e.atoms(Index) & bound and not within(e, n):
                    yield Inside(e, n)
    elif not isinstance(body, Binder):
        for part in body.args:
            yield from _inside(part, bound)


def said(e: Reduce | Pick) -> Expr:
    """The guard that has to be printed."""
    silent = implied(e.op, e.body, e.bound)
    return Mul(*(a for a in Mul.make_args(e.guard) if a not in silent))
