"""Printed names of indices: no two that can be seen together share one, and none is the name of anything else in print.

`Letters` is a scope: the names taken outside, and those of the indices in sight. A binder opens a scope inside it, so
that siblings may use a letter again and a nested binder never hides an outer one.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from sympy import Expr, Symbol

from ..expr.derivatives import names_in
from ..expr.indices import Index
from ..expr.nodes import Binder, Entry
from ..expr.tensors import Ref
from ..expr.walk import walk

POOL = "ijklmnpqrstuvabcdghwxyz"


@dataclass(frozen=True)
class Letters:
    """Names of the indices in sight (`of`), none of which is in `taken`; those in `bound` belong to a binder."""

    taken: frozenset[str] = frozenset()
    of: Mapping[Index, str] = field(default_factory=lambda: MappingProxyType({}))
    bound: frozenset[Index] = frozenset()

    def __getitem__(self, i: Index) -> str:
        return self.of.get(i, i.name)

    def open(self, indices: Iterable[Index]) -> Letters:
        """The scope inside a binder of `indices`: each keeps its letter where it is unused, else takes the next one."""
        new = [i for i in dict.fromkeys(indices)]
        names = {i: name for i, name in self.of.items() if i not in new}
        used = self.taken | set(names.values())
        for i in new:
            if i.letter not in used:
                names[i] = i.letter
                used |= {i.letter}
        for i in new:
            if i not in names:
                names[i] = next(name for name in _candidates(i.letter) if name not in used)
                used |= {names[i]}
        return Letters(self.taken, MappingProxyType(names), self.bound | set(new))


def _candidates(letter: str) -> Iterator[str]:
    """The pool from the letter on, once round, then letters with numbers.

    >>> [*itertools.islice(_candidates("p"), 3)], [*itertools.islice(_candidates("row"), 2)]
    (['q', 'r', 's'], ['i', 'j'])
    """
    start = POOL.find(letter) + 1 if len(letter) == 1 else 0
    yield from POOL[start:] + POOL[:start]
    yield from (f"{c}{n}" for n in itertools.count(1) for c in POOL[:3])


def letters(*expressions: Expr, free: Iterable[Index] = ()) -> Letters:
    """The names of the free indices of expressions that are printed together, those of `free` first.

    >>> from symgrad.expr.indices import Index, fresh, param
    >>> i = Index("i", param("n")); x = Index("x", param("n"))
    >>> scope = letters(i + fresh(i), free=(i,)); sorted(scope.of.values()), scope.open([fresh(i)]).of.values()
    (['i', 'j'], dict_values(['i', 'j', 'k']))
    """
    taken = frozenset().union(*(printed_names(e) for e in expressions))
    scope = Letters(taken).open((*free, *dict.fromkeys(i for e in expressions for i in free_indices(e))))
    return replace(scope, bound=frozenset())


def free_indices(e: Expr) -> Iterator[Index]:
    """The free indices of e in the order in which they occur."""
    if isinstance(e, Index):
        yield e
    elif isinstance(e, Binder):
        inner = (i for part in e.args[:-1] for i in free_indices(part))
        yield from (i for i in inner if i not in e.bound)
    elif e.args:
        yield from (i for part in e.args for i in free_indices(part))


def printed_names(e: Expr) -> set[str]:
    """Names of tensors, sizes and parameters that stand in print when e is printed."""
    names: set[str] = set()
    for part in walk(e):
        if isinstance(part, Ref):
            names |= names_in(part.tensor)
        elif isinstance(part, Symbol) and not isinstance(part, Index):
            names.add(part.name)
        elif isinstance(part, Binder):
            names |= {s.name for i in part.bound if not readable(i, part) for s in i.size.atoms(Symbol)}
    return names


def readable(i: Index, binder: Expr) -> bool:
    """Whether the range of i can be read off: i alone indexes an axis in `binder`, and each such axis has its size."""
    sizes = [
        n
        for entry in binder.atoms(Entry)
        if isinstance(entry.base, Ref)
        for w, n in zip(entry.where, entry.base.tensor.shape, strict=True)
        if w == i
    ]
    return bool(sizes) and all(n == i.size for n in sizes)
