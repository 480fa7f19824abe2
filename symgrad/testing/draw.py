"""How examples are drawn: by Hypothesis, or by a generator with some factors given, so that all pairs occur."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, islice
from math import lcm
from typing import Any, Protocol

import numpy as np
from hypothesis import strategies as st

from .example import PLAIN, Example
from .parameters import Choices
from .regimes import INFINITE, LAYOUTS, NEGATIVE, SHAPES, UPSTREAM, VALUES
from .signature import LEAD, Signature
from .sizes import Condition, Size

SMALL, LARGE = (1, 3), (2, 7)
"""Sizes of dims whose names begin with a small and with a capital letter."""
WINDOWS = ("kernel", "kernel_size", "size", "window", "window_size", "pool_size", "k", "ksize")
"""Hyper-parameters that are the size of a window."""
TRIES = 60
SIZE, MANY = "size ", 0
"""A factor of pairs for each dim; its levels are 1, 2 and more, times what has to divide it."""


class Draw(Protocol):
    """A source of choices."""

    def integer(self, least: int, most: int) -> int: ...

    def choice(self, options: Sequence[Any]) -> Any: ...


class Random:
    """Choices by a generator of random numbers."""

    def __init__(self, seed):
        self.rng = np.random.default_rng(seed)

    def integer(self, least, most):
        return int(self.rng.integers(least, most + 1))

    def choice(self, options):
        return options[self.integer(0, len(options) - 1)]


class Chosen:
    """Choices by Hypothesis."""

    def __init__(self, draw):
        self.draw = draw

    def integer(self, least, most):
        return self.draw(st.integers(least, most))

    def choice(self, options):
        return self.draw(st.sampled_from(options))


class Space:
    """All examples of a signature with hyper-parameters, as far as a condition allows them."""

    def __init__(self, signature: Signature, params: Mapping[str, Choices], where: Condition):
        self.signature, self.params, self.where = signature, dict(params), where
        self.dims = signature.dims(set(params))
        self.optional = [a.name for a in signature.arguments if a.optional]
        self.has_lead = any(LEAD in a.dims for a in signature.arguments)
        self.divisors = self._divisors()
        names = [
            (a.name, d.parts[0]) for a in signature.arguments for d in a.dims if isinstance(d, Size) and d.op == "name"
        ]
        alone = [n for n in self.dims if len({a for a, m in names if m == n}) == 1]
        self.kernels = [n for n in self.dims if n[0].islower()]
        self.kernels += [
            n for n, c in self.params.items() if n in WINDOWS and all(isinstance(v, int) for v in c.values)
        ]
        self.windows_must_fit = not where.comparisons
        self.images = [n for n in alone if n[0].isupper() and n != self.dims[0]] if self.kernels else []
        self.factors: dict[str, tuple[Any, ...]] = {
            "values": self._values(),
            "upstream": UPSTREAM,
            "layout": LAYOUTS,
            "shape": SHAPES,
            **{name: c.values for name, c in self.params.items()},
            **{f"absent {name}": (False, True) for name in self.optional},
        }
        self.levels = {f"{SIZE}{n}": (1, 2, 3) if n[0].islower() else (1, 2, MANY) for n in self.dims}

    def _values(self) -> tuple[str, ...]:
        """Regimes that show in some argument."""
        arguments = self.signature.arguments
        every = tuple(VALUES) if any(a.real for a in arguments) else ("ordinary", "ties", NEGATIVE)
        return every if any(a.negative for a in arguments) else tuple(v for v in every if v != NEGATIVE)

    def _divisors(self) -> dict[str, list[Size]]:
        """What must divide each dim; a hyper-parameter that divides a dim of an array divides its other dims too."""
        found: dict[str, list[Size]] = {name: [] for name in self.dims}
        for a, size in self.signature.sizes():
            for names, divisor in size.quotients():
                free = [n for n in sorted(names) if n in found]
                if divisor.names() <= set(self.params):
                    beside = [d.parts[0] for d in a.dims if isinstance(d, Size) and d.op == "name"]
                    free += [n for n in beside if n in found and n[0].isupper()]
                for name in free:
                    found[name].append(divisor)
        return found

    # One example.

    def example(self, draw: Draw, given: Mapping[str, Any] | None = None) -> Example | None:
        """An example with these factors; None if no legal one is found."""
        given = given or {}
        for k in range(TRIES):
            found = self._any(draw, given)
            if self.legal(found):
                return found
            sizes = [name for name in given if name.startswith(SIZE)]
            if k % 5 == 4 and sizes:  # sizes that do not fit are let go one by one
                dropped = draw.choice(sizes)
                given = {name: v for name, v in given.items() if name != dropped}
        return None

    def _any(self, draw: Draw, given: Mapping[str, Any]) -> Example:
        """An example that may not be legal."""
        levels = {name.removeprefix(SIZE): v for name, v in given.items() if name.startswith(SIZE)}
        chosen = {name: given[name] if name in given else draw.choice(self.often(name)) for name in self.factors}
        params = tuple((name, chosen[name]) for name in self.params)
        equal = draw.integer(2, 5)
        return Example(
            self.sizes(draw, dict(params), chosen["shape"], equal, levels),
            self.lead(draw, chosen["shape"], equal),
            params,
            absent=tuple(name for name in self.optional if chosen[f"absent {name}"]),
            seed=draw.integer(0, 999),
            **{key: chosen[key] for key in PLAIN},
        )

    def often(self, name: str) -> tuple[Any, ...]:
        """The values of a factor, plain ones more often."""
        options = self.factors[name]
        return options[:1] * 3 + options[1:-1] * 2 + options[-1:] if name == "shape" else options

    def legal(self, example: Example) -> bool:
        fits = self.windows_fit(example) if self.windows_must_fit else self.where.holds(example.known)
        return fits and example.solvable(self.signature)

    def windows_fit(self, example: Example) -> bool:
        """Where nothing is said of legal sizes: windows, as large as small dims, fit into images without padding."""
        known = example.known
        window = max((known[n] for n in self.kernels), default=1)
        dilation = max((known[n] for n in self.params if "dilation" in n and isinstance(known[n], int)), default=1)
        return all(known[n] > dilation * (window - 1) or not known[n] for n in self.images)

    def sizes(
        self, draw: Draw, known: dict[str, Any], shape: str, equal: int, levels: Mapping[str, int]
    ) -> tuple[tuple[str, int], ...]:
        """A size for every dim, multiples where they have to be."""
        used = set[int]()
        ordered = sorted(
            self.dims, key=lambda n: any(n in d.names() for ds in self.divisors.values() for d in ds), reverse=True
        )
        known = dict(known)
        for name in ordered:
            step = lcm(*(max(d.value(known), 1) for d in self.divisors[name] if d.names() <= known.keys()))
            level = levels.get(name) if shape in ("different", "ones") else None
            known[name] = step * (level or self._count(draw, name, step, shape, equal, used))
            used.add(known[name])
        return tuple((name, known[name]) for name in self.dims)

    def _count(self, draw, name, step, shape, equal, used):
        """How many times the step that has to divide it."""
        if shape == "empty" and name == self.dims[0] and not self.has_lead:
            return 0
        if name[0].islower():
            return draw.integer(*SMALL)
        if shape == "ones" and draw.integer(0, 1):
            return 1
        if shape == "equal":
            return -(-equal // step)
        counts = range(-(-LARGE[0] // step), max(LARGE[1] // step, 2) + 1)
        return draw.choice([c for c in counts if c * step not in used] or list(counts))

    def lead(self, draw: Draw, shape: str, equal: int) -> tuple[int, ...]:
        """The sizes of the axes `...`: none to three."""
        if not self.has_lead:
            return ()
        if shape == "empty":
            return (0, *(draw.integer(1, 4) for _ in range(draw.integer(0, 2))))
        count = draw.integer(0, 3)
        return (equal,) * min(count, 2) if shape == "equal" else tuple(draw.integer(1, 4) for _ in range(count))

    def misfits(self) -> Iterator[Example]:
        """A few examples whose windows are larger than their images, if there are windows."""
        found = (self._any(Random((k, 1)), {**PLAIN, "shape": "ones"}) for k in range(TRIES if self.images else 0))
        yield from islice((e for e in found if e.solvable(self.signature) and not self.windows_fit(e)), 4)

    # Many of them.

    def rows(self, most: int) -> Iterator[dict[str, Any]]:
        """Choices of all factors so that every two values of two factors soon occur together (a greedy cover)."""
        factors = {**self.factors, **self.levels}
        names = [n for n, options in factors.items() if len(options) > 1]
        pairs = {
            ((a, x), (b, y))
            for a, b in combinations(names, 2)
            for x in range(len(factors[a]))
            for y in range(len(factors[b]))
        }
        rng = np.random.default_rng(0)
        yield {n: options[0] for n, options in self.factors.items()}
        for _ in range(most):
            if not pairs:
                return
            drawn = ({n: int(rng.integers(len(factors[n]))) for n in names} for _ in range(12))
            row = max(drawn, key=lambda r: len(pairs & _pairs(names, r)))
            chosen = {n: factors[n][row[n]] for n in names}
            pairs -= _pairs(names, row, only=restricted(chosen))
            yield chosen


def restricted(row: Mapping[str, Any]) -> str:
    """The factor of which alone the row is an example: in an empty array, or beside −∞, other factors do not show."""
    return "shape" if row.get("shape") == "empty" else "values" if row.get("values") in INFINITE else ""


def _pairs(names, row, only: str = ""):
    return {((a, row[a]), (b, row[b])) for a, b in combinations(names, 2) if not only or only in (a, b)}
