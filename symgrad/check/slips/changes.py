"""Changes of one place of a formula, and the small trees that they are made of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

from ...tex.places import Place, is_derivative
from ...tex.syntax import Big, Frac, Group, Node, Number, Product, Scripted, Sum, Symbol, Tuple
from ...tex.writing import latex


@dataclass(frozen=True, eq=False)
class Change:
    """What should stand at a place, which slip that is, and the words a teacher would say."""

    instead: Node
    label: str
    words: str


Changes = Iterator[Change]


def number(at: Node, value: int | Fraction) -> Number:
    """A number at the place of a node."""
    return Number(at.at, at.end, Fraction(value))


def half(at: Node, above: int, below: int) -> Frac:
    """A fraction of whole numbers."""
    return Frac(at.at, at.end, number(at, above), number(at, below))


def over(above: Node, below: Node) -> Frac:
    """`above / below`."""
    return Frac(above.at, above.end, bare(above), bare(below))


def factors_of(node: Node) -> tuple[tuple[str, Node], ...]:
    """The factors of a term."""
    return node.factors if isinstance(node, Product) else (("", node),)


def terms_of(node: Node) -> tuple[tuple[str, Node], ...]:
    """The terms of a sum."""
    return node.terms if isinstance(node, Sum) else (("+", node),)


def product(at: Node, *factors: tuple[str, Node]) -> Node:
    """Factors as one term; a sum among them in brackets, a big operator too unless it is the last."""
    out: list[tuple[str, Node]] = []
    for k, (op, factor) in enumerate(factors):
        loose = isinstance(factor, Sum) or (isinstance(factor, Big) and k < len(factors) - 1)
        if isinstance(factor, Product):
            out += [(op, factor.factors[0][1]), *factor.factors[1:]]
        else:
            out.append((op, bracketed(factor) if loose else factor))
    if not out:
        return number(at, 1)
    out = [("", out[0][1]), *(_parted(a, b) for a, b in pairwise(out))]
    return out[0][1] if len(out) == 1 else Product(at.at, at.end, tuple(out))


def _parted(before: tuple[str, Node], this: tuple[str, Node]) -> tuple[str, Node]:
    """Two numbers need a sign between them."""
    op, factor = this
    return ("cdot" if not op and isinstance(before[1], Number) and isinstance(factor, Number) else op), factor


def bracketed(node: Node) -> Node:
    """`(node)`, where brackets are needed."""
    if isinstance(node, Group | Symbol | Number | Frac) or (isinstance(node, Scripted) and not node.sup):
        return node
    return Group(node.at, node.end, "(", ")", node)


def bare(node: Node) -> Node:
    """What plain brackets hold."""
    if isinstance(node, Group) and node.left in ("(", "[") and node.body is not None:
        return node if isinstance(node.body, Tuple) else node.body
    return node


def total(at: Node, *terms: tuple[str, Node]) -> Node:
    """Terms as one sum."""
    if len(terms) == 1 and terms[0][0] == "+":
        return terms[0][1]
    return Sum(at.at, at.end, terms) if terms else number(at, 0)


def negated(node: Node) -> Node:
    """`−node`: of a sum each sign, of `−x` it is x."""
    return total(node, *((flipped(sign), term) for sign, term in terms_of(node)))


def flipped(sign: str) -> str:
    """The other sign."""
    return {"+": "-", "-": "+", "±": "∓", "∓": "±"}[sign]


def power(base: Node, exponent: Node | None) -> Node:
    """`base^exponent`, on whatever base carries already."""
    if isinstance(base, Scripted):
        return replace(base, sup=exponent) if exponent or base.sub or base.primes else base.base
    base = Group(base.at, base.end, "(", ")", base) if isinstance(base, Frac) else bracketed(base)
    return Scripted(base.at, base.end, base, sup=exponent) if exponent else bare(base)


def is_term(place: Place) -> bool:
    """Whether a factor before the node multiplies all that stands there and nothing else."""
    if place.within not in ("",) or isinstance(place.node, Sum):
        return False
    return place.role in ("side", "terms", "body", "above", "below", "rows", "branches", "items", "of")


def is_operand(node: Node) -> bool:
    """Whether a node stands for a value by itself, as far as its form shows: no ∂, no name of a function."""
    if isinstance(node, Symbol | Scripted):
        first = node.base if isinstance(node, Scripted) else node
        return not (isinstance(first, Symbol) and first.name in ("partial", "nabla", "d"))
    return is_derivative(node) or isinstance(node, Frac | Group)


def words(node: Node) -> str:
    """A formula in a sentence."""
    return latex(node)
