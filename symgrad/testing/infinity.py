"""Inputs of −∞: masks write them into scores. Where a layer bears very negative numbers, it has to bear −∞."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .example import Example
from .outcome import Trouble
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


def at_minus_infinity(
    subject: Subject, signature: Signature, params, inputs: Sequence[Any], grads: Sequence[np.ndarray], found
) -> tuple[Trouble, ...]:
    """NaN in the gradient where the output is −∞, though all is finite for inputs of −1e200."""
    k = first_real(signature)
    if found[k] is None or not np.any(np.isnan(found[k])):
        return ()
    near = [np.where(np.isneginf(x), VERY_NEGATIVE, x) if j == k else x for j, x in enumerate(inputs)]
    run = subject.run(near, params)
    if not all(np.all(np.isfinite(y)) for y in run.outputs) or not np.all(np.abs(run.pull(list(grads))[k]) < LARGEST):
        return ()
    return (Trouble(signature.names[k], "nonfinite", "NaN where inputs are −∞; −1e200 gives numbers"),)
