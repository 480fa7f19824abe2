"""What a document declares: sizes, ranges, properties, definitions, and how its formulas are meant.

A declaration holds from `at` on; where `until` is given, up to that character only ("if $A$ is symmetric, …" speaks of
its sentence). A later declaration of the same symbol replaces an earlier one.
"""

from __future__ import annotations

from dataclasses import dataclass

from ...tex.syntax import Node, Row


@dataclass(frozen=True, eq=False, kw_only=True)
class Declaration:
    """What the characters `at` … `end` say. `until` bounds what speaks of one sentence only."""

    at: int
    end: int
    until: int | None = None


@dataclass(frozen=True, eq=False)
class Space(Declaration):
    """`symbol` lives in a space: `$W \\in \\mathbb{R}^{m \\times n}$`, "a vector $x$ of length $n$".

    `sizes` are nodes (`m`, `3`, `n_l`), none for a scalar, and None where only the kind is known:
    "a vector $x$" has `rank` 1, and leaves sizes said elsewhere as they are.
    `field` is real, integer, natural, binary or complex.
    Of `x_1, \\dots, x_N \\in \\mathbb{R}^d` the symbol is `x_1`, and `family`
    holds the subscripts 1 and N: each `x_i` lives there.
    """

    symbol: Node
    sizes: tuple[Node, ...] | None
    field: str = "real"
    properties: frozenset[str] = frozenset()
    rank: int | None = None
    family: tuple[Node, Node] | None = None


@dataclass(frozen=True, eq=False)
class Range(Declaration):
    """`index` runs from `lower` to `upper`, both included: `i = 1,\\dots,n`; an `upper` of None is not known."""

    index: Node
    lower: Node
    upper: Node | None


@dataclass(frozen=True, eq=False)
class Listed(Declaration):
    """`x_0, \\dots, x_{n-1}`: how far the index of a name runs, where nothing else is said of it."""

    symbol: Node
    lower: Node
    upper: Node


@dataclass(frozen=True, eq=False)
class Among(Declaration):
    """`\\star \\in \\{f, i, g, o\\}`: what is said of `W_\\star` is said of `W_f`, `W_i`, `W_g`, `W_o`."""

    symbol: Node
    items: tuple[Node, ...]


@dataclass(frozen=True, eq=False)
class Property(Declaration):
    """`symbol` is `words`, one of `PROPERTIES`, or "independent" with the symbol it does not depend on in `of`."""

    symbol: Node
    words: str
    of: Node | None = None


@dataclass(frozen=True, eq=False)
class Function(Declaration):
    """`symbol` is a function of `arguments` (none where they are not said): "a differentiable function $\\sigma$".

    Of `f : \\mathbb{R}^n \\to \\mathbb{R}`, `takes` holds the sizes of the argument, `gives` those of the value.
    Properties: "function", "differentiable", "entrywise", "logistic", "softmax", "tanh", "relu".
    """

    symbol: Node
    arguments: tuple[Node, ...] = ()
    properties: frozenset[str] = frozenset()
    takes: tuple[tuple[Node, ...], ...] = ()
    gives: tuple[Node, ...] | None = None


@dataclass(frozen=True, eq=False)
class Definition(Declaration):
    """An equation that the prose introduces: "let", "define", "where", "with", `:=`."""

    row: Row


@dataclass(frozen=True, eq=False)
class Layout(Declaration):
    """The layout of derivatives: "numerator", "denominator", or "gradient" (shaped as its variable)."""

    name: str


@dataclass(frozen=True, eq=False)
class Vectors(Declaration):
    """All vectors are columns, or rows: "column" or "row"."""

    name: str


@dataclass(frozen=True, eq=False)
class Repeated(Declaration):
    """The summation convention: an index that stands twice in a product is summed over."""


@dataclass(frozen=True, eq=False)
class Everything(Declaration):
    """ "All quantities are numbers": what is not declared otherwise is a scalar."""


@dataclass(frozen=True, eq=False)
class Start(Declaration):
    """The first value of an index, 0 or 1: "indices start at zero"."""

    first: int


@dataclass(frozen=True, eq=False)
class Condition(Declaration):
    """What must hold for the sentence: a relation ("for $x_i \\ne 0$") or words ("assuming no ties")."""

    holds: Node | str


@dataclass(frozen=True, eq=False)
class Context(Declaration):
    """How the formula at `at` … `end` is meant by the words around it.

    `kind` is "claim", "definition", "condition" (assumed, or set: neither judged nor a definition), "wrong" (the text
    itself says so) or "not judged" (an update, an approximation, a task). Without such words a formula has no Context.
    """

    kind: str
    words: str
