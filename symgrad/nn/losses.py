"""Loss: what losses share, and those that compare entry by entry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import OptionError, ShapeError
from ..expr.constants import operand
from ..expr.indices import expression
from ..expr.named import mse
from ..expr.operations import elementwise, where
from ..expr.reductions import mean, sum_
from ..expr.tensors import Tensor, shape_text
from .described import Described

REDUCTIONS = ("mean", "sum", "none")


class Loss(Described):
    """A layer of two inputs, prediction and target, in PyTorch's order. `reduction`: "mean", "sum" or "none".

    Weights (`weight`, `pos_weight`) are inputs of the equations, by name, and fixed: not parameters.
    """

    inputs = ("input", "target")
    reduction: str
    reductions: tuple[str, ...] = REDUCTIONS
    weights: tuple[str, ...] = ()

    def __post_init__(self):
        if self.reduction not in self.reductions:
            raise OptionError(
                f"{type(self).__name__}: reduction={self.reduction!r}", hint=f"one of {', '.join(self.reductions)}"
            )
        for name in self.weights:
            if getattr(self, name) is not None:
                self._set(**{name: np.asarray(getattr(self, name))})

    def state(self):
        return {name: getattr(self, name).shape for name in self.weights if getattr(self, name) is not None}

    def values(self, params=None, dtype: Any = np.float64):
        own = {name: np.asarray(getattr(self, name), dtype=dtype) for name in self.state()}
        return super().values(own if params is None else params)

    def initial(self, rng):
        return self.values()

    def weight_of(self, name: str, parameters: dict[str, Tensor]) -> Tensor | None:
        """The weights as a tensor; written out as constants where the equations are built without inputs for them."""
        if getattr(self, name) is None:
            return None
        found = parameters.get(name)
        return operand(getattr(self, name)) if found is None else found

    def output_shape(self, shape):
        prediction, target = map(tuple, shape)
        if prediction != target:
            raise ShapeError(
                f"{self}: samples of the prediction {shape_text(prediction)} and the target {shape_text(target)} are "
                "given, equal shapes are expected"
            )
        return prediction if self.reduction == "none" else ()

    def reduced(self, t: Tensor) -> Tensor:
        """The mean over all entries, their sum, or the entries."""
        return t if self.reduction == "none" else mean(t) if self.reduction == "mean" else sum_(t)


class Pointwise(Loss):
    """`l(a, b)` for each pair of entries."""

    def entry(self, a: Tensor, b: Tensor, parameters: dict[str, Tensor]) -> Tensor:
        """The loss of each entry."""
        raise NotImplementedError

    def equations(self, x, parameters, mode):
        prediction, target = x
        return self.reduced(self.entry(prediction, target, parameters))


@dataclass(frozen=True, eq=False, repr=False)
class MSELoss(Pointwise):
    """`(a − b)²`, averaged over all entries.

    >>> float(MSELoss().forward((np.array([[1.0, 2.0]]), np.array([[0.0, 4.0]]))))
    2.5
    """

    reduction: str = "mean"

    def entry(self, a, b, parameters):
        return elementwise("square", elementwise("subtract", a, b))

    def equations(self, x, parameters, mode):
        return mse(*x) if self.reduction == "mean" else super().equations(x, parameters, mode)


@dataclass(frozen=True, eq=False, repr=False)
class L1Loss(Pointwise):
    """`|a − b|`, averaged over all entries."""

    reduction: str = "mean"

    def entry(self, a, b, parameters):
        return elementwise("abs", elementwise("subtract", a, b))


@dataclass(frozen=True, eq=False, repr=False)
class SmoothL1Loss(Pointwise):
    """`d²/(2β)` where |d| < β, else `|d| − β/2`, of d = a − b. Girshick, 2015."""

    reduction: str = "mean"
    beta: float = 1.0

    def entry(self, a, b, parameters):
        d = elementwise("subtract", a, b)
        size, beta = elementwise("abs", d), expression(self.beta)
        if self.beta == 0:
            return size
        inner = elementwise("divide", elementwise("square", d), 2 * beta)
        return where(elementwise("less", size, beta), inner, elementwise("subtract", size, beta / 2))


@dataclass(frozen=True, eq=False, repr=False)
class HuberLoss(Pointwise):
    """`d²/2` where |d| ≤ δ, else `δ (|d| − δ/2)`, of d = a − b. Huber, 1964."""

    reduction: str = "mean"
    delta: float = 1.0

    def entry(self, a, b, parameters):
        d = elementwise("subtract", a, b)
        size, delta = elementwise("abs", d), expression(self.delta)
        inner = elementwise("divide", elementwise("square", d), 2)
        outer = elementwise("multiply", elementwise("subtract", size, delta / 2), delta)
        return where(elementwise("less_equal", size, delta), inner, outer)


@dataclass(frozen=True, eq=False, repr=False)
class BCELoss(Pointwise):
    """`−w (y log p + (1 − y) log(1 − p))` of a probability p. A logarithm counts as −100 at least, as in PyTorch.

    At p = 0 and p = 1 the cut-off logarithm has slope 0.
    """

    weight: Any = None
    reduction: str = "mean"
    weights = ("weight",)

    def entry(self, a, b, parameters):
        logs = elementwise("log", a), elementwise("log1p", elementwise("negative", a))
        yes, no = (elementwise("maximum", t, -100) for t in logs)
        found = elementwise(
            "add", elementwise("multiply", b, yes), elementwise("multiply", elementwise("subtract", 1, b), no)
        )
        return weighted(elementwise("negative", found), self.weight_of("weight", parameters))


def weighted(t: Tensor, weight: Tensor | None) -> Tensor:
    """`w t`."""
    return t if weight is None else elementwise("multiply", t, weight)


@dataclass(frozen=True, eq=False, repr=False)
class BCEWithLogitsLoss(Pointwise):
    """`w ((1 − y) z + (1 + (v − 1) y) log(1 + e⁻ᶻ))` of a logit z, v the `pos_weight`; finite for every z."""

    weight: Any = None
    reduction: str = "mean"
    pos_weight: Any = None
    weights = ("weight", "pos_weight")

    def entry(self, a, b, parameters):
        rest = elementwise("softplus", elementwise("negative", a))
        positive = self.weight_of("pos_weight", parameters)
        if positive is not None:
            more = elementwise("multiply", elementwise("subtract", positive, 1), b)
            rest = elementwise("multiply", elementwise("add", more, 1), rest)
        found = elementwise("add", elementwise("multiply", elementwise("subtract", 1, b), a), rest)
        return weighted(found, self.weight_of("weight", parameters))


@dataclass(frozen=True, eq=False, repr=False)
class HingeEmbeddingLoss(Pointwise):
    """`a` where the target is 1, `max(0, margin − a)` where it is −1. The target has no gradient."""

    margin: float = 1.0
    reduction: str = "mean"
    labels = ("target",)

    def entry(self, a, b, parameters):
        far = elementwise("relu", elementwise("subtract", expression(self.margin), a))
        return elementwise(
            "add",
            where(elementwise("not_equal", b, 1), far, 0),
            where(elementwise("not_equal", b, -1), a, 0),
        )


@dataclass(frozen=True, eq=False, repr=False)
class KLDivLoss(Pointwise):
    """`y (log y − a)` of a log-probability a and a probability y, 0 where y is 0; `e^y (y − a)` with `log_target`.

    "batchmean" divides the sum by the size of the batch, which is the divergence; "mean" by all entries, as in PyTorch.
    """

    reduction: str = "mean"
    log_target: bool = False
    reductions = (*REDUCTIONS, "batchmean")

    def entry(self, a, b, parameters):
        if self.log_target:
            return elementwise("multiply", elementwise("exp", b), elementwise("subtract", b, a))
        inner = elementwise("multiply", b, elementwise("subtract", elementwise("log", b), a))
        return where(elementwise("greater", b, 0), inner, 0)

    def reduced(self, t):
        return elementwise("divide", sum_(t), t.shape[0]) if self.reduction == "batchmean" else super().reduced(t)
