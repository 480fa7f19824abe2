"""The oracles agree with one another and with derivatives known by heart, and say so where they cannot tell."""

import random
from fractions import Fraction

import pytest
from sympy import Integer, Rational, pi, sqrt

from symgrad.errors import EvaluationError, LimitError, ShapeError, SymgradError
from symgrad.expr.arrays import Array
from symgrad.expr.elementwise import BY_NAME, ELEMENTWISE, relu
from symgrad.expr.indices import Index, param
from symgrad.expr.nodes import Compare, Entry, Pick, over, total
from symgrad.expr.tensors import from_expression, input_tensor
from symgrad.oracles import (
    AUTOGRAD,
    COMPLEX_STEP,
    DIFFERENCE,
    ORACLES,
    RATIONAL,
    UNROLLED,
    KinkError,
    Verdict,
    Worst,
    points,
    status,
    vectors,
)
from symgrad.oracles.autograd import gradients
from symgrad.oracles.degree import degree
from symgrad.oracles.oracle import MP
from symgrad.oracles.rational import DUALS, Dual
from symgrad.oracles.sampling import sizes
from symgrad.oracles.unrolled import Unrolled

F = Fraction
n = param("n")
i, j = Index("i", n), Index("j", n)
x, y = input_tensor("x", (n,)), input_tensor("y", (n,))
numeric = pytest.mark.parametrize("oracle", ORACLES, ids=str)
DOUBLES = 1e-12
"""As near as AUTOGRAD comes, which has no other numbers."""


def scalar(body):
    return from_expression((), body)


def near(a, b, tolerance=1e-20):
    return abs(MP.take(a) - MP.take(b)) <= tolerance * (1 + abs(MP.take(b)))


def agree(a: Array, b: Array, tolerance=1e-20):
    return a.shape == b.shape and all(near(v, w, tolerance) for v, w in zip(a, b, strict=True))


# Derivatives by heart


@numeric
def test_sum_of_squares(oracle):
    f = scalar(total(Entry(x.ref, i) ** 2, i))
    got = oracle.gradient(f, x, {"x": [1, F(1, 3), -2]})
    assert agree(got, Array((3,), [2, F(2, 3), -4]), DOUBLES if oracle is AUTOGRAD else 1e-20)


@pytest.mark.parametrize("oracle", [RATIONAL, UNROLLED], ids=str)
def test_rational_functions_are_exact(oracle):
    f = scalar(total(Entry(x.ref, i) / (1 + Entry(y.ref, i) ** 2), i))
    values = {"x": [F(1, 3), 7], "y": [F(2, 7), -3]}
    assert oracle.gradient(f, x, values).data == [F(49, 53), F(1, 10)]
    assert oracle.gradient(f, y, values).data == [-F(1, 3) * F(4, 7) * F(49, 53) ** 2, F(42, 100)]


@numeric
def test_floats_are_the_decimals_they_print_as(oracle):
    f = scalar(total(Entry(x.ref, i) ** 2, i))
    assert agree(oracle.gradient(f, x, {"x": [0.1, 0.7]}), Array((2,), [F(1, 5), F(7, 5)]))


@numeric
def test_a_cotangent_weights_the_components(oracle):
    f = from_expression((i,), Entry(x.ref, i) * Entry(x.ref, 0))
    values, G = {"x": [3, 5]}, [2, 0.5]
    assert agree(oracle.jacobian(f, x, values).values, Array((2, 2), [6, 0, 5, 3]))
    assert agree(oracle.gradient(f, x, values, G), Array((2,), [F(29, 2), F(3, 2)]))
    assert oracle.check(f, x, [14.5, 1.5], values, G).holds
    with pytest.raises(ShapeError, match="needs a cotangent"):
        oracle.gradient(f, x, values)
    with pytest.raises(ShapeError, match="cotangent of shape"):
        oracle.gradient(f, x, values, [1, 2, 3])


@numeric
def test_by_an_intermediate(oracle):
    q = from_expression((i,), Entry(x.ref, i) * 3, name="q")
    f = scalar(total(Entry(q.ref, i) ** 2, i) + Entry(x.ref, 0))
    assert agree(oracle.gradient(f, q, {"x": [1, 2]}), Array((2,), [6, 12]))


@numeric
def test_by_what_does_not_occur_and_by_itself(oracle):
    f = scalar(total(Entry(x.ref, i), i))
    assert agree(oracle.gradient(f, y, {"x": [1, 2], "y": [3, 4]}), Array((2,), [0, 0]))
    assert agree(oracle.jacobian(x, x, {"x": [5, 6]}).values, Array((2, 2), [1, 0, 0, 1]))


