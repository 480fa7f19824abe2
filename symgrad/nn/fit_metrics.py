"""What is measured beside the loss: METRICS by name, each the mean over a batch of outputs and targets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

import numpy as np

from ..errors import UnknownNameError

Metric = Callable[[np.ndarray, np.ndarray], float]


def accuracy(output: np.ndarray, target: np.ndarray) -> float:
    """`mean_n [argmax_k output[n,k] = target[n]]`; a target may also be a distribution over the classes.

    >>> accuracy(np.array([[2.0, 1.0], [0.0, 3.0]]), np.array([0, 0]))
    0.5
    """
    wanted = target.argmax(axis=1) if target.ndim == output.ndim else target
    return float(np.mean(output.argmax(axis=1) == wanted))


def mean_absolute_error(output: np.ndarray, target: np.ndarray) -> float:
    """`mean |output − target|` over all entries."""
    return float(np.mean(np.abs(output - target)))


METRICS: Mapping[str, Metric] = MappingProxyType({"accuracy": accuracy, "mae": mean_absolute_error})


def chosen(metrics: Iterable[str] | Mapping[str, Metric] | None, targets: np.ndarray) -> dict[str, Metric]:
    """Metrics by name, from METRICS or given as functions; where none are asked for, accuracy of class indices."""
    if metrics is None:
        return {"accuracy": accuracy} if targets.dtype.kind in "iu" and targets.ndim == 1 else {}
    if isinstance(metrics, Mapping):
        return dict(metrics)
    names = [metrics] if isinstance(metrics, str) else list(metrics)
    for name in names:
        if name not in METRICS:
            hint = f"there are: {', '.join(METRICS)}; or {{name: function of (output, target)}}"
            raise UnknownNameError(f"no metric is named {name!r}", hint=hint)
    return {name: METRICS[name] for name in names}
