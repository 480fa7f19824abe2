"""Cases, matrices written out, and conditions on values."""

from __future__ import annotations

import numpy as np

from ...tex.syntax import Cases, Dots, Group, Matrix, Node, Relation, Text, Tuple
from ..names.dotted import grid, in_full
from ..names.table import IllTyped, Unclear
from .arrays import Array, aligned
from .context import Environment, Value
from .jets import Jet
from .whole import conjunction, in_words, index_condition


def condition(m, node: Node, env: Environment) -> Array:
    """Where a condition holds: on indices, else on values."""
    if isinstance(node, Group) and node.body is not None:
        return condition(m, node.body, env)
    if isinstance(node, Tuple):
        return conjunction(m.condition(item, env) for item in node.items)
    if not isinstance(node, Relation):
        raise Unclear("a condition is expected", node)
    try:
        return index_condition(m.trial, node, env)
    except Unclear:
        return conjunction(
            _compared(m, a, op, b, env, node)
            for a, op, b in zip(node.sides, node.relations, node.sides[1:], strict=False)
            if a is not None and b is not None
        )


def _compared(m, a, op, b, env, node):
    x, y = m.array(a, env).base, m.array(b, env).base
    dims, (u, v) = aligned(x, y)
    field = m.trial.field
    work = {
        "≮": lambda: ~field.less(u, v),
        "≯": lambda: ~field.less(v, u),
        "≱": lambda: field.less(u, v),
        "≰": lambda: field.less(v, u),
        "<": lambda: field.less(u, v),
        ">": lambda: field.less(v, u),
        "≤": lambda: ~field.less(v, u),
        "≥": lambda: ~field.less(u, v),
        "=": lambda: field.equal(u, v),
        "≠": lambda: ~field.equal(u, v),
    }.get(op)
    if work is None:
        raise Unclear(f"the relation {op} in a condition", node)
    return Array(dims, np.asarray(work(), bool))


def cases(m, node: Cases, env: Environment) -> Jet:
    """The value of the first branch whose condition holds."""
    if not node.branches or not _closed(node.branches[-1][1]):
        return _open_cases(m, node, env)
    value = m.array(node.branches[-1][0], env)
    for branch, asked in reversed(node.branches[:-1]):
        value = _chosen(m, condition(m, _stated(asked), env), m.array(branch, env), value)
    return value


def _open_cases(m, node, env):
    """Branches that all have a condition: together they must cover everything."""
    value, covered = None, None
    for branch, asked in reversed(node.branches):
        where, own = condition(m, _stated(asked), env), m.array(branch, env)
        value = own if value is None else _chosen(m, where, own, value)
        covered = where if covered is None else Array(*_or(covered, where))
    if value is None or covered is None or not np.all(covered.data):
        raise Unclear("the cases do not cover everything", node)
    return value


def _or(x, y):
    dims, (a, b) = aligned(x, y)
    return dims, a | b


def _closed(asked):
    return asked is None or in_words(asked)


def _stated(asked):
    if asked is None or isinstance(asked, Text):
        raise Unclear("a condition in words", asked)
    return asked


def _chosen(m, where, a, b):
    if where.rank == 0 or a.shape == b.shape == ():
        return m.a.choose(where, a, b)
    raise Unclear("a condition on an array")


def matrix(m, node: Matrix, env: Environment) -> Value:
    """Entries and blocks in rows."""
    if any(isinstance(e, Dots) for row in node.rows for e in row):
        full = [[_entry(m, e, env) for e in row] for row in grid(m, node.rows, env, node)]
        return _joined(m, [_joined(m, row, -1, node) for row in full], -2, node)
    if len({len(row) for row in node.rows}) != 1:
        raise IllTyped("rows of a matrix of different length", node)
    rows = [[_block(m.array(e, env)) for e in row] for row in node.rows]
    whole = _joined(m, [_joined(m, row, -1, node) for row in rows], -2, node)
    if node.kind in ("vmatrix",):
        return m.determinant(whole)
    return whole


def column(m, items: tuple[Node, ...], env: Environment, node: Node) -> Jet:
    """`(a, b, c)`, `(a_1, …, a_n)`: a column of numbers."""
    if any(isinstance(item, Dots) for item in items):
        return _joined(m, [_entry(m, e, env) for e in in_full(m, items, env, node)], -2, node)
    return _joined(m, [_block(m.number(item, env)) for item in items], -2, node)


def below(m, numbers: list[Jet]) -> Jet:
    """Numbers under one another."""
    return _joined(m, [_block(x) for x in numbers], -2, None)


def _entry(m, entry, env):
    """One number of a list or matrix with dots."""
    node, letters = entry
    return _block(m.number(node, env.with_indices({n: Array((), np.asarray(k)) for n, k in letters.items()})))


def _block(value):
    return value.map(lambda p: p.with_shape((1, 1))) if value.shape == () else value


def _joined(m, blocks, axis, node):
    other = -2 if axis == -1 else -1
    if len({b.shape[other] for b in blocks}) != 1:
        raise IllTyped("blocks of a matrix that do not fit", node)
    tags = {t for b in blocks for t in b.parts}
    parts = {}
    for tag in tags:
        pieces = [b.parts.get(tag) or _zeros(m, b) for b in blocks]
        dims, datas = aligned(*pieces)
        lead = np.broadcast_shapes(*(d.shape[: len(dims)] for d in datas))
        parts[tag] = Array(
            dims, np.concatenate([np.broadcast_to(d, (*lead, *d.shape[len(dims) :])) for d in datas], axis)
        )
    return Jet(parts)


def _zeros(m, block):
    return Array((), np.broadcast_to(m.trial.field.number(0), block.shape))
