"""Rows of LAYERS and LOSSES: a layer, how small random instances of it are drawn, and inputs for them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .activation import ReLU, Tanh
from .attention import MultiheadAttention, ScaledDotProductAttention
from .container import Residual, Sequential
from .convolution import Conv2d, ConvTranspose2d
from .dense import Linear
from .described import named_options
from .embedding import Embedding
from .layer import Layer
from .normalisation import GroupNorm, LayerNorm
from .pooling import MaxPool2d
from .shaping import Flatten

Draw = np.random.Generator
Instance = tuple[Layer, Any]
"""A layer, and the shape of a sample (shapes, of several inputs)."""


def normals(rng: Draw, layer: Layer, shapes: tuple) -> tuple[np.ndarray, ...]:
    """Inputs for given full shapes: normal numbers."""
    return tuple(rng.normal(size=s) for s in shapes)


@dataclass(frozen=True)
class Row:
    """A layer: its name, its class, `draw(rng)` for a random instance and `inputs(rng, layer, shapes)` for arrays.

    `exact`: sums of products alone, so that integers give the same number in any order of work.
    """

    name: str
    kind: type
    draw: Callable[[Draw], Instance]
    inputs: Callable[[Draw, Layer, tuple], tuple[np.ndarray, ...]] = field(default=normals)
    exact: bool = False

    def __str__(self):
        return self.name


def whole(rng: Draw, least: int, most: int) -> int:
    """A whole number, both ends included."""
    return int(rng.integers(least, most + 1))


def either(rng: Draw, *options):
    """One of the options."""
    return options[int(rng.integers(len(options)))]


def yes_or_no(rng: Draw) -> bool:
    """True or False."""
    return bool(rng.integers(2))


def linear(rng: Draw) -> Instance:
    layer = Linear(whole(rng, 1, 4), whole(rng, 1, 4), yes_or_no(rng))
    return layer, (*either(rng, (), (), (2,), (2, 3)), layer.in_features)


def conv(kind: Any) -> Callable[[Draw], Instance]:
    """Strides, paddings, dilations and groups that fit a small image, or do not divide it."""

    def draw(rng):
        axes, groups = kind.axes, either(rng, 1, 1, 2, 3)
        most = (3, 3, 2) if axes < 3 else (2, 2, 1)
        kernel, stride, dilation = (tuple(whole(rng, 1, m) for _ in range(axes)) for m in most)
        padding: Any = tuple(whole(rng, 0, 2 if axes < 3 else 1) for _ in range(axes))
        if rng.integers(4) == 0:
            stride, padding = (1,) * axes, "same"
        mode = either(rng, "zeros", "zeros", "zeros", "reflect", "replicate", "circular")
        layer = kind(
            groups * whole(rng, 1, 2), groups * whole(rng, 1, 2), kernel, stride, padding, dilation, groups,
            yes_or_no(rng), mode,
        )  # fmt: skip
        least = 1 if mode == "zeros" else 1 + max(max(w.padding, w.end or 0) for w in layer.windows)
        sizes = tuple(max(w.reach - 2 * w.padding, least) + whole(rng, 0, 4 - axes) for w in layer.windows)
        return layer, (layer.in_channels, *sizes)

    return draw


def transposed(rng: Draw) -> Instance:
    groups = either(rng, 1, 1, 2)
    kernel, stride, dilation = (tuple(whole(rng, 1, m) for _ in range(2)) for m in (3, 3, 2))
    outside = tuple(whole(rng, 0, max(s, d) - 1) for s, d in zip(stride, dilation, strict=True))
    padding = tuple(whole(rng, 0, d * (k - 1) // 2) for d, k in zip(dilation, kernel, strict=True))
    layer = ConvTranspose2d(
        groups * whole(rng, 1, 2), groups * whole(rng, 1, 2), kernel, stride, padding, outside, groups,
        yes_or_no(rng), dilation,
    )  # fmt: skip
    return layer, (layer.in_channels, whole(rng, 1, 3), whole(rng, 1, 3))


def pool(kind: Any, **options) -> Callable[[Draw], Instance]:
    def draw(rng):
        axes = kind.axes
        size = tuple(whole(rng, 1, 3) for _ in range(axes))
        stride = either(rng, None, tuple(whole(rng, 1, 3) for _ in size))
        given: dict[str, Any] = {"kernel_size": size, "stride": stride, "ceil_mode": yes_or_no(rng)}
        if "padding" in named_options(kind):
            given["padding"] = tuple(whole(rng, 0, k // 2) for k in size)
        if "dilation" in named_options(kind):
            given["dilation"] = tuple(whole(rng, 1, 2) for _ in size)
        layer = kind(**given, **{name: choose(rng) for name, choose in options.items()})
        least = (max(w.reach - 2 * w.padding, w.dilation) for w in layer.windows)  # an entry in every window
        sizes = tuple(n + whole(rng, 0, 4) for n in least)
        return layer, (whole(rng, 1, 2), *sizes)

    return draw


def adaptive_pool(kind: type) -> Callable[[Draw], Instance]:
    def draw(rng):
        wanted = either(rng, whole(rng, 1, 3), (whole(rng, 1, 3), whole(rng, 1, 4)), (None, whole(rng, 1, 3)))
        return kind(wanted), (whole(rng, 1, 2), whole(rng, 1, 6), whole(rng, 1, 6))

    return draw


def image(make: Callable[[Draw, int], Layer], least: int = 2, most: int = 2) -> Callable[[Draw], Instance]:
    """A layer for a number of channels, and images of so many spatial axes."""

    def draw(rng):
        channels = whole(rng, 1, 4)
        return make(rng, channels), (channels, *(whole(rng, 2, 3) for _ in range(whole(rng, least, most))))

    return draw


def any_shape(make: Callable[[Draw], Layer]) -> Callable[[Draw], Instance]:
    return lambda rng: (make(rng), tuple(whole(rng, 1, 3) for _ in range(whole(rng, 1, 3))))


def alone(kind: type) -> Callable[[Draw, int], Layer]:
    """A layer without options."""
    return lambda rng, channels: kind()


def along(kind: type) -> Callable[[Draw], Layer]:
    """A layer of one axis, the last or the first of a sample."""
    return lambda rng: kind(either(rng, -1, 1))


def layer_norm(rng: Draw) -> Instance:
    inner = tuple(whole(rng, 2, 3) for _ in range(whole(rng, 1, 2)))
    return LayerNorm(inner, bias=yes_or_no(rng)), (*either(rng, (), (2,)), *inner)


def group_norm(rng: Draw) -> Instance:
    groups = whole(rng, 1, 3)
    channels = groups * whole(rng, 1, 2)
    layer = GroupNorm(groups, channels, affine=yes_or_no(rng), bias=bool(rng.integers(4)))
    return layer, (channels, 2, whole(rng, 1, 3))


def batch_norm(kind: type) -> Callable[[Draw, int], Layer]:
    return lambda rng, c: kind(
        c,
        momentum=either(rng, 0.1, 0.5, None),
        affine=yes_or_no(rng),
        track_running_stats=bool(rng.integers(4)),
        bias=bool(rng.integers(4)),
    )


def embedding(rng: Draw) -> Instance:
    rows = whole(rng, 1, 5)
    return Embedding(rows, whole(rng, 1, 3), either(rng, None, rows - 1)), either(rng, (), (3,), (2, 2))


def labels(rng: Draw, layer: Layer, shapes: tuple) -> tuple[np.ndarray, ...]:
    return (np.asarray(rng.integers(0, layer.num_embeddings, size=shapes[0])),)  # type: ignore[attr-defined]


def cell(kind: type) -> Callable[[Draw], Instance]:
    def draw(rng):
        layer = kind(whole(rng, 1, 3), whole(rng, 1, 3), yes_or_no(rng))
        return layer, ((layer.input_size,), *[(layer.hidden_size,)] * (len(layer.inputs) - 1))

    return draw


def recurrent_layer(kind: type) -> Callable[[Draw], Instance]:
    def draw(rng):
        layer = kind(
            whole(rng, 1, 2),
            whole(rng, 1, 2),
            whole(rng, 1, 2),
            bias=yes_or_no(rng),
            batch_first=yes_or_no(rng),
            bidirectional=yes_or_no(rng),
        )
        return layer, (whole(rng, 1, 3), layer.input_size)

    return draw


def dot_product(rng: Draw) -> Instance:
    lead, (l, s, e, d) = either(rng, (), (2,)), (whole(rng, 1, 3) for _ in range(4))
    causal = yes_or_no(rng)
    masked = not causal and yes_or_no(rng)
    layer = ScaledDotProductAttention(is_causal=causal, scale=either(rng, None, 0.5), attn_mask=masked)
    return layer, ((*lead, l, e), (*lead, s, e), (*lead, s, d), *([(l, s)] if masked else []))


def multihead(rng: Draw) -> Instance:
    heads = whole(rng, 1, 2)
    e, (l, s) = heads * whole(rng, 1, 2), (whole(rng, 1, 3) for _ in range(2))
    k, v = either(rng, (e, e), (3, 2))
    masked, causal = either(rng, (False, False), (True, False), (False, True))
    layer = MultiheadAttention(
        e, heads, 0.0, yes_or_no(rng), kdim=k, vdim=v, batch_first=yes_or_no(rng), is_causal=causal, attn_mask=masked
    )
    return layer, ((l, e), (s, k), (s, v), *([(l, s)] if masked else []))


def sequential(rng: Draw) -> Instance:
    c = whole(rng, 1, 2)
    layers = (Conv2d(c, 2, 2), ReLU(), MaxPool2d(2), Flatten(), Linear(2, 3))
    return Sequential(*layers), (c, 3, 3)


def residual(rng: Draw) -> Instance:
    n = whole(rng, 1, 3)
    body = Sequential(Linear(n, 2), Tanh(), Linear(2, n))
    return Residual(body, either(rng, None, Linear(n, n, bias=False))), (n,)


def flatten(rng: Draw) -> Instance:
    shape = tuple(whole(rng, 1, 3) for _ in range(whole(rng, 1, 3)))
    first = whole(rng, 1, len(shape))
    return Flatten(first, either(rng, -1, whole(rng, first, len(shape)))), shape


def positive(rng: Draw, layer: Layer, shapes: tuple) -> tuple[np.ndarray, ...]:
    """Numbers above 0, as odd powers under roots need them."""
    return tuple(rng.uniform(0.1, 2.0, size=s) for s in shapes)
