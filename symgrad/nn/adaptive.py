"""Pooling to a given output size, and over whole images."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sympy import Mul

from ..expr.axes import build
from ..expr.contractions import einsum
from ..expr.indices import Index, expression
from ..expr.nodes import Entry, Inside, Slot, over, total
from ..expr.reductions import max_, mean
from ..expr.tensors import Tensor
from .described import Described
from .equation import per_axis
from .pooling import AvgPool2d, MaxPool2d, no_indices
from .windows import check_image


def belongs(i, u, n: int, m: int):
    """`[⌊i n/m⌋ ≤ u < ⌈(i+1) n/m⌉]`: row u of n is in window i of m. Both bounds in one bracket of an affine map."""
    return Inside((i + 1) * n - u * m - 1, n + m - 1)


class Adaptive(Described):
    """What adaptive pools share."""

    output_size: Any
    axes = 2

    def __post_init__(self):
        name = type(self).__name__
        given = self.output_size if isinstance(self.output_size, (tuple, list)) else (self.output_size,) * self.axes
        sizes = per_axis(name, "output_size", tuple(1 if n is None else n for n in given), self.axes)
        self._set(output_size=tuple(None if n is None else m for n, m in zip(given, sizes, strict=True)))

    def _size(self, shape) -> tuple[int, ...]:
        return tuple(n if m is None else m for m, n in zip(self.output_size, shape[1:], strict=True))

    def output_shape(self, shape):
        check_image(self, shape, self.axes)
        return (shape[0], *self._size(shape))

    def equations(self, x, parameters, mode):
        shape = self.sample(x)
        size = self._size(shape)
        if all(n % m == 0 for n, m in zip(shape[1:], size, strict=True)):
            kernel = tuple(n // m for n, m in zip(shape[1:], size, strict=True))
            return self.regular(kernel).equations(x, parameters, mode)
        return self.uneven(x, shape[1:], size)

    def regular(self, kernel) -> Any:
        """The pool of windows that are all of one size."""
        raise NotImplementedError

    def uneven(self, x: Tensor, n, m) -> Tensor:
        """The equation for windows of different sizes."""
        raise NotImplementedError


@dataclass(frozen=True, eq=False, repr=False)
class AdaptiveAvgPool2d(Adaptive):
    """The mean of rows ⌊i H/H'⌋ … ⌈(i+1) H/H'⌉ − 1, and columns alike. `output_size`: (H', W'), None keeps a size.

    Windows of different sizes are products with averaging matrices, `Y[n,c,i,j] = Σ_{u,v} A[i,u] X[n,c,u,v] B[j,v]`.

    >>> AdaptiveAvgPool2d((6, None)).output_shape((256, 13, 10))
    (256, 6, 10)
    """

    output_size: Any

    def regular(self, kernel):
        return AvgPool2d(kernel)

    def uneven(self, x, n, m):
        rows, columns = (averaging(a, b) for a, b in zip(n, m, strict=True))
        return einsum("nciv,jv->ncij", einsum("ncuv,iu->nciv", x, rows), columns)


def averaging(n: int, m: int) -> Tensor:
    """`A[i,u] = [u in window i] / (length of window i)`, (m, n)."""
    return build(_averaging, (), n, m)


def _averaging(shapes, n, m):
    i, u = Index("i", expression(m)), Index("u", expression(n))
    w = Index("w", expression(n))
    return (i, u), belongs(i, u, n, m) / total(belongs(i, w, n, m), w)


@dataclass(frozen=True, eq=False, repr=False)
class AdaptiveMaxPool2d(Adaptive):
    """The maximum of rows ⌊i H/H'⌋ … ⌈(i+1) H/H'⌉ − 1, and columns alike. `output_size`: (H', W')."""

    output_size: Any
    return_indices: bool = False

    def __post_init__(self):
        super().__post_init__()
        no_indices(self)

    def regular(self, kernel):
        return MaxPool2d(kernel)

    def uneven(self, x, n, m):
        return build(_adaptive_max, (x,), n, m)


def _adaptive_max(shapes, n, m):
    (shape,) = shapes
    lead = (Index("n", shape[0]), Index("c", shape[1]))
    out = tuple(Index(c, expression(k)) for c, k in zip("ij", m, strict=True))
    rows = tuple(Index(c, expression(k)) for c, k in zip("uv", n, strict=True))
    guard = Mul(*(belongs(i, u, a, b) for i, u, a, b in zip(out, rows, n, m, strict=True)))
    return (*lead, *out), over("max", Entry(Slot(0), *lead, *rows), *rows, guard=guard)


class Global(Described):
    """What pools over whole images share."""

    def output_shape(self, shape):
        check_image(self, shape, 2)
        return shape[:1]


@dataclass(frozen=True, eq=False, repr=False)
class GlobalAvgPool2d(Global):
    """`Y[n,c] = (Σ_{i,j} X[n,c,i,j]) / (H W)`: without axes of size 1, which AdaptiveAvgPool2d(1) keeps."""

    def equations(self, x, parameters, mode):
        return mean(x, (2, 3))


@dataclass(frozen=True, eq=False, repr=False)
class GlobalMaxPool2d(Global):
    """`Y[n,c] = max_{i,j} X[n,c,i,j]`."""

    def equations(self, x, parameters, mode):
        return max_(x, (2, 3))
