r"""Commands with arguments: `\frac`, `\sqrt`, fonts, accents, names, things stacked on each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction

from . import bigs, names
from .cursor import Cursor
from .faults import Fault, limit
from .limits import NAME
from .scripts import Scripts
from .syntax import Accent, Binomial, Frac, Group, Node, Number, Product, Root, Scripted, Stacked, Symbol, Text, Tuple
from .tokens import Token

Structure = Callable[[Cursor, Token], Node]


def fraction(p: Cursor, token: Token) -> Node:
    above, below = p.argument(token), p.argument(token)
    return Frac(token.at, p.last_end, above, below)


def binomial(p: Cursor, token: Token) -> Node:
    above, below = _needed(p, token), _needed(p, token)
    return Binomial(token.at, p.last_end, above, below)


def root(p: Cursor, token: Token) -> Node:
    degree = _optional(p)
    of = _needed(p, token)
    return Root(token.at, p.last_end, of, degree)


def _needed(p: Cursor, token: Token) -> Node:
    found = p.argument(token)
    if found is None:
        raise Fault(f"\\{token.text} of nothing", token.at, "an argument in braces is missing")
    return found


def _optional(p: Cursor) -> Node | None:
    """An argument in square brackets."""
    if p.here.kind != "open" or p.here.text != "[":
        return None
    opening = p.advance()
    with p.within("brackets"):
        found = p.items()
    p.expect("close", "[ is not closed", opening.at, "] is missing")
    return found


def derivative(p: Cursor, token: Token) -> Node:
    r"""`\pdv{f}{x}`, `\dv[2]{f}{x}`, `\pdv{f}{x}{y}` of the physics package, as the fraction that they show."""
    order = _optional(p)
    parts: list[Node] = []
    while p.here.kind == "{" and len(parts) < 3:
        parts.append(_needed(p, token))
    if not parts:
        raise Fault(f"\\{token.text} without braces", token.at, f"write \\{token.text}{{f}}{{x}}")
    of, by = (parts[0], parts[1:]) if len(parts) > 1 else (None, parts)
    mark = Symbol(token.at, token.end, "partial" if token.text[0] == "p" else "d")
    if order is None and len(by) > 1:
        order = Number(token.at, token.end, Fraction(len(by)))
    above = mark if order is None else Scripted(token.at, p.last_end, mark, None, order)
    last = by[-1] if order is None or len(by) > 1 else Scripted(token.at, by[-1].end, by[-1], None, order)
    below = [factor for x in (*by[:-1], last) for factor in (mark, x)]
    top = above if of is None else _side_by_side(token.at, p.last_end, [above, of])
    return Frac(token.at, p.last_end, top, _side_by_side(token.at, p.last_end, below))


def _side_by_side(at: int, end: int, nodes: list[Node]) -> Node:
    factors = [f for n in nodes for f in (n.factors if isinstance(n, Product) else (("", n),))]
    return Product(at, end, tuple(factors))


# Fonts

WORD_FONTS = frozenset(("rm", "sf", "tt", "it"))


def font(p: Cursor, token: Token) -> Node:
    r"""`\mathbf{x}`, `\mathbf x`; `\mathrm{loss}` is one name, `\mathbf{Wx}` two letters."""
    kind = names.FONTS[token.text]
    found = _word(p, kind)
    if found is not None:
        return found
    with p.within(p.inside, p.bars, kind):
        argument = p.argument(token, p.inside)
    return enclosed(argument, token, p)


def _word(p: Cursor, kind: str) -> Symbol | None:
    """The letters of the group that stands here, where they make one name."""
    if p.here.kind != "{":
        return None
    k, letters = p.k + 1, ""
    while p.tokens[k].kind in ("letter", "number", "word", "text") or (letters and _is_low_line(p.tokens[k])):
        letters += p.tokens[k].text
        k += 1
    if p.tokens[k].kind != "}" or not letters or letters[0].isdigit():
        return None
    long = len(letters) > 3 and letters.islower()
    if len(letters) > 1 and kind not in WORD_FONTS and not long and letters not in names.SYMBOLS:
        return None
    return _named(p, k, letters, kind)


def _is_low_line(token: Token) -> bool:
    r"""`\_` in a name, as in `\mathrm{w\_in}`."""
    return token.kind == "command" and token.text == "_"


def _named(p: Cursor, closing: int, name: str, kind: str, start: int | None = None) -> Symbol:
    """The symbol of that name; the cursor goes past the group."""
    at = p.here.at if start is None else start
    if len(name) > NAME:
        raise limit(f"a name of more than {NAME} characters", at)
    while p.k <= closing:
        p.advance()
    return Symbol(at, p.last_end, name, kind)


def operator_name(p: Cursor, token: Token) -> Node:
    r"""`\operatorname{tr}`, `\operatorname*{arg\,max}`."""
    if p.here.kind == "operator" and p.here.text == "ast":
        p.advance()
    if p.here.kind != "{":
        raise Fault("\\operatorname without a name", token.at, "write \\operatorname{tr}")
    k, name = p.k + 1, ""
    while p.tokens[k].kind not in ("}", "stop"):
        part = p.tokens[k]
        if part.kind not in SPELLING and part.text not in names.FONTS and part.text != "_":
            raise Fault("a name that is not made of letters", part.at, "write \\operatorname{name}")
        name += "-" if part.kind == "sign" else part.text if part.kind in SPELLING or part.text == "_" else ""
        k += 1 + (p.tokens[k + 1].kind == "{" and part.kind == "command")
    closing = k + (p.tokens[k + 1].kind == "}" and any(t.kind == "command" for t in p.tokens[p.k : k]))
    return _named(p, closing, name.strip(), "rm", token.at)


SPELLING = frozenset(("letter", "number", "word", "text", "symbol", "sign", "binding"))


def enclosed(argument: Node | None, token: Token, p: Cursor) -> Node:
    """What stood in braces as one factor."""
    if argument is None or isinstance(argument, Product | Tuple) or not _is_factor(argument):
        return Group(token.at, p.last_end, "", "", argument)
    return argument


def _is_factor(node: Node) -> bool:
    return type(node).__name__ not in ("Sum", "Product", "Tuple", "Relation", "Big")


# Accents


def accent(p: Cursor, token: Token) -> Node:
    """`\\hat y`; over `y_i` it belongs to y."""
    kind = names.ACCENTS[token.text]
    of = _needed(p, token)
    end = p.last_end
    base, rest = (of.base, of) if isinstance(of, Scripted) else (of, None)
    if not isinstance(base, Symbol):
        return Accent(token.at, end, kind, of)
    marked = replace(base, at=token.at, end=base.end if rest is not None else end, accents=(*base.accents, kind))
    return replace(rest, at=token.at, end=end, base=marked) if rest is not None else marked


# One thing over another


def braced(p: Cursor, token: Token) -> Node:
    r"""`\underbrace{a}_{note}`, `\overbrace{a}^{note}`."""
    body = enclosed(_needed(p, token), token, p)
    note = None
    if p.here.kind in ("_", "^"):
        note = _words(p.argument(p.advance(), "script"))
    return Stacked(token.at, p.last_end, body, note)


def stacked(p: Cursor, token: Token) -> Node:
    r"""`\overset{note}{body}`; under an operator it is the operator's script."""
    note = p.argument(token, "script")
    body = enclosed(_needed(p, token), token, p)
    if token.text == "underset" and isinstance(body, Symbol) and body.name in names.BINDING:
        return bigs.opened(p, replace(body, at=token.at), Scripts(note))
    if token.text == "underset" and isinstance(body, Symbol) and body.font in ("bb", "rm") and note is not None:
        return Scripted(token.at, p.last_end, body, note)
    return Stacked(token.at, p.last_end, body, _words(note))


