"""A compiled program held against central differences, by the routine that generated programs check themselves with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .compiled import Compiled
from .routines.differences import DIFFERENCE_TOLERANCE, compare_with_differences, random_inputs
from .standalone import Trial


@dataclass(frozen=True)
class Differences:
    """By variable: the largest distance of gradient and difference, relative to the gradient, and entries compared."""

    found: dict[str, tuple[float, int]]

    @property
    def holds(self) -> bool:
        """Whether every gradient agrees."""
        return all(distance <= DIFFERENCE_TOLERANCE for distance, _ in self.found.values())

    def __bool__(self) -> bool:
        return self.holds

    def __repr__(self) -> str:
        """`gradient by W: agrees with differences, distance 3.1e-11 over 6 entries`."""
        lines = [
            f"gradient by {name}: {'agrees' if distance <= DIFFERENCE_TOLERANCE else 'DISAGREES'} with differences, "
            f"distance {distance:.1e} over {count} entries"
            for name, (distance, count) in self.found.items()
        ]
        return "\n".join(lines) or "no gradient to compare"


def compared(program: Compiled, trial: Trial, values: Mapping[str, Any]) -> Differences:
    """At these arrays, or at random ones of the trial's sizes; in doubles."""
    with program.doubles():
        if not values:
            arrays: Mapping[str, Any] = random_inputs(program, trial.shapes, trial.sizes)
            values = {**arrays, **trial.sizes}
        given, _ = program.arguments.taken(values)
        arrays = dict(zip(program.arguments.names, given, strict=True))
        sizes = {name: v for name, v in values.items() if name not in arrays}
        return Differences(compare_with_differences(program, arrays, sizes, trial.wrt, trial.seeds))
