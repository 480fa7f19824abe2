"""`stacks()`: two to four random layers, each drawn for the shape that the last one leaves, and a loss on top.

To let a layer into the stacks, add it to the row of the shapes it takes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

from symgrad import nn
from symgrad.errors import SymgradError


@dataclass
class Stack:
    """A net, the shape of a sample, and a loss with the shape of its target."""

    net: nn.Sequential
    shape: tuple[int, ...]
    loss: Any
    target: tuple[int, ...]

    def __repr__(self):
        return f"{self.net!r} for {self.shape}, {self.loss}"

    def arrays(self, rng, batch):
        """An input and a target."""
        if isinstance(self.net[0], nn.Embedding):
            x = rng.integers(0, self.net[0].num_embeddings, size=(batch, *self.shape))
        else:
            x = rng.normal(size=(batch, *self.shape))
        target = (batch, *self.target)
        if isinstance(self.loss, (nn.CrossEntropyLoss, nn.MultiMarginLoss)):
            return x, rng.integers(0, self.net.output_shape(self.shape)[0], size=target)
        return x, rng.normal(size=target)


def pair(low, high):
    return st.tuples(st.integers(low, high), st.integers(low, high))


ANY = (
    *(
        st.builds(kind)
        for kind in (nn.ReLU, nn.Tanh, nn.Sigmoid, nn.SiLU, nn.Mish, nn.Softsign, nn.Tanhshrink, nn.SELU)
    ),
    *(st.builds(kind) for kind in (nn.Hardswish, nn.Hardtanh, nn.ELU, nn.Softplus, nn.LeakyReLU, nn.LogSigmoid)),
    st.builds(nn.Tanhshrink),
    st.builds(nn.GELU, st.sampled_from(("none", "tanh"))),
    st.builds(nn.Softmax, st.sampled_from((-1, 1))),
    st.builds(nn.LogSoftmax, st.sampled_from((-1, 1))),
    st.builds(nn.Dropout, st.just(0.5)),
)


def for_vectors(n):
    width = st.integers(1, 4)
    return (
        st.builds(nn.Linear, st.just(n), width, st.booleans()),
        st.builds(nn.Linear, st.just(n), width, st.booleans()),
        st.builds(nn.LayerNorm, st.just((n,))),
        st.builds(nn.BatchNorm1d, st.just(n)),
        st.builds(lambda m: nn.Residual(nn.Sequential(nn.Linear(n, m), nn.Tanh(), nn.Linear(m, n))), width),
    )


def for_sequences(l, d):
    width, kinds = st.integers(1, 3), st.sampled_from((nn.RNN, nn.LSTM, nn.GRU))
    return (
        *for_vectors(d)[:3],
        st.builds(lambda kind, m, two: kind(d, m, batch_first=True, bidirectional=two), kinds, width, st.booleans()),
        st.builds(nn.Conv1d, st.just(l), width, width, st.integers(1, 2), st.integers(0, 1), st.integers(1, 2)),
        st.builds(nn.MaxPool1d, width, st.integers(1, 2)),
        st.builds(nn.AvgPool1d, width, st.integers(1, 2)),
        st.builds(nn.BatchNorm1d, st.just(l)),
        st.builds(nn.Flatten),
    )


def for_images(c, h, w):
    kernel, stride, groups = pair(1, 3), pair(1, 2), st.sampled_from([g for g in (1, 2, 3) if c % g == 0])
    conv = groups.flatmap(
        lambda g: st.builds(
            nn.Conv2d, st.just(c), st.sampled_from((g, 2 * g)), kernel, stride, pair(0, 2), pair(1, 2), st.just(g)
        )
    )
    return (
        conv,
        conv,
        st.builds(nn.ConvTranspose2d, st.just(c), st.integers(1, 2), pair(1, 3), pair(1, 2)),
        *(st.builds(kind, pair(2, 3), stride, pair(0, 1)) for kind in (nn.MaxPool2d, nn.MinPool2d, nn.AvgPool2d)),
        *(st.builds(kind, pair(1, 2)) for kind in (nn.AdaptiveAvgPool2d, nn.AdaptiveMaxPool2d)),
        *(st.builds(kind) for kind in (nn.GlobalAvgPool2d, nn.GlobalMaxPool2d, nn.Flatten)),
        st.builds(nn.BatchNorm2d, st.just(c)),
        st.builds(nn.GroupNorm, groups, st.just(c)),
        st.builds(nn.LocalResponseNorm, st.integers(1, 3), st.just(0.5)),
        st.builds(nn.PReLU, st.sampled_from((1, c))),
        st.builds(nn.Dropout2d, st.just(0.5)),
        st.builds(lambda: nn.Residual(nn.Conv2d(c, c, 3, padding=1))),
    )


FOR = {1: for_vectors, 2: for_sequences, 3: for_images}
MOST = 100
"""Entries of a sample between two layers."""


def fits(layer, shape) -> bool:
    """Whether the layer takes samples of that shape and leaves some that are neither empty nor large."""
    try:
        out = layer.output_shape(shape)
    except SymgradError:
        return False
    return 0 < np.prod(out) <= MOST


@st.composite
def stacks(draw):
    shape = draw(st.sampled_from(((3,), (2, 3), (4, 2), (2, 4, 3), (3, 5, 4), (1, 6, 5))))
    layers, now = [], shape
    if len(shape) == 1 and draw(st.integers(0, 3)) == 0:
        layers.append(nn.Embedding(4, 2))
        now = layers[0].output_shape(shape)
    for _ in range(draw(st.integers(2, 4)) - len(layers)):
        kinds = (*FOR[len(now)](*now), *ANY)
        layer = draw(st.one_of(*(k.filter(lambda layer, now=now: fits(layer, now)) for k in kinds)))
        layers.append(layer)
        now = layer.output_shape(now)
    losses = [(nn.MSELoss(), now), (nn.SmoothL1Loss(), now), (nn.HuberLoss("sum"), now)]
    losses += [(nn.CrossEntropyLoss(), now[1:]), (nn.MultiMarginLoss(), ())][: 2 if len(now) == 1 else 1]
    loss, target = draw(st.sampled_from(losses))
    return Stack(nn.Sequential(*layers), shape, loss, target)
