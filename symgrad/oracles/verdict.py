"""The status of a derivative: tried at random sizes and numbers against the oracle that sees most."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache
from math import ceil, log, prod
from random import Random

from sympy import Integer, Piecewise

from ..errors import EvaluationError, LimitError
from ..expr.arrays import Array
from ..expr.elementwise import ELEMENTWISE
from ..expr.evaluate import evaluate, order
from ..expr.nodes import Compare, Pick, Reduce
from ..expr.spaces import EXACT
from ..expr.tensors import Tensor
from .degree import apart, degree, slope
from .difference import DIFFERENCE
from .oracle import MP, Found, KinkError, Oracle, Verdict, compared
from .rational import RATIONAL
from .sampling import GRID, WORK, decimals, integers, shape, sizes, work
from .unrolled import UNROLLED, defined

CHANCE = 1e-12
ATTEMPTS = 12
BRANCHES = 4
HEAVY = 500
"""Operations times derivatives of one point from which on fewer points have to do."""
DEGREE = 1_000
UNROLLS = 2_500
CARRIED = 400_000
MOST_KEPT = 64
"""Jacobians; then they are forgotten."""


def status(
    f: Tensor, wrt: Tensor, derivative: Tensor, *, seed: int = 0, points: int = 2, constrain: Callable | None = None
) -> Verdict:
    """Whether the tensor `derivative` is `∂f/∂wrt` (the axes of f first; of a scalar f, the gradient).

    An identity of rational functions is "proved" at the tested sizes, up to a chance below 10⁻¹² that is named in the
    reason; anything else "agrees" at so many points. What is too large to be tried, or has no point away from kinks, is
    "undecided". `constrain(values)` moves random inputs `{tensor: Array}` to where the assumptions hold.

    >>> from symgrad.expr.tensors import input_tensor
    >>> x = input_tensor("x", (3,))
    >>> print(status((x * x).sum(), x, 2 * x)); print(status((x * x).sum(), x, x).status)
    proved
    refuted
    """
    trial = Trial(f, wrt, derivative, Random(seed), constrain)
    try:
        return trial.verdict(points)
    except LimitError as error:
        return Verdict("undecided", reason=error.fact)


class Trial:
    """One derivative, at sizes that are drawn once."""

    def __init__(self, f, wrt, derivative, rng, constrain=None):
        self.f, self.wrt, self.derivative, self.rng, self.constrain = f, wrt, derivative, rng, constrain
        self.tensors = order((f, wrt, derivative))
        self.inputs = [t for t in self.tensors if t.is_input]

    def verdict(self, points: int) -> Verdict:
        self.sizes = sizes((self.f, self.wrt, self.derivative), self.rng)
        self.width = prod(shape(self.wrt, self.sizes))
        apart_by = None if self.constrain else self.degree()
        verdict = self.proof(apart_by) if apart_by is not None and apart_by <= DEGREE else None
        return self.agreement(points) if verdict is None else verdict

    def degree(self) -> int | None:
        """Of the polynomial in the inputs that is 0 if the derivative is right; None if there is none."""
        by_wrt = {self.wrt: (1, 0)}
        found, claimed = degree(self.f, self.sizes, by_wrt), degree(self.derivative, self.sizes, by_wrt)
        inner = degree(self.wrt, self.sizes)
        if found is None or claimed is None or inner is None:
            return None
        return apart(slope(found), claimed) * max(1, sum(inner))

    def proof(self, apart_by: int) -> Verdict | None:
        """Proved or refuted at integers from a large grid; None where a value is not rational."""
        chance = max(1, apart_by) / GRID
        points = ceil(log(CHANCE) / log(chance))
        for _ in range(points):
            try:
                verdict = self.judged(RATIONAL, integers(self.inputs, self.sizes, self.rng), exact=True)
            except (EvaluationError, LimitError):
                return None
            if verdict.fails:
                return self.readable(verdict)
        what = ", ".join(f"{s} = {n}" for s, n in self.sizes.items())
        at = f" at {what}" if what else ""
        reason = f"an identity of rational functions{at}; wrong with a chance below {chance**points:.0e}"
        return Verdict("proved", points=points, reason=reason)

    def readable(self, verdict: Verdict) -> Verdict:
        """The same refutation at small numbers, if they show it."""
        try:
            small = self.judged(RATIONAL, decimals(self.inputs, self.sizes, self.rng, 0), exact=True)
        except (EvaluationError, LimitError):
            return verdict
        return small if small.fails else verdict

    def agreement(self, points: int) -> Verdict:
        """Agrees at that many points, or refuted at one; undecided if there are not so many in the domain.

        Where there are branches, more points are needed to see both sides of them.
        """
        heavy = work(order((self.f,)), self.sizes) * self.width > HEAVY
        attempts = ATTEMPTS // 3 if heavy else ATTEMPTS
        if any(map(branches, self.tensors)) and not heavy:
            points *= BRANCHES
        agreed, failed, last = 0, 0, Verdict("undecided", reason="no point was found where it has a value")
        while agreed < points and failed < attempts:
            values = decimals(self.inputs, self.sizes, self.rng, failed)
            verdict = self.tried(self.constrain(values) if self.constrain else values)
            if verdict.fails:
                return verdict
            agreed += verdict.holds
            failed += not verdict.holds
            last = last if verdict.holds else verdict
        return Verdict("agrees", points=agreed) if agreed else last

    def tried(self, values) -> Verdict:
        """The verdict of the first oracle that can say something."""
        last = Verdict("undecided")
        for oracle in self.oracles():
            try:
                verdict = self.judged(oracle, values)
            except KinkError as error:
                return Verdict("undecided", reason=error.fact)
            except (EvaluationError, LimitError) as error:
                last = Verdict("undecided", reason=error.fact)
                continue
            if verdict.status != "undecided":
                return verdict
            last = verdict
        return last

    def oracles(self) -> list[Oracle]:
        """Those that finish soon: loops are repeated for each entry of wrt, in one way or another."""
        cost = work(order((self.f,)), self.sizes)
        fits = {
            RATIONAL: cost * (4 + self.width) <= CARRIED,
            UNROLLED: cost <= UNROLLS,
            DIFFERENCE: cost * self.width <= WORK,
        }
        if not any(fits.values()):
            raise LimitError(f"too large to be tried: {cost} operations, {self.width} derivatives")
        return [oracle for oracle, fit in fits.items() if fit]

    def judged(self, oracle: Oracle, values: Mapping, exact=False) -> Verdict:
        """The derivative at these numbers against the oracle's; `exact` refuses to compare what is rounded."""
        everything = {**values, **self.sizes}
        found = known_jacobian(oracle, self.f, self.wrt, everything)
        verdict = compared(self.claimed(everything, oracle, exact), found)
        if not verdict.fails:
            return verdict
        return replace(verdict, at={**{t.name: a.nested() for t, a in values.items()}, **self.shown_sizes()})

    def claimed(self, values, oracle, exact) -> Array:
        if oracle is RATIONAL:
            try:
                return evaluate(self.derivative, values, EXACT)
            except EvaluationError:
                if exact:
                    raise
        return evaluate(self.derivative, values, MP)

    def shown_sizes(self):
        return {str(s): int(n) for s, n in self.sizes.items()}


_jacobians: dict = {}


def known_jacobian(oracle: Oracle, f: Tensor, wrt: Tensor, values: Mapping) -> Found:
    """What the oracle finds, or found before: every line of a derivation is tried at the same points."""
    numbers = ((t, (a.shape, *a.data) if isinstance(a, Array) else a) for t, a in values.items())
    key = (oracle, f, wrt, tuple(numbers))
    if len(_jacobians) > MOST_KEPT:
        _jacobians.clear()
    if key not in _jacobians:
        try:
            _jacobians[key] = oracle.jacobian(f, wrt, values)
        except (EvaluationError, LimitError) as error:
            _jacobians[key] = error
    found = _jacobians[key]
    if isinstance(found, Exception):
        raise found
    return found


@lru_cache(maxsize=1)
def branching() -> tuple[type, ...]:
    """The heads that are defined case by case."""
    return (Compare, Pick, *(row.head for row in ELEMENTWISE if isinstance(defined(row)[1], Piecewise)))


def branches(t: Tensor) -> bool:
    """Whether the equation of t is another one at other values."""
    body = Integer(0) if t.is_input else t.template.body
    return body.has(*branching()) or any(e.op in ("max", "min") for e in body.atoms(Reduce))
