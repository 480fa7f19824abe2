"""The meaning of an equation: plain loops over its indices, in exact or floating numbers. Slow and obvious on purpose.

A `Space` says what numbers are: `FLOAT` (IEEE doubles), `EXACT` (fractions), `precise(digits)` (mpmath), or those of an
oracle (dual numbers, tracked expressions). Everything else here is the same for all of them.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import reduce

import mpmath
import sympy as sp
from sympy import Add, Expr, Integer, Mul, Pow, Symbol

from ..errors import EvaluationError, ShapeError
from .affine import Quo, Rem
from .elementwise import BY_HEAD
from .indices import Index
from .nodes import HOLDS, OUT, Bracket, Compare, Divides, Entry, Equal, Inside, Pick, Reduce, Slot
from .tensors import Tensor, shape_text


class Array:
    """A dense array of numbers as a flat list; an entry outside reads as 0."""

    __slots__ = ("data", "shape")

    def __init__(self, shape: tuple[int, ...], data: list):
        self.shape, self.data = shape, data

    def __getitem__(self, where: tuple[int, ...]):
        position = 0
        for e, n in zip(where, self.shape, strict=True):
            if not 0 <= e < n:
                return 0
            position = position * n + e
        return self.data[position]

    def nested(self):
        """As nested lists (a number where there are no axes)."""
        return _nest(self.data, self.shape)

    def __iter__(self):
        return iter(self.data)

    def __eq__(self, other):
        return isinstance(other, Array) and self.shape == other.shape and self.data == other.data

    __hash__ = None

    def __repr__(self):
        return f"Array{self.shape}{self.nested()}"


def _nest(data, shape):
    if not shape:
        return data[0]
    step = math.prod(shape[1:])
    return [_nest(data[k * step : (k + 1) * step], shape[1:]) for k in range(shape[0])]


def array(value, space=None) -> Array:
    """Nested sequences, a number or anything with `tolist()` as an Array, its numbers taken into the space."""
    if isinstance(value, Array):
        data, shape = list(value.data), value.shape
    else:
        declared = tuple(value.shape) if hasattr(value, "tolist") else None
        value = value.tolist() if hasattr(value, "tolist") else value
        data, shape = [], _shape(value) if declared is None else declared
        _flatten(value, shape, data)
    return Array(shape, [space.take(v) for v in data] if space else data)


def _shape(value):
    if not isinstance(value, (list, tuple)):
        return ()
    return (len(value), *(_shape(value[0]) if value else ()))


def _flatten(value, shape, into):
    if not shape:
        if isinstance(value, (list, tuple)):
            raise ShapeError("rows of unequal depth: a number is expected where a list stands")
        into.append(value)
        return
    if not isinstance(value, (list, tuple)) or len(value) != shape[0]:
        raise ShapeError(f"rows of unequal length: {shape[0]} entries are expected", place=f"  at {value!r}"[:90])
    for part in value:
        _flatten(part, shape[1:], into)


class Space:
    """What numbers are: how a number is taken in, how functions are computed (`m.exp`, …), how powers are."""

    name = "numbers"
    functions: object = None

    def take(self, value):
        return value

    def constant(self, value: Expr):
        """An exact rational, or π or E, as a number of this space."""
        raise NotImplementedError

    def power(self, base, exponent):
        return base**exponent

    def call(self, row, args):
        return row.value(self.functions, *args)

    def divide(self, a, b):
        return a / b


class _Float(Space):
    """IEEE doubles with NumPy's meaning: `exp(800)` is inf, `log(0)` is −inf, `log(-1)` is nan."""

    name = "float"

    class functions:
        """math's functions, total."""

        def __getattr__(self, name):
            return lambda *x: _total(getattr(math, name), *x)

    functions = functions()

    def take(self, value):
        return float(value)

    def constant(self, value):
        return float(value)

    def power(self, base, exponent):
        return _total(_float_power, base, exponent)


def _float_power(base, exponent):
    if base == 0 and exponent < 0:
        odd = exponent == int(exponent) and int(exponent) % 2 == 1
        return math.copysign(math.inf, base) if odd else math.inf
    return math.pow(base, exponent)


def _total(f, *x):
    try:
        return f(*x)
    except OverflowError:
        return (
            math.copysign(math.inf, x[0])
            if f in (math.sinh, math.expm1) or f is _float_power and x[0] < 0
            else math.inf
        )
    except ValueError:
        if f in (math.log, math.log1p) and x[0] == (0 if f is math.log else -1):
            return -math.inf
        return math.copysign(math.inf, x[0]) if f is math.atanh and abs(x[0]) == 1 else math.nan


