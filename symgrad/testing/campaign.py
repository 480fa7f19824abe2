"""A campaign: all pairs of factors first, then examples that Hypothesis draws; what each has shown."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from math import prod

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from .draw import Chosen, Random, Space
from .example import Example
from .judge import Judge, shapes_text
from .kinks import Kink
from .outcome import Outcome
from .regimes import EXACT
from .subject import LayerError

MOST_SEEN, MOST_ENTRIES = 6, 64
"""Examples in which conventions are looked for, and how many entries each may have: every one is moved alone."""
LEAST_DRAWN = 0.5
"""Of the examples that a profile asks for, as many are drawn by Hypothesis at least; pairs take as many at most."""


def outcomes(judge: Judge, space: Space, count: int, seed_: int | None = None, deadline: float = 10.0) -> list[Outcome]:
    """What all pairs of factors, at most `count` examples, and drawn ones have shown."""
    found: list[Outcome] = []

    def run(example: Example | None) -> None:
        if example is not None:
            with limited(deadline, example, judge):
                found.append(judge(example))

    rows = list(islice(space.rows(count), count))
    for k, row in enumerate(rows):
        random = Random((seed_ or 0, k))
        run(space.example(random, row) or space.example(random))
    drawn(space, max(count - len(rows), int(LEAST_DRAWN * count), 1), seed_, run)
    if not found:
        raise LayerError("no legal example was found", hint="where= may be impossible, or a quotient of sizes")
    return found


def probe(judge: Judge, space: Space) -> None:
    """Lets windows be larger than images where the layer computes something of them."""
    misfits = list(space.misfits()) if space.windows_must_fit else []
    space.windows_must_fit = space.windows_must_fit and not (misfits and all(judge.computes(e) for e in misfits))


def drawn(space: Space, count: int, seed_: int | None, run: Callable[[Example | None], None]) -> None:
    """Examples by Hypothesis, in the profile that is loaded."""

    @st.composite
    def examples(draw):
        return space.example(Chosen(draw))

    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        derandomize=settings().derandomize and seed_ is None,
    )
    @given(examples())
    def campaign(example):
        run(example)

    (seed(seed_)(campaign) if seed_ is not None else campaign)()


def kinks(judge: Judge, found: list[Outcome], deadline: float = 10.0) -> list[Kink]:
    """The kinks and ties that a few examples meet: among small ones the smallest, the largest, and some between."""
    examples = [o.example for o in found if o.kinks]
    exact = sorted([e for e in examples if e.values in EXACT] or examples, key=lambda e: entries(judge, e))
    small = [e for e in exact if entries(judge, e) <= MOST_ENTRIES] or exact[:1]
    few = [small[k * (len(small) - 1) // (MOST_SEEN - 1)] for k in range(MOST_SEEN)] if small else []
    return [k for e in dict.fromkeys(few) for k in limited_kinks(judge, e, deadline)]


def limited_kinks(judge: Judge, example: Example, deadline: float) -> list[Kink]:
    with limited(deadline, example, judge):
        return judge.kinks(example)


def entries(judge: Judge, e: Example) -> int:
    """Of all real arguments together."""
    return sum(prod(n or 0 for n in e.shape_of(a)) for a in judge.signature.arguments if a.real)


class Late(BaseException):
    """A layer did not return in time. No `except Exception` of the layer keeps it."""


@contextmanager
def limited(seconds: float, example: Example, judge: Judge) -> Iterator[None]:
    """Ends what runs too long, where signals can (the main thread of a Unix process)."""
    if not seconds or not hasattr(signal, "SIGALRM") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def late(*_):
        raise Late

    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    except Late:
        shapes = shapes_text(judge.signature, example)
        raise LayerError(
            f"{judge.subject.name} did not return within {seconds:g} s",
            place=f"  {shapes}",
            hint="deadline= allows more",
        ) from None
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
