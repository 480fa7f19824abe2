"""Integers of indices and sizes: where an entry is read, what a bracket compares."""

from __future__ import annotations

from sympy import Add, Expr, Integer, Mul, Pow

from ..errors import NoRuleError
from ..expr.affine import Quo, Rem
from ..expr.indices import Index
from .labelled import Aligner
from .program import Labelled


def position(at: Aligner, e: Expr) -> Labelled:
    """An integer expression of indices as an integer array; a fraction is divided at its end, rounding down."""
    if not e.atoms(Index):
        return Labelled(at.builder.size(e), ())
    if isinstance(e, Index):
        at.see(e)
        return Labelled(at.builder.value("arange", (), (e.size,), (e.size,), "int"), (e,))
    numerator, denominator = e.as_numer_denom() if not isinstance(e, Quo | Rem) else (e, Integer(1))
    if denominator != 1:
        return at.ufunc("floor_divide", position(at, numerator), position(at, denominator), kind="int")
    for kind, name in ((Add, "add"), (Mul, "multiply"), (Quo, "floor_divide"), (Rem, "remainder")):
        if isinstance(e, kind):
            fixed = [a for a in e.args if not a.atoms(Index)] if kind in (Add, Mul) else []
            parts = [position(at, a) for a in e.args if a not in fixed]
            parts += [position(at, kind(*fixed))] if fixed else []
            total = parts[0]
            for p in parts[1:]:
                total = at.ufunc(name, total, p, kind="int")
            return total
    if isinstance(e, Pow) and e.exp.is_Integer:
        base = position(at, e.base)
        return at.ufunc("power", base, Labelled(at.builder.size(e.exp), ()), kind="int")
    raise NoRuleError(f"no lowering matches the index map {e}")
