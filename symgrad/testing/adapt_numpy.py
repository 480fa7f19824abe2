"""Adapters of plain Python: classes with `forward` and `backward`, and pairs of functions."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from .signature import Signature
from .subject import Inputs, LayerError, Run, gradients_of, outputs_of, seeded

BACKWARD = ("backward", "vjp")
UPSTREAM_NAMES = {"dout", "grad", "grad_output", "grad_outputs", "grad_out", "upstream", "cotangent", "dL", "g", "G"}


class ClassSubject:
    """`Layer(**params).forward(*inputs) -> y`, then `.backward(grad_y) -> gradients`.

    Hyper-parameters that the constructor does not take are given to `forward`.
    """

    def __init__(self, layer: Any, signature: Signature):
        self.layer, self.signature, self.name = layer, signature, getattr(layer, "__name__", type(layer).__name__)
        self.backward = next(n for n in BACKWARD if hasattr(layer, n))
        self.takes = taken(layer)

    @staticmethod
    def fits(layer: Any) -> bool:
        """A class, or a function that makes instances, would do; it is asked for by what it has."""
        return inspect.isclass(layer) and hasattr(layer, "forward") and any(hasattr(layer, n) for n in BACKWARD)

    def run(self, inputs: Inputs, params: dict[str, Any]) -> Run:
        seeded()
        made = self.layer(**{n: v for n, v in params.items() if self.takes(n)})
        given = {n: v for n, v in params.items() if not self.takes(n)}
        outputs = outputs_of(made.forward(*inputs, **given), self.signature, self.name)
        back = getattr(made, self.backward)
        return Run(outputs, lambda G: gradients_of(back(*G), self.signature, self.name))


class PairSubject:
    """`(forward, backward)`, two functions.

    `forward(*inputs, **params)` gives the outputs and, after them, what `backward(saved, *grads)` needs; or the outputs
    alone, and `backward(*inputs, *grads, **params)` computes what it needs again; or the outputs and a function, the
    pullback, and then there is no second one. Where the first parameters of `backward` are called as upstream
    gradients are (`dout`, `grad_y`), it takes those first: `backward(dout, cache)`.
    """

    def __init__(self, layer: Any, signature: Signature):
        self.forward, self.backward = layer if isinstance(layer, tuple) else (layer, None)
        self.signature, self.name = signature, getattr(self.forward, "__name__", "layer")
        self.many = len(signature.outputs)
        self.first = self.backward is not None and takes_upstream_first(self.backward, signature)

    @staticmethod
    def fits(layer: Any) -> bool:
        pair = isinstance(layer, tuple) and len(layer) == 2
        return all(map(callable, layer)) if pair else inspect.isfunction(layer)

    def run(self, inputs: Inputs, params: dict[str, Any]) -> Run:
        seeded()
        found = self.forward(*inputs, **params)
        saved = isinstance(found, tuple) and len(found) == self.many + 1
        outputs, rest = (found[:-1], found[-1]) if saved else (found, None)
        if self.backward is None and not callable(rest):
            raise LayerError(
                f"{self.name} gives no pullback", hint="test (forward, backward), or give outputs and a pullback"
            )
        return Run(outputs_of(outputs, self.signature, self.name), self._pull(inputs, params, saved, rest))

    def _pull(self, inputs, params, saved, rest) -> Callable:
        if self.backward is None:
            back = rest
        else:
            known, options = ((rest,), {}) if saved else (tuple(inputs), params)
            back = lambda *G: self.backward(*((*G, *known) if self.first else (*known, *G)), **options)  # noqa: E731
        return lambda G: gradients_of(back(*G), self.signature, self.name)


def takes_upstream_first(backward: Callable, signature: Signature) -> bool:
    """Whether the first parameters are called as upstream gradients are, and no argument is.

    >>> from symgrad.testing.signature import read_signature
    >>> read = read_signature("x[N] -> y[N]")
    >>> [takes_upstream_first(b, read) for b in (lambda dout, cache: 0, lambda cache, dout: 0, lambda x, dy: 0)]
    [True, False, False]
    """
    try:
        names = list(inspect.signature(backward).parameters)[: len(signature.outputs)]
    except (ValueError, TypeError):
        return False
    own = {f"{mark}{o.name}" for o in signature.outputs for mark in ("d", "d_", "g", "g_", "grad", "grad_", "ct_")}
    called = own | UPSTREAM_NAMES
    return bool(names) and all(n in called and n not in signature.names for n in names)


def taken(layer: Any) -> Callable[[str], bool]:
    """Whether a constructor takes a keyword of that name.

    >>> taken(dict)("a"), taken(type("L", (), {"__init__": lambda self, stride: None}))("padding")
    (True, False)
    """
    try:
        parameters = inspect.signature(layer).parameters
    except (ValueError, TypeError):
        return lambda name: True
    every = any(p.kind is p.VAR_KEYWORD for p in parameters.values())
    return lambda name: every or name in parameters
