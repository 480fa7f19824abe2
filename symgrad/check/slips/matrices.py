"""Slips of matrices: transposes, the order of a product, ⊙ for a product."""

from __future__ import annotations

from dataclasses import replace

from ...tex.places import Place
from ...tex.syntax import Group, Node, Number, Product, Scripted, Symbol
from ..names.names import is_transpose
from .changes import Change, Changes, bare, bracketed, factors_of, is_operand, power, product, total, words
from .scope import Scope


def _turned(node: Node, scope: Scope) -> Node | None:
    """The transpose of one factor."""
    if isinstance(node, Scripted) and is_transpose(node.sup):
        return bare(power(node, None))
    if isinstance(node, Scripted) and node.primes == 1 and node.sup is None:
        return replace(node, primes=0) if node.sub else node.base
    if isinstance(node, Scripted) and node.sup is not None:
        return power(Group(node.at, node.end, "(", ")", node), scope.transposed())
    return power(node, scope.transposed()) if isinstance(node, Symbol | Scripted | Group) else None


def transpose(place: Place, scope: Scope) -> Changes:
    """`Aᵀ` for `A`, `A` for `Aᵀ`."""
    node = place.node
    if place.within or place.role == "base" or not (is_operand(node) or isinstance(node, Product)):
        return
    turned = power(bracketed(node), scope.transposed()) if isinstance(node, Product) else _turned(node, scope)
    if turned is not None:
        yield Change(turned, "transpose", f"{words(turned)} where {words(node)} is written")


def order(place: Place, scope: Scope) -> Changes:
    """Two factors side by side the other way round; two names that stand in each other's place."""
    node = place.node
    if not isinstance(node, Product) or place.within or len(node.factors) > 8:
        return
    factors = node.factors
    for k in range(len(factors)):
        for j in range(k + 1, len(factors)):
            a, b = factors[k], factors[j]
            if isinstance(a[1], Number) or isinstance(b[1], Number) or _applies(factors, k, scope):
                continue
            swapped = [*factors]
            swapped[k], swapped[j] = (a[0], b[1]), (b[0], a[1])
            text = f"{words(b[1])} stands before {words(a[1])}"
            yield Change(product(node, *swapped), "transpose", text)
            bases = _exchanged(a[1], b[1], scope)
            if bases is not None:
                swapped[k], swapped[j] = (a[0], bases[0]), (b[0], bases[1])
                yield Change(product(node, *swapped), "transpose", f"{words(a[1])} and {words(b[1])} change places")
    for k, (op, _) in enumerate(factors):
        if op == "otimes":
            new = (*factors[k:], ("otimes", factors[0][1]), *factors[1:k])
            yield Change(product(node, *new), "other", "the order of the two sides of the product")
    if len(factors) > 2:
        for k in range(1, len(factors)):
            yield Change(product(node, *factors[k:], *factors[:k]), "transpose", "the order of the factors")


def _applies(factors, k, scope):
    """Whether a factor is a function before its argument."""
    after = factors[k + 1][1] if k + 1 < len(factors) else None
    found = scope.table.find(factors[k][1]) if isinstance(factors[k][1], Symbol | Scripted) else None
    return isinstance(after, Group) and found is not None and found.quantity.is_function


def two_transposes(place: Place, scope: Scope) -> Changes:
    """`x xᵀ` for `xᵀ x`, `Aᵀ Bᵀ` for `A B`."""
    node = place.node
    if not isinstance(node, Product) or place.within or len(node.factors) > 5:
        return
    factors = node.factors
    for k in range(len(factors)):
        for j in range(k + 1, len(factors)):
            if _applies(factors, k, scope):
                continue
            first_turned, second_turned = _turned(factors[k][1], scope), _turned(factors[j][1], scope)
            if first_turned is None or second_turned is None or any(isinstance(factors[i][1], Number) for i in (k, j)):
                continue
            for first, second in ((k, j), (j, k)):
                new = [*factors]
                new[k] = (factors[k][0], first_turned if first == k else second_turned)
                new[j] = (factors[j][0], second_turned if second == j else first_turned)
                text = f"{words(new[k][1])} and {words(new[j][1])} stand there"
                yield Change(product(node, *new), "transpose", text)


def _exchanged(a, b, scope):
    """Each with the transpose of the other."""
    marked = [isinstance(n, Scripted) and is_transpose(n.sup) for n in (a, b)]
    if marked[0] == marked[1]:
        return None
    x, y = (_turned(n, scope) for n in (a, b))
    return (y, x) if x is not None and y is not None else None


def symmetric_part(place: Place, scope: Scope) -> Changes:
    """`C + Cᵀ` for `2 C`."""
    node = place.node
    if not isinstance(node, Product) or place.within or not isinstance(node.factors[0][1], Number):
        return
    rest = factors_of(product(node, *node.factors[1:]))
    for k, (op, factor) in enumerate(rest):
        turned = _turned(factor, scope)
        if turned is not None and isinstance(factor, Symbol | Scripted):
            both = total(node, ("+", factor), ("+", turned))
            new = product(node, *rest[:k], (op, both), *rest[k + 1 :])
            yield Change(new, "transpose", f"{words(both)} where 2 {words(factor)} is written")
    if len(rest) > 1:
        whole = product(node, *rest)
        both = total(node, ("+", whole), ("+", power(bracketed(whole), scope.transposed())))
        yield Change(_in_brackets(both, place), "transpose", "the term and its transpose")


def _in_brackets(node, place):
    return Group(node.at, node.end, "(", ")", node) if place.role in ("terms", "factors") else node


def entrywise(place: Place, scope: Scope) -> Changes:
    """⊙ for a product of matrices, and the other way."""
    node = place.node
    if not isinstance(node, Product) or place.within:
        return
    for k, (op, factor) in enumerate(node.factors[1:], 1):
        for other in {"odot": ("",), "": ("odot",), "cdot": ("odot", ""), "ast": ("",)}.get(op, ()):
            new = (*node.factors[:k], (other, factor), *node.factors[k + 1 :])
            text = "an entrywise product" if other == "odot" else "a product of matrices"
            yield Change(Product(node.at, node.end, new), "other", f"{text} before {words(factor)}")
