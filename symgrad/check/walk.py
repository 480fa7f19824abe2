"""A document from top to bottom: what each equation is, a definition or a claim, and what is found of the claims."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from ..tex.faults import Fault
from ..tex.macros import Macro, read_macros
from ..tex.reader import read_display
from ..tex.syntax import Dots, Group, Node, Number, Relation, Row, Scripted, Symbol, Tuple
from .applied import ALIASES, FUNCTIONS
from .claims import REFUTED, UNDECIDED, Judge, Verdict
from .declare import Context, Declaration, Function, Layout, Property, Range, Space, Start
from .document import Document
from .facts import stated_fact
from .infer import Inference, infer, left_names, own_entries
from .labels import labels_of
from .meaning import CONSTANTS
from .names import base_of, is_letter, letters, spelled
from .pieces import Formula, Macros
from .table import Table, Unclear

DEFINED, ASSUMED, NOT_JUDGED, NOT_READ = "definition", "assumption", "not judged", "not read"


@dataclass(frozen=True, eq=False)
class Step:
    """One equality (or what stands in its place): both sides, what it is, and the verdict if it is a claim."""

    at: int
    end: int
    left: Node | None
    right: Node | None
    kind: str
    verdict: Verdict | None = None
    why: str = ""
    row: Row | None = None
    formula: int = 0

    @property
    def judged(self) -> bool:
        """Whether it is a claim with a verdict."""
        return self.verdict is not None


@dataclass(eq=False)
class Reading:
    """A document with the table of its names, its rows, and the steps found in it."""

    document: Document
    table: Table = field(default_factory=Table)
    layout: str | None = None
    steps: list[Step] = field(default_factory=list)
    inferred: list[Inference] = field(default_factory=list)


@dataclass(frozen=True, eq=False)
class Line:
    """The rows of one formula, or why it could not be read."""

    formula: Formula
    rows: tuple[Row, ...]
    fault: Fault | None = None


def lines_of(document: Document) -> list[Line]:
    """All formulas of a document, read with its macros."""
    out = []
    macros: dict[str, Macro] = {}
    for piece in document.pieces:
        if isinstance(piece, Macros | Formula):
            macros |= read_macros(piece.text, piece.at)
    for formula in document.formulas:
        try:
            out.append(Line(formula, read_display(formula.text, formula.at, macros)))
        except Fault as fault:
            out.append(Line(formula, (), fault))
    return out


class Walk:
    """Goes through the formulas in order; definitions are taken as they come, claims are judged with what is known."""

    def __init__(self, document: Document, declarations: Iterable[Declaration], lines: list[Line], layout: str | None):
        self.reading = Reading(document)
        self.table = self.reading.table
        self.declarations = sorted(declarations, key=lambda d: d.at)
        self.lines = lines
        self.used: set[str] = set()
        ranged = {spelled(d.index) for d in self.declarations if isinstance(d, Range)}
        self.table.labels = labels_of([line.rows for line in lines], ranged)
        self._declare_all()
        chosen = [d.name for d in self.declarations if isinstance(d, Layout)]
        names = {"gradient": "mixed"}
        self.reading.layout = layout or (names.get(chosen[0], chosen[0]) if chosen else None)
        self.reading.inferred = infer(self.table, [line.rows for line in lines])
        self.judge = Judge(self.table, self.reading.layout or "mixed")

    def _declare_all(self):
        for d in self.declarations:
            match d:
                case Space():
                    self._space(d)
                case Range():
                    self._range(d)
                case Start():
                    self.table.start = d.first
        defined = {key for line in self.lines for row in line.rows for key in left_names(self.table, row.statement)}
        for d in self.declarations:
            match d:
                case Property():
                    self._property(d)
                case Function():
                    self._function(d, defined)

    def _space(self, d):
        if spelled(d.symbol).startswith("e^"):
            return
        self.table.declare(d.symbol, d.sizes, d.field, d.properties).rank = d.rank
        if d.sizes == () and d.field in ("integer", "natural") and isinstance(d.symbol, Symbol):
            self.table.sizes.add(spelled(d.symbol))  # a stride, a count: a whole number, alone and in an index

    def _function(self, d, defined):
        """A function that is named and not defined; a quantity said to be one of others is what its equation says."""
        name, _, _ = self.table.name_and_family(d.symbol)
        base = base_of(d.symbol)
        if name == "e" or spelled(d.symbol).startswith("e^") or (base is not None and base.name in FUNCTIONS and name not in ALIASES):
            return
        known = self.table.get(name)
        if name in defined or (known is not None and known.sizes not in (None, ())):
            return
        quantity = self.table.declare(d.symbol, None, properties=d.properties)
        quantity.arguments = d.arguments or quantity.arguments
        if not (isinstance(d.symbol, Symbol) and d.symbol.name in ("L", "J", "C", "E", "ell", "R") and not d.arguments):
            quantity.properties.add("function")

    def _range(self, d):
        for name in (spelled(d.index),):
            if d.upper is not None and name not in self.table.ranges:
                self.table.ranges[name] = (d.lower, d.upper)
                self.table.sizes.update(n for n in letters(d.upper) if self.table.get(n) is None)

    def _property(self, d):
        found = self.table.find(d.symbol)
        base = base_of(d.symbol)
        if d.words == "index" or (base is not None and base.name in FUNCTIONS and base.name not in ALIASES):
            return
        quantity = found.quantity if found else self.table.declare(d.symbol, None)
        words = d.words
        if words == "sums to 1":
            words = "one-hot" if quantity.domain == "binary" else "distribution"
        quantity.properties.add(words)

    def run(self, progress: Callable[[int, int], None] | None = None) -> Reading:
        """All formulas, from the first to the last; `progress(done, all)` is called behind each."""
        for number, line in enumerate(self.lines):
            if line.fault is not None:
                f = line.formula
                self._add(Step(f.at, f.at + len(f.text), None, None, NOT_READ, why=str(line.fault), formula=number))
            self._line(number, line)
            if progress is not None:
                progress(number + 1, len(self.lines))
        return self.reading

    def _add(self, step):
        self.reading.steps.append(step)

    def _line(self, number, line):
        context = self._context(line.formula)
        previous: Node | None = None
        whole: list[Node] = []
        for row in line.rows:
            statement = row.statement
            if not isinstance(statement, Relation):
                previous = statement
                continue
            if statement.sides[0] is not None or not whole:
                whole = []
            sides = list(statement.sides)
            if sides[0] is None:
                sides[0] = previous if previous is not None else self._last(number)
            whole += [s for s in sides if s is not None]
            self._chain(number, row, sides, statement.relations, context, whole)
            previous = next((s for s in reversed(sides) if s is not None), previous)

    def _last(self, number):
        """The right side before a display that begins with a relation."""
        for step in reversed(self.reading.steps):
            if step.formula == number - 1 and step.right is not None:
                return step.right
        return None

    def _context(self, formula):
        kinds = [d for d in self.declarations if isinstance(d, Context) and d.at <= formula.at < max(d.end, d.at + 1)]
        return kinds[0] if kinds else None

    def _chain(self, number, row, sides, relations, context, whole):
        anchor = None
        for k, (op, left, right) in enumerate(zip(relations, sides, sides[1:], strict=False)):
            if right is None:
                continue
            at = (left or right).at if k == 0 and left is not None and left.at < right.at else right.at
            step = Step(at, right.end, left, right, "claim", row=row, formula=number)
            self._add(self._judged(step, op, k, context, whole, anchor, row))
            last = self.reading.steps[-1]
            anchor = right if last.verdict is None or last.verdict.kind != UNDECIDED else (anchor or left)

    def _judged(self, step, op, k, context, whole, anchor, row) -> Step:
        left, right = step.left, step.right
        if op not in ("=", ":=", "=:"):
            return replace(step, kind=NOT_JUDGED, why=RELATIONS.get(op, f"{op} is no equality"))
        if left is None:
            return replace(step, kind=NOT_JUDGED, why="nothing stands on the left")
        if own_entries(left, right):
            return replace(step, kind=NOT_JUDGED, why="its entries")
        if self._enumerates(left, right):
            return replace(step, kind=NOT_JUDGED, why="a range or a list")
        unheard = (
            k == 0 and op == "=" and self._fresh(left, right) and self.table.find(self.table.left_side(left)[0]) is None
        )
        if context is not None and context.kind == "condition" and unheard:
            return self._define(step, left, right)
        if context is not None and context.kind in ("wrong", "not judged", "condition"):
            return replace(step, kind=ASSUMED if context.kind == "condition" else NOT_JUDGED, why=context.words)
        if op == "=:":
            return self._define(step, right, left)
        if op == ":=" or (k == 0 and self._fresh(left, right)):
            return self._define(step, left, right)
        if self._unknown(right) and self._fresh(right, left) and self._is_derivative(left):
            return self._define(step, right, left)
        if isinstance(right, Number) and self._input_entry(left):
            return replace(step, kind=ASSUMED, why="a value given")
        fact = stated_fact(self.table, left, right)
        if fact is not None:
            fact[0].properties.add(fact[1])
            self.table.version += 1
            self.judge = Judge(self.table, self.reading.layout or "mixed")
            return replace(step, kind=ASSUMED, why=f"{fact[0].key} is {fact[1]}")
        return self._claim(step, whole, anchor)

    def _claim(self, step, whole, anchor):
        left = anchor if anchor is not None else step.left
        verdict = self.judge.verdict(left, step.right, whole)
        for quantity in (*self.table.mentioned(left), *self.table.mentioned(step.right)):
            self.used.add(quantity.key)
        return replace(step, verdict=verdict, left=left)

    def _define(self, step, left, right):
        try:
            quantity = self.table.define(left, right)
        except Unclear as fault:
            return replace(step, kind=NOT_JUDGED, why=fault.why)
        return replace(step, kind=DEFINED, why=quantity.key)

    def _fresh(self, left, right) -> bool:
        """Whether an equation can be the definition of the name on its left."""
        symbol, _ = self.table.left_side(left)
        base = base_of(symbol)
        if (
            base is None
            or base.name in FUNCTIONS
            and symbol is not left
            and base.name != "sigma"
            or spelled(base) == "bb:E"
        ):
            return False
        if (
            not isinstance(symbol, Symbol | Scripted)
            or base.name in ("partial", "nabla", "d", "delta")
            and not self._named(symbol)
        ):
            return False
        if isinstance(symbol, Scripted) and symbol.sup is not None and (base.name == "e" or not self._family(symbol)):
            return False
        found = self.table.find(symbol)
        if found is None:
            return True
        q = found.quantity
        if found.sup is not None or q.key in self.used:
            return False
        if not q.definitions and q.sizes and isinstance(right, Number):
            return False
        if not q.definitions:
            return not any(other is q for other in self.table.mentioned(right)) or self._recursive(found, right)
        return self._another_member(found)

    def _unknown(self, node) -> bool:
        """A name of which nothing is known yet."""
        if not isinstance(node, Symbol | Scripted) or spelled(node) in CONSTANTS:
            return False
        found = self.table.find(node)
        return found is None or (found.quantity.sizes is None and not found.quantity.definitions)

    def _input_entry(self, left):
        found = self.table.find(left) if isinstance(left, Symbol | Scripted) else None
        return found is not None and not found.quantity.definitions and found.sup is None

    def _named(self, symbol):
        return base_of(symbol).name == "delta" and (
            isinstance(symbol, Symbol) or symbol.sup is not None or len(letters(symbol.sub)) < 2
        )

    def _family(self, symbol):
        """A superscript that is an index or a label, not a power or a transpose."""
        found = self.table.find(symbol)
        return found is None or found.sup is None

    def _recursive(self, found, right):
        return bool(found.indices)

    def _another_member(self, found):
        """`h_0 = …` beside `h_t = …`."""
        patterns = {tuple(spelled(p) for p in d.pattern) for d in found.quantity.definitions}
        mine = tuple(spelled(i) for i in found.indices)
        if not mine or mine in patterns:
            return False
        lettered = any(all(is_letter(p) for p in d.pattern) for d in found.quantity.definitions)
        literal = any(not is_letter(i) or spelled(i) in self.table.sizes for i in found.indices)
        return literal and not lettered

    @staticmethod
    def _is_derivative(node):
        return any(isinstance(n, Symbol) and n.name in ("partial", "nabla") for n in node.walk())

    def _enumerates(self, left, right):
        """`i = 1, …, n`, `x = (x_1, …, x_n)`."""
        body = right.body if isinstance(right, Group) else right
        dotted = isinstance(body, Tuple) and any(isinstance(i, Dots) for i in body.items)
        both = is_letter(left) and is_letter(right) and {spelled(left), spelled(right)} <= self.table.letters
        return (
            dotted or both or isinstance(right, Dots) or isinstance(left, Tuple) or spelled(left) in self.table.ranges
        )


RELATIONS = {
    "≈": "an approximation",
    "∝": "a proportionality",
    "∈": "a declaration",
    "→": "a map or an assignment",
    "↦": "a map",
    "~": "a distribution",
}


def judged(document: Document, declarations: Iterable[Declaration], lines: list[Line], layout: str | None = None) -> Reading:
    """The document judged under its own layout; where it states none, under the one that most of its steps follow."""
    declared = tuple(declarations)
    reading = Walk(document, declared, lines, layout).run()
    if reading.layout is not None or not _wrong(reading):
        return reading
    others = [Walk(document, declared, lines, other).run() for other in ("numerator", "denominator")]
    return min((reading, *others), key=_wrong)


def _wrong(reading: Reading) -> int:
    """How many steps are refuted."""
    return sum(1 for step in reading.steps if step.verdict is not None and step.verdict.kind == REFUTED)
