"""`evaluate` is the meaning of an equation: every kind of node, every kind of number, every way to give wrong input."""

import math
import random
from fractions import Fraction
from itertools import product

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import Add, E, Integer, Rational, Symbol, exp, log, pi, sqrt

from symgrad.errors import EvaluationError, ShapeError
from symgrad.expr.affine import Quo, Rem, _nonnegative, nonnegative
from symgrad.expr.arrays import Array, array
from symgrad.expr.elementwise import BY_NAME, relu
from symgrad.expr.evaluate import EXACT, FLOAT, Precise, evaluate, order, precise, tabulate
from symgrad.expr.indices import Index, param
from symgrad.expr.nodes import Compare, Divides, Entry, Equal, Inside, Partial, Pick, Slot, over, total
from symgrad.expr.tensors import from_expression, input_tensor, let

F = Fraction
m, n, s = param("m"), param("n"), param("s")
i, j, k = Index("i", m), Index("j", n), Index("k", n)
x, y, W = input_tensor("x", (n,)), input_tensor("y", (n,)), input_tensor("W", (m, n))
X = [F(3), F(-1, 2), F(7, 3), F(-5)]


def at(t, *where):
    return Entry(t.ref, *where)


def value(body, free=(), space=EXACT, **values):
    return evaluate(from_expression(free, body), {"x": X, **values}, space).nested()


# Every kind of node


BODIES = [
    (total(at(x, k), k), sum(X)),
    (total(at(x, k) * k, k), sum(v * k for k, v in enumerate(X))),
    (total(at(x, k) * n, k) / s, sum(X) * 4 / 3),
    (over("prod", at(x, k), k), math.prod(X)),
    (over("max", at(x, k), k), F(3)),
    (over("min", at(x, k), k), F(-5)),
    (over("max", at(x, k), k, guard=Compare(">", k, 0)), F(7, 3)),
    (over("prod", at(x, k), k, guard=Compare("!=", k, 1)), F(3) * F(7, 3) * F(-5)),
    (over("max", over("min", at(x, k) * at(x, j), j), k), max(min(a * b for b in X) for a in X)),
    (
        total(at(x, k) * total(at(x, j) * Compare(">", k, j), j), k),
        sum(X[a] * X[b] for a in range(4) for b in range(a)),
    ),
    (total(at(x, k + 1) + at(x, k - 2), k), X[1] + X[2] + X[3] + X[0] + X[1]),
    (total(at(x, Quo(k, 2)) * 10**0, k), 2 * X[0] + 2 * X[1]),
    (total(at(x, Rem(k, 2)), k), 2 * X[0] + 2 * X[1]),
    (total(Divides(2, k) * at(x, k / 2), k), X[0] + X[1]),
    (total(Inside(k - 1, 2) * at(x, k), k), X[1] + X[2]),
    (total(Equal(k, 2) * at(x, k), k), X[2]),
    (total(Equal(2 * k, n) * at(x, k), k), X[2]),
    (at(x, 0) ** 3 + at(x, 1) ** -2, F(31)),
    ((at(x, 0) + 1) ** Rational(1, 2), F(2)),
    (at(x, 0) ** at(x, 0), F(27)),
    (relu(at(x, 0)) - relu(at(x, 3)) + abs(at(x, 3)), F(8)),
    (total(Compare(">", at(x, k), 0), k), F(2)),
    (total(Compare("!>", at(x, k), 0) * at(x, k), k), F(-11, 2)),
    (over("lse", at(x, 0) + 0 * k, k, guard=Equal(k, 1)), F(3)),
    (Integer(5), F(5)),
    (2**n - s, F(13)),
]


@pytest.mark.parametrize("body, want", BODIES, ids=lambda v: str(v)[:60])
def test_meaning(body, want):
    got = value(body, s=3, n=4)
    assert got == want and type(got) is F
    assert value(body, space=FLOAT, s=3, n=4) == pytest.approx(float(want))
    assert mpmath.almosteq(value(body, space=precise(), s=3, n=4), mpmath.mpf(want.numerator) / want.denominator)


@pytest.mark.parametrize("space", [FLOAT, precise()], ids=lambda space: space.name)
def test_real_reductions(space):
    values = [float(v) for v in X]
    assert float(value(over("lse", at(x, k), k), space=space)) == pytest.approx(math.log(sum(map(math.exp, values))))
    assert float(value(over("norm", at(x, k), k), space=space)) == pytest.approx(math.hypot(*values))
    guarded = over("norm", at(x, k), k, guard=Compare(">", k, 1))
    assert float(value(guarded, space=space)) == pytest.approx(math.hypot(*values[2:]))
    assert float(value(pi * E + sqrt(2) * log(3), space=space)) == pytest.approx(
        math.pi * math.e + 2**0.5 * math.log(3)
    )


