"""What an oracle is: it computes derivatives of an equation at numbers, and says whether given ones agree.

An oracle evaluates definitions. It never sees a rule of differentiation, so that it can judge them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

import mpmath

from ..errors import EvaluationError, LimitError, ShapeError
from ..expr.arrays import Array, array
from ..expr.evaluate import evaluate
from ..expr.precise import precise
from ..expr.spaces import EXACT, Space
from ..expr.tensors import Tensor, shape_text

DIGITS = 50
MP = precise(DIGITS)


class KinkError(EvaluationError):
    """The point lies at a kink or tie, where there is no derivative to compare with."""


@dataclass(frozen=True)
class Found:
    """Derivatives at a point, and for each a bound of its error (None: exact, or right to forty digits)."""

    values: Array
    bounds: Array | None = None


@dataclass(frozen=True)
class Worst:
    """The entry that differs most: where, what was given, what the oracle finds."""

    place: tuple[int, ...]
    given: object
    found: object

    def __str__(self):
        where = f"[{', '.join(map(str, self.place))}]" if self.place else ""
        return f"entry{where}: yours {short(self.given)}, expected {short(self.found)}"


@dataclass(frozen=True)
class Verdict:
    """What an oracle says of a claimed derivative.

    `status` is "proved" (as an identity, at the tested sizes, up to the chance in `reason`), "agrees" (at `points`
    points), "refuted" (`worst` and the values of the inputs in `at` show it) or "undecided" (`reason` says why).
    """

    status: str
    points: int = 0
    worst: Worst | None = None
    reason: str = ""
    at: Mapping = field(default_factory=dict)

    def __bool__(self):
        raise TypeError("a verdict has four values: compare its status, or take `.fails` and `.holds`")

    @property
    def holds(self) -> bool:
        """Proved or agrees."""
        return self.status in ("proved", "agrees")

    @property
    def fails(self) -> bool:
        return self.status == "refuted"

    def __str__(self):
        """
        >>> print(Verdict("agrees", points=2)); print(Verdict("refuted", worst=Worst((0, 1), 2.0, Fraction(1, 2))))
        agrees (2 points)
        refuted: entry[0, 1]: yours 2, expected 1/2
        """
        if self.status == "agrees":
            return f"agrees ({self.points} point{'s' * (self.points != 1)})"
        detail = str(self.worst) if self.worst else self.reason
        return self.status if self.status == "proved" or not detail else f"{self.status}: {detail}"


@dataclass(frozen=True)
class Oracle:
    """A way to differentiate at numbers. `jacobian(f, wrt, values)` finds `∂f[i,…]/∂wrt[u,…]` at `[i,…,u,…]`.

    `wrt` is an input or any other tensor that f is computed from; `values` are those of `evaluate`.
    """

    name: str
    jacobian: Callable[[Tensor, Tensor, Mapping], Found]

    def __str__(self):
        return self.name

    def gradient(self, f: Tensor, wrt: Tensor, values: Mapping, cotangent=None) -> Array:
        """`Σ G[i,…] ∂f[i,…]/∂wrt[u,…]`; without a cotangent G, f has to be a number."""
        return self.find(f, wrt, values, cotangent).values

    def find(self, f: Tensor, wrt: Tensor, values: Mapping, cotangent=None) -> Found:
        """The gradient with its bounds."""
        if cotangent is None and f.ndim:
            raise ShapeError(
                f"the gradient of {f.display}, of shape {shape_text(f.shape)}, needs a cotangent",
                hint="give cotangent=…, of the same shape",
            )
        found = self.jacobian(f, wrt, values)
        return found if cotangent is None else contracted(found, array(cotangent), len(f.shape))

    def check(self, f: Tensor, wrt: Tensor, derivative, values: Mapping, cotangent=None) -> Verdict:
        """Whether `derivative`, numbers of the shape of the gradient (or Jacobian, without cotangent), is right."""
        try:
            found = self.jacobian(f, wrt, values) if cotangent is None else self.find(f, wrt, values, cotangent)
        except (EvaluationError, LimitError) as error:
            return Verdict("undecided", reason=error.fact)
        return compared(array(derivative), found)


def contracted(found: Found, cotangent: Array, axes: int) -> Found:
    """Σ over the first axes, weighted by the cotangent."""
    shape, rest = found.values.shape[:axes], found.values.shape[axes:]
    if cotangent.shape != shape:
        raise ShapeError(f"a cotangent of shape {cotangent.shape} for a value of shape {shape}")
    weights = [exact_number(g) for g in cotangent]
    count = len(found.values) // len(weights) if weights else 0
    values = [sum(g * found.values.data[j * count + k] for j, g in enumerate(weights)) for k in range(count)]
    if found.bounds is None:
        return Found(Array(rest, values))
    rough = found.bounds.data
    bounds = [sum(abs(g) * rough[j * count + k] for j, g in enumerate(weights)) for k in range(count)]
    return Found(Array(rest, values), Array(rest, bounds))


def exact_number(value):
    """A number as one that joins with fractions and mpmath's numbers without loss; a float as its shortest decimal."""
    return value if hasattr(value, "_mpf_") else EXACT.take(value)