class _Exact(Space):
    """Fractions. A function that leaves the rationals is refused."""

    name = "exact"

    class functions:
        """None of them is rational, except at the few points where SymPy knows the value to be."""

        def __getattr__(self, name):
            return lambda *x: _rational_value(name, *x)

    functions = functions()

    def take(self, value):
        if isinstance(value, float):
            return Fraction(repr(value))
        return Fraction(int(value.p), int(value.q)) if isinstance(value, sp.Rational) else Fraction(value)

    def constant(self, value):
        if not isinstance(value, sp.Rational):
            raise EvaluationError(f"{value} is not rational", hint="evaluate in floating point")
        return Fraction(int(value.p), int(value.q))

    def power(self, base, exponent):
        if Fraction(exponent).denominator == 1:
            if base == 0 and exponent < 0:
                raise EvaluationError("division by zero")
            return Fraction(base) ** int(exponent)
        root = sp.Rational(base.numerator, base.denominator) ** sp.Rational(exponent.numerator, exponent.denominator)
        if not root.is_Rational:
            raise EvaluationError(f"({base})**({exponent}) is not rational", hint="evaluate in floating point")
        return self.take(root)


def _rational_value(name, *x):
    known = {("exp", 0): 1, ("log", 1): 0, ("tanh", 0): 0, ("sin", 0): 0, ("cos", 0): 1, ("sqrt", 0): 0, ("sqrt", 1): 1}
    if len(x) == 1 and (name, x[0]) in known:
        return Fraction(known[name, x[0]])
    raise EvaluationError(f"{name}({', '.join(map(str, x))}) is not rational", hint="evaluate in floating point")


class Precise(Space):
    """mpmath numbers of the given number of decimal digits, real or complex."""

    name = "precise"

    def __init__(self, digits: int = 50):
        self.functions = mpmath.MPContext()
        self.functions.dps = digits

    def take(self, value):
        if isinstance(value, (sp.Rational, Fraction)):
            value = Fraction(int(value.p), int(value.q)) if isinstance(value, sp.Rational) else value
            return self.functions.mpf(value.numerator) / value.denominator
        return self.functions.mpmathify(value)

    def constant(self, value):
        if isinstance(value, sp.Rational):
            return self.take(value)
        return self.functions.mpmathify(value.evalf(self.functions.dps))

    def power(self, base, exponent):
        whole = self.functions.isint(exponent)
        if base == 0 and not whole and exponent < 0:
            return self.functions.inf
        if whole:
            if base == 0 and exponent < 0:
                return self.functions.inf
            return self.functions.mpmathify(base) ** int(exponent)
        if isinstance(base, self.functions.mpf) and base < 0:
            return self.functions.nan
        return self.functions.power(base, exponent)


FLOAT, EXACT = _Float(), _Exact()


def evaluate(outputs, values: Mapping, space: Space = FLOAT):
    """The values of tensors, as Arrays, at values of the inputs, by name.

    `values` maps each input's name (or the tensor) to numbers in nested lists, and may give sizes that no input shows
    (`{"s": 2}`). One tensor gives one Array, a sequence a list.

    >>> from symgrad.expr.tensors import input_tensor, from_expression
    >>> from symgrad.expr.indices import Index, param
    >>> from symgrad.expr.nodes import Entry, total
    >>> n = param("n"); x = input_tensor("x", (n,)); k = Index("k", n)
    >>> evaluate(from_expression((), total(Entry(x.ref, k)**2, k)), {"x": [3, 4]}, EXACT).nested()
    Fraction(25, 1)
    """
    several = not isinstance(outputs, Tensor)
    outputs = tuple(outputs) if several else (outputs,)
    nodes = order(outputs)
    known, sizes = _inputs(nodes, values, space)
    for t in nodes:
        if t not in known:
            known[t] = _compute(t, [known[o] for o in t.operands], sizes, space)
    results = [known[t] for t in outputs]
    return results if several else results[0]


def order(outputs: Iterable[Tensor]) -> list[Tensor]:
    """Every tensor that the outputs need, operands first; iterative, so that depth is no bound."""
    seen, ordered, stack = set(), [], [(t, False) for t in reversed(tuple(outputs))]
    while stack:
        t, done = stack.pop()
        if done:
            ordered.append(t)
        elif t not in seen:
            seen.add(t)
            stack.append((t, True))
            stack.extend((o, False) for o in reversed(t.operands) if o not in seen)
    return ordered


