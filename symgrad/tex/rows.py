"""Statements of one line, the words between them, and what those words make of them."""

from __future__ import annotations

from . import names
from .cursor import ENDS
from .faults import Fault
from .grammar import Parser
from .lines import Line
from .syntax import Cases, Dots, Group, Node, Relation, Row, Symbol, Text, Tuple
from .tokens import Token


def rows(line: Line, end: int) -> list[Row]:
    """The rows of a line: statements that gaps, commas and words separate."""
    return _Rows(line, end).run()


class _Rows:
    """Reads from left to right. `condition` holds after words like "for": what follows is a remark."""

    def __init__(self, line: Line, end: int):
        self.line = line
        self.p = Parser(line.tokens, line.tokens[-1].end if line.tokens else end)
        self.found: list[Row] = []
        self.waiting: list[Node] = []
        self.link = ""
        self.condition = False
        self.fresh = True

    def run(self) -> list[Row]:
        p = self.p
        while p.here.kind != "stop":
            before = p.k
            self._next(p.here)
            if p.k == before:
                raise _stray(p.here)
        if self.waiting or (self.link and not self.found):
            at = self.line.tokens[0].at
            self.found.append(
                Row(at, p.here.at, None, self.link, tuple(self.waiting), self.line.number, self.line.label)
            )
        return self.found

    def _next(self, here: Token) -> None:
        if here.kind in ("gap", ",", ";", ".", ":"):
            self._separator(here)
        elif here.kind == "link":
            self.link, self.condition = self.p.advance().text, False
            self.p.note(here)
        elif here.kind == "text" and not self._is_operand():
            self._words(self.p.advance())
        elif here.kind == "word" and self._is_remark():
            self._remark(Text(here.at, self.p.advance().end, here.text))
        else:
            self._statements()

    def _separator(self, here: Token) -> None:
        self.p.advance()
        if here.kind == "." and self.p.here.kind not in ("gap", "stop", "text", "newline"):
            raise Fault("a dot inside a formula", here.at, "write \\cdot for a product")
        self.fresh = self.fresh or here.kind != ","
        if here.kind in ("gap", ";", ":"):
            self.condition = self.condition and self._just_said()

    def _just_said(self) -> bool:
        """Whether the words that open a condition are the last thing that was read."""
        k = self.p.k - 1
        while k >= 0 and self.p.tokens[k].kind in ("gap", ","):
            k -= 1
        return k >= 0 and self.p.tokens[k].kind == "text"

    def _is_operand(self) -> bool:
        """`\\text{number of samples} = N`."""
        words = self.p.here.text.strip()
        first, last = words.split(" ")[0].lower(), words.split(" ")[-1].lower()
        plain = words[:1].isalpha() and words[-1:].isalnum() and not {first, last} & names.PROSE
        return plain and self.p.ahead().kind in ("relation", "_", "^")

    def _is_remark(self) -> bool:
        return bool(self.found) and self.fresh and self.p.ahead().kind in ("stop", "gap", ",", ".", "text")

    def _words(self, token: Token) -> None:
        words = " ".join(token.text.strip(" ,.:;").lower().split())
        last = words.split(" ")[-1]
        if words in names.CONNECTIVES:
            self.link, self.condition = names.CONNECTIVES[words], False
        else:
            self._remark(Text(token.at, token.end, token.text.strip()))
            self.condition = last in names.CONDITIONS or words.split(" ")[0] in ("if", "for", "when", "unless")
        self.fresh = True

    def _remark(self, node: Node) -> None:
        if not self.found:
            self.waiting.append(node)
        else:
            self.found[-1] = _with_remark(self.found[-1], node)

    def _statements(self) -> None:
        """Statements with commas between them."""
        p, start = self.p, self.p.here.at
        nodes: list[Node] = []
        while True:
            p.quantified = self.condition or _names_all(p.here)
            node = p.statement()
            p.quantified = False
            if node is None:
                break
            nodes.append(node)
            if p.here.kind != "," or p.ahead().kind in ENDS or p.ahead().kind == "text" or _names_all(p.ahead()):
                break
            p.advance()
        if not nodes:
            raise _stray(p.here)
        for node in gathered(nodes):
            for part in _apart(node):
                self._add(part, start)
        self.fresh = False

    def _add(self, node: Node, start: int) -> None:
        aside = self.fresh and self.found and isinstance(node, Group) and node.left in ("(", "[")
        notes, self.p.notes = tuple(self.p.notes), []
        if self.condition or aside or _for_all(node):
            self._remark(node)
            return
        remarks = (*self.waiting, *notes)
        self.found.append(Row(node.at, node.end, node, self.link, remarks, self.line.number, self.line.label))
        self.waiting, self.link = [], ""


