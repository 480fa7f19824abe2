"""The array program: values, each an operation of NumPy's kind on other values; equal ones are one. No backend yet.

A value has a symbolic shape. `Labelled` says which index runs along which of its axes, and that is how equations become
array operations: aligned by label, broadcast over the labels that one of them lacks.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sympy import Expr, Integer

from ..expr.indices import Index

ONE = Integer(1)


@dataclass(frozen=True, eq=False)
class Value:
    """`op(*args)` with options; `kind` is "float", "int" or "bool". The meaning of each op is a row of `OPS`."""

    op: str
    args: tuple[Value, ...]
    options: tuple
    shape: tuple[Expr, ...]
    kind: str = "float"

    def __repr__(self):
        return f"{self.op}{list(self.options) or ''}({', '.join(a.op for a in self.args)}): {list(self.shape)}"


OPS = {
    "input": "an input, by name",
    "number": "a constant",
    "size": "an integer that follows from sizes",
    "arange": "0, 1, …, n−1",
    "ufunc": "a function of NumPy, entry by entry, axes of size 1 broadcast",
    "where": "a where the condition holds, else b",
    "cast": "in the number type of the program",
    "axes": "axes in another order; None is a new axis of size 1",
    "broadcast": "spread to a shape",
    "reshape": "the same entries in row-major order",
    "window": "out[…] = x[Σ step·axis + offset, …], a fill value outside of x",
    "gather": "x at arrays of positions, one for each axis of x",
    "reduce": "sum, prod, max or min over axes",
    "logsumexp": "log Σ exp over axes",
    "argbest": "the flat position of the first maximum or minimum over axes",
    "contract": "Σ of the product of two values over common labels",
    "picked": "entries at the positions that labels tell along one axis; 0 where there is none",
    "onehot_sum": "entries added up at the positions that labels tell",
    "item": "one of a pair",
    "chunks": "some rows at a time, by a program of their own",
}
IMAGE_OPS = {
    "conv2d": "a convolution of [N, (G,C), H, W] with [(G,K), C, R, S]",
    "conv2d_input_gradient": "its gradient by the image, of a cotangent and the kernel",
    "conv2d_kernel_gradient": "its gradient by the kernel, of the image and a cotangent",
    "conv3d": "the same of volumes",
    "conv3d_input_gradient": "",
    "conv3d_kernel_gradient": "",
    "max_pool2d": "the maximum over windows of [N, C, H, W]",
    "min_pool2d": "the minimum",
    "sum_pool2d": "the sum",
    "max_pool2d_winners": "a pair: the maximum, and which entries have it",
    "min_pool2d_winners": "the same of the minimum",
    "max_pool2d_gradient": "cotangents put where winners are",
    "max_pool2d_split_gradient": "the same, of a cotangent, the image and the extremes; ties share",
    "sum_pool2d_gradient": "cotangents spread over their windows",
}
"""Routines for images; the options are tuples of sizes, for rows and for columns, and a number of groups."""
OPS |= IMAGE_OPS


class Builder:
    """Makes values, equal ones once, and keeps them in an order in which they can be computed."""

    def __init__(self):
        self.made: dict[tuple, Value] = {}

    def value(self, op: str, args: Iterable[Value], options=(), shape=(), kind="float") -> Value:
        args = tuple(args)
        key = (op, args, tuple(options), kind)
        if key not in self.made:
            self.made[key] = Value(op, args, tuple(options), tuple(shape), kind)
        return self.made[key]

    def number(self, e) -> Value:
        return self.value("number", (), (e,))

    def size(self, e: Expr) -> Value:
        return self.value("size", (), (e,), kind="int")

    def ufunc(self, name: str, *args: Value, kind="float") -> Value:
        """The arguments have shapes that broadcast as NumPy broadcasts."""
        return self.value("ufunc", args, (name,), broadcast_shape([a.shape for a in args]), kind)

    def where(self, condition: Value, a: Value, b: Value) -> Value:
        return self.value("where", (condition, a, b), (), broadcast_shape([condition.shape, a.shape, b.shape]))

    def axes(self, x: Value, places: Sequence[int | None]) -> Value:
        """Out axis k is the axis `places[k]` of x, or a new one of size 1; axes of x left out have size 1."""
        if tuple(places) == tuple(range(len(x.shape))):
            return x
        if x.op == "axes":
            inner = x.options[0]
            return self.axes(x.args[0], [None if p is None else inner[p] for p in places])
        shape = tuple(ONE if p is None else x.shape[p] for p in places)
        return self.value("axes", (x,), (tuple(places),), shape, x.kind)

    def cast(self, x: Value) -> Value:
        return x if x.kind == "float" else self.value("cast", (x,), (), x.shape)

    def broadcast(self, x: Value, shape) -> Value:
        shape = tuple(shape)
        return x if x.shape == shape else self.value("broadcast", (x,), (shape,), shape, x.kind)

    def reshape(self, x: Value, shape) -> Value:
        shape = tuple(shape)
        if x.op == "reshape" and x.shape != shape:
            return self.reshape(x.args[0], shape)
        return x if x.shape == shape else self.value("reshape", (x,), (shape,), shape, x.kind)

    def reduce(self, name: str, x: Value, places: Sequence[int]) -> Value:
        shape = tuple(n for k, n in enumerate(x.shape) if k not in places)
        return self.value("reduce", (x,), (name, tuple(places)), shape) if places else x


def broadcast_shape(shapes: Sequence[tuple]) -> tuple:
    """The shape to which shapes spread: on each axis, counted from the last one, the size that is not 1.

    >>> broadcast_shape([(Integer(3), Integer(1)), (Integer(4),)])
    (3, 4)
    """
    rank = max(map(len, shapes), default=0)
    padded = [(ONE,) * (rank - len(s)) + tuple(s) for s in shapes]
    return tuple(next((n for n in sizes if n != 1), ONE) for sizes in zip(*padded, strict=True))


@dataclass(frozen=True)
class Labelled:
    """A value and the index along each of its axes, in the order of the equation."""

    value: Value
    labels: tuple[Index, ...]
