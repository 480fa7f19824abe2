"""Expectations over finite sets: `E_{a ∼ π}[r_a]` is `Σ_a π_a r_a`, `E[h(X)]` what the document says it is."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ...tex.syntax import Big, Group, Node, Product, Relation, Scripted, Symbol
from ..names.dots import same
from ..names.letters import binds
from ..names.names import is_letter, spelled
from ..names.table import Unclear
from ..names.transposes import rewritten
from .context import Environment, Value

NAMES = ("E", "mathbb E")


@dataclass(frozen=True, eq=False)
class Law:
    """Over which sum a random variable runs, under which letter, and with what weights."""

    letter: Symbol
    sum: Big
    weights: tuple[tuple[str, Node], ...]


def is_expectation(node: Node) -> bool:
    """`\\mathbb{E}`, with or without what is drawn."""
    base = node.base if isinstance(node, Scripted) else node
    return isinstance(base, Symbol) and base.name in NAMES and base.font == "bb"


def expectation(m, node: Node, group: Group, env: Environment) -> Value:
    """The sum over the values of the index, each with its probability."""
    drawn = node.sub if isinstance(node, Scripted) else None
    if drawn is None and group.body is not None and (total := _by_law(m.trial.table.laws, group)) is not None:
        return m.value(total, env)
    if group.body is None or not isinstance(drawn, Relation) or drawn.relations != ("~",):
        raise Unclear("an expectation: over what, with what probabilities, is not said", node)
    letter, law = drawn.sides
    if not is_letter(letter) or law is None or m.trial.table.find(law) is None:
        raise Unclear("an expectation over what is no index with declared probabilities", node)
    weight = Scripted(law.at, law.end, law, sub=letter)
    body = Product(group.at, group.end, (("", weight), ("", group)))
    return m.value(Big(node.at, group.end, "sum", letter, None, body), env)


def law_of(left: Node, right: Node) -> tuple[str, Law] | None:
    """The random variable and its law, of `E[h(X)] = Σ_{x=0}^1 f(x) h(x)`: a sum in which all but h(x) are weights."""
    factors = left.factors if isinstance(left, Product) else ()
    if len(factors) != 2 or not (is_expectation(factors[0][1]) and isinstance(factors[0][1], Symbol)):
        return None
    bracket = factors[1][1]
    letters_ = tuple(binds(right)) if isinstance(right, Big) and right.op == "sum" else ()
    if not isinstance(bracket, Group) or bracket.body is None or len(letters_) != 1 or not isinstance(right, Big):
        return None
    letter = Symbol(right.at, right.at, letters_[0])
    random = next((n for n in bracket.body.walk() if _draws(n, letters_[0])), None)
    inner = _factors(_drawn(bracket.body, spelled(random), letter)) if random is not None else ()
    weights = _without(_factors(right.body), inner)
    return (spelled(random), Law(letter, right, weights)) if inner and weights else None


def total_weight(law: Law) -> Big:
    """`Σ_x f(x)`, which is 1."""
    return _summed(law, law.weights)


def _by_law(laws, group):
    """`Σ_x f(x) body` where X with a known law stands in the body."""
    names = {spelled(n) for n in group.body.walk() if isinstance(n, Symbol)}
    found = [name for name in laws if name in names]
    if len(found) != 1 or laws[found[0]].letter.name in names:
        return None
    law = laws[found[0]]
    body = _drawn(group.body, found[0], law.letter)
    return _summed(law, (*law.weights, ("", Group(group.at, group.end, "(", ")", body))))


def _summed(law, factors):
    body = factors[0][1] if len(factors) == 1 else Product(law.sum.at, law.sum.end, factors)
    return replace(law.sum, body=body)


def _draws(node, letter):
    """X beside the letter x."""
    return isinstance(node, Symbol) and node.name != letter and node.name.lower() == letter


def _drawn(body, name, letter):
    """The body with x for X."""
    return rewritten(body, lambda n: letter if isinstance(n, Symbol) and spelled(n) == name else n)


def _factors(node):
    return node.factors if isinstance(node, Product) else (("", node),)


def _without(factors, part):
    """The factors but for some that stand side by side; () where they do not."""
    for k in range(len(factors) - len(part) + 1):
        beside = factors[k : k + len(part)]
        if all(same(x, y) for (_, x), (_, y) in zip(beside, part, strict=True)) and not any(
            o == "/" for o, _ in beside
        ):
            rest = (*factors[:k], *factors[k + len(part) :])
            return (("", rest[0][1]), *rest[1:]) if rest and rest[0][0] != "/" else ()
    return ()
