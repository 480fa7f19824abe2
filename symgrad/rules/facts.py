"""FACTS: what is known of values (`Σ_k y_k = 1`, `A = Aᵀ`, `WᵀW = I`, `x > 0`) as rewrite rules, a row a kind."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from contextvars import ContextVar
from dataclasses import dataclass

from sympy import Abs, Add, Expr, Integer, Mul, Pow, sign

from ..errors import SymgradError
from ..expr.elementwise import relu
from ..expr.nodes import Compare, Entry, Equal, Inside, Reduce, total
from ..expr.substitute import instantiate
from ..expr.tensors import Tensor
from ..rewrite import Rule, Table
from .sums import factors


@dataclass(frozen=True)
class Fact:
    """One fact: its kind, the name of the tensor it is about, what it says, and the rules it gives."""

    kind: str
    tensor: str
    statement: str
    rules: Table
    value: Expr | None = None
    axis: int = 0


class Facts(AbstractContextManager):
    """Facts in force: given as `facts=` to `grad` and `derive`, or in force within a `with` block.

    `rules` rewrites by them; `statement` says them for the derivation's notes.
    """

    def __init__(self, facts: tuple[Fact, ...] = ()):
        self.facts = facts
        self._tokens: list = []

    @property
    def rules(self) -> Table:
        return tuple(rule for fact in self.facts for rule in fact.rules)

    @property
    def statements(self) -> tuple[str, ...]:
        return tuple(fact.statement for fact in self.facts)

    def __or__(self, other: Facts) -> Facts:
        return Facts(self.facts + other.facts)

    def __enter__(self):
        self._tokens.append(_in_force.set(facts_in_force() | self))
        return self

    def __exit__(self, *_):
        _in_force.reset(self._tokens.pop())

    def __repr__(self):
        return f"assuming {', '.join(self.statements) or 'nothing'}"


_in_force: ContextVar[Facts | None] = ContextVar("facts", default=None)


def facts_in_force() -> Facts:
    """The facts of the `with assume(…)` blocks that this code runs in."""
    return _in_force.get() or Facts()


def assume(*claims: Tensor) -> Facts:
    """Facts from comparisons of tensors: `y.sum() == 1`, `A == A.T`, `W.T @ W == eye(n)`, `x > 0`.

    Raises SymgradError for a comparison that is none of these kinds.
    """
    return Facts(tuple(_recognise(claim) for claim in claims))


def _recognise(claim: Tensor) -> Fact:
    if isinstance(claim, Tensor) and not claim.is_input:
        body = spelled_out(claim)
        for recogniser in KINDS:
            fact = recogniser(body) if isinstance(body, Compare) else None
            if fact:
                return fact
    known = "y.sum() == 1, y.sum(axis=1) == 1, A == A.T, W.T @ W == eye, x > 0"
    raise SymgradError("not a fact that can be assumed", hint=f"known kinds: {known}")


def spelled_out(t: Tensor) -> Expr:
    """The body of t with every unnamed operand's body written in."""
    body = t.equation[1]
    while True:
        todo = [e for e in body.atoms(Entry) if not e.base.tensor.is_input and not e.base.tensor.name]
        if not todo:
            return body
        body = body.xreplace({e: _entry_of(e) for e in todo})


def _entry_of(e):
    free, body = e.base.tensor.equation
    return instantiate(free, body, e.where)


def _sides(body, relation):
    if body.relation == relation:
        yield body.left, body.right
        yield body.right, body.left


def sum_fact(body: Compare) -> Fact | None:
    """`Σ_k y[…,k,…] = c`."""
    for left, right in _sides(body, "=="):
        if isinstance(left, Reduce) and left.op == "sum" and len(left.bound) == 1 and isinstance(left.body, Entry):
            k, y = left.bound[0], left.body
            if list(y.where).count(k) == 1 and not right.atoms(Entry):
                name, axis = y.base.tensor.name, y.where.index(k)
                text = f"Σ {name} = {right}" + (f" along axis {axis}" if len(y.where) > 1 else "")
                return Fact("sum", name, text, (_sum_rule(name, axis, right, text),), right, axis)
    return None


def _sum_rule(name, axis, value, text):
    def apply(e):
        if e.op != "sum":
            return None
        parts = factors(e.body)
        for y in (a for a in parts if _is(a, name)):
            k = y.where[axis]
            rest = [a for a in parts if a is not y]
            alone = k in e.bound and k.size == y.base.tensor.shape[axis] and not any(k in a.free_symbols for a in rest)
            if alone and not any(k in w.free_symbols for n, w in enumerate(y.where) if n != axis):
                return total(value * inside(y) * Mul(*rest), *(i for i in e.bound if i is not k))
        return None

    return Rule(text, text, (Reduce,), apply, "fact")


def _is(e: Expr, name: str) -> bool:
    return isinstance(e, Entry) and e.base.tensor.name == name


def inside(y: Entry) -> Expr:
    """The brackets under which y is an entry of its tensor and no 0 beside it: a fact holds nowhere else."""
    return Mul(*(Inside(w, n) for w, n in zip(y.where, y.base.tensor.shape, strict=True)))


