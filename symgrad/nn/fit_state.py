"""All that training is made of between two steps, and how it is written to a checkpoint and read back."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..errors import OptionError, SymgradError
from .checkpoint import group, grouped, read_arrays, write_arrays
from .fit_history import History
from .optim import Arrays, Optimizer, State, check_names

SCHEMA = "symgrad/training/1"


@dataclass
class Training:
    """Values, the optimiser's state, and the position: `epoch` epochs and `batch` batches of the next one are done.

    Random numbers have no state of their own: the order of an epoch and the noise of a step follow from the seed and
    the position, so that training taken up here goes on with the same numbers.
    """

    params: Arrays
    optimizer: State
    epoch: int = 0
    batch: int = 0
    sums: dict[str, float] = field(default_factory=dict)
    """Σ over the samples of the present epoch, of loss and metrics; `samples` counts them, `seconds` the time."""
    best: Arrays | None = None
    history: History = field(default_factory=History)

    @property
    def steps(self) -> int:
        """How many steps are done."""
        return len(self.history.batch_losses)

    def save(self, path: str | os.PathLike, options: dict[str, Any]) -> None:
        """Write everything to a checkpoint, in one step; `options` say what training must be resumed with."""
        slots = {k: v for k, v in self.optimizer.items() if isinstance(v, dict)}
        notes = {
            "schema": SCHEMA,
            "options": options,
            "position": [self.epoch, self.batch],
            "sums": self.sums,
            "optimizer step": self.optimizer["step"],
            "has best": self.best is not None,
            **self.history.notes(),
        }
        kept = grouped(**{f"optimizer/{slot}": arrays for slot, arrays in slots.items()})
        arrays = grouped(parameters=self.params, best=self.best or {})
        write_arrays(path, {**arrays, **kept, "batch_losses": np.array(self.history.batch_losses)}, notes)


def resumed(path: str | os.PathLike, start: Training, rule: Optimizer, options: dict[str, Any]) -> Training:
    """Training as a checkpoint has left it; `start` is what it began with, to compare names and shapes."""
    arrays, notes = read_arrays(path)
    if not isinstance(notes, dict) or notes.get("schema") != SCHEMA:
        raise SymgradError(f"{path}: not a checkpoint of training", hint="values alone are read by net.load")
    for name, value in options.items():
        if notes["options"].get(name) != value:
            raise OptionError(
                f"{path}: was written by training with {name} {notes['options'].get(name)}, not {value}",
                hint="resume with the same arguments, or start anew without resume",
            )
    params = group("parameters", arrays)
    check_names(f"{path}", params, start.params)
    state: State = {"step": notes["optimizer step"]}
    state.update({slot: group(f"optimizer/{slot}", arrays) for slot in rule.slots})
    epoch, batch = notes["position"]
    history = History.read(notes, arrays["batch_losses"])
    best = group("best", arrays) if notes["has best"] else None
    return Training(params, state, epoch, batch, notes["sums"], best, history)
