r"""A written formula as MathML, which browsers set without a script and without a font to fetch.

What a formula says is kept, not how wide its spaces are: TeX's own spacing comes from MathML's table of operators.
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from types import MappingProxyType

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
    Scripted,
    Stacked,
    Sum,
    Symbol,
    Text,
    Tuple,
)
from ..names.named import Named
from .glyphs import BIG, OPERATORS, OVER, UNDER, glyph, styled
from .linear_text import linear

_FENCES = {"bmatrix": "[]", "pmatrix": "()", "vmatrix": "||", "Vmatrix": "‖‖", "Bmatrix": "{}", "bsmallmatrix": "[]"}
_FENCES |= {"psmallmatrix": "()"}
_ABOVE = frozenset(("int", "iint", "iiint", "oint"))
TALL = (Frac, Big, Matrix, Cases, Binomial, Root, Stacked)
"""What brackets grow with."""
TIGHT = {"lspace": "0em", "rspace": "0em"}
_THIN = '<mspace width="0.17em"></mspace>'


def element(name: str, *inside: str, **attributes: str) -> str:
    """An element around MathML that is escaped already.

    >>> element("mrow", "<mi>x</mi>", class_="wrong")
    '<mrow class="wrong"><mi>x</mi></mrow>'
    """
    said = "".join(f' {key.rstrip("_")}="{escape(value)}"' for key, value in attributes.items() if value)
    return f"<{name}{said}>{''.join(inside)}</{name}>"


def math(inside: str, text: str, display: bool = False) -> str:
    """The formula; `text` is what is read aloud and copied."""
    return element("math", inside, displaystyle="true" if display else "", **{"aria-label": text})


def markup(node: Node | None) -> str:
    r"""
    >>> from ...tex.reader import read_expression
    >>> markup(read_expression("2 x_i < 3"))
    '<mrow><mrow><mn>2</mn><msub><mi>x</mi><mi>i</mi></msub></mrow><mo>&lt;</mo><mn>3</mn></mrow>'
    """
    return "<mrow></mrow>" if node is None else WRITERS[type(node)](node)


def operator(text: str, **attributes: str) -> str:
    return element("mo", escape(text), **attributes)


def relation(node: Relation) -> str:
    """Sides and relations in a line."""
    first = "" if node.sides[0] is None else markup(node.sides[0])
    pairs = zip(node.relations, node.sides[1:], strict=True)
    return element("mrow", first, *(operator(sign) + ("" if side is None else markup(side)) for sign, side in pairs))


def _symbol(node: Symbol) -> str:
    shown = styled(glyph(node), node.font)
    upright = node.font == "rm" or (len(shown) == 1 and shown in "∂∇∞⊤⊥ℓ")
    out = element("mi", escape(shown), mathvariant="normal" if upright and len(shown) == 1 else "")
    for accent in node.accents:
        out = _accented(out, accent)
    return out


def _accented(inside: str, accent: str) -> str:
    if accent in UNDER:
        return element("munder", inside, operator(UNDER[accent], stretchy="true"), accentunder="true")
    return element("mover", inside, operator(OVER.get(accent, "^"), stretchy="false"), accent="true")


def _scripted(node: Scripted) -> str:
    base = markup(node.base)
    above = [operator("′" * node.primes, **TIGHT)] if node.primes else []
    above += [markup(node.sup)] if node.sup is not None else []
    sup = element("mrow", *above) if len(above) > 1 else "".join(above)
    if node.sub is None:
        return element("msup", base, sup) if sup else base
    sub = markup(node.sub)
    return element("msubsup", base, sub, sup) if sup else element("msub", base, sub)


def _sum(node: Sum) -> str:
    parts = []
    for k, (sign, term) in enumerate(node.terms):
        if k or sign != "+":
            parts.append(operator("−" if sign == "-" else sign, form="" if k else "prefix"))
        parts.append(markup(term))
    return element("mrow", *parts)


def _product(node: Product) -> str:
    parts: list[str] = []
    previous: Node | None = None
    for op, factor in node.factors:
        if parts and op:
            parts.append(operator(OPERATORS.get(op, op)))
        elif previous is not None and (_is_wide(previous) or _is_wide(factor)) and not _is_group(factor):
            parts.append(_THIN)
        parts.append(markup(factor))
        previous = factor
    return element("mrow", *parts)


def _is_wide(node: Node) -> bool:
    """Words, fractions and sums keep a distance."""
    base = node.base if isinstance(node, Scripted) else node
    return isinstance(base, Frac | Big) or (isinstance(base, Symbol) and len(glyph(base)) > 1)


def _is_group(node: Node) -> bool:
    return isinstance(node, Group) and node.left != ""


def _big(node: Big) -> str:
    sign = (
        operator(BIG[node.op]) if node.op in BIG else element("mo", escape(glyph(Symbol(0, 0, node.op))), form="prefix")
    )
    below, above = node.sub, node.sup
    limits = "sub" if node.op in _ABOVE else "under"
    tags = {"sub": ("msub", "msup", "msubsup"), "under": ("munder", "mover", "munderover")}[limits]
    if below is not None and above is not None:
        sign = element(tags[2], sign, markup(below), markup(above))
    elif below is not None:
        sign = element(tags[0], sign, markup(below))
    elif above is not None:
        sign = element(tags[1], sign, markup(above))
    gap = "" if node.op in BIG else _THIN
    return element("mrow", sign, gap, markup(node.body))


def _group(node: Group) -> str:
    if not node.left and not node.right:
        return element("mrow", markup(node.body) if node.body is not None else "")
    tall = node.body is not None and any(isinstance(part, TALL) for part in node.body.walk())
    given = TIGHT if tall else {**TIGHT, "stretchy": "false"}
    opening = operator(node.left, form="prefix", **given) if node.left else ""
    closing = operator(node.right, form="postfix", **given) if node.right else ""
    return element("mrow", opening, markup(node.body) if node.body is not None else "", closing)


def _tuple(node: Tuple) -> str:
    marks = [*node.separators, *[","] * len(node.items)][: max(len(node.items) - 1, 0)]
    parts = []
    for item, mark in zip(node.items, [*marks, ""], strict=True):
        parts.append(markup(item))
        if mark:
            parts.append(operator(mark, separator="true" if mark in ",;" else ""))
    return element("mrow", *parts)


def _table(rows, **attributes: str) -> str:
    cells = (element("mtr", *(element("mtd", markup(cell)) for cell in row)) for row in rows)
    return element("mtable", *cells, **attributes)


def _matrix(node: Matrix) -> str:
    fences = _FENCES.get(node.kind.rstrip("*"), "")
    table = _table(node.rows)
    return element("mrow", operator(fences[0]), table, operator(fences[1])) if fences else table


def _cases(node: Cases) -> str:
    last = Text(node.at, node.end, "otherwise" if len(node.branches) > 1 else "")
    rows = [(value, last if when is None else when) for value, when in node.branches]
    return element("mrow", operator("{"), _table(rows, class_="cases"))


def _stacked(node: Stacked) -> str:
    return markup(node.body) if node.note is None else element("munder", markup(node.body), markup(node.note))


WRITERS: MappingProxyType[type, Callable[..., str]] = MappingProxyType(
    {
        Accent: lambda n: _accented(markup(n.of), n.accent),
        Big: _big,
        Binomial: lambda n: element(
            "mrow", operator("("), element("mfrac", markup(n.above), markup(n.below), linethickness="0"), operator(")")
        ),
        Cases: _cases,
        Dots: lambda n: operator("…"),
        Factorial: lambda n: element("mrow", markup(n.of), operator("!")),
        Frac: lambda n: element("mfrac", markup(n.above), markup(n.below)),
        Group: _group,
        Named: lambda n: markup(n.written),
        Matrix: _matrix,
        Number: lambda n: element("mn", escape(linear(n))),
        Product: _product,
        Relation: relation,
        Root: lambda n: (
            element("msqrt", markup(n.of)) if n.degree is None else element("mroot", markup(n.of), markup(n.degree))
        ),
        Scripted: _scripted,
        Stacked: _stacked,
        Sum: _sum,
        Symbol: _symbol,
        Text: lambda n: element("mtext", escape(n.text)),
        Tuple: _tuple,
    }
)
"""How each kind of node is set; a test holds that none is missing."""
