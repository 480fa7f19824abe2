"""Which values become statements, which are written into others, and where a buffer may be written over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from operator import attrgetter

from ..expr.walk import operands_first
from .program import Value

INFIX = {
    "add": ("+", 4),
    "subtract": ("-", 4),
    "multiply": ("*", 5),
    "divide": ("/", 5),
    "floor_divide": ("//", 5),
    "remainder": ("%", 5),
    "power": ("**", 7),
    "greater": (">", 2),
    "greater_equal": (">=", 2),
    "less": ("<", 2),
    "equal": ("==", 2),
    "not_equal": ("!=", 2),
    "logical_and": ("&", 3),
}
"""Operators of Python and their precedence; a comparison is put in parentheses everywhere."""
ALWAYS_INLINE = {"number", "size", "axes", "item", "broadcast"}
VIEWS = {"axes", "reshape", "window", "broadcast", "item", "input", "cast"}
"""Operations whose result may share memory with their operand."""
FRESH_PAIRS = {"logsumexp_softmax_rows", "normal_cdf_gaussian"}
"""Operations both of whose results are arrays of their own."""
DEEPEST = 3
"""Operators in one line."""
LARGE = 1 << 15
"""Entries from which on an array is worth blocks."""
WORTH_A_LINE = 1 << 11
"""Entries from which on writing over an operand is worth a line of its own."""
ASSUMED = 256
"""What a symbolic size counts for that."""


@dataclass
class Schedule:
    """`statements` in order; `last[v]` is the place of the last statement that reads v's memory."""

    statements: list[Value]
    inline: set[Value]
    last: dict[Value, float]
    outputs: set[Value]

    def leaves(self, v: Value) -> list[Value]:
        """The statements (and inputs) that the text of v names."""
        found = []
        for a in v.args:
            found += self.leaves(a) if a in self.inline else [a]
        return found

    def free_at(self, v: Value, place: int) -> bool:
        """Whether the memory of v is its own and read for the last time by the statement at this place."""
        return (
            (v not in self.inline or v.op == "item")
            and owns_memory(v)
            and v.kind == "float"
            and v not in self.outputs
            and bool(v.shape)
            and self.last.get(v.args[0] if v.op == "item" else v, -1) <= place
        )


def schedule(outputs: Sequence[Value]) -> Schedule:
    """Values needed for the outputs in an order in which they can be computed."""
    order = needed(outputs)
    uses: dict[Value, int] = dict.fromkeys(order, 0)
    reader: dict[Value, Value] = {}  # the last one
    for v in order:
        for a in v.args:
            uses[a] += 1
            reader[a] = v
    asked = set(outputs)
    inline: set[Value] = set()
    depth: dict[Value, int] = {}
    for v in order:
        depth[v] = operators(v, depth, inline)
        once = uses[v] == 1 and v not in asked and v.op != "input"
        small = (v.shape == () and depth[v] <= DEEPEST) or (infix(v) and depth[v] < DEEPEST)
        number = v.op == "cast" and v.args[0].op == "size"
        over = any(
            reader[a] is v and worth_taking(a, v) and a not in asked and (a not in inline or a.op == "item")
            for a in v.args
        )
        if v.op in ALWAYS_INLINE or number or (once and small and not over):
            inline.add(v)
    inline -= {v for v in asked if v.op not in ("number", "size", "item")}
    statements = [v for v in order if v not in inline and v.op != "input"]
    return in_place(rescheduled(Schedule(statements, inline, {}, asked), statements))


def in_place(plan: Schedule) -> Schedule:
    """The plan with a line of its own for a part of a line that may be written over an operand, just before that line.

    What reads the operand too may come between the part, in the order of the graph, and the line that it is a part of.
    """
    statements: list[Value] = []
    for place, line in enumerate(plan.statements):
        leaves = plan.leaves(line)
        parts = [v for v in line.args if v in plan.inline and infix(v)]
        for v in parts:
            if any(worth_taking(a, v) and plan.free_at(a, place) and leaves.count(a) == 1 for a in v.args):
                plan.inline.discard(v)
                statements.append(v)
        statements.append(line)
    return rescheduled(plan, statements)


def rescheduled(plan: Schedule, statements: Sequence[Value]) -> Schedule:
    """The plan with its statements in another order."""
    plan = Schedule(list(statements), plan.inline, {}, plan.outputs)
    for place, v in enumerate(statements):
        for a in plan.leaves(v):
            plan.last[a] = place
    for v in plan.outputs:
        plan.last[v] = float("inf")
    for v in reversed(needed(list(plan.outputs))):
        if v.op in VIEWS and v.args:  # what a view reads is its operand's memory
            plan.last[v.args[0]] = max(plan.last.get(v.args[0], -1), plan.last.get(v, -1))
    return plan


def owns_memory(v: Value) -> bool:
    """Whether the result of v shares no memory with an operand."""
    return v.op not in VIEWS or (v.op == "item" and v.args[0].op in FRESH_PAIRS)


def worth_taking(a: Value, v: Value) -> bool:
    """Whether v may be written over its operand a, and that is worth a line of its own."""
    return owns_memory(a) and a.kind == v.kind == "float" and a.shape == v.shape and large(v, WORTH_A_LINE)


def large(v: Value, least: int = 0) -> bool:
    """Whether v is likely to have many entries: `least`, or as many as are worth blocks."""
    return len(v.shape) > 1 and prod(int(n) if n.is_Integer else ASSUMED for n in v.shape) >= min(least or LARGE, LARGE)


def needed(outputs: Sequence[Value]) -> list[Value]:
    """Every value that the outputs need, operands first."""
    return operands_first(outputs, attrgetter("args"))


def infix(v: Value) -> bool:
    return v.op == "ufunc" and (v.options[0] in INFIX or v.options[0] == "negative")


def operators(v: Value, depth, inline) -> int:
    """How many operators deep the text of v is."""
    below = max((depth[a] for a in v.args if a in inline), default=0)
    return below + (v.op not in ("number", "size", "axes", "item", "input"))
