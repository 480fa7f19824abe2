"""When a fault shows: the simplest predicate on hyper-parameters, sizes and regimes that tells failing examples apart.

Of all predicates that hold in every failing example the likeliest is taken: inside it examples fail at one rate,
outside never; each word costs as much as a few examples (a description that is longer has to explain more).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations, pairwise
from math import log, prod
from typing import Any

import numpy as np

from .example import LABEL_NAMES, Example, from_zero
from .signature import LEAD, Signature

WORD = 2.0
"""What a unit of complexity costs, in units of log-likelihood."""
ROWS = "rows"
"""The product of the leading axes."""
REGIMES = {
    "values": "values are {}",
    "upstream": "the upstream gradient is {}",
    "layout": "inputs are {}",
}
LAYOUT_WORDS = {"transposed": "not contiguous", "strided": "not contiguous", "reversed": "not contiguous"}


@dataclass(frozen=True)
class Predicate:
    text: str
    holds: Callable[..., bool]
    cost: float


ALWAYS = Predicate("always", lambda e: True, 0.0)


def condition(failing: Sequence[Example], passing: Sequence[Example], signature: Signature) -> Predicate:
    """The predicate that explains best which examples fail."""
    if not failing or not passing:
        return ALWAYS
    single = [p for p in predicates([*failing, *passing], signature) if all(map(p.holds, failing))]
    ranked = sorted((ALWAYS, *single), key=lambda p: score(p, failing, passing), reverse=True)
    best = ranked[:12]
    pairs = [both(a, b) for a, b in combinations([p for p in best if p is not ALWAYS], 2)]
    return max([*best, *pairs], key=lambda p: score(p, failing, passing))


def score(p: Predicate, failing, passing) -> float:
    """Log-likelihood of what was seen, less what the words cost."""
    inside = sum(map(p.holds, passing))
    n = len(failing) + inside
    rate = (len(failing) + 0.5) / (n + 1)
    return len(failing) * log(rate) + inside * log(1 - rate) - WORD * p.cost


def both(a: Predicate, b: Predicate) -> Predicate:
    return Predicate(f"{a.text} and {b.text}", lambda e: a.holds(e) and b.holds(e), a.cost + b.cost + 0.5)


def predicates(examples: Sequence[Example], signature: Signature) -> Iterator[Predicate]:
    """Everything that may be said, of one factor or two."""
    yield from _regimes(examples)
    yield from _optional(examples)
    lead = any(LEAD in a.dims for a in signature.arguments)
    known = {e: {**e.known, ROWS: prod(e.lead)} if lead else e.known for e in examples}
    params = [n for n, _ in examples[0].params]
    numbers = [n for n in known[examples[0]] if all(number(v[n]) for v in known.values())]
    yield from _categories(examples, params)
    for n in numbers:
        cost = 1.0 if n in params else 1.2
        yield from _thresholds(n, sorted({v[n] for v in known.values()}), cost)
    whole = [n for n in numbers if all(isinstance(v[n], int) for v in known.values())]
    yield from _comparisons(whole, params)
    yield from _remainders(whole, params)
    yield from _leads(examples)
    yield from _contents(examples, signature)


def number(v) -> bool:
    return isinstance(v, (int, float)) and not isinstance(v, bool)


def size(e: Example, name: str) -> Any:
    return prod(e.lead) if name == ROWS else e.known[name]


def _regimes(examples):
    for field, words in REGIMES.items():
        seen = sorted({getattr(e, field) for e in examples})
        for n in (1, 2, 3):
            for kinds in combinations(seen, n):
                told = dict.fromkeys(LAYOUT_WORDS.get(k, k) for k in kinds)
                if field == "layout" and "contiguous" in kinds:
                    continue
                yield Predicate(
                    words.format(" or ".join(told)), lambda e, f=field, s=kinds: getattr(e, f) in s, 0.8 + 0.4 * n
                )


def _optional(examples):
    for name in sorted({n for e in examples for n in e.absent}):
        yield Predicate(f"{name} is absent", lambda e, n=name: n in e.absent, 1.0)
        yield Predicate(f"{name} is given", lambda e, n=name: n not in e.absent, 1.0)


def _categories(examples, params):
    for name in params:
        values = list(dict.fromkeys(dict(e.params)[name] for e in examples))
        if len(values) < 2:
            continue
        for v in values:
            told = {True: name, False: f"not {name}"}[v] if isinstance(v, bool) else f"{name} = {v!r}"
            yield Predicate(told, lambda e, n=name, v=v: dict(e.params)[n] == v, 1.05)
            if len(values) > 2:
                yield Predicate(f"{name} ≠ {v!r}", lambda e, n=name, v=v: dict(e.params)[n] != v, 1.1)


def _thresholds(n, values, cost):
    for low, high in pairwise(values):
        step = 0.0 if low in (0, 1) else 0.3
        yield Predicate(f"{n} > {low}", lambda e, n=n, c=low: size(e, n) > c, cost - 0.1 + step)
        yield Predicate(
            f"{n} = {low}" if low == values[0] else f"{n} < {high}", lambda e, n=n, c=high: size(e, n) < c, cost + step
        )


def _comparisons(names, params) -> Iterator[Predicate]:
    for a, b in combinations(names, 2):
        cost = 1.6 + 0.2 * ((a not in params) + (b not in params)) / 2
        yield Predicate(f"{a} ≠ {b}", lambda e, a=a, b=b: size(e, a) != size(e, b), cost)
        yield Predicate(f"{a} = {b}", lambda e, a=a, b=b: size(e, a) == size(e, b), cost)
        yield Predicate(f"{a} < {b}", lambda e, a=a, b=b: size(e, a) < size(e, b), cost)
        yield Predicate(f"{a} > {b}", lambda e, a=a, b=b: size(e, a) > size(e, b), cost)


def _remainders(names, params) -> Iterator[Predicate]:
    """Sizes that leave a remainder, alone or as a convolution counts them."""
    dims = [n for n in names if n not in params]
    for n in dims:
        yield Predicate(f"{n} is odd", lambda e, n=n: size(e, n) % 2 == 1, 1.7)
        yield Predicate(f"{n} is even", lambda e, n=n: size(e, n) % 2 == 0, 1.7)
        for s in (3, 4, 8):
            yield Predicate(f"{n} % {s} ≠ 0", lambda e, n=n, s=s: size(e, n) % s != 0, 2.2)
    divisors = [p for p in params if p in names]
    for s in divisors:
        for n in dims:
            yield Predicate(f"{n} % {s} ≠ 0", lambda e, n=n, s=s: size(e, n) % max(size(e, s), 1) != 0, 1.9)
    named = {
        k: next((p for p in params if p in names and p.startswith(k)), None) for k in ("stride", "pad", "dilation")
    }
    if named["stride"]:
        kernels = [n for n in names if n[0].islower() and n not in named.values()]
        yield from _windows([d for d in dims if d[0].isupper()], kernels, named)


def _windows(dims, kernels, named) -> Iterator[Predicate]:
    s, p, d = named["stride"], named["pad"], named["dilation"]

    def left(e, n, k):
        v = e.known
        return (v[n] + 2 * (v[p] if p else 0) - (v[d] if d else 1) * (v[k] - 1) - 1) % max(v[s], 1)

    def told(n, k):
        dilated = f"{d}*({k} - 1) - 1" if d else f"{k}"
        return f"({n}{f' + 2*{p}' if p else ''} - {dilated}) % {s} ≠ 0"

    for n in dims:
        for k in kernels:
            yield Predicate(told(n, k), lambda e, n=n, k=k: left(e, n, k) != 0, 2.2)
    for (n, m), (k, l) in (
        (a, b) for a in combinations(dims, 2) for b in [*combinations(kernels, 2), *((k, k) for k in kernels)]
    ):
        yield Predicate(
            f"{told(n, k)} or {told(m, l)}", lambda e, n=n, m=m, k=k, l=l: left(e, n, k) != 0 or left(e, m, l) != 0, 2.6
        )


def _leads(examples) -> Iterator[Predicate]:
    seen = {len(e.lead) for e in examples}
    if len(seen) > 1:
        yield Predicate("there are extra leading axes", lambda e: len(e.lead) > 0, 1.0)
        yield Predicate("there are two or more leading axes", lambda e: len(e.lead) > 1, 1.1)
        yield Predicate("there is no leading axis", lambda e: not e.lead, 1.1)
        yield Predicate("there is at most one leading axis", lambda e: len(e.lead) < 2, 1.2)


@cache
def contents(e: Example, signature: Signature) -> frozenset[str]:
    """What there is among whole numbers and masks."""
    found = set()
    for a, x in zip(signature.arguments, e.arrays(signature), strict=True):
        if x is None or a.real:
            continue
        if a.kind == "bool":
            found |= {f"a row of {a.name} is all False"} if x.ndim and not x.any(axis=-1).all() else set()
            continue
        x, given = from_zero(a, x, e), x
        values, counts = np.unique(x, return_counts=True)
        found |= {f"numbers in {a.name} are negative"} if (given != x).any() else set()
        found |= {f"numbers in {a.name} are repeated"} if (counts > 1).any() else set()
        below = a.below.value(e.known) if a.below is not None else 0
        found |= (
            {f"some numbers below {a.below} are not in {a.name}"}
            if not set(range(below)) <= set(values.tolist())
            else set()
        )
        for name, v in e.params:
            if name in LABEL_NAMES and v is not None and (x == v).any():
                found.add(f"{name} is among {a.name}")
    return frozenset(found)


def _contents(examples, signature) -> Iterator[Predicate]:
    for told in sorted({t for e in examples for t in contents(e, signature)}):
        yield Predicate(told, lambda e, t=told: t in contents(e, signature), 1.0)
