"""Slips of signs."""

from __future__ import annotations

from dataclasses import replace

from ...tex.places import Place
from ...tex.syntax import Big, Matrix, Product, Sum
from ...tex.writing import latex
from .changes import Change, Changes, flipped, is_term, negated, total, words
from .scope import Scope


def sign_of_a_term(place: Place, scope: Scope) -> Changes:
    """`a − b` for `a + b`."""
    node = place.node
    if not isinstance(node, Sum) or place.within == "variable":
        return
    label = "sum" if place.within == "bound" else "sign"
    for k, (sign, term) in enumerate(node.terms):
        terms = (*node.terms[:k], (flipped(sign), term), *node.terms[k + 1 :])
        yield Change(total(node, *terms), label, f"{flipped(sign)} {words(term)} where {sign} {words(term)} is written")
    if len(node.terms) > 1:
        yield Change(negated(node), label, f"all signs of {words(node)} are the other way round")


def sign_of_equal_entries(place: Place, scope: Scope) -> Changes:
    """`[3, −1; −1, 2]`, where `[3, 1; 1, 2]` is written: the sign of entries that are alike."""
    node = place.node
    if not isinstance(node, Matrix):
        return
    for entry in {latex(entry): entry for row in node.rows for entry in row}.values():
        rows = tuple(tuple(negated(n) if latex(n) == latex(entry) else n for n in row) for row in node.rows)
        told = f"the sign of the entries {words(entry)}: {words(negated(entry))} where {words(entry)} is written"
        yield Change(replace(node, rows=rows), "sign", told)


def sign_of_all(place: Place, scope: Scope) -> Changes:
    """`−x` for `x`."""
    plain = is_term(place) or (place.role == "body" and not place.within)
    if plain and not isinstance(place.node, Sum):
        label = "argument" if place.role == "body" and not isinstance(place.node, Product | Big) else "sign"
        yield Change(negated(place.node), label, f"-{words(place.node)} where {words(place.node)} is written")
