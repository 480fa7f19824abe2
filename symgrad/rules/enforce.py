"""Moving random numbers to where the facts hold, so that a derivative that uses them can be tried there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import partial
from itertools import product

from sympy import Rational

from ..expr.arrays import Array
from ..expr.tensors import Tensor
from .facts import Fact, Facts

Values = Mapping[Tensor, Array]


def constraint(facts: Facts) -> Callable[[Values], dict[Tensor, Array]] | None:
    """The function that makes the facts true of values; None where there are no facts."""
    return partial(enforced, facts) if facts.facts else None


def enforced(facts: Facts, values: Values) -> dict[Tensor, Array]:
    """The values with each fact made true of the tensor it is about.

    >>> from symgrad.expr.tensors import input_tensor
    >>> from symgrad.rules.facts import assume
    >>> x = input_tensor("x", (2,))
    >>> enforced(assume(x > 0), {x: Array((2,), [Fraction(-1), Fraction(3)])})[x].data
    [Fraction(101, 100), Fraction(301, 100)]
    """
    found = dict(values)
    for fact in facts.facts:
        for t in found:
            if t.name == fact.tensor:
                found[t] = ENFORCE[fact.kind](fact, found[t])
    return found


def _entries(a: Array):
    return product(*map(range, a.shape))


def _sum(fact: Fact, a: Array) -> Array:
    """Positive numbers, divided by their sum along the axis."""
    size = {w: abs(a[w]) + Fraction(1, 100) for w in _entries(a)}
    totals: dict = {}
    for w, v in size.items():
        rest = w[: fact.axis] + w[fact.axis + 1 :]
        totals[rest] = totals.get(rest, 0) + v
    value = Fraction(int(fact.value.p), int(fact.value.q)) if isinstance(fact.value, Rational) else 1
    return Array(a.shape, [value * v / totals[w[: fact.axis] + w[fact.axis + 1 :]] for w, v in size.items()])


def _symmetric(fact: Fact, a: Array) -> Array:
    return Array(a.shape, [(a[i, j] + a[j, i]) / 2 for i, j in _entries(a)])


def _positive(fact: Fact, a: Array) -> Array:
    return Array(a.shape, [abs(v) + Fraction(1, 100) for v in a])


def _orthogonal(fact: Fact, a: Array) -> Array:
    """Columns (or rows) of the reflection `I − 2 v vᵀ / vᵀv`, v the first column of what was drawn."""
    n = max(a.shape)
    v = [abs(a.data[k % len(a.data)]) + Fraction(k + 1, 7) for k in range(n)]
    square = sum(x * x for x in v)
    return Array(a.shape, [Fraction(int(i == j)) - 2 * v[i] * v[j] / square for i, j in _entries(a)])


ENFORCE = {"sum": _sum, "symmetric": _symmetric, "positive": _positive, "orthogonal": _orthogonal}
