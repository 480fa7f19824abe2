"""Training: the same bits for the same seed, also after a kill; PyTorch's losses; faults that are named."""

from __future__ import annotations

import importlib
import io
import json
import os
import subprocess
import sys
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

import symgrad as sg
from symgrad.errors import EvaluationError, OptionError, ShapeError, SymgradError, UnknownNameError
from symgrad.nn import checkpoint, fit_progress, models, running
from symgrad.nn.activation import ReLU, Sigmoid
from symgrad.nn.checkpoint import read_arrays, write_arrays
from symgrad.nn.classes import CrossEntropyLoss
from symgrad.nn.clipping import ClipNorm
from symgrad.nn.container import Sequential
from symgrad.nn.dense import Linear
from symgrad.nn.dropout import Dropout
from symgrad.nn.fit_job import Job
from symgrad.nn.fitting import evaluate, fit, predict
from symgrad.nn.losses import MSELoss
from symgrad.nn.normalisation import BatchNorm1d
from symgrad.nn.optim import SGD
from symgrad.nn.optim_adaptive import Adam
from symgrad.nn.schedules import ExponentialLR, StepLR

ROOT = Path(__file__).parent.parent


def regression(n=10, seed=0, dtype=np.float64):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 3)).astype(dtype)
    return X, (X @ rng.normal(size=(3, 2))).astype(dtype)


def classes(n=12, seed=0):
    rng = np.random.default_rng(seed)
    y = rng.integers(3, size=n)
    return rng.normal(size=(n, 4)) + 2 * np.eye(3, 4)[y], y


def mlp():
    return Sequential(Linear(3, 4), Sigmoid(), Linear(4, 2))


def noisy():
    """A network with everything that has to be resumed: random masks, running statistics, an adaptive optimiser."""
    return Sequential(Linear(3, 6), BatchNorm1d(6), ReLU(), Dropout(0.3), Linear(6, 2))


def same(a, b):
    return a.keys() == b.keys() and all((a[k] == b[k]).all() for k in a)


train = partial(fit, loss=MSELoss(), optimizer=SGD(lr=0.1, momentum=0.9), batch_size=4, epochs=3)


# What training gives.


def test_the_loss_falls_and_is_recorded():
    X, Y = regression()
    net = mlp()
    history = train(net, X, Y, validation=(X, Y), metrics=["mae"], epochs=8)
    assert len(history) == 8 and len(history.batch_losses) == 8 * 3
    assert history["loss"][-1] < 0.5 * history["loss"][0]
    assert history["validation loss"][-1] == evaluate(net, X, Y, loss=MSELoss(), batch_size=4)["loss"]
    assert history["lr"] == [0.1] * 8 and min(history["seconds"]) > 0 and history.seconds == sum(history["seconds"])
    assert str(history.epochs[0]).startswith("epoch 1: loss ")
    with pytest.raises(KeyError, match="there are: loss, lr, seconds, mae"):
        history["accuracy"]


def test_an_epochs_loss_is_the_mean_over_its_samples():
    X, Y = regression()
    history = train(mlp(), X, Y, epochs=1)
    assert history["loss"][0] == pytest.approx(np.dot(history.batch_losses, [4, 4, 2]) / 10, rel=1e-14)


def test_the_same_seed_gives_the_same_bits_and_another_one_others():
    X, Y = regression()
    runs = [(net := noisy(), train(net, X, Y, seed=seed)) for seed in (3, 3, 4)]
    (a, first), (b, again), (c, other) = runs
    assert first.batch_losses == again.batch_losses and same(a.params, b.params)
    assert first.batch_losses != other.batch_losses and not same(a.params, c.params)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_kind_of_numbers_is_kept(dtype):
    net = noisy()
    train(net, *regression(dtype=dtype), optimizer=Adam(), schedule=ExponentialLR(0.9), clip=1.0)
    assert {a.dtype for a in net.params.values()} == {np.dtype(dtype)}
    assert predict(net, regression(dtype=dtype)[0]).dtype == dtype


def test_values_given_are_not_changed_and_values_kept_are_trained_on():
    X, Y = regression()
    net = mlp()
    start = net.init(5, dtype=np.float64)
    before = {n: a.copy() for n, a in start.items()}
    one = train(net, X, Y, params=start, epochs=1)
    assert same(start, before) and not same(net.params, before)
    more = train(net, X, Y, epochs=1)
    assert more.batch_losses[0] < one.batch_losses[0]


