"""Conventions: which subgradient stands at a kink, and which of several tied values gets the gradient of a maximum."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from sympy import Rational

from ..errors import OptionError
from .elementwise import BY_NAME
from .indices import expression

TIES = ("first", "split")


@dataclass(frozen=True)
class Conventions:
    """The choices at kinks and ties; the default is PyTorch's.

    `ties` is for max and min over an index: "first" gives all to the first of the tied values in row-major order
    (PyTorch's max_pool2d), "split" equal shares (PyTorch's amax). `kinks` names elementwise functions and the share
    that stands at their kink: 0, ½ or 1, or any number.

    >>> Conventions(relu=1).kink("relu"), Conventions().kink("relu"), Conventions().kink("maximum")
    (1, 0, 1/2)
    """

    ties: str
    kinks: tuple[tuple[str, Rational], ...]

    def __init__(self, ties: str = "first", **kinks):
        if ties not in TIES:
            raise OptionError(f"ties={ties!r}", hint=f"one of {', '.join(TIES)}")
        for name in kinks:
            if name not in BY_NAME or not BY_NAME[name].kinks:
                known = ", ".join(sorted(row.name for row in BY_NAME.values() if row.kinks))
                raise OptionError(f"{name} has no kink", hint=f"functions with kinks: {known}")
        chosen = tuple(sorted((BY_NAME[n].name, expression(v)) for n, v in kinks.items()))
        object.__setattr__(self, "ties", ties)
        object.__setattr__(self, "kinks", chosen)

    def kink(self, name: str) -> Rational | Fraction:
        """The share that stands at the kink of a function."""
        return dict(self.kinks).get(name, BY_NAME[name].kink)

    def note(self, name: str) -> str:
        """What the convention says of a function, for the reader."""
        if name in ("max", "min"):
            return f"ties of {name}: {self.ties}"
        row = BY_NAME[name]
        at = " or ".join(str(k) for k in row.kinks)
        return f"{name} at its kink ({at}): {self.kink(name)}"


PYTORCH = Conventions()
