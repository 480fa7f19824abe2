"""Arithmetic of labelled values: aligned by index, in the one order that an equation fixes for its indices."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sympy import Mul

from ..expr.indices import Index
from .program import Builder, Labelled, Value

ASSUMED_SIZE = 32
"""What a symbolic size counts when the order of several contractions is chosen."""


class Aligner:
    """Values by index; `rank` is the order of the indices of one equation, free ones first."""

    def __init__(self, builder: Builder):
        self.builder = builder
        self.rank: dict[Index, int] = {}

    def see(self, *indices: Index) -> None:
        for i in indices:
            self.rank.setdefault(i, len(self.rank))

    def sort(self, labels: Iterable[Index]) -> tuple[Index, ...]:
        return tuple(sorted(dict.fromkeys(labels), key=self.rank.__getitem__))

    def labelled(self, value: Value, labels: Sequence[Index]) -> Labelled:
        """A value whose axes carry these labels, put in order."""
        ordered = self.sort(labels)
        return Labelled(self.builder.axes(value, [labels.index(i) for i in ordered]), ordered)

    def spread(self, x: Labelled, labels: Sequence[Index]) -> Value:
        """x with an axis for each label: of size 1 where x lacks it; leading ones are left to broadcasting."""
        places = [x.labels.index(i) if i in x.labels else None for i in labels]
        while places and places[0] is None:
            places.pop(0)
        return self.builder.axes(x.value, places)

    def ufunc(self, name: str, *args: Labelled, kind: str = "float") -> Labelled:
        labels = self.sort(i for a in args for i in a.labels)
        return Labelled(self.builder.ufunc(name, *(self.spread(a, labels) for a in args), kind=kind), labels)

    def where(self, condition: Labelled, a: Labelled, b: Labelled) -> Labelled:
        labels = self.sort((*condition.labels, *a.labels, *b.labels))
        return Labelled(self.builder.where(*(self.spread(x, labels) for x in (condition, a, b))), labels)

    def cast(self, x: Labelled) -> Labelled:
        return Labelled(self.builder.cast(x.value), x.labels)

    def full(self, x: Labelled, labels: Sequence[Index]) -> Labelled:
        """x spread over every one of the labels."""
        labels = self.sort((*x.labels, *labels))
        if labels == x.labels:
            return x
        return Labelled(self.builder.broadcast(self.spread(x, labels), [i.size for i in labels]), labels)

    def reduce(self, name: str, x: Labelled, bound: Iterable[Index]) -> Labelled:
        places = [x.labels.index(i) for i in bound if i in x.labels]
        kept = tuple(i for i in x.labels if i not in set(bound))
        return Labelled(self.builder.reduce(name, x.value, places), kept)

    # Sums of products.

    def contract(self, factors: Sequence[Labelled], bound: Sequence[Index]) -> Labelled:
        """`Σ_bound Π factors`, two factors at a time; every bound index is a label of a factor."""
        factors = list(factors)
        while len(factors) > 2:
            a, b = self._cheapest(factors, bound)
            rest = [f for f in factors if f is not a and f is not b]
            here = [i for i in bound if i in (*a.labels, *b.labels) and not any(i in f.labels for f in rest)]
            factors = [*rest, self._pair(a, b, here)]
        if len(factors) == 1:
            return self.reduce("sum", factors[0], bound)
        a, b = factors
        return self._pair(a, b, bound)

    def _cheapest(self, factors, bound):
        def cost(pair):
            a, b = pair
            rest = [f for f in factors if f is not a and f is not b]
            outside = {i for f in rest for i in f.labels}
            left = [i for i in {*a.labels, *b.labels} if i not in bound or i in outside]
            return float(_count(left)), float(_count({*a.labels, *b.labels}))

        pairs = [(a, b) for k, a in enumerate(factors) for b in factors[k + 1 :]]
        return min(pairs, key=cost)

    def _pair(self, a: Labelled, b: Labelled, bound: Sequence[Index]) -> Labelled:
        a = self.reduce("sum", a, [i for i in bound if i in a.labels and i not in b.labels])
        b = self.reduce("sum", b, [i for i in bound if i in b.labels and i not in a.labels])
        common = [i for i in bound if i in a.labels]
        if not common:
            return self.ufunc("multiply", a, b)
        out = self.sort(i for i in (*a.labels, *b.labels) if i not in common)
        names = {i: chr(97 + k) for k, i in enumerate(self.sort((*a.labels, *b.labels)))}
        spec = tuple("".join(names[i] for i in labels) for labels in (a.labels, b.labels, out))
        a, b = self.cast(a), self.cast(b)
        return Labelled(self.builder.value("contract", (a.value, b.value), spec, [i.size for i in out]), out)


def _count(labels):
    return Mul(*(i.size if i.size.is_Integer else ASSUMED_SIZE for i in labels))
