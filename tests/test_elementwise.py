"""Every row of ELEMENTWISE: its derivative, value, definition and texts say the same thing, also far from 0."""

import ast
import math
import pickle
from fractions import Fraction
from itertools import product

import mpmath
import numpy as np
import pytest
import sympy as sp

from symgrad.expr.arrays import Array
from symgrad.expr.elementwise import BY_HEAD, BY_NAME, ELEMENTWISE, KINK
from symgrad.expr.evaluate import EXACT, FLOAT, precise, tabulate
from symgrad.expr.nodes import Entry, Slot

MP = precise(50)
KINKED = [row for row in ELEMENTWISE if row.kinks]
SMOOTH = [row for row in ELEMENTWISE if not row.kinks]
CASES = [(row, k) for row in ELEMENTWISE for k in range(row.arity)]
each_row = pytest.mark.parametrize("row", ELEMENTWISE, ids=str)
each_derivative = pytest.mark.parametrize("row, k", CASES, ids=[f"{row}-{k}" for row, k in CASES])


def points(row):
    """Arguments in the domain, on both sides of every kink and close to it; no kink itself."""
    lo, hi = (Fraction(repr(v)) for v in row.domain)
    first = [lo + (hi - lo) * Fraction(k, 23) for k in range(1, 23)]
    first += [Fraction(k) + Fraction(s, 10**6) for k in row.kinks if k in (-3, -1, 0, 1, 3, 6) for s in (-1, 1)]
    if row.name == "clip":
        return [(x, Fraction(-1, 2), Fraction(4, 3)) for x in first] + [(x, Fraction(2), Fraction(1)) for x in first]
    if row.parameters:
        return list(product(first, (Fraction(3, 10), Fraction(7, 5))))
    return [(x,) for x in first] if row.arity == 1 else [(x, y) for x, y in product(first, first[::5]) if x != y]


def formula(row, k, *x, space=MP, kink=None):
    """The k-th derivative of the row at numbers, by the loops of `evaluate`."""
    entries = [Entry(Slot(place)) for place in range(row.arity)]
    chosen = {KINK: row.kink if kink is None else kink}
    e = row.derivatives[k](*entries, row.head(*entries)).xreplace(chosen)
    slots = {Slot(place): Array((), [space.take(v)]) for place, v in enumerate(x)}
    return tabulate((), e, {}, slots, space).data[0]


def value(row, *x, space=MP):
    return space.take(space.call(row, [space.take(v) for v in x]))


def defined(row, *x, by=None):
    """The definition, or its derivative by the k-th argument, as SymPy evaluates it."""
    symbols = sp.symbols(f"a:{row.arity}", real=True)
    e = row.definition(*symbols)
    e = sp.diff(e, symbols[by]) if by is not None else e
    numbers = {s: sp.Rational(v.numerator, v.denominator) for s, v in zip(symbols, x, strict=True)}
    return MP.functions.mpf(sp.sympify(e).subs(numbers).evalf(45))


def test_there_are_enough():
    assert len(ELEMENTWISE) >= 40


def test_names_are_unique():
    names = [name for row in ELEMENTWISE for name in (row.name, *row.aliases)]
    assert len(names) == len(set(names)) == len(BY_NAME)
    assert set(BY_HEAD.values()) == set(ELEMENTWISE)
    assert all(name.isidentifier() for name in names)


@each_derivative
def test_derivative_is_that_of_the_definition(row, k):
    for x in points(row):
        got, want = formula(row, k, *x), defined(row, *x, by=k)
        assert abs(got - want) <= 1e-38 * (1 + abs(want)), (x, got, want)


@each_row
def test_value_is_that_of_the_definition(row):
    for x in points(row):
        got, want = value(row, *x), defined(row, *x)
        assert abs(got - want) <= 1e-38 * (1 + abs(want)), (x, got, want)


@each_row
def test_value_in_doubles(row):
    for x in points(row):
        got, want = value(row, *x, space=FLOAT), float(value(row, *x))
        assert type(got) is float and got == pytest.approx(want, rel=1e-12, abs=1e-15), x


@each_derivative
def test_complex_step_sees_the_derivative(row, k):
    h = mpmath.mpf(10) ** -40
    for x in points(row):
        moved = [MP.take(v) + MP.functions.mpc(0, h if place == k else 0) for place, v in enumerate(x)]
        got = MP.take(MP.call(row, moved)).imag / h
        want = formula(row, k, *x)
        assert abs(got - want) <= 1e-9 * (1 + abs(want)), (x, got, want)


FAR = [s * v for v in (20, 50, 700, 1000) for s in (-1, 1)]


def far_points(row):
    if row.name == "clip":
        return [(x, -1, 1) for x in FAR]
    if row.parameters:
        return [(x, Fraction(1, 2)) for x in FAR]
    if row.arity == 1:
        return [(x,) for x in FAR if row.domain[0] < 0 or x > 0]
    return [pair for x in FAR for y in (x - 1, 3, -1000, 1000) for pair in ((x, y), (y, x)) if x != y]


def bounded(row):
    """arcsin and the like have no value at large arguments."""
    return row.name in ("arcsin", "arccos", "arctanh")


@each_row
def test_value_far_from_zero(row):
    for x in far_points(row):
        got, want = value(row, *x, space=FLOAT), value(row, *x)
        assert math.isnan(got) == bool(mpmath.isnan(want)), x
        if not math.isnan(got):
            assert not bounded(row)
            assert got == pytest.approx(float(want), rel=1e-11, abs=1e-300), x


