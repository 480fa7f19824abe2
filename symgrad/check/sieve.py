"""A first look at many candidates: their values in floats at one trial."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..tex.syntax import Node
from .claims import POINTS, Judge
from .context import NeedsMembers
from .fields import FLOAT, NotExact, Singular
from .table import Unclear

TRIALS = 4
FAULTS = (Unclear, NotExact, NeedsMembers, RecursionError, MemoryError, ArithmeticError, ValueError)


class Sieve:
    """Lets through what equals one side in one trial, where both sides have values."""

    def __init__(self, judge: Judge, fixed: Node, around: Sequence[Node] = ()):
        self.judge, self.fixed, self.around = judge, fixed, tuple(around)
        self.tried = 0

    def stands(self, side: Node) -> bool:
        """Whether the side that stays has a value at all."""
        return self._outcome(self.fixed) is not None

    def passes(self, side: Node) -> bool:
        """Whether the two sides are equal at one trial."""
        self.tried += 1
        outcome = self._outcome(side)
        return outcome is not None and outcome.equal and outcome.points > 0

    def _outcome(self, side):
        self.judge.around = self.around
        for k in range(TRIALS):
            try:
                with np.errstate(all="ignore"):
                    return self.judge._compared(FLOAT, k, self.fixed, side, POINTS)
            except Singular:
                continue
            except FAULTS:
                return None
        return None
