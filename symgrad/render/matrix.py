"""Matrix notation of an index expression, where there is one: `2 q_i x_j` is `2 q xᵀ`. Shown only when verified.

`matrix_form` builds a tree and `verified` compares it with the index form; a difference in any entry means that there
is no matrix form.
"""

from __future__ import annotations

from collections.abc import Iterable

from sympy import Add, Expr, Mul, expand_mul

from ..expr.affine import Quo, Rem
from ..expr.derivatives import DerivativeName, unknown_derivative
from ..expr.indices import Index
from ..expr.nodes import Divides, Entry, Equal, Inside, Partial, Pick
from ..expr.substitute import refresh
from ..expr.tensors import Ref, Tensor
from .letters import Letters, free_indices
from .network import NoMatrix, convert
from .pieces import ATOM, POW
from .printer import Printer
from .styles import STYLES
from .tree_arithmetic import MatMul
from .trees import Identity, Leaf, Tree
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
    found = min(trees, key=_burden, default=None)
    return found if found and verified(found, free, body) else None


def _tree(free, body, leaves) -> Tree | None:
    rows, columns = (*free, None, None)[:2]
    try:
        return convert(body, rows, columns, leaves)
    except NoMatrix:
        return None


def _burden(tree: Tree) -> tuple[int, int]:
    """How hard a form is to read: `diag(p) − p pᵀ` is easier than `diag(p) (I − 𝟏 pᵀ)`, else the shorter one."""
    products = [x for x in tree.inside() if isinstance(x, MatMul)]
    return sum(isinstance(y, Identity) for x in products for y in x.inside()), len(tree.unicode)


def _spellings(body: Expr) -> tuple[Expr, ...]:
    """The body, and multiplied out, all or but for scalars: `p_i (δ_ij − p_j)` as `p_i δ_ij − p_i p_j`."""
    if not body.has(Equal):
        return (body,)
    terms = Add.make_args(body)
    return tuple(dict.fromkeys((body, *(Add(*(_expanded(a, keep) for a in terms)) for keep in (False, True)))))


def _expanded(term: Expr, keep: bool) -> Expr:
    """A product multiplied out; with `keep`, but for its factors without indices."""
    factors = Mul.make_args(term)
    scalars = [a for a in factors if keep and not any(free_indices(a))]
    return Mul(*scalars, expand_mul(Mul(*(a for a in factors if a not in scalars)), deep=False))


def _leaves(body: Expr) -> tuple[Expr, dict[Expr, Leaf]]:
    """The body with derivatives not worked out as entries of new tensors, and the names of all that has entries."""
    known: dict[tuple[Ref, Ref], Tensor] = {}
    swaps = {}
    for p in body.atoms(Partial):
        if isinstance(p.of, Entry):
            bases = p.of.base, p.entry.base
            derivative = known.setdefault(bases, unknown_derivative(bases[0].tensor, bases[1].tensor))
            swaps[p] = Entry(derivative.ref, *p.of.where, *p.entry.where)
    body = body.xreplace(swaps)
    return body, {e.base: _leaf(e.base.tensor) for e in body.atoms(Entry) if isinstance(e.base, Ref)}


def _leaf(t: Tensor) -> Leaf:
    return Leaf(t.ref, _names(t), t.ndim, POW if isinstance(t.name, DerivativeName) else ATOM)


def _names(t: Tensor) -> tuple[str, str]:
    """`∇_W f` of a scalar, `∂q/∂x` of a vector, `W`; in Unicode and LaTeX."""
    unicode, latex = (Printer(STYLES[s], Letters()).tensor(t) for s in ("unicode", "latex"))
    return unicode, latex


def left_side(left: Expr) -> tuple[tuple[Index, ...], tuple[str, str]] | None:
    """(free indices, names) of a left side that has a name in matrix notation: an entry or a derivative of one."""
    if isinstance(left, Partial) and isinstance(left.of, Entry):
        whole = unknown_derivative(left.of.base.tensor, left.entry.base.tensor)
        return left.of.where + left.entry.where, _names(whole)
    if isinstance(left, Entry):
        return left.where, _names(left.base.tensor)
    return None
