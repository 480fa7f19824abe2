"""Row-wise losses and activations, value and gradients: `python -m tests.benchmarks.rows [repeats]`.

"Ours" is a program compiled from the equations, with numba where it is installed, and without; "by hand" the best that
was found with the routines of NumPy and its buffers made short: NumPy 2.4 copies a row that is shorter than a buffer
before it computes with it. "Plain" is the same mathematics in plain NumPy, PyTorch is eager, JAX jitted
`value_and_grad`, HIPS autograd its tape of NumPy; float32, one thread. A second table: GELU in blocks.
"""

from __future__ import annotations

import sys

import numpy as np

from symgrad import nn
from symgrad.calculus.sweep import pull_back
from symgrad.expr.operations import elementwise
from symgrad.expr.reductions import sum_
from symgrad.expr.tensors import Tensor, input_tensor
from symgrad.kernels import compile_outputs
from symgrad.kernels.load import load
from symgrad.kernels.routines.blocks import in_blocks
from symgrad.kernels.routines.error_functions import ERF_ROWS, erf
from symgrad.kernels.routines.normal import normal_block
from symgrad.kernels.routines.rows import logsumexp_softmax_rows, sum_rows
from tests.benchmarks.timing import in_child, markdown, medians, spaced

F = np.float32
CUBIC, SCALE = F(0.044715), F(np.sqrt(2 / np.pi))
HEAD = (
    "value and gradients",
    "ours, µs",
    "× without numba",
    "× by hand",
    "× plain NumPy",
    "× PyTorch",
    "× JAX",
    "× better of the two",
    "× HIPS autograd",
)
BLOCKS = (1 << 13, 1 << 14, 1 << 15, 1 << 16, 1 << 17, 1 << 22)


def compiled(layer, shapes, wrt, values):
    """The program of a loss, or of `Σ G y` of another layer, and of its gradients."""
    forward = layer.build(shapes)
    f = forward.output
    if f.ndim:
        f = sum_(elementwise("multiply", f, input_tensor("G", f.shape)))
    inputs: dict[str, Tensor] = {str(t.name): t for t in (*forward.inputs, *forward.given.values())}
    program = compile_outputs([f, *pull_back(f, [inputs[x] for x in wrt])])
    plain = program.source.replace('import_module("numba")', 'import_module("numba, not to be found")')
    function = program._kind.runner(load(plain, program.written.function), ())
    return lambda: program(**values), lambda: function(*(values[str(t.name)] for t in program.inputs))


def data(*shape):
    return np.random.default_rng(0).standard_normal(shape, dtype=F)


def cross_entropy(n, k):
    z, y, row = data(n, k), np.random.default_rng(1).integers(0, k, n), np.arange(n)

    def ours():
        values, p = logsumexp_softmax_rows(z, (1,))
        p[row, y] -= 1
        p *= F(1 / n)
        return np.mean(values - z[row, y]), p

    def plain():
        top = z.max(axis=1, keepdims=True)
        p = np.exp(z - top)
        total = p.sum(axis=1, keepdims=True)
        p /= total
        p[row, y] -= 1
        p *= F(1 / n)
        return np.mean(top[:, 0] + np.log(total[:, 0]) - z[row, y]), p

    def torchs(torch):
        return lambda z: torch.nn.functional.cross_entropy(z, torch.from_numpy(y))

    def jaxs(jax):
        return lambda z, y: jax.numpy.mean(jax.nn.logsumexp(z, 1) - z[row, y])

    def tapes(np, special):
        return lambda z, y: np.mean(special.logsumexp(z, 1) - z[row, y])

    programs = compiled(nn.CrossEntropyLoss(), ((k,), ()), ["input"], {"input": z, "target": y})
    return (z,), programs, ours, plain, torchs, jaxs, tapes, (y,)


