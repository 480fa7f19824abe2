"""ResNet: blocks that add what they compute to what they were given."""

from __future__ import annotations

from collections.abc import Callable

from ...expr.operations import elementwise
from ..activation import ReLU
from ..adaptive import AdaptiveAvgPool2d
from ..container import Container, Sequential
from ..convolution import Conv2d
from ..dense import Linear
from ..layer import Layer
from ..normalisation import BatchNorm2d
from ..pooling import MaxPool2d
from ..shaping import Flatten


class Block(Container):
    """`y = relu(body(x) + shortcut(x))`; the body is each conv followed by its bn, with relu between two pairs.

    The shortcut is x itself where it has the body's shape, else a 1×1 convolution and bn under the name `downsample`.
    """

    def __init__(self, channels: int, convolutions: list[Conv2d]):
        layers: dict[str, Layer] = {}
        for k, conv in enumerate(convolutions, 1):
            layers |= {f"conv{k}": conv, f"bn{k}": BatchNorm2d(conv.out_channels)}
        self.body = tuple(layers)
        stride, width = max(conv.stride[0] for conv in convolutions), convolutions[-1].out_channels
        if stride > 1 or channels != width:
            beside = Conv2d(channels, width, 1, stride=stride, bias=False), BatchNorm2d(width)
            layers["downsample"] = Sequential(*beside)
        super().__init__(**layers)

    def output_shape(self, shape):
        for name in self.body:
            shape = self._through(name, shape)
        return shape

    def equations(self, x, parameters, mode):
        shortcut = x
        if "downsample" in self.layers:
            shortcut = mode.part("downsample", self.layers["downsample"], x, parameters)
        for k, name in enumerate(self.body):
            between = k and name.startswith("conv")
            x = mode.part(name, self.layers[name], elementwise("relu", x) if between else x, parameters)
        return elementwise("relu", elementwise("add", x, shortcut))


def basic_block(channels: int, width: int, stride: int = 1) -> Block:
    """Two 3×3 convolutions.

    >>> basic_block(64, 128, stride=2).output_shape((64, 56, 56))
    (128, 28, 28)
    """
    first = Conv2d(channels, width, 3, stride=stride, padding=1, bias=False)
    return Block(channels, [first, Conv2d(width, width, 3, padding=1, bias=False)])


def bottleneck(channels: int, width: int, stride: int = 1) -> Block:
    """1×1 to fewer channels, 3×3 with the stride, 1×1 to four times as many."""
    convolutions = [
        Conv2d(channels, width, 1, bias=False),
        Conv2d(width, width, 3, stride=stride, padding=1, bias=False),
        Conv2d(width, 4 * width, 1, bias=False),
    ]
    return Block(channels, convolutions)


def resnet18(classes: int = 1000) -> Sequential:
    """Eight basic blocks.

    >>> resnet18().parameter_count(), resnet18().output_shape((3, 224, 224))
    (11689512, (1000,))
    """
    return resnet(basic_block, 1, (2, 2, 2, 2), classes)


def resnet50(classes: int = 1000) -> Sequential:
    """Sixteen bottlenecks; the stride is on their 3×3 convolution, as in torchvision.

    >>> resnet50().parameter_count(), resnet50().output_shape((3, 224, 224))
    (25557032, (1000,))
    """
    return resnet(bottleneck, 4, (3, 4, 6, 3), classes)


def resnet(
    block: Callable[..., Block], expansion: int, counts: tuple[int, ...], classes: int = 1000, base: int = 64
) -> Sequential:
    """He et al., arXiv:1512.03385: `counts` blocks in each stage, of `base` channels, twice, four times … as many.

    Names are torchvision's.
    """
    stages: dict[str, Layer] = {}
    channels = base
    for stage, count in enumerate(counts):
        blocks = []
        for k in range(count):
            blocks.append(block(channels, base * 2**stage, 2 if stage and not k else 1))
            channels = expansion * base * 2**stage
        stages[f"layer{stage + 1}"] = Sequential(*blocks)
    stem = {"conv1": Conv2d(3, base, 7, stride=2, padding=3, bias=False), "bn1": BatchNorm2d(base), "relu": ReLU()}
    head = {"avgpool": AdaptiveAvgPool2d(1), "flatten": Flatten(), "fc": Linear(channels, classes)}
    return Sequential(**stem, maxpool=MaxPool2d(3, stride=2, padding=1), **stages, **head)
