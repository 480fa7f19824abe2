"""Where symbolic differentiation goes wrong in silence: each case comes out right, or as an error that says why."""

from __future__ import annotations

import math
from fractions import Fraction as F

import numpy as np
import pytest
from sympy import Integer, gamma

import symgrad.expr.protocols  # noqa: F401  gives tensors their operators
from symgrad.calculus.derive import Story, weighted
from symgrad.calculus.sweep import jacobian_of, pull_back
from symgrad.errors import EvaluationError, NoRuleError, ShapeError, UnknownNameError
from symgrad.expr.affine import Quo, Rem, window_count
from symgrad.expr.conventions import Conventions
from symgrad.expr.evaluate import evaluate, order
from symgrad.expr.indices import Index, fresh, param
from symgrad.expr.named import cross_entropy, softmax
from symgrad.expr.nodes import Divides, Entry, Equal, over, total
from symgrad.expr.spaces import EXACT, FLOAT
from symgrad.expr.tensors import from_expression, input_tensor, let
from symgrad.oracles import RATIONAL, UNROLLED
from symgrad.parse import define
from symgrad.rules.algebra import alpha_key

m, n = param("m"), param("n")
i, j, k = Index("i", n), Index("j", n), Index("k", n)
x, y = input_tensor("x", (n,)), input_tensor("y", (n,))
FIRST, SPLIT = Conventions(ties="first"), Conventions(ties="split")


def at(t, *where):
    return Entry(t.ref, *where)


def point(values, *tensors):
    """The values with the sizes that the inputs among `tensors` show: a gradient need not mention the variable."""
    sizes = {}
    for t in order(tensors):
        if t.is_input and t.name in values:
            sizes |= {n.name: k for n, k in zip(t.shape, np.shape(values[t.name]), strict=True) if n.is_Symbol}
    return sizes | values


def nested_at(t, values):
    return evaluate(t, values, EXACT).nested()


def gradients(f, wrt, conventions=FIRST):
    """∂f/∂X of a scalar f by the reverse sweep and by the derivation; ∂⟨G, f⟩/∂X with an input G otherwise."""
    if f.ndim:
        L, G = weighted(f, "G")
        return pull_back(f, [wrt], G, conventions)[0], Story(L, wrt, conventions).tensor()
    return pull_back(f, [wrt], None, conventions)[0], Story(f, wrt, conventions).tensor()


def assert_gradient(f, wrt, values, expected, conventions=FIRST):
    """Both roads give these very fractions."""
    for gradient in gradients(f, wrt, conventions):
        assert evaluate(gradient, point(values, f, wrt), EXACT).nested() == expected


def assert_right(f, wrt, values, oracle=RATIONAL, space=EXACT):
    """Both roads give what the oracle gives."""
    for gradient in gradients(f, wrt):
        verdict = oracle.check(f, wrt, evaluate(gradient, point(values, f, wrt), space), values)
        assert verdict.status == "agrees", verdict


# Sums


def test_a_sum_by_its_own_summand_is_one_and_not_the_count():
    f = from_expression((), total(at(x, i), i))
    assert_gradient(f, x, {"x": [5, 6, 7]}, [1, 1, 1])
    assert gradients(f, x)[0].equation[1] == 1


def test_a_sum_over_every_second_entry_gives_nothing_to_the_others():
    """∂ Σ_i G[i] X[2i] / ∂X[u] = [2 | u] [0 ≤ u/2 < N] G[u/2]."""
    G, X = input_tensor("G", (n,)), input_tensor("X", (m,))
    f = from_expression((), total(at(G, i) * at(X, 2 * i), i))
    values = {"X": [1] * 7, "G": [10, 20]}
    assert_gradient(f, X, values, [10, 0, 20, 0, 0, 0, 0])
    assert gradients(f, X)[0].equation[1].atoms(Divides)


