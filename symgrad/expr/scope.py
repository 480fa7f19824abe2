"""What an expression means: a function of the current index values, one method a kind of node."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from fractions import Fraction

import sympy as sp
from sympy import Add, Expr, Integer, Mul, Pow, Symbol

from ..errors import EvaluationError
from .affine import Quo, Rem
from .arrays import Array
from .elementwise import BY_HEAD
from .indices import Index
from .nodes import Bracket, Compare, Divides, Entry, Equal, Inside, Pick, Reduce
from .spaces import Space


def actual_size(n: Expr, sizes: Mapping) -> int:
    """A symbolic size in numbers."""
    value = n.xreplace(sizes)
    if not value.is_Integer:
        unknown = ", ".join(sorted(map(str, value.free_symbols)))
        raise EvaluationError(f"the size {unknown} is not known", hint=f"give {unknown}=… beside the inputs")
    return int(value)


def tabulate(free, body, params: dict, slots: dict, space: Space) -> Array:
    """`out[free] = body`, entry by entry."""
    scope = Scope(params, slots, space)
    shape = tuple(scope.size(i) for i in free)
    value = scope.meaning(body)
    data = []
    for where in itertools.product(*map(range, shape)):
        scope.at.update(zip(free, where, strict=True))
        data.append(scope.take(value()))
    return Array(shape, data)


class Scope:
    """Turns an expression into a function of the current index values, `at`; one method a kind of node."""

    def __init__(self, params, slots, space):
        self.params, self.slots, self.space, self.at = params, slots, space, {}

    def take(self, value):
        return self.space.take(value) if type(value) is int else value

    def size(self, i: Index) -> int:
        n = actual_size(i.size, {p: Integer(v) for p, v in self.params.items()})
        if n < 0:  # rules count on sizes: Σ_{i<n} 1 = n
            raise EvaluationError(f"the index {i.letter} has the size {n}", hint="is a window larger than its input?")
        return n

    # Index maps are exact integers (fractions on the way), in every space.

    def integer(self, e: Expr):
        """The function that gives an index map its integer value."""
        number = self.number(e)

        def value():
            v = number()
            if v.denominator != 1:
                here = ", ".join(f"{i}={at}" for i, at in self.at.items())
                raise EvaluationError(f"{e} is not an integer at {here}")
            return int(v)

        return value

    def number(self, e: Expr):
        """The function that gives an expression of indices and sizes its exact value."""
        if e.is_Integer:
            return lambda v=int(e): v
        if e.is_Rational:
            return lambda v=Fraction(int(e.p), int(e.q)): v
        if isinstance(e, Index):
            return lambda at=self.at: at[e]
        if e in self.params:
            return lambda v=self.params[e]: v
        parts = [self.number(a) for a in e.args]
        for kind, join in self.JOINS:
            if parts and isinstance(e, kind):
                return lambda: join([p() for p in parts])
        raise EvaluationError(f"{e} is not an index map of known sizes")

    JOINS = (
        (Add, sum),
        (Mul, math.prod),
        (Pow, lambda parts: Fraction(parts[0]) ** _divisible(parts[0], parts[1])),
        (Quo, lambda parts: parts[0] // _positive(parts[1])),
        (Rem, lambda parts: parts[0] % _positive(parts[1])),
    )

    # Bodies are numbers of the space; a plain int (0 outside a tensor, 0 or 1 of a bracket) is one everywhere.

    def meaning(self, e: Expr):
        """The function that gives a body its value."""
        for kind, method in self.KINDS:
            if isinstance(e, kind):
                return method(self, e)
        if e.func not in BY_HEAD:
            raise EvaluationError(f"no value is known for {e.func.__name__}: {e}")
        row, parts, call = BY_HEAD[e.func], [self.meaning(a) for a in e.args], self.space.call
        return lambda: call(row, [self.take(p()) for p in parts])

    def _constant(self, e):
        value = self.space.constant(e)
        return lambda: value

    def _parameter(self, e):
        value, take = self.number(e), self.space.take
        return lambda: take(value())

    def _entry(self, e):
        table, where = self.slots[e.base], [self.integer(w) for w in e.where]
        return lambda: table[tuple(w() for w in where)]

    def _add(self, e):
        parts, join = [self.meaning(a) for a in e.args], self.space.sum
        return lambda: join([p() for p in parts])

    def _mul(self, e):
        """Brackets first, those of indices before those of values: where one is 0 nothing else is even computed.

        An entry outside its tensor is as strong a 0, since `[0 ≤ e < n] X[e]` is written `X[e]`.
        """
        found = sorted((a for a in e.args if isinstance(a, (Bracket, Pick))), key=lambda a: a.has(Entry))
        entries = [a for a in e.args if isinstance(a, Entry)]
        conditions = [self.meaning(a) for a in (*found, *entries)]
        others = [self.meaning(a) for a in e.args if not isinstance(a, (Bracket, Pick, Entry))]
        join = self.space.product

        def value():
            weights = []
            for c in conditions:
                weights.append(c())
                if type(weights[-1]) is int and weights[-1] == 0:
                    return 0
            return join([*(w for w in weights if type(w) is not int), *(p() for p in others)])

        return value

    def _pow(self, e):
        base, exponent, power = self.meaning(e.base), self.meaning(e.exp), self.space.power
        return lambda: power(self.take(base()), self.take(exponent()))

    def _terms(self, e):
        """The function that gives [(index values, body value)] over the guarded range of a reduction or a pick."""
        ranges, body, guard = [range(self.size(i)) for i in e.bound], self.meaning(e.body), self.meaning(e.guard)

        def terms():
            found = []
            for where in itertools.product(*ranges):
                self.at.update(zip(e.bound, where, strict=True))
                if guard() != 0:
                    found.append((where, body()))
            return found

        return terms

    def _reduce(self, e):
        if e.op in ("max", "min") and 0 in map(self.size, e.bound):
            raise EvaluationError(f"the {e.op} over an empty axis has no value")
        terms, combine = self._terms(e), REDUCE[e.op]
        return lambda: combine(self.space, [v for _, v in terms()])

    def _pick(self, e):
        terms, point, best = self._terms(e), [self.integer(p) for p in e.point], BEST[e.op]

        def weight():
            here = tuple(p() for p in point)
            found = terms()
            if not found:
                return 0
            top = self.space.extreme(best, [v for _, v in found])
            winners = [w for w, v in found if v is top or self.space.holds("==", v, top)]
            if e.ties == "first" or len(winners) == 1:
                return int(winners[0] == here)
            return self.space.constant(sp.Rational(1, len(winners))) if here in winners else 0

        return weight

    def _equal(self, e):
        a, b = map(self.number, e.args)
        return lambda: int(a() == b())

    def _divides(self, e):
        s, d = map(self.integer, e.args)
        return lambda: int(d() % _positive(s()) == 0)

    def _inside(self, e):
        a, n = map(self.number, e.args)
        return lambda: int(0 <= a() < n())

    def _compare(self, e):
        a, b, holds = self.meaning(e.left), self.meaning(e.right), self.space.holds
        return lambda: int(holds(e.relation, a(), b()))

    KINDS = (
        ((sp.Rational, sp.NumberSymbol), _constant),
        ((Symbol, Quo, Rem), _parameter),
        (Entry, _entry),
        (Add, _add),
        (Mul, _mul),
        (Pow, _pow),
        (Reduce, _reduce),
        (Pick, _pick),
        (Equal, _equal),
        (Divides, _divides),
        (Inside, _inside),
        (Compare, _compare),
    )


def _positive(divisor):
    if divisor <= 0:
        raise EvaluationError(f"an index map divides by {divisor}", hint="strides and block sizes are at least 1")
    return divisor


def _divisible(base, exponent):
    if base == 0 and exponent < 0:
        raise EvaluationError("an index map divides by 0")
    return exponent


def _extreme(best, empty):
    return lambda space, values: space.extreme(best, values) if values else empty


def _logsumexp(space, values):
    if not values:
        return -math.inf
    top = space.extreme(max, values)
    if not space.finite(top):
        return top
    m = space.functions
    return top + m.log(space.sum([m.exp(space.take(v - top)) for v in values]))


def _norm(space, values):
    squares = space.sum([v * v for v in values])
    return space.power(space.take(squares), space.constant(sp.Rational(1, 2)))


BEST = {"max": max, "min": min}
REDUCE = {
    "sum": lambda space, values: space.sum(values),
    "prod": lambda space, values: space.product(values),
    "max": _extreme(max, -math.inf),
    "min": _extreme(min, math.inf),
    "lse": _logsumexp,
    "norm": _norm,
}
