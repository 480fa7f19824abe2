"""What a written name is called: `\\mathbf{x}`, `W_1`, `W^{(l)}`, `\\hat y` have one spelling each."""

from __future__ import annotations

from typing import TypeGuard

from ...tex.syntax import Dots, Group, Node, Number, Product, Relation, Scripted, Sum, Symbol, Text, Tuple

PLAIN = ("", "it", "rm")
LETTERS_OF_INDICES = frozenset("abcdefghijklmnopqrstuvwxyzαβγμνρστ")
TRANSPOSE = ("top", "intercal")
MARKS = frozenset(("star", "ast", "*", "+", "-", "dagger", "ddagger", "circ", "diamond"))


def spelled(node: Node | None) -> str:
    """A name, or an index expression, in one line of text: the key under which it is looked up.

    >>> spelled(Scripted(0, 5, Symbol(0, 1, "W"), sup=Group(2, 5, "(", ")", Symbol(3, 4, "l"))))
    'W^(l)'
    """
    match node:
        case None:
            return ""
        case Symbol():
            return (
                "".join(f"{a} " for a in node.accents) + (f"{node.font}:" if node.font not in PLAIN else "") + node.name
            )
        case Number():
            return str(node.value)
        case Text():
            return node.text.strip()
        case Scripted():
            sub = f"_{spelled(node.sub)}" if node.sub is not None else ""
            sup = f"^{spelled(node.sup)}" if node.sup is not None else ""
            return spelled(node.base) + sub + sup + "'" * node.primes
        case Group():
            return f"{node.left}{spelled(node.body)}{node.right}"
        case Product():
            return "".join((op if op not in ("", "cdot") else "") + spelled(item) for op, item in node.factors)
        case Sum():
            return "".join(sign + spelled(item) for sign, item in node.terms).removeprefix("+")
        case Tuple():
            return ",".join(spelled(item) for item in node.items)
        case Relation():
            return "".join(spelled(s) + r for s, r in zip(node.sides, (*node.relations, ""), strict=True))
        case Dots():
            return "…"
    return f"<{type(node).__name__.lower()}>"


def plain(key: str) -> str:
    """The key without its font: `bf:x` is `x` where no other x is known."""
    head, colon, rest = key.partition(":")
    accents, _, font = head.rpartition(" ")
    return f"{accents} {rest}".strip() if colon and font else (rest if colon else key)


def base_of(node: Node) -> Symbol | None:
    """The symbol that carries the scripts."""
    while isinstance(node, Scripted):
        node = node.base
    return node if isinstance(node, Symbol) else None


def is_letter(node: Node | None) -> TypeGuard[Symbol]:
    """Whether a script is one letter that may be an index."""
    return isinstance(node, Symbol) and len(node.name) == 1 and node.font in PLAIN and not node.accents


def items(script: Node | None) -> tuple[Node, ...]:
    """The indices that a script holds: `i, j`, `ij`, `(l)`, `[t]`; an expression such as `i+1` or `2i` is one index."""
    match script:
        case None:
            return ()
        case Tuple():
            return tuple(part for item in script.items for part in items(item))
        case Group(left="(" | "[" | "⟨" | "", body=body):
            return items(body)
        case Product() if all(op == "" and (is_letter(f) or _marked(f)) for op, f in script.factors):
            return tuple(f for _, f in script.factors)
        case Product() if all(op == "" and (isinstance(f, Number) or is_letter(f)) for op, f in script.factors):
            numbers = [isinstance(f, Number) for _, f in script.factors]
            return (script,) if numbers[0] and not numbers[-1] else tuple(f for _, f in script.factors)
    return (script,)


def _marked(node):
    """`i'` beside other indices."""
    return isinstance(node, Scripted) and is_letter(node.base) and node.sub is None and node.sup is None


def letters(node: Node | None) -> tuple[str, ...]:
    """The letters in an index expression, primes included."""
    if node is None:
        return ()
    if isinstance(node, Scripted) and is_letter(node.base) and node.primes:
        return (spelled(node),)
    if isinstance(node, Symbol):
        return (spelled(node),)
    return tuple(dict.fromkeys(letter for child in node.children() for letter in letters(child)))


def is_mark(script: Node | None) -> bool:
    """`w^+`, `x_\\star`: a script that makes another name."""
    return isinstance(script, Symbol) and script.name in MARKS


def negative_transpose(sup: Node | None) -> bool:
    """`^{-\\top}`: the transpose of the inverse."""
    return isinstance(sup, Sum) and len(sup.terms) == 1 and sup.terms[0][0] == "-" and is_transpose(sup.terms[0][1])


def is_transpose(sup: Node | None) -> bool:
    """`^\\top`, `^T`, `^{\\mathsf T}`, `^t` in sans serif."""
    if not isinstance(sup, Symbol):
        return False
    return sup.name in TRANSPOSE or (sup.name == "T") or (sup.name == "t" and sup.font in ("sf", "rm"))


def moved(index: Node | None) -> tuple[Node, int] | None:
    """(t, 1) of `t + 1`."""
    match index:
        case Sum(terms=(("+", letter), (("+" | "-") as sign, Number(value=by)))) if is_letter(letter):
            return (letter, int(by) if sign == "+" else -int(by)) if by.denominator == 1 else None
    return None
