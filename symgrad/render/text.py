"""A derivation as plain text: numbered rows, the equals signs, reasons and verdicts in columns."""

from __future__ import annotations

from collections.abc import Sequence

from ..derivation import Derivation
from .page import Row, page

WIDE = 72
"""A right side longer than this does not push the reasons of the others to the right."""


def to_text(
    d: Derivation, steps: str = "hint", notation: str = "index", delta: bool = False, ascii: bool = False
) -> str:
    """Definitions, chains, notes; in the input language where `ascii` is asked for.

    >>> from symgrad.expr.indices import Index, param
    >>> from symgrad.expr.nodes import Entry, Partial
    >>> from symgrad.expr.tensors import input_tensor
    >>> i = Index("i", param("n")); f, x = input_tensor("f", ()), input_tensor("x", (param("n"),))
    >>> print(to_text(Derivation(Partial(Entry(f.ref), Entry(x.ref, i)), 2 * Entry(x.ref, i), reason="power")))
     1  ∂f/∂xᵢ = 2 xᵢ   power
    """
    told = page(d, "code" if ascii else "unicode", steps, notation, delta)
    blocks = ["\n".join(_definitions(told.definitions))] if told.definitions and steps != "none" else []
    number = 1
    for rows in told.chains:
        blocks.append("\n".join(_chain(rows, number)))
        number += len(rows)
    if told.matrix:
        blocks.append(f"    {told.matrix.left} = {told.matrix.right}")
    blocks += ["\n".join(f"    {note}" for note in told.notes)] if told.notes else []
    return "\n\n".join(blocks)


def _definitions(rows: Sequence[Row]):
    for k, row in enumerate(rows):
        yield f"{'' if k else 'with':<5}{row.left} = {row.right}"


def _chain(rows: Sequence[Row], number: int):
    left = max(len(row.left) for row in rows)
    right = max((len(row.right) for row in rows if len(row.right) <= WIDE), default=0)
    reason = max(len(row.reason) for row in rows)
    for k, row in enumerate(rows, start=number):
        columns = f"{row.right:<{right}}   {row.reason:<{reason}}   {row.status}"
        yield f"{k:>2}  {row.left:<{left}} = {columns}".rstrip()
