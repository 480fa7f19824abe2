"""Models that were published, as layers: built without allocating anything; `init(seed)` draws their values."""

from .alexnet import alexnet as alexnet
from .alexnet import alexnet_2012 as alexnet_2012
from .lenet import lenet5 as lenet5
from .perceptron import linear_classifier as linear_classifier
from .perceptron import perceptron as perceptron
from .resnet import resnet18 as resnet18
from .resnet import resnet50 as resnet50
from .transformer import transformer_block as transformer_block
from .vgg import vgg11 as vgg11
from .vgg import vgg16 as vgg16

MODELS = (
    linear_classifier,
    perceptron,
    lenet5,
    alexnet,
    alexnet_2012,
    vgg11,
    vgg16,
    resnet18,
    resnet50,
    transformer_block,
)
