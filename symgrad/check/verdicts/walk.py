"""A document from top to bottom: what each equation is, a definition or a claim, and what is found of the claims."""

from __future__ import annotations

import itertools
from bisect import bisect
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, fields, replace
from fractions import Fraction

from ...tex.faults import Fault
from ...tex.macros import Macro, read_macros
from ...tex.reader import read_display
from ...tex.syntax import Dots, Group, Matrix, Node, Number, Product, Relation, Row, Scripted, Sum, Symbol, Text, Tuple
from ..declarations.conventions import reads_zero_outside
from ..declarations.declare import Condition, Context, Declaration, Function, Layout, Property, Range, Space, Start
from ..declarations.worded_cases import with_cases
from ..documents.document import Document
from ..documents.lines import Line
from ..documents.pieces import Break, Formula, Macros
from ..names.case_signs import Cases
from ..names.facts import stated_fact
from ..names.indices import only_indices
from ..names.infer import Inference, infer, left_names, own_entries, solved
from ..names.iterates import declare_iterates
from ..names.labels import labels_of, number_labels
from ..names.named import folded
from ..names.names import MARKS, base_of, is_letter, items, letters, spelled
from ..names.points import Point, decimals, is_numeric
from ..names.rewriting import joined_names
from ..names.sections import forget, sections
from ..names.stars import without_stars
from ..names.table import Definition, Quantity, Table, Unclear
from ..names.transposes import turned
from ..slips.slips import Slip, find_slip
from ..values.applied import ALIASES, FUNCTIONS
from ..values.meaning import CONSTANTS
from ..values.trial import PROPERTIES
from .claims import AGREES, REFUTED, UNDECIDED, Judge, Verdict

ONE = Number(0, 0, Fraction(1))
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
    around: tuple[Node, ...] = ()
    slip: Slip | None = None

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


def lines_of(document: Document) -> list[Line]:
    """All formulas of a document, read with its macros."""
    out = []
    macros: dict[str, Macro] = {}
    for piece in document.pieces:
        if isinstance(piece, Macros | Formula):
            macros |= read_macros(piece.text, piece.at)
    for formula in document.formulas:
        try:
            out.append(Line(formula, folded(read_display(formula.text, formula.at, macros))))
        except Fault as fault:
            out.append(Line(formula, (), fault))
    rows = turned(document.pieces, joined_names([line.rows for line in out]))
    joined = [replace(line, rows=own) for line, own in zip(out, rows, strict=True)]
    return with_cases(document.pieces, joined)


def _folded(declaration):
    new = {f.name: folded(getattr(declaration, f.name)) for f in fields(declaration)}
    return replace(declaration, **new)