def layer_norm(n, k):
    x, a, b, G = data(n, k), data(k), data(k), data(n, k)[::-1].copy()

    def ours(row=lambda t: sum_rows(t, (1,)), column=lambda t: np.ones(n, F) @ t, times=lambda t, v: (t @ v)[:, None]):
        h = x - row(x) * F(1 / k)
        y = h * h
        r = 1 / np.sqrt(row(y) * F(1 / k) + F(1e-5))
        h *= r
        np.multiply(h, a, out=y)
        y += b
        value = np.vdot(y, G)
        np.multiply(G, h, out=y)
        ga, gb = column(y), column(G)
        h *= times(y, a) * F(1 / k)
        np.multiply(G, a, out=y)
        y -= times(G, a) * F(1 / k)
        y -= h
        y *= r
        return value, y, ga, gb

    def plain():
        def row(t):
            return t.sum(axis=1, keepdims=True)

        return ours(row, lambda t: t.sum(axis=0), lambda t, v: row(t * v))

    def torchs(torch):
        return lambda x, a, b: (torch.nn.functional.layer_norm(x, (k,), a, b) * torch.from_numpy(G)).sum()

    def jaxs(jax):
        def value(x, a, b, G):
            h = x - x.mean(1, keepdims=True)
            return ((h * jax.lax.rsqrt((h * h).mean(1, keepdims=True) + 1e-5) * a + b) * G).sum()

        return value

    def tapes(np, special):
        def value(x, a, b, G):
            h = x - np.mean(x, 1, keepdims=True)
            return np.sum((h / np.sqrt(np.mean(h * h, 1, keepdims=True) + 1e-5) * a + b) * G)

        return value

    programs = compiled(nn.LayerNorm(k), (k,), ["x", "weight", "bias"], {"x": x, "weight": a, "bias": b, "G": G})
    return (x, a, b), programs, ours, plain, torchs, jaxs, tapes, (G,)


def gelu_block(x, G, y, g, work):
    normal_block(x, y, g, work)
    g *= x
    g += y
    g *= G
    y *= x


def gelu_tanh_block(x, G, y, g, work):
    """`y = x σ(2u)`, `g = G (σ + y (1−σ) 2u′)` with u = √(2/π) (x + 0.044715 x³)."""
    square, s = work[0], g
    np.multiply(x, x, out=square)
    np.multiply(square, -2 * SCALE * CUBIC, out=s)
    s -= 2 * SCALE
    s *= x
    np.exp(s, out=s)
    s += F(1)
    np.divide(F(1), s, out=s)  # half the time of np.reciprocal
    np.multiply(x, s, out=y)
    square *= 6 * SCALE * CUBIC
    square += 2 * SCALE
    square *= y
    square *= np.subtract(F(1), s, out=work[1])
    s += square
    s *= G


def gelu_plain(x, G):
    cdf = F(0.5) * (1 + erf(x / np.sqrt(F(2))))
    return np.vdot(x * cdf, G), (cdf + x * np.exp(-x * x / 2) / np.sqrt(F(2 * np.pi))) * G


def gelu_tanh_plain(x, G):
    t = np.tanh(SCALE * (x + CUBIC * x * x * x))
    slope = (1 - t * t) * SCALE * (1 + 3 * CUBIC * x * x)
    return np.vdot(F(0.5) * x * (1 + t), G), F(0.5) * (1 + t + x * slope) * G


def gelu(n, k, form="none", size=1 << 16):
    x, G = data(n, k), data(n, k)[::-1].copy()
    block, rows, plain = (gelu_block, ERF_ROWS, gelu_plain) if form == "none" else (gelu_tanh_block, 2, gelu_tanh_plain)

    def ours():
        y, g = in_blocks(block, (x, G), (np.empty_like(x), np.empty_like(x)), rows, size)
        return np.vdot(y, G), g

    def torchs(torch):
        return lambda x: (torch.nn.functional.gelu(x, approximate=form) * torch.from_numpy(G)).sum()

    def jaxs(jax):
        return lambda x, G: (jax.nn.gelu(x, approximate=form == "tanh") * G).sum()

    def tapes(np, special):
        if form == "tanh":
            return lambda x, G: np.sum(F(0.5) * x * (1 + np.tanh(SCALE * (x + CUBIC * x * x * x))) * G)
        return lambda x, G: np.sum(F(0.5) * x * (1 + special.erf(x / F(np.sqrt(2)))) * G)

    programs = compiled(nn.GELU(form), (k,), ["x"], {"x": x, "G": G})
    return (x,), programs, ours, lambda: plain(x, G), torchs, jaxs, tapes, (G,)


