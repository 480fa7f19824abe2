"""Inputs of −∞: masks write them into scores. Where a layer bears very negative numbers, it has to bear −∞."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .example import Example
from .outcome import Trouble
from .protocol import copies
from .regimes import INFINITE
from .signature import Signature
from .subject import Subject

VERY_NEGATIVE, LARGEST = -1e200, 1e100
"""What stands for −∞, and what a gradient is smaller than that does not grow with it."""


def first_real(signature: Signature) -> int:
    """The place of the argument that holds them."""
    return next((k for k, a in enumerate(signature.arguments) if a.real), 0)


def meaningful(t: Trouble, example: Example, first: str) -> bool:
    """Beside −∞ in the first argument, the gradients of others may be 0·∞."""
    return (
        example.values not in INFINITE
        or t.argument in ("", first)
        or t.check not in ("nonfinite", "nonlinear", "value")
    )


def only_minus_infinity(y: np.ndarray) -> bool:
    return not np.any(np.isnan(y)) and not np.any(np.isposinf(y))


def at_minus_infinity(subject: Subject, signature: Signature, params, inputs: Sequence[Any]) -> tuple[Trouble, ...]:
    """NaN in the gradient where the output is −∞, though all is finite for inputs of −1e200.

    The upstream gradient has no zeros, since 0·∞ may be NaN in a layer that is right.
    """
    k = first_real(signature)
    if not np.any(np.isnan(gradient(subject, params, inputs, k))):
        return ()
    near = [np.where(np.isneginf(x), VERY_NEGATIVE, x) if j == k else x for j, x in enumerate(inputs)]
    if not np.all(np.abs(gradient(subject, params, near, k)) < LARGEST):
        return ()
    return (Trouble(signature.names[k], "nonfinite", "NaN where inputs are −∞; −1e200 gives numbers"),)


def gradient(subject: Subject, params, inputs: Sequence[Any], k: int) -> np.ndarray:
    """The gradient by input k for an upstream gradient that is nowhere 0."""
    run, rng = subject.run(copies(inputs), params), np.random.default_rng(0)
    found = run.pull([rng.uniform(0.5, 1.5, size=np.shape(y)) for y in run.outputs])[k]
    return np.asarray(0.0 if found is None else found, np.float64)
