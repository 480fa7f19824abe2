"""Small random instances of losses, and predictions and targets for them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .classes import CrossEntropyLoss, MultiMarginLoss, NLLLoss
from .draws import Draw, Instance, either, whole
from .layer import Layer
from .losses import REDUCTIONS, KLDivLoss

Arrays = tuple[np.ndarray, ...]


def entry_shape(rng: Draw) -> tuple[int, ...]:
    return tuple(whole(rng, 1, 3) for _ in range(whole(rng, 0, 2)))


def entrywise(kind: type, **options) -> Callable[[Draw], Instance]:
    """A loss of pairs of entries."""

    def draw(rng):
        shape = entry_shape(rng)
        return kind(reduction=either(rng, *REDUCTIONS), **{k: f(rng) for k, f in options.items()}), (shape, shape)

    return draw


def weighted_entrywise(kind: type, *names: str) -> Callable[[Draw], Instance]:
    """A loss with weights for the entries of a sample, or none."""

    def draw(rng):
        shape = entry_shape(rng)
        weights = {name: rng.uniform(0.5, 2, size=shape) if shape and rng.integers(2) else None for name in names}
        return kind(reduction=either(rng, *REDUCTIONS), **weights), (shape, shape)

    return draw


def probabilities(rng: Draw, layer: Layer, shapes: tuple) -> Arrays:
    return rng.uniform(0.05, 0.95, size=shapes[0]), rng.uniform(size=shapes[1])


def logits(rng: Draw, layer: Layer, shapes: tuple) -> Arrays:
    return 3 * rng.normal(size=shapes[0]), rng.uniform(size=shapes[1])


def signs(rng: Draw, layer: Layer, shapes: tuple) -> Arrays:
    return rng.normal(size=shapes[0]), rng.choice([-1.0, 1.0], size=shapes[1])


def divergence(rng: Draw) -> Instance:
    shape = entry_shape(rng)
    return KLDivLoss(either(rng, *KLDivLoss.reductions), bool(rng.integers(2))), (shape, shape)


def log_probabilities(rng: Draw, layer: Layer, shapes: tuple) -> Arrays:
    target = rng.uniform(0.1, 1, size=shapes[1])
    return np.log(rng.uniform(0.1, 1, size=shapes[0])), np.log(target) if layer.log_target else target  # type: ignore[attr-defined]


def class_shapes(rng: Draw) -> tuple[tuple[int, ...], tuple[int, ...]]:
    rest = either(rng, (), (), (2,), (2, 2))
    return (whole(rng, 2, 4), *rest), rest


def class_weights(rng: Draw, shape: tuple[int, ...]):
    return rng.uniform(0.5, 2, size=shape[0]) if rng.integers(2) else None


def cross_entropy(rng: Draw) -> Instance:
    prediction, target = class_shapes(rng)
    smoothing = either(rng, 0.0, 0.1)
    by_index = bool(rng.integers(2))
    ignore = ignored(rng) if by_index else -100
    loss = CrossEntropyLoss(class_weights(rng, prediction), ignore, either(rng, *REDUCTIONS), smoothing)
    return loss, (prediction, target if by_index else prediction)


def ignored(rng: Draw) -> int:
    return either(rng, -100, 0)


def likelihood(rng: Draw) -> Instance:
    prediction, target = class_shapes(rng)
    return NLLLoss(class_weights(rng, prediction), ignored(rng), either(rng, *REDUCTIONS)), (prediction, target)


def margins(rng: Draw) -> Instance:
    classes = whole(rng, 2, 4)
    weight = class_weights(rng, (classes,))
    return MultiMarginLoss(whole(rng, 1, 2), either(rng, 1.0, 0.5), weight, either(rng, *REDUCTIONS)), ((classes,), ())


def classes(rng: Draw, layer: Layer, shapes: tuple) -> Arrays:
    """Scores, and classes of which one is left out at times, never all; or distributions."""
    prediction, target = shapes
    scores = 2 * rng.normal(size=prediction)
    if len(target) == len(prediction):
        weight = rng.uniform(0.1, 1, size=target)
        return scores, weight / weight.sum(1, keepdims=True)
    ignore = getattr(layer, "ignore_index", None)
    found = rng.integers(0, prediction[1], size=target)
    if ignore == -100 and found.size > 1 and rng.integers(2):
        found.flat[0] = ignore
    if ignore is not None:
        found.flat[-1] = prediction[1] - 1  # not ignored
    return scores, found
