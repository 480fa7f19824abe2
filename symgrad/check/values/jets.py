"""Values with their first-order changes along several directions at once: what `∂`, `∇` and `d` are evaluated with.

`u = u₀ + ε_s u_s + ε_t u_t + ε_s ε_t u_st` with ε² = 0 for each tag. The part of a set of tags is the mixed derivative
along them (Griewank and Walther, Evaluating Derivatives, ch. 13). The directions of a tag are named axes of its parts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial, reduce

import numpy as np

from .arrays import Array, aligned
from .fields import Float

NONE: frozenset[str] = frozenset()


@dataclass(frozen=True, eq=False)
class Jet:
    """`parts[tags]` is the coefficient of the product of their ε."""

    parts: dict[frozenset[str], Array]

    @property
    def base(self) -> Array:
        """The value itself."""
        return self.parts[NONE]

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the value at one place of the named axes."""
        return self.base.shape

    @property
    def tags(self) -> frozenset[str]:
        """The directions along which it changes."""
        return frozenset().union(*self.parts)

    def map(self, linear: Callable[[Array], Array]) -> Jet:
        """A linear map of the value is the same map of each part."""
        return Jet({tags: linear(part) for tags, part in self.parts.items()})

    def without(self, tag: str) -> Jet:
        """The value as it does not change along `tag`."""
        return Jet({tags: part for tags, part in self.parts.items() if tag not in tags})

    def along(self, tag: str) -> Jet | None:
        """The derivative along `tag`; None where it is 0 throughout."""
        parts = {tags - {tag}: part for tags, part in self.parts.items() if tag in tags}
        return Jet(parts) if parts else None

    def split(self, tag: str) -> tuple[Jet, Jet]:
        """`u` and `v` of `u + ε v`, for a tag along which it changes."""
        change = self.along(tag)
        assert change is not None, "one of `tags`"
        return self.without(tag), change


def constant(array: Array) -> Jet:
    """A value that does not change."""
    return Jet({NONE: array})


