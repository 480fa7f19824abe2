"""Fully connected models: the linear classifier of an image, and the perceptron of two layers."""

from __future__ import annotations

from math import prod

from ..activation import Sigmoid
from ..container import Sequential
from ..dense import Linear
from ..layer import Layer
from ..shaping import Flatten


def linear_classifier(shape: tuple[int, ...] = (3, 300, 300), classes: int = 1000) -> Sequential:
    """`f(x; θ) = W x + b` of a flattened image: each class has a weight for each pixel.

    >>> net = linear_classifier((3, 300, 300), classes=1000); net.output_shape((3, 300, 300)), net.parameter_count()
    ((1000,), 270001000)
    """
    return Sequential(flatten=Flatten(), linear=Linear(prod(shape), classes))


def perceptron(
    in_features: int = 784, hidden: int = 256, classes: int = 10, activation: Layer | None = None
) -> Sequential:
    """`f(x; θ) = W₂ σ(W₁ x + b₁) + b₂`, for samples of any shape with `in_features` entries; σ is the sigmoid.

    The outputs are logits: the loss takes the softmax.

    >>> perceptron(784, 256, 10).parameter_count()
    203530
    """
    return Sequential(Flatten(), Linear(in_features, hidden), activation or Sigmoid(), Linear(hidden, classes))
