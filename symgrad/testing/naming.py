"""Naming a fault: the relation for which most examples vote, if the one that is shown does not contradict it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from .evidence import Evidence
from .relations import Relation

Table = Sequence[Relation]


@dataclass(frozen=True)
class Worst:
    """The entry that is farthest off."""

    place: tuple[int, ...]
    given: float
    right: float
    bound: float

    def __str__(self):
        where = f"[{','.join(map(str, self.place))}]" if self.place else ""
        return f"{where} = {self.given:.6g}, differences {self.right:.6g} ± {self.bound:.0e}"


@dataclass(frozen=True)
class Named:
    """The key of a relation, what it says in words, the worst entry, and which oracles agree."""

    relation: str
    told: str
    worst: Worst | None = None
    oracles: str = ""


def named(table: Table, witnesses: Sequence[Evidence], shown: Evidence | None = None) -> Named:
    """The first relation by votes; with an example that is shown, the first that holds there too."""
    with np.errstate(all="ignore"):
        found = (
            (r, told) for r, told in ranked(table, witnesses, shown) if shown is None or holds(table, r.key, shown)
        )
        relation, told = next(found, (table[-1], table[-1].holds(witnesses[0])))
        return Named(relation.key, told, worst_entry(witnesses[0]), "differences")


def ranked(table: Table, witnesses: Sequence[Evidence], shown: Evidence | None) -> Iterator[tuple[Relation, str]]:
    """Relations that examples name, each the first that holds in it: one alone may be too small to show it.

    The words of a relation fit the example that is shown as well, where it holds there in the same form.
    """
    while table:
        votes = [(e, *first(table, e)) for e in witnesses]
        weights: dict[str, float] = {}
        for _, relation, _ in votes:
            weights[relation.key] = weights.get(relation.key, 0.0) + relation.weight
        key = max(weights, key=lambda k: weights[k])
        best = min((r for _, r, _ in votes if r.key == key), key=table.index)
        voters = [(e, told) for e, r, told in votes if r is best]
        if shown is not None and (said := best.holds(shown)):
            voters.append((shown, said))
        if told := best.joined([e for e, _ in voters], [told for _, told in voters]):
            yield best, told
        table = [r for r in table if r is not best]


def first(table: Table, e: Evidence) -> tuple[Relation, str]:
    """The first relation that holds, and its words; the last one holds always."""
    return next((r, told) for r in table if (told := r.holds(e)) or r is table[-1])


def holds(table: Table, key: str, e: Evidence) -> bool:
    """Whether a relation holds in one example, in any of its forms."""
    with np.errstate(all="ignore"):
        return any(r.key == key and r.holds(e) for r in table)


def worst_entry(e: Evidence) -> Worst | None:
    if e.given.shape != e.x.shape or not e.x.size:
        return None
    right = e.right.near(e.given)
    k = np.unravel_index(int(np.argmax(np.abs(e.given - right))), right.shape)
    return Worst(tuple(int(i) for i in k), float(e.given[k]), float(right[k]), float(e.right.bound[k]))
