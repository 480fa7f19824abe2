"""AlexNet: five convolutions and three dense layers, for ImageNet."""

from __future__ import annotations

from ..activation import ReLU
from ..adaptive import AdaptiveAvgPool2d
from ..container import Sequential
from ..convolution import Conv2d
from ..dense import Linear
from ..dropout import Dropout
from ..layer import Layer
from ..normalisation import LocalResponseNorm
from ..pooling import MaxPool2d
from ..shaping import Flatten


def alexnet(classes: int = 1000, dropout: float = 0.5) -> Sequential:
    """The single column of Krizhevsky, "One weird trick for parallelizing convolutional neural networks" (2014).

    Layers and names are torchvision's, so that its weights can be used.   x: (N, 3, 224, 224), or any size from 63 on.

    >>> alexnet().parameter_count(), alexnet().output_shape((3, 224, 224))
    (61100840, (1000,))
    """
    features = (
        *(Conv2d(3, 64, 11, stride=4, padding=2), ReLU(), MaxPool2d(3, 2)),
        *(Conv2d(64, 192, 5, padding=2), ReLU(), MaxPool2d(3, 2)),
        *(Conv2d(192, 384, 3, padding=1), ReLU()),
        *(Conv2d(384, 256, 3, padding=1), ReLU()),
        *(Conv2d(256, 256, 3, padding=1), ReLU(), MaxPool2d(3, 2)),
    )
    return Sequential(
        features=Sequential(*features),
        avgpool=AdaptiveAvgPool2d(6),
        flatten=Flatten(),
        classifier=Sequential(*dense(256 * 6 * 6, classes, dropout)),
    )


def alexnet_2012(classes: int = 1000, dropout: float = 0.5) -> Sequential:
    """The two columns of the first one, as groups, with its local response normalisation.

    Krizhevsky et al., "ImageNet classification with deep convolutional neural networks" (2012). Normalisation stands
    after the first two convolutions.   x: (N, 3, 227, 227)

    >>> alexnet_2012().parameter_count(), alexnet_2012().output_shape((3, 227, 227))
    (60965224, (1000,))
    """
    # The paper's α = 10⁻⁴ weighs the sum of five squares, this layer's their mean.
    norm = LocalResponseNorm(5, alpha=5e-4, beta=0.75, k=2.0)
    features = (
        *(Conv2d(3, 96, 11, stride=4), ReLU(), norm, MaxPool2d(3, 2)),
        *(Conv2d(96, 256, 5, padding=2, groups=2), ReLU(), norm, MaxPool2d(3, 2)),
        *(Conv2d(256, 384, 3, padding=1), ReLU()),
        *(Conv2d(384, 384, 3, padding=1, groups=2), ReLU()),
        *(Conv2d(384, 256, 3, padding=1, groups=2), ReLU(), MaxPool2d(3, 2)),
    )
    return Sequential(
        features=Sequential(*features),
        flatten=Flatten(),
        classifier=Sequential(*dense(256 * 6 * 6, classes, dropout)),
    )


def dense(inputs: int, classes: int, dropout: float) -> tuple[Layer, ...]:
    """Three dense layers of 4,096, 4,096 and `classes` outputs, dropout before the first two."""
    return (
        *(Dropout(dropout), Linear(inputs, 4096), ReLU()),
        *(Dropout(dropout), Linear(4096, 4096), ReLU()),
        Linear(4096, classes),
    )
