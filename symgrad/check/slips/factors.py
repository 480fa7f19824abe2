"""Slips of factors: a number, a size, an operand that is missing, doubled or too much."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from itertools import product as pairs

from ...tex.places import Place, places
from ...tex.syntax import Frac, Group, Node, Number, Product, Root, Scripted, Sum, Symbol, Tuple
from ..names.letters import is_index_function
from .changes import Change, Changes, bare, bracketed, half, is_operand, is_term, number, over, product, words
from .scope import Scope

NUMBERS = ((2, 1), (1, 2), (4, 1), (1, 4), (3, 1), (1, 3))


def _missing(what: Node | None, text: str = "") -> str:
    return f"the factor {text or (words(what) if what is not None else 1)} is missing"


def _wraps(place):
    """Whether a product can stand where the node stands."""
    return is_term(place) or (place.role == "body" and place.within == "")


def number_missing(place: Place, scope: Scope) -> Changes:
    """2, ½ before a term."""
    node = place.node
    if not _wraps(place) and not (isinstance(node, Sum) and place.role == "side"):
        return
    label = "argument" if place.role == "body" and isinstance(node, Symbol | Scripted) else "factor"
    for above, below in NUMBERS:
        factor = number(node, above) if below == 1 else half(node, above, below)
        text = str(above) if below == 1 else f"1/{below}"
        yield Change(product(node, ("", factor), ("", node)), label, _missing(None, text))


def number_wrong(place: Place, scope: Scope) -> Changes:
    """A number that is another, or none."""
    node = place.node
    if not isinstance(node, Number) or place.within in ("variable", "sub", "bound") or place.role == "sup":
        return
    for value in (node.value * 2, node.value / 2, node.value + 1, node.value - 1, node.value**2):
        if value not in (node.value, 0) and value.denominator in (1, 2):
            written = number(node, value) if value.denominator == 1 else half(node, value.numerator, 2)
            label = "exponent" if place.within == "sup" else "term" if place.role == "terms" else "factor"
            yield Change(written, label, f"{words(written)} where {words(node)} is written")


def factor_dropped(place: Place, scope: Scope) -> Changes:
    """A factor that is too much."""
    node = place.node
    if not isinstance(node, Product) or place.within == "variable":
        return
    for k, (_, factor) in enumerate(node.factors):
        rest = (*node.factors[:k], *node.factors[k + 1 :])
        if k == 0 and len(rest) and rest[0][0] == "/":
            continue
        label = {"delta": "delta"}.get(_label(factor, place, scope), "factor")
        yield Change(product(node, *rest), label, f"the factor {words(factor)} is too much")


def fraction_part_dropped(place: Place, scope: Scope) -> Changes:
    """A numerator alone, or one over the denominator."""
    node = place.node
    if isinstance(node, Frac) and node.above is not None and node.below is not None and place.within == "":
        yield Change(bracketed(node.above), "factor", f"the factor 1/{words(node.below)} is too much")
        if not isinstance(node.above, Number):
            change = over(number(node, 1), node.below)
            yield Change(change, "factor", f"the factor {words(node.above)} is too much")


def size_missing(place: Place, scope: Scope) -> Changes:
    """1/N, N."""
    node = place.node
    if not _wraps(place) and not (isinstance(node, Sum) and place.role == "side"):
        return
    for size in scope.sizes:
        inverse = over(number(node, 1), size)
        yield Change(product(node, ("", inverse), ("", node)), "missing factor", _missing(None, f"1/{words(size)}"))
        yield Change(product(node, ("", size), ("", node)), "missing factor", _missing(size))
    for size in scope.sizes:
        root = over(number(node, 1), Root(node.at, node.end, size))
        yield Change(product(node, ("", root), ("", node)), "missing factor", _missing(root))


def size_missing_in_an_index(place: Place, scope: Scope) -> Changes:
    """`x_{si+k}`, where `x_{i+k}` is written."""
    node = place.node
    if place.within in ("sub", "sup") and isinstance(node, Symbol) and spelled_in(node, scope):
        for size in scope.sizes:
            label = "missing factor" if place.within == "sub" else "exponent"
            yield Change(product(node, ("", size), ("", node)), label, _missing(size))


def sizes_missing_in_indices(place: Place, scope: Scope) -> Changes:
    """`X_{si+p,sj+q}`, where `X_{i+p,j+q}` is written: one size before a letter of each of two indices."""
    node = place.node
    if place.role != "sub" or not isinstance(node, Tuple):
        return
    for size in scope.sizes[:4]:
        ways = [_first_letters(item, size, scope) for item in node.items]
        for a, b in combinations([k for k, found in enumerate(ways) if found], 2):
            for one, other in pairs(ways[a], ways[b]):
                new = [*node.items]
                new[a], new[b] = one, other
                yield Change(replace(node, items=tuple(new)), "missing factor", _missing(size))


def _first_letters(item, size, scope):
    """An index with a size before one of its letters."""
    letters = [p for p in places(item) if isinstance(p.node, Symbol) and spelled_in(p.node, scope)]
    return [p.put(product(p.node, ("", size), ("", p.node))) for p in letters[:2]]


def spelled_in(node: Symbol, scope: Scope) -> bool:
    """Whether a letter is one of the claim's."""
    return node.name in scope.letters


