r"""Signs for derivatives that the text introduces: "I write $\nabla_M$ for $\partial L / \partial M_{ij}$".

"For any $v$ let $\delta v$ stand for $\partial E / \partial v$", "$\bar v$ denotes $\partial L / \partial v$": every
`\delta c_t` is the gradient of E by c_t, of the shape of c_t. Where the letter is no placeholder but a name that the
document uses, the sign is taken so for this name only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from ...tex.syntax import Frac, Group, Named, Node, Product, Relation, Row, Scripted, Symbol
from ..documents.pieces import Formula, Piece, Prose
from .names import base_of, is_transpose, negative_transpose, spelled
from .transposes import rewritten

_MEANS = re.compile(
    r"\s*(?:(?:to )?(?:stands?|denotes?|means?|be|is|abbreviates?|as|for|refers to|will be|will mean|will denote)\b)"
    r"[\w\s,\-]{0,80}",
    re.I,
)
_ANY = re.compile(r"\b(?:any|every|each|all|variables?|quantit\w+|arrays?|tensors?|nodes?)\b", re.I)
PREFIXES = ("delta", "d", "Delta")


@dataclass(frozen=True, eq=False)
class Notation:
    """A sign (`kind`, `sign`) put on a name, and what is differentiated; `only` this name, or any."""

    kind: str
    sign: str
    of: Node
    said: tuple[Node, ...]
    only: str | None = None


def with_notations(
    pieces: Iterable[Piece], formulas: Sequence[tuple[Formula, tuple[Row, ...]]]
) -> list[tuple[Row, ...]]:
    """The rows with `∇_x L` for each such sign; what introduces a sign for any name says nothing else."""
    rows = [own for _, own in formulas]
    found = list(_introduced(tuple(pieces), {id(f): own for f, own in formulas}, rows))
    silent = {id(n) for notation in found if notation.only is None for n in notation.said}
    quiet = [tuple(replace(r, statement=None) if id(r.statement) in silent else r for r in own) for own in rows]
    return [_with(own, found) for own in quiet] if found else rows


def _introduced(pieces, rows, all_rows) -> Iterator[Notation]:
    """A formula that is a sign on a name, words that join, a derivative by that name."""
    for k in range(len(pieces) - 2):
        sign, words, meaning = pieces[k : k + 3]
        if not (isinstance(sign, Formula) and isinstance(words, Prose) and isinstance(meaning, Formula)):
            continue
        if sign.display or not _MEANS.fullmatch(words.text):
            continue
        one, other = _alone(rows.get(id(sign), ())), _alone(rows.get(id(meaning), ()))
        put, derived = _sign(one) if one is not None else None, _derivative(other) if other is not None else None
        if one is None or other is None or put is None or derived is None:
            continue
        if spelled(put[2]) != spelled(base_of(derived[1])):
            continue
        before = " ".join(p.text for p in pieces[max(k - 3, 0) : k] if isinstance(p, Prose))
        any_ = bool(_ANY.search(before[-60:].rpartition(".")[2])) or not _used(all_rows, spelled(put[2]), (one, other))
        yield Notation(put[0], put[1], derived[0], (one, other), None if any_ else spelled(put[2]))


def _alone(rows) -> Node | None:
    return rows[0].statement if len(rows) == 1 else None


def _used(rows, name, apart):
    """Whether an equation writes a name: then it is no placeholder."""
    return any(
        isinstance(n, Symbol) and spelled(n) == name
        for own in rows
        for row in own
        if isinstance(row.statement, Relation) and row.statement not in apart
        for n in row.statement.walk()
    )


def _sign(node: Node) -> tuple[str, str, Node] | None:
    r"""("below", "nabla", M) of `\nabla_M`; ("before", "delta", v) of `\delta v`; ("over", "bar", v) of `\bar v`."""
    base = base_of(node)
    if isinstance(node, Product) and len(node.factors) == 2:
        head, name = node.factors[0][1], node.factors[1][1]
        if isinstance(head, Symbol) and head.name in PREFIXES and isinstance(name, Symbol):
            return "before", head.name, name
    if isinstance(node, Scripted) and base is not None and base.name == "nabla" and isinstance(node.sub, Symbol):
        return "below", "nabla", node.sub
    if isinstance(node, Symbol) and node.accents:
        return "over", node.accents[0], _bare(node)
    return None


def _bare(symbol: Symbol) -> Symbol:
    """The name without its outermost accent."""
    name = symbol.written.factors[1][1] if _is_change(symbol) else symbol  # type: ignore[attr-defined]
    return Symbol(name.at, name.end, name.name, name.font, symbol.accents[1:])


def _is_change(symbol):
    return isinstance(symbol, Named) and isinstance(symbol.written, Product)


def _derivative(node: Node) -> tuple[Node, Node] | None:
    r"""(L, x) of `\partial L / \partial x`, `\nabla_x L`."""
    if isinstance(node, Frac):
        above, below = _behind_sign(node.above), _behind_sign(node.below)
        return (above, below) if above is not None and below is not None else None
    factors = node.factors if isinstance(node, Product) else ()
    if len(factors) == 4 and factors[2][0] == "/" and _is_partial(factors[0][1]) and _is_partial(factors[2][1]):
        return factors[1][1], factors[3][1]
    if len(factors) == 2 and isinstance(factors[0][1], Scripted) and factors[0][1].sub is not None:
        base = base_of(factors[0][1])
        return (factors[1][1], factors[0][1].sub) if base is not None and base.name == "nabla" else None
    return None


def _behind_sign(node):
    two = isinstance(node, Product) and len(node.factors) == 2 and _is_partial(node.factors[0][1])
    return node.factors[1][1] if two else None


def _is_partial(node):
    return isinstance(node, Symbol) and node.name in ("partial", "d")


def _with(own: tuple[Row, ...], notations: list[Notation]) -> tuple[Row, ...]:
    for notation in notations:
        own = tuple(rewritten(row, partial(_meant, notation=notation)) for row in own)
    return own


def _meant(node: Node, notation: Notation) -> Node:
    if notation.kind == "before" and isinstance(node, Product):
        return _joined(node, notation)
    if notation.kind == "below" and isinstance(node, Product):
        return _of_itself(node, notation)
    if notation.kind == "below" and isinstance(node, Scripted) and _is_sign(node):
        return _nabla(node, notation)
    if notation.kind == "over" and isinstance(node, Symbol) and node.accents[:1] == (notation.sign,):
        name = _bare(node)
        return _gradient(node, name, notation) if _fits(name, notation) else node
    if notation.kind == "over" and isinstance(node, Scripted) and _is_gradient(node.base):
        return _entry(node)
    return node


def _fits(name: Node, notation: Notation) -> bool:
    base = base_of(name)
    return base is not None and notation.only in (None, spelled(base))


def _gradient(place: Node, name: Node, notation: Notation) -> Node:
    """`∇_x L` in brackets, of a name with its indices; a power or a transpose stays outside."""
    sup = name.sup if isinstance(name, Scripted) and (_is_outer(name.sup)) else None
    inner = replace(name, sup=None) if sup is not None else name  # type: ignore[call-arg]
    if isinstance(inner, Scripted) and inner.sub is None and inner.sup is None and not inner.primes:
        inner = inner.base
    nabla = Scripted(place.at, inner.end, Symbol(place.at, place.at, "nabla"), inner)
    body = Product(place.at, place.end, (("", nabla), ("", notation.of)))
    group = Group(place.at, place.end, "(", ")", body)
    return group if sup is None else Scripted(place.at, place.end, group, None, sup)


def _is_outer(sup):
    return sup is not None and (is_transpose(sup) or negative_transpose(sup))


def _joined(node: Product, notation: Notation) -> Node:
    r"""`\delta c_t` in a product."""
    out: list[tuple[str, Node]] = []
    for op, factor in node.factors:
        head = out[-1][1] if out and op == "" else None
        if isinstance(head, Symbol) and head.name == notation.sign and _fits(factor, notation):
            out[-1] = (out[-1][0], _gradient(replace(factor, at=head.at), factor, notation))
        else:
            out.append((op, factor))
    return out[0][1] if len(out) == 1 else replace(node, factors=tuple(out))


def _is_sign(node) -> bool:
    base = base_of(node) if isinstance(node, Scripted) else None
    return (
        base is not None and base.name == "nabla" and node.sub is not None and (node.sup is None or _is_outer(node.sup))
    )


def _of_itself(node: Product, notation: Notation) -> Node:
    r"""`\nabla_x L` written out is what it is."""
    out: list[tuple[str, Node]] = []
    for k, (op, factor) in enumerate(node.factors):
        op_behind, behind = node.factors[k + 1] if k + 1 < len(node.factors) else ("", None)
        own = op_behind == "" and behind is not None and spelled(behind) == spelled(notation.of)
        out.append((op, factor.body.factors[0][1] if own and _is_gradient(factor) else factor))  # type: ignore[attr-defined]
    return replace(node, factors=tuple(out))


def _nabla(node: Scripted, notation: Notation) -> Node:
    assert node.sub is not None
    if not _fits(node.sub, notation):
        return node
    gradient = _gradient(node, node.sub, notation)
    return gradient if node.sup is None else Scripted(node.at, node.end, gradient, None, node.sup)


def _is_gradient(node):
    """What this module wrote."""
    return isinstance(node, Group) and isinstance(node.body, Product) and _is_sign(node.body.factors[0][1])


def _entry(node: Scripted) -> Node:
    r"""`\bar x_i`: by x_i."""
    group = node.base
    assert isinstance(group, Group) and isinstance(group.body, Product)
    nabla, of = (factor for _, factor in group.body.factors)
    assert isinstance(nabla, Scripted) and nabla.sub is not None
    outer = node.sup if _is_outer(node.sup) else None
    name = Scripted(node.at, node.end, nabla.sub, node.sub, None if outer is not None else node.sup, node.primes)
    plain = name.sub is None and name.sup is None and not name.primes
    nabla = replace(nabla, sub=nabla.sub if plain else name)
    group = replace(group, body=replace(group.body, factors=(("", nabla), ("", of))))
    return group if outer is None else Scripted(node.at, node.end, group, None, outer)
