"""One printer for every style: it knows precedence, order and scope; a `Style` knows the signs.

`show(e)` prints an expression, `show(e, style="latex")` typesets it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import islice

import sympy as sp
from sympy import Add, Expr, Mul, Pow, Rational, Symbol, Tuple
from sympy.core.symbol import Str

from ..expr.affine import Quo, Rem
from ..expr.derivatives import DerivativeName
from ..expr.elementwise import BY_NAME
from ..expr.guards import said, spoken
from ..expr.indices import Index
from ..expr.nodes import Bracket, Compare, Divides, Entry, Equal, Inside, Partial, Pick, Reduce
from ..expr.tensors import Ref, Tensor
from .forms import WRITTEN_OUT, is_differs, is_whole, negated, softmax_of
from .letters import letters, readable
from .ordering import is_negative
from .pieces import ADD, ATOM, MUL, OPEN, POW
from .products import Products
from .styles import style


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


class Printer(Products):
    """Prints expressions of every kind; KINDS is the table of them."""

    # Numbers and names

    def _rational(self, e):
        if e.is_negative:
            return self.style.sign + self(-e, MUL), ADD
        if e.is_Integer:
            return str(e), ATOM
        return self.fraction(str(e.p), str(e.q)), MUL

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
        """A tensor as a whole."""
        if t.is_labelled:
            label, row = t.template.label, BY_NAME.get(t.template.label)
            args = (*map(self.tensor, t.operands), *label.options)
            return self.style.call(label, row.latex if row else "", args)
        if not isinstance(t.name, DerivativeName):
            return self.style.symbol(t.display)
        of, *by = (self._part(self.tensor(x), x.ref) for x in t.name.parts)
        if not t.name.of.ndim and t.name.by[0].ndim and len(set(t.name.by)) == 1:
            return self.style.nabla(of, by[0], len(by))
        return self.style.partial(of, tuple(by), True)

    # Entries, conditions, derivatives

    def _entry(self, e):
        told = self._derivative(e)
        if told:
            return self.style.partial(*told, True), POW
        return self.style.entry(self.base(e.base), tuple(map(self.map, e.where))), ATOM

    def _derivative(self, e: Entry | Partial) -> tuple[str, tuple[str, ...]] | None:
        """(what is differentiated, by what) of a derivative of an entry, to any order."""
        if isinstance(e, Partial) and isinstance(e.of, Entry):
            text, before = self._derivative(e.of) or (self(e.of), ())
            return text, (*before, self._part(self(e.entry), e.entry.base))
        if not (isinstance(e, Entry) and isinstance(e.base, Ref)):
            return None
        name, at = e.base.tensor.name, iter(e.where)
        if not isinstance(name, DerivativeName) or sum(x.ndim for x in name.parts) != len(e.where):
            return None
        of, *by = (self._part(self(Entry(x.ref, *islice(at, x.ndim))), x.ref) for x in name.parts)
        return of, tuple(by)

    def _part(self, text: str, base: Symbol) -> str:
        """What stands behind a ∂, in parentheses where it is a derivative."""
        nested = isinstance(base, Ref) and isinstance(base.tensor.name, DerivativeName) and self.style.name != "code"
        return self.style.parens(text) if nested else text

    def _equal(self, e):
        a, b = map(self.map, e.args)
        return (self.style.delta(a, b) if self.delta else self.style.bracket(f"{a}{self.style.words['=']}{b}")), ATOM

    def condition(self, e: Expr) -> str:
        """The inside of a bracket, or any 0/1-valued expression as a condition."""
        words = self.style.words
        if e == 0:  # never
            return f"0{words['=']}1"
        if isinstance(e, Equal):
            return f"{self.map(e.args[0])}{words['=']}{self.map(e.args[1])}"
        if isinstance(e, Divides):
            return f"{self.map(e.args[0])} {words['|']} {self.map(e.args[1])}"
        if isinstance(e, Inside):
            at_least, below = words["<="], words["<"]
            pad = " " if at_least.startswith("\\") else ""
            return f"0{pad}{at_least}{pad}{self.map(e.args[0])}{pad}{below}{pad}{self.map(e.args[1])}"
        if isinstance(e, Compare) and is_differs(e):
            return self._differs(e)
        if isinstance(e, Compare):
            return f"{self(e.left)} {words[e.relation]} {self(e.right)}"
        if isinstance(e, Mul) and all(isinstance(a, Bracket) for a in e.args):
            return ", ".join(map(self.condition, e.args))
        return self(e)

    def _differs(self, e):
        """`(a, b) ≠ (c, d)`, where the input language says `[a=c] [b=d] ≠ 1`."""
        equals = e.left.args
        if self.style.name != "latex":
            return f"{self.product(equals)[0]} {self.style.words['!=']} 1"
        sides = (f"({','.join(self.map(a.args[k]) for a in equals)})" for k in (0, 1))
        return f" {self.style.words['!=']} ".join(sides)

    def _bracket(self, e):
        return self.style.bracket(self.condition(e)), ATOM

    def _partial(self, e):
        told = self._derivative(e)
        if told:
            return self.style.partial(*told, True), POW
        text, level = self.piece(e.of)
        ends = self.style.stacked and level != ATOM  # `∂/∂x (a) b` reads as the derivative of a b
        return self.style.partial(text, (self(e.entry),), level == ATOM), OPEN if ends else POW

    def _pick(self, e):
        e = spoken(e)
        inner, point = self._open(e), [self.map(p) for p in e.point]
        where = point[0] if len(point) == 1 else f"({','.join(point)})"
        extremum = inner.big(f"arg{e.op}", e) + inner(e.body, OPEN)
        return self.style.bracket(f"{where} {self.style.words['=' if e.ties == 'first' else '~']} {extremum}"), ATOM

    # Reductions

    def _open(self, e) -> Printer:
        return replace(self, scope=self.scope.open(e.bound))

    def big(self, op: str, e: Reduce | Pick) -> str:
        """The sign of a reduction with what stands under it, for the scope inside it."""
        below = self.style.words["<"]
        bound = [self(i) + ("" if readable(i, e) else f"{below}{self.map(i.size)}") for i in e.bound]
        guard = "" if said(e) == 1 else self.condition(said(e))
        return self.style.big(self.style.signs.get(op, op), tuple(bound), guard)

    def _reduce(self, e):
        e = spoken(e)
        if e.op == "norm" and self.style.whole_norm and is_whole(e):
            return self.style.whole_norm(self.base(e.body.base), len(e.bound)), ATOM
        if e.op in WRITTEN_OUT and self.style.name != "code":
            return self.piece(WRITTEN_OUT[e.op](e))
        if is_negative(e):
            return self.style.sign + self(negated(e), OPEN), ADD
        inner = self._open(e)
        return inner.big(e.op, e) + inner(e.body, OPEN), OPEN

    # Functions

    def _exp(self, e):
        z = softmax_of(e.args[0])
        if z is not None:
            named = self.style.call("softmax", "", (self.base(z.base),))
            return self.style.entry(named, tuple(map(self.map, z.where))), ATOM
        return self._function(e)[0], POW

    def _log(self, e):
        if self.style.stacked and isinstance(e.args[0], Reduce):
            return rf"\log {self(e.args[0])}", OPEN
        return self._function(e)

    def _quotient(self, e):
        need = (ADD, ADD) if self.style.name == "code" else (MUL, POW)
        return self.style.quotient(*map(self.map, e.args, need)), ATOM

    def _remainder(self, e):
        need, level = (ADD, ATOM) if self.style.name == "code" else (POW, ADD)
        return self.style.remainder(*(self.map(a, need) for a in e.args)), level

    def _tuple(self, e):
        return f"({', '.join(map(self, e.args))})", ATOM

    KINDS = (
        (Rational, _rational),
        ((sp.Number, sp.NumberSymbol), _word),
        (Index, _index),
        (Symbol, _symbol),
        (Entry, _entry),
        (Add, Products._add),
        (Mul, Products._mul),
        (sp.exp, _exp),
        (sp.log, _log),
        (Pow, Products._pow),
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
