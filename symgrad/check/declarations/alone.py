"""What a formula says alone: memberships, ranges, maps, and relations such as `\\lambda > 0` that state a property."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from ...tex.syntax import Big, Group, Node, Number, Product, Relation, Row, Scripted, Sum, Symbol, Tuple
from .cues import CLAIM, CONDITION, WRONG, contexts
from .declare import Among, Condition, Context, Declaration, Definition, Function, Listed, Property, Range
from .listed import entries_of
from .phrases import belongs
from .sentences import Sentence, Token
from .sets import members
from .statements import (
    EQUATION,
    MAP,
    MEMBER,
    NAMES,
    RANGE,
    RELATION,
    Statement,
    bounds_of,
    family,
    name_of,
    names,
    runs,
    statement,
)

SIGNS = {">": "positive", "<": "negative", "≥": "nonnegative", "≤": "nonpositive", "≠": "nonzero"}
DEFINITE = {"≻": "positive definite", "⪰": "positive semidefinite", "≽": "positive semidefinite"}
CONSTRAINTS = ("subject to", "under", "under the constraint", "under the constraints")


def alone(sentence: Sentence) -> Iterator[Declaration]:
    meant = {context.at: context for context in contexts(sentence)}
    for token in sentence.tokens:
        if token.said and token.formula:
            yield from _said(token.said, token, sentence, meant.get(token.at))
            yield from _remarks(token.said.row, token)


def _said(said: Statement, token: Token, sentence: Sentence, meant: Context | None) -> Iterator[Declaration]:
    node = said.node
    span: dict[str, Any] = {"at": token.at, "end": token.end}
    yield from _collection(node, **span)
    if said.letter == NAMES and (run := family(node)) and isinstance(run[1], Number) and run[0].sup is None:
        yield Listed(symbol=run[0].base, lower=run[1], upper=run[2], **span)
    kind = meant.kind if meant else ""
    if kind == WRONG or not isinstance(node, Relation):
        return
    if (listed := entries_of(node)) is not None:
        if listed.space is not None:
            yield from belongs(listed.name, listed.space, **span)
        yield Property(symbol=listed.member, words=listed.words, of=listed.name, **span)
    if said.letter == MEMBER and node.sides[1] is not None:
        yield from _among(node, **span)
        members = family(node.sides[0])
        for name in said.names:
            own = members[1:] if members and name is members[0] else None
            yield from belongs(name, node.sides[1], family=own, **span)
    elif said.letter == RANGE:
        yield from ranges(node, **span)
    elif said.letter == MAP:
        yield from _map(said, node, **span)
    elif kind == CONDITION:
        yield Condition(holds=node, until=sentence.end, **span)
        if meant is not None and meant.words in CONSTRAINTS:
            return  # the derivatives of a Lagrangian are taken without them
        for each in _states(node, said, **span):
            yield Property(symbol=each.symbol, words=each.words, until=_until(meant, sentence), **span)
    elif said.letter == RELATION and kind != CLAIM and token.formula.display:  # type: ignore[union-attr]
        yield from (Property(symbol=name, words=words, **span) for name, words in _signs(node))
    elif said.letter in (RELATION, EQUATION) and kind != CLAIM and not token.formula.display:  # type: ignore[union-attr]
        yield from _states(node, said, **span)
    elif said.letter == EQUATION:
        yield from (each for each in _states(node, said, **span) if each.words == "sums to 1")
    if said.letter == EQUATION and _defines(said, node, token, sentence, meant):
        yield Definition(row=said.row, **span)


def _among(node: Relation, at: int, end: int) -> Iterator[Among]:
    """`\\star \\in \\{f, i, g, o\\}`."""
    match node.sides:
        case (Symbol() as symbol, Group(left="{", right="}", body=Tuple(items=items))):
            if all(isinstance(item, Symbol) and item.name.isalpha() for item in items):
                yield Among(symbol=symbol, items=items, at=at, end=end)


def _defines(said: Statement, node: Relation, token: Token, sentence: Sentence, meant: Context | None) -> bool:
    """A name on the left, and words that introduce; "where $X = 1$ with probability $p$" and "$X = 1$ if …" do not."""
    if ":=" in node.relations:
        return True
    if not meant or meant.kind != "definition" or not said.names:
        return False
    k = sentence.tokens.index(token) + 1
    cut = k < len(sentence.tokens) and sentence.tokens[k].text in ("if", "when", "unless", "for")
    value = isinstance(node.sides[-1], Number) and meant.words in ("where", "with", "here")
    return not (isinstance(node.sides[-1], Number) and cut) and not value


def _until(meant: Context | None, sentence: Sentence) -> int | None:
    """ "Assume $x > 0$" holds from here on, "for $x > 0$" in its sentence."""
    return None if meant and meant.words.startswith(("assum", "suppos")) else sentence.end


def ranges(node: Relation, at: int, end: int) -> Iterator[Range]:
    """`i, j = 1, \\dots, n` and `1 \\le i \\le n`."""
    found = runs(node.sides[-1]) if node.relations == ("=",) else bounds_of(node)
    if found:
        for name in names(node.sides[0 if node.relations == ("=",) else 1]):
            yield Range(index=name, lower=found[0], upper=found[1], at=at, end=end)


def _collection(node: Node | None, at: int, end: int) -> Iterator[Range]:
    """`\\{x_i\\}_{i=1}^n`."""
    match node:
        case Scripted(
            base=Group(left="{" | "("), sub=Relation(sides=(Symbol() as index, Node() as low)), sup=Node() as high
        ):
            yield Range(index=index, lower=low, upper=high, at=at, end=end)


def _map(said: Statement, node: Relation, at: int, end: int) -> Iterator[Declaration]:
    """`f : \\mathbb{R}^n \\to \\mathbb{R}`."""
    takes, gives = (members(side) if side is not None else None for side in node.sides[1:3])
    for name in said.names:
        yield Function(
            symbol=name, properties=frozenset({"function"}), at=at, end=end,
            takes=(takes.sizes,) if takes and takes.sizes is not None else (),
            gives=gives.sizes if gives else None,
        )  # fmt: skip


def _remarks(row: Row, token: Token) -> Iterator[Declaration]:
    """`\\text{for } i = 1, \\dots, n` beside a line of a display."""
    for remark in (r.body if isinstance(r, Group) and r.left == "(" else r for r in row.remarks):
        if isinstance(remark, Relation):
            said = statement(Row(remark.at, remark.end, remark))
            if said.letter == RANGE:
                yield from ranges(remark, at=remark.at, end=remark.end)
            elif said.letter == MEMBER and remark.sides[1] is not None:
                for name in said.names:
                    yield from belongs(name, remark.sides[1], at=remark.at, end=remark.end)


def _states(node: Relation, said: Statement, at: int, end: int) -> Iterator[Property]:
    """Properties that a relation states of a name."""
    for symbol, words in (*_signs(node), *_equations(node)):
        yield Property(symbol=symbol, words=words, at=at, end=end)


def _signs(node: Relation) -> Iterator[tuple[Node, str]]:
    """`a, b > 0`, `0 < \\beta < 1`, `A \\succ 0`."""
    *_, last = node.sides
    first = node.sides[0]
    if len(node.sides) == 2 and isinstance(last, Number):
        words = _sign(node.relations[0], last)
        yield from ((name, words) for name in names(first) if words)
    if len(node.sides) == 3 and isinstance(first, Number) and first.value == 0 and node.relations[0] in ("<", "≤"):
        yield from ((name, SIGNS[">" if node.relations[0] == "<" else "≥"]) for name in names(node.sides[1]))
        if isinstance(last, Number) and last.value == 1 and node.relations[1] in ("<", "≤"):
            yield from ((name, "in (0,1)" if node.relations[1] == "<" else "in [0,1]") for name in names(node.sides[1]))


def _sign(relation: str, bound: Number) -> str:
    if bound.value == 0:
        return SIGNS.get(relation, "") or DEFINITE.get(relation, "")
    return "positive" if bound.value > 0 and relation in (">", "≥") else ""


def _equations(node: Relation) -> Iterator[tuple[Node, str]]:
    """`A = A^\\top`, `Q^\\top Q = I`, `\\|u\\| = 1`, `\\sum_j y_j = 1`."""
    if node.relations != ("=",):
        return
    for left, right in (node.sides, node.sides[::-1]):
        for reading in (_symmetric, _orthogonal, _unit, _sums_to_one):
            yield from reading(left, right)


def _symmetric(left: Node | None, right: Node | None) -> Iterator[tuple[Node, str]]:
    match right:
        case Scripted(base=base, sub=None, sup=Symbol(name="top" | "T")) if same(base, left):
            yield from ((name, "symmetric") for name in name_of(left))
    match left, right:
        case Scripted(base=base, sub=None, sup=Symbol(name="top" | "T")), Sum(terms=(("-", other),)) if same(
            base, other
        ):
            yield from ((name, "antisymmetric") for name in name_of(other))


def _orthogonal(left: Node | None, right: Node | None) -> Iterator[tuple[Node, str]]:
    match left, right:
        case Product(factors=((_, Scripted(base=base, sup=Symbol(name="top" | "T"))), (_, other))), Symbol(name="I"):
            if same(base, other):
                yield from ((name, "orthogonal") for name in name_of(other))


def _unit(left: Node | None, right: Node | None) -> Iterator[tuple[Node, str]]:
    match left, right:
        case (
            (Group(left="‖", body=Node() as body) | Scripted(base=Group(left="‖", body=Node() as body))),
            Number(value=1),
        ):
            yield from ((name, "unit") for name in name_of(body))


def _sums_to_one(left: Node | None, right: Node | None) -> Iterator[tuple[Node, str]]:
    match left, right:
        case Big(op="sum", body=Scripted(sub=Node()) as body), Number(value=1):
            yield body, "sums to 1"


def same(one: Node | None, other: Node | None) -> bool:
    """Whether two names are written alike."""
    return one is not None and other is not None and spelling(one) == spelling(other)


def spelling(node: Node) -> tuple:
    """What is written, without where.

    >>> from ...tex.reader import read_expression
    >>> spelling(read_expression("x_i")) == spelling(read_expression("x_{i}"))
    True
    """
    return tuple(
        (type(part).__name__, *(value for value in vars(part).values() if isinstance(value, str | Fraction)))
        for part in node.walk()
    )
