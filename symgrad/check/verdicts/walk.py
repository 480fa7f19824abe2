"""A document from top to bottom: what each equation is, a definition or a claim, and what is found of the claims."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Callable, Iterable
from dataclasses import replace
from fractions import Fraction
from itertools import islice

from ...tex.syntax import Node, Number, Relation, Scripted, Sum, Symbol
from ..declarations.conventions import by_rows, reads_zero_outside
from ..declarations.declare import Context, Declaration, Layout, Property, Range, Repeated, Start
from ..declarations.listed import entries_of
from ..documents.document import Document
from ..documents.lines import Line
from ..documents.pieces import Break
from ..names.applications import applied
from ..names.case_signs import Cases
from ..names.declarer import Declarer
from ..names.facts import conjugate, stated_fact
from ..names.indices import fixed_indices, lettered, only_indices
from ..names.infer import Inference, begins_with_words, infer, left_names, own_entries, own_value, solved
from ..names.iterates import declare_iterates
from ..names.labels import indices_of_arrays, labels_of, number_labels
from ..names.names import MARKS, spelled
from ..names.points import Point, decimals, is_numeric
from ..names.pointwise import at_one_place
from ..names.sections import forget, sections
from ..names.solved import SOLVED
from ..names.table import Definition, Quantity, Table, Unclear
from ..slips.slips import find_slip
from ..values.applied import FUNCTIONS
from ..values.derivatives import varied_in
from ..values.expectations import law_of, total_weight
from ..values.held import worked_out
from .branches import branches
from .claims import AGREES, BROKEN, REFUTED, UNDECIDED, Judge, Verdict
from .conditions import Conditions
from .following import root_of
from .kinds import Kinds, is_word, names_gradient, reasons, without_row_label
from .rows import folded_declaration, summed, without_stars_in
from .steps import ASSUMED, DEFINED, NOT_JUDGED, NOT_READ, Reading, Step
from .unsaid import UNSAID, supposed, unsaid


class TooMany(Exception):
    """More steps are refuted than in a reading that is known."""


class Walk:
    """Goes through the formulas in order; definitions are taken as they come, claims are judged with what is known."""

    def __init__(self, document: Document, declarations: Iterable[Declaration], lines: list[Line], layout: str | None,
                 one_step: bool = True, held: bool = False, quick: bool = False, explain: int = 0,
                 anew: frozenset[int] = frozenset(), models: frozenset[int] = frozenset(),
                 most: int | None = None):  # fmt: skip
        self.reading = Reading(document)
        self.table = self.reading.table
        self.table.one_step, self.table.by_rows = one_step, by_rows(document.text)
        if held:
            self.table.totals = worked_out(line.rows for line in lines)
            self.reading.inferred.append(Inference("partial", "what is written beside its variable is held"))
        self.quick, self.explain, self.anew, self.models, self.most = quick, explain, anew, models, most
        self.padded = self.table.padded = reads_zero_outside(document.text)
        self.declarations = sorted(map(folded_declaration, declarations), key=lambda d: d.at)
        self.lines = lines = summed(lines) if any(isinstance(d, Repeated) for d in self.declarations) else lines
        self.used: set[str] = set()
        self.roots: list[Step] = []
        self.refuted = 0
        self.zeros: list[Quantity] = []
        self.valued: dict[str, set] = {}
        self.apart: set[int] = set()
        self.seen: set[str] = set()
        self.sound = True
        self.bounded: list[Property] = []
        self.said: list[tuple[int, Quantity, str]] = []
        self.point = Point(self.table)
        self.branch: tuple[int, int, tuple[Relation, ...]] | None = None
        self.conditions = Conditions(document, lines, self.declarations, self.table)
        self.cases = Cases(self.declarations)
        self.headings = [p.begin for p in document.pieces if isinstance(p, Break) and p.what == "heading"]
        ranged = {spelled(d.index) for d in self.declarations if isinstance(d, Range)}
        self.table.labels = labels_of([line.rows for line in lines], ranged) | MARKS
        rows = [line.rows for line in lines]
        self.declarer = Declarer(self.table, only_indices(rows), self.cases, lettered(rows), fixed_indices(rows))
        self.kinds = Kinds(self.table, self.used)
        self.sections = [without_stars_in(s) for s in sections(document, self.declarations, lines)]
        chosen = [d.name for d in self.declarations if isinstance(d, Layout)]
        names = {"gradient": "mixed"}
        self.reading.layout = layout or (names.get(chosen[0], chosen[0]) if chosen else None)
        self._judge_anew()

    def _enter(self, section, first):
        """Takes what a section declares, and infers what it does not."""
        if not first:
            forget(self.table, section)
            self.table.begin_anew(any(isinstance(d, Start) for d in self.declarations))
            self.used.clear()
            self.roots = []
        self._declare_all(section)
        self._apply(section)
        declare_iterates(self.table, [line.rows for line in section.lines])
        self.table.labels -= indices_of_arrays(self.table, [line.rows for line in section.lines])
        self.table.labels |= number_labels(self.table, [line.rows for line in section.lines])
        self.reading.inferred += infer(self.table, [line.rows for line in section.lines], self._conditions(section))
        self._values(section)
        self._judge_anew()

    def _apply(self, section):
        """`softmax(z)`, differentiated by, is what the function gives where the text defines nothing else."""
        rows = [line.rows for line in section.lines]
        defined = {key for own in rows for row in own for key in left_names(self.table, row.statement)}
        for key, (name, function, body) in applied(rows).items():
            if key not in defined and function in FUNCTIONS:
                self.table.add(Quantity(key, name, definitions=[Definition((), (), body)]))

    def _conditions(self, section):
        """Which formulas of a section are set as conditions."""
        kinds = [self._context(line.formula) for line in section.lines]
        return frozenset(k for k, c in enumerate(kinds) if c is not None and c.kind == "condition")

    def _values(self, section):
        """`y = 0` similar, `y = 1` dissimilar: names of which several values are told take each of them."""
        values: dict[str, set] = {}
        for line in section.lines:
            context = self._context(line.formula)
            for row in line.rows if context is None or context.kind in ("claim", "definition") else ():
                s = row.statement
                sides = s.sides if isinstance(s, Relation) and s.relations == ("=",) else ()
                if sides and isinstance(sides[0], Symbol) and isinstance(sides[1], Number):
                    values.setdefault(spelled(sides[0]), set()).add(sides[1].value)
        self.valued = {key: found for key, found in values.items() if len(found) > 1}
        for key, found in self.valued.items():
            if found == {0, 1} and (q := self.table.quantities.get(key)) is not None and q.implied:
                q.domain = "binary"

    def _declare_all(self, section):
        defined = {key for line in section.lines for row in line.rows for key in left_names(self.table, row.statement)}
        self.bounded += self.declarer.declare(section.declarations, defined)

    def _judge_anew(self):
        """A judge who knows the table as it is now."""
        self.judge = Judge(self.table, self.reading.layout or "mixed", self.quick, self.padded)

    def run(self, progress: Callable[[int, int], None] | None = None) -> Reading:
        """All formulas, from the first to the last; `progress(done, all)` is called behind each.

        Where more than `most` steps are refuted it stops, and the reading is not `whole`.
        """
        number = 0
        try:
            for section in self.sections:
                self._enter(section, section is self.sections[0])
                number = self._section(section, number, progress)
        except TooMany:
            self.reading.whole = False
        return self.reading

    def _section(self, section, number, progress):
        """Its formulas in order, and what stands between them under headings of their own."""
        self.begun = len(self.reading.steps)
        asides = list(section.asides)
        for line in section.lines:
            while asides and asides[0].at < line.formula.begin:
                number = self._aside(asides.pop(0), number, progress)
            number = self._numbered(line, number, progress)
        for aside in asides:
            number = self._aside(aside, number, progress)
        self._close()
        return number

    def _aside(self, section, number, progress):
        """All names are numbers there, and what they were before behind it."""
        kept = dict(vars(self.table)), set(self.used), self.begun, self.roots, self.said
        vars(self.table).update(vars(Table()), labels=set(MARKS), one_step=self.table.one_step)
        self.used.clear()
        self.said, self.roots = [], []
        first = len(self.reading.steps)
        self._enter(section, True)
        number = self._section(section, number, progress)
        self.apart.update(range(first, len(self.reading.steps)))
        vars(self.table).update(kept[0])
        self.used.update(kept[1])
        self.table.version += 1
        self.begun, self.roots, self.said = kept[2:]
        self._judge_anew()
        return number

    def _numbered(self, line, number, progress):
        if line.fault is not None:
            f = line.formula
            self._add(Step(f.at, f.at + len(f.text), None, None, NOT_READ, why=str(line.fault), formula=number))
        self._line(number, line)
        if progress is not None:
            progress(number + 1, len(self.lines))
        return number + 1

    def _close(self, changed=None, at=0):
        """What was judged so far, while the names stand for what they stood for; `changed` is another from here on."""
        self._look_back(self.begun)
        if changed is not None:
            self.said.append((at, changed, ""))

    def _explained(self, step):
        """A refuted step: what it passes on or its likely slip, by the names as they are known where it stands."""
        if not self.explain:
            return step
        self.explain -= 1
        root = root_of(step, self.roots, Judge(self.table, self.judge.layout, True, self.padded))
        if root is not None:
            return replace(step, inherits=root)
        found = replace(step, slip=find_slip(self.judge, step.left, step.right, step.around))
        self.roots.append(found)
        return found

    def _look_back(self, begun):
        """Claims that waited for a definition further down are judged when all of the section is known."""
        for k, step in enumerate(self.reading.steps[begun:], begun):
            waits = step.verdict is not None and step.verdict.kind == UNDECIDED and k not in self.apart
            if waits and step.left is not None:
                verdict = self._verdict(step.left, step.right, step.around)
                if verdict.holds and (values := self._values_later(step)) and self.judge.vanishes(step.left):
                    self.zeros += values
                if verdict.holds and (values := [q for q in self.zeros if q.definitions[0].body.at > step.end]):
                    verdict = self._with_inputs(step, values)
                if self._sets_input(step, verdict):
                    self.reading.steps[k] = replace(step, kind=ASSUMED, verdict=None, why="an input is set")
                elif verdict.kind != UNDECIDED and not self._said_later(step):
                    step = replace(step, verdict=verdict)
                    self.reading.steps[k] = self._explained(step) if verdict.kind == REFUTED else step

    def _sets_input(self, step, verdict):
        """Whether a refuted equation says where a gradient is zero: no identity is meant."""
        if verdict.kind != REFUTED or step.row is None or step.row.statement is None:
            return False
        first = isinstance(step.row.statement, Relation) and step.row.statement.sides[0] is step.left
        told = [d.words for d in self.declarations if isinstance(d, Context) and d.at <= step.at < max(d.end, d.at + 1)]
        return first and self.kinds.sets_input(step.left, step.right, told[0] if told else "")

    def _values_later(self, step):
        """Names by which a step differentiates, and that have their only equation further down."""
        by = (spelled(n) for side in (step.left, step.right) for node in varied_in(side) for n in node.walk())
        found = (self.table.get(key) for key in dict.fromkeys(by))
        return [q for q in found if q and len(q.definitions) == 1 and q.definitions[0].body.at > step.end]

    def _with_inputs(self, step, quantities):
        """Where `∂Q/∂μ = 0` is solved for μ, both sides vanish at that value: the step is of any μ."""
        kept = [(q, q.definitions, q.sizes) for q in quantities]
        for q in quantities:
            q.definitions, q.sizes = [], q.sizes or self.table.axes.get(q.key, ())
        self.table.version += 1
        self._judge_anew()
        verdict = self._verdict(step.left, step.right, step.around)
        for q, definitions, sizes in kept:
            q.definitions, q.sizes = definitions, sizes
        self.table.version += 1
        self._judge_anew()
        return verdict

    def _said_later(self, step):
        """Whether a condition further down is on what the step speaks of: it would be judged with it."""
        names = {q.key for side in (step.left, step.right) for q in self.table.mentioned(side)}
        names |= {key for name in names for key in self.table.depends(self.table.quantities[name])}
        return any(at > step.at and quantity.key in names for at, quantity, _ in self.said)

    def _add(self, step):
        self.reading.steps.append(step)
        self.refuted += step.verdict is not None and step.verdict.kind == REFUTED
        if self.most is not None and self.refuted > self.most:
            raise TooMany
        for side in (step.left, step.right):
            self.seen.update(q.key for q in (self.table.mentioned(side) if side is not None else ()))

    def _say(self, formula):
        """Properties said in a condition hold from there on."""
        said = [d for d in self.bounded if d.at <= formula.at + len(formula.text)]
        if said:
            self.bounded = [d for d in self.bounded if d not in said]
            for d in said:
                self.declarer.property(d)
                found = self.table.find(d.symbol)
                self.said += [(d.at, found.quantity, d.words)] if found is not None else []
            self.table.version += 1
            self._judge_anew()

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
            for reason in reasons(row):
                self._reason(number, row, reason, context)

    def _reason(self, number, row, reason, context):
        """`… && \\text{since } \\tanh'(z) = 1 - \\tanh^2(z)`: a claim beside the line, never a definition."""
        sides = [side for side in reason.sides if side is not None]
        if len(sides) == len(reason.sides) and not self.kinds.fresh(*sides[:2]):
            self._chain(number, row, sides, reason.relations, context, list(sides))

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
        anchor, self.sound = None, True
        sides = at_one_place(self.table, [without_row_label(s) for s in sides])
        for k, (op, left, right) in enumerate(zip(relations, sides, sides[1:], strict=False)):
            if right is None:
                continue
            at = (left or right).at if k == 0 and left is not None and left.at < right.at else right.at
            step = Step(at, right.end, left, right, "claim", row=row, formula=number)
            try:
                self._add(self._judged(step, op, k, context, whole, anchor, row))
            except BROKEN as fault:
                told = f"symgrad failed here, not you ({type(fault).__name__}: {fault})"
                self._add(replace(step, verdict=Verdict(UNDECIDED, told, right)))
            last = self.reading.steps[-1]
            self.sound = self.sound and (last.kind == DEFINED or (last.verdict is not None and last.verdict.holds))
            anchor = right if last.verdict is None or last.verdict.kind != UNDECIDED else (anchor or left)

    def _judged(self, step, op, k, context, whole, anchor, row) -> Step:
        left, right = step.left, step.right
        if self.cases.enter(self.table, left.at if left is not None else step.at):
            self._judge_anew()
        if op not in ("=", ":=", "=:"):
            return replace(step, kind=NOT_JUDGED, why=RELATIONS.get(op, f"{op} is no equality"))
        if left is None:
            return replace(step, kind=NOT_JUDGED, why="nothing stands on the left")
        entries = isinstance(row.statement, Relation) and k == 0 and entries_of(row.statement) is not None
        if row.link == SOLVED and self.kinds.is_input(left):
            return replace(step, kind=ASSUMED, why="where a derivative is zero")
        if own_entries(left, right) or entries:
            return replace(step, kind=NOT_JUDGED, why="its entries")
        if begins_with_words(right):
            return replace(step, kind=NOT_JUDGED, why="words")
        if is_word(left):
            return replace(step, kind=NOT_JUDGED, why="letters that make a word")
        if names_gradient(left, right):
            return replace(step, kind=NOT_JUDGED, why="a name that begins with d")
        if self.kinds.enumerates(left, right):
            return replace(step, kind=NOT_JUDGED, why="a range or a list")
        if k == 0 and step.at in self.models:
            self.reading.inferred.append(Inference(spelled(left), "given, whatever the model says of it"))
            return replace(step, kind=ASSUMED, why="a model of what is given")
        if k == 0 and step.at in self.anew:
            step = self._define_anew(step, left)
            line, _ = self.reading.document.place(step.at)
            self.reading.inferred.append(Inference(spelled(left), f"given a new meaning in line {line}"))
            return step
        if k == 0:
            self._told_apart(left)
            if op == "=" and self._law(left, right):
                return replace(step, kind=DEFINED, why="an expectation")
        unheard = (
            k == 0
            and op == "="
            and self.kinds.fresh(left, right)
            and self.table.find(self.table.left_side(left)[0]) is None
        )
        if k == 0 and is_numeric(right):
            self.point.give(left, right, self._part(left.at))
        if k == 0 and own_value(left, right):
            return replace(step, kind=NOT_JUDGED, why="its value")
        solve = isinstance(right, Number) and context is not None and context.words in ("equation", "the equation")
        if context is not None and context.kind == "condition" and unheard and not solve:
            return self._define(step, left, right)
        asked = k == 0 and context is not None and context.kind == "condition" and not solve
        if asked and self.kinds.another_function(left, right):
            return self._define_anew(step, left)
        if context is not None and context.kind == "condition" and (told := conjugate(self.table, left, right)):
            told[0].conjugate = told[1]
            self.table.version += 1
            self._judge_anew()
        if context is not None and context.kind in ("wrong", "not judged", "condition"):
            return replace(step, kind=ASSUMED if context.kind == "condition" else NOT_JUDGED, why=context.words)
        if op == "=:":
            return self._define(step, right, left)
        logarithm = solved(self.table, left, right) if k == 0 and op == "=" else None
        if logarithm is not None and self.kinds.fresh(*logarithm, True):
            return self._define(step, *logarithm)
        introduced = context is not None and context.kind == "definition"
        if k == 0 and self.kinds.parametrised(left, right, introduced, self.seen):
            return self._define_input(step, left, right)
        if k == 0 and op == "=" and self.kinds.initial(left, right):
            return replace(step, kind=ASSUMED, why="where it begins")
        one_of = k == 0 and spelled(left) in self.valued and isinstance(right, Number)
        if op == ":=" or (k == 0 and not one_of and self.kinds.fresh(left, right, introduced)):
            return self._define(step, left, right)
        stands = self.kinds.is_derivative(left) or self.kinds.first_member(left)
        named = (stands and self.kinds.unknown(right)) or (k > 0 and self.kinds.unheard(right))
        if named and self.kinds.fresh(right, left):
            return self._define(step, right, left)
        zero = self.padded and isinstance(right, Number) and right.value == 0
        if zero and isinstance(left, Scripted) and self.table.find(left) is not None:
            return replace(step, kind=ASSUMED, why="zero outside of its range")
        if self.kinds.value_given(left, right) or self.kinds.value_given(right, left):
            return replace(step, kind=ASSUMED, why="a value given")
        if (isinstance(right, Number) or spelled(right) in UNITS) and self.kinds.input_entry(left):
            return replace(step, kind=ASSUMED, why="a value given")
        if one_of:
            return replace(step, kind=ASSUMED, why="one of its values")
        if k == 0 and self.kinds.another_value(left, right):
            return replace(step, kind=ASSUMED, why="another value given")
        if self.kinds.two_inputs(left, right):
            return replace(step, kind=ASSUMED, why="two inputs set equal")
        if self.kinds.another_flow(left, right):
            return replace(step, kind=ASSUMED, why="a differential equation")
        fact = stated_fact(self.table, left, right)
        if fact is not None:
            fact[0].properties.add(fact[1])
            self.table.version += 1
            self._judge_anew()
            return replace(step, kind=ASSUMED, why=f"{fact[0].key} is {fact[1]}")
        return self._claim(step, whole, anchor, context)

    def _law(self, left, right):
        """`E[h(X)] = Σ_x f(x) h(x)` says what an expectation is, where nothing said it and the weights sum to 1."""
        found = law_of(left, right)
        if found is None or found[0] in self.table.laws:
            return False
        one = Number(right.at, right.end, Fraction(1))
        if not self._verdict(total_weight(found[1]), one, ()).holds:
            return False
        self.table.laws[found[0]] = found[1]
        self.table.version += 1
        self._judge_anew()
        return True

    def _told_apart(self, left):
        """`μ_B = …` beside a number μ that is defined: a number has no entries, this is another name."""
        found = self.table.find(left) if isinstance(left, Scripted) and left.sub is not None else None
        if found is None or not found.indices:
            return
        for q in (found.quantity, *self.table.root_of(found.quantity)):
            if q.is_alone and q.sizes is None and self.judge.is_number(q):
                q.sizes = ()
                self.table.version += 1

    def _claim(self, step, whole, anchor, context):
        left = anchor if anchor is not None else step.left
        verdict = self._verdict(left, step.right, whole)
        for quantity in (*self.table.mentioned(left), *self.table.mentioned(step.right)):
            self.used.add(quantity.key)
        if left is step.left and self._sets_input(step, verdict):
            return replace(step, kind=ASSUMED, why="an input is set")
        if verdict.kind == REFUTED and self._said_anew(step, left, context):
            return self._define_anew(step, left)
        if verdict.holds:
            self._confirm(left, step.right)
        judged = replace(step, verdict=verdict, left=left, around=tuple(whole))
        judged = self._explained(judged) if verdict.kind == REFUTED else judged
        self._further_definition(step, left, verdict)
        if left is not whole[0] and self.sound:
            self._further_definition(step, whole[0], verdict)
        return judged

    def _confirm(self, *sides):
        """What was inferred to be a number, or of sizes that are declared, and makes a claim hold, is that."""
        mentioned = [q for side in sides for q in self.table.mentioned(side)]
        depended = [self.table.quantities[key] for q in mentioned for key in self.table.depends(q)]
        self.table.confirmed |= {
            q.key
            for q in (*mentioned, *depended)
            if q.implied and q.sizes is not None and not any("#" in spelled(s) for s in q.sizes)
            if not q.sizes or not q.family
        }

    def _unsaid(self, left, right, whole):
        """Undecided, where the step would hold if something were said of a name that nothing declares."""
        for quantity, words in islice(unsaid(self.table, (left, right)), 3):
            with supposed(self.table, quantity, words):
                judge = Judge(self.table, self.reading.layout or "mixed", True, self.padded)
                if judge.verdict(left, right, whole, self.conditions.of(right)).holds:
                    told = UNSAID[words].format(quantity.key)
                    return Verdict(UNDECIDED, f"it holds if {told}, which is not said", right)
        return None

    def _at_a_point(self, left, right):
        """`∂f/∂x = 5` where the derivative is no constant: true at some point that is not stated."""
        number = right.terms[0][1] if isinstance(right, Sum) and len(right.terms) == 1 else right
        plain_number = isinstance(number, Number) and number.value not in (0, 1)
        return plain_number and self.kinds.is_derivative(left) and not self.judge.constant(left)

    def _said_anew(self, step, left, context):
        """ "Now let W = I": another W."""
        symbol, _ = self.table.left_side(left)
        found = self.table.find(symbol) if isinstance(symbol, Symbol | Scripted) and left is step.left else None
        if found is None or not found.quantity.definitions or found.primes:
            return False
        introduced = context is not None and context.kind == "definition"
        return introduced and self.kinds.set_anew(found, symbol, step.right, context.words)

    def _define_anew(self, step, left):
        symbol, _ = self.table.left_side(left)
        found = self.table.find(symbol)
        assert found is not None
        self._close(found.quantity, left.at)
        found.quantity.definitions.clear()
        self._judge_anew()
        return replace(self._define(step, left, step.right), why=f"{found.quantity.key}, defined anew")

    def _vary(self, at):
        """What moves in a differential: the inputs that stand behind a d under the same heading, else anywhere."""
        here = {key for place, key in self.table.moving if self._part(place) == self._part(at)}
        held = {key for key, q in self.table.quantities.items() if "constant" in q.properties}
        self.table.varied = here or {key for _, key in self.table.moving} - held

    def _verdict(self, left, right, whole):
        self._vary(right.at)
        verdict = self.judge.verdict(left, right, whole, self.conditions.of(right))
        if not verdict.holds and self.point.holds_in(self._part(right.at)) and any(map(is_numeric, whole)):
            return self._at_values(left, right, whole)
        if verdict.kind == REFUTED and (branch := self._on_a_branch(left, right, whole)) is not None:
            return branch
        if verdict.kind == REFUTED and self._at_a_point(left, right):
            return Verdict(UNDECIDED, "a number at values that the text does not state", right)
        if verdict.kind == REFUTED:
            return self._unsaid(left, right, whole) or verdict
        return verdict

    def _on_a_branch(self, left, right, whole):
        """Judged on the branch of a maximum that words of the sentence pick, or of one before under this heading."""
        part = self._part(right.at)
        told = self.conditions.in_words(right)
        where = told[-1].at if told else -1
        known = self.branch if self.branch is not None and self.branch[0] == part else None
        known = known if known is not None and where in (-1, known[1]) else None
        for on in [known[2]] if known is not None else branches(self.table, left) if told else ():
            verdict = self.judge.verdict(left, right, whole, (*self.conditions.of(right), *on))
            if verdict.holds:
                self.branch = (part, known[1] if known is not None else where, on)
                return verdict
        return None

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
        known = self.table.depends(found.quantity, by_name=True)
        new = {q.key for q in self.table.mentioned(step.right) if q.definitions} - known
        if new and not any(found.quantity.key in self.table.depends(self.table.quantities[k]) for k in new):
            old = found.quantity.definitions[0]
            found.quantity.definitions[:1] = [Definition(old.pattern, old.parameters, step.right)]
            self.table.version += 1
            self._judge_anew()

    def _define_input(self, step, left, right):
        """The quantity loses what it was said to be: that follows now, or it does not hold."""
        found = self.table.find(left)
        assert found is not None
        self._close()
        found.quantity.properties -= {"distribution", "one-hot", "positive", "fraction", "unit"}
        found.quantity.member_of = None
        self.used.discard(found.quantity.key)
        self._judge_anew()
        return self._define(step, left, right)

    def _define(self, step, left, right):
        try:
            quantity = self.table.define(left, right)
        except Unclear as fault:
            return replace(step, kind=NOT_JUDGED, why=fault.why)
        return replace(step, kind=DEFINED, why=quantity.key)


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