def test_fit_is_the_loop_written_out():
    X, Y = regression()
    net, rule, schedule, clip = mlp(), SGD(lr=0.3, momentum=0.9), StepLR(1, 0.5), ClipNorm(0.1)
    history = fit(net, X, Y, loss=MSELoss(), optimizer=rule, batch_size=5, epochs=3, shuffle=False, clip=clip,
                  schedule=schedule, seed=2)  # fmt: skip
    params, losses = net.init(2, dtype=np.float64), []
    state = rule.start(params)
    for t in range(3):
        for half in (slice(0, 5), slice(5, 10)):
            y, pullback = net.vjp(X[half], params)
            losses.append(np.mean((y - Y[half]) ** 2))
            _, gradients = pullback(2 * (y - Y[half]) / y.size)
            params, state = rule.update(params, clip(gradients), state, lr=schedule(t, rule.lr))
    np.testing.assert_allclose(history.batch_losses, losses, rtol=1e-12)
    for name, p in params.items():
        np.testing.assert_allclose(net.params[name], p, rtol=1e-10)


def test_one_program_serves_all_batch_sizes(monkeypatch):
    made = []
    compiler = running.compile_outputs
    monkeypatch.setattr(running, "compile_outputs", lambda *a, **k: made.append(k["name"]) or compiler(*a, **k))
    X, Y = regression()
    net, loss = mlp(), MSELoss()
    for size in (4, 3, 10):
        fit(net, X, Y, loss=loss, batch_size=size, validation=(X[:3], Y[:3]))
    evaluate(net, X, Y, loss=loss)
    assert made == ["train", "eval"]


def test_a_schedule_by_steps_and_an_incomplete_batch_left_out():
    X, Y = regression()
    seen = []

    def schedule(t, lr):
        seen.append(t)
        return lr / (1 + t)

    history = train(mlp(), X, Y, epochs=2, schedule=schedule, schedule_every="step", drop_last=True)
    assert len(history.batch_losses) == 4 and history["lr"] == [0.1 / 2, 0.1 / 4]
    assert sorted(set(seen)) == [0, 1, 2, 3]


def test_classes_are_learnt_and_their_accuracy_is_measured():
    X, y = classes(60)
    net = Sequential(Linear(4, 3))
    history = fit(net, X, y, loss=CrossEntropyLoss(), optimizer=SGD(lr=0.5), batch_size=20, epochs=6, validation=0.2)
    assert history["accuracy"][-1] > 0.8 and 0 <= history["validation accuracy"][-1] <= 1
    found = evaluate(net, X, y, loss=CrossEntropyLoss())
    assert found["accuracy"] == np.mean(predict(net, X, batch_size=7).argmax(1) == y)


def test_weights_of_classes_reach_the_loss():
    X, y = classes()
    loss = CrossEntropyLoss(weight=[1.0, 0.0, 2.0])
    net = Sequential(Linear(4, 3))
    net.keep(net.init(0, dtype=np.float64))
    z = predict(net, X)
    logs = z - np.log(np.exp(z).sum(1, keepdims=True))
    w = np.array([1.0, 0.0, 2.0])[y]
    want = -(w * logs[np.arange(12), y]).sum() / w.sum()
    assert evaluate(net, X, y, loss=loss)["loss"] == pytest.approx(want, rel=1e-12)


def test_a_function_of_two_tensors_is_a_loss():
    X, Y = regression()
    own = fit(mlp(), X, Y, loss=lambda p, t: ((p - t) ** 2).mean(), epochs=2, optimizer=SGD(lr=0.1))
    known = fit(mlp(), X, Y, loss=MSELoss(), epochs=2, optimizer=SGD(lr=0.1))
    np.testing.assert_allclose(own.batch_losses, known.batch_losses, rtol=1e-12)