def test_a_stride_of_which_nothing_is_known_keeps_its_condition():
    """∂ Σ_i G[i] X[s i − P] / ∂X[u] holds [s | u + P], at s = 1, 2 and 3."""
    s, P = param("s"), param("P")
    G, X = input_tensor("G", (n,)), input_tensor("X", (m,))
    f = from_expression((), total(at(G, i) * at(X, s * i - P), i))
    for stride in (1, 2, 3):
        for padding in (0, 1, 2):
            values = {"X": [0] * 6, "G": [1, 10, 100, 1000], "s": stride, "P": padding}
            expected = [0] * 6
            for place, g in enumerate(values["G"]):
                if 0 <= stride * place - padding < 6:
                    expected[stride * place - padding] += g
            assert_gradient(f, X, values, expected)


def test_a_dilation_of_which_nothing_is_known_keeps_its_condition():
    """Y[i] = Σ_p X[i + d p] K[p] by K and X, d a symbol."""
    d, size = param("d"), param("taps")
    X, K = input_tensor("X", (m,)), input_tensor("K", (size,))
    p = Index("p", size)
    o = Index("i", window_count(m, size, dilation=d))
    Y = from_expression((o,), total(at(X, o + d * p) * at(K, p), p))
    for dilation, places in ((1, 6), (2, 5), (3, 4)):
        G = [1, 10, 100, 1000, 10**4, 10**5][:places]
        values = {"X": [3, 1, 4, 1, 5, 9, 2], "K": [2, 7], "G": G, "d": dilation}
        by_x = [0] * 7
        for place, g in enumerate(G):
            by_x[place] += 2 * g
            by_x[place + dilation] += 7 * g
        by_k = [sum(g * values["X"][a + dilation * tap] for a, g in enumerate(G)) for tap in (0, 1)]
        assert_gradient(Y, X, values, by_x)
        assert_gradient(Y, K, values, by_k)


def test_a_variable_inside_and_outside_a_sum():
    Y = from_expression((i,), at(x, i) * total(at(x, j) ** 2, j))
    values = {"x": [2, 3], "G": [1, 10]}
    assert_gradient(Y, x, values, [13 + 2 * 2 * (2 + 30), 130 + 2 * 3 * (2 + 30)])


def test_nested_sums_with_the_same_letter():
    other = fresh(k)
    f = from_expression((), total(at(x, k) * total(at(x, other) ** 2, other), k))
    assert_gradient(f, x, {"x": [1, 2, 3]}, [14 + 12 * v for v in (1, 2, 3)])


def test_nested_sums_with_the_same_index():
    """Σ_k x_k Σ_k x_k²: the inner k hides the outer one."""
    f = from_expression((), total(at(x, k) * total(at(x, k) ** 2, k), k))
    assert evaluate(f, {"x": [1, 2, 3]}, EXACT).nested() == 6 * 14
    assert_gradient(f, x, {"x": [1, 2, 3]}, [14 + 12 * v for v in (1, 2, 3)])


def test_nested_sums_with_the_same_letter_in_text():
    f = define("f = sum[k] x[k]*sum[k] x[k]**2", "x[n]")
    (leaf,) = f.operands if f.operands[0].is_input else f.operands[0].operands
    assert_gradient(f, leaf, {"x": [1, 2, 3]}, [14 + 12 * v for v in (1, 2, 3)])


def test_a_sum_that_squares_what_is_summed_with_the_same_letter():
    """(Σ_i x_i)² as a power of a binder: 2 Σ x, not Σ 2x."""
    f = from_expression((), total(at(x, i), i) ** 2)
    assert_gradient(f, x, {"x": [1, 2, 3]}, [12, 12, 12])


def test_an_index_that_is_free_outside_and_bound_inside():
    """Y_i = x_i + Σ_i x_i is not x_i + n x_i."""
    Y = from_expression((i,), at(x, i) + total(at(x, j), j))
    assert_gradient(Y, x, {"x": [1, 2], "G": [1, 10]}, [12, 21])


def test_one_entry_of_a_matrix():
    M = input_tensor("M", (3, 4))
    f = from_expression((), at(M, 1, 1))
    expected = [[int((a, b) == (1, 1)) for b in range(4)] for a in range(3)]
    assert_gradient(f, M, {"M": [[0] * 4] * 3}, expected)


def test_a_diagonal():
    M = input_tensor("M", (n, n))
    Y = from_expression((i,), at(M, i, i) ** 2)
    assert_gradient(Y, M, {"M": [[1, 2], [3, 4]], "G": [1, 10]}, [[2, 0], [0, 80]])


