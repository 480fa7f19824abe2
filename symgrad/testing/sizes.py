"""Arithmetic on sizes: `C/groups`, `H + 2*padding >= kh`, over whole numbers. A quotient is exact, or there is none."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import lcm
from typing import Any

from ..errors import OptionError, UnknownNameError


class NoSize(ArithmeticError):
    """A quotient that leaves a remainder."""


def exactly(a: int, b: int) -> int:
    if not b or a % b:
        raise NoSize
    return a // b


OPERATIONS: dict[str, tuple[str, Callable[[int, int], int]]] = {
    "add": ("+", operator.add),
    "subtract": ("-", operator.sub),
    "multiply": ("*", operator.mul),
    "divide": ("/", exactly),
    "floor": ("//", operator.floordiv),
    "remainder": ("%", operator.mod),
}
COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
}


@dataclass(frozen=True)
class Size:
    """A number, a name, or an operation on two sizes; `op` is "number", "name" or a key of `OPERATIONS`."""

    op: str
    parts: tuple[Any, ...]

    def names(self) -> set[str]:
        if self.op == "name":
            return {self.parts[0]}
        return set() if self.op == "number" else self.parts[0].names() | self.parts[1].names()

    def value(self, known: Mapping[str, Any]) -> int:
        """The number it is; `NoSize` where a quotient is not whole.

        >>> half = Size("divide", (Size("name", ("C",)), Size("number", (2,))))
        >>> str(half), half.value({"C": 6})
        ('C/2', 3)
        """
        if self.op == "number":
            return self.parts[0]
        if self.op == "name":
            return whole(self.parts[0], known)
        try:
            return OPERATIONS[self.op][1](*(part.value(known) for part in self.parts))
        except ZeroDivisionError:
            raise NoSize from None

    def quotients(self) -> list[tuple[set[str], Size]]:
        """Of every division that has to be exact, the names of the product that is divided, and the divisor."""
        if self.op in ("number", "name"):
            return []
        inner = [q for part in self.parts for q in part.quotients()]
        return [*inner, (_factors(self.parts[0], self), self.parts[1])] if self.op == "divide" else inner

    def __str__(self):
        if self.op in ("number", "name"):
            return str(self.parts[0])
        sign = OPERATIONS[self.op][0]
        left, right = (f"({part})" if part.op in ("add", "subtract") else str(part) for part in self.parts)
        return f"{left}{sign}{right}"


def whole(name: str, known: Mapping[str, Any]) -> int:
    """A dim or hyper-parameter as a size."""
    if name not in known:
        raise UnknownNameError(f"{name} is no dim and no hyper-parameter", hint=f"known: {', '.join(sorted(known))}")
    value = known[name]
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise OptionError(f"{name} = {value!r} cannot be part of a size", hint="only whole numbers can")
    return value.__index__()


def _factors(product: Size, quotient: Size) -> set[str]:
    """The names that are multiplied; one of them is made a multiple of the divisor."""
    if product.op == "number":
        return set()
    if product.op == "name":
        return {product.parts[0]}
    if product.op in ("multiply", "divide"):
        return _factors(product.parts[0], quotient) | (
            _factors(product.parts[1], quotient) if product.op == "multiply" else set()
        )
    raise OptionError(
        f"the dim {quotient} cannot be solved", hint="only products are divided: name the sum, give where="
    )


@dataclass(frozen=True)
class Condition:
    """Comparisons that all have to hold: `H + 2*padding >= kh and groups < 3`."""

    comparisons: tuple[tuple[Size, str, Size], ...] = ()

    def holds(self, known: Mapping[str, Any]) -> bool:
        try:
            return all(COMPARISONS[sign](a.value(known), b.value(known)) for a, sign, b in self.comparisons)
        except NoSize:
            return False

    def names(self) -> set[str]:
        return {name for a, _, b in self.comparisons for name in a.names() | b.names()}


def multiples(divisors: list[Size], known: Mapping[str, Any]) -> int:
    """The least number that all of them divide."""
    return lcm(*(max(d.value(known), 1) for d in divisors))
