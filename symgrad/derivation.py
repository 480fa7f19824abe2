"""Derivation: a left side, a first right side and the steps to the answer. What is printed is its last step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from sympy import Expr

from .errors import OptionError

STEPS = ("hint", "all", "none")


@dataclass(frozen=True)
class Step:
    """One rewrite: `before` became `after` by `rule`; `whole` is the entire right side after it.

    `kind` groups small steps into one printed line: consecutive steps of one kind are one line. A `minor` step is not
    named on that line, unless all of them are minor.
    """

    rule: str
    statement: str
    before: Expr
    after: Expr
    whole: Expr
    kind: str = ""
    minor: bool = False


@dataclass(frozen=True)
class Line:
    """A printed line: a right side, the rules that led to it, and what a judge says of it."""

    right: Expr
    reason: str = ""
    status: str = ""


@dataclass(frozen=True)
class Derivation:
    """`left = start = … = result`, with the derivations and definitions it uses.

    `givens` derive the named cotangents that occur in it, `definitions` say what other names mean, `notes` which
    conventions were used. `judge(right)` gives the verdict of a line, where there is a judge.
    """

    left: Expr
    start: Expr
    steps: tuple[Step, ...] = ()
    givens: tuple[Derivation, ...] = ()
    definitions: tuple[tuple[Expr, Expr], ...] = ()
    notes: tuple[str, ...] = ()
    reason: str = ""
    judge: Callable[[Expr], str] | None = field(default=None, compare=False, repr=False)

    @property
    def result(self) -> Expr:
        """The right side after the last step."""
        return self.steps[-1].whole if self.steps else self.start

    def lines(self, steps: str = "hint") -> tuple[Line, ...]:
        """The right sides to print: every step ("all"), a line a group of small steps ("hint"), the answer ("none")."""
        if steps not in STEPS:
            raise OptionError(f"steps={steps!r}", hint=f"one of {', '.join(STEPS)}")
        if steps == "none":
            return (self._line(self.result, ""),)
        groups = [(step,) for step in self.steps] if steps == "all" else _groups(self.steps)
        lines, shown = [Line(self.start, self.reason)], self.start
        for group in groups:
            right = group[-1].whole
            if right != shown:
                lines.append(self._line(right, _names(group)))
                shown = right
        return tuple(lines)

    def _line(self, right, reason):
        return Line(right, reason, self.judge(right) if self.judge else "")


def _names(group):
    major = [step.rule for step in group if not step.minor] or [group[-1].rule]
    return ", ".join(dict.fromkeys(major))


def _groups(steps):
    groups: list[list[Step]] = []
    for step in steps:
        if groups and groups[-1][-1].kind == step.kind:
            groups[-1].append(step)
        else:
            groups.append([step])
    return groups