class Walk:
    """Goes through the formulas in order; definitions are taken as they come, claims are judged with what is known."""

    def __init__(self, document: Document, declarations: Iterable[Declaration], lines: list[Line], layout: str | None,
                 one_step: bool = True, quick: bool = False, explain: int = 0):  # fmt: skip
        self.reading = Reading(document)
        self.table = self.reading.table
        self.table.one_step = one_step
        self.quick, self.explain = quick, explain
        self.padded = reads_zero_outside(document.text)
        self.declarations = sorted(map(_folded, declarations), key=lambda d: d.at)
        self.lines = lines
        self.used: set[str] = set()
        self.part_names: set[str] = set()
        self.bounded: list[Property] = []
        self.said: list[tuple[int, Quantity, str]] = []
        self.point = Point(self.table)
        self.conditions = [d for d in self.declarations if isinstance(d, Condition)]
        self.cases = Cases(self.declarations)
        self.headings = [p.begin for p in document.pieces if isinstance(p, Break) and p.what == "heading"]
        ranged = {spelled(d.index) for d in self.declarations if isinstance(d, Range)}
        self.table.labels = labels_of([line.rows for line in lines], ranged) | MARKS
        self.indices = only_indices([line.rows for line in lines])
        self.sections = [_unstarred(s) for s in sections(document, self.declarations, lines)]
        chosen = [d.name for d in self.declarations if isinstance(d, Layout)]
        names = {"gradient": "mixed"}
        self.reading.layout = layout or (names.get(chosen[0], chosen[0]) if chosen else None)
        self.judge = Judge(self.table, self.reading.layout or "mixed", self.quick, self.padded)

    def _enter(self, section, first):
        """Takes what a section declares, and infers what it does not."""
        if not first:
            forget(self.table, section)
            self.used.clear()
        self._declare_all(section)
        declare_iterates(self.table, [line.rows for line in section.lines])
        self.table.labels |= number_labels(self.table, [line.rows for line in section.lines])
        self.reading.inferred += infer(self.table, [line.rows for line in section.lines], self._conditions(section))
        self.judge = Judge(self.table, self.reading.layout or "mixed", self.quick, self.padded)

    def _conditions(self, section):
        """Which formulas of a section are set as conditions."""
        kinds = [self._context(line.formula) for line in section.lines]
        return frozenset(k for k, c in enumerate(kinds) if c is not None and c.kind == "condition")

    def _declare_all(self, section):
        for d in section.declarations:
            match d:
                case Space():
                    self._space(d)
                case Range():
                    self._range(d)
                case Start():
                    self.table.start = d.first
        defined = {key for line in section.lines for row in line.rows for key in left_names(self.table, row.statement)}
        for d in section.declarations:
            match d:
                case Property() if d.until is not None and d.words in PROPERTIES:
                    self.bounded.append(d)  # "if u is a unit vector, …": not before it is said
                case Property():
                    self._property(d)
                case Function():
                    self._function(d, defined)

    def _space(self, d):
        if spelled(d.symbol).startswith("e^"):
            return
        if d.family is not None and d.sizes is not None:
            self._members(d)
            return
        self.table.declare(d.symbol, d.sizes, d.field, d.properties).rank = d.rank
        if d.sizes == () and d.field in ("integer", "natural") and isinstance(d.symbol, Symbol):
            self.table.sizes.add(spelled(d.symbol))  # a stride, a count: a whole number, alone and in an index

    def _members(self, d):
        """`x_1, …, x_N ∈ ℝᵈ`: numbers are the entries of a vector, arrays the members of a family."""
        low, high = d.family
        base = base_of(d.symbol)
        if base is None:
            return
        first = int(low.value) if isinstance(low, Number) else None
        if d.sizes == () and first == self.table.start:
            sizes = (high if first else Sum(high.at, high.end, (("+", high), ("+", ONE))),)
            self.table.declare(base, sizes, d.field, d.properties)
            return
        letter = Symbol(d.at, d.end, f"#{spelled(base)}")
        self.table.ranges[spelled(letter)] = (low, high)
        self.table.sizes.update(n for n in letters(high) if self.table.get(n) is None)
        quantity = self.table.declare(base, d.sizes, d.field, d.properties)
        quantity.family = quantity.family or (letter,)

    def _function(self, d, defined):
        """A function that is named and not defined; a quantity said to be one of others is what its equation says."""
        name, _, _ = self.table.name_and_family(d.symbol)
        base = base_of(d.symbol)
        if (
            name == "e"
            or spelled(d.symbol).startswith("e^")
            or (base is not None and base.name in FUNCTIONS and name not in ALIASES)
        ):
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

    def _part_of(self, d):
        """`x_iᵀ` is row i of X; `p_{ij}` are the entries of P."""
        matrix = self.table.find(d.of)
        base = base_of(d.symbol)
        if matrix is None or matrix.indices or len(matrix.quantity.sizes or ()) != 2 or base is None:
            return
        whole = matrix.quantity
        if d.words == "entry":
            if not whole.definitions and spelled(base) != whole.key:
                whole.definitions.append(Definition(items(d.symbol.sub), (), d.symbol))
            return
        assert whole.sizes is not None
        rows = d.words == "row"
        count, own = whole.sizes if rows else whole.sizes[::-1]
        letter = Symbol(d.at, d.end, f"#{spelled(base)}")
        part = self.table.declare(base, (own,))
        if part.key in self.part_names or part is whole:
            return
        self.part_names.add(part.key)
        self.table.ranges.setdefault(spelled(letter), (None, count))
        part.family, part.member_of, part.implied = (letter,), (whole.key, rows), False

    def _property(self, d):
        if d.words in ("row", "column", "entry") and d.of is not None:
            self._part_of(d)
            return
        found = self.table.find(d.symbol)
        base = base_of(d.symbol)
        if found is None and (spelled(d.symbol) in self.indices or spelled(d.symbol) in self.table.ranges):
            return
        if d.words in ("index", "Kronecker delta", "indicator") or (
            base is not None and base.name in FUNCTIONS and base.name not in ALIASES
        ):
            return
        quantity = found.quantity if found else self.table.declare(self._said_of(d.symbol), None)
        if self.cases.holds_in_cases(d):
            return
        words = d.words
        if words == "sums to 1":
            words = "one-hot" if quantity.domain == "binary" else "distribution"
        quantity.properties.add(words)

    def _said_of(self, symbol):
        """Of `p_i`, entries of p, the property is said of all of p."""
        plain = isinstance(symbol, Scripted) and symbol.sup is None and not symbol.primes
        return base_of(symbol) if plain and self.table.name_and_family(symbol)[2] else symbol

    def run(self, progress: Callable[[int, int], None] | None = None) -> Reading:
        """All formulas, from the first to the last; `progress(done, all)` is called behind each."""
        number = 0
        for section in self.sections:
            self._enter(section, section is self.sections[0])
            begun = len(self.reading.steps)
            for line in section.lines:
                if line.fault is not None:
                    f = line.formula
                    self._add(Step(f.at, f.at + len(f.text), None, None, NOT_READ, why=str(line.fault), formula=number))
                self._line(number, line)
                number += 1
                if progress is not None:
                    progress(number, len(self.lines))
            self._look_back(begun)
            if self.explain:
                self._explain(begun)
        return self.reading

    def _explain(self, begun):
        """The likely slip of what is refuted, while the section's names are known."""
        for k, step in enumerate(self.reading.steps[begun:], begun):
            refuted = step.verdict is not None and step.verdict.kind == REFUTED
            if refuted and step.left is not None and step.right is not None and self.explain:
                self.explain -= 1
                slip = find_slip(self.judge, step.left, step.right, step.around)
                self.reading.steps[k] = replace(step, slip=slip)

    def _look_back(self, begun):
        """Claims that waited for a definition further down are judged when all of the section is known."""
        for k, step in enumerate(self.reading.steps[begun:], begun):
            if step.verdict is not None and step.verdict.kind == UNDECIDED and step.left is not None:
                verdict = self._verdict(step.left, step.right, step.around)
                if verdict.kind != UNDECIDED and not self._said_later(step):
                    self.reading.steps[k] = replace(step, verdict=verdict)

    def _said_later(self, step):
        """Whether a condition further down is on what the step speaks of: it would be judged with it."""
        names = {q.key for side in (step.left, step.right) for q in self.table.mentioned(side)}
        names |= {key for name in names for key in self.table.depends(self.table.quantities[name])}
        return any(at > step.at and quantity.key in names for at, quantity, _ in self.said)

    def _add(self, step):
        self.reading.steps.append(step)

    def _say(self, formula):
        """Properties said in a condition hold from there on."""
        said = [d for d in self.bounded if d.at <= formula.at + len(formula.text)]
        if said:
            self.bounded = [d for d in self.bounded if d not in said]
            for d in said:
                self._property(d)
                found = self.table.find(d.symbol)
                self.said += [(d.at, found.quantity, d.words)] if found is not None else []
            self.table.version += 1
            self.judge = Judge(self.table, self.reading.layout or "mixed", self.quick)

    def _line(self, number, line):
        self._say(line.formula)
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
        sides = [_without_row_label(s) for s in sides]
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
        if self.cases.enter(self.table, left.at if left is not None else step.at):
            self.judge = Judge(self.table, self.reading.layout or "mixed")
        if op not in ("=", ":=", "=:"):
            return replace(step, kind=NOT_JUDGED, why=RELATIONS.get(op, f"{op} is no equality"))
        if left is None:
            return replace(step, kind=NOT_JUDGED, why="nothing stands on the left")
        if own_entries(left, right):
            return replace(step, kind=NOT_JUDGED, why="its entries")
        if _is_word(left):
            return replace(step, kind=NOT_JUDGED, why="letters that make a word")
        if _names_gradient(left, right):
            return replace(step, kind=NOT_JUDGED, why="a name that begins with d")
        if self._enumerates(left, right):
            return replace(step, kind=NOT_JUDGED, why="a range or a list")
        unheard = (
            k == 0 and op == "=" and self._fresh(left, right) and self.table.find(self.table.left_side(left)[0]) is None
        )
        if k == 0 and is_numeric(right):
            self.point.give(left, right, self._part(left.at))
        if context is not None and context.kind == "condition" and unheard:
            return self._define(step, left, right)
        if context is not None and context.kind in ("wrong", "not judged", "condition"):
            return replace(step, kind=ASSUMED if context.kind == "condition" else NOT_JUDGED, why=context.words)
        if op == "=:":
            return self._define(step, right, left)
        logarithm = solved(self.table, left, right) if k == 0 and op == "=" else None
        if logarithm is not None and self._fresh(*logarithm, True):
            return self._define(step, *logarithm)
        introduced = context is not None and context.kind == "definition"
        if k == 0 and introduced and self._parametrised(left, right):
            return self._define_input(step, left, right)
        if op == ":=" or (k == 0 and self._fresh(left, right, introduced)):
            return self._define(step, left, right)
        if self._unknown(right) and self._fresh(right, left) and self._is_derivative(left):
            return self._define(step, right, left)
        zero = self.padded and isinstance(right, Number) and right.value == 0
        if zero and isinstance(left, Scripted) and self.table.find(left) is not None:
            return replace(step, kind=ASSUMED, why="zero outside of its range")
        if self._value_given(left, right) or self._value_given(right, left):
            return replace(step, kind=ASSUMED, why="a value given")
        if (isinstance(right, Number) or spelled(right) in UNITS) and self._input_entry(left):
            return replace(step, kind=ASSUMED, why="a value given")
        if k == 0 and self._another_value(left, right):
            return replace(step, kind=ASSUMED, why="another value given")
        if self._two_inputs(left, right):
            return replace(step, kind=ASSUMED, why="two inputs set equal")
        if self._another_flow(left, right):
            return replace(step, kind=ASSUMED, why="a differential equation")
        fact = stated_fact(self.table, left, right)
        if fact is not None:
            fact[0].properties.add(fact[1])
            self.table.version += 1
            self.judge = Judge(self.table, self.reading.layout or "mixed", self.quick, self.padded)
            return replace(step, kind=ASSUMED, why=f"{fact[0].key} is {fact[1]}")
        return self._claim(step, whole, anchor)

    def _claim(self, step, whole, anchor):
        left = anchor if anchor is not None else step.left
        verdict = self._verdict(left, step.right, whole)
        for quantity in (*self.table.mentioned(left), *self.table.mentioned(step.right)):
            self.used.add(quantity.key)
        if verdict.kind == REFUTED and self._anew(step, left):
            return self._define_anew(step, left)
        if verdict.holds:
            self._confirm(left, step.right)
        self._further_definition(step, left, verdict)
        return replace(step, verdict=verdict, left=left, around=tuple(whole))

    def _confirm(self, *sides):
        """What was inferred to be a number, and makes a claim hold, is one."""
        named = {q.key for side in sides for q in self.table.mentioned(side) if q.implied and q.sizes == ()}
        self.table.confirmed |= named

    def _at_a_point(self, left, right):
        """`∂f/∂x = 5` where the derivative is no constant: true at some point that is not stated."""
        number = right.terms[0][1] if isinstance(right, Sum) and len(right.terms) == 1 else right
        plain_number = isinstance(number, Number) and number.value not in (0, 1)
        return plain_number and self._is_derivative(left) and not self.judge.constant(left)

    def _anew(self, step, left):
        """`f(x) = …` once more, with a function that the former f knows nothing of: another f."""
        symbol, parameters = self.table.left_side(left)
        found = self.table.find(symbol) if isinstance(symbol, Symbol | Scripted) else None
        known = found is not None and found.quantity.definitions and not found.primes
        if not parameters or left is not step.left or found is None or not known:
            return False
        names = {n.name for n in step.right.walk() if isinstance(n, Symbol) and n.name in FUNCTIONS}
        old = {n.name for d in found.quantity.definitions for n in d.body.walk() if isinstance(n, Symbol)}
        return bool(names - old)

    def _define_anew(self, step, left):
        symbol, _ = self.table.left_side(left)
        found = self.table.find(symbol)
        assert found is not None
        found.quantity.definitions.clear()
        self.judge = Judge(self.table, self.reading.layout or "mixed", self.quick, self.padded)
        return replace(self._define(step, left, step.right), why=f"{found.quantity.key}, defined anew")

    def _verdict(self, left, right, whole):
        verdict = self.judge.verdict(left, right, whole, self._given(right))
        if not verdict.holds and self.point.holds_in(self._part(right.at)) and any(map(is_numeric, whole)):
            return self._at_values(left, right, whole)
        if verdict.kind == REFUTED and self._at_a_point(left, right):
            return Verdict(UNDECIDED, "a number at values that the text does not state", right)
        return verdict

    def _given(self, node):
        """The conditions of the sentence in which a step stands."""
        found = [d for d in self.conditions if d.at <= node.at < (d.until or 0)]
        orders = {"<", ">", "≤", "≥", "≠"}  # "1 if k = j" explains a sign, it restricts nothing
        said = tuple(d.holds for d in found if isinstance(d.holds, Relation) and set(d.holds.relations) <= orders)
        return (*said, *self._beside(node))

    def _beside(self, node):
        """`…, \\qquad i > j` in the same line of a display."""
        rows = next((x.rows for x in self.lines if x.formula.at <= node.at <= x.formula.at + len(x.formula.text)), ())
        number = next((r.number for r in rows if r.at <= node.at < r.end), None)
        beside = [r.statement for r in rows if r.number == number and isinstance(r.statement, Relation)]
        return tuple(s for s in beside if set(s.relations) <= {"<", ">", "≤", "≥", "≠"} and None not in s.sides)

    def _at_values(self, left, right, whole):
        """Judged where the inputs have the values given; a decimal number stands for what rounds to it."""
        with self.point.set():
            judge = Judge(self.table, self.reading.layout or "mixed")
            verdict = judge.verdict(left, right, whole)
            digits = decimals(self.reading.document.text[right.at : right.end])
            if verdict.kind == REFUTED and digits is not None and judge.rounds(left, right, digits):
                return Verdict(AGREES, f"rounded to {digits} digits", points=1)
        return verdict

    def _part(self, at):
        """Under which heading a place is."""
        return bisect(self.headings, at)

    def _further_definition(self, step, left, verdict):
        """A proved `f = expr` in terms of other names becomes the definition: `∂f/∂q` needs f expressed through q."""
        symbol, arguments = self.table.left_side(left)
        found = self.table.find(symbol) if isinstance(symbol, Symbol | Scripted) else None
        if found is not None and arguments and not _at_parameters(found.quantity, arguments):
            return
        if (
            not verdict.holds
            or found is None
            or found.sup is not None
            or found.primes
            or found.indices
            or not found.quantity.definitions
        ):
            return
        known = self.table.depends(found.quantity)
        new = {q.key for q in self.table.mentioned(step.right) if q.definitions} - known
        if new and not any(found.quantity.key in self.table.depends(self.table.quantities[k]) for k in new):
            old = found.quantity.definitions[0]
            found.quantity.definitions[:1] = [Definition(old.pattern, old.parameters, step.right)]
            self.table.version += 1
            self.judge = Judge(self.table, self.reading.layout or "mixed", self.quick, self.padded)

    def _parametrised(self, left, right):
        """`Now let p = σ(θ)`: what was an input is made of others from here on."""
        found = self.table.find(left) if isinstance(left, Symbol | Scripted) else None
        if found is None or found.sup is not None or found.primes or found.quantity.key not in self.used:
            return False
        q = found.quantity
        others = self.table.mentioned(right)
        if q.definitions or not others or q.key in {k for other in others for k in self.table.depends(other)}:
            return False
        return all(is_letter(i) for i in found.indices)

    def _define_input(self, step, left, right):
        """The quantity loses what it was said to be: that follows now, or it does not hold."""
        found = self.table.find(left)
        assert found is not None
        found.quantity.properties -= {"distribution", "one-hot", "positive", "fraction", "unit"}
        found.quantity.member_of = None
        self.used.discard(found.quantity.key)
        self.judge = Judge(self.table, self.reading.layout or "mixed", self.quick, self.padded)
        return self._define(step, left, right)

    def _define(self, step, left, right):
        try:
            quantity = self.table.define(left, right)
        except Unclear as fault:
            return replace(step, kind=NOT_JUDGED, why=fault.why)
        return replace(step, kind=DEFINED, why=quantity.key)

    def _fresh(self, left, right, introduced=False) -> bool:
        """Whether an equation can be the definition of the name on its left; `introduced` by words that say so."""
        symbol, parameters = self.table.left_side(left)
        base = base_of(symbol)
        if (
            base is None
            or (base.name in FUNCTIONS and symbol is not left and base.name != "sigma")
            or spelled(base) == "bb:E"
        ):
            return False
        if not isinstance(symbol, Symbol | Scripted) or (
            base.name in ("partial", "nabla", "d", "delta") and not self._named(symbol)
        ):
            return False
        if isinstance(symbol, Scripted) and symbol.sup is not None and (base.name == "e" or not self._family(symbol)):
            return False
        found = self.table.find(symbol)
        if found is None:
            return True
        q = found.quantity
        if found.primes and not q.is_function and not parameters and len(q.sizes or ()) != 2:
            return True  # p' beside p
        named = bool(parameters) and all(isinstance(p, Symbol) and self.table.find(p) is not None for p in parameters)
        open_ = q.sizes is None or (named and not q.definitions)
        if found.sup is not None or (q.key in self.used and not introduced and not open_):
            return False
        if not q.definitions and q.sizes and isinstance(right, Number):
            return False
        if not q.definitions:
            return not any(other is q for other in self.table.mentioned(right)) or self._recursive(found, right)
        return self._another_member(found)

    def _another_value(self, left, right):
        """`X = 1` with probability p, `X = 0` otherwise."""
        found = self.table.find(left) if isinstance(left, Symbol) else None
        given = found is not None and found.quantity.is_alone and is_numeric(found.quantity.definitions[0].body)
        return given and isinstance(right, Number)

    def _two_inputs(self, left, right):
        """`g_0 = g_1`: names of two inputs can only be set equal."""
        found = [self.table.find(side) if isinstance(side, Symbol | Scripted) else None for side in (left, right)]
        one, other = found
        if one is None or other is None or one.quantity is other.quantity:
            return False
        return all(not f.sup and not f.primes and not f.indices and self._is_input(f.quantity) for f in (one, other))

    @staticmethod
    def _is_input(quantity):
        return not quantity.definitions and not quantity.is_function and not quantity.properties & {"open", "function"}

    def _another_flow(self, left, right):
        """`\\dot x = S x` after another law for x."""
        if not isinstance(left, Symbol) or left.accents not in (("dot",), ("ddot",)):
            return False
        found = self.table.find(left)
        plain = self.table.get(left.name)
        return bool(found and found.quantity.definitions and plain and plain in self.table.mentioned(right))

    def _unknown(self, node) -> bool:
        """A name of which nothing is known yet."""
        if not isinstance(node, Symbol | Scripted) or spelled(node) in CONSTANTS:
            return False
        found = self.table.find(node)
        return found is None or (found.quantity.sizes is None and not found.quantity.definitions)

    def _value_given(self, numbers, names):
        """`300 · 300 · 3 = 270 k`: numbers on one side, names of which nothing else is known on the other."""
        if any(isinstance(n, Symbol) for n in numbers.walk()) or self._is_derivative(names):
            return False
        found = self.table.mentioned(names)
        unknown = [n for n in names.walk() if isinstance(n, Symbol) and self.table.find(n) is None and len(n.name) == 1]
        return (
            bool(found or unknown)
            and all(q.implied and not q.definitions for q in found)
            and isinstance(names, Symbol | Product)
        )

    def _input_entry(self, left):
        found = self.table.find(left) if isinstance(left, Symbol | Scripted) else None
        return found is not None and not found.quantity.definitions and found.sup is None

    def _named(self, symbol):
        if isinstance(symbol, Symbol) and symbol.name == "d" and self.table.get(spelled(symbol)) is not None:
            return True
        base = base_of(symbol)
        return (
            base is not None
            and base.name == "delta"
            and (isinstance(symbol, Symbol) or symbol.sup is not None or len(letters(symbol.sub)) < 2)
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

    def _of_indices(self, node):
        """`i + k`: letters that are indices, and sizes."""
        names = letters(node)
        known = self.table.letters - {n for n in names if self.table.get(n) is not None}
        return any(n in known for n in names) and all(n in known or n in self.table.sizes for n in names)

    def _enumerates(self, left, right):
        """`i = 1, …, n`, `x = (x_1, …, x_n)`."""
        listed = right.base if isinstance(right, Scripted) else right
        body = listed.body if isinstance(listed, Group) else listed
        dotted = isinstance(body, Tuple) and any(isinstance(i, Dots) for i in body.items)
        both = is_letter(left) and spelled(left) in self.table.letters and self._of_indices(right)
        return (
            dotted or both or isinstance(right, Dots) or isinstance(left, Tuple) or spelled(left) in self.table.ranges
        )


def _is_word(node):
    """`Loss`, four letters side by side."""
    if not isinstance(node, Product) or len(node.factors) < 3:
        return False
    items_ = [f for _, f in node.factors]
    close = all(a.end == b.at for a, b in itertools.pairwise(items_))
    return close and all(isinstance(f, Symbol) and f.name.isalpha() and len(f.name) == 1 and not f.font for f in items_)


def _names_gradient(left, right):
    """`dW = xᵀ dY` is of differentials or names of gradients; `dW = 0.5` is a name."""
    return (
        _has_d(left)
        and isinstance(left, Product)
        and len(left.factors) == 2
        and not any(_has_d(n) for n in right.walk())
    )


def _has_d(node):
    first = node.factors[0][1] if isinstance(node, Product) else None
    return isinstance(first, Symbol) and first.name == "d" and first.font in ("", "it")


def _unstarred(section):
    rows = without_stars([line.rows for line in section.lines])
    return replace(section, lines=tuple(replace(line, rows=own) for line, own in zip(section.lines, rows, strict=True)))


def _without_row_label(side):
    """In a table of numbers, `W  [0.4 0.6] − …` begins with the name of its row."""
    terms = side.terms if isinstance(side, Sum) else (("+", side),)
    first = terms[0][1]
    if not (
        isinstance(first, Product)
        and isinstance(first.factors[0][1], Symbol | Text)
        and isinstance(first.factors[1][1], Matrix)
    ):
        return side
    if not all(isinstance(entry, Number | Sum) for row in first.factors[1][1].rows for entry in row):
        return side
    rest = first.factors[1:]
    bare = rest[0][1] if len(rest) == 1 else Product(rest[0][1].at, first.end, (("", rest[0][1]), *rest[1:]))
    return Sum(bare.at, side.end, ((terms[0][0], bare), *terms[1:])) if isinstance(side, Sum) else bare


UNITS = ("I", "bf:I", "bf:0", "bf:1", "I_n")


def _at_parameters(quantity, arguments):
    """`f(x)` of the `f(x)` that is defined, not `f(x + h)`."""
    written = tuple(spelled(a) for a in arguments)
    return any(tuple(spelled(p) for p in d.parameters) == written for d in quantity.definitions)


RELATIONS = {
    "≈": "an approximation",
    "∝": "a proportionality",
    "∈": "a declaration",
    "→": "a map or an assignment",
    "↦": "a map",
    "~": "a distribution",
}


def judged(
    document: Document,
    declarations: Iterable[Declaration],
    lines: list[Line],
    layout: str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Reading:
    """The document judged under its own conventions, or, where it states none, those that most steps follow."""
    declared = tuple(declarations)
    reading = Walk(document, declared, lines, layout).run(progress)
    if not any(_otherwise(step.verdict) for step in reading.steps):
        return reading
    layouts = (None, "numerator", "denominator") if reading.layout is None else (reading.layout,)
    steps = (True, False) if reading.table.open_recursions() else (True,)
    others = [(one, step) for one in layouts for step in steps][1:]
    tried = {other: _wrong(Walk(document, declared, lines, *other, quick=True).run()) for other in others}
    best = min(tried, key=lambda other: tried[other], default=None)
    chosen = best if best is not None and tried[best] < _wrong(reading) else (layout, True)
    return Walk(document, declared, lines, *chosen, explain=EXPLAINED).run()


EXPLAINED = 12
"""So many refuted steps of a document are asked for their slip, a third of a second each at most."""


def _otherwise(verdict: Verdict | None) -> bool:
    """Whether a verdict may be another under other conventions: a name that is not known stays so."""
    if verdict is None or verdict.holds:
        return False
    return verdict.kind == REFUTED or "not declared:" in verdict.why or "expressed" in verdict.why


def _wrong(reading: Reading) -> int:
    """How many steps do not hold."""
    return sum(1 for step in reading.steps if step.verdict is not None and not step.verdict.holds)