def test_early_stopping_keeps_the_best_values():
    X, Y = regression()
    net, seen = mlp(), []
    start = net.init(0, dtype=np.float64)

    def note(history):
        seen.append(history.epochs[-1].judged)

    history = fit(net, X, Y, loss=MSELoss(), params=start, optimizer=SGD(lr=0.1), epochs=50, patience=2,
                  schedule=lambda t, lr: -lr if t > 3 else lr, callbacks=[note], validation=(X, Y))  # fmt: skip
    assert history.best.epoch == 3 and len(history) == 6 and "epoch 4 was the best" in history.stopped
    assert evaluate(net, X, Y, loss=MSELoss(), batch_size=32)["loss"] == history.best.judged == min(seen)


def test_a_callback_ends_training():
    history = train(mlp(), *regression(), epochs=9, callbacks=[lambda h: len(h) == 2])
    assert len(history) == 2 and history.stopped == "stopped by a callback"


# A killed run goes on to the same bits.

resumable = partial(
    fit, loss=MSELoss(), optimizer=Adam(lr=0.05), batch_size=4, epochs=5, seed=7, schedule=ExponentialLR(0.8),
    patience=3, clip=0.5, validation=0.3,
)  # fmt: skip


class Killed(Exception):
    pass


def cut_off(monkeypatch, step):
    """Training ends with an error before its step of that number, in the middle of an epoch or not."""
    run_batch, left = Job.run_batch, iter(range(step))

    def run(self, *arguments):
        if next(left, None) is None:
            raise Killed
        return run_batch(self, *arguments)

    monkeypatch.setattr(Job, "run_batch", run)


@pytest.mark.parametrize("every", [None, 1, 2])
@pytest.mark.parametrize("step", [1, 5, 6, 7, 9])
def test_a_run_that_is_cut_off_resumes_to_the_same_bits(tmp_path, monkeypatch, step, every):
    X, Y = regression(20)
    whole = noisy()
    want = resumable(whole, X, Y)
    path = tmp_path / "run.npz"
    cut_off(monkeypatch, step)
    with pytest.raises(Killed):
        resumable(noisy(), X, Y, checkpoint=path, checkpoint_every=every)
    monkeypatch.undo()
    net = noisy()
    history = resumable(net, X, Y, checkpoint=path, checkpoint_every=every, resume=True)
    assert history.batch_losses == want.batch_losses and same(net.params, whole.params)
    for column in ("loss", "validation loss", "lr"):
        assert history[column] == want[column]
    assert history.stopped == want.stopped


SCRIPT = """
import os, sys
from tests.test_nn_fit import noisy, regression, resumable
def kill(history):
    if len(history) == 3:
        os._exit(9)
resumable(noisy(), *regression(20), checkpoint=sys.argv[1], checkpoint_every=1, callbacks=[kill])
"""


def test_a_process_that_is_killed_resumes_to_the_same_bits(tmp_path):
    path = tmp_path / "run.npz"
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", SCRIPT, str(path)], cwd=ROOT, env=env, timeout=120)
    assert done.returncode == 9 and path.exists()
    whole, net = noisy(), noisy()
    want = resumable(whole, *regression(20))
    got = resumable(net, *regression(20), checkpoint=path, resume=True)
    assert got.batch_losses == want.batch_losses and same(net.params, whole.params)


def test_training_that_is_done_can_be_prolonged(tmp_path):
    X, Y = regression()
    whole, net = mlp(), mlp()
    want = train(whole, X, Y, epochs=6)
    train(net, X, Y, epochs=4, checkpoint=tmp_path / "a.npz")
    got = train(net, X, Y, epochs=6, checkpoint=tmp_path / "a.npz", resume=True)
    assert got.batch_losses == want.batch_losses and same(net.params, whole.params)
    assert len(train(net, X, Y, epochs=6, checkpoint=tmp_path / "a.npz", resume=True)) == 6


def test_resuming_without_a_checkpoint_yet_starts_anew(tmp_path):
    X, Y = regression()
    a, b = mlp(), mlp()
    train(a, X, Y)
    train(b, X, Y, checkpoint=tmp_path / "new.npz", resume=True)
    assert same(a.params, b.params)


OTHER = {
    "optimizer": {"optimizer": SGD(lr=0.2)},
    "batch_size": {"batch_size": 5},
    "seed": {"seed": 1},
    "shuffle": {"shuffle": False},
    "schedule": {"schedule": StepLR(2)},
    "loss": {"loss": MSELoss("sum")},
    "clip": {"clip": 2.0},
    "patience": {"patience": 2},
    "validation": {"validation": regression(4)},
}