@numeric
def test_an_empty_axis(oracle):
    f = scalar(1 + total(Entry(x.ref, i), i))
    assert oracle.gradient(f, x, {"x": []}) == Array((0,), [])


# Every operation, oracle against oracle

REDUCED = [
    over("prod", Entry(x.ref, i), i),
    over("max", Entry(x.ref, i) * Entry(y.ref, i), i),
    over("min", Entry(x.ref, i) - Entry(y.ref, i), i),
    over("lse", Entry(x.ref, i) * Entry(y.ref, i), i),
    over("norm", Entry(x.ref, i) * Entry(y.ref, i), i),
    over("max", total(Entry(x.ref, j) * Compare(">", i, j), j), i, guard=Compare(">", i, 0)),
    total(Compare(">", Entry(x.ref, i), Entry(y.ref, i)) * Entry(x.ref, i) ** 3, i),
    total(Pick("first", "max", Entry(x.ref, j), 1, (i,), (j,)) * Entry(x.ref, i) ** 2, i),
    total(Entry(x.ref, i) ** 2, i) ** Rational(3, 2),
    total(Entry(x.ref, i) ** 2, i) ** Entry(x.ref, 0),
    total((1 + Entry(y.ref, i) ** 2) ** Entry(x.ref, i), i) * pi + sqrt(2) * Entry(x.ref, 1),
    total(Entry(x.ref, i + 1) * Entry(x.ref, i - 1), i) / Entry(x.ref, 2) ** 2,
]


@pytest.mark.parametrize("body", REDUCED, ids=str)
def test_unrolled_and_differences_agree(body):
    rng = random.Random(3)
    for _ in range(3):
        values = {name: [F(rng.randint(-2000, 2000), 1000) for _ in range(4)] for name in "xy"}
        f = scalar(body)
        found = UNROLLED.gradient(f, x, values)
        assert agree(found, DIFFERENCE.gradient(f, x, values), 1e-18)
        assert agree(found, COMPLEX_STEP.gradient(f, x, values), 1e-18)
        assert agree(AUTOGRAD.gradient(f, x, values), found, DOUBLES)
        try:
            assert found == RATIONAL.gradient(f, x, values)
        except EvaluationError as error:
            assert "not rational" in str(error)


ROWS = [(row, k) for row in ELEMENTWISE for k in range(row.arity)]


@pytest.mark.parametrize("row, k", ROWS, ids=[f"{row}-{k}" for row, k in ROWS])
def test_every_function(row, k):
    rng = random.Random(row.name)
    arguments = [input_tensor(f"a{p}", ()) for p in range(row.arity)]
    f = scalar(row.head(*(Entry(a.ref) for a in arguments)))
    for _ in range(4):
        low, high = row.domain
        values = {a.name: F(rng.randint(int(1000 * low) + 1, int(1000 * high) - 1), 1000) for a in arguments}
        if row.parameters:
            values["a1"] = abs(values["a1"])
        found = UNROLLED.gradient(f, arguments[k], values)
        assert agree(found, DIFFERENCE.gradient(f, arguments[k], values), 1e-18), values
        assert agree(AUTOGRAD.gradient(f, arguments[k], values), found, DOUBLES), values
        if row.name != "sign":
            assert agree(found, COMPLEX_STEP.gradient(f, arguments[k], values), 1e-18), values


def test_large_expressions_are_cut_and_stay_right():
    """Each line uses the last one twice: written out, the expression would have 2⁴⁰ nodes."""
    t = scalar(Entry(x.ref, 0))
    for k in range(40):
        t = scalar((Entry(t.ref) + BY_NAME["tanh"].head(Entry(t.ref) * Entry(x.ref, 1)) / (k + 1)) / 2)
    values = {"x": [F(1, 2), F(-1, 3)]}
    assert agree(UNROLLED.gradient(t, x, values), DIFFERENCE.gradient(t, x, values), 1e-18)


def test_a_sum_of_many_terms():
    f = scalar(total(Entry(x.ref, i) ** 2 * Entry(x.ref, 0), i))
    values = {"x": [F(k, 7) for k in range(1, 200)]}
    assert UNROLLED.gradient(f, x, values) == RATIONAL.gradient(f, x, values)


# Kinks, ties, and other places without a derivative


