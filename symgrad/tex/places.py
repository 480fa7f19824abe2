"""The places of a tree, and the tree with another node at one of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from .syntax import Big, Frac, Node, Product, Scripted, Stacked, Symbol, parts

Put = Callable[[Node], Node]


@dataclass(frozen=True, eq=False)
class Place:
    """A node, what it is in its parent (a field's name, or "side"); `put` gives the whole with another there.

    `within` is "" or the nearest of "sub" and "sup" (scripts), "bound" (a big operator's), "variable" (a derivative's).
    """

    node: Node
    put: Put
    role: str = "side"
    within: str = ""


def places(node: Node) -> Iterator[Place]:
    """All places of a tree, from the outside inwards; remarks are left out."""
    yield from _places(Place(node, lambda new: new))


def _places(place: Place) -> Iterator[Place]:
    yield place
    node = place.node
    if next(iter(node.children()), None) is None:
        return
    for name in parts(node):
        if name == "note":
            continue
        within = _within(node, name) or place.within
        for child, put in _inside(getattr(node, name)):
            yield from _places(Place(child, _then(place.put, node, name, put), name, within))


def _then(outer: Put, node: Node, name: str, put) -> Put:
    return lambda new: outer(replace(node, **{name: put(new)}))


def _inside(value) -> Iterator[tuple[Node, Callable]]:
    """The nodes of a field, however deep in tuples, each with what the field is with another in its place."""
    if isinstance(value, Node):
        yield value, lambda new: new
    elif isinstance(value, tuple):
        for k, part in enumerate(value):
            for child, put in _inside(part):
                yield child, _in_tuple(value, k, put)


def _in_tuple(value, k, put):
    return lambda new: (*value[:k], put(new), *value[k + 1 :])


def _within(node, name):
    if isinstance(node, Scripted) and name in ("sub", "sup"):
        return name
    if isinstance(node, Big) and name in ("sub", "sup"):
        return "bound"
    if isinstance(node, Frac) and is_derivative(node):
        return "variable"
    return "remark" if isinstance(node, Stacked) and name == "note" else ""


def is_derivative(node: Node | None) -> bool:
    """`∂f/∂x`, `df/dx`: a fraction that begins with ∂ or d on both sides."""
    return isinstance(node, Frac) and _marked(node.above) and _marked(node.below)


def _marked(node):
    first = node.factors[0][1] if isinstance(node, Product) else node
    first = first.base if isinstance(first, Scripted) else first
    return isinstance(first, Symbol) and first.name in ("partial", "d")
