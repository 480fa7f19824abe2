"""Finding: what is wrong with the gradient of one argument, how, when, the worst entry, and the smallest example."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from .condition import Predicate, condition
from .draw import Space
from .evidence import Evidence, Measured
from .example import Example
from .experiments import around, shrinking, varied, variety
from .judge import Judge, shapes_text
from .naming import Named, Worst, holds, named
from .outcome import CHECKS, REMARKS, Outcome, raising
from .relations import RELATIONS

Key = tuple[str, str]
MUTATES = "mutates"
BASES = 2
"""Failing examples around which each factor is varied."""
VARIED = 4
"""Larger examples that are made for each of them, so that a relation shows in some."""
WITNESSES = 4
"""Failing examples in all of which a relation has to hold."""


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
    def remark(self) -> bool:
        """Whether it is told and is no fault."""
        return (self.argument, self.check) in REMARKS

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
        self.seen: dict[tuple[Key, Example], Evidence] = {}
        self.measured: dict[Example, Measured] = {}

    def findings(self) -> list[Finding]:
        """One for each argument: what is wrong with it most often; then remarks."""
        counts: dict[Key, int] = {}
        for o in self.outcomes:
            for t in o.troubles:
                counts[t.key] = counts.get(t.key, 0) + 1
        order = list(CHECKS)
        keys = sorted(counts, key=lambda k: (k in REMARKS, k[1] != MUTATES, -counts[k], order.index(k[1])))
        kept: list[Key] = []
        for key in keys:
            if key in REMARKS or not any(k[0] == key[0] for k in kept):
                kept.append(key)
        return [self.finding(key) for key in kept if not self.follows(key, kept)]

    def follows(self, key: Key, kept: list[Key]) -> bool:
        """Whether it only shows where something was changed in place, which explains it."""
        others = [k for k in kept if k[1] == MUTATES]
        return key[1] != MUTATES and any(all(o.has(k) for o in self.outcomes if o.has(key)) for k in others)

    def judged(self, example: Example) -> Outcome:
        if example not in self.known:
            (self.known[example],) = raising([self.judge(example)])
        return self.known[example]

    def finding(self, key: Key) -> Finding:
        failing = [o for o in self.outcomes if o.has(key)]
        for base in sorted(failing, key=variety, reverse=True)[:BASES]:
            for e in (*around(self.space, base.example), *varied(self.space, base.example, VARIED)):
                self.judged(e)
        when = self.when(key)
        smallest, named = self.shown(key, failing)
        return Finding(
            key[0],
            named.relation,
            named.told,
            when.text,
            len(failing),
            len([o for o in self.outcomes if counts_for(o, key)]),
            smallest,
            shapes_text(self.judge.signature, smallest),
            named.worst,
            named.oracles,
            key[1],
        )

    def when(self, key: Key) -> Predicate:
        """The condition, from all examples in which the check could have failed."""
        failing = [o.example for o in self.known.values() if o.has(key)]
        passing = [o.example for o in self.known.values() if not o.has(key) and counts_for(o, key)]
        return condition(failing, passing, self.judge.signature)

    # The example that is shown, and what is said of it.

    def shown(self, key: Key, failing: Sequence[Outcome]) -> tuple[Example, Named]:
        """The smallest example of which alone a report says what the campaign says; an only one is not made smaller."""
        if len(self.outcomes) == 1:
            return failing[0].example, self.said_of(key, failing[0].example)
        witnesses = self.witnesses(key, self.known.values())
        relation = self.explained(key, witnesses).relation
        start = min([o for o in failing if self.shows(o.example, key)] or failing, key=size).example
        smaller = shrinking(self.space, start, lambda e: self.shows(e, key))
        if not has_relations(key):
            return smaller[-1], self.explained(key, witnesses)
        for e in chain(reversed(smaller), self.keeping(key, relation, witnesses)):
            if self.said_of(key, e).relation == relation:
                return e, self.explained(key, witnesses, e)
        return smaller[-1], self.said_of(key, smaller[-1])

    def keeping(self, key: Key, relation: str, witnesses: Sequence[Evidence]) -> Iterator[Example]:
        """Examples in which the relation itself holds, the smallest first."""
        table = RELATIONS[key[1]]
        for e in witnesses:
            if holds(table, relation, e):
                kept = lambda e: self.shows(e, key) and holds(table, relation, self.evidence(key, e))  # noqa: E731
                yield from reversed(shrinking(self.space, e.example, kept))
                return

    def shows(self, example: Example, key: Key) -> bool:
        """Whether the example alone leads to this finding: what is changed in place may explain the rest."""
        found = self.judged(example)
        return found.has(key) and (key[1] == MUTATES or not any(t.check == MUTATES for t in found.troubles))

    def said_of(self, key: Key, example: Example) -> Named:
        """What a report of this example alone says: of it, and of larger ones with its hyper-parameters."""
        near = [self.judged(e) for e in (example, *varied(self.space, example, VARIED))] if has_relations(key) else []
        return self.explained(key, self.witnesses(key, near or [self.judged(example)]), example)

    def explained(self, key: Key, witnesses: Sequence[Evidence], shown: Example | None = None) -> Named:
        """The relation that most of the varied examples name, and that holds in the one that is shown."""
        if not has_relations(key):
            return Named(key[1], witnesses[0].trouble.detail or CHECKS[key[1]])
        return named(RELATIONS[key[1]], witnesses, self.evidence(key, shown) if shown else None)

    def witnesses(self, key: Key, outcomes: Iterable[Outcome]) -> list[Evidence]:
        """What is known of the most varied failing examples."""
        failing = sorted((o for o in outcomes if o.has(key)), key=variety, reverse=True)[:WITNESSES]
        return [self.evidence(key, o.example) for o in failing]

    def evidence(self, key: Key, example: Example) -> Evidence:
        if (key, example) not in self.seen:
            trouble = next(t for t in self.judged(example).troubles if t.key == key)
            self.seen[key, example] = Evidence(
                self.judge, example, trouble, self.measured.setdefault(example, Measured())
            )
        return self.seen[key, example]


def has_relations(key: Key) -> bool:
    """Whether there is more to say than the name of the check."""
    return bool(key[0]) and key[1] in RELATIONS


def counts_for(o: Outcome, key: Key) -> bool:
    """Whether the check could have failed: the example was judged, and there is something in the argument."""
    empty = any(n == 0 for _, n in o.example.sizes) or 0 in o.example.lead
    if o.has(key):
        return True
    faults = [t for t in o.troubles if not t.remark]
    other = any(t.argument == key[0] or not key[0] or t.check == "raises" for t in faults)
    return not (o.skipped or other or empty or key[0] in o.example.absent or key[0] in o.flat)


def size(o: Outcome) -> tuple:
    e = o.example
    return (e.values != "ordinary") + (e.upstream != "normal") + (e.layout != "contiguous"), sum(n for _, n in e.sizes)
