"""Convolution and its two gradients over 29 shapes against PyTorch, JAX and textbook im2col, and every method of ours.

    python -m tests.benchmarks.convolution [--threads 1] [--repeats 7] [--what forward] [--others] [--methods]

float32. Ours gets and gives images and kernels channels-last in memory, as inside a network of ours; PyTorch is timed
with everything NCHW and with everything channels-last, JAX (jit) with NCHW/OIHW and with NHWC/HWIO. The textbook is
im2col by fancy indices, one product of matrices, and `np.add.at` for the input gradient; its kernel gradient gets the
columns that the forward pass kept. `--methods` times every method of ours that can, against the chosen one.
"""

from __future__ import annotations

import argparse
import os

import numpy as np

from symgrad.kernels.routines import conv2d, conv2d_input_gradient, conv2d_kernel_gradient
from symgrad.kernels.routines.threads import with_threads
from tests.benchmarks.timing import geometric_mean, in_child, markdown, medians, spaced

# name, N, C, H = W, K, R = S, stride, padding, dilation
SHAPES = (
    ("lecture", 1, 3, 32, 6, 5, 1, 0, 1),
    ("lecture", 32, 3, 32, 6, 5, 1, 0, 1),
    ("lecture", 32, 32, 32, 32, 5, 1, 0, 1),
    ("LeNet 1", 64, 1, 32, 6, 5, 1, 0, 1),
    ("LeNet 2", 64, 6, 14, 16, 5, 1, 0, 1),
    *(
        (f"AlexNet {k}", N, *sizes)
        for N in (1, 16)
        for k, sizes in enumerate(
            (
                (3, 227, 96, 11, 4, 0, 1),
                (96, 27, 256, 5, 1, 2, 1),
                (256, 13, 384, 3, 1, 1, 1),
                (384, 13, 384, 3, 1, 1, 1),
                (384, 13, 256, 3, 1, 1, 1),
            ),
            1,
        )
    ),
    ("VGG", 1, 64, 112, 64, 3, 1, 1, 1),
    ("VGG", 1, 256, 56, 256, 3, 1, 1, 1),
    ("VGG", 1, 512, 14, 512, 3, 1, 1, 1),
    ("VGG", 16, 512, 14, 512, 3, 1, 1, 1),
    ("ResNet stem", 1, 3, 224, 64, 7, 2, 3, 1),
    ("ResNet stem", 8, 3, 224, 64, 7, 2, 3, 1),
    ("ResNet", 8, 64, 56, 256, 1, 1, 0, 1),
    ("ResNet", 8, 256, 56, 64, 1, 1, 0, 1),
    ("ResNet", 8, 256, 56, 512, 1, 2, 0, 1),
    ("ResNet", 8, 64, 56, 64, 3, 1, 1, 1),
    ("ResNet", 8, 128, 56, 128, 3, 2, 1, 1),
    ("ResNet", 8, 256, 14, 256, 3, 1, 1, 1),
    ("ResNet", 8, 512, 7, 512, 3, 1, 1, 1),
    ("dilated", 1, 256, 28, 256, 3, 1, 2, 2),
)
OTHERS = (  # shapes that the rule was not made for
    ("VGG 1", 1, 3, 224, 64, 3, 1, 1, 1),
    ("CIFAR", 32, 3, 32, 16, 3, 1, 1, 1),
    ("CIFAR", 32, 16, 32, 16, 3, 1, 1, 1),
    ("CIFAR", 32, 16, 32, 32, 3, 2, 1, 1),
    ("CIFAR", 32, 32, 16, 64, 3, 1, 1, 1),
    ("digits", 64, 1, 8, 16, 3, 1, 1, 1),
    ("digits", 64, 16, 8, 32, 3, 1, 1, 1),
    ("5×5", 16, 16, 28, 32, 5, 1, 2, 1),
    ("4×4", 16, 3, 64, 64, 4, 2, 1, 1),
    ("4×4", 8, 64, 14, 3, 4, 2, 1, 1),
)
WHAT = ("forward", "kernel gradient", "input gradient")
PEERS = ("PyTorch NCHW", "PyTorch channels-last", "JAX NCHW", "JAX NHWC", "textbook")
HEAD = ("shape (N,C,H → K, R, stride, padding, dilation)", "method", "ms", "GFLOP/s", *(f"× {peer}" for peer in PEERS))


