r"""A derivation of symgrad's own as a document: its Markdown, with the sizes and ranges that it knows."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Expr, preorder_traversal

from ...derivation import Derivation
from ...expr.nodes import Entry
from ...expr.tensors import Tensor
from ...render.equations import printer
from ...render.formats import render

CONVENTION = "All indices start at $0$, and what is read outside of its range counts as $0$."
ROWS = "The softmax is that over the last index."


def written(derivation: Derivation, notation: str = "index", form: str = "markdown") -> tuple[str, tuple[str, ...]]:
    r"""The document, and the declarations of the tensors in it.

    >>> import symgrad as sg
    >>> x = sg.tensors("x[n]")
    >>> written(sg.grad((x**2).sum(), x).derivation)[1][1:]
    ('f \\in \\mathbb{R}', 'x \\in \\mathbb{R}^{n}')
    """
    tensors = {tensor: None for expression in _expressions(derivation) for tensor in _tensors(expression)}
    spaces = (_space(t) for t in tensors if not t.is_labelled)
    text = render(derivation, form, steps="all", notation=notation)
    return text, (CONVENTION, *([ROWS] if "softmax" in text else []), *spaces)


def _expressions(derivation: Derivation) -> Iterator[Expr]:
    for sides in derivation.definitions:
        yield from sides
    yield from (derivation.left, derivation.start, *(step.whole for step in derivation.steps))
    for given in derivation.givens:
        yield from _expressions(given)


def _tensors(expression: Expr) -> Iterator[Tensor]:
    for node in preorder_traversal(expression):
        if isinstance(node, Entry) and isinstance(getattr(node.base, "tensor", None), Tensor):
            yield from _with_operands(node.base.tensor)


def _with_operands(t: Tensor) -> Iterator[Tensor]:
    """`softmax(W)` is written with W."""
    yield t
    for operand in t.operands if t.is_labelled else ():
        yield from _with_operands(operand)


def _space(t: Tensor) -> str:
    r"""`W \in \mathbb{R}^{m \times n}`."""
    told = printer(*t.shape, style_name="latex")
    sizes = r" \times ".join(map(told.map, t.shape))
    return f"{told.tensor(t)} \\in \\mathbb{{R}}" + (f"^{{{sizes}}}" if sizes else "")
