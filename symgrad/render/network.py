"""From an index expression to a tree of matrix notation: a term is a network, factors its nodes, indices its edges.

A factor depends on at most two indices and is converted as a whole, to a vector or a matrix; `contraction` joins them.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import prod

import sympy as sp
from sympy import Add, Expr, Function, Integer, Mul, Pow, Rational

from ..expr.derivatives import DerivativeName
from ..expr.elementwise import BY_HEAD
from ..expr.indices import Index
from ..expr.nodes import Compare, Entry, Equal, Reduce, total
from ..expr.substitute import refresh
from ..expr.tensors import Ref
from .building import scale, transpose
from .contraction import Node, NoMatrix, assemble, eliminate
from .forms import HALF, WRITTEN_OUT, softmax_of
from .letters import free_indices, letters
from .ordering import by_term, rank
from .tree_arithmetic import MatMul, Scale, Sum, Transpose
from .tree_functions import Apply, Diag, Mask, Norm, Power, Softmax
from .trees import Identity, Leaf, Scalar, Tree

Leaves = Mapping[Expr, Leaf]


def convert(e: Expr, rows: Index | None, columns: Index | None, leaves: Leaves) -> Tree:
    """The tree whose entry at (rows, columns) is e; None stands for a single row or column."""
    e = _distributed(e)
    if isinstance(e, Add) and e.primitive()[0] != 1:
        return _term(e, rows, columns, leaves)
    key = by_term(letters(e), Add.make_args(e), compact=False)
    in_order = sorted(Add.make_args(e), key=lambda a: (key(a), a.sort_key()))
    terms = [_term(a, rows, columns, leaves) for a in in_order]
    return terms[0] if len(terms) == 1 else Sum(tuple(terms))


def _distributed(e):
    """a Σ (b + c) as a sum of terms where the bracket has too many indices to be a matrix."""
    if isinstance(e, Reduce) and e.op == "sum" and isinstance(e.body, Add) and len(_indices(e.body)) > 2:
        return Add(*(total(a, *e.bound) for a in e.body.args))
    return e


def _indices(e: Expr) -> tuple[Index, ...]:
    return tuple(dict.fromkeys(free_indices(e)))


def _term(e, rows, columns, leaves):
    number, bound, factors = _factors(e)
    factors, bound = _contracted(factors, bound)
    scalars = [a for a in factors if not _indices(a)]
    nodes = [node for a in sorted(factors, key=_place) if _indices(a) for node in _node(a, bound, leaves)]
    found, nodes = eliminate(nodes, bound)
    below = tuple(_scalar(1 / a, leaves) for a in scalars if _is_below(a))
    above = tuple(_scalar(a, leaves) for a in scalars if not _is_below(a))
    for x in map(_forwards, found):
        x = x if isinstance(x, Scale) else Scale(Rational(1), (x,), (), None)
        number, above, below = number * x.number, above + x.above + ((x.body,) if x.body else ()), below + x.below
    return scale(number, above, below, assemble(nodes, rows, columns))


def _forwards(x: Tree) -> Tree:
    """A scalar or its transpose, whichever has fewer transposes: `xᵀ A x`, not `xᵀ Aᵀ x`."""
    if not isinstance(x, MatMul):
        return x
    return min(x, transpose(x), key=_transposes)


def _transposes(x: Tree) -> int:
    return sum(isinstance(p, Transpose) for p in x.parts) if isinstance(x, MatMul) else 0


def _is_below(a):
    return isinstance(a, Pow) and isinstance(a.exp, Rational) and a.exp.is_negative


def _place(a: Expr):
    """Sort key: derivatives, then entries, functions and sums as in the index form."""
    derivative = isinstance(a, Entry) and isinstance(a.base, Ref) and isinstance(a.base.tensor.name, DerivativeName)
    return not derivative, rank(a), a.sort_key()


def _factors(e) -> tuple[Rational, list[Index], list[Expr]]:
    """(number, bound indices, factors) of a term; sums inside of a product are pulled out under fresh indices."""
    if isinstance(e, Reduce) and e.op == "sum" and _distributed(e) is e:
        e = refresh(e)
        number, bound, factors = _factors(e.body)
        return number, [*e.bound, *bound], factors
    if isinstance(e, Mul):
        parts = [_factors(a) for a in e.args]
        return prod(n for n, _, _ in parts), [k for _, b, _ in parts for k in b], [a for _, _, f in parts for a in f]
    if isinstance(e, Add):
        content, rest = e.primitive()
        return content, [], [rest]
    return (e, [], []) if e.is_Rational else (Integer(1), [], [e])


def _contracted(factors, bound):
    """Factors without the deltas that fix a bound index."""
    for delta in [a for a in factors if isinstance(a, Equal)]:
        for k, other in (delta.args, delta.args[::-1]):
            if k in bound and isinstance(other, Index) and other.size == k.size and delta in factors:
                factors = [a.xreplace({k: other}) for a in factors if a is not delta]
                bound = [b for b in bound if b != k]
    return factors, bound


# Factors: an entry, or a function of entries at the same indices taken as a whole


def _node(a: Expr, bound, leaves: Leaves) -> list[Node]:
    where = _indices(a)
    if len(where) > 2:
        raise NoMatrix(a)
    if isinstance(a, Pow) and a.exp == 2 and (set(where) & set(bound) or isinstance(a.base, Entry)):
        return _node(a.base, bound, leaves) * 2
    if isinstance(a, Entry):
        return [_entry(a, leaves)]
    if isinstance(a, Equal):
        if set(a.args) != set(where) or len({i.size for i in where}) != 1:
            raise NoMatrix(a)
        return [Node(where, Identity(where[0].size))]
    return [Node(where, _entrywise(a, where, leaves))]


def _entry(a: Entry, leaves):
    if a.base not in leaves or not all(isinstance(w, Index) for w in a.where) or len(a.where) > 2:
        raise NoMatrix(a)
    leaf = leaves[a.base]
    if len(a.where) == 2 and a.where[0] == a.where[1]:
        return Node(a.where[:1], Diag(leaf, up=False))
    return Node(a.where, leaf)


def _entrywise(a: Expr, where, leaves) -> Tree:
    rows, columns = (*where, None)[:2]

    def part(x):
        return convert(x, rows, columns, leaves) if _indices(x) else _scalar(x, leaves)

    z = softmax_of(a.args[0]) if isinstance(a, sp.exp) else None
    if z is not None and z.where == where and z.base in leaves:
        return Softmax(leaves[z.base])
    if isinstance(a, Add) or (isinstance(a, Reduce) and a.op == "sum" and _distributed(a) is not a):
        return part(a)
    if isinstance(a, Reduce) and a.op in WRITTEN_OUT:
        return _entrywise(WRITTEN_OUT[a.op](a), where, leaves)
    if isinstance(a, Compare):
        return Mask(a.relation, part(a.left), part(a.right))
    if isinstance(a, Pow) and not _indices(a.exp):
        return Power(part(a.base), a.exp, entrywise=True)
    if isinstance(a, Function) and a.func in BY_HEAD:
        return Apply(BY_HEAD[a.func].name, tuple(map(part, a.args)))
    raise NoMatrix(a)


def _scalar(a: Expr, leaves) -> Tree:
    """A factor without free indices."""
    if not a.has(Reduce):
        if any(entry.where or entry.base not in leaves for entry in a.atoms(Entry)):
            raise NoMatrix(a)
        return Scalar(a)
    if isinstance(a, Reduce) and a.op == "norm" and a.guard == 1 and 1 <= len(_indices(a.body)) <= 2:
        rows, columns = (*_indices(a.body), None)[:2]
        return Norm(convert(a.body, rows, columns, leaves), squared=False)
    if isinstance(a, Reduce) and a.op == "lse":
        return _scalar(WRITTEN_OUT["lse"](a), leaves)
    if isinstance(a, Pow) and not _indices(a.exp):
        base = _scalar(a.base, leaves)
        if isinstance(base, Norm) and a.exp == (HALF if base.squared else 2):
            return Norm(base.x, squared=not base.squared)
        return Power(base, a.exp, entrywise=False)
    if isinstance(a, Function) and a.func in BY_HEAD:
        return Apply(BY_HEAD[a.func].name, tuple(_scalar(x, leaves) for x in a.args))
    if isinstance(a, (Add, Mul)) or (isinstance(a, Reduce) and a.op == "sum"):
        return convert(a, None, None, leaves)
    raise NoMatrix(a)
