"""Names of the rows, the columns, or the entries of a matrix, as a sentence introduces them."""

from __future__ import annotations

from collections.abc import Iterator

from ...tex.syntax import Dots, Node, Relation, Scripted, Symbol, Tuple
from ..names.names import is_transpose, items
from .declare import Property
from .sentences import Sentence, Token
from .statements import MEMBER, Statement

PARTS = {
    "row": "row",
    "rows": "row",
    "column": "column",
    "columns": "column",
    "entry": "entry",
    "entries": "entry",
    "elements": "entry",
}
JOINING = """
is are be as the a th st nd rd first has have having with whose denote denotes denoting for and matrix data design
input which where of let by named called written i j k n - ,
"""
BETWEEN = frozenset(JOINING.split())
NEAR = 7


def parts(sentence: Sentence) -> Iterator[Property]:
    """ "`$x_i^\\\\top$` is the `$i$`-th row of `$X$`", "`$X$` has rows `$x_i$`", "the rows of `$X$` are `$x_i$`"."""
    tokens = sentence.tokens
    for k, token in enumerate(tokens):
        words = PARTS.get(token.text)
        if words is None or token.formula:
            continue
        before, behind = _near(tokens[k - 1 :: -1] if k else []), _near(tokens[k + 1 :])
        whole, members = _matched(tokens, k, before, behind, words)
        for matrix, member in zip(whole, members, strict=len(whole) == len(members)) if whole else ():
            yield Property(symbol=member, words=words, of=matrix, at=token.at, end=token.end)


def _matched(tokens, k, before, behind, words):
    """The matrices and the names of their parts, in the same order."""
    follows_of = k + 1 < len(tokens) and tokens[k + 1].text == "of"
    count = 2 if words == "entry" else 1
    ahead, back = _members(behind, count), _members(before, count)
    if follows_of:
        return _matrices(behind)[:1], (back or ahead)[:1]
    if ahead:
        of = [t for t in behind if t.text == "of"]
        return (_matrices(before) or (_matrices(behind) if of else []))[: len(ahead)], ahead
    return [], []


def _near(tokens: list[Token]) -> list[Token]:
    """The tokens beside the word, as far as words that join reach."""
    out: list[Token] = []
    for token in tokens[: NEAR + 6]:
        if not token.formula and token.text not in BETWEEN:
            break
        out.append(token)
    return out


def _matrices(tokens: list[Token]) -> list[Node]:
    """Names without an index, in the order of the text."""
    found: list[Node] = []
    for said in _said(tokens):
        if said.letter in (MEMBER, "s"):
            found += [n for n in said.names if isinstance(n, Symbol) and not _is_index(n)]
    return found


def _is_index(node: Symbol) -> bool:
    return node.name in "ijklmn" and not node.font


def _members(tokens: list[Token], count: int) -> list[Node]:
    """Names with as many indices, without the transpose that turns them."""
    found: list[Node] = []
    for said in _said(tokens):
        node = said.node.sides[0] if isinstance(said.node, Relation) and said.letter == MEMBER else said.node
        node = _last_of_many(node)
        if not isinstance(node, Scripted) or not isinstance(node.base, Symbol) or len(items(node.sub)) != count:
            continue
        if node.sup is None or is_transpose(node.sup):
            found.append(Scripted(node.at, node.end, node.base, node.sub))
    return found


def _last_of_many(node: Node | None) -> Node | None:
    """`w_C^\\top` of `w_1^\\top, \\dots, w_C^\\top`."""
    listed = isinstance(node, Tuple) and len(node.items) > 2 and isinstance(node.items[-2], Dots)
    return node.items[-1] if isinstance(node, Tuple) and listed else node


def _said(tokens: list[Token]) -> list[Statement]:
    """What the formulas among the tokens state, in the order of the text."""
    return [t.said for t in sorted(tokens, key=lambda t: t.at) if t.said is not None]
