"""One trial: a size for each letter that is one, numbers for each input; the same numbers in every number system."""

from __future__ import annotations

import re
from collections.abc import Collection
from fractions import Fraction
from zlib import crc32

import numpy as np

from ...tex.syntax import Frac, Group, Node, Number, Product, Scripted, Sum, Symbol
from ..names.names import letters, spelled
from ..names.table import Quantity, Table, Unclear
from .arrays import Array
from .fields import Float, Modular
from .jets import Algebra, Jet, constant
from .linear import identity, inverse, transposed

POINT = "·"
WHOLE = ("integer", "natural", "binary")
SMALL = ((3, 2, 4, 5), (2, 4, 3, 5), (4, 3, 2, 5), (2, 3, 5, 4), (3, 3, 3, 3), (4, 5, 3, 2))
PARTS = 999983  # of 1: so many that sums of products are not 0 by accident, nor two entries equal, where max has kinks
LARGEST = 7
MOST_TRIES = 400
ENOUGH = 3


class Trial:
    """Sizes and inputs of one trial over one number system; values of definitions are kept in `memory`."""

    def __init__(self, table: Table, field: Float, seed: int, points: int, positive: bool = False):
        self.table, self.algebra, self.seed, self.points, self.positive = table, Algebra(field), seed, points, positive
        self.sizes: dict[str, int] = {}
        self.memory: dict = {}
        self.rings = 0
        self.inputs: dict = {}

    @property
    def field(self) -> Float:
        """The number system."""
        return self.algebra.field

    def size(self, node: Node, members: dict[str, int] | None = None) -> int:
        """The value of a size expression: a whole number."""
        return whole_number(node, lambda name: self.named_size(name, members or {}), node)

    def named_size(self, name: str, members: dict[str, int]) -> int | None:
        """What a size letter is in this trial."""
        if name in members:
            return members[name]
        if any(letter in members or (letter.isupper() and self._counts(letter)) for letter in _script(name)):
            return None  # `n_l` is `n_2` for the second member, `n_L` that of the last
        if name not in self.sizes:
            self.sizes[name] = self._drawn_size(name)
        return self.sizes[name]

    def _counts(self, letter):
        """Whether the range of an index ends at this letter: the last layer L, no label."""
        return letter in self.table.sizes and any(spelled(high) == letter for _, high in self.table.ranges.values())

    def _drawn_size(self, name):
        fixed = self.table.quantities.get(name)
        if fixed is not None and fixed.is_alone:
            body = fixed.definitions[0].body
            return whole_number(body, lambda other: None if other == name else self.named_size(other, {}), body)
        drawn = SMALL[self.seed % len(SMALL)][len(self.sizes) % 4]
        return self._within(name, drawn) if name in self.table.ranges else drawn

    def _within(self, name, drawn):
        """A class `y ∈ {1, …, C}` is one of them."""
        first, last = self.first(name), self.size(self.table.ranges[name][1])
        return first + (drawn - first) % (last - first + 1) if last >= first else drawn

    def settle(self) -> None:
        """Sizes such that every axis and every range has at least two entries: `H − R + 1` makes H larger than R."""
        lengths = [*self._axes(), *self._ranges()]
        compound = [s for s in lengths if not isinstance(s, Number) and not self._free(spelled(s))]
        names = list(dict.fromkeys(n for s in lengths for n in self._letters(s)))
        for name in names:
            self.named_size(name, {})
        free = [n for n in names if any(n in self._letters(s) for s in compound) and self._free(n)]
        if compound and not self._fits(compound, self.sizes):
            self._searched(compound, free)

    def _searched(self, compound, free):
        """Of a few sizes at random that fit, those with the most different values."""
        rng = np.random.default_rng((self.seed, len(free)))
        best, found = None, 0
        for _ in range(MOST_TRIES):
            values = rng.integers(2, LARGEST, len(free)).tolist()
            sizes = {**self.sizes, **dict(zip(free, values, strict=True))}
            if (best is None or len(set(values)) > best[0]) and self._fits(compound, sizes):
                best, found = (len(set(values)), sizes), found + 1
                if found == ENOUGH or len(set(values)) == min(len(free), LARGEST - 2):
                    break
        if best is not None:
            self.sizes = {n: v for n, v in best[1].items() if self._free(n)}

    def _axes(self):
        """The sizes of all axes, and those that are computed from others."""
        for q in self.table.quantities.values():
            if not q.family:
                yield from q.sizes or ()
            if q.key in self.table.sizes and self._made(q.key) is not None:
                yield q.symbol
            sizes = q.sizes or ()
            if "orthogonal" in q.properties and len(sizes) == 2 and spelled(sizes[0]) != spelled(sizes[1]):
                yield _more(*sizes)
            if q.conjugate is not None and (of := self.table.ranges.get(spelled(q.family[0]))) is not None:
                yield _more(sizes[0], of[1])

    def _ranges(self):
        """The lengths of the ranges that are written with several letters."""
        for name, (low, high) in self.table.ranges.items():
            first = low if low is not None else Number(high.at, high.end, Fraction(self.table.start))
            if name not in self.table.sizes:
                yield Sum(high.at, high.end, (("+", high), ("-", first), ("+", Number(high.at, high.end, Fraction(1)))))

    def _made(self, name):
        """What a size is computed from: `m = ⌊(n − K)/s⌋ + 1`."""
        fixed = self.table.quantities.get(name)
        if fixed is None or not fixed.definitions or fixed.definitions[0].pattern:
            return None
        return fixed.definitions[0].body

    def _free(self, name):
        return name.partition("_")[0] in self.table.sizes and self._made(name) is None

    def _letters(self, size, deep=4):
        """The sizes in an expression, through those that are computed."""
        out: list[str] = []
        for name in atoms(size, self.table.labels):
            made = self._made(name)
            out += self._letters(made, deep - 1) if made is not None and deep else [name]
        return [n for n in out if n.partition("_")[0] in self.table.sizes]

    def _fits(self, compound, sizes):
        return all(self._wide(s, sizes) for s in compound) and len(set(sizes.values())) > 1

    def _wide(self, size, sizes):
        try:
            return self._length(size, sizes) >= 2
        except Unclear:
            return True

    def _length(self, size, sizes, deep=4):
        def lookup(name):
            made = self._made(name)
            return self._length(made, sizes, deep - 1) if made is not None and deep else sizes.get(name)

        return whole_number(size, lookup, size)

    def draw(self, quantity: Quantity, members: tuple[int, ...]) -> Jet:
        """The numbers of an input, its family's axes first; a column for one axis."""
        key = (quantity.key, members)
        if key not in self.inputs:
            self.inputs[key] = self._drawn(quantity, members)
        return self.inputs[key]

    def _drawn(self, quantity, members):
        names = dict(zip(("".join(letters(f)) for f in quantity.family), members, strict=False))
        family = () if members else tuple(self.family_size(f) for f in quantity.family)
        shape = tuple(self.size(s, names) for s in quantity.sizes or ())
        if any(n < 1 for n in (*family, *shape)):
            raise Unclear(f"an axis of {quantity.key} has no entries at the sizes {self.sizes}", quantity.symbol)
        own = (*shape, 1) if len(shape) == 1 else shape
        rng = np.random.default_rng((self.seed, crc32(repr((quantity.key, members)).encode())))
        if quantity.key in self.table.classes:
            return self.algebra.integers(self._classes(quantity, rng, (*family, *own)))
        if quantity.key in ("bf:1", "bb:1"):
            return self.algebra.integers(Array((POINT,), np.ones((self.points, *family, *own), np.int64)))
        return self._with_properties(quantity, self._random(rng, quantity, (*family, *own)), rng)

    def _classes(self, quantity, rng, shape):
        low, high = self.table.classes[quantity.key]
        first = self.table.start if low is None else self.size(low)
        found = Array((POINT,), rng.integers(first, self.size(high) + 1, (self.points, *shape)))
        self.memory["classes", quantity.key] = found
        return found

    def classes(self, quantity: Quantity) -> Array:
        """The entries of `y_i ∈ {1, …, K}` as whole numbers, which may choose an entry of something else."""
        self.draw(quantity, ())
        return self.memory["classes", quantity.key]

    def direction(self, quantity: Quantity) -> Array:
        """Along what an input moves in a differential."""
        key = (quantity.key, "direction")
        if key not in self.inputs:
            shape = self.draw(quantity, ()).shape
            rng = np.random.default_rng((self.seed, crc32(repr(key).encode())))
            moved = self._random(rng, Quantity(quantity.key), shape)
            if quantity.properties & {"symmetric", "positive definite", "positive semidefinite"}:
                moved = _symmetric(self.algebra, moved, rng)
            self.inputs[key] = moved
        return self.inputs[key].base

    def family_size(self, letter: Node) -> int:
        """How many members a family has: from the range of its index."""
        name = spelled(letter)
        if name not in self.table.ranges:
            raise Unclear(f"the range of {name} is not declared", letter)
        return self.size(self.table.ranges[name][1]) - self.first(name) + 1

    def first(self, name: str) -> int:
        """The first value of an index."""
        lower = self.table.ranges.get(name, (None, None))[0]
        return self.table.start if lower is None else self.size(lower)

    def _random(self, rng, quantity, shape):
        shape = (self.points, *shape)
        if isinstance(self.field, Modular):
            data = rng.integers(1, self.field.prime, shape)
            return constant(Array((POINT,), data.astype(np.int64)))
        positive = self.positive or bool(quantity.properties & {"positive", "nonnegative", "distribution"})
        data = self._parts(rng, quantity, shape, positive)
        if quantity.domain in WHOLE:
            return constant(Array((POINT,), np.asarray(self.field.numbers(data // PARTS))))
        scaled = self.field.multiply(self.field.numbers(data), self.field.number(Fraction(1, PARTS)))
        return constant(Array((POINT,), np.asarray(scaled)))

    def _parts(self, rng, quantity, shape, positive):
        if "±1" in quantity.properties:
            return PARTS * rng.choice((-1, 1), shape)
        if quantity.domain in ("integer", "natural"):
            return PARTS * rng.integers(1, 4, shape)
        if quantity.domain == "binary":
            return PARTS * rng.integers(0, 2, shape)
        data = rng.integers(1, 2 * PARTS, shape)
        if quantity.properties & {"in (0,1)", "in [0,1]"}:
            return rng.integers(1, PARTS, shape)
        if quantity.properties & {"negative", "nonpositive"}:
            return -data
        return data if positive else data * rng.choice((-1, 1), shape)

    def _with_properties(self, quantity, value, rng):
        for word, made in PROPERTIES.items():
            if word in quantity.properties:
                square = len(value.shape) >= 2 and value.shape[-1] == value.shape[-2]
                if word in OF_MATRICES and not square and not (word == "orthogonal" and 1 not in value.shape):
                    raise Unclear(f"{quantity.key} is said to be {word}, and is no square matrix", quantity.symbol)
                value = made(self.algebra, value, rng)
        if quantity.key in self.table.fixed.values() and not quantity.family:
            n = value.shape[-2]
            hot = np.eye(n, 1, -self.hot(quantity), dtype=np.int64)
            value = self.algebra.integers(Array((POINT,), np.broadcast_to(hot, (self.points, n, 1))))
        return value

    def hot(self, quantity: Quantity) -> int:
        """The place of the 1 in a one-hot vector, from 0, where a letter stands for it."""
        return self.seed % self.size((quantity.sizes or ())[-1])


def _more(rows: Node, columns: Node) -> Node:
    """What is 2 or more where there are more rows than columns."""
    one = Number(rows.at, rows.end, Fraction(1))
    return Sum(rows.at, rows.end, (("+", rows), ("-", columns), ("+", one)))


def _script(name):
    """The letters of `l-1` in `n_l-1` and `n^(l-1)`."""
    return re.findall(r"[^\W\d_]+", re.split(r"[_^]", name, maxsplit=1)[-1]) if re.search(r"[_^]", name) else ()


def atoms(size: Node, labels: Collection[str]) -> list[str]:
    """The names in a size: `n`, `k_h` and `n_1` whole where the script is a label or a number."""
    if isinstance(size, Symbol):
        return [spelled(size)]
    if isinstance(size, Scripted) and isinstance(size.base, Symbol):
        named = all(n in labels for n in letters(size.sub)) and size.sup is None
        return [spelled(size)] if named else []
    return [name for child in size.children() for name in atoms(child, labels)]


def whole_number(node, lookup, where) -> int:
    """The value of a size or index expression at known letters."""
    value = _fraction(node, lookup, where)
    if value.denominator != 1:
        raise Unclear(f"{spelled(node)} is not a whole number here", where)
    return int(value)


def _fraction(node, lookup, where) -> Fraction:
    match node:
        case Number():
            return node.value
        case Symbol() | Scripted() if (value := lookup(spelled(node))) is not None:
            return Fraction(value)
        case Scripted(base=base, sub=None, sup=Number(value=power)) if power.denominator == 1 and power > 0:
            return _fraction(base, lookup, where) ** int(power)
        case Scripted(base=base, sub=sub, sup=sup) if sub is not None or sup is not None:
            member = lookup(f"{spelled(base)}_{whole_number(sub if sub is not None else sup, lookup, where)}")
            if member is not None:
                return Fraction(member)
        case Sum():
            return sum(
                (s if sign == "+" else -s for sign, s in ((g, _fraction(t, lookup, where)) for g, t in node.terms)),
                Fraction(0),
            )
        case Product():
            value = Fraction(1)
            for op, factor in node.factors:
                f = _fraction(factor, lookup, where)
                value = value / f if op == "/" else value * f
            return value
        case Frac(above=above, below=below) if above is not None and below is not None:
            return _fraction(above, lookup, where) / _fraction(below, lookup, where)
        case Group(left="⌊", body=body):
            value = _fraction(body, lookup, where)
            return Fraction(value.numerator // value.denominator)
        case Group(left="⌈", body=body):
            value = _fraction(body, lookup, where)
            return Fraction(-(-value.numerator // value.denominator))
        case Group(body=body) if body is not None:
            return _fraction(body, lookup, where)
    raise Unclear(f"the size {spelled(node)} is not known", where)


def _symmetric(a, value, rng):
    return a.add(value, transposed(value))


def _antisymmetric(a, value, rng):
    return a.subtract(value, transposed(value))


def _definite(a, value, rng):
    return a.add(a.matmul(value, transposed(value)), identity(a, value.shape[-1]))


def _diagonal(a, value, rng):
    return a.multiply(value, identity(a, value.shape[-1]))


def _orthogonal(a, value, rng):
    """Cayley's transform `(1 − S)(1 + S)⁻¹` of an antisymmetric S; the first columns of it, where there are fewer."""
    rows, columns = value.shape[-2:]
    if columns > rows:
        raise Unclear("more columns than rows cannot be orthonormal")
    wide = value.map(lambda p: Array(p.dims, np.concatenate([p.data] * -(-rows // columns), -1)[..., :rows]))
    s, one = _antisymmetric(a, wide, rng), identity(a, rows)
    turned = a.matmul(a.subtract(one, s), inverse(a, a.add(one, s)))
    return turned.map(lambda p: Array(p.dims, p.data[..., :columns]))


def _centred(axis):
    """The mean along an axis taken away."""

    def work(a, value, rng):
        along = axis if axis is not None else 1 - len(value.base.data.shape)
        n = value.base.data.shape[along]
        total = value.map(lambda p: Array(p.dims, np.expand_dims(a.field.sum(p.data, (along,)), along)))
        return a.subtract(value, a.divide(total, a.number(n)))

    return work


def _distribution(a, value, rng):
    """Along the last axis that is longer than 1, the entries sum to 1."""
    axis = -2 if value.shape[-1] == 1 else -1
    total = value.map(lambda p: Array(p.dims, np.expand_dims(a.field.sum(p.data, (axis,)), axis)))
    return a.divide(value, total)


def _one_hot(a, value, rng):
    axis = -2 if value.shape[-1] == 1 else -1
    data = value.base.data
    size = data.shape[axis]
    places = rng.integers(0, size, np.moveaxis(data, axis, -1).shape[:-1])
    hot = np.moveaxis((np.arange(size) == places[..., None]).astype(np.int64), -1, axis)
    return a.integers(Array(value.base.dims, hot))


def _unit(a, value, rng):
    """A rational point of the sphere, `(2t, 1 − |t|²) / (1 + |t|²)`, entries of t all but the last."""
    axis = -2
    t = value.map(lambda p: Array(p.dims, p.data[..., :-1, :]))
    square = a.multiply(t, t).map(lambda p: Array(p.dims, a.field.sum(p.data, (axis,))[..., None, :]))
    one = a.number(1)
    last = a.subtract(one, square)
    both = Array(value.base.dims, np.concatenate((a.multiply(a.number(2), t).base.data, last.base.data), axis))
    return a.divide(constant(both), a.add(one, square))


def _idempotent(a, value, rng):
    """The orthogonal projection on one column, `v vᵀ / vᵀ v`."""
    v = value.map(lambda p: Array(p.dims, p.data[..., :1]))
    length = a.matmul(transposed(v), v)
    return a.divide(a.matmul(v, transposed(v)), length)


def _triangular(lower):
    """One side of the diagonal, and a positive diagonal."""

    def work(a, value, rng):
        n = value.shape[-1]
        kept = np.tril(np.ones((n, n), np.int64), -1) if lower else np.triu(np.ones((n, n), np.int64), 1)
        diagonal = a.multiply(value, identity(a, n))
        off = a.multiply(value, a.integers(Array((), kept)))
        return a.add(off, a.multiply(diagonal, diagonal))

    return work


PROPERTIES = {
    "lower triangular": _triangular(True),
    "upper triangular": _triangular(False),
    "idempotent": _idempotent,
    "symmetric": _symmetric,
    "antisymmetric": _antisymmetric,
    "diagonal": _diagonal,
    "positive semidefinite": _definite,
    "positive definite": _definite,
    "orthogonal": _orthogonal,
    "distribution": _distribution,
    "one-hot": _one_hot,
    "unit": _unit,
    "centred": _centred(None),
    "centred rows": _centred(-2),
    "centred columns": _centred(-1),
}
OF_MATRICES = frozenset(
    ("idempotent", "symmetric", "antisymmetric", "diagonal", "positive semidefinite", "positive definite", "orthogonal")
)