# Products, maxima, log Σ exp, norms


@pytest.mark.parametrize("values", [[2, 3, 5], [0, 3, 5], [0, 0, 5], [0, 0, 0]], ids=str)
def test_a_product_over_an_index_with_zeros_among_its_factors(values):
    f = from_expression((), over("prod", at(x, i), i))
    assert_gradient(f, x, {"x": values}, [math.prod(values[:a] + values[a + 1 :]) for a in range(3)])


def test_a_product_over_two_indices():
    M = input_tensor("M", (m, n))
    f = from_expression((), over("prod", at(M, Index("a", m), j), Index("a", m), j))
    assert_gradient(f, M, {"M": [[2, 3], [0, 5]]}, [[0, 0], [30, 0]])


def test_a_guarded_product():
    f = from_expression((), over("prod", at(x, i), i, guard=1 - Equal(i, 1)))
    assert_gradient(f, x, {"x": [2, 3, 5]}, [5, 0, 2])


@pytest.mark.parametrize(
    "logits, expected",
    [([1000, 1000, -1000], [0.5, 0.5, 0]), ([-1000, -1000, -1000], [1 / 3] * 3), ([1000, 0, -1000], [1, 0, 0])],
    ids=str,
)
def test_log_sum_exp_of_large_numbers(logits, expected):
    f = from_expression((), over("lse", at(x, i), i))
    assert math.isfinite(evaluate(f, {"x": logits}, FLOAT).nested())
    for gradient in gradients(f, x):
        assert evaluate(gradient, {"x": logits}, FLOAT).nested() == pytest.approx(expected, abs=1e-12)


def test_log_sum_exp_agrees_with_the_unrolled_expression():
    values = {"x": [0.5, -1.25, 2]}
    assert_right(from_expression((), over("lse", 3 * at(x, i) ** 2, i)), x, values, UNROLLED, FLOAT)


@pytest.mark.parametrize(
    "conventions, expected", [(FIRST, [0, 6, 0, 0]), (SPLIT, [0, 2, 2, 2])], ids=lambda c: getattr(c, "ties", "")
)
@pytest.mark.parametrize("op, sign", [("max", 1), ("min", -1)])
def test_three_tied_values(conventions, expected, op, sign):
    f = from_expression((), 6 * over(op, at(x, i), i))
    assert_gradient(f, x, {"x": [sign, 5 * sign, 5 * sign, 5 * sign]}, expected, conventions)


@pytest.mark.parametrize("conventions", [FIRST, SPLIT], ids=lambda c: c.ties)
def test_the_weights_of_tied_values_sum_to_one(conventions):
    """Whatever the convention: a constant added to all values moves the maximum by as much."""
    M = input_tensor("M", (2, 2))
    a, b = Index("a", 2), Index("b", 2)
    f = from_expression((), over("max", at(M, a, b), a, b))
    for gradient in gradients(f, M, conventions):
        assert sum(evaluate(gradient, {"M": [[7, 7], [7, 7]]}, EXACT)) == 1


def test_a_maximum_of_each_row():
    M = input_tensor("M", (m, n))
    a = Index("a", m)
    Y = from_expression((a,), over("max", at(M, a, j), j))
    values = {"M": [[1, 5, 2], [7, 0, 7]], "G": [10, 100]}
    assert_gradient(Y, M, values, [[0, 10, 0], [100, 0, 0]])
    assert_gradient(Y, M, values, [[0, 10, 0], [50, 0, 50]], SPLIT)


def test_a_maximum_that_is_met_by_two_uses_of_one_entry():
    """max_i max(x_i, x_0): the one entry gets the weights of both uses, 1 in all."""
    f = from_expression((), over("max", at(x, 0 * i), i))
    for conventions in (FIRST, SPLIT):
        assert_gradient(f, x, {"x": [3, 9]}, [1, 0], conventions)


def test_the_norm_at_zero():
    f = from_expression((), over("norm", at(x, i), i))
    assert_gradient(f, x, {"x": [0, 0, 0]}, [0, 0, 0])
    assert_gradient(f, x, {"x": [3, 0, -4]}, [F(3, 5), 0, F(-4, 5)])


