"""Pooling forward and backward against PyTorch (both layouts) and JAX: `python -m tests.benchmarks.pooling [repeats]`.

Images are float32 and lie channels-last for the routines and for JAX, as inside a program. PyTorch's forward always
finds the winners; "max" is the forward alone, "max, winners" what a training step calls.
"""

from __future__ import annotations

import sys

from tests.benchmarks.timing import geometric_mean, in_child, markdown, medians

# name, (N, C, H, W), kernel, stride, padding
SHAPES = (
    ("LeNet pool 1, N=64", (64, 6, 28, 28), 2, 2, 0),
    ("LeNet pool 2, N=64", (64, 16, 10, 10), 2, 2, 0),
    ("AlexNet pool 1, N=8", (8, 96, 55, 55), 3, 2, 0),
    ("AlexNet pool 2, N=8", (8, 256, 27, 27), 3, 2, 0),
    ("AlexNet pool 5, N=8", (8, 256, 13, 13), 3, 2, 0),
    ("ResNet stem, N=8", (8, 64, 112, 112), 3, 2, 1),
    ("VGG pool 1, N=1", (1, 64, 224, 224), 2, 2, 0),
    ("VGG pool 3, N=8", (8, 256, 56, 56), 2, 2, 0),
    ("inception, N=8", (8, 192, 28, 28), 3, 1, 1),
)
KINDS = ("max", "max, winners", "max gradient", "sum", "sum gradient")
HEAD = ("shape", "ms", "× PyTorch NCHW", "× PyTorch channels-last", "× better PyTorch", "× JAX")


def ours(kind, X, G, kernel, stride, padding):
    from symgrad.kernels.routines import pool, pool_gradient, pool_winners

    options = (kernel, kernel), (stride, stride), (padding, padding)
    x, g = X.transpose(0, 3, 1, 2), G.transpose(0, 3, 1, 2)
    winners = pool_winners.max_pool2d_winners(x, *options)[1]
    return {
        "max": lambda: pool.max_pool2d(x, *options),
        "max, winners": lambda: pool_winners.max_pool2d_winners(x, *options),
        "max gradient": lambda: pool_gradient.max_pool2d_gradient(g, winners, x.shape[2:], *options),
        "sum": lambda: pool.sum_pool2d(x, *options),
        "sum gradient": lambda: pool_gradient.sum_pool2d_gradient(g, x.shape[2:], *options),
    }[kind]


def torchs(kind, X, G, kernel, stride, padding, channels_last):
    import torch

    torch.set_num_threads(1)
    layout = torch.channels_last if channels_last else torch.contiguous_format
    x, g = (torch.from_numpy(a.transpose(0, 3, 1, 2).copy()).contiguous(memory_format=layout) for a in (X, G))
    pool = torch.nn.functional.max_pool2d if kind.startswith("max") else torch.nn.functional.avg_pool2d

    def forward():
        with torch.no_grad():
            pool(x, kernel, stride, padding)

    if not kind.endswith("gradient"):
        return forward
    x.requires_grad_(True)
    y = pool(x, kernel, stride, padding)
    return lambda: torch.autograd.grad(y, x, g, retain_graph=True)


def jaxs(kind, X, G, kernel, stride, padding):
    import jax
    import jax.numpy as jnp

    start, combine = (-jnp.inf, jax.lax.max) if kind.startswith("max") else (0.0, jax.lax.add)
    sides = ((0, 0), (padding, padding), (padding, padding), (0, 0))

    def pool(x):
        return jax.lax.reduce_window(x, start, combine, (1, kernel, kernel, 1), (1, stride, stride, 1), sides)

    x, g = jnp.asarray(X), jnp.asarray(G)
    if kind.endswith("gradient"):  # the pullback alone, with what the forward pass saved
        pullback = jax.tree_util.Partial(jax.jit(lambda p, g: p(g)), jax.vjp(pool, x)[1])
        return lambda: jax.block_until_ready(pullback(g))
    run = jax.jit(pool)
    return lambda: run(x).block_until_ready()


def measure(kind, shape, kernel, stride, padding, repeats):
    import numpy as np

    rng = np.random.default_rng(0)
    N, C, H, W = shape
    X = rng.standard_normal((N, H, W, C), dtype=np.float32)
    size = [(n + 2 * padding - kernel) // stride + 1 for n in (H, W)]
    G = rng.standard_normal((N, *size, C), dtype=np.float32)
    case = (kind, X, G, kernel, stride, padding)
    runs = {"ours": ours(*case), "NCHW": torchs(*case, False), "NHWC": torchs(*case, True), "jax": jaxs(*case)}
    return medians(runs, repeats)


def table(kind, repeats):
    times = {name: measure(kind, *options, repeats) for name, *options in SHAPES}
    ratios = {n: [t["NCHW"], t["NHWC"], min(t["NCHW"], t["NHWC"]), t["jax"]] for n, t in times.items()}
    ratios = {n: [r / times[n]["ours"] for r in row] for n, row in ratios.items()}
    means = [geometric_mean(row[k] for row in ratios.values()) for k in range(4)]
    rows = [[n, f"{times[n]['ours'] * 1e3:.3f}", *(f"{r:.2f}" for r in row)] for n, row in ratios.items()]
    return markdown(HEAD, [*rows, ["geometric mean", "", *(f"{r:.2f}" for r in means)]])


def main(repeats: int = 11, *kinds: str):
    for kind in kinds or KINDS:
        print(f"**{kind}**: our milliseconds, and how many times longer the others take\n\n{table(kind, repeats)}\n")


if __name__ == "__main__" and in_child("tests.benchmarks.pooling"):
    main(*[int(a) if a.isdigit() else a for a in sys.argv[1:]])
