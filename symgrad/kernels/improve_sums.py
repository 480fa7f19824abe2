"""A sum over all entries, from sums over rows that the program makes anyway.

`Σ_ij a_ij (b_j + w_j c_ij) = Σ_j b_j Σ_i a_ij + Σ_j w_j Σ_i a_ij c_ij`: where a scale and a shift are trained, as in a
layer norm, both sums over i are the gradients of the left side by b and w, and what is summed there is never made.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..expr.walk import operands_first
from .program import Builder, Value
from .schedule import needed

Columns = Mapping[tuple[int, ...], Value]
"""`Σ_i` of a value or of the product of two, over the first axes, by the identities of the factors."""


def shared_sums(outputs: Sequence[Value], builder: Builder) -> dict[Value, Value]:
    """Every value that the outputs need, and what stands for it."""
    order = needed(outputs)
    columns = {key: v for v in order if (key := column_sum(v))}
    better = {v: sums for v in order if (sums := from_columns(v, columns, builder)) is not None}
    found: dict[Value, Value] = {}
    for v in operands_first(outputs, lambda v: (better[v],) if v in better else v.args):
        args = [found[a] for a in v.args if v not in better]
        found[v] = found[better[v]] if v in better else builder.value(v.op, args, v.options, v.shape, v.kind)
    return found


def column_sum(v: Value) -> tuple[int, ...]:
    """The identities of the factors that v sums over its first axes; empty where it is no such sum."""
    if v.op == "sum_over" and v.options[0] == tuple(range(len(v.options[0]))):
        return (id(v.args[0]),)
    if v.op == "contract" and v.options[0] == v.options[1] and v.options[2] and v.options[0].endswith(v.options[2]):
        return tuple(sorted(map(id, v.args)))
    return ()


def from_columns(v: Value, columns: Columns, at: Builder) -> Value | None:
    """`Σ_i Σ_j a (t + u)` as a sum of products with columns that are known; None where one is not."""
    if v.op != "reduce" or v.options != ("sum", (0,)) or v.shape or v.args[0].op != "contract":
        return None
    (rows,) = v.args
    left, right, out = rows.options
    for a, y in (rows.args, rows.args[::-1]) if left == right and out == left[:1] else ():
        if y.op == "ufunc" and y.options[0] == "add" and a.shape == y.shape:
            t, u = (with_column(a, term, columns, at) for term in y.args)
            return at.ufunc("add", t, u) if t and u else None
    return None


def with_column(a: Value, term: Value, columns: Columns, at: Builder) -> Value | None:
    """`Σ_j b_j Σ_i a_ij` of the term b, `Σ_j w_j Σ_i a_ij c_ij` of w c."""
    pairs: list[tuple[Value, tuple[Value, ...]]] = [(term, ())]
    if term.op == "ufunc" and term.options[0] == "multiply":
        pairs += [(term.args[0], term.args[1:]), (term.args[1], term.args[:1])]
    for row, others in pairs:
        column = columns.get(tuple(sorted(map(id, (a, *others)))))
        if column is not None and row.shape == column.shape:
            letters = "".join(chr(97 + k) for k in range(len(row.shape)))
            return at.value("contract", (row, column), (letters, letters, ""))
    return None
