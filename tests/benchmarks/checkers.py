"""Checkers of gradients on the corpus of faulty layers: `python -m tests.benchmarks.checkers [--layers NAME …]`.

The whole table takes about ten minutes; with `--kept FILE`, a run that was interrupted goes on where it stopped.

The layers are NumPy; each tool gets them wrapped in the way that its documentation shows, in float64, and judges with
its default tolerances. What a tool says of a faulty layer counts only where it is silent on the right one, for the
same example. `tests/meta/faulty` is this project's own corpus.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np

from symgrad.testing import check_layer
from symgrad.testing.adapters import adapt
from symgrad.testing.draw import Random, Space
from symgrad.testing.example import PLAIN, Example
from symgrad.testing.judge import Judge
from symgrad.testing.parameters import choices
from symgrad.testing.signature import read_condition, read_signature
from tests.benchmarks.timing import in_child, markdown
from tests.meta.faulty import SUBJECTS, Subject
from tests.meta.faulty.conv2d import Conv2d
from tests.meta.faulty.dense import DENSE, Dense
from tests.meta.faulty.max_pool2d import MAX_POOL2D, MaxPool2d
from tests.meta.faulty.softmax import SOFTMAX, Softmax
from tests.meta.labels import said
from tests.meta.test_faulty_corpus import as_tuple, case, copies, examples

GRID = 8
"""Examples of a grid of shapes."""
SYMGRAD = "symgrad, 100 examples of its own"
STEP, RTOL, ATOL = 1e-5, 1e-4, 1e-6
"""Of entry-by-entry differences."""


@dataclass(frozen=True)
class Call:
    """A layer with hyper-parameters, and inputs for it."""

    layer: Any
    params: dict[str, Any]
    inputs: tuple[Any, ...]

    @property
    def real(self) -> list[int]:
        """The places of inputs that have a gradient."""
        return [k for k, x in enumerate(self.inputs) if x is not None and x.dtype.kind == "f"]

    def all_inputs(self, reals) -> list[Any]:
        """These, in their places, and the others as they are."""
        given = dict(zip(self.real, reals, strict=True))
        return [given.get(k, x) for k, x in enumerate(self.inputs)]

    def forward(self, reals) -> tuple[Any, tuple[np.ndarray, ...]]:
        """The instance, and its outputs."""
        made = self.layer(**self.params)
        return made, tuple(np.asarray(y) for y in as_tuple(made.forward(*self.all_inputs(reals))))

    def backward(self, made, grads) -> list[Any]:
        """Gradients of the real inputs; None is 0, as in all three libraries."""
        found = as_tuple(made.backward(*grads))
        return [np.zeros(self.inputs[k].shape) if found[k] is None else np.asarray(found[k]) for k in self.real]


# The tools. Each raises or gives False where it finds something wrong.


def with_torch(call: Call) -> bool:
    """`torch.autograd.gradcheck` of a `torch.autograd.Function`."""
    import torch

    def tensors(arrays):
        return tuple(torch.from_numpy(np.asarray(a, order="C")) for a in arrays)

    class Wrapped(torch.autograd.Function):
        @staticmethod
        def forward(ctx, *reals):
            ctx.made, outputs = call.forward([x.detach().numpy() for x in reals])
            return tensors(outputs)

        @staticmethod
        def backward(ctx, *grads):
            return tensors(call.backward(ctx.made, [g.numpy() for g in grads]))

    torch.manual_seed(0)
    leaves = [torch.tensor(call.inputs[k], requires_grad=True) for k in call.real]
    return torch.autograd.gradcheck(Wrapped.apply, leaves)


def with_jax(call: Call) -> None:
    """`jax.test_util.check_grads` of a `jax.custom_vjp` that calls back, in reverse mode, which is all it has."""
    import jax
    from jax.test_util import check_grads

    def forward(*reals):
        return call.forward([np.asarray(x) for x in reals])[1]

    def backward(reals, grads):
        made, _ = call.forward([np.asarray(x) for x in reals])
        return tuple(call.backward(made, [np.asarray(g) for g in grads]))

    def shapes(arrays):
        return tuple(jax.ShapeDtypeStruct(a.shape, np.float64) for a in arrays)

    reals = tuple(call.inputs[k] for k in call.real)
    outputs = shapes(call.forward(reals)[1])
    wrapped = jax.custom_vjp(lambda *reals: jax.pure_callback(forward, outputs, *reals))
    wrapped.defvjp(
        lambda *reals: (wrapped(*reals), reals),
        lambda reals, grads: jax.pure_callback(backward, shapes(reals), reals, grads),
    )
    with jax.enable_x64(True):
        check_grads(wrapped, tuple(map(jax.numpy.asarray, reals)), order=1, modes=("rev",))


def with_autograd(call: Call) -> None:
    """`autograd.test_util.check_grads` of a primitive, in reverse mode."""
    from autograd.extend import defvjp_argnums, primitive
    from autograd.test_util import check_grads

    @primitive
    def wrapped(*reals):
        outputs = call.forward(reals)[1]
        return outputs if len(outputs) > 1 else outputs[0]

    def pullback(argnums, ans, reals, kwargs):
        made, _ = call.forward(reals)

        def pull(g):
            found = call.backward(made, as_tuple(g))
            return [found[k] for k in argnums]

        return pull

    defvjp_argnums(wrapped, pullback)
    np.random.seed(0)
    reals = [call.inputs[k] for k in call.real]
    check_grads(wrapped, tuple(range(len(reals))), modes=["rev"], order=1)(*reals)


def with_differences(call: Call) -> None:
    """Each entry of each gradient against a central difference."""
    reals = [call.inputs[k] for k in call.real]
    made, outputs = call.forward([x.copy() for x in reals])
    rng = np.random.default_rng(0)
    grads = [rng.normal(size=y.shape) for y in outputs]
    found = call.backward(made, [g.copy() for g in grads])

    def value(k, at, h):
        moved = [x.copy() for x in reals]
        moved[k][at] += h
        return sum(np.vdot(g, y) for g, y in zip(grads, call.forward(moved)[1], strict=True))

    for k, (x, g) in enumerate(zip(reals, found, strict=True)):
        wanted = np.empty(x.shape)
        for at in np.ndindex(x.shape):
            wanted[at] = (value(k, at, STEP) - value(k, at, -STEP)) / (2 * STEP)
        assert g.shape == x.shape
        np.testing.assert_allclose(g, wanted, rtol=RTOL, atol=ATOL)


Tool = Callable[[Call], "bool | None"]
SETTINGS = {"one default shape": 1, "a grid of shapes": GRID}
"""How many examples."""
TOOLS: dict[str, Tool] = {
    "torch.autograd.gradcheck": with_torch,
    "jax.test_util.check_grads": with_jax,
    "autograd.test_util.check_grads": with_autograd,
    "entry-by-entry differences": with_differences,
}


def alarm(tool: Tool, call: Call) -> bool:
    """Whether a tool finds fault with a layer, which gets inputs of its own."""
    call = Call(call.layer, call.params, copies(call.inputs))
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            return tool(call) is False
        except Exception:
            return True


# Examples for tools that have none of their own.


def grid(subject: Subject) -> Iterator[tuple[dict[str, Any], tuple[Any, ...]]]:
    """Hyper-parameters and inputs: the examples of the file of the layer that are not empty, the first one plain; then
    sizes and hyper-parameters in pairs, as symgrad takes them."""
    for example in examples(subject):
        found = case(subject, example)
        if all(x is None or x.size for x in found.inputs):
            yield found.hyper, found.inputs
    params = choices(subject.params)
    space = Space(read_signature(subject.signature, set(params)), params, read_condition(subject.where))
    for k, row in enumerate(space.rows(10 * GRID)):
        drawn = space.example(Random(k), {**row, **PLAIN})
        if drawn is not None and all(n for _, n in drawn.sizes):
            yield dict(drawn.params), tuple(drawn.arrays(space.signature))


# What is counted.


@dataclass
class Count:
    """What a tool has said of a part of the corpus."""

    faults: int = 0
    found: int = 0
    arguments: int = 0
    relations: int = 0
    conditions: int = 0
    layers: int = 0
    alarms: tuple[str, ...] = ()
    seconds: tuple[float, ...] = ()
    """For each right layer."""

    def __add__(self, other: Count) -> Count:
        return Count(*(a + b for a, b in zip(vars(self).values(), vars(other).values(), strict=True)))


def count(tool: Tool, subject: Subject, given: Sequence) -> dict[str, Count]:
    """A tool on one layer and its faults, for each setting; an example that it alarms at is not used for faults."""
    seconds, silent = [], []
    for one in given:
        start = perf_counter()
        silent.append(not alarm(tool, Call(subject.right, *one)))
        seconds.append(perf_counter() - start)
    places = [k for k, ok in enumerate(silent) if ok]
    firsts = [next((k for k in places if alarm(tool, Call(f.layer, *given[k]))), GRID) for f in subject.faults]
    return {
        setting: Count(
            len(firsts),
            sum(k < many for k in firsts),
            layers=1,
            alarms=() if all(silent[:many]) else (subject.name,),
            seconds=(sum(seconds[:many]),),
        )
        for setting, many in SETTINGS.items()
    }


def count_symgrad(subject: Subject) -> Count:
    """check_layer with its defaults; examples are its own."""

    def report(layer):
        return check_layer(layer, subject.signature, params=subject.params, where=subject.where, seed=0)

    start = perf_counter()
    right = report(subject.right)
    seconds, alarms = perf_counter() - start, () if right.ok else (subject.name,)
    total = Count(len(subject.faults), layers=1, alarms=alarms, seconds=(seconds,))
    for fault in subject.faults if right.ok else ():
        findings = report(fault.layer).findings
        best = next((f for f in findings if f.argument == fault.argument), findings[0] if findings else None)
        total += Count(
            0,
            best is not None,
            best is not None and fault.argument in ("", best.argument),
            best is not None and best.relation in (fault.relation, *fault.also),
            best is not None and said(best.condition, fault.condition),
        )
    return total


def counted(subject: Subject) -> dict[str, Count]:
    """What every tool says of one layer and its faults."""
    given = list(islice(grid(subject), GRID))
    found = {
        f"{name}, {setting}": c for name, run in TOOLS.items() for setting, c in count(run, subject, given).items()
    }
    return {**found, SYMGRAD: count_symgrad(subject)}


def layer_by_layer(subjects: Sequence[Subject], kept: Path | None) -> dict[str, Count]:
    """What every tool says of these layers; each layer is told, and kept in a file, as soon as it is done."""
    done = json.loads(kept.read_text()) if kept and kept.exists() else {}
    for run in TOOLS.values():
        alarm(run, Call(Dense, *next(grid(DENSE))))  # imports what it needs
    total: dict[str, Count] = defaultdict(Count)
    for subject in subjects:
        if subject.name not in done:
            start = perf_counter()
            done[subject.name] = {name: vars(c) for name, c in counted(subject).items()}
            print(f"{subject.name}: {perf_counter() - start:.0f} s", file=sys.stderr, flush=True)
            if kept:
                kept.write_text(json.dumps(done))
        for name, fields in done[subject.name].items():
            lists = {key: tuple(fields[key]) for key in ("alarms", "seconds")}
            total[name] += Count(**{**fields, **lists})
    return total


def found_table(counts: dict[str, Count]) -> str:
    total = counts[SYMGRAD].faults
    head = [f"of {total} faults", "found", "%", "argument named", "relation named", "condition named"]
    rows = []
    for name in sorted(counts, key=lambda n: (n == SYMGRAD, n.endswith("grid of shapes"))):
        c = counts[name]
        named = [c.arguments, c.relations, c.conditions] if name == SYMGRAD else ["–"] * 3
        alarms = f"{len(c.alarms)}" + f" ({', '.join(c.alarms)})" * bool(c.alarms)
        rows.append([name, c.found, f"{100 * c.found / total:.0f}", *named, alarms, f"{1e3 * median(c.seconds):.0f}"])
    return markdown([*head, f"alarms on {counts[SYMGRAD].layers} right layers", "ms a right layer"], rows)


# What symgrad itself takes.


class Inside:
    """Counts the calls of a layer and the time within it, by the clock on the wall: the other one can cost as much as a
    small layer."""

    def __init__(self):
        self.seconds, self.forwards, self.backwards = 0.0, 0, 0

    def around(self, layer: type) -> type:
        """The same layer, watched."""
        inside = self

        class Watched(layer):
            def forward(self, *inputs):
                start = perf_counter()
                try:
                    return super().forward(*inputs)
                finally:
                    inside.forwards += 1
                    inside.seconds += perf_counter() - start

            def backward(self, *grads):
                start = perf_counter()
                try:
                    return super().backward(*grads)
                finally:
                    inside.backwards += 1
                    inside.seconds += perf_counter() - start

        Watched.__name__ = layer.__name__
        return Watched


CONV = "x[N,C,H,W], w[O,C,kh,kw], b[O] -> y[N,O,_,_]"
LARGE = {"C": 8, "H": 16, "W": 16, "O": 8, "kh": 3, "kw": 3}
SMALL = {"C": 2, "H": 5, "W": 6, "O": 3, "kh": 3, "kw": 2}
OVERHEADS: dict[str, tuple[type, str, dict[str, int], dict[str, Any]]] = {
    "convolution, N×8×16×16, 8 kernels of 3×3": (Conv2d, CONV, LARGE, {"padding": 1}),
    "convolution, N×2×5×6, 3 kernels of 3×2": (Conv2d, CONV, SMALL, {"padding": 1}),
    "max pooling, N×3×6×4, 2×2": (MaxPool2d, MAX_POOL2D.signature, {"C": 3, "H": 6, "W": 4}, {"size": 2, "stride": 2}),
    "softmax, 3×4": (Softmax, SOFTMAX.signature, {"K": 4}, {}),
    "dense, 3×4 to 2": (Dense, DENSE.signature, {"I": 4, "O": 2}, {}),
}


def overhead(layer, signature, sizes, params, repeats=11) -> tuple[float, float, int, int]:
    """(symgrad's time, in units of the layer's; ms an example; forward and backward passes an example)."""
    read = read_signature(signature, set(params))
    inside = Inside()
    judge = Judge(adapt(inside.around(layer), read), read)
    dims = {**sizes, **{n: 2 for n in read.dims(set(params)) if n not in sizes}}
    lead = (3,) if "..." in signature else ()
    given = [
        Example(
            tuple((n, 1 + k % 2 if n == "N" else m) for n, m in dims.items()),
            lead,
            tuple(params.items()),
            upstream=("normal", "not contiguous", "broadcast", "sparse")[k % 4],
            seed=k,
        )
        for k in range(12)
    ]
    ratios, times = [], []
    for outcome in map(judge, given):
        assert not outcome.troubles and not outcome.skipped
    calls = inside.forwards, inside.backwards
    for _ in range(repeats):
        inside.seconds, start = 0.0, perf_counter()
        for example in given:
            judge(example)
        total = perf_counter() - start
        ratios.append((total - inside.seconds) / inside.seconds)
        times.append(total / len(given))
    return median(ratios), 1e3 * median(times), calls[0] // len(given), calls[1] // len(given)


def overhead_table() -> str:
    rows = []
    for name, given in OVERHEADS.items():
        ratio, ms, forwards, backwards = overhead(*given)
        rows.append([name, f"{ratio:.2f}", f"{ms:.2f}", forwards, backwards])
    return markdown(["layer", "symgrad ÷ layer", "ms an example", "forward passes", "backward passes"], rows)


PROFILES = {
    "dense": (Dense, DENSE.signature, {}, ""),
    "convolution, four hyper-parameters": next(
        (s.right, s.signature, s.params, s.where) for s in SUBJECTS if s.right is Conv2d
    ),
}


def profile_table(repeats=5) -> str:
    rows = []
    for name, (layer, signature, params, where) in PROFILES.items():
        times = []
        for k in range(repeats):
            start = perf_counter()
            report = check_layer(layer, signature, params=params, where=where, seed=k)
            times.append(perf_counter() - start)
            assert report.ok, str(report)
        rows.append([name, report.examples, f"{median(times):.2f}", f"{max(times):.2f}"])
    return markdown(["layer", "examples", "seconds, median", "longest"], rows)


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.checkers", description=__doc__.split("\n")[0])
    parser.add_argument("--layers", nargs="*", default=[s.name for s in SUBJECTS], help="of the corpus; all by default")
    parser.add_argument("--kept", type=Path, metavar="FILE", help="what is counted, layer by layer, and not again")
    given = parser.parse_args()
    logging.getLogger("jax").setLevel(logging.CRITICAL)  # it writes a page for every callback that raises
    print(f"{found_table(layer_by_layer([s for s in SUBJECTS if s.name in given.layers], given.kept))}\n")
    print(f"What symgrad itself takes\n\n{overhead_table()}\n")
    print(f"Time of check_layer\n\n{profile_table()}")


if __name__ == "__main__" and in_child("tests.benchmarks.checkers"):
    main()
