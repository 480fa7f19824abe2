"""Named functions that stay whole in print: softmax, log_softmax, cross_entropy, mse, norms; in stable forms."""

from __future__ import annotations

from sympy import exp

from ..errors import ShapeError
from .axes import axis_number, axis_numbers, broadcast, build, empty, running, same, spread, volume
from .constants import tensor
from .nodes import Entry, Slot, over, total
from .reductions import divide
from .tensors import Label, Tensor, mismatch, shape_text


def softmax(z, axis=-1) -> Tensor:
    """`p[i] = exp(z[i] − log Σ_j exp z[j])` along the axis.

    >>> from symgrad.expr.tensors import input_tensor
    >>> p = softmax(input_tensor("z", (3,))); p.template.label, p.template.body
    ('softmax', exp($0[i] - Reduce(lse, $0[j], 1, (j,))))
    """
    z = tensor(z, "softmax")
    a = _axis("softmax", axis, z.shape)
    return build(_softmax, (z,), a, label=_along("softmax", a, z.shape))


def log_softmax(z, axis=-1) -> Tensor:
    """`l[i] = z[i] − log Σ_j exp z[j]` along the axis."""
    z = tensor(z, "log_softmax")
    a = _axis("log_softmax", axis, z.shape)
    return build(_log_softmax, (z,), a, label=_along("log_softmax", a, z.shape))


def _axis(operation, axis, shape):
    a = axis_number(operation, axis, shape)
    if empty(shape[a]):
        raise ShapeError(f"{operation}: axis {a} of shape {shape_text(shape)} is empty")
    return a


def _along(operation, axis, shape):
    """The label of an operation whose axis is the last one unless another is given."""
    return Label(operation) if axis == len(shape) - 1 else Label(operation, axis=axis)


def _softmax(shapes, axis):
    free, body = _log_softmax(shapes, axis)
    return free, exp(body)


def _log_softmax(shapes, axis):
    free = running(shapes[0])
    return free, _log_probability(free, axis, running((shapes[0][axis],), len(free))[0])


def _log_probability(at, axis, j):
    """`z[…,i,…] − lse_j z[…,j,…]` at the given indices."""
    return Entry(Slot(0), *at) - over("lse", Entry(Slot(0), *at[:axis], j, *at[axis + 1 :]), j)


def cross_entropy(logits, target, axis=-1) -> Tensor:
    """`−Σ_k y[k] (z[k] − log Σ_j exp z[j])` of logits z and a distribution y; the mean over all other axes.

    >>> from symgrad.expr.tensors import input_tensor
    >>> z, y = input_tensor("z", (3,)), input_tensor("y", (3,)); cross_entropy(z, y).template.label
    'cross_entropy'
    """
    z, y = tensor(logits, "cross_entropy"), tensor(target, "cross_entropy")
    a = _axis("cross_entropy", axis, z.shape)
    return build(_cross_entropy, (z, y), a, label=_along("cross_entropy", a, z.shape))


def _cross_entropy(shapes, axis):
    _equal_shapes("cross_entropy", shapes, "the target gives a probability for each class")
    (shape, _) = shapes
    if any(map(empty, shape)):
        raise ShapeError(f"cross_entropy of no entries has no value, shape {shape_text(shape)}")
    rest = running([n for a, n in enumerate(shape) if a != axis])
    k, j = (running((shape[axis],), max(len(rest), 2) + p)[0] for p in range(2)) if rest else _inner(shape[axis])
    at = (*rest[:axis], k, *rest[axis:])
    terms = -Entry(Slot(1), *at) * _log_probability(at, axis, j)
    return (), total(terms, *rest, k) / volume([i.size for i in rest])


def _inner(n):
    """k for the class that counts, j for those it is compared with."""
    j, k = running((n, n), 1)
    return k, j


def _equal_shapes(operation, shapes, why):
    left, right = shapes
    if len(left) != len(right):
        raise mismatch(operation, left, right, why)
    for a, (m, n) in enumerate(zip(left, right, strict=True)):
        if not same(m, n):
            raise mismatch(operation, left, right, f"axis {a} is {m} and {n}; {why}")


def mse(prediction, target) -> Tensor:
    """`Σ (a − b)² / n` over all entries, operands broadcast."""
    return build(_mse, (tensor(prediction, "mse"), tensor(target, "mse")), label="mse")


def _mse(shapes):
    shape = broadcast("mse", *shapes)
    if any(map(empty, shape)):
        raise ShapeError(f"mse of no entries has no value, shape {shape_text(shape)}")
    _, where, bound = divide(shape, tuple(range(len(shape))))
    a, b = (spread(k, s, where) for k, s in enumerate(shapes))
    return (), total((a - b) ** 2, *bound) / volume(shape)


def l1_norm(x, axis=None, *, keepdims=False) -> Tensor:
    """`Σ_k |x[k]|` over the axes."""
    x = tensor(x, "l1_norm")
    return _norm("l1_norm", _l1_norm, x, axis, keepdims)


def _norm(operation, builder, x, axis, keepdims):
    axes = axis_numbers(operation, axis, x.shape)
    told = {} if len(axes) == x.ndim else {"axis": axes if len(axes) > 1 else axes[0]}
    kept = {"keepdims": True} if keepdims else {}
    return build(builder, (x,), axes, bool(keepdims), label=Label(operation, **told, **kept))


def _l1_norm(shapes, axes, keepdims):
    free, where, bound = divide(shapes[0], axes, keepdims)
    return free, total(abs(Entry(Slot(0), *where)), *bound)


def l2_norm(x, axis=None, *, keepdims=False) -> Tensor:
    """`√Σ_k x[k]²` over the axes."""
    x = tensor(x, "l2_norm")
    return _norm("l2_norm", _l2_norm, x, axis, keepdims)


def _l2_norm(shapes, axes, keepdims):
    free, where, bound = divide(shapes[0], axes, keepdims)
    return free, over("norm", Entry(Slot(0), *where), *bound)
