"""Models: the published counts without a byte for them, torchvision's names, and training as PyTorch trains."""

from __future__ import annotations

import math
import tracemalloc

import numpy as np
import pytest

from symgrad import nn
from symgrad.errors import OptionError, ShapeError
from symgrad.nn import models
from symgrad.nn.models.resnet import basic_block, bottleneck, resnet


def base_transformer():
    return models.transformer_block(512, 8, 2048)


PUBLISHED = (  # model, shape of a sample, parameters, where the number is printed
    (models.linear_classifier, (3, 300, 300), 270_001_000, "the lecture: 1000 classes × 270k pixels, and the biases"),
    (models.perceptron, (784,), 203_530, "784·256 + 256 + 256·10 + 10"),
    (models.lenet5, (1, 28, 28), 61_706, "LeCun et al. 1998: about 60,000; dense second convolution"),
    (models.alexnet, (3, 224, 224), 61_100_840, "torchvision"),
    (models.alexnet_2012, (3, 227, 227), 60_965_224, "Krizhevsky et al. 2012: 60 million"),
    (models.vgg11, (3, 224, 224), 132_863_336, "torchvision; Simonyan & Zisserman: 133 million"),
    (models.vgg16, (3, 224, 224), 138_357_544, "torchvision; Simonyan & Zisserman: 138 million"),
    (models.resnet18, (3, 224, 224), 11_689_512, "torchvision"),
    (models.resnet50, (3, 224, 224), 25_557_032, "torchvision"),
    (base_transformer, (100, 512), 3_152_384, "torch.nn.TransformerEncoderLayer(512, 8, 2048)"),
)
IDS = [row[0].__name__ for row in PUBLISHED]


@pytest.mark.parametrize("model, shape, count, source", PUBLISHED, ids=IDS)
def test_parameters_are_counted_without_allocating(model, shape, count, source):
    tracemalloc.start()
    net = model()
    assert net.parameter_count() == count, source
    net.output_shape(shape)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4e6  # bytes; the numbers themselves take from 0.2 MB to 1 GB


def test_every_model_is_in_the_table():
    assert {row[0] for row in PUBLISHED} - {base_transformer} | {models.transformer_block} == set(models.MODELS)


def test_the_lectures_270_million():
    net = models.linear_classifier((300, 300, 3), classes=1000)
    assert math.prod((300, 300, 3)) == 270_000
    assert math.prod(net.parameters()["linear.weight"]) == 270_000_000
    assert net.output_shape((300, 300, 3)) == (1000,)


def test_lenet_takes_both_sizes_and_no_other():
    assert models.lenet5(size=32).output_shape((1, 32, 32)) == models.lenet5(size=28).output_shape((1, 28, 28)) == (10,)
    with pytest.raises(OptionError, match="images of 32 or 28"):
        models.lenet5(size=30)
    with pytest.raises(ShapeError, match="layer"):
        models.lenet5().output_shape((3, 28, 28))


def test_alexnets_smallest_image():
    assert models.alexnet().output_shape((3, 63, 63)) == (1000,)
    with pytest.raises(ShapeError, match=r"layer features, layer 12|features"):
        models.alexnet().output_shape((3, 62, 62))


# torchvision's names and shapes, so that its weights fit: a few of each, from its documentation.

NAMES = {
    models.alexnet: {
        "features.0.weight": (64, 3, 11, 11),
        "features.10.bias": (256,),
        "classifier.6.weight": (1000, 4096),
    },
    models.vgg11: {
        "features.18.weight": (512, 512, 3, 3),
        "classifier.0.weight": (4096, 25088),
        "classifier.6.bias": (1000,),
    },
    models.vgg16: {"features.28.weight": (512, 512, 3, 3), "classifier.3.weight": (4096, 4096)},
    models.resnet18: {
        "conv1.weight": (64, 3, 7, 7),
        "bn1.weight": (64,),
        "layer1.0.conv1.weight": (64, 64, 3, 3),
        "layer2.0.downsample.0.weight": (128, 64, 1, 1),
        "layer4.1.bn2.bias": (512,),
        "fc.weight": (1000, 512),
    },
    models.resnet50: {
        "layer1.0.conv3.weight": (256, 64, 1, 1),
        "layer1.0.downsample.1.bias": (256,),
        "layer3.5.conv2.weight": (256, 256, 3, 3),
        "fc.bias": (1000,),
    },
}


