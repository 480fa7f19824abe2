"""AUTOGRAD: the equations as programs of autograd.numpy (HIPS), which differentiates them by rules of its own.

It computes in doubles, so it refutes what is wrong by more than rounding and proves nothing. Where autograd is not
installed, has no counterpart of a function, or the grid of an equation is too large, its verdict is "undecided".
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping, Sequence

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
OWN, LARGEST = 1e-11, 1e-14
"""What rounding may leave: shares of an entry and of the largest one. Estimates, since doubles have no bound."""


class Program:
    """f as a function of one vector, the entries of all of `wrt`; `pulled(G)` is `Σ G ∂f/∂(that vector)`."""

    def __init__(self, f: Tensor, wrt: Sequence[Tensor], values: Mapping):
        self.np, self.f, self.wrt = autograd().np, f, wrt
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
        return Body(params, slots, shapes).table(t.template.free, t.template.body)

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
    """`∂f/∂wrt`, by a backward pass for each entry of f."""
    program = Program(f, (wrt,), values)
    shape = program.np.shape(program.value)
    count = math.prod(shape)
    if count > PASSES:
        raise LimitError(f"{count} entries, each by a backward pass; autograd is tried up to {PASSES}")
    rows = program.rows(program.np.reshape(g, shape) for g in program.np.eye(count))
    data = [float(d) for row in rows for d in row]
    most = max(map(abs, data), default=0.0)
    whole = (*shape, *program.start[0].shape)
    return Found(Array(whole, data), Array(whole, [OWN * abs(d) + LARGEST * most for d in data]))


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
