"""AUTOGRAD: the equations as programs of autograd.numpy (HIPS), which differentiates them by rules of its own.

It computes in doubles, so it refutes what is wrong by more than rounding and proves nothing. Where autograd is not
installed, has no counterpart of a function, or the grid of an equation is too large, its verdict is "undecided".
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

from ..errors import EvaluationError, LimitError, ShapeError
from ..expr.arrays import Array
from ..expr.evaluate import evaluate, order, sizes_at
from ..expr.nodes import Slot
from ..expr.scope import actual_size
from ..expr.spaces import FLOAT
from ..expr.tensors import Tensor, shape_text
from .oracle import Found, Oracle
from .points import autograd
from .vectors import Body

PASSES = 2_000
"""Entries of f, each of which takes a backward pass of its own."""
OWN = 1e-11
"""The share of an entry that rounding may leave in any case."""
NOISE, FELT = 2.0**-44, 1 / 4
"""Every entry that is read is moved by so much, 256 times rounding; of what that does to the result so much is allowed.

Doubles have no bound of their error. Where large numbers cancel, the noise shows how much of them is left."""
FLOOR = 2.0**-49
"""Eight roundings: of the value of f, divided by the size of x, no slope is told from 0."""


class Program:
    """f as a function of one vector, the entries of all of `wrt`; `pulled(G)` is `Σ G ∂f/∂(that vector)`."""

    def __init__(self, f: Tensor, wrt: Sequence[Tensor], values: Mapping, seed: int | None = None):
        self.np, self.f, self.wrt = autograd().np, f, wrt
        self.noise: Any = None if seed is None else autograd().numpy.random.default_rng(seed)
        nodes = order((f, *wrt))
        self.sizes = sizes_at((f, *wrt), values)
        given = [t for t in nodes if t in values or t.is_input]
        found = [self.np.array(a.data, dtype=float).reshape(a.shape) for a in evaluate([*given, *wrt], values, FLOAT)]
        self.given = dict(zip(given, found, strict=False))
        self.start = found[len(given) :]
        flat = self.np.concatenate([self.np.reshape(a, -1) for a in self.start])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that f does not depend on x
            with self.np.errstate(all="ignore"):
                self.pulled, self.value = autograd().core.make_vjp(self.run, flat)
        if self.np.any(self.np.isnan(self.value)):
            raise EvaluationError(f"{f.display} has no real value at this point")

    def run(self, flat):
        known = {**self.given, **dict(zip(self.wrt, self.parts(flat), strict=True))}
        for t in order((self.f,)):
            if t not in known:
                known[t] = self.table(t, [known[o] for o in t.operands])
        return known[self.f] + self.np.zeros(())

    def parts(self, flat):
        """A vector cut into the shapes of `wrt`."""
        found, start = [], 0
        for a in self.start:
            found.append(self.np.reshape(flat[start : start + a.size], a.shape))
            start += a.size
        return found

    def table(self, t, operands):
        params = {p: actual_size(n, self.sizes) for p, n in zip(t.template.params, t.binding, strict=True)}
        shapes = {Slot(k): self.np.shape(a) for k, a in enumerate(operands)}
        slots = {Slot(k): self.padded(a) for k, a in enumerate(operands)}
        body = Body(params, slots, shapes, self.noisy if self.noise else None, judges=self.noise is None)
        return body.table(t.template.free, t.template.body)

    def noisy(self, v):
        return v * (1 + NOISE * self.noise.uniform(-1, 1, self.np.shape(v)))

    def padded(self, a):
        return self.np.concatenate([self.np.reshape(a, -1), self.np.zeros(1)])

    def rows(self, cotangents):
        """`pulled` for each cotangent; a derivative that is not finite is none."""
        with self.np.errstate(all="ignore"):
            found = [self.pulled(G) for G in cotangents]
        if not all(self.np.all(self.np.isfinite(row)) for row in found):
            raise EvaluationError("there is no finite derivative at this point")
        return found


def jacobian(f: Tensor, wrt: Tensor, values: Mapping) -> Found:
    """`∂f/∂wrt`, by a backward pass for each entry of f; and again with noise, for the bounds."""
    shape, found, floor = entries(f, wrt, values)
    felt = zip(found, *(entries(f, wrt, values, seed)[1] for seed in (1, 2)), strict=True)
    bounds = [floor + OWN * abs(d) + FELT * max(abs(d - e) for e in noisy) for d, *noisy in felt]
    return Found(Array(shape, found), Array(shape, bounds))


def entries(f, wrt, values, seed=None) -> tuple[tuple[int, ...], list[float], float]:
    """(shape, entries, the slope that is none) of `∂f/∂wrt`."""
    program = Program(f, (wrt,), values, seed)
    shape = program.np.shape(program.value)
    count = math.prod(shape)
    if count > PASSES:
        raise LimitError(f"{count} entries, each by a backward pass; autograd is tried up to {PASSES}")
    rows = program.rows(program.np.reshape(g, shape) for g in program.np.eye(count))
    floor = FLOOR * largest(program.value) / (largest(program.start[0]) or 1)
    return (*shape, *program.start[0].shape), [float(d) for row in rows for d in row], floor


def largest(a) -> float:
    """The largest absolute value of what is finite."""
    return max((abs(v) for v in a.ravel().tolist() if math.isfinite(v)), default=0.0)


def gradients(f: Tensor, wrt: Sequence[Tensor], values: Mapping) -> list:
    """`∂f/∂X` for each X of `wrt` as NumPy arrays, all by one backward pass; f is a number.

    >>> from symgrad.expr.tensors import input_tensor
    >>> x, y = input_tensor("x", (2,)), input_tensor("y", ())
    >>> [g.tolist() for g in gradients((x * x).sum() * y, [x, y], {"x": [3, 4], "y": 2})]
    [[12.0, 16.0], 25.0]
    """
    if f.ndim:
        raise ShapeError(f"{f.display}, of shape {shape_text(f.shape)}, is not a number")
    program = Program(f, tuple(wrt), values)
    (row,) = program.rows([program.np.ones(())])
    return program.parts(row)


AUTOGRAD = Oracle("autograd", jacobian)
