"""Equations as vectors of autograd.numpy: a value for each point of a grid of indices, all points at once.

A vector has one entry a point. What a condition rules out is not computed at all: the other factors of a product are
evaluated at the points where its brackets are 1 and its entries lie inside, as `expr/scope.py` does it one by one.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import reduce
from operator import and_, mul, or_

import sympy as sp
from sympy import Add, Dummy, Expr, Mul, Piecewise, Pow, Symbol

from ..errors import EvaluationError
from ..expr.affine import Quo, Rem
from ..expr.elementwise import BY_HEAD
from ..expr.nodes import HOLDS, Bracket, Compare, Divides, Entry, Equal, Inside, Pick, Reduce
from ..expr.scope import Scope
from ..expr.spaces import FLOAT
from .oracle import KinkError
from .points import Points, autograd
from .unrolled import RELATIONS, defined

CLOSE = 1e-12
NAMED = (
    *("exp", "expm1", "exp2", "log", "log1p", "log2", "log10", "sin", "cos", "tan", "arcsin", "arccos", "arctan"),
    *("sinh", "cosh", "tanh", "arcsinh", "arccosh", "arctanh", "arctan2", "hypot", "logaddexp", "erf", "erfc"),
)
"""Functions that are taken from autograd by name; the others stand by their definition in terms of these."""


class Body:
    """Turns a body into a vector; one method a kind of node.

    `slots` are vectors of entries, with a 0 at the end. What is read from them goes through `noise`, if there is any;
    not so what is compared. Kinks are refused where it `judges`.
    """

    def __init__(self, params: dict, slots: dict, shapes: dict, noise: Callable | None, judges: bool):
        self.params, self.slots, self.shapes, self.noise, self.judges = params, slots, shapes, noise, judges
        self.size = Scope(params, {}, FLOAT).size
        self.np = autograd().np

    def table(self, free, body: Expr):
        """`out[free] = body`."""
        sizes = {i: self.size(i) for i in free}
        points = Points({}, 1, self.params).times(sizes)
        return self.np.reshape(self.full(body, points), tuple(sizes.values()))

    def full(self, e: Expr, points: Points):
        """The vector, also where the value is the same everywhere."""
        return self.value(e, points) + self.np.zeros(points.count)

    def value(self, e: Expr, points: Points):
        for kind, method in self.KINDS:
            if isinstance(e, kind):
                return method(self, e, points)
        row = BY_HEAD.get(e.func)
        names, definition = defined(row) if row else ((), e)
        if row and row.name in NAMED:
            function = getattr(autograd(), row.name, None) or getattr(self.np, row.name)
            return function(*(self.full(a, points) for a in e.args))
        if definition.func is e.func:
            raise EvaluationError(f"autograd has no {e.func.__name__}: {e}")
        args = [self.full(a, points) for a in e.args]
        return self.value(definition, Points(dict(zip(names, args, strict=True)), points.count, {}))

    def _map(self, e, points):
        p, q = points.ratio(e)
        return p / q

    def _equal(self, e, points):
        (a, b), (c, d) = (points.ratio(x) for x in e.args)
        return 1.0 * (a * d == c * b)

    def _divides(self, e, points):
        s, d = (points.integer(x) for x in e.args)
        return 1.0 * (d % s == 0)

    def _inside(self, e, points):
        (a, b), (c, d) = (points.ratio(x) for x in e.args)
        return 1.0 * ((a >= 0) & (a * d < c * b))

    # Values.

    def _constant(self, e, points):
        return float(e)

    def _argument(self, e, points):
        return points.at[e]

    def _place(self, e, points):
        """Where an entry stands in its vector; behind the last one where it lies outside."""
        position, inside = 0, True
        for where, n in zip(e.where, self.shapes[e.base], strict=True):
            k = points.integer(where)
            position, inside = position * n + k, inside & (k >= 0) & (k < n)
        return self.np.where(inside, position, math.prod(self.shapes[e.base])), inside

    def _entry(self, e, points):
        found = self.slots[e.base][self._place(e, points)[0]]
        return self.noise(found) if self.noise else found

    def _add(self, e, points):
        return sum(self.value(a, points) for a in e.args)

    def _mul(self, e, points):
        conditions = sorted((a for a in e.args if isinstance(a, (Bracket, Pick))), key=lambda a: a.has(Entry))
        conditions += [a for a in e.args if isinstance(a, Entry)]
        others = [a for a in e.args if a not in conditions]
        kept = self.np.arange(points.count)
        for c in conditions:
            here = points.where(kept)
            holds = self._place(c, here)[1] if isinstance(c, Entry) else self.value(c, here) != 0
            kept = kept[self.np.broadcast_to(holds, kept.shape)]
        factors = [*(c for c in conditions if not isinstance(c, Bracket)), *others]
        here = points.where(kept) if len(kept) < points.count else points
        product = reduce(mul, [self.value(a, here) for a in factors], 1.0)
        return self.spread(product, kept, points.count, 0.0)

    def spread(self, values, kept, count, fill):
        """The vector with values at the places `kept`, else `fill`."""
        if len(kept) == count:
            return values
        place = self.np.full(count, len(kept))
        place[kept] = self.np.arange(len(kept))
        return self.np.concatenate([values + self.np.zeros(len(kept)), self.np.array([fill])])[place]

    def _pow(self, e, points):
        return self.np.power(self.value(e.base, points) * 1.0, self.value(e.exp, points) * 1.0)

    def _compare(self, e, points):
        quiet = Body(self.params, self.slots, self.shapes, None, self.judges)
        a, b = (quiet.full(x, points) for x in (e.left, e.right))
        self.decided(a, b)
        plain = autograd().tracer.getval
        return 1.0 * compared(HOLDS[e.relation], plain(a), plain(b), e.relation)

    def _piecewise(self, e, points):
        """Each branch at the points where it is the first whose condition holds."""
        rest, order, parts = self.np.arange(points.count), [], []
        for branch, condition in e.args:
            here = points.where(rest)
            holds = self.np.broadcast_to(self.holds(condition, here), rest.shape)
            order.append(rest[holds])
            parts.append(self.full(branch, points.where(order[-1])))
            rest = rest[~holds]
        if len(rest):
            raise EvaluationError(f"no branch of {e} holds")
        return self.np.concatenate(parts)[self.np.argsort(self.np.concatenate(order))]

    def holds(self, condition, points):
        if condition in (sp.true, sp.false):
            return condition == sp.true
        if isinstance(condition, (sp.And, sp.Or)):
            parts = [self.holds(c, points) for c in condition.args]
            return reduce(and_ if isinstance(condition, sp.And) else or_, parts)
        a, b = (self.full(x, points) for x in condition.args)
        self.decided(a, b)
        plain = autograd().tracer.getval
        return RELATIONS[condition.rel_op](plain(a), plain(b))

    def decided(self, a, b) -> None:
        """Refuses equal values whose derivatives differ: what is decided by comparing them has none there.

        A backward pass from a weighted sum of each side sees all of them at once.
        """
        plain, isbox = autograd().tracer.getval, autograd().tracer.isbox
        (tied,) = self.np.nonzero(self.close(plain(a), plain(b)))
        if not self.judges or not len(tied) or not (isbox(a) or isbox(b)):
            return
        weights = 1 + self.np.sin(self.np.arange(1, len(tied) + 1)) ** 2
        one, other = (autograd().core.backward_pass(weights, v[tied]._node) if isbox(v) else 0.0 for v in (a, b))
        if not self.np.all(self.np.abs(one - other) <= CLOSE * (1 + self.np.abs(one))):
            raise KinkError("the point lies at a kink: two values that are compared there are equal")

    def close(self, a, b):
        """Whether two numbers may be equal, but for rounding."""
        apart = self.np.abs(a - b)
        return self.np.isfinite(apart) & (apart <= CLOSE * (1 + self.np.abs(b)))

    # Reductions: a row for each point.

    def _rows(self, e, points, fill):
        """(the values with `fill` where the guard excludes them, where it does not), both points × terms."""
        sizes = {i: self.size(i) for i in e.bound}
        inner = points.times(sizes)
        guard = self.np.broadcast_to(self.value(e.guard, inner) != 0, (inner.count,))
        (kept,) = self.np.nonzero(guard)
        found = self.full(e.body, inner.where(kept))
        shape = points.count, math.prod(sizes.values())
        return self.np.reshape(self.spread(found, kept, inner.count, fill), shape), self.np.reshape(guard, shape)

    def _reduce(self, e, points):
        return REDUCE[e.op](self, e, points)

    def total(self, e, points):
        return self.np.sum(self._rows(e, points, 0.0)[0], axis=1)

    def product(self, e, points):
        """Factor by factor: autograd's own divides by them."""
        rows = self._rows(e, points, 1.0)[0]
        return reduce(mul, [rows[:, k] for k in range(rows.shape[1])], self.np.ones(points.count))

    def best(self, e, points):
        rows, _, top, _ = self.winners(e, points)
        return rows[self.np.arange(points.count), top]

    def winners(self, e, points):
        """(rows, what the guard lets in, the first best place of each row, all best places)."""
        if 0 in map(self.size, e.bound):
            raise EvaluationError(f"the {e.op} over an empty axis has no value")
        sign = -1 if e.op == "min" else 1
        rows, let_in = self._rows(e, points, -sign * math.inf)
        plain, each = autograd().tracer.getval(rows), self.np.arange(points.count)
        top = self.np.argmax(sign * plain, axis=1)
        others = let_in & (self.np.arange(plain.shape[1]) != top[:, None])
        row, column = self.np.nonzero(others & self.close(plain, plain[each, top][:, None]))
        if len(row):
            self.decided(rows[row, column], rows[row, top[row]])
        return rows, let_in, top, plain == plain[each, top][:, None]

    def log_sum(self, e, points):
        rows, _ = self._rows(e, points, -math.inf)
        top = self.np.max(autograd().tracer.getval(rows), axis=1, initial=-math.inf)
        (kept,) = self.np.nonzero(self.np.isfinite(top))
        inner = rows[kept] - top[kept][:, None]
        found = top[kept] + self.np.log(self.np.sum(self.np.exp(inner), axis=1))
        return self.spread(found, kept, points.count, 0.0) + self.np.where(self.np.isfinite(top), 0.0, top)

    def norm(self, e, points):
        return self.np.sqrt(self.np.sum(self._rows(e, points, 0.0)[0] ** 2, axis=1))

    def _pick(self, e, points):
        quiet = Body(self.params, self.slots, self.shapes, None, self.judges)
        _, let_in, top, best = quiet.winners(e, points)
        shape = [self.size(i) for i in e.bound]
        where = [points.integer(k) for k in e.point]
        inside = reduce(mul, [(k >= 0) & (k < n) for k, n in zip(where, shape, strict=True)])
        flat = self.np.where(inside, reduce(lambda v, kn: v * kn[1] + kn[0], zip(where, shape, strict=True), 0), 0)
        each, some = self.np.arange(points.count), self.np.any(let_in, axis=1) & inside
        if e.ties == "first":
            return 1.0 * (some & (top == flat))
        return some * (best & let_in)[each, flat] / self.np.maximum(1, self.np.sum(best & let_in, axis=1))

    KINDS = (
        ((sp.Rational, sp.NumberSymbol), _constant),
        (Dummy, _argument),
        ((Symbol, Quo, Rem), _map),
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
        (Piecewise, _piecewise),
    )


def compared(holds, a, b, relation):
    """The relation of two vectors; its negation holds where an operand is NaN."""
    if relation.startswith("!") and relation != "!=":
        return ~compared(HOLDS[relation[1:]], a, b, relation[1:])
    return holds(a, b)


REDUCE = {
    "sum": Body.total,
    "prod": Body.product,
    "max": Body.best,
    "min": Body.best,
    "lse": Body.log_sum,
    "norm": Body.norm,
}