def kinks():
    z = Entry(x.ref, 0)
    yield "relu", scalar(relu(z)), [0, 1]
    yield "abs", scalar(abs(z)), [0, 1]
    yield "norm", scalar(over("norm", Entry(x.ref, i), i)), [0, 0]
    yield "tie", scalar(over("max", Entry(x.ref, i), i)), [2, 2]
    yield "bracket", scalar(Compare(">", z, 1) * z), [1, 0]
    yield "sqrt", scalar(sqrt(z)), [0, 1]
    yield "negative", scalar(sqrt(z)), [-1, 1]
    yield "pole", scalar(1 / z), [0, 1]
    yield "clip", scalar(BY_NAME["clip"].head(z, -1, 1)), [1, 0]


@numeric
@pytest.mark.parametrize("name, f, at", [pytest.param(*k, id=k[0]) for k in kinks()])
def test_where_there_is_no_derivative_nothing_is_judged(oracle, name, f, at):
    for guess in ([0, 0], [1, 0], [F(1, 2), F(1, 2)]):
        verdict = oracle.check(f, x, guess, {"x": at})
        assert verdict.status == "undecided" and verdict.reason, verdict


@numeric
def test_a_tie_that_does_not_matter(oracle):
    values = {"x": [1, 1, 5, F(5), 2], "y": [1, 0, 0, 0, 0]}
    lower = scalar(over("max", -(Entry(x.ref, i) ** 2) * Entry(y.ref, i), i))
    assert oracle.check(lower, x, [0] * 5, {"x": [2, 1, 3, 4, 5], "y": [1, 0, 0, 0, 0]}).holds
    beside = scalar(over("max", Entry(x.ref, i) * Compare(">", i, 1), i))
    assert oracle.check(beside, x, [0, 0, 1, 0, 0], values).status == "undecided"


def test_ties_of_equal_slope_are_no_kink():
    f = scalar(BY_NAME["maximum"].head(Entry(x.ref, 0), Entry(x.ref, 0)) + relu(Entry(x.ref, 1) ** 2))
    for oracle in ORACLES:
        assert oracle.check(f, x, [1, 0], {"x": [3, 0]}).holds
    equal = scalar(over("max", Entry(x.ref, 0) + i * 0, i))
    assert RATIONAL.gradient(equal, x, {"x": [3, 0]}).data == [1, 0]


def test_rational_refuses_what_is_not():
    for body in (BY_NAME["exp"].head(Entry(x.ref, 0)), sqrt(Entry(x.ref, 0)), Entry(x.ref, 0) ** Entry(x.ref, 1)):
        with pytest.raises(SymgradError, match="not rational"):
            RATIONAL.gradient(scalar(body), x, {"x": [2, 3]})
    assert RATIONAL.check(scalar(BY_NAME["exp"].head(Entry(x.ref, 0))), x, [1, 0], {"x": [2, 3]}).status == "undecided"
    assert RATIONAL.gradient(scalar(sqrt(Entry(x.ref, 0))), x, {"x": [4, 3]}).data == [F(1, 4), 0]


def test_dual_numbers():
    a, b = Dual(F(3), {0: F(1)}), Dual(F(2), {1: F(1)})
    assert repr(2 * a - b / 2 + 1 / a) == repr(Dual(F(16, 3), {0: F(17, 9), 1: F(-1, 2)}))
    assert (a > b, a >= b, a < b, a <= b, a == b, a != b) == (True, True, False, False, False, True)
    assert repr(DUALS.product([])) == "1" and repr(1 - a) == repr(-(a - 1))
    with pytest.raises(KinkError):
        assert a > 3


def test_tracked_numbers():
    space = Unrolled()
    a, b = space.seed(0, F(3)), space.seed(1, F(2))
    t = 2 * a - b * a + 1 - (a - b) + (1 - b)
    assert t.value == F(-1) and space.differentiated(t) == {0: F(-1), 1: F(-3)}
    assert "Tracked(3" in repr(a)
    with pytest.raises(LimitError, match="too large"):
        space.steps = 10**9
        space.sum([a, b])


# AUTOGRAD


def test_autograd_computes_nothing_that_a_condition_rules_out():
    """`[x > 0] log x`, `[x ≠ 0] y/x` and an entry outside times ∞ are 0 with derivative 0, not NaN."""
    z = Entry(x.ref, i)
    body = total(Compare(">", z, 0) * BY_NAME["log"].head(z), i) + total(
        Compare("!=", Entry(y.ref, i), 0) / Entry(y.ref, i), i
    )
    body += total(Entry(x.ref, i + 1) * over("max", Entry(y.ref, j), j, guard=Compare(">", j, i)), i)
    values = {"x": [F(1, 2), -3, 2], "y": [4, 0, 5]}
    got = AUTOGRAD.gradient(scalar(body), x, values)
    assert agree(got, UNROLLED.gradient(scalar(body), x, values), DOUBLES)
    assert agree(got, Array((3,), [2, 5, F(11, 2)]), DOUBLES)


