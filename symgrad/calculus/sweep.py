"""Reverse and forward accumulation over the graph: each equation gives an equation, the cost is linear in the graph."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from sympy import Add, Integer, Mul

from ..errors import ShapeError, UnknownNameError
from ..expr.conventions import PYTORCH, Conventions
from ..expr.derivatives import derivative_name
from ..expr.evaluate import order
from ..expr.indices import Index, fresh
from ..expr.nodes import Entry, Equal, Slot, total
from ..expr.tensors import Tensor, apply, call, from_expression, shape_text
from ..graph import depends
from ..rules.tables import work_out
from .local import LETTERS, Adjoint, adjoint_of, local_partial

Use = tuple[Adjoint, Tensor, Tensor | None]
"""A use of a tensor: the adjoint of the place, the tensor that uses it, and the cotangent of that (None for 1)."""


def pull_back(
    target: Tensor,
    wrt: Sequence[Tensor],
    cotangent: Tensor | None = None,
    conventions: Conventions = PYTORCH,
) -> list[Tensor]:
    """`∂⟨G, f⟩/∂X` for each X of `wrt`, by one reverse sweep. G, the cotangent, has the axes of f, after leading ones.

    Without G, f must be a scalar and G is 1. An X that f does not depend on gets zeros.
    """
    if cotangent is None and target.ndim:
        raise ShapeError(
            f"{target.display} has shape {shape_text(target.shape)}: a gradient is of a scalar",
            hint="give a cotangent, or ask for the jacobian",
        )
    lead = None if cotangent is None else cotangent.ndim - target.ndim
    nodes = order([target])
    _check_wrt(nodes, wrt)
    active = depends(nodes, wrt)
    uses: dict[Tensor, list[Use]] = {target: []}
    total_of: dict[Tensor, Tensor | None] = {target: cotangent}
    wanted = set(wrt)
    for y in reversed(nodes):
        if y not in active or y not in uses:
            continue
        if y is not target:
            total_of[y] = add_up(uses.pop(y), derivative_name(target, y) if y in wanted else None)
        unit = y is target and cotangent is None
        for place, x in enumerate(y.operands):
            if x in active:
                adjoint = adjoint_of(y.template, place, conventions, None if unit else lead or 0)
                if adjoint is not None:
                    uses.setdefault(x, []).append((adjoint, y, total_of[y]))
    return [_answer(target, x, total_of, cotangent, lead) for x in wrt]


def _answer(target, x, total_of, cotangent, lead):
    found = total_of.get(x)
    if found is not None:
        return found
    leading = () if not lead else cotangent.shape[:lead]
    if x is target and cotangent is None:
        return from_expression((), Integer(1), name=derivative_name(target, x))
    free = tuple(Index(c, n) for c, n in zip("abcdefgh", leading, strict=False))
    return from_expression((*free, *plain_indices(x.shape)), Integer(0), name=derivative_name(target, x))


def _check_wrt(nodes, wrt):
    inside = set(nodes)
    names = {t.name: t for t in nodes if t.name}
    for x in wrt:
        if x not in inside and x.name in names:
            other = names[x.name]
            raise UnknownNameError(
                f"{x.name} with shape {shape_text(x.shape)} is not the {x.name} of the graph, "
                f"which has shape {shape_text(other.shape)}"
            )


def plain_indices(shape) -> tuple[Index, ...]:
    """Fresh indices i, j, k, … over the axes of a shape."""
    return tuple(fresh(Index(LETTERS[k % len(LETTERS)], n)) for k, n in enumerate(shape))


def add_up(uses: list[Use], name: str | None = None) -> Tensor:
    """The cotangent of a tensor from all its uses: gradients add where a graph branches."""
    if len(uses) == 1:
        adjoint, y, seed = uses[0]
        return adjoint.apply(y, seed, name)
    added = call(_sum_of, tuple(adjoint.apply(y, seed) for adjoint, y, seed in uses), len(uses))
    return apply(added.template, added.operands, added.binding, name) if name else added


@lru_cache(maxsize=4096)
def _sum_of(shapes, count):
    free = tuple(Index(LETTERS[k % len(LETTERS)], n) for k, n in enumerate(shapes[0]))
    return free, Add(*(Entry(Slot(k), *free) for k in range(count)))


def push_forward(target: Tensor, tangents: dict[Tensor, Tensor], conventions: Conventions = PYTORCH) -> Tensor:
    """`ḟ = Σ_X ∂f/∂X · Ẋ`, by one forward sweep; a tangent has the shape of its variable."""
    nodes = order([target])
    _check_wrt(nodes, tangents)
    moving: dict[Tensor, Tensor] = dict(tangents)
    for y in nodes:
        if y in moving or y.is_input:
            continue
        terms, free = [], plain_indices(y.shape)
        for place, x in enumerate(y.operands):
            if x in moving:
                local = local_partial(y, place, conventions)
                swaps = dict(zip(local.out, free, strict=True))
                terms.append(total(Mul(local.value.xreplace(swaps), Entry(moving[x].ref, *local.at)), *local.at))
        value = work_out(Add(*terms), conventions).result
        if value != 0:
            moving[y] = from_expression(free, value, name=f"d{y.display}" if y.display.isidentifier() else None)
    return moving[target] if target in moving else from_expression(plain_indices(target.shape), Integer(0))


def one_hot(target: Tensor) -> Tensor:
    """The cotangent `[a = f]` with leading axes a: pulling it back gives the Jacobian."""
    lead, free = plain_indices(target.shape), plain_indices(target.shape)
    return from_expression((*lead, *free), Mul(*(Equal(a, f) for a, f in zip(lead, free, strict=True))))


def jacobian_of(target: Tensor, wrt: Iterable[Tensor], conventions: Conventions = PYTORCH) -> list[Tensor]:
    """`J[a, u] = ∂Y[a]/∂X[u]`, the axes of Y first."""
    wrt = list(wrt)
    if not target.ndim:
        return pull_back(target, wrt, None, conventions)
    return pull_back(target, wrt, one_hot(target), conventions)
