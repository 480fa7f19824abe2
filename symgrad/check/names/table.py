"""What the names of a document stand for: declared quantities, their definitions, ranges of indices, sizes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any, TypeGuard

from ...tex.syntax import Group, Node, Number, Product, Relation, Root, Scripted, Sum, Symbol, Tuple
from .names import base_of, is_letter, is_mark, is_transpose, items, letters, plain, spelled
from .patterns import written_out

UNLIKE = frozenset(("cal", "bb", "frak", "scr"))  # fonts of which a letter is never the plain letter


def _font(key: str) -> str:
    head, colon, _ = key.rpartition(":")
    return head.rpartition(" ")[2] if colon else ""


class Unclear(Exception):
    """A formula that cannot be judged as it stands: why, and where."""

    def __init__(self, why: str, node: Node | None = None):
        super().__init__(why)
        self.why, self.node = why, node


class IllTyped(Unclear):
    """A formula that means nothing under the declarations: sizes that do not fit."""


class Leaves(Unclear):
    """An index that leaves its axis at the sizes of one trial; at others it need not."""


@dataclass(frozen=True, eq=False)
class Definition:
    """`name_{pattern}(parameters) = body`."""

    pattern: tuple[Node, ...]
    parameters: tuple[Node, ...]
    body: Node


@dataclass(eq=False)
class Quantity:
    """What a name stands for.

    `above` counts the indices written as superscripts, `family` all indices that choose a member (before the axes
    of the value); `sizes` are the axes, None where they are not declared. Of a family with a `conjugate` S,
    `p_iᵀ S p_j = 0` for different members.
    """

    key: str
    symbol: Node | None = None
    sizes: tuple[Node, ...] | None = None
    above: int = 0
    family: tuple[Node, ...] = ()
    domain: str = "real"
    properties: set[str] = field(default_factory=set)
    definitions: list[Definition] = field(default_factory=list)
    arguments: tuple[Node, ...] | None = None
    by: tuple[Node, ...] = ()
    rank: int | None = None
    member_of: tuple[str, bool] | None = None
    conjugate: Node | None = None
    takes: tuple[Node, ...] | None = None
    implied: bool = False

    @property
    def is_function(self) -> bool:
        """Whether the name is applied to arguments."""
        return bool(self.properties & {"function", "differentiable function"}) or any(
            d.parameters for d in self.definitions
        )

    @property
    def is_alone(self) -> bool:
        """Whether the name alone has a definition, without indices and arguments: `m = 2n`, not `p(y) = …`."""
        return bool(self.definitions) and not self.definitions[0].pattern and not self.definitions[0].parameters


@dataclass(frozen=True, eq=False)
class Found:
    """An occurrence of a quantity: the indices written on it and what is left of its superscript and primes."""

    quantity: Quantity
    indices: tuple[Node, ...]
    sup: Node | None = None
    primes: int = 0


class Quantities(dict[str, Quantity]):
    """Quantities by their keys, and by their keys without fonts."""

    def __init__(self) -> None:
        super().__init__()
        self._plain: dict[str, list[str]] = {}

    def __setitem__(self, key: str, quantity: Quantity) -> None:
        if key not in self:
            self._plain.setdefault(plain(key), []).append(key)
        super().__setitem__(key, quantity)

    def __delitem__(self, key: str) -> None:
        self._plain[plain(key)].remove(key)
        super().__delitem__(key)

    def named(self, key: str) -> Quantity | None:
        """The quantity of this name; a name without its font where only that is known, and the other way round."""
        if key in self:
            return self[key]
        others = [k for k in self._plain.get(plain(key), ()) if not {_font(k), _font(key)} & UNLIKE]
        return self[others[0]] if len(others) == 1 else None


class Table:
    """The names of one document, in the order in which it introduces them."""

    def __init__(self) -> None:
        self.quantities = Quantities()
        self.sizes: set[str] = set()
        self.ranges: dict[str, tuple[Node | None, Node]] = {}
        self.classes: dict[str, tuple[Node | None, Node]] = {}
        self.start = 1
        self.varied: set[str] = set()
        self.sets: dict[str, Node] = {}
        self.fixed: dict[str, str] = {}
        self.number_pi = False
        self.moving: list[tuple[int, str]] = []
        self.labels: set[str] = set()
        self.letters: set[str] = set()
        self.running: set[str] = set()
        self.axes: dict[str, tuple[Node, ...]] = {}
        self.version = 0
        self.confirmed: set[str] = set()
        self.one_step = True
        self.by_rows = False
        self.padded = False
        self.totals: frozenset[str] | None = None
        self.listed: dict[str, tuple[Node, Node]] = {}
        self.summed: dict[str, tuple[int, Node]] = {}
        self.starts: dict[str, dict[int, int]] = {}
        self.roots: set[str] = set()
        self.laws: dict[str, Any] = {}
        self.member_axes: dict[str, tuple[Node, tuple[Node, ...]]] = {}
        self._worked_out: tuple[int, dict] = (-1, {})

    def get(self, key: str) -> Quantity | None:
        """The quantity of this name; a name without its font where only that is known, and the other way round."""
        return self.quantities.named(key) if key in self.quantities or key not in self.sizes else None

    def find(self, node: Node) -> Found | None:
        """What a symbol with its scripts stands for: the longest known name, the rest are indices and powers."""
        if isinstance(node, Symbol):
            quantity = self.get(spelled(node))
            return Found(quantity, ()) if quantity else None
        if isinstance(node, Scripted) and isinstance(node.base, Group):
            return self._entry(node)
        if not isinstance(node, Scripted) or not isinstance(node.base, Symbol):
            return None
        base = spelled(node.base)
        found = self._labelled(node, base)
        return found or (None if is_mark(node.sup) or is_mark(node.sub) else self._indexed(node, base))

    def _entry(self, node):
        """`(W_1)_{ij}`, `(x_t)_k`: entries of a name in brackets."""
        name = node.base.body
        if node.base.left not in ("(", "[") or not isinstance(name, Symbol | Scripted) or node.sub is None:
            return None
        found = self.find(name)
        if found is None or found.sup is not None or found.primes or node.primes or found.quantity.is_function:
            return None
        members = len(found.quantity.family) or (found.quantity.above if found.quantity.definitions else 0)
        if found.indices and len(found.indices) != members:
            return None
        return Found(found.quantity, (*found.indices, *items(node.sub)), node.sup)

    def _labelled(self, node, base):
        sub = f"_{spelled(node.sub)}" if node.sub is not None else ""
        sup = f"^{spelled(node.sup)}" if node.sup is not None else ""
        primes = "'" * node.primes
        above = items(node.sup)
        for key, indices, rest, left in (
            (base + sub + sup + primes, (), None, 0),
            (base + sub + sup, (), None, node.primes),
            (base + sub + primes, (), node.sup, 0),
            (base + sub, (), node.sup, node.primes),
            (base + sup, items(node.sub), None, node.primes),
        ):
            quantity = self.quantities.get(key)
            if quantity is not None and key != base and not (indices and self._is_number(quantity)):
                if quantity.above and rest is not None:
                    return Found(quantity, (*above, *indices), None, left)
                return Found(quantity, indices, rest, left)
        return None

    def _indexed(self, node, base):
        quantity = self.get(base + "'" * node.primes) if node.primes else None
        primes = 0 if quantity else node.primes
        twin = self.quantities.get(f"{base}[]") if node.sub is not None else None
        quantity = quantity or twin or self.get(base)
        if quantity is None:
            return None
        if node.sub is not None and base.endswith(":1") and spelled(node.sub) in self.sizes:
            return None  # `\\mathbf 1_K` is a vector of ones of its own length
        if node.sub is not None and (self._is_number(quantity) or (self._is_label(node.sub) and not quantity.sizes)):
            return None
        if quantity.above and node.sup is not None and not is_transpose(node.sup):
            return Found(quantity, (*items(node.sup), *items(node.sub)), None, primes)
        return Found(quantity, items(node.sub), node.sup, primes)

    @staticmethod
    def _is_number(quantity: Quantity) -> bool:
        """A number has no entries: a subscript makes another name of it."""
        return quantity.sizes == () and not quantity.family and not any(d.pattern for d in quantity.definitions)

    def _is_label(self, sub):
        """`L_p` beside a number p, where L has no axes: a name of its own."""
        return isinstance(sub, Symbol) and spelled(sub) in self.labels and self.get(spelled(sub)) is not None

    def add(self, quantity: Quantity) -> Quantity:
        """Makes a name known."""
        self.version += 1
        if quantity.key not in self.quantities:
            self.quantities[quantity.key] = quantity
        return self.quantities[quantity.key]

    def declare(self, symbol: Node, sizes: Iterable[Node] | None, domain: str = "real", properties: Iterable[str] = ()):
        """`W^{(l)} ∈ R^{n_l × n_{l-1}}`: a name, the indices of its family, the sizes of its axes."""
        name, above, family = self.name_and_family(symbol)
        family = tuple(map(_bare, family))
        quantity = self.add(Quantity(name, symbol, above=above, family=family))
        if sizes is not None:
            quantity.sizes = tuple(sizes)
            for size in quantity.sizes:
                self.sizes.update(_size_names(size))
        quantity.domain = domain
        quantity.properties.update(properties)
        if family and not quantity.family:
            quantity.family, quantity.above = family, above
        return quantity

    def declare_label(self, key: str, symbol: Node) -> Quantity:
        """A number whose script is part of its name: `x_1` where no `x_i` occurs."""
        return self.add(Quantity(key, symbol, sizes=(), implied=True))

    def name_and_family(self, symbol: Node) -> tuple[str, int, tuple[Node, ...]]:
        """The key of a declared symbol, how many indices stand above, and the letters of its family."""
        if not isinstance(symbol, Scripted) or not isinstance(symbol.base, Symbol):
            return spelled(symbol), 0, ()
        above, below = items(symbol.sup), items(symbol.sub)
        if is_mark(symbol.sup) and below and all(self._may_be_index(b) for b in below):
            return f"{spelled(symbol.base)}^{spelled(symbol.sup)}", 0, below
        if above and all(self._may_be_index(a) for a in above) and all(self._may_be_index(b) for b in below):
            return spelled(symbol.base) + "'" * symbol.primes, len(above), (*above, *below)
        if symbol.sup is None and below and all(self._may_be_index(b) for b in below):
            return spelled(symbol.base) + "'" * symbol.primes, 0, below
        if is_squared(symbol) and below and all(self._may_be_index(b) for b in below):
            return f"{spelled(symbol.base)}^2", 0, below  # `σ_k² = …`
        return spelled(symbol), 0, ()

    def _may_be_index(self, node):
        if isinstance(node, Number) or is_mark(node):
            return False
        names = letters(node)
        return bool(names) and all(len(n.rstrip("'")) == 1 and n not in self.labels for n in names)

    def define(self, left: Node, right: Node) -> Quantity:
        """`q_k = …`, `f(x) = …`, `h_0 = …`: one more equation for a name."""
        symbol, parameters = self.left_side(left)
        found = self.find(symbol)
        known = found is not None and (
            found.quantity.definitions or found.quantity.sizes is not None or found.quantity.key.endswith("[]")
        )
        if found is not None and known and found.sup is None and not (found.primes and not parameters):
            quantity, pattern = found.quantity, found.indices
            if quantity.sizes is not None and len(pattern) > len(quantity.family) + len(quantity.sizes):
                raise Unclear(f"{spelled(symbol)} has more indices than {quantity.key} has axes", left)
        else:
            name, above, pattern = self.name_and_family(symbol)
            if pattern and (name in self.sizes or name == "d" or (name == "pi" and self.number_pi)):
                name = f"{name}[]"  # `N_k` beside N things, `d_i` beside the d of a differential, `π_k` beside 2π
            elif pattern and name in self.quantities and self._is_number(self.quantities[name]):
                name = f"{name}[]"  # `μ_k` beside a number μ
            quantity = self.add(Quantity(name, symbol, above=above))
            self._root_of(symbol, pattern)
        if not pattern and isinstance(symbol, Symbol) and self._indexed_in(right, quantity):
            self.add(Quantity(f"{quantity.key}[]", symbol))
        quantity.definitions.append(Definition(pattern, parameters, self._at_members(pattern, right)))
        self.version += 1
        return quantity

    def _root_of(self, square: Node, pattern: tuple[Node, ...]) -> None:
        """σ is the root of σ², where that is what the document defines."""
        if not is_squared(square):
            return
        name = spelled(square.base) if pattern else spelled(replace(square, sup=None))
        known = self.quantities.get(name)
        if name in self.roots or (known is not None and not known.definitions):
            root = self.add(Quantity(name, replace(square, sup=None)))
            root.definitions.append(Definition(pattern, (), Root(square.at, square.end, square)))

    def root_of(self, square: Quantity) -> list[Quantity]:
        """σ beside a σ² that is defined."""
        root = self.quantities.get(square.key.removesuffix("^2"))
        return [root] if root is not None and root is not square else []

    def _at_members(self, pattern: tuple[Node, ...], right: Node) -> Node:
        """`J_t = ∂f/∂z` where z is the parameter of f, and z_t a family: the derivative at z_t."""
        if len(pattern) != 1 or not is_letter(pattern[0]):
            return right
        bare = {f.quantity.key: f.quantity for f in self.occurrences(right) if not f.indices and f.quantity.family}
        at: list[Node] = []
        for q in bare.values():
            base = base_of(q.symbol) if q.symbol is not None else None
            if base is None or len(q.family) != 1 or not self.is_placeholder(q):
                return right
            member = Scripted(base.at, base.end, base, pattern[0])
            at.append(Relation(right.at, right.end, (base, member), ("=",)))
        if not at:
            return right
        group = Group(right.at, right.end, "", "|", right)
        return Scripted(right.at, right.end, group, at[0] if len(at) == 1 else Tuple(right.at, right.end, tuple(at)))

    def is_placeholder(self, quantity: Quantity) -> bool:
        """Whether a name is the parameter of a function: x of `f(x) = …`."""
        parameters = (p for q in self.quantities.values() for d in q.definitions for p in d.parameters)
        found = (self.find(p) for p in parameters if isinstance(p, Symbol))
        return any(f is not None and f.quantity is quantity for f in found)

    def _indexed_in(self, right: Node, quantity: Quantity) -> bool:
        """`E = Σ_n E_n`: the terms are another quantity than their sum."""
        found = (self.find(n) for n in right.walk() if isinstance(n, Scripted) and n.sub is not None)
        return not quantity.definitions and any(f is not None and f.quantity is quantity for f in found)

    @staticmethod
    def left_side(left: Node) -> tuple[Node, tuple[Node, ...]]:
        """The name on a left side and its parameters: `f(x, W)` is f with (x, W)."""
        factors = getattr(left, "factors", None)
        if factors and len(factors) == 2 and isinstance(factors[1][1], Group) and factors[1][1].left in "([":
            body = factors[1][1].body
            return factors[0][1], body.items if isinstance(body, Tuple) else (() if body is None else (body,))
        return left, ()

    def member_letters(self) -> frozenset[str]:
        """The letters that choose a member of a family: a time, a layer."""
        return frozenset(n for q in self.quantities.values() for f in q.family for n in letters(f))

    def first_of(self, quantity: Quantity, axis: int) -> int:
        """The first index of an axis."""
        return self.starts.get(quantity.key, {}).get(axis, self.start)

    def begin_anew(self, declared: bool) -> None:
        """Under another heading indices may begin elsewhere, unless the document says where; what is known stays."""
        if declared or self.start == 1:
            return
        for key, q in self.quantities.items():
            own = self.starts.setdefault(key, {})
            for k in range(max(len(q.sizes or ()), *(len(d.pattern) for d in q.definitions), 0)):
                own.setdefault(k, self.start)
        self.start = 1

    def open_range(self, letter: str) -> bool:
        """Whether the document does not state how far a letter runs."""
        return letter not in self.ranges or spelled(self.ranges[letter][1]).startswith("#")

    def open_recursions(self) -> bool:
        """Whether a family is defined by its other members, over a range that is not stated, from an input on."""
        chosen = {n for n in self.member_letters() if self.open_range(n)}
        families = [q for q in self.quantities.values() if chosen & {n for f in q.family for n in letters(f)}]
        begun = any(isinstance(d.pattern[0], Number) for q in families for d in q.definitions if d.pattern)
        return not begun and any(q.definitions for q in families)

    def last_of(self, q: Quantity) -> tuple[Node, ...]:
        """Of what a quantity is differentiated by, that which no other of it is computed from."""
        stated = {f.quantity.key for node in q.arguments or () if (f := self.find(node)) is not None}
        found: dict[str, tuple[Found, Node]] = {}
        for node in (*(q.arguments or ()), *q.by):
            if (f := self.find(node)) is not None and f.quantity is not q:
                key = f.quantity.key
                if key not in found or (key not in stated and offset(node) > offset(found[key][1])):
                    found[key] = (f, node)
        made = {key: self._now(f.quantity) - {key} for key, (f, _) in found.items()}
        if stated and all(key in stated or any(key in made[s] for s in stated if s in made) for key in found):
            return tuple(found[key][1] for key in found if key in stated)
        last = [key for key in found if not any(key in made[other] and other not in made[key] for other in found)]
        fixed = [key for key in last if self._at_fixed_place(found[key][0])]
        return tuple(found[key][1] for key in (fixed or last))

    def _now(self, quantity: Quantity) -> frozenset[str]:
        """The names that a member is computed from, not through an earlier member: h_t from a_t, not from h_{t-1}."""
        seen: set[str] = set()
        stack = [quantity]
        while stack:
            q = stack.pop()
            if q.key in seen:
                continue
            seen.add(q.key)
            for d in q.definitions:
                own = max((offset(p) for p in d.pattern), default=Fraction(0))
                stack += [
                    f.quantity
                    for f in self.occurrences(d.body)
                    if all(offset(i) >= own for i in f.indices[: 1 if d.pattern else 0])
                ]
        return frozenset(seen)

    def _at_fixed_place(self, found: Found) -> bool:
        return bool(found.quantity.above) and any(spelled(i) in self.sizes for i in found.indices)

    def worked_out(self) -> dict:
        """What was found of the names as they are known now; empty again where one more is known."""
        if self._worked_out[0] != self.version:
            self._worked_out = (self.version, {})
        return self._worked_out[1]

    def placeholders(self) -> set[str]:
        """The parameters of functions: `a` of `σ(a) = …`, a number wherever it stands."""
        parameters = [p for q in self.quantities.values() for d in q.definitions for p in d.parameters]
        found = (self.get(spelled(p)) for p in parameters if isinstance(p, Symbol))
        return {q.key for q in found if q is not None and q.sizes == ()}

    def depends(self, quantity: Quantity, by_name: bool = False) -> frozenset[str]:
        """The names that its value is computed from, itself among them; `by_name` those alone that are written."""
        known = self.worked_out()
        key = ("depends", quantity.key, by_name)
        if key not in known:
            known[key] = self._depends([quantity], written=not by_name)
        return known[key]

    def beside(self, node: Node, quantity: Quantity) -> frozenset[str]:
        """The names that a formula is computed from where neither a name nor its definition written out stands."""
        body, pattern = quantity.definitions[0].body, quantity.definitions[0].pattern
        return self._depends(self._mentioned_outside(node, body, pattern), (quantity, body, pattern)) - {quantity.key}

    def _mentioned_outside(self, node, body, pattern):
        found = self.find(node) if isinstance(node, Symbol | Scripted) else None
        if written_out(node, body, pattern) is not None:
            return []
        inner = [q for child in node.children() for q in self._mentioned_outside(child, body, pattern)]
        return inner if found is None else [found.quantity, *(inner if found.indices or found.sup is not None else [])]

    def _depends(self, stack, without=None, written=True):
        seen: set[str] = set()
        while stack:
            q = stack.pop()
            if q.key in seen:
                continue
            seen.add(q.key)
            if without is not None and q is without[0]:
                continue
            for definition in q.definitions:
                if without is not None:
                    stack += self._mentioned_outside(definition.body, *without[1:])
                    continue
                stack += self.mentioned(definition.body)
                stack += self._written_out(definition.body, q) if written else []
            if q.conjugate is not None:
                stack += self.mentioned(q.conjugate)
            if q.member_of is not None:
                stack.append(self.quantities[q.member_of[0]])
            if not q.definitions:
                stack += [f.quantity for node in self.last_of(q) if (f := self.find(node))]
        return frozenset(seen)

    def _written_out(self, body: Node, q: Quantity) -> list[Quantity]:
        """Names whose definition stands in a formula, though they are not written: `‖W x‖²` where q = W x."""
        others = [o for o in self.quantities.values() if o is not q and len(o.definitions) == 1]
        told = [(o, d.body, d.pattern) for o in others if not (d := o.definitions[0]).parameters or not d.pattern]
        inner = [n for n in body.walk() if isinstance(n, Product | Sum)]
        return [o for n in inner for o, its, pattern in told if written_out(n, its, pattern) is not None]

    def named(self, *nodes: Node) -> set[str]:
        """The names that formulas write, and those that what they write is made of."""
        seen: set[str] = set()
        stack = [q for node in nodes for q in self.mentioned(node)]
        while stack:
            q = stack.pop()
            if q.key not in seen:
                seen.add(q.key)
                stack += [other for d in q.definitions for other in self.mentioned(d.body)]
        return seen

    def mentioned(self, node: Node) -> list[Quantity]:
        """The quantities that occur in a formula."""
        return [found.quantity for found in self.occurrences(node)]

    def occurrences(self, node: Node) -> list[Found]:
        """The occurrences of quantities in a formula, with their indices."""
        out, stack = [], [node]
        while stack:
            n = stack.pop()
            found = self.find(n) if isinstance(n, Symbol | Scripted) else None
            if found is not None:
                out.append(found)
                stack += [*found.indices, *([found.sup] if found.sup is not None else [])]
            else:
                stack += list(n.children())
        return out


def is_squared(node: Node | None) -> TypeGuard[Scripted]:
    """`σ²`, `σ_k²`."""
    return isinstance(node, Scripted) and isinstance(node.sup, Number) and node.sup.value == 2


def _bare(index: Node) -> Node:
    """t of `t - 1`: what is declared of `h_{t-1}` is declared of each h_t."""
    names = [part for part in index.walk() if is_letter(part)]
    return names[0] if len(names) == 1 and isinstance(index, Sum) else index


def offset(node: Node) -> Fraction:
    """1 of `h_{t+1}`, −1 of `h_{t-1}`, 0 of `h_t`: which of several members comes last."""
    numbers = (
        part.value if sign == "+" else -part.value
        for sums in node.walk()
        if isinstance(sums, Sum)
        for sign, part in sums.terms
        if isinstance(part, Number)
    )
    return sum(numbers, Fraction(0))


def _size_names(size):
    """The letters that are sizes in `n`, `n_l`, `H - R + 1`: with their scripts."""
    if isinstance(size, Symbol):
        return {spelled(size)}
    if isinstance(size, Scripted) and base_of(size) is not None:
        return {spelled(size.base)}
    return {name for child in size.children() for name in _size_names(child)}


def is_relation(node: Node | None, *names: str) -> bool:
    """Whether a statement is a relation with one of these signs."""
    return isinstance(node, Relation) and any(r in names for r in node.relations)


__all__ = ["Definition", "Found", "IllTyped", "Leaves", "Quantity", "Table", "Unclear", "is_letter", "is_relation"]
