"""The benchmark times what it says: the gradients it builds are right."""

import random

from symgrad.calculus.sweep import pull_back
from symgrad.expr.evaluate import evaluate
from symgrad.oracles import UNROLLED
from tests.benchmarks.mlp import mlp


def test_the_gradients_that_are_timed_are_right():
    loss, parameters = mlp(3)
    rng, widths = random.Random(0), (2, 3, 1, 2)
    values = {"x": _numbers(rng, 2), "y": _numbers(rng, 2)}
    for k in range(3):
        values[f"W{k + 1}"] = [_numbers(rng, widths[k]) for _ in range(widths[k + 1])]
        values[f"b{k + 1}"] = _numbers(rng, widths[k + 1])
    for x, gradient in zip(parameters, pull_back(loss, parameters), strict=True):
        verdict = UNROLLED.check(loss, x, evaluate(gradient, values), values)
        assert verdict.status == "agrees", verdict


def _numbers(rng, n):
    return [rng.randint(-9, 9) / 8 for _ in range(n)]