class Algebra:
    """Arithmetic of jets over a number system."""

    def __init__(self, field: Float):
        self.field = field

    def number(self, value) -> Jet:
        """A rational constant."""
        return constant(Array((), self.field.number(value)))

    def integers(self, array: Array) -> Jet:
        """Whole numbers, such as the values of an index, as numbers."""
        return constant(Array(array.dims, self.field.numbers(array.data)))

    def add(self, a: Jet, b: Jet) -> Jet:
        """`a + b`, a number with each entry of an array."""
        parts = dict(a.parts)
        for tags, part in b.parts.items():
            parts[tags] = self._plus(parts[tags], part) if tags in parts else part
        shape = np.broadcast_shapes(a.shape, b.shape)
        return Jet({tags: self._spread(part, shape) for tags, part in parts.items()})

    def _plus(self, a, b):
        dims, (x, y) = aligned(a, b)
        return Array(dims, self.field.add(x, y))

    def _spread(self, part, shape):
        if part.shape == shape:
            return part
        wide = part.data.reshape(*part.data.shape[: len(part.dims)], *(1,) * (len(shape) - part.rank), *part.shape)
        return Array(part.dims, np.broadcast_to(wide, (*part.data.shape[: len(part.dims)], *shape)))

    def negative(self, a: Jet) -> Jet:
        """`−a`."""
        return a.map(lambda part: Array(part.dims, self.field.negative(part.data)))

    def subtract(self, a: Jet, b: Jet) -> Jet:
        """`a − b`."""
        return self.add(a, self.negative(b))

    def multiply(self, a: Jet, b: Jet) -> Jet:
        """`a b` entry by entry, a number with each entry of an array."""
        return self.bilinear(a, b, self._times)

    def _times(self, a, b):
        dims, (x, y) = aligned(a, b)
        return Array(dims, self.field.multiply(x, y))

    def matmul(self, a: Jet, b: Jet) -> Jet:
        """The product of matrices, (m, k) by (k, n)."""
        return self.bilinear(a, b, self._matmul)

    def _matmul(self, a, b):
        dims, (x, y) = aligned(a, b)
        return Array(dims, self.field.matmul(x, y))

    def bilinear(self, a: Jet, b: Jet, product: Callable[[Array, Array], Array]) -> Jet:
        """`(a + εa′)(b + εb′) = ab + ε(a′b + ab′)` for any product."""
        parts: dict[frozenset[str], Array] = {}
        for s, x in a.parts.items():
            for t, y in b.parts.items():
                if s & t:
                    continue
                term = product(x, y)
                parts[s | t] = self._plus(parts[s | t], term) if s | t in parts else term
        return Jet(parts)

    def reciprocal(self, a: Jet) -> Jet:
        """`1/a` entry by entry; the derivative is −1/a²."""
        return self.apply(a, self._one_over, lambda x, y: self.negative(self.multiply(y, y)))

    def _one_over(self, data):
        return self.field.divide(self.field.number(1), data)

    def divide(self, a: Jet, b: Jet) -> Jet:
        """`a / b` entry by entry."""
        return self.multiply(a, self.reciprocal(b))

    def power(self, a: Jet, exponent: int) -> Jet:
        """A whole power entry by entry; `a⁰ = 1`."""
        if exponent < 0:
            return self.reciprocal(self.power(a, -exponent))
        slope = lambda x, y: self.multiply(self.number(exponent), self.power(x, max(exponent - 1, 0)))  # noqa: E731
        return self.apply(a, lambda data: self.field.power(data, exponent), slope)

    def apply(self, a: Jet, function: Callable, slope: Callable[[Jet, Jet], Jet]) -> Jet:
        """`f(x + εd) = f(x) + ε f′(x) d`, entry by entry; `slope(x, y)` is f′ at x where f(x) = y."""
        if not a.tags:
            return constant(Array(a.base.dims, function(a.base.data)))
        tag = max(a.tags)
        below, along = a.split(tag)
        value = self.apply(below, function, slope)
        change = self.multiply(slope(below, value), along)
        return Jet({**value.parts, **{tags | {tag}: part for tags, part in change.parts.items()}})

    def total(self, a: Jet, dims: tuple[str, ...], where: Array) -> Jet:
        """`Σ` over the named axes of the places where `where` holds; `where` has all of `dims`."""
        return self.masked(a, where).map(lambda part: self._total(part, dims))

    def _total(self, part, dims):
        axes = tuple(k for k, d in enumerate(part.dims) if d in dims)
        return Array(tuple(d for d in part.dims if d not in dims), self.field.sum(part.data, axes))

    def masked(self, a: Jet, where: Array) -> Jet:
        """a where the condition holds, 0 elsewhere, even where a has no value."""
        return self.choose(where, a, self.number(0))

    def choose(self, where: Array, a: Jet, b: Jet) -> Jet:
        """a where the condition holds, b elsewhere."""
        zero = Array((), self.field.number(0))
        parts = {}
        for tags in {**a.parts, **b.parts}:
            mask, x, y = where, a.parts.get(tags, zero), b.parts.get(tags, zero)
            dims, (c, u, v) = aligned(mask, x, y)
            parts[tags] = Array(dims, np.where(c, u, v))
        return Jet(parts)

    def product_over(self, a: Jet, dims: tuple[str, ...], where: Array) -> Jet:
        """`Π` over the named axes of the places where `where` holds; `where` has all of `dims`."""
        kept = self.choose(where, a, self.number(1))
        for dim in dims:
            factors = [kept.map(partial(at, dim=dim, place=k)) for k in range(kept.base.size(dim))]
            kept = reduce(self.multiply, factors, self.number(1))
        return kept


def at(array: Array, dim: str, place: int) -> Array:
    """The entries at one place of a named axis."""
    if dim not in array.dims:
        return array
    return Array(tuple(d for d in array.dims if d != dim), array.data.take(place, axis=array.dims.index(dim)))
