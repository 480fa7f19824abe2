"""A piece of print is (text, level): it is put in parentheses where its level is too low for its place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from sympy import Expr

from ..expr.elementwise import BY_HEAD
from .letters import Letters
from .style import Style

ADD, HADAMARD, OPEN, MUL, POW, ATOM = range(1, 7)
"""Levels: a sum, an entrywise product of matrices (`A B ⊙ C` is not written without parentheses), a product that ends
in a reduction (which would swallow what follows), a product, a power, an atom."""

Piece = tuple[str, int]


@dataclass(frozen=True)
class Pieces:
    """What all parts of the printer stand on: indices are named by `scope`; `compact` inside of index maps."""

    style: Style
    scope: Letters
    delta: bool = False
    compact: bool = False

    KINDS: ClassVar[tuple[tuple[Any, Callable[..., Piece]], ...]] = ()
    """(kind of node, method that prints it), the first that fits."""

    def __call__(self, e: Expr, need: int = ADD) -> str:
        text, level = self.piece(e)
        return text if level >= need else self.style.parens(text)

    def piece(self, e: Expr) -> Piece:
        for kind, method in self.KINDS:
            if isinstance(e, kind):
                return method(self, e)
        return self._function(e)

    def map(self, e: Expr, need: int = ADD) -> str:
        """An index map or a size, set tightly."""
        return replace(self, compact=True)(e, need)

    @property
    def stacked(self) -> bool:
        return self.style.stacked and not self.compact

    @property
    def fraction(self) -> Callable[[str, str], str]:
        return self.style.slash if self.compact else self.style.fraction

    # Functions

    def _function(self, e):
        name, latex = self._named(e) or (e.func.__name__, "")
        return self.style.call(name, latex, self._arguments(e)), ATOM

    def _named(self, e):
        row = BY_HEAD.get(e.func)
        return (row.name, row.latex) if row else None

    def _arguments(self, e):
        return tuple(map(self, e.args))
