"""Gradient clipping: by the norm of all gradients together, or each entry by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf

import numpy as np

from ..errors import OptionError
from .optim import Arrays


def total_norm(gradients: Mapping[str, np.ndarray], norm_type: float = 2.0) -> float:
    """`(Σ |g|^p)^(1/p)` over the entries of all gradients, p being `norm_type`; their largest |g| for p = ∞.

    >>> total_norm({"a": np.array([3.0]), "b": np.array([4.0])})
    5.0
    """
    if norm_type == inf:
        return max((float(np.abs(g).max()) for g in gradients.values() if g.size), default=0.0)
    norms = [np.linalg.norm(g.reshape(-1), norm_type) for g in gradients.values()]
    return float(np.linalg.norm(np.array(norms), norm_type))


@dataclass(frozen=True)
class ClipNorm:
    """`g ← g · min(1, c/(‖g‖ + 10⁻⁶))`, ‖g‖ the norm of all gradients together and c = `max_norm`.

    As `torch.nn.utils.clip_grad_norm_`: the direction stays, the length is at most c.

    >>> ClipNorm(1.0)({"a": np.array([3.0]), "b": np.array([4.0])})["a"].round(4)
    array([0.6])
    """

    max_norm: float
    norm_type: float = 2.0

    def __post_init__(self):
        _positive("ClipNorm", "max_norm", self.max_norm)

    def __call__(self, gradients: Mapping[str, np.ndarray]) -> Arrays:
        scale = min(1.0, self.max_norm / (total_norm(gradients, self.norm_type) + 1e-6))
        return {name: g * scale for name, g in gradients.items()}


@dataclass(frozen=True)
class ClipValue:
    """`g ← min(max(g, −c), c)` for each entry, c = `clip_value`, as `torch.nn.utils.clip_grad_value_`."""

    clip_value: float

    def __post_init__(self):
        _positive("ClipValue", "clip_value", self.clip_value)

    def __call__(self, gradients: Mapping[str, np.ndarray]) -> Arrays:
        return {name: np.clip(g, -self.clip_value, self.clip_value) for name, g in gradients.items()}


def _positive(rule: str, name: str, value: float) -> None:
    if not value > 0:
        raise OptionError(f"{rule}: {name}={value!r} is not a number > 0")
