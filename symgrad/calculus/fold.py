"""Folding: a named tensor written where its body stands, `Σ_j A[i,j] x[j]` as `q[i]`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sympy import Expr

from ..derivation import Derivation, Step
from ..expr.indices import Index
from ..expr.nodes import Entry, Reduce
from ..expr.tensors import Tensor
from ..rules.algebra import alpha_key
from ..rules.tables import TIDY, chain


def fold(done: Derivation, known: Iterable[Tensor]) -> Derivation:
    """The derivation with a further step for each named tensor whose body its result holds."""
    for t in known:
        result = done.result
        swaps = dict(_matches(result, t))
        if swaps:
            after = result.xreplace(swaps)
            before, by = next(iter(swaps.items()))
            step = Step(f"{t.display} written for its body", "q is written for its body", before, by, after, "fold")
            tidied = chain(after, [(TIDY,)])
            done = replace(done, steps=(*done.steps, step, *tidied.steps))
    return done


def _matches(e: Expr, t: Tensor):
    free, body = t.equation
    for part in e.atoms(type(body)) if isinstance(body, Reduce) else ():
        where = _where(part, free, body)
        if where and alpha_key(part) == alpha_key(body.xreplace(where)):
            yield part, Entry(t.ref, *(where[i] for i in free))


def _where(part: Expr, free: tuple[Index, ...], body: Expr) -> dict | None:
    """Index maps for the free indices of the body that may make it the part, read off entries of equal tensors."""
    found: dict = {}
    inner = {i for binder in part.atoms(Reduce) for i in binder.bound}
    for mine in body.atoms(Entry):
        theirs = [e for e in part.atoms(Entry) if e.base == mine.base]
        if len(theirs) == 1:
            for i, e in zip(mine.where, theirs[0].where, strict=True):
                if i in free and not inner & e.free_symbols:
                    found.setdefault(i, e)
    return found if len(found) == len(free) else None
