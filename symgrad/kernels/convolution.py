"""Convolutions: `Σ X[n, c, s·i+d·p−P, s·j+d·q−P] K[k, c, p, q]` and its two gradients as calls of routines.

Any tensor of such a form counts: several batch, group or channel axes, or none, axes in any order, one windowed axis.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sympy import Add, Expr, Mul

from ..expr.indices import Index
from ..expr.nodes import Entry, Reduce
from .labelled import Aligner
from .program import Builder, Labelled, Value
from .windowed import Image, grouped, image, split, volume


@dataclass(frozen=True)
class Convolution:
    """The entries of the image and of the kernel, and the role of each index in them."""

    x: Entry
    w: Entry
    image: Image
    batch: tuple[Index, ...]
    groups: tuple[Index, ...]
    channels: tuple[Index, ...]
    kernels: tuple[Index, ...]

    @property
    def outputs(self) -> tuple[Index, ...]:
        """The indices of the output, in the order of its axes [N, (G,K), OH, OW]."""
        return (*self.batch, *self.groups, *self.kernels, *self.image.outs)

    def options(self, *names: str) -> tuple:
        return tuple(volume(self.groups) if n == "groups" else self.image.options(n) for n in names)

    def image_axes(self) -> list[int]:
        plain = [self.image.plain[i] for i in (*self.batch, *self.groups, *self.channels)]
        return [*plain, *(w.axis for w in self.image.windows)]

    def weight_axes(self) -> list[int]:
        order = (*self.groups, *self.kernels, *self.channels, *self.image.taps)
        return [self.w.where.index(i) for i in order]

    def images(self, builder: Builder, x: Value) -> Value:
        """[N, (G,C), H, W]"""
        sizes = [[volume(self.batch)], [volume((*self.groups, *self.channels))]]
        return grouped(builder, x, self.image_axes(), [*sizes, *([n] for n in self.image.options("size"))])

    def weights(self, builder: Builder, w: Value) -> Value:
        """[(G,K), C, R, S]"""
        sizes = [[volume((*self.groups, *self.kernels))], [volume(self.channels)]]
        return grouped(builder, w, self.weight_axes(), [*sizes, *([n] for n in self.image.options("reach"))])

    def results(self, builder: Builder, g: Value, free: Sequence[Index]) -> Value:
        """[N, (G,K), OH, OW] of a value whose axes are the free indices of the output."""
        sizes = [[volume(self.batch)], [volume((*self.groups, *self.kernels))]]
        axes = [list(free).index(i) for i in self.outputs]
        return grouped(builder, g, axes, [*sizes, *([n] for n in self.image.options("count"))])

    def transposed(self) -> Convolution:
        """The same sum with images and channels exchanged."""
        return Convolution(self.x, self.w, self.image, self.channels, self.groups, self.batch, self.kernels)


def convolution(e: Expr) -> Convolution | None:
    """The roles in a sum of products of two entries, if it is a convolution."""
    if not isinstance(e, Reduce) or e.op != "sum":
        return None
    factors = Mul.make_args(e.body)
    if len(factors) != 2 or not all(isinstance(f, Entry) for f in factors):
        return None
    a, b = factors
    return roles(a, b, set(e.bound)) or roles(b, a, set(e.bound))


def roles(x: Entry, w: Entry, bound: set[Index]) -> Convolution | None:
    """The roles where x is the image and w the kernel."""
    found, inside = image(x, bound), plain_axes(w)
    if found is None or inside is None:
        return None
    taps, outs = set(found.taps), set(found.outs)
    batch = tuple(i for i in found.plain if i not in inside)
    groups = tuple(i for i in found.plain if i in inside and i not in bound)
    channels = tuple(i for i in found.plain if i in inside and i in bound)
    kernels = tuple(i for i in inside if i not in (*groups, *channels, *taps))
    fits = taps <= inside.keys() and not outs & inside.keys() and {*channels, *taps} == bound
    fits = fits and not {*batch, *kernels} & bound
    return Convolution(x, w, found, batch, groups, channels, kernels) if fits else None


def plain_axes(w: Entry) -> dict[Index, int] | None:
    """The indices, and axes, of an entry that reads whole axes, each by an index of its own."""
    found = {}
    for axis, (where, size) in enumerate(zip(w.where, w.base.tensor.shape, strict=True)):
        if where == 0 and size == 1:
            continue
        if not isinstance(where, Index) or where.size != size or where in found:
            return None
        found[where] = axis
    return found


# Values.


def convolved(at: Aligner, values, c: Convolution) -> Labelled:
    """The sum itself. Where windows are wider than there are of them, it is the kernel gradient of another one."""
    x, w = values[c.x.base.tensor], values[c.w.base.tensor]
    at.see(*c.outputs)
    if _wide(c):
        return _turned(at, x, w, c)
    options = c.options("stride", "padding", "dilation", "groups", "count")
    return split(at, convolve(at.builder, c.images(at.builder, x), c.weights(at.builder, w), options), c.outputs)


def convolve(builder: Builder, x: Value, w: Value, options) -> Value:
    return builder.value(f"conv{len(options[-1])}d", (x, w), options, (x.shape[0], w.shape[0], *options[-1]))


def _wide(c: Convolution) -> bool:
    """`K̄[k,c,p,q] = Σ_{n,i,j} G[n,k,i,j] X[n,c,s·i+d·p−P,…]` is itself a convolution, with a kernel of I×J."""
    return all((w.reach - w.count).is_positive for w in c.image.windows)


def _turned(at: Aligner, x: Value, g: Value, c: Convolution) -> Labelled:
    """As a kernel gradient: its images are the channels here, its windows count what are taps here."""
    t, builder = c.transposed(), at.builder
    taps = [t.w.where.index(i) for i in (*t.batch, *t.groups, *t.kernels, *t.image.taps)]
    sizes = [[volume(t.batch)], [volume((*t.groups, *t.kernels))], *([n] for n in t.image.options("reach"))]
    options = t.options("count", "dilation", "padding", "stride", "groups")
    made = kernel_gradient(builder, t.images(builder, x), grouped(builder, g, taps, sizes), options)
    return split(at, made, (*t.groups, *t.kernels, *t.channels, *t.image.outs))


def kernel_gradient(builder: Builder, x: Value, g: Value, options) -> Value:
    size, groups = options[0], options[-1]
    return builder.value(f"conv{len(size)}d_kernel_gradient", (x, g), options, (g.shape[1], x.shape[1] / groups, *size))


def input_gradient(builder: Builder, g: Value, w: Value, options) -> Value:
    size, groups = options[0], options[-1]
    return builder.value(f"conv{len(size)}d_input_gradient", (g, w), options, (g.shape[0], w.shape[1] * groups, *size))


def only_convolution(body: Expr, proxy) -> Convolution | None:
    """The convolution in `conv + terms`, if it reads the proxy once and no other term does."""
    terms = [t for t in Add.make_args(body) if any(e.base.tensor is proxy for e in t.atoms(Entry))]
    found = convolution(terms[0]) if len(terms) == 1 else None
    return found if found and found.x.base.tensor is not found.w.base.tensor else None
