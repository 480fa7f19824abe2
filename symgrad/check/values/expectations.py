"""Expectations over finite sets: `E_{a ∼ π}[r_a]` is `Σ_a π_a r_a`."""

from __future__ import annotations

from ...tex.syntax import Big, Group, Node, Product, Relation, Scripted, Symbol
from ..names.names import is_letter
from ..names.table import Unclear
from .context import Environment, Value

NAMES = ("E", "mathbb E")


def is_expectation(node: Node) -> bool:
    """`\\mathbb{E}`, with or without what is drawn."""
    base = node.base if isinstance(node, Scripted) else node
    return isinstance(base, Symbol) and base.name in NAMES and base.font == "bb"


def expectation(m, node: Node, group: Group, env: Environment) -> Value:
    """The sum over the values of the index, each with its probability."""
    drawn = node.sub if isinstance(node, Scripted) else None
    if group.body is None or not isinstance(drawn, Relation) or drawn.relations != ("~",):
        raise Unclear("an expectation: over what, with what probabilities, is not said", node)
    letter, law = drawn.sides
    if not is_letter(letter) or law is None or m.trial.table.find(law) is None:
        raise Unclear("an expectation over what is no index with declared probabilities", node)
    weight = Scripted(law.at, law.end, law, sub=letter)
    body = Product(group.at, group.end, (("", weight), ("", group)))
    return m.value(Big(node.at, group.end, "sum", letter, None, body), env)
