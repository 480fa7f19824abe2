"""More examples around a failing one: each factor changed for itself, and everything made small."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from .draw import Random, Space
from .example import PLAIN, Example
from .outcome import Outcome
from .regimes import LAYOUTS, UPSTREAM

Key = tuple[str, str]
MOST_STEPS = 150


def neighbours(space: Space, e: Example) -> Iterator[Example]:
    """Examples that differ in one factor: every other value of a hyper-parameter and regime, sizes a little changed."""
    for name, options in space.params.items():
        for v in options.values[:8]:
            yield with_param(e, name, v)
    for field, kinds in (("values", space.factors["values"]), ("upstream", UPSTREAM), ("layout", LAYOUTS)):
        yield from (e.change(**{field: kind}) for kind in kinds)
    for name in space.optional:
        yield e.change(absent=tuple(n for n in e.absent if n != name))
        yield e.change(absent=tuple(dict.fromkeys((*e.absent, name))))
    for name, n in e.sizes:
        others = {m for _, m in e.sizes} - {0}
        yield from (with_size(e, name, m) for m in sorted({1, 2, 3, n + 1, 2 * n, *others}) if m != n)
    if space.has_lead:
        yield from (e.change(lead=lead) for lead in ((), (2,), (3, 2), (2, 1, 3)))


def with_param(e: Example, name: str, value) -> Example:
    return e.change(params=tuple((n, value if n == name else v) for n, v in e.params))


def with_size(e: Example, name: str, size: int) -> Example:
    return e.change(sizes=tuple((n, size if n == name else m) for n, m in e.sizes))


def around(space: Space, e: Example) -> Iterator[Example]:
    """The legal ones, each once."""
    seen = {e}
    for other in neighbours(space, e):
        if other not in seen and space.legal(other):
            seen.add(other)
            yield other


def varied(space: Space, e: Example, count: int) -> Iterator[Example]:
    """Examples with the same hyper-parameters and many different sizes, in plain regimes and in those it has."""
    given = {**dict(e.params), **{k: PLAIN[k] for k in ("upstream", "layout", "shape")}}
    given |= {f"absent {name}": name in e.absent for name in space.optional}
    for k in range(count):
        for values in dict.fromkeys((PLAIN["values"], e.values)):
            found = space.example(Random((k, 11)), {**given, "values": values})
            yield from [found] if found else []


def plainest(space: Space, e: Example) -> Example | None:
    """The same sizes with the plainest hyper-parameters and regimes, if that is legal and something else."""
    params = tuple((name, space.params[name].values[0]) for name, _ in e.params)
    found = e.change(params=params, absent=(), **{k: v for k, v in PLAIN.items() if k != "shape"})
    return found if found != e and space.legal(found) else None


def smaller(space: Space, e: Example) -> Iterator[Example]:
    """Simpler examples, the boldest step first."""
    for field, plain in PLAIN.items():
        if getattr(e, field) != plain:
            yield e.change(**{field: plain})
    if e.absent:
        yield e.change(absent=())
    for name, options in space.params.items():
        value = dict(e.params)[name]
        before = options.values[: options.values.index(value)]
        yield from (with_param(e, name, v) for v in before)
    if e.lead:
        yield e.change(lead=())
        yield e.change(lead=e.lead[1:])
        yield from (e.change(lead=(*e.lead[:k], 1, *e.lead[k + 1 :])) for k, n in enumerate(e.lead) if n > 1)
    for name, n in e.sizes:
        yield from (with_size(e, name, m) for m in (1, 2, 3, n // 2, n - 1) if 0 < m < n)
    if e.seed:
        yield e.change(seed=0)


def shrinking(space: Space, e: Example, fails: Callable[[Example], bool]) -> list[Example]:
    """Simpler and simpler examples that fail in the same way, the given one first."""
    found, steps = [e], iter(range(MOST_STEPS))
    while True:
        simpler = (other for other, _ in zip(smaller(space, found[-1]), steps, strict=False) if space.legal(other))
        other = next(filter(fails, simpler), None)
        if other is None:
            return found
        found.append(other)


def variety(outcome: Outcome) -> tuple:
    """How much an example shows: plain regimes first, then sizes that are different and not 1, not too many entries."""
    e = outcome.example
    sizes = [n for _, n in e.sizes] + list(e.lead)
    capital = [n for name, n in e.sizes if name[0].isupper()]
    plain = (e.values in ("ordinary", "distinct")) + (e.upstream == "normal") + (e.layout == "contiguous")
    several = min(len({n for n in capital if n > 1}), 3)
    return plain, several, sum(1 for n in sizes if n > 1), -abs(sum(sizes) - 4 * len(sizes))
