"""`like=`: a reference of the same arguments, written for NumPy, PyTorch or JAX, and its gradients by autograd."""

from __future__ import annotations

import inspect
import sys
import warnings
from collections.abc import Callable, Sequence
from types import CellType, FunctionType, ModuleType
from typing import Any

import numpy as np

from ..extras import need, optional
from .adapt_jax import JaxSubject
from .adapt_module import leaf, pulled, tensors_in
from .adapt_numpy import taken
from .frameworks import loaded, mentions
from .oracles import NoGradient, Oracle
from .signature import Signature
from .subject import Gradients, Inputs, LayerError, Run, outputs_of, seeded
from .torch_tensors import one_thread, own, reseed

CANNOT_TRACE = (TypeError, ValueError, AttributeError, NotImplementedError, AssertionError, IndexError, KeyError)
TRACED = ("numpy", "numpy.linalg", "numpy.fft", "scipy.special", "scipy.stats")
"""Modules for which HIPS autograd has one of its own."""


def reference(like: Any, signature: Signature) -> Oracle:
    """The oracle for a reference.

    >>> from symgrad.testing.signature import read_signature
    >>> reference(lambda x: np.sum(x**2), read_signature("x[N] -> y[]")).name
    'autograd'
    """
    if not callable(like):
        raise LayerError(f"like={like!r} is no function", hint="a function of the same arguments as the layer")
    if JaxSubject.fits(like):
        return Oracle("jax", JaxSubject(like, signature))
    if TorchSubject.fits(like):
        return Oracle("torch", TorchSubject(like, signature))
    return Oracle("autograd", NumpySubject(like, signature))


class TorchSubject:
    """A function of tensors, differentiated by PyTorch."""

    def __init__(self, layer: Any, signature: Signature):
        self.layer, self.signature, self.name = layer, signature, getattr(layer, "__name__", "layer")
        self.takes = taken(layer)

    @staticmethod
    def fits(layer: Any) -> bool:
        of_torch = type(layer).__module__.split(".")[0] == "torch" or getattr(layer, "__module__", "") == "torch"
        return loaded("torch") is not None and callable(layer) and (of_torch or mentions(layer, "torch"))

    def run(self, inputs: Inputs, params: dict[str, Any]) -> Run:
        seeded()
        reseed()
        sources = [leaf(a.real, x) for a, x in zip(self.signature.arguments, inputs, strict=True)]
        with one_thread(), need("torch").enable_grad():
            found = self.layer(*sources, **{n: v for n, v in params.items() if self.takes(n)})
        outputs = tensors_in(found)
        arrays = outputs_of(tuple(map(own, outputs)), self.signature, self.name)
        asked = [t if a.real else None for a, t in zip(self.signature.arguments, sources, strict=True)]
        return Run(arrays, lambda G: pulled(outputs, asked, inputs, G))


class NumpySubject:
    """A function of NumPy's arrays, differentiated by HIPS autograd; values alone where that cannot trace it."""

    def __init__(self, layer: Any, signature: Signature):
        self.layer, self.signature, self.name = layer, signature, getattr(layer, "__name__", "the reference")
        self.takes = taken(layer)
        self.traced = retraced(layer) if optional("autograd") is not None else None

    def run(self, inputs: Inputs, params: dict[str, Any]) -> Run:
        seeded()
        options = {n: v for n, v in params.items() if self.takes(n)}
        outputs = outputs_of(self.layer(*inputs, **options), self.signature, self.name)
        return Run(outputs, lambda G: self._pull(inputs, options, G))

    def _pull(self, inputs: Inputs, options: dict[str, Any], grads: Sequence[np.ndarray]) -> Gradients:
        traced = self.traced
        if traced is None:
            raise NoGradient
        autograd, anp = need("autograd"), need("autograd.numpy")
        pairs = zip(self.signature.arguments, inputs, strict=True)
        places = tuple(k for k, (a, x) in enumerate(pairs) if a.real and x is not None)

        def weighted(*real):
            whole = list(inputs)
            for k, x in zip(places, real, strict=True):
                whole[k] = x
            found = traced(*whole, **options)
            ys = found if isinstance(found, (tuple, list)) else (found,)
            return sum(anp.sum(G * y) for G, y in zip(grads, ys, strict=True) if np.any(G)) + 0.0

        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # outputs that do not depend on all inputs
                found = autograd.grad(weighted, tuple(range(len(places))))(*(inputs[k] for k in places))
        except CANNOT_TRACE:
            raise NoGradient from None
        left = dict(zip(places, found, strict=True))
        return tuple(np.asarray(left[k]) if k in left else None for k in range(len(inputs)))


def retraced(function: Any) -> Callable[..., Any]:
    """The function with autograd's NumPy in the place of NumPy, wherever it and what it calls name it."""
    if not inspect.isfunction(function):
        return function
    swaps = {id(sys.modules[n]): found for n in TRACED if n in sys.modules and (found := optional(f"autograd.{n}"))}
    return _Swap(swaps, function.__globals__).function(function)


class _Swap:
    """Functions of one module with other globals; the new globals are shared, so that they call one another."""

    def __init__(self, swaps: dict[int, ModuleType], before: dict[str, Any]):
        self.swaps, self.before, self.done = swaps, before, dict[int, Any]()
        self.after = dict(before)
        for name, value in before.items():
            self.after[name] = self.value(value)

    def value(self, value: Any) -> Any:
        if id(value) in self.swaps:
            return self.swaps[id(value)]
        if isinstance(value, FunctionType) and value.__globals__ is self.before:
            return self.function(value)
        name, traced = getattr(value, "__name__", None), self.swaps.get(id(np))
        if callable(value) and isinstance(name, str) and getattr(np, name, None) is value and traced is not None:
            return getattr(traced, name, value)
        return value

    def function(self, function: FunctionType) -> Any:
        if id(function) not in self.done:
            cells = function.__closure__
            made = FunctionType(function.__code__, self._globals(), function.__name__, function.__defaults__, cells)
            made.__kwdefaults__ = function.__kwdefaults__
            self.done[id(function)] = made
            if cells:
                inner = tuple(CellType(self.value(c.cell_contents)) for c in cells)
                made = FunctionType(made.__code__, self._globals(), made.__name__, made.__defaults__, inner)
                made.__kwdefaults__ = function.__kwdefaults__
                self.done[id(function)] = made
        return self.done[id(function)]

    def _globals(self) -> dict[str, Any]:
        return self.after
