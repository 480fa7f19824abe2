"""symgrad's own layers: an instance, or a class or function that makes one from dims and hyper-parameters."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from functools import lru_cache
from types import ModuleType
from typing import Any

import numpy as np

from ..expr.identifiers import identifiers
from .frameworks import code_names, loaded, mentioned, wanted
from .measure import measured
from .signature import Signature
from .subject import Gradients, Inputs, LayerError, Run, outputs_of, seeded

CALL = ("mode", "seed")
"""Hyper-parameters that `Layer.forward` and `Layer.vjp` take themselves."""


class SymgradSubject:
    """The first arguments are the inputs of the layer, the others its parameters: by name, or else in order.

    State that the signature does not name stays as the layer begins. Layers are kept, since they keep their programs.
    """

    def __init__(self, layer: Any, signature: Signature):
        self.layer, self.signature = layer, signature
        self.name = getattr(layer, "__name__", type(layer).__name__)
        self.made = lru_cache(maxsize=200)(self._made)

    @staticmethod
    def fits(layer: Any) -> bool:
        return is_layer(layer) or (inspect.isfunction(layer) and any(map(is_layer, named_in(layer))))

    def _made(self, *pairs: tuple[str, Any]) -> Any:
        if isinstance(self.layer, kinds()):
            return self.layer
        known = dict(pairs)
        found = self.layer(**{n: known[n] for n in wanted(self.layer, self.name, known)})
        if not isinstance(found, kinds()):
            raise LayerError(f"{self.name} gives {type(found).__name__}, not a layer of symgrad.nn")
        return found

    def run(self, inputs: Inputs, params: dict[str, Any]) -> Run:
        seeded()
        layer = self.made(*{**params, **measured(self.signature, inputs, params)[0]}.items())
        count = len(layer.inputs)
        if len(inputs) < count:
            raise LayerError(f"{self.name} has the inputs {', '.join(layer.inputs)}", hint=f"given: {self.signature}")
        names = self.parameters(layer)
        values = {**layer.init(dtype=np.float64), **self._given(layer, names, inputs[count:])}
        x = inputs[0] if count == 1 else tuple(inputs[:count])
        call = {n: params[n] for n in CALL if n in params and n not in self._taken()}
        y, pullback = layer.vjp(x, values, **call)
        return Run(outputs_of(y, self.signature, self.name), lambda G: self._pull(pullback, G, count, names))

    def _taken(self) -> Mapping[str, Any]:
        return {} if isinstance(self.layer, kinds()) else inspect.signature(self.layer).parameters

    def _given(self, layer: Any, names: list[str], arrays: Inputs) -> dict[str, Any]:
        return {name: x for name, x in zip(names, arrays, strict=True) if x is not None}

    def parameters(self, layer: Any) -> list[str]:
        """The parameters of the layer that the arguments after its inputs stand for."""
        asked = list(self.signature.names[len(layer.inputs) :])
        short = {i: name for name, i in identifiers([*layer.parameters(), *layer.state()]).items()}
        if set(asked) <= set(short):
            return [short[n] for n in asked]
        learnt = list(layer.parameters())
        if len(asked) == len(learnt):
            return learnt
        raise LayerError(
            f"{self.name} has the parameters {', '.join(learnt) or '(none)'}, the signature names {', '.join(asked)}",
            hint=f"after its inputs ({', '.join(layer.inputs)}) a signature names parameters",
        )

    def _pull(self, pullback, G, count: int, names: list[str]) -> Gradients:
        gx, learnt = pullback(tuple(G) if len(G) > 1 else G[0])
        return (*((gx,) if count == 1 else gx), *(learnt.get(name) for name in names))


def named_in(function: Any) -> Iterator[Any]:
    """What a function's code names: `Linear`, or the `Linear` of `nn.Linear`."""
    names = set(code_names(function))
    for value in mentioned(function):
        yield value
        if isinstance(value, ModuleType) and value.__name__.split(".")[0] == "symgrad":
            yield from (getattr(value, n) for n in names if hasattr(value, n))


def is_layer(layer: Any) -> bool:
    """Whether it is a layer, or a class of them."""
    return isinstance(layer, kinds()) or (inspect.isclass(layer) and issubclass(layer, kinds()))


def kinds() -> tuple[type, ...]:
    """The class of layers; nothing where nobody has imported symgrad.nn, since then there are none."""
    module = loaded("symgrad.nn.layer")
    return (module.Layer,) if module else ()
