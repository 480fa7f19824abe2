"""From a graph to a derivation for reading: one chain of equalities for each cotangent between f and the variable."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sympy import Add, Expr, Integer, Mul, count_ops

from ..derivation import Derivation, Step
from ..errors import SymgradError
from ..expr.conventions import PYTORCH, Conventions
from ..expr.derivatives import derivative_name
from ..expr.elementwise import BY_NAME
from ..expr.evaluate import order
from ..expr.indices import Index, fresh
from ..expr.nodes import Binder, Entry, Equal, Partial, Reduce, total
from ..expr.substitute import instantiate
from ..expr.tensors import Tensor, from_expression, input_tensor, let
from ..graph import build, depends, inlined, unused_name
from ..oracles.oracle import Verdict
from ..oracles.verdict import status
from ..rules.enforce import constraint
from ..rules.facts import Facts, facts_in_force
from ..rules.tables import chain, contraction
from .fold import fold
from .local import LocalPartial, edge_partial, local_partial
from .sweep import plain_indices

SMALL_OPS = 8
"""A cotangent of at most this many operations, and without a sum, is written out where it is used."""


@dataclass(frozen=True)
class Chain:
    """`∂f[lead]/∂Y[at]`: its derivation, and whether it is written out where it is used."""

    lead: tuple[Index, ...]
    at: tuple[Index, ...]
    derivation: Derivation
    small: bool

    def put(self, lead, where) -> Expr:
        """The cotangent at another entry."""
        return instantiate((*self.lead, *self.at), self.derivation.result, (*lead, *where))


class Story:
    """The derivatives of `target` by everything between it and `wrt`, each worked out once, latest first."""

    def __init__(self, target: Tensor, wrt: Tensor, conventions: Conventions = PYTORCH, facts: Facts | None = None):
        reading = inlined([target], keep=[wrt])
        self.target, self.wrt = reading[target], reading.get(wrt, wrt)
        self.conventions, self.facts = conventions, facts or facts_in_force()
        if self.target.name is None:
            self.target = let(unused_name(("f", "g"), order([self.target])), self.target)
        nodes = order([self.target])
        self.active = [t for t in nodes if t in depends(nodes, [self.wrt])]
        self.users = build([self.target])
        self.lead = plain_indices(self.target.shape)
        self.chains: dict[Tensor, Chain] = {}
        self.tensors: dict[Tensor, Tensor] = {}
        self.verdicts: dict[Expr, str] = {}
        self.locals: dict[tuple[Tensor, Tensor], Tensor] = {}
        self.known = [t for t in nodes if t.name and not t.is_input and t.template.body.has(Reduce)]
        for y in reversed(self.active):
            if y is not self.target:
                self.chains[y] = self._chain(y)

    def head(self, y: Tensor, where, lead=None) -> Expr:
        """`∂f/∂Y[where]`."""
        return Partial(Entry(self.target.ref, *(self.lead if lead is None else lead)), Entry(y.ref, *where))

    def derivation(self) -> Derivation:
        """The derivation of `∂f/∂X`, with those of the cotangents it names, and what the names mean."""
        done = self._trivial() or self.chains[self.wrt].derivation
        return replace(
            done,
            givens=tuple(self._given(y) for y in self._named_in(done)),
            definitions=tuple(self._definition(t) for t in self._shown() if not t.is_input and t is not self.wrt),
            notes=self._notes(done),
            judge=self.judge(done, self.wrt),
        )

    def _shown(self):
        """What is defined in print: all on the way to the variable; where there is no way, all there is."""
        return self.active or order([self.target])

    def judge(self, done: Derivation, y: Tensor):
        """What the oracles say of a right side of `∂f/∂Y`; nothing while it holds a partial of an expression."""

        def said(right: Expr) -> str:
            if any(not isinstance(p.of, Entry) for p in right.atoms(Partial)):
                return ""
            if right not in self.verdicts:
                self.verdicts[right] = self.verdict(self.as_tensor(right, done.left), y).status
            return self.verdicts[right]

        return said

    def verdict(self, claimed: Tensor, y: Tensor | None = None) -> Verdict:
        """What the oracles say of a tensor that claims to be `∂f/∂Y`, where the facts hold."""
        return status(self.target, self.wrt if y is None else y, claimed, constrain=constraint(self.facts))

    def _given(self, y):
        done = self.chains[y].derivation
        return replace(done, judge=self.judge(done, y))

    def _trivial(self):
        if self.wrt is self.target:
            at = plain_indices(self.wrt.shape)
            same = Mul(*(Equal(a, u) for a, u in zip(self.lead, at, strict=True)))
            return Derivation(self.head(self.wrt, at), same, reason="entry")
        if self.wrt not in self.chains:
            at = plain_indices(self.wrt.shape)
            why = f"{self.target.display} does not depend on {self.wrt.display}"
            return Derivation(self.head(self.wrt, at), Integer(0), reason=why)

    def _named_in(self, derivation):
        found, todo = set(), [derivation]
        while todo:
            for y in self._unresolved(todo.pop()):
                if y not in found:
                    found.add(y)
                    todo.append(self.chains[y].derivation)
        return [y for y in reversed(self.active) if y in found]

    def _unresolved(self, derivation):
        heads = derivation.result.atoms(Partial)
        return {p.entry.base.tensor for p in heads if isinstance(p.of, Entry) and p.of.base == self.target.ref}

    def _definition(self, t):
        free, body = t.equation
        return Entry(t.ref, *free), body

    def _notes(self, done):
        used = {s.rule for y in self.chains for s in self.chains[y].derivation.steps} | {s.rule for s in done.steps}
        kinked = [row for row in dict.fromkeys(BY_NAME.values()) if row.kinks and row.name in used]
        notes = [self.conventions.note(row.name) for row in kinked]
        ties = [self.conventions.note(op) for op in ("max", "min") if f"{op} over an index" in used]
        facts = [f"assuming {s}" for s in self.facts.statements if s in used]
        return (*notes, *ties, *facts)

    def _chain(self, y: Tensor) -> Chain:
        places = [(z, place) for _, z, d in self.users.out_edges(y, data=True) for place in d["places"]]
        uses = [(z, local_partial(z, place, self.conventions)) for z, place in places]
        at = tuple(fresh(i) for i in uses[0][1].at)
        done = self._start(y, at, uses)
        tail = chain(done.result, contraction(self.facts.rules))
        done = fold(replace(done, steps=done.steps + tail.steps), self.known)
        result = done.result
        return Chain(self.lead, at, done, not result.atoms(Binder) and count_ops(result) <= SMALL_OPS)

    def _start(self, y, at, uses) -> Derivation:
        """The chain rule, with each local partial worked out inside it, step by step."""
        parts = [self._use(z, at, local) for z, local in uses]
        start = Add(*(p[0] for p in parts))
        direct = all(z is self.target for z, _ in uses)
        shown = [p[0] for p in parts]
        steps: list[Step] = []
        for k, (_, moves) in enumerate(parts):
            for s, whole in moves:
                shown[k] = whole
                right = Add(*shown)
                if right != (steps[-1].whole if steps else start):
                    minor = s.minor or s.kind != "partial"
                    steps.append(replace(s, whole=right, kind="partial", minor=minor))
        reason = "definition" if direct else "chain rule" if len(uses) == 1 else "chain rule, gradients add at branches"
        return Derivation(self.head(y, at), start, tuple(steps), reason=reason)

    def _use(self, z, at, local: LocalPartial):
        """One use of y: the term it starts as, and (step, term) for each step in it."""
        swaps = dict(zip(local.at, at, strict=True))
        steps = [(s, s.whole.xreplace(swaps)) for s in local.derivation.steps]
        bare = local.derivation.left.xreplace(swaps)
        if z is self.target:
            swaps_out = dict(zip(local.out, self.lead, strict=True))
            bare = local.derivation.start.xreplace({**swaps, **swaps_out})
            return bare, [(s, w.xreplace(swaps_out)) for s, w in steps]
        upstream = self.head(z, local.out)
        moves = []
        if self.chains[z].small:
            written = self.chains[z].put(self.lead, local.out)
            step = Step(self._rules_of(z), "the cotangent, worked out", upstream, written, written, "partial")
            moves.append((step, total(written * bare, *local.out)))
        else:
            written = upstream
        moves += [(s, total(written * w, *local.out)) for s, w in steps]
        return total(upstream * bare, *local.out), moves

    def _rules_of(self, z):
        """The rules that worked out a cotangent, for the line on which it is written out."""
        steps = self.chains[z].derivation.steps
        named = dict.fromkeys(s.rule for s in steps if s.kind == "partial" and not s.minor and s.rule != "entry")
        return ", ".join(named) or "entry"

    def tensor(self, y: Tensor | None = None) -> Tensor:
        """The cotangent of y (of `wrt` where none is given) as a tensor: its equation is the derivation's last line."""
        y = self.wrt if y is None else y
        if y not in self.tensors:
            done = self._trivial() if y is self.wrt and y not in self.chains else self.chains[y].derivation
            self.tensors[y] = self.as_tensor(done.result, done.left, derivative_name(self.target, y))
        return self.tensors[y]

    def as_tensor(self, right: Expr, left: Expr, name: str | None = None) -> Tensor:
        """Any right side of a derivation as a tensor over the forward's tensors and named cotangents."""
        swaps = {}
        for p in right.atoms(Partial):
            if isinstance(p.of, Entry):
                swaps[p] = self._entry(p)
        free = (*left.of.where, *left.entry.where)
        return from_expression(free, right.xreplace(swaps), name=name)

    def _entry(self, p: Partial) -> Expr:
        over, y = p.of.base.tensor, p.entry.base.tensor
        if over is y:
            return Mul(*(Equal(a, u) for a, u in zip(p.of.where, p.entry.where, strict=True)))
        if y not in order([over]):
            return Integer(0)
        source = self.tensor(y) if over is self.target and y in self.chains else self._local(over, y)
        return Entry(source.ref, *p.of.where, *p.entry.where)

    def _local(self, z, y):
        if (z, y) not in self.locals:
            edge = edge_partial(z, y, self.conventions)
            self.locals[z, y] = from_expression((*edge.out, *edge.at), edge.value, name=derivative_name(z, y))
        return self.locals[z, y]


def weighted(target: Tensor, cotangent: str) -> tuple[Tensor, Tensor]:
    """(L, G): the scalar `L = ⟨G, Y⟩` whose gradient is what backpropagation passes on, and its G."""
    if not cotangent.isidentifier():
        raise SymgradError(f"not a name for a cotangent: {cotangent!r}", hint='for example cotangent="G"')
    nodes = order([target])
    if cotangent in {t.name for t in nodes}:
        raise SymgradError(f"{cotangent} is already a tensor of the graph", hint="name the cotangent otherwise")
    g = input_tensor(cotangent, target.shape)
    free = plain_indices(target.shape)
    if target.template is not None:
        free = tuple(fresh(i) for i in target.equation[0])
    name = unused_name(("L", "loss"), nodes)
    return from_expression((), total(Entry(g.ref, *free) * Entry(target.ref, *free), *free), name=name), g
