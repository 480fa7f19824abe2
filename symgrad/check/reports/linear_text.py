r"""A written formula in one line of Unicode, as a terminal shows it: `2 qᵢ xⱼ` for `2 q_i x_j`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from unicodedata import normalize

from ...render.names import SUBSCRIPT
from ...tex.names import RAISED
from ...tex.syntax import (
    Accent,
    Big,
    Binomial,
    Cases,
    Dots,
    Factorial,
    Frac,
    Group,
    Matrix,
    Node,
    Number,
    Product,
    Relation,
    Root,
    Row,
    Scripted,
    Stacked,
    Sum,
    Symbol,
    Text,
    Tuple,
)
from ..names.named import Named
from .glyphs import BIG, COMBINING, OPERATORS, glyph, styled

_RAISED = {plain: raised for raised, plain in RAISED.items()} | {
    "-": "⁻",
    "−": "⁻",
    "+": "⁺",
    "⊤": "ᵀ",
    "T": "ᵀ",
    "∗": "*",
}
_LOWERED = SUBSCRIPT | {"+": "₊", "-": "₋", "−": "₋"}
_TIGHT = frozenset("/")


def linear(node: Node | None) -> str:
    r"""
    >>> from ...tex.reader import read_expression
    >>> linear(read_expression(r"\frac{\partial f}{\partial W_{ij}} = 2 q_i x_j"))
    '∂f/∂Wᵢⱼ = 2 qᵢ xⱼ'
    >>> linear(read_expression(r"\sum_{k=1}^m q_k^2")), linear(read_expression(r"\mathbf{W}^\top \hat y"))
    ('∑_{k=1}^m qₖ²', 'Wᵀ ŷ')
    """
    return "" if node is None else WRITERS[type(node)](node)


def _symbol(node: Symbol) -> str:
    text = styled(glyph(node), node.font) if node.font == "bb" else glyph(node)
    return normalize("NFC", text + "".join(COMBINING.get(accent, "") for accent in node.accents))


def _number(node: Number) -> str:
    if node.value.denominator == 1:
        return str(node.value.numerator)
    return f"{float(node.value):.12g}"


def _scripted(node: Scripted) -> str:
    base = linear(node.base)
    if isinstance(node.base, Frac | Sum | Product | Big | Relation):
        base = f"({base})"
    return base + "′" * node.primes + _packed(node.sub, "_", _LOWERED) + _packed(node.sup, "^", _RAISED)


def _limits(below: Node | None, above: Node | None) -> str:
    """Those of a sum, both small or both written out."""
    found = _packed(below, "_", _LOWERED), _packed(above, "^", _RAISED)
    if any(text.startswith(mark) for text, mark in zip(found, "_^", strict=True)):
        found = _packed(below, "_", {}), _packed(above, "^", {})
    return "".join(found)


def _packed(node: Node | None, mark: str, table: Mapping[str, str]) -> str:
    """A script in small characters, where there are such."""
    packed = linear(node).replace(" ", "")
    if all(character in table for character in packed):
        return "".join(table[character] for character in packed)
    return f"{mark}{packed}" if len(packed) == 1 else f"{mark}{{{packed}}}"


def _sum(node: Sum) -> str:
    (first, head), *rest = node.terms
    text = ("" if first == "+" else _minus(first)) + linear(head)
    return text + "".join(f" {_minus(sign)} {linear(term)}" for sign, term in rest)


def _minus(sign: str) -> str:
    return "−" if sign == "-" else sign


def _product(node: Product) -> str:
    text = ""
    previous: Node | None = None
    for op, factor in node.factors:
        shown = f"({linear(factor)})" if isinstance(factor, Sum | Relation) else linear(factor)
        mark = OPERATORS.get(op, op)
        if not text:
            text = shown
        elif op:
            text += f"{mark}{shown}" if mark in _TIGHT else f" {mark} {shown}"
        else:
            text += shown if _touches(previous, factor) else f" {shown}"
        previous = factor
    return text


def _touches(left: Node | None, right: Node) -> bool:
    """`∂f`, `f(x)`, `(a)(b)`."""
    name = left.name if isinstance(left, Symbol) else _base(left)
    if name in ("partial", "nabla", "d", "Delta") or (isinstance(left, Group) and isinstance(right, Group)):
        return name != "nabla" or isinstance(left, Symbol)
    return isinstance(right, Group) and right.left in ("(", "[", "{") and isinstance(left, Symbol | Scripted)


def _base(node: Node | None) -> str:
    return node.base.name if isinstance(node, Scripted) and isinstance(node.base, Symbol) else ""


def _fraction(node: Frac) -> str:
    return "/".join(_part(part) for part in (node.above, node.below))


def _part(node: Node | None) -> str:
    text = linear(node)
    plain = isinstance(node, Product) and all(not op for op, _ in node.factors) and " " not in text
    return text if plain or isinstance(node, Symbol | Scripted | Number | Group) else f"({text})"


def _big(node: Big) -> str:
    name = BIG.get(node.op, glyph(Symbol(node.at, node.end, node.op)))
    body = f"({linear(node.body)})" if isinstance(node.body, Sum) else linear(node.body)
    return f"{name}{_limits(node.sub, node.sup)} {body}"


def _tuple(node: Tuple) -> str:
    marks = [*node.separators, *[","] * len(node.items)][: max(len(node.items) - 1, 0)]
    ends = [f" {mark} " if mark == "|" else f"{mark} " for mark in marks]
    return "".join(linear(item) + end for item, end in zip(node.items, [*ends, ""], strict=True))


def _relation(node: Relation) -> str:
    text = linear(node.sides[0])
    for relation, side in zip(node.relations, node.sides[1:], strict=True):
        text = f"{text} {relation} {linear(side)}".strip()
    return text


def _cases(node: Cases) -> str:
    branches = [linear(value) + (f" if {linear(when)}" if when is not None else "") for value, when in node.branches]
    return f"{{{'; '.join(branches)}}}"


def _row(node: Row) -> str:
    return linear(node.statement)


WRITERS: MappingProxyType[type, Callable[..., str]] = MappingProxyType(
    {
        Accent: lambda n: f"{n.accent}({linear(n.of)})",
        Big: _big,
        Binomial: lambda n: f"binom({linear(n.above)}, {linear(n.below)})",
        Cases: _cases,
        Dots: lambda n: "…",
        Factorial: lambda n: f"{_part(n.of)}!",
        Frac: _fraction,
        Group: lambda n: f"{n.left}{linear(n.body)}{n.right}",
        Named: lambda n: linear(n.written),
        Matrix: lambda n: f"[{'; '.join(', '.join(map(linear, row)) for row in n.rows)}]",
        Number: _number,
        Product: _product,
        Relation: _relation,
        Root: lambda n: f"√({linear(n.of)})" if n.degree is None else f"({linear(n.of)})^(1/{linear(n.degree)})",
        Row: _row,
        Scripted: _scripted,
        Stacked: lambda n: linear(n.body),
        Sum: _sum,
        Symbol: _symbol,
        Text: lambda n: n.text,
        Tuple: _tuple,
    }
)
"""How each kind of node is written; a test holds that none is missing."""
