"""The engine: `rewrite(e, tables)` applies rules innermost first until none applies, and returns what it did."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sympy import Expr, Indexed

from .derivation import Derivation, Step
from .errors import LimitError
from .expr.nodes import Bracket, Partial, Pick
from .expr.walk import walk

MOST_STEPS = 20_000
MOST_SHOWN = 5_000
"""Nodes of all the right sides that a derivation shows; what comes after them is one step."""
MOST_NODES = 1_500
"""Of one right side."""


@dataclass(frozen=True)
class Rule:
    """A row of a table: `apply(e)` gives what e becomes, or None where the rule does not apply.

    `heads` are the kinds of node it looks at, `statement` is the rule in mathematics, `kind` the line it is printed on;
    a `minor` rule is not worth a name on a line that does more.
    """

    name: str
    statement: str
    heads: tuple[type, ...]
    apply: Callable[[Expr], Expr | None]
    kind: str = ""
    minor: bool = False

    def __str__(self):
        return self.name


Table = tuple[Rule, ...]


def rewrite(e: Expr, tables: Iterable[Table], left: Expr | None = None) -> Derivation:
    """`e` rewritten by the rules of `tables` (first come, first tried) to a form in which none applies.

    >>> from sympy import Symbol, Mul
    >>> x = Symbol("x")
    >>> halve = Rule("halve", "4x = 2x", (Mul,), lambda e: 2*x if e == 4*x else None)
    >>> d = rewrite(4*x + 1, [(halve,)]); d.result, [s.rule for s in d.steps]
    (2*x + 1, ['halve'])
    """
    run = _Run(e, [rule for table in tables for rule in table])
    result = run.normal(e)
    if run.whole != result:
        rule = ("collect", "a + a = 2a") if run.shown < MOST_SHOWN else ("work out", "the other steps, at once")
        run.steps.append(Step(*rule, run.whole, result, result, "algebra", True))
    return Derivation(e if left is None else left, e, tuple(run.steps))


OPAQUE = (Indexed, Bracket, Pick, Partial)
"""Nodes that are rewritten as a whole: their parts are index maps, conditions, or still to be differentiated."""


class _Run:
    def __init__(self, whole, rules):
        self.whole, self.rules, self.steps, self.known, self.by_head = whole, rules, [], {}, {}
        self.size, self.shown, self.count = _nodes(whole), 0, 0

    def normal(self, e: Expr) -> Expr:
        if not e.args:
            return e
        if e not in self.known:
            self.known[e] = self._normal(e)
        return self.known[e]

    def _normal(self, e):
        if not isinstance(e, OPAQUE):
            args = tuple(self.normal(a) if isinstance(a, Expr) else a for a in e.args)
            if args != e.args:
                return self.normal(e.func(*args))
        for rule in self._rules_for(type(e)):
            after = rule.apply(e)
            if after is not None and after != e:
                self._record(rule, e, after)
                return self.normal(after)
        return e

    def _rules_for(self, kind):
        if kind not in self.by_head:
            self.by_head[kind] = [rule for rule in self.rules if issubclass(kind, rule.heads)]
        return self.by_head[kind]

    def _record(self, rule, before, after):
        self._measure(before, after)
        if self.shown >= MOST_SHOWN:
            return
        whole = self.whole.xreplace({before: after})
        if whole != self.whole:
            self.steps.append(Step(rule.name, rule.statement, before, after, whole, rule.kind, rule.minor))
            self.whole = whole

    def _measure(self, before, after):
        """Each step shows the whole, so that n steps in n terms cost n²."""
        self.size = max(1, self.size + _nodes(after) - _nodes(before))
        check_size(self.size)
        self.shown += self.size
        self.count += 1
        if self.count > MOST_STEPS:
            raise LimitError(f"more than {MOST_STEPS:,} steps", hint="name intermediates with let")


def check_size(nodes: int) -> None:
    """Refuses a formula of so many parts."""
    if nodes > MOST_NODES:
        raise LimitError(f"a formula of more than {MOST_NODES:,} parts", hint="give parts of it names of their own")


def _nodes(e: Expr) -> int:
    return sum(1 for _ in walk(e))
