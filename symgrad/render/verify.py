"""Whether a tree of matrix notation means what the index form means: both are computed, entry by entry.

Every size gets a small length of its own, so that no two axes fit by chance; the tree is computed by its own plain
meaning, the index form by `tabulate`. What cannot be computed is not verified.
"""

from __future__ import annotations

import math
from random import Random

from sympy import Expr, Integer, Symbol

from ..errors import SymgradError
from ..expr.evaluate import FLOAT, Array, tabulate
from ..expr.indices import Index
from ..expr.nodes import Binder, Entry, Slot
from ..expr.tensors import Ref
from .trees import Numbers, Tree

TOO_MUCH = 200_000
"""Terms computed at most to verify one form."""


def verified(tree: Tree, free: tuple[Index, ...], body: Expr) -> bool:
    """Whether tree and index form agree in every entry at random numbers, at positive ones and at others."""
    lengths = _lengths(free, body)
    shrunk = {i: Index(i.letter, Integer(lengths[i.size]), i.number) for i in _all_indices(free, body)}
    small, where = body.xreplace(shrunk), tuple(shrunk[i] for i in free)
    if math.prod(int(i.size) for i in set(shrunk.values())) > TOO_MUCH:
        return False
    try:
        found = [_compare(tree, where, small, lengths, interval) for interval in ((1, 9), (-20, 20))]
    except (SymgradError, ArithmeticError):
        return False
    return False not in found and True in found


def _all_indices(free, body):
    bound = sorted((i for e in body.atoms(Binder) for i in e.bound), key=str)
    return dict.fromkeys((*free, *sorted(body.atoms(Index), key=str), *bound))


def _lengths(free, body) -> dict[Expr, int]:
    """A small length for each size, all different."""
    sizes = dict.fromkeys(i.size for i in _all_indices(free, body))
    return {n: k for k, n in enumerate(sizes, start=2)}


def _compare(tree, free, body, lengths, interval):
    """True or False where every entry is a finite number on both sides, else None where they are undefined alike."""
    arrays, params, numbers = _numbers(body, lengths, interval)
    rows = tree.value(numbers)
    shape = [int(i.size) for i in free]
    wanted = tabulate(free, body, params, arrays, FLOAT).data
    if (len(rows), len(rows[0])) != (*shape, 1, 1)[:2]:
        return False
    found = [v for row in rows for v in row]
    same = [_same(a, b) for a, b in zip(found, wanted, strict=True)]
    return False if False in same else True if all(math.isfinite(b) for b in wanted) else None


def _same(a, b):
    if not math.isfinite(b):
        return not math.isfinite(a)
    return math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-9)


def _numbers(body, lengths, interval):
    """Random numbers for entries and parameters: as the arrays of `tabulate`, and as rows for the tree."""
    arrays, rows, random = {}, {}, Random(interval[0])
    for entry in sorted(body.atoms(Entry), key=str):
        if entry.base not in arrays:
            shape = tuple(int(w.size) for w in entry.where)
            data = [random.randint(*interval) / 10 for _ in range(math.prod(shape))]
            arrays[entry.base] = Array(shape, data)
            width = shape[1] if len(shape) == 2 else 1
            rows[entry.base] = [data[k : k + width] for k in range(0, len(data), width)]
    symbols = [s for s in body.atoms(Symbol) if not isinstance(s, (Index, Slot, Ref))]
    params = {s: lengths.get(s, k) for k, s in enumerate(sorted(symbols, key=str), start=2)}

    def scalar(e):
        return tabulate((), e, params, arrays, FLOAT).data[0]

    return arrays, params, Numbers(rows, scalar, lengths.__getitem__)
