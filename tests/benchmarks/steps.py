"""Training steps (loss, all gradients, SGD update), float32: `python -m tests.benchmarks.steps [threads [repeats]]`.

Ours is a step of `nn.fit`, its checks included; PyTorch is eager, with `torch.optim.SGD`; JAX is one jitted function
that is given its parameters to write over; HIPS autograd, which has no convolution, trains the MLPs. All start from the
same parameters, and their losses are compared.
"""

from __future__ import annotations

import sys

import numpy as np

from symgrad import nn
from symgrad.nn.fit_data import Data
from symgrad.nn.fit_faults import first_bad
from symgrad.nn.fit_step import step
from tests.benchmarks.timing import in_child, markdown, medians, spaced

RATE = 0.01
HEAD = ("step", "ours, ms", "PyTorch, ms", "JAX, ms", "× PyTorch", "× JAX", "× HIPS autograd")
MLP = (("Flatten",), ("Linear", 784, 256), ("ReLU",), ("Linear", 256, 10))
LENET = (
    *(("Conv2d", 1, 6, 5, 1, 0), ("ReLU",), ("MaxPool2d", 2), ("Conv2d", 6, 16, 5, 1, 0), ("ReLU",), ("MaxPool2d", 2)),
    *(("Flatten",), ("Linear", 400, 120), ("ReLU",), ("Linear", 120, 84), ("ReLU",), ("Linear", 84, 10)),
)
ALEXNET = (
    *(("Conv2d", 3, 96, 11, 4, 0), ("ReLU",), ("MaxPool2d", 3, 2)),
    *(("Conv2d", 96, 256, 5, 1, 2), ("ReLU",), ("MaxPool2d", 3, 2)),
    *(("Conv2d", 256, 384, 3, 1, 1), ("ReLU",), ("Conv2d", 384, 384, 3, 1, 1), ("ReLU",)),
    *(("Conv2d", 384, 256, 3, 1, 1), ("ReLU",), ("MaxPool2d", 3, 2), ("Flatten",)),
    *(("Linear", 9216, 4096), ("ReLU",), ("Linear", 4096, 4096), ("ReLU",), ("Linear", 4096, 1000)),
)
CASES = {
    "MLP 784-256-10, batch 32": (MLP, (784,), 32, 10),
    "MLP 784-256-10, batch 128": (MLP, (784,), 128, 10),
    "MLP 784-256-10, batch 512": (MLP, (784,), 512, 10),
    "LeNet-5, batch 64": (LENET, (1, 32, 32), 64, 10),
    "AlexNet, batch 8": (ALEXNET, (3, 227, 227), 8, 1000),
}


def batch(shape, count, classes):
    rng = np.random.default_rng(0)
    return rng.standard_normal((count, *shape), dtype=np.float32), rng.integers(0, classes, count)


def ours(layers, X, y):
    """(parameters, a function that makes a step on them and gives the loss)."""
    net = nn.Sequential(*(getattr(nn, kind)(*options) for kind, *options in layers))
    data, rule, params = Data((X,), y), nn.SGD(lr=RATE), net.init(0)
    compiled, state, rng = step(net, nn.CrossEntropyLoss(), data, "train"), rule.start(params), np.random.default_rng(0)

    def run():
        found = compiled(params, data, rng)
        assert np.isfinite(found.loss) and not first_bad(found.gradients)
        compiled.update(rule, params, found.gradients, state, RATE)
        return found.loss

    return params, run


def torchs(layers, X, y, params):
    import torch

    net = torch.nn.Sequential(*(getattr(torch.nn, kind)(*options) for kind, *options in layers))
    net.load_state_dict({name: torch.from_numpy(p.copy()) for name, p in params.items()})
    x, y = torch.from_numpy(X), torch.from_numpy(y)
    rule = torch.optim.SGD(net.parameters(), lr=RATE)

    def run():
        rule.zero_grad()
        loss = torch.nn.functional.cross_entropy(net(x), y)
        loss.backward()
        rule.step()
        return loss.item()

    return run