class Case:
    """The arrays of one shape: x, w, g channels-last in memory."""

    def __init__(self, name, N, C, H, K, R, s, P, d):
        self.text = f"{name} ({N},{C},{H} → {K}, {R}, s{s}, P{P}, d{d})"
        self.H, self.R, self.s, self.P, self.d = H, R, s, P, d
        self.out = (H + 2 * P - d * (R - 1) - 1) // s + 1
        self.flops = 2 * N * self.out**2 * K * C * R * R
        random = np.random.default_rng(0)
        shapes = (N, C, H, H), (K, C, R, R), (N, K, self.out, self.out)
        self.x, self.w, self.g = (self.pixels(random.standard_normal(shape, dtype=np.float32)) for shape in shapes)
        self.window = (s, s), (P, P), (d, d)

    @staticmethod
    def pixels(a):
        return np.ascontiguousarray(a.transpose(0, 2, 3, 1)).transpose(0, 3, 1, 2)


def ours(case, what, method=None):
    """A call of the routine, by the chosen method or another, with threads as in a program."""
    x, w, g, size = case.x, case.w, case.g, (case.H, case.H)
    calls = {
        "forward": lambda: conv2d.conv2d(x, w, *case.window, method=method),
        "kernel gradient": lambda: conv2d_kernel_gradient.conv2d_kernel_gradient(
            x, g, w.shape[2:], *case.window, method=method
        ),
        "input gradient": lambda: conv2d_input_gradient.conv2d_input_gradient(g, w, size, *case.window, method=method),
    }
    return with_threads(calls[what])


def methods(case, what):
    """The names of our methods, the chosen one first."""
    x, w, g, rest = case.x.shape, case.w.shape, case.g.shape, (*case.window, 1, case.x.dtype)
    return {
        "forward": lambda: conv2d.conv2d_methods(x, w, g[2:], *rest),
        "kernel gradient": lambda: conv2d_kernel_gradient.conv2d_kernel_gradient_methods(x, g, w[2:], *rest),
        "input gradient": lambda: conv2d_input_gradient.conv2d_input_gradient_methods(g, w, x[2:], *rest),
    }[what]()


def torchs(case, what, threads, layout):
    import torch

    torch.set_num_threads(threads)
    layout = {"NCHW": torch.contiguous_format, "channels-last": torch.channels_last}[layout]
    x, w, g = (torch.from_numpy(a.copy()).contiguous(memory_format=layout) for a in (case.x, case.w, case.g))
    s, P, d = ([v, v] for v in (case.s, case.P, case.d))
    wanted = [what == "input gradient", what == "kernel gradient", False]

    def forward():
        with torch.no_grad():
            return torch.nn.functional.conv2d(x, w, None, s, P, d)

    def backward():
        return torch.ops.aten.convolution_backward(g, x, w, None, s, P, d, False, [0, 0], 1, wanted)

    return forward if what == "forward" else backward


def jaxs(case, what, layout):
    import jax

    names = {"NCHW": ("NCHW", "OIHW", "NCHW"), "NHWC": ("NHWC", "HWIO", "NHWC")}[layout]
    x, w, g = case.x, case.w, case.g
    if layout == "NHWC":
        x, w, g = x.transpose(0, 2, 3, 1), w.transpose(2, 3, 1, 0), g.transpose(0, 2, 3, 1)
    x, w, g = (jax.numpy.asarray(np.ascontiguousarray(a)) for a in (x, w, g))

    def convolve(x, w):
        return jax.lax.conv_general_dilated(
            x, w, (case.s,) * 2, [(case.P, case.P)] * 2, rhs_dilation=(case.d,) * 2, dimension_numbers=names
        )

    run, arrays = {
        "forward": (convolve, (x, w)),
        "kernel gradient": (lambda x, w, g: jax.vjp(lambda w: convolve(x, w), w)[1](g), (x, w, g)),
        "input gradient": (lambda x, w, g: jax.vjp(lambda x: convolve(x, w), x)[1](g), (x, w, g)),
    }[what]
    run = jax.jit(run)
    return lambda: jax.block_until_ready(run(*arrays))