# Branches, reuse, broadcasting, empty axes


def test_three_layers_that_reuse_one_weight():
    W = input_tensor("W", (n, n))
    h = x
    for _ in range(3):
        h = W @ h
    values = {"W": [[1, 2], [3, -1]], "x": [2, 5]}
    assert_right(let("f", (h * h).sum()), W, values)
    assert_right(let("f", (h * h).sum()), x, values)


def test_three_layers_that_reuse_one_weight_and_bias_with_a_nonlinearity():
    W, b = input_tensor("W", (n, n)), input_tensor("b", (n,))
    h = x
    for _ in range(3):
        h = np.tanh(W @ h + b)
    values = {"W": [[0.5, -1.25], [0.75, 1]], "x": [0.5, -1], "b": [0.25, 0.125]}
    for wrt in (W, b, x):
        assert_right((h * h).sum(), wrt, values, UNROLLED, FLOAT)


def test_a_tensor_that_meets_itself():
    values = {"x": [2, 3]}
    assert_gradient((x * x).sum(), x, values, [4, 6])
    assert_gradient((x - x).sum(), x, values, [0, 0])
    assert_gradient((x / x).sum(), x, values, [0, 0])
    assert_gradient(x @ x, x, values, [4, 6])


def test_an_intermediate_used_by_two_losses_adds():
    q = let("q", 2 * x)
    assert_gradient((q * q).sum() + q.sum() + x.sum(), x, {"x": [1, 2]}, [8 + 2 + 1, 16 + 2 + 1])


def test_broadcasting_over_axes_of_size_one():
    A, row, column = input_tensor("A", (m, n)), input_tensor("r", (1, n)), input_tensor("c", (m, 1))
    values = {"A": [[1, 2, 3], [4, 5, 6]], "r": [[1, 10, 100]], "c": [[7], [8]]}
    f = let("f", (A * row * column).sum())
    assert_gradient(f, row, values, [[1 * 7 + 4 * 8, 2 * 7 + 5 * 8, 3 * 7 + 6 * 8]])
    assert_gradient(f, column, values, [[321], [654]])
    assert_gradient(f, A, values, [[7, 70, 700], [8, 80, 800]])


def test_broadcasting_a_scalar_and_a_missing_axis():
    A, c = input_tensor("A", (m, n)), input_tensor("c", ())
    values = {"A": [[1, 2], [3, 4], [5, 6]], "c": 3, "x": [10, 100]}
    f = (A * c + x).sum()
    assert_gradient(f, c, values, 21)
    assert_gradient(f, x, values, [3, 3])


@pytest.mark.parametrize("size", [0, n], ids=str)
def test_an_empty_axis(size):
    z = input_tensor("z", (size,))
    e = Index("e", size)
    values = {"z": [], "n": 0}
    assert_gradient(from_expression((), total(at(z, e) ** 2, e)), z, values, [])
    assert_gradient(from_expression((), over("prod", at(z, e), e)), z, values, [])
    assert_gradient(from_expression((e,), at(z, e) ** 2), z, values | {"G": []}, [])


def test_an_empty_axis_beside_one_that_is_not():
    A, r = input_tensor("A", (m, n)), input_tensor("r", (n,))
    values = {"A": [], "r": [1, 2], "m": 0, "n": 2}
    f = (A * r).sum()
    with pytest.raises((ShapeError, EvaluationError)):
        evaluate(pull_back(f, [r])[0], values, EXACT)  # a list of no rows does not say how long they are
    values["A"] = np.zeros((0, 2))
    assert_gradient(f, r, values, [0, 0])


def test_a_window_larger_than_its_input_is_refused():
    """Σ_{i<n} b = n b holds for sizes; −3 is none."""
    size, taps = param("N"), param("K")
    b = input_tensor("b", ())
    f = from_expression((), total(at(b), Index("i", window_count(size, taps))))
    assert_gradient(f, b, {"b": 7, "N": 5, "K": 2}, 4)
    with pytest.raises(EvaluationError, match="size -3"):
        evaluate(f, {"b": 7, "N": 1, "K": 5}, EXACT)


