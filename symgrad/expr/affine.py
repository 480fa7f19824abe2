"""Index maps: affine expressions of indices, floor division for reshapes, and what their ranges prove."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache

from sympy import Add, Expr, Integer, Mul, expand

from .indices import Index


class Quo(Expr):
    """`⌊a / b⌋` for an integer a and a positive integer b; what the ranges decide is decided at once.

    >>> from symgrad.expr.indices import Index, param
    >>> i, j = Index("i", param("m")), Index("j", param("n"))
    >>> Quo(param("n")*i + j, param("n")), Rem(param("n")*i + j, param("n")), Quo(7, 2), Rem(j, param("n"))
    (i, j, 3, j)
    """

    is_integer = True
    is_commutative = True

    def __new__(cls, a, b):
        a, b = _integer(a), _integer(b)
        whole, rest = _split(a, b)
        if within(rest, b):
            return whole
        if whole != 0:
            return whole + Quo(rest, b)
        return Expr.__new__(cls, a, b)


class Rem(Expr):
    """`a − b·⌊a / b⌋`, the remainder in `0 .. b-1`."""

    is_integer = True
    is_nonnegative = True
    is_commutative = True

    def __new__(cls, a, b):
        a, b = _integer(a), _integer(b)
        whole, rest = _split(a, b)
        if within(rest, b):
            return rest
        if whole != 0:
            return Rem(rest, b)
        return Expr.__new__(cls, a, b)


def _integer(value):
    return value if isinstance(value, Expr) else Integer(value)


def _split(a, b):
    """a = whole·b + rest, of numbers with 0 ≤ rest < b, else term by term: what b divides, and what is left."""
    if a.is_Integer and b.is_Integer and b > 0:
        return tuple(map(Integer, divmod(int(a), int(b))))
    if b == 1:
        return a, Integer(0)
    whole: list = []
    rest: list = []
    for term in Add.make_args(expand(a)):
        ratio = term / b
        (whole if _is_integral(ratio) else rest).append((ratio, term))
    return Add(*(r for r, _ in whole)), Add(*(t for _, t in rest))


def _is_integral(ratio) -> bool:
    numerator, denominator = ratio.as_numer_denom()
    return denominator == 1 and numerator.is_integer is not False


def indices(e: Expr) -> set[Index]:
    """Every index in e, bound or free."""
    return e.atoms(Index)


@lru_cache(maxsize=100_000)
def coefficient(e: Expr, k: Index) -> tuple[Expr, Expr] | None:
    """(a, r) with e = a·k + r and neither a nor r holding k; None where e is not affine in k."""
    e = expand(e)
    if not e.has(k):
        return Integer(0), e
    a, r = [], []
    for term in Add.make_args(e):
        if not term.has(k):
            r.append(term)
            continue
        factor = term / k
        if factor.has(k):
            return None
        a.append(factor)
    return Add(*a), Add(*r)


@lru_cache(maxsize=100_000)
def within(e: Expr, n: Expr) -> bool:
    """Whether `0 <= e < n` is certain from the ranges of the indices in e. False means: not known.

    >>> from symgrad.expr.indices import Index, param
    >>> i, j = Index("i", param("m")), Index("j", param("n"))
    >>> within(i, param("m")), within(param("n")*i + j, param("m")*param("n")), within(i + 1, param("m"))
    (True, True, False)
    """
    if isinstance(e, Index) and e.size == n:
        return True
    if isinstance(e, Quo):
        a, b = e.args
        return nonnegative(a) and nonnegative(b * n - 1 - a)
    return nonnegative(e) and nonnegative(n - 1 - e)


@lru_cache(maxsize=100_000)
def nonnegative(e: Expr) -> bool:
    """Whether e >= 0 is certain: each index set to the end of its range that makes e least.

    An index that is in scope has a range that is not empty, so its size is at least 1; `b·⌊a/b⌋ <= a`.
    """
    known = _linear(e)
    if known is not None:
        return known
    e = expand(e)
    if e.is_Integer:
        return bool(e >= 0)
    return _nonnegative(_numbered(e))


def _linear(e: Expr) -> bool | None:
    """The same in plain numbers, for a sum of numbers times indices and sizes; None for any other."""
    least, ranges = Integer(0), set()
    of: Counter = Counter()
    for term in Add.make_args(e):
        c, s = term.as_coeff_Mul()
        if isinstance(s, Index):
            ranges.add(s.size)
            if c >= 0:
                continue
            least, s = least - c, s.size
        if s.is_Integer:
            least += c * s
        elif s.is_Symbol and s.is_nonnegative:
            of[s] += c
        else:
            return None
    least += sum(c for s, c in of.items() if s in ranges)  # the size of a range that is not empty is at least 1
    return bool(least >= 0 and all(c >= 0 for c in of.values()))


def _numbered(e: Expr) -> Expr:
    """e with indices named in order: what ranges prove does not depend on names, so equal questions are asked once."""
    known = sorted(indices(e), key=lambda k: (k.letter, k.number))
    return e.xreplace({k: Index("#", k.size, 1 + place) for place, k in enumerate(known)})


@lru_cache(maxsize=100_000)
def _nonnegative(e: Expr) -> bool:
    least = e
    for k in sorted(indices(e), key=str):
        parts = coefficient(least, k)
        if parts is None:
            return False
        a, r = parts
        if _sign(a) is None:
            return False
        least = r if _sign(a) >= 0 else expand(r + a * (k.size - 1))
    if indices(least):
        return False
    least = _bound_floors(least)
    least = expand(least.subs({k.size: k.size + 1 for k in indices(e) if k.size.is_Symbol}, simultaneous=True))
    return bool(least.is_nonnegative)


def _sign(a):
    if a.is_nonnegative:
        return 1
    return -1 if (-a).is_nonnegative else None


def _bound_floors(e):
    """A lower bound of e without floors where they come as −c·b·⌊a/b⌋ (>= −c·a) or +c·⌊a/b⌋ with a >= 0 (>= 0)."""
    terms = []
    for term in Add.make_args(e):
        quotients = [q for q in Mul.make_args(term) if isinstance(q, Quo)]
        if len(quotients) == 1:
            factor = term / quotients[0]
            a, b = quotients[0].args
            per = factor / b
            if (-per).is_nonnegative and _is_integral(per):
                term = expand(per * a)
        terms.append(term)
    return Add(*terms)


def window_count(size, kernel, stride=1, padding=0, dilation=1) -> Expr:
    """How many windows fit: `⌊(N + 2P − d(K−1) − 1)/s⌋ + 1`.

    >>> from symgrad.expr.indices import param
    >>> window_count(32, 5), window_count(param("N"), 3, stride=2, padding=1)
    (28, Quo(N - 1, 2) + 1)
    """
    return Quo(size + 2 * padding - dilation * (kernel - 1) - 1, stride) + 1
