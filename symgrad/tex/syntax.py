"""What a formula looks like: a tree of what was written, and where.

No context-free grammar can tell `W_{ij}` (two indices) from `W_{xi}` (one name), `f(x)` from a product, δ the
Kronecker delta from δ the error: the tree keeps what was written, and `check` decides with the declarations of the
document. So a product is a flat list of factors, a function name is a factor like any other, and a script is an
expression.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from fractions import Fraction
from functools import cache, cached_property
from typing import Any


@dataclass(frozen=True, eq=False)
class Node:
    """A piece of text from character `at` up to `end` of the document (of the macro's call, where a macro wrote it)."""

    at: int
    end: int

    def children(self) -> Iterator[Node]:
        """The nodes directly inside this one, in the order of the text."""
        return iter(self._inside)

    @cached_property
    def _inside(self) -> tuple[Node, ...]:
        return tuple(node for name in parts(self) for node in _nodes(getattr(self, name)))

    def walk(self) -> Iterator[Node]:
        """This node and all inside it, in the order of the text."""
        stack: list[Node] = [self]
        while stack:
            node = stack.pop()
            yield node
            stack += [*node.children()][::-1]


def parts(node: Node) -> tuple[str, ...]:
    """The fields of a node that say what it is, not where."""
    kind: Any = type(node)
    return _parts(kind)


@cache
def _parts(kind: type) -> tuple[str, ...]:
    return tuple(part.name for part in fields(kind) if part.name not in ("at", "end"))


def _nodes(value) -> Iterator[Node]:
    if isinstance(value, Node):
        yield value
    elif isinstance(value, tuple):
        for part in value:
            yield from _nodes(part)


@dataclass(frozen=True, eq=False)
class Number(Node):
    """`2`, `0.5`: exact."""

    value: Fraction


@dataclass(frozen=True, eq=False)
class Symbol(Node):
    """A letter or a name: `x`, `\\sigma` ("sigma"), `\\mathbf{x}` (font "bf"), `\\hat{y}` (accents ("hat",)), `\\log`
    ("log"), `\\operatorname{tr}` and `\\text{loss}` and `\\mathrm{loss}` of several letters (font "rm", the whole
    word is the name), `\\partial` ("partial"), `\\nabla` ("nabla"), `\\infty` ("infty"), `\\ell` ("ell"),
    `\\mathbb{1}` ("1", font "bb"), `\\mathbf 1`.

    Fonts: "" it bf (also \\boldsymbol, \\bm, \\vec gives the accent "vec") cal bb rm frak tt sf. Greek variants are
    their letter (`\\varepsilon` is "epsilon", `\\varphi` "phi", `\\vartheta` "theta"). Words of the prose inside a
    formula are `Text`.
    """

    name: str
    font: str = ""
    accents: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Named(Symbol):
    """One name of several parts, `w_{\\text{new}}`; `written` is how it stands in the text. Not read so."""

    written: Node | None = None

    def children(self) -> Iterator[Node]:
        """None: its parts are no names of their own."""
        return iter(())


@dataclass(frozen=True, eq=False)
class Scripted(Node):
    """`base_{sub}^{sup}` with `primes`; `sub` and `sup` are `Tuple`s where commas stand in them (`W_{i,j}`),
    `Product`s for letters side by side (`W_{ij}`), `Relation`s (`1_{k=i}`), `Group` "(" in `W^{(l)}`; `\\top`,
    `\\intercal` are the symbol "top"."""

    base: Node
    sub: Node | None = None
    sup: Node | None = None
    primes: int = 0


@dataclass(frozen=True, eq=False)
class Sum(Node):
    """`a + b − c`: terms (sign, node), sign "+", "-", "±" or "∓"; the first sign is "+" where none is written."""

    terms: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, eq=False)
class Product(Node):
    """Factors (operator, node) as written, left to right: "" side by side (also for the first), "cdot", "times",
    "odot", "circ", "otimes", "ast", "mod", "cup", "/" (binds like the others here; `check` knows what it
    divides), "div".

    At least two factors, or one big operator is not wrapped. Application of functions is not worked out: `\\log x`,
    `f(x)`, `\\frac{\\partial}{\\partial x} (…)`, `\\nabla_W f` are factors side by side.
    """

    factors: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, eq=False)
class Frac(Node):
    """`\\frac{a}{b}`, `\\dfrac`, `\\tfrac`, `{a \\over b}`; an empty part is None. A slash is an operator of
    `Product`."""

    above: Node | None
    below: Node | None


