"""How sums, products, fractions and powers are printed, in every style."""

from __future__ import annotations

from itertools import pairwise

import sympy as sp
from sympy import Integer, Mul, Pow, Rational, Symbol

from ..expr.nodes import Entry, Reduce
from .forms import HALF, WRITTEN_OUT, negated, split_fraction, unmultiplied, with_content
from .ordering import by_factor, by_letters, by_term, is_negative
from .pieces import ADD, ATOM, MUL, OPEN, POW, Piece, Pieces


def _place(part):
    key, text, _ = part
    return key, by_letters(text), text


class Products(Pieces):
    """The part of the printer that joins printed pieces by + · / and powers."""

    def _add(self, e):
        if self.compact and (e.has(Pow) or not all(c.is_Integer for c in e.atoms(Rational))):
            above, below = sp.fraction(sp.together(e))
            if below != 1:
                return self.piece(unmultiplied([above, 1 / below]))
        content, rest = (1, e) if self.compact else e.primitive()
        if content != 1:
            return self.piece(Mul(content, rest, evaluate=False))
        plus, minus = self.style.plus, self.style.minus
        if self.compact and not self.style.stacked:
            plus, minus = plus.strip(), minus.strip()
        key, text = by_term(self.scope, e.args, self.compact), ""
        parts = [(key(a), self(negated(a) if is_negative(a) else a, OPEN), is_negative(a)) for a in e.args]
        for _, part, negative in sorted(parts, key=_place):
            sign = (minus if negative else plus) if text else (self.style.sign if negative else "")
            text += sign + part
        return text, ADD

    def _mul(self, e):
        if any(isinstance(a, Mul) for a in e.args):  # grouped on purpose, as in Σ (2 q) (𝟙 x)
            return self.join([self(a, POW) for a in e.args]), MUL
        if is_negative(e):
            return self.style.sign + self(negated(e), OPEN), ADD
        above, below = split_fraction(e) if self.compact else split_fraction(with_content(e))
        if not below:
            return self.product(above)
        open_ended = [a for a in above if self._open_ended(a)]
        closed = [a for a in above if a not in open_ended]
        text = self.fraction(self._beside_bar(closed, MUL), self._beside_bar(below, ATOM))
        if not open_ended:
            return text, MUL
        text = self.style.parens(text) if self.style.name == "unicode" else text
        return self.join([text, self(Mul(*open_ended), OPEN)]), OPEN

    def _open_ended(self, e):
        if self.style.name == "latex" and (isinstance(e, sp.log) or (isinstance(e, Reduce) and e.op == "lse")):
            return isinstance(e, Reduce) or isinstance(e.args[0], Reduce)
        return isinstance(e, Reduce) and (e.op not in WRITTEN_OUT or self.style.name == "code")

    def _beside_bar(self, factors, need):
        """A numerator or denominator: unparenthesised where it is stacked."""
        if len(factors) == 1:
            return self(factors[0], ADD if self.stacked else POW if isinstance(factors[0], Pow) else need)
        text, level = self.product(factors)
        return text if self.stacked or level >= need else self.style.parens(text)

    def product(self, factors) -> Piece:
        """Factors in reading order; only the last may have an open end."""
        if not factors:
            return "1", ATOM
        key = by_factor(self.scope, factors)
        *others, last = sorted(((key(a), *self.piece(a)) for a in factors), key=_place)
        if not others:
            return last[1:]
        texts = [text if level >= POW else self.style.parens(text) for _, text, level in others]
        _, text, level = last
        if level == ADD:
            text, level = self.style.parens(text), ATOM
        return self.join([*texts, text]), min(level, MUL)

    def join(self, factors: list[str]) -> str:
        """Printed factors side by side."""
        between = self.style.tight if self.compact else self.style.separate
        text = factors[0]
        for left, right in pairwise(factors):
            text += between(left, right) + right
        return text

    def _pow(self, e):
        if isinstance(e.exp, Rational) and e.exp.is_negative:
            below = self._beside_bar([e.base ** (-e.exp)], ATOM)
            return self.fraction("1", below), MUL
        if e.exp == HALF:
            return self.style.root(self(e.base), isinstance(e.base, (Integer, Symbol, Entry))), POW
        named = self._named(e.base)
        if self.style.stacked and named and e.exp.is_Integer and named[0] not in ("exp", "abs"):
            return self.style.call("", self.style.power(named[1], str(e.exp)), self._arguments(e.base)), ATOM
        exponent = self.map(e.exp, ADD if self.style.stacked else ATOM)
        return self.style.power(self(e.base, ATOM), exponent), POW
