"""A derivation as JSON, schema `symgrad/derivation/1`: each expression in the input language, in Unicode, in LaTeX."""

from __future__ import annotations

import json

from sympy import Expr

from ..derivation import Derivation, Step
from .equations import printer
from .letters import Letters, letters
from .page import matrix_rows, page
from .printer import Printer
from .styles import STYLES

SCHEMA = "symgrad/derivation/1"


def to_json(
    d: Derivation, steps: str = "hint", notation: str = "both", delta: bool = False, ascii: bool = False
) -> str:
    """The whole derivation. Every step is there, whatever `steps` is, which only groups the `lines`; "none" has none.

    >>> from symgrad.expr.indices import Index, param
    >>> from symgrad.expr.nodes import Entry, Partial
    >>> from symgrad.expr.tensors import input_tensor
    >>> i = Index("i", param("n")); f, x = input_tensor("f", ()), input_tensor("x", (param("n"),))
    >>> told = json.loads(to_json(Derivation(Partial(Entry(f.ref), Entry(x.ref, i)), 2 * Entry(x.ref, i))))
    >>> told["schema"], told["result"]["code"], told["matrix"]["unicode"]
    ('symgrad/derivation/1', '2*x[i]', '2 x')
    """
    page(d, "code", steps, notation, delta)  # refuses options that do not exist
    told = {"schema": SCHEMA, **_derivation(d, steps, notation, delta)}
    return json.dumps(told, ensure_ascii=ascii, indent=2)


def _derivation(d: Derivation, steps, notation, delta) -> dict:
    wholes = (d.left, d.start, *(s.whole for s in d.steps))
    scope = letters(*wholes)

    def told(e: Expr) -> dict[str, str]:
        return {name: Printer(style, _seen(scope, e), delta)(e) for name, style in STYLES.items()}

    lines = [{"right": told(line.right), "reason": line.reason, "status": line.status} for line in d.lines(steps)]
    return {
        "left": told(d.left),
        "start": told(d.start),
        "result": told(d.result),
        "matrix": _matrix(d) if notation != "index" else None,
        "lines": lines,
        "steps": [_step(s, told) for s in d.steps] if steps != "none" else [],
        "givens": [_derivation(g, steps, notation, delta) for g in d.givens],
        "definitions": [_sides(*sides, delta) for sides in d.definitions],
        "notes": list(d.notes),
    }


def _seen(scope: Letters, e: Expr) -> Letters:
    """The scope of the derivation; a part of a line has indices in sight that the line binds."""
    return scope.open(i for i in letters(e).of if i not in scope.of)


def _step(s: Step, told) -> dict:
    parts = {"before": told(s.before), "after": told(s.after), "whole": told(s.whole)}
    return {"rule": s.rule, "statement": s.statement, **parts}


def _sides(left: Expr, right: Expr, delta) -> dict:
    told = {name: printer(left, right, style_name=name, delta=delta) for name in STYLES}
    return {"left": {n: p(left) for n, p in told.items()}, "right": {n: p(right) for n, p in told.items()}}


def _matrix(d: Derivation) -> dict | None:
    rows = {name: matrix_rows(d, name, "none") for name in ("unicode", "latex")}
    if not rows["unicode"]:
        return None
    return {"left": rows["unicode"][0].left, **{name: found[0].right for name, found in rows.items()}}
