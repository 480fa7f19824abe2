"""UNROLLED: the loops written out as one SymPy expression of the entries of `wrt`, which SymPy differentiates.

Functions stand in it by their `definition`, of a Piecewise the branch that the values take. An expression that has
grown beyond `LARGE` nodes, a function counted as `NESTED`, is given a name v with its `dv/dx_k` there and then, so that
work stays proportional to size. Numbers are fractions as long as they can be, after that they have fifty digits.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

import sympy as sp
from sympy import Expr, Integer, Rational, Symbol

from ..errors import EvaluationError, LimitError
from ..expr.arrays import Array
from ..expr.elementwise import BY_NAME
from ..expr.evaluate import evaluate
from ..expr.spaces import EXACT
from .mixed import alike, computed, power, product, total
from .oracle import MP, Found, Oracle
from .ordered import Carrier, CarrierSpace

LARGE = 24
NESTED = 12
STEPS = 60_000
CLOSE = MP.functions.mpf(10) ** -40


class Tracked(Carrier):
    """A value and the SymPy expression it comes from, in `symbols`, of about `size` nodes."""

    __slots__ = ("expr", "size", "space", "symbols", "value")

    def __init__(self, space, value, expr: Expr, symbols=frozenset(), size=1):
        self.space, self.value, self.expr, self.symbols, self.size = space, value, expr, symbols, size

    def __repr__(self):
        return f"Tracked({self.value}, {self.expr})"

    def same_slope(self, other) -> bool:
        if self.expr == other.expr or not self.symbols | other.symbols:
            return True
        mine, theirs = self.space.differentiated(self), self.space.differentiated(other)
        return all(self.space.tied(mine.get(k, 0), theirs.get(k, 0)) for k in {*mine, *theirs})

    def __add__(self, other):
        return self.space.sum([self, other])

    def __sub__(self, other):
        return self.space.sum([self, -self.space.take(other)])

    def __rsub__(self, other):
        return self.space.sum([other, -self])

    def __neg__(self):
        return self.space.product([-1, self])

    def __mul__(self, other):
        return self.space.product([self, other])

    __radd__, __rmul__ = __add__, __mul__


class Unrolled(CarrierSpace):
    """Tracked numbers of one evaluation: the values and the derivatives of the symbols in their expressions."""

    name = "unrolled"

    def __init__(self):
        self.at: dict = {}  # symbol: value
        self.slopes: dict = {}  # symbol: {k: d symbol / d x_k}
        self.known: dict = {}  # expression: value
        self.steps = 0
        self.functions = _Functions(self)

    def symbol(self, letter: str, value) -> Symbol:
        s = Symbol(f"{letter}{len(self.at)}", real=True)
        self.at[s] = value
        return s

    def seed(self, k: int, value) -> Tracked:
        s = self.symbol("x", value)
        self.slopes[s] = {k: Fraction(1)}
        return Tracked(self, value, s, frozenset([s]))

    def take(self, value):
        if isinstance(value, Tracked):
            return value
        return self.number(value if hasattr(value, "_mpf_") else EXACT.take(value))

    def constant(self, value):
        return self.number(EXACT.constant(value) if isinstance(value, Rational) else MP.constant(value))

    def number(self, value) -> Tracked:
        """A constant: a rational as it is, any other under a name."""
        if isinstance(value, Fraction):
            return Tracked(self, value, Rational(value.numerator, value.denominator))
        return Tracked(self, value, self.symbol("c", value))

    def made(self, value, expr, sources, size: int = 1) -> Tracked:
        self.steps += 1
        if self.steps > STEPS:
            raise LimitError(f"more than {STEPS} operations, too large to be unrolled")
        symbols = frozenset().union(*(s.symbols for s in sources))
        if not symbols:
            return self.number(value)
        t = Tracked(self, value, expr, symbols, size + sum(s.size for s in sources))
        return t if t.size <= LARGE else self.named(t)

    def named(self, t: Tracked) -> Tracked:
        slopes, s = self.differentiated(t), self.symbol("v", t.value)
        self.slopes[s] = slopes
        return Tracked(self, t.value, s, frozenset([s]))

    def differentiated(self, t: Tracked) -> dict:
        """`{k: dt/dx_k} = Σ_s ∂t/∂s · ds/dx_k`, with SymPy's ∂t/∂s."""
        slopes: dict = {}
        for s in sorted(t.symbols, key=str):
            by = computed(sp.diff(t.expr, s), self.at, self.known)
            for k, d in self.slopes[s].items():
                slopes[k] = total([slopes.get(k, Fraction(0)), product([by, d])])
        return slopes

    def sum(self, values):
        return self._joined(values, total, sp.Add)

    def product(self, values):
        return self._joined(values, product, sp.Mul)

    def _joined(self, values, join, head):
        """Eight at a time, so that no expression is long."""
        values = [self.take(v) for v in values]
        while len(values) > 1:
            parts = [values[k : k + 8] for k in range(0, len(values), 8)]
            values = [
                p[0] if len(p) == 1 else self.made(join([v.value for v in p]), head(*(v.expr for v in p)), p)
                for p in parts
            ]
        return values[0] if values else self.take(join([]))

    def power(self, base, exponent):
        value = power(base.value, exponent.value)
        if not base.symbols | exponent.symbols:
            return self.number(value)
        return self.made(value, base.expr**exponent.expr, (base, exponent))

    def call(self, row, args):
        arguments, definition = defined(row)
        values = alike([a.value for a in args])
        try:
            value = EXACT.call(row, values)
            value = EXACT.take(value) if type(value) is int else value
        except (EvaluationError, TypeError):
            value = MP.call(row, [MP.take(v) for v in values])
        if value != value:
            raise EvaluationError(f"{row} has no real value at {', '.join(str(float(v)) for v in values)}")
        branch = self.branch(definition, dict(zip(arguments, args, strict=True)))
        return self.made(
            value, branch.xreplace({s: a.expr for s, a in zip(arguments, args, strict=True)}), args, NESTED
        )

    def branch(self, definition, arguments):
        if not isinstance(definition, sp.Piecewise):
            return definition
        return next(e for e, condition in definition.args if self.decided(condition, arguments))

    def decided(self, condition, arguments) -> bool:
        if condition in (sp.true, sp.false):
            return bool(condition)
        if isinstance(condition, (sp.And, sp.Or)):
            join = all if isinstance(condition, sp.And) else any
            return join(self.decided(c, arguments) for c in condition.args)
        a, b = (arguments[e] if e in arguments else self.constant(e) for e in condition.args)
        return RELATIONS[condition.rel_op](a, b)

    def tied(self, a, b) -> bool:
        if isinstance(a, (int, Fraction)) and isinstance(b, (int, Fraction)):
            return a == b
        return abs(MP.take(a) - MP.take(b)) <= CLOSE * (1 + abs(MP.take(a)))

    def comparable(self, value):
        return MP.take(value)


