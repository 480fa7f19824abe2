"""A checked document as blocks of a page: paragraphs, displays with a mark beside each line, programs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from markupsafe import Markup, escape

from ...tex.syntax import Node, Relation, Row, Text
from ..documents.lines import Line
from ..documents.pieces import Break, Formula, FrontMatter, Piece, Prose, Skipped
from ..verdicts.claims import AGREES, PROVED, REFUTED, UNDECIDED
from ..verdicts.findings import INHERITED, Findings, Judged
from ..verdicts.steps import ASSUMED, DEFINED, NOT_JUDGED, NOT_READ
from .linear_text import linear
from .mathml import element, markup, math, operator

LOOKS = {
    REFUTED: ("wrong", "✗", "wrong"),
    NOT_READ: ("unread", "!", "not read"),
    INHERITED: ("open", "↳", "follows from a wrong step"),
    UNDECIDED: ("open", "?", "undecided"),
    AGREES: ("fine", "✓", "agrees at every point"),
    PROVED: ("fine", "✓", "proved"),
    DEFINED: ("defined", "≔", "definition"),
    ASSUMED: ("aside", "·", "assumed"),
    NOT_JUDGED: ("aside", "·", "not judged"),
}
"""Verdict → class, mark, words of the legend; the worst first."""
ORDER = tuple(LOOKS)


@dataclass(frozen=True, eq=False)
class Mark:
    """A mark beside a line."""

    look: str
    sign: str
    title: str


@dataclass(frozen=True, eq=False)
class DisplayRow:
    """One equality of a display: its two halves as MathML, remarks, its mark."""

    left: Markup
    right: Markup
    remark: str = ""
    mark: Mark | None = None
    anchor: str = ""


@dataclass(eq=False)
class Block:
    """`kind` is p, heading, item, row, display, program or note."""

    kind: str
    inside: Markup = field(default_factory=Markup)
    level: int = 0
    rows: list[DisplayRow] = field(default_factory=list)
    wrong: list[Judged] = field(default_factory=list)
    given: bool = False


def blocks_of(report: Findings) -> list[Block]:
    """The document from top to bottom."""
    return _Blocks(report).run()


class _Blocks:
    def __init__(self, report: Findings):
        self.report, self.found = report, list[Block]()
        self.here = Block("p")
        self.steps: dict[int, list[Judged]] = {}
        for step in report.steps:
            if step.step is not None:
                self.steps.setdefault(step.step.formula, []).append(step)
        self.lines = iter(enumerate(report.lines))

    def run(self) -> list[Block]:
        for piece in self.report.source.document.pieces:
            self._piece(piece)
        self._flush("p")
        return self.found

    def _piece(self, piece: Piece) -> None:
        match piece:
            case Prose():
                self.here.inside += escape(re.sub(r"\s+", " ", piece.text))
            case Formula():
                number, line = next(self.lines)
                self._formula(line, self.steps.get(number, []))
            case Break():
                self._break(piece)
            case FrontMatter():
                self._whole(Block("program", escape(piece.text.strip("\n"))))
            case Skipped(why="a program") | Skipped(aloud=True):
                self._skipped(piece)

    def _skipped(self, piece: Skipped) -> None:
        if piece.aloud:
            self._whole(Block("note", escape(f"{piece.why}: {' '.join(piece.text.split())[:100]}")))
        elif "\n" in piece.text.strip():
            self._whole(Block("program", escape(_unfenced(piece.text))))
        else:
            self.here.inside += Markup("<code>{}</code>").format(piece.text.strip("`"))

    def _whole(self, block: Block) -> None:
        self._flush("p")
        self.found.append(block)

    def _break(self, piece: Break) -> None:
        kind = piece.what if piece.what in ("heading", "item", "row") else "p"
        self._flush(kind)
        self.here.level = max(piece.text.count("#"), piece.text.count("sub") + 2 if "\\" in piece.text else 1)

    def _flush(self, kind: str) -> None:
        text = str(self.here.inside)
        if re.search(r"[\w<]", text):
            self.found.append(self.here)
        self.here = Block(kind)

    def _formula(self, line: Line, steps: list[Judged]) -> None:
        self.here.given = line.formula.at < self.report.source.shift
        if line.formula.display:
            self._flush("p")
            self.found.append(display(line, steps))
            return
        self.here.inside += inline(line, steps)
        self.here.wrong += [step for step in steps if step.verdict in (REFUTED, NOT_READ, INHERITED)]


def inline(line: Line, steps: list[Judged]) -> Markup:
    """A formula in a sentence; a claim has its mark behind it."""
    if line.fault is not None:
        shown = Markup("<code>{}</code>").format(line.formula.text)
    else:
        parts = Markup(" ").join(formula(row.statement) for row in line.rows if row.statement is not None)
        shown = parts or Markup("<code>{}</code>").format(line.formula.text)
    mark = mark_of([step for step in steps if step.judged or step.verdict == NOT_READ])
    if mark is None:
        return shown
    return Markup('<span class="inline {}" title="{}">{}<sup class="mark">{}</sup></span>').format(
        mark.look, mark.title, shown, mark.sign
    )


def formula(node: Node | None, display: bool = False) -> Markup:
    """MathML; its writer has escaped every name."""
    return Markup(math(markup(node), linear(node), display))


def display(line: Line, steps: list[Judged]) -> Block:
    """A display: a row an equality."""
    wrong = [step for step in steps if step.verdict in (REFUTED, NOT_READ, INHERITED, UNDECIDED)]
    if line.fault is not None:
        source = DisplayRow(Markup(), Markup("<code>{}</code>").format(line.formula.text.strip()), "", mark_of(steps))
        return Block("display", rows=[source], wrong=wrong)
    rows = [made for row in line.rows for made in rows_of(row, steps)]
    return Block("display", rows=rows, wrong=wrong)


def rows_of(row: Row, steps: list[Judged]) -> Iterator[DisplayRow]:
    """The equalities of one statement, each on a line of its own."""
    remark = " ".join(_words(each) for each in row.remarks)
    statement = row.statement
    if not isinstance(statement, Relation):
        yield DisplayRow(Markup(), formula(statement, True) if statement is not None else Markup(), remark)
        return
    left = formula(statement.sides[0], True) if statement.sides[0] is not None else Markup()
    for sign, side in zip(statement.relations, statement.sides[1:], strict=True):
        mine = [s for s in steps if s.step is not None and side is not None and side in (s.step.right, s.step.left)]
        mine = [s for s in mine if s.step is not None and s.step.row is row]
        text = f"{sign} {linear(side)}".strip()
        half = element("mrow", operator(sign, form="infix"), markup(side) if side is not None else "")
        anchor = f"L{mine[0].line}-{mine[0].column}" if mine else ""
        yield DisplayRow(left, Markup(math(half, text, True)), remark, mark_of(mine[:1]), anchor)
        left, remark = Markup(), ""


def _words(node: Node) -> str:
    return node.text if isinstance(node, Text) else linear(node)


def mark_of(steps: list[Judged]) -> Mark | None:
    """The mark of the worst of them."""
    if not steps:
        return None
    worst = min(steps, key=lambda step: ORDER.index(step.verdict))
    look, sign, _ = LOOKS[worst.verdict]
    title = worst.said if worst.verdict == NOT_READ or not worst.why else f"{worst.said}: {worst.why}"
    return Mark(look, sign, f"{worst.where}: {title}")


def _unfenced(text: str) -> str:
    lines = text.strip("\n").split("\n")
    if lines[0].lstrip().startswith(("```", "~~~")):
        lines = lines[1:-1] if lines[-1].strip()[:3] in ("```", "~~~") else lines[1:]
    return "\n".join(lines)
