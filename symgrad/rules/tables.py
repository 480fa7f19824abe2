"""The passes: which tables run together, in which order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sympy import Expr

from ..derivation import Derivation
from ..expr.conventions import PYTORCH, Conventions
from ..rewrite import Table, rewrite
from .algebra import ALGEBRA
from .delta import CONTRACT, DIVIDE
from .partial import partial_rules
from .sums import SUMS

TIDY_SUMS = tuple(r for r in SUMS if r.name in ("empty sum", "one term", "constant sum", "take out"))
TIDY = (*TIDY_SUMS, *CONTRACT, *ALGEBRA)


def passes(conventions: Conventions = PYTORCH, facts: Table = ()) -> tuple[tuple[Table, ...], ...]:
    """The passes in order: differentiate and contract by ±1, then by division, then tidy.

    Contraction by ±1 comes first because it needs no divisibility bracket.
    """
    return ((partial_rules(conventions), SUMS, CONTRACT), *contraction(facts))


def contraction(facts: Table = ()) -> tuple[tuple[Table, ...], ...]:
    """The passes for an expression whose partials stay as they are. Facts come last, on what holds without them."""
    known = ((facts, SUMS, CONTRACT), (facts, TIDY)) if facts else ()
    return ((SUMS, CONTRACT), (SUMS, CONTRACT, DIVIDE), (TIDY,), *known)


def work_out(e: Expr, conventions: Conventions = PYTORCH, facts: Table = (), left: Expr | None = None) -> Derivation:
    """e with its partials worked out, its deltas contracted and its terms tidied, as one derivation."""
    return chain(e, passes(conventions, facts), left)


def chain(e: Expr, tables: Iterable[tuple[Table, ...]], left: Expr | None = None) -> Derivation:
    """One rewrite after the other, as one derivation; each pass is a tuple of tables."""
    whole = Derivation(e if left is None else left, e)
    for each in tables:
        part = rewrite(whole.result, each)
        whole = replace(whole, steps=whole.steps + part.steps)
    return whole
