"""Random models over the whole language: what is printed of their gradients is valid LaTeX and reads back as equal."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import event, given

from symgrad.calculus.derive import Story
from symgrad.errors import LimitError
from symgrad.expr.evaluate import evaluate, precise
from symgrad.expr.indices import param
from symgrad.expr.tensors import Ref, from_expression, input_tensor
from symgrad.parse import parse_expression
from symgrad.render.formats import render
from symgrad.render.letters import letters
from symgrad.render.printer import show
from symgrad.rules.algebra import alpha_key
from symgrad.rules.tables import work_out
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


def read_back(graph, e, free, style):
    """(the printed form of an expression, the expression that it stands for)."""
    spelled = letters(e, free=free)
    known = {r.tensor.display: r.tensor for r in e.atoms(Ref)}
    sizes = input_tensor("sizes", map(param, graph.sizes))  # one may stand alone in a formula, as in a mean
    text = show(e, style, free=free)
    return text, parse_expression(text, {"": sizes, **known}, {spelled[i]: i for i in free})


def equations(story):
    """The answer, every definition that it needs, and every line on the way, as (free indices, right side)."""
    told = story.derivation()
    for t in {story.tensor()} | {left.base.tensor for left, _ in told.definitions}:
        if not t.is_input:
            yield t.equation
    for d in (*told.givens, told):
        for line in replace(d, judge=None).lines("all"):
            yield (*d.left.of.where, *d.left.entry.where), line.right


def worth(story, e, free, values):
    """The numbers that a line stands for, its derivatives worked out."""
    body = story.as_tensor(e, story.head(story.wrt, free, ())).equation
    return evaluate(from_expression(body[0], work_out(body[1]).result), values, MP)


@examples(30, 5000)
@given(tensor_graphs(), SEEDS)
def test_what_is_printed_reads_back_as_equal(graph, seed):
    every, values = stories(graph, seed)
    for story in (*every, Story(graph.output, graph.inputs[0])):
        for free, e in equations(story):
            for style in ("code", "unicode"):
                try:
                    text, again = read_back(graph, e, free, style)
                except LimitError:
                    event("beyond the limits of the parser")
                    continue
                if alpha_key(again) != alpha_key(e):
                    assert same(worth(story, e, free, values), worth(story, again, free, values)), text


def same(a, b):
    return a.shape == b.shape and all(
        x == y or abs(x - y) <= 1e-15 * (1 + abs(x)) or x != x for x, y in zip(a, b, strict=True)
    )
