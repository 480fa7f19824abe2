"""Gradients of large matrices that are never whole: `W̄ = aᵀ b` stays two factors until an optimiser asks for rows.

A dense layer of 4096 by 9216 has a gradient of 150 MB, which is written, checked and read again; its factors have one
row for each sample of the batch. An update takes some rows of the product at a time, while they are in the cache.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod, sqrt

import numpy as np
from sympy import Mul

from ..expr.nodes import Entry, Reduce
from ..expr.tensors import Tensor
from ..kernels.routines.products import transposed_times

LARGE = 1 << 20
"""Entries from which on a gradient stays a product."""
FEW = 32
"""Samples up to which it does: with more, to multiply takes longer than to write the result."""
BLOCK = 1 << 17
"""Entries of the rows that are taken together."""
ROWS = 8
"""Rows are taken in multiples of so many."""


@dataclass(frozen=True)
class Product:
    """`g[k,j] = Σ_n a[n,k] b[n,j]`.

    >>> g = Product(np.array([[1.0, 2.0]]), np.array([[3.0, 4.0]])); g.shape, g.rows(slice(1, 2))
    ((2, 2), array([[6., 8.]]))
    """

    a: np.ndarray
    b: np.ndarray

    @property
    def shape(self) -> tuple[int, ...]:
        return self.a.shape[1], self.b.shape[1]

    def rows(self, part: slice) -> np.ndarray:
        return transposed_times(self.a[:, part], self.b)

    def whole(self) -> np.ndarray:
        return self.rows(slice(None))

    def surely_finite(self) -> bool:
        """`‖a‖ ‖b‖` bounds every entry and every sum on the way to it; False says nothing."""
        bound = sqrt(float(np.vdot(self.a, self.a))) * sqrt(float(np.vdot(self.b, self.b)))
        return bound < float(np.finfo(self.a.dtype).max)

    def parts(self) -> list[slice]:
        """Slices of rows that stay in the cache."""
        step = max(BLOCK // self.shape[1] // ROWS, 1) * ROWS
        return [slice(k, k + step) for k in range(0, self.shape[0], step)]


Gradient = np.ndarray | Product


def gradient(*parts: np.ndarray) -> Gradient:
    """The gradient of which a program has computed the `factors`, or the whole."""
    if len(parts) == 1:
        return parts[0]
    found = Product(*parts)
    return found if len(found.a) <= FEW else found.whole()


def whole(gradients: Mapping[str, Gradient]) -> dict[str, np.ndarray]:
    """The gradients as arrays."""
    return {name: g.whole() if isinstance(g, Product) else g for name, g in gradients.items()}


def factors(gradient: Tensor) -> tuple[Tensor, ...]:
    """(a, b) of a large `g[k,j] = Σ_n a[n,k] b[n,j]`; else the tensor alone."""
    if gradient.is_input or gradient.ndim != 2 or not large(gradient):
        return (gradient,)
    free, body = gradient.equation
    if not isinstance(body, Reduce):
        return (gradient,)
    entries = {e.where: e.base.tensor for e in body.body.args if isinstance(e, Entry)}
    wanted = [(*body.bound, i) for i in free]
    found = [entries[where] for where in wanted if where in entries]
    product = body.op == "sum" and isinstance(body.body, Mul) and len(body.body.args) == len(entries) == 2
    fits = [t.shape for t in found] == [tuple(i.size for i in where) for where in wanted]
    return tuple(found) if product and fits else (gradient,)


def large(t: Tensor) -> bool:
    return all(size.is_Integer for size in t.shape) and prod(map(int, t.shape)) > LARGE
