"""A first look at many candidates: floats at one trial, with what all of them share computed once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, product

import numpy as np

from ...tex.syntax import Big, Node
from ..names.letters import free_letters
from ..names.table import Unclear
from ..values.arrays import Array
from ..values.context import Environment, NeedsMembers, Value, fresh, settled
from ..values.fields import FLOAT, NotExact
from ..values.jets import Jet
from ..values.meaning import Meaning
from ..values.ranges import values
from ..verdicts.claims import BROKEN, POINTS, Judge, member_values, outcome_of, side_range

TRIALS = 4
FRAMES = 2
PLACES = 40
FAULTS = (Unclear, NotExact, NeedsMembers, RecursionError, MemoryError, *BROKEN)


class Remembering(Meaning):
    """Keeps the values of nodes that many candidates share, in one environment; counts what it evaluates in `work`."""

    work = 0
    """Nodes evaluated, a sum as ten."""

    def remember(self, nodes: Iterable[Node], env: Environment) -> None:
        """From now on these nodes are evaluated once in this environment."""
        self.shared = {id(node): node for node in nodes}
        self.home = env
        self.kept: dict[int, tuple[Value, tuple[Array, ...]]] = {}

    def value(self, node: Node, env: Environment) -> Value:
        """The value of a formula."""
        self.work += 10 if isinstance(node, Big) else 1
        if env is not getattr(self, "home", None) or id(node) not in self.shared:
            return super().value(node, env)
        if id(node) not in self.kept:
            before = len(self.masks)
            found = super().value(node, env)
            self.kept[id(node)] = found, tuple(self.masks[before:])
            return found
        found, masks = self.kept[id(node)]
        self.masks += masks
        return found


class Frame:
    """One trial, the values of the letters, and the value of the side that stays.

    Where the side that is changed has values everywhere, a change must leave them: √y is y where it exists, for y = ±1.
    """

    whole = False

    def __init__(self, meaning: Remembering, env: Environment, fixed: Node):
        self.meaning, self.env, self.fixed = meaning, env, fixed
        meaning.masks.clear()
        self.value = meaning.value(fixed, env)
        self.masks = tuple(meaning.masks)

    @property
    def counts(self) -> bool:
        """Whether the side that stays has a value anywhere."""
        return all(np.any(mask.data) for mask in self.masks)

    def agrees(self, side: Node) -> bool:
        """Whether the other side has the same value, and both have one."""
        m = self.meaning
        m.masks[:] = self.masks
        x, y = self.value, m.value(side, self.env)
        n = next((v.shape[-1] for v in (x, y) if isinstance(v, Jet) and len(v.shape) == 2), None)
        x, y = settled(m.a, x, n, self.fixed), settled(m.a, y, n, side)
        if x.shape != y.shape or (self.whole and not _finite(y).all()):
            return False
        outcome = outcome_of(m, x, y)
        return outcome.equal and outcome.points > 0


class Sieve:
    """Lets through what equals one side in one trial, where both sides have values."""

    def __init__(self, judge: Judge, fixed: Node, changed: Node, around: Sequence[Node], shared: Iterable[Node]):
        self.judge, self.fixed = judge, fixed
        self.sides = (fixed, changed, *around)
        self.letters = free_letters(judge.table, fixed, changed)
        self.shared = tuple(shared)
        self.frames = self._first()

    @property
    def work(self) -> int:
        """How much was evaluated: nodes are counted, since time depends on the machine."""
        return sum(frame.meaning.work for frame in self.frames)

    def passes(self, side: Node) -> bool:
        """Whether the two sides are equal at one trial."""
        try:
            with np.errstate(all="ignore"):
                return bool(self.frames) and all(frame.agrees(side) for frame in self.frames)
        except FAULTS:
            return False

    def _first(self) -> tuple[Frame, ...]:
        """The frames of the first trial in which the side that stays has a value."""
        for positive, k in product((False, True), range(TRIALS)):
            trial = self.judge._trial(FLOAT, k, POINTS, positive)
            meaning = Remembering(trial, self.judge.layout)
            try:
                found = tuple(islice(self._frames(meaning, ()), FRAMES))
            except FAULTS:
                continue
            if any(frame.counts and _finite(frame.value).any() for frame in found):
                return found
        return ()

    def _frames(self, meaning: Remembering, chosen: tuple[str, ...]) -> Iterator[Frame]:
        """Letters that choose a member of a family take one value at a time."""
        ranges = [member_values(meaning, letter) for letter in chosen]
        for place in islice(product(*(tuple(r)[::-1] for r in ranges)), PLACES):
            fixed = {n: Array((), np.asarray(v)) for n, v in zip(chosen, place, strict=True)}
            try:
                yield self._frame(meaning, fixed)
            except NeedsMembers as need:
                more = tuple(dict.fromkeys((*chosen, *need.letters)))
                if more != chosen:
                    yield from self._frames(meaning, more)
                return
            except (Unclear, *BROKEN):
                if not chosen:
                    raise

    def _frame(self, meaning, fixed):
        env = Environment(dict(fixed))
        bound = {}
        for letter in self.letters:
            if letter not in fixed:
                low, high = side_range(meaning, letter, self.sides, env)
                bound[letter] = values(fresh(letter), low, high)
        env = env.with_indices(bound)
        own = Remembering(meaning.trial, meaning.layout)
        own.remember(self.shared, env)
        with np.errstate(all="ignore"):
            frame = Frame(own, env, self.fixed)
            frame.whole = _has_values(own, self.sides[1], env)
        return frame


def _has_values(meaning, node, env):
    """Whether the side that is changed has values everywhere; raises where it needs letters one at a time."""
    try:
        value = meaning.value(node, env)
    except NeedsMembers:
        raise
    except FAULTS:
        return False
    return bool(_finite(value).all())


def _finite(value):
    """Where a value is a number."""
    return np.isfinite(value.base.data) if isinstance(value, Jet) else np.ones(1, bool)
