"""Maps that a document leaves open: of `r : ℝⁿ → ℝᵐ` what it is applied to, and differentiated by, has the size n."""

from __future__ import annotations

from .names import base_of, spelled
from .table import Table
from .uses import Uses


def open_maps(table: Table, uses: Uses, unknown: dict) -> None:
    """The variables of declared maps: declared by them where nothing else is said, and known as their arguments."""
    for key, quantity in list(table.quantities.items()):
        if quantity.takes is None or quantity.definitions:
            continue
        written = [names[0] for names in uses.applied.get(key, ()) if len(names) == 1]
        bases = {spelled(b): b for node in (*written, *uses.by.get(key, ())) if (b := base_of(node)) is not None}
        for name, symbol in bases.items():
            if name in unknown or table.get(name) is None:
                table.declare(symbol, quantity.takes).implied = True
                unknown.pop(name, None)
        fits = [symbol for name, symbol in bases.items() if _fits(table.get(name), quantity.takes)]
        if len(fits) == 1:
            quantity.arguments, quantity.by = (fits[0],), (fits[0],)


def _fits(known, takes):
    return known is not None and tuple(map(spelled, known.sizes or ())) == tuple(map(spelled, takes))
