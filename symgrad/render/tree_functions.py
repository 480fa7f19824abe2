"""Functions of matrices: entry by entry, of rows, of the diagonal, of all entries."""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Expr

from ..expr.elementwise import BY_NAME
from ..expr.evaluate import FLOAT
from ..expr.nodes import HOLDS
from .forms import HALF
from .pieces import ADD, ATOM, POW
from .trees import Leaf, Scalar, Tree, entrywise


@dataclass(frozen=True)
class Power(Tree):
    """`x^{⊙n}`, every entry to the power n; `xⁿ` of a scalar."""

    x: Tree
    exponent: Expr
    entrywise: bool
    level = POW

    def write(self, s):
        if self.exponent == HALF:
            return s.root(self.x.write(s), isinstance(self.x, Leaf))
        n = Scalar(self.exponent).within(s, ADD if s.stacked else ATOM)
        base = self.x.within(s, ATOM)
        if not self.entrywise:
            return s.power(base, n)
        return f"{base}^{{\\odot {n}}}" if s.stacked else f"{base}^⊙{n}"

    def value(self, at):
        n = at.scalar(self.exponent)
        return entrywise(lambda a: FLOAT.power(a, n), self.x.value(at))


@dataclass(frozen=True)
class Apply(Tree):
    """A row of ELEMENTWISE at every entry."""

    name: str
    args: tuple[Tree, ...]

    def write(self, s):
        name = "" if s.stacked and self.name == "exp" else self.name  # e^S would be the exponential of a matrix
        return s.call(name, BY_NAME[self.name].latex, tuple(x.write(s) for x in self.args))

    def value(self, at):
        return entrywise(lambda *x: FLOAT.call(BY_NAME[self.name], x), *(x.value(at) for x in self.args))


@dataclass(frozen=True)
class Softmax(Tree):
    """The softmax of a vector, or of each row of a matrix."""

    x: Leaf

    def write(self, s):
        return s.call("softmax", "", (self.x.write(s),))

    def value(self, at):
        rows = self.x.value(at)
        if self.x.order == 1:
            return [[a] for a in _softmax([a for (a,) in rows])]
        return [_softmax(row) for row in rows]


def _softmax(row):
    e = [FLOAT.functions.exp(a - max(row)) for a in row]
    return [a / sum(e) for a in e]


@dataclass(frozen=True)
class Mask(Tree):
    """`𝟙[a > b]` at every entry."""

    relation: str
    a: Tree
    b: Tree

    def write(self, s):
        return s.bracket(f"{self.a.write(s)} {s.words[self.relation]} {self.b.write(s)}")

    def value(self, at):
        return entrywise(lambda a, b: float(HOLDS[self.relation](a, b)), self.a.value(at), self.b.value(at))


@dataclass(frozen=True)
class Diag(Tree):
    """The diagonal matrix of a vector (`up`), or the diagonal of a matrix."""

    x: Tree
    up: bool

    def write(self, s):
        return s.call("diag", "", (self.x.write(s),))

    def value(self, at):
        rows = self.x.value(at)
        if self.up:
            return [[row[0] if i == j else 0.0 for j in range(len(rows))] for i, row in enumerate(rows)]
        return [[row[i]] for i, row in enumerate(rows)]


@dataclass(frozen=True)
class Trace(Tree):
    x: Tree

    def write(self, s):
        return s.call("tr", "", (self.x.write(s),))

    def value(self, at):
        return [[sum(row[i] for i, row in enumerate(self.x.value(at)))]]


@dataclass(frozen=True)
class Norm(Tree):
    """`‖x‖` or `‖x‖²`, of all entries."""

    x: Tree
    squared: bool

    @property
    def level(self):
        return POW if self.squared else ATOM

    def write(self, s):
        bars = rf"\lVert {self.x.write(s)} \rVert" if s.stacked else f"‖{self.x.write(s)}‖"
        return s.power(bars, "2") if self.squared else bars

    def value(self, at):
        squares = sum(a * a for row in self.x.value(at) for a in row)
        return [[squares if self.squared else FLOAT.power(squares, 0.5)]]
