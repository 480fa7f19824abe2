"""Forward: what a layer says for one sample shape, as tensors: inputs, outputs, parameters, state, noise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from ..errors import OptionError
from ..expr.identifiers import identifier
from ..expr.indices import param
from ..expr.tensors import Tensor, input_tensor, let

BATCH = param("N")
"""The batch size: a symbol, so that one compilation serves all batches."""

MODES = ("eval", "train")

Shape = tuple[int, ...]


class Noise(NamedTuple):
    """An input that is drawn anew for each step, such as the mask of Dropout: `draw(rng, shape)` gives its values."""

    tensor: Tensor
    draw: Callable[[np.random.Generator, Shape], np.ndarray]

    def values(self, rng: np.random.Generator, batch: int, dtype: Any) -> np.ndarray:
        """Values for a batch of that size."""
        shape = tuple(int(n.xreplace({BATCH: batch})) for n in self.tensor.shape)
        return self.draw(rng, shape).astype(dtype)


@dataclass
class Found:
    """What the layers of a model report while their equations are built, by dotted path."""

    parts: dict[str, Tensor] = field(default_factory=dict)
    updates: dict[str, Tensor] = field(default_factory=dict)
    noise: dict[str, Noise] = field(default_factory=dict)


class Mode:
    """Whether equations are for training, and where in a model they stand (`path`, dotted; empty at the top).

    Layers call `noise` for random inputs, `update` for the next value of their state, `part` for layers inside them.
    """

    def __init__(self, training: bool = False, path: str = "", found: Found | None = None):
        self.training, self.path, self.found = training, path, Found() if found is None else found

    @classmethod
    def named(cls, mode: str, layer: Any = "") -> Mode:
        """The mode "eval" or "train" (of a layer, which an error names)."""
        if mode not in MODES:
            raise OptionError(f"{layer}: mode={mode!r}" if layer else f"mode={mode!r}", hint='"eval" or "train"')
        return cls(mode == "train")

    def within(self, name: str) -> Mode:
        """The same for a layer that stands inside this one under a name."""
        return Mode(self.training, dotted(self.path, name), self.found)

    def noise(self, name: str, shape, draw) -> Tensor:
        """An input that is drawn anew for each step, of a shape that may hold the batch size."""
        full = dotted(self.path, name)
        tensor = input_tensor(identifier(full), shape)
        self.found.noise[full] = Noise(tensor, draw)
        return tensor

    def update(self, name: str, value: Tensor) -> None:
        """The value of an entry of the state after this step."""
        self.found.updates[dotted(self.path, name)] = value

    def part(self, name: str, layer: Any, x: Any, parameters: dict[str, Tensor]) -> Any:
        """The output of the layer `name` inside this one, under a name of its own (`y_0`, `y_features_3`)."""
        inner = self.within(name)
        y = layer.equations(x, inside(name, parameters), inner)
        if isinstance(y, Tensor) and not y.name:
            y = let(identifier(dotted(inner.path, "y")), y)
        self.found.parts[inner.path] = y
        return y


def dotted(path: str, name: str) -> str:
    """
    >>> dotted("", "weight"), dotted("layer1.0", "weight")
    ('weight', 'layer1.0.weight')
    """
    return f"{path}.{name}" if path else name


def inside(name: str, values: dict) -> dict:
    """What belongs to the layer `name`, under its own names.

    >>> inside("0", {"0.weight": 1, "0.bias": 2, "1.weight": 3})
    {'weight': 1, 'bias': 2}
    """
    start = f"{name}."
    return {k.removeprefix(start): v for k, v in values.items() if k.startswith(start)}


@dataclass(frozen=True, eq=False)
class Forward:
    """The equations of a layer for one sample shape and mode; all names are dotted paths.

    `parameters` are learnt, `state` is kept between steps (running statistics), `updates` are its next values in
    training, `noise` are inputs drawn for each step, `parts` the outputs of the layers inside, in the order in which
    they are computed. A tensor's own name (`tensor.name`) is its keyword in compiled programs.
    """

    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    parameters: dict[str, Tensor]
    state: dict[str, Tensor]
    updates: dict[str, Tensor]
    noise: dict[str, Noise]
    parts: dict[str, Tensor]

    @property
    def output(self) -> Tensor:
        """The output of a layer that has one."""
        return self.outputs[0]

    @property
    def given(self) -> dict[str, Tensor]:
        """Parameters and state: what `init` gives values for."""
        return {**self.parameters, **self.state}

    def keywords(self, params: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Values by dotted name as the keywords of a compiled program."""
        return {str(t.name): params[name] for name, t in self.given.items()}

    def draw(self, rng: np.random.Generator, batch: int, dtype: Any = np.float64) -> dict[str, np.ndarray]:
        """Values for the noise of one step, as keywords of a compiled program."""
        return {str(n.tensor.name): n.values(rng, batch, dtype) for n in self.noise.values()}
