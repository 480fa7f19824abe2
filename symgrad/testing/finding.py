"""Finding: what is wrong with the gradient of one argument, how, when, the worst entry, and the smallest example."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .condition import Predicate, condition
from .draw import Space
from .evidence import Evidence
from .example import Example
from .experiments import around, shrunk, varied, variety
from .judge import Judge, shapes_text
from .outcome import CHECKS, Outcome
from .relations import RELATIONS, Relation

Key = tuple[str, str]
BASES = 2
"""Failing examples around which each factor is varied."""
VARIED = 4
"""Larger examples that are made for each of them, so that a relation shows in some."""
WITNESSES = 4
"""Failing examples in all of which a relation has to hold."""


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
class Finding:
    """`argument` ("" for the outputs), `relation` (its key), `told` (it in words), `condition`, `worst`, `smallest`."""

    argument: str
    relation: str
    told: str
    condition: str
    failing: int
    tried: int
    smallest: Example
    shapes: str
    worst: Worst | None = None
    oracles: str = ""
    check: str = "value"
    reproduce: Any = field(default=None, compare=False, repr=False)

    def __str__(self):
        return f"{self.subject} {self.verb}{self.when}"

    @property
    def subject(self) -> str:
        return f"grad {self.argument}" if self.argument else "the layer"

    @property
    def verb(self) -> str:
        return {"value": "is wrong", "raises": "raises", "convention": "is not as pinned"}.get(
            self.check, f"is wrong: {self.relation}"
        )

    @property
    def when(self) -> str:
        return "" if self.condition == "always" else f" only when {self.condition}"


class Diagnosis:
    """The findings of a campaign."""

    def __init__(self, judge: Judge, space: Space, outcomes: Sequence[Outcome]):
        self.judge, self.space, self.outcomes = judge, space, list(outcomes)
        self.known = {o.example: o for o in outcomes}

    def findings(self) -> list[Finding]:
        """One for each argument: what is wrong with it most often."""
        counts: dict[Key, int] = {}
        for o in self.outcomes:
            for t in o.troubles:
                counts[t.key] = counts.get(t.key, 0) + 1
        order = list(CHECKS)
        keys = sorted(counts, key=lambda k: (k[1] != "mutates", -counts[k], order.index(k[1])))
        kept: list[Key] = []
        for key in keys:
            if not any(k[0] == key[0] for k in kept):
                kept.append(key)
        return [self.finding(key) for key in kept if not self.follows(key, kept)]

    def follows(self, key: Key, kept: list[Key]) -> bool:
        """Whether it only shows where something was changed in place, which explains it."""
        others = [k for k in kept if k[1] == "mutates" and k != key]
        return any(all(o.has(k) for o in self.outcomes if o.has(key)) for k in others)

    def judged(self, example: Example) -> Outcome:
        if example not in self.known:
            self.known[example] = self.judge(example)
        return self.known[example]

    def finding(self, key: Key) -> Finding:
        failing = [o for o in self.outcomes if o.has(key)]
        bases = sorted(failing, key=variety, reverse=True)
        for base in bases[:BASES]:
            for e in (*around(self.space, base.example), *varied(self.space, base.example, VARIED)):
                self.judged(e)
        when = self.when(key)
        smallest = shrunk(self.space, min(failing, key=size).example, lambda e: self.judged(e).has(key))
        relation, told, worst, oracles = self.explained(key)
        return Finding(
            key[0],
            relation,
            told,
            when.text,
            len(failing),
            len([o for o in self.outcomes if counts_for(o, key)]),
            smallest,
            shapes_text(self.judge.signature, smallest),
            worst,
            oracles,
            key[1],
        )

    def when(self, key: Key) -> Predicate:
        """The condition, from all examples in which the check could have failed."""
        failing = [o.example for o in self.known.values() if o.has(key)]
        passing = [o.example for o in self.known.values() if not o.has(key) and counts_for(o, key)]
        return condition(failing, passing, self.judge.signature)

    def explained(self, key: Key):
        """(relation, words, worst entry, oracles): the first relation that holds in most of the varied examples."""
        failing = sorted((o for o in self.known.values() if o.has(key)), key=variety, reverse=True)[:WITNESSES]
        troubles = [next(t for t in o.troubles if t.key == key) for o in failing]
        table = RELATIONS.get(key[1], ())
        if not table or not key[0]:
            return key[1], troubles[0].detail or CHECKS[key[1]], None, ""
        witnesses = [Evidence(self.judge, o.example, t) for o, t in zip(failing, troubles, strict=True)]
        with np.errstate(all="ignore"):
            relation, told = voted(table, witnesses)
            return relation, told, worst_entry(witnesses[0]), "differences"


def voted(table: Sequence[Relation], witnesses: Sequence[Evidence]) -> tuple[str, str]:
    """The relation that most examples name, each the first that holds in it: one alone may be too small to show it."""
    named = [(e, *first(table, e)) for e in witnesses]
    weights: dict[str, float] = {}
    for _, relation, _ in named:
        weights[relation.key] = weights.get(relation.key, 0.0) + relation.weight
    key = max(weights, key=lambda k: weights[k])
    best = min((r for _, r, _ in named if r.key == key), key=table.index)
    voters = [(e, told) for e, r, told in named if r is best]
    told = best.joined([e for e, _ in voters], [told for _, told in voters])
    if told:
        return key, told
    return voted([r for r in table if r is not best], witnesses)


def first(table: Sequence[Relation], e: Evidence) -> tuple[Relation, str]:
    """The first relation that holds, and its words; the last one holds always."""
    return next((r, told) for r in table if (told := r.holds(e)) or r is table[-1])


def worst_entry(e: Evidence) -> Worst | None:
    if e.given.shape != e.x.shape or not e.x.size:
        return None
    right = e.right.near(e.given)
    k = np.unravel_index(int(np.argmax(np.abs(e.given - right))), right.shape)
    return Worst(tuple(int(i) for i in k), float(e.given[k]), float(right[k]), float(e.right.bound[k]))


def counts_for(o: Outcome, key: Key) -> bool:
    """Whether the check could have failed: the example was judged, and there is something in the argument."""
    empty = any(n == 0 for _, n in o.example.sizes) or 0 in o.example.lead
    if o.has(key):
        return True
    other = any(t.argument == key[0] or not key[0] or t.check == "raises" for t in o.troubles)
    return not (o.skipped or other or empty or key[0] in o.example.absent or key[0] in o.flat)


def size(o: Outcome) -> tuple:
    e = o.example
    return (e.values != "ordinary") + (e.upstream != "normal") + (e.layout != "contiguous"), sum(n for _, n in e.sizes)
