"""What the verbs of the command line do: text in, text and an exit code out. Nothing here knows click."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import PurePath

from .api import derive as derivative
from .api import grad, inputs, named, variable
from .errors import OptionError
from .expr.conventions import Conventions
from .expr.evaluate import order
from .expr.tensors import Tensor
from .parse import declare, parse_program, parse_values
from .printing import SUFFIXES
from .render.graph import Picture, draw_graph, picture
from .results import Check, Derivative
from .rules.facts import Facts, assume
from .values import arrays_of

HOLDS, REFUTED, UNDECIDED = 0, 1, 3


def program(text: str, shape: str) -> Tensor:
    """The tensor that the text asks for: its bare expression, else its first equation."""
    return next(iter(parse_program(text, declare(shape), implicit=True).values()))


def chosen(target: Tensor, wrt: Sequence[str]) -> list[Tensor]:
    """The variables of `--wrt a --wrt b` or `--wrt a,b`; without any, every input."""
    names = [name for group in wrt for name in group.replace(",", " ").split()]
    found = [variable(target, name) for name in dict.fromkeys(names)] or list(inputs(target))
    if not found:
        raise OptionError(
            "the expression has no input, so there is nothing to derive by", hint="declare one in --shape"
        )
    return found


def assumptions(claims: Sequence[str], target: Tensor) -> Facts:
    """Facts in text, about the tensors of the graph."""
    known = {t.name: t for t in order([target]) if t.name}
    return assume(*(next(iter(parse_program(claim, known).values())) for claim in claims))


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
     1  ∂f/∂xᵢ = 2 xᵢ
    """
    target = program(text, shape)
    options = {"cotangent": cotangent, "conventions": Conventions(ties=ties), "facts": assumptions(assumed, target)}
    found = [replace(derivative(target, x, **options), check=check or Check()) for x in chosen(target, wrt)]
    if at:
        printing["at"] = parse_values(at)
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
    x           [n]
      → f       ∂f/∂xᵢ = 2 xᵢ
    f = Σᵢ xᵢ²
    """
    target = named(program(text, shape))
    drawn = picture([target], Conventions(ties=ties))
    if at:
        drawn = with_numbers(drawn, parse_values(at))
    return draw_graph(drawn, form, "code" if ascii else "unicode")


def with_numbers(drawn: Picture, values: Mapping) -> Picture:
    """The picture with the value of each node and, where the last one is a scalar, the gradient by it."""
    target = drawn.nodes[-1]
    known = arrays_of(drawn.nodes, values, also=target)
    told = {t: a.nested() for t, a in zip(drawn.nodes, known, strict=True)}
    if target.ndim:
        return replace(drawn, values=told)
    swept = [d.swept for d in grad(target, drawn.nodes)]
    slopes = arrays_of(swept, values, also=target)
    return replace(drawn, values=told, gradients={t: a.nested() for t, a in zip(drawn.nodes, slopes, strict=True)})


def format_of(form: str | None, output: str | None) -> str:
    """The format that is asked for, else that of the file's suffix, else text."""
    suffix = PurePath(output or "").suffix
    return form or SUFFIXES.get(suffix, "dot" if suffix in (".dot", ".gv") else "text")
