"""Sizes and constants as Python text: built from the tree, symbol by symbol, so that nothing else can come in."""

from __future__ import annotations

import math
from collections.abc import Mapping

from sympy import Add, Expr, Mul, Pow, Symbol, oo

from ..errors import NoRuleError
from ..expr.affine import Quo, Rem

SUM, PRODUCT, POWER, ATOM = 1, 2, 3, 4
EXACT = 2**53
"""Up to this one an integer is a double; a larger one need not fit into NumPy's integers."""


def size_text(e: Expr, names: Mapping[Symbol, str], level: int = 0) -> str:
    """An integer expression of sizes; `level` is the precedence that the place asks for.

    >>> from symgrad.expr.indices import param
    >>> n, s = param("n"), param("s"); size_text(Quo(n - 3, s) + 1, {n: "n", s: "s"})
    '(n - 3) // s + 1'
    """
    text, own = _size(e, names)
    return f"({text})" if own < level else text


def _size(e, names):
    if e.is_Integer:
        return str(int(e)), ATOM if e >= 0 else SUM
    if isinstance(e, Symbol):
        return names[e], ATOM
    if isinstance(e, Quo):
        return f"{size_text(e.args[0], names, PRODUCT)} // {size_text(e.args[1], names, POWER)}", PRODUCT
    if isinstance(e, Rem):
        return f"{size_text(e.args[0], names, PRODUCT)} % {size_text(e.args[1], names, POWER)}", PRODUCT
    if isinstance(e, Pow) and e.exp.is_Integer and e.exp > 0:
        base = size_text(e.base, names, ATOM)
        return f"{base}**{int(e.exp)}" if e.base.is_Symbol else f"{base} ** {int(e.exp)}", POWER
    above, below = e.as_numer_denom()
    if below != 1:
        return f"{size_text(above, names, PRODUCT)} // {size_text(below, names, POWER)}", PRODUCT
    if isinstance(e, Mul):
        if e.args[0] == -1:
            return f"-{size_text(-e, names, PRODUCT)}", SUM
        return " * ".join(size_text(a, names, POWER) for a in e.args), PRODUCT
    if isinstance(e, Add):
        terms = sorted(e.as_ordered_terms(), key=lambda t: t.could_extract_minus_sign())
        text = size_text(terms[0], names, SUM)
        for t in terms[1:]:
            minus = t.could_extract_minus_sign()
            text += f" {'-' if minus else '+'} {size_text(-t if minus else t, names, PRODUCT)}"
        return text, SUM
    raise NoRuleError(f"no lowering matches the size {e}")


def number_text(e) -> str:
    """A constant: integers as such, all else as the nearest double, which keeps the number type of an array.

    >>> from sympy import Integer; number_text(Integer(2)), number_text(Integer(1)/3), number_text(-oo)
    ('2', '0.3333333333333333', '-np.inf')
    """
    if e in (oo, -oo):
        return "np.inf" if e == oo else "-np.inf"
    if (isinstance(e, int) or e.is_Integer) and abs(e) <= EXACT:
        return str(int(e))
    value = float(e)
    if not math.isfinite(value):
        raise NoRuleError(f"{e} is not a number that fits into a double")
    return repr(value).replace("e+", "e")  # as a formatter has it
