"""Trees of matrix notation put together to read well: `(A B)ᵀ` as `Bᵀ Aᵀ`, scalars in front, no identities."""

from __future__ import annotations

from collections.abc import Iterable

from sympy import Rational

from .tree_arithmetic import Hadamard, MatMul, Scale, Sum, Transpose
from .tree_functions import Diag, Norm, Trace
from .trees import Count, Identity, Ones, Scalar, Tree

Trees = tuple[Tree, ...]


def transpose(x: Tree) -> Tree:
    """xᵀ, worked inwards: (A B)ᵀ = Bᵀ Aᵀ."""
    if isinstance(x, Transpose):
        return x.x
    if isinstance(x, (Identity, Norm, Trace, Scalar, Count)) or (isinstance(x, Diag) and x.up):
        return x
    if isinstance(x, MatMul):
        return MatMul(tuple(transpose(p) for p in reversed(x.parts)))
    if isinstance(x, Scale) and x.body:
        return Scale(x.number, x.above, x.below, transpose(x.body))
    if isinstance(x, Sum):
        return (
            Sum(tuple(map(transpose, x.parts)))
            if any(isinstance(p, (Transpose, MatMul)) for p in x.parts)
            else Transpose(x)
        )
    return Transpose(x)


def matmul(*parts: Tree) -> Tree:
    """The product of matrices, flat, without identities and with scalars in front."""
    number, above, below, bodies = _fronts(parts)
    flat = [y for x in bodies for y in (x.parts if isinstance(x, MatMul) else (x,))]
    kept = [x for x in flat if not isinstance(x, Identity)] or flat[:1]
    return scale(number, above, below, kept[0] if len(kept) == 1 else MatMul(tuple(kept)))


def hadamard(parts: Iterable[Tree]) -> Tree:
    """The entrywise product, flat, without 𝟏 and with scalars in front."""
    number, above, below, bodies = _fronts(parts)
    flat = [y for x in bodies for y in (x.parts if isinstance(x, Hadamard) else (x,))]
    kept = [x for x in flat if not isinstance(x, Ones)] or flat[:1]
    return scale(number, above, below, kept[0] if len(kept) == 1 else Hadamard(tuple(kept)))


def _fronts(parts: Iterable[Tree]) -> tuple[Rational, Trees, Trees, list[Tree]]:
    """(number, scalars above, scalars below) in front of factors, and the factors without them."""
    number, above, below, bodies = Rational(1), Trees(), Trees(), list[Tree]()
    for x in parts:
        if isinstance(x, Scale):
            number, above, below = number * x.number, above + x.above, below + x.below
        body = x.body if isinstance(x, Scale) else x
        bodies += [body] if body else []
    return number, above, below, bodies


def scale(number: Rational, above: Trees, below: Trees, body: Tree | None) -> Tree:
    """`number · above / below · body`, in the fewest nodes."""
    if isinstance(body, Scale):
        number, above, below, body = number * body.number, above + body.above, below + body.below, body.body
    if body is None and len(above) == 1 and not below:
        (body,), above = above, Trees()
    if number == 1 and not above and not below:
        return body or Scalar(Rational(1))
    return Scale(number, above, below, body)
