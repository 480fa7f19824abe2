"""Wrong steps that only pass on an earlier wrong one.

A refuted step follows from an earlier refuted claim a = b where it holds as soon as that claim is granted: with b where
it writes a, or with a where it writes b. The letters of the claim's indices stand for any letters.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

from ...tex.places import places
from ...tex.syntax import Node, Number, Product, Scripted, Symbol, parts
from ..names.letters import free_letters
from ..names.names import is_letter
from ..slips.changes import bracketed, product
from ..slips.indices import unmarked
from .claims import Judge
from .steps import Step

EARLIER, MOST = 8, 24
"""So many wrong claims are granted to a step, one at a time, and so many claims are judged for it in all."""


def root_of(step: Step, roots: Sequence[Step], judge: Judge) -> Step | None:
    """Of the steps that were refuted before, the first that this refuted one follows from."""
    left = MOST
    for earlier in roots[:EARLIER]:
        for one, other in islice(claims_granting(step, earlier, judge), left):
            left -= 1
            if judge.verdict(one, other, (*step.around, one, other)).holds:
                return earlier
    return None


def claims_granting(step: Step, earlier: Step, judge: Judge) -> Iterator[tuple[Node, Node]]:
    """What a step claims once an earlier claim is granted."""
    if step.left is not None and step.right is not None and earlier.right is not None:
        yield from granted(step.left, step.right, earlier, judge)


def granted(left: Node, right: Node, earlier: Step, judge: Judge) -> Iterator[tuple[Node, Node]]:
    """A claim with the sides of an earlier one in each other's place."""
    wrong = earlier.right
    assert wrong is not None
    for known in _sides_before(earlier):
        letters = frozenset(free_letters(judge.table, known, wrong))
        ways = [(known, wrong), (wrong, known)][: 1 if isinstance(wrong, Number) else 2]  # a 0 is not any other 0
        for old, new in ways:
            if (changed := substituted(left, old, new, letters)) is not None:
                yield changed, right
        for old, new in reversed(ways):
            if (changed := substituted(right, old, new, letters)) is not None:
                yield left, changed


def _sides_before(step: Step) -> list[Node]:
    """The sides of the chain that the claim says are equal to its right side."""
    sides: Iterable[Node | None] = (step.left, *(s for s in step.around if s.end <= step.at))
    return list({id(s): s for s in sides if s is not None and not isinstance(s, Number)}.values())


def substituted(node: Node, old: Node, new: Node, letters: frozenset[str]) -> Node | None:
    """A formula with `new` at every place where `old` stands, whatever its letters are; None if it stands nowhere."""
    changed, done = node, False
    for _ in range(20):
        found = next(_found(changed, old, new, letters), None)
        if found is None:
            break
        changed, done = found, True
        if _contains(new, old, letters):
            break
    return changed if done else None


def _contains(node, part, letters):
    return next(_found(node, part, part, letters), None) is not None


def _found(node, old, new, letters) -> Iterator[Node]:
    for place in places(node):
        if place.within in ("bound", "remark", "variable"):
            continue
        names = _match(old, place.node, letters, {})
        if names is not None:
            instead = _with_names(new, names)
            alone = place.role in ("side", "above", "below", "of") or isinstance(instead, Symbol | Scripted)
            yield place.put(instead if alone else bracketed(instead))
        elif isinstance(place.node, Product) and isinstance(old, Product):
            yield from _in_product(place, old, new, letters)


def _in_product(place, old, new, letters):
    """`2 q_k` inside `2 q_k x_j`."""
    factors, length = place.node.factors, len(old.factors)
    for k in range(len(factors) - length + 1):
        run = (("", factors[k][1]), *factors[k + 1 : k + length])
        names = _match(old.factors, run, letters, {})
        if names is not None:
            inside = (factors[k][0], bracketed(_with_names(new, names)))
            yield place.put(product(place.node, *factors[:k], inside, *factors[k + length :]))


def _match(pattern, node, letters, names):
    """The letters of the node for those of the pattern, where the two are alike otherwise."""
    if isinstance(pattern, Symbol) and is_letter(pattern) and pattern.name in letters:
        if not is_letter(node) or names.setdefault(pattern.name, node.name) != node.name:
            return None
        return names
    if isinstance(pattern, tuple):
        if not isinstance(node, tuple) or len(pattern) != len(node):
            return None
        for a, b in zip(pattern, node, strict=True):
            if _match(a, b, letters, names) is None:
                return None
        return names
    if isinstance(pattern, Node):
        if type(pattern) is not type(node):
            return None
        mine, other = (tuple(getattr(n, name) for name in parts(n)) for n in (pattern, node))
        return _match(mine, other, letters, names)
    return names if pattern == node else None


def _with_names(node, names):
    """The formula with its letters renamed, all at once."""
    for place in places(node):
        if is_letter(place.node) and place.within and names.get(place.node.name, place.node.name) != place.node.name:
            return _with_names_marked(node, names)
    return node


def _with_names_marked(node, names):
    marked, again = node, True
    while again:
        again = False
        for place in places(marked):
            letter = place.node
            if is_letter(letter) and place.within and letter.name in names:
                marked, again = place.put(replace(letter, name=names[letter.name] + "\0")), True
                break
    return unmarked(marked)