def _inputs(nodes, values, space):
    sizes = {s.name if isinstance(s, Symbol) else s: v for s, v in values.items() if not isinstance(s, Tensor)}
    known, declared = {}, {}
    for t in nodes:
        given = values.get(t, values.get(t.name)) if t.name else values.get(t)
        if given is not None and (t.is_input or t in values):
            known[t] = array(given, space)
            _match(t, known[t].shape, declared)
        elif t.is_input:
            raise EvaluationError(f"no value for {t.display}{list(t.shape) or ''}", hint=f"give {t.display}=…")
    for name, value in sizes.items():
        if isinstance(value, int) and not isinstance(value, bool):
            declared.setdefault(Symbol(name, integer=True, nonnegative=True), Integer(value))
    for t, a in known.items():
        for axis, (n, m) in enumerate(zip(t.shape, a.shape, strict=True)):
            if n.xreplace(declared) != m:
                raise ShapeError(f"{t.display}: axis {axis} is {n} = {n.xreplace(declared)} but {m} entries are given")
    return known, declared


def _match(t, shape, sizes):
    if len(shape) != t.ndim:
        raise ShapeError(f"{t.display}: shape {shape_text(t.shape)} takes {t.ndim} axes, values have {len(shape)}")
    for n, m in zip(t.shape, shape, strict=True):
        if n.is_Symbol:
            sizes.setdefault(n, Integer(m))


def _compute(t: Tensor, operands, sizes, space) -> Array:
    tmpl = t.template
    binding = {}
    for p, actual in zip(tmpl.params, t.binding, strict=True):
        value = actual.xreplace(sizes)
        if not value.is_Integer:
            unknown = ", ".join(sorted(map(str, value.free_symbols)))
            raise EvaluationError(f"the size {unknown} is not known", hint=f"give {unknown}=… beside the inputs")
        binding[p] = int(value)
    slots = {Slot(k): a for k, a in enumerate(operands)}
    return tabulate(tmpl.free, tmpl.body, binding, slots, space)


def tabulate(free, body, params: dict, slots: dict, space: Space) -> Array:
    """`out[free] = body`, entry by entry."""
    scope = Scope(params, slots, space)
    shape = tuple(scope.size(i) for i in free)
    value = scope.meaning(body)
    data = []
    for where in itertools.product(*map(range, shape)):
        scope.at.update(zip(free, where, strict=True))
        data.append(value())
    return Array(shape, [space.take(v) if type(v) is int else v for v in data])


