"""Trees of matrix notation: `2 q xᵀ`, `Wᵀ (g ⊙ h)`, `diag(p) − p pᵀ`. A vector is a column, a scalar one row of one.

Each node prints itself from printed parts and has a value: plain lists of rows, by a meaning of its own that shares
nothing with the index form it will be compared with.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from sympy import Expr

from .letters import letters
from .pieces import ATOM
from .printer import Printer
from .styles import STYLES, Style

Rows = list[list[float]]


@dataclass(frozen=True)
class Numbers:
    """What leaves stand for: rows by base, a value by index-free expression, a length by size."""

    rows: Mapping
    scalar: Callable[[Expr], float]
    length: Callable[[Expr], int]


class Tree:
    """A matrix expression. `level` is its precedence, as in the printer."""

    @property
    def level(self) -> int:
        return ATOM

    def write(self, s: Style) -> str:
        raise NotImplementedError

    def value(self, at: Numbers) -> Rows:
        raise NotImplementedError

    def within(self, s: Style, need: int) -> str:
        text = self.write(s)
        return text if self.level >= need else s.parens(text)

    def inside(self) -> Iterator[Tree]:
        """This tree and all that it is made of."""
        yield self
        for part in vars(self).values():
            for x in part if isinstance(part, tuple) else (part,):
                if isinstance(x, Tree):
                    yield from x.inside()

    @property
    def unicode(self) -> str:
        return self.write(STYLES["unicode"])

    @property
    def latex(self) -> str:
        return self.write(STYLES["latex"])


def entrywise(f, *matrices: Rows) -> Rows:
    """f of corresponding entries; one row or column stands for all."""
    m, n = max(len(x) for x in matrices), max(len(x[0]) for x in matrices)
    if any(len(x) not in (1, m) or len(x[0]) not in (1, n) for x in matrices):
        raise ArithmeticError("shapes that do not fit")

    def entry(x, i, j):
        return x[i if len(x) > 1 else 0][j if len(x[0]) > 1 else 0]

    return [[f(*(entry(x, i, j) for x in matrices)) for j in range(n)] for i in range(m)]


@dataclass(frozen=True)
class Leaf(Tree):
    """A named scalar, vector or matrix, or a derivative that is not worked out (`∇_q f`)."""

    base: Expr
    names: tuple[str, str]
    order: int
    level: int = ATOM

    def write(self, s):
        return self.names[s.name == "latex"]

    def value(self, at):
        return at.rows[self.base]


@dataclass(frozen=True)
class Scalar(Tree):
    """An expression without indices."""

    e: Expr

    @property
    def level(self):
        return self._print(STYLES["unicode"]).piece(self.e)[1]

    def _print(self, s):
        return Printer(s, letters(self.e))

    def write(self, s):
        return self._print(s)(self.e)

    def within(self, s, need):
        return self._print(s)(self.e, need)

    def value(self, at):
        return [[at.scalar(self.e)]]


@dataclass(frozen=True)
class Count(Tree):
    """The length of an axis, Σ 1."""

    size: Expr

    def write(self, s):
        return Scalar(self.size).write(s)

    def within(self, s, need):
        return Scalar(self.size).within(s, need)

    def value(self, at):
        return [[float(at.length(self.size))]]


@dataclass(frozen=True)
class Ones(Tree):
    """𝟏, the vector of ones."""

    size: Expr

    def write(self, s):
        return r"\mathbf{1}" if s.name == "latex" else "𝟏"

    def value(self, at):
        return [[1.0]] * at.length(self.size)


@dataclass(frozen=True)
class Identity(Tree):
    size: Expr

    def write(self, s):
        return "I"

    def value(self, at):
        n = at.length(self.size)
        return [[float(i == j) for j in range(n)] for i in range(n)]
