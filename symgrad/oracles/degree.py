"""The degree of an equation as a rational function of its inputs, which bounds how often two different ones agree.

Schwartz and Zippel: a polynomial of degree D that is not 0 is 0 at a point drawn from a grid of S values an axis with a
chance of at most D/S. So a few points prove an identity of rational functions, but for a chance that can be made tiny.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import prod

from sympy import Add, Integer, Mul, Pow

from ..expr.evaluate import order
from ..expr.nodes import Binder, Bracket, Entry, Reduce, Slot
from ..expr.scope import actual_size
from ..expr.tensors import Tensor

Degree = tuple[int, int]
"""Of numerator and denominator."""


def degree(t: Tensor, sizes: Mapping, start: Mapping[Tensor, Degree] | None = None) -> Degree | None:
    """The degrees of t's entries in its inputs (and in the tensors of `start`); None where t is no rational function.

    >>> from symgrad.expr.tensors import input_tensor
    >>> x = input_tensor("x", (3,)); degree(x * x / (1 + x), {})
    (2, 1)
    """
    known: dict = dict(start or {})
    for s in order([t]):
        if s not in known:
            known[s] = (1, 0) if s.is_input else _equation(s, known, sizes)
    return known[t]


def _equation(t, known, sizes):
    slots = {Slot(k): known[o] for k, o in enumerate(t.operands)}
    binding = {p: Integer(actual_size(n, sizes)) for p, n in zip(t.template.params, t.binding, strict=True)}
    return _of(t.template.body, slots, binding)


def _of(e, slots, binding):
    if isinstance(e, Entry):
        return slots[e.base]
    if not e.has(Entry):
        return 0, 0
    parts = [] if isinstance(e, (Bracket, Binder)) else [_of(a, slots, binding) for a in e.args]
    if None in parts:
        return None
    if isinstance(e, Add):
        return _sum(parts)
    if isinstance(e, Mul):
        return sum(a for a, _ in parts), sum(b for _, b in parts)
    if isinstance(e, Pow) and e.exp.is_Integer:
        n, (a, b) = int(e.exp), parts[0]
        return (n * a, n * b) if n > 0 else (-n * b, -n * a)
    if isinstance(e, Reduce) and e.op in ("sum", "prod"):
        count, body = prod(max(0, actual_size(i.size, binding)) for i in e.bound), _of(e.body, slots, binding)
        if body and not e.guard.has(Entry):
            return _sum([body] * count) if e.op == "sum" else (count * body[0], count * body[1])
    return None


def _sum(parts):
    """Over the common denominator."""
    below = sum(b for _, b in parts)
    return max((a + below - b for a, b in parts), default=0), below


def slope(d: Degree) -> Degree:
    """Of the derivative: `(p/q)′ = (p′q − p q′) / q²`."""
    return d[0] + d[1], 2 * d[1]


def apart(a: Degree, b: Degree) -> int:
    """The degree of the polynomial that is 0 exactly where the two functions agree."""
    return max(a[0] + b[1], b[0] + a[1])