class Scope:
    """Turns an expression into a function of the current index values, `at`; one method a kind of node."""

    def __init__(self, params, slots, space):
        self.params, self.slots, self.space, self.at = params, slots, space, {}

    def size(self, i: Index) -> int:
        n = i.size.xreplace({p: Integer(v) for p, v in self.params.items()})
        if not n.is_Integer:
            raise EvaluationError(f"the size {n} is not known")
        return max(0, int(n))

    def integer(self, e: Expr):
        """The function that gives an index map its integer value."""
        number = self.number(e)

        def value():
            v = number()
            if v.denominator != 1:
                raise EvaluationError(f"{e} is not an integer at {self._here()}")
            return int(v)

        return number if _polynomial(e) else value

    def _here(self):
        return ", ".join(f"{i}={v}" for i, v in self.at.items())

    def number(self, e: Expr):
        """The function that gives an expression of indices and sizes its exact value."""
        at = self.at
        if e.is_Integer:
            return lambda v=int(e): v
        if e.is_Rational:
            return lambda v=Fraction(int(e.p), int(e.q)): v
        if isinstance(e, Index):
            return lambda: at[e]
        if e in self.params:
            return lambda v=self.params[e]: v
        if isinstance(e, Pow) and e.exp.is_Integer:
            base = self.number(e.base)
            return lambda n=int(e.exp): Fraction(base()) ** n if n < 0 else base() ** n
        if isinstance(e, (Add, Mul, Quo, Rem)):
            parts = [self.number(a) for a in e.args]
            if isinstance(e, Add):
                return lambda: sum(p() for p in parts)
            if isinstance(e, Mul):
                return lambda: math.prod(p() for p in parts)
            a, b = parts
            return (lambda: a() // b()) if isinstance(e, Quo) else (lambda: a() % b())
        raise EvaluationError(f"{e} is not an index map of known sizes")

    def meaning(self, e: Expr):
        """The function that gives a body its value."""
        for kind, method in self.KINDS:
            if isinstance(e, kind):
                return method(self, e)
        row = BY_HEAD.get(e.func)
        if row is None:
            raise EvaluationError(f"no value is known for {e.func.__name__}: {e}")
        parts = [self.meaning(a) for a in e.args]
        return lambda: self.space.call(row, [p() for p in parts])

    def _constant(self, e):
        return lambda v=self.space.constant(e): v

    def _parameter(self, e):
        value = self.number(e)
        return lambda: self.space.take(value())

    def _entry(self, e):
        table, where = self.slots[e.base], [self.integer(w) for w in e.where]
        return lambda: table[tuple(w() for w in where)]

    def _add(self, e):
        parts = [self.meaning(a) for a in e.args]
        return lambda: reduce(lambda a, b: a + b, [p() for p in parts])

    def _mul(self, e):
        brackets = [self.meaning(a) for a in e.args if isinstance(a, Bracket)]
        others = [self.meaning(a) for a in e.args if not isinstance(a, Bracket)]

        def value():
            if any(b() == 0 for b in brackets):
                return 0
            return reduce(lambda a, b: a * b, [p() for p in others], 1)

        return value

    def _pow(self, e):
        base, exponent = self.meaning(e.base), self.meaning(e.exp)
        take, power = self.space.take, self.space.power

        def value():
            b, x = base(), exponent()
            return power(take(b) if type(b) is int else b, x)

        return value

    def _values(self, e):
        """The function that gives [(index values, body value)] over the guarded range of a reduction or a pick."""
        ranges, body, guard = [range(self.size(i)) for i in e.bound], self.meaning(e.body), self.meaning(e.guard)

        def values():
            found = []
            for where in itertools.product(*ranges):
                self.at.update(zip(e.bound, where, strict=True))
                if guard() != 0:
                    found.append((where, body()))
            return found

        return values, all(ranges)

    def _reduce(self, e):
        values, nonempty = self._values(e)
        combine = REDUCE[e.op]
        if e.op in ("max", "min") and not nonempty:
            raise EvaluationError(f"the {e.op} over an empty axis has no value")
        return lambda: combine(self.space, [v for _, v in values()])

    def _pick(self, e):
        values, _ = self._values(e)
        point = [self.integer(p) for p in e.point]
        best = max if e.op == "max" else min

        def weight():
            here = tuple(p() for p in point)
            found = values()
            if not found:
                return 0
            top = best((v for _, v in found))
            winners = [w for w, v in found if v == top]
            if e.ties == "first":
                return int(winners[:1] == [here])
            return self.space.constant(sp.Rational(1, len(winners))) if here in winners else 0

        return weight

    def _equal(self, e):
        a, b = map(self.number, e.args)
        return lambda: int(a() == b())

    def _divides(self, e):
        s, d = map(self.integer, e.args)
        return lambda: int(d() % s() == 0)

    def _inside(self, e):
        a, n = map(self.number, e.args)
        return lambda: int(0 <= a() < n())

    def _compare(self, e):
        holds, a, b = HOLDS[e.relation], self.meaning(e.left), self.meaning(e.right)
        return lambda: int(bool(holds(a(), b())))

    KINDS = (
        (sp.Rational, _constant),
        (sp.NumberSymbol, _constant),
        (Symbol, _parameter),
        (Entry, _entry),
        (Add, _add),
        (Mul, _mul),
        (sp.exp, lambda self, e: self._function(e)),
        (Pow, _pow),
        (Reduce, _reduce),
        (Pick, _pick),
        (Equal, _equal),
        (Divides, _divides),
        (Inside, _inside),
        (Compare, _compare),
        ((Quo, Rem), _parameter),
    )

    def _function(self, e):
        row, parts = BY_HEAD[e.func], [self.meaning(a) for a in e.args]
        return lambda: self.space.call(row, [p() for p in parts])


def _polynomial(e) -> bool:
    return all(not c.is_Rational or c.is_Integer for c in e.atoms(sp.Number)) and not e.atoms(Pow)


def _extreme(best):
    def combine(space, values):
        if not values:
            return -math.inf if best is max else math.inf
        return next((v for v in values if v != v), None) or best(values)

    return combine


def _logsumexp(space, values):
    if not values:
        return -math.inf
    top = max(values)
    if top in (math.inf, -math.inf):
        return top
    return top + space.functions.log(sum(space.functions.exp(v - top) for v in values))


def _norm(space, values):
    squares = sum(v * v for v in values)
    return space.power(space.take(squares) if type(squares) is int else squares, space.constant(sp.Rational(1, 2)))


REDUCE = {
    "sum": lambda space, values: reduce(lambda a, b: a + b, values, 0),
    "prod": lambda space, values: reduce(lambda a, b: a * b, values, 1),
    "max": _extreme(max),
    "min": _extreme(min),
    "lse": _logsumexp,
    "norm": _norm,
}

__all__ = ["EXACT", "FLOAT", "OUT", "Array", "Precise", "Space", "array", "evaluate", "order", "tabulate"]
