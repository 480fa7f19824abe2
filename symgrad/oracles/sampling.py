"""Random sizes and inputs at which a claim is tried: small, unlike one another, and away from what has no value."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import prod
from random import Random

from sympy import Integer, Symbol

from ..errors import LimitError
from ..expr.arrays import Array
from ..expr.evaluate import order
from ..expr.indices import Index
from ..expr.nodes import Binder
from ..expr.scope import actual_size
from ..expr.tensors import Tensor

EQUATIONS = 400
WORK = 60_000
ENTRY = 10
"""An entry that is compared costs as much as so many operations."""
GRID = 2**48
INTERVALS = ((-2, 2), (Fraction(1, 10), 2), (Fraction(1, 20), Fraction(19, 20)), (Fraction(21, 20), 3), (-3, -1))


def sizes(tensors, rng: Random, budget: int = WORK) -> dict[Symbol, Integer]:
    """A value for every symbolic size, so that no tensor is empty and the loops stay within the budget.

    Sizes of axes are at least 2 and pairwise different as long as that is small enough: a transposed result shows.
    """
    nodes = order(tensors)
    if len(nodes) > EQUATIONS:
        raise LimitError(f"too large to be tried: {len(nodes)} equations, at most {EQUATIONS}")
    axes, others = _symbols(nodes)
    least = None
    for attempt in range(30):
        chosen = {**_axes(axes, rng, attempt), **{s: Integer(rng.randint(1, 2 + attempt % 2)) for s in others}}
        if all(n >= 1 for t in nodes for n in shape(t, chosen)):
            cost = work(nodes, chosen) + ENTRY * sum(prod(shape(t, chosen)) for t in tensors)
            if cost <= budget:
                return chosen
            least = cost if least is None else min(least, cost)
        if not axes and not others:
            break
    if least is None:
        raise LimitError("no sizes were found that fit together")
    raise LimitError(f"too large to be tried: {least} operations, at most {budget}")


def _axes(axes, rng, attempt):
    """Different sizes at first, larger ones if they do not fit together, then repeated small ones."""
    if attempt < 20:
        return dict(zip(axes, map(Integer, rng.sample(range(2, 2 + len(axes) + attempt // 2), len(axes))), strict=True))
    return {s: Integer(rng.randint(2, 3)) for s in axes}


def _symbols(nodes):
    axes = {n for t in nodes if t.is_input for n in t.shape if n.is_Symbol}
    used = {s for t in nodes for n in (*t.shape, *t.binding) for s in n.free_symbols if not isinstance(s, Index)}
    return sorted(axes, key=str), sorted(used - axes, key=str)


def shape(t: Tensor, chosen: Mapping) -> tuple[int, ...]:
    return tuple(actual_size(n, chosen) for n in t.shape)


def work(nodes, chosen: Mapping) -> int:
    """About how many operations the plain loops of these equations take."""
    total = 0
    for t in nodes:
        if not t.is_input:
            binding = {p: Integer(actual_size(n, chosen)) for p, n in zip(t.template.params, t.binding, strict=True)}
            total += prod(shape(t, chosen)) * _operations(t.template.body, binding)
    return total


def _operations(e, binding):
    inner = 1 + sum(_operations(a, binding) for a in e.args)
    return inner * prod(actual_size(i.size, binding) for i in e.bound) if isinstance(e, Binder) else inner


def integers(tensors, chosen: Mapping, rng: Random) -> dict[Tensor, Array]:
    """Integers from a grid so large that polynomials hardly ever agree there by chance."""
    return _filled(tensors, chosen, lambda t: Fraction(rng.randint(1, GRID)))


def decimals(tensors, chosen: Mapping, rng: Random, attempt: int) -> dict[Tensor, Array]:
    """Decimals of three places; a function may not be defined everywhere, so intervals are tried in turn."""
    single = attempt < len(INTERVALS)
    intervals = {t: INTERVALS[attempt] if single else rng.choice(INTERVALS) for t in tensors}
    return _filled(tensors, chosen, lambda t: _decimal(rng, *intervals[t]))


def _decimal(rng, low, high):
    return Fraction(rng.randint(int(1000 * low), int(1000 * high)), 1000)


def _filled(tensors, chosen, draw):
    shapes = {t: shape(t, chosen) for t in tensors}
    return {t: Array(s, [draw(t) for _ in range(prod(s))]) for t, s in shapes.items()}
