"""Equations whose program would make an array much larger than what they read and give: some rows at a time.

`Y[i, j] = Σ_k |x[i,k] − y[j,k]|` has an array of I·J·K entries between. Its rows `start … start+count−1` are an
equation of the same kind, `Y'[i', j] = Σ_k |x[start+i',k] − y[j,k]|`, which is lowered as any other; how many rows fit
into `CHUNK_BYTES` (256 MiB) is seen at run time, by `routines/chunks.py`. It is cut along the first free index on which
the large arrays depend; an equation without free indices, along one that it reduces over, and the parts are reduced
again. A single row is not cut further.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import islice

from sympy import Add, Dummy, Expr, Integer, Mul

from ..expr.indices import Index
from ..expr.nodes import Reduce, over
from ..expr.tensors import Tensor
from .lower import lower_body, lower_equation
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
    """Some rows of a result: the value over inputs named by place, the symbols of the first row and of the count."""

    value: Value
    inputs: tuple[Value, ...]
    start: Dummy
    count: Dummy


def bounded(t: Tensor, values: Mapping[Tensor, Value], builder: Builder, remembered: Set[Tensor]) -> Value:
    """The value of a tensor as it is lowered, or computed in chunks where arrays between would be too large."""
    before = len(builder.made)
    made = lower_equation(t, values, builder, remembered)
    operands = tuple(dict.fromkeys(t.operands))
    new = islice(reversed(builder.made.values()), len(builder.made) - before)
    large = too_large(arrays(new, made), [made.shape, *(o.shape for o in operands)])
    return in_parts(t, made, values, builder) if large else made


def in_parts(t: Tensor, made: Value, values: Mapping[Tensor, Value], builder: Builder) -> Value:
    """The value of a tensor some rows at a time, along the first axis where it can be; else as it was made."""
    operands = tuple(dict.fromkeys(t.operands))
    free, body = t.equation
    for place, i in enumerate(free):
        found = cut(free, body, place, operands, values, builder) if i.size != 1 else None
        if found is not None:
            return found
    return _reduced_again(t, made, operands, values, builder)


def _reduced_again(t, made, operands, values, builder) -> Value:
    """`c ⊕_{b,…} u = ⊕_b (c ⊕_… u)`, the inner one in chunks of b; a factor c goes into a sum alone."""
    free, body = t.equation
    inner = [f for f in Mul.make_args(body) if isinstance(f, Reduce)]
    if len(inner) != 1 or len(inner[0].bound) < 2 or any(i.size != 1 for i in free):
        return made
    (e,) = inner
    if e.op != "sum" and (e.op not in ("max", "min") or body is not e):
        return made
    for b in e.bound:
        rest = over(e.op, e.body, *(i for i in e.bound if i is not b), guard=e.guard)
        found = cut((b,), body.xreplace({e: rest}), 0, operands, values, builder)
        if found is not None:
            return builder.reshape(builder.reduce(e.op, found, [0]), made.shape)
    return made


def cut(free, body, place, operands, values, builder: Builder) -> Value | None:
    """The result in chunks along one of its axes; None where that makes the arrays between no smaller."""
    i = free[place]
    start, count = (Dummy(name, integer=True, nonnegative=True) for name in ("start", "count"))
    row = Index(i.letter, count)
    inner = Builder()
    inputs = {o: inner.value("input", (), (f"a{k}",), o.shape, values[o].kind) for k, o in enumerate(operands)}
    value = lower_body((row, *(j for j in free if j is not i)), body.xreplace({i: start + row}), inputs, inner)
    between = arrays(inner.made.values(), value)
    if too_large([v for v in between if count not in entries(v).free_symbols], [o.shape for o in operands]):
        return None
    each = Add(*(entries(v).xreplace({count: Integer(1)}) for v in between if count in entries(v).free_symbols))
    symbols = {s for e in _sizes(value) for s in e.free_symbols if not isinstance(s, Index)} - {start, count}
    part = Part(value, tuple(inputs.values()), start, count)
    options = (part, i.size, each, *sorted(symbols, key=str))
    found = builder.value("chunks", [values[o] for o in operands], options, (i.size, *value.shape[1:]))
    return builder.axes(found, [*range(1, place + 1), 0, *range(place + 1, len(free))])


def arrays(values: Iterable[Value], result: Value) -> list[Value]:
    """Those of the values that take memory of their own, the result apart."""
    return [v for v in values if v.op not in NO_ARRAYS and v is not result]


def entries(v: Value) -> Expr:
    return Mul(*v.shape)


def too_large(made: Iterable[Value], shapes: Sequence[tuple[Expr, ...]]) -> bool:
    """Whether one of the arrays is much larger than arrays of all these shapes.

    Of sizes that are not known, one with more axes is taken to be larger.
    """
    most = max((_rank(s) for s in shapes), default=0)
    for n, rank in ((entries(v), _rank(v.shape)) for v in made):
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