@pytest.mark.parametrize("name", OTHER)
def test_a_run_with_other_options_is_not_resumed(tmp_path, name):
    X, Y = regression()
    train(mlp(), X, Y, checkpoint=tmp_path / "a.npz")
    with pytest.raises(OptionError, match=f"was written by training with {name}"):
        train(mlp(), X, Y, **OTHER[name], checkpoint=tmp_path / "a.npz", resume=True)


def test_a_checkpoint_of_another_network_is_refused(tmp_path):
    X, Y = regression()
    train(mlp(), X, Y, checkpoint=tmp_path / "a.npz")
    with pytest.raises(ShapeError, match=r"0\.weight has shape"):
        train(Sequential(Linear(3, 5), Sigmoid(), Linear(5, 2)), X, Y, checkpoint=tmp_path / "a.npz", resume=True)
    with pytest.raises(UnknownNameError, match="nothing for the parameter"):
        train(Sequential(Linear(3, 4), Linear(4, 2)), X, Y, checkpoint=tmp_path / "a.npz", resume=True)


# Files.


def test_arrays_and_notes_come_back(tmp_path):
    arrays = {"a/b.weight": np.arange(6.0).reshape(2, 3), "file": np.array(3, dtype=np.int8), "f": np.float32([1.5])}
    write_arrays(tmp_path / "x.npz", arrays, {"n": [1, 0.1]})
    got, notes = read_arrays(tmp_path / "x.npz")
    assert (
        notes == {"n": [1, 0.1]}
        and same(got, arrays)
        and [a.dtype for a in got.values()] == [a.dtype for a in arrays.values()]
    )
    first = (tmp_path / "x.npz").read_bytes()
    write_arrays(tmp_path / "x.npz", arrays, {"n": [1, 0.1]})
    assert (tmp_path / "x.npz").read_bytes() == first


def test_a_network_is_saved_and_loaded(tmp_path):
    X, Y = regression()
    net, other = noisy(), noisy()
    train(net, X, Y)
    net.save(tmp_path / "net.npz")
    assert same(other.load(tmp_path / "net.npz"), net.params)
    assert (predict(other, X) == predict(net, X)).all()
    with pytest.raises(UnknownNameError, match=r"no value for|has no"):
        mlp().load(tmp_path / "net.npz")


def test_numpy_reads_what_is_written_and_the_other_way_round(tmp_path):
    write_arrays(tmp_path / "x.npz", {"w": np.ones(2)})
    with np.load(tmp_path / "x.npz") as stored:
        assert stored.files == ["w"] and (stored["w"] == 1).all()
    np.savez(tmp_path / "y.npz", w=np.zeros(3))
    got, notes = read_arrays(tmp_path / "y.npz")
    assert notes is None and (got["w"] == 0).all()


