"""ALGEBRA: the tidying that makes an answer read well; nothing here is needed to make it right."""

from __future__ import annotations

from collections import Counter

from sympy import Add, Expr, Mul

from ..expr.indices import Index
from ..expr.nodes import Binder, Bracket, Pick, Reduce
from ..expr.walk import walk
from ..rewrite import Rule, Table

KIND = "algebra"


def common_factor(e):
    """a c + b c = (a + b) c, for factors that are neither numbers nor brackets nor sums.

    Not where every term has a bracket: if all are 0, so is the sum, even for a c that is NaN; (0 + 0) c would be NaN.
    """
    if all(guarded(t) for t in e.args):
        return None
    terms = [Counter(_worth(t)) for t in e.args]
    shared = terms[0]
    for t in terms[1:]:
        shared = shared & t
    if shared:
        return Mul(*shared.elements(), Add(*(_without(t, shared) for t in e.args)))
    return None


def guarded(term: Expr) -> bool:
    """Whether a factor of the term is a bracket, which makes the term 0 whatever the other factors are."""
    return any(isinstance(a, (Bracket, Pick)) for a in Mul.make_args(term))


def _without(term, shared):
    """The term with the shared factors taken out one by one: SymPy leaves exp(a) exp(−a) as it is."""
    left, kept = Counter(shared), []
    for a in Mul.make_args(term):
        base, exponent = a.as_base_exp()
        if left[a]:
            left[a] -= 1
        elif left[base] and exponent.is_Integer:
            kept.append(base ** (exponent - left.pop(base)))
        else:
            kept.append(a)
    return Mul(*kept)


def _worth(term):
    for a in Mul.make_args(term):
        base, exponent = a.as_base_exp()
        if isinstance(a, (Bracket, Binder)) or a.is_Number:
            continue
        if exponent.is_Integer and exponent > 0:
            yield from [base] * int(exponent)
        else:
            yield a


def alpha_key(e: Expr) -> Expr:
    """e with its bound indices numbered in order: equal keys mean equal up to the names of bound indices."""
    names: dict = {}
    for node in walk(e):
        if isinstance(node, Binder):
            for i in node.bound:
                names.setdefault(i, Index("#", i.size, len(names) + 1))
    return e.xreplace(names)


def one_name(e):
    """Σ_i a_i + Σ_j a_j: equal sums get equal names, so that like terms meet."""
    seen: dict = {}
    swaps: dict = {}
    for node in walk(e):
        if isinstance(node, Reduce):
            first = seen.setdefault(alpha_key(node), node)
            if first is not node and first != node:
                swaps[node] = first
    return e.xreplace(swaps) if swaps else None


def content(e):
    """(2a − 2b) c = 2 (a − b) c."""
    for a in e.args:
        if isinstance(a, Add):
            number, rest = a.primitive()
            if number != 1 and len(e.args) > 1 and not (len(e.args) == 2 and e.args[0].is_Number):
                return Mul(number, rest, *(b for b in e.args if b is not a))
    return None


ALGEBRA: Table = (
    Rule("like terms", "a + a = 2a", (Add, Mul), one_name, KIND, minor=True),
    Rule("content", "(2a + 2b) c = 2 (a + b) c", (Mul,), content, KIND, minor=True),
    Rule("common factor", "a c + b c = (a + b) c", (Add,), common_factor, KIND),
)
