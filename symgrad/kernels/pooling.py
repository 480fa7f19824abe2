"""Pooling: `max_{p,q} X[n, c, s·i+d·p−P, s·j+d·q−P]`, min and sum, and their gradients, as calls of routines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sympy import Expr

from ..expr.indices import Index
from ..expr.nodes import Entry, Reduce
from .labelled import Aligner
from .program import Builder, Labelled, Value
from .windowed import Image, grouped, image, sees_inside, split, volume

POOLS = ("max", "min", "sum")


@dataclass(frozen=True)
class Pool:
    """What is taken over the windows of an image; `plain` are the indices that run along whole axes."""

    op: str
    x: Entry
    image: Image

    @property
    def plain(self) -> tuple[Index, ...]:
        return tuple(self.image.plain)

    @property
    def outputs(self) -> tuple[Index, ...]:
        return (*self.plain, *self.image.outs)

    def sizes(self) -> list:
        """[N, C]: the last plain axis is C if there are two or more; what lies along it is side by side in memory."""
        split_at = max(len(self.plain) - 1, 1)
        return [[volume(self.plain[:split_at])], [volume(self.plain[split_at:])]]

    def options(self) -> tuple:
        return tuple(self.image.options(n) for n in ("reach", "stride", "padding", "dilation"))

    def image_axes(self) -> list[int]:
        return [*self.image.plain.values(), *(w.axis for w in self.image.windows)]

    def images(self, builder: Builder, x: Value) -> Value:
        """[N, C, H, W]"""
        sizes = [*self.sizes(), *([n] for n in self.image.options("size"))]
        return grouped(builder, x, self.image_axes(), sizes)

    def results(self, builder: Builder, g: Value, free: Sequence[Index]) -> Value:
        """[N, C, OH, OW] of a value whose axes are the free indices of the output."""
        axes = [list(free).index(i) for i in self.outputs]
        return grouped(builder, g, axes, [*self.sizes(), *([n] for n in self.image.options("count"))])


def pool(e: Expr) -> Pool | None:
    """The roles in a maximum, minimum or sum over windows of one tensor. Rows are the axis of the first tap."""
    if not isinstance(e, Reduce) or e.op not in POOLS or not isinstance(e.body, Entry):
        return None
    found = image(e.body, e.bound)
    if found is None or set(found.taps) != set(e.bound) or len(found.windows) > 2:
        return None
    if not (sees_inside(e.guard, e.body, found) if e.op != "sum" else e.guard == 1):
        return None
    order = [*e.bound]
    windows = sorted(found.windows, key=lambda w: order.index(w.tap) if w.tap else len(order))
    return Pool(e.op, e.body, Image(found.plain, tuple(windows)))


# Values.


def pooled(at: Aligner, values, p: Pool, winners: bool) -> Labelled:
    """The pool itself; with `winners` as the first of a pair, so that a gradient finds the second."""
    at.see(*p.outputs)
    x = p.images(at.builder, values[p.x.base.tensor])
    return split(at, extremes(at.builder, p, x) if winners else forward(at.builder, p, x), p.outputs)


def _shape(p: Pool, x: Value):
    return (*x.shape[:2], *p.image.options("count"))


def forward(builder: Builder, p: Pool, x: Value) -> Value:
    return builder.value(f"{p.op}_pool2d", (x,), (*p.options(), p.image.options("count")), _shape(p, x))


def _pair(builder: Builder, p: Pool, x: Value) -> Value:
    return builder.value(f"{p.op}_pool2d_winners", (x,), (*p.options(), p.image.options("count")), _shape(p, x))


def extremes(builder: Builder, p: Pool, x: Value) -> Value:
    return builder.value("item", (_pair(builder, p, x),), (0,), _shape(p, x))


def sum_gradient(builder: Builder, p: Pool, g: Value) -> Value:
    """[N, C, H, W] for cotangents [N, C, OH, OW]."""
    size = p.image.options("size")
    return builder.value("sum_pool2d_gradient", (g,), (size, *p.options()), (*g.shape[:2], *size))


def extreme_gradient(builder: Builder, p: Pool, x: Value, g: Value, ties: str) -> Value:
    """[N, C, H, W] for images x of this shape and cotangents g."""
    if ties == "split":
        return builder.value("max_pool2d_split_gradient", (g, x, extremes(builder, p, x)), p.options(), x.shape)
    winners = builder.value("item", (_pair(builder, p, x),), (1,), _shape(p, x), "int")
    return builder.value("max_pool2d_gradient", (g, winners), (p.image.options("size"), *p.options()), x.shape)