def textbook(case, what):
    """im2col by fancy indices: `cols[(c,r,s), (i,j), n] = X[n, c, s·i+d·r, s·j+d·s]` of the padded image."""
    x, w, g = (np.ascontiguousarray(a) for a in (case.x, case.w, case.g))
    (N, C, H, _), (K, _, R, S), P = x.shape, w.shape, case.P
    W = w.reshape(K, -1)

    def entries():
        c, r, s = (a.reshape(-1, 1) for a in np.indices((C, R, S)))
        i, j = (a.reshape(1, -1) for a in np.indices((case.out, case.out)))
        return slice(None), c, case.s * i + case.d * r, case.s * j + case.d * s

    def im2col():
        padded = np.pad(x, ((0, 0), (0, 0), (P, P), (P, P)))
        return padded[entries()].transpose(1, 2, 0).reshape(C * R * S, -1)

    def forward():
        return (W @ im2col()).reshape(K, case.out, case.out, N).transpose(3, 0, 1, 2)

    def to_input():
        x = np.zeros((N, C, H + 2 * P, H + 2 * P), np.float32)
        G = g.transpose(1, 2, 3, 0).reshape(K, -1)
        np.add.at(x, entries(), (W.T @ G).reshape(C * R * S, -1, N).transpose(2, 0, 1))
        return x[:, :, P : P + H, P : P + H]

    cols = im2col() if what == "kernel gradient" else None

    def to_kernel():
        return (g.transpose(1, 2, 3, 0).reshape(K, -1) @ cols.T).reshape(w.shape)

    return {"forward": forward, "kernel gradient": to_kernel, "input gradient": to_input}[what]


def contestants(case, what, threads):
    return {
        "ours": ours(case, what),
        **{f"PyTorch {layout}": torchs(case, what, threads, layout) for layout in ("NCHW", "channels-last")},
        **{f"JAX {layout}": jaxs(case, what, layout) for layout in ("NCHW", "NHWC")},
        "textbook": textbook(case, what),
    }


def peers_table(what, shapes, threads, repeats):
    """Our milliseconds, and how many times as long the others take; last the figures that the project is held to."""
    rows, ratios = [], []
    for shape in shapes:
        case = Case(*shape)
        runs = contestants(case, what, threads)
        t = medians(spaced(runs, threads), repeats)
        ratios.append([t[peer] / t["ours"] for peer in PEERS])
        ms, speed = f"{t['ours'] * 1e3:.3f}", f"{case.flops / t['ours'] / 1e9:.0f}"
        rows.append([case.text, methods(case, what)[0], ms, speed, *(f"{ratio:.2f}" for ratio in ratios[-1])])
    means = [f"{geometric_mean(column):.2f}" for column in zip(*ratios, strict=True)]
    better = [(min(row[:2]), min(row[2:4]), row[4]) for row in ratios]
    torch, jax, book = zip(*better, strict=True)
    table = markdown(HEAD, [*rows, ["geometric mean", "", "", "", *means]])
    return (
        f"{table}\n\nGeometric mean against the better layout of PyTorch {geometric_mean(torch):.2f} "
        f"(worst {min(torch):.2f}), of JAX {geometric_mean(jax):.2f} (worst {min(jax):.2f}), "
        f"against the textbook {geometric_mean(book):.2f}."
    )


def methods_table(what, shapes, repeats):
    """The time of each method over that of the chosen one; below 1/1.3 the rule has a bug."""
    rows, names = [], []
    for shape in shapes:
        case = Case(*shape)
        chosen, *_ = able = methods(case, what)
        t = medians(spaced({name: ours(case, what, name) for name in able}, 1), repeats)
        names += [name for name in able if name not in names]
        late = max(t[chosen] / best for best in t.values())
        rows.append((case.text, chosen, f"{late:.2f}{' !' if late > 1.3 else ''}", {n: t[n] / t[chosen] for n in able}))
    cells = [[*row, *(f"{t[n]:.2f}" if n in t else "" for n in names)] for *row, t in rows]
    return markdown(("shape", "chosen", "chosen / best", *names), cells)


def options():
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.convolution", description=__doc__.split("\n")[0])
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--what", choices=WHAT, action="append")
    parser.add_argument("--shapes", default="", help="only shapes whose name contains this")
    parser.add_argument("--others", action="store_true", help="shapes that the rule was not made for")
    parser.add_argument("--methods", action="store_true")
    return parser.parse_args()


def main(given):
    os.environ["NPROC"] = str(given.threads)  # XLA's pool of threads, whatever its flags say
    shapes = [shape for shape in (OTHERS if given.others else SHAPES) if given.shapes in shape[0]]
    for what in given.what or WHAT:
        if given.methods:
            print(f"**{what}**, methods\n\n{methods_table(what, shapes, given.repeats)}\n", flush=True)
        else:
            table = peers_table(what, shapes, given.threads, given.repeats)
            print(f"**{what}**, {given.threads} thread(s)\n\n{table}\n", flush=True)


if __name__ == "__main__":
    given = options()
    if in_child("tests.benchmarks.convolution", given.threads):
        main(given)