@dataclass(frozen=True, eq=False)
class Root(Node):
    """`\\sqrt{x}`, `\\sqrt[n]{x}`."""

    of: Node
    degree: Node | None = None


@dataclass(frozen=True, eq=False)
class Binomial(Node):
    """`\\binom{n}{k}`."""

    above: Node
    below: Node


@dataclass(frozen=True, eq=False)
class Big(Node):
    """`\\sum_{lower}^{upper} body`, also prod max min argmax argmin int inf sup lim bigotimes…; `op` is the name.

    For `\\max`, `\\min`, … only with a lower script that binds (`\\max_k z_k`); `\\max(a, b)` is the symbol "max"
    before a group. The body is the rest of the term: it ends at + or − at the same level, a relation or a closing
    bracket. `sub` is a Tuple (`\\sum_{i,j}`), Relation (`i=1`, `k \\ne i`, `1 \\le i < j \\le n`, `i \\in S`), or
    plain node; \\substack rows a Tuple.
    """

    op: str
    sub: Node | None
    sup: Node | None
    body: Node


@dataclass(frozen=True, eq=False)
class Group(Node):
    """Brackets with what stands in them: `left` is "(", "[", "{" (written `\\{`), "|", "‖", "⟨", "⌊", "⌈", or "" for
    braces of TeX that hold more than one factor; `right` the closing one. Commas inside give a `Tuple`; `p(x \\mid z)`,
    `p(x | z)`, `f(x; θ)` a `Tuple` too with `separators`. An empty bracket has None."""

    left: str
    right: str
    body: Node | None


@dataclass(frozen=True, eq=False)
class Tuple(Node):
    """`a, b, c` inside brackets or scripts; `separators` (",", ";", "|", ":") between the items."""

    items: tuple[Node, ...]
    separators: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Matrix(Node):
    """`\\begin{bmatrix} … \\end{bmatrix}` and its kin: rows of entries (`Dots` for ellipses); `kind` the
    environment's name."""

    kind: str
    rows: tuple[tuple[Node, ...], ...]


@dataclass(frozen=True, eq=False)
class Cases(Node):
    """`\\begin{cases} value & condition \\\\ … \\end{cases}`: (value, condition); None for "otherwise", "else" or
    nothing.

    A condition is a Relation, or `Text` where it is in words; words around a relation ("if $x > 0$") are dropped.
    """

    branches: tuple[tuple[Node, Node | None], ...]


@dataclass(frozen=True, eq=False)
class Stacked(Node):
    """`\\underbrace{a}_{text}`, `\\overbrace`, `\\overset`, `\\underset`, `\\stackrel` on something that is no
    relation: `body` counts, `note` is a remark."""

    body: Node
    note: Node | None


@dataclass(frozen=True, eq=False)
class Text(Node):
    """`\\text{ for all }`: words inside a formula."""

    text: str


@dataclass(frozen=True, eq=False)
class Dots(Node):
    """`\\dots \\ldots \\cdots \\vdots \\ddots`."""


@dataclass(frozen=True, eq=False)
class Relation(Node):
    """`a = b \\le c`: sides and the relations between them; one more side than relations.

    Relations by name: = ≠ < > ≤ ≥ ≈ ∝ ∈ ∉ ⊂ := ≡ → ↦ ~ | ⊥. `\\stackrel{…}{=}` and `\\overset{!}{=}` are "=",
    `\\triangleq`, `:=`, `\\coloneqq`, `\\equiv` and `=:` are ":=" (`reversed` sides are not swapped: "=:" stays
    "=:"). A side is None where a row begins with a relation (a continuation) or ends with one.
    """

    sides: tuple[Node | None, ...]
    relations: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Row(Node):
    """One line of a display, or one of the statements of a formula that `\\quad`, a comma and space, `\\text{and}`,
    `\\Rightarrow` separate.

    `statement` is a Relation or, where no relation is written, an expression; `link` what stands before it ("⇒", "⇔",
    "and", "where", "for", ""); `remarks` the words and conditions beside it (`\\text{(chain rule)}`, `\\text{for } i
    \\ne j` gives the Relation too). `number` counts the display's lines from 0; `label` from \\tag or \\label.
    """

    statement: Node | None
    link: str = ""
    remarks: tuple[Node, ...] = ()
    number: int = 0
    label: str = ""


@dataclass(frozen=True, eq=False)
class Factorial(Node):
    """`n!`."""

    of: Node


@dataclass(frozen=True, eq=False)
class Accent(Node):
    """`\\overline{a + b}`, `\\widehat{XY}`: an accent on something that is no symbol."""

    accent: str
    of: Node
