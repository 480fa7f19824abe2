"""Slips of indices, sums and deltas."""

from __future__ import annotations

from dataclasses import replace

from ...tex.places import Place, places
from ...tex.syntax import Big, Group, Node, Number, Product, Relation, Scripted, Sum, Symbol, Tuple
from ..names.letters import binds, free_letters, is_index_function
from ..names.names import is_letter, items
from .changes import Change, Changes, bracketed, flipped, is_term, negated, number, product, total, words
from .scope import Scope

SHIFTS = ("+", "-")


def index_renamed(place: Place, scope: Scope) -> Changes:
    """`x_j` for `x_i`."""
    node = place.node
    asked = place.role == "sides" and not place.within
    if (place.within in ("sub", "sup") or asked) and is_letter(node) and node.name in scope.letters:
        for name in scope.letters:
            if name != node.name:
                label = "exponent" if place.within == "sup" else "index"
                yield Change(replace(node, name=name), label, f"the index {name} where {node.name} is written")


def index_of_a_square(place: Place, scope: Scope) -> Changes:
    """`x_i x_j` for `x_j^2`."""
    node = place.node
    if not isinstance(node, Scripted) or not isinstance(node.sup, Number) or place.within:
        return
    if node.sup.value == 2 and is_letter(node.sub):
        one = replace(node, sup=None)
        for name in scope.letters:
            other = replace(one, sub=replace(node.sub, name=name))
            new = product(node, ("", other), ("", one))
            yield Change(new, "index", f"{words(new)} where {words(node)} is written")


def index_of_a_sum(place: Place, scope: Scope) -> Changes:
    """`Σ_n` for `Σ_p`."""
    node = place.node
    if isinstance(node, Big) and is_letter(node.sub) and not place.within:
        for name in scope.letters:
            if name != node.sub.name:
                new = replace(node, sub=replace(node.sub, name=name))
                yield Change(new, "index", f"the sum over {name} where one over {node.sub.name} is written")


def indices_swapped(place: Place, scope: Scope) -> Changes:
    """`W_{ji}` for `W_{ij}`; two letters in each other's place in a term."""
    node = place.node
    if isinstance(node, Scripted) and node.sub is not None and place.within in ("", "variable"):
        parts = items(node.sub)
        for k in range(len(parts) - 1):
            new = [*parts]
            new[k], new[k + 1] = parts[k + 1], parts[k]
            yield Change(replace(node, sub=_listed(node.sub, new)), "index", f"the indices of {words(node)} swapped")
    elif is_term(place) and not isinstance(node, Symbol | Number):
        for k, a in enumerate(scope.letters):
            for b in scope.letters[k + 1 :]:
                swapped = renamed(node, {a: b, b: a})
                if swapped is not None:
                    yield Change(swapped, "index", f"the indices {a} and {b} swapped")


def _listed(like, parts):
    if len(parts) == 1:
        return parts[0]
    if isinstance(like, Tuple):
        return Tuple(like.at, like.end, tuple(parts), (",",) * (len(parts) - 1))
    return Product(like.at, like.end, tuple(("", p) for p in parts))


def renamed(node: Node, names: dict[str, str]) -> Node | None:
    """A formula with other letters in all its scripts; None where none of them occurs."""
    if not any(p.within in ("sub", "sup") and is_letter(p.node) and p.node.name in names for p in places(node)):
        return None
    return _renamed(node, names)


def _renamed(node, names):
    for place in places(node):
        if place.within in ("sub", "sup", "bound") and is_letter(place.node) and place.node.name in names:
            marked = replace(place.node, name=f"{names[place.node.name]}\0")
            return _renamed(place.put(marked), names)
    return unmarked(node)


def unmarked(node: Node) -> Node:
    """A formula without the marks of letters that were renamed."""
    for place in places(node):
        if isinstance(place.node, Symbol) and place.node.name.endswith("\0"):
            return unmarked(place.put(replace(place.node, name=place.node.name[:-1])))
    return node


def index_shifted(place: Place, scope: Scope) -> Changes:
    """`a_{l-1}` for `a_l`, `x_{i+k}` for `x_i`; one term more, or one less, in an index or an exponent."""
    node = place.node
    asked = place.role == "sides" and not place.within
    if (place.within not in ("sub", "sup", "bound") and not asked) or place.role not in (
        "sub",
        "sup",
        "items",
        "body",
        "factors",
        "sides",
    ):
        return
    label = {"sup": "exponent", "bound": "sum"}.get(place.within, "index")
    if isinstance(node, Sum):
        for k in range(len(node.terms)):
            rest = total(node, *node.terms[:k], *node.terms[k + 1 :])
            yield Change(rest, label, f"{words(rest)} where {words(node)} is written")
    if isinstance(node, Sum) or (is_letter(node) and (node.name in scope.letters or node.name in scope.table.sizes)):
        base = node.terms if isinstance(node, Sum) else (("+", node),)
        more: list[Node] = [number(node, 1)]
        more += [
            Symbol(node.at, node.end, n) for n in scope.letters if n not in [getattr(t, "name", "") for _, t in base]
        ]
        for sign in SHIFTS:
            for term in more:
                new = Sum(node.at, node.end, (*base, (sign, term)))
                yield Change(new, label, f"{words(new)} where {words(node)} is written")
        for term in more[1:]:
            new = Sum(node.at, node.end, (("+", term), *(("-" if s == "+" else "+", t) for s, t in base)))
            yield Change(new, label, f"{words(new)} where {words(node)} is written")


