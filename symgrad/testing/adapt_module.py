"""torch.nn.Module: made anew for each pass, in float64, with parameters that are arguments like its inputs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..extras import need
from .frameworks import wanted
from .measure import measured
from .signature import Argument, Signature
from .subject import Inputs, LayerError, Run, outputs_of, seeded
from .torch_tensors import array_of, one_thread, own, reseed, same_strides, tensor_of

MODE = "mode"
"""The hyper-parameter that says whether a module is in "train" or "eval" mode."""
Shapes = Mapping[str, tuple[int, ...]]


@dataclass(frozen=True)
class Learnt(Argument):
    """A parameter of a module, `path` its dotted name; its shape is that of the module that the factory makes."""

    path: str = ""
    measure: Callable[[Mapping[str, Any]], Shapes] = field(default=lambda known: {}, compare=False, repr=False)

    def shape(self, known: Mapping[str, Any], lead: tuple[int, ...] = ()) -> tuple[int | None, ...]:
        return self.measure(known).get(self.path, (0,))


@dataclass(frozen=True)
class Factory:
    """A function that makes a module, its name, and which of the known names it takes."""

    make: Callable[..., Any]
    name: str
    takes: tuple[str, ...] = ()

    @classmethod
    def of(cls, make: Callable[..., Any], known: set[str]) -> Factory:
        if not callable(make) or isinstance(make, need("torch").nn.Module):
            what = f"the module {type(make).__name__} itself" if callable(make) else repr(make)
            raise LayerError(f"{what} is no function that makes a module", hint="module_test(lambda d: MyNorm(d), …)")
        name = getattr(make, "__name__", type(make).__name__)
        name = "the module's factory" if name == "<lambda>" else name
        return cls(make, name, tuple(wanted(make, name, known)))

    def __call__(self, known: Mapping[str, Any]) -> Any:
        """A module in float64."""
        if missing := [n for n in self.takes if n not in known]:
            raise LayerError(
                f"{self.name} needs {missing[0]}, which does not follow from the sizes of inputs",
                hint=f"an axis of an input that is {missing[0]} alone, or {missing[0]} among params=",
            )
        reseed()
        made = self.make(**{n: known[n] for n in self.takes})
        if not isinstance(made, need("torch").nn.Module):
            raise LayerError(f"{self.name} gives {type(made).__name__}, not a torch.nn.Module")
        return made.double()

    def shapes(self, known: Mapping[str, Any]) -> dict[str, tuple[int, ...]]:
        """The shape of each parameter that is learnt, by its dotted name."""
        named = self(known).named_parameters()
        return {name: tuple(p.shape) for name, p in named if p.requires_grad}


class ModuleSubject:
    """A factory of modules. Gradients are those of PyTorch's autograd, of inputs and parameters.

    A parameter that the output does not depend on, or that is cut off, has the gradient 0.
    """

    def __init__(self, layer: Factory, signature: Signature):
        self.factory, self.signature, self.name = layer, signature, layer.name

    @staticmethod
    def fits(layer: Any) -> bool:
        return isinstance(layer, Factory)

    def run(self, inputs: Inputs, params: dict[str, Any]) -> Run:
        outputs, sources = self.forward(inputs, params)
        arrays = outputs_of(tuple(map(own, outputs)), self.signature, self.name)
        return Run(arrays, lambda G: pulled(outputs, sources, inputs, G))

    def forward(self, inputs: Inputs, params: dict[str, Any]) -> tuple[list[Any], list[Any]]:
        """The outputs, and what gradients are asked of."""
        seeded()
        sizes, _ = measured(self.signature, inputs, params)
        module = self.factory({**params, **sizes})
        module.train(params.get(MODE) == "train")
        parts = list(zip(self.signature.arguments, inputs, strict=True))
        leaves = [leaf(a.real, x) for a, x in parts if not isinstance(a, Learnt)]
        given = [t if t is None or not t.requires_grad else same_strides(t) for t in leaves]
        learnt = self._filled(module, [(a, x) for a, x in parts if isinstance(a, Learnt)])
        reseed()
        with one_thread(), need("torch").enable_grad():
            outputs = tensors_in(module(*given))
        self._changed(inputs, [*given, *learnt])
        return outputs, [t if a.real else None for (a, _), t in zip(parts, [*leaves, *learnt], strict=True)]

    def _filled(self, module, parts) -> list[Any]:
        """The parameters of a module, with values that are given."""
        named = dict(module.named_parameters())
        with need("torch").no_grad():
            for a, x in parts:
                if a.path in named:
                    named[a.path].copy_(tensor_of(x))
        return [named.get(a.path) for a, _ in parts]

    def _changed(self, inputs, tensors) -> None:
        """What a forward pass does to its inputs and parameters shows in the arrays."""
        for x, t in zip(inputs, tensors, strict=True):
            if x is not None and t is not None and not np.array_equal(x, array_of(t), equal_nan=x.dtype.kind == "f"):
                x[...] = array_of(t)


def leaf(real: bool, x: Any) -> Any:
    """A tensor to which gradients flow."""
    found = tensor_of(x)
    return found.requires_grad_() if real and found is not None else found


def tensors_in(found: Any) -> list[Any]:
    """The tensors of what a module gives: alone, in tuples, lists and dictionaries, one after the other."""
    return list(_tensors(found))


def _tensors(found: Any) -> Iterator[Any]:
    if isinstance(found, need("torch").Tensor):
        yield found
    elif isinstance(found, dict):
        yield from (t for part in found.values() for t in _tensors(part))
    elif isinstance(found, (tuple, list)):
        yield from (t for part in found for t in _tensors(part))


def pulled(outputs: Sequence[Any], sources: Sequence[Any], inputs: Inputs, grads: Sequence[np.ndarray]):
    """`∂ Σ ⟨G, y⟩ / ∂x` for each source by autograd; 0 for those that the outputs do not depend on."""
    ways = [(y, tensor_of(G)) for y, G in zip(outputs, grads, strict=True) if y.requires_grad]
    asked = [t for t in sources if t is not None]
    found: Sequence[Any] = [None] * len(asked)
    if ways and asked:
        reseed()
        ys, Gs = zip(*ways, strict=True)
        with one_thread():
            found = need("torch").autograd.grad(ys, asked, Gs, retain_graph=True, allow_unused=True)
    left = iter(found)
    gradients = [None if t is None else next(left) for t in sources]
    return tuple(
        (np.zeros(x.shape) if g is None else own(g)) if x is not None and x.dtype.kind == "f" else None
        for x, g in zip(inputs, gradients, strict=True)
    )
