"""Indices by form alone: what a careful reader marks before any value is looked at.

A finding is no verdict: it tells a place, and what is strange about it. Four things are looked at: a letter free on
one side of an equation only (or, where sums are implied, stands more than twice in a product); a sum over a letter
that its body does not use, though other indices stand there; a letter that is bound by a sum and used beside it in one
term, or bound twice; a letter that stands on two axes whose declared sizes differ.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ...tex.places import places
from ...tex.syntax import Big, Node, Product, Scripted, Sum, Symbol, Tuple
from ...tex.writing import latex
from ..names.letters import binds, free_letters
from ..names.names import is_letter, spelled
from ..names.table import Table
from .steps import DEFINED, NOT_JUDGED, Reading, Step


@dataclass(frozen=True, eq=False)
class Lint:
    """Something strange from `at` to `end`: which rule, and in words."""

    at: int
    end: int
    rule: str
    words: str
    letter: str = ""


def lint(reading: Reading) -> tuple[Lint, ...]:
    """All findings of a document, in the order of the text, each place and rule once."""
    found: dict[tuple[int, int, str], Lint] = {}
    fixed = {name for step in reading.steps for name in _parameters(reading.table, step)}
    for step in reading.steps:
        if step.kind != NOT_JUDGED and step.left is not None and step.right is not None:
            for rule in RULES:
                for each in rule(reading.table, step):
                    if each.letter in fixed and each.rule in ("free", "thrice"):
                        continue
                    found.setdefault((each.at, each.end, each.words), each)
    return tuple(sorted(found.values(), key=lambda each: (each.at, each.end)))


def _parameters(table, step) -> set[str]:
    """Letters that stand for one thing in the whole document: a time, a label, free in what a name is defined by."""
    if step.left is None or step.right is None:
        return set()
    above = {name for side in (step.left, step.right) for f in table.occurrences(side) for name in _family(f)}
    if step.kind != DEFINED:
        return above
    return above | (set(free_letters(table, step.right)) - set(free_letters(table, step.left)))


def _family(found):
    return [name for index in found.indices[: len(found.quantity.family)] for name in _letters(index)]


def free_on_one_side(table: Table, step: Step) -> Iterator[Lint]:
    """`f = q_k x_j`: a letter that is free on the right and not on the left; and the other way round."""
    if step.left is None or step.right is None:
        return
    left, right = (free_letters(table, side) for side in (step.left, step.right))
    sides = (("right", "left", step.right, right, left), ("left", "right", step.left, left, right))
    for here, there, node, mine, others in sides:
        if here == "left" and not (mine and others):
            continue  # a row may be constant: ∂f/∂x_i = 0
        for name in mine:
            if (
                name in others
                or _stands_alone(node, name)
                or _written(step.left if here == "right" else step.right, name)
            ):
                continue
            count = _most(table, node, name)
            if here == "right" and count < 2:
                yield Lint(
                    node.at, node.end, "free", f"index {name} is free on the {here} and missing on the {there}", name
                )
            elif here == "right" and count > 2:
                text = f"index {name} stands {count} times in one product, and no sum binds it"
                yield Lint(node.at, node.end, "thrice", text, name)


def _written(node, name):
    """Whether a letter stands in a script, also of what is not known, and no sum binds it."""
    if any(isinstance(n, Big) and name in binds(n) for n in node.walk()):
        return False
    return any(p.within in ("sub", "sup", "bound") and is_letter(p.node) and p.node.name == name for p in places(node))


def _stands_alone(node, name):
    """A letter that is also a value of its own: `i x^{i-1}`."""
    return any(isinstance(n, Symbol) and n.name == name for n in _values(node))


def _values(node):
    if isinstance(node, Scripted):
        yield from _values(node.base)
        return
    if not any(True for _ in node.children()):
        yield node
    for child in node.children():
        yield from _values(child)


def _most(table, node, name):
    """How often a letter stands in one term, at most."""
    return max((_count(table, term, name) for term in _terms(node)), default=0)


def _terms(node) -> Iterator[Node]:
    """The terms of a formula, multiplied out as far as its form shows."""
    if isinstance(node, Sum):
        for _, term in node.terms:
            yield from _terms(term)
    else:
        yield node


def _count(table, node, name):
    """A quotient ∂f/∂q_k counts its letter once, a bracket as often as one of its terms."""
    if isinstance(node, Big) and name in binds(node):
        return 0
    if isinstance(node, Sum):
        return max(_count(table, term, name) for _, term in node.terms)
    if isinstance(node, Symbol | Scripted) and (found := table.find(node)) is not None:
        return sum(letter == name for index in found.indices for letter in _letters(index))
    if isinstance(node, Scripted):
        inside = (node.base, *(s for s in (node.sub,) if s is not None))
        times = 2 if node.sup is not None and spelled(node.sup) == "2" else 1
        return times * sum(_count(table, part, name) for part in inside) + (node.sub is not None and _plain(node, name))
    return sum(_count(table, child, name) for child in node.children())


def _plain(node, name):
    return sum(1 for n in node.sub.walk() if is_letter(n) and n.name == name)


def _letters(index):
    return [n.name for n in index.walk() if is_letter(n)]


def bound_and_unused(table: Table, step: Step) -> Iterator[Lint]:
    """`Σ_k a_i b_i`: the body has indices, and not the one that is summed over."""
    for node in _bigs(step):
        if node.op not in ("sum", "prod"):
            continue
        used = {n.name for n in node.body.walk() if isinstance(n, Symbol)}
        inside = free_letters(table, node.body)
        for name in sorted(binds(node)):
            if (
                len(name) == 1
                and name not in used
                and inside
                and table.get(name) is None
                and not _in_bounds(node, name)
            ):
                text = f"the sum binds {name}, and {latex(node.body)} does not use it"
                yield Lint(node.at, node.end, "unused", text)


def _in_bounds(node, name):
    """`Σ_{i,j: i<j}`, `Σ_{(x, y)}`: more than the name of the index stands under the sum."""
    parts = node.sub.walk() if node.sub is not None else ()
    return sum(isinstance(n, Symbol) and n.name == name for n in parts) > 1 or isinstance(node.sub, Tuple)


def bound_and_free(table: Table, step: Step) -> Iterator[Lint]:
    """`x_k Σ_k y_k`, `Σ_k a_k Σ_k b_k`: one letter, two meanings in one term."""
    for side in (step.left, step.right):
        yield from _clashes(table, side, frozenset())


def _clashes(table, node, outer):
    inner = outer
    if isinstance(node, Big) and node.op in ("sum", "prod", "max", "min"):
        own = {name for name in binds(node) if len(name) == 1}
        for name in sorted(own & outer):
            yield Lint(node.at, node.end, "bound twice", f"index {name} is bound by two sums, one inside the other")
        inner = outer | own
    if isinstance(node, Product):
        yield from _beside(table, node)
    for child in node.children():
        yield from _clashes(table, child, inner)


def _beside(table, node):
    for k, (_, factor) in enumerate(node.factors):
        if not isinstance(factor, Big) or factor.op != "sum":
            continue
        for _, other in node.factors[:k]:
            for name in sorted({n for n in binds(factor) if len(n) == 1} & set(free_letters(table, other))):
                text = f"index {name} is free in {latex(other)} and bound by the sum beside it"
                yield Lint(other.at, factor.end, "bound and free", text)


def sizes_differ(table: Table, step: Step) -> Iterator[Lint]:
    """`W_{ij} x_i` where W is m×n and x has n entries: i would run over m and over n."""
    for side in (step.left, step.right):
        yield from _sizes(table, side, {})


def _sizes(table, node, seen):
    if isinstance(node, Sum):
        for _, term in node.terms:
            yield from _sizes(table, term, dict(seen))
        return
    if isinstance(node, Big):
        seen = {name: size for name, size in seen.items() if name not in binds(node)}
    found = table.find(node) if isinstance(node, Symbol | Scripted) else None
    if found is not None:
        yield from _axes(found, node, seen)
        return
    for child in node.children():
        yield from _sizes(table, child, seen)


def _axes(found, node, seen):
    quantity = found.quantity
    if quantity.sizes is None or quantity.implied or len(found.indices) != len(quantity.family) + len(quantity.sizes):
        return
    for index, size in zip(found.indices[len(quantity.family) :], quantity.sizes, strict=True):
        if not is_letter(index) or not isinstance(size, Symbol) or size.name.startswith("#"):
            continue
        known = seen.setdefault(index.name, size)
        if spelled(known) != spelled(size):
            text = f"index {index.name} runs to {spelled(known)} before, on {latex(node)} to {spelled(size)}"
            yield Lint(node.at, node.end, "sizes", text)


def _bigs(step):
    return [n for side in (step.left, step.right) for n in side.walk() if isinstance(n, Big)]


RULES: tuple[Callable[[Table, Step], Iterator[Lint]], ...] = (
    free_on_one_side,
    bound_and_unused,
    bound_and_free,
    sizes_differ,
)

__all__ = ["RULES", "Lint", "lint"]
