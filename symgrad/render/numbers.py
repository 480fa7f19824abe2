"""Numbers in place of names: `∂f/∂W₀₁ = 2 q₀ x₁ = 2 · 0.38 · 0.3 = 0.228`, an entry a line."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from sympy import Add, Expr, Integer, Mul

from ..expr.arrays import Array
from ..expr.indices import Index
from ..expr.nodes import Binder, Entry, Reduce
from ..expr.tensors import Ref, Tensor, rename
from .equations import value
from .letters import letters
from .pieces import ATOM
from .printer import Printer
from .styles import style

ENTRIES = 12
"""So many entries are written out; of a larger array only the value is printed."""
TERMS = 8
"""A sum of more terms is not written out."""
UNROLLED = {"sum": Add, "prod": Mul}


FIRST, END = 0xE000, "\uf8ff"
"""Characters that no formula holds mark the name of an entry: the k-th one begins it, END ends it."""
MARKED = re.compile(f"([\ue000-\uf8fe])[^{END}]*{END}")


@dataclass(frozen=True)
class NumberPrinter(Printer):
    """Prints names with marks, since print decides the order of factors; `numbers` has what stands in their place."""

    values: Mapping[Ref, Array] = field(default_factory=dict)
    numbers: list[str] = field(default_factory=list)

    def piece(self, e: Expr) -> tuple[str, int]:
        if not isinstance(e, Entry):
            return super().piece(e)
        text, _ = Printer(self.style, self.scope, self.delta).piece(e)  # the f and q of ∂f/∂qᵢ are no numbers here
        number = self.values[e.base][tuple(map(int, e.where))]
        told = value(number).replace("-", self.style.sign)
        self.numbers.append(told if number >= 0 else self.style.parens(told))
        return f"{chr(FIRST + len(self.numbers) - 1)}{text}{END}", ATOM

    def put(self, e: Expr) -> str:
        """The expression in numbers."""
        marked = self(e)
        return MARKED.sub(lambda m: self.numbers[ord(m[1]) - FIRST], marked)


def substituted(
    left: Expr, t: Tensor, values: Mapping[Tensor, Array], result: Array, style_name: str = "unicode"
) -> list[str]:
    """A line for each entry of t, whose equation is the formula; `values` are those of its operands."""
    free, body = t.equation
    sizes = {n: Integer(m) for o, a in values.items() for n, m in zip(o.shape, a.shape, strict=True) if n.is_Symbol}
    if len(result.data) > ENTRIES:
        return []
    known = {o.ref: a for o, a in values.items()}
    places = itertools.product(*map(range, result.shape))
    return [_line(left, free, rename(body, sizes), sizes, place, known, result, style_name) for place in places]


def _line(left, free, body, sizes, place, known, result, style_name):
    where = dict(zip((rename(i, sizes) for i in free), map(Integer, place), strict=True))
    formula = _without_outside(unrolled(body.xreplace(where)), known)
    left = left.xreplace(dict(zip(_free_of(left), map(Integer, place), strict=True)))
    plain = Printer(style(style_name), letters(left, formula))
    times = replace(plain.style, separate=lambda a, b: f" {DOT[style_name]} ")
    numbers = NumberPrinter(times, plain.scope, values=known)
    readable = not formula.has(Binder)
    parts = [plain(left), *([plain(formula), numbers.put(formula)] if readable else []), value(result[place])]
    return " = ".join(dict.fromkeys(parts))


DOT = {"unicode": "·", "code": "*", "latex": r"\cdot"}


def _free_of(left) -> list[Index]:
    parts = (left,) if isinstance(left, Entry) else left.args
    return [i for part in parts for i in part.where]


def _without_outside(e: Expr, known) -> Expr:
    """Entries outside their tensor are 0."""
    return e.xreplace({a: Integer(0) for a in e.atoms(Entry) if not _inside(a, known[a.base].shape)})


def _inside(entry, shape):
    return all(w.is_Integer and 0 <= w < n for w, n in zip(entry.where, shape, strict=True)) or entry.atoms(Index)


def unrolled(e: Expr) -> Expr:
    """Sums and products over few integers written out, term by term.

    >>> from symgrad.expr.nodes import total
    >>> from symgrad.expr.tensors import input_tensor
    >>> x = input_tensor("x", (2,)); k = Index("k", Integer(2)); unrolled(2 * total(Entry(x.ref, k), k))
    2*x[0] + 2*x[1]
    """
    if not isinstance(e, Reduce):
        args = tuple(unrolled(a) if isinstance(a, Expr) and a.has(Reduce) else a for a in e.args)
        return e if args == e.args else e.func(*args)
    sizes = [i.size for i in e.bound]
    if e.op not in UNROLLED or not all(n.is_Integer for n in sizes) or math.prod(map(int, sizes)) > TERMS:
        return e
    places = itertools.product(*(range(int(n)) for n in sizes))
    swaps = [dict(zip(e.bound, map(Integer, place), strict=True)) for place in places]
    terms = [unrolled(e.body.xreplace(s)) for s in swaps if e.guard.xreplace(s) == 1]
    return UNROLLED[e.op](*terms)
