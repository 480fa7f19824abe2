"""Sums of products: matmul, dot, inner, outer, tensordot, einsum. Each labels its axes, then contracts."""

from __future__ import annotations

from functools import lru_cache
from string import ascii_letters

from sympy import Expr, Mul

from ..errors import OptionError, ShapeError
from .axes import ZERO, axis_numbers, broadcast, build, letter, named, same
from .constants import tensor
from .nodes import Entry, Slot, total
from .operations import elementwise
from .shaping import reshape
from .tensors import Tensor, mismatch, shape_text


def matmul(a, b) -> Tensor:
    """`C[…,i,j] = Σ_k A[…,i,k] B[…,k,j]`; a vector is a row on the left, a column on the right; leading axes broadcast.

    >>> from symgrad.expr.tensors import input_tensor
    >>> W, x = input_tensor("W", (2, 3)), input_tensor("x", (3,)); matmul(W, x).equation
    ((i,), Reduce(sum, W[i, j]*x[j], 1, (j,)))
    """
    return build(_matmul, (tensor(a, "matmul"), tensor(b, "matmul")))


def _matmul(shapes):
    left, right = shapes
    if not (left and right):
        raise ShapeError(
            f"matmul: shapes {shape_text(left)} and {shape_text(right)}, a scalar has no axis to contract",
            hint="multiply by a scalar with *",
        )
    inner = -2 if len(right) > 1 else -1
    if not same(left[-1], right[inner]):
        axes = (
            f"axis {len(left) - 1} of the left is {left[-1]}, axis {len(right) + inner} of the right is {right[inner]}"
        )
        raise mismatch("matmul", left, right, axes)
    batch = len(broadcast("matmul", left[:-2], right[:-2]))
    rows, columns = int(len(left) > 1), int(len(right) > 1)
    out = [letter(k) for k in range(batch + rows + columns)]
    k = letter(len(out))
    a = (*_last(out[:batch], len(left) - 2), *out[batch : batch + rows], k)
    b = (*_last(out[:batch], len(right) - 2), k, *out[batch + rows :])
    return _contraction(shapes, "matmul", (a, b), tuple(out))


def _last(labels, count):
    return labels[len(labels) - count :] if count > 0 else []


def _contraction(shapes, operation, inputs, output):
    """`out[output] = Σ Π_k operand_k[inputs_k]`, summed over each label that the output lacks; size 1 broadcasts."""
    sizes = _sizes(operation, shapes, inputs)
    axes = {label: named(label, n) for label, n in sizes.items()}
    entries = [
        Entry(Slot(k), *(ZERO if n == 1 else axes[label] for label, n in zip(labels, shape, strict=True)))
        for k, (labels, shape) in enumerate(zip(inputs, shapes, strict=True))
    ]
    bound = [i for label, i in axes.items() if label not in output and i.size != 1]
    return tuple(axes[label] for label in output), total(Mul(*entries), *bound)


def _sizes(operation, shapes, inputs):
    sizes: dict[str, Expr] = {}
    seen: dict[str, tuple] = {}
    for labels, shape in zip(inputs, shapes, strict=True):
        for axis, (label, n) in enumerate(zip(labels, shape, strict=True)):
            if sizes.get(label, 1) == 1:
                sizes[label], seen[label] = n, (shape, axis)
            elif n != 1 and not same(n, sizes[label]):
                other, place = seen[label]
                raise mismatch(
                    operation, other, shape, f"index {label}: axis {place} is {sizes[label]}, axis {axis} is {n}"
                )
    return sizes


def tensordot(a, b, axes=2) -> Tensor:
    """`C[i…,j…] = Σ_{k…} A[i…,k…] B[k…,j…]` over the last axes of A and the first of B, or the given pairs of axes."""
    a, b = tensor(a, "tensordot"), tensor(b, "tensordot")
    if hasattr(axes, "__index__"):
        count = axes.__index__()
        axes = (tuple(range(a.ndim - count, a.ndim)), tuple(range(count)))
    left, right = (axis_numbers("tensordot", x, t.shape) for x, t in zip(axes, (a, b), strict=True))
    if len(left) != len(right):
        raise ShapeError(f"tensordot: {len(left)} axes of the left against {len(right)} of the right")
    return build(_tensordot, (a, b), "tensordot", left, right)


def _tensordot(shapes, operation, left, right):
    for p, q in zip(left, right, strict=True):
        if not same(shapes[0][p], shapes[1][q]):
            axes = f"axis {p} of the left is {shapes[0][p]}, axis {q} of the right is {shapes[1][q]}"
            raise mismatch(operation, shapes[0], shapes[1], axes)
    rank = len(shapes[0]) + len(shapes[1]) - 2 * len(left)
    out = [letter(k) for k in range(rank)]
    bound = [letter(rank + k) for k in range(len(left))]
    free = iter(out)
    a = tuple(bound[left.index(p)] if p in left else next(free) for p in range(len(shapes[0])))
    b = tuple(bound[right.index(q)] if q in right else next(free) for q in range(len(shapes[1])))
    return _contraction(shapes, operation, (a, b), tuple(out))


