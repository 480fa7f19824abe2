"""Reductions over axes with NumPy's axis and keepdims: sum, prod, max, min, mean, logsumexp, norms, var, std."""

from __future__ import annotations

from math import inf

from ..errors import OptionError, ShapeError
from .axes import ZERO, axis_numbers, bind, build, empty, named, running, volume
from .constants import tensor
from .nodes import Entry, Inside, Slot, over, total
from .operations import elementwise
from .tensors import Tensor, shape_text


def sum_(t, axis=None, *, keepdims=False) -> Tensor:
    """`s[i] = Σ_k X[i,k]` over the axes; 0 over an empty one.

    >>> from symgrad.expr.tensors import input_tensor
    >>> sum_(input_tensor("X", (2, 3)), axis=0).template
    Template([i] = Reduce(sum, $0[j, i], 1, (j,)))
    """
    return _over("sum", t, axis, keepdims)


def prod(t, axis=None, *, keepdims=False) -> Tensor:
    """`p[i] = Π_k X[i,k]` over the axes; 1 over an empty one."""
    return _over("prod", t, axis, keepdims)


def max_(t, axis=None, *, keepdims=False) -> Tensor:
    """`m[i] = max_k X[i,k]` over the axes; none of them may be empty."""
    return _over("max", t, axis, keepdims)


def min_(t, axis=None, *, keepdims=False) -> Tensor:
    """`m[i] = min_k X[i,k]` over the axes; none of them may be empty."""
    return _over("min", t, axis, keepdims)


def mean(t, axis=None, *, keepdims=False) -> Tensor:
    """`m[i] = (Σ_k X[i,k]) / n` over the axes; none of them may be empty."""
    return _over("mean", t, axis, keepdims)


def logsumexp(t, axis=None, *, keepdims=False) -> Tensor:
    """`l[i] = log Σ_k exp X[i,k]` over the axes."""
    return _over("logsumexp", t, axis, keepdims)


def _over(name, t, axis, keepdims):
    t = tensor(t, name)
    return build(_reduction, (t,), name, axis_numbers(name, axis, t.shape), bool(keepdims))


def _reduction(shapes, name, axes, keepdims):
    (shape,) = shapes
    gone = [shape[a] for a in axes]
    if name in ("max", "min", "mean") and any(map(empty, gone)):
        raise ShapeError(f"{name} of an empty axis has no value, shape {shape_text(shape)}")
    free, where, bound = divide(shape, axes, keepdims)
    entry = Entry(Slot(0), *where)
    if name == "mean":
        return free, total(entry, *bound) / volume(gone)
    return free, over("lse" if name == "logsumexp" else name, entry, *bound)


def divide(shape, axes, keepdims=False):
    """(free indices of the output, index maps of the operand, bound indices) when `axes` are reduced away."""
    kept = [a for a in range(len(shape)) if a not in axes]
    free = running([1 if a in axes else n for a, n in enumerate(shape)] if keepdims else [shape[a] for a in kept])
    maps, bound = _bound([shape[a] for a in axes], len(free))
    place = dict(zip(axes, maps, strict=True))
    left = dict(zip(kept, [i for a, i in enumerate(free) if a in kept] if keepdims else free, strict=True))
    return free, tuple(place[a] if a in place else ZERO if shape[a] == 1 else left[a] for a in range(len(shape))), bound


def _bound(gone, start):
    """A vector is summed over k; otherwise the letters follow those of the output."""
    if start == 0 and len(gone) == 1 and gone[0] != 1:
        k = named("k", gone[0])
        return (k,), (k,)
    return bind(gone, start)


def var(t, axis=None, *, ddof=0, keepdims=False) -> Tensor:
    """`v[i] = Σ_k (X[i,k] − mean_k X[i,k])² / (n − ddof)`."""
    t = tensor(t, "var")
    centred = elementwise("subtract", t, mean(t, axis, keepdims=True))
    squares = elementwise("square", centred)
    if not ddof:
        return mean(squares, axis, keepdims=keepdims)
    count = volume([t.shape[a] for a in axis_numbers("var", axis, t.shape)])
    return elementwise("divide", sum_(squares, axis, keepdims=keepdims), count - int(ddof))


def std(t, axis=None, *, ddof=0, keepdims=False) -> Tensor:
    """`√var`."""
    return elementwise("sqrt", var(t, axis, ddof=ddof, keepdims=keepdims))


def norm(t, ord=None, axis=None, *, keepdims=False) -> Tensor:
    """`√Σ X²` over the axes (all of them, a vector's 2-norm or Frobenius'), or with ord 1, ∞ as in `np.linalg.norm`.

    >>> from symgrad.expr.tensors import input_tensor
    >>> norm(input_tensor("x", (3,))).template
    Template([] = Reduce(norm, $0[k], 1, (k,)))
    """
    t = tensor(t, "norm")
    if ord is None:
        return _over("norm", t, axis, keepdims)
    axes = axis_numbers("norm", axis, t.shape)
    known = NORMS.get((len(axes), ord))
    if known is None:
        raise OptionError(
            f"norm: ord {ord!r} over {len(axes)} axes is not available",
            hint="over one axis 1, 2, inf, -inf; over two 1, inf, -inf, 'fro'; over any number none",
        )
    return known(t, axes, keepdims)


def _absolute_sums(reduce, summed):
    """The induced matrix norms: the largest (smallest) sum of absolute values along one of the two axes."""

    def value(t, axes, keepdims):
        sums = sum_(elementwise("abs", t), axes[summed], keepdims=True)
        return _squeezed(reduce(sums, axes, keepdims=True), axes, keepdims)

    return value


def _squeezed(t, axes, keepdims):
    return t if keepdims else sum_(t, axes)


# (number of axes, ord): the norm
NORMS = {
    (1, 1): lambda t, axes, keepdims: sum_(elementwise("abs", t), axes, keepdims=keepdims),
    (1, 2): lambda t, axes, keepdims: _over("norm", t, axes, keepdims),
    (1, inf): lambda t, axes, keepdims: max_(elementwise("abs", t), axes, keepdims=keepdims),
    (1, -inf): lambda t, axes, keepdims: min_(elementwise("abs", t), axes, keepdims=keepdims),
    (2, "fro"): lambda t, axes, keepdims: _over("norm", t, axes, keepdims),
    (2, 1): _absolute_sums(max_, 0),
    (2, inf): _absolute_sums(max_, 1),
    (2, -1): _absolute_sums(min_, 0),
    (2, -inf): _absolute_sums(min_, 1),
}


def cumsum(t, axis=None) -> Tensor:
    """`s[i] = Σ_j [j ≤ i] X[j]` along one axis."""
    t = tensor(t, "cumsum")
    if axis is None and t.ndim != 1:
        raise ShapeError(
            f"cumsum: an axis of shape {shape_text(t.shape)} must be chosen", hint="flatten() the tensor, or give axis="
        )
    return build(_cumulative, (t,), axis_numbers("cumsum", -1 if axis is None else axis, t.shape)[0])


def _cumulative(shapes, axis):
    (shape,) = shapes
    free = running(shape)
    (j,) = running((shape[axis],), start=len(shape))
    entry = Entry(Slot(0), *free[:axis], j, *free[axis + 1 :])
    return free, total(Inside(free[axis] - j, shape[axis]) * entry, j)
