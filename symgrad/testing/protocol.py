"""PROTOCOL: what holds of every backward pass, whatever it computes. Exact, free of steps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from .outcome import Trouble
from .regimes import laid
from .rounding import apart, sway
from .signature import Signature
from .slopes import FLOOR, cancelled
from .subject import LayerError, Run, Subject, draws_numbers

CLOSE = 1e-8
"""Of the largest entry: what another order of summation may change."""
ALPHA, BETA = 0.5, -2.0


@dataclass
class Pass:
    """One forward and backward pass: what was given, what came out, and copies made before."""

    subject: Subject
    signature: Signature
    params: dict[str, Any]
    inputs: list[Any]
    run: Run
    grads: list[np.ndarray]
    gradients: tuple[Any, ...]
    before: tuple[list[Any], list[np.ndarray]]
    kinks: bool = False
    """Whether differences have met kinks."""

    def named(self) -> Iterator[tuple[str, np.ndarray, Any]]:
        """Name, input and gradient of each real argument that is given."""
        for a, x, g in zip(self.signature.arguments, self.inputs, self.gradients, strict=True):
            if a.real and x is not None:
                yield a.name, x, g

    def again(self, grads: Sequence[np.ndarray]) -> tuple[Any, ...]:
        """The same run, pulled back again."""
        return self.run.pull(list(grads))

    def once_more(self) -> tuple[Any, ...]:
        """The same run, pulled back with the same gradients as they lie in memory."""
        kept = all(np.array_equal(G, was, equal_nan=True) for G, was in zip(self.grads, self.before[1], strict=True))
        return self.again(self.grads if kept else self.before[1])

    @cached_property
    def sway(self) -> tuple[list[float], dict[str, float]]:
        """How far outputs, and gradients by name, may be off by rounding; also for the other upstream gradients."""
        inputs, grads = self.before
        outputs, gradients = sway(self.subject, self.params, inputs, grads)
        _, more = sway(self.subject, self.params, inputs, other_upstreams(self))
        pairs = zip(gradients, more, strict=True)
        return outputs, dict(zip(self.signature.names, (a + abs(BETA) * b for a, b in pairs), strict=True))

    def rounded(self, name: str, a: Any, b: Any) -> bool:
        """Whether two results for the gradient of an argument are apart by rounding alone."""
        return same_infinities(a, b) and apart(a, b) <= self.sway[1][name]

    def rounded_output(self, k: int, a: Any, b: Any) -> bool:
        """Whether two results for an output are apart by rounding alone."""
        return same_infinities(a, b) and apart(a, b) <= self.sway[0][k]

    def sound(self) -> bool:
        return all(
            isinstance(g, np.ndarray | np.floating | float) and np.shape(g) == x.shape for _, x, g in self.named()
        )


def copies(arrays: Sequence[Any], layout: str = "contiguous") -> list[Any]:
    """Arrays of their own, that lie in memory as it is said."""
    return [None if a is None else laid(np.array(a, order="C"), layout) for a in arrays]


def same(a: Any, b: Any) -> bool:
    """Equal up to the order of summation; NaN equals NaN here, where two runs are compared."""
    a, b = np.asarray(a), np.asarray(b)
    if a.shape != b.shape:
        return False
    if np.array_equal(a, b, equal_nan=a.dtype.kind in "fc"):
        return True
    finite = np.isfinite(a) & np.isfinite(b)
    if not np.array_equal(a[~finite], b[~finite], equal_nan=True):
        return False
    scale = max(np.abs(b[finite]).max(initial=0), np.abs(a[finite]).max(initial=0))
    return bool(np.all(np.abs(a[finite] - b[finite]) <= CLOSE * scale + FLOOR))


def same_infinities(a: Any, b: Any) -> bool:
    """Equal where they are not finite."""
    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    off = ~np.isfinite(a)
    return np.array_equal(off, ~np.isfinite(b)) and np.array_equal(a[off], b[off], equal_nan=True)


def differing(p: Pass, others: Sequence[Any]) -> Iterator[str]:
    """Arguments whose gradients are not those of another pass, by more than rounding."""
    for (name, _, g), (_, other) in zip(p.named(), _real(p, others), strict=True):
        if not same(g, other) and not p.rounded(name, g, other):
            yield name


def _real(p: Pass, gradients):
    return [
        (a.name, g)
        for a, x, g in zip(p.signature.arguments, p.inputs, gradients, strict=True)
        if a.real and x is not None
    ]


# The checks. Each gives troubles.


def results(p: Pass) -> Iterator[Trouble]:
    """Shape, number type and finiteness of each gradient."""
    for name, x, g in p.named():
        if g is None:
            yield Trouble(name, "zero", "the gradient is None")
        elif np.shape(g) != x.shape:
            yield Trouble(name, "shape", f"the gradient has shape {np.shape(g)}, {name} has {x.shape}")
        elif np.asarray(g).dtype != np.float64:
            yield Trouble(name, "dtype", f"the gradient is {np.asarray(g).dtype}, {name} is float64")
        elif not np.all(np.isfinite(g)):
            yield Trouble(name, "nonfinite")


def unchanged(p: Pass) -> Iterator[Trouble]:
    """Inputs and upstream gradients are what they were."""
    for a, now, was in zip(p.signature.arguments, p.inputs, p.before[0], strict=True):
        if was is not None and not np.array_equal(now, was, equal_nan=now.dtype.kind == "f"):
            yield Trouble(a.name, "mutates", f"{a.name} itself is changed")
    for o, now, was in zip(p.signature.outputs, p.grads, p.before[1], strict=True):
        if not np.array_equal(now, was, equal_nan=True):
            yield Trouble("", "mutates", f"the upstream gradient of {o.name} is changed")


def own_memory(p: Pass) -> Iterator[Trouble]:
    """No gradient shares memory with an input, an upstream gradient or another gradient, and each can be written to."""
    others = [(f"the input {a.name}", x) for a, x in zip(p.signature.arguments, p.inputs, strict=True) if x is not None]
    others += [(f"the upstream gradient of {o.name}", G) for o, G in zip(p.signature.outputs, p.grads, strict=True)]
    for name, _, g in p.named():
        if not isinstance(g, np.ndarray):
            continue
        with_ = next(
            (what for what, other in others if np.may_share_memory(g, other) and np.shares_memory(g, other)), None
        )
        if with_:
            yield Trouble(name, "aliases", f"the gradient shares memory with {with_}")
        elif not g.flags.writeable:
            yield Trouble(name, "aliases", "the gradient cannot be written to")
        others.append((f"the gradient of {name}", g))


def repeated(p: Pass) -> Iterator[Trouble]:
    """A second backward pass gives the same, though the first result was written over."""
    first = copies(p.gradients)
    for name in differing(p, p.once_more()):
        yield Trouble(name, "repeat", "a second backward pass gives something else")
        return
    for _, _, g in p.named():
        if isinstance(g, np.ndarray) and g.flags.writeable and g.size:
            g[...] = 7.25
    after = p.once_more()
    p.gradients = tuple(first)
    for name in differing(p, after):
        yield Trouble(name, "aliases", "the gradient shares memory with saved values")


def other_upstreams(p: Pass) -> list[np.ndarray]:
    rng = np.random.default_rng(5)
    return [rng.normal(size=G.shape) for G in p.grads]


def linear(p: Pass) -> Iterator[Trouble]:
    """`b(0) = 0` and `b(α G + β G′) = α b(G) + β b(G′)`."""
    others = other_upstreams(p)
    floor = cancelled(p.before[0], [*p.before[1], *others])
    none = dict(_real(p, p.again([np.zeros(G.shape) for G in p.grads])))
    g2 = dict(_real(p, p.again(others)))
    mixed = dict(_real(p, p.again([ALPHA * G + BETA * H for G, H in zip(p.before[1], others, strict=True)])))
    for name, x, g in p.named():
        if any(np.shape(part[name]) != x.shape for part in (none, g2, mixed)):
            continue
        allowed = CLOSE * np.max(np.abs(ALPHA * g) + np.abs(BETA * g2[name]), initial=0) + floor
        if np.any(np.abs(none[name]) > allowed):
            yield Trouble(name, "nonlinear", "not 0 for an upstream gradient of 0")
        elif differs(mixed[name], whole := ALPHA * g + BETA * g2[name], allowed) and not p.rounded(
            name, mixed[name], whole
        ):
            yield Trouble(name, "nonlinear")


def differs(a: np.ndarray, b: np.ndarray, allowed: float) -> bool:
    return bool(np.any(np.abs(a - b) > allowed))


def fresh(p: Pass) -> Iterator[Trouble]:
    """A new instance, given plain copies, gives the same, though its output is written over.

    A layer that draws random numbers may draw them in the order of its memory.
    """
    run = p.subject.run(copies(p.before[0]), p.params)
    plain = all(_plain(a) for a in (*p.inputs, *p.grads))
    for k, (o, y, other) in enumerate(zip(p.signature.outputs, p.run.outputs, run.outputs, strict=True)):
        if not same(y, other) and (plain or not p.rounded_output(k, y, other)):
            if plain:
                raise LayerError(
                    f"{p.subject.name}.forward gives different outputs for the same inputs",
                    hint="a random layer needs a seed among its hyper-parameters, or NumPy's global generator",
                )
            if not draws_numbers(p.subject, copies(p.before[0]), p.params):
                yield Trouble("", "layout", f"{o.name} depends on how the inputs lie in memory")
            return
    for y in run.outputs:
        if isinstance(y, np.ndarray) and y.flags.writeable and y.size and y.dtype.kind == "f":
            y[...] = 7.25
    if next(differing(p, run.pull(copies(p.before[1]))), None) is None:
        return
    second = p.subject.run(copies(p.before[0]), p.params)
    wrong = list(differing(p, second.pull(copies(p.before[1]))))
    if wrong and not plain and draws_numbers(p.subject, copies(p.before[0]), p.params):
        return
    for name in wrong:
        check, told = ("repeat", "a new instance gives something else") if plain else ("layout", "")
        yield Trouble(name, check, told)
    if not wrong:
        yield Trouble("", "aliases", "the output shares memory with saved values: writing to it changes the gradient")


def _plain(a) -> bool:
    return a is None or a.flags.c_contiguous


PROTOCOL = (results, unchanged, own_memory, repeated, linear, fresh)
