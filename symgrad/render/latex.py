r"""A derivation in LaTeX: one `aligned` environment, to be put into a display; KaTeX and amsmath both set it."""

from __future__ import annotations

from collections.abc import Sequence

from ..derivation import Derivation
from .names import latex_text
from .page import Row, page


def to_latex(
    d: Derivation, steps: str = "hint", notation: str = "index", delta: bool = False, ascii: bool = False
) -> str:
    r"""Definitions, chains and notes as rows `left &= right && \text{reason}`.

    >>> from symgrad.expr.indices import Index, param
    >>> from symgrad.expr.nodes import Entry, Partial
    >>> from symgrad.expr.tensors import input_tensor
    >>> i = Index("i", param("n")); f, x = input_tensor("f", ()), input_tensor("x", (param("n"),))
    >>> print(to_latex(Derivation(Partial(Entry(f.ref), Entry(x.ref, i)), 2 * Entry(x.ref, i), reason="power")))
    \begin{aligned}
    \frac{\partial f}{\partial x_{i}} &= 2 x_{i} && \text{power}
    \end{aligned}
    """
    told = page(d, "latex", steps, notation, delta)
    groups = [told.definitions] if told.definitions and steps != "none" else []
    groups += [*told.chains, *([(told.matrix,)] if told.matrix else [])]
    rows = [[latex_row(row) for row in group] for group in groups]
    rows += [[rf"& \text{{{latex_text(note)}}}" for note in told.notes]] if told.notes else []
    return aligned(rows)


def aligned(groups: Sequence[Sequence[str]]) -> str:
    """Rows in groups, a little space between the groups."""
    text = " \\\\[1ex]\n".join(" \\\\\n".join(rows) for rows in groups)
    return f"\\begin{{aligned}}\n{text}\n\\end{{aligned}}"


def latex_row(row: Row) -> str:
    words = ", ".join(filter(None, (row.reason, row.status)))
    return " ".join(filter(None, [row.left, "&=", row.right, rf"&& \text{{{latex_text(words)}}}" if words else ""]))