def test_free_indices_give_the_axes():
    outer = value(at(x, k) * at(y, j), free=(k, j), y=[1, 2, 3, 4])
    assert outer == [[a * b for b in (1, 2, 3, 4)] for a in X]
    assert value(at(x, n - 1 - k), free=(k,)) == X[::-1]


def test_a_chain_of_equations_and_shared_operands():
    q = from_expression((i,), total(at(W, i, j) * at(x, j), j), name="q")
    f = from_expression((), total(at(q, i) ** 2, i))
    values = {"W": [[1, 2], [3, 4]], "x": [5, 6]}
    assert evaluate([f, q, let("r", q)], values, EXACT) == [Array((), [17**2 + 39**2])] + [Array((2,), [17, 39])] * 2
    assert evaluate(f, {**values, q: [1, 1]}, EXACT).nested() == 2
    assert {t.display for t in order([f])[:2]} == {"W", "x"} and order([f])[2:] == [q, f]


def test_a_very_deep_graph():
    t = x
    for _ in range(3000):
        t = from_expression((k,), at(t, k) + 1)
    assert evaluate(t, {"x": [1, 2]}, EXACT).data == [3001, 3002]


# Maximum: picks and ties


def picks(ties, values, op="max", guard=1):
    body = Pick(ties, op, at(x, k), guard, (j,), (k,))
    return evaluate(from_expression((j,), body), {"x": values}, EXACT).data


def test_picks():
    assert picks("first", [1, 5, 2]) == picks("split", [1, 5, 2]) == [0, 1, 0]
    assert picks("first", [5, 1, 5, 5]) == [1, 0, 0, 0]
    assert picks("split", [5, 1, 5, 5]) == [F(1, 3), 0, F(1, 3), F(1, 3)]
    assert picks("first", [5, 1, 1], op="min") == [0, 1, 0]
    assert picks("first", [9, 1, 5], guard=Compare(">", k, 0)) == [0, 0, 1]
    assert picks("first", [9, 1], guard=Compare(">", k, 5)) == [0, 0]


def test_the_first_of_several_indices_is_in_row_major_order():
    a, b = Index("a", m), Index("b", n)
    body = Pick("first", "max", at(W, i, j), 1, (a, b), (i, j))
    got = evaluate(from_expression((a, b), body), {"W": [[1, 7], [7, 7]]}, EXACT).nested()
    assert got == [[0, 1], [0, 0]]


def test_maximum_of_nothing():
    with pytest.raises(EvaluationError, match="empty axis"):
        value(over("max", at(x, k), k), x=[])
    assert value(over("max", at(x, k), k, guard=Compare(">", k, 9)), space=FLOAT) == -math.inf
    assert value(over("lse", at(x, k), k), space=FLOAT, x=[]) == -math.inf
    assert value(over("prod", at(x, k), k), x=[]) == 1 and value(over("norm", at(x, k), k), x=[]) == 0


# Brackets are strong


def test_a_bracket_hides_what_has_no_value():
    assert value(total(Compare("!=", at(x, k), 0) / at(x, k), k), x=[2, 0, 4]) == F(3, 4)
    assert value(Compare(">", 0, at(x, 0)) * log(at(x, 1)), space=FLOAT, x=[1, -1]) == 0
    weight = Pick("first", "max", at(x, j), 1, (k,), (j,))
    assert value(total(weight / at(x, k), k), x=[0, 4, 0]) == F(1, 4)
    assert value(total(Divides(2, k) * at(x, k / 2), k)) == X[0] + X[1]


def test_comparisons_with_nan_and_their_negations():
    for relation, a, b in product((">", ">=", "==", "!="), (1.0, 2.0, math.nan), (1.0, 2.0, math.nan)):
        holds = Compare(relation, at(x, 0), at(x, 1))
        one, other = (value(c, space=FLOAT, x=[a, b]) for c in (holds, holds.negated()))
        assert {one, other} == {0.0, 1.0}
        assert one == {">": a > b, ">=": a >= b, "==": a == b, "!=": a != b}[relation]


# Spaces


def test_doubles_mean_what_numpy_means():
    numbers = [0.0, -0.0, 1.0, -1.0, 2.0, -3.0, 0.5, -0.5, 800.0, -800.0, 1e200, -1e200, math.inf, -math.inf, math.nan]
    with np.errstate(all="ignore"):
        for a, b in product(numbers, numbers):
            np.testing.assert_equal(FLOAT.power(a, b), float(np.float64(a) ** np.float64(b)), err_msg=f"{a} ** {b}")
        for name in ("exp", "log", "log1p", "expm1", "sinh", "cosh", "tanh", "arctanh", "arccosh", "arcsin", "log2"):
            for a in numbers:
                np.testing.assert_allclose(FLOAT.call(BY_NAME[name], [a]), getattr(np, name)(a), rtol=1e-15)


