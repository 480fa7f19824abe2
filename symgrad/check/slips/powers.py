"""Slips of exponents and quotients."""

from __future__ import annotations

from fractions import Fraction

from ...tex.places import Place, is_derivative
from ...tex.syntax import Big, Frac, Group, Number, Product, Root, Scripted, Sum, Symbol
from ..names.names import is_transpose
from .changes import Change, Changes, bare, bracketed, is_operand, number, over, power, product, words
from .scope import Scope


def _told(new, old):
    return f"{words(new)} where {words(old)} is written"


def exponent(place: Place, scope: Scope) -> Changes:
    """An exponent that is one more or less, or has the other sign, or is missing, or too much."""
    node = place.node
    if place.within in ("sub", "bound", "variable") or place.role == "base":
        return
    if isinstance(node, Scripted) and node.sup is not None and not is_transpose(node.sup):
        yield from _other_powers(node)
    elif isinstance(node, Product) and place.role in ("above", "below", "body"):
        new = power(bracketed(node), number(node, 2))
        yield Change(new, "exponent", _told(new, node))
    elif is_operand(node) and not is_derivative(node) and not (isinstance(node, Scripted) and node.sup is not None):
        base = bracketed(node)
        inverse = power(base, _minus_one(node))
        for new in (power(base, number(node, 2)), inverse, Root(node.at, node.end, bare(node))):
            if new is inverse and isinstance(node, Frac):
                continue
            yield Change(new, "exponent", _told(new, node))
        yield Change(power(base, number(node, 3)), "exponent", _told(power(base, number(node, 3)), node))


def _minus_one(node):
    return Sum(node.at, node.end, (("-", number(node, 1)),))


def _value(sup):
    if isinstance(sup, Number):
        return sup.value
    if isinstance(sup, Sum) and len(sup.terms) == 1 and sup.terms[0][0] == "-":
        inner = _value(sup.terms[0][1])
        return None if inner is None else -inner
    if isinstance(sup, Frac) and isinstance(sup.above, Number) and isinstance(sup.below, Number):
        return sup.above.value / sup.below.value
    if isinstance(sup, Product) and [op for op, _ in sup.factors] == ["", "/"]:
        above, below = (_value(f) for _, f in sup.factors)
        return None if above is None or not below else above / below
    return None


def _other_powers(node):
    value = _value(node.sup)
    if value is None:
        return
    for other in (value + 1, value - 1, -value, value * 2, value / 2, Fraction(1)):
        new = power(node, _written(node.sup, other))
        if other != value and (other or value == 1):
            yield Change(new, "exponent", _told(new, node))
        if other == 1 and isinstance(new, Group):
            yield Change(bare(new), "exponent", _told(new, node))


def _written(at, value):
    if value == 1:
        return None
    size = abs(value)
    made = number(at, size) if size.denominator == 1 else over(number(at, size.numerator), number(at, size.denominator))
    return made if value > 0 else Sum(at.at, at.end, (("-", made),))


def entries_squared(place: Place, scope: Scope) -> Changes:
    """`h ⊙ h` for `h`."""
    node = place.node
    if not place.within and isinstance(node, Symbol | Scripted) and place.role != "base" and is_operand(node):
        yield Change(product(node, ("", node), ("odot", node)), "exponent", f"{words(node)} squared, entry by entry")


def squared_function(place: Place, scope: Scope) -> Changes:
    """`\\tanh^2(z)` for `\\tanh(z)`."""
    node = place.node
    if isinstance(node, Symbol) and place.role == "factors" and scope.table.find(node) is None and len(node.name) > 1:
        new = Scripted(node.at, node.end, node, sup=number(node, 2))
        yield Change(new, "exponent", _told(new, node))


def root(place: Place, scope: Scope) -> Changes:
    """The radicand for the root."""
    node = place.node
    if isinstance(node, Root) and node.degree is None:
        yield Change(bracketed(node.of), "exponent", _told(node.of, node))


def quotient(place: Place, scope: Scope) -> Changes:
    """Numerator and denominator swapped; a term that is its own inverse."""
    node = place.node
    if isinstance(node, Frac) and node.above is not None and node.below is not None and place.within in ("", "sup"):
        yield Change(over(node.below, node.above), "exponent", "numerator and denominator are swapped")
    if isinstance(node, Product) and not place.within:
        for k, (op, factor) in enumerate(node.factors):
            if k and op in ("", "cdot", "/"):
                turned = (*node.factors[:k], ("" if op == "/" else "/", factor), *node.factors[k + 1 :])
                new = Product(node.at, node.end, turned)
                yield Change(new, "exponent", f"{words(factor)} {'multiplies' if op == '/' else 'divides'}")
        for k in range(2, len(node.factors)):
            inverse = over(number(node, 1), product(node, *node.factors[:k]))
            yield Change(
                product(node, ("", inverse), *node.factors[k:]),
                "factor",
                f"{words(product(node, *node.factors[:k]))} divides",
            )
    if place.role == "side" and not isinstance(node, Frac | Sum | Big):
        yield Change(over(number(node, 1), node), "exponent", "the inverse")


def grouped_power(place: Place, scope: Scope) -> Changes:
    """`a² + b²` for `(a + b)²`."""
    node = place.node
    inside = bare(node.base) if isinstance(node, Scripted) else None
    if isinstance(node, Scripted) and isinstance(inside, Sum) and isinstance(node.sup, Number):
        odd = node.sup.value % 2
        terms = tuple((s if odd else "+", power(bracketed(t), node.sup)) for s, t in inside.terms)
        new = Sum(node.at, node.end, terms)
        yield Change(bracketed(new), "other", _told(new, node))
