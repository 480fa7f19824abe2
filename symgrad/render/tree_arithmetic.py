"""Sums, products and multiples of matrices."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial, reduce
from itertools import pairwise
from operator import add, mul
from typing import TypeGuard

from sympy import Rational

from .pieces import ADD, ATOM, HADAMARD, MUL, POW
from .style import Style
from .tree_functions import Power
from .trees import Ones, Scalar, Tree, entrywise


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
        return reduce(partial(entrywise, mul), (x.value(at) for x in self.parts))


def _is_reciprocal(x: Tree) -> TypeGuard[Power]:
    return isinstance(x, Power) and x.entrywise and x.exponent == -1


@dataclass(frozen=True)
class Sum(Tree):
    parts: tuple[Tree, ...]
    level = ADD

    def write(self, s):
        parts = sorted(self.parts, key=_place)
        text = parts[0].write(s)
        for x in parts[1:]:
            text += s.minus + x.negated().within(s, HADAMARD) if _negative(x) else s.plus + x.within(s, HADAMARD)
        return text

    def value(self, at):
        return reduce(partial(entrywise, add), (x.value(at) for x in self.parts))


def _place(x: Tree) -> tuple[bool, bool, bool]:
    """A minus comes after a plus, `𝟏 bᵀ` after `X W`, and `Aᵀ` after `A`."""
    first = x.parts[0] if isinstance(x, MatMul) else x
    return _negative(x), isinstance(x, MatMul) and isinstance(first, Ones), isinstance(first, Transpose)


def _negative(x: Tree) -> TypeGuard[Scale]:
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
        return ATOM if self.number == 0 else ADD if _negative(self) else MUL

    def negated(self) -> Tree:
        if self.body and self.number == -1 and not self.above and not self.below:
            return self.body
        return Scale(-self.number, self.above, self.below, self.body)

    def write(self, s):
        if self.number == 0:
            return "0"
        if _negative(self):
            return s.sign + self.negated().within(s, MUL)
        above, below = [*_integer(self.number.p), *self.above], [*_integer(self.number.q), *self.below]
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


def _integer(n: int) -> list[Tree]:
    return [Scalar(Rational(n))] if n != 1 else []


def _bar(s, factors, need):
    if not factors:
        return "1"
    if len(factors) == 1:
        return factors[0].within(s, ADD if s.stacked else need)
    text = beside(s, [x.within(s, POW) for x in factors])
    return text if s.stacked or need <= MUL else s.parens(text)


def beside(s: Style, factors: list[str]) -> str:
    """Factors side by side; a product of matrices has no sign, save beside a derivative: `∂f/∂t · 𝟏`."""
    text = factors[0]
    for left, right in pairwise(factors):
        signed = (right[0].isdigit() and right[0].isascii()) or "∂" in (left[0], right[0])
        thin = r" \, " if s.name == "latex" and "nabla" in left + right else " "
        text += (s.separate(left, right) if signed else thin) + right
    return text