class _Functions:
    """`exp` and `log` of tracked numbers, for log Σ exp."""

    def __init__(self, space):
        self.space = space

    def __getattr__(self, name):
        return lambda *x: self.space.call(BY_NAME[name], list(x))


RELATIONS = {
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
}


@lru_cache(maxsize=500)
def defined(row) -> tuple[tuple[Symbol, ...], Expr]:
    """The arguments and the definition of a row."""
    arguments = tuple(sp.Dummy(f"a{k}") for k in range(row.arity))
    definition = row.definition(*arguments)
    return arguments, Integer(definition) if isinstance(definition, int) else definition


def jacobian(f, wrt, values) -> Found:
    """`∂f/∂wrt`, as SymPy differentiates the unrolled f; exact where it is rational."""
    space = Unrolled()
    start = evaluate(wrt, values, space)
    seeded = Array(start.shape, [space.seed(k, x.value) for k, x in enumerate(start)])
    out = evaluate(f, {**values, wrt: seeded}, space)
    # A plain number depends on nothing: the −inf of a window that holds no entry.
    rows = [space.differentiated(y) if isinstance(y, Tracked) else {} for y in out]
    data = [row.get(k, Fraction(0)) for row in rows for k in range(len(start))]
    return Found(Array((*out.shape, *start.shape), data))


UNROLLED = Oracle("unrolled", jacobian)