def signs_in_indices(place: Place, scope: Scope) -> Changes:
    """`G_{u-a,v-b}`, where `G_{u+a,v+b}` is written: the same slip in each index."""
    node = place.node
    if place.role == "sub" and isinstance(node, Tuple) and sum(isinstance(item, Sum) for item in node.items) > 1:
        for turned in (_last_turned, negated):
            new = replace(node, items=tuple(turned(n) if isinstance(n, Sum) else n for n in node.items))
            yield Change(new, "sign", f"the signs in the indices: {words(new)} where {words(node)} is written")


def _last_turned(node):
    sign, term = node.terms[-1]
    return total(node, *node.terms[:-1], (flipped(sign), term))


def index_missing(place: Place, scope: Scope) -> Changes:
    """`x_i` for `x`."""
    node = place.node
    lone = isinstance(node, Symbol) or (isinstance(node, Scripted) and node.sub is None)
    if place.within == "" and place.role != "base" and lone and scope.table.find(node) is not None:
        for name in scope.letters:
            letter = Symbol(node.at, node.end, name)
            new = replace(node, sub=letter) if isinstance(node, Scripted) else Scripted(node.at, node.end, node, letter)
            yield Change(new, "index", f"the index {name} of {words(node)} is missing")


def sum_missing(place: Place, scope: Scope) -> Changes:
    """A letter that is free on one side only: the sum over it is missing."""
    node = place.node
    if not is_term(place) and place.role != "side":
        return
    here = free_letters(scope.table, node)
    for name in here:
        if name not in scope.free:
            bound = _bounds(scope, name)
            body = bracketed(node) if isinstance(node, Sum) else node
            new = Big(node.at, node.end, "sum", bound[0] or Symbol(node.at, node.end, name), bound[1], body)
            yield Change(
                new, "sum", f"index {name} is free on the right and not on the left: the sum over {name} is missing"
            )


def sum_missing_renamed(place: Place, scope: Scope) -> Changes:
    """`Σ_j p_j a_j` for `p_i a_i`."""
    node = place.node
    if not is_term(place) or isinstance(node, Big):
        return
    letters = free_letters(scope.table, node)
    others = [name for name in scope.letters if name not in letters]
    for old in letters:
        for name in (*others[:2], "ι"):
            body = renamed(node, {old: name})
            if body is not None:
                new = Big(node.at, node.end, "sum", Symbol(node.at, node.end, name), None, body)
                yield Change(new, "sum", f"the sum over {old} is missing")


def _bounds(scope, name):
    """How a sum over this letter is written elsewhere in the chain."""
    for side in scope.near:
        for n in side.walk():
            if isinstance(n, Big) and n.op == "sum" and isinstance(n.sub, Relation | Symbol) and name in binds(n):
                return n.sub, n.sup
    return None, None


def sum_superfluous(place: Place, scope: Scope) -> Changes:
    """A sum that is too much; several, one of them."""
    node = place.node
    if isinstance(node, Big) and node.op in ("sum", "prod") and place.within == "":
        yield Change(node.body, "sum", f"the {'sum' if node.op == 'sum' else 'product'} is too much")


def sum_of_more(place: Place, scope: Scope) -> Changes:
    """`Σ_j (a_j − b_j)` for `Σ_j a_j − b_j`: how far a sum reaches; `Σ a b` for `a Σ b`."""
    node = place.node
    if isinstance(node, Product) and isinstance(node.factors[-1][1], Big) and not place.within:
        big = node.factors[-1][1]
        for k in range(len(node.factors) - 1):
            inside = product(node, *node.factors[k:-1], ("", big.body))
            new = product(node, *node.factors[:k], ("", replace(big, body=inside)))
            yield Change(new, "sum", f"{words(node.factors[k][1])} belongs into the sum")
    if isinstance(node, Big) and isinstance(node.body, Product) and not place.within:
        for k in range(len(node.body.factors)):
            out = node.body.factors[k][1]
            rest = product(node, *node.body.factors[:k], *node.body.factors[k + 1 :])
            new = product(node, ("", out), ("", replace(node, body=rest)))
            yield Change(new, "index", f"{words(out)} belongs before the sum")


def delta_missing(place: Place, scope: Scope) -> Changes:
    """δ_{ij} as one more factor, or for a 1."""
    node = place.node
    pairs = [(a, b) for k, a in enumerate(scope.letters) for b in scope.letters[k + 1 :]]
    if isinstance(node, Number) and node.value == 1 and not place.within:
        for a, b in pairs:
            new = scope.indicator(a, b)
            yield Change(new, "delta", f"{words(new)} where 1 is written")
    elif is_term(place) and not isinstance(node, Sum):
        for a, b in pairs:
            new = scope.indicator(a, b)
            yield Change(product(node, ("", node), ("", new)), "delta", f"{words(new)} is missing")


def delta_for_a_factor(place: Place, scope: Scope) -> Changes:
    """δ where a product is written, and a condition in brackets turned round."""
    node = place.node
    if place.within == "" and place.role == "factors" and isinstance(node, Symbol | Scripted):
        for a, b in [(a, b) for k, a in enumerate(scope.letters) for b in scope.letters[k + 1 :]]:
            new = scope.indicator(a, b)
            yield Change(new, "delta", f"{words(new)} where {words(node)} is written")
        for new in scope.operands:
            if (isinstance(new, Scripted) and is_index_function(new)) or (
                isinstance(new, Group) and isinstance(new.body, Relation)
            ):
                yield Change(new, "delta", f"{words(new)} where {words(node)} is written")
    turned = {"<": ">", ">": "<", "≤": "≥", "≥": "≤", "=": "≠", "≠": "="}
    if isinstance(node, Relation) and len(node.relations) == 1 and node.relations[0] in turned:
        new = replace(node, relations=(turned[node.relations[0]],))
        yield Change(new, "other", f"{words(new)} where {words(node)} is written")
