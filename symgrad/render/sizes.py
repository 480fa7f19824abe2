"""A tensor's equation with the sizes that it works out: `Y_i = Σ_p X_{s·i+p} K_p, i < ⌊(N−K)/s⌋+1`."""

from __future__ import annotations

from ..expr.affine import Quo
from ..expr.nodes import Entry
from ..expr.tensors import Tensor
from .equations import equation, printer


def equation_text(t: Tensor, style_name: str = "unicode") -> str:
    """The equation, and the range of each index whose size is a quotient.

    >>> from symgrad.expr.affine import window_count
    >>> from symgrad.expr.indices import Index, param
    >>> from symgrad.expr.tensors import from_expression, input_tensor
    >>> x = input_tensor("x", (param("N"),)); i = Index("i", window_count(param("N"), 1, stride=param("s")))
    >>> equation_text(from_expression((i,), Entry(x.ref, param("s") * i), name="y"))
    'yᵢ = x[s·i],  i < ⌊(N−1)/s⌋+1'
    """
    return ("," + ("  " if style_name != "latex" else r" \quad ")).join(
        [equation(t, style_name), *_ranges(t, style_name)]
    )


def equation_latex(t: Tensor) -> str:
    """The same in LaTeX."""
    return equation_text(t, "latex")


def _ranges(t: Tensor, style_name: str):
    if t.is_input:
        return
    free, body = t.equation
    told = printer(Entry(t.ref, *free), body, *(i.size for i in free), style_name=style_name, free=free)
    for i in free:
        if i.size.has(Quo):
            yield f"{told(i)} < {told.map(i.size)}"
