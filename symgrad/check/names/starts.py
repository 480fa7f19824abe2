"""Where the axes of an array begin, and how far they must reach: `Σ_{k=0}^{K-1} x_{Ki+k}` beside `Σ_{c=1}^C A_c`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields, replace
from fractions import Fraction

from ...tex.syntax import Group, Node, Number, Sum, Symbol
from .names import letters, spelled
from .table import Table
from .uses import Use, Uses

Extent = tuple[int, Node]


def axes_begin(table: Table, uses: Uses) -> None:
    """Marks the axes whose indices begin elsewhere than the indices of the document do."""
    for key, (low, _) in table.listed.items():
        if key in uses.names and isinstance(low, Number) and low.value in (0, 1):
            table.starts.setdefault(key, {})[0] = int(low.value)
    for key, use, places in _arrays(table, uses):
        for k, index in places:
            extents = [_extent(table, uses, use, n) for n in letters(index) if n not in table.sizes]
            if extents and None not in extents and not _shifted(index) and not (k == 0 and key in table.listed):
                own = table.starts.setdefault(key, {})
                own[k] = min(own.get(k, 1), *(e[0] for e in extents if e is not None))


def axes_reach(table: Table, uses: Uses, known: Callable[[str, int], bool]) -> Iterator[tuple[tuple[str, int], Node]]:
    """The sizes of axes that only expressions index: as far as those reach."""
    for key, found in uses.names.items():
        for use in found:
            for k, index in enumerate(use.below):
                if (
                    not known(key, k)
                    and letters(index) != (spelled(index),)
                    and (size := _reach(table, uses, use, index))
                ):
                    yield (key, k), size


def _arrays(table, uses) -> Iterator[tuple[str, Use, Iterable[tuple[int, Node]]]]:
    """The occurrences of each name with its indices by axis, those of its family left out."""
    for key, found in uses.names.items():
        for use in found:
            place = table.find(use.node)
            if place is None:
                yield key, use, enumerate(use.below)
            elif place.quantity.sizes and not use.above:
                yield place.quantity.key, use, enumerate(place.indices[len(place.quantity.family) :])


def _extent(table: Table, uses: Uses, use: Use, letter: str) -> Extent | None:
    """First and last value of an index; None where they are not stated."""
    stated = uses.extents.get(use.scopes.get(letter, (0, "")))
    if stated is not None:
        return stated[0], stated[1]
    low, high = table.ranges.get(letter, (None, None))
    if high is None or not isinstance(low, Number) or low.value not in (0, 1):
        return None
    return int(low.value), high


def _shifted(index):
    """`i - 1` says nothing of where an axis begins."""
    return any(isinstance(n, Number) for part in index.walk() if isinstance(part, Sum) for _, n in part.terms) or any(
        sign == "-" for part in index.walk() if isinstance(part, Sum) for sign, _ in part.terms
    )


def _reach(table, uses, use, index):
    """Last minus first value of an index expression, and 1."""
    extents = {n: e for n in letters(index) if n not in table.sizes and (e := _extent(table, uses, use, n)) is not None}
    if _shifted(index) or not extents or any(n not in extents and n not in table.sizes for n in letters(index)):
        return None
    last = _put(index, {n: e[1] for n, e in extents.items()})
    first = _put(index, {n: Number(index.at, index.end, Fraction(e[0])) for n, e in extents.items()})
    one = Number(index.at, index.end, Fraction(1))
    return Sum(index.at, index.end, (("+", last), ("-", first), ("+", one)))


def _put(value, values: dict[str, Node]):
    """The expression with other expressions for its letters."""
    if isinstance(value, tuple):
        return tuple(_put(part, values) for part in value)
    if isinstance(value, Symbol) and spelled(value) in values:
        return Group(value.at, value.end, "(", ")", values[spelled(value)])
    if not isinstance(value, Node):
        return value
    return replace(value, **{f.name: _put(getattr(value, f.name), values) for f in fields(value)})
