"""What a generated program says of itself: the equations it computes and the formula of each gradient, in text."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import wrap

from ..calculus.derive import Story
from ..calculus.sweep import plain_indices
from ..derivation import Derivation
from ..expr.conventions import Conventions
from ..expr.evaluate import order
from ..expr.nodes import Entry, total
from ..expr.tensors import Tensor, from_expression
from ..graph import inlined, unused_name
from ..render.equations import equation, shape
from ..render.page import definition
from ..rules.facts import Facts
from .printing import answers, unjudged

TOLD = 60
"""A graph of more equations is too long to be told in a docstring."""
DERIVED = 150
"""Equations times variables up to which the formulas of gradients are worked out: a second or so."""


@dataclass(frozen=True)
class Asked:
    """Outputs, the variables of their gradients, and a cotangent for each output (none of a scalar)."""

    targets: tuple[Tensor, ...]
    wrt: tuple[Tensor, ...]
    seeds: tuple[Tensor, ...]

    @property
    def scalar(self) -> str:
        """What is differentiated: f, or `L = ⟨G, Y⟩`."""
        return self.loss().display if self.wrt else ""

    def loss(self) -> Tensor:
        """`Σ_k ⟨G_k, y_k⟩`, or the one output itself."""
        if not self.seeds:
            return self.targets[0]
        terms = sum(_inner(g, t) for g, t in zip(self.seeds, self.targets, strict=True))
        return from_expression((), terms, name=unused_name(("L", "loss"), order(self.targets)))


def notes(asked: Asked, conventions: Conventions) -> list[str]:
    """The lines of a docstring: what is given back, equations, gradients, shapes of the arguments."""
    nodes = order(asked.targets)
    told = "".join(f", ∂{asked.scalar}/∂{x.display}" for x in asked.wrt)
    lines = [f"Values: {', '.join(t.display for t in asked.targets)}{told}.", ""]
    if len(nodes) > TOLD:
        lines.append(f"A graph of {len(nodes):,} equations.")
    elif asked.wrt and len(nodes) * len(asked.wrt) <= DERIVED:
        lines += formulas(asked, conventions)
    else:
        lines += equations(asked.targets)
    inputs = [t for t in order([*asked.targets, *asked.wrt, *asked.seeds]) if t.is_input]
    shapes = "   ".join(f"{t.display}: {shape(t.shape) or 'a number'}" for t in inputs)
    return [*lines, *(["", *wrap(shapes, 110)] if inputs else [])]


def equations(targets) -> list[str]:
    """An equation for each tensor that is computed, in the order in which they are."""
    reading = inlined(targets)
    return [equation(t) for t in order([reading[t] for t in targets]) if not t.is_input]


def formulas(asked: Asked, conventions: Conventions) -> list[str]:
    """What the names mean, then each gradient as the last line of its derivation, and in matrices where it has any."""
    found = [unjudged(Story(asked.loss(), x, conventions, Facts()).derivation()) for x in asked.wrt]
    given = dict.fromkeys(_defined(left, body) for d in found for left, body in d.definitions)
    known = dict.fromkeys("        ".join(answers(c)) for d in found for c in (*d.givens, d))
    remarks = dict.fromkeys(note for d in found for note in d.notes)
    return [*equations_besides(asked, found), *given, "", *known, *remarks]


def equations_besides(asked: Asked, found: list[Derivation]) -> list[str]:
    """Equations of outputs on which no derivation says anything."""
    said = {left.base.tensor.display for d in found for left, _ in d.definitions}
    return [equation(t) for t in asked.targets if not t.is_input and t.name and t.display not in said]


def _defined(left, body) -> str:
    row = definition(left, body, "unicode", "index", False)
    return f"{row.left} = {row.right}"


def _inner(g: Tensor, t: Tensor):
    """`Σ G[i…] y[i…]`."""
    at = plain_indices(t.shape)
    return total(Entry(g.ref, *at) * Entry(t.ref, *at), *at)
