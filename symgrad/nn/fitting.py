"""Fitting: train a network on arrays. One compiled step for all batch sizes; a killed run goes on to the same bits."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from .clipping import ClipNorm
from .fit_data import Data, in_batches
from .fit_history import History
from .fit_job import Callback, Job, judged_by
from .fit_metrics import Metric, chosen
from .fit_state import Training
from .fit_step import Loss, step
from .layer import Layer
from .optim import SGD, Arrays, Optimizer
from .schedules import ConstantRate, Schedule


def fit(
    net: Layer,
    X: Any,
    y: Any,
    *,
    loss: Loss,
    optimizer: Optimizer | None = None,
    batch_size: int = 32,
    epochs: int = 1,
    params: Arrays | None = None,
    validation: tuple | float | None = None,
    metrics: Iterable[str] | Mapping[str, Metric] | None = None,
    schedule: Schedule | None = None,
    schedule_every: str = "epoch",
    clip: float | Callable[[Arrays], Arrays] | None = None,
    patience: int | None = None,
    shuffle: bool = True,
    drop_last: bool = False,
    seed: int = 0,
    checkpoint: str | os.PathLike | None = None,
    checkpoint_every: int | None = None,
    resume: bool = False,
    callbacks: Iterable[Callback] = (),
    progress: bool | None = None,
) -> History:
    """Train by minibatches: `θ ← θ − γ ∂/∂θ (1/B) Σ_{n in the batch} L(f(x_n; θ), y_n)`, or another optimiser's step.

    The mean over the batch is the loss's own (`reduction="mean"`), also where the last batch of an epoch is smaller.
    Values start from `params`, from what the network keeps, or from `net.init(seed)`; at the end it keeps the trained,
    and those reached where Ctrl-C ends it.

    loss: a layer of two inputs such as `CrossEntropyLoss()`, or a function of two tensors.   X: (n, …)   y: (n, …)
    validation: `(X, y)`, or the part of the samples to set aside; judged after each epoch in eval mode.
    patience: stop after so many epochs without a lower (validation) loss; the values of the best epoch are kept.
    schedule: the rate of step or epoch t (`schedule_every`) from t and the optimiser's own.
    clip: a number is the largest norm of all gradients together; or `ClipNorm(…)`, `ClipValue(…)`.
    checkpoint: a file that is replaced in one step after each epoch, or after each `checkpoint_every` steps too. With
        `resume=True` training goes on from it, if it exists, to the same values as if it had not been interrupted.
    callbacks: called with the history after each epoch; one that returns True ends the training.
    progress: a bar and a line for each epoch; by default where the output is a terminal.

    A loss or gradient that is not finite is an EvaluationError that names the layer and the equation it comes from.
    """
    rule = optimizer or SGD()
    data, judged = _data(X, y, validation, seed)
    job = Job(
        net=net,
        loss=loss,
        rule=rule,
        data=data,
        judged=judged,
        metrics=chosen(metrics, data.targets),
        batch_size=batch_size,
        epochs=epochs,
        schedule=schedule or ConstantRate(),
        schedule_every=schedule_every,
        clip=ClipNorm(clip) if isinstance(clip, (int, float)) else clip,
        patience=patience,
        shuffle=shuffle,
        drop_last=drop_last,
        seed=seed,
        checkpoint=checkpoint,
        checkpoint_every=checkpoint_every,
        callbacks=tuple(callbacks),
    )
    return job.run(_start(net, params, data, seed, rule), resume, progress)


def _data(X, y, validation, seed):
    data = Data.of("fit", X, y)
    if isinstance(validation, tuple):
        return data, Data.of("fit, validation", *validation)
    return (data, None) if validation is None else data.split(validation, seed)


def _start(net, params, data, seed, rule) -> Training:
    given = params if params is not None else net.params
    kinds = [a.dtype for a in data.inputs if a.dtype.kind == "f"]
    if given is None:
        given = net.init(seed, dtype=kinds[0] if kinds else np.float32)
    values = {name: np.array(a) for name, a in net.values(given).items()}
    return Training(values, rule.start({name: values[name] for name in net.parameters()}))


def evaluate(
    net: Layer,
    X: Any,
    y: Any,
    *,
    loss: Loss,
    params: Arrays | None = None,
    metrics: Iterable[str] | Mapping[str, Metric] | None = None,
    batch_size: int = 256,
) -> dict[str, float]:
    """`{"loss": …, metric: …}` of a network on data: means over the samples, in eval mode."""
    data = Data.of("evaluate", X, y)
    return judged_by(step(net, loss, data, "eval"), net.values(params), data, chosen(metrics, data.targets), batch_size)


def predict(net: Layer, X: Any, params: Arrays | None = None, *, batch_size: int = 256) -> np.ndarray:
    """The outputs of a network in eval mode, computed `batch_size` samples at a time."""
    inputs = tuple(map(np.asarray, X)) if isinstance(X, tuple) else (np.asarray(X),)
    parts = in_batches(Data(inputs, np.arange(len(inputs[0]))), batch_size)
    found = [net.forward(p.inputs if len(inputs) > 1 else p.inputs[0], params) for p in parts]
    return np.concatenate(found)
