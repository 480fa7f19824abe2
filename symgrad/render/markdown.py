"""A derivation in Markdown: sentences, formulas between dollar signs, the chains as displays."""

from __future__ import annotations

from ..derivation import Derivation
from .latex import aligned, latex_row
from .page import Row, page


def to_markdown(
    d: Derivation, steps: str = "hint", notation: str = "index", delta: bool = False, ascii: bool = False
) -> str:
    r"""`With $q = W x$,`, a display for each chain, the matrix form and the conventions as sentences.

    >>> from symgrad.expr.indices import Index, param
    >>> from symgrad.expr.nodes import Entry, Partial
    >>> from symgrad.expr.tensors import input_tensor
    >>> i = Index("i", param("n")); f, x = input_tensor("f", ()), input_tensor("x", (param("n"),))
    >>> print(to_markdown(Derivation(Partial(Entry(f.ref), Entry(x.ref, i)), 2 * Entry(x.ref, i)), notation="both"))
    $$
    \begin{aligned}
    \frac{\partial f}{\partial x_{i}} &= 2 x_{i}
    \end{aligned}
    $$
    <BLANKLINE>
    In matrix notation, $\nabla_{x} f = 2 x$.
    """
    told = page(d, "latex", steps, notation, delta)
    blocks = []
    if told.definitions and steps != "none":
        blocks.append(f"With {_listed([_formula(row) for row in told.definitions])}:")
    blocks += [f"$$\n{aligned([[latex_row(row) for row in rows]])}\n$$" for rows in told.chains]
    if told.matrix:
        blocks.append(f"In matrix notation, {_formula(told.matrix)}.")
    blocks += [f"Conventions: {'; '.join(told.notes)}."] if told.notes else []
    return "\n\n".join(blocks)


def _formula(row: Row) -> str:
    return f"${row.left} = {row.right}$"


def _listed(parts: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(parts[:-1]), parts[-1]]))
