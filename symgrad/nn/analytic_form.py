"""Whether a loss is quadratic in one of its tensors, and if not, why: the power of w in each equation, by a table."""

from __future__ import annotations

from sympy import Add, Expr, Mul, Pow

from ..errors import NoRuleError
from ..expr.evaluate import order
from ..expr.nodes import Entry, Reduce, Slot
from ..expr.tensors import Tensor
from ..graph import depends
from ..render.equations import equation


def not_quadratic(loss: Tensor, w: Tensor, hessian: Tensor) -> NoRuleError | None:
    """The error that says why the loss is not quadratic in w; None where it is, so that its Hessian is constant."""
    powers: dict[Tensor, int] = {w: 1}
    nodes = order([loss])
    inside = depends(nodes, [w])
    if loss not in inside:
        return NoRuleError(f"{loss.display} does not depend on {w.display}: no equation to solve")
    for t in nodes:
        if t in inside and t is not w:
            found = power(t.template.body, {Slot(k): powers.get(o, 0) for k, o in enumerate(t.operands)})
            if found is None:
                return _error(loss, w, hessian, f"{equation(t)} is no polynomial in {w.display}")
            powers[t] = found
    if powers[loss] > 2:
        return _error(loss, w, hessian, f"{loss.display} has the degree {powers[loss]} in {w.display}")
    return None


def _error(loss, w, hessian, why):
    changes = w in order([hessian])
    shown = f"  {equation(hessian)}" + (f", which changes with {w.display}" if changes else "")
    return NoRuleError(
        f"∂{loss.display}/∂{w.display} = 0 has no solution by normal equations: {why}",
        place=shown,
        hint="a numerical way is open: gradient_descent",
    )


def power(e: Expr, slots: dict[Slot, int]) -> int | None:
    """The highest power of w in a body whose operands hold these powers of w; None where it is no polynomial in w."""
    if not any(slots[s] for s in e.atoms(Slot)):
        return 0
    if isinstance(e, Entry):
        return None if any(slots[s] for i in e.where for s in i.atoms(Slot)) else slots[e.base]
    if isinstance(e, (Add, Mul)):
        parts = [power(a, slots) for a in e.args]
        known = [p for p in parts if p is not None]
        return None if len(known) < len(parts) else max(known) if isinstance(e, Add) else sum(known)
    if isinstance(e, Pow) and e.exp.is_Integer and e.exp > 0:
        inner = power(e.base, slots)
        return None if inner is None else int(e.exp) * inner
    if isinstance(e, Reduce) and e.op == "sum":
        return power(e.body, slots)
    return None