def test_a_slice_that_leaves_less_than_nothing_is_refused():
    """x[2:-2] of a symbolic axis has n − 4 entries; at n = 3 that is no size."""
    f = (x[2:-2] ** 0).sum()
    assert nested_at(f, {"x": [1] * 5, "n": 5}) == 1
    with pytest.raises(EvaluationError, match="size -1"):
        nested_at(x[2:-2].sum(), {"x": [1, 2, 3]})


def test_the_maximum_of_nothing_is_refused():
    z = input_tensor("z", (n,))
    f = from_expression((), over("max", at(z, i), i))
    with pytest.raises(EvaluationError, match="empty"):
        evaluate(f, {"z": []}, EXACT)


# Powers


def test_a_power_by_its_base_and_its_exponent():
    f = from_expression((), total(at(x, i) ** at(y, i), i))
    values = {"x": [0.5, 2, 3], "y": [2, -1.5, 0]}
    for wrt in (x, y):
        assert_right(f, wrt, values, UNROLLED, FLOAT)


def test_a_power_of_itself():
    f = from_expression((), total(at(x, i) ** at(x, i), i))
    assert_right(f, x, {"x": [0.5, 1, 3]}, UNROLLED, FLOAT)


@pytest.mark.parametrize("exponent, expected", [(0, [0, 0]), (1, [1, 1]), (2, [0, -4]), (3, [0, 12])])
def test_a_whole_power_at_zero_and_below(exponent, expected):
    f = from_expression((), total(at(x, i) ** exponent, i))
    assert_gradient(f, x, {"x": [0, -2]}, expected)


def test_a_power_with_a_symbolic_exponent():
    p = param("p")
    f = from_expression((), total(at(x, i) ** p, i))
    assert_gradient(f, x, {"x": [2, -3], "p": 3}, [12, 27])
    assert_gradient(f, x, {"x": [0, -3], "p": 1}, [1, 1])


# What is missing is said


@pytest.mark.parametrize("road", [lambda f: pull_back(f, [x]), lambda f: Story(f, x).tensor()], ids=["sweep", "story"])
def test_a_function_without_a_rule_is_refused_by_name(road):
    f = from_expression((), total(gamma(at(x, i)), i))
    with pytest.raises(NoRuleError, match="gamma") as error:
        road(f)
    assert "elementwise" in str(error.value)


def test_a_function_without_a_rule_of_something_else_is_a_constant():
    f = from_expression((), total(gamma(at(y, i)) * at(x, i), i))
    assert gradients(f, x)[0].equation[1].has(gamma)


def test_shapes_that_do_not_fit_are_named():
    W = input_tensor("W", (2, 3))
    with pytest.raises(ShapeError, match=r"\(2, 3\).*\(4,\)"):
        W @ input_tensor("v", (4,))
    with pytest.raises(ShapeError, match="a gradient is of a scalar"):
        pull_back(x * x, [x])


def test_another_tensor_of_the_same_name_is_not_taken_for_the_variable():
    with pytest.raises(UnknownNameError, match="is not the x of the graph"):
        pull_back((x * x).sum(), [input_tensor("x", (3,))])


def test_a_tensor_that_does_not_occur_gets_zeros():
    assert_gradient((x * x).sum(), y, {"x": [1, 2], "y": [1, 2]}, [0, 0])


# Second derivatives


def hessian(f, wrt):
    return jacobian_of(pull_back(f, [wrt])[0], [wrt])[0]


def told_hessian(f, wrt):
    """The Hessian as the derivation of the gradient's derivation gives it."""
    return Story(Story(f, wrt).tensor(), wrt).tensor()


def test_a_second_derivative():
    f = from_expression((), total(at(x, i) ** 3, i))
    assert evaluate(hessian(f, x), {"x": [2, 5]}, EXACT).nested() == [[12, 0], [0, 30]]


def test_a_third_derivative():
    f = from_expression((), total(at(x, i) ** 4, i))
    third = jacobian_of(hessian(f, x), [x])[0]
    assert evaluate(third, {"x": [2, 5]}, EXACT).nested() == [[[48, 0], [0, 0]], [[0, 0], [0, 120]]]


