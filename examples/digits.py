"""LeNet-5 learns to read handwritten digits: 1,437 images to learn from, 360 others to be judged by.

    python -m pip install scikit-learn && python examples/digits.py

The images come with scikit-learn (8×8 pixels, made 32×32 here). Those to learn from are also shown a little higher,
lower, further left and further right. For a seed the result is the same on every run.
"""

import sys

import numpy as np
from sklearn.datasets import load_digits

from symgrad import nn

TEST = 360
SHIFTS = ((0, 0), (2, 0), (-2, 0), (0, 2), (0, -2))
"""Rows and columns by which an image is moved."""


def digits(seed=0):
    """(X, y) to learn from and (X, y) to test with; X: (n, 1, 32, 32) from 0 to 1."""
    found = load_digits()
    X = np.kron(found.images / 16, np.ones((1, 4, 4)))[:, None].astype(np.float32)
    order = np.random.default_rng(seed).permutation(len(X))
    return [(X[part], found.target[part]) for part in (order[TEST:], order[:TEST])]


def shifted(X, y):
    """Every image at each of SHIFTS; what leaves on one side, mostly background, comes in on the other."""
    return np.concatenate([np.roll(X, move, axis=(2, 3)) for move in SHIFTS]), np.tile(y, len(SHIFTS))


def train(epochs=6, seed=0, **options):
    """The trained network and its history."""
    X, y = shifted(*digits()[0])
    net = nn.models.lenet5(size=32, activation=nn.ReLU(), pool=nn.MaxPool2d(2))
    history = nn.fit(
        net,
        X,
        y,
        loss=nn.CrossEntropyLoss(),
        optimizer=nn.SGD(lr=0.03, momentum=0.9),
        schedule=nn.CosineAnnealingLR(epochs),
        batch_size=32,
        epochs=epochs,
        seed=seed,
        **options,
    )
    return net, history


def accuracy(net):
    """The part of the test images that are read right."""
    _, (X, y) = digits()
    return nn.evaluate(net, X, y, loss=nn.CrossEntropyLoss())["accuracy"]


if __name__ == "__main__":
    net, history = train(seed=int(sys.argv[1]) if len(sys.argv) > 1 else 0)
    print(net.summary((1, 32, 32)))
    print(history)
    print(f"test accuracy {accuracy(net):.2%}")
