"""Layers made of layers: one after another, or beside a shortcut."""

from __future__ import annotations

from typing import Any

from ..errors import OptionError, ShapeError
from ..expr.operations import elementwise
from ..expr.tensors import shape_text
from .arrays import named_error
from .forward import dotted
from .layer import Layer


class Container(Layer):
    """A layer whose parameters and state are those of the layers inside, under dotted names (`0.weight`)."""

    def __init__(self, **layers: Layer):
        self.layers: dict[str, Layer] = {}
        for name, layer in layers.items():
            if not isinstance(layer, Layer):
                raise OptionError(
                    f"{type(self).__name__}: {layer!r} is not a layer",
                    hint=f"a function is written as a layer, such as {type(self).__name__}(nn.ReLU())",
                )
            self.layers[name] = layer

    def children(self):
        return self.layers

    def parameters(self):
        found = ((dotted(name, k), s) for name, layer in self.layers.items() for k, s in layer.parameters().items())
        return dict(found)

    def state(self):
        return {dotted(name, k): s for name, layer in self.layers.items() for k, s in layer.state().items()}

    def initial(self, rng):
        return {dotted(name, k): v for name, layer in self.layers.items() for k, v in layer.initial(rng).items()}

    def __repr__(self):
        inner = "\n".join(f"({name}): {layer!r}" for name, layer in self.layers.items())
        return f"{type(self).__name__}(\n  " + inner.replace("\n", "\n  ") + "\n)"

    def __str__(self):
        return f"{type(self).__name__}(of {len(self.layers)})"

    def _through(self, name: str, shape):
        """The output shape of a layer inside; its errors say where it stands."""
        with named_error(self.layers[name], name):
            return self.layers[name].output_shape(shape)


class Sequential(Container):
    """`y = layer_n(… layer_1(layer_0(x)))`. Layers are named by their place, or by keywords.

    >>> from symgrad.nn.activation import ReLU
    >>> from symgrad.nn.dense import Linear
    >>> net = Sequential(Linear(4, 8), ReLU(), Linear(8, 2)); list(net.parameters()), net.output_shape((4,))
    (['0.weight', '0.bias', '2.weight', '2.bias'], (2,))
    >>> print(net.summary((4,)))
    layer  kind          output  parameters
    ───────────────────────────────────────
    0      Linear(4, 8)  (8,)            40
    1      ReLU()        (8,)             0
    2      Linear(8, 2)  (2,)            18
    ───────────────────────────────────────
    total                                58
    """

    def __init__(self, *layers: Layer, **named: Layer):
        super().__init__(**{str(k): layer for k, layer in enumerate(layers)}, **named)
        first = next(iter(self.layers.values()), None)
        if first is not None:
            self.inputs, self.batch_axis = first.inputs, first.batch_axis  # type: ignore[misc]

    def __getitem__(self, place: int) -> Layer:
        return list(self.layers.values())[place]

    def __len__(self):
        return len(self.layers)

    def input_shapes(self, shapes):
        return self[0].input_shapes(shapes) if self.layers else super().input_shapes(shapes)

    def sample_of(self, place, shape):
        return self[0].sample_of(place, shape) if self.layers else super().sample_of(place, shape)

    def check_values(self, x):
        if self.layers:
            self[0].check_values(x)

    def output_shape(self, shape):
        for name in self.layers:
            shape = self._through(name, shape)
        return shape

    def equations(self, x, parameters, mode):
        for name, layer in self.layers.items():
            x = mode.part(name, layer, x, parameters)
        return x


class Residual(Container):
    """`y = body(x) + shortcut(x)`; without a shortcut, `body(x) + x`. He et al., 2016."""

    def __init__(self, body: Layer, shortcut: Layer | None = None):
        super().__init__(body=body, **({} if shortcut is None else {"shortcut": shortcut}))

    def output_shape(self, shape):
        out, beside = (self._through(n, shape) if n in self.layers else shape for n in ("body", "shortcut"))
        if out != beside:
            raise ShapeError(
                f"{self}: the body gives {shape_text(out)}, the shortcut {shape_text(beside)}; they are added",
                hint="a shortcut of stride and channels like the body's: Residual(body, Conv2d(…, 1, stride=…))",
            )
        return out

    def equations(self, x, parameters, mode):
        body, beside = (
            mode.part(n, self.layers[n], x, parameters) if n in self.layers else x for n in ("body", "shortcut")
        )
        return elementwise("add", body, beside)


def parts_of(layer: Any) -> dict[str, Layer]:
    """Every layer inside, at any depth, by its dotted path."""
    found: dict[str, Layer] = {}
    for name, inner in layer.children().items():
        found[name] = inner
        found.update({dotted(name, path): part for path, part in parts_of(inner).items()})
    return found