@pytest.mark.parametrize("model", NAMES, ids=lambda m: m.__name__)
def test_names_and_shapes_are_torchvisions(model):
    assert NAMES[model].items() <= model().parameters().items()


def test_blocks_have_a_shortcut_of_their_own_only_where_shapes_differ():
    names = models.resnet18().parameters()
    assert [f"layer{k}.0.downsample.0.weight" in names for k in range(1, 5)] == [False, True, True, True]
    assert "layer1.0.downsample.0.weight" in models.resnet50().parameters()


def test_state_is_kept_for_every_normalisation():
    net = models.resnet18()
    assert len(net.state()) == 2 * 20 and net.state()["layer1.0.bn1.running_var"] == (64,)


# Trained by SGD they lose what PyTorch's lose, step by step. A twin has the same names, so that it takes our values.


def torch_perceptron(t):
    return t.Sequential(t.Flatten(), t.Linear(12, 8), t.Sigmoid(), t.Linear(8, 3))


def torch_lenet(t):
    convolutions = t.Conv2d(1, 6, 5, padding=2), t.Tanh(), t.AvgPool2d(2), t.Conv2d(6, 16, 5), t.Tanh(), t.AvgPool2d(2)
    dense = t.Linear(400, 120), t.Tanh(), t.Linear(120, 84), t.Tanh(), t.Linear(84, 10)
    return t.Sequential(*convolutions, t.Flatten(), *dense)


def torch_small_lenet(t):
    convolutions = t.Conv2d(1, 2, 3, padding=1), t.ReLU(), t.MaxPool2d(2), t.Conv2d(2, 3, 3), t.Tanh(), t.AvgPool2d(2)
    return t.Sequential(*convolutions, t.Flatten(), t.Linear(3, 5), t.ReLU(), t.Linear(5, 3))


