"""Matrix notation of an index expression, where there is one: `2 q_i x_j` is `2 q xᵀ`. Shown only when verified.

`matrix_form` builds a tree and then computes both sides at small random sizes and numbers, the tree by its own plain
meaning, the index form by `tabulate`; a difference in any entry means that there is no matrix form.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from random import Random

from sympy import Expr, Integer, Symbol

from ..errors import SymgradError
from ..expr.affine import Quo, Rem
from ..expr.evaluate import FLOAT, Array, tabulate
from ..expr.indices import Index
from ..expr.nodes import Divides, Entry, Inside, Partial, Pick, Slot
from ..expr.substitute import refresh
from ..expr.tensors import Ref
from .letters import Letters
from .network import NoMatrix, convert
from .printer import POW, Printer
from .styles import STYLES
from .trees import Leaf, Numbers, Tree

TOO_MUCH = 200_000
"""Entries computed at most to verify one form."""


def matrix_form(free: Iterable[Index], body: Expr) -> Tree | None:
    """The tree of matrix notation that equals `body` at `free` (rows, columns, or fewer); None if there is none.

    >>> from symgrad.expr.indices import param
    >>> from symgrad.expr.tensors import input_tensor
    >>> q, x = (input_tensor(n, (param(m),)) for n, m in (("q", "m"), ("x", "n")))
    >>> i, j = Index("i", param("m")), Index("j", param("n"))
    >>> matrix_form((i, j), 2 * Entry(q.ref, i) * Entry(x.ref, j)).unicode
    '2 q xᵀ'
    """
    free = tuple(free)
    if len(free) > 2 or len(set(free)) < len(free) or body.has(Inside, Divides, Quo, Rem, Pick):
        return None
    body, leaves = _leaves(refresh(body))
    try:
        tree = convert(body, *(*free, None, None)[:2], leaves)
        return tree if verified(tree, free, body, leaves) else None
    except (NoMatrix, SymgradError, ArithmeticError):
        return None


def _leaves(body: Expr) -> tuple[Expr, dict[Expr, Leaf]]:
    """The body with derivatives not worked out as entries of new tensors, and the names of all that has entries."""
    leaves, swaps = {}, {}
    for p in sorted(body.atoms(Partial), key=str):
        if isinstance(p.of, Entry):
            parts = p.of.where + p.entry.where
            base = Slot(f"{p.of.base}/{p.entry.base}")
            swaps[p], leaves[base] = Entry(base, *parts), Leaf(base, gradient_names(p), len(parts), POW)
    body = body.xreplace(swaps)
    for entry in body.atoms(Entry):
        if isinstance(entry.base, Ref):
            names = tuple(Printer(STYLES[s], Letters()).base(entry.base) for s in ("unicode", "latex"))
            leaves[entry.base] = Leaf(entry.base, names, len(entry.where))
    return body, leaves


def gradient_names(p: Partial) -> tuple[str, str]:
    """`∇_W f` of a scalar, `∂q/∂x` of a vector; in Unicode and LaTeX."""
    of, by = (tuple(Printer(STYLES[s], Letters()).base(e.base) for s in ("unicode", "latex")) for e in (p.of, p.entry))
    if not p.entry.where:
        return f"∂{of[0]}/∂{by[0]}", rf"\frac{{\partial {of[1]}}}{{\partial {by[1]}}}"
    if not p.of.where:
        return f"∇_{by[0]} {of[0]}", rf"\nabla_{{{by[1]}}} {of[1]}"
    return f"∂{of[0]}/∂{by[0]}", rf"\frac{{\partial {of[1]}}}{{\partial {by[1]}}}"


def left_side(left: Expr) -> tuple[tuple[Index, ...], tuple[str, str]] | None:
    """(free indices, names) of a left side that has a name in matrix notation: an entry or a derivative of one."""
    if isinstance(left, Partial) and isinstance(left.of, Entry):
        return left.of.where + left.entry.where, gradient_names(left)
    if isinstance(left, Entry):
        return left.where, tuple(Printer(STYLES[s], Letters()).base(left.base) for s in ("unicode", "latex"))
    return None


# Verification


def verified(tree: Tree, free: tuple[Index, ...], body: Expr, leaves) -> bool:
    """Whether tree and index form agree in every entry at random numbers, at positive ones and at others."""
    lengths = _lengths(free, body)
    shrunk = {i: Index(i.letter, Integer(lengths[i.size]), i.number) for i in _all_indices(free, body)}
    small, where = body.xreplace(shrunk), tuple(shrunk[i] for i in free)
    if math.prod(int(i.size) for i in set(shrunk.values())) > TOO_MUCH:
        return False
    conclusive = False
    for low, high in ((1, 9), (-20, 20)):
        compared = _compare(tree, where, small, leaves, lengths, Random(low), (low, high))
        if compared is False:
            return False
        conclusive = conclusive or compared is True
    return conclusive


def _all_indices(free, body):
    return dict.fromkeys((*free, *sorted(body.atoms(Index), key=str), *(i for b in _bound(body) for i in b)))


def _bound(body):
    return [e.bound for e in body.atoms(Expr) if hasattr(e, "bound")]


def _lengths(free, body) -> dict[Expr, int]:
    """A small length for each size, all different."""
    sizes = dict.fromkeys(i.size for i in _all_indices(free, body))
    return {n: k for k, n in enumerate(sizes, start=2)}


def _compare(tree, free, body, leaves, lengths, random, interval):
    """True or False where every entry is a finite number on both sides, else None where they are undefined alike."""
    at = _numbers(body, leaves, lengths, random, interval)
    rows = tree.value(at[1])
    arrays, params = at[0]
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


def _numbers(body, leaves, lengths, random, interval):
    """Random numbers for entries and parameters: as the arrays of `tabulate`, and as rows for the tree."""
    arrays, rows = {}, {}
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

    return (arrays, params), Numbers(rows, scalar, lengths.__getitem__)