def test_fractions_refuse_what_is_not_rational():
    for body in (exp(at(x, 0)), sqrt(at(x, 0)), pi * at(x, 0), BY_NAME["gelu_tanh"].head(at(x, 0))):
        with pytest.raises(EvaluationError, match="not rational"):
            value(body)
    with pytest.raises(EvaluationError, match="division by zero"):
        value(1 / at(x, 0), x=[0])
    assert value(exp(at(x, 0)), x=[0]) == 1 and value(BY_NAME["sigmoid"].head(at(x, 0)), x=[0]) == F(1, 2)


def test_roots_of_fractions():
    huge = 99999999999999999**3
    assert EXACT.power(F(8, 27), F(-2, 3)) == F(9, 4) and EXACT.power(F(huge), F(4, 3)) == 99999999999999999**4
    for base, exponent in ((F(2), F(1, 2)), (F(-8), F(1, 3)), (F(huge + 2), F(1, 10**30))):
        with pytest.raises(EvaluationError, match="not rational"):
            EXACT.power(base, exponent)


PARTS = [i, j, Index("k", Integer(3)), Index("l", Integer(1)), m, n, s, Integer(1)]
LINEAR = st.lists(st.tuples(st.integers(-2, 2), st.sampled_from(PARTS)), max_size=5).map(
    lambda terms: Add(*(c * e for c, e in terms))
)


@given(LINEAR)
def test_a_map_that_is_never_negative_is_so_at_all_numbers(e):
    """Sums of indices, sizes and numbers: a range that is met is not empty, another size may be 0."""
    ranges = {index.size for index in e.atoms(Index)}
    sizes = product(*((int(size in ranges), 2, 99) for size in (m, n, s)))
    least = min(lowest(e, dict(zip((m, n, s), numbers, strict=True))) for numbers in sizes)
    assert nonnegative(e) == _nonnegative(e) == (least >= 0)


def lowest(e, sizes):
    """The least value of e over the ranges of its indices."""
    ends = product(*([(index, 0), (index, index.size.xreplace(sizes) - 1)] for index in e.atoms(Index)))
    return min(e.xreplace({**sizes, **dict(at)}) for at in ends)


def test_precise_numbers():
    space = Precise(60)
    third = evaluate(from_expression((), at(x, 0) / 3), {"x": [0.1]}, space).nested()
    assert abs(third - space.functions.mpf(1) / 30) < 1e-58
    assert space.functions.isnan(value(log(at(x, 3)), space=space))
    assert space.functions.isnan(value(sqrt(at(x, 3)), space=space))
    assert value(1 / at(x, 0), space=space, x=[0]) == space.functions.inf
    assert precise(30) is precise(30)


def test_complex_numbers_pass_where_a_function_is_analytic():
    h = precise().functions.mpc(0, "1e-40")
    f = from_expression((), at(x, 0) ** 3 * over("max", at(x, k), k) + over("lse", at(x, k), k))
    slope = evaluate(f, {"x": [2 + h, 1, 0]}, precise()).nested().imag / h.imag
    assert abs(slope - (32 + 1 / (1 + mpmath.exp(-1) + mpmath.exp(-2)))) < 1e-14
    for point in ((3, 4), (-3, 4), (-3, -4), (0, -2)):
        angle = BY_NAME["arctan2"].value(precise().functions, *(precise().take(v) + h for v in point))
        assert abs(angle.real - math.atan2(*point)) < 1e-15


# What goes in


@given(st.lists(st.integers(0, 3), max_size=3), st.randoms(use_true_random=False))
def test_arrays_keep_their_entries(shape, rng):
    numbers = np.array([rng.randint(-9, 9) for _ in range(math.prod(shape))], dtype=int).reshape(shape)
    got = array(numbers)
    assert got.shape == numbers.shape and got.data == numbers.ravel().tolist() and len(got) == numbers.size
    if numbers.size:
        assert array(got.nested()) == got and array(got) == got
        assert all(got[where] == numbers[where] for where in np.ndindex(numbers.shape))
        assert all(got[got.place(p)] == v for p, v in enumerate(got))


def test_numbers_of_all_kinds():
    kinds = [1, True, 1.0, F(1), Rational(1), np.float64(1), np.float32(1), np.int8(1), np.array(1)]
    for space in (FLOAT, EXACT, precise()):
        for one in kinds:
            assert evaluate(x, {"x": [one] if not isinstance(one, np.ndarray) else np.array([1])}, space).data == [1]
    assert EXACT.take(np.float64(0.1)) == F(1, 10)
    assert FLOAT.take(10**400) == math.inf and FLOAT.take(-(10**400)) == -math.inf
    for nonsense in ("1", None, 1j, object(), Symbol("a")):
        for space in (FLOAT, EXACT, precise()):
            with pytest.raises(EvaluationError, match="not a number"):
                evaluate(x, {"x": [nonsense]}, space)
    with pytest.raises(EvaluationError, match="not rational"):
        evaluate(x, {"x": [math.nan]}, EXACT)


