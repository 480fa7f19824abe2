"""Oracles beside differences: the forward pass said once more, as index notation or as a function that can be traced.

Differences decide at kinks and ties, where a derivative is a convention. Elsewhere an oracle that contradicts them is
itself in doubt: that is an error, and no finding.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import SymgradError
from .outcome import Trouble
from .protocol import Pass, copies
from .slopes import EPS, FLOOR, Reading
from .subject import Gradients, LayerError, Run, Subject

SHARE = 1e-9
"""Of the largest entry: what two ways to compute a number may differ by."""
NUDGE, ALLOWED = 8 * EPS, 200
"""How far inputs are moved to see what rounding does, and how many times as far the answers may be apart."""
FORWARD = 1e-8
"""Of the sum of magnitudes: how far forward and reverse mode may be apart."""

Slope = Callable[[int, np.ndarray], Reading]
"""What differences say of a gradient of the argument at a place."""


class NoGradient(Exception):
    """An oracle that has nothing to say: of derivatives, or of an example."""


@dataclass(frozen=True)
class Oracle:
    """A way to say what a layer computes: "symbolic", "autograd", "torch" or "jax", and what computes it."""

    name: str
    subject: Subject

    def run(self, inputs: Sequence[Any], params: dict[str, Any]) -> Run | None:
        """None where it says nothing: for sizes of 0 that it cannot do, and outputs that overflow."""
        try:
            found = self.subject.run(copies(inputs), params)
        except NoGradient:
            return None
        except Exception as error:
            if any(x is not None and not x.size for x in inputs):
                return None
            if isinstance(error, SymgradError):
                raise
            shapes = ", ".join(str(None if x is None else x.shape) for x in inputs)
            told = f"the {self.name} oracle raises {type(error).__name__}: {error}"
            raise LayerError(told, place=f"  for shapes {shapes}") from error
        return found if all(np.all(np.isfinite(y)) for y in found.outputs) else None

    def gradients(self, run: Run, grads: Sequence[np.ndarray]) -> Gradients | None:
        try:
            return run.pull(copies(grads))
        except NoGradient:
            return None

    def nudged(self, p: Pass, seed: int) -> tuple[Sequence[Any], Gradients]:
        """Outputs and gradients for inputs that are off by a few roundings."""
        rng = np.random.default_rng(seed)

        def near(x):
            moved = x is not None and x.dtype.kind == "f"
            return x * (1 + NUDGE * rng.choice([-1.0, 1.0], size=x.shape)) if moved else x

        run = self.run([near(x) for x in p.before[0]], p.params)
        if run is None:
            return (), ()
        return run.outputs, self.gradients(run, [near(G) for G in p.before[1]]) or ()


def disagreements(
    p: Pass, outputs: Sequence[np.ndarray], oracles: Sequence[Oracle], slope: Slope, good: set[str], wrong: list[str]
) -> Iterator[Trouble]:
    """Troubles of outputs and of `good` arguments; `wrong` are those whose gradient differences refute."""
    corroborated: dict[str, list[str]] = {name: [] for name in wrong}
    for oracle in oracles:
        run = oracle.run(p.before[0], p.params)
        if run is None:
            continue
        if told := _other_outputs(oracle, run, p, outputs):
            yield Trouble("", "value", told, f"forward disagrees with {oracle.name}")
            continue
        exact = oracle.gradients(run, p.before[1])
        for name in _refuting(oracle, exact, p, slope, good, wrong) if exact is not None else ():
            corroborated.setdefault(name, []).append(oracle.name)
    for name, names in corroborated.items():
        agreeing = " = ".join([*names, "differences"])
        yield Trouble(name, "value", "", f"{agreeing}; backward disagrees" if names else "")


def _other_outputs(oracle: Oracle, run: Run, p: Pass, outputs: Sequence[np.ndarray]) -> str:
    """Where outputs are not those of the oracle, in words."""
    for k, (o, y, right) in enumerate(zip(p.signature.outputs, outputs, run.outputs, strict=True)):
        right = np.asarray(right, np.float64)
        if y.shape != right.shape:
            return f"{o.name} has shape {y.shape}, {oracle.name} gives {right.shape}"
        off = ~_near(y, right)
        if not np.any(off):
            continue
        other, _ = oracle.nudged(p, 0)
        moved = np.abs(np.asarray(other[k]) - right) if other else np.inf
        off &= np.abs(y - right) > ALLOWED * np.max(moved, initial=0)
        if np.any(off):
            place = np.unravel_index(int(np.argmax(np.where(off, np.abs(y - right), -1))), y.shape)
            at = f"[{','.join(map(str, place))}]" if place else ""
            return f"{o.name}{at} = {y[place]:.6g}, {oracle.name} {right[place]:.6g}"
    return ""


def _refuting(oracle: Oracle, exact: Gradients, p: Pass, slope: Slope, good, wrong) -> Iterator[str]:
    """Arguments whose gradient is not that of the oracle, and differences do not contradict the oracle."""
    for k, a in enumerate(p.signature.arguments):
        right = exact[k]
        if a.name not in good or right is None or not np.all(np.isfinite(right)):
            continue
        right, given = np.asarray(right, np.float64), np.asarray(p.gradients[k], np.float64)
        off = right.shape != given.shape or not np.all(_near(given, right))
        if not off and a.name not in wrong:
            continue
        said = slope(k, np.broadcast_to(right, given.shape))
        if said.high > said.low:  # a kink: the interval decides
            continue
        if said.fails:
            raise LayerError(
                f"oracles disagree on grad {a.name}: {oracle.name} {said.claimed:.9g}, "
                f"differences {said.low:.9g} ± {said.bound:.0e} (along one direction)",
                hint=f"{p.subject.name} is not judged; is the reference differentiable there, and all of it traced?",
            )
        if off and (a.name in wrong or _beyond_rounding(oracle, p, k, given, right)):
            yield a.name


def _near(y: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Entry by entry, relative to it and to a share of the largest; never to the size of the array."""
    scale = np.max(np.abs(right), initial=0)
    return np.abs(y - right) <= 1e-7 * np.abs(right) + SHARE * scale + FLOOR


