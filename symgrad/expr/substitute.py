"""Substitution that never captures: bound indices get fresh names before anything is put under them."""

from __future__ import annotations

from collections.abc import Sequence

from sympy import Expr

from .indices import Index, fresh
from .nodes import Binder
from .walk import walk


def refresh(e: Expr) -> Expr:
    """e with every index that it binds renamed to one that occurs nowhere else.

    >>> from symgrad.expr.indices import Index, param
    >>> from symgrad.expr.nodes import total
    >>> k = Index("k", param("n")); a, b = total(k, k), refresh(total(k, k))
    >>> a == b, b.bound[0].letter
    (False, 'k')
    """
    names = {i: fresh(i) for b in walk(e) if isinstance(b, Binder) for i in b.bound}
    return e.xreplace(names) if names else e


def instantiate(free: Sequence[Index], body: Expr, where: Sequence[Expr]) -> Expr:
    """The body at `free = where`, with fresh bound indices: one entry of an equation."""
    return refresh(body).xreplace({i: e for i, e in zip(free, where, strict=True) if i != e})
