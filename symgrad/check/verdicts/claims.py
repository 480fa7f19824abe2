"""One claim, left = right, judged: evaluated in numbers that prove, nominate, refute."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product
from time import perf_counter

import numpy as np

from ...tex.syntax import Node, Number, Relation
from ..names.letters import free_letters
from ..names.table import IllTyped, Leaves, Quantity, Table, Unclear
from ..values.arrays import Array, aligned
from ..values.context import Environment, NeedsMembers, Ones, fresh, settled, shape_text
from ..values.fields import EXACT, FLOAT, Balls, Float, Modular, NotExact, Singular
from ..values.jets import Jet
from ..values.meaning import Meaning
from ..values.quantities import stored
from ..values.ranges import axis_range, index_range, values
from ..values.trial import POINT, Trial
from ..values.whole import index_condition

PROVED, AGREES, REFUTED, UNDECIDED = "proved", "agrees", "refuted", "undecided"
POINTS = 8
CLOSE = 1e-8
TRIALS = 5
ALONE = 12
SECONDS = 5.0
BROKEN = (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError)  # a fault of symgrad


@dataclass(frozen=True, eq=False)
class Counterexample:
    """Where two sides differ: the inputs, the indices, both values."""

    inputs: dict[str, str]
    indices: dict[str, int]
    left: str
    right: str


@dataclass(frozen=True, eq=False)
class Verdict:
    """What is known of a claim, and why."""

    kind: str
    why: str = ""
    node: Node | None = None
    points: int = 0
    counterexample: Counterexample | None = None
    notes: tuple[str, ...] = field(default=())

    @property
    def holds(self) -> bool:
        """Proved, or agreed at every point."""
        return self.kind in (PROVED, AGREES)

    def __str__(self) -> str:
        if self.kind == AGREES:
            return f"agrees ({self.points} points)"
        return f"{self.kind}: {self.why}" if self.why else self.kind


@dataclass(frozen=True, eq=False)
class Outcome:
    """The two sides in one trial: where they differ, over which axes."""

    equal: bool
    dims: tuple[str, ...]
    left: np.ndarray
    right: np.ndarray
    valid: np.ndarray
    points: int


class Judge:
    """Judges the claims of one document; trials and what they computed are shared by all of them."""

    def __init__(self, table: Table, layout: str = "mixed", quick: bool = False, padded: bool = False):
        self.table, self.layout, self.quick, self.padded = table, layout, quick, padded
        self._trials: dict[tuple[str, int, bool], Trial] = {}
        self.around: tuple[Node, ...] = ()
        self.given: tuple[Relation, ...] = ()

    def verdict(self, left: Node, right: Node, around: Sequence[Node] = (), given: Sequence[Relation] = ()) -> Verdict:
        """What holds of left = right where the conditions `given` hold.

        `around` are the other sides of its chain, which may tell the range of an index.
        """
        self.around = tuple(around)
        self.given = tuple(given)
        until = perf_counter() + SECONDS
        try:
            return self._verdict(left, right, until)
        except IllTyped as fault:
            names = {key for side in (left, right) for q in self.table.mentioned(side) for key in self.table.depends(q)}
            sure = self.table.confirmed | self.table.placeholders()
            guessed = sorted(key for key in names if self.table.quantities[key].implied and key not in sure)
            if guessed:
                return Verdict(UNDECIDED, f"{fault.why}; not declared: {', '.join(guessed)}", fault.node)
            return Verdict(REFUTED, fault.why, fault.node)
        except Unclear as fault:
            return Verdict(UNDECIDED, fault.why, fault.node)
        except (RecursionError, MemoryError):
            return Verdict(UNDECIDED, "too large", left)
        except BROKEN as fault:
            return Verdict(UNDECIDED, f"symgrad failed here, not you ({type(fault).__name__}: {fault})", left)

    def _verdict(self, left, right, until):
        try:
            outcomes = self._exactly(left, right)
            if outcomes and not any(o.points for o in outcomes.values()):
                return Verdict(UNDECIDED, "no place where both sides have a value", right)
            if outcomes and all(o.equal for o in outcomes.values()):
                return self._confirmed(left, right, next(iter(outcomes)))
        except NotExact:
            outcomes = {}
        return self._sampled(left, right, until, tuple(outcomes) or tuple(range(TRIALS)))

    def _exactly(self, left, right):
        """Two trials among remainders; sizes where a matrix is singular or an index leaves its axis are passed over."""
        out, why = {}, None
        for k in range(TRIALS):
            try:
                out[k] = self._compared(Modular(), k, left, right, 2)
            except (Singular, Leaves) as fault:
                why = fault
            if len(out) == 2:
                return out
        if not out and why is not None:
            raise why
        return out

    def _confirmed(self, left, right, k):
        """A proof among remainders, seen once more among floats."""
        try:
            seen = self._compared(FLOAT, k, left, right, POINTS)
        except NotExact:
            return Verdict(PROVED)
        if seen.equal or not np.any(seen.valid):
            return Verdict(PROVED)
        return self._refuted(left, right) or Verdict(PROVED, notes=("floats differ by rounding",))

    def _sampled(self, left, right, until, trials):
        points, worst, left_axis = 0, None, None
        for positive, k in product((False, True), trials[:3]):
            if perf_counter() > until:
                return Verdict(UNDECIDED, "time")
            try:
                outcome = self._compared(FLOAT, k, left, right, POINTS, positive)
            except Leaves as fault:
                left_axis = fault
                continue
            points += outcome.points
            if not outcome.equal:
                worst = outcome
                break
        if worst is not None:
            return self._refuted(left, right) or Verdict(UNDECIDED, "the sides differ in floats, not beyond rounding")
        if not points and left_axis is not None:
            raise left_axis
        return (
            Verdict(AGREES, points=points) if points else Verdict(UNDECIDED, "no point where both sides have a value")
        )

    def _refuted(self, left, right):
        """A counterexample in fractions or intervals, at the smallest sizes; none where it must be quick."""
        if self.quick:
            return Verdict(REFUTED, "the sides differ in floats")
        trials = [
            *product((EXACT, Balls()), (False, True), range(3)),
            *product((Balls(),), (False, True), range(3, 3 + ALONE)),
        ]
        for field_, positive, k in trials:
            try:  # the further trials have one point each: where a root is real there, it need not be elsewhere
                outcome = self._compared(field_, k, left, right, 3 if k < 3 else 1, positive)
            except (NotExact, Leaves):
                continue
            if not outcome.equal:
                return Verdict(REFUTED, counterexample=self._shown(outcome, field_, k, positive, (left, right)))
        return None

    def constant(self, node: Node) -> bool:
        """Whether an expression has one value whatever the inputs are."""
        try:
            outcome = self._compared(FLOAT, 0, node, node, POINTS)
        except (Unclear, NotExact, RecursionError, *BROKEN):
            return False
        if POINT not in outcome.dims:
            return True
        values_ = outcome.left.reshape(outcome.left.shape[0], -1)
        return bool(np.allclose(values_, values_[:1], rtol=1e-9, equal_nan=True))

    def vanishes(self, node: Node) -> bool:
        """Whether an expression is zero, whatever the inputs are."""
        try:
            outcome = self._compared(FLOAT, 0, node, Number(node.at, node.end, Fraction(0)), POINTS)
        except (Unclear, NotExact, RecursionError, *BROKEN):
            return False
        return outcome.equal and outcome.points > 0

    def is_number(self, quantity: Quantity) -> bool:
        """Whether what a name is defined as is a number."""
        try:
            value = stored(Meaning(self._trial(FLOAT, 0, POINTS, False), self.layout), quantity, Environment())
        except (Unclear, NotExact, NeedsMembers, RecursionError, *BROKEN):
            return False
        return value.shape == ()

    def rounds(self, left: Node, right: Node, digits: int) -> bool:
        """Whether a value, written with so many decimals, is the number on the right."""
        try:
            outcome = self._compared(FLOAT, 0, left, right, POINTS)
        except (Unclear, NotExact, RecursionError, *BROKEN):
            return False
        return bool(np.all(np.abs(outcome.left - outcome.right) <= 0.5 * 10.0**-digits * (1 + 1e-9)))

    def _trial(self, number_system: Float, k: int, points: int, positive: bool) -> Trial:
        key = (number_system.name, k, positive)
        if key not in self._trials:
            self._trials[key] = trial = Trial(self.table, number_system, k, points, positive)
            trial.settle()
        return self._trials[key]

    def _compared(self, number_system, k, left, right, points, positive=False) -> Outcome:
        trial = self._trial(number_system, k, points, positive)
        meaning = Meaning(trial, self.layout, self.padded)
        letters = free_letters(self.table, left, right)
        try:
            return compare(meaning, left, right, letters, {}, self.around, self.given)
        except NeedsMembers as need:
            return self._by_members(meaning, left, right, letters, need.letters)

    def _by_members(self, meaning, left, right, letters, chosen):
        """Letters that choose a member take one value at a time; members that do not exist are passed over."""
        outcomes, why = [], None
        for place in product(*(member_values(meaning, letter) for letter in chosen)):
            fixed = {n: Array((), np.asarray(v)) for n, v in zip(chosen, place, strict=True)}
            try:
                outcomes.append(
                    compare(
                        meaning, left, right, [n for n in letters if n not in fixed], fixed, self.around, self.given
                    )
                )
            except NeedsMembers as need:
                more = tuple(dict.fromkeys((*chosen, *need.letters)))
                if more == chosen:
                    raise Unclear("an index over members of a family") from None
                return self._by_members(meaning, left, right, letters, more)
            except Unclear as fault:
                if isinstance(fault, IllTyped):
                    raise
                why = fault
        if not outcomes:
            raise why or Unclear("no member to look at")
        wrong = next((o for o in outcomes if not o.equal), None)
        return wrong or outcomes[0]

    def _shown(self, outcome, number_system, k, positive, sides):
        trial = self._trial(number_system, k, 3, positive)
        place = first_difference(outcome, number_system)
        at = dict(zip(outcome.dims, place, strict=False))
        names = {d.partition("#")[0]: int(v) + self.table.start for d, v in at.items() if "#" in d}
        point = at.get(POINT, 0)
        inputs = {key: text(trial.inputs[key, ()], point) for key in self._inputs(sides) if (key, ()) in trial.inputs}
        sizes = {n: str(v) for n, v in trial.sizes.items()}
        return Counterexample({**sizes, **inputs}, names, entry(outcome.left, place), entry(outcome.right, place))

    def _inputs(self, sides):
        """The names from which both sides are computed, in the order in which they are met."""
        met = [q for side in sides for q in self.table.mentioned(side)]
        direct = dict.fromkeys(q.key for q in met)
        return (*direct, *sorted({key for q in met for key in self.table.depends(q)} - set(direct)))


def member_values(meaning: Meaning, letter: str) -> range:
    """The values of an index that chooses a member."""
    table = meaning.trial.table
    if table.one_step and table.open_range(letter) and table.open_recursions():
        return range(1, 2)  # what comes before the first member is an input
    if letter in table.ranges:
        return range(meaning.trial.first(letter), meaning.trial.size(table.ranges[letter][1]) + 1)
    return range(1, 4)


def compare(
    meaning: Meaning, left: Node, right: Node, letters, fixed: dict[str, Array], around=(), given=()
) -> Outcome:
    """Both sides for all values of their free indices."""
    env = Environment(dict(fixed))
    bound = {}
    for letter in letters:
        low, high = side_range(meaning, letter, (left, right, *around), env)
        bound[letter] = values(fresh(letter), low, high)
    env = env.with_indices(bound)
    meaning.masks.clear()
    x, y = meaning.value(left, env), meaning.value(right, env)
    meaning.masks += [mask for node in given if (mask := _where(meaning, node, env)) is not None]
    n = next((v.shape[-1] for v in (x, y) if isinstance(v, Jet) and len(v.shape) == 2), None)
    x, y = (_ones(meaning, v, w) for v, w in ((x, y), (y, x)))
    x, y = settled(meaning.a, x, n, left), settled(meaning.a, y, n, right)
    if x.shape != y.shape and not _zero(left) and not _zero(right):
        raise IllTyped(f"the left side is {shape_text(x.shape)}, the right side {shape_text(y.shape)}", right)
    return outcome_of(meaning, x, y)


def _ones(meaning, value, other):
    """A side that is the vector of ones has the length of the other."""
    if isinstance(value, Ones) and isinstance(other, Jet):
        return meaning.a.add(value.scale, meaning.zeros(other.shape))
    return value


def side_range(meaning, letter, sides, env):
    """The range of a letter, from the first side that tells it: by an axis it stands on, else by where it leads."""
    for k, side in enumerate(sides):
        shown = k < 2 or letter in free_letters(meaning.trial.table, side)
        if shown and (found := axis_range(meaning, letter, side, env)) is not None:
            return found
    faults = []
    for side in sides:
        try:
            return index_range(meaning, letter, side, env)
        except Unclear as fault:
            faults.append(fault)
    raise next((f for f in faults if isinstance(f, IllTyped)), faults[0])


def _where(meaning, node, env):
    """Where a condition holds; None where it speaks of what the step does not show."""
    try:
        if set(node.relations) & {"="}:
            return index_condition(meaning.trial, node, env)
        return meaning.condition(node, env)
    except (Unclear, NeedsMembers):
        return None


def _zero(node):
    return isinstance(node, Number) and node.value == 0


def outcome_of(meaning: Meaning, x: Jet, y: Jet) -> Outcome:
    """Where two values differ, and at how many points both are defined."""
    masks = meaning.masks
    dims, datas = aligned(x.base, y.base, *masks)
    shape = np.broadcast_shapes(*(d.shape for d in datas))
    left, right = (np.broadcast_to(d, shape) for d in datas[:2])
    valid = np.ones(shape, bool)
    for mask in datas[2:]:
        valid = valid & mask
    same, defined = _same(meaning.trial.field, left, right)
    valid = valid & defined
    points = (
        int(np.count_nonzero(valid.reshape(valid.shape[0], -1).any(axis=1)))
        if POINT in dims and dims[0] == POINT
        else 1
    )
    if not np.any(valid):
        points = 0
    return Outcome(bool(np.all(same | ~valid)), dims, left, right, valid & ~same, points)


def _same(number_system, left, right):
    if number_system.name == "float":
        with np.errstate(all="ignore"):
            defined = np.isfinite(left) & np.isfinite(right)
            scale = 1 + np.maximum(np.abs(left), np.abs(right))
            return np.abs(left - right) <= CLOSE * scale, defined
    same = np.asarray(left == right, bool)
    if number_system.name == "balls":
        same = np.array([0 in (a - b) for a, b in zip(left.flat, right.flat, strict=True)], bool).reshape(left.shape)
    return same, np.ones(left.shape, bool)


def first_difference(outcome: Outcome, number_system: Float) -> tuple[int, ...]:
    """The first place where two sides differ."""
    places = np.argwhere(outcome.valid)
    return tuple(int(k) for k in places[0]) if len(places) else (0,) * outcome.left.ndim


def entry(data: np.ndarray, place: tuple[int, ...]) -> str:
    """One value in text."""
    return shown(data[place])


def shown(value) -> str:
    """A number as a person writes it."""
    if hasattr(value, "mid"):
        return f"{float(value.mid):.6g}"
    number = float(value)
    return f"{number:.6g}"


def text(value: Jet, point: int) -> str:
    """An input at one point."""
    data = np.asarray(value.base.data[point if len(value.base.data) > point else 0])
    if data.ndim == 2 and data.shape[1] == 1:
        data = data[:, 0]
    return _nested(np.asarray(data))


def _nested(data):
    return shown(data[()]) if data.ndim == 0 else "[" + ", ".join(_nested(np.asarray(d)) for d in data) + "]"
