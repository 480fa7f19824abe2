"""What an expression is read as: a fraction, a common content, a softmax, a norm."""

from __future__ import annotations

from math import prod

import sympy as sp
from sympy import Add, Expr, Integer, Mul, Pow, Rational

from ..expr.nodes import Compare, Entry, Equal, Reduce, total
from .letters import readable

HALF = Rational(1, 2)


def negated(e: Expr) -> Expr:
    """−e of what is printed with a minus, without multiplying anything out."""
    if isinstance(e, Reduce):
        return total(negated(e.body), *e.bound)
    if not isinstance(e, Mul):
        return -e
    number, others = _coefficient(e)
    factors = others if number == -1 else [-number, *others]
    return factors[0] if len(factors) == 1 else unmultiplied(factors)


def is_differs(e: Compare) -> bool:
    """Whether e says that [a = c] [b = d] is not 1."""
    parts = e.left.args if isinstance(e.left, Mul) else ()
    return bool(parts) and (e.relation, e.right) == ("!=", 1) and all(isinstance(a, Equal) for a in parts)


def _coefficient(e: Mul) -> tuple[Rational, list[Expr]]:
    number = prod((a for a in e.args if a.is_Rational), start=Integer(1))
    return number, [a for a in e.args if not a.is_Rational]


def unmultiplied(factors) -> Expr:
    """The product as it stands; SymPy would multiply numbers into sums."""
    return Mul(*factors, evaluate=False)


def with_content(e: Mul) -> Mul:
    """`a (2 b + 2 c)` as `2 a (b + c)`."""
    parts = [a.primitive() if isinstance(a, Add) else (1, a) for a in e.args]
    contents = [c for c, _ in parts if c != 1]
    return unmultiplied([*contents, *(a for _, a in parts)]) if contents else e


def split_fraction(e: Mul) -> tuple[list[Expr], list[Expr]]:
    """Factors above and below the bar."""
    number, others = _coefficient(e)
    above = [Integer(number.p)] if number.p != 1 else []
    below = [Integer(number.q)] if number.q != 1 else []
    for a in others:
        if isinstance(a, Pow) and isinstance(a.exp, Rational) and a.exp.is_negative:
            below.append(a.base ** (-a.exp))
        else:
            above.append(a)
    return above, below


def softmax_of(e: Expr) -> Entry | None:
    """z_i where e is z_i − log Σ_j exp(z_j), j at the last axis."""
    if not (isinstance(e, Add) and len(e.args) == 2):
        return None
    z, lse = sorted(e.args, key=lambda a: not isinstance(a, Entry))
    lse = -lse
    if not (isinstance(z, Entry) and isinstance(lse, Reduce) and (lse.op, lse.guard, len(lse.bound)) == ("lse", 1, 1)):
        return None
    j = lse.bound[0]
    same = isinstance(lse.body, Entry) and lse.body.base == z.base and lse.body.where == (*z.where[:-1], j)
    return z if same and readable(j, lse) and not any(w.has(j) for w in z.where) else None


def is_whole(e: Reduce) -> bool:
    """Whether e runs over all entries of one tensor."""
    return (
        isinstance(e.body, Entry) and e.guard == 1 and e.body.where == e.bound and all(readable(i, e) for i in e.bound)
    )


WRITTEN_OUT = {
    "lse": lambda e: sp.log(total(sp.exp(e.body) * e.guard, *e.bound)),
    "norm": lambda e: Pow(total(e.body**2 * e.guard, *e.bound), HALF),
}
