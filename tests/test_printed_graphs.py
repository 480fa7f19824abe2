"""Random models over the whole language: what is printed of their gradients is valid LaTeX and reads back as equal."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import event, given

from symgrad.calculus.derive import Story
from symgrad.errors import LimitError
from symgrad.expr.derivatives import DerivativeName
from symgrad.expr.evaluate import evaluate, precise
from symgrad.expr.indices import Index
from symgrad.expr.nodes import Entry
from symgrad.expr.tensors import Ref, from_expression
from symgrad.parse import parse_expression
from symgrad.render.formats import render
from symgrad.render.letters import letters
from symgrad.render.printer import show
from tests import katex
from tests.strategies import tensor_graphs
from tests.test_random_graphs import SEEDS, examples, with_cotangent

MP = precise(30)


def stories(graph, seed):
    L, _, values = with_cotangent(graph, seed)
    return [Story(L, x) for x in graph.inputs], values


@examples(60, 5000)
@given(tensor_graphs(), SEEDS)
def test_latex_of_a_derivation_is_valid(graph, seed):
    for story in stories(graph, seed)[0]:
        told = replace(story.derivation(), judge=None)
        for steps in ("hint", "all"):
            katex.render(render(told, "latex", steps=steps, notation="both"))


def has_words(t):
    """A tensor that prints as `softmax(z)`, or as a derivative by one, has no name of its own to read back."""
    return all(map(has_words, t.name.parts)) if isinstance(t.name, DerivativeName) else bool(t.name)


def equations(story):
    """The answer and every definition that it needs, as tensors."""
    found = {story.tensor()} | {left.base.tensor for left, _ in story.derivation().definitions}
    return [t for t in found if not t.is_input]


def read_back(t, style):
    """The tensor that the printed body of t stands for."""
    free, body = t.equation
    spelled = letters(body, free=free)
    known = {r.tensor.name: r.tensor for r in body.atoms(Ref) if r.tensor.name}
    text = show(body, style, free=free)
    sizes = {f"over_{n}": Index("over", n) for n in t.binding}  # a size may stand alone in a formula, as in a mean
    return text, from_expression(free, parse_expression(text, known, sizes | {spelled[i]: i for i in free}))


@examples(60, 5000)
@given(tensor_graphs(), SEEDS)
def test_printed_equations_read_back_as_equal_ones(graph, seed):
    every, values = stories(graph, seed)
    for story in every:
        for t in equations(story):
            if all(map(has_words, (e.base.tensor for e in t.equation[1].atoms(Entry)))):
                for style in ("code", "unicode"):
                    try:
                        text, again = read_back(t, style)
                    except LimitError:
                        event("beyond the limits of the parser")
                        continue
                    assert same(evaluate(t, values, MP), evaluate(again, values, MP)), text


def same(a, b):
    return a.shape == b.shape and all(
        x == y or abs(x - y) <= 1e-15 * (1 + abs(x)) or x != x for x, y in zip(a, b, strict=True)
    )
