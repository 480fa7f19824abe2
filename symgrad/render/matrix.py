"""Matrix notation of an index expression, where there is one: `2 q_i x_j` is `2 q xᵀ`. Shown only when verified.

`matrix_form` builds a tree and `verified` compares it with the index form; a difference in any entry means that there
is no matrix form.
"""

from __future__ import annotations

from collections.abc import Iterable

from sympy import Add, Expr, expand_mul

from ..expr.affine import Quo, Rem
from ..expr.indices import Index
from ..expr.nodes import Divides, Entry, Equal, Inside, Partial, Pick, Slot
from ..expr.substitute import refresh
from ..expr.tensors import Ref
from .derivatives import derivative_name, shares
from .letters import Letters
from .network import NoMatrix, convert
from .printer import ATOM, POW, Printer
from .styles import STYLES
from .trees import Leaf, Tree
from .verify import verified


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
    trees = [tree for e in _spellings(body) if (tree := _tree(free, e, leaves))]
    found = min(trees, key=lambda tree: len(tree.unicode), default=None)
    return found if found and verified(found, free, body) else None


def _tree(free, body, leaves) -> Tree | None:
    try:
        return convert(body, *(*free, None, None)[:2], leaves)
    except NoMatrix:
        return None


def _spellings(body: Expr) -> tuple[Expr, ...]:
    """The body, and multiplied out: `p_i (δ_ij − p_j)` has no matrix form as short as `p_i δ_ij − p_i p_j` has."""
    if not body.has(Equal):
        return (body,)
    return tuple(dict.fromkeys((body, Add(*(expand_mul(a, deep=False) for a in Add.make_args(body))))))


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
            level = POW if derivative_name(str(entry.base)) else ATOM
            leaves[entry.base] = Leaf(entry.base, _names(entry.base), len(entry.where), level)
    return body, leaves


def _names(base: Expr) -> tuple[str, str]:
    return tuple(Printer(STYLES[s], Letters()).base(base) for s in ("unicode", "latex"))


def gradient_names(p: Partial) -> tuple[str, str]:
    """`∇_W f` of a scalar, `∂q/∂x` of a vector; in Unicode and LaTeX."""
    told = derivative_name(str(p.of.base))
    split = shares(p.of.base.tensor, *told) if told else [len(p.of.where)]
    scalar = bool(p.entry.where) and bool(split) and split[0] == 0
    names = []
    for s, of, by in zip((STYLES["unicode"], STYLES["latex"]), _names(p.of.base), _names(p.entry.base), strict=True):
        of, before = (s.symbol(told[0]), tuple(map(s.symbol, told[1]))) if told else (of, ())
        names.append(s.gradient(of, (*before, by), scalar))
    return tuple(names)


def left_side(left: Expr) -> tuple[tuple[Index, ...], tuple[str, str]] | None:
    """(free indices, names) of a left side that has a name in matrix notation: an entry or a derivative of one."""
    if isinstance(left, Partial) and isinstance(left.of, Entry):
        return left.of.where + left.entry.where, gradient_names(left)
    if isinstance(left, Entry):
        return left.where, _names(left.base)
    return None
