"""Hessians, float64, one thread: `python -m tests.benchmarks.hessians [repeats]`.

Ours is the program compiled from `sg.hessian`, the derived formula; JAX is `jax.jit(jax.hessian(f))`, HIPS autograd is
`autograd.hessian(f)`. All are compared at the same arrays before they are timed.
"""

from __future__ import annotations

import sys

import numpy as np

import symgrad as sg
from tests.benchmarks.timing import in_child, markdown, medians

HEAD = ("Hessian", "ours, ms", "JAX, ms", "HIPS autograd, ms", "× JAX", "× HIPS autograd")
LAYERS = 10


def quadratic(n):
    """xᵀ A x."""
    A, x = sg.tensors("A[n,n] x[n]")
    rng = np.random.default_rng(0)
    return x @ A @ x, x, {"A": rng.normal(size=(n, n)), "x": rng.normal(size=n)}, lambda np, x, A: x @ A @ x


def logistic(m, n):
    """Logistic regression: Σ log(1 + exp(−y X w))."""
    X, w, y = sg.tensors("X[m,n] w[n] y[m]")
    rng = np.random.default_rng(0)
    arrays = {"X": rng.normal(size=(m, n)), "w": rng.normal(size=n), "y": rng.choice([-1.0, 1.0], m)}
    f = sg.softplus(-y * (X @ w)).sum()
    return f, w, arrays, lambda np, w, X, y: np.sum(np.logaddexp(0, -y * (X @ w)))


def factorisation(n, k):
    """‖U Vᵀ − M‖² by U."""
    U, V, M = sg.tensors("U[n,k] V[n,k] M[n,n]")
    rng = np.random.default_rng(0)
    arrays = {"U": rng.normal(size=(n, k)), "V": rng.normal(size=(n, k)), "M": rng.normal(size=(n, n))}
    return ((U @ V.T - M) ** 2).sum(), U, arrays, lambda np, U, V, M: np.sum((U @ V.T - M) ** 2)


def relu_net(n):
    """A net of ten layers of width n, by its input: Σ y²."""
    text = "x[n] " + " ".join(f"W{i}[n,n]" for i in range(LAYERS))
    x, *weights = sg.tensors(text)
    rng = np.random.default_rng(0)
    arrays = {"x": rng.normal(size=n)} | {f"W{i}": rng.normal(size=(n, n)) * (2 / n) ** 0.5 for i in range(LAYERS)}
    h = x
    for i, W in enumerate(weights[:-1]):
        h = sg.let(f"h{i}", sg.relu(W @ h))
    f = ((weights[-1] @ h) ** 2).sum()

    def plain(np, x, **W):
        for i in range(LAYERS - 1):
            x = np.maximum(W[f"W{i}"] @ x, 0)
        return np.sum((W[f"W{LAYERS - 1}"] @ x) ** 2)

    return f, x, arrays, plain


CASES = {
    "xᵀAx, n = 1,000": lambda: quadratic(1000),
    "xᵀAx, n = 2,000": lambda: quadratic(2000),
    "logistic regression 600×300": lambda: logistic(600, 300),
    "matrix factorisation n = 100, k = 5": lambda: factorisation(100, 5),
    "ReLU net, 10 layers of 40": lambda: relu_net(40),
}


def contestants(f, wrt, arrays, plain):
    import autograd
    import autograd.numpy
    import jax

    jax.config.update("jax_enable_x64", True)
    program = sg.compile(sg.hessian(f, wrt))
    taken = {str(t.display): arrays[str(t.display)] for t in program.inputs}
    name = str(wrt.display)
    others = {k: a for k, a in arrays.items() if k != name}
    jitted = jax.jit(jax.hessian(lambda x, others: plain(jax.numpy, x, **others)))
    on_device = jax.device_put((arrays[name], others))
    taped = autograd.hessian(lambda x: plain(autograd.numpy, x, **others))
    return {
        "ours": lambda: program(**taken),
        "jax": lambda: jax.block_until_ready(jitted(*on_device)),
        "autograd": lambda: taped(arrays[name]),
    }


def main(repeats: int = 7):
    rows = []
    for name, case in CASES.items():
        runs = contestants(*case())
        want = np.asarray(runs["jax"]())
        for run in runs.values():
            assert np.abs(run() - want).max() <= 1e-9 * np.abs(want).max(), name
        t = medians(runs, repeats)
        rows.append(
            [name, *(f"{s * 1e3:.3g}" for s in t.values()), *(f"{t[o] / t['ours']:.1f}" for o in ("jax", "autograd"))]
        )
    print(markdown(HEAD, rows))


if __name__ == "__main__" and in_child("tests.benchmarks.hessians"):
    main(*map(int, sys.argv[1:]))
