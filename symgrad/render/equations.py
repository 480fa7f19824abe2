"""A tensor as one line: its equation, `qᵢ = Σⱼ Wᵢⱼ xⱼ   [m]`."""

from __future__ import annotations

from collections.abc import Sequence

from sympy import Expr

from ..expr.nodes import Entry
from ..expr.tensors import Tensor, apply
from ..graph import inlined
from .letters import letters
from .printer import Printer, show
from .styles import style

SPELLED_OUT = 4
"""A line holds at most this many equations."""


def equality(sides: Sequence[Expr], style_name: str = "unicode", *, free=(), delta: bool = False) -> str:
    """`a = b = c`, printed in one scope of letters."""
    return " = ".join(printer(*sides, style_name=style_name, free=free, delta=delta)(e) for e in sides)


def printer(*expressions: Expr, style_name: str = "unicode", free=(), delta: bool = False) -> Printer:
    """A printer that names the free indices of several expressions alike."""
    return Printer(style(style_name), letters(*expressions, free=free), delta)


def shape(sizes: Sequence[Expr], style_name: str = "unicode") -> str:
    """`[m, n]`; nothing for a scalar.

    >>> from symgrad.expr.indices import param
    >>> shape((param("m"), 2 * param("n"))), shape(())
    ('[m, 2n]', '')
    """
    text = ", ".join(printer(n, style_name=style_name).map(n) for n in sizes)
    return f"[{text}]" if sizes else ""


def equation(t: Tensor, style_name: str = "unicode") -> str:
    """`qᵢ = Σⱼ Wᵢⱼ xⱼ`; an input's name, and the body alone of a tensor that has no name.

    >>> from symgrad.expr.tensors import input_tensor
    >>> equation(input_tensor("x", (3,)))
    'x'
    """
    if t.is_input:
        return style(style_name).symbol(t.display)
    free, body = t.equation
    if not (t.name or t.template.label):
        return show(body, style_name, free=free)
    told = printer(Entry(t.ref, *free), body, style_name=style_name, free=free)
    return " = ".join(dict.fromkeys((told(Entry(t.ref, *free)), told(body))))


def line(t: Tensor, style_name: str = "unicode") -> str:
    """The equation with what its unnamed operands mean, and the shape."""
    reading = inlined([t])
    found = _unnamed_operands(reading[t], {o for s, o in reading.items() if not s.is_input and not s.name})
    top = equation(reading[t] if t.name or t.is_input or t.template.label else _nameless(reading[t]), style_name)
    told = [top, *(equation(o, style_name) for o in found)]
    more = [f"… ({len(told) - SPELLED_OUT} more)"] if len(told) > SPELLED_OUT else []
    text = " where ".join(filter(None, [top, ", ".join(told[1:SPELLED_OUT] + more)]))
    return "   ".join(filter(None, [text, shape(t.shape, style_name)]))


def _unnamed_operands(t, unnamed) -> list[Tensor]:
    """The operands without a name of their own, theirs too, nearest first."""
    found, seen = [t], {t}
    for o in found:
        new = [p for p in dict.fromkeys(o.operands) if p in unnamed - seen]
        found += new
        seen |= {*new}
    return found[1:]


def _nameless(t):
    return apply(t.template, t.operands, t.binding)


def value(number, digits: int = 4) -> str:
    """A number or nested lists to a few significant digits.

    >>> value([0.22799999999999998, -3.0, 1e-12])
    '[0.228, -3, 1e-12]'
    """
    if isinstance(number, (list, tuple)):
        return f"[{', '.join(value(v, digits) for v in number)}]"
    return f"{float(number):.{digits}g}"
