"""Numbers that carry a derivative are compared by their value, and a tie between different derivatives is a kink."""

from __future__ import annotations

import operator
from typing import Any

from ..expr.spaces import Space
from .oracle import KinkError


class Carrier:
    """A number with a `value` to compare by; `same_slope(other)` tells whether a tie with another one does no harm."""

    __slots__ = ()
    value: Any
    space: Any
    __hash__ = None  # type: ignore[assignment]

    def same_slope(self, other) -> bool:
        raise NotImplementedError

    @property
    def real(self):
        return self

    def _decide(self, relation, other):
        other = self.space.take(other)
        if self.space.tied(self.value, other.value):
            if not self.same_slope(other):
                raise KinkError("the point lies at a kink: two values that are compared there are equal")
            return relation(0, 0)
        return relation(self.space.comparable(self.value), self.space.comparable(other.value))

    def __lt__(self, other):
        return self._decide(operator.lt, other)

    def __le__(self, other):
        return self._decide(operator.le, other)

    def __gt__(self, other):
        return self._decide(operator.gt, other)

    def __ge__(self, other):
        return self._decide(operator.ge, other)

    def __eq__(self, other):
        return self._decide(operator.eq, other)

    def __ne__(self, other):
        return self._decide(operator.ne, other)


class CarrierSpace(Space):
    """The comparisons of a space of carriers."""

    def tied(self, a, b) -> bool:
        return a == b

    def comparable(self, value):
        """The value as a number of a kind that can be compared with all others."""
        return value

    def finite(self, value) -> bool:
        return True

    def extreme(self, best, values):
        """Ties matter among the largest alone."""
        values = [self.take(v) for v in values]
        top = best(values, key=lambda v: self.comparable(v.value))
        if not all(top.same_slope(v) for v in values if self.tied(v.value, top.value)):
            raise KinkError("the point lies at a tie of a maximum or minimum")
        return top
