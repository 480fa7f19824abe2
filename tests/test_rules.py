"""Every row of every table, by what it does: after each step of a rewrite the whole is worth what it was worth before.

Numbers decide, in plain loops. A partial that is not worked out yet is worth what an oracle finds by the definition of
the derivative. A row that no expression of CORPUS makes use of fails too, so a new row comes with an expression.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from math import prod

import pytest
from sympy import Abs, Add, Expr, Integer, Mul, Symbol, exp, gamma, sign

import symgrad.expr.protocols  # noqa: F401  gives tensors their operators
from symgrad import rewrite as rewriting
from symgrad.errors import EvaluationError, LimitError, NoRuleError
from symgrad.expr.affine import Quo, Rem, indices
from symgrad.expr.arrays import Array
from symgrad.expr.constants import eye
from symgrad.expr.conventions import Conventions
from symgrad.expr.elementwise import ELEMENTWISE, maximum, relu
from symgrad.expr.evaluate import evaluate
from symgrad.expr.indices import Index, fresh, param
from symgrad.expr.nodes import Binder, Compare, Divides, Entry, Equal, Inside, Partial, Pick, over, total
from symgrad.expr.precise import precise
from symgrad.expr.spaces import EXACT
from symgrad.expr.tensors import Ref, Tensor, from_expression, input_tensor
from symgrad.oracles import RATIONAL, UNROLLED
from symgrad.rewrite import Rule
from symgrad.rules.algebra import ALGEBRA
from symgrad.rules.delta import CONTRACT, DIVIDE
from symgrad.rules.enforce import enforced
from symgrad.rules.facts import Facts, assume
from symgrad.rules.partial import partial_rules
from symgrad.rules.sums import SUMS
from symgrad.rules.tables import chain, passes

MP = precise(50)
PARTIAL = partial_rules()
TABLES = {"PARTIAL": PARTIAL, "SUMS": SUMS, "CONTRACT": CONTRACT, "DIVIDE": DIVIDE, "ALGEBRA": ALGEBRA}

m, n, s, d = map(param, "mnsd")
i, j, k, l = (Index(letter, n) for letter in "ijkl")
p, q = Index("p", m), Index("q", m)
x, y, z = (input_tensor(name, (n,)) for name in "xyz")
v = input_tensor("v", (m,))
A, B, P = input_tensor("A", (n, n)), input_tensor("B", (m, n)), input_tensor("P", (m, m))
T = input_tensor("T", (2 * n,))
F = input_tensor("F", (m * n,))
V3, V1 = input_tensor("V3", (3,)), input_tensor("V1", (1,))


def at(t: Tensor, *where) -> Entry:
    return Entry(t.ref, *where)


def by(e, t: Tensor) -> Partial:
    """∂e/∂t[u]."""
    return Partial(e, at(t, *(fresh(Index("uvw"[a], size)) for a, size in enumerate(t.shape))))


@dataclass(frozen=True)
class Case:
    """An expression, the interval in which its inputs are drawn, and the convention for ties."""

    start: Expr
    domain: tuple[float, float] = (-3, 3)
    ties: str = "first"
    sizes: dict = field(default_factory=dict)
    facts: Facts = field(default_factory=Facts)

    @cached_property
    def tables(self):
        return passes(Conventions(ties=self.ties), self.facts.rules)

    def __str__(self):
        return str(self.start)[:60]


def _elementwise(row):
    """∂f(x_i, y_i, …)/∂x of a row of ELEMENTWISE, and by its second argument where it has two."""
    free = [at(x, i), at(y, i)][: row.arity - len(row.parameters)]
    call = row.head(*free, *(Integer(2) if default is None else default for _, default in row.parameters))
    return [Case(by(call, t), row.domain) for t, _ in zip((x, y), free, strict=False)]


o, t3, t2 = Index("o", 3), Index("t", 3), Index("r", 2 * n)
CORPUS = (
    # PARTIAL
    Case(by(at(y, i), x)),
    Case(by(at(x, i), x)),
    Case(by(at(A, i, j), A)),
    Case(by(at(T, 2 * i + 1) * at(T, i), T)),
    Case(by(at(x, i) + at(x, j) * at(y, i) + 3, x)),
    Case(by(2 * at(y, i) * at(x, j), x)),
    Case(by(at(x, i) * at(x, j) * at(x, k), x)),
    Case(by(at(x, i) ** 3, x)),
    Case(by(1 / at(x, i) ** 2, x)),
    Case(by(at(x, i) ** Symbol("e", integer=True, nonnegative=True), x), sizes={"e": 3}),
    Case(by(2 ** at(x, i), x)),
    Case(by(at(y, i) ** at(x, i), x), (0.5, 2)),
    Case(by(at(x, i) ** at(x, j), x), (0.5, 2)),
    Case(by(total(at(x, i) ** 2 * at(y, i), i), x)),
    Case(by(over("prod", 1 + at(x, i) ** 2, i), x)),
    Case(by(over("prod", at(B, p, i), p, i), B)),
    Case(by(over("prod", at(x, i) * at(y, j), i, guard=1 - Equal(i, j)), x)),
    Case(by(over("lse", at(x, i) * at(y, i), i), x)),
    Case(by(over("norm", at(B, p, i) + 1, p, i), B)),
    Case(by(over("max", at(x, i) * at(y, j), i), x)),
    Case(by(over("min", at(B, p, i), p, i), B), ties="split"),
    Case(by(over("max", at(x, i + k - 1), k, guard=Inside(i + k - 1, n)), x), sizes={"n": 3}),
    Case(by(Compare(">", at(x, i), at(x, j)) * at(x, k), x)),
    Case(by(Pick("first", "max", at(x, j), 1, (i,), (j,)) * at(x, k), x)),
    *(case for row in ELEMENTWISE for case in _elementwise(row)),
    Case(by(relu(total(at(A, i, j) * at(x, j), j)) * maximum(at(x, i), at(y, i)), x)),
    # SUMS
    Case(total(at(x, i) * Equal(i, k), i, Index("e", 0)) + 1),
    Case(total(at(V1, Index("e", 1)) * at(x, i) * Equal(i, k), i, Index("e", 1))),
    Case(total(Equal(i, k) * at(y, j), i, j, l)),
    Case(total(at(y, k) * at(x, i), i)),
    Case(total(at(x, i) * total(at(y, j) * at(A, i, j) * Equal(i, j), j), i)),
    Case(total(at(x, i) + at(y, i) * Equal(i, k), i)),
    Case(total(at(x, i) * (at(z, i) + at(y, i) * Equal(i, k)), i)),
    # CONTRACT
    Case(total(Equal(i, k) * at(x, i), i)),
    Case(total(Equal(i - 1, k) * at(x, i) * (1 + i), i)),
    Case(total(Equal(k + p, 3 - i) * (i + 1) * (p + 2), i, p)),
    Case(total(Equal(s * i + d * p - 1, k) * (i + 1) * at(v, p), i, p)),
    Case(total(Equal(i, p) * at(x, i) * at(v, p), i, p)),
    Case(total(Equal(A_row := 2 * i + 1, k) * at(x, i) * at(T, A_row), i)),
    Case(Inside(k - 1, n) * at(x, k - 1) * at(y, k)),
    Case(Inside(k - 1, m) * at(x, k - 1)),
    # DIVIDE
    Case(total(Equal(s * i - d, k) * (i + 1), i)),
    Case(total(Equal(3 * i + 2 * p, k) * (i + 1) * at(v, p), i, p)),
    Case(total(Equal(k, 4 - 2 * i) * at(x, i), i)),
    Case(total(Equal(Quo(t2, 2), k) * at(T, t2), t2)),
    Case(total(Equal(Quo(t2, n), q) * Equal(Rem(t2, n), k) * at(T, t2), t2)),
    Case(total(Equal(Rem(t2 + 1, 3), o) * at(T, t2), t2)),
    Case(total(Inside(k - 3 * i, 3) * at(x, i) * at(V3, k - 3 * i), i)),
    Case(total(at(V3, k - 3 * i) * at(x, i), i)),
    # ALGEBRA
    Case(total(at(x, i) ** 2, i) + 3 * total(at(x, j) ** 2, j)),
    Case(total(at(x, i), i) * total(at(x, j), j)),
    Case((2 * at(x, i) - 4 * at(y, i)) * at(z, i)),
    Case(at(x, i) * at(y, k) - at(x, i) ** 2 * at(z, k)),
    Case(exp(at(x, i)) * at(x, k) + exp(at(x, i)) * at(y, k) ** 2),
    # together
    Case(total(at(y, i) * by(total(at(A, i, j) * at(x, j) ** 2, j), x), i)),
    Case(total(at(v, p) * by(total(at(T, s * p + d * i - 1) * at(x, i), i), T), p)),
    Case(total(at(F, t_ := Index("t", m * n)) * by(at(B, Quo(t_, n), Rem(t_, n)) ** 2, B), t_)),
)


# Facts, also where an index map may leave the tensor: there it reads as 0, whatever is assumed.
Y, H = input_tensor("Y", (m, n)), input_tensor("H", (m, n))
whole, rows = assume(y.sum() == 1), assume(Y.sum(axis=1) == 1)
symmetric, positive = assume(P == P.T), assume(x > 0)
columns = assume(eye(n) == H.T @ H)
FACTS = (
    Case(total(at(y, i) * at(x, k), i), facts=whole),
    Case(total(at(y, i) * at(y, j), i, j), facts=whole),
    Case(total(at(y, i) * at(x, i), i), facts=whole),
    Case(total(at(Y, p, i), i) * at(x, k), facts=rows),
    Case(total(at(Y, p - 1, i), i), facts=rows),
    Case(total(at(Y, i, j), j), facts=rows),
    Case(total(at(P, p, q) * at(v, p), p) + total(at(P, q, p) * at(v, p), p), facts=symmetric),
    Case(at(P, p, q) - at(P, q, p), facts=symmetric),
    Case(total(at(H, p, i) * at(H, p, j), p), facts=columns, sizes={"m": 3, "n": 2}),
    Case(total(at(H, p, i) * at(H, p, j) * at(x, j), p, j), facts=columns, sizes={"m": 3, "n": 3}),
    Case(total(at(H, p, i) ** 2, p), facts=columns, sizes={"m": 3, "n": 1}),
    Case(total(at(H, p, i - 1) * at(H, p, j - 1), p), facts=columns, sizes={"m": 3, "n": 2}),
    Case(total(at(H, i, k) * at(H, i, j), i), facts=columns, sizes={"m": 3, "n": 2}),
    Case(Abs(at(x, i)) + relu(at(x, i)) + sign(at(x, i)), facts=positive),
    Case(Compare(">", at(x, i), 0) * at(y, i) + Compare(">=", 0, at(x, i)), facts=positive),
    Case(sign(at(x, i - 1)) + Compare(">", at(x, i + 1), 0) * at(y, i), facts=positive),
)


# The meaning of a right side in numbers


class Wrong(AssertionError):
    """A step that changed the value of the whole."""


class Point:
    """Sizes and numbers for the inputs of an expression."""

    def __init__(self, case: Case, seed: int):
        self.rng, self.case = random.Random(seed), case
        self.sizes = {a: self.rng.choice((1, 2, 3)) for a in "mnsd"} | case.sizes
        self.values, self.given = dict(self.sizes), {}

    def number(self) -> Fraction:
        low, high = (Fraction(e).limit_denominator(100) for e in self.case.domain)
        return low + (high - low) * Fraction(self.rng.randint(1, 10**4 - 1), 10**4)

    def fill(self, e: Expr):
        """Numbers for the inputs in e that have none yet."""
        for t in sorted({r.tensor for r in e.atoms(Ref)}, key=lambda t: t.serial):
            if t.name not in self.values:
                shape = tuple(int(a.xreplace(self.actual)) for a in t.shape)
                drawn = Array(shape, [self.number() for _ in range(prod(shape))])
                self.values[t.name] = enforced(self.case.facts, {t: drawn})[t]

    def worth(self, free, e: Expr) -> list | None:
        """The same, or None where e has no value (an entry between two others)."""
        try:
            return self.value(free, e)
        except EvaluationError:
            return None

    @property
    def actual(self):
        return {param(a): Integer(b) for a, b in self.sizes.items()}

    def value(self, free, e: Expr) -> list:
        """The numbers that e is worth at all values of its free indices."""
        self.fill(e)
        known = {part: self.entry(part) for part in e.atoms(Partial)}
        t = from_expression(free, e.xreplace(known))
        return self.computed(t).data

    def computed(self, t: Tensor) -> Array:
        exact = not any(
            hasattr(a, "_mpf_") for given in self.values.values() if isinstance(given, Array) for a in given
        )
        try:
            return evaluate(t, self.values, EXACT if exact else MP)
        except EvaluationError:
            return evaluate(t, self.values, MP)

    def entry(self, part: Partial) -> Entry:
        """A partial as an entry of the table of derivatives that an oracle finds."""
        free = tuple(sorted(free_indices(part.of), key=str))
        wrt = part.entry.base.tensor
        of, place = from_expression(free, part.of), f"D{len(self.values)}"
        if not part.of.has(part.entry.base):
            return Integer(0)
        try:
            found = RATIONAL.jacobian(of, wrt, self.values)
        except EvaluationError:
            found = UNROLLED.jacobian(of, wrt, self.values)
        self.values[place] = found.values
        return Entry(input_tensor(place, (*(a.size for a in free), *wrt.shape)).ref, *free, *part.entry.where)


def free_indices(e: Expr) -> set[Index]:
    return indices(e) - {a for binder in e.atoms(Binder) for a in binder.bound}


def same(a, b) -> bool:
    if isinstance(a, Fraction) and isinstance(b, Fraction):
        return a == b
    a, b = MP.take(a), MP.take(b)
    return abs(a - b) <= 1e-35 * (1 + abs(a))


def steps_checked(case: Case, tables=None, seeds=(0, 1, 2)) -> set[Rule]:
    """The (name, statement) of all rules that were used; `Wrong` at the first step that changes the value."""
    done = chain(case.start, tables or case.tables)
    free = tuple(sorted(free_indices(case.start), key=str))
    for seed in seeds:
        point = Point(case, seed)
        expected, shown = point.value(free, case.start), case.start
        for step in done.steps:
            got = point.worth(free, step.whole)
            if got is None or not all(map(same, expected, got)):
                raise Wrong(f"{step.rule}: {step.statement}\n  {shown}\n= {step.whole}\n  {expected}\n  {got}")
            shown = step.whole
    return {(step.rule, step.statement) for step in done.steps}


@pytest.mark.parametrize("case", CORPUS + FACTS, ids=str)
def test_every_step_keeps_the_value(case):
    steps_checked(case)


def test_every_row_is_used():
    used = set().union(*(_used(case) for case in CORPUS))
    rows = [(table, row) for table, rows in TABLES.items() for row in rows if row.name != "missing"]
    idle = [f"{table}: {row.name}, {row.statement}" for table, row in rows if (row.name, row.statement) not in used]
    assert not idle, "rows that no expression of CORPUS makes use of:\n" + "\n".join(idle)


def test_every_kind_of_fact_is_used():
    rules = {row for case in FACTS for row in case.facts.rules}
    idle = [row.statement for row in rules if not any((row.name, row.statement) in _used(case) for case in FACTS)]
    assert not idle


def _used(case):
    return {(step.rule, step.statement) for step in chain(case.start, case.tables).steps}


def test_what_no_row_matches_is_refused():
    with pytest.raises(NoRuleError, match="gamma"):
        chain(by(gamma(at(x, i)), x), passes())


# The judge is judged: a row that is wrong is seen


def planted(tables, row: Rule, apply):
    """The tables with another `apply` in the row of that name and statement."""

    def swap(rule):
        same_row = (rule.name, rule.statement) == (row.name, row.statement)
        return replace(rule, apply=lambda e: apply(rule.apply(e))) if same_row else rule

    return tuple(tuple(tuple(map(swap, table)) for table in each) for each in tables)


@pytest.mark.parametrize("row", [row for rows in TABLES.values() for row in rows if row.name != "missing"], ids=str)
def test_a_row_that_is_off_by_a_thousandth_is_seen(row):
    def off(after):
        return None if after is None else after + Fraction(1, 1000)

    assert any(
        _refuted(case, planted(case.tables, row, off)) for case in CORPUS if (row.name, row.statement) in _used(case)
    )


def _refuted(case, tables) -> bool:
    try:
        steps_checked(case, tables, seeds=(0,))
    except Wrong:
        return True
    return False


def _without(*kinds):
    """Drops factors of those kinds, as one does by mistake."""

    def apply(after):
        if after is None:
            return None
        return after.replace(lambda e: isinstance(e, kinds), lambda e: Integer(1))

    return apply


def _product_rule_with_one_term(after):
    return after and Mul(*after.args[:1]) if after is not None and after.is_Add else after


SLIPS = {
    "a contraction without its divisibility": (DIVIDE, "contract multiples", _without(Divides)),
    "a contraction without its range": (CONTRACT, "contract", _without(Inside)),
    "a delta of one axis only": (PARTIAL, "entry", lambda e: e and (e.args[0] if isinstance(e, Mul) else e)),
    "a product rule with one term": (PARTIAL, "product", _product_rule_with_one_term),
    "an argmax forgotten": (PARTIAL, "max over an index", _without(Pick)),
    "a constant sum that is not counted": (SUMS, "constant sum", lambda e: e and e.xreplace({n: Integer(1)})),
}


@pytest.mark.parametrize("slip", SLIPS, ids=str)
def test_a_common_slip_is_seen(slip):
    table, name, apply = SLIPS[slip]
    row = next(row for row in table if row.name == name)
    assert any(_refuted(case, planted(case.tables, row, apply)) for case in CORPUS)


# ── bounds ──


def long_line(join, count):
    """`x[i] · x[i+1] · …`, or the sum of them, to be differentiated."""
    x, i, u = input_tensor("x", (n,)), Index("i", Integer(4)), Index("u", n)
    return Partial(join(*(Entry(x.ref, i + k) for k in range(count))), Entry(x.ref, u))


def test_of_a_long_derivation_the_last_steps_are_one(monkeypatch):
    line = long_line(Add, 60)
    bounded = chain(line, passes())
    monkeypatch.setattr(rewriting, "MOST_SHOWN", 10**9)
    told = chain(line, passes())
    assert bounded.result == told.result and len(bounded.steps) < len(told.steps) == 61
    assert [s.rule for s in bounded.steps].index("work out") == len(bounded.steps) - 1


@pytest.mark.parametrize("count", [40, 2000])
def test_a_formula_that_nobody_could_read_is_refused(count):
    with pytest.raises(LimitError, match="a formula of more than 1,500 parts"):
        chain(long_line(Mul, count), passes())
