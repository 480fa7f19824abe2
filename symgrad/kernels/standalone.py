"""A program as a file of its own, with `check()`: its gradients against central differences at random inputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from sympy import Integer, Symbol

from ..errors import LimitError
from ..expr.evaluate import order
from ..expr.tensors import Tensor
from ..oracles.sampling import shape, sizes
from .layout import laid_out
from .numpy_text import tuple_text
from .source import Source

CHECKING = ("random_inputs", "compare_with_differences", "report_differences")


@dataclass(frozen=True)
class Trial:
    """Small sizes for a check: shapes of inputs and given sizes, by name. `wrt` has None for what is no input."""

    shapes: dict[str, tuple[int, ...]]
    sizes: dict[str, int]
    wrt: tuple[str | None, ...]
    seeds: tuple[str, ...]


def trial(outputs: Sequence[Tensor], source: Source, inputs: Sequence[Tensor], wrt, seeds) -> Trial:
    """Sizes that fit together, small and unlike one another; those of a graph too large to be tried are 2."""
    try:
        chosen = sizes([*outputs, *inputs], Random(0))
    except LimitError:
        symbols = {s for t in order([*outputs, *inputs]) for n in (*t.shape, *t.binding) for s in n.free_symbols}
        chosen = dict.fromkeys(symbols, Integer(2))
    given = {name: number(name, chosen) for name in source.sizes}
    return Trial({str(t.name): shape(t, chosen) for t in inputs}, given, tuple(wrt), tuple(seeds))


def number(name: str, chosen: Mapping[Symbol, Integer]) -> int:
    return int(next(n for s, n in chosen.items() if s.name == name))


def check_text(source: Source, t: Trial, before: Sequence[str] = ()) -> list[str]:
    """The texts of `check()` and of what runs it; `before` are statements that a backend needs."""
    named = {name: source.arguments[name] for name in t.shapes}
    shapes = ", ".join(f'"{named[name]}": {tuple_text(map(str, s))}' for name, s in t.shapes.items())
    given = ", ".join(f'"{source.sizes[name]}": {n}' for name, n in t.sizes.items())
    wrt = tuple_text(f'"{named[name]}"' if name else "None" for name in t.wrt)
    seeds = tuple_text(f'"{named[name]}"' for name in t.seeds)
    body = [
        f"shapes = {{{shapes}}}",
        f"sizes = {{{given}}}",
        f"arrays = random_inputs({source.function}, shapes, sizes, seed)",
        f"return compare_with_differences({source.function}, arrays, sizes, {wrt}, {seeds})",
    ]
    function = [
        "def check(seed=0):",
        '    """`{name: (distance, entries)}`: each gradient against central differences at random inputs."""',
        *(line for text in body for line in laid_out(text, 4)),
    ]
    main = ['if __name__ == "__main__":', *(f"    {line}" for line in before)]
    return ["\n".join(function), "\n".join([*main, "    raise SystemExit(report_differences(check()))"])]
