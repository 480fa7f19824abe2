"""One equation to array operations: a table from the kinds of nodes to what NumPy does with whole arrays.

Every subexpression becomes an array with an axis for each index in it. Sums of products become contractions, so that an
index which is only summed over is never spread out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set

import sympy as sp
from sympy import Add, Expr, Integer, Mul, Pow, Symbol

from ..errors import NoRuleError
from ..expr.affine import Quo, Rem
from ..expr.elementwise import BY_HEAD
from ..expr.indices import Index
from ..expr.nodes import Binder, Bracket, Compare, Divides, Entry, Equal, Inside, Pick, Reduce, over
from ..expr.tensors import Tensor
from .convolution import convolution, convolved
from .entries import read
from .kernel_text import spelled
from .labelled import Aligner
from .onehot import add_up, added_up, look_up, looked_up
from .pooling import pool, pooled
from .positions import position
from .program import Builder, Labelled, Value
from .transposed import spread_out, transposed

RELATIONS = {">": "greater", ">=": "greater_equal", "==": "equal", "!=": "not_equal"}
NEUTRAL = {"max": -sp.oo, "min": sp.oo, "prod": Integer(1), "lse": -sp.oo, "norm": Integer(0)}
LARGEST_POWER = 4
"""Powers up to this one are products; `np.power` is some 40 times slower."""


def lower_equation(
    t: Tensor, values: Mapping[Tensor, Value], builder: Builder, remembered: Set[Tensor] = frozenset()
) -> Value:
    """The value of a tensor, its axes in the order of the free indices of its equation.

    Of the tensors `remembered`, it is kept which entries win in a pool, for its gradient.
    """
    return lower_body(*t.equation, values, builder, remembered)


def lower_body(
    free: Sequence[Index],
    body: Expr,
    values: Mapping[Tensor, Value],
    builder: Builder,
    remembered: Set[Tensor] = frozenset(),
) -> Value:
    """The value of an equation; an axis for each free index."""
    narrow = {i: Integer(0) for i in free if i.size == 1}
    work = Lowering(values, builder, remembered)
    work.see(*(i for i in free if i not in narrow))
    found = work.cast(work.lower(body.xreplace(narrow)))
    found = work.full(found, [i for i in free if i not in narrow])
    places = iter(range(len(found.labels)))
    return builder.axes(found.value, [None if i in narrow else next(places) for i in free])


class Lowering(Aligner):
    """Lowers the subexpressions of one equation."""

    def __init__(self, values: Mapping[Tensor, Value], builder: Builder, remembered: Set[Tensor]):
        super().__init__(builder)
        self.values, self.remembered = values, remembered
        self.known: dict[Symbol, Labelled] = {}

    def lower(self, e: Expr) -> Labelled:
        for kind, method in self.KINDS:
            if isinstance(e, kind):
                return method(self, e)
        if e.func in BY_HEAD:
            return spelled(self, BY_HEAD[e.func], [self.cast(self.lower(a)) for a in e.args])
        raise NoRuleError(
            f"no lowering matches {e.func.__name__}: {e}", hint="a function needs a row in symgrad/expr/elementwise.py"
        )

    def number(self, e) -> Labelled:
        return Labelled(self.builder.number(e), ())

    def _number(self, e: Expr) -> Labelled:
        return self.number(e)

    def _position(self, e: Expr) -> Labelled:
        return self.cast(position(self, e))

    def _entry(self, e: Entry) -> Labelled:
        return read(self, e, Integer(0))

    # Sums and products.

    def _add(self, e: Add) -> Labelled:
        choice = self._choice(e)
        if choice:
            return choice
        terms = [(*term.as_coeff_Mul(), term) for term in e.args]
        found = [(c.is_negative, self.cast(self.lower(-t if c.is_negative else t))) for c, _, t in terms]
        found.sort(key=lambda f: (f[0], len(f[1].labels)))  # small ones first; what is positive starts
        negative, total = found[0]
        total = self.ufunc("negative", total) if negative else total
        for negative, term in found[1:]:
            total = self.ufunc("subtract" if negative else "add", total, term)
        return total

    def _choice(self, e: Add) -> Labelled | None:
        """`[c] a + [¬c] b` as one choice."""
        if len(e.args) != 2:
            return None
        (c, a), (d, b) = map(_split_comparison, e.args)
        if c is None or d is None or c.negated() != d:
            return None
        if c.relation.startswith("!") and c.relation != "!=":
            c, a, b = d, b, a
        return self.where(self.lower(c), self.cast(self.lower(a)), self.cast(self.lower(b)))

    def _mul(self, e: Mul) -> Labelled:
        brackets = [a for a in e.args if isinstance(a, (Bracket, Pick)) and not _shares(a)]
        rest = [a for a in e.args if a not in brackets]
        mask = self.conjunction(brackets)
        if not rest:
            return mask if mask else self.number(Integer(1))
        product = self.product(rest)
        return self.where(mask, product, self.number(Integer(0))) if mask else product

    def conjunction(self, brackets) -> Labelled | None:
        found = None
        for bracket in brackets:
            here = self.lower(bracket)
            if here.value.kind != "bool":
                here = self.ufunc("not_equal", here, self.number(Integer(0)), kind="bool")
            found = self.ufunc("logical_and", found, here, kind="bool") if found else here
        return found

    def product(self, factors) -> Labelled:
        """Factors with few axes first; what stands below the line divides."""
        numbers = [f for f in factors if f.is_comparable]  # SymPy knows them; softplus(1) it does not
        rest = [f for f in factors if f not in numbers]
        divisors = [f for f in rest if isinstance(f, Pow) and f.exp.could_extract_minus_sign()]
        coefficient = Mul(*numbers)
        above = [f for f in rest if f not in divisors]
        negate = coefficient.is_negative
        coefficient = abs(coefficient)
        found = sorted((self.cast(self.lower(f)) for f in above), key=lambda f: len(f.labels))
        if coefficient != 1 or not found:
            found = [self.number(coefficient), *found]
        total = found[0]
        for f in found[1:]:
            total = self.ufunc("multiply", total, f)
        for f in divisors:
            total = self.ufunc("divide", total, self.cast(self.lower(1 / f)))
        return self.ufunc("negative", total) if negate else total

    def _pow(self, e: Pow) -> Labelled:
        if e.exp.could_extract_minus_sign():
            return self.ufunc("divide", self.number(Integer(1)), self.cast(self.lower(1 / e)))
        base = self.cast(self.lower(e.base))
        if e.exp == sp.Rational(1, 2):
            return self.ufunc("sqrt", base)
        if e.exp.is_Integer and e.exp <= LARGEST_POWER:
            total = base
            for _ in range(int(e.exp) - 1):
                total = self.ufunc("multiply", total, base)
            return total
        return self.ufunc("power", base, self.cast(self.lower(e.exp)))

    # Reductions.

    def _reduce(self, e: Reduce) -> Labelled:
        single = {i: Integer(0) for i in e.bound if i.size == 1}
        if single and (e.guard == 1 or len(single) < len(e.bound)):
            rest = [i for i in e.bound if i not in single]
            return self.lower(over(e.op, e.body.xreplace(single), *rest, guard=e.guard.xreplace(single)))
        c, t, p = convolution(e), transposed(e), pool(e)
        if c:
            return convolved(self, self.values, c)
        if t:
            return spread_out(self, self.values, t)
        if p:
            return pooled(self, self.values, p, p.x.base.tensor in self.remembered and p.op != "sum")
        self.see(*e.bound)
        if e.op == "sum":
            return self._sum(e)
        guarded = self._guarded(e.op, e.body, e.guard, e.bound)
        if e.op == "norm":
            return self.ufunc("sqrt", self.contract([guarded, guarded], e.bound))
        if e.op == "lse":
            return self._over("logsumexp", guarded, e.bound)
        return self.reduce(e.op, guarded, e.bound)

    def _guarded(self, op, body, guard, bound) -> Labelled:
        """The body over every bound index, neutral where the guard does not hold."""
        found = self.cast(self.lower(body))
        if guard != 1:
            found = self.where(self._mask(guard), found, self.number(NEUTRAL[op]))
        return self.full(found, bound)

    def _mask(self, guard: Expr) -> Labelled:
        mask = self.conjunction(Mul.make_args(guard))
        assert mask
        return mask

    def _sum(self, e: Reduce) -> Labelled:
        """`Σ` of a product: labels are looked up, what holds no bound index is taken out, a mask goes into a factor."""
        factors, bound = [f for g in Mul.make_args(e.body) for f in _repeated(g)], list(e.bound)
        found: list[Labelled] = []
        while h := looked_up(factors, bound):
            label = self.cast(self.lower(h.label))
            found += [look_up(self, self.cast(self.lower(f)), label, h.index) for f in h.read]
            factors, bound = h.rest, [i for i in bound if i is not h.index]
        inner = [f for f in factors if f.atoms(Index) & set(bound)]
        outer = Mul(*(f for f in factors if f not in inner))
        h = added_up(inner, bound)
        if h and not any(h.index in f.labels for f in found):
            label = self.cast(self.lower(h.label))
            among, others = ([i for i in bound if (i in label.labels) is inside] for inside in (True, False))
            count, total = self._summed(h.rest, found, others)
            total = add_up(self, total, label, h.index, among)
        else:
            count, total = self._summed(inner, found, bound)
        if total.value.op == "number" and total.value.options[0] == 1:
            return self.cast(self.lower(outer * count))
        return self._times(outer * count, total)

    def _summed(self, factors, found: list[Labelled], bound: Sequence[Index]) -> tuple[Expr, Labelled]:
        """(n, x) so that n x is the sum of the product of factors and of arrays found before."""
        brackets = [f for f in factors if isinstance(f, (Bracket, Pick)) and not _shares(f)]
        found = [*found, *(self.cast(self.lower(f)) for f in factors if f not in brackets)]
        for bracket in brackets:
            found = self._masked(found, self.lower(bracket))
        seen = {i for f in found for i in f.labels}
        total = self.contract(found, [i for i in bound if i in seen]) if found else self.number(Integer(1))
        return Mul(*(i.size for i in bound if i not in seen)), total

    def _times(self, outer: Expr, total: Labelled) -> Labelled:
        """`outer · total`, where a bracket of outer is strong and a denominator divides."""
        if outer == 1:
            return total
        name = sp.Dummy(real=True)
        self.known[name] = total
        try:
            return self.lower(Mul(outer, name))
        finally:
            del self.known[name]

    def _masked(self, factors, mask) -> list[Labelled]:
        """The mask put into the factor that shares most labels with it; alone it is a factor of its own."""
        if not factors:
            return [self.cast(mask)]
        best = max(factors, key=lambda f: (len(set(f.labels) & set(mask.labels)), -len(f.labels)))
        if not set(mask.labels) <= set(best.labels):
            return [*factors, self.cast(mask)]
        return [self.where(mask, f, self.number(Integer(0))) if f is best else f for f in factors]

    def _over(self, op: str, x: Labelled, bound) -> Labelled:
        places = tuple(x.labels.index(i) for i in bound)
        kept = tuple(i for i in x.labels if i not in set(bound))
        return Labelled(self.builder.value(op, (x.value,), (places,), [i.size for i in kept]), kept)

    # Brackets.

    def _equal(self, e: Equal) -> Labelled:
        a, b = e.args
        if (a - b).as_numer_denom()[1] != 1:  # fractions are compared exactly, as integers
            a, b = (a - b).as_numer_denom()[0], Integer(0)
        return self.ufunc("equal", position(self, a), position(self, b), kind="bool")

    def _divides(self, e: Divides) -> Labelled:
        divisor, number = (position(self, a) for a in e.args)
        return self.ufunc("equal", self.ufunc("remainder", number, divisor, kind="int"), self.number(0), kind="bool")

    def _inside(self, e: Inside) -> Labelled:
        above, below = e.args[0].as_numer_denom()
        at, size = position(self, above), position(self, below * e.args[1])
        low = self.ufunc("greater_equal", at, self.number(0), kind="bool")
        return self.ufunc("logical_and", low, self.ufunc("less", at, size, kind="bool"), kind="bool")

    def _compare(self, e: Compare) -> Labelled:
        relation = e.relation
        if relation in RELATIONS:
            return self.ufunc(RELATIONS[relation], self.lower(e.left), self.lower(e.right), kind="bool")
        return self.ufunc("logical_not", self._compare(e.negated()), kind="bool")

    def _pick(self, e: Pick) -> Labelled:
        """Whether the term at the point is the one picked, or its share."""
        self.see(*e.bound)
        terms = self._guarded(e.op, e.body, e.guard, e.bound)
        at = dict(zip(e.bound, e.point, strict=True))
        inside = Mul(e.guard.xreplace(at), *(Inside(p, i.size) for i, p in at.items()))
        if e.ties == "split":
            return self._share(e, terms, at, inside)
        best = self._over("argbest", terms, e.bound)
        found = best.value
        best = Labelled(
            self.builder.value("argbest", found.args, (*found.options, e.op), found.shape, "int"), best.labels
        )
        flat = Integer(0)
        for i, p in at.items():
            flat = flat * i.size + p
        picked = self.ufunc("equal", best, position(self, flat), kind="bool")
        return picked if inside == 1 else self.ufunc("logical_and", picked, self._mask(inside), kind="bool")

    def _share(self, e, terms, at, inside) -> Labelled:
        """`[term at the point = extreme] / number of terms that equal it`."""
        best = self.reduce(e.op, terms, e.bound)
        ties = self.reduce("sum", self.cast(self.ufunc("equal", terms, best, kind="bool")), e.bound)
        here = self.ufunc("equal", self.cast(self.lower(e.body.xreplace(at))), best, kind="bool")
        if inside != 1:
            here = self.ufunc("logical_and", here, self._mask(inside), kind="bool")
        return self.where(here, self.ufunc("divide", self.number(Integer(1)), ties), self.number(Integer(0)))

    def _symbol(self, e: Symbol) -> Labelled:
        return self.known[e] if e in self.known else self._position(e)

    KINDS = (
        (Index, _position),
        (Entry, _entry),
        (Symbol, _symbol),
        ((Quo, Rem), _position),
        ((sp.Number, sp.NumberSymbol), _number),
        (Add, _add),
        (Mul, _mul),
        (Pow, _pow),
        (Reduce, _reduce),
        (Pick, _pick),
        (Equal, _equal),
        (Divides, _divides),
        (Inside, _inside),
        (Compare, _compare),
    )


def _split_comparison(term: Expr):
    """(c, a) of a term `[c] a` with one comparison; (None, term) of another."""
    found = [a for a in Mul.make_args(term) if isinstance(a, Compare)]
    if len(found) != 1:
        return None, term
    return found[0], Mul(*(a for a in Mul.make_args(term) if a is not found[0]))


def _repeated(f: Expr) -> list[Expr]:
    """A power of a reading as so many factors, so that `Σ x²` is a dot product."""
    if isinstance(f, Pow) and f.exp == 2 and not f.base.has(Binder):
        return [f.base, f.base]
    return [f]


def _shares(e: Expr) -> bool:
    """A pick that splits ties is a share between 0 and 1, not a condition."""
    return isinstance(e, Pick) and e.ties == "split"
