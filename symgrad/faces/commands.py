"""What the verbs of the command line do: text in, text and an exit code out. Nothing here knows click."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from math import prod
from pathlib import PurePath

from ..errors import LimitError, OptionError, SymgradError
from ..expr.conventions import Conventions
from ..expr.evaluate import order, sizes_at
from ..expr.tensors import Tensor
from ..oracles.sampling import ENTRY, work
from ..oracles.sampling import shape as sized
from ..parse import declare, parse_program, parse_values
from ..render.graph import draw_graph, picture
from ..rules.facts import Facts, assume
from .api import derive as derivative
from .api import inputs, named, variable, with_numbers
from .printing import SUFFIXES
from .results import Check, Derivative

HOLDS, REFUTED, UNDECIDED = 0, 1, 3

MOST_ASKED = 12
"""Inputs by which an expression is derived where none is named."""
MOST_OPERATIONS = 100_000
"""What numbers may cost that are put into an expression."""


@contextmanager
def option(name: str, hint: str = "") -> Iterator[None]:
    """Says in which option the fault of an error is."""
    try:
        yield
    except SymgradError as error:
        raise type(error)(f"in {name}: {error.fact}", place=error.place, hint=hint or error.hint) from error


def declarations(shape: str) -> dict[str, Tensor]:
    """The inputs of `--shape`, by name."""
    with option("--shape"):
        return declare(shape)


def program(text: str, declared: Mapping[str, Tensor]) -> Tensor:
    """The tensor that the text asks for: its bare expression, else its first equation."""
    return next(iter(parse_program(text, declared, implicit=True).values()))


def chosen(target: Tensor, wrt: Sequence[str], declared: Mapping[str, Tensor]) -> list[Tensor]:
    """The variables of `--wrt a --wrt b` or `--wrt a,b`; without any, every input, as declared."""
    names = dict.fromkeys(name for group in wrt for name in group.replace(",", " ").split())
    used = {t.name: t for t in order([target]) if t.name}
    unused = {name: t for name, t in declared.items() if name not in used}
    with option("--wrt"):
        found = [unused[name] if name in unused else variable(target, name) for name in names]
    if not (found or inputs(target)):
        raise OptionError("the expression has no input, there is nothing to derive by", hint="declare one in --shape")
    if not found and len(inputs(target)) > MOST_ASKED:
        raise LimitError(f"the expression has {len(inputs(target))} inputs", hint="name those to derive by: --wrt W,x")
    places = {name: place for place, name in enumerate(declared)}
    return found or sorted(inputs(target), key=lambda t: places.get(t.display, len(places)))


def assumptions(claims: Sequence[str], target: Tensor) -> Facts:
    """Facts in text, about the tensors of the graph."""
    known = {t.name: t for t in order([target]) if t.name}
    with option("--assume", 'a fact is a comparison, as "sum(y) == 1"'):
        return assume(*(next(iter(parse_program(claim, known).values())) for claim in claims))


def numbers(at: str, target: Tensor, declared: Mapping[str, Tensor], *results: Tensor) -> dict[str, object]:
    """The values of `--at`; those of declared inputs that the text does not use are dropped.

    A size is a few digits of text, and may ask for more loops than anybody waits for.
    """
    used = {t.name for t in order([target])}
    with option("--at"):
        found = {name: v for name, v in parse_values(at).items() if name in used or name not in declared}
        given = [t for t in order([target]) if t.is_input and t.name in found]
        if sum(operations(t, given, found) for t in (target, *results)) > MOST_OPERATIONS:
            raise LimitError(f"more than {MOST_OPERATIONS:,} operations", hint="smaller sizes, or symgrad compile")
    return found


def operations(t: Tensor, given: Sequence[Tensor], values: Mapping[str, object]) -> int:
    """About how many it takes to compute t from values; 0 where evaluation will say what is missing or does not fit."""
    try:
        sizes = sizes_at([t, *given], values)
        return work(order([t]), sizes) + ENTRY * prod(sized(t, sizes))
    except SymgradError:
        return 0


def derive(
    text: str,
    *,
    shape: str = "",
    wrt: Sequence[str] = (),
    at: str = "",
    cotangent: str | None = None,
    assumed: Sequence[str] = (),
    ties: str = "first",
    check: Check | None = None,
    form: str = "text",
    **printing,
) -> tuple[str, int]:
    """(text, exit code): the derivations of what the text asks for, by each variable.

    >>> print(derive("sum(x**2)", shape="x[n]", steps="none", notation="index")[0])
     1  ∂f/∂xₖ = 2 xₖ
    """
    declared = declarations(shape)
    target = program(text, declared)
    choice, facts = Conventions(ties=ties), assumptions(assumed, target)
    asked = chosen(target, wrt, declared)
    results = derivative(target, asked, cotangent=cotangent, conventions=choice, facts=facts)
    found = [replace(d, check=check or Check()) for d in results]
    if at:
        printing["at"] = numbers(at, target, declared, *(d.swept for d in found))
    texts = [d.to(form, check=check is not None, **printing) for d in found]
    return joined(texts, form), max(code(d, printing.get("steps", "hint")) for d in found) if check else HOLDS


def joined(texts: Sequence[str], form: str) -> str:
    """Several derivations in one document."""
    return f"[{', '.join(texts)}]" if form == "json" and len(texts) > 1 else "\n\n".join(texts)


def code(d: Derivative, steps: str) -> int:
    """1 where a printed line is refuted, 3 where the answer is undecided, else 0."""
    said = [line.status for chain in (*d.derivation.givens, d.derivation) for line in chain.lines(steps)]
    return REFUTED if "refuted" in said else UNDECIDED if d.status == "undecided" else HOLDS


def graph(text: str, *, shape: str = "", at: str = "", ties: str = "first", form="text", ascii=False) -> str:
    """The computation graph; with values, those of the nodes, and of the gradients by them.

    >>> print(graph("sum(x**2)", shape="x[n]"))
    x       [n]
      → f   ∂f/∂xₖ = 2 xₖ
    f = Σₖ xₖ²
    """
    declared = declarations(shape)
    target = named(program(text, declared))
    drawn = picture([target], Conventions(ties=ties))
    if at:
        drawn = with_numbers(drawn, numbers(at, target, declared))
    return draw_graph(drawn, form, "code" if ascii else "unicode")


def format_of(form: str | None, output: str | None) -> str:
    """The format that is asked for, else that of the file's suffix, else text."""
    suffix = PurePath(output or "").suffix
    return form or SUFFIXES.get(suffix, "dot" if suffix in (".dot", ".gv") else "text")
