"""torch.autograd.Function: its `forward` and `backward` are called by hand.

PyTorch's engine sums gradients of a wrong shape over the axes along which they could have been broadcast, fills in
zeros and converts types. Here nothing is between: what the author wrote comes out.
"""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..extras import need
from .frameworks import loaded, positional
from .signature import Signature
from .subject import Gradients, Inputs, LayerError, Run, outputs_of, seeded
from .torch_context import Context
from .torch_tensors import array_of, one_thread, own, reseed, tensor_of


class FunctionSubject:
    """A subclass of `torch.autograd.Function`, or its `apply`.

    `forward(ctx, *inputs, *hyper-parameters)`; where its parameters have the names of all hyper-parameters, those stand
    where they are named.
    """

    def __init__(self, layer: Any, signature: Signature):
        self.layer, self.signature = function_class(layer), signature
        self.name = self.layer.__name__

    @staticmethod
    def fits(layer: Any) -> bool:
        return function_class(layer) is not None

    def run(self, inputs: Inputs, params: dict[str, Any]) -> Run:
        torch = need("torch")
        seeded()
        reseed()
        tensors = [self._tensor(a.real, x) for a, x in zip(self.signature.arguments, inputs, strict=True)]
        places, arguments = self.places(params), [*tensors, *params.values()]
        given: list[Any] = [None] * len(arguments)
        for place, value in zip(places, arguments, strict=True):
            given[place] = value
        before = [None if x is None else np.array(x) for x in inputs]
        ctx = Context(given)
        with one_thread(), torch.no_grad():
            found = self._forward(ctx, given)
        outputs = found if isinstance(found, tuple) else (found,)
        ctx.close(outputs)
        arrays = outputs_of(tuple(map(array_of, outputs)), self.signature, self.name)
        if ctx.dirty:
            arrays = tuple(np.array(y) for y in arrays)
            self._restore(ctx, tensors, inputs, before)
        fixed = tuple(k for k, y in enumerate(outputs) if ctx.declared(y))
        return Run(arrays, lambda G: self._pull(ctx, G, outputs, given, places), fixed=fixed)

    def _tensor(self, real: bool, x: Any) -> Any:
        found = tensor_of(x)
        return found.requires_grad_() if real and found is not None else found

    def places(self, params: dict[str, Any]) -> list[int]:
        """Where in the call of `forward` each input and then each hyper-parameter stands."""
        count = len(self.signature.arguments)
        whole = [*range(count + len(params))]
        named = positional(self.layer.forward)[0 if separate(self.layer) else 1 :]
        if any(p.kind is p.VAR_POSITIONAL for p in inspect.signature(self.layer.forward).parameters.values()):
            return whole
        names = [p.name for p in named]
        needed = [p.name for p in named if p.default is p.empty]
        if not len(needed) <= len(whole) <= len(names):
            raise LayerError(
                f"{self.name}.forward takes {', '.join(names)}",
                hint=f"given: {', '.join((*self.signature.names, *params))}",
            )
        if set(params) <= set(names):
            rest = [k for k, n in enumerate(names) if n not in params]
            found = [*rest[:count], *(names.index(n) for n in params)]
            if len(rest) >= count and sorted(found) == whole:
                return found
        return whole

    def _forward(self, ctx: Context, given: list[Any]) -> Any:
        if not separate(self.layer):
            return self.layer.forward(ctx, *given)
        found = self.layer.forward(*given)
        self.layer.setup_context(ctx, tuple(given), found)
        return found

    def _restore(self, ctx: Context, tensors, inputs, before) -> None:
        """Inputs that are marked dirty may be changed."""
        for t, x, was in zip(tensors, inputs, before, strict=True):
            if any(t is d for d in ctx.dirty):
                x[...] = was

    # Backward.

    def _pull(self, ctx, grads: Sequence[np.ndarray], outputs, given, places) -> Gradients:
        torch = need("torch")
        reseed()
        upstream = [self._upstream(ctx, y, G) for y, G in zip(outputs, grads, strict=True)]
        with one_thread(), torch.no_grad():
            found = self.layer.backward(ctx, *upstream)
        found = found if isinstance(found, tuple) else (found,)
        if found == (None,) and len(given) > 1:
            raise LayerError(f"{self.name}.backward gave None", hint=f"expected: {self._expected(len(given))}")
        while len(found) > len(given) and found[-1] is None:
            found = found[:-1]
        if len(found) != len(given):
            many = f"{len(found)} gradient{'s' * (len(found) != 1)} for {len(given)} inputs of forward"
            raise LayerError(f"{self.name}.backward gave {many}", hint=f"expected: {self._expected(len(given))}")
        count = len(self.signature.arguments)
        if any(found[k] is not None for k in places[count:]):
            raise RuntimeError("a gradient that is not None for an input of forward that is no tensor")
        return tuple(own(found[k]) for k in places[:count])

    def _expected(self, many: int) -> str:
        more = many - len(self.signature.arguments)
        return f"one each for {', '.join(self.signature.names)}" + (
            f", and {more} None for hyper-parameters" if more else ""
        )

    def _upstream(self, ctx: Context, y: Any, G: np.ndarray) -> Any:
        """What the engine gives for an output: zeros or None for one without a gradient."""
        if y.is_floating_point() and not ctx.declared(y):
            return tensor_of(G)
        return need("torch").zeros_like(y) if ctx.materialize_grads else None


def function_class(layer: Any) -> Any:
    """The subclass of Function that a layer is, or whose `apply` it is."""
    torch = loaded("torch")
    if torch is None or not hasattr(torch, "autograd"):
        return None
    owner = layer.__self__ if inspect.ismethod(layer) and layer.__name__ == "apply" else layer
    return owner if inspect.isclass(owner) and issubclass(owner, torch.autograd.Function) else None


def separate(function: Any) -> bool:
    """Whether the context is set up beside `forward`, in `setup_context`."""
    return function.setup_context is not need("torch").autograd.Function.setup_context
