"""Operations that stay whole in print: `softmax(z)`, `softmax(S, axis=0)`."""

from __future__ import annotations

from sympy import preorder_traversal

from ..expr.nodes import Entry, Reduce, Slot
from ..expr.tensors import Template, Tensor


def is_labelled(t: Tensor) -> bool:
    """Whether a tensor is printed as the operation that gives it."""
    return t.name is None and t.template is not None and bool(t.template.label)


def options(template: Template) -> tuple[str, ...]:
    """The arguments beside the operands that an operation was called with, where they are not its defaults.

    >>> from symgrad.expr.named import softmax
    >>> from symgrad.expr.tensors import input_tensor
    >>> S = input_tensor("S", (3, 4)); options(softmax(S).template), options(softmax(S, axis=0).template)
    ((), ('axis=0',))
    """
    reductions = [e for e in preorder_traversal(template.body) if isinstance(e, Reduce)]
    reduction = next((e for e in reductions if e.op == "lse"), reductions[0] if reductions else None)
    entries = [e for e in reduction.body.atoms(Entry) if e.base == Slot(0)] if reduction else []
    if reduction is None or not entries:
        return ()
    entry = entries[0]
    axes = tuple(a for a, w in enumerate(entry.where) if w in reduction.bound)
    every = tuple(range(len(entry.where)))
    if axes == (every[-1:] if reduction.op == "lse" else every):
        return ()
    return (f"axis={axes[0]}" if len(axes) == 1 else f"axis=({', '.join(map(str, axes))})",)
