r"""A derivation of symgrad's own as a document: its Markdown, with the sizes and ranges that it knows."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Expr, preorder_traversal

from ...derivation import Derivation
from ...expr.nodes import Entry
from ...expr.tensors import Tensor
from ...render.markdown import to_markdown
from ...render.names import latex_name


def written(derivation: Derivation) -> tuple[str, tuple[str, ...]]:
    r"""The document, and the declarations of the tensors in it.

    >>> import symgrad as sg
    >>> x = sg.tensors("x[n]")
    >>> written(sg.grad((x**2).sum(), x).derivation)[1]
    ('All indices start at $0$.', 'x \\in \\mathbb{R}^{n}')
    """
    tensors = {tensor: None for expression in _expressions(derivation) for tensor in _tensors(expression)}
    defined = {left.base.tensor for left, _ in _definitions(derivation) if isinstance(left, Entry)}
    spaces = (_space(t) for t in tensors if t not in defined)
    return to_markdown(derivation, steps="all"), ("All indices start at $0$.", *spaces)


def _definitions(derivation: Derivation) -> Iterator[tuple[Expr, Expr]]:
    yield from derivation.definitions
    for given in derivation.givens:
        yield from _definitions(given)


def _expressions(derivation: Derivation) -> Iterator[Expr]:
    for sides in derivation.definitions:
        yield from sides
    yield from (derivation.left, derivation.start, *(step.whole for step in derivation.steps))
    for given in derivation.givens:
        yield from _expressions(given)


def _tensors(expression: Expr) -> Iterator[Tensor]:
    for node in preorder_traversal(expression):
        if isinstance(node, Entry) and isinstance(getattr(node.base, "tensor", None), Tensor):
            yield node.base.tensor


def _space(t: Tensor) -> str:
    r"""`W \in \mathbb{R}^{m \times n}`."""
    sizes = r" \times ".join(str(size) for size in t.shape)
    return f"{latex_name(t.display)} \\in \\mathbb{{R}}" + (f"^{{{sizes}}}" if sizes else "")
