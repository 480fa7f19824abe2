"""What the calculus hands back: a derivative that can be read, evaluated, judged, saved and differentiated again."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

from sympy import Expr

from ..calculus.derive import Story
from ..derivation import Derivation, Step
from ..expr.conventions import PYTORCH, Conventions
from ..expr.derivatives import DerivativeName
from ..expr.evaluate import order
from ..expr.nodes import Entry, Partial, total
from ..expr.tensors import Tensor, input_tensor
from ..oracles import Verdict, status
from ..oracles.oracle import MP
from ..rules.enforce import constraint
from ..rules.facts import Facts
from ..rules.tables import chain, contraction
from .printing import Printed
from .values import values_of

TOLD = 200
"""A graph of more equations is swept, not told: its derivation is worked out only where it is asked for."""


@dataclass(frozen=True)
class Check:
    """How a line is checked: the seed of the random points, how many, the relative difference that may pass."""

    seed: int = 0
    points: int = 2
    tol: float = 0.0

    def verdict(self, target: Tensor, wrt: Tensor, claimed: Tensor, facts: Facts) -> Verdict:
        """What the oracles say of `∂target/∂wrt = claimed`, where the facts hold."""
        found = status(target, wrt, claimed, seed=self.seed, points=self.points, constrain=constraint(facts))
        return Verdict("agrees", points=1, reason=f"within {self.tol}") if self._excuses(found) else found

    def _excuses(self, v: Verdict) -> bool:
        if not (self.tol and v.fails and v.worst):
            return False
        given, found = MP.take(v.worst.given), MP.take(v.worst.found)
        return abs(given - found) <= self.tol * abs(found)


class CheckedStory(Story):
    """A story whose lines are checked as asked."""

    def __init__(self, target, wrt, conventions, facts, check: Check):
        self.check = check
        super().__init__(target, wrt, conventions, facts)

    def verdict(self, claimed: Tensor, y: Tensor | None = None) -> Verdict:
        return self.check.verdict(self.target, self.wrt if y is None else y, claimed, self.facts)


class Answer(Printed):
    """What every result can do, given its `derivation` and its `tensor`."""

    @property
    def steps(self) -> tuple[Step, ...]:
        """Every rewrite, in order."""
        return self.derivation.steps

    @property
    def expr(self) -> Expr:
        """The answer: the last line of the derivation."""
        return self.derivation.result

    @property
    def shape(self) -> tuple[Expr, ...]:
        return self.tensor.shape

    @cached_property
    def status(self) -> str:
        """What the oracles say of the answer: proved, agrees, refuted or undecided."""
        return self.derivation.judge(self.expr) if self.derivation.judge else "undecided"

    def at(self, **values):
        """The value of the answer at values of the inputs (and sizes), by name."""
        return values_of([self.tensor], values, self.target, self.wrt)[0]


@dataclass(frozen=True, eq=False, repr=False)
class Derivative(Answer):
    """`∂target/∂wrt`: a gradient where the target is a scalar, else a Jacobian with the axes of the target first.

    `swept` is the same by the reverse sweep, as it came: an equation for each use of each tensor.
    """

    target: Tensor
    wrt: Tensor
    swept: Tensor
    conventions: Conventions = PYTORCH
    facts: Facts = field(default_factory=Facts)
    check: Check = Check()

    @cached_property
    def story(self) -> Story:
        return CheckedStory(self.target, self.wrt, self.conventions, self.facts, self.check)

    @cached_property
    def derivation(self) -> Derivation:
        """Every step, from the chain rule to the answer."""
        return self.story.derivation()

    @cached_property
    def told(self) -> bool:
        """Whether the graph is small enough to be read."""
        return len(order([self.target])) <= TOLD

    @cached_property
    def tensor(self) -> Tensor:
        """The answer as a tensor, to evaluate or to differentiate again."""
        return self.story.tensor() if self.told else self.swept


@dataclass(frozen=True, eq=False, repr=False)
class Directional(Answer):
    """`Σ_u ∂Y[a]/∂X[u] v[u]`: the change of Y along the tangent v."""

    along: Derivative
    tangent: Tensor

    @property
    def target(self) -> Tensor:
        return self.along.story.target

    @property
    def wrt(self) -> Tensor:
        return self.along.wrt

    @property
    def told(self) -> bool:
        return self.along.told

    @property
    def status(self) -> str:
        """That of the Jacobian it is made of."""
        return self.along.status

    @cached_property
    def derivation(self) -> Derivation:
        """The derivative by X, and its sum with the tangent."""
        known = self.along.derivation
        lead, at = known.left.of.where, known.left.entry.where
        weight = Entry(self.tangent.ref, *at)
        start, inserted = (total(e * weight, *at) for e in (known.left, known.result))
        change = self._change()
        put = Step("insert", "the derivative, worked out", known.left, known.result, inserted, "insert")
        tail = chain(inserted, contraction(self.along.facts.rules))
        return replace(
            known,
            left=Entry(change.ref, *lead),
            start=start,
            steps=(put, *tail.steps),
            givens=(*known.givens, replace(known, givens=(), definitions=(), notes=())),
            reason="definition",
            judge=None,
        )

    def _change(self) -> Tensor:
        """`dY`, or `∂dL/∂z` where Y is `∂L/∂z`."""
        y = self.target
        if not isinstance(y.name, DerivativeName):
            return input_tensor(f"d{y.display}", y.shape)
        of = input_tensor(f"d{y.name.of.display}", y.name.of.shape)
        return Tensor(DerivativeName(of, y.name.by), y.shape, None, (), ())

    @cached_property
    def tensor(self) -> Tensor:
        lead = self.derivation.left.where
        left = Partial(Entry(self.target.ref, *lead), Entry(input_tensor("t", ()).ref))
        return self.along.story.as_tensor(self.derivation.result, left)


@dataclass(frozen=True, eq=False)
class ValueAndGradient:
    """f and its gradient, or its gradients."""

    value: Tensor
    gradient: Derivative | tuple[Derivative, ...]

    def at(self, **values):
        """(value of f, value of the gradient); a tuple of gradients has a tuple of values. One evaluation for all."""
        gradients = self.gradient if isinstance(self.gradient, tuple) else (self.gradient,)
        asked = [self.value, *(g.tensor for g in gradients)]
        value, *found = values_of(asked, values, self.value, *(g.wrt for g in gradients))
        return value, tuple(found) if isinstance(self.gradient, tuple) else found[0]