def _with_remark(row: Row, remark: Node) -> Row:
    return Row(row.at, row.end, row.statement, row.link, (*row.remarks, remark), row.number, row.label)


def _apart(node: Node) -> tuple[Node, ...]:
    """Statements that a box or a brace holds together."""
    if isinstance(node, Group) and (node.left, node.right) == ("", "") and isinstance(node.body, Relation):
        return (node.body,)
    if isinstance(node, Cases) and all(isinstance(value, Relation) and when is None for value, when in node.branches):
        return tuple(value for value, _ in node.branches)
    return (node,)


def _names_all(token: Token) -> bool:
    return token.kind == "symbol" and token.text == "forall"


def _for_all(node: Node) -> bool:
    """`\\forall i`."""
    first = next((n for n in node.walk() if not any(True for _ in n.children())), None)
    return isinstance(first, Symbol) and first.name == "forall"


def gathered(nodes: list[Node]) -> list[Node]:
    r"""`x, y \in S` and `i = 1, \dots, n` are one statement, `a = b, c = d` are two."""
    out: list[Node] = []
    plain: list[Node] = []
    for node in nodes:
        if not isinstance(node, Relation):
            plain.append(node)
            continue
        if plain and _for_all(plain[0]) and node.relations[0] != "∈":
            out.append(_joined(plain))
            plain = []
        if out and isinstance(out[-1], Relation):
            plain = _ended(out, plain)
        out.append(_begun(plain, node))
        plain = []
    if plain and out and isinstance(out[-1], Relation):
        _ended(out, plain, everything=True)
        return out
    return [*out, _joined(plain)] if plain else out


def _ended(out: list[Node], plain: list[Node], everything: bool = False) -> list[Node]:
    """Puts `\\dots, n` to the last relation; what is left belongs to the next."""
    last = out[-1]
    assert isinstance(last, Relation)
    dots = next((k for k, node in enumerate(plain) if isinstance(node, Dots)), None)
    count = len(plain) if everything else 0 if dots is None else dots + 2
    side = last.sides[-1]
    if count and side is not None:
        sides = (*last.sides[:-1], _joined([side, *plain[:count]]))
        out[-1] = Relation(last.at, plain[min(count, len(plain)) - 1].end, sides, last.relations)
    return plain[count:]


def _begun(plain: list[Node], relation: Relation) -> Node:
    first = relation.sides[0]
    if not plain or first is None:
        return relation
    return Relation(plain[0].at, relation.end, (_joined([*plain, first]), *relation.sides[1:]), relation.relations)


def _joined(nodes: list[Node]) -> Node:
    return nodes[0] if len(nodes) == 1 else Tuple(nodes[0].at, nodes[-1].end, tuple(nodes), (",",) * (len(nodes) - 1))


def _stray(token: Token) -> Fault:
    shown = token.text or token.kind
    if token.kind in ("}", "close", "right"):
        return Fault(f"{shown or 'a bracket'} closes nothing", token.at, "remove it, or open it")
    return Fault(f"{shown} where a statement is expected", token.at, "write an expression or a relation")
