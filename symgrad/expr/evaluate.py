"""The meaning of an equation: plain loops over its indices, in numbers of a space. Slow and obvious on purpose.

A `Space` (`symgrad.expr.spaces`) says what numbers are: `FLOAT` (IEEE doubles), `EXACT` (fractions), `Precise(digits)`
(mpmath), or those of an oracle (dual numbers, tracked expressions). Everything here is the same for all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from operator import attrgetter

from sympy import Integer, Symbol

from ..errors import EvaluationError, ShapeError
from .arrays import Array, array
from .nodes import Slot
from .precise import Precise, precise
from .scope import actual_size, tabulate
from .spaces import EXACT, FLOAT, Space
from .tensors import Tensor, shape_text
from .walk import operands_first


def evaluate(outputs, values: Mapping, space: Space = FLOAT):
    """The values of tensors, as Arrays, at values of the inputs, by name.

    `values` maps each input's name (or the tensor) to numbers in nested lists, and may give sizes that no input shows
    (`{"s": 2}`). A tensor that is not an input may be given too, itself as the key: its equation is then not used. One
    tensor gives one Array, a sequence a list.

    >>> from symgrad.expr.tensors import input_tensor, from_expression
    >>> from symgrad.expr.indices import Index, param
    >>> from symgrad.expr.nodes import Entry, total
    >>> n = param("n"); x = input_tensor("x", (n,)); k = Index("k", n)
    >>> evaluate(from_expression((), total(Entry(x.ref, k)**2, k)), {"x": [3, 4]}, EXACT).nested()
    Fraction(25, 1)
    """
    several = not isinstance(outputs, Tensor)
    outputs = tuple(outputs) if several else (outputs,)
    nodes = order(outputs)
    known, sizes = _inputs(nodes, values, space)
    for t in nodes:
        if t not in known:
            known[t] = _compute(t, [known[o] for o in t.operands], sizes, space)
    results = [known[t] for t in outputs]
    return results if several else results[0]


def order(outputs: Iterable[Tensor]) -> list[Tensor]:
    """Every tensor that the outputs need, operands first."""
    return operands_first(outputs, attrgetter("operands"))


def sizes_at(outputs: Iterable[Tensor], values: Mapping) -> dict[Symbol, Integer]:
    """The sizes that values of the inputs show, or give by name."""
    return _inputs(order(outputs), values, FLOAT)[1]


def _inputs(nodes, values, space):
    """({tensor: Array} of what is given, {symbol: Integer} of the sizes that follow)."""
    known = {t: array(_given(t, values), space) for t in nodes if t in values or t.is_input}
    sizes: dict = {}
    for t, a in known.items():
        _match(t, a.shape, sizes)
    names = {t.name for t in known}
    for name, value in values.items():
        whole = hasattr(value, "__index__") and not getattr(value, "shape", ())  # NumPy's arrays have __index__ too
        if isinstance(name, Symbol) or (isinstance(name, str) and name not in names and whole):
            sizes.setdefault(Symbol(str(name), integer=True, nonnegative=True), Integer(int(value)))
    for t, a in known.items():
        for axis, (n, m) in enumerate(zip(t.shape, a.shape, strict=True)):
            if n.xreplace(sizes) != m:
                expected = "" if n.is_Integer else f" = {n.xreplace(sizes)}"
                raise ShapeError(f"{t.display}: axis {axis} is {n}{expected} but {m} entries are given")
    return known, sizes


def _given(t, values):
    if t in values:
        return values[t]
    if t.name not in values:
        raise EvaluationError(f"no value for {t.display}{list(t.shape) or ''}", hint=f"give {t.display}=…")
    return values[t.name]


def _match(t, shape, sizes):
    if len(shape) != t.ndim:
        raise ShapeError(f"{t.display}: shape {shape_text(t.shape)} takes {t.ndim} axes, values have {len(shape)}")
    for n, m in zip(t.shape, shape, strict=True):
        if n.is_Symbol:
            sizes.setdefault(n, Integer(m))


def _compute(t: Tensor, operands, sizes, space) -> Array:
    binding = {p: actual_size(n, sizes) for p, n in zip(t.template.params, t.binding, strict=True)}
    slots = {Slot(k): a for k, a in enumerate(operands)}
    return tabulate(t.template.free, t.template.body, binding, slots, space)


__all__ = [
    "EXACT",
    "FLOAT",
    "Array",
    "Precise",
    "Space",
    "array",
    "evaluate",
    "order",
    "precise",
    "sizes_at",
    "tabulate",
]
