"""Trees of matrix notation put together to read well: `(A B)ᵀ` as `Bᵀ Aᵀ`, scalars in front, no identities."""

from __future__ import annotations

from sympy import Rational

from .tree_arithmetic import Hadamard, MatMul, Scale, Sum, Transpose
from .tree_functions import Diag, Norm, Trace
from .trees import Count, Identity, Ones, Scalar, Tree


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
    number, above, below, flat = Rational(1), (), (), []
    for x in parts:
        if isinstance(x, Scale):
            number, above, below = number * x.number, above + x.above, below + x.below
            x = x.body
        flat.extend(x.parts if isinstance(x, MatMul) else [x] if x is not None else [])
    kept = [x for x in flat if not isinstance(x, Identity)] or flat[:1]
    return scale(number, above, below, kept[0] if len(kept) == 1 else MatMul(tuple(kept)))


def hadamard(parts: list[Tree]) -> Tree:
    flat: list[Tree] = []
    number, above, below = Rational(1), (), ()
    for x in parts:
        if isinstance(x, Scale) and x.body:
            number, above, below = number * x.number, above + x.above, below + x.below
            x = x.body
        flat.extend(x.parts if isinstance(x, Hadamard) else [x])
    kept = [x for x in flat if not isinstance(x, Ones)] or flat[:1]
    return scale(number, above, below, kept[0] if len(kept) == 1 else Hadamard(tuple(kept)))


def scale(number, above, below, body) -> Tree:
    if isinstance(body, Scale):
        number, above, below, body = number * body.number, above + body.above, below + body.below, body.body
    if body is None and len(above) == 1 and not below:
        above, body = (), above[0]
    if number == 1 and not below and (not above or (body is None and len(above) == 1)):
        if not above and body is None:
            return Scalar(Rational(1))
        return body if not above else above[0]
    return Scale(number, tuple(above), tuple(below), body)
