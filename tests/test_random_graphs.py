"""Random models over the whole language: every gradient, by both roads, against oracles that know no rule."""

from __future__ import annotations

import random
from math import prod

from hypothesis import event, given, settings
from hypothesis import strategies as st

from symgrad.calculus.derive import Story, weighted
from symgrad.calculus.sweep import jacobian_of, pull_back, push_forward
from symgrad.expr.arrays import Array
from symgrad.expr.evaluate import EXACT, evaluate, precise
from symgrad.expr.tensors import input_tensor
from symgrad.oracles import DIFFERENCE, RATIONAL, UNROLLED
from tests.strategies import tensor_graphs

MP = precise(50)
SEEDS = st.integers(0, 2**32)


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


def assert_not_refuted(oracle, f, x, gradient, values, space, road):
    verdict = oracle.check(f, x, evaluate(gradient, values, space), values)
    event(f"{oracle}: {verdict.status}")
    assert not verdict.fails, f"{road} of {x.display} against {oracle}: {verdict}"


@settings(max_examples=settings().max_examples * 6 // 10)
@given(tensor_graphs(), SEEDS)
def test_gradients_agree_with_the_unrolled_expression(graph, seed):
    L, G, values = with_cotangent(graph, seed)
    for x in graph.inputs:
        for road, gradient in gradients(graph, L, G, x).items():
            assert_not_refuted(UNROLLED, L, x, gradient, values, MP, road)


@settings(max_examples=settings().max_examples * 13 // 10)
@given(tensor_graphs(rational=True), SEEDS)
def test_rational_gradients_are_equal_to_the_last_digit(graph, seed):
    L, G, values = with_cotangent(graph, seed)
    for x in graph.inputs:
        for road, gradient in gradients(graph, L, G, x).items():
            assert_not_refuted(RATIONAL, L, x, gradient, values, EXACT, road)


@settings(max_examples=settings().max_examples * 3 // 10)
@given(tensor_graphs(max_operations=5), SEEDS)
def test_gradients_agree_with_differences(graph, seed):
    L, G, values = with_cotangent(graph, seed)
    for x in graph.inputs:
        for road, gradient in gradients(graph, L, G, x).items():
            assert_not_refuted(DIFFERENCE, L, x, gradient, values, MP, road)


@settings(max_examples=settings().max_examples * 3 // 10)
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


@settings(max_examples=settings().max_examples * 2 // 10)
@given(tensor_graphs(rational=True, scalar=True, max_operations=4))
def test_second_derivatives_are_equal_to_the_last_digit(graph):
    """The gradient is an equation like any other: its Jacobian is the Hessian."""
    x = graph.inputs[0]
    (gradient,) = pull_back(graph.output, [x])
    hessian = jacobian_of(gradient, [x])[0]
    verdict = RATIONAL.check(gradient, x, evaluate(hessian, graph.point, EXACT), graph.point)
    assert not verdict.fails, f"hessian by {x.display}: {verdict}"