RELATIVE = {"float": 1e-7, "mpf": 1e-20}
SMALLEST = {"float": 1e-12, "mpf": 1e-30}
"""A number may differ by these shares of itself and of the largest entry; two fractions may not differ at all."""
ROUNDING = {"float": 0, "mpf": 1e-40}
"""What fifty digits leave of a difference of equal numbers, where all entries are 0."""


def compared(given: Array, found: Found) -> Verdict:
    """The verdict on given numbers, entry by entry."""
    if given.shape != found.values.shape:
        fact = f"its shape is {given.shape}, the derivative has shape {found.values.shape}"
        return Verdict("refuted", reason=fact)
    bounds = found.bounds.data if found.bounds else [0] * len(given)
    right = [MP.take(v) for v in found.values]
    scale = max((abs(v) for v in right if not MP.functions.isnan(v)), default=0)
    rough = [b for v, b in zip(right, bounds, strict=True) if not b <= 1e-6 * (1 + abs(v))]
    if rough or any(map(MP.functions.isnan, right)):
        return Verdict("undecided", reason="there is no derivative at this point, or it is too rough to be seen")
    excess = [
        difference(mine, theirs, exact, bound, scale)
        for mine, theirs, exact, bound in zip(given, right, found.values, bounds, strict=True)
    ]
    if max(excess, default=0) <= 1:
        return Verdict("agrees", points=1)
    k = max(range(len(excess)), key=excess.__getitem__)
    return Verdict("refuted", worst=Worst(given.place(k), given.data[k], found.values.data[k]))


def difference(mine, theirs, exact, bound, scale):
    """How far two numbers are apart, in units of what is allowed; infinite where nothing is."""
    if isinstance(exact, (int, Fraction)) and not isinstance(mine, float) and not hasattr(mine, "_mpf_"):
        return 0 if exact_number(mine) == exact else mpmath.inf
    distance = abs(MP.take(mine) - theirs)
    kind = "float" if isinstance(mine, float) else "mpf"
    allowed = RELATIVE[kind] * abs(theirs) + SMALLEST[kind] * scale + (bound or ROUNDING[kind])
    if not distance <= allowed:  # also where it is NaN
        return mpmath.inf if allowed == 0 or mpmath.isnan(distance) else distance / allowed
    return 0


def short(value) -> str:
    """A number for a message."""
    text = str(value)
    if isinstance(value, (int, Fraction)) and len(text) <= 15:
        return text
    return mpmath.nstr(MP.take(value), 8, strip_zeros=True).removesuffix(".0")


def starting_point(wrt: Tensor, values: Mapping, space: Space) -> Array:
    """The numbers of `wrt` at these values: given ones of an input, computed ones of any other tensor."""
    return evaluate(wrt, values, space)
