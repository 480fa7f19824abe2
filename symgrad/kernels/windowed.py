"""Equations over windows, and the parts of theirs that NumPy's routines for images take: which index does what."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sympy import Expr, Integer, Mul

from ..expr.affine import within
from ..expr.indices import Index
from ..expr.nodes import Entry, Inside
from .entries import affine
from .labelled import Aligner
from .program import Builder, Value

ONE = Integer(1)


@dataclass(frozen=True)
class Window:
    """Windows along one axis of an image: window `out` reads row `stride·out + dilation·tap − padding`."""

    axis: int
    out: Index | None
    tap: Index | None
    stride: Expr
    dilation: Expr
    padding: Expr
    size: Expr
    """Rows of the image."""

    @property
    def count(self) -> Expr:
        return self.out.size if self.out else ONE

    @property
    def reach(self) -> Expr:
        return self.tap.size if self.tap else ONE


@dataclass(frozen=True)
class Image:
    """An entry `X[n, c, s·i+d·p−P, …]`: `plain` maps an index that runs over a whole axis to that axis.

    One, two or three axes have windows; one alone is the rows of an image of one column.
    """

    plain: dict[Index, int]
    windows: tuple[Window, ...]

    def options(self, name: str) -> tuple[Expr, ...]:
        """An option of the routines, for rows, columns, …: "stride", "padding", "count", …"""
        found = tuple(getattr(w, name) for w in self.windows)
        return found if len(found) > 1 else (*found, Integer(0) if name == "padding" else ONE)

    @property
    def outs(self) -> list[Index]:
        return [w.out for w in self.windows if w.out]

    @property
    def taps(self) -> list[Index]:
        return [w.tap for w in self.windows if w.tap]


def image(e: Entry, bound: Iterable[Index]) -> Image | None:
    """How an entry reads windows whose taps are bound; None where it does not, or reads more than three axes so."""
    bound, plain, windows, seen = set(bound), {}, [], []
    for axis, (where, size) in enumerate(zip(e.where, e.base.tensor.shape, strict=True)):
        if where == 0 and size == 1:
            continue
        seen += where.atoms(Index)
        if isinstance(where, Index) and where.size == size and not _overlaps(where, e, axis):
            plain[where] = axis
            continue
        window = _window(axis, where, size, bound)
        if window is None:
            return None
        windows.append(window)
    if len(seen) != len(set(seen)) or len(windows) > 3 or not any(w.tap for w in windows):
        return None
    return Image(plain, tuple(windows))


def _overlaps(index, e, axis):
    return any(index in w.atoms(Index) for k, w in enumerate(e.where) if k != axis)


def _window(axis, where, size, bound) -> Window | None:
    parts = affine(where)
    if parts is None:
        return None
    offset, steps = parts
    taps = [(i, step) for i, step in steps if i in bound]
    outs = [(i, step) for i, step in steps if i not in bound]
    if len(taps) > 1 or len(outs) > 1 or any(step.could_extract_minus_sign() or step == 0 for _, step in steps):
        return None
    tap, dilation = taps[0] if taps else (None, ONE)
    out, stride = outs[0] if outs else (None, ONE)
    return Window(axis, out, tap, stride, dilation, -offset, size)


def sees_inside(guard: Expr, e: Entry, found: Image) -> bool:
    """Whether the guard keeps just those places of a window that lie inside the image."""
    asked = set() if guard == 1 else set(Mul.make_args(guard))
    brackets = {Inside(e.where[w.axis], w.size): within(e.where[w.axis], w.size) for w in found.windows}
    return asked <= set(brackets) and all(b in asked or always for b, always in brackets.items())


def volume(indices: Sequence[Index]) -> Expr:
    return Mul(*(i.size for i in indices))


def grouped(builder: Builder, x: Value, axes: Sequence[int], parts: Sequence[Sequence[Expr]]) -> Value:
    """x with its axes in this order, those of each part as one; an empty part is an axis of size 1."""
    x = builder.axes(x, axes)
    return builder.reshape(x, [Mul(*sizes) for sizes in parts])


def split(at: Aligner, y: Value, labels: Sequence[Index]):
    """y with the axes of `labels` one by one, each with its label."""
    return at.labelled(at.builder.reshape(y, [i.size for i in labels]), list(labels))
