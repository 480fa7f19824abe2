"""What training was like: a record for each epoch, and the loss of each batch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from math import isnan
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Epoch:
    """Means over one epoch: of the training batches as they came, and of the validation data at its end."""

    epoch: int
    loss: float
    lr: float
    seconds: float
    metrics: dict[str, float] = field(default_factory=dict)
    validation: dict[str, float] = field(default_factory=dict)
    """`loss` and the metrics; empty without validation data."""

    @property
    def judged(self) -> float:
        """The loss that early stopping looks at: of the validation data, if there are any."""
        return self.validation.get("loss", self.loss)

    def __str__(self):
        told = {"loss": self.loss, **self.metrics, **{f"validation {k}": v for k, v in self.validation.items()}}
        return f"epoch {self.epoch + 1}: " + ", ".join(f"{k} {v:.4g}" for k, v in told.items())


@dataclass
class History:
    """The epochs, `batch_losses` in the order of the steps, and why training ended (`stopped`)."""

    epochs: list[Epoch] = field(default_factory=list)
    batch_losses: list[float] = field(default_factory=list)
    stopped: str = ""

    def __len__(self):
        return len(self.epochs)

    def __iter__(self) -> Iterator[Epoch]:
        return iter(self.epochs)

    def __getitem__(self, name: str) -> list[float]:
        """A column: `history["loss"]`, `history["accuracy"]`, `history["validation loss"]`, `history["seconds"]`.

        >>> History([Epoch(0, 2.5, 0.1, 1.0, {"accuracy": 0.5})])["accuracy"]
        [0.5]
        """
        return [_column(e, name) for e in self.epochs]

    @property
    def best(self) -> Epoch:
        """The epoch of the lowest validation loss, or training loss without validation; the first of equals."""
        return min(self.epochs, key=lambda e: (isnan(e.judged), e.judged))

    @property
    def seconds(self) -> float:
        return sum(e.seconds for e in self.epochs)

    def __repr__(self):
        if not self.epochs:
            return "History(no epochs)"
        why = f", {self.stopped}" if self.stopped else ""
        return f"History({len(self.epochs)} epochs in {self.seconds:.1f} s{why}; {self.epochs[-1]})"

    def notes(self) -> dict[str, Any]:
        """As JSON's types, all but the batch losses."""
        return {"epochs": [asdict(e) for e in self.epochs], "stopped": self.stopped}

    @classmethod
    def read(cls, notes: dict[str, Any], batch_losses: np.ndarray) -> History:
        return cls([Epoch(**e) for e in notes["epochs"]], batch_losses.tolist(), notes["stopped"])


def _column(e: Epoch, name: str) -> float:
    known = {"loss": e.loss, "lr": e.lr, "seconds": e.seconds, **e.metrics}
    known.update({f"validation {k}": v for k, v in e.validation.items()})
    if name not in known:
        raise KeyError(f"{name!r}; there are: {', '.join(known)}")
    return known[name]
