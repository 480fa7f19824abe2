"""Losses of classes: cross-entropy, negative log-likelihood, multi-class hinge."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..errors import OptionError, ShapeError
from ..expr.axes import build, running
from ..expr.indices import expression
from ..expr.named import cross_entropy, log_softmax
from ..expr.nodes import Compare, Entry, Slot, over, total
from ..expr.operations import elementwise
from ..expr.reductions import mean, sum_
from ..expr.shaping import expand_dims
from ..expr.tensors import Tensor, shape_text
from .embedding import check_classes
from .losses import Loss


class ClassLoss(Loss):
    """What losses of classes share. A sample of the prediction is (C, …), of the target (…) of integers 0 … C−1."""

    weight: Any
    ignore_index: int | None = None
    weights = ("weight",)

    def output_shape(self, shape):
        prediction, target = map(tuple, shape)
        if not prediction or not self.fits(prediction, target):
            raise ShapeError(
                f"{self}: samples of the prediction {shape_text(prediction)} and the target {shape_text(target)} are "
                f"given, {self.wanted(prediction)} is expected of the target"
            )
        if self.weight is not None and self.weight.shape != prediction[:1]:
            raise ShapeError(
                f"{self}: weight has shape {shape_text(self.weight.shape)}, one for each of {prediction[0]} classes "
                "is expected"
            )
        return prediction[1:] if self.reduction == "none" else ()

    def fits(self, prediction, target) -> bool:
        """Whether a target of that shape belongs to the prediction."""
        return target == prediction[1:]

    def wanted(self, prediction) -> str:
        """The shapes of targets that would fit."""
        return f"{shape_text(prediction[1:])} of class indices"

    def check_values(self, x):
        if x[1].ndim < x[0].ndim:
            check_classes(self, "target", x[1], x[0].shape[1], self.ignore_index)

    def averaged(self, losses: Tensor, counted: Tensor) -> Tensor:
        """The losses as the reduction wants them; a mean is weighted."""
        if self.reduction == "none":
            return losses
        return sum_(losses) if self.reduction == "sum" else elementwise("divide", sum_(losses), sum_(counted))


def chosen(z: Tensor, target: Tensor, weight: Tensor | None, ignore: int | None) -> Tensor:
    """`s[n,…] = Σ_k [t[n,…] = k] w[k] z[n,k,…]`, 0 where t is `ignore`."""
    return build(_chosen, (z, target) if weight is None else (z, target, weight), ignore)


def _chosen(shapes, ignore):
    (n, k, *rest), label = _places(shapes[0])
    weight = Entry(Slot(2), k) if len(shapes) > 2 else 1
    body = total(Compare("==", label, k) * weight * Entry(Slot(0), n, k, *rest), k)
    return (n, *rest), _counts(label, ignore) * body


def _places(shape):
    """(indices of the prediction, the entry of the target)."""
    n, k, *rest = running(shape)
    return (n, k, *rest), Entry(Slot(1), n, *rest)


def _counts(label, ignore):
    return 1 if ignore is None else Compare("!=", label, ignore)


def counted(target: Tensor, weight: Tensor | None, ignore: int | None) -> Tensor:
    """`m[n,…] = w[t[n,…]]`, 1 without weights, and 0 where t is `ignore`."""
    if weight is not None:
        return build(_weight_of, (target, weight), ignore)
    return build(_counted, (target,), ignore)


def _weight_of(shapes, ignore):
    free = running(shapes[0])
    (k,) = running(shapes[1], len(free))
    label = Entry(Slot(0), *free)
    return free, _counts(label, ignore) * total(Compare("==", label, k) * Entry(Slot(1), k), k)


def _counted(shapes, ignore):
    free = running(shapes[0])
    return free, _counts(Entry(Slot(0), *free), ignore)


@dataclass(frozen=True, eq=False, repr=False)
class CrossEntropyLoss(ClassLoss):
    """`−w[t] log softmax(z)[t]` of logits z and a class t, or `−Σ_k w[k] y[k] log softmax(z)[k]` of a distribution y.

    Without weights: `l[n] = [t[n] ≠ ignore] (log Σ_k exp z[n,k] − Σ_k [t[n] = k] z[n,k])`. The mean over classes is
    weighted: `Σ l / Σ w[t]`, targets `ignore_index` left out; that over distributions divides by their number.
    `label_smoothing` ε mixes a target with the uniform distribution, `(1 − ε) y + ε/C`.
    """

    weight: Any = None
    ignore_index: int = -100
    reduction: str = "mean"
    label_smoothing: float = 0.0

    def __post_init__(self):
        super().__post_init__()
        if not 0 <= self.label_smoothing <= 1:
            raise OptionError(f"CrossEntropyLoss: label_smoothing={self.label_smoothing!r} is not in 0 … 1")

    def output_shape(self, shape):
        found = super().output_shape(shape)
        if len(shape[0]) == len(shape[1]) and self.ignore_index >= 0:
            raise OptionError(f"{self}: ignore_index is for class indices, the target is a distribution")
        return found

    def fits(self, prediction, target):
        return target in (prediction[1:], prediction)

    def wanted(self, prediction):
        return f"{super().wanted(prediction)}, or {shape_text(prediction)} of probabilities,"

    def equations(self, x, parameters, mode):
        z, target = x
        weight = self.weight_of("weight", parameters)
        if target.ndim == z.ndim:
            return self._distribution(z, target, weight)
        if weight is None and not self.label_smoothing:
            losses = build(_cross_entropy, (z, target), self.ignore_index)
            return self.averaged(losses, counted(target, None, self.ignore_index))
        return self._smoothed(log_softmax(z, 1), target, weight)

    def _smoothed(self, logs, target, weight):
        count = counted(target, weight, self.ignore_index)
        share, classes = self._share(), logs.shape[1]
        exactly = chosen(logs, target, weight, self.ignore_index)
        losses = elementwise("multiply", exactly, share - 1)
        if share:
            spread = sum_(weighted_classes(logs, weight), 1)
            spread = elementwise("multiply", spread, counted(target, None, self.ignore_index))
            losses = elementwise("subtract", losses, elementwise("multiply", spread, share / classes))
        return self.averaged(losses, count)

    def _share(self):
        return expression(self.label_smoothing)

    def _distribution(self, z, y, weight):
        share = self._share()
        if share:
            y = elementwise("add", elementwise("multiply", y, 1 - share), share / z.shape[1])
        if weight is None and self.reduction == "mean":
            return cross_entropy(z, y, 1)
        logs = weighted_classes(log_softmax(z, 1), weight)
        losses = elementwise("negative", sum_(elementwise("multiply", y, logs), 1))
        return mean(losses) if self.reduction == "mean" else self.reduced(losses)


def weighted_classes(z: Tensor, weight: Tensor | None) -> Tensor:
    """`w[k] z[n,k,…]`."""
    if weight is None:
        return z
    return elementwise("multiply", z, expand_dims(weight, tuple(range(1, z.ndim - 1))) if z.ndim > 2 else weight)


def _cross_entropy(shapes, ignore):
    (n, k, *rest), label = _places(shapes[0])
    (j,) = running((k.size,), len(shapes[0]))
    picked = total(Compare("==", label, k) * Entry(Slot(0), n, k, *rest), k)
    return (n, *rest), _counts(label, ignore) * (over("lse", Entry(Slot(0), n, j, *rest), j) - picked)


@dataclass(frozen=True, eq=False, repr=False)
class NLLLoss(ClassLoss):
    """`−w[t] a[t]` of log-probabilities a and a class t; the mean is `Σ l / Σ w[t]`, without targets `ignore_index`."""

    weight: Any = None
    ignore_index: int = -100
    reduction: str = "mean"

    def equations(self, x, parameters, mode):
        logs, target = x
        weight = self.weight_of("weight", parameters)
        losses = elementwise("negative", chosen(logs, target, weight, self.ignore_index))
        return self.averaged(losses, counted(target, weight, self.ignore_index))


@dataclass(frozen=True, eq=False, repr=False)
class MultiMarginLoss(ClassLoss):
    """`Σ_{k≠t} w[t] max(0, margin − a[t] + a[k])^p / C` of scores a and a class t. p is 1 or 2."""

    p: int = 1
    margin: float = 1.0
    weight: Any = None
    reduction: str = "mean"

    def __post_init__(self):
        super().__post_init__()
        if self.p not in (1, 2):
            raise OptionError(f"MultiMarginLoss: p={self.p!r}", hint="1 or 2")

    def fits(self, prediction, target):
        return len(prediction) == 1 and target == ()

    def wanted(self, prediction):
        return "() of class indices"

    def equations(self, x, parameters, mode):
        scores, target = x
        weight = self.weight_of("weight", parameters)
        right = expand_dims(chosen(scores, target, None, None), 1)
        slack = elementwise("add", elementwise("subtract", scores, right), self.margin)
        over_margin = elementwise("power", elementwise("relu", slack), self.p)
        losses = elementwise("divide", build(_others, (over_margin, target)), scores.shape[1])
        if weight is not None:
            losses = elementwise("multiply", losses, counted(target, weight, None))
        return self.reduced(losses)


def _others(shapes):
    (n, k), label = _places(shapes[0])
    return (n,), total(Compare("!=", label, k) * Entry(Slot(0), n, k), k)
