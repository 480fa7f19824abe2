"""The matrices of Toom–Cook and Winograd convolutions F(m, r), derived in rational numbers.

F(m, r) computes the m outputs `y_i = Σ_j g_j d_{i+j}` of a filter g with r taps on n = m + r − 1 inputs d by n
multiplications instead of m·r:

    y = Aᵀ [ (G g) ⊙ (Bᵀ d) ]        Aᵀ: [m,n]   G: [n,r]   Bᵀ: [n,n]

Derivation. The product p = s·g of two polynomials with m and r coefficients has n coefficients, so its values at n − 1
points a_i and its leading coefficient (its "value at ∞") determine it, and each of these n numbers takes one
multiplication:

    p(a_i) = s(a_i) g(a_i)      p_∞ = s_∞ g_∞      p(x) = Σ_i p(a_i) M_i(x)/N_i + p_∞ M(x)
    M(x) = Π_i (x − a_i)        M_i(x) = Π_{j≠i} (x − a_j)        N_i = M_i(a_i)

In matrices p = C [(Γ g) ⊙ (A s)], where A and Γ evaluate (rows 1, a_i, a_i², …; for ∞ the last unit vector) and the
columns of C are the coefficients of M_i/N_i and M. For a fixed g this is a linear map s → p, the convolution with g;
its transpose is the correlation with g, and the transpose of C diag(Γ g) A is Aᵀ diag(Γ g) Cᵀ. Moving the 1/N_i from
C to Γ gives G and Bᵀ. In two dimensions the same holds for rows and for columns: `Y = Aᵀ [(G w Gᵀ) ⊙ (Bᵀ d B)] A`.

The points are free. The textbook's 0, ±1, ±2 give F(4, 3) small integers; 0, ±3/4, ±3/2 give it floating-point errors
three times smaller, because the powers of the points differ less in size.

Source: Winograd, *Arithmetic Complexity of Computations*, 1980; Lavin and Gray, arXiv 1509.09308; on the choice of
points Barabasz, Anderson, Soodhalter and Gregg, arXiv 1803.10986.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import NamedTuple

from sympy import Expr, ImmutableMatrix, Integer, Poly, Rational, Symbol, expand, symbols

from ..errors import OptionError

POINTS = {
    2: (Integer(0), Integer(1), Integer(-1)),
    4: (Integer(0), Rational(3, 4), Rational(-3, 4), Rational(3, 2), Rational(-3, 2)),
}
"""The finite points of F(m, 3) in `routines/winograd_transforms.py`; ∞ comes last."""


class Transforms(NamedTuple):
    """The matrices of F(m, r).   AT: [m,n]   G: [n,r]   BT: [n,n]   with n = m + r − 1"""

    AT: ImmutableMatrix
    G: ImmutableMatrix
    BT: ImmutableMatrix


def toom_cook(m: int, r: int, points: Sequence[Expr]) -> Transforms:
    """The transforms of F(m, r) at m + r − 2 different finite points and ∞.

    >>> toom_cook(2, 3, POINTS[2]).AT
    Matrix([
    [1, 1,  1, 0],
    [0, 1, -1, 1]])
    """
    n = m + r - 1
    if len(set(points)) != len(points) or len(points) != n - 1:
        given = ", ".join(map(str, points))
        raise OptionError(f"F({m}, {r}) takes {n - 1} different points", hint=f"given: {given or 'none'}; ∞ is implied")
    weights = [prod((a - b for b in points if b != a), start=Integer(1)) for a in points]
    evaluate_s, evaluate_g = (_evaluation(points, length) for length in (m, r))
    G = [[value / N for value in row] for row, N in zip(evaluate_g, [*weights, Integer(1)], strict=True)]
    BT = [_with_roots([b for b in points if b != a], n) for a in points] + [_with_roots(points, n)]
    return Transforms(ImmutableMatrix(evaluate_s).T, ImmutableMatrix(G), ImmutableMatrix(BT))


def residuals(transforms: Transforms) -> list[Expr]:
    """`Aᵀ[(G g) ⊙ (Bᵀ d)]_i − Σ_j g_j d_{i+j}` for symbols d and g, expanded: all 0 where the transforms are right.

    >>> residuals(toom_cook(2, 3, POINTS[2]))
    [0, 0]
    """
    AT, G, BT = transforms
    g, d = symbols(f"g:{G.cols}"), symbols(f"d:{BT.cols}")
    products = (G * ImmutableMatrix(g)).multiply_elementwise(BT * ImmutableMatrix(d))
    wanted = [sum(g[j] * d[i + j] for j in range(len(g))) for i in range(AT.rows)]
    return [expand(y - z) for y, z in zip(AT * products, wanted, strict=True)]


def _evaluation(points, length):
    """Rows 1, a, a², … for each point a, and for ∞ the leading coefficient."""
    return [[a**i for i in range(length)] for a in points] + [[Integer(int(i == length - 1)) for i in range(length)]]


def _with_roots(roots, length):
    """The coefficients of Π (x − a), the constant first, filled with 0."""
    x = Symbol("x")
    coefficients = Poly(prod((x - a for a in roots), start=Integer(1)), x).all_coeffs()[::-1]
    return coefficients + [Integer(0)] * (length - len(coefficients))
