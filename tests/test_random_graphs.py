"""Random models over the whole language: every gradient, by both roads, against oracles that know no rule."""

from __future__ import annotations

import random
from dataclasses import replace
from math import prod

from hypothesis import event, given, settings
from hypothesis import strategies as st

from symgrad.calculus.derive import Story, weighted
from symgrad.calculus.sweep import jacobian_of, pull_back, push_forward
from symgrad.expr.arrays import Array
from symgrad.expr.evaluate import EXACT, evaluate, precise
from symgrad.expr.nodes import Entry, Partial
from symgrad.expr.tensors import input_tensor
from symgrad.oracles import DIFFERENCE, RATIONAL, UNROLLED
from tests.strategies import tensor_graphs

MP = precise(50)
SEEDS = st.integers(0, 2**32)


def examples(default: int, deep: int):
    """So many examples by default, so many in the deep profile, and in proportion in any other."""
    share = settings().max_examples
    return settings(max_examples=max(1, default * share // 100 if share <= 100 else deep * share // 2000))


def random_array(shape, seed) -> Array:
    rng = random.Random(seed)
    return Array(shape, [rng.choice((-2, -1, 1, 2, 3)) for _ in range(prod(shape))])


def with_cotangent(graph, seed):
    """(L, G, values) with L = ⟨G, Y⟩ at a random G."""
    L, G = weighted(graph.output, "G")
    shape = evaluate(graph.output, graph.floats).shape
    return L, G, {**graph.point, "G": random_array(shape, seed)}


def gradients(graph, L, G, x):
    """The gradient of ⟨G, Y⟩ by each road."""
    return {"reverse sweep": pull_back(graph.output, [x], G)[0], "derivation": Story(L, x).tensor()}


def assert_not_refuted(oracle, f, x, gradient, values, road):
    verdict = oracle.check(f, x, gradient, values)
    event(f"{oracle}: {verdict.status}")
    assert not verdict.fails, f"{road} of {x.display} against {oracle}: {verdict}"


@examples(60, 5000)
@given(tensor_graphs(), SEEDS)
def test_gradients_agree_with_the_unrolled_expression_and_with_differences(graph, seed):
    L, G, values = with_cotangent(graph, seed)
    for x in graph.inputs:
        for road, gradient in gradients(graph, L, G, x).items():
            found = evaluate(gradient, values, MP)
            assert_not_refuted(UNROLLED, L, x, found, values, road)
            assert_not_refuted(DIFFERENCE, L, x, found, values, road)


@examples(60, 5000)
@given(tensor_graphs(rational=True), SEEDS)
def test_rational_gradients_are_equal_to_the_last_digit(graph, seed):
    L, G, values = with_cotangent(graph, seed)
    for x in graph.inputs:
        for road, gradient in gradients(graph, L, G, x).items():
            assert_not_refuted(RATIONAL, L, x, evaluate(gradient, values, EXACT), values, road)


@examples(30, 1000)
@given(tensor_graphs(rational=True, max_operations=5), SEEDS)
def test_jacobians_and_forward_derivatives_are_equal_to_the_last_digit(graph, seed):
    """J = ∂Y/∂X by one sweep for all outputs at once, and `ẏ = J ẋ` by the forward sweep."""
    x = graph.inputs[0]
    jacobian = jacobian_of(graph.output, [x])[0]
    verdict = RATIONAL.check(graph.output, x, evaluate(jacobian, graph.point, EXACT), graph.point)
    assert not verdict.fails, f"jacobian by {x.display}: {verdict}"
    tangent = input_tensor("tangent", x.shape)
    at = evaluate(x, graph.point, EXACT).shape
    values = {**graph.point, "tangent": random_array(at, seed)}
    pushed = evaluate(push_forward(graph.output, {x: tangent}), values, EXACT)
    J, v = evaluate(jacobian, values, EXACT).data, values["tangent"].data
    assert pushed.data == [sum(a * b for a, b in zip(J[k * len(v) :], v, strict=False)) for k in range(len(pushed))]


@examples(20, 1000)
@given(tensor_graphs(rational=True, scalar=True, max_operations=4))
def test_second_derivatives_are_equal_to_the_last_digit(graph):
    """The gradient is an equation like any other: its Jacobian is the Hessian."""
    x = graph.inputs[0]
    (gradient,) = pull_back(graph.output, [x])
    hessian = jacobian_of(gradient, [x])[0]
    verdict = RATIONAL.check(gradient, x, evaluate(hessian, graph.point, EXACT), graph.point)
    assert not verdict.fails, f"hessian by {x.display}: {verdict}"


@examples(30, 1000)
@given(tensor_graphs(rational=True, max_operations=6), SEEDS)
def test_every_line_of_a_derivation_is_worth_the_same(graph, seed):
    L, G, values = with_cotangent(graph, seed)
    x = graph.inputs[0]
    story = Story(L, x)
    expected = evaluate(pull_back(graph.output, [x], G)[0], values, EXACT)
    done = replace(story.derivation(), judge=None)
    for line in done.lines("all"):
        if all(isinstance(p.of, Entry) for p in line.right.atoms(Partial)):
            assert evaluate(story.as_tensor(line.right, done.left), values, EXACT) == expected, line.right
