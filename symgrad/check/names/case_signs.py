"""Signs that hold in one case and not in the next: "Case $A > 0$ … Case $A < 0$ …"."""

from __future__ import annotations

from collections.abc import Sequence

from ..declarations.declare import Declaration, Property
from .names import spelled
from .table import Table

OPPOSITE = {
    "positive": {"negative", "nonpositive"},
    "negative": {"positive", "nonnegative"},
    "nonnegative": {"negative"},
    "nonpositive": {"positive"},
}


class Cases:
    """Signs of which a document states the opposite elsewhere: each holds up to the next."""

    def __init__(self, declarations: Sequence[Declaration]):
        signs = [d for d in declarations if isinstance(d, Property) and d.words in OPPOSITE]
        said: dict[str, set[str]] = {}
        for d in signs:
            said.setdefault(spelled(d.symbol), set()).add(d.words)
        self.signs = [d for d in signs if any(words & OPPOSITE[d.words] for words in (said[spelled(d.symbol)],))]
        self.done = 0

    def holds_in_cases(self, declaration: Property) -> bool:
        """Whether this sign is said of one case only."""
        return any(d is declaration for d in self.signs)

    def _in_one_sentence(self, declaration):
        """ "z if z > 0, 0 if z ≤ 0" says of no formula which."""
        return declaration.until is not None and any(
            d is not declaration and d.until == declaration.until and spelled(d.symbol) == spelled(declaration.symbol)
            for d in self.signs
        )

    def enter(self, table: Table, at: int) -> bool:
        """Takes the signs stated up to a place; whether one is new."""
        changed = False
        while self.done < len(self.signs) and self.signs[self.done].at <= at:
            d = self.signs[self.done]
            self.done += 1
            found = table.find(d.symbol) if not self._in_one_sentence(d) else None
            if found is not None:
                found.quantity.properties -= OPPOSITE.keys()
                found.quantity.properties.add(d.words)
                table.version += 1
                changed = True
        return changed
