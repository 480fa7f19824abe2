"""Equations whose program would make an array much larger than what they read and give: some rows at a time.

`Y[i, j] = Σ_k |x[i,k] − y[j,k]|` has an array of I·J·K entries between. Its rows `start … start+count−1` are an equation
of the same kind, `Y'[i', j] = Σ_k |x[start+i',k] − y[j,k]|`, which is lowered as any other; how many rows fit is seen at
run time (`routines/chunks.py`). An equation without free indices, or with one, is cut along the first index that it
reduces over, and the parts are reduced again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass

from sympy import Add, Dummy, Expr, Integer, Mul

from ..expr.indices import Index
from ..expr.nodes import Reduce, over
from ..expr.tensors import Tensor
from .lower import lower_body
from .program import Builder, Value
from .schedule import needed

MUCH = 16
"""How often as large as an operand or the result an array between may be."""
LARGE = 1 << 25
"""Entries that are never too many: 256 MiB of float64."""
NO_ARRAYS = {"input", "number", "size", "arange", "axes", "item", "reshape"}
"""Operations that make no array of their own, or a small one."""


@dataclass(frozen=True, eq=False)
class Part:
    """Some rows of a result: the value, over inputs named by place, and the symbols of the first row and their count."""

    value: Value
    inputs: tuple[Value, ...]
    start: Dummy
    count: Dummy


def bounded(t: Tensor, made: Value, values: Mapping[Tensor, Value], builder: Builder) -> Value:
    """The value of a tensor as it is, or computed in chunks where arrays between would be too large."""
    operands = tuple(dict.fromkeys(t.operands))
    if not too_large(between(made, {values[o] for o in operands}), [made.shape, *(o.shape for o in operands)]):
        return made
    free, body = t.equation
    for place, i in enumerate(free):
        found = cut(free, body, place, operands, values, builder) if i.size != 1 else None
        if found is not None:
            return found
    return _reduced_again(t, made, operands, values, builder)


def _reduced_again(t, made, operands, values, builder) -> Value:
    """`⊕_{b,…} u = ⊕_b (⊕_… u)`, the inner one in chunks of b."""
    free, body = t.equation
    outer = [f for f in Mul.make_args(body) if not isinstance(f, Reduce)]
    inner = [f for f in Mul.make_args(body) if isinstance(f, Reduce)]
    plain = all(f.is_number for f in outer) and all(i.size == 1 for i in free)
    if len(inner) != 1 or len(inner[0].bound) < 2 or not plain or inner[0].op not in ("sum", "max", "min"):
        return made
    (e,) = inner
    for b in e.bound:
        rest = [i for i in e.bound if i is not b]
        found = cut((b,), over(e.op, e.body, *rest, guard=e.guard), 0, operands, values, builder)
        if found is not None:
            total = builder.reduce(e.op, found, [0])
            total = builder.ufunc("multiply", builder.number(Mul(*outer)), total) if outer else total
            return builder.reshape(total, made.shape)
    return made


def cut(free, body, place, operands, values, builder: Builder) -> Value | None:
    """The result in chunks along one of its axes; None where that makes the arrays between no smaller."""
    i = free[place]
    start, count = (Dummy(name, integer=True, nonnegative=True) for name in ("start", "count"))
    row = Index(i.letter, count)
    inner = Builder()
    inputs = {o: inner.value("input", (), (f"a{k}",), o.shape, values[o].kind) for k, o in enumerate(operands)}
    value = lower_body((row, *(j for j in free if j is not i)), body.xreplace({i: start + row}), inputs, inner)
    made = [entries(v) for v in between(value, set(inputs.values()))]
    whole = [v for v in between(value, set(inputs.values())) if count not in entries(v).free_symbols]
    if too_large(whole, [o.shape for o in operands]):
        return None
    each = Add(*{n.xreplace({count: Integer(1)}) for n in made if count in n.free_symbols})
    symbols = {s for e in _sizes(value) for s in e.free_symbols if not isinstance(s, Index)} - {start, count}
    part = Part(value, tuple(inputs.values()), start, count)
    options = (part, i.size, each, *sorted(symbols, key=str))
    found = builder.value("chunks", [values[o] for o in operands], options, (i.size, *value.shape[1:]))
    return builder.axes(found, [*range(1, place + 1), 0, *range(place + 1, len(free))])


def between(v: Value, known: Set[Value]) -> list[Value]:
    """The values from which v is made that make arrays of their own, v apart."""
    found: dict[Value, None] = {}
    stack = [v]
    while stack:
        new = [a for a in stack.pop().args if a not in known and a not in found]
        found.update(dict.fromkeys(new))
        stack += new
    return [a for a in found if a.op not in NO_ARRAYS]


def entries(v: Value) -> Expr:
    return Mul(*v.shape)


def too_large(arrays: Iterable[Value], shapes: Sequence[tuple[Expr, ...]]) -> bool:
    """Whether one of the arrays is much larger than arrays of all these shapes.

    Of sizes that are not known, one with more axes is taken to be larger.
    """
    most = max((_rank(s) for s in shapes), default=0)
    for n, rank in ((entries(a), _rank(a.shape)) for a in arrays):
        if n.is_Integer and n <= LARGE:
            continue
        ratios = [n / Mul(*s) for s in shapes if 0 not in s]
        if not any(r <= MUCH for r in ratios if r.is_number) and (n.is_Integer or rank > most):
            return True
    return False


def _rank(shape) -> int:
    return sum(n != 1 for n in shape)


def _sizes(v: Value) -> Iterable[Expr]:
    """The sizes in a value and in those from which it is made."""
    for a in needed([v]):
        yield from a.shape
        yield from _expressions(a.options)


def _expressions(options) -> Iterable[Expr]:
    for o in options:
        if isinstance(o, tuple):
            yield from _expressions(o)
        elif isinstance(o, Expr):
            yield o