def operand_missing(place: Place, scope: Scope) -> Changes:
    """A factor of the other side, of the chain, of a definition: before the term or behind it."""
    node = place.node
    if not _wraps(place) and not (isinstance(node, Sum) and place.role == "side"):
        return
    entrywise = _entrywise(scope)
    for factor in scope.operands:
        label = _label(factor, place, scope)
        single = bare(factor) if isinstance(node, Sum) else factor
        yield Change(product(node, ("", single), ("", node)), label, _missing(single))
        if scope.in_numbers:
            continue
        yield Change(product(node, ("", node), ("", single)), label, _missing(single))
        if entrywise:
            yield Change(product(node, ("", node), (entrywise, single)), label, _missing(single))


def operand_missing_inside(place: Place, scope: Scope) -> Changes:
    """A factor that is missing between two others: `Xᵀ S z`, where `Xᵀ z` is written."""
    node = place.node
    if place.within or scope.in_numbers or not isinstance(node, Product):
        return
    for factor in scope.operands[:16]:
        for k in range(1, len(node.factors)):
            new = product(node, *node.factors[:k], ("", factor), *node.factors[k:])
            yield Change(new, _label(factor, place, scope), _missing(factor))


def divisor_missing(place: Place, scope: Scope) -> Changes:
    """A divisor of the other side."""
    node = place.node
    if is_term(place) and not isinstance(node, Sum):
        for factor in scope.operands:
            inverse = over(number(node, 1), factor)
            yield Change(
                product(node, ("", inverse), ("", node)), "missing factor", _missing(None, f"1/{words(factor)}")
            )


def complement(place: Place, scope: Scope) -> Changes:
    """`1 − u` for u, u for `1 − u`; and both, as the slope of a sigmoid."""
    node = place.node
    if place.within or place.role not in ("factors", "side", "terms", "body", "above", "below"):
        return
    signs = ("", *filter(None, (_entrywise(scope),)))
    inside = bare(node)
    if isinstance(inside, Sum):
        of = _complemented(inside)
        for op in signs if of is not None else ():
            yield Change(product(node, ("", of), (op, bracketed(inside))), "missing factor", _missing(of))
    elif isinstance(node, Symbol | Scripted) or (isinstance(node, Group) and node.left == "("):
        less = Group(node.at, node.end, "(", ")", Sum(node.at, node.end, (("+", number(node, 1)), ("-", inside))))
        yield Change(less, "term", f"1 - {words(inside)} where {words(inside)} is written")
        for op in signs:
            yield Change(product(node, ("", node), (op, less)), "inner derivative", _missing(less))


def _complemented(node):
    """u of `1 − u`."""
    match node.terms:
        case (("+", Number(value=1)), ("-", of)) if is_operand(of):
            return of
    return None


def _entrywise(scope):
    """The sign of a product by entries that the claim or its chain has."""
    signs = {op for side in scope.near for n in side.walk() if isinstance(n, Product) for op, _ in n.factors}
    return next((op for op in ("odot", "ast", "circ") if op in signs), "")


def _label(factor, place, scope):
    if isinstance(factor, Number) or (isinstance(factor, Symbol) and factor.name in scope.table.sizes):
        return "factor"
    if isinstance(factor, Frac) and all(isinstance(n, Number | Symbol) for n in (factor.above, factor.below)):
        return "factor"
    if isinstance(factor, Scripted) and is_index_function(factor):
        return "delta"
    if any(isinstance(n, Scripted) and n.primes for n in factor.walk()):
        return "inner derivative"
    return "missing factor"
