"""A graph of values to one that NumPy computes faster: equal values, fewer and cheaper passes over memory.

`Improver` makes values as `Builder` does, and applies the rules of their operation to each as it is made, so that a
rule's own values are improved too. A rule sees one value and its operands.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from .improve_arithmetic import ARITHMETIC
from .improve_functions import FUNCTIONS, paired
from .improve_labels import LABELS
from .improve_shapes import SHAPES
from .improve_sums import shared_sums
from .program import Builder, Value
from .schedule import needed

Rule = Callable[[Builder, Value], Value | None]
RULES: tuple[tuple[str, Rule], ...] = (*SHAPES, *LABELS, *ARITHMETIC, *FUNCTIONS)
"""(operation, rule): a rule gives the better value, None where it does not apply. The first that applies counts."""


class Improver(Builder):
    """A builder whose values are improved."""

    def __init__(self, rules: Sequence[tuple[str, Rule]] = RULES):
        super().__init__()
        self.rules: dict[str, list[Rule]] = {}
        for op, rule in rules:
            self.rules.setdefault(op, []).append(rule)
        self.best: dict[Value, Value] = {}

    def value(self, op, args, options=(), shape=(), kind="float"):
        made = super().value(op, args, options, shape, kind)
        if made not in self.best:
            self.best[made] = made  # for rules that ask for it again
            found = (rule(self, made) for rule in self.rules.get(op, ()))
            self.best[made] = next((better for better in found if better is not None), made)
        return self.best[made]


def improved(outputs: Sequence[Value], wishes: Mapping[Value, str]) -> tuple[list[Value], dict[Value, str]]:
    """(outputs, wishes) of a better graph."""
    passes: list[dict[Value, Value]] = []
    for rebuild in (rebuilt, shared_sums, paired):
        passes.append(rebuild(outputs, Improver() if rebuild is rebuilt else Builder()))
        outputs = [passes[-1][v] for v in outputs]
    kept: dict[Value, str] = {}
    for v, name in wishes.items():
        better: Value | None = v
        for found in passes:
            better = found.get(better) if better is not None else None
        if better is not None:
            kept.setdefault(better, name)
    return list(outputs), kept


def rebuilt(outputs: Sequence[Value], builder: Builder) -> dict[Value, Value]:
    """Each value that the outputs need, and what the builder makes of it."""
    found: dict[Value, Value] = {}
    for v in needed(outputs):
        found[v] = builder.value(v.op, [found[a] for a in v.args], v.options, v.shape, v.kind)
    return found