def test_the_hessian_of_a_factorisation_keeps_its_pattern():
    """‖T − U Vᵀ‖² in U: 2 δ_ij (Vᵀ V)_ab."""
    r = param("r")
    T, U, V = input_tensor("T", (m, n)), input_tensor("U", (m, r)), input_tensor("V", (n, r))
    f = let("f", ((T - U @ V.T) ** 2).sum())
    values = {"T": [[1, 2, 3], [4, 5, 6]], "U": [[1, 0], [2, 1]], "V": [[1, 2], [0, -1], [3, 5]]}
    core = [[10, 17], [17, 30]]
    expected = [[[[2 * (p == q) * core[a][b] for b in (0, 1)] for q in (0, 1)] for a in (0, 1)] for p in (0, 1)]
    for H in (hessian(f, U), told_hessian(f, U)):
        assert evaluate(H, point(values, f), EXACT).nested() == expected
    (p, a, q, b), body = told_hessian(f, U).equation
    c = Index("c", n)
    assert alpha_key(body) == alpha_key(2 * Equal(p, q) * total(at(V, c, a) * at(V, c, b), c))


def test_the_hessian_of_softmax_and_cross_entropy():
    """diag(p) − p pᵀ where Σ y = 1."""
    z, y = input_tensor("z", (n,)), input_tensor("y", (n,))
    f = let("f", cross_entropy(z, y))
    values = {"z": [0.5, -1.0, 2.0], "y": [0.25, 0.5, 0.25]}
    p = evaluate(softmax(z), values, FLOAT).nested()
    for H in (hessian(f, z), told_hessian(f, z)):
        found = evaluate(H, values, FLOAT).nested()
        for a in range(3):
            assert found[a] == pytest.approx([(a == b) * p[a] - p[a] * p[b] for b in range(3)], abs=1e-14)


def test_the_hessian_of_a_deep_model_is_symmetric_and_right():
    W = input_tensor("W", (2, 2))
    v = input_tensor("v", (2,))
    f = let("f", ((W @ (W @ v) ** 2) ** 2).sum())
    values = {"W": [[1, 2], [-1, 3]], "v": [1, 2]}
    gradient = pull_back(f, [W])[0]
    H = evaluate(jacobian_of(gradient, [W])[0], values, EXACT)
    assert RATIONAL.check(gradient, W, H, values).status == "agrees"
    positions = [(a, b) for a in (0, 1) for b in (0, 1)]
    assert all(H[(*s, *t)] == H[(*t, *s)] for s in positions for t in positions)


# Index maps that are not plain


def test_reshape_and_flatten_are_undone():
    A = input_tensor("A", (2, 3))
    values = {"A": [[1, 2, 3], [4, 5, 6]]}
    assert_gradient(A.reshape(3, 2), A, values | {"G": [[1, 2], [3, 4], [5, 6]]}, [[1, 2, 3], [4, 5, 6]])
    assert_gradient(A.reshape(-1) ** 2, A, values | {"G": [1] * 6}, [[2, 4, 6], [8, 10, 12]])


def test_reshape_of_symbolic_sizes_is_undone():
    A = input_tensor("A", (m, n))
    t = Index("t", m * n)
    flat = from_expression((t,), at(A, Quo(t, n), Rem(t, n)) ** 2)
    values = {"A": [[1, 2, 3], [4, 5, 6]], "G": [1, 10, 100, 1000, 10**4, 10**5]}
    assert_gradient(flat, A, values, [[2, 40, 600], [8000, 10**5, 12 * 10**5]])


def test_a_flattened_tensor_made_a_matrix_again():
    A = input_tensor("A", (2, 6))
    Y = A.reshape(-1).reshape(4, 3).T.reshape(2, 6)
    values = {"A": [[1, 2, 3, 4, 5, 6], [7, 8, 9, 10, 11, 12]], "G": [[1, 2, 3, 4, 5, 6], [7, 8, 9, 10, 11, 12]]}
    G = np.array(values["G"])
    assert_gradient(Y, A, values, G.reshape(3, 4).T.reshape(2, 6).tolist())