def test_autograds_noise_leaves_labels_alone():
    """Σ_j [y_i = j] x_j, a table that is looked up."""
    f = from_expression((i,), total(Compare("==", Entry(y.ref, i), j) * Entry(x.ref, j), j))
    values = {"x": [F(1, 2), 3, 5], "y": [2, 0, 2]}
    assert AUTOGRAD.check(f, x, [[0, 0, 1], [1, 0, 0], [0, 0, 1]], values).holds
    assert AUTOGRAD.check(f, x, [[0, 0, 1], [1, 0, 0], [0, 1, 0]], values).fails


def test_autograds_log_of_a_sum_of_nothing():
    f = scalar(total(BY_NAME["exp"].head(over("lse", Entry(x.ref, j), j, guard=Compare(">", i, j))), i))
    values = {"x": [F(1, 2), 3, 5]}
    e = MP.functions.exp
    assert agree(AUTOGRAD.gradient(f, x, values), Array((3,), [2 * e(F(1, 2)), e(3), 0]), DOUBLES)


def test_autograds_product_has_a_derivative_at_zero():
    f = scalar(over("prod", Entry(x.ref, i), i))
    assert AUTOGRAD.gradient(f, x, {"x": [0, 2, 3]}).data == [6, 0, 0]


@pytest.mark.parametrize("ties", ["first", "split"])
def test_autograd_knows_which_is_picked(ties):
    at = [Pick(ties, op, Entry(y.ref, j), Compare(">", 3, j), (i - s,), (j,)) for op in ("max", "min") for s in (0, 1)]
    f = scalar(total(sum((k + 1) * p for k, p in enumerate(at)) * Entry(x.ref, i), i))
    values = {"x": [1, 2, 3, 4], "y": [2, 7, 7, 9]}
    assert agree(AUTOGRAD.gradient(f, x, values), UNROLLED.gradient(f, x, values), DOUBLES)


def test_autograd_by_several_tensors_at_once():
    f = from_expression((), total(Entry(x.ref, i) * Entry(y.ref, i) ** 2, i))
    gx, gy = gradients(f, [x, y], {"x": [1, 2], "y": [3, -1]})
    assert (gx.tolist(), gy.tolist()) == ([9, 1], [6, -4])
    with pytest.raises(ShapeError, match="is not a number"):
        gradients(x, [x], {"x": [1]})


def test_autograd_is_undecided_where_it_cannot_tell(monkeypatch):
    f, values = scalar(total(Entry(x.ref, i) * Entry(x.ref, j), i, j)), {"x": [1, 2, 3]}
    assert AUTOGRAD.check(f, x, [12, 12, 12], values).holds
    monkeypatch.setattr(points, "POINTS", 8)
    assert "a grid of 9 points" in AUTOGRAD.check(f, x, [12, 12, 12], values).reason
    monkeypatch.setattr(vectors, "NAMED", ())
    g = scalar(BY_NAME["tanh"].head(Entry(x.ref, 0)))
    assert "autograd has no tanh" in AUTOGRAD.check(g, x, [0, 0, 0], values).reason
    monkeypatch.setattr(points, "optional", lambda name: None)
    points.autograd.cache_clear()
    assert AUTOGRAD.check(f, x, [0, 0, 0], values).reason == "autograd is not installed"


# Verdicts


def test_verdicts_in_words():
    assert str(Verdict("agrees", points=1)) == "agrees (1 point)"
    assert str(Verdict("proved", reason="…")) == "proved"
    assert str(Verdict("undecided", reason="too large")) == "undecided: too large"
    assert str(Verdict("refuted", worst=Worst((), F(1, 3), 0.25))) == "refuted: entry: yours 1/3, expected 0.25"
    with pytest.raises(TypeError, match="compare its status"):
        assert Verdict("agrees")


def test_a_wrong_shape_is_refuted():
    f = scalar(total(Entry(x.ref, i) ** 2, i))
    assert "shape" in str(RATIONAL.check(f, x, [[2, 4]], {"x": [1, 2]}))


@numeric
def test_nan_is_refuted(oracle):
    f = scalar(total(Entry(x.ref, i) ** 2, i))
    assert oracle.check(f, x, [2.0, float("nan")], {"x": [1, 2]}).worst.place == (1,)
    assert oracle.check(f, x, [2.0, float("inf")], {"x": [1, 2]}).worst.place == (1,)


