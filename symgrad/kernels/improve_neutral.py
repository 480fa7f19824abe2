"""Rules of `improve` that hold for every library: shapes, arithmetic, softmax; each writer can write what they make."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .improve import Improver, rebuilt
from .improve_arithmetic import ARITHMETIC
from .improve_functions import softmax
from .improve_shapes import SHAPES, with_a_transpose
from .program import Value

NEUTRAL = (*(row for row in SHAPES if row[1] is not with_a_transpose), *ARITHMETIC, ("ufunc", softmax))


def simplified(outputs: Sequence[Value], wishes: Mapping[Value, str]) -> tuple[list[Value], dict[Value, str]]:
    """(outputs, wishes) of a graph with fewer operations."""
    found = rebuilt(outputs, Improver(NEUTRAL))
    kept: dict[Value, str] = {}
    for v, name in wishes.items():
        if v in found:
            kept.setdefault(found[v], name)
    return [found[v] for v in outputs], kept
