"""DELTA: contraction, `Σ_k [k = e] u(k) = [0 ≤ e < n] u(e)`, with every condition kept as a bracket."""

from __future__ import annotations

from sympy import Expr, Integer, Mul, Pow, Rational, cancel, expand, lcm, together

from ..expr.affine import Quo, Rem, coefficient, nonnegative
from ..expr.indices import Index, fresh
from ..expr.nodes import Divides, Entry, Equal, Inside, Partial, Pick, Reduce, total
from ..expr.walk import walk
from ..rewrite import Rule, Table
from .sums import factors

KIND = "contract"


def _solutions(e: Reduce, accept):
    """(delta, k, a, r) for each delta factor `[a k + r = 0]` with k bound and a coefficient that `accept` takes."""
    for delta in factors(e.body):
        if isinstance(delta, Equal):
            difference = delta.args[0] - delta.args[1]
            for k in e.bound:
                parts = _whole(coefficient(difference, k))
                if parts and parts[0] != 0 and accept(parts[0]):
                    yield delta, k, *parts


def _whole(parts):
    """`a k + r = 0` over the integers: `(k + 1)/2 = u`, as a contraction leaves it behind, is `k + 1 − 2u = 0`."""
    if parts is None or not any(map(_divided, parts)):
        return parts
    denominator = lcm(*(together(e).as_numer_denom()[1] for e in parts))
    return parts if denominator == 1 else tuple(expand(cancel(e * denominator)) for e in parts)


def _divided(e: Expr) -> bool:
    """Whether anything in e is a fraction; cheaper to see than to bring e over one denominator."""
    return any(
        (isinstance(a, Rational) and a.q != 1) or (isinstance(a, Pow) and a.exp.could_extract_minus_sign())
        for a in walk(e)
    )


def _put(e: Reduce, delta: Expr, k: Index, value: Expr, condition: Expr):
    rest = Mul(*(a for a in factors(e.body) if a is not delta))
    body = condition * Inside(value, k.size) * rest.xreplace({k: value})
    return total(body, *(i for i in e.bound if i is not k))


def contract_unit(e):
    """The coefficient of k is ±1: it needs no condition but the range. Plain renamings come first."""
    found = sorted(_solutions(e, lambda a: a in (1, -1)), key=lambda s: _effort(e, s))
    if found:
        delta, k, a, r = found[0]
        return _put(e, delta, k, expand(-r / a), Integer(1))


def _effort(e, solution):
    _, k, a, r = solution
    value = expand(-r / a)
    return (not (value.is_Symbol or value.is_Integer), e.bound.index(k))


def contract_divided(e):
    """`Σ_k [a k = e] u(k) = [a | e] [0 ≤ e/a < n] u(e/a)`: the condition that a divides e is part of the answer."""
    for delta, k, a, r in _solutions(e, lambda a: not a.free_symbols & set(e.bound)):
        size, value = (a, -r) if a.is_nonnegative else (-a, r)
        if size.is_nonnegative:
            value = expand(value)
            return _put(e, delta, k, value / size, Divides(size, value))


def contract_radix(e):
    """`Σ_k [⌊k/b⌋ = q] [k mod b = r] u(k)` with k = b q + r: how a reshape is undone."""
    for quo_delta in factors(e.body):
        for k in e.bound if isinstance(quo_delta, Equal) else ():
            for side, q in (quo_delta.args, quo_delta.args[::-1]):
                found = _radix_of(side, k)
                if found and not q.has(k):
                    rest = Mul(*(a for a in factors(e.body) if a is not quo_delta))
                    return _split_radix(e, rest, k, found, q)


def _radix_of(side, k):
    parts = coefficient(side.args[0], k) if isinstance(side, (Quo, Rem)) else None
    if parts:
        a, r = parts
        counts = isinstance(side, Quo) or (not r.atoms(Index) and nonnegative(r))
        if a == 1 and counts:
            return type(side), side.args[1], r
    return None


def _split_radix(e, rest, k, found, q):
    """k + r = b·high + low, with one of high, low given by the delta and the other a new bound index."""
    kind, b, r = found
    if kind is Quo:
        low = fresh(Index(k.letter, b))
        value, new = b * q + low - r, low
    else:
        high = fresh(Index(k.letter, Quo(k.size + r - 1, b) + 1))
        value, new = b * high + q - r, high
    inside = Inside(expand(value), k.size) * (Inside(q, b) if kind is Rem else 1)
    return total(inside * rest.xreplace({k: expand(value)}), *(i for i in e.bound if i is not k), new)


def contract_block(e):
    """`Σ_i [0 ≤ e − b i < b] u(i) = u(⌊e/b⌋)`: blocks of b that do not overlap, one of them holds e."""
    for value, n in _ranges(e.body):
        for k in e.bound:
            parts = coefficient(value, k)
            if parts and parts[0] == -n and n.is_nonnegative and not n.has(k):
                which = Quo(parts[1], n)
                drop = Inside(value, n)
                rest = Mul(*(a for a in factors(e.body) if a != drop))
                rest = rest.xreplace({value: Rem(parts[1], n)}).xreplace({k: which})
                return total(Inside(which, k.size) * rest, *(i for i in e.bound if i is not k))


def _ranges(body):
    """(e, n) for every factor of the body that is 0 unless 0 ≤ e < n."""
    for a in factors(body):
        yield from [a.args] if isinstance(a, Inside) else _zero_outside(a)


def _zero_outside(a):
    """(e, n) for each axis on which a factor reads as 0 unless 0 ≤ e < n: an entry, its cotangent, a pick's point."""
    entry = a.entry if isinstance(a, Partial) and isinstance(a.of, Entry) else a
    if isinstance(entry, Entry):
        return zip(entry.where, entry.base.tensor.shape, strict=True)
    return zip(a.point, (i.size for i in a.bound), strict=True) if isinstance(a, Pick) else ()


def inside_entry(e):
    """`[0 ≤ e < n] X[…, e, …] = X[…, e, …]` where that axis of X has size n: an entry outside reads as 0."""
    zeros = {(expand(w), n) for a in e.args for w, n in _zero_outside(a)}
    for bracket in e.args:
        if isinstance(bracket, Inside) and (expand(bracket.args[0]), bracket.args[1]) in zeros:
            return Mul(*(a for a in e.args if a is not bracket))
    return None


def _row(name, statement, apply, minor=False):
    return Rule(name, statement, (Reduce,), lambda e: apply(e) if e.op == "sum" else None, KIND, minor)


CONTRACT: Table = (
    _row("contract", "Σ_k [k = e] u(k) = [0 ≤ e < n] u(e)", contract_unit),
    Rule("outside is 0", "[0 ≤ e < n] X[e] = X[e]", (Mul,), inside_entry, KIND, minor=True),
)
DIVIDE: Table = (
    _row("contract digits", "Σ_k [⌊k/b⌋ = q] u(k) = Σ_r u(b q + r)", contract_radix),
    _row("contract blocks", "Σ_i [0 ≤ e − b i < b] u(i) = u(⌊e/b⌋)", contract_block),
    _row("contract multiples", "Σ_k [s k = e] u(k) = [s | e] [0 ≤ e/s < n] u(e/s)", contract_divided),
)