def small_lenet():
    convolutions = nn.Conv2d(1, 2, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(2, 3, 3), nn.Tanh()
    dense = nn.Linear(3, 5), nn.ReLU(), nn.Linear(5, 3)
    return nn.Sequential(*convolutions, nn.AvgPool2d(2), nn.Flatten(), *dense)


def torch_block(t, channels, convolutions, stride):
    class Block(t.Module):
        def __init__(self):
            super().__init__()
            for k, (a, b, size, s) in enumerate(convolutions, 1):
                setattr(self, f"conv{k}", t.Conv2d(a, b, size, stride=s, padding=size // 2, bias=False))
                setattr(self, f"bn{k}", t.BatchNorm2d(b))
            width = convolutions[-1][1]
            if stride > 1 or channels != width:
                beside = t.Conv2d(channels, width, 1, stride=stride, bias=False), t.BatchNorm2d(width)
                self.downsample = t.Sequential(*beside)

        def forward(self, x):
            y = x
            for k in range(1, len(convolutions) + 1):
                y = getattr(self, f"bn{k}")(getattr(self, f"conv{k}")(y))
                y = y.relu() if k < len(convolutions) else y
            return (y + (self.downsample(x) if hasattr(self, "downsample") else x)).relu()

    return Block()


def torch_resnet(t, stages, base, width):
    """stages: for each block (channels, [(from, to, size, stride), …], stride)."""
    layers = {"conv1": t.Conv2d(3, base, 7, stride=2, padding=3, bias=False), "bn1": t.BatchNorm2d(base)}
    layers |= {"relu": t.ReLU(), "maxpool": t.MaxPool2d(3, stride=2, padding=1)}
    layers |= {f"layer{k}": t.Sequential(torch_block(t, *block)) for k, block in enumerate(stages, 1)}
    layers |= {"avgpool": t.AdaptiveAvgPool2d(1), "flatten": t.Flatten(), "fc": t.Linear(width, 3)}
    net = t.Sequential()
    for name, layer in layers.items():
        net.add_module(name, layer)
    return net


def torch_basic_resnet(t):
    return torch_resnet(t, [(4, [(4, 4, 3, 1), (4, 4, 3, 1)], 1), (4, [(4, 8, 3, 2), (8, 8, 3, 1)], 2)], 4, 8)


def torch_bottlenecks(t):
    first = (2, [(2, 2, 1, 1), (2, 2, 3, 1), (2, 8, 1, 1)], 1)
    return torch_resnet(t, [first, (8, [(8, 4, 1, 1), (4, 4, 3, 2), (4, 16, 1, 1)], 2)], 2, 16)


def torch_transformer(t):
    layer = t.TransformerEncoderLayer(8, 2, 12, 0.0, "gelu", batch_first=True, norm_first=True)
    return t.Sequential(layer, t.Flatten(), t.Linear(24, 3))


def transformer():
    return nn.Sequential(models.transformer_block(8, 2, 12), nn.Flatten(), nn.Linear(24, 3))


TWINS = {
    "perceptron": (lambda: models.perceptron(12, 8, 3), torch_perceptron, (3, 4), 3),
    "small LeNet": (small_lenet, torch_small_lenet, (1, 8, 8), 3),
    "LeNet-5": (models.lenet5, torch_lenet, (1, 28, 28), 10),
    "ResNet of basic blocks": (lambda: resnet(basic_block, 1, (1, 1), 3, base=4), torch_basic_resnet, (3, 16, 16), 3),
    "ResNet of bottlenecks": (lambda: resnet(bottleneck, 4, (1, 1), 3, base=2), torch_bottlenecks, (3, 16, 16), 3),
    "transformer": (transformer, torch_transformer, (3, 8), 3),
}
STEPS = 20


@pytest.mark.needs_torch
@pytest.mark.parametrize("ours, theirs, shape, classes", TWINS.values(), ids=TWINS.keys())
def test_twenty_steps_of_sgd_lose_what_pytorchs_lose(ours, theirs, shape, classes):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(15, *shape)), rng.integers(classes, size=15)
    net, twin = ours(), theirs(torch.nn).double().train()
    values = net.init(0, dtype=np.float64)
    missing, unknown = twin.load_state_dict({n: torch.tensor(a) for n, a in values.items()}, strict=False)
    assert not unknown and all(name.endswith("num_batches_tracked") for name in missing)
    rule = nn.SGD(lr=0.05, momentum=0.9, weight_decay=1e-3, nesterov=True)
    history = nn.fit(net, X, y, loss=nn.CrossEntropyLoss(), optimizer=rule, params=values, batch_size=8, epochs=10,
                     shuffle=False)  # fmt: skip
    other = torch.optim.SGD(twin.parameters(), lr=0.05, momentum=0.9, weight_decay=1e-3, nesterov=True)
    losses = []
    for _ in range(10):
        for part in (slice(0, 8), slice(8, 15)):
            other.zero_grad()
            loss = torch.nn.functional.cross_entropy(twin(torch.tensor(X[part])), torch.tensor(y[part]))
            loss.backward()
            other.step()
            losses.append(loss.item())
    assert len(history.batch_losses) == STEPS
    np.testing.assert_allclose(history.batch_losses, losses, rtol=1e-8, atol=0, equal_nan=False)
    for name, array in twin.state_dict().items():
        if name in net.params:
            np.testing.assert_allclose(net.params[name], array.numpy(), rtol=1e-6, atol=1e-9)
    twin.eval()
    np.testing.assert_allclose(nn.predict(net, X), twin(torch.tensor(X)).detach().numpy(), rtol=1e-6, atol=1e-9)
