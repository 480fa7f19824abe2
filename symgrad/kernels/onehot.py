"""One-hot factors `[t[n] = v]` in sums: an entry is looked up, or entries are added up by label; no mask is made.

Σ_v [t[n] = v] u[v, …] = u[t[n], …]          (0 where no v is t[n])
Σ_n [t[n] = v] g[n, …]                       for every v: each g[n, …] is added to the row t[n]
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sympy import Expr, Integer

from ..expr.indices import Index
from ..expr.nodes import Bracket, Compare, Pick
from .labelled import Aligner
from .program import Labelled


class OneHot(NamedTuple):
    """A factor `[label = index]`, and the other factors, those with the index apart."""

    factor: Expr
    label: Expr
    index: Index
    read: list[Expr]
    rest: list[Expr]


def _onehots(factors: Sequence[Expr]) -> Iterator[OneHot]:
    for f in factors:
        if isinstance(f, Compare) and f.relation == "==":
            for index, label in ((f.left, f.right), (f.right, f.left)):
                if isinstance(index, Index) and index not in label.atoms(Index):
                    others = [g for g in factors if g is not f]
                    read = [g for g in others if index in g.atoms(Index)]
                    yield OneHot(f, label, index, read, [g for g in others if g not in read])


def looked_up(factors: Sequence[Expr], bound: Sequence[Index]) -> OneHot | None:
    """A label for a bound index over which something is read, under no other condition on that index."""
    for h in _onehots(factors):
        if h.index in bound and h.read and not any(isinstance(g, (Bracket, Pick)) for g in h.read):
            return h
    return None


def added_up(factors: Sequence[Expr], bound: Sequence[Index]) -> OneHot | None:
    """A label with bound indices for a free index on which nothing else depends."""
    for h in _onehots(factors):
        if h.index not in bound and not h.read and h.label.atoms(Index) & set(bound):
            return h
    return None


def look_up(at: Aligner, x: Labelled, label: Labelled, v: Index) -> Labelled:
    """`Σ_v [label = v] x[…, v, …]`"""
    common = [i for i in label.labels if i in x.labels]
    places = [i for i in label.labels if i not in common]
    rest = [i for i in x.labels if i is not v and i not in common]
    rows = at.builder.axes(x.value, [x.labels.index(i) for i in (*common, v, *rest)])
    where = at.builder.axes(label.value, [label.labels.index(i) for i in (*common, *places)])
    labels = (*common, *places, *rest)
    made = at.builder.value("picked", (rows, where), (Integer(len(common)),), [i.size for i in labels])
    return at.labelled(made, labels)


def add_up(at: Aligner, g: Labelled, label: Labelled, v: Index, bound: Sequence[Index]) -> Labelled:
    """`Σ_bound [label = v] g`; the bound indices are labels of `label`."""
    kept = [i for i in label.labels if i not in bound]
    places = [i for i in label.labels if i in bound]
    rest = [i for i in g.labels if i not in label.labels]
    g = at.full(g, label.labels)
    entries = at.builder.axes(g.value, [g.labels.index(i) for i in (*kept, *places, *rest)])
    where = at.builder.axes(label.value, [label.labels.index(i) for i in (*kept, *places)])
    labels = (*kept, v, *rest)
    options = (v.size, Integer(len(kept)))
    made = at.builder.value("onehot_sum", (entries, where), options, [i.size for i in labels])
    return at.labelled(made, labels)
