"""The syntax tree: what was written, and where. Nothing here knows what it means.

Nodes compare by identity, so that what is found out about one occurrence can be kept by node.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields

from sympy import Rational

from ..errors import LimitError
from .faults import Fault
from .limits import DEPTH


@dataclass(frozen=True, eq=False)
class Node:
    """A piece of text that begins at character `at`; `depth` counts the operations around its innermost part."""

    at: int
    depth: int = field(init=False, repr=False)

    def __post_init__(self):
        depth = 1 + max((child.depth for child in self.children()), default=0)
        if depth > DEPTH:
            raise Fault(LimitError, f"more than {DEPTH} operations within one another", self.at)
        object.__setattr__(self, "depth", depth)

    def children(self) -> Iterator[Node]:
        """The nodes directly inside this one."""
        for part in fields(self):
            if part.name not in ("at", "depth"):
                yield from _nodes(getattr(self, part.name))

    def walk(self) -> Iterator[Node]:
        """This node and all inside it, in the order of the text."""
        yield self
        for child in self.children():
            yield from child.walk()


def _nodes(value) -> Iterator[Node]:
    if isinstance(value, Node):
        yield value
    elif isinstance(value, tuple):
        for part in value:
            yield from _nodes(part)


@dataclass(frozen=True, eq=False)
class Number(Node):
    """`2`, `0.5`, `½`: exact."""

    value: Rational


@dataclass(frozen=True, eq=False)
class Name(Node):
    """`x`."""

    text: str


@dataclass(frozen=True, eq=False)
class Quoted(Node):
    """`"ij,j->i"`."""

    text: str


@dataclass(frozen=True, eq=False)
class Ellipsis(Node):
    """`...` in an index."""


@dataclass(frozen=True, eq=False)
class Sum(Node):
    """`a + b − c`: terms (sign, place of the sign, node)."""

    terms: tuple[tuple[int, int, Node], ...]


@dataclass(frozen=True, eq=False)
class Product(Node):
    """`a * b / c @ d e`: factors (operator, its place, node); the operator is "" between factors side by side."""

    factors: tuple[tuple[str, int, Node], ...]


@dataclass(frozen=True, eq=False)
class Negative(Node):
    """`−a`."""

    operand: Node


@dataclass(frozen=True, eq=False)
class Power(Node):
    """`base ** exponent`."""

    base: Node
    exponent: Node


@dataclass(frozen=True, eq=False)
class Subscript(Node):
    """`X[…]`, or as a run of small letters and digits `Xᵢⱼ`."""

    base: Node
    items: tuple[Node, ...]
    run: bool = False


@dataclass(frozen=True, eq=False)
class Slice(Node):
    """`start:stop:step`."""

    start: Node | None
    stop: Node | None
    step: Node | None


@dataclass(frozen=True, eq=False)
class Call(Node):
    """`f(a, b, axis=0)`, or a product where f is a scalar."""

    function: Node
    arguments: tuple[Node, ...]
    keywords: tuple[tuple[Name, Node], ...] = ()


@dataclass(frozen=True, eq=False)
class Root(Node):
    """`√f(x)`, the root of all of it; where a is a scalar, `√a (x)` is `√a · x` and `√a (x)²` is `√a · x²`."""

    operand: Call
    power: Node | None = None


@dataclass(frozen=True, eq=False)
class Derivative(Node):
    """`∂²f/∂x[i]∂y[j]`, `partial(partial(f, x[i]), y[j])`; of whole tensors also `∇_x f`."""

    of: Node
    by: tuple[Node, ...]


@dataclass(frozen=True, eq=False)
class Attribute(Node):
    """`x.T`."""

    base: Node
    name: str


@dataclass(frozen=True, eq=False)
class Group(Node):
    """`(a, b)`: a point or a shape."""

    items: tuple[Node, ...]


@dataclass(frozen=True, eq=False)
class Row(Node):
    """`[…]` that is no subscript: a condition in brackets, or a list."""

    items: tuple[Node, ...]


@dataclass(frozen=True, eq=False)
class Relation(Node):
    """`a < b <= c`: the first node, then (relation, its place, node)."""

    first: Node
    rest: tuple[tuple[str, int, Node], ...]


@dataclass(frozen=True, eq=False)
class Both(Node):
    """`c and d`."""

    conditions: tuple[Node, ...]


@dataclass(frozen=True, eq=False)
class Floor(Node):
    """`⌊a/b⌋`."""

    operand: Node


@dataclass(frozen=True, eq=False)
class Bound(Node):
    """A bound or free index with its range where one is given: `k`, `k<K`."""

    letter: str
    size: Node | None


@dataclass(frozen=True, eq=False)
class Reduction(Node):
    """`op[bounds: guards] body`."""

    op: str
    bounds: tuple[Bound, ...]
    guards: tuple[Node, ...]
    body: Node


@dataclass(frozen=True, eq=False)
class Equation(Node):
    """`name[indices] = right`; a bare expression has no name. `indexed` says whether brackets were written."""

    name: str
    free: tuple[Bound, ...]
    indexed: bool
    right: Node


@dataclass(frozen=True, eq=False)
class Declaration(Node):
    """`W[m,n]`."""

    name: str
    sizes: tuple[Node, ...]


def has_condition(node: Subscript) -> bool:
    """Whether `x[…]` is `x` times a bracket: `x[i] [i=j]`."""
    return any(isinstance(i, (Relation, Both)) for i in node.items)
