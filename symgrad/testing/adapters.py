"""ADAPTERS: what can be tested, and how it is called."""

from __future__ import annotations

from typing import Any

from .adapt_jax import JaxSubject
from .adapt_module import ModuleSubject
from .adapt_numpy import BACKWARD, ClassSubject, PairSubject
from .adapt_symgrad import SymgradSubject
from .adapt_torch import FunctionSubject
from .references import TorchSubject
from .signature import Signature
from .subject import LayerError, Subject

ADAPTERS: tuple[Any, ...] = (
    FunctionSubject,
    ModuleSubject,
    SymgradSubject,
    JaxSubject,
    TorchSubject,
    ClassSubject,
    PairSubject,
)
"""The first that fits is taken; none imports the package that it adapts."""
KINDS = (
    f"a class with forward and {' or '.join(BACKWARD)}",
    "a pair of functions (forward, backward)",
    "torch.autograd.Function.apply",
    "a jax.custom_vjp or custom_jvp function",
    "a layer of symgrad.nn",
    "in check_module, a function that makes a torch.nn.Module",
)


def adapt(layer: Any, signature: Signature) -> Subject:
    """The subject for a layer.

    >>> from symgrad.testing.signature import read_signature
    >>> adapt(3, read_signature("x[N] -> y[N]"))
    Traceback (most recent call last):
    symgrad.testing.subject.LayerError: 3 is nothing that can be tested as a layer
    expected: a class with forward and backward or vjp; a pair of functions (forward, backward); ...
    """
    for kind in ADAPTERS:
        if kind.fits(layer):
            return kind(layer, signature)
    raise LayerError(f"{layer!r} is nothing that can be tested as a layer", hint=f"expected: {'; '.join(KINDS)}")
