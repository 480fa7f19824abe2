"""VGG: 3×3 convolutions in stages of growing width, each stage ended by a pooling of 2×2, then three dense layers."""

from __future__ import annotations

from collections.abc import Iterator

from ..activation import ReLU
from ..adaptive import AdaptiveAvgPool2d
from ..container import Sequential
from ..convolution import Conv2d
from ..dense import Linear
from ..dropout import Dropout
from ..layer import Layer
from ..pooling import MaxPool2d
from ..shaping import Flatten

STAGES = {
    "A": ((64,), (128,), (256, 256), (512, 512), (512, 512)),
    "D": ((64, 64), (128, 128), (256, 256, 256), (512, 512, 512), (512, 512, 512)),
}
"""Output channels of each convolution, by stage; the letters are the paper's."""


def vgg11(classes: int = 1000, dropout: float = 0.5) -> Sequential:
    """Configuration A, of 11 layers with weights.

    >>> vgg11().parameter_count(), vgg11().output_shape((3, 224, 224))
    (132863336, (1000,))
    """
    return vgg("A", classes, dropout)


def vgg16(classes: int = 1000, dropout: float = 0.5) -> Sequential:
    """Configuration D, of 16 layers with weights.

    >>> vgg16().parameter_count(), vgg16().output_shape((3, 224, 224))
    (138357544, (1000,))
    """
    return vgg("D", classes, dropout)


def vgg(configuration: str, classes: int = 1000, dropout: float = 0.5) -> Sequential:
    """Simonyan & Zisserman, arXiv:1409.1556, without normalisation. Layers and names are torchvision's."""
    classifier = (
        *(Linear(512 * 7 * 7, 4096), ReLU(), Dropout(dropout)),
        *(Linear(4096, 4096), ReLU(), Dropout(dropout)),
        Linear(4096, classes),
    )
    return Sequential(
        features=Sequential(*convolutions(STAGES[configuration])),
        avgpool=AdaptiveAvgPool2d(7),
        flatten=Flatten(),
        classifier=Sequential(*classifier),
    )


def convolutions(stages: tuple[tuple[int, ...], ...], channels: int = 3) -> Iterator[Layer]:
    """The layers before the dense ones."""
    for stage in stages:
        for width in stage:
            yield Conv2d(channels, width, 3, padding=1)
            yield ReLU()
            channels = width
        yield MaxPool2d(2)