def _words(note: Node | None) -> Node | None:
    if isinstance(note, Symbol) and note.font == "rm" and len(note.name) > 1:
        return Text(note.at, note.end, note.name)
    return note


def cancelled(p: Cursor, token: Token) -> Node:
    r"""`\cancel{x}` still counts; that it was crossed out is a remark."""
    body = enclosed(_needed(p, token), token, p)
    p.notes.append(Text(token.at, p.last_end, "cancelled"))
    return body


STRUCTURES: Mapping[str, Structure] = {
    **dict.fromkeys(("frac", "dfrac", "tfrac", "cfrac", "nicefrac", "sfrac"), fraction),
    **dict.fromkeys(("binom", "dbinom", "tbinom"), binomial),
    "sqrt": root,
    **dict.fromkeys(("dv", "pdv", "derivative", "pderivative", "odv"), derivative),
    **dict.fromkeys(names.FONTS, font),
    **dict.fromkeys(names.ACCENTS, accent),
    **dict.fromkeys(("operatorname", "operatorname*", "operatornamewithlimits"), operator_name),
    **dict.fromkeys(("underbrace", "overbrace", "underbracket", "overbracket"), braced),
    **dict.fromkeys(("overset", "underset", "stackrel"), stacked),
    **dict.fromkeys(("cancel", "bcancel", "xcancel", "cancelto"), cancelled),
}