@numeric
def test_doubles_may_be_rounded_but_not_more(oracle):
    f = scalar(total(Entry(x.ref, i) ** 3, i))
    values = {"x": [F(1, 3), 1000]}
    assert oracle.check(f, x, [1 / 3, 3e6], values).holds
    assert oracle.check(f, x, [1 / 3 * (1 + 1e-5), 3e6], values).fails
    assert oracle.check(f, x, [1 / 3, 3e6 + 10], values).fails


# status


def test_status_proves_polynomials():
    verdict = status(scalar(total(Entry(x.ref, i) ** 2, i)), x, from_expression((i,), 2 * Entry(x.ref, i)))
    assert verdict.status == "proved" and "n = " in verdict.reason and "chance below" in verdict.reason


def test_status_of_functions_agrees_and_finds_their_domain():
    for name in ("exp", "log", "arcsin", "arccosh", "arctanh", "log1p"):
        row = BY_NAME[name]
        e = Entry(x.ref, i)
        verdict = status(scalar(total(row.head(e), i)), x, from_expression((i,), row.derivatives[0](e, row.head(e))))
        assert str(verdict) == "agrees (2 points)", name


def test_status_sees_both_sides_of_a_branch():
    f = scalar(total(relu(Entry(x.ref, i)), i))
    for wrong in (Integer(1), Integer(0), Compare(">", 0, Entry(x.ref, i))):
        for seed in range(10):
            assert status(f, x, from_expression((i,), wrong), seed=seed).fails
    assert str(status(f, x, from_expression((i,), Compare(">", Entry(x.ref, i), 0)))) == "agrees (8 points)"


def test_status_under_an_assumption():
    """Σ y = 1 makes Σ_j y_j x_i and x_i the same."""
    f = scalar(total(Entry(y.ref, j), j) * total(Entry(x.ref, i) ** 2, i))
    short = from_expression((i,), 2 * Entry(x.ref, i))

    def distribution(values):
        total = sum(values[y].data)
        return {**values, y: values[y].map(lambda v: v / total)}

    assert status(f, x, short).fails
    assert status(f, x, short, constrain=distribution).status == "agrees"


def test_status_is_undecided_where_it_cannot_tell():
    A = input_tensor("A", (90, 90))
    i, j = Index("i", 90), Index("j", 90)
    f = scalar(total(Entry(A.ref, i, j) ** 2, i, j))
    assert "too large" in status(f, A, from_expression((i, j), 2 * Entry(A.ref, i, j))).reason
    z = Entry(x.ref, i)
    nowhere = scalar(BY_NAME["log"].head(-(Entry(x.ref, 0) ** 2) - 1))
    assert status(nowhere, x, from_expression((Index("i", n),), z.xreplace({i: Index("i", n)}))).status == "undecided"
    deep = scalar(Entry(x.ref, 0))
    for _ in range(500):
        deep = scalar(Entry(deep.ref) + Entry(x.ref, 1))
    assert "500" in status(deep, x, x).reason or "equations" in status(deep, x, x).reason


def test_status_refutes_a_derivative_that_has_no_value():
    f = scalar(total(Entry(x.ref, i) ** 2, i))
    assert status(f, x, from_expression((i,), 1 / (Entry(x.ref, i) * Compare(">", Entry(x.ref, i), 3)))).fails


def test_degrees():
    e = Entry(x.ref, i)
    cases = [
        (total(e**3, i), (3, 0)),
        (total(1 / e, i), (3, 4)),
        (over("prod", e, i), (4, 0)),
        (Integer(7), (0, 0)),
        ((total(e, i) + 1) ** -2, (0, 2)),
        (over("max", e, i), None),
        (total(BY_NAME["exp"].head(e), i), None),
        (sqrt(total(e, i)), None),
        (total(Compare(">", e, 0), i), None),
        (total(Compare(">", i, 1) * e, i), (1, 0)),
    ]
    for body, want in cases:
        assert degree(scalar(body), {n: Integer(4)}) == want, body


def test_sizes_are_small_and_differ():
    a, b, c = (param(s) for s in "abc")
    P, Q = input_tensor("P", (a, b)), input_tensor("Q", (b, c))
    i, j, k = Index("i", a), Index("j", b), Index("k", c)
    f = from_expression((i, k), total(Entry(P.ref, i, j) * Entry(Q.ref, j, k), j))
    for seed in range(20):
        chosen = sizes((f,), random.Random(seed))
        assert sorted(chosen.values()) == [2, 3, 4]
    assert len(set(sizes((f,), random.Random(0), budget=170).values())) < 3
