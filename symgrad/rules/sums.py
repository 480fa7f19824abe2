"""SUMS: how sums are split, merged and emptied so that the deltas in them can be contracted."""

from __future__ import annotations

from sympy import Add, Expr, Integer, Mul

from ..expr.nodes import Bracket, Equal, Pick, Reduce, total
from ..expr.substitute import refresh
from ..rewrite import Rule, Table

KIND = "contract"


GUARDS = (Bracket, Pick)
"""Factors that are 0 or a share and make a product 0 whatever the other factors are."""


def factors(e: Expr) -> tuple[Expr, ...]:
    """The factors of a product."""
    return Mul.make_args(e)


def sums_over(e: Expr, k) -> bool:
    """Whether a delta in e mentions the index k."""
    return any(k in d.free_symbols for d in e.atoms(Equal))


def _sum(f):
    return lambda e: f(e) if e.op == "sum" else None


def nothing(e):
    """Σ over an empty range is 0."""
    if any(i.size == 0 for i in e.bound):
        return Integer(0)


def one(e):
    """Σ over a range of one is the term itself."""
    single = [i for i in e.bound if i.size == 1]
    if single:
        return Reduce(
            e.op, e.body.xreplace(dict.fromkeys(single, Integer(0))), 1, [i for i in e.bound if i not in single]
        )


def same(e):
    """Σ_{k<n} c = n c."""
    idle = [i for i in e.bound if i not in e.body.free_symbols]
    if idle:
        return Mul(*(i.size for i in idle)) * total(e.body, *(i for i in e.bound if i not in idle))


def outside(e):
    """Σ_k c a_k = c Σ_k a_k.

    Where a bracket stays in a_k, only numbers and brackets are taken out: a bracket makes c a_k 0 even where c is NaN.
    """
    bound = set(e.bound)
    fixed = [a for a in factors(e.body) if not bound & a.free_symbols]
    if any(isinstance(a, GUARDS) for a in factors(e.body) if a not in fixed):
        fixed = [a for a in fixed if a.is_number or isinstance(a, GUARDS)]
    if fixed:
        return Mul(*fixed) * total(Mul(*(a for a in factors(e.body) if a not in fixed)), *e.bound)


def merge(e):
    """Σ_i a Σ_j b = Σ_{i,j} a b, where b holds a delta that involves i."""
    for inner in factors(e.body):
        if isinstance(inner, Reduce) and inner.op == "sum" and any(sums_over(inner.body, i) for i in e.bound):
            inner_ = refresh(inner)
            rest = [a for a in factors(e.body) if a is not inner]
            return total(Mul(*rest, inner_.body), *e.bound, *inner_.bound)


def split(e):
    """Σ (a + b) = Σ a + Σ b, where a delta is to be contracted in one of them."""
    if isinstance(e.body, Add) and any(sums_over(e.body, i) for i in e.bound):
        return Add(*(refresh(total(a, *e.bound)) for a in e.body.args))


def distribute(e):
    """Σ c (a + b) = Σ (c a + c b), where a + b holds a delta that is to be contracted."""
    parts = factors(e.body)
    for a in parts:
        if isinstance(a, Add) and any(sums_over(a, i) for i in e.bound):
            rest = Mul(*(b for b in parts if b is not a))
            return total(Add(*(rest * term for term in a.args)), *e.bound)


def _row(name, statement, apply):
    return Rule(name, statement, (Reduce,), _sum(apply), KIND, minor=True)


SUMS: Table = (
    _row("empty sum", "Σ over nothing = 0", nothing),
    _row("one term", "Σ_{k<1} a_k = a_0", one),
    _row("constant sum", "Σ_{k<n} c = n c", same),
    _row("take out", "Σ_k c a_k = c Σ_k a_k", outside),
    _row("merge", "Σ_i a Σ_j b = Σ_{i,j} a b", merge),
    _row("split", "Σ (a + b) = Σ a + Σ b", split),
    _row("distribute", "Σ c (a + b) = Σ (c a + c b)", distribute),
)
