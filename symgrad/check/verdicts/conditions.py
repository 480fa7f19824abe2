"""Under which conditions a step is claimed: those of its sentence, and those beside or right behind its formula."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ...tex.syntax import Group, Node, Relation, Row, Text
from ..declarations.declare import Condition, Declaration
from ..documents.document import Document
from ..documents.lines import Line
from ..names.names import is_letter, letters, spelled
from ..names.table import Table

ORDERS = frozenset("<>≤≥≠")
ASKING = ("for", "if", "when", "whenever", "where", "case", "with")
REACH = 40
OPENING = re.compile(
    r"(?:\A|[.!?:;]\s|\n\s*\n|\n\s*[-*]\s|\\item|\*)\W*(?:[Ff]or|[Ii]f|[Ww]hen|(?:[Ii]n the )?[Cc]ase)\s+\W*\Z"
    r"|(?:\$\$|\\\]|\\end\{\w+\*?\})\s*(?:For|If|When|Case)\s+\W*\Z"
)
BEHIND = re.compile(r"\A(?:\\end\{\w+\*?\}|[\s$,.;\\\])])*(?:for|if|when|whenever|provided)\s+[$\\(]*\Z")


class Conditions:
    """The conditions of the steps of one document; an equation of two indices is one where it cannot be an aside."""

    def __init__(self, document: Document, lines: list[Line], declarations: Iterable[Declaration], table: Table):
        self.text, self.lines, self.table = document.text, lines, table
        found = [d for d in declarations if isinstance(d, Condition)]
        self.said = [(d, d.holds) for d in found if isinstance(d.holds, Relation)]
        self.worded = [d for d in found if isinstance(d.holds, str)]

    def in_words(self, node: Node) -> list[Condition]:
        """The conditions of its sentence that no formula says."""
        return [d for d in self.worded if d.at <= node.at < (d.until or 0)]

    def of(self, node: Node) -> tuple[Relation, ...]:
        """What restricts a step with this right side."""
        line = next((x for x in self.lines if x.formula.at <= node.at <= x.formula.at + len(x.formula.text)), None)
        restricting = [r for d, r in self.said if d.at <= node.at < self._until(d, r) and self._restricts(d, r)]
        sentence = list({frozenset(letters(r)): r for r in restricting}.values())  # "if i = j …, while for i ≠ j …"
        if line is None:
            return tuple(sentence)
        own = next((r for r in line.rows if r.at <= node.at < r.end), None)
        beside = self._beside(own, [r for r in line.rows if r.number == own.number]) if own is not None else ()
        return (*sentence, *beside, *self._behind(line))

    def _until(self, condition: Condition, holds: Relation) -> int:
        """How far a condition reaches: its sentence; "For `i = j`:" to the end of the display behind it."""
        until = condition.until or 0
        if set(holds.relations) <= ORDERS:
            return until
        shown = (x.formula for x in self.lines if x.formula.display and x.formula.at > condition.at)
        first = next(shown, None)
        return until if first is None else min(until, first.at + len(first.text))

    def _restricts(self, condition: Condition, holds: Relation) -> bool:
        """ "1 if k = j" explains a sign, "For i = j …" at the beginning of a sentence is said of what follows."""
        if set(holds.relations) <= ORDERS:
            return True
        opens = OPENING.search(self.text, max(0, condition.at - REACH), condition.at)
        return bool(opens) and self._is_condition(holds)

    def _behind(self, line) -> Iterator[Relation]:
        """`$…$ for $i = j$`, with nothing between."""
        end = line.formula.at + len(line.formula.text)
        for d, holds in self.said:
            near = end <= d.at <= end + REACH and BEHIND.match(self.text[end : d.at])
            if near and self._is_condition(holds):
                yield holds

    def _beside(self, row: Row, line: list[Row]) -> Iterator[Relation]:
        """`…, \\qquad i > j`, `\\quad (i = j)`, `\\text{if } i = j` in the same line of a display."""
        for other in line:
            if isinstance(other.statement, Relation) and other is not row and self._is_condition(other.statement):
                yield other.statement
        for words, remark in zip((None, *row.remarks), row.remarks, strict=False):
            node = remark.body if isinstance(remark, Group) else remark
            told = words.text.split()[-1:] if isinstance(words, Text) else []
            asked = isinstance(remark, Group) or (told and told[0].lower() in ASKING)
            if asked and isinstance(node, Relation) and self._is_condition(node):
                yield node

    def _is_condition(self, node: Relation) -> bool:
        """`i ≠ j`, `x > 0`, and `i = j` of two indices."""
        if None in node.sides:
            return False
        indices = all(is_letter(side) and spelled(side) in self.table.letters for side in node.sides)
        return set(node.relations) <= ORDERS or (set(node.relations) == {"="} and indices)