def symmetric_fact(body: Compare) -> Fact | None:
    """`A[i,j] = A[j,i]`."""
    a, b = body.left, body.right
    same = isinstance(a, Entry) and isinstance(b, Entry) and a.base == b.base and body.relation == "=="
    if same and len(a.where) == 2 and a.where == b.where[::-1]:
        name = a.base.tensor.name
        return Fact("symmetric", name, f"{name} symmetric", _symmetric_rules(name))
    return None


def _symmetric_rules(name):
    text = f"{name}ᵀ = {name}"

    def under_sum(e):
        """Free index first, else by name."""
        bound = set(e.bound)
        swaps = {
            a: Entry(a.base, *sorted(a.where, key=lambda w: (bool(bound & w.free_symbols), str(w))))
            for a in e.body.atoms(Entry)
            if _is(a, name)
        }
        return e.xreplace({a: b for a, b in swaps.items() if a != b})

    def among_terms(e):
        here = [a for a in factors_and_terms(e) if _is(a, name)]
        return e.xreplace({a: Entry(a.base, *sorted(a.where, key=str)) for a in here})

    return (
        Rule(f"{name} symmetric", text, (Reduce,), under_sum, "fact"),
        Rule(f"{name} symmetric", text, (Add,), among_terms, "fact"),
    )


def factors_and_terms(e: Expr):
    """The factors of the terms of a sum."""
    return [a for term in Add.make_args(e) for a in factors(term)]


def orthogonal_fact(body: Compare) -> Fact | None:
    """`Σ_k W[k,i] W[k,j] = [i=j]` (columns), or `Σ_k W[i,k] W[j,k] = [i=j]` (rows)."""
    for left, right in _sides(body, "=="):
        if isinstance(right, Equal) and isinstance(left, Reduce) and left.op == "sum" and len(left.bound) == 1:
            pair = _pair(left.body, left.bound[0])
            if pair and {pair[2], pair[3]} == set(right.args):
                name, axis = pair[0], pair[1]
                text = f"{name} orthogonal"
                return Fact("orthogonal", name, text, (_orthogonal_rule(name, axis, text),), axis=axis)
    return None


def _pair(body, k, name=None):
    """(name, axis, a, b) where the factors with k are W[k,a] W[k,b] (axis 0) or W[a,k] W[b,k] (axis 1), for all k."""
    with_k = [a for a in factors(body) if k in a.free_symbols]
    if len(with_k) == 1 and isinstance(with_k[0], Pow) and with_k[0].exp == 2:
        with_k = [with_k[0].base] * 2
    if len(with_k) == 2 and all(isinstance(a, Entry) and len(a.where) == 2 for a in with_k):
        u, v = with_k
        for axis in (0, 1):
            whole = u.where[axis] == v.where[axis] == k and k.size == u.base.tensor.shape[axis]
            if u.base == v.base and whole and name in (None, u.base.tensor.name):
                a, b = u.where[1 - axis], v.where[1 - axis]
                if k not in a.free_symbols | b.free_symbols:
                    return u.base.tensor.name, axis, a, b
    return None


def _orthogonal_rule(name, axis, text):
    def apply(e):
        for k in e.bound if e.op == "sum" else ():
            pair = _pair(e.body, k, name)
            if pair and pair[1] == axis:
                rest = Mul(*(a for a in factors(e.body) if k not in a.free_symbols))
                y = next(a for a in e.body.atoms(Entry) if _is(a, name) and a.where[1 - axis] == pair[2])
                return total(rest * inside(y) * Equal(pair[2], pair[3]), *(i for i in e.bound if i is not k))
        return None

    return Rule(text, "Σ_k W_ki W_kj = [i=j]", (Reduce,), apply, "fact")


def positive_fact(body: Compare) -> Fact | None:
    """`x[i] > 0`."""
    if body.relation == ">" and isinstance(body.left, Entry) and body.right == 0:
        name = body.left.base.tensor.name
        return Fact("positive", name, f"{name} > 0", _positive_rules(name))
    return None


def _positive_rules(name):
    def rule(head, becomes: Callable[[Expr], Expr | None]):
        return Rule(f"{name} > 0", f"{name} > 0", (head,), becomes, "fact")

    sides = {(">", True): 1, (">=", True): 1, ("!=", True): 1, ("==", True): 0, ("!>", True): 0, ("!>=", True): 0}
    reverse = {">": 0, ">=": 0, "!>": 1, "!>=": 1, "==": 0, "!=": 1}

    def compare(e):
        if surely(e.left) and e.right == 0:
            return Integer(sides[e.relation, True])
        if surely(e.right) and e.left == 0:
            return Integer(reverse[e.relation])
        return None

    def surely(e):
        return _is(e, name) and inside(e) == 1

    def argument(becomes):
        return lambda e: becomes(e.args[0]) if surely(e.args[0]) else None

    return (
        rule(Compare, compare),
        rule(Abs, argument(lambda x: x)),
        rule(relu, argument(lambda x: x)),
        rule(sign, argument(lambda x: Integer(1))),
    )


KINDS = (sum_fact, symmetric_fact, orthogonal_fact, positive_fact)
