"""PARTIAL: how `∂e/∂X[u]` is worked out, one row a kind of e. `d(e)` below is short for `∂e/∂X[u]`."""

from __future__ import annotations

from functools import lru_cache

import sympy as sp
from sympy import Add, Expr, Integer, Mul, Pow, Symbol, log, symbols

from ..errors import NoRuleError
from ..expr.conventions import PYTORCH, Conventions
from ..expr.elementwise import BY_HEAD, ELEMENTWISE, KINK, Elementwise
from ..expr.nodes import Bracket, Compare, Entry, Equal, Partial, Pick, Reduce, over, total
from ..expr.substitute import refresh
from ..rewrite import Rule, Table, check_size


def _mentions(e: Expr, entry: Entry) -> bool:
    return e.has(entry.base)


def constant(p):
    return None if _mentions(p.of, p.entry) else Integer(0)


def entry(p):
    if isinstance(p.of, Entry):
        return Mul(*(Equal(e, u) for e, u in zip(p.of.where, p.entry.where, strict=True)))


def linear(p):
    """Terms without X are left out here, so that no formal ∂q/∂X = 0 is shown for a q that does depend on X."""
    if isinstance(p.of, Add):
        return Add(*(Partial(a, p.entry) for a in p.of.args if _mentions(a, p.entry)))


def factor(p):
    if isinstance(p.of, Mul):
        fixed = [a for a in p.of.args if not _mentions(a, p.entry)]
        if fixed:
            return Mul(*fixed) * Partial(Mul(*(a for a in p.of.args if a not in fixed)), p.entry)


def product(p):
    if isinstance(p.of, Mul):
        parts = p.of.args
        check_size(len(parts) ** 2)
        return Add(*(Mul(*parts[:k], Partial(a, p.entry), *parts[k + 1 :]) for k, a in enumerate(parts)))


def power(p):
    if isinstance(p.of, Pow) and not _mentions(p.of.exp, p.entry):
        base, n = p.of.args
        return n * base ** (n - 1) * Partial(base, p.entry)


def exponential(p):
    if isinstance(p.of, Pow) and not _mentions(p.of.base, p.entry):
        base, n = p.of.args
        return log(base) * p.of * Partial(n, p.entry)


def general_power(p):
    if isinstance(p.of, Pow):
        base, n = p.of.args
        return n * base ** (n - 1) * Partial(base, p.entry) + log(base) * p.of * Partial(n, p.entry)


def sum_(p):
    if isinstance(p.of, Reduce) and p.of.op == "sum":
        return total(Partial(p.of.body, p.entry), *p.of.bound)


def prod(p):
    """d Π_k b = Σ_k d(b) Π_{k' ≠ k} b: exact also where a factor is 0."""
    if isinstance(p.of, Reduce) and p.of.op == "prod":
        e, other = p.of, refresh(p.of)
        rest = over("prod", other.body, *other.bound, guard=other.guard * _differs(other.bound, e.bound))
        return total(e.guard * Partial(e.body, p.entry) * rest, *e.bound)


def _differs(a, b):
    if len(a) == 1:
        return Compare("!=", a[0], b[0])
    return Compare("!=", Mul(*(Equal(i, k) for i, k in zip(a, b, strict=True))), 1)


def lse(p):
    if isinstance(p.of, Reduce) and p.of.op == "lse":
        other = refresh(p.of)
        return total(p.of.guard * sp.exp(p.of.body - other) * Partial(p.of.body, p.entry), *p.of.bound)


def norm(p):
    """d ‖b‖ = Σ_k (b/‖b‖) d(b), and 0 where ‖b‖ = 0."""
    if isinstance(p.of, Reduce) and p.of.op == "norm":
        other = refresh(p.of)
        slope = Compare("!=", other, 0) * p.of.body / other
        return total(p.of.guard * slope * Partial(p.of.body, p.entry), *p.of.bound)


def locally_constant(p):
    return Integer(0)


def missing(p):
    raise NoRuleError(
        f"no differentiation rule matches {p.of.func.__name__}: {p.of}",
        place=f"  while differentiating  ∂({p.of})/∂{p.entry}",
        hint="  to add one             symgrad/expr/elementwise.py",
    )


def _of(kind):
    """Only partials of that kind of expression."""
    return lambda f: lambda p: f(p) if isinstance(p.of, kind) else None


def _elementwise(row: Elementwise, conventions: Conventions):
    """d f(a, …) = Σ_k f_k(a, …) d(a_k)."""

    def apply(p):
        if BY_HEAD.get(p.of.func) is not row:
            return None
        share = {KINK: conventions.kink(row.name)}
        slopes = [d(*p.of.args, p.of) for d in row.derivatives]
        pairs = zip(slopes, p.of.args, strict=True)
        return Add(*(s.xreplace(share) * Partial(a, p.entry) for s, a in pairs if _mentions(a, p.entry)))

    return apply


def _extreme(op, ties):
    """d max_k b = Σ_k [k picked] d(b)."""

    def apply(p):
        if isinstance(p.of, Reduce) and p.of.op == op:
            e, other = p.of, refresh(p.of)
            weight = Pick(ties, e.op, other.body, other.guard, e.bound, other.bound)
            return total(weight * Partial(e.body, p.entry), *e.bound)

    return apply


def _statement(row) -> str:
    """The rule of an elementwise function in mathematics: `d tanh(a) = (1 - y**2) d(a)`."""
    arguments = symbols("a b c", real=True)[: row.arity]
    slopes = (f"({d(*arguments, Symbol('y'))}) d({a})" for d, a in zip(row.derivatives, arguments, strict=True))
    return f"d {row.name}({', '.join(map(str, arguments))}) = {' + '.join(slopes)}"


KIND = "partial"
MINOR = ("constant", "linear", "factor", "sum", "bracket")


def _row(name, statement, apply):
    return Rule(name, statement, (Partial,), apply, KIND, name in MINOR)


@lru_cache(maxsize=256)
def partial_rules(conventions: Conventions = PYTORCH) -> Table:
    """PARTIAL under the given conventions: made when first asked for, since each row spells its mathematics."""
    return (
        _row("constant", "d(c) = 0", constant),
        _row("entry", "∂X[e]/∂X[u] = [e = u]", entry),
        _row("linear", "d(a + b) = d(a) + d(b)", linear),
        _row("factor", "d(c a) = c d(a)", factor),
        _row("product", "d(a b) = d(a) b + a d(b)", product),
        _row("power", "d(aⁿ) = n aⁿ⁻¹ d(a)", power),
        _row("exponential", "d(aᵇ) = log(a) aᵇ d(b)", exponential),
        _row("power", "d(aᵇ) = b aᵇ⁻¹ d(a) + log(a) aᵇ d(b)", general_power),
        _row("sum", "d(Σ a) = Σ d(a)", sum_),
        _row("product over an index", "d(Π_k a) = Σ_k d(a) Π_{k'≠k} a", prod),
        _row("log-sum-exp", "d(lse_k a) = Σ_k exp(a − lse a) d(a)", lse),
        _row("norm", "d(‖a‖) = Σ_k a/‖a‖ d(a)", norm),
        _row("max over an index", "d(max_k a) = Σ_k [k = argmax] d(a)", _extreme("max", conventions.ties)),
        _row("min over an index", "d(min_k a) = Σ_k [k = argmin] d(a)", _extreme("min", conventions.ties)),
        _row("bracket", "d([a > b]) = 0", _of((Bracket, Pick))(locally_constant)),
        *(_row(row.name, _statement(row), _elementwise(row, conventions)) for row in ELEMENTWISE),
        _row("missing", "no rule", missing),
    )