WRONG = [
    ({"W": [[1, 2], [3, 4]]}, EvaluationError, r"no value for x\[n\]\ngive x=…"),
    ({"W": [[1, 2], [3, 4]], "x": [1, 2, 3]}, ShapeError, "axis . is n = . but . entries are given"),
    ({"W": [1, 2], "x": [1, 2]}, ShapeError, r"W: shape \(m, n\) takes 2 axes, values have 1"),
    ({"W": [[1, 2], [3]], "x": [1, 2]}, ShapeError, "rows of unequal length"),
    ({"W": [[1, 2], 3], "x": [1, 2]}, ShapeError, "rows of unequal length"),
    ({"W": [[1, [2]], [3, 4]], "x": [1, 2]}, ShapeError, "rows of unequal depth"),
]


@pytest.mark.parametrize("values, kind, message", WRONG)
def test_wrong_values(values, kind, message):
    f = from_expression((i,), total(at(W, i, j) * at(x, j), j))
    with pytest.raises(kind, match=message):
        evaluate(f, values)


def test_sizes():
    with pytest.raises(EvaluationError, match="the size s is not known\ngive s="):
        value(total(at(x, s * k), k))
    assert value(total(at(x, s * k), k), s=2) == X[0] + X[2]
    assert value(total(at(x, s * k), k), **{"s": np.int64(2)}) == X[0] + X[2]
    assert evaluate(from_expression((k,), at(x, s * k)), {"x": X, s: 2}, EXACT).data == [X[0], X[2], 0, 0]
    fixed = input_tensor("x", (3,))
    with pytest.raises(ShapeError, match="axis 0 is 3 but 4 entries"):
        evaluate(fixed, {"x": X})
    doubled = input_tensor("z", (2 * n,))
    f = from_expression((k,), at(doubled, k + n) + at(x, k))
    assert evaluate(f, {"z": [1, 2, 3, 4], "x": [10, 20]}, EXACT).data == [13, 24]


def test_values_may_name_more_than_is_used():
    x = input_tensor("x", (param("n"),))
    assert evaluate(x, {"x": [1, 2], "y": np.array([3, 4, 5]), "m": np.int64(7)}).data == [1, 2]


def test_a_scalar_input_and_a_size_of_one_name():
    a = input_tensor("n", ())
    f = from_expression((k,), at(x, k) * at(a))
    assert evaluate(f, {"n": 5, "x": [1, 2, 3]}, EXACT).data == [5, 10, 15]


@pytest.mark.parametrize(
    "body", [at(x, Quo(k, s)), at(x, Rem(k, s)), Divides(s, k + 1) * at(x, k), at(x, k / s)], ids=str
)
def test_a_stride_of_zero(body):
    with pytest.raises(EvaluationError, match="divides by 0"):
        value(total(body, k), s=0)


def test_an_index_map_that_is_no_integer():
    with pytest.raises(EvaluationError, match="is not an integer at"):
        value(total(at(x, k / 2), k))


def test_what_has_no_value():
    with pytest.raises(EvaluationError, match="no value is known for Partial"):
        value(Partial(at(x, 0), at(x, Index("u", n))))
    with pytest.raises(EvaluationError, match="not an index map"):
        tabulate((), Symbol("a"), {}, {}, EXACT)
    assert tabulate((), Entry(Slot(0), 1), {}, {Slot(0): Array((2,), [F(5), F(6)])}, EXACT).nested() == 6


# Against NumPy, on random affine accesses


def test_random_windows():
    rng = random.Random(5)
    for _ in range(60):
        size, taps = rng.randint(1, 7), rng.randint(1, 4)
        stride, dilation, padding, count = rng.randint(1, 3), rng.randint(1, 3), rng.randint(0, 3), rng.randint(1, 5)
        signal, kernel = ([rng.randint(-9, 9) for _ in range(length)] for length in (size, taps))
        t, w = input_tensor("t", (size,)), input_tensor("w", (taps,))
        o, c = Index("o", count), Index("c", taps)
        f = from_expression((o,), total(at(t, stride * o + dilation * c - padding) * at(w, c), c))
        padded = np.pad(signal, (padding, 40))
        want = [sum(padded[stride * a + dilation * b] * kernel[b] for b in range(taps)) for a in range(count)]
        assert evaluate(f, {"t": signal, "w": kernel}, EXACT).data == want
