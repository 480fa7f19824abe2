"""From an index expression to a tree of matrix notation: a term is a network whose factors are its nodes, indices its edges.

A factor depends on at most two indices: a vector or a matrix. A bound index that joins two matrices is their product, one
that joins vectors an inner product, one at a single matrix a matrix–vector product. What does not fit raises `NoMatrix`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sympy as sp
from sympy import Add, Expr, Function, Integer, Mul, Pow, Rational

from ..expr.elementwise import BY_HEAD
from ..expr.indices import Index
from ..expr.nodes import Compare, Entry, Equal, Reduce, total
from ..expr.substitute import refresh
from .letters import free_indices
from .printer import WRITTEN_OUT, is_whole, softmax_of
from .trees import (
    Apply,
    Count,
    Diag,
    Hadamard,
    Identity,
    Leaf,
    Mask,
    MatMul,
    Norm,
    Ones,
    Power,
    Scalar,
    Softmax,
    Sum,
    Trace,
    Transpose,
    Tree,
    hadamard,
    matmul,
    scale,
    transpose,
)


class NoMatrix(Exception):
    """This has no matrix form here."""


@dataclass(frozen=True)
class Node:
    """A factor: a vector at one index, a matrix at (row, column), a scalar at none."""

    at: tuple[Index, ...]
    tree: Tree

    def turned(self, at: tuple[Index, ...]) -> Tree:
        return self.tree if self.at == at else transpose(self.tree)


Leaves = Mapping[Expr, Leaf]


def convert(e: Expr, rows: Index | None, columns: Index | None, leaves: Leaves) -> Tree:
    """The tree whose entry at (rows, columns) is e; None stands for a single row or column."""
    terms = [_term(a, rows, columns, leaves) for a in Add.make_args(_distributed(e))]
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
    nodes, scalars, below = [], [], []
    for a in factors:
        where = _indices(a)
        if not where:
            (below if _is_below(a) else scalars).append(a)
        else:
            nodes.extend(_node(a, where, bound, leaves))
    above = [_scalar(a, leaves) for a in scalars]
    under = [_scalar(1 / a, leaves) for a in below]
    found, nodes = _eliminate(nodes, bound)
    return scale(number, (*above, *found), tuple(under), _assemble(nodes, rows, columns, bool(above or found)))


def _is_below(a):
    return isinstance(a, Pow) and isinstance(a.exp, Rational) and a.exp.is_negative


def _factors(e) -> tuple[Rational, list[Index], list[Expr]]:
    """(number, bound indices, factors) of a term; sums inside of a product are pulled out under fresh indices."""
    number, bound, factors = Integer(1), [], []
    for a in Mul.make_args(e):
        if isinstance(a, Mul) or isinstance(a, Reduce) and a.op == "sum" and not _kept(a):
            a = refresh(a) if isinstance(a, Reduce) else a
            inner = _factors(a.body if isinstance(a, Reduce) else a)
            number, bound, factors = number * inner[0], bound + inner[1], factors + inner[2]
            bound = bound + list(a.bound if isinstance(a, Reduce) else ())
        elif a.is_Rational:
            number = number * a
        else:
            factors.append(a)
    return number, bound, factors


def _kept(e):
    return isinstance(e.body, Add) and len(_indices(e.body)) > 2


def _contracted(factors, bound):
    """Factors without the deltas that fix a bound index."""
    for delta in [a for a in factors if isinstance(a, Equal)]:
        for k, other in (delta.args, delta.args[::-1]):
            if k in bound and isinstance(other, Index) and other.size == k.size and delta in factors:
                factors = [a.xreplace({k: other}) for a in factors if a is not delta]
                bound = [b for b in bound if b != k]
    return factors, bound


# Factors


def _node(a: Expr, where: tuple[Index, ...], bound, leaves: Leaves) -> list[Node]:
    if len(where) > 2:
        raise NoMatrix(a)
    if isinstance(a, Pow) and a.exp == 2 and set(where) & set(bound):
        return _node(a.base, where, bound, leaves) * 2
    if isinstance(a, Entry):
        return [_entry(a, leaves)]
    if isinstance(a, Equal):
        if set(a.args) != set(where) or where[0].size != where[1].size:
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
    """A function of entries at the same indices: as a whole vector or matrix."""
    rows, columns = (*where, None)[:2]
    z = softmax_of(a.args[0]) if isinstance(a, sp.exp) else None
    if z is not None and z.where == where and z.base in leaves:
        return Softmax(leaves[z.base])
    if isinstance(a, Add):
        return convert(a, rows, columns, leaves)
    if isinstance(a, Mul):
        return _term(a, rows, columns, leaves)
    if isinstance(a, Reduce) and a.op in WRITTEN_OUT:
        return _entrywise(WRITTEN_OUT[a.op](a), where, leaves)
    if isinstance(a, Reduce) and a.op == "sum":
        return convert(a, rows, columns, leaves)
    if isinstance(a, Compare):
        return Mask(a.relation, *(_argument(x, rows, columns, leaves) for x in (a.left, a.right)))
    if isinstance(a, Pow) and not _indices(a.exp):
        if a.exp == sp.Rational(1, 2):
            return Apply("sqrt", (_argument(a.base, rows, columns, leaves),)) if _has_sqrt() else _power(a, rows, columns, leaves)
        return _power(a, rows, columns, leaves)
    if isinstance(a, Function) and a.func in BY_HEAD:
        return Apply(BY_HEAD[a.func].name, tuple(_argument(x, rows, columns, leaves) for x in a.args))
    raise NoMatrix(a)


def _power(a, rows, columns, leaves):
    return Power(_argument(a.base, rows, columns, leaves), a.exp)


def _argument(x, rows, columns, leaves):
    """An argument of a function; a number stays a number."""
    where = _indices(x)
    if not where:
        return _scalar(x, leaves)
    if set(where) != {i for i in (rows, columns) if i is not None}:
        return convert(x, rows, columns, leaves)
    return _turn(x, where, rows, columns, leaves)


def _turn(x, where, rows, columns, leaves):
    return convert(x, rows, columns, leaves)


def _scalar(a: Expr, leaves) -> Tree:
    """A factor without indices outside of sums."""
    if isinstance(a, Reduce) and a.op == "norm" and is_whole(a) and a.body.base in leaves:
        return Norm(leaves[a.body.base], squared=False)
    if isinstance(a, Reduce) and a.op == "norm" and a.guard == 1 and len(_indices(a.body)) <= 2:
        where = _indices(a.body)
        return Norm(convert(a.body, *(*where, None, None)[:2], leaves), squared=False)
    if isinstance(a, Reduce) and a.op == "lse":
        return _scalar(WRITTEN_OUT["lse"](a), leaves)
    if isinstance(a, Pow) and isinstance(a.base, Reduce):
        inner = _scalar(a.base, leaves)
        return Norm(inner.x, squared=True) if a.exp == 2 and isinstance(inner, Norm) and not inner.squared else Power1(inner, a.exp)
    if not a.has(Reduce):
        return Scalar(a) if all(entry.base in leaves and not entry.where for entry in a.atoms(Entry)) else _no(a)
    if isinstance(a, Function) and a.func in BY_HEAD:
        return Apply(BY_HEAD[a.func].name, tuple(_scalar(x, leaves) for x in a.args))
    if isinstance(a, (Add, Mul)) or isinstance(a, Reduce) and a.op == "sum":
        return convert(a, None, None, leaves)
    raise NoMatrix(a)


def _no(a):
    raise NoMatrix(a)
