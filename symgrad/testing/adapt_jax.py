"""Functions of JAX: `custom_vjp`, `custom_jvp`, and plain ones. In float64, without a switch that stays."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..extras import need
from .adapt_numpy import taken
from .frameworks import loaded, mentions
from .signature import Signature
from .subject import Gradients, Inputs, Run, outputs_of, seeded

QUICK = {"xla_backend_optimization_level": 0}
"""Each shape is compiled for a few small arrays: XLA shall not work hard for it."""


class JaxSubject:
    """`f(*inputs, **hyper-parameters)`. JAX itself refuses gradients whose shape is not that of the argument.

    It is compiled where that is possible, which costs less than to compile each operation for each shape.
    """

    def __init__(self, layer: Any, signature: Signature):
        self.layer, self.signature, self.name = layer, signature, getattr(layer, "__name__", "layer")
        self.takes = taken(layer)
        self.both = not isinstance(unbound(layer), need("jax").custom_vjp)
        self.known: dict[str, Functions] = {}

    @staticmethod
    def fits(layer: Any) -> bool:
        if loaded("jax") is None or isinstance(layer, (type, tuple)):
            return False
        return of_jax(layer) or (callable(layer) and mentions(layer, "jax"))

    def run(self, inputs: Inputs, params: dict[str, Any]) -> Run:
        seeded()
        functions = self._functions({n: v for n, v in params.items() if self.takes(n)})
        array = need("jax").numpy.array
        with doubles():
            pairs = list(zip(self.signature.arguments, inputs, strict=True))
            real = [array(x) if a.real and x is not None else None for a, x in pairs]
            rest = [array(x) if not a.real and x is not None else None for a, x in pairs]
            found = functions.forward(real, rest)
        outputs = outputs_of(tuple(np.array(y) for y in found), self.signature, self.name)
        was = [np.array(y) for y in outputs]
        push = (lambda tangents: pushed(functions, real, rest, tangents)) if self.both else None
        return Run(outputs, lambda G: self._pull(functions, real, rest, was, G), push)

    def _functions(self, params: dict[str, Any]) -> Functions:
        key = repr(params)
        if key not in self.known:
            self.known[key] = Functions(functools.partial(self.layer, **params) if params else self.layer)
        return self.known[key]

    def _pull(self, functions: Functions, real, rest, was, grads: Sequence[np.ndarray]) -> Gradients:
        array = need("jax").numpy.array
        with doubles():
            seeds = [array(G) if y.dtype.kind == "f" else None for y, G in zip(was, grads, strict=True)]
            again, found = functions.pull(real, rest, seeds)
        for o, y, other in zip(self.signature.outputs, was, again, strict=True):
            if y.shape != other.shape or not np.allclose(y, other, rtol=1e-9, atol=1e-12, equal_nan=True):
                raise RuntimeError(f"the forward rule gives another {o.name} than the function itself")
        return tuple(None if g is None else np.array(g) for g in found)


class Functions:
    """Forward pass, pullback and push forward of a function; compiled, until it turns out that it cannot be.

    `real` are the inputs that have gradients, `rest` the others, each with None in the places of the other.
    """

    def __init__(self, function: Callable[..., Any]):
        self.function = function
        self.forward, self.pull, self.push = (self._quick(f) for f in (self._forward, self._pull, self._push))

    def _forward(self, real, rest):
        inputs = [x if r is None else r for r, x in zip(real, rest, strict=True)]
        return tuple(need("jax").tree_util.tree_leaves(self.function(*inputs)))

    def _pull(self, real, rest, seeds):
        jax = need("jax")
        outputs, back = jax.vjp(lambda r: self._forward(r, rest), real)
        nothing = jax.dtypes.float0
        G = tuple(np.zeros(y.shape, nothing) if s is None else s for y, s in zip(outputs, seeds, strict=True))
        return outputs, back(G)[0]

    def _push(self, real, rest, tangents):
        jax = need("jax")
        outputs, found = jax.jvp(lambda r: self._forward(r, rest), (real,), (tangents,))
        nothing = jax.dtypes.float0
        zeros = jax.numpy.zeros
        return tuple(zeros(y.shape) if t.dtype == nothing else t for y, t in zip(outputs, found, strict=True))

    def _quick(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function compiled; itself from when its Python looks at values on."""
        jax = need("jax")
        options = {"compiler_options": QUICK} if "compiler_options" in inspect.signature(jax.jit).parameters else {}
        state = {"call": jax.jit(function, **options)}

        def call(*arguments: Any) -> Any:
            try:
                return state["call"](*arguments)
            except (jax.errors.JAXTypeError, jax.errors.JAXIndexError):
                state["call"] = function
                return function(*arguments)

        return call


def pushed(functions: Functions, real, rest, tangents: Sequence[np.ndarray | None]) -> tuple[Any, ...]:
    """`J v`; nothing where a part of the function has no forward mode."""
    zeros, array = need("jax").numpy.zeros, need("jax").numpy.array
    with doubles():
        pairs = zip(real, tangents, strict=True)
        moved = [None if x is None else zeros(x.shape) if t is None else array(t) for x, t in pairs]
        try:
            return tuple(np.array(t) for t in functions.push(real, rest, moved))
        except TypeError:  # a custom_vjp inside
            return ()


def unbound(layer: Any) -> Any:
    """What stands inside of partial applications."""
    while isinstance(layer, functools.partial):
        layer = layer.func
    return layer


def of_jax(layer: Any) -> bool:
    """Whether it is an object of JAX: a custom function, or a compiled one."""
    return type(unbound(layer)).__module__.split(".")[0] in ("jax", "jaxlib")


def doubles() -> Any:
    """A context in which JAX computes in float64."""
    jax = need("jax")
    return jax.enable_x64(True) if hasattr(jax, "enable_x64") else need("jax.experimental").enable_x64()
