"""Learning-rate schedules: `schedule(t, lr)` is the rate after t epochs (or steps) that began with `lr`.

The names, parameters and values are those of `torch.optim.lr_scheduler`, in closed form: a schedule has no state, and
training that resumes at epoch t needs only t.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from math import cos, pi

from ..errors import OptionError

Schedule = Callable[[int, float], float]


@dataclass(frozen=True)
class ConstantRate:
    """`γ_t = γ`."""

    def __call__(self, t: int, lr: float) -> float:
        return lr


@dataclass(frozen=True)
class StepLR:
    """`γ_t = γ κ^⌊t/step_size⌋`, κ being `gamma`.

    >>> [StepLR(step_size=2, gamma=0.5)(t, 1.0) for t in range(5)]
    [1.0, 1.0, 0.5, 0.5, 0.25]
    """

    step_size: int
    gamma: float = 0.1

    def __post_init__(self):
        _at_least_one("StepLR", "step_size", self.step_size)

    def __call__(self, t: int, lr: float) -> float:
        return lr * self.gamma ** (t // self.step_size)


@dataclass(frozen=True)
class MultiStepLR:
    """`γ_t = γ κ^(the number of milestones that are <= t)`, κ being `gamma`.

    >>> [MultiStepLR([1, 3], gamma=0.5)(t, 1.0) for t in range(5)]
    [1.0, 0.5, 0.5, 0.25, 0.25]
    """

    milestones: tuple[int, ...] | list[int]
    gamma: float = 0.1

    def __call__(self, t: int, lr: float) -> float:
        return lr * self.gamma ** bisect_right(sorted(self.milestones), t)


@dataclass(frozen=True)
class ExponentialLR:
    """`γ_t = γ κᵗ`, κ being `gamma`."""

    gamma: float

    def __call__(self, t: int, lr: float) -> float:
        return lr * self.gamma**t


@dataclass(frozen=True)
class CosineAnnealingLR:
    """`γ_t = η + (γ − η) (1 + cos(π t/T)) / 2`, T being `T_max` and η `eta_min`.

    Source: Loshchilov & Hutter, arXiv:1608.03983, without restarts.

    >>> [round(CosineAnnealingLR(T_max=4)(t, 1.0), 4) for t in range(5)]
    [1.0, 0.8536, 0.5, 0.1464, 0.0]
    """

    T_max: int
    eta_min: float = 0.0

    def __post_init__(self):
        _at_least_one("CosineAnnealingLR", "T_max", self.T_max)

    def __call__(self, t: int, lr: float) -> float:
        return self.eta_min + (lr - self.eta_min) * (1 + cos(pi * t / self.T_max)) / 2


@dataclass(frozen=True)
class LinearLR:
    """`γ_t = γ (a + (b − a) min(t, T)/T)`: a warm-up from a = `start_factor` to b = `end_factor`, T = `total_iters`.

    >>> [LinearLR(start_factor=0.25, total_iters=3)(t, 1.0) for t in range(5)]
    [0.25, 0.5, 0.75, 1.0, 1.0]
    """

    start_factor: float = 1 / 3
    end_factor: float = 1.0
    total_iters: int = 5

    def __post_init__(self):
        _at_least_one("LinearLR", "total_iters", self.total_iters)

    def __call__(self, t: int, lr: float) -> float:
        part = min(t, self.total_iters) / self.total_iters
        return lr * (self.start_factor + (self.end_factor - self.start_factor) * part)


@dataclass(frozen=True)
class SequentialLR:
    """One schedule after the other; each counts from its own milestone.

    >>> warm = SequentialLR([LinearLR(0.5, total_iters=2), ExponentialLR(0.5)], milestones=[2])
    >>> [warm(t, 1.0) for t in range(5)]
    [0.5, 0.75, 1.0, 0.5, 0.25]
    """

    schedules: tuple[Schedule, ...] | list[Schedule]
    milestones: tuple[int, ...] | list[int]

    def __post_init__(self):
        if len(self.schedules) != len(self.milestones) + 1:
            raise OptionError(
                f"SequentialLR: {len(self.schedules)} schedules and {len(self.milestones)} milestones",
                hint="a milestone between each two schedules: one fewer than there are schedules",
            )

    def __call__(self, t: int, lr: float) -> float:
        k = bisect_right(self.milestones, t)
        return self.schedules[k](t - (self.milestones[k - 1] if k else 0), lr)


def _at_least_one(schedule: str, name: str, value: int) -> None:
    if value < 1:
        raise OptionError(f"{schedule}: {name}={value!r} is not a number >= 1")
