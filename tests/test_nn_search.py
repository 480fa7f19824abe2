"""The lecture's three ways to good parameters: solve, search, descend. Each on problems whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import symgrad as sg
from symgrad.errors import EvaluationError, NoRuleError, OptionError, ShapeError, UnknownNameError
from symgrad.nn.analytic import least_squares, normal_equations, squares_equations
from symgrad.nn.optim import SGD
from symgrad.nn.optim_adaptive import Adam
from symgrad.nn.optim_descent import Objective, difference_gradient, gradient_descent
from symgrad.nn.search import population_search, random_search

X, w, y, W, Y = sg.tensors("X[n,d] w[d] y[n] W[d,k] Y[n,k]")
SQUARES = ((X @ w - y) ** 2).sum()


def data(seed, n=8, d=3, k=2):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, d)), rng.normal(size=(n, k))


# Analytic: the gradient is 0.


def test_the_normal_equations_are_derived():
    found = normal_equations(SQUARES, w)
    assert repr(found) == "H w = c   with   H = 2 Xᵀ X,   c = 2 Xᵀ y"
    text = found.to_text()
    assert "chain rule" in text and "proved" in text and "∂f/∂w = 0   where   H w = c" in text


@given(st.integers(0, 10**6), st.integers(1, 4), st.booleans(), st.sampled_from([0.0, 0.5]))
@settings(max_examples=settings().max_examples // 4)
def test_least_squares_is_numpys(seed, d, bias, ridge):
    A, B = data(seed, d=d)
    rows = np.hstack([A, np.ones((8, 1))]) if bias else A
    m = rows.shape[1]
    tall = np.vstack([rows, np.sqrt(ridge) * np.eye(m)])
    want = np.linalg.lstsq(tall, np.vstack([B, np.zeros((m, 2))]), rcond=None)[0]
    np.testing.assert_allclose(least_squares(A, B, bias=bias, ridge=ridge).w, want, rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(least_squares(A, B[:, 0], bias=bias, ridge=ridge).w, want[:, 0], rtol=1e-6, atol=1e-8)


def test_fewer_rows_than_unknowns_give_the_shortest_solution():
    A, B = data(0, n=2, d=4)
    found = least_squares(A, B[:, 0])
    assert not found.unique and found.rank == 2
    np.testing.assert_allclose(found.w, np.linalg.pinv(A) @ B[:, 0], rtol=1e-8)


def test_columns_of_y_are_problems_of_their_own():
    assert repr(squares_equations(2)) == "H w = c   with   H = 2 𝟙[j=l] Σₘ Xₘᵢ Xₘₖ,   c = 2 Xᵀ y"
    A, B = data(1)
    both = normal_equations(((X @ W - Y) ** 2).sum(), W).solve(X=A, Y=B)
    np.testing.assert_allclose(both.w, least_squares(A, B).w, rtol=1e-10)


V, S, u = sg.tensors("V[d,d] s[n] u[d]")
QUADRATIC = {
    "weighted": (S * (X @ w - y) ** 2).sum(),
    "of a matrix": (w @ X.T @ X @ w) / 2 - y @ (X @ w),
    "named": (sg.let("r", X @ w - y) ** 2).sum() + 0.25 * (w**2).sum(),
    "mean": sg.mse(X @ w, y),
    "masked": sg.where(S > 0, (X @ w - y) ** 2, 0).sum(),
}


@pytest.mark.parametrize("loss", QUADRATIC.values(), ids=QUADRATIC.keys())
def test_at_the_solution_the_gradient_is_0_and_the_loss_lowest(loss):
    A, B = data(2)
    given = {"X": A, "y": B[:, 0], "s": np.arange(-2.0, 6.0) if loss is QUADRATIC["masked"] else np.arange(1.0, 9.0)}
    given = {k: v for k, v in given.items() if k in {t.name for t in sg.graph.order([loss])}}
    found = normal_equations(loss, w).solve(**given)
    objective = Objective(loss, ["w"], **given)
    assert np.abs(objective.gradient({"w": found.w})["w"]).max() < 1e-8
    for k in range(5):
        moved = found.w + 0.1 * np.random.default_rng(k).normal(size=3)
        assert objective({"w": moved}) > objective({"w": found.w})


NOT_QUADRATIC = {
    "exp": (sg.exp(X @ w).sum(), "exp.* is no polynomial in w"),
    "cubic": (((X @ w) ** 3).sum(), "the degree 3 in w"),
    "quartic, nested": ((((X @ w) ** 2 - y) ** 2).sum(), "the degree 4 in w"),
    "absolute": (sg.abs(X @ w - y).sum(), "is no polynomial in w"),
    "relu": (sg.relu(X @ w).sum(), "relu.* is no polynomial in w"),
    "cross-entropy": (sg.cross_entropy(X @ w, y), "is no polynomial in w"),
    "quotient": (1 / (w**2).sum(), "is no polynomial in w"),
    "norm": (sg.norm(X @ w), "is no polynomial in w"),
    "mask by w": (sg.where(w > 0, w**2, 0).sum(), "is no polynomial in w"),
    "without w": ((y**2).sum(), "does not depend on w"),
}


@pytest.mark.parametrize("loss, why", NOT_QUADRATIC.values(), ids=NOT_QUADRATIC.keys())
def test_any_other_loss_is_refused_with_the_reason(loss, why):
    with pytest.raises(NoRuleError, match=why):
        normal_equations(loss, w)


def test_a_hessian_that_changes_is_shown():
    with pytest.raises(NoRuleError, match=r"∂²f/∂wᵢ∂wⱼ = .*, which changes with w"):
        normal_equations(sg.exp(X @ w).sum(), w)


def test_losses_without_a_minimum_are_refused():
    A, _ = data(3)
    with pytest.raises(EvaluationError, match="the loss falls without end"):
        normal_equations((X @ w).sum() + 0 * (w**2).sum(), w).solve(X=A)
    saddle = normal_equations(w @ V @ w + u @ w, w)
    M = np.diag([1.0, -1.0, 2.0])
    with pytest.raises(EvaluationError, match="no minimum: the Hessian has the eigenvalue -2"):
        saddle.solve(V=M, u=np.ones(3))


def test_what_cannot_be_a_problem_is_refused():
    with pytest.raises(ShapeError, match="a loss is a scalar"):
        normal_equations(X @ w, w)
    with pytest.raises(UnknownNameError, match="no tensor is named 'v'"):
        normal_equations(SQUARES, "v")
    with pytest.raises(ShapeError, match=r"X has shape \(3, 2\) and y \(4,\)"):
        least_squares(np.ones((3, 2)), np.ones(4))


# Heuristic: values only.


def bowl(p):
    return float(((p["a"] - 1) ** 2).sum() + (p["b"] ** 2).sum())


SHAPES = {"a": (2,), "b": (2, 1)}


def test_random_search_keeps_the_best_of_what_it_draws():
    found = random_search(bowl, SHAPES, trials=300, seed=1)
    assert found.loss == bowl(found.parameters) == found.losses[-1] and found.evaluations == 300
    assert list(found.losses) == sorted(found.losses, reverse=True)
    assert random_search(bowl, SHAPES, trials=300, seed=1).loss == found.loss
    assert random_search(bowl, SHAPES, trials=300, seed=2).loss != found.loss


def test_a_population_gets_nearer_with_as_many_evaluations():
    found = population_search(bowl, SHAPES, population=16, survivors=4, generations=40, seed=1)
    assert found.loss == bowl(found.parameters) and found.evaluations == 16 + 40 * 12
    assert list(found.losses) == sorted(found.losses, reverse=True)
    again = population_search(bowl, SHAPES, population=16, survivors=4, generations=40, seed=1)
    assert all((found.parameters[n] == again.parameters[n]).all() for n in SHAPES)
    assert found.loss < 0.1 * random_search(bowl, SHAPES, trials=found.evaluations, seed=1).loss


def test_candidates_may_be_drawn_by_a_function():
    seeds = []

    def draw(seed):
        seeds.append(seed)
        return {"a": np.full(2, 3.0), "b": np.zeros((2, 1))}

    assert random_search(bowl, draw, trials=3).loss == 8.0 and len(set(seeds)) == 3


def test_nan_is_worse_than_anything():
    found = random_search(lambda p: float("nan") if p["a"][0] > 0 else bowl(p), SHAPES, trials=50)
    assert np.isfinite(found.loss) and found.parameters["a"][0] <= 0
    for search in (random_search, population_search):
        with pytest.raises(EvaluationError, match="infinite or NaN for every candidate"):
            search(lambda p: float("nan"), SHAPES)


@pytest.mark.parametrize(
    "call",
    [
        lambda: random_search(bowl, SHAPES, trials=0),
        lambda: population_search(bowl, SHAPES, population=4, survivors=4),
        lambda: population_search(bowl, SHAPES, generations=0),
    ],
)
def test_searches_of_nothing_are_refused(call):
    with pytest.raises(OptionError):
        call()


# Numerical: down the slope.

SLIDE_W, SLIDE_X = [[0.4, 0.6], [0.7, -0.2]], [0.5, 0.3]
A, x = sg.tensors("W[m,n] x[n]")
SLIDE = Objective(((A @ x) ** 2).sum(), ["W"], x=SLIDE_X)


def test_the_slides_difference_is_near_the_derived_gradient():
    derived = SLIDE.gradient({"W": np.array(SLIDE_W)})["W"]
    np.testing.assert_allclose(derived, [[0.38, 0.228], [0.29, 0.174]], rtol=1e-12)
    noisy = difference_gradient(SLIDE, {"W": np.array(SLIDE_W)}, h=0.001)["W"]
    np.testing.assert_allclose(noisy, derived, atol=0.001)
    assert np.abs(noisy - derived).max() > 1e-6  # the error is of the order of h
    central = difference_gradient(SLIDE, {"W": np.array(SLIDE_W)}, h=0.001, central=True)["W"]
    np.testing.assert_allclose(central, derived, atol=1e-10)  # a quadratic has no error of the order of h²


def test_differences_cost_an_evaluation_for_each_parameter():
    calls = []

    def loss(p):
        calls.append(1)
        return bowl(p)

    given = {"a": np.ones(2), "b": np.ones((2, 1))}
    difference_gradient(loss, given)
    assert len(calls) == 1 + 4 and (given["a"] == 1).all()


def test_one_step_is_the_slides():
    found = gradient_descent(SLIDE, {"W": SLIDE_W}, optimizer=SGD(lr=0.1), steps=1)
    np.testing.assert_allclose(found.parameters["W"], [[0.362, 0.5772], [0.671, -0.2174]], rtol=1e-12)


def test_both_gradients_descend_alike():
    A_, B = data(4)
    objective = Objective(SQUARES, ["w"], X=A_, y=B[:, 0])
    start = {"w": np.zeros(3)}
    derived = gradient_descent(objective, start, optimizer=SGD(lr=0.02), steps=50)
    h = 1e-6
    noisy = gradient_descent(
        objective, start, optimizer=SGD(lr=0.02), steps=50, gradient=lambda θ: difference_gradient(objective, θ, h)
    )
    np.testing.assert_allclose(noisy.parameters["w"], derived.parameters["w"], atol=1e-5)
    assert list(derived.losses) == sorted(derived.losses, reverse=True)
    assert (start["w"] == 0).all()


def test_the_three_ways_meet():
    A_, B = data(5)
    objective = Objective(SQUARES, ["w"], X=A_, y=B[:, 0])
    solved = least_squares(A_, B[:, 0]).w
    descended = gradient_descent(objective, {"w": np.zeros(3)}, optimizer=Adam(lr=0.1), steps=400)
    searched = population_search(objective, {"w": (3,)}, generations=80, seed=0)
    np.testing.assert_allclose(descended.parameters["w"], solved, atol=1e-4)
    np.testing.assert_allclose(searched.parameters["w"], solved, atol=0.05)
    assert objective({"w": solved}) <= min(descended.loss, searched.loss) * (1 + 1e-12)


def test_descent_that_runs_away_is_stopped():
    with pytest.raises(EvaluationError, match=r"the loss is (inf|nan) after step \d+"):
        gradient_descent(SLIDE, {"W": SLIDE_W}, optimizer=SGD(lr=1e100), steps=20)
    with pytest.raises(OptionError, match="no gradient"):
        gradient_descent(bowl, {"a": np.ones(2), "b": np.ones((2, 1))})


# A minibatch: the mean of its samples' gradients.


def test_the_gradient_of_a_batch_is_the_mean_of_its_samples_gradients():
    A_, B = data(6)
    loss = ((X @ W - Y) ** 2).sum() / X.shape[0]
    at = {"W": np.random.default_rng(0).normal(size=(3, 2))}
    whole = Objective(loss, ["W"], X=A_, Y=B).gradient(at)["W"]
    each = [Objective(loss, ["W"], X=A_[k : k + 1], Y=B[k : k + 1]).gradient(at)["W"] for k in range(8)]
    np.testing.assert_allclose(whole, np.mean(each, axis=0), rtol=1e-12)
