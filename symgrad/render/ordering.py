"""The order in which factors and terms are printed: what a reader expects first comes first."""

from __future__ import annotations

from collections.abc import Sequence
from unicodedata import normalize

import sympy as sp
from sympy import Add, Expr, Function, Mul, Number, Pow, Rational, Symbol

from ..expr.indices import Index
from ..expr.nodes import Binder, Bracket, Entry, Equal, Partial, Pick, Reduce
from .forms import softmax_of
from .letters import Letters, free_indices

COTANGENT = "G"
"""A tensor whose name starts so is taken for a cotangent, which stands before other entries."""


def rank(e: Expr) -> float:
    """Numbers, scalars, cotangents, brackets, entries, functions, parenthesised sums, and last what has an open end."""
    if isinstance(e, Pow):
        return rank(e.base) if e.base.args else rank(e.exp)
    if isinstance(e, Entry):
        return 1 if not e.where else 3 if str(e.base).startswith(COTANGENT) else 5
    if isinstance(e, sp.exp) and softmax_of(e.args[0]):
        return 5
    return next((place for kinds, place in RANKS if isinstance(e, kinds)), 6)


RANKS = (
    (Number, 0),
    (Index, 2),
    ((Symbol, sp.NumberSymbol), 1),
    (Partial, 3),
    ((Bracket, Pick), 4),
    (Function, 6),
    (Add, 7),
    (Reduce, 8),
)


def by_factor(scope: Letters, siblings: Sequence[Expr] = ()):
    """Sort key of factors; they go by the place of their first index: `2 q_i (1 − q_i) x_j`. Print decides the rest.

    What a delta will put another index into stands before it: `Σ_k 2 q_k 𝟙[k=i] x_j`.
    """
    place = {i: k for k, i in enumerate(scope.of)}
    fixed = {i for a in siblings if isinstance(a, Equal) for i in a.args if i in scope.bound}

    def group(e: Expr, indices: set):
        if isinstance(e, Partial):  # the cotangent leads, a local derivative comes behind
            return 6 if scope.bound & indices else 3
        if 5 <= rank(e) <= 7:
            return 3.5 if fixed & indices else 5
        return rank(e)

    def first(e: Expr) -> int:
        return min((place.get(i, len(place)) for i in free_indices(e)), default=-1)

    heads = {first(a) for a in siblings if rank(a) == 5}

    def key(e: Expr):
        indices = {*free_indices(e.of if isinstance(e, Partial) else e)}
        at = first(e.of if isinstance(e, Partial) else e)
        behind = rank(e) in (6, 7) and heads and at not in heads  # a function stands by the entry that it is of
        return group(e, indices), len(place) if behind else at, rank(e)

    return key


def by_letters(text: str) -> str:
    """The letters and digits of a print, to order what is else of equal place: no sign counts.

    >>> by_letters("∂(−xᵢ)/∂y") == by_letters("(∂xᵢ)/∂(−y)")
    True
    """
    return "".join(c for c in normalize("NFKC", text) if c.isalnum())


def by_term(scope: Letters, siblings: tuple[Expr, ...], compact: bool):
    """Sort key of terms: no minus in front where that can be, higher degree first, constants last (`1 + exp(x)` apart).

    In an index map (`compact`) terms go by the letters of their indices: `s·i+d·p−P`.
    """
    place = {i: (scope[i] if compact else k) for k, i in enumerate(scope.of)}
    last = "~" if compact else len(place)
    constants_first = all(e.has(Function) for e in siblings if not e.is_Number)

    def key(e: Expr):
        first = min((place.get(i, last) for i in free_indices(e)), default=last)
        constant = 0 if not e.is_Number else -1 if constants_first else 1
        return is_negative(e), constant, -degree(e), first

    return key


def is_negative(e: Expr) -> bool:
    """Whether e is printed with a minus in front."""
    if isinstance(e, Mul):
        return sum(bool(a.is_Number and a.is_negative) for a in e.args) % 2 == 1
    if isinstance(e, Reduce) and e.op == "sum":
        return is_negative(e.body)
    return bool(e.is_Number and e.is_negative)


def degree(e: Expr) -> int:
    """How many entries are multiplied in a term of e, powers counted.

    >>> from symgrad.expr.tensors import input_tensor
    >>> x = Entry(input_tensor("x", ()).ref); degree(3*x**2 + x)
    2
    """
    if isinstance(e, Entry):
        return 1
    if isinstance(e, Pow):
        return degree(e.base) * int(e.exp) if isinstance(e.exp, Rational) and e.exp.is_Integer else degree(e.base)
    if isinstance(e, Mul):
        return sum(map(degree, e.args))
    if isinstance(e, (Bracket, Pick)):
        return 0
    if isinstance(e, Binder):
        return degree(e.body)
    return max(map(degree, e.args), default=0)
