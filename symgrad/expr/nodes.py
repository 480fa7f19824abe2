"""The nodes index notation needs and SymPy lacks: ordinary SymPy expressions; `evaluate` gives their meaning."""

from __future__ import annotations

from sympy import Expr, Indexed, Integer, Symbol, Tuple, expand
from sympy.core.symbol import Str

from .affine import Rem, nonnegative, within
from .indices import Index, expression

REDUCTIONS = ("sum", "prod", "max", "min", "lse", "norm")


class Slot(Symbol):
    """The place of the k-th operand in a template: `Slot(0)`, `Slot(1)`, …"""

    def __new__(cls, place):
        return Symbol.__xnew__(cls, f"${place}", real=True)

    def __reduce__(self):
        return Slot, (self.name[1:],)

    def sort_key(self, order=None):
        return self.class_key(), (1, (self.name,)), Integer(1).sort_key(), Integer(1)


class Entry(Indexed):
    """`X[e₁, …, e_r]`, an entry of a tensor at affine index maps. Outside the tensor it reads as 0."""

    is_commutative = True
    is_real = True

    def __new__(cls, base, *where):
        return Expr.__new__(cls, base, *(expression(e) for e in where))

    def _eval_is_real(self):
        return True

    def _eval_is_finite(self):
        return None

    @property
    def where(self) -> tuple[Expr, ...]:
        return self.args[1:]

    @property
    def free_symbols(self):
        return set().union({self.base}, *(e.free_symbols for e in self.where))

    @property
    def indices(self):
        return self.args[1:]


class Binder(Expr):
    """An expression that binds indices; `bound` names them. They occur nowhere outside it."""

    is_commutative = True
    is_real = True

    @property
    def bound(self) -> tuple[Index, ...]:
        return self.args[-1].args

    @property
    def free_symbols(self):
        return set().union(*(a.free_symbols for a in self.args[:-1] if not isinstance(a, Str))) - set(self.bound)


class Reduce(Binder):
    """`op_{bound : guard} body`: sum, prod, max, min, lse (log Σ exp) or norm (√Σ²) over the ranges of `bound`.

    `guard` is 0/1-valued; only index values where it is 1 count. A sum keeps its conditions as bracket factors instead.
    """

    def __new__(cls, op, body, guard, bound):
        op = op if isinstance(op, Str) else Str(op)
        bound = bound if isinstance(bound, Tuple) else Tuple(*bound)
        body, guard = expression(body), expression(guard)
        if not bound.args:
            return _reduce_one(op.name, body, guard)
        if op.name == "sum" and guard != 1:
            body, guard = body * guard, Integer(1)
        if op.name == "sum" and body == 0:
            return Integer(0)
        return Expr.__new__(cls, op, body, guard, bound)

    op = property(lambda self: self.args[0].name)
    body = property(lambda self: self.args[1])
    guard = property(lambda self: self.args[2])


def over(op: str, body, *bound: Index, guard=1) -> Expr:
    """`op_{bound : guard} body`; the body itself where `bound` is empty."""
    return Reduce(op, body, guard, bound)


def total(body, *bound: Index) -> Expr:
    """`Σ_{bound} body`."""
    return Reduce("sum", body, 1, bound)


def _reduce_one(op, body, guard):
    if guard != 1:
        raise ValueError(f"a {op} over no index takes no guard")
    return {"norm": lambda: abs(body)}.get(op, lambda: body)()


class Pick(Binder):
    """The weight with which the term at `point` makes `op_{bound : guard} body`: 1 for the one picked, else 0.

    `ties` is the convention: "first" (in row-major order of the bound indices) or "split" (equal shares).
    """

    def __new__(cls, ties, op, body, guard, point, bound):
        ties, op = (s if isinstance(s, Str) else Str(s) for s in (ties, op))
        return Expr.__new__(cls, ties, op, expression(body), expression(guard), Tuple(*point), Tuple(*bound))

    ties = property(lambda self: self.args[0].name)
    op = property(lambda self: self.args[1].name)
    body = property(lambda self: self.args[2])
    guard = property(lambda self: self.args[3])
    point = property(lambda self: self.args[4].args)


class Bracket(Expr):
    """Iverson's bracket, 1 where the condition holds, else 0. It is strong: 0 times anything, even NaN, is 0."""

    is_commutative = True
    is_real = True
    is_nonnegative = True

    def _eval_power(self, exponent):
        return self if exponent.is_positive else None


class Equal(Bracket):
    """`[a = b]` of index maps, Kronecker's delta.

    >>> i = Index("i", Integer(3)); Equal(i, i), Equal(i, 3), Equal(i, i + 1)
    (1, 0, 0)
    """

    is_integer = True

    def __new__(cls, a, b):
        a, b = expression(a), expression(b)
        difference = expand(a - b)
        if difference.is_Integer:
            return Integer(int(difference == 0))
        if nonnegative(difference - 1) or nonnegative(-difference - 1):
            return Integer(0)
        return Expr.__new__(cls, a, b)


class Divides(Bracket):
    """`[s | e]`: the integer s divides the integer e."""

    is_integer = True

    def __new__(cls, s, e):
        s, e = expression(s), expand(expression(e))
        if s == 1 or e == 0:
            return Integer(1)
        if s.is_Integer and e.is_Integer:
            return Integer(int(int(e) % int(s) == 0))
        return Integer(1) if Rem(e, s) == 0 else Expr.__new__(cls, s, e)


class Inside(Bracket):
    """`[0 ≤ e < n]`: the index map e lands on an axis of size n.

    >>> i = Index("i", Integer(3)); Inside(i, 3), Inside(i + 3, 3), Inside(i - 1, 3)
    (1, 0, Inside(i - 1, 3))
    """

    is_integer = True

    def __new__(cls, e, n):
        e, n = expand(expression(e)), expression(n)
        if within(e, n):
            return Integer(1)
        if nonnegative(-1 - e) or nonnegative(e - n):
            return Integer(0)
        return Expr.__new__(cls, e, n)


class Compare(Bracket):
    """`[a R b]` of values, R one of > ≥ = ≠ and their negations ≯ ≱ (which hold where an operand is NaN)."""

    RELATIONS = (">", ">=", "==", "!=", "!>", "!>=")

    def __new__(cls, relation, a, b):
        relation = relation if isinstance(relation, Str) else Str(relation)
        if relation.name not in cls.RELATIONS:
            raise ValueError(f"relation {relation.name!r}: one of {', '.join(cls.RELATIONS)}")
        a, b = expression(a), expression(b)
        if a.is_Rational and b.is_Rational:
            return Integer(int(bool(HOLDS[relation.name](a, b))))
        return Expr.__new__(cls, relation, a, b)

    relation = property(lambda self: self.args[0].name)
    left = property(lambda self: self.args[1])
    right = property(lambda self: self.args[2])

    def negated(self) -> Bracket:
        """The bracket that is 1 exactly where this one is 0."""
        return Compare(NEGATION[self.relation], self.left, self.right)


HOLDS = {
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "!>": lambda a, b: not a > b,
    "!>=": lambda a, b: not a >= b,
}
NEGATION = {">": "!>", ">=": "!>=", "==": "!=", "!=": "==", "!>": ">", "!>=": ">="}


class Partial(Expr):
    """`∂e/∂X[u]`, not yet worked out; X[u] is an entry at index variables that occur nowhere in e."""

    is_commutative = True
    is_real = True

    def __new__(cls, e, entry):
        return Expr.__new__(cls, expression(e), entry)

    of = property(lambda self: self.args[0])
    entry = property(lambda self: self.args[1])