def _beyond_rounding(oracle: Oracle, p: Pass, k: int, given: np.ndarray, right: np.ndarray) -> bool:
    _, other = oracle.nudged(p, 1)
    if not other or other[k] is None:
        return False
    return bool(np.max(np.abs(given - right)) > ALLOWED * np.max(np.abs(other[k] - right)))


def modes(p: Pass, good: set[str], seed: int) -> Iterator[Trouble]:
    """`⟨J v, G⟩ = ⟨v, Jᵀ G⟩`, where a layer has forward mode as well."""
    if p.run.push is None:
        return
    rng = np.random.default_rng((seed, 4))
    for k, (a, x) in enumerate(zip(p.signature.arguments, p.before[0], strict=True)):
        if a.name not in good:
            continue
        v = rng.choice([-1.0, -0.5, 0.5, 1.0], size=x.shape)
        pushed = p.run.push([v if j == k else None for j in range(len(p.before[0]))])
        if not pushed:
            return
        forward = [np.ravel(G * t) for G, t in zip(p.before[1], pushed, strict=True)]
        terms, back = np.concatenate(forward), np.ravel(p.gradients[k] * v)
        allowed = FORWARD * (np.sum(np.abs(terms)) + np.sum(np.abs(back))) + FLOOR * max(1, back.size)
        if not abs(terms.sum() - back.sum()) <= allowed:
            told = f"forward and reverse mode disagree: ⟨Jv,w⟩ = {terms.sum():.9g}, ⟨v,Jᵀw⟩ = {back.sum():.9g}"
            yield Trouble(a.name, "modes", told)
