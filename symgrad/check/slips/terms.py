"""Slips of terms: one forgotten, one too much, brackets that reach too far or not far enough."""

from __future__ import annotations

from ...tex.places import Place
from ...tex.syntax import Group, Number, Product, Scripted, Sum, Symbol
from .changes import Change, Changes, bare, bracketed, factors_of, is_term, number, product, total, words
from .scope import Scope


def term_dropped(place: Place, scope: Scope) -> Changes:
    """A term that is too much."""
    node = place.node
    if isinstance(node, Sum) and len(node.terms) > 1 and place.within == "":
        for k, (_, term) in enumerate(node.terms):
            rest = total(node, *node.terms[:k], *node.terms[k + 1 :])
            yield Change(rest, "term", f"the term {words(term)} is too much")


def one_missing(place: Place, scope: Scope) -> Changes:
    """`a + 1`, `a − 1`, `1 − a` for a."""
    node = place.node
    if (
        place.within
        or place.role not in ("side", "body", "above", "below", "factors", "terms")
        or isinstance(node, Number)
    ):
        return
    for sign in "+-":
        new = total(node, *_terms(node), (sign, number(node, 1)))
        yield Change(_fitting(new, place), "term", f"the term {sign} 1 is missing")


def term_missing(place: Place, scope: Scope) -> Changes:
    """A term of the other sides of the chain, an operand of a definition."""
    node = place.node
    if place.within or place.role not in ("side", "body", "above", "below", "factors", "terms"):
        return
    if place.role in ("factors", "terms") and not (place.role == "factors" and isinstance(node, Symbol | Scripted)):
        return
    for term in (*scope.terms, *scope.operands, *(_products(scope) if place.role == "side" else ())):
        for sign in "+-":
            new = total(node, *_terms(node), (sign, bare_product(term)))
            yield Change(_fitting(new, place), "term", f"the term {sign} {words(term)} is missing")


def _products(scope):
    first = [s for s in scope.operands if isinstance(s, Symbol)][:6]
    return [Product(a.at, a.end, (("", a), ("", b))) for a in first for b in scope.operands[:12]]


def bare_product(node):
    return bare(node) if isinstance(node, Group) and not isinstance(bare(node), Sum) else node


def _terms(node):
    return node.terms if isinstance(node, Sum) else (("+", node),)


def _fitting(node, place):
    return node if place.role in ("side", "body", "above", "below") else Group(node.at, node.end, "(", ")", node)


def brackets_missing(place: Place, scope: Scope) -> Changes:
    """`a (b − c)` for `a b − c`, `(a b) + c` for `a (b + c)`."""
    node = place.node
    if not isinstance(node, Sum) or len(node.terms) < 2 or place.within:
        return
    for k, (sign, term) in enumerate(node.terms[:-1]):
        factors = factors_of(term)
        for cut in range(1, len(factors)):
            inside = total(node, ("+", product(node, *factors[cut:])), *node.terms[k + 1 :])
            if sign == "-":
                inside = total(
                    node, ("+", product(node, *factors[cut:])), *((_other(s), t) for s, t in node.terms[k + 1 :])
                )
            whole = product(node, *factors[:cut], ("", bracketed(inside)))
            new = total(node, *node.terms[:k], (sign, whole))
            yield Change(new, "missing factor", f"brackets: {words(whole)}")


def _other(sign):
    return "-" if sign == "+" else "+"


def brackets_superfluous(place: Place, scope: Scope) -> Changes:
    """`a b − c` for `a (b − c)`."""
    node = place.node
    if not isinstance(node, Product) or not is_term(place):
        return
    for k, (_, factor) in enumerate(node.factors):
        body = bare(factor)
        if isinstance(factor, Group) and isinstance(body, Sum):
            for only in range(len(body.terms)):
                terms = tuple(
                    (s, product(node, *node.factors[:k], ("", t), *node.factors[k + 1 :]) if j == only else t)
                    for j, (s, t) in enumerate(body.terms)
                )
                new = total(node, *terms)
                yield Change(_fitting(new, place), "missing factor", f"{words(node)} without its brackets")
