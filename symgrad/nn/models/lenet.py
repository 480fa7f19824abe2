"""LeNet-5: two convolutions and three dense layers, for digits."""

from __future__ import annotations

from ...errors import OptionError
from ..activation import Tanh
from ..container import Sequential
from ..convolution import Conv2d
from ..dense import Linear
from ..layer import Layer
from ..pooling import AvgPool2d
from ..shaping import Flatten

SIZES = {32: 0, 28: 2}
"""The padding of the first convolution for images of this size."""


def lenet5(
    classes: int = 10,
    channels: int = 1,
    size: int = 28,
    activation: Layer | None = None,
    pool: Layer | None = None,
) -> Sequential:
    """LeCun et al., "Gradient-based learning applied to document recognition" (1998), for images of 28×28 or 32×32.

    As it is mostly built today: every map of the second convolution sees all six of the first, pooling has no weights,
    the last layer is dense. σ is tanh and pooling the mean unless others are given, such as `ReLU()`, `MaxPool2d(2)`.

    >>> lenet5().parameter_count(), lenet5(size=32).output_shape((1, 32, 32))
    (61706, (10,))
    """
    if size not in SIZES:
        raise OptionError(f"lenet5: size={size!r}", hint=f"images of {' or '.join(map(str, SIZES))} pixels a side")
    σ, p = activation or Tanh(), pool or AvgPool2d(2)
    features = Conv2d(channels, 6, 5, padding=SIZES[size]), σ, p, Conv2d(6, 16, 5), σ, p
    return Sequential(*features, Flatten(), Linear(400, 120), σ, Linear(120, 84), σ, Linear(84, classes))
