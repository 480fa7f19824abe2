"""What a formula means: its value in one trial, for all values of its free indices at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from ...tex.syntax import (
    Big,
    Binomial,
    Cases,
    Dots,
    Factorial,
    Frac,
    Group,
    Matrix,
    Node,
    Number,
    Product,
    Root,
    Scripted,
    Stacked,
    Sum,
    Symbol,
    Tuple,
)
from ..names.conditions import is_conditions
from ..names.dots import without_dots
from ..names.letters import hidden_letters
from ..names.named import Named
from ..names.names import spelled
from ..names.patterns import written_out
from ..names.table import Found, IllTyped, Quantity, Unclear
from .applied import apply_function, apply_quantity, unknown
from .arrays import Array
from .big import big
from .blocks import cases, column, condition, matrix
from .context import Environment, Eye, Ones, Value, added, as_number, by_entries, fresh, settled, shape_text
from .derivatives import primed
from .functions import BY_NAME, apply, pi
from .jets import Jet, constant
from .linear import determinant
from .picks import is_pick, picked
from .products import fraction, product
from .quantities import entries, families_of, member, memberwise, occurrence, single, stored
from .ranges import index_range, values
from .scripts import scripted
from .trial import Trial
from .whole import in_set, whole

DEPTH = 60


class Meaning:
    """Evaluates formulas in one trial; `layout` says how Jacobians are laid out.

    `touched` collects the varied quantities that a value was computed from, `written` those of them whose definition
    stood for their name, `masks` where an index left its axis.
    """

    def __init__(self, trial: Trial, layout: str = "mixed", padded: bool = False):
        self.trial, self.layout, self.padded = trial, layout, padded
        self.a = trial.algebra
        self.touched: set[str] = set()
        self.written: set[str] = set()
        self.masks: list[Array] = []
        self.depth = 0

    def value(self, node: Node, env: Environment) -> Value:
        """The value of a formula."""
        work = KINDS.get(type(node))
        if work is None:
            raise Unclear(f"{type(node).__name__.lower()} in a formula", node)
        if env.overrides and (varied := self._written_out(node, env)) is not None:
            return varied
        self.depth += 1
        try:
            if self.depth > DEPTH:
                raise Unclear("formulas within one another too deep", node)
            return work(self, node, env)
        finally:
            self.depth -= 1

    def _written_out(self, node: Node, env: Environment) -> Jet | None:
        """`W x` where q = W x is varied: the formula is expressed through q, though it does not write its name."""
        for key, members in env.overrides:
            q = self.trial.table.quantities.get(key)
            if members or q is None or len(q.definitions) != 1:
                continue
            definition = q.definitions[0]
            indices = written_out(node, definition.body, definition.pattern)
            if indices is not None and (not indices or not definition.parameters):
                self.written.add(key)
                return occurrence(self, Found(q, indices), env, node)
        return None

    def array(self, node: Node, env: Environment, n: int | None = None) -> Jet:
        """The value as an array of numbers."""
        return settled(self.a, self.value(node, env), n, node)

    def number(self, node: Node, env: Environment) -> Jet:
        """The value where a number is meant."""
        value = self.array(node, env)
        if value.shape != ():
            raise Unclear("a number is expected", node)
        return value

    def outside(self, inside: Array, node: Node) -> None:
        """An index left its axis; what is read there does not count."""
        self.masks.append(inside)

    def depends(self, quantity: Quantity) -> frozenset[str]:
        """The names that a quantity is computed from."""
        return self.trial.table.depends(quantity)

    def hidden(self, quantity: Quantity) -> tuple[str, ...]:
        """The letters of members that its value depends on and that are not its own indices."""
        table = self.trial.table
        known, key = table.worked_out(), ("hidden", quantity.key)
        if key not in known:
            known[key] = tuple(sorted(hidden_letters(table, quantity)))
        return known[key]

    def members(self, env: Environment) -> dict[str, int]:
        """The letters that stand for one number."""
        return {name: int(value.data) for name, value in env.indices.items() if not value.dims}

    def is_size(self, name: str) -> bool:
        """Whether a letter is a size."""
        return name in self.trial.table.sizes

    def settled(self, value: Value, node: Node) -> Jet:
        """A value whose shape is known."""
        return settled(self.a, value, None, node)

    def as_number(self, value: Jet) -> Jet:
        """A 1×1 matrix as a number."""
        return as_number(value)

    def everything(self, value: Jet) -> Jet:
        """The sum of all entries, a number."""
        axes = tuple(range(-len(value.shape), 0))
        return value.map(lambda p: Array(p.dims, self.trial.field.sum(p.data, axes))) if axes else value

    def primed(self, of: Node, times: int, env: Environment, node: Node) -> Jet | None:
        """The derivative of brackets with primes, unless one prime is the transpose of a matrix."""
        if times == 1 and self.array(of, env).shape != ():
            return None
        return primed(self, of, times, env, node)

    def square_norm(self, value: Jet) -> Jet:
        """The sum of the squares of all entries."""
        return self.everything(self.a.multiply(value, value))

    def inner(self, x: Jet, y: Jet, node: Node) -> Jet:
        """`⟨x, y⟩`, the sum of the products of the entries."""
        if x.shape != y.shape:
            raise IllTyped(f"⟨{shape_text(x.shape)}, {shape_text(y.shape)}⟩", node)
        return self.everything(self.a.multiply(x, y))

    def open_value(self, q: Quantity, env: Environment) -> Jet:
        """A function that the document leaves open, of what it says or of what nothing else is computed from."""
        nodes = self.trial.table.last_of(q)
        if not nodes:
            raise Unclear(f"what {q.key} is a function of is not said", q.symbol)
        return unknown(self, q, tuple(self.whole_array(node, env) for node in nodes))

    def whole_array(self, node: Node, env: Environment) -> Jet:
        """All entries of a name, whatever indices are written on it, but those that choose a fixed member."""
        found = self.trial.table.find(node)
        if found is None:
            return self.array(node, env)
        if memberwise(self, found.quantity):
            families = families_of(self, found.quantity)
            return member(self, found.quantity, tuple(single(self, i, env) for i in found.indices[:families]), env)
        return stored(self, found.quantity, env, node)

    def determinant(self, value: Jet) -> Jet:
        """The determinant of a matrix."""
        return determinant(self.a, value)

    def condition(self, node: Node, env: Environment) -> Array:
        """Where a condition holds."""
        return picked(self, node, env) if is_pick(node) else condition(self, node, env)

    def whole(self, node: Node, env: Environment) -> Array:
        """An index expression."""
        return whole(self.trial, node, env)

    def entries(self, value: Jet, indices: tuple[Node, ...], env: Environment, node: Node, q: Quantity | None) -> Jet:
        """The entry of a value that is not stored."""
        return entries(self, value, indices, env, node, 0, Quantity(q.key if q else "it"))

    def zeros(self, shape: tuple[int, ...]) -> Jet:
        """An array of zeros."""
        return constant(Array((), np.broadcast_to(self.trial.field.number(0), shape)))

    def by_pairs(self, x: Jet, y: Jet, function: Callable[[Jet, Jet], Jet]) -> Jet:
        """A function of two numbers for the entries of two arrays of one shape."""
        names = tuple(fresh("entry") for _ in x.shape)
        out = function(*(v.map(lambda p: Array((*p.dims, *names), p.data)) for v in (x, y)))
        return out.map(lambda p: p.inward(names))

    def apply_quantity(self, head, arguments: list[Jet], env: Environment, node: Node) -> Value:
        """A function of the document."""
        return apply_quantity(self, head, arguments, env, node)

    def apply_function(self, work, head, arguments: tuple[Node, ...], env: Environment, node: Node) -> Value:
        """A function with a name."""
        return apply_function(self, work, head, arguments, env, node)

    def range_array(self, name: str, dim: str, body: Node, env: Environment, q: Quantity, position: int) -> Array:
        """All values of an index of a definition."""
        families = len(q.family)
        if q.sizes is not None and families <= position < families + len(q.sizes):
            first = self.trial.first(name)
            return values(dim, first, first + self.trial.size(q.sizes[position - families], self.members(env)) - 1)
        try:
            low, high = index_range(self, name, body, env)
        except IllTyped:
            raise
        except Unclear:
            told = self.trial.table.axes.get(q.key, ())
            if not families <= position < families + len(told):
                raise
            low = self.trial.first(name)
            high = low + self.trial.size(told[position - families], self.members(env)) - 1
        return values(dim, low, high)


def _number(m: Meaning, node: Number, env: Environment) -> Jet:
    return m.a.number(node.value)


def _symbol(m: Meaning, node: Symbol, env: Environment) -> Value:
    name = spelled(node)
    if name in env.indices:
        return m.a.integers(env.indices[name])
    found = m.trial.table.find(node)
    if name in m.trial.table.sizes and (found is None or not found.quantity.definitions):
        return m.a.number(m.trial.named_size(name, {}))
    if found is not None:
        return occurrence(m, found, env, node)
    if name in CONSTANTS:
        return CONSTANTS[name](m)
    raise Unclear(f"{name} is not declared", node)


CONSTANTS: dict[str, Callable[[Meaning], Value]] = {
    "pi": lambda m: pi(m.a),
    "e": lambda m: apply(m.a, BY_NAME["exp"], m.a.number(1)),
    "I": lambda m: Eye(m.a.number(1)),
    "bf:I": lambda m: Eye(m.a.number(1)),
    "bb:I": lambda m: Eye(m.a.number(1)),
    "bf:1": lambda m: Ones(m.a.number(1)),
    "bb:1": lambda m: Ones(m.a.number(1)),
    "bf:0": lambda m: m.a.number(0),
}


def _sum(m: Meaning, node: Sum, env: Environment) -> Value:
    if any(isinstance(term, Dots) for _, term in node.terms):
        plain = without_dots(node)
        if plain is None:
            raise Unclear("what the dots stand for", node)
        return m.value(plain, env)
    total: Value | None = None
    for sign, term in node.terms:
        if sign not in ("+", "-"):
            raise Unclear("± has two values", node)
        value = m.value(term, env)
        if sign == "-":
            value = _negative(m, value)
        total = value if total is None else added(m.a, total, value, node)
    assert total is not None
    return total


def _negative(m, value):
    if isinstance(value, Eye | Ones):
        return replace(value, scale=m.a.negative(value.scale))
    return m.a.negative(value)


def _root(m: Meaning, node: Root, env: Environment) -> Jet:
    if node.degree is not None and not (isinstance(node.degree, Number) and node.degree.value == 2):
        raise Unclear("a root of another degree than 2", node)
    value = m.array(node.of, env)
    if len(value.shape) == 2 and value.shape[0] == value.shape[1]:
        raise Unclear("the root of a square matrix: of each entry, or of the matrix?", node)
    return by_entries(value, lambda x: apply(m.a, BY_NAME["sqrt"], x))


def _group(m: Meaning, node: Group, env: Environment) -> Value:
    if node.body is None:
        raise Unclear("empty brackets", node)
    if is_conditions(node.body):
        from_bracket = m.condition(node.body, env)
        return m.a.integers(Array(from_bracket.dims, from_bracket.data.astype(np.int64)))
    if node.left in GROUPS:
        return GROUPS[node.left](m, node, env)
    if isinstance(node.body, Tuple):
        return column(m, node.body.items, env, node)
    return m.value(node.body, env)


def _absolute(m, node, env):
    if isinstance(node.body, Symbol) and (n := m.trial.table.sets.get(spelled(node.body))) is not None:
        first = m.trial.table.start
        members = values("#set", first, first + m.trial.size(n) - 1)
        return m.a.number(int(np.count_nonzero(in_set(m.trial, members, spelled(node.body), []).data)))
    from_value = m.value(node.body, env)
    if not isinstance(from_value, Jet):
        raise Unclear("the size of the unit matrix is not known", node)
    if from_value.shape == ():
        return apply(m.a, BY_NAME["abs"], from_value)
    if len(from_value.shape) == 2 and from_value.shape[0] == from_value.shape[1]:
        return m.determinant(from_value)
    raise Unclear("|…| of an array that is no square matrix", node)


def _norm(m, node, env):
    return apply(m.a, BY_NAME["sqrt"], m.square_norm(m.array(node.body, env)))


def _inner(m, node, env):
    if not isinstance(node.body, Tuple) or len(node.body.items) != 2:
        raise Unclear("⟨a, b⟩ has two parts", node)
    x, y = (m.array(item, env) for item in node.body.items)
    return m.inner(x, y, node)


def _floor(m, node, env):
    return m.a.integers(m.whole(node, env))


GROUPS = {"|": _absolute, "‖": _norm, "⟨": _inner, "⌊": _floor, "⌈": _floor}


def _stacked(m, node, env):
    return m.value(node.body, env)


def _factorial(m, node, env):
    return by_entries(m.array(node.of, env), lambda x: apply(m.a, BY_NAME["factorial"], x))


def _binomial(m, node, env):
    raise Unclear("binomials", node)


KINDS: dict[type, Callable] = {
    Number: _number,
    Symbol: _symbol,
    Named: _symbol,
    Scripted: scripted,
    Sum: _sum,
    Product: product,
    Frac: fraction,
    Root: _root,
    Group: _group,
    Big: big,
    Matrix: matrix,
    Cases: cases,
    Stacked: _stacked,
    Binomial: _binomial,
    Factorial: _factorial,
}
