r"""Trees of written mathematics back to LaTeX: `latex(read_expression(text))` reads as the same tree."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from functools import lru_cache

from .names import CHARACTERS, RELATIONS, SYMBOLS
from .syntax import (
    Accent,
    Big,
    Binomial,
    Cases,
    Dots,
    Factorial,
    Frac,
    Group,
    Matrix,
    Named,
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

FONTS = {"bf": "mathbf", "cal": "mathcal", "bb": "mathbb", "rm": "mathrm", "frak": "mathfrak", "tt": "mathtt"}
FONTS |= {"sf": "mathsf", "it": "mathit"}
DELIMITERS = {
    **{"(": ("(", ")"), "[": ("[", "]"), "{": (r"\{", r"\}"), "": ("{", "}"), "⟦": (r"\llbracket", r"\rrbracket")},
    **{"|": (r"\lvert", r"\rvert"), "‖": (r"\lVert", r"\rVert"), "⟨": (r"\langle", r"\rangle")},
    **{"⌊": (r"\lfloor", r"\rfloor"), "⌈": (r"\lceil", r"\rceil")},
}
SIGNS = {"±": r"\pm", "∓": r"\mp"}
ACCENTS = {"ring": "mathring", "leftvec": "overleftarrow", "undertilde": "utilde"}
OPERATORS = {"": "", "/": "/", "mod": r"\bmod"}
_COMMANDS = {value: f"\\{name}" for name, value in reversed(tuple(RELATIONS.items())) if name.isalpha()}
RELATION_TEXT = _COMMANDS | {"≤": r"\le", "≥": r"\ge", "≠": r"\ne", "→": r"\to", "≈": r"\approx", "~": r"\sim"}
RELATION_TEXT |= {"=": "=", "<": "<", ">": ">", ":=": ":=", "=:": "=:", "|": r"\mid", ":": ":"}
NAMES = frozenset(SYMBOLS) | frozenset(CHARACTERS.values()) | {"max", "min", "sup", "inf", "argmax", "argmin", "lim"}


def latex(node: Node) -> str:
    r"""The LaTeX of a tree, with spaces where a reader expects them.

    >>> from symgrad.tex.reader import read_expression
    >>> latex(read_expression(r"\sum_k (2q_k)(\mathbb 1_{k=i}x_j)"))
    '\\sum_{k} (2 q_k) (\\mathbb{1}_{k = i} x_j)'
    """
    return joined(_pieces(node))


def joined(pieces: Iterable[str]) -> str:
    """Pieces side by side; a space only where a command would run into a letter, or one is asked for."""
    out = ""
    for piece in pieces:
        if not piece:
            continue
        touching = re.search(r"\\[A-Za-z]+$", out) is not None and piece[0].isalpha()
        out += (" " if touching else "") + piece
    return re.sub(r" {2,}", " ", out).strip()


@lru_cache(maxsize=4096)  # trees that differ in one place share all others
def _pieces(node: Node) -> tuple[str, ...]:
    whole = getattr(node, "written", None)  # a name of several parts
    return _pieces(whole) if whole is not None else tuple(_kind(type(node))(node))


def _kind(kind: type) -> Callable[..., list[str]]:
    return next(WRITTEN[base] for base in kind.__mro__ if base in WRITTEN)


def _symbol(n: Symbol) -> list[str]:
    text = n.name
    if n.font:
        text = f"\\operatorname{{{text}}}" if n.font == "rm" and len(text) > 1 else f"\\{FONTS[n.font]}{{{text}}}"
    elif len(text) > 1:
        text = f"\\{text}" if text in NAMES else f"\\operatorname{{{text}}}"
    for accent in n.accents:
        text = f"\\{ACCENTS.get(accent, accent)}{{{text}}}"
    return [text]


def _number(n: Number) -> list[str]:
    if n.value.denominator == 1:
        return [str(n.value)]
    return [decimal(n.value) or rf"\frac{{{n.value.numerator}}}{{{n.value.denominator}}}"]


def decimal(value: Fraction) -> str | None:
    """The digits of a fraction that has finitely many, `0.125`."""
    text = f"{float(value):.12f}".rstrip("0")
    return text if Fraction(text) == value else None


def _scripted(n: Scripted) -> list[str]:
    bare = isinstance(n.base, Symbol | Number | Group)
    out = latex(n.base) if bare else f"{{{latex(n.base)}}}"
    out += "'" * n.primes
    for mark, script in (("_", n.sub), ("^", n.sup)):
        if script is not None:
            text = latex(script)
            out += mark + (text if len(text) == 1 or re.fullmatch(r"\\[A-Za-z]+", text) else f"{{{text}}}")
    return [out]


def _sum(n: Sum) -> list[str]:
    out: list[str] = []
    for k, (sign, term) in enumerate(n.terms):
        shown = SIGNS.get(sign, sign)
        if k == 0:
            out.append("" if sign == "+" and len(n.terms) > 1 else shown)
        else:
            out.append(f" {shown} ")
        out += _bracketed(term) if isinstance(term, Sum) and len(term.terms) > 1 else _pieces(term)
    return out


def _bracketed(n: Node) -> list[str]:
    return [r"\left(", *_pieces(n), r"\right)"]


def _product(n: Product) -> list[str]:
    out: list[str] = []
    for k, (op, factor) in enumerate(n.factors):
        last = k == len(n.factors) - 1
        beside = not op and isinstance(factor, Group) and isinstance(n.factors[k - 1][1], Symbol | Scripted | Number)
        out += [" "] if k and not beside else []
        out += [OPERATORS.get(op, f"\\{op}"), " "] if op else []
        loose = isinstance(factor, Product | Relation) or (
            isinstance(factor, Sum) and (not op or len(factor.terms) > 1)
        )
        out += _bracketed(factor) if loose or (isinstance(factor, Big) and not last) else _pieces(factor)
    return out


def _big(n: Big) -> list[str]:
    name = latex(Symbol(n.at, n.end, n.op)) if n.op in ("argmax", "argmin") else f"\\{n.op}"
    scripts = "".join(f"{m}{{{latex(s)}}}" for m, s in (("_", n.sub), ("^", n.sup)) if s is not None)
    several = isinstance(n.body, Sum) and len(n.body.terms) > 1
    return [name + scripts, " ", *(_bracketed(n.body) if several else _pieces(n.body))]


def _group(n: Group) -> list[str]:
    inside = _pieces(n.body) if n.body is not None else ()
    if n.left == "" and n.right == "|":
        return [r"\left.", *inside, r"\right|"]
    left = DELIMITERS[n.left][0]
    right = n.right and next((b for a, b in DELIMITERS.values() if b.strip("\\") == n.right), None)
    right = right or DELIMITERS[n.left][1]
    tall = any(isinstance(m, Frac | Big | Matrix) for m in n.walk()) and n.left
    return [r"\left" + left, *inside, r"\right" + right] if tall else [left, *inside, right]


def _relation(n: Relation) -> list[str]:
    out = [*_pieces(n.sides[0])] if n.sides[0] is not None else []
    for relation, side in zip(n.relations, n.sides[1:], strict=True):
        out += [f" {RELATION_TEXT.get(relation, relation)} ", *(_pieces(side) if side is not None else [])]
    return out


def _tuple(n: Tuple) -> list[str]:
    out = [*_pieces(n.items[0])]
    for k, item in enumerate(n.items[1:]):
        separator = n.separators[k] if k < len(n.separators) else ","
        out += [f" {RELATION_TEXT[separator]} " if separator == "|" else f"{separator} ", *_pieces(item)]
    return out


def _rows(rows) -> str:
    return r" \\ ".join(" & ".join(latex(cell) for cell in row if cell is not None) for row in rows)


def _frac(n: Frac) -> list[str]:
    above, below = (latex(part) if part is not None else "" for part in (n.above, n.below))
    return [rf"\frac{{{above}}}{{{below}}}"]


WRITTEN: Mapping[type, Callable[..., list[str]]] = {
    Number: _number,
    Symbol: _symbol,
    Named: lambda n: [*_pieces(n.written)],
    Scripted: _scripted,
    Sum: _sum,
    Product: _product,
    Frac: _frac,
    Root: lambda n: [rf"\sqrt{f'[{latex(n.degree)}]' if n.degree is not None else ''}{{{latex(n.of)}}}"],
    Binomial: lambda n: [rf"\binom{{{latex(n.above)}}}{{{latex(n.below)}}}"],
    Big: _big,
    Group: _group,
    Tuple: _tuple,
    Matrix: lambda n: [rf"\begin{{{n.kind}}}{_rows(n.rows)}\end{{{n.kind}}}"],
    Cases: lambda n: [rf"\begin{{cases}}{_rows(n.branches)}\end{{cases}}"],
    Stacked: lambda n: [*_pieces(n.body)],
    Text: lambda n: [rf"\text{{{n.text}}}"],
    Dots: lambda n: [r"\dots"],
    Relation: _relation,
    Factorial: lambda n: [*_pieces(n.of), "!"],
    Accent: lambda n: [rf"\{ACCENTS.get(n.accent, n.accent)}{{{latex(n.of)}}}"],
}
