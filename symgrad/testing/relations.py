"""RELATIONS: how a wrong gradient relates to the right one. The first row that holds names the fault."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .evidence import Evidence
from .relations_entries import subset, subset_without_words, ties
from .relations_factor import factor, named_factor, one_factor, one_number, row_factor, sign
from .relations_linear import nonlinear
from .relations_moved import moved, rearranged
from .relations_shape import shape
from .relations_whole import missing_term, other_argument, upstream, vanishing, zero


@dataclass(frozen=True)
class Relation:
    """`key` names it, `holds(evidence)` says it in words where it holds, and "" where not."""

    key: str
    holds: Callable[[Evidence], str]
    joined: Callable[[Sequence[Evidence], list[str]], str] = lambda witnesses, told: told[0]
    """What is said of several examples; "" if it cannot be said of them together."""
    weight: float = 1.0
    """Of its vote, where examples are named differently."""


VALUE = (
    Relation("zero", zero),
    Relation("subset", ties),
    Relation("sign", sign),
    Relation("factor", factor, named_factor),
    Relation("other argument", other_argument),
    Relation("upstream", upstream),
    Relation("moved", moved),
    Relation("subset", subset),
    Relation("moved", rearranged),
    Relation("row factor", row_factor),
    Relation("subset", subset_without_words),
    Relation("subset", vanishing),
    Relation("sign", one_number, weight=0.45),
    Relation("factor", one_factor, named_factor, weight=0.4),
    Relation("missing term", missing_term, weight=0.5),
)
RELATIONS: dict[str, tuple[Relation, ...]] = {
    "value": VALUE,
    "shape": (Relation("shape", shape),),
    "nonlinear": (Relation("nonlinear", nonlinear),),
}
"""For a check that has more to say than its name."""
