"""What a formula is evaluated in, and how values of unlike shapes are added and multiplied."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import count

import numpy as np

from ...tex.syntax import Node
from ..names.table import IllTyped, Unclear
from .arrays import Array
from .jets import Algebra, Jet
from .linear import identity, inverse, transposed

Overrides = dict[tuple[str, tuple[int, ...]], Jet]  # by name and member of a family
_numbers = count()


def fresh(letter: str) -> str:
    """A new name of an axis."""
    return f"{letter}#{next(_numbers)}"


@dataclass(frozen=True, eq=False)
class Environment:
    """The values of the letters that are indices, and of the quantities that are varied or bound to arguments.

    `memory` keeps what was computed with these overrides; `ambient` are the members that are looked at (the time t, the
    layer l): a definition that writes t and has no t on its left is meant for this one. `held` are the names that a
    variation does not reach, each with what is varied.
    """

    indices: dict[str, Array] = field(default_factory=dict)
    overrides: Overrides = field(default_factory=dict)
    memory: dict = field(default_factory=dict)
    depth: int = 0
    ambient: dict[str, Array] = field(default_factory=dict)
    held: frozenset[tuple[str, tuple[str, tuple[int, ...]]]] = frozenset()

    def with_indices(self, more: dict[str, Array]) -> Environment:
        """The same with more letters bound."""
        return replace(self, indices={**self.indices, **more})

    def with_overrides(self, more: Overrides) -> Environment:
        """The same with other values of some quantities."""
        return replace(self, overrides={**self.overrides, **more}, memory={})

    def holding(self, key: tuple[str, tuple[int, ...]], names: Iterable[str]) -> Environment:
        """The same, in which what `key` is varied to leaves these names as they were."""
        return replace(self, held=self.held | {(name, key) for name in names})

    def as_held(self, name: str) -> Environment:
        """The environment in which a name is evaluated: without the variations that leave it as it was."""
        kept = {k: value for k, value in self.overrides.items() if (name, k) not in self.held}
        return self if len(kept) == len(self.overrides) else replace(self, overrides=kept, memory={})

    def inside(self) -> Environment:
        """For the body of a definition: no letters of the place where it is used, but those that choose a member."""
        return replace(self, indices={}, depth=self.depth + 1, ambient=self.members())

    def members(self) -> dict[str, Array]:
        """The letters that stand for one number each."""
        return {**self.ambient, **{name: value for name, value in self.indices.items() if not value.dims}}


@dataclass(frozen=True, eq=False)
class Eye:
    """A multiple of the unit matrix whose size the context tells."""

    scale: Jet

    @property
    def shape(self) -> None:
        """Not known."""
        return None


@dataclass(frozen=True, eq=False)
class Ones:
    """A multiple of the column of ones, or the row, whose length the context tells."""

    scale: Jet
    row: bool = False

    @property
    def shape(self) -> None:
        """Not known."""
        return None


Value = Jet | Eye | Ones


class NeedsMembers(Exception):
    """A letter must stand for one number at a time: it chooses a member of a family whose members differ."""

    def __init__(self, letters: tuple[str, ...]):
        super().__init__(letters)
        self.letters = letters


def shape_text(shape: tuple[int, ...] | None) -> str:
    """A shape in words."""
    if shape is None:
        return "a unit matrix"
    if shape == ():
        return "a number"
    if len(shape) == 2 and shape[1] == 1:
        return f"a vector of {shape[0]}"
    return "×".join(map(str, shape))


def settled(a: Algebra, value: Value, n: int | None, node: Node | None) -> Jet:
    """The value as an array; a unit matrix takes the size n."""
    if isinstance(value, Jet):
        return value
    if isinstance(value, Ones) and n is not None:
        shape = (1, n) if value.row else (n, 1)
        return value.scale.map(lambda p: Array(p.dims, np.broadcast_to(p.data[..., None, None], p.data.shape + shape)))
    if isinstance(value, Ones):
        raise Unclear("the length of the vector of ones is not known", node)
    if n is None:
        raise Unclear("the size of the unit matrix is not known", node)
    return a.multiply(value.scale, identity(a, n))


def added(a: Algebra, x: Value, y: Value, node: Node | None) -> Value:
    """`x + y`: equal shapes, or a number with every entry of an array."""
    if isinstance(x, Eye) and isinstance(y, Eye):
        return Eye(a.add(x.scale, y.scale))
    if isinstance(x, Ones) or isinstance(y, Ones):
        return _with_ones(a, x, y, node)
    other = y if isinstance(x, Eye) else x
    side = other.shape[-1] if isinstance(other, Jet) and len(other.shape) == 2 else None
    left, right = settled(a, x, side, node), settled(a, y, side, node)
    if left.shape != right.shape and () not in (left.shape, right.shape):
        raise IllTyped(f"{shape_text(left.shape)} and {shape_text(right.shape)} are added", node)
    return a.add(left, right)


def _with_ones(a, x, y, node):
    """A vector and a multiple of the vector of ones: that multiple is added to each entry."""
    if isinstance(x, Ones) and isinstance(y, Ones) and x.row == y.row:
        return Ones(a.add(x.scale, y.scale), x.row)
    ones, other = (x, y) if isinstance(x, Ones) else (y, x)
    if (
        isinstance(other, Jet)
        and isinstance(ones, Ones)
        and len(other.shape) == 2
        and other.shape[0 if ones.row else 1] == 1
    ):
        return a.add(other, ones.scale)
    raise Unclear("the vector of ones is added to what is no vector", node)


def _ones_times(a, x, y, node):
    """`A 1` sums the rows, `1ᵀ A` the columns."""
    if isinstance(x, Ones) and isinstance(y, Ones):
        raise Unclear("the length of the vector of ones is not known", node)
    ones, other = (x, y) if isinstance(x, Ones) else (y, x)
    if isinstance(other, Eye):
        return Ones(a.multiply(ones.scale, other.scale), ones.row)
    if other.shape == ():
        return Ones(a.multiply(ones.scale, other), ones.row)
    if len(other.shape) == 2 and ones.row == isinstance(x, Ones):
        axis = -2 if ones.row else -1
        total = other.map(lambda p: Array(p.dims, np.expand_dims(a.field.sum(p.data, (axis,)), axis)))
        return as_number(a.multiply(ones.scale, total))
    raise Unclear("the length of the vector of ones is not known", node)


def multiplied(a: Algebra, x: Value, y: Value, op: str, node: Node | None) -> Value:
    """A product as it is written: numbers scale, matrices are multiplied, `·` of two vectors is their inner product."""
    if isinstance(x, Ones) or isinstance(y, Ones):
        return _ones_times(a, x, y, node)
    if isinstance(x, Eye) or isinstance(y, Eye):
        return _with_eye(a, x, y)
    if () in (x.shape, y.shape):
        return a.multiply(x, y)
    if len(x.shape) != 2 or len(y.shape) != 2:
        raise Unclear("a tensor of three or more axes in a product: write its indices", node)
    if op == "cdot" and x.shape == y.shape and 1 in x.shape:
        x, y = (transposed(x), y) if x.shape[1] == 1 else (x, transposed(y))
    if x.shape[1] != y.shape[0]:
        raise IllTyped(f"{shape_text(x.shape)} times {shape_text(y.shape)}: the inner sizes differ", node)
    return as_number(a.matmul(x, y))


def _with_eye(a, x, y):
    if isinstance(x, Eye) and isinstance(y, Eye):
        return Eye(a.multiply(x.scale, y.scale))
    eye, other = (x, y) if isinstance(x, Eye) else (y, x)
    return Eye(a.multiply(eye.scale, other)) if other.shape == () else a.multiply(eye.scale, other)


def entrywise(a: Algebra, x: Value, y: Value, node: Node | None) -> Jet:
    """`x ⊙ y`."""
    x, y = (v.scale if isinstance(v, Ones) else v for v in (x, y))
    side = next((v.shape[-1] for v in (x, y) if isinstance(v, Jet) and len(v.shape) == 2), None)
    left, right = settled(a, x, side, node), settled(a, y, side, node)
    if left.shape != right.shape and () not in (left.shape, right.shape):
        raise IllTyped(f"{shape_text(left.shape)} ⊙ {shape_text(right.shape)}", node)
    return a.multiply(left, right)


def divided(a: Algebra, x: Value, y: Value, node: Node | None) -> Value:
    """`x / y` for a number y."""
    if not isinstance(y, Jet) or y.shape != ():
        raise Unclear("a division by an array", node)
    over = a.reciprocal(y)
    if isinstance(x, Ones):
        return Ones(a.multiply(x.scale, over), x.row)
    return Eye(a.multiply(x.scale, over)) if isinstance(x, Eye) else a.multiply(x, over)


def as_number(x: Jet) -> Jet:
    """A 1×1 matrix is a number."""
    return x.map(lambda p: p.with_shape(())) if x.shape == (1, 1) else x


def raised(a: Algebra, x: Value, exponent: int, node: Node | None) -> Value:
    """A whole power: of a number, or of a square matrix, −1 its inverse."""
    if isinstance(x, Eye):
        return Eye(a.power(x.scale, exponent))
    if isinstance(x, Ones):
        raise Unclear("a power of the vector of ones", node)
    if x.shape == ():
        return a.power(x, exponent)
    if len(x.shape) != 2 or x.shape[0] != x.shape[1]:
        raise IllTyped(f"a power of {shape_text(x.shape)}", node)
    base = inverse(a, x) if exponent < 0 else x
    result = identity(a, x.shape[0])
    for _ in range(abs(exponent)):
        result = a.matmul(result, base)
    return result


def by_entries(x: Jet, function: Callable[[Jet], Jet]) -> Jet:
    """A function of numbers applied to each entry of an array."""
    return by_all_entries([x], lambda xs: function(*xs), None)


def by_all_entries(xs: Sequence[Jet], function: Callable[[Sequence[Jet]], Jet], node: Node | None) -> Jet:
    """A function of several numbers applied to entries at the same places; a number goes with each entry."""
    shapes = {x.shape for x in xs if x.shape != ()}
    if not shapes:
        return function(xs)
    if len(shapes) > 1:
        raise IllTyped(f"a function of {' and '.join(sorted(map(shape_text, shapes)))}, entry by entry", node)
    (shape,) = shapes
    names = tuple(fresh("entry") for _ in shape)
    outward = [x if x.shape == () else x.map(lambda p: Array((*p.dims, *names), p.data)) for x in xs]
    result = function(outward)
    if result.shape != ():
        raise Unclear("a function of numbers with an array as its value")
    return result.map(lambda p: _back(p, names, shape))


def _back(part, names, shape):
    inner = part.inward(names)
    lead = inner.data.shape[: len(inner.dims)]
    return Array(inner.dims, np.broadcast_to(inner.data, (*lead, *shape)))
