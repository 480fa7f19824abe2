"""Statements that can be computed for some rows at a time: in blocks of rows everything between stays in the cache."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sympy import Expr

from .program import Value
from .schedule import Schedule, large

FEWEST = 4
"""Operations on arrays from which on a loop over blocks pays."""
ALONG_AXES = {"reduce", "sum_over", "logsumexp", "softmax_rows", "logsumexp_softmax_rows", "argbest"}
"""Operations over axes, the last option; the other axes are computed each for itself."""
ENTRYWISE = {"ufunc", "where", "selected", "cast", "normal_cdf_gaussian"}


@dataclass
class Rows:
    """What a value reads for a block of its rows: `cut` along the first axis, or `whole`."""

    cut: dict[Value, None] = field(default_factory=dict)
    whole: dict[Value, None] = field(default_factory=dict)

    def fits(self, other: Rows) -> bool:
        """Whether none reads whole what the other cuts."""
        return not (self.cut.keys() & other.whole.keys() or self.whole.keys() & other.cut.keys())

    def update(self, other: Rows) -> None:
        self.cut.update(other.cut)
        self.whole.update(other.whole)


@dataclass
class Group:
    """Statements that are computed together, in order, and what they read from outside; several in blocks of rows."""

    statements: list[Value]
    reads: Rows = field(default_factory=Rows)


def row_wise(v: Value, plan: Schedule) -> Rows | None:
    """What v reads for a block of its rows; None if its rows are not computed each for itself.

    Rows run along the first axis of v, and of every value that is cut.
    """
    found = Rows()
    return found if v.shape and _node(v, v.shape[0], plan, found) and found.fits(found) else None


def _node(v: Value, n: Expr, plan: Schedule, found: Rows) -> bool:
    """Whether v, that has n rows, can be computed for some of them."""
    if v.op in ENTRYWISE:
        return all(
            _leaf(a, n, plan, found) if len(a.shape) == len(v.shape) and a.shape[0] == n else _constant(a, plan, found)
            for a in v.args
        )
    if v.op == "item" or (v.op == "axes" and v.options[0][:1] == (0,)):
        return _leaf(v.args[0], n, plan, found)
    if v.op in ALONG_AXES:
        places = v.options[0] if v.op == "argbest" else v.options[-1]
        return 0 not in places and _leaf(v.args[0], n, plan, found)
    if v.op == "contract":
        left, right, out = v.options
        each = out and left[0] == right[0] == out[0] and set(left) == set(right)
        return bool(each) and all(_leaf(a, n, plan, found) for a in v.args)
    return False


def _leaf(v, n, plan, found):
    if v in plan.inline:
        return _node(v, n, plan, found)
    found.cut[v] = None
    return True


def _constant(v, plan, found):
    """v is the same for all rows."""
    found.whole.update(dict.fromkeys(plan.leaves(v) if v in plan.inline else [v]))
    return True


def grouped(plan: Schedule) -> list[Group]:
    """The statements in an order in which those for the same rows stand together."""
    found: list[Group] = []
    pending = list(plan.statements)
    while pending:
        first, *rest = pending
        group, before, after = _collected(first, rest, plan)
        if group and sum(operations(v, plan) for v in group.statements) >= FEWEST:
            found += [*(Group([v]) for v in before), group]
            pending = after
        else:
            found.append(Group([first]))
            pending = rest
    return found


def with_parts(groups: Sequence[Group], plan: Schedule) -> list[Group]:
    """The groups with the parts of lines that are statements of the plan by now, each just before its line."""
    place = {v: k for k, v in enumerate(plan.statements)}
    found, start = [], 0
    for group in groups:
        stop = place[group.statements[-1]] + 1
        lines, start = plan.statements[start:stop], stop
        found += [Group(lines, group.reads)] if len(group.statements) > 1 else [Group([v]) for v in lines]
    return found


def _collected(first, rest, plan):
    """(group, what must come before it, what comes after it) of a statement and those that can join it."""
    start = row_wise(first, plan) if large(first) else None
    if start is None:
        return None, [], rest
    group, before = Group([first], start), []
    waiting: list[Value] = []
    late = {first}  # in the group, or in need of it
    for v in rest:
        needed = [*_needed(v, waiting, plan), v]
        if not late & set(needed[:-1]) and _joins(needed, group, plan):
            before += [w for w in needed if w not in group.statements]
            waiting = [w for w in waiting if w not in needed]
        else:
            waiting.append(v)
        if late & set(plan.leaves(v)) or v in group.statements:
            late.add(v)
    return group, before, waiting


def _joins(needed, group, plan):
    """Adds the last one to the group if it can be, and of those before it that it needs the ones that can be."""
    *others, v = needed
    trial, reads = list(group.statements), Rows(dict(group.reads.cut), dict(group.reads.whole))
    for w in needed:
        rows = row_wise(w, plan) if w.shape and w.shape[0] == group.statements[0].shape[0] else None
        if rows is not None and reads.fits(rows) and not rows.whole.keys() & set(trial):
            trial.append(w)
            reads.update(rows)
    if trial[-1] is not v or not set(plan.leaves(v)) & {*group.statements, *group.reads.cut, *others}:
        return False
    if any(set(plan.leaves(w)) & set(trial) for w in others if w not in trial):
        return False
    group.statements, group.reads = trial, Rows({r: None for r in reads.cut if r not in trial}, reads.whole)
    return True


def _needed(v, waiting, plan):
    """Those that wait and that v needs, in order."""
    wanted, found = set(plan.leaves(v)), []
    for w in reversed(waiting):
        if w in wanted:
            found.append(w)
            wanted |= set(plan.leaves(w))
    return found[::-1]


def operations(v: Value, plan: Schedule) -> int:
    """How many passes over large arrays the statement makes."""
    return (v.op != "axes" and large(v)) + sum(operations(a, plan) for a in v.args if a in plan.inline)


def stored(group: Group, groups: Sequence[Group], plan: Schedule) -> list[Value]:
    """Values of the group that are read outside of it, or asked for."""
    outside = {a for g in groups if g is not group for v in g.statements for a in plan.leaves(v)}
    outside |= {a for v in plan.outputs for a in (plan.leaves(v) if v in plan.inline else [v])}
    return [v for v in group.statements if v in outside]
