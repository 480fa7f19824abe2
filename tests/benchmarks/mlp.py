"""All gradients of an L-layer MLP `h ← tanh(W h + b)` under a squared loss, against tracing the same with JAX.

symgrad builds the forward equations and every gradient equation, with a symbol of its own for the width of each layer;
`jax.make_jaxpr(jax.grad(...))` traces the same program with all layers of one width, which suits its caches best
(widths of their own make it five times slower). Neither computes a number.
"""

from __future__ import annotations

import gc
import importlib.util
import sys
from itertools import count
from statistics import median
from time import perf_counter

from symgrad.calculus.sweep import pull_back
from symgrad.expr.contractions import matmul
from symgrad.expr.indices import param
from symgrad.expr.operations import elementwise
from symgrad.expr.reductions import sum_
from symgrad.expr.tensors import input_tensor
from tests.benchmarks.timing import markdown

DEPTHS = (10, 100, 1000, 3000)
JAX_WIDTH = 8
_runs = count()


def mlp(depth: int, prefix: str = ""):
    """(loss, parameters) of a net of `depth` layers; a prefix makes it a different one."""
    n = [param(f"{prefix}n{k}") for k in range(depth + 1)]
    h, parameters = input_tensor(f"{prefix}x", (n[0],)), []
    for k in range(depth):
        W = input_tensor(f"{prefix}W{k + 1}", (n[k + 1], n[k]))
        b = input_tensor(f"{prefix}b{k + 1}", (n[k + 1],))
        parameters += [W, b]
        h = elementwise("tanh", elementwise("add", matmul(W, h), b))
    error = elementwise("subtract", h, input_tensor(f"{prefix}y", (n[depth],)))
    return sum_(elementwise("square", error)), parameters


def symgrad_gradients(depth: int) -> int:
    """Builds everything under names that occurred in no run before, so that no tensor is shared with an earlier run."""
    loss, parameters = mlp(depth, f"r{next(_runs)}_")
    return len(pull_back(loss, parameters))


def jax_gradients():
    """A function of the depth that traces the same gradients with JAX."""
    import jax
    import jax.numpy as jnp

    def loss(parameters, x, y):
        for W, b in parameters:
            x = jnp.tanh(W @ x + b)
        return ((x - y) ** 2).sum()

    def trace(depth):
        def spec(*shape):
            return jax.ShapeDtypeStruct(shape, jnp.float32)

        layers = [(spec(JAX_WIDTH, JAX_WIDTH), spec(JAX_WIDTH))] * depth
        return jax.make_jaxpr(jax.grad(loss))(layers, spec(JAX_WIDTH), spec(JAX_WIDTH))

    return trace


def contestants() -> dict:
    """What is timed: symgrad, and JAX where it is installed."""
    found = {"symgrad": symgrad_gradients}
    if importlib.util.find_spec("jax"):
        found["jax"] = jax_gradients()
    return found


def seconds(run, depth: int, frozen: bool = False) -> float:
    """Wall time of one run, garbage collection included: what a user waits for.

    `frozen` hides the objects that the process already held from the collector. That tells the growth of the run itself
    from the cost of a full collection, which depends on what else is loaded; it is a diagnosis, not the result.
    """
    gc.collect()
    if frozen:
        gc.freeze()
    start = perf_counter()
    run(depth)
    taken = perf_counter() - start
    gc.unfreeze()
    return taken


def measure(depths=DEPTHS, repeats: int = 5, frozen: bool = False) -> dict:
    """{contestant: {depth: (first run, median of the later ones)}}; the contestants take turns."""
    runs = contestants()
    times = {name: {depth: [] for depth in depths} for name in runs}
    for depth in depths:
        for _ in range(repeats + 1):
            for name, run in runs.items():
                times[name][depth].append(seconds(run, depth, frozen))
    return {name: {d: (t[0], median(t[1:])) for d, t in rows.items()} for name, rows in times.items()}


def growth(rows: dict) -> float:
    """time(1000)/time(100), of the medians."""
    return rows[1000][1] / rows[100][1]


def table(results: dict) -> str:
    head = ["layers", *map(str, DEPTHS), "t(1000)/t(100)"]
    return markdown(
        head,
        [
            [name, *(f"{later:.4f} ({first:.4f})" for first, later in rows.values()), f"{growth(rows):.1f}"]
            for name, rows in results.items()
        ],
    )


def main(repeats: int = 9):
    print(f"Wall seconds: the median of {repeats}, after a first run (in parentheses).\n")
    print(table(measure(repeats=repeats)))
    print(f"\nThe collector blind to what was there before:\n\n{table(measure(repeats=repeats, frozen=True))}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
