"""What an equation is: a definition, an assumption, a range, or a claim."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from ...tex.syntax import Dots, Group, Matrix, Number, Product, Relation, Row, Scripted, Sum, Symbol, Text, Tuple
from ..names.names import base_of, is_letter, letters, spelled
from ..names.points import is_numeric
from ..names.table import Table, is_squared
from ..values.applied import FUNCTIONS
from ..values.meaning import CONSTANTS

ANEW = frozenset(("let", "set", "take", "put", "consider", "choose", "we set"))


class Kinds:
    """Tells definitions and assumptions from claims, by what the table knows; `used` are names that claims spoke of."""

    def __init__(self, table: Table, used: set[str]):
        self.table, self.used = table, used

    def fresh(self, left, right, introduced=False) -> bool:
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
            return base.name != "e" and self._square_of_input(symbol, right)
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
        given = q.key in self.used and q.sizes is not None and not q.definitions
        if given and q.key in {key for other in self.table.mentioned(right) for key in self.table.depends(other)}:
            return False  # what it is made of is made of it
        if not q.definitions and q.sizes and isinstance(right, Number):
            return False
        if not q.definitions:
            return not any(other is q for other in self.table.mentioned(right)) or self._recursive(found, right)
        return self._another_member(found)

    def parametrised(self, left, right, introduced, seen):
        """`Now let p = σ(θ)`, `Q = X W` with a new W: what was an input is made of others from here on."""
        found = self.table.find(left) if isinstance(left, Symbol | Scripted) else None
        if found is None or found.sup is not None or found.primes or found.quantity.key not in self.used:
            return False
        q = found.quantity
        others = self.table.mentioned(right)
        if not introduced and not any(other.key not in seen and not other.definitions for other in others):
            return False
        if q.definitions or not others or q.key in {k for other in others for k in self.table.depends(other)}:
            return False
        return all(is_letter(i) for i in found.indices)

    def set_anew(self, found, symbol, right, words):
        """`Now let W = I_n` where W had an equation: another value from here on; "with" sets a constant only."""
        if found.indices or found.sup is not None or not isinstance(symbol, Symbol):
            return False
        others = self.table.mentioned(right)
        if found.quantity.key in {key for other in others for key in self.table.depends(other)}:
            return False
        return words in ANEW or (words == "with" and not others)

    def another_value(self, left, right):
        """`X = 1` with probability p, `X = 0` otherwise."""
        found = self.table.find(left) if isinstance(left, Symbol) else None
        given = found is not None and found.quantity.is_alone and is_numeric(found.quantity.definitions[0].body)
        return given and isinstance(right, Number)

    def initial(self, left, right):
        """`z(0) = z_0`: where a function begins."""
        symbol, places = self.table.left_side(left)
        found = self.table.find(symbol) if isinstance(symbol, Symbol | Scripted) else None
        known = found is not None and any(d.parameters for d in found.quantity.definitions)
        number = bool(places) and all(isinstance(p, Number) for p in places)
        return number and not known and isinstance(right, Scripted) and isinstance(right.sub, Number)

    def two_inputs(self, left, right):
        """`g_0 = g_1`: names of two inputs can only be set equal."""
        found = [self.table.find(side) if isinstance(side, Symbol | Scripted) else None for side in (left, right)]
        one, other = found
        if one is None or other is None or one.quantity is other.quantity:
            return False
        return all(not f.sup and not f.primes and not f.indices and self._is_input(f.quantity) for f in (one, other))

    def sets_input(self, left, right, words):
        """`w = (XᵀX)⁻¹ Xᵀ y`: an input that is made of others is no identity; "setting" it to zero may mention it."""
        found = self.table.find(left) if isinstance(left, Symbol | Scripted) else None
        if found is None or found.sup is not None or found.primes or not self._is_input(found.quantity):
            return False
        q, others = found.quantity, self.table.mentioned(right)
        given = q.sizes is not None and not q.implied and q.member_of is None and not q.by and not q.arguments
        if not given or q in others or not others or not all(is_letter(i) for i in found.indices):
            return False
        return words == "setting" or q.key not in {key for other in others for key in self.table.depends(other)}

    @staticmethod
    def _is_input(quantity):
        return not quantity.definitions and not quantity.is_function and not quantity.properties & {"open", "function"}

    def another_function(self, left, right) -> bool:
        """ "If `f(x) = A x`, then …": f is that from here on, whatever it was in the line before."""
        symbol, parameters = self.table.left_side(left)
        found = self.table.find(symbol) if isinstance(symbol, Symbol) and parameters else None
        named = [self.table.find(p) if isinstance(p, Symbol) else None for p in parameters]
        if found is None or any(p is None or p.quantity.definitions for p in named):
            return False
        return not any(other is found.quantity for other in self.table.mentioned(right))

    def is_input(self, node) -> bool:
        """Whether a name stands for what nothing defines."""
        found = self.table.find(node) if isinstance(node, Symbol | Scripted) else None
        return found is not None and self._is_input(found.quantity)

    def another_flow(self, left, right):
        """`\\dot x = S x` after another law for x."""
        if not isinstance(left, Symbol) or left.accents not in (("dot",), ("ddot",)):
            return False
        found = self.table.find(left)
        plain = self.table.get(left.name)
        return bool(found and found.quantity.definitions and plain and plain in self.table.mentioned(right))

    def unknown(self, node) -> bool:
        """A name of which nothing is known yet."""
        if not isinstance(node, Symbol | Scripted) or spelled(node) in CONSTANTS:
            return False
        found = self.table.find(node)
        return found is None or (found.quantity.sizes is None and not found.quantity.definitions)

    def unheard(self, node) -> bool:
        """`h_i = … = \\Sigma`: a letter that nothing declares or speaks of before is a name for it."""
        if not isinstance(node, Symbol) or spelled(node) in CONSTANTS:
            return False
        found = self.table.find(node)
        return found is None or (found.quantity.implied and found.quantity.key not in self.used)

    def value_given(self, numbers, names):
        """`300 · 300 · 3 = 270 k`: numbers on one side, names of which nothing else is known on the other."""
        if any(isinstance(n, Symbol) for n in numbers.walk()) or self.is_derivative(names):
            return False
        found = self.table.mentioned(names)
        unknown = [n for n in names.walk() if isinstance(n, Symbol) and self.table.find(n) is None and len(n.name) == 1]
        return (
            bool(found or unknown)
            and all(q.implied and not q.definitions for q in found)
            and isinstance(names, Symbol | Product)
        )

    def input_entry(self, left):
        found = self.table.find(left) if isinstance(left, Symbol | Scripted) else None
        return found is not None and not found.quantity.definitions and found.sup is None

    def _named(self, symbol):
        if isinstance(symbol, Symbol) and symbol.name == "d" and self.table.get(spelled(symbol)) is not None:
            return True
        if isinstance(symbol, Scripted) and spelled(symbol.base) == "d" and symbol.sub is not None:
            return True  # `d_i = y_i − t_i`
        base = base_of(symbol)
        return (
            base is not None
            and base.name == "delta"
            and (isinstance(symbol, Symbol) or symbol.sup is not None or len(letters(symbol.sub)) < 2)
        )

    def _square_of_input(self, symbol, right):
        """`σ² = …` for a σ > 0 of which nothing else is said."""
        found = self.table.find(symbol)
        if found is None or not is_squared(symbol) or found.sup is None or isinstance(right, Number):
            return False
        if found.indices or found.primes:
            return False
        q = found.quantity
        unknown = self._is_input(q) and not q.family and q.key not in self.used and (q.sizes is None or q.implied)
        return unknown and not any(other is q for other in self.table.mentioned(right))

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
        return literal and (not lettered or self._before_first(found))

    def _before_first(self, found):
        """`s_0 = 0` beside `s_t = w s_{t-1} + x_t`: what a recursion begins with."""
        q, place = found.quantity, found.indices[0]
        if len(found.indices) != 1 or len(q.definitions[0].pattern) != 1:
            return False
        itself = any(other is q for d in q.definitions for other in self.table.mentioned(d.body))
        if not q.definitions[0].pattern:
            return False
        first = self.table.ranges.get(spelled(q.definitions[0].pattern[0]), (None, None))[0]
        start = first.value if isinstance(first, Number) else self.table.start
        return itself and isinstance(place, Number) and place.value < start

    def first_member(self, left) -> bool:
        """`a^{(0)} = x`: with what a recursion begins."""
        found = self.table.find(left) if isinstance(left, Scripted) else None
        if found is None or not found.quantity.definitions or found.sup is not None:
            return False
        return len(found.indices) == 1 and isinstance(found.indices[0], Number)

    @staticmethod
    def is_derivative(node):
        return any(isinstance(n, Symbol) and n.name in ("partial", "nabla") for n in node.walk())

    def _of_indices(self, node):
        """`i + k`: letters that are indices, and sizes."""
        names = letters(node)
        known = self.table.letters - {n for n in names if self.table.get(n) is not None}
        return any(n in known for n in names) and all(n in known or n in self.table.sizes for n in names)

    def enumerates(self, left, right):
        """`i = 1, …, n`, `x = (x_1, …, x_n)`."""
        listed = right.base if isinstance(right, Scripted) else right
        body = listed.body if isinstance(listed, Group) else listed
        dotted = isinstance(body, Tuple) and any(isinstance(i, Dots) for i in body.items)
        both = is_letter(left) and spelled(left) in self.table.letters and self._of_indices(right)
        return (
            dotted or both or isinstance(right, Dots) or isinstance(left, Tuple) or spelled(left) in self.table.ranges
        )


def reasons(row: Row) -> Iterator[Relation]:
    """The equations beside a line that words such as "since" give as its reason."""
    for words, remark in itertools.pairwise(row.remarks):
        told = words.text.split() if isinstance(words, Text) else ()
        if told and told[-1].lower() in REASONS and isinstance(remark, Relation) and set(remark.relations) == {"="}:
            yield remark


REASONS = ("since", "because", "as", "using", "by", "from")


def is_word(node):
    """`Loss`, four letters side by side."""
    if not isinstance(node, Product) or len(node.factors) < 3:
        return False
    items_ = [f for _, f in node.factors]
    close = all(a.end == b.at for a, b in itertools.pairwise(items_))
    return close and all(isinstance(f, Symbol) and f.name.isalpha() and len(f.name) == 1 and not f.font for f in items_)


def names_gradient(left, right):
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


def without_row_label(side):
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
