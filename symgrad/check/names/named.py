"""Names with a word or a sign for a script: `w_{\\text{new}}`, `w^*`, `\\theta^{\\mathrm{old}}_a` are one name."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from ...tex.syntax import Named, Node, Product, Scripted, Symbol, Text, Tuple
from .conditions import with_conditions
from .names import PLAIN, TRANSPOSE, spelled

WRITTEN = "nabla partial d D e log ln exp max min sum det tr diag sup inf lim softmax argmax argmin vec"
OPERATORS = frozenset(WRITTEN.split())
STARS = frozenset(("*", "star", "ast", "dagger", "sharp", "flat", "circ", "bullet"))
LIMITS = frozenset(("max", "min"))


def folded(part: Any) -> Any:
    """A formula, or whatever holds formulas, in which such names are symbols.

    >>> from ...tex.reader import read_expression
    >>> spelled(folded(read_expression(r"\\theta_a^{\\text{old}}")))
    'theta^old_a'
    """
    if isinstance(part, Named):
        return part
    if isinstance(part, tuple):
        return tuple(folded(p) for p in part)
    if not isinstance(part, Node):
        return part
    if isinstance(part, Symbol) and part.name == "ell":
        return replace(part, name="ℓ")  # one letter, which may be an index
    new = {f.name: folded(old) for f in fields(part) if isinstance(old := getattr(part, f.name), Node | tuple)}
    changed = any(new[name] is not getattr(part, name) and not _same(new[name], getattr(part, name)) for name in new)
    node = replace(part, **new) if changed else part
    if isinstance(node, Scripted):
        return _scripted(node)
    return _product(node) if isinstance(node, Product) else node


def _same(new, old):
    return (
        isinstance(new, tuple)
        and len(new) == len(old)
        and all(a is b or _same(a, b) for a, b in zip(new, old, strict=True))
    )


def is_word(node: Node | None, above: bool = False) -> bool:
    """Whether a script is part of a name: `\\text{new}`, `\\max`, and above `*`."""
    if isinstance(node, Text):
        return True
    if not isinstance(node, Symbol) or node.accents:
        return False
    if above and node.name in STARS:
        return True
    long = len(node.name) > 1 or (not above and node.name.isupper())  # `p_{\mathrm N}`
    upright = node.font in ("rm", "sf", "tt") and long and node.name not in TRANSPOSE
    return upright or (node.name in LIMITS and node.font in PLAIN)


def _scripted(node: Scripted) -> Node:
    base = node.base
    if not isinstance(base, Symbol) or base.name in OPERATORS or base.font == "bb" or base.name == "1":
        return node
    word, sub = _parted(node.sub)
    star = node.sup if is_word(node.sup, above=True) else None
    if word is None and star is None:
        return node
    name = (
        base.name
        + (f"_{spelled(word)}" if word is not None else "")
        + (f"^{spelled(star)}" if star is not None else "")
    )
    one = Named(node.at, node.end, name, base.font, base.accents, written=node)
    sup = node.sup if star is None else None
    if sub is None and sup is None and not node.primes:
        return one
    return Scripted(node.at, node.end, one, sub, sup, node.primes)


def _parted(sub):
    """The word of a subscript, and its indices."""
    if is_word(sub):
        return sub, None
    if isinstance(sub, Tuple):
        words = [i for i in sub.items if is_word(i)]
        rest = tuple(i for i in sub.items if not is_word(i))
        if len(words) == 1 and rest:
            return words[0], rest[0] if len(rest) == 1 else Tuple(sub.at, sub.end, rest)
    return None, sub


def _product(node: Product) -> Node:
    """`\\Delta w`: a change is a name of its own."""
    node = with_conditions(node)
    out: list[tuple[str, Node]] = []
    for op, factor in node.factors:
        before = out[-1][1] if out and op == "" else None
        base = factor.base if isinstance(factor, Scripted) else factor
        if _is_change(before) and isinstance(base, Symbol) and base.name not in OPERATORS:
            out[-1] = (out[-1][0], _changed(before, base, factor))
        else:
            out.append((op, factor))
    if len(out) == len(node.factors):
        return node
    return out[0][1] if len(out) == 1 else replace(node, factors=tuple(out))


def _is_change(node):
    return isinstance(node, Symbol) and node.name == "Delta" and node.font in PLAIN and not node.accents


def _changed(delta, base, factor):
    both = Product(delta.at, base.end, (("", delta), ("", base)))
    one = Named(delta.at, base.end, base.name, base.font, ("Delta", *base.accents), written=both)
    return replace(factor, at=delta.at, base=one) if isinstance(factor, Scripted) else one