def jaxs(layers, X, y, params):
    import jax
    import jax.numpy as jnp

    def layer(x, params, place, kind, *options):
        w, b = (params.get(f"{place}.{name}") for name in ("weight", "bias"))
        if kind == "Conv2d":
            *_, stride, padding = options
            made = jax.lax.conv_general_dilated(x, w, (stride,) * 2, [(padding,) * 2] * 2)
            return made + b[:, None, None]
        if kind == "MaxPool2d":
            size, stride = (*options, *options)[:2]
            return jax.lax.reduce_window(x, -jnp.inf, jax.lax.max, (1, 1, size, size), (1, 1, stride, stride), "VALID")
        if kind == "Linear":
            return x @ w.T + b
        return jnp.maximum(x, 0) if kind == "ReLU" else x.reshape(len(x), -1)

    def loss(params, x, y):
        for place, (kind, *options) in enumerate(layers):
            x = layer(x, params, place, kind, *options)
        return jnp.mean(jax.nn.logsumexp(x, 1) - x[jnp.arange(len(y)), y])

    def update(params, x, y):
        value, gradients = jax.value_and_grad(loss)(params, x, y)
        return value, {name: p - RATE * gradients[name] for name, p in params.items()}

    jitted = jax.jit(update, donate_argnums=0)
    kept = {"params": jax.tree.map(lambda p: jnp.array(p, copy=True), params)}
    x, y = jnp.asarray(X), jnp.asarray(y)

    def run():
        value, kept["params"] = jax.block_until_ready(jitted(kept["params"], x, y))
        return float(value)

    return run


def tapes(layers, X, y, params):
    import autograd.numpy as np
    from autograd import value_and_grad
    from autograd.scipy.special import logsumexp

    own, row = {name: p.copy() for name, p in params.items()}, np.arange(len(y))

    def loss(params):
        x = X
        for place, (kind, *_) in enumerate(layers):
            if kind == "Linear":
                x = x @ params[f"{place}.weight"].T + params[f"{place}.bias"]
            elif kind == "ReLU":
                x = np.maximum(x, 0)
        return np.mean(logsumexp(x, 1) - x[row, y])

    def run():
        value, gradients = value_and_grad(loss)(own)
        for name, g in gradients.items():
            own[name] -= RATE * g
        return float(value)

    return run


def contestants(layers, shape, count, classes):
    X, y = batch(shape, count, classes)
    params, run = ours(layers, X, y)
    runs = {"ours": run, "torch": torchs(layers, X, y, params), "jax": jaxs(layers, X, y, params)}
    if layers is MLP:
        runs["autograd"] = tapes(layers, X, y, params)
    for _ in range(2):  # the second one sees the first one's update
        losses = [run() for run in runs.values()]
        assert max(losses) - min(losses) < 1e-3 * max(losses), losses
    return runs


def table(names, threads, repeats):
    rows = []
    for name in names:
        t = medians(spaced(contestants(*CASES[name]), threads), repeats)
        times = [f"{t[who] * 1e3:.3g}" for who in ("ours", "torch", "jax")]
        ratios = [f"{t[who] / t['ours']:.2f}" if who in t else "" for who in ("torch", "jax", "autograd")]
        rows.append([name, *times, *ratios])
    return markdown(HEAD, rows)


def main(threads: int = 2, repeats: int = 11, kind: str = ""):
    import torch

    torch.set_num_threads(threads)
    print(f"{threads} threads; × is how many times longer the other takes\n")
    print(table([name for name in CASES if kind in name], threads, repeats))


if __name__ == "__main__" and in_child("tests.benchmarks.steps", int((sys.argv[1:] or [2])[0])):
    main(*map(int, sys.argv[1:3]), *sys.argv[3:4])