@each_derivative
def test_derivative_far_from_zero(row, k):
    for x in far_points(row):
        got, want = formula(row, k, *x, space=FLOAT), formula(row, k, *x)
        if mpmath.isnan(want):
            assert bounded(row) or row.name in ("log1p",), x
        else:
            assert got == pytest.approx(float(want), rel=1e-11, abs=1e-15), x


@each_row
def test_nan_stays_nan(row):
    rest = (1.0,) * (row.arity - 1)
    assert math.isnan(value(row, math.nan, *rest, space=FLOAT)) or row.name == "hypot"


# What stands at a kink by default: PyTorch's choice.
PYTORCH = [
    ("abs", (0,), 0, 0),
    ("sign", (0,), 0, 0),
    ("relu", (0,), 0, 0),
    ("relu6", (0,), 0, 0),
    ("relu6", (6,), 0, 0),
    ("leaky_relu", (0, Fraction(1, 100)), 0, Fraction(1, 100)),
    ("elu", (0, 2), 0, 2),
    ("celu", (0, 2), 0, 1),
    ("hardtanh", (-1,), 0, 0),
    ("hardtanh", (1,), 0, 0),
    ("hardsigmoid", (-3,), 0, 0),
    ("hardsigmoid", (3,), 0, 0),
    ("hardswish", (-3,), 0, 0),
    ("hardswish", (3,), 0, 1),
    ("clip", (-1, -1, 2), 0, 1),
    ("clip", (2, -1, 2), 0, 1),
    ("clip", (-1, -1, 2), 1, 0),
    ("clip", (2, -1, 2), 2, 0),
    ("maximum", (3, 3), 0, Fraction(1, 2)),
    ("maximum", (3, 3), 1, Fraction(1, 2)),
    ("minimum", (3, 3), 0, Fraction(1, 2)),
    ("minimum", (3, 3), 1, Fraction(1, 2)),
]


@pytest.mark.parametrize("name, x, k, want", PYTORCH)
def test_default_at_a_kink(name, x, k, want):
    assert formula(BY_NAME[name], k, *x, space=EXACT) == want


SIDES = [(row, at) for row in KINKED for at in row.kinks if isinstance(at, int) and row.name != "sign"]


@pytest.mark.parametrize("row, at", SIDES, ids=[f"{row}-{at}" for row, at in SIDES])
def test_shares_zero_and_one_are_the_slopes_beside_the_kink(row, at):
    rest = [Fraction(3, 10)] * (row.arity - 1)
    sides = {formula(row, 0, Fraction(at) + Fraction(s, 10**45), *rest) for s in (-1, 1)}
    shares = {formula(row, 0, at, *rest, kink=sp.Integer(s)) for s in (0, 1)}
    if row.name == "abs":
        shares = {formula(row, 0, at, kink=sp.Integer(s)) for s in (-1, 1)}
    close = [any(abs(a - b) < 1e-30 for b in sides) for a in shares]
    assert len(shares) == 2 and all(close), (sides, shares)


@pytest.mark.parametrize("name", ["relu", "relu6", "abs", "hardsigmoid", "maximum", "clip", "leaky_relu"])
def test_piecewise_linear_rows_are_exact(name):
    row = BY_NAME[name]
    x = [Fraction(7, 3), Fraction(-1, 3), Fraction(5, 7)][: row.arity]
    assert isinstance(value(row, *x, space=EXACT), Fraction)


@each_row
def test_head_survives_pickling(row):
    x = sp.symbols("x:3")[: row.arity]
    e = row.head(*x)
    assert pickle.loads(pickle.dumps(e)) == e and pickle.loads(pickle.dumps(row.head)) is row.head
    assert BY_HEAD[e.func] is row


@each_row
def test_texts(row):
    assert row.latex and row.kernel
    assert all(f"{{{k}}}" in row.kernel for k in range(row.arity))
    assert len(row.parameters) <= row.arity - 1


KERNEL_NAMES = {"np": np, "erf": np.vectorize(math.erf), "erfc": np.vectorize(math.erfc)}


@each_row
def test_kernel_text_computes_the_value(row):
    args = [f"x{k}" for k in range(row.arity)]
    tree = compile(ast.parse(row.kernel.format(*args), mode="eval"), "kernel", "eval")
    rows = points(row) + ([] if bounded(row) else far_points(row))
    arrays = {a: np.array([float(x[k]) for x in rows]) for k, a in enumerate(args)}
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        got = eval(tree, {**KERNEL_NAMES, **arrays})
    want = [value(row, *x, space=FLOAT) for x in rows]
    np.testing.assert_allclose(got, want, rtol=1e-11, atol=1e-15)


@pytest.mark.parametrize("row", [row for row in ELEMENTWISE if hasattr(np, row.name)], ids=str)
def test_numpy_means_the_same(row):
    for x in points(row):
        want = getattr(np, row.name)(*map(float, x))
        assert value(row, *x, space=FLOAT) == pytest.approx(float(want), rel=1e-13, abs=1e-15)


@pytest.mark.parametrize("row", [r for r in ELEMENTWISE if r.arity == 1 and hasattr(math, r.name)], ids=str)
def test_a_row_computes_with_the_math_module(row):
    for (x,) in points(row):
        assert row.value(math, float(x)) == getattr(math, row.name)(float(x))