def dot(a, b) -> Tensor:
    """`Σ_k a[…,k] b[…,k,j]`: the last axis of a with the last but one (or the only one) of b; scalars multiply."""
    a, b = tensor(a, "dot"), tensor(b, "dot")
    if not (a.ndim and b.ndim):
        return elementwise("multiply", a, b)
    return build(_tensordot, (a, b), "dot", (a.ndim - 1,), (max(b.ndim - 2, 0),))


def inner(a, b) -> Tensor:
    """`Σ_k a[…,k] b[…,k]` over the last axes; scalars multiply."""
    a, b = tensor(a, "inner"), tensor(b, "inner")
    if not (a.ndim and b.ndim):
        return elementwise("multiply", a, b)
    return build(_tensordot, (a, b), "inner", (a.ndim - 1,), (b.ndim - 1,))


def vdot(a, b) -> Tensor:
    """`Σ a b` over all entries."""
    return inner(reshape(tensor(a, "vdot"), -1), reshape(tensor(b, "vdot"), -1))


def vecdot(a, b, axis=-1) -> Tensor:
    """`Σ_k a[…,k] b[…,k]` along one axis, the others broadcast."""
    a, b = tensor(a, "vecdot"), tensor(b, "vecdot")
    if axis != -1:
        raise OptionError("vecdot: only the last axis", hint="use np.sum(a * b, axis=…)")
    return einsum("...i,...i->...", a, b)


def outer(a, b) -> Tensor:
    """`C[i,j] = a[i] b[j]`, the operands flattened."""
    return build(_tensordot, (reshape(tensor(a, "outer"), -1), reshape(tensor(b, "outer"), -1)), "outer", (), ())


def einsum(subscripts: str, *operands, optimize=False) -> Tensor:
    """The sum of products that the subscripts name, as in `np.einsum`; `optimize` changes nothing.

    >>> from symgrad.expr.tensors import input_tensor
    >>> A = input_tensor("A", (2, 3)); einsum("ij,kj->ik", A, A).template
    Template([i, k] = Reduce(sum, $0[i, j]*$1[k, j], 1, (j,)))
    """
    if not isinstance(subscripts, str):
        raise OptionError("einsum: subscripts are a string", hint='for example np.einsum("ij,jk->ik", A, B)')
    operands = tuple(tensor(t, "einsum") for t in operands)
    inputs, output = labels(subscripts, tuple(t.shape for t in operands))
    return build(_contraction, operands, "einsum", inputs, output)


@lru_cache(maxsize=1000)
def labels(subscripts: str, shapes: tuple) -> tuple[tuple, tuple]:
    """The labels of each operand's axes, and of the output's; an ellipsis gets labels of its own.

    >>> labels("ij,jk", ((2, 3), (3, 4)))
    ((('i', 'j'), ('j', 'k')), ('i', 'k'))
    """
    text = "".join(subscripts.split())
    left, arrow, right = text.partition("->")
    terms = left.split(",")
    if len(terms) != len(shapes):
        raise OptionError(f"einsum: {subscripts!r} names {len(terms)} operands, {len(shapes)} given")
    spare = [c for c in (letter(k) for k in range(64)) if c not in text]
    ranks = [
        len(shape) - len(t.replace("...", "")) if "..." in t else 0 for t, shape in zip(terms, shapes, strict=True)
    ]
    dots = spare[: max(ranks)]
    inputs = tuple(_term(subscripts, t, shape, dots) for t, shape in zip(terms, shapes, strict=True))
    if not arrow:
        once = sorted(c for c in set(left) - set(",.") if left.count(c) == 1)
        return inputs, (*dots, *once)
    output = tuple(dots) if right == "..." else _letters(subscripts, right, dots)
    _check_output(subscripts, output, {c for t in inputs for c in t})
    return inputs, output


def _term(subscripts, term, shape, dots):
    count = len(shape) - len(term.replace("...", ""))
    if count < 0 or (count and "..." not in term):
        raise ShapeError(f"einsum: {term!r} in {subscripts!r} does not fit shape {shape_text(shape)}")
    return _letters(subscripts, term, dots[len(dots) - count :])


def _letters(subscripts, term, dots):
    before, ellipsis, after = term.partition("...")
    if not all(c in ascii_letters for c in before + after):
        raise OptionError(f"einsum: {term!r} in {subscripts!r} is not made of letters and one ...")
    return (*before, *(dots if ellipsis else ()), *after)


def _check_output(subscripts, output, known):
    if len(set(output)) < len(output) or not set(output) <= known:
        raise OptionError(f"einsum: the output of {subscripts!r} repeats an index, or names one that no operand has")