CASES = {
    "softmax cross-entropy 256×1024": lambda: cross_entropy(256, 1024),
    "softmax cross-entropy 128×10": lambda: cross_entropy(128, 10),
    "softmax cross-entropy 4096×32": lambda: cross_entropy(4096, 32),
    "layer norm 256×1024": lambda: layer_norm(256, 1024),
    "GELU (erf) 256×1024": lambda: gelu(256, 1024),
    "GELU (tanh) 256×1024": lambda: gelu(256, 1024, "tanh"),
    "GELU (erf) 2048×2048": lambda: gelu(2048, 2048),
    "GELU (tanh) 2048×2048": lambda: gelu(2048, 2048, "tanh"),
}


def contestants(inputs, programs, by_hand, plain, torchs, jaxs, tapes, constants=()):
    import autograd.numpy
    import autograd.scipy.special
    import jax
    import torch

    torch.set_num_threads(1)
    leaves = [torch.from_numpy(x).requires_grad_(True) for x in inputs]
    value = torchs(torch)
    arrays = [jax.numpy.asarray(x) for x in (*inputs, *constants)]
    step = jax.jit(jax.value_and_grad(jaxs(jax), argnums=tuple(range(len(inputs)))))

    taped = autograd.differential_operators.make_vjp(
        lambda inputs: tapes(autograd.numpy, autograd.scipy.special)(*inputs, *constants)
    )

    def tape():
        pullback, f = taped(inputs)
        return f, *pullback(F(1))

    def eager():
        f = value(*leaves)
        return f.item(), *(g.numpy() for g in torch.autograd.grad(f, leaves))

    def jitted():
        f, gradients = jax.block_until_ready(step(*arrays))
        return f, *gradients

    return {
        "ours": programs[0],
        "numpy": programs[1],
        "hand": short_buffers(by_hand),
        "plain": plain,
        "torch": eager,
        "jax": jitted,
        "autograd": tape,
    }


def short_buffers(run, size=1024):
    def program():
        before = np.setbufsize(size)
        try:
            return run()
        finally:
            np.setbufsize(before)

    return program


def agree(runs):
    """What is timed is the same mathematics."""
    want = runs["torch"]()
    for name, run in runs.items():
        for a, b in zip(run(), want, strict=True):
            scale = np.abs(b).max() + 1
            assert np.abs(np.asarray(a) - b).max() <= 2e-4 * scale, name


def table(repeats):
    rows = []
    for name, case in CASES.items():
        runs = contestants(*case())
        agree(runs)
        t = medians(spaced(runs, 1), repeats)
        others = [t["numpy"], t["hand"], t["plain"], t["torch"], t["jax"], min(t["torch"], t["jax"]), t["autograd"]]
        rows.append([name, f"{t['ours'] * 1e6:.0f}", *(f"{other / t['ours']:.2f}" for other in others)])
    return markdown(HEAD, rows)


def block_table(repeats, shape=(2048, 2048)):
    runs = {(form, size): gelu(*shape, form, size)[2] for form in ("none", "tanh") for size in BLOCKS}
    t = medians(runs, repeats)
    entries = shape[0] * shape[1]
    names = {"none": "GELU (erf)", "tanh": "GELU (tanh)"}
    rows = [[names[f], *(f"{t[f, size] / entries * 1e9:.2f}" for size in BLOCKS)] for f in names]
    heads = [f"{size >> 10} K" if size < entries else "whole" for size in BLOCKS]
    return markdown(["ns an entry, in blocks of", *heads], rows)


def main(repeats: int = 11):
    print(f"How many times longer the others take\n\n{table(repeats)}\n")
    print(f"Value and gradient at 2048×2048\n\n{block_table(repeats)}")


if __name__ == "__main__" and in_child("tests.benchmarks.rows"):
    main(*map(int, sys.argv[1:]))
