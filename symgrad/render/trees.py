"""Trees of matrix notation: `2 q xᵀ`, `Wᵀ (g ⊙ h)`, `diag(p) − p pᵀ`. A vector is a column, a scalar one row of one.

Each node prints itself from printed parts and has a value: plain lists of rows, by a meaning of its own that shares
nothing with the index form it will be compared with.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from sympy import Expr, Rational

from ..expr.elementwise import BY_NAME
from ..expr.evaluate import FLOAT
from ..expr.nodes import HOLDS
from .letters import letters
from .printer import ADD, ATOM, HALF, MUL, POW, Printer
from .styles import STYLES, Style

Rows = list[list[float]]
HADAMARD = 2
"""Between a sum and a product: `A B ⊙ C` is not written without parentheses."""


@dataclass(frozen=True)
class Numbers:
    """What leaves stand for: rows by base, a value by index-free expression, a length by size."""

    rows: Mapping
    scalar: Callable[[Expr], float]
    length: Callable[[Expr], int]


class Tree:
    """A matrix expression. `level` is its precedence, as in the printer."""

    level = ATOM

    def write(self, s: Style) -> str:
        raise NotImplementedError

    def value(self, at: Numbers) -> Rows:
        raise NotImplementedError

    def within(self, s: Style, need: int) -> str:
        text = self.write(s)
        return text if self.level >= need else s.parens(text)

    @property
    def unicode(self) -> str:
        return self.write(STYLES["unicode"])

    @property
    def latex(self) -> str:
        return self.write(STYLES["latex"])


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


@dataclass(frozen=True)
class Transpose(Tree):
    x: Tree
    level = POW

    def write(self, s):
        return self.x.within(s, ATOM) + (r"^{\top}" if s.name == "latex" else "ᵀ")

    def value(self, at):
        return [list(row) for row in zip(*self.x.value(at), strict=True)]


@dataclass(frozen=True)
class MatMul(Tree):
    parts: tuple[Tree, ...]
    level = MUL

    def write(self, s):
        return beside(s, [x.within(s, MUL) for x in self.parts])

    def value(self, at):
        rows, *others = (x.value(at) for x in self.parts)
        for right in others:
            if len(rows[0]) != len(right):
                raise ArithmeticError(f"{len(rows)}×{len(rows[0])} by {len(right)}×{len(right[0])}")
            columns = list(zip(*right, strict=True))
            rows = [[sum(a * b for a, b in zip(row, c, strict=True)) for c in columns] for row in rows]
        return rows


@dataclass(frozen=True)
class Hadamard(Tree):
    parts: tuple[Tree, ...]
    level = HADAMARD

    def write(self, s):
        odot, oslash = (r" \odot ", r" \oslash ") if s.name == "latex" else (" ⊙ ", " ⊘ ")
        above = [x for x in self.parts if not _is_reciprocal(x)] or list(self.parts[:1])
        below = [x.x for x in self.parts if _is_reciprocal(x) and x not in above]
        return oslash.join([odot.join(x.within(s, POW) for x in above), *(x.within(s, POW) for x in below)])

    def value(self, at):
        return entrywise(lambda a, b: a * b, *(x.value(at) for x in self.parts))


def _is_reciprocal(x: Tree) -> bool:
    return isinstance(x, Power) and x.entrywise and x.exponent == -1


@dataclass(frozen=True)
class Sum(Tree):
    parts: tuple[Tree, ...]
    level = ADD

    def write(self, s):
        parts = sorted(self.parts, key=lambda x: (_negative(x), isinstance(x, MatMul) and isinstance(x.parts[0], Ones)))
        text = parts[0].write(s)
        for x in parts[1:]:
            text += s.minus + x.negated().within(s, HADAMARD) if _negative(x) else s.plus + x.within(s, HADAMARD)
        return text

    def value(self, at):
        return entrywise(lambda a, b: a + b, *(x.value(at) for x in self.parts))


def _negative(x: Tree) -> bool:
    return isinstance(x, Scale) and bool(x.number < 0)


@dataclass(frozen=True)
class Scale(Tree):
    """`number · above / below · body`; a scalar where there is no body."""

    number: Rational
    above: tuple[Tree, ...]
    below: tuple[Tree, ...]
    body: Tree | None

    @property
    def level(self):
        return ADD if _negative(self) else MUL

    def negated(self) -> Tree:
        bare = self.number == -1 and self.body is not None and not self.above and not self.below
        return self.body if bare else Scale(-self.number, self.above, self.below, self.body)

    def write(self, s):
        if _negative(self):
            return s.sign + self.negated().within(s, MUL)
        above = [Scalar(Rational(self.number.p))] if self.number.p != 1 else []
        below = [Scalar(Rational(self.number.q))] if self.number.q != 1 else []
        above, below = [*above, *self.above], [*below, *self.below]
        if not below:
            return beside(s, [x.within(s, POW) for x in above] + ([self.body.within(s, MUL)] if self.body else []))
        beside_bar = above or self.body is None
        front = s.fraction(_bar(s, above, MUL), _bar(s, below, POW)) if beside_bar else ""
        if self.body is None:
            return front
        if beside_bar:
            return beside(s, [front if s.stacked else s.parens(front), self.body.within(s, MUL)])
        return s.fraction(self.body.within(s, ADD if s.stacked else MUL), _bar(s, below, POW))

    def value(self, at):
        body = self.body.value(at) if self.body else [[1.0]]
        factor = self.number.p / self.number.q
        for x in self.above:
            factor *= x.value(at)[0][0]
        for x in self.below:
            factor /= x.value(at)[0][0]
        return [[factor * a for a in row] for row in body]


def _bar(s, factors, need):
    if not factors:
        return "1"
    if len(factors) == 1:
        return factors[0].within(s, ADD if s.stacked else need)
    text = beside(s, [x.within(s, POW) for x in factors])
    return text if s.stacked or need <= MUL else s.parens(text)


def beside(s: Style, factors: list[str]) -> str:
    """Factors side by side; a product of matrices has no sign."""
    text = factors[0]
    for left, right in pairwise(factors):
        thin = r" \, " if s.name == "latex" and "nabla" in left + right else " "
        text += (s.separate(left, right) if right[0].isdigit() and right[0].isascii() else thin) + right
    return text


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


def entrywise(f, *matrices: Rows) -> Rows:
    """f of corresponding entries; one row or column stands for all."""
    m, n = max(len(x) for x in matrices), max(len(x[0]) for x in matrices)
    if any(len(x) not in (1, m) or len(x[0]) not in (1, n) for x in matrices):
        raise ArithmeticError("shapes that do not fit")

    def entry(x, i, j):
        return x[i if len(x) > 1 else 0][j if len(x[0]) > 1 else 0]

    def at(i, j):
        found = entry(matrices[0], i, j)
        if len(matrices) == 1:
            return f(found)
        for x in matrices[1:]:
            found = f(found, entry(x, i, j))
        return found

    return [[at(i, j) for j in range(n)] for i in range(m)]
