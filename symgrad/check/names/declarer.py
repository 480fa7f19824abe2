"""What the declarations of a document enter into the table of its names."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from fractions import Fraction

from ...tex.syntax import Node, Number, Scripted, Sum, Symbol
from ..declarations.declare import Among, Declaration, Function, Listed, Property, Range, Space, Start
from ..values.applied import ALIASES, FUNCTIONS
from ..values.trial import PROPERTIES
from .case_signs import Cases
from .names import base_of, items, letters, spelled
from .table import Definition, Table

MATRICES = frozenset(("symmetric", "antisymmetric", "diagonal", "positive definite", "positive semidefinite"))
ONE = Number(0, 0, Fraction(1))


def _of_each(declarations: tuple[Declaration, ...]) -> Iterator[Declaration]:
    """`W_\\star` for each `\\star` that is listed."""
    listed = {spelled(d.symbol): d.items for d in declarations if isinstance(d, Among)}
    for d in declarations:
        symbol = d.symbol if isinstance(d, Space | Property) else None
        items_ = listed.get(spelled(symbol.sub), ()) if isinstance(symbol, Scripted) and symbol.sub is not None else ()
        if not items_:
            yield d
        for item in items_:
            assert isinstance(symbol, Scripted) and isinstance(d, Space | Property)
            yield replace(d, symbol=replace(symbol, sub=item))


def _is_ones(symbol):
    """`\\mathbf 1_K`: its subscript is its length."""
    base = base_of(symbol) if isinstance(symbol, Scripted) else None
    return base is not None and base.name == "1"


class Declarer:
    """Enters declarations into a table of names.

    `indices` are letters that only count, `fixed` those that stand for one value; `cases` hold one at a time, `members`
    has the letter that stands on a name.
    """

    def __init__(
        self,
        table: Table,
        indices: Collection[str],
        cases: Cases,
        members: dict[str, Node],
        fixed: Collection[str] = (),
    ):
        self.table, self.indices, self.cases, self.members, self.fixed = table, indices, cases, members, fixed
        self.part_names: set[str] = set()
        self.listed: set[str] = set()

    def declare(self, declarations: Iterable[Declaration], defined: set[str]) -> list[Property]:
        """Sizes and ranges first, then properties and functions; what holds only from its sentence on is returned."""
        declarations = tuple(_of_each(tuple(declarations)))
        ranged = {spelled(d.index) for d in declarations if isinstance(d, Range)}
        declarations = self._families(declarations)
        for d in declarations:
            match d:
                case Space() if d.sizes is None and spelled(d.symbol) in ("bf:1", "bb:1"):
                    pass  # the vector of ones is as long as it must be
                case Space() if spelled(d.symbol) in ranged.intersection(self.indices).difference(self.fixed):
                    pass  # `a ∈ {1, …, K}` of a letter that only counts
                case Space():
                    self._space(d)
                case Range():
                    self._range(d)
                case Start():
                    self.table.start = d.first
                case Listed():
                    self.table.listed[spelled(d.symbol)] = (d.lower, d.upper)
        later = []
        for d in declarations:
            match d:
                case Property() if d.until is not None and d.words in PROPERTIES:
                    later.append(d)  # "if u is a unit vector, …": not before it is said
                case Property():
                    self.property(d)
                case Function():
                    self._function(d, defined)
        return later

    def _families(self, declarations):
        """`h_0 ∈ ℝᵈ`, `x_1, x_2 ∈ ℝᵖ` where `h_t`, `x_t` are written: each member is like these."""
        told: dict[str, set[str]] = {}
        for d in declarations:
            if (base := self._numbered(d)) is not None:
                told.setdefault(base, set()).add("×".join(map(spelled, d.sizes)))
        alike = {base for base, sizes in told.items() if len(sizes) == 1}
        out: dict[int, Declaration] = {}
        for k, d in enumerate(declarations):
            base = self._numbered(d)
            if base in alike:
                letter = self.members[base]
                d = replace(d, symbol=Scripted(d.symbol.at, d.symbol.end, d.symbol.base, letter))
            out[k] = d
        return tuple(out.values())

    def _numbered(self, d):
        """The name of a vector or matrix with a number for its index, that has a letter there elsewhere."""
        symbol = d.symbol if isinstance(d, Space) and d.sizes and d.family is None else None
        if not isinstance(symbol, Scripted) or symbol.sup is not None or symbol.primes:
            return None
        if not isinstance(symbol.sub, Number) or not isinstance(symbol.base, Symbol):
            return None
        return spelled(symbol.base) if spelled(symbol.base) in self.members else None

    def _space(self, d):
        if spelled(d.symbol).startswith("e^") or _is_ones(d.symbol):
            return
        if d.family is not None and d.sizes is not None:
            self._members(d)
            return
        if d.sizes == () and isinstance(d.symbol, Symbol) and (own := spelled(d.symbol)) in self.listed:
            self._twin(own)
        if self._entry(d):
            return
        self.table.declare(d.symbol, d.sizes, d.field, d.properties).rank = d.rank
        if d.sizes == () and d.field in ("integer", "natural") and isinstance(d.symbol, Symbol):
            self.table.sizes.add(spelled(d.symbol))  # a stride, a count: a whole number, alone and in an index

    def _entry(self, d):
        """`y_i ∈ ℝ` beside `y ∈ ℝᴺ` is an entry, whichever comes first; whether nothing is left to declare."""
        name, _, family = self.table.name_and_family(d.symbol)
        known = self.table.quantities.get(name)
        if known is None or known.above or d.sizes is None:
            return False
        if isinstance(d.symbol, Symbol) and known.sizes == () and len(known.family) == len(d.sizes) > 0:
            known.family, known.sizes = (), None
            return False
        if not (d.sizes == () and family and not known.family and len(known.sizes or ()) == len(family)):
            return False
        known.properties.update(d.properties)
        known.domain = d.field if d.field != "real" else known.domain
        return True

    def _members(self, d):
        """`x_1, …, x_N ∈ ℝᵈ`: numbers are the entries of a vector, arrays the members of a family."""
        low, high = d.family
        base = base_of(d.symbol)
        if base is None:
            return
        first = int(low.value) if isinstance(low, Number) else None
        if d.sizes == () and first == self.table.start:
            sizes = (high if first else Sum(high.at, high.end, (("+", high), ("+", ONE))),)
            known = self.table.quantities.get(spelled(base))
            twin = known is not None and known.sizes == ()
            self.table.declare(base, sizes, d.field, d.properties)
            self.listed.add(spelled(base))
            if twin:
                assert known is not None
                self._twin(spelled(base))
                self.table.declare(base, (), known.domain, known.properties)
            return
        letter = Symbol(d.at, d.end, f"#{spelled(base)}")
        self.table.ranges[spelled(letter)] = (low, high)
        self.table.sizes.update(n for n in letters(high) if self.table.get(n) is None)
        quantity = self.table.declare(base, d.sizes, d.field, d.properties)
        quantity.family = quantity.family or (letter,)

    def _twin(self, name):
        """`α_1, …, α_m` beside a number α."""
        quantity = self.table.quantities[name]
        del self.table.quantities[name]
        quantity.key = f"{name}[]"
        self.table.add(quantity)

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
            if known is not None and known.takes is not None:
                known.properties.update(d.properties)
            return
        quantity = self.table.declare(d.symbol, d.gives or None, properties=d.properties)
        quantity.arguments = d.arguments or quantity.arguments
        if d.gives and len(d.takes) == 1 and len(d.takes[0]) == 1:
            quantity.takes = d.takes[0]
            quantity.properties.add("function")
        if not (isinstance(d.symbol, Symbol) and d.symbol.name in ("L", "J", "C", "E", "ℓ", "R") and not d.arguments):
            quantity.properties.add("function")

    def _range(self, d):
        for name in (spelled(d.index),):
            if d.upper is not None and name not in self.table.ranges:
                self.table.ranges[name] = (d.lower, d.upper)
                self.table.sizes.update(n for n in letters(d.upper) if self.table.get(n) is None)
        base = base_of(d.index)
        if isinstance(d.index, Scripted) and base is not None and d.upper is not None:
            self.table.classes[spelled(base)] = (d.lower, d.upper)  # `y_i ∈ {1, …, K}`: entries that are indices

    def _part_of(self, d):
        """`x_iᵀ` is row i of X; `p_{ij}` are the entries of P."""
        matrix = self.table.find(d.of)
        base = base_of(d.symbol)
        if matrix is None or matrix.indices or len(matrix.quantity.sizes or ()) != 2 or base is None:
            return
        whole = matrix.quantity
        if d.words == "entry":
            if not whole.definitions and spelled(base) != whole.key:
                self.table.declare(base, whole.sizes)
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

    def property(self, d):
        if d.words in ("row", "column", "entry") and d.of is not None:
            self._part_of(d)
            return
        found = self.table.find(d.symbol)
        base = base_of(d.symbol)
        slope = isinstance(d.symbol, Scripted) and d.symbol.primes and found is None
        if slope or spelled(d.symbol) in ("bf:1", "bb:1"):
            return
        if d.words == "hot at":
            if found is not None and not found.indices and found.quantity.properties & {"one-hot"}:
                self.table.fixed[spelled(d.of)] = found.quantity.key
            return
        if found is None and (spelled(d.symbol) in self.indices or spelled(d.symbol) in self.table.ranges):
            return
        if (
            _is_ones(d.symbol)
            or d.words in ("index", "Kronecker delta", "indicator")
            or (base is not None and base.name in FUNCTIONS and base.name not in ALIASES)
        ):
            return
        quantity = found.quantity if found else self.table.declare(self._said_of(d.symbol), None)
        if self.cases.holds_in_cases(d):
            return
        words = d.words
        if words in MATRICES and quantity.sizes is not None and len(quantity.sizes) < 2:
            return  # "let $x$ and $A$ be symmetric" speaks of A
        if words == "sums to 1":
            words = "one-hot" if quantity.domain == "binary" else "distribution"
        quantity.properties.add(words)

    def _said_of(self, symbol):
        """Of `p_i`, entries of p, the property is said of all of p."""
        plain = isinstance(symbol, Scripted) and symbol.sup is None and not symbol.primes
        return base_of(symbol) if plain and self.table.name_and_family(symbol)[2] else symbol
