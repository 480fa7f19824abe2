"""One example judged: protocol first, then numbers, by an oracle where there is one and by differences."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ..errors import SymgradError
from .conventions import Pin, broken
from .doubts import reconsidered
from .example import Example
from .infinity import at_minus_infinity, first_real, meaningful, only_minus_infinity
from .kinks import Kink, Point
from .oracles import Oracle, disagreements, modes
from .outcome import Outcome, Trouble, first_of_each
from .protocol import PROTOCOL, Pass, copies
from .regimes import EXACT, INFINITE
from .signature import Open, Signature
from .slopes import Reading, read
from .subject import LayerError, Run, Subject

FLAT = 1e-11
"""A gradient that is smaller, in units of the upstream gradient, is taken for 0."""


@dataclass(frozen=True)
class Judge:
    """What judges: the layer, its signature, and oracles by name, beside differences."""

    subject: Subject
    signature: Signature
    oracles: tuple[Oracle, ...] = ()
    plainest: Callable[[Example], Example | None] = lambda example: None
    """The same sizes with the plainest hyper-parameters and regimes, if that is legal."""
    pins: tuple[Pin, ...] = ()

    def __call__(self, example: Example) -> Outcome:
        params, inputs = dict(example.params), example.arrays(self.signature)
        before = copies(inputs)
        with np.errstate(all="ignore"):
            try:
                run = self.subject.run(inputs, params)
            except SymgradError:
                raise
            except Exception as error:
                return Outcome(example, skipped="raised", error=f"{type(error).__name__}: {error}")
            self.fits(run, example)
            return self.judged(example, params, inputs, before, run)

    def computes(self, example: Example) -> bool:
        """Whether the forward pass gives something."""
        try:
            with np.errstate(all="ignore"):
                run = self.subject.run(example.arrays(self.signature), dict(example.params))
        except Exception:
            return False
        return all(y.size for y in run.outputs)

    def fits(self, run: Run, example: Example) -> None:
        """Outputs have the shapes of the signature."""
        for o, y in zip(self.signature.outputs, run.outputs, strict=True):
            if isinstance(o, Open):
                continue
            shape = example.shape_of(o)
            if len(shape) != y.ndim or any(n not in (None, m) for n, m in zip(shape, y.shape, strict=True)):
                wanted = ", ".join("_" if n is None else str(n) for n in shape)
                raise LayerError(
                    f"{self.subject.name}.forward gives {o.name} of shape {y.shape}, not ({wanted}) as in {o}",
                    place=f"  {shapes_text(self.signature, example)}",
                    hint="name the axis _ where it follows from the rest",
                )

    def judged(self, example, params, inputs, before, run) -> Outcome:
        troubles = [
            Trouble("", "dtype", f"{o.name} is {y.dtype}, the inputs are float64")
            for o, y in zip(self.signature.outputs, run.outputs, strict=True)
            if y.dtype.kind == "f" and y.dtype != np.float64
        ]
        finite = all(np.all(np.isfinite(y)) for y in run.outputs)
        nothing = any(x is not None and not x.size for x in before)  # the mean of nothing is NaN
        if not (finite or nothing) and example.values not in INFINITE and any(np.any(np.isnan(y)) for y in run.outputs):
            troubles.append(Trouble("", "nonfinite", "the output is NaN for finite inputs"))
        if not finite and not (example.values in INFINITE and all(only_minus_infinity(y) for y in run.outputs)):
            return Outcome(example, tuple(troubles), skipped="forward is not finite")
        grads = upstreams(example, run)
        wanted = copies(grads)
        outputs = [np.array(y, np.float64) for y in run.outputs]
        try:
            gradients = run.pull(grads)
        except SymgradError:
            raise
        except Exception as error:
            told = f"backward raises {type(error).__name__}: {error}"
            return Outcome(example, (*troubles, Trouble(self._first(), "raises", told)))
        if not finite:
            bad = at_minus_infinity(self.subject, self.signature, params, before)
            return Outcome(example, bad, skipped="" if bad else "forward is −∞")
        p = Pass(self.subject, self.signature, params, inputs, run, grads, tuple(gradients), (before, wanted))
        found = first_of_each(
            [t for t in self.all_of(p, example, outputs, troubles) if meaningful(t, example, self._first())]
        )
        size = FLAT * max((float(np.max(np.abs(G), initial=0)) for G in wanted), default=0)
        flat = tuple(name for name, _, g in p.named() if g is not None and np.max(np.abs(g), initial=0) <= size)
        return Outcome(example, found, flat=flat, kinks=p.kinks)

    def all_of(self, p: Pass, example: Example, outputs, troubles) -> list[Trouble]:
        return [*troubles, *self.protocol(p), *self.numbers(p, example, outputs)]

    def protocol(self, p: Pass):
        for check in PROTOCOL:
            if check in PROTOCOL[3:] and not p.sound():
                return
            try:
                yield from check(p)
            except SymgradError:
                raise
            except Exception as error:
                yield Trouble(self._first(), "raises", f"a second pass raises {type(error).__name__}: {error}")

    def _first(self) -> str:
        return self.signature.names[first_real(self.signature)] if self.signature.names else ""

    # Numbers.

    def numbers(self, p: Pass, example: Example, outputs: Sequence[np.ndarray]):
        """Arguments whose gradient is not the derivative."""
        good = {name for name, x, g in p.named() if g is not None and np.shape(g) == x.shape and np.all(np.isfinite(g))}
        good = {n for n in good if p.before[0][self.signature.names.index(n)].size}
        good &= {self._first()} if example.values in INFINITE else good
        wrong = [t.argument for t in self.differences(p, example, outputs, good)] if good else []
        yield from disagreements(p, outputs, self.oracles, self.slope(p, example, outputs), good, wrong)
        yield from modes(p, good, example.seed)
        if self.pins and p.kinks and example.values not in INFINITE:
            yield from (Trouble(name, "convention", told) for name, told in broken(self.kinks(example), self.pins))

    def kinks(self, example: Example) -> list[Kink]:
        """Those that an example meets exactly; none where one output entry alone cannot be pulled back."""
        inputs, lengths = copies(example.arrays(self.signature)), example.scales(self.signature)
        reals = {k: lengths[a.name] for k, a in enumerate(self.signature.arguments) if a.real and inputs[k] is not None}
        try:
            with np.errstate(all="ignore"):
                return list(Point(self.subject, dict(example.params), inputs, reals).kinks())
        except SymgradError:
            raise
        except Exception:  # a layer that raises is told of by what has judged it
            return []

    def slope(self, p: Pass, example: Example, outputs) -> Callable[..., Reading]:
        """What differences say of a gradient of one argument, along random signs."""
        rng = np.random.default_rng((example.seed, 3))

        lengths = example.scales(self.signature)

        def told(k: int, gradient: np.ndarray) -> Reading:
            signs = rng.choice([-1.0, -0.5, 0.5, 1.0], size=gradient.shape) * lengths[self.signature.names[k]]
            directions = [signs if j == k else None for j in range(len(p.before[0]))]
            claimed = [gradient if j == k else None for j in range(len(directions))]
            return self.along(p, example, outputs, directions, claimed)

        return told

    def differences(self, p: Pass, example: Example, outputs, good: set[str]):
        """Along random directions through all arguments at once; where that fails, each argument for itself."""
        for directions in self.directions(p, example, good):
            reading = self.along(p, example, outputs, directions)
            p.kinks |= reading.low < reading.high
            if not reading.fails:
                continue
            places = [k for k, d in enumerate(directions) if d is not None]
            alone = {k: [d if j == k else None for j, d in enumerate(directions)] for k in places}
            read = {k: self.along(p, example, outputs, only) for k, only in alone.items()}
            wrong = [k for k in places if read[k].fails]  # each may be a slope at a tie, and all together none
            for k in wrong or [max(places, key=lambda k: read[k].distance)]:
                yield Trouble(self.signature.names[k], "value")
            return

    def directions(self, p: Pass, example: Example, good: set[str]):
        """Random signs and halves; then all ones."""
        rng = np.random.default_rng((example.seed, 2))
        lengths = example.scales(self.signature)
        inputs = list(zip(self.signature.names, p.before[0], strict=True))
        yield [lengths[n] * rng.choice([-1.0, -0.5, 0.5, 1.0], size=x.shape) if n in good else None for n, x in inputs]
        if example.values in EXACT or example.seed % 2:
            yield [np.full(x.shape, lengths[n]) if n in good else None for n, x in inputs]

    def along(self, p: Pass, example: Example, outputs, directions, gradients=None) -> Reading:
        G = np.concatenate([np.ravel(G) for G in p.before[1]])
        y = np.concatenate([np.ravel(y) for y in outputs])

        def f(inputs):
            return self.values(inputs, example)

        told = read(f, p.before[0], directions, y, G, p.gradients if gradients is None else gradients)
        return reconsidered(f, p.before[0], directions, y, G, told) if told.fails else told

    def values(self, inputs, example: Example) -> np.ndarray:
        """All outputs, one after the other, for inputs other than those of an example, that lie in memory as they do.

        A layer may draw random numbers in that order.
        """
        run = self.subject.run(copies(inputs, example.layout), dict(example.params))
        return np.concatenate([np.ravel(np.asarray(y, np.float64)) for y in run.outputs])


def upstreams(example: Example, run: Run) -> list[np.ndarray]:
    """An upstream gradient for each output; 0 for those that have none: whole numbers, and those declared so."""
    return [
        example.gradient(y.shape, k) if y.dtype.kind == "f" and k not in run.fixed else np.zeros(y.shape)
        for k, y in enumerate(run.outputs)
    ]


def shapes_text(signature: Signature, example: Example) -> str:
    """`x[2,3] w[4,3] stride=1`."""
    arrays = [
        f"{a.name}[{','.join(map(str, example.shape_of(a)))}]"
        for a in signature.arguments
        if a.name not in example.absent
    ]
    return " ".join([*arrays, *(f"{name}={value!r}" for name, value in example.params)])
