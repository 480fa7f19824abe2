"""Names that a document uses and does not declare: what they are where one reading only is possible, and said.

A letter with indices is an array with an axis for each, and axes on which one index stands have one size; a letter
that is never indexed, transposed or multiplied as a matrix is a number. A letter that only ever ends a sum is a size. A
number that is differentiated and never defined is a function that the document leaves open.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from fractions import Fraction

from ...tex.syntax import Dots, Group, Matrix, Node, Number, Product, Relation, Row, Scripted, Sum, Symbol, Text, Tuple
from .added import vectors_in_sums
from .alike import arrays_by_sign
from .beside import entries, number_pi, points, twice_pi
from .families import beside_bold, families_beside
from .layers import member_axes
from .maps import open_maps
from .multiplied import matrices_by_use, vectors_by_use
from .names import base_of, is_letter, is_transpose, items, letters, plain, spelled
from .points import is_numeric
from .starts import axes_begin, axes_reach
from .table import Definition, Quantity, Table, is_relation, is_squared
from .uses import Scope, Use, Uses, reserved, starts_at_zero, uses_of

Axis = tuple[str, int]


@dataclass(frozen=True, eq=False)
class Inference:
    """What was taken for granted of a name."""

    key: str
    what: str


def infer(table: Table, formulas: list[tuple[Row, ...]], conditions: frozenset[int] = frozenset()) -> list[Inference]:
    """Declares what the formulas use and nothing says; definitions are left to the walk."""
    out: list[Inference] = []
    uses = uses_of(table, formulas)
    if table.start == 1 and starts_at_zero(uses):
        table.start = 0
        uses = uses_of(table, formulas)
    table.letters, table.running = uses.indices, uses.running
    table.summed = _summed(uses)
    defined = _defined(table, formulas, conditions)
    table.roots |= set(_roots(table, formulas, uses))
    for rows in formulas:
        for row in rows:
            _by_entries(table, row.statement)
    _numbered_arguments(table, formulas)
    for array, sizes in arrays_by_sign(table, formulas):
        table.declare(array, sizes).implied = True
        out.append(Inference(spelled(array), f"an array with {len(sizes)} axes"))
    families_beside(table, uses)
    beside_bold(table, uses)
    for node, sizes in matrices_by_use(table, formulas):
        quantity = table.declare(node, sizes)
        quantity.implied = True
    unknown = {k: u for k, u in uses.names.items() if _unknown(table, k, u, uses, defined)}
    entries(table, formulas, uses)
    member_axes(table, formulas)
    out += [Inference(q.key, "one more vector beside its members") for q in points(table, formulas)]
    open_maps(table, uses, unknown)
    axes = Axes(table, uses)
    _arguments_fit(table, formulas, axes)
    sloped = {k for k in uses.slopes if k in unknown and k == k.lower() and k not in defined}
    for key in [k for k, found in unknown.items() if k in sloped or len(uses.applied.get(k, ())) == len(found)]:
        quantity = table.declare(unknown.pop(key)[0].node, None, properties=("function",))
        out.append(Inference(quantity.key, "a function that the document leaves open"))
    _member_ranges(table, axes)
    for scope, letter, name in uses.sets:
        if table.get(spelled(name)) is None:
            table.sets[spelled(name)] = axes.size_of((scope, letter), name)
    plainly = {
        k
        for k, found in unknown.items()
        if all((not u.below and not u.above) or spelled(u.node) in defined for u in found) and k == plain(k).lower()
    }
    for told in (vectors_by_use, vectors_in_sums):
        names = (plainly | {k for k in unknown if k.startswith("bf:")}) & unknown.keys()
        for key, sizes in told(table, formulas, names).items():
            if not any(u.below and spelled(u.node) not in defined for u in unknown[key]):
                base = base_of(unknown.pop(key)[0].node)
                assert base is not None
                table.declare(base, sizes).implied = True
                out.append(Inference(key, "a vector"))
    out += _arrays_beside_numbers(table, uses, axes, defined)
    for key, found in unknown.items():
        out += _declared(table, key, found, axes, defined)
    for key, found in uses.names.items():
        if key not in unknown and (known := table.get(key)) is not None and known.sizes == () and not known.family:
            out += _labelled(table, found, defined)
    _signed(table)
    number_pi(table, uses)
    table.number_pi = table.number_pi or twice_pi(formulas)
    for key, used in uses.names.items():
        if key in defined:
            rank = max((len(u.below) for u in used if _letters_only(table, u.below)), default=0)
            table.axes[key] = tuple(axes.size((key, k), used[0].node) for k in range(rank))
    axes_begin(table, uses)
    _members_of_matrices(table, uses, defined, out)
    _matrices_of_entries(table, formulas, defined, out)
    _open_functions(table, uses, defined, out)
    for varied in uses.varied:
        quantity = table.find(varied)
        if quantity is not None and quantity.quantity.key not in defined:
            table.moving.append((varied.at, quantity.quantity.key))
    return out


def _summed(uses):
    """How far a letter runs in every sum over it, where all say the same."""
    found: dict[str, set[tuple[int, str]]] = {}
    for (_, letter), (low, high, _) in uses.extents.items():
        found.setdefault(letter, set()).add((low, spelled(high)))
    ends = {letter: (low, high) for (_, letter), (low, high, _) in uses.extents.items()}
    return {letter: ends[letter] for letter, said in found.items() if len(said) == 1}


def _member_ranges(table, axes):
    """`x_i ∈ ℝᵈ` and `Σ_{i=1}^n` over it: i runs to n; where no sum tells, as far as it likes."""
    for key, quantity in table.quantities.items():
        for k, letter in enumerate(quantity.family if not quantity.above else ()):
            if is_letter(letter) and spelled(letter) not in table.ranges:
                table.ranges[spelled(letter)] = (None, axes.size((key, f"member {k}"), letter))


def solved(table: Table, left: Node | None, right: Node | None) -> tuple[Node, Node] | None:
    """`\\log φ = a` where nothing else defines φ: `φ = \\exp(a)`."""
    factors = left.factors if isinstance(left, Product) else ()
    if (
        left is None
        or len(factors) not in (2, 3)
        or not isinstance(factors[0][1], Symbol)
        or factors[0][1].name not in ("log", "ln")
    ):
        return None
    if right is None or any(op for op, _ in factors):
        return None
    rest = factors[1][1] if len(factors) == 2 else Product(factors[1][1].at, left.end, factors[1:])
    symbol, _ = table.left_side(rest)
    found = table.find(symbol) if isinstance(symbol, Symbol | Scripted) else None
    if base_of(symbol) is None or isinstance(symbol, Group) or (found is not None and found.quantity.definitions):
        return None
    if found is None and reserved(table, spelled(base_of(symbol)), symbol):
        return None
    power = Group(right.at, right.end, "(", ")", right)
    return rest, Product(right.at, right.end, (("", Symbol(right.at, right.at, "exp")), ("", power)))


def left_names(table: Table, statement: Node | None) -> list[str]:
    """The names that stand alone on the left of an equation."""
    if not isinstance(statement, Relation) or statement.sides[0] is None or statement.relations[0] not in ("=", ":="):
        return []
    if own_entries(statement.sides[0], statement.sides[1]) or last_entry(statement.sides[0], statement.sides[1]):
        return []
    if own_value(statement.sides[0], statement.sides[1]) or begins_with_words(statement.sides[1]):
        return []
    logarithm = solved(table, statement.sides[0], statement.sides[1])
    symbol, _ = table.left_side(logarithm[0] if logarithm else statement.sides[0])
    base = base_of(symbol)
    if base is None or not isinstance(symbol, Symbol | Scripted):
        return []
    if isinstance(symbol, Scripted) and symbol.sub is not None and f"{spelled(base)}[]" in table.quantities:
        return [f"{spelled(base)}[]"]
    if isinstance(symbol, Scripted) and symbol.sub is not None and not _letters_only(table, items(symbol.sub)):
        return [spelled(symbol)]
    return [spelled(base), spelled(symbol)]


def own_value(left: Node | None, right: Node | None) -> bool:
    """`r = r(x)`: the value gets the name of the function."""
    factors = right.factors if isinstance(right, Product) else ()
    applied = len(factors) == 2 and factors[1][0] == "" and isinstance(factors[1][1], Group)
    return applied and isinstance(left, Symbol) and spelled(factors[0][1]) == spelled(left)


def begins_with_words(node: Node | None) -> bool:
    """`\\text{whatever comes next}`, `\\text{a function of } y_1, \\dots, y_m`: it defines nothing."""
    while isinstance(node, Tuple | Product | Sum):
        node = next(node.children(), None)
    return isinstance(node, Text)


def last_entry(left: Node | None, right: Node | None) -> Node | None:
    """The last index of `x = (x_1, …, x_n)`, where the entries are written with the name itself."""
    if right is not None and isinstance(right, Scripted) and is_transpose(right.sup):
        right = right.base
    parts: tuple[Node, ...] = ()
    if isinstance(right, Group) and isinstance(right.body, Tuple):
        parts = right.body.items
    elif isinstance(right, Matrix):
        parts = tuple(e for row in right.rows for e in row)
    named = [p for p in parts if isinstance(p, Scripted) and plain(spelled(p.base)) == plain(spelled(left))]
    if not any(isinstance(p, Dots) for p in parts) or len(named) != sum(not isinstance(p, Dots) for p in parts):
        return None
    return named[-1].sub if named and isinstance(left, Symbol) else None


def own_entries(left: Node | None, right: Node | None) -> int:
    """`x = (x_1, x_2, x_3)`: how many entries a name is said to have; 0 where it says something else."""
    if right is not None and isinstance(right, Scripted) and is_transpose(right.sup):
        right = right.base
    items_: tuple[Node, ...] = ()
    if isinstance(right, Group) and isinstance(right.body, Tuple):
        items_ = right.body.items
    elif isinstance(right, Matrix):
        items_ = tuple(e for row in right.rows for e in row)
    named = [
        i for i in items_ if isinstance(i, Scripted) and spelled(i.base) == spelled(left) and isinstance(i.sub, Number)
    ]
    return len(items_) if items_ and len(named) == len(items_) else 0


def _unknown(table, key, found, uses, defined):
    if key == "delta" and any(len(u.below) > 1 for u in found):
        return False  # Kronecker's
    if key in defined or key in table.sizes or reserved(table, key, found[0].node, uses.called):
        return False
    if len(key) == 1 and key in uses.indices and all(isinstance(u.node, Symbol) for u in found):
        return False
    if all(u.below for u in found) and any(d != key and plain(d) == plain(key) for d in defined):
        return False  # q_k, an entry of the bold q
    if all(len(u.below) == 1 for u in found) and {f"{key}_1", f"{key}_2"} <= set(defined):
        return False  # z_ℓ, one of z_1, z_2, … that are defined one by one
    known = table.get(key)
    return known is None or (known.sizes is None and not known.definitions and not known.is_function)


def _by_entries(table, statement):
    """`x = (x_1, x_2)` declares a vector of two entries."""
    if isinstance(statement, Relation) and len(statement.sides) == 2 and isinstance(statement.sides[0], Symbol):
        last = last_entry(*statement.sides)
        if last is not None and table.get(spelled(statement.sides[0])) is None:
            table.declare(statement.sides[0], (last,))
        n = own_entries(*statement.sides)
        known = table.get(spelled(statement.sides[0]))
        if n and (known is None or known.sizes is None):
            table.declare(statement.sides[0], (Number(statement.at, statement.end, Fraction(n)),))


def _declared(table, key, found: list[Use], axes, defined):
    known = table.get(key)
    indexed = [u for u in found if (u.below and _letters_only(table, u.below)) or u.above]
    rank = known.rank if known is not None and known.rank is not None else None
    if indexed and rank is None:
        return [_array(table, key, indexed, axes, known)]
    if rank:
        sizes = tuple(axes.size((key, k), found[0].node) for k in range(rank))
        table.declare(base_of(found[0].node), sizes).implied = True
        return [Inference(key, f"an array with {rank} axes")]
    return _numbers(table, found, defined)


def _arrays_beside_numbers(table, uses, axes, defined):
    """`b_f` of each filter f beside a number b: an array, where f is an index of others too."""
    shared: dict[tuple[int, str], set[str]] = {}
    for key, found in uses.names.items():
        for use in found:
            for index in use.below:
                if spelled(index) in use.scopes:
                    shared.setdefault(use.scopes[spelled(index)], set()).add(key)
    out = []
    for key, found in uses.names.items():
        known = table.quantities.get(key)
        if known is None or known.sizes != () or known.implied or known.family or known.definitions or key in defined:
            continue
        indexed = [u for u in found if len(u.below) == 1 and _letters_only(table, u.below) and not u.above]
        if indexed and all(len(shared.get(u.scopes.get(spelled(u.below[0])), ())) > 1 for u in indexed):
            node = indexed[0].node
            sizes = (axes.size((key, 0), node),)
            table.add(Quantity(f"{key}[]", base_of(node), sizes=sizes, implied=True))
            out.append(Inference(f"{key}_i", "an array with 1 index"))
    return out


def _defined(table, formulas, conditions):
    """Names on the left of equations; an equation set as a condition ("at `t = 1`") defines what is new there."""
    out: set[str] = set()
    seen: set[str] = set()
    arguments: set[str] = set()
    for k, rows in enumerate(formulas):
        for row in rows:
            if not _is_value(row.statement) and not (k in conditions and _is_root(row.statement)):
                keys = [*left_names(table, row.statement), *_squared(row.statement)]
                out |= {key for key in keys if key not in arguments and (k not in conditions or key not in seen)}
                arguments |= _arguments(table, row.statement) - out
        seen |= {
            spelled(n)
            for row in rows
            if row.statement is not None
            for n in row.statement.walk()
            if isinstance(n, Symbol | Scripted)
        }
    return out


def _squared(statement):
    """σ_B of `σ_B² = …`: the name is the square, there is no input σ_B."""
    left = statement.sides[0] if is_relation(statement, "=", ":=") else None
    return [spelled(_without_power(left))] if is_squared(left) else []


def _roots(table, formulas, uses):
    """σ beside a σ² that is defined: a name that stands alone somewhere, is never defined itself, and no function."""
    statements = [row.statement for rows in formulas for row in rows]
    squares = [(spelled(base_of(s.sides[0])), s.sides[0]) for s in statements if _squared(s)]
    lefts = {spelled(s.sides[0]) for s in statements if isinstance(s, Relation) and s.sides[0] is not None}
    for key, left in squares:
        alone = any(not (isinstance(u.node, Scripted) and u.node.sup is not None) for u in uses.names.get(key, ()))
        if alone and key not in uses.called and spelled(_without_power(left)) not in lefts:
            yield from (key, spelled(_without_power(left)))


def _arguments(table, statement):
    """What a left side is a function of: a later `μ = x̄` is a value of it, not what it is."""
    if not isinstance(statement, Relation) or statement.sides[0] is None or statement.relations[0] not in ("=", ":="):
        return set()
    return {spelled(a) for a in table.left_side(statement.sides[0])[1] if isinstance(a, Symbol)}


def _arguments_fit(table, formulas, axes):
    """Of `D(p, q) = …` and `D(p, u)`, u is as long as q."""
    statements = [row.statement for rows in formulas for row in rows if row.statement is not None]
    parameters: dict = {}
    for s in statements:
        if isinstance(s, Relation) and s.sides[0] is not None and s.relations[0] in ("=", ":="):
            symbol, arguments = table.left_side(s.sides[0])
            if arguments and base_of(symbol) is not None:
                parameters.setdefault(spelled(symbol), arguments)
    for s in statements:
        for node in s.walk():
            symbol, arguments = table.left_side(node) if isinstance(node, Product) else (node, ())
            known = parameters.get(spelled(symbol), ()) if arguments else ()
            for one, other in zip(known, arguments, strict=False):
                if isinstance(one, Symbol) and isinstance(other, Symbol):
                    axes.alike(spelled(one), spelled(other))


def _numbered_arguments(table, formulas):
    """`k(μ_1, σ_1, μ_2, σ_2) = …` is a function of four numbers, whatever else is called μ."""
    statements = [row.statement for rows in formulas for row in rows]
    if any(isinstance(s, Relation) and len(s.sides) == 2 and own_entries(*s.sides) for s in statements):
        return
    for statement in statements:
        if (
            not isinstance(statement, Relation)
            or statement.sides[0] is None
            or statement.relations[0] not in ("=", ":=")
        ):
            continue
        symbol, arguments = table.left_side(statement.sides[0])
        if base_of(symbol) is None or len(arguments) < 2 or not all(_is_numbered(a) for a in arguments):
            continue
        for argument in arguments:
            if spelled(argument) not in table.quantities:
                table.declare_label(spelled(argument), argument)


def _is_numbered(node):
    """`x_1`: a name with a number for a subscript."""
    plain_name = isinstance(node, Scripted) and isinstance(node.base, Symbol) and node.sup is None and not node.primes
    return plain_name and isinstance(node.sub, Number)


def _is_value(statement):
    """`x = -2` gives a value, it does not say what x is."""
    return (
        isinstance(statement, Relation)
        and isinstance(statement.sides[0], Symbol)
        and all(is_numeric(side) for side in statement.sides[1:])
    )


def _is_root(statement):
    """`h(x) = 0`: an equation to be solved."""
    sides = statement.sides if isinstance(statement, Relation) else ()
    return len(sides) == 2 and isinstance(sides[0], Product) and isinstance(sides[1], Number)


def _labelled(table, found, defined):
    """`w_0` of what has no axes: a number of its own."""
    out = []
    labelled = {spelled(_without_power(u.node)): _without_power(u.node) for u in found if u.below}
    for key, node in labelled.items():
        if key not in defined and table.find(node) is None and all(isinstance(i, Number) for i in items(node.sub)):
            table.declare_label(key, node)
            out.append(Inference(key, "a number"))
    return out


def _numbers(table, found, defined):
    out = []
    labelled = {spelled(_without_power(u.node)): _without_power(u.node) for u in found if u.below}
    for key, node in labelled.items():
        known = table.find(node)
        if known is None and key not in defined:
            table.declare_label(key, node)
            out.append(Inference(key, "a number"))
        elif known is not None and key == known.quantity.key and _only_signed(known.quantity):
            known.quantity.sizes, known.quantity.implied = (), True  # of `σ_1 > 0` no more is said
            out.append(Inference(key, "a number"))
    plain = [u.node for u in found if not u.below]
    if len(plain) < 2 and not any(u.defines for u in found):
        return out  # what occurs once is on one side only: nothing can be said of it
    if plain and not any(isinstance(n, Scripted) and n.sup is not None and is_transpose(n.sup) for n in plain):
        base = base_of(plain[0])
        table.declare(base, ()).implied = True
        out.append(Inference(spelled(base), "a number"))
    return out


def _signed(table):
    """`σ_q > 0` of a name with a label is said of a number."""
    for q in table.quantities.values():
        told = q.sizes is not None or q.rank is not None or q.definitions or q.is_function or q.family
        if not told and isinstance(q.symbol, Scripted) and q.properties & {"positive", "negative", "nonnegative"}:
            q.sizes, q.implied = (), True


def _only_signed(q):
    """Whether a name has properties and nothing else."""
    return q.sizes is None and q.rank is None and not q.definitions and not q.is_function and bool(q.properties)


def _without_power(node):
    return Scripted(node.at, node.end, node.base, node.sub) if node.sup is not None else node


def _array(table, key, indexed, axes, known):
    most = max(indexed, key=lambda u: len(u.below))
    above = max((u.above for u in indexed), key=len)
    sizes = tuple(axes.size((key, k), most.node) for k in range(len(most.below)))
    quantity = table.declare(base_of(most.node), sizes)
    quantity.implied = True
    if known is not None and not known.above:
        quantity.family = ()  # what a property said of `π_k` is said of the entries
    letter = next((a for u in indexed for a in u.above if is_letter(a)), None)
    if above and letter is not None:
        quantity.above, quantity.family = 1, (letter,)
    rank = len(sizes)
    return Inference(key, f"an array with {rank} {'index' if rank == 1 else 'indices'}")


def _letters_only(table, below):
    return bool(below) and all(
        (is_letter(i) and spelled(i) not in table.sizes and spelled(i) not in table.labels) or _shifted(table, i)
        for i in below
    )


def _shifted(table, index):
    """`t-1`, `i+p`: letters, none of them a name."""
    names = letters(index)
    return not isinstance(index, Symbol) and bool(names) and all(len(n.rstrip("'")) == 1 for n in names)


class Axes:
    """Axes that have one size because one index stands on them, and the sizes that are known."""

    def __init__(self, table: Table, uses: Uses):
        self.table = table
        self.parent: dict = {}
        self.known: dict = {}
        for a, b in uses.side_by_side:
            self._multiply(a, b)
        for key, found in uses.names.items():
            for use in found:
                self._alike(use) if key == "delta" and table.get(key) is None else self._unite(key, use)
        for use in uses.rows:
            self._unite(spelled(use.node), use)
        for scope, end in uses.ends.items():
            if not any(name in table.ranges for name in letters(end)):
                self.known.setdefault(self._root(scope), end)
        for scope, (_, _, size) in uses.extents.items():
            if all(name in table.sizes for name in letters(size)):
                self.known.setdefault(self._root(scope), size)
        listed = {(key, 0): _length(*ends) for key, ends in table.listed.items()}
        for size in listed.values():
            table.sizes.update(n for n in letters(size) if table.get(n) is None)
        self.own = listed | dict(
            axes_reach(table, uses, lambda key, k: table.get(key) is not None or (key, k) in listed)
        )

    def _multiply(self, a, b):
        """`W x`: the columns of W are the entries of x."""
        left = self.table.find(a)
        sizes = left.quantity.sizes or () if left is not None and not left.quantity.family else ()
        if len(sizes) == 2:
            self.known.setdefault(self._root((spelled(b), 0)), sizes[1])

    def _alike(self, use):
        """The indices of `δ_{ij}` run over one range."""
        scopes = [use.scopes[spelled(i)] for i in use.below if spelled(i) in use.scopes]
        for a, b in itertools.pairwise(scopes):
            self._join(a, b)

    def _unite(self, key, use):
        quantity = self.table.find(use.node)
        sizes = quantity.quantity.sizes if quantity is not None else None
        families = len(quantity.quantity.family) if quantity is not None and sizes is not None else 0
        positions = use.below if use.above or not families else use.below[families:]
        for k, index in enumerate(use.below[:families] if not use.above else ()):
            if quantity is not None and letters(index) == (spelled(index),) and spelled(index) in use.scopes:
                self._join((quantity.quantity.key, f"member {k}"), use.scopes[spelled(index)])
        for k, index in enumerate(positions):
            if letters(index) != (spelled(index),) or spelled(index) not in use.scopes:
                continue
            scope = use.scopes[spelled(index)]
            self._join((key, k), scope)
            if sizes is not None and k < len(sizes):
                self.known.setdefault(self._root(scope), sizes[k])
            elif spelled(index) in self.table.ranges:
                self.known.setdefault(self._root(scope), _length(*self.table.ranges[spelled(index)]))

    def _root(self, item):
        while self.parent.get(item, item) != item:
            item = self.parent[item]
        return item

    def alike(self, one: str, other: str) -> None:
        """Two vectors of one length."""
        self._join((one, 0), (other, 0))
        known = self.table.get(one)
        sizes = known.sizes or () if known is not None else ()
        if len(sizes) == 1:
            self.known.setdefault(self._root((one, 0)), sizes[0])

    def _join(self, a, b):
        a, b = self._root(a), self._root(b)
        both = a in self.known and b in self.known
        if a != b and not (both and spelled(self.known[a]) != spelled(self.known[b])):
            self.parent[a] = b
            if a in self.known:
                self.known.setdefault(b, self.known[a])

    def size(self, axis: Axis, node: Node) -> Node:
        """The size of an axis: one that is known for it, or one of its own."""
        return self.own[axis] if axis in self.own else self.size_of(axis, node)

    def size_of(self, item: Axis | Scope, node: Node) -> Node:
        """The size of an axis, or how far a letter runs in its scope."""
        root = self._root(item)
        if root not in self.known:
            name = f"#{len(self.known)}"
            self.known[root] = Symbol(node.at, node.end, name)
            self.table.sizes.add(name)
        return self.known[root]


def _length(low, high):
    """How many values there are from low to high."""
    if not isinstance(low, Number) or low.value == 1:
        return high
    if low.value == 0 and (size := _but_one(high)) is not None:
        return size
    first = Number(high.at, high.end, 1 - low.value)
    return Sum(high.at, high.end, (("+", high), ("+", first)))


def _but_one(high):
    """n of `n - 1`."""
    match high:
        case Sum(terms=(("+", size), ("-", Number(value=1)))):
            return size
    return None


def _members_of_matrices(table, uses, defined, out):
    """`x_i ∈ ℝᵈ` beside `X ∈ ℝᴺˣᵈ` is row i of X (column i of a d × N matrix), where nothing else is said of it."""
    for key, quantity in list(table.quantities.items()):
        name = plain(key)
        matrix = table.get(name.upper()) if len(name) == 1 and name.islower() else None
        if matrix is None or matrix.definitions or len(quantity.family) != 1 or quantity.above or key in defined:
            continue
        if matrix.key in defined or len(matrix.sizes or ()) != 2 or len(quantity.sizes or ()) != 1:
            continue
        letter = spelled(quantity.family[0])
        if letter not in table.ranges or matrix.key not in {k for k in uses.names if k == matrix.key}:
            continue
        n, d = spelled(table.ranges[letter][1]), spelled(quantity.sizes[0])
        shape = tuple(spelled(s) for s in matrix.sizes)
        if n != d and shape in ((n, d), (d, n)):
            quantity.member_of = (matrix.key, shape == (n, d))
            if shape == (n, d) and matrix.domain == "real":  # what is said of each row is said of the matrix
                matrix.domain = quantity.domain
                matrix.properties |= quantity.properties & {"one-hot", "distribution"}
            out.append(Inference(key, f"{'row' if shape == (n, d) else 'column'} {letter} of {matrix.key}"))


def _matrices_of_entries(table, formulas, defined, out):
    """`P ∈ ℝᴺˣᴷ` beside `p_{nk} = …` is the matrix of these, where nothing else is said of it."""
    for statement in (row.statement for rows in formulas for row in rows):
        left = statement.sides[0] if isinstance(statement, Relation) and statement.relations[0] in ("=", ":=") else None
        if not isinstance(left, Scripted) or not isinstance(left.base, Symbol) or left.sup is not None:
            continue
        name, pattern = left.base.name, items(left.sub)
        matrix = table.quantities.get(name.upper()) if len(name) == 1 and name.islower() else None
        if matrix is None or matrix.definitions or matrix.implied or matrix.key in defined or matrix.family:
            continue
        known = table.get(name)
        declared = known is not None and known.sizes is not None and not known.implied
        if len(pattern) == len(matrix.sizes or ()) == 2 and all(map(is_letter, pattern)) and not declared:
            matrix.definitions.append(Definition(pattern, (), left))
            out.append(Inference(matrix.key, f"the matrix of {spelled(left)}"))


def _is_variable(table, argument, by):
    """`R(z)` where R is differentiated by z: an application, no product."""
    return isinstance(argument, Symbol) and any(
        spelled(base_of(b)) == spelled(argument) for b in by if base_of(b) is not None
    )


def _open_functions(table, uses, defined, out):
    """A number that is differentiated by what it is not made of is a function that the document leaves open."""
    for key, by in uses.by.items():
        quantity = table.get(key)
        if key in defined or quantity is None or quantity.definitions or quantity.sizes not in ((), None):
            continue
        if all(isinstance(b, Symbol) and spelled(b) == key for b in by):
            continue  # `∂b/∂b` makes no function of a number
        quantity.by = tuple(by)
        quantity.properties.add("open")
        if any(_is_variable(table, a, by) for names in uses.applied.get(key, ()) for a in names):
            quantity.properties.add("function")
        out.append(Inference(key, "a function that the document leaves open"))


__all__ = ["Inference", "Quantity", "infer", "left_names"]
