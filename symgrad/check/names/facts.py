"""Equations that state a fact about an input: `Aᵀ = A`, `Σ_j y_j = 1`, `QᵀQ = I`, `‖v‖ = 1`, `P² = P`."""

from __future__ import annotations

from ...tex.syntax import Big, Group, Node, Number, Product, Scripted, Sum, Symbol
from .names import is_transpose, spelled
from .table import Quantity, Table


def stated_fact(table: Table, left: Node, right: Node) -> tuple[Quantity, str] | None:
    """The input and its property, where an equation says no more than that."""
    for shape in (_sum_to_one, _centred, _eigenvectors, _symmetric, _orthogonal, _unit, _idempotent):
        found = shape(table, left, right)
        if found is not None:
            return found
    return None


def _input(table, node) -> Quantity | None:
    found = table.find(node) if isinstance(node, Symbol | Scripted) else None
    if found is None or found.quantity.definitions or found.quantity.is_function:
        return None
    return found.quantity


def _is(node, value):
    return isinstance(node, Number) and node.value == value


def _sum_to_one(table, left, right):
    if not (isinstance(left, Big) and left.op == "sum" and _is(right, 1)):
        return None
    quantity = _input(table, left.body)
    if quantity is None or not isinstance(left.body, Scripted):
        return None
    hot = quantity.domain == "binary" or "one-hot" in quantity.properties
    return quantity, "one-hot" if hot else "distribution"


def _centred(table, left, right):
    """`Σ_i x_i = 0` over all members, or all entries, of an input."""
    if not (isinstance(left, Big) and left.op == "sum" and _is(right, 0) and isinstance(left.body, Scripted)):
        return None
    found = table.find(left.body)
    if _input(table, left.body) is None or found.sup is not None or found.primes or len(found.indices) != 1:
        return None
    q = found.quantity
    if q.member_of is not None:
        return table.quantities[q.member_of[0]], "centred rows" if q.member_of[1] else "centred columns"
    return q, "centred"


def _eigenvectors(table, left, right):
    """`S u = λ u`, `S U = U Λ` of inputs: it says which vectors are meant; the property is never asked for."""
    if not all(isinstance(side, Product) and len(side.factors) == 2 for side in (left, right)):
        return None
    (a, u), (b, v) = ([f for _, f in side.factors] for side in (left, right))
    matrix, vector = table.find(a), _input(table, u)
    if matrix is None or vector is None or a is u or matrix.quantity is vector or spelled(a) == spelled(b):
        return None
    ranks = len(vector.sizes or ())
    number = _input(table, b) if ranks == 1 else _input(table, v)
    same = spelled(u) == spelled(v if ranks == 1 else b)
    known = number is not None and len(number.sizes or ()) == 2 * (ranks == 2)
    return (vector, "an eigenvector") if same and ranks in (1, 2) and known else None


def conjugate(table: Table, left: Node, right: Node) -> tuple[Quantity, Node] | None:
    """The family and the matrix of `p_iᵀ S p_j = 0`."""
    if not (isinstance(left, Product) and len(left.factors) == 3 and _is(right, 0)):
        return None
    (_, a), (_, matrix), (_, b) = left.factors
    q, found = _input(table, a), table.find(b) if isinstance(b, Scripted) else None
    if q is None or found is None or found.quantity is not q or len(q.family) != 1 or not isinstance(matrix, Symbol):
        return None
    turned = isinstance(a, Scripted) and is_transpose(a.sup) and found.sup is None
    one = table.find(a)
    apart = one is not None and [spelled(i) for i in one.indices] != [spelled(i) for i in found.indices]
    return (q, matrix) if turned and apart else None


def _symmetric(table, left, right):
    """`Aᵀ = ±A`."""
    if not isinstance(left, Scripted) or not (is_transpose(left.sup) or left.primes == 1):
        return None
    quantity, sign, other = _input(table, left), "symmetric", right
    if isinstance(right, Sum) and len(right.terms) == 1:
        sign, other = ("antisymmetric" if right.terms[0][0] == "-" else sign), right.terms[0][1]
    return (
        (quantity, sign)
        if quantity is not None and _input(table, other) is quantity and isinstance(other, Symbol)
        else None
    )


def _orthogonal(table, left, right):
    """`QᵀQ = I`, `vᵀv = 1`, and the other way round."""
    if not (isinstance(left, Product) and len(left.factors) == 2):
        return None
    (_, a), (_, b) = left.factors
    quantity = _input(table, a)
    if quantity is None or _input(table, b) is not quantity:
        return None
    if sum(isinstance(x, Scripted) and (is_transpose(x.sup) or x.primes == 1) for x in (a, b)) != 1:
        return None
    if _is(right, 1):
        return quantity, "unit"
    return (quantity, "orthogonal") if spelled(right).rpartition(":")[2].startswith("I") else None


def _unit(table, left, right):
    """`‖v‖ = 1`, `‖v‖² = 1`."""
    group = left.base if isinstance(left, Scripted) else left
    if not (isinstance(group, Group) and group.left == "‖" and group.body is not None and _is(right, 1)):
        return None
    quantity = _input(table, group.body)
    return (quantity, "unit") if quantity is not None else None


def _idempotent(table, left, right):
    """`P² = P`."""
    if not (isinstance(left, Scripted) and _is(left.sup, 2) and isinstance(right, Symbol)):
        return None
    quantity = _input(table, left)
    return (quantity, "idempotent") if quantity is not None and _input(table, right) is quantity else None
