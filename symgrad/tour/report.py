"""What the tour prints: headings, formulas, and comparisons that are counted."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import NamedTuple

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text
from sympy import Integer

from ..errors import EvaluationError
from ..expr.evaluate import EXACT, FLOAT, order
from ..expr.tensors import Tensor
from ..faces.results import Answer
from ..faces.values import arrays_of
from ..render.equations import value

CLOSE = 1e-12
SIZES = {"C": 3, "H": 4, "K": 2, "N": 2, "V": 5, "h": 3, "m": 3, "n": 2}
"""Sizes at which two formulas are compared."""


class Report:
    """Prints to a console and counts what agrees. Comparisons that follow one another are one table."""

    def __init__(self, console: Console):
        self.console, self.agreed, self.failed = console, 0, 0
        self.rows: list[Row] = []

    def heading(self, title: str) -> None:
        self.say(title, "bold")
        self.say("─" * len(title), "dim")

    def say(self, text: str, style: str = "") -> None:
        self._flush()
        self.console.print(Text(text, style), soft_wrap=True)

    def show(self, block: str) -> None:
        """A formula or a derivation, set off from the text."""
        self.say("\n".join(f"    {line}".rstrip() for line in block.splitlines()) + "\n")

    def number(self, what: str, got, want, *, source: str = "slide") -> None:
        """Numbers, compared exactly where they are fractions and to 12 digits where they are floats."""
        self._compare(what, same(got, want), value(want, 6), value(got, 6), source)

    def formula(self, what: str, got: Answer, want: Tensor, written: str, *, source: str = "slide") -> None:
        """Two formulas, compared at random values of everything in them."""
        self._compare(what, same_formula(got, want), written, got.answer_text(), source)

    def fact(self, what: str, got, want, *, source: str = "slide") -> None:
        """Anything that is equal or is not."""
        self._compare(what, got == want, str(want), str(got), source)

    def total(self) -> int:
        """The last line, and the exit code."""
        count = self.agreed + self.failed
        self.say(f"{self.agreed} of {count} comparisons agree", "bold red" if self.failed else "bold green")
        return int(bool(self.failed))

    def _compare(self, what, agrees, want, got, source):
        self.agreed += agrees
        self.failed += not agrees
        self.rows.append(Row(agrees, what, f"{source}  {want}", f"symgrad  {got}"))

    def _flush(self):
        """The table of what was compared: two columns, or below one another where the console is too narrow."""
        rows, self.rows = self.rows, []
        label = max((cell_len(row.what) for row in rows), default=0)
        fits = [row for row in rows if label + cell_len(row.want) + cell_len(row.got) + 10 <= self.console.width]
        column = max((cell_len(row.want) for row in fits), default=0)
        for row in rows:
            between = " " * (column - cell_len(row.want) + 3) if row in fits else "\n" + " " * (label + 7)
            mark = Text("  ✓ ", "green") if row.agrees else Text("  ✗ ", "bold red")
            what = row.what + " " * (label - cell_len(row.what) + 3)
            self.console.print(mark + Text(f"{what}{row.want}{between}{row.got}"), soft_wrap=True)
        if rows:
            self.console.print()


class Row(NamedTuple):
    """One comparison."""

    agrees: bool
    what: str
    want: str
    got: str


def same(got, want) -> bool:
    """Equal fractions, floats equal to 12 digits, lists of them; a float beside a fraction is the decimal it prints as.

    >>> same([Fraction(1, 10)], [0.1]), same([0.1 + 0.2], [0.3]), same([1.0], [1.0, 2.0])
    (True, True, False)
    """
    if isinstance(want, (list, tuple)):
        return isinstance(got, (list, tuple)) and len(got) == len(want) and all(map(same, got, want))
    if isinstance(got, (int, Fraction)):
        return got == Fraction(str(want))
    return math.isclose(got, want, rel_tol=CLOSE, abs_tol=CLOSE)


def exact(t: Tensor | Answer, values: Mapping, *also: Tensor):
    """The value as fractions, decimals being what they say; in floating point where it is irrational."""
    tensor, sources = (t.tensor, (t.target, t.wrt)) if isinstance(t, Answer) else (t, also)
    try:
        return arrays_of([tensor], values, *sources, space=EXACT)[0].nested()
    except EvaluationError:
        return arrays_of([tensor], values, *sources, space=FLOAT)[0].nested()


def same_formula(got: Answer, want: Tensor) -> bool:
    """Whether two tensors have the same values, at three random points."""
    inputs = {t.name: t for t in order([got.target, want]) if t.is_input}
    points = (sample(inputs.values(), seed) for seed in range(3))
    return all(same(exact(got, point), exact(want, point, got.target)) for point in points)


def sample(inputs: Iterable[Tensor], seed: int) -> dict:
    """Random decimals of one digit for each input; its symbolic sizes as in SIZES."""
    source = random.Random(seed)
    return {t.name: _filled([int(n.xreplace(_sizes(n))) for n in t.shape], source) for t in inputs}


def _sizes(n):
    return {s: Integer(SIZES[s.name]) for s in n.free_symbols}


def _filled(shape, source):
    if not shape:
        return Fraction(source.choice([k for k in range(-20, 21) if k]), 10)
    return [_filled(shape[1:], source) for _ in range(shape[0])]
