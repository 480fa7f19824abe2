"""The analytic way: where the gradient is 0, solved; it works where the loss is quadratic in what is sought."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ..calculus.derive import Story
from ..errors import EvaluationError, ShapeError
from ..expr.evaluate import order
from ..expr.indices import param
from ..expr.nodes import Entry
from ..expr.tensors import Tensor, from_expression, input_tensor, let, shape_text
from ..graph import find, inlined, unused_name
from ..kernels import compile_outputs
from ..render.equations import show
from ..render.matrix import matrix_form
from ..render.text import to_text
from ..rules.tables import work_out
from .analytic_form import not_quadratic


@dataclass(frozen=True, eq=False)
class NormalEquations:
    """`∂f/∂w = 0` as the linear equations `Σ_v H[u,v] w[v] = c[u]` of a loss that is quadratic in w.

    H is the Hessian, c the gradient at w = 0 with the sign changed. `solve(**values)` gives w for values of the other
    inputs; `to_text()` shows how the equations come about.
    """

    story: Story
    hessian: Tensor
    right: Tensor

    @cached_property
    def program(self):
        """H and c, compiled."""
        return compile_outputs([self.hessian, self.right], name="normal_equations")

    def to_text(self) -> str:
        """The derivation of the gradient, and the equations that make it 0."""
        w = self.story.wrt.display
        lines = (f"H = {_spelled(self.hessian)}", f"c = {_spelled(self.right)}")
        given = to_text(self.story.derivation(), notation="both")
        return "\n\n".join([given, f"    ∂f/∂{w} = 0   where   H {w} = c", "\n".join(f"    {line}" for line in lines)])

    def __repr__(self):
        return f"H {self.story.wrt.display} = c   with   H = {_spelled(self.hessian)},   c = {_spelled(self.right)}"

    def solve(self, **values: ArrayLike) -> Solution:
        """The w at which the gradient is 0, the shortest one if there are several.

        An error where there is none (the loss falls without end) and where the solution is no minimum.
        """
        given = {name: _floats(value) for name, value in values.items()}
        H, c = self.program(**given)
        return _solved(H.reshape(c.size, c.size), c)


@dataclass(frozen=True, eq=False)
class Solution:
    """`w`, the `rank` of the equations, and the `matrix` H of numbers."""

    w: np.ndarray
    rank: int
    matrix: np.ndarray

    @property
    def unique(self) -> bool:
        """Whether no other w is as good."""
        return self.rank == len(self.matrix)


def _solved(H: np.ndarray, c: np.ndarray) -> Solution:
    """The w of `H w = c`; where c has more entries than H has rows, those of each column."""
    right = c.reshape(len(H), -1)
    w, _, rank, _ = np.linalg.lstsq(H, right, rcond=None)
    scale = np.abs(H).max(initial=0) * np.abs(w).max(initial=0) + np.abs(c).max(initial=0)
    tolerance = np.sqrt(np.finfo(H.dtype).eps)
    if np.abs(H @ w - right).max(initial=0) > tolerance * scale:
        raise EvaluationError("the gradient is 0 nowhere: the loss falls without end")
    widths = np.linalg.eigvalsh(H)
    if widths.size and widths[0] < -tolerance * np.abs(widths).max():
        raise EvaluationError(
            f"the gradient is 0 at a point that is no minimum: the Hessian has the eigenvalue {widths[0]:.4g}",
            hint="the loss falls without end along that direction",
        )
    return Solution(w.reshape(c.shape), int(rank), H)


def normal_equations(loss: Tensor, wrt: Tensor | str) -> NormalEquations:
    """Where the gradient of a loss that is quadratic in `wrt` is 0; an error says why another loss cannot be solved so.

    >>> from symgrad.expr.tensors import input_tensor
    >>> n, d = param("n"), param("d")
    >>> X, w, y = input_tensor("X", (n, d)), input_tensor("w", (d,)), input_tensor("y", (n,))
    >>> normal_equations(((X @ w - y) ** 2).sum(), w)
    H w = c   with   H = 2 Xᵀ X,   c = 2 Xᵀ y
    """
    if loss.ndim:
        raise ShapeError(f"{loss.display} has shape {shape_text(loss.shape)}: a loss is a scalar")
    nodes = order([loss])
    w = find(wrt, nodes) if isinstance(wrt, str) else wrt
    target = loss if loss.name else let(unused_name(("f", "g"), nodes), loss)
    story = Story(target, w)
    gradient = story.tensor()
    hessian = Story(gradient, w).tensor()
    why = not_quadratic(story.target, story.wrt, hessian)
    if why:
        raise why
    return NormalEquations(story, let("H", hessian), let("c", _negated(at_zero(gradient, story.wrt))))


def at_zero(t: Tensor, w: Tensor) -> Tensor:
    """t where every entry of the input w is 0."""
    known: dict[Tensor, Tensor] = {}
    for s in order([t]):
        if s.is_input or not any(o is w or known[o] is not o for o in s.operands):
            known[s] = s
            continue
        free, body = s.equation
        swaps = {e: _entry(e, known, w) for e in body.atoms(Entry)}
        known[s] = from_expression(free, work_out(body.xreplace(swaps)).result)
    return known[t]


def _entry(e, known, w):
    t = e.base.tensor
    return 0 if t is w else Entry(known[t].ref, *e.where)


def _negated(t: Tensor) -> Tensor:
    """`−t`, with the sign of `t` where that is one."""
    free, body = inlined([t])[t].equation if not t.is_input else t.equation
    return from_expression(free, work_out(-body).result)


def _spelled(t: Tensor) -> str:
    """The right side in matrix notation, or in index notation where it has no such form."""
    read = inlined([t])[t]
    free, body = read.equation
    tree = matrix_form(free, body)
    return tree.unicode if tree else show(body, "unicode", free=free)


def _floats(value: ArrayLike) -> np.ndarray:
    found = np.asarray(value)
    return found if found.dtype.kind == "f" else found.astype(np.float64)


def least_squares(X: ArrayLike, y: ArrayLike, *, bias: bool = False, ridge: float = 0.0) -> Solution:
    """`w = argmin ‖X w − y‖² + ridge ‖w‖²`, from the equations `(Xᵀ X + ridge I) w = Xᵀ y`.

    X: (n, d)   y: (n,) or (n, k)   w: (d,) or (d, k). With `bias` the last row of w is the bias of `X w + b`, which
    `ridge` pulls to 0 too.

    >>> least_squares([[0.0], [1.0], [2.0]], [1.0, 3.0, 5.0], bias=True).w.round(12)
    array([2., 1.])
    """
    A, b = _floats(X), _floats(y)
    if A.ndim != 2 or b.ndim not in (1, 2) or len(A) != len(b):
        raise ShapeError(f"least_squares: X has shape {A.shape} and y {b.shape}", hint="X (n, d), y (n,) or (n, k)")
    A = np.hstack([A, np.ones_like(A, shape=(len(A), 1))]) if bias else A
    given = {"X": A, "y": b, **({"r": np.asarray(ridge, dtype=A.dtype)} if ridge else {})}
    return _solved(*_squares_program(b.ndim, bool(ridge))(**given))


@lru_cache
def _squares_program(axes, ridge):
    """H of one column of y, and c of all: in several each has the same H, `𝟙[j=l] Σ_m X_mi X_mk`."""
    return compile_outputs([squares_equations(1, ridge).hessian, squares_equations(axes, ridge).right], name="squares")


@lru_cache
def squares_equations(axes: int = 1, ridge: bool = False) -> NormalEquations:
    """The normal equations of `‖X w − y‖²` (and `r ‖w‖²`), y of one axis or two.

    >>> squares_equations(1, ridge=True)
    H w = c   with   H = 2 (r I + Xᵀ X),   c = 2 Xᵀ y
    """
    n, d, k = param("n"), param("d"), param("k")
    shapes = {"X": (n, d), "w": (d, k)[:axes], "y": (n, k)[:axes], "r": ()}
    tensors: list[Any] = [input_tensor(name, shape) for name, shape in shapes.items()]  # operators are installed later
    X, w, y, r = tensors
    squares = ((X @ w - y) ** 2).sum()
    return normal_equations(squares + r * (w**2).sum() if ridge else squares, w)
