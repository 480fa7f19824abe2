"""Sizes of dims, read off arrays: of names that stand alone on an axis, then of computed ones with one name unknown."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from .signature import LEAD, Signature
from .sizes import NoSize, Size, exactly

INVERSES: dict[str, tuple[Callable[[int, int], int], Callable[[int, int], int]]] = {
    "add": (lambda n, b: n - b, lambda n, a: n - a),
    "subtract": (lambda n, b: n + b, lambda n, a: a - n),
    "multiply": (exactly, exactly),
    "divide": (lambda n, b: n * b, lambda n, a: exactly(a, n)),
}
"""Of `a op b = n`: a from n and b, b from n and a. A floor and a remainder have none."""


def measured(
    signature: Signature, arrays: Sequence[Any], known: Mapping[str, Any]
) -> tuple[dict[str, int], tuple[int, ...]]:
    """The sizes by name that follow from the shapes of arrays and from what is known, and those of the axes `...`.

    >>> import numpy as np
    >>> from symgrad.testing.signature import read_signature
    >>> measured(read_signature("x[N,2*d], w[...,C/g] -> y[N]"), [np.ones((5, 6)), np.ones((2, 4))], {"g": 3})
    ({'N': 5, 'd': 3, 'C': 12}, (2,))
    """
    axes, lead = _axes(signature, arrays)
    found: dict[str, int] = {}
    for _ in axes:
        before = len(found)
        for size, n in axes:
            for name, value in solutions(size, n, {**known, **found}):
                found.setdefault(name, value)
        if len(found) == before:
            break
    return found, lead


def _axes(signature: Signature, arrays: Sequence[Any]) -> tuple[list[tuple[Size, int]], tuple[int, ...]]:
    """Every axis with what its size is, names alone first; and the leading sizes."""
    found: list[tuple[Size, int]] = []
    lead: tuple[int, ...] = ()
    for a, x in zip(signature.arguments, arrays, strict=True):
        if x is None:
            continue
        dims = list(a.dims)
        if LEAD in dims and x.ndim >= len(dims) - 1:
            k, extra = dims.index(LEAD), x.ndim - len(dims) + 1
            lead = x.shape[k : k + extra]
            dims[k : k + 1] = [None] * extra
        found += [(d, n) for d, n in zip(dims, x.shape, strict=False) if isinstance(d, Size)]
    return sorted(found, key=lambda axis: axis[0].op != "name"), lead


def solutions(size: Size, n: int, known: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    """The one name of a size that is not known, where the size is n; nothing where there are more, or none."""
    if size.op == "name" and size.parts[0] not in known:
        yield size.parts[0], n
    if size.op not in INVERSES:
        return
    unknown = [not part.names() <= known.keys() for part in size.parts]
    if sum(unknown) != 1:
        return
    at = unknown.index(True)
    try:
        yield from solutions(size.parts[at], INVERSES[size.op][at](n, size.parts[1 - at].value(known)), known)
    except NoSize:
        return
