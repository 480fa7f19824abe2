"""The loop of training: steps, epochs, checkpoints, early stopping."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np

from ..errors import OptionError
from .fit_data import NOISE, Data, batch_count, generator, in_batches
from .fit_faults import diagnosed, not_finite
from .fit_history import Epoch, History
from .fit_metrics import Metric
from .fit_products import Gradient, whole
from .fit_progress import Shown, progress
from .fit_state import Training, resumed
from .fit_step import Loss, Step, step
from .layer import Layer
from .optim import Arrays, Optimizer
from .schedules import Schedule

Callback = Callable[[History], Any]


@dataclass
class Job:
    """One call of `fit`, its options checked."""

    net: Layer
    loss: Loss
    rule: Optimizer
    data: Data
    judged: Data | None
    metrics: dict[str, Metric]
    batch_size: int
    epochs: int
    schedule: Schedule
    schedule_every: str
    clip: Callable[[Arrays], Arrays] | None
    patience: int | None
    shuffle: bool
    drop_last: bool
    seed: int
    checkpoint: str | os.PathLike | None
    checkpoint_every: int | None
    callbacks: tuple[Callback, ...]

    def __post_init__(self):
        for name in ("batch_size", "epochs", "patience", "checkpoint_every", "seed"):
            value, least = getattr(self, name), 0 if name in ("epochs", "seed") else 1
            if value is not None and not (hasattr(value, "__index__") and value >= least):
                raise OptionError(f"fit: {name}={value!r} is not a whole number >= {least}")
        if self.schedule_every not in ("epoch", "step"):
            raise OptionError(f"fit: schedule_every={self.schedule_every!r}", hint='"epoch" or "step"')
        self.batches = batch_count(len(self.data), self.batch_size, self.drop_last)
        if not self.batches:
            raise OptionError(f"fit: drop_last leaves no batch of {self.batch_size} among {len(self.data)} samples")
        self.step = step(self.net, self.loss, self.data, "train")
        self.judge = step(self.net, self.loss, self.judged, "eval") if self.judged else None

    def options(self) -> dict[str, Any]:
        """What decides the numbers: training can only be resumed with the same."""
        kept = ("batch_size", "seed", "shuffle", "drop_last", "schedule_every", "patience")
        return {
            "optimizer": repr(self.rule),
            **{name: spelled(getattr(self, name)) for name in ("loss", "schedule", "clip")},
            **{name: getattr(self, name) for name in kept},
            "metrics": list(self.metrics),
            "data": self.data.kinds(),
            "validation": self.judged.kinds() if self.judged else None,
        }

    def run(self, start: Training, resume: bool, shown: bool | None) -> History:
        if resume and self.checkpoint is None:
            raise OptionError("fit: resume without a checkpoint", hint='checkpoint="run.npz", resume=True')
        again = resume and os.path.exists(str(self.checkpoint))
        t = resumed(str(self.checkpoint), start, self.rule, self.options()) if again else start
        try:
            with progress(shown, self.batches) as bar:
                bar.say(f"goes on after epoch {t.epoch}, batch {t.batch}" if again else "")
                while t.epoch < self.epochs and not t.history.stopped:
                    self.run_epoch(t, bar)
        except KeyboardInterrupt:
            self.net.keep(t.params)
            raise
        self.net.keep(t.params if t.best is None else t.best)
        return t.history

    def run_epoch(self, t: Training, bar: Shown) -> None:
        order = self.data.order(self.seed, t.epoch, self.shuffle)
        while t.batch < self.batches:
            began = perf_counter()
            where = order[t.batch * self.batch_size : (t.batch + 1) * self.batch_size]
            self.run_batch(t, self.data.take(where))
            t.sums["seconds"] = t.sums.get("seconds", 0.0) + perf_counter() - began
            bar.batch(t.epoch, self.epochs, t.batch, t.sums["loss"] / t.sums["samples"])
            if self.checkpoint_every and t.steps % self.checkpoint_every == 0 and t.batch < self.batches:
                self.save(t)
        self.end_epoch(t)
        bar.epoch(t.history.epochs[-1])

    def run_batch(self, t: Training, batch: Data) -> None:
        """One step; nothing changes if it fails."""
        noise = (self.seed, NOISE, t.epoch, t.batch)
        found = self.step(t.params, batch, generator(*noise))
        what = not_finite(found)
        if what:
            raise diagnosed(self.step, t.params, batch, noise, f"epoch {t.epoch + 1}, batch {t.batch + 1}", what)
        gradients: Mapping[str, Gradient] = self.clip(whole(found.gradients)) if self.clip else found.gradients
        learnt = {name: t.params[name] for name in gradients}
        learnt, t.optimizer = self.step.update(self.rule, learnt, gradients, t.optimizer, self.rate(t, t.steps))
        t.params = {**t.params, **learnt, **found.updates}
        t.history.batch_losses.append(found.loss)
        add_up(t.sums, found.loss, found.output, batch, self.metrics)
        t.batch += 1

    def rate(self, t: Training, steps: int) -> float:
        """The learning rate of the step after so many."""
        return self.schedule(t.epoch if self.schedule_every == "epoch" else steps, self.rule.lr)

    def end_epoch(self, t: Training) -> None:
        rate = self.rate(t, t.steps - 1)
        began = perf_counter()
        validation = self.judgement(t)
        means = {k: v / t.sums["samples"] for k, v in t.sums.items() if k in ("loss", *self.metrics)}
        seconds = t.sums["seconds"] + perf_counter() - began
        record = Epoch(t.epoch, means.pop("loss"), rate, seconds, means, validation)
        t.history.epochs.append(record)
        t.epoch, t.batch, t.sums = t.epoch + 1, 0, {}
        self.maybe_stop(t, record)
        self.save(t)

    def judgement(self, t: Training) -> dict[str, float]:
        """The means over the validation data; empty without any."""
        if self.judge is None or self.judged is None:
            return {}
        return judged_by(self.judge, t.params, self.judged, self.metrics, self.batch_size)

    def maybe_stop(self, t: Training, record: Epoch) -> None:
        """Keeps the best values, and says why training ends, if it does."""
        best = t.history.best
        if self.patience and best is record:
            t.best = {name: a.copy() for name, a in t.params.items()}
        if self.patience and record.epoch - best.epoch >= self.patience:
            t.history.stopped = f"stopped early, epoch {best.epoch + 1} was the best"
        if True in [callback(t.history) is True for callback in self.callbacks]:
            t.history.stopped = t.history.stopped or "stopped by a callback"

    def save(self, t: Training) -> None:
        """Writes the checkpoint, if there is to be one."""
        if self.checkpoint is not None:
            t.save(self.checkpoint, self.options())


def spelled(rule: Any) -> str:
    """A rule by its options; of a function there is nothing to compare."""
    return repr(rule) if rule is None or hasattr(rule, "__dataclass_fields__") else "a function"


def add_up(sums: dict[str, float], loss: float, output: np.ndarray, batch: Data, metrics: dict[str, Metric]) -> None:
    """Adds a batch's means, times its samples."""
    means = {"loss": loss, "samples": 1, **{name: metric(output, batch.targets) for name, metric in metrics.items()}}
    for name, value in means.items():
        sums[name] = sums.get(name, 0) + value * len(batch)


def judged_by(step: Step, params: Arrays, data: Data, metrics: dict[str, Metric], batch_size: int) -> dict[str, float]:
    """Means of loss and metrics over data, in the mode of the step."""
    sums: dict[str, float] = {}
    for batch in in_batches(data, batch_size):
        found = step(params, batch, generator(0))
        add_up(sums, found.loss, found.output, batch, metrics)
    samples = sums.pop("samples")
    return {name: value / samples for name, value in sums.items()}