def test_a_write_that_fails_midway_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "x.npz"
    write_arrays(path, {"w": np.ones(2)})
    before = path.read_bytes()

    def full(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(checkpoint.os, "fsync", full)
    with pytest.raises(SymgradError, match="No space left on device"):
        write_arrays(path, {"w": np.zeros(2)})
    assert path.read_bytes() == before and os.listdir(tmp_path) == ["x.npz"]


def test_a_killed_write_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "x.npz"
    write_arrays(path, {"w": np.ones(2)})

    def interrupted(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr(checkpoint.os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_arrays(path, {"w": np.zeros(2)})
    assert (read_arrays(path)[0]["w"] == 1).all() and os.listdir(tmp_path) == ["x.npz"]


def test_files_that_are_no_checkpoints_are_refused(tmp_path):
    X, Y = regression()
    with pytest.raises(SymgradError, match="no such file"):
        read_arrays(tmp_path / "none.npz")
    for content in (b"", b"not a zip", b"PK\x03\x04 but damaged"):
        (tmp_path / "bad.npz").write_bytes(content)
        with pytest.raises(SymgradError, match="not a file of arrays, or damaged"):
            read_arrays(tmp_path / "bad.npz")
    train(mlp(), X, Y, checkpoint=tmp_path / "a.npz")
    whole = (tmp_path / "a.npz").read_bytes()
    (tmp_path / "half.npz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(SymgradError, match="damaged"):
        train(mlp(), X, Y, checkpoint=tmp_path / "half.npz", resume=True)
    write_arrays(tmp_path / "values.npz", mlp().init(0))
    with pytest.raises(SymgradError, match="not a checkpoint of training"):
        train(mlp(), X, Y, checkpoint=tmp_path / "values.npz", resume=True)


def test_nothing_in_a_file_is_executed(tmp_path):
    np.savez(tmp_path / "x.npz", w=np.array([{"an": "object"}], dtype=object))
    with pytest.raises(SymgradError, match="damaged"):
        read_arrays(tmp_path / "x.npz")


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    with pytest.raises(SymgradError, match=r"none/x\.npz: cannot be written"):
        write_arrays(tmp_path / "none" / "x.npz", {})


def test_notes_are_json(tmp_path):
    train(mlp(), *regression(), checkpoint=tmp_path / "a.npz")
    _, notes = read_arrays(tmp_path / "a.npz")
    assert notes["schema"] == "symgrad/training/1" and json.loads(json.dumps(notes)) == notes


# Faults.


def test_nan_in_the_data_is_found_there():
    X, Y = regression()
    X[3, 1] = np.nan
    with pytest.raises(EvaluationError, match=r"the input x is nan at \[\d, 1\] before the step"):
        train(mlp(), X, Y)


def test_an_overflow_is_found_in_its_layer_and_equation():
    X, Y = regression()
    net = Sequential(Linear(3, 4), ReLU(), Linear(4, 4), Linear(4, 2))
    params = {n: np.full_like(a, 1e160) for n, a in net.init(0, dtype=np.float64).items()}
    with pytest.raises(EvaluationError) as error:
        train(net, np.abs(X), Y, params=params)
    text = str(error.value)
    assert text.startswith("epoch 1, batch 1: the loss is not finite\n  layer 2, Linear(4, 4)\n  y_2")
    assert "= Σ" in text and "weight_2" in text and "is inf at [" in text and "clip=" in text


def test_a_gradient_without_a_value_is_found():
    X, Y = regression()
    loss = lambda p, t: sg.sqrt((p - t) ** 2).sum()  # noqa: E731
    net = Sequential(Linear(3, 2))
    params = {"0.weight": np.linalg.lstsq(X, Y, rcond=None)[0].T * 0, "0.bias": np.zeros(2)}
    with pytest.raises(EvaluationError, match=r"the gradient by 0\.weight is not finite") as error:
        fit(net, X, 0 * Y, loss=loss, params=params)
    assert "∂L/∂" in str(error.value) or "is inf" in str(error.value) or "is nan" in str(error.value)


def test_a_variance_of_one_sample_is_found():
    X, Y = regression(n=9)
    with pytest.raises(EvaluationError, match=r"batch 3: the next 1\.running_var is not finite(?s:.*)drop_last=True"):
        train(noisy(), X, Y)
    assert len(train(noisy(), X, Y, drop_last=True)) == 3


def test_values_stay_as_they_were_before_a_fault():
    X, Y = regression()
    net = mlp()
    train(net, X, Y)
    kept = {n: a.copy() for n, a in net.params.items()}
    with pytest.raises(EvaluationError):
        train(net, X * 1e300, Y * 1e300)
    assert same(net.params, kept)


def test_what_ctrl_c_ends_is_kept():
    X, Y = regression()
    net, same_net = mlp(), mlp()

    def stop(history):
        if len(history) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(net, X, Y, callbacks=[stop])
    train(same_net, X, Y, epochs=2)
    assert same(net.params, same_net.params)


X0, Y0 = regression()
BAD = {
    "samples": (lambda: train(mlp(), X0, Y0[:4]), ShapeError, r"y has shape \(4, 2\), X has 10 samples"),
    "no samples": (lambda: train(mlp(), X0[:0], Y0[:0]), ShapeError, "no samples"),
    "text": (lambda: train(mlp(), X0, np.array(["a"] * 10)), OptionError, "class indices are integers"),
    "features": (lambda: train(mlp(), X0[:, :2], Y0), ShapeError, r"layer 0, Linear\(3, 4\).*last axis should be 3"),
    "targets": (lambda: train(mlp(), X0, Y0[:, :1]), ShapeError, r"MSELoss.*\(2,\).*\(1,\)"),
    "batch_size": (lambda: train(mlp(), X0, Y0, batch_size=0), OptionError, "batch_size=0 is not a whole number >= 1"),
    "seed": (lambda: train(mlp(), X0, Y0, seed=-1), OptionError, "seed=-1 is not a whole number >= 0"),
    "epochs": (lambda: train(mlp(), X0, Y0, epochs=1.5), OptionError, "epochs=1.5"),
    "drop_last": (lambda: train(mlp(), X0, Y0, batch_size=11, drop_last=True), OptionError, "leaves no batch"),
    "schedule": (lambda: train(mlp(), X0, Y0, schedule_every="day"), OptionError, "schedule_every='day'"),
    "metric": (lambda: train(mlp(), X0, Y0, metrics=["f1"]), UnknownNameError, "no metric is named 'f1'"),
    "resume": (lambda: train(mlp(), X0, Y0, resume=True), OptionError, "resume without a checkpoint"),
    "validation": (lambda: train(mlp(), X0, Y0, validation=0.01), OptionError, "takes 0 of 10 samples"),
    "loss of no number": (lambda: train(mlp(), X0, Y0, loss=MSELoss("none")), ShapeError, "one number for a batch"),
    "loss of no tensor": (lambda: train(mlp(), X0, Y0, loss=lambda p, t: 3), ShapeError, "the loss is 3"),
    "kinds": (lambda: train(mlp(), X0, Y0, params=mlp().init(0)), OptionError, "float32|float64"),
    "parameters": (lambda: train(mlp(), X0, Y0, params={}), UnknownNameError, "no value for 0.weight"),
    "a class too many": (
        lambda: fit(Sequential(Linear(3, 2)), X0, np.arange(10), loss=CrossEntropyLoss()),
        SymgradError,
        "2",
    ),
    "two inputs": (lambda: train(mlp(), (X0, X0), Y0), OptionError, "takes 1 inputs, X has 2"),
}


@pytest.mark.parametrize("call, kind, words", BAD.values(), ids=BAD.keys())
def test_errors_say_what_is_wrong(call, kind, words):
    with pytest.raises(kind, match=words):
        call()


# What is printed.


def test_nothing_is_printed_where_there_is_no_terminal(capsys):
    train(mlp(), *regression())
    assert capsys.readouterr() == ("", "")


def test_epochs_are_printed_where_it_is_asked_for(capsys):
    train(mlp(), *regression(), epochs=2, progress=True)
    out = capsys.readouterr().out
    assert "epoch 1: loss" in out and "epoch 2: loss" in out


def test_going_on_is_told(tmp_path, capsys):
    for epochs in (1, 2):
        train(mlp(), *regression(), epochs=epochs, checkpoint=tmp_path / "a.npz", resume=True, progress=True)
    assert "goes on after epoch 1, batch 0\nepoch 2: loss" in capsys.readouterr().out


def test_a_terminal_gets_a_bar():
    out = io.StringIO()
    with fit_progress.progress(None, 3, Console(file=out, force_terminal=True, width=80)) as bar:
        bar.batch(0, 2, 1, 0.5)
    assert "epoch 1/2, loss 0.5" in out.getvalue() and "1/3" in out.getvalue()


# Line by line in examples/digits.py: LeNet-5 on scikit-learn's digits.


@pytest.fixture
def digits(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "examples"))
    return importlib.import_module("digits")


@pytest.mark.slow
@pytest.mark.needs_sklearn
def test_lenet_reads_digits(digits):
    net, history = digits.train()
    assert digits.accuracy(net) >= 0.97 and history["accuracy"][-1] > 0.99


@pytest.mark.needs_sklearn
def test_lenet_learns_the_same_from_the_same_seed(digits):
    (X, y), _ = digits.digits()
    runs = []
    for _ in range(2):
        net = models.lenet5(size=32)
        history = fit(net, X[:64], y[:64], loss=CrossEntropyLoss(), optimizer=SGD(lr=0.03), batch_size=24, seed=1)
        runs.append((net.params, history.batch_losses))
    assert runs[0][1] == runs[1][1] and same(runs[0][0], runs[1][0])
