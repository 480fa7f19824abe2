"""One printer for every style: it knows precedence, order and scope; a `Style` knows the signs.

`show(e)` prints an expression, `show(e, style="latex")` typesets it. A piece of print is (text, level), and is put in
parentheses where its level is too low for its place.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import sympy as sp
from sympy import Add, Expr, Integer, Mul, Pow, Rational, Symbol, Tuple
from sympy.core.symbol import Str

from ..expr.affine import Quo, Rem
from ..expr.elementwise import BY_HEAD
from ..expr.indices import Index
from ..expr.nodes import Compare, Divides, Entry, Equal, Inside, Partial, Pick, Reduce, total
from ..expr.tensors import Ref, Tensor
from .letters import Letters, letters, readable
from .ordering import by_factor, by_term, is_negative
from .styles import Style, style

ADD, MUL, POW, ATOM = 1, 2, 3, 4
HALF = Rational(1, 2)


def show(e: Expr, style_name: str = "unicode", *, free: Iterable[Index] = (), delta: bool = False) -> str:
    """The expression in print.

    >>> from symgrad.expr.indices import param
    >>> from symgrad.expr.tensors import input_tensor
    >>> q, x = (input_tensor(n, (param(m),)) for n, m in (("q", "m"), ("x", "n")))
    >>> i, j = Index("i", param("m")), Index("j", param("n"))
    >>> e = 2 * Entry(q.ref, i) * Entry(x.ref, j)
    >>> show(e), show(e, "code"), show(e, "latex")
    ('2 qᵢ xⱼ', '2*q[i]*x[j]', '2 q_{i} x_{j}')
    """
    return Printer(style(style_name), letters(e, free=free), delta)(e)


@dataclass(frozen=True)
class Printer:
    """Prints expressions whose indices are named by `scope`; `compact` inside of index maps."""

    style: Style
    scope: Letters
    delta: bool = False
    compact: bool = False

    def __call__(self, e: Expr, need: int = ADD) -> str:
        text, level = self.piece(e)
        return text if level >= need else self.style.parens(text)

    def piece(self, e: Expr) -> tuple[str, int]:
        for kind, method in self.KINDS:
            if isinstance(e, kind):
                return method(self, e)
        return self._function(e)

    def map(self, e: Expr, need: int = ADD) -> str:
        """An index map or a size, set tightly."""
        return replace(self, compact=True)(e, need)

    # Numbers and names

    def _rational(self, e):
        if e.is_negative:
            return self.style.sign + self(-e, MUL), ADD
        if e.is_Integer:
            return str(e), ATOM
        return self.style.fraction(str(e.p), str(e.q)), MUL

    def _word(self, e):
        names = {sp.pi: "pi", sp.E: "e", sp.oo: "oo", sp.zoo: "zoo", sp.nan: "nan"}
        if e == -sp.oo:
            return self.style.sign + self.style.words["oo"], ADD
        return (self.style.words[names[e]], ATOM) if e in names else (str(e), ATOM)

    def _index(self, e):
        return self.style.symbol(self.scope[e]), ATOM

    def _symbol(self, e):
        return self.base(e), ATOM

    def base(self, e: Symbol) -> str:
        """The name of what has entries: a tensor, or the operation that gives it where it has none (`softmax(z)`)."""
        return self.tensor(e.tensor) if isinstance(e, Ref) else self.style.symbol(e.name)

    def tensor(self, t: Tensor) -> str:
        if t.name is None and t.template is not None and t.template.label:
            row = BY_HEAD.get(t.template.label)
            return self.style.call(t.template.label, row.latex if row else "", tuple(map(self.tensor, t.operands)))
        return self.style.symbol(t.display)

    # Entries, conditions, derivatives

    def _entry(self, e):
        return self.style.entry(self.base(e.base), tuple(map(self.map, e.where))), ATOM

    def _equal(self, e):
        a, b = map(self.map, e.args)
        return (self.style.delta(a, b) if self.delta else self.style.bracket(f"{a}{self.style.words['=']}{b}")), ATOM

    def condition(self, e: Expr) -> str:
        """The inside of a bracket, or any 0/1-valued expression as a condition."""
        words = self.style.words
        if isinstance(e, Equal):
            return f"{self.map(e.args[0])}{words['=']}{self.map(e.args[1])}"
        if isinstance(e, Divides):
            return f"{self.map(e.args[0])} {words['|']} {self.map(e.args[1])}"
        if isinstance(e, Inside):
            at_least, below = words["<="], words["<"]
            pad = " " if at_least.startswith("\\") else ""
            return f"0{pad}{at_least}{pad}{self.map(e.args[0])}{pad}{below}{pad}{self.map(e.args[1])}"
        if isinstance(e, Compare):
            return f"{self(e.left)} {words[e.relation]} {self(e.right)}"
        if isinstance(e, Add) and len(e.args) == 2 and isinstance(1 - e, Equal):
            a, b = (1 - e).args
            return f"{self.map(a)} {words['!=']} {self.map(b)}"
        return self(e)

    def _bracket(self, e):
        return self.style.bracket(self.condition(e)), ATOM

    def _partial(self, e):
        of = self(e.of, ADD if self.style.name == "code" or isinstance(e.of, Entry) else 5)
        return self.style.partial(of, self(e.entry)), ATOM if self.style.name == "code" else MUL

    def _pick(self, e):
        inner, point = self._open(e), [self.map(p) for p in e.point]
        where = point[0] if len(point) == 1 else f"({','.join(point)})"
        extremum = inner.big(self._arg(e.op), e) + inner(e.body, MUL)
        return self.style.pick(where, e.ties == "first", extremum), ATOM

    def _arg(self, op):
        return rf"operatorname*{{arg\,{op}}}" if self.style.name == "latex" else op

    # Reductions

    def _open(self, e) -> Printer:
        return replace(self, scope=self.scope.open(e.bound))

    def big(self, op: str, e: Reduce | Pick) -> str:
        """The sign of a reduction with what is under it, for the scope inside it."""
        bound = [self.style.symbol(self.scope[i]) + ("" if readable(i, e) else f"<{self.map(i.size)}") for i in e.bound]
        return self.style.big(op, tuple(bound), "" if e.guard == 1 else self.condition(e.guard))

    def _reduce(self, e):
        written_out = self.style.name != "code" and WRITTEN_OUT.get(e.op)
        if e.op == "norm" and self.style.whole_norm and _is_whole(e):
            return self.style.whole_norm(self.base(e.body.base)), ATOM
        if written_out:
            return self.piece(written_out(e))
        inner = self._open(e)
        return inner.big(e.op, e) + inner(e.body, MUL), MUL

    # Sums, products, powers

    def _add(self, e):
        text = ""
        for term in sorted(e.args, key=by_term(self.scope, e.args)):
            negative = is_negative(term)
            part = self(_negated(term) if negative else term, MUL)
            if text:
                sign = self.style.minus if negative else self.style.plus
                text += (sign.strip() if self.compact and not self.style.stacked else sign) + part
            else:
                text = self.style.sign + part if negative else part
        return text, ADD

    def _mul(self, e):
        if any(isinstance(a, Mul) for a in e.args):  # grouped on purpose, as in Σ (2 q) (𝟙 x)
            return self.join([self(a, POW) for a in e.args]), MUL
        if is_negative(e):
            return self.style.sign + self(_negated(e), MUL), ADD
        above, below = _fraction(e)
        above = sorted(above, key=by_factor(self.scope))
        open_ended = [a for a in above if _open_ended(a, self.style)]
        closed = [a for a in above if a not in open_ended] if below else above
        text = self.product(closed)
        if below:
            text = self.style.fraction(text, self._denominator(below))
            if not open_ended:
                return text, MUL
            if not self.style.stacked and self.style.name != "code":
                text = self.style.parens(text)
            return self.join([text, *self._last(open_ended)]), MUL
        return text, MUL

    def _denominator(self, below) -> str:
        if self.style.stacked:
            return self.product(below, ADD)
        return self(below[0], POW) if len(below) == 1 else self.style.parens(self.product(below))

    def product(self, factors: list[Expr], alone: int = MUL) -> str:
        """Factors in order; one with an open end (a sum) has none after it, or stands in parentheses."""
        factors = sorted(factors, key=by_factor(self.scope))
        if len(factors) == 1:
            return self(factors[0], alone if self.style.stacked else POW if alone == MUL else alone)
        return self.join(self._last(factors)) if factors else "1"

    def _last(self, factors) -> list[str]:
        texts = [self(a, MUL if isinstance(a, Partial) else POW) for a in factors[:-1]]
        return [*texts, self(factors[-1], MUL if _mul_level(factors[-1]) else POW)]

    def join(self, texts: list[str]) -> str:
        """Factors side by side."""
        text = texts[0]
        for part in texts[1:]:
            text += (self.style.compact if self.compact else self.style.separate(_tail(text), part)) + part
        return text

    def _pow(self, e):
        if isinstance(e.exp, Rational) and e.exp.is_negative:
            return self.style.fraction("1", self._denominator([e.base ** (-e.exp)])), MUL
        if e.exp == HALF:
            return self.style.root(self(e.base), self.piece(e.base)[1] == ATOM), ATOM
        exponent = self(e.exp) if self.style.stacked else self(e.exp, ATOM)
        return self.style.power(self(e.base, ATOM), exponent), POW

    def _exp(self, e):
        z = _softmax_of(e.args[0]) if self.style.name != "code" else None
        if z is None:
            return self._function(e)
        named = self.style.call("softmax", "", (self.base(z.base),))
        return self.style.entry(named, tuple(map(self.map, z.where))), ATOM

    def _log(self, e):
        if self.style.stacked and isinstance(e.args[0], Reduce):
            return rf"\log {self(e.args[0])}", MUL
        return self._function(e)

    def _function(self, e):
        row = BY_HEAD.get(e.func)
        name, latex = (row.name, row.latex) if row else (e.func.__name__, "")
        return self.style.call(name, latex, tuple(map(self, e.args))), ATOM

    def _quotient(self, e):
        return self.style.quotient(*(self.map(a, ADD if self._enclosed else MUL) for a in e.args)), ATOM

    def _remainder(self, e):
        return self.style.remainder(*(self.map(a, ADD if self.style.name == "code" else MUL) for a in e.args)), ATOM

    def _tuple(self, e):
        return f"({', '.join(map(self, e.args))})", ATOM

    KINDS = (
        (Rational, _rational),
        ((sp.Number, sp.NumberSymbol), _word),
        (Index, _index),
        (Symbol, _symbol),
        (Entry, _entry),
        (Add, _add),
        (Mul, _mul),
        (sp.exp, _exp),
        (sp.log, _log),
        (Pow, _pow),
        (Equal, _equal),
        ((Divides, Inside, Compare), _bracket),
        (Partial, _partial),
        (Pick, _pick),
        (Reduce, _reduce),
        (Quo, _quotient),
        (Rem, _remainder),
        (Tuple, _tuple),
        (Str, lambda self, e: (e.name, ATOM)),
    )
