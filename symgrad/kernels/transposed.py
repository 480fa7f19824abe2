"""Transposed convolutions: `Σ [u = s·i+d·p−P] [v = …] X[n,c,i,j] K[c,k,p,q]` is the input gradient of a convolution.

The convolution is that of an image with the axes of the output, `Z[n,c,i,j] = Σ_{k,p,q} Y[n,k,s·i+d·p−P,…] K[c,k,p,q]`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sympy import Add, Expr, Mul

from ..expr.indices import Index
from ..expr.nodes import Entry, Equal, Reduce
from ..expr.tensors import Tensor
from .convolution import Convolution, input_gradient, plain_axes, roles
from .labelled import Aligner
from .program import Builder, Labelled, Value
from .windowed import split


@dataclass(frozen=True)
class Transposed:
    """The convolution whose input gradient it is, the entry spread, and the output's index along each image axis."""

    convolution: Convolution
    x: Entry
    axes: tuple[Index, ...]

    @property
    def w(self) -> Entry:
        return self.convolution.w

    def images(self, builder: Builder, y: Value, free: Sequence[Index]) -> Value:
        """[N, (G,K), H, W] of a value whose axes are the free indices."""
        return self.convolution.images(builder, builder.axes(y, [list(free).index(i) for i in self.axes]))

    def spread(self, builder: Builder, x: Value) -> Value:
        """[N, (G,C), I, J] of a value whose axes are those of the entry."""
        return self.convolution.results(builder, x, self.x.where)

    def options(self, first: str) -> tuple:
        return self.convolution.options(first, "stride", "padding", "dilation", "groups")


def transposed(e: Expr) -> Transposed | None:
    """The roles in a sum of two entries and one or two δ, if it is a transposed convolution."""
    if not isinstance(e, Reduce) or e.op != "sum":
        return None
    factors = Mul.make_args(e.body)
    entries = [f for f in factors if isinstance(f, Entry)]
    found = [_placed(f, set(e.bound)) for f in factors if isinstance(f, Equal)]
    if len(entries) != 2 or not 1 <= len(found) == len(factors) - 2 or None in found:
        return None
    maps = dict(p for p in found if p)
    a, b = entries
    return (_roles(a, b, maps, e) or _roles(b, a, maps, e)) if len(maps) == len(found) else None


def _placed(f: Equal, bound: set[Index]) -> tuple[Index, Expr] | None:
    """(u, map) of `[u = map]`, u an index that is not summed over, the map of bound indices alone."""
    for u, where in (f.args, f.args[::-1]):
        if isinstance(u, Index) and u not in bound and where.atoms(Index) <= bound:
            return u, where
    return None


def _roles(x: Entry, w: Entry, maps: dict[Index, Expr], e: Reduce) -> Transposed | None:
    spread, kernel = plain_axes(x), plain_axes(w)
    if spread is None or kernel is None or maps.keys() & {*spread, *kernel}:
        return None
    taps = [i for i in kernel if i in e.bound and i not in spread]
    channels = [i for i in kernel if i not in e.bound and i not in spread]
    kept = [i for i in spread if i not in e.bound]
    axes = (*kept, *channels, *maps)
    image = Tensor("$image", tuple(i.size for i in axes), None, (), ())
    found = roles(Entry(image.ref, *kept, *channels, *maps.values()), w, {*channels, *taps})
    fits = found and set(found.outputs) == set(spread) and {*found.outputs, *found.image.taps} >= set(e.bound)
    return Transposed(found, x, axes) if found and fits else None


def spread_out(at: Aligner, values, t: Transposed) -> Labelled:
    """The sum itself."""
    c, builder = t.convolution, at.builder
    labels = [t.axes[a] for a in c.image_axes()]
    at.see(*labels)
    x, w = t.spread(builder, values[t.x.base.tensor]), c.weights(builder, values[t.w.base.tensor])
    return split(at, input_gradient(builder, x, w, t.options("size")), labels)


def only_transposed(body: Expr, proxy) -> Transposed | None:
    """The transposed convolution in a sum of terms, if it reads the proxy once and no other term does."""
    terms = [t for t in Add.make_args(body) if any(e.base.tensor is proxy for e in t.atoms(Entry))]
    found = transposed(terms[0]) if len(terms) == 1 else None
    return found if found and found.x.base.tensor is not found.w.base.tensor else None
