"""Training data in batches; the order of an epoch follows from the seed, so that any epoch can be taken up again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import OptionError, ShapeError

ORDER, NOISE, SPLIT = range(3)
"""What random numbers are for; each purpose, epoch and step has a generator of its own."""


def generator(seed: int, *place: int) -> np.random.Generator:
    """The random numbers of one place in training; the same whatever was drawn elsewhere."""
    return np.random.default_rng([seed, *place])


@dataclass(frozen=True)
class Data:
    """Inputs (one array, or several for a network of several) and targets, a sample each along the first axis."""

    inputs: tuple[np.ndarray, ...]
    targets: np.ndarray

    @classmethod
    def of(cls, what: str, X: Any, y: Any) -> Data:
        """X and y as arrays with as many samples."""
        inputs = tuple(map(np.asarray, X)) if isinstance(X, tuple) else (np.asarray(X),)
        targets = np.asarray(y)
        for name, a in [*((f"X[{k}]" if len(inputs) > 1 else "X", a) for k, a in enumerate(inputs)), ("y", targets)]:
            if a.dtype.kind not in "iuf":
                raise OptionError(f"{what}: {name} holds {a.dtype}, not numbers", hint="class indices are integers")
            if not a.ndim or len(a) != len(inputs[0]):
                raise ShapeError(f"{what}: {name} has shape {a.shape}, X has {len(inputs[0])} samples")
        if not len(targets):
            raise ShapeError(f"{what}: no samples")
        return cls(inputs, targets)

    def __len__(self):
        return len(self.targets)

    def kinds(self) -> list[list]:
        """Shape and type of each array."""
        return [[list(a.shape), str(a.dtype)] for a in (*self.inputs, self.targets)]

    def take(self, where) -> Data:
        """The samples at some places."""
        return Data(tuple(a[where] for a in self.inputs), self.targets[where])

    def split(self, part: float, seed: int) -> tuple[Data, Data]:
        """(the rest, a random `part` of the samples)."""
        count = round(part * len(self))
        if not 0 < count < len(self):
            raise OptionError(f"fit: validation={part} takes {count} of {len(self)} samples", hint="a part such as 0.1")
        order = generator(seed, SPLIT).permutation(len(self))
        return self.take(np.sort(order[count:])), self.take(np.sort(order[:count]))

    def order(self, seed: int, epoch: int, shuffle: bool) -> np.ndarray:
        """The order of the samples in an epoch."""
        return generator(seed, ORDER, epoch).permutation(len(self)) if shuffle else np.arange(len(self))


def batch_count(samples: int, size: int, drop_last: bool) -> int:
    """How many batches there are; the last one may be smaller.

    >>> batch_count(10, 4, False), batch_count(10, 4, True)
    (3, 2)
    """
    return samples // size if drop_last else -(-samples // size)


def in_batches(data: Data, size: int) -> Iterator[Data]:
    """The data in their own order, `size` samples at a time."""
    for start in range(0, len(data), size):
        yield data.take(slice(start, start + size))