@pytest.mark.parametrize(
    "key",
    [
        slice(None, None, 2),
        slice(1, None, 3),
        slice(None, None, -1),
        slice(-1, 0, -2),
        slice(2, 5),
        slice(5, 2),
        slice(-3, None),
        3,
        -1,
    ],
    ids=str,
)
def test_slices_with_steps(key):
    X = input_tensor("X", (7,))
    weights = np.arange(1, 8)[key]
    expected = np.zeros(7, dtype=int)
    expected[key] = weights
    values = {"X": list(range(7)), "G": weights.tolist()}
    Y = X[key]
    if Y.ndim == 0:
        L, _ = weighted(Y, "G")
        for gradient in (pull_back(L, [X])[0], Story(L, X).tensor()):
            assert evaluate(gradient, values, EXACT).nested() == expected.tolist()
    else:
        assert_gradient(Y, X, values, expected.tolist())


def test_an_index_map_with_two_indices_and_coefficients():
    """X[2i + 3j] by X[u]: each u collects all (i, j) with 2i + 3j = u."""
    X, G = input_tensor("X", (m,)), input_tensor("G", (n, n))
    f = from_expression((), total(at(G, i, j) * at(X, 2 * i + 3 * j), i, j))
    G_ = [[1, 2, 3], [4, 5, 6], [7, 8, 9]]
    expected = [0] * 9
    for a in range(3):
        for b in range(3):
            if 2 * a + 3 * b < 9:
                expected[2 * a + 3 * b] += G_[a][b]
    assert_gradient(f, X, {"X": [0] * 9, "G": G_}, expected)


def test_an_entry_outside_its_tensor_is_zero_and_gets_nothing():
    X = input_tensor("X", (n,))
    Y = from_expression((i,), at(X, i - 1) * at(X, i + 1))
    assert_gradient(Y, X, {"X": [2, 3, 5, 7], "G": [1, 10, 100, 1000]}, [10 * 5, 100 * 7, 10 * 2, 100 * 3])


def test_an_index_as_a_factor():
    """Σ_i i² x_i: an index is a number too."""
    f = from_expression((), total(i**2 * at(x, i), i))
    assert_gradient(f, x, {"x": [1, 1, 1, 1]}, [0, 1, 4, 9])


def test_a_constant_equation():
    f = from_expression((), Integer(3))
    assert_gradient(f, x, {"x": [1, 2]}, [0, 0])


def test_a_size_of_what_sympy_takes_for_complex():
    """SymPy makes |exp(log x)| to exp(re(log x)); here x is real, and where log x is not a number nothing is."""
    x = input_tensor("x", (param("n"),))
    f = np.abs(np.exp(np.arccosh(x))).sum()
    gradient = evaluate(pull_back(f, [x])[0], {"x": [2.0, 3.0]})
    assert [round(g, 9) for g in gradient] == [round(1 + a / (a * a - 1) ** 0.5, 9) for a in (2.0, 3.0)]


def test_an_entry_outside_its_tensor_is_as_strong_a_zero_as_a_bracket():
    """G[1−i]/√x_i at i = 2 reads outside of G: 0, although √x_2 is not a number. Rules leave the bracket out there."""
    t = from_expression((i,), Entry(input_tensor("G", (2,)).ref, 1 - i) / at(x, i) ** F(1, 2))
    assert list(evaluate(t, {"G": [2, 2], "x": [4.0, 16.0, -1.0]})) == [1.0, 0.5, 0.0]


def test_a_gradient_read_at_half_indices_is_differentiated_again():
    """Σ_p x[2p−1] x[p] gives x[(p+1)/2] where 2 | p+1: solved for p once more there is no bracket [½ | …]."""
    p = Index("p", n)
    f = from_expression((), total(at(x, 2 * p - 1) * at(x, p), p))
    (gradient,) = pull_back(f, [x])
    hessian = evaluate(jacobian_of(gradient, [x])[0], {"n": 4}, EXACT).nested()
    assert hessian == [[0, 0, 0, 0], [0, 2, 0, 0], [0, 0, 0, 1], [0, 0, 1, 0]]
