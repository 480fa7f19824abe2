"""Row routines, error functions and blocks against mpmath, exact sums and what NumPy computes without blocks."""

import math

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symgrad.kernels.routines.blocks import in_blocks, memory_order
from symgrad.kernels.routines.error_functions import erf, erfc
from symgrad.kernels.routines.normal import normal_cdf, normal_cdf_density
from symgrad.kernels.routines.rows import logsumexp_rows, logsumexp_softmax_rows, max_rows, softmax_rows, sum_rows

INF, NAN = math.inf, math.nan


@st.composite
def arrays(draw, numbers):
    """(x, axes): one to three axes in any memory order, some of them to be reduced."""
    sizes = st.lists(st.sampled_from([1, 2, 3, 5, 33]), min_size=1, max_size=3)
    shape = draw(sizes.filter(lambda s: math.prod(s) <= 200))
    order = draw(st.permutations(range(len(shape))))
    axes = tuple(draw(st.sets(st.sampled_from(range(len(shape))), min_size=1)))
    seed = draw(st.lists(numbers, min_size=1, max_size=50))
    x = np.resize(np.array(seed, draw(st.sampled_from(["float32", "float64"]))), shape)
    return np.ascontiguousarray(x.transpose(order)).transpose(np.argsort(order)), axes


def rows_of(x, axes):
    """Each place of the result with the entries that it is made of."""
    kept = [a for a in range(x.ndim) if a not in axes]
    for place in np.ndindex(*(x.shape[a] for a in kept)):
        index = [slice(None)] * x.ndim
        for a, i in zip(kept, place, strict=True):
            index[a] = i
        yield place, tuple(index), x[tuple(index)].ravel().tolist()


@given(arrays(st.integers(-99, 99)))
def test_sums_and_maxima_are_exact(case):
    x, axes = case
    sums, tops = sum_rows(x, axes), max_rows(x, axes)
    assert sums.dtype == tops.dtype == x.dtype
    for place, _, entries in rows_of(x, axes):
        assert sums.squeeze(axes)[place] == sum(entries)
        assert tops.squeeze(axes)[place] == max(entries)


MILD = st.floats(-30, 30, width=32)
WILD = st.one_of(st.floats(-1000, 1000, width=32), st.sampled_from([1000, -1000, -INF]))


@given(arrays(MILD) | arrays(WILD))
def test_logsumexp_and_softmax_at_any_size_of_number(case):
    x, axes = case
    eps = float(np.finfo(x.dtype).eps)
    values, weights = logsumexp_softmax_rows(x, axes)
    assert values.dtype == weights.dtype == x.dtype
    for place, index, entries in rows_of(x, axes):
        total = mpmath.fsum(mpmath.exp(v) for v in entries)
        if total == 0:
            assert values[place] == -INF
            assert np.isnan(weights[index]).all()
            continue
        want = mpmath.log(total)
        assert abs(values[place] - want) <= 4 * eps * (abs(want) + 4)
        shares = [float(mpmath.exp(v) / total) for v in entries]
        rounding = [eps * (8 + abs(max(entries) - v)) if v > -INF else 0 for v in entries]
        got = weights[index].ravel().tolist()
        tiny = float(np.finfo(x.dtype).tiny)
        assert all(abs(a - b) <= e * b + tiny for a, b, e in zip(got, shares, rounding, strict=True))


def test_infinite_and_undefined_rows():
    x = np.array([[INF, 0.0, -INF], [NAN, 0, 0], [-INF, -INF, -INF], [1000, 1000, -INF], [INF, INF, 1]])
    assert np.array_equal(logsumexp_rows(x, (1,)), [INF, NAN, -INF, 1000 + math.log(2), INF], equal_nan=True)
    assert np.isnan(softmax_rows(x, (1,))[[1, 2]]).all()
    assert softmax_rows(x, (-1,))[3].tolist() == [0.5, 0.5, 0]
    assert logsumexp_rows(np.array([[0, 0]]), (1,)).tolist() == [math.log(2)]  # integers


def test_no_rows_and_rows_without_entries():
    assert logsumexp_rows(np.zeros((0, 3)), (1,)).shape == (0,)
    assert softmax_rows(np.zeros((0, 3)), (1,)).shape == (0, 3)
    assert sum_rows(np.zeros((2, 0)), (1,)).tolist() == [[0], [0]]


POINTS = np.concatenate(
    [
        np.linspace(-6, 6, 1201),
        np.linspace(-40, 40, 401),
        *(s * np.logspace(-30, 0, 91) for s in (1, -1)),
        [0.46875, 1.0, np.nextafter(1, 0), 3.9370039, 4.0, 10.5, 28.0],
    ]
)
EXACT = {
    erf: mpmath.erf,
    erfc: mpmath.erfc,
    normal_cdf: lambda x: mpmath.erfc(-x / mpmath.sqrt(2)) / 2,
    lambda x: normal_cdf_density(x)[1]: lambda x: mpmath.exp(-x * x / 2) / mpmath.sqrt(2 * mpmath.pi),
}


@pytest.mark.parametrize("routine, exact", EXACT.items(), ids=["erf", "erfc", "normal_cdf", "normal density"])
@pytest.mark.parametrize("dtype, steps", [("float64", lambda x: 5), ("float32", lambda x: 5 + x * x)])
def test_error_functions_are_exact_to_a_few_roundings(routine, exact, dtype, steps):
    """Relative error in steps of eps, down to the smallest normal number; float32 rounds x² in exp(−x²)."""
    x, info = POINTS.astype(dtype), np.finfo(dtype)
    with mpmath.workdps(30):
        for point, got in zip(x.tolist(), routine(x).tolist(), strict=True):
            want = exact(mpmath.mpf(point))
            allowed = steps(min(abs(point), 40)) * float(info.eps) * abs(want)
            assert abs(got - want) <= allowed + 4 * float(info.tiny), (point, got)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_error_functions_at_the_ends(dtype):
    x = np.array([-INF, -1e30, -0.0, 0.0, 1e30, INF, NAN], dtype)
    assert np.array_equal(erf(x), [-1, -1, 0, 0, 1, 1, NAN], equal_nan=True)
    assert np.signbit(erf(x)[2])
    assert np.array_equal(erfc(x), [2, 2, 1, 1, 0, 0, NAN], equal_nan=True)
    assert np.array_equal(normal_cdf(x), [0, 0, 0.5, 0.5, 1, 1, NAN], equal_nan=True)
    assert np.abs(erf(np.linspace(-9, 9, 9999).astype(dtype))).max() == 1
    assert erf(x).dtype == erfc(x).dtype == normal_cdf(x).dtype == dtype


@pytest.mark.parametrize("routine", [erf, erfc, normal_cdf])
@pytest.mark.parametrize("shape", [(), (0,), (3, 5), (1 << 17,)])
def test_error_functions_of_any_shape_written_over_their_argument(routine, shape):
    x = np.random.default_rng(0).standard_normal(shape)
    x = np.asarray(x)
    want = routine(x)
    assert want.shape == shape
    assert routine(x, out=x) is x
    assert np.array_equal(x, want)


def test_error_functions_of_integers():
    assert erf(np.array([0, 9])).tolist() == [0, 1]
    assert erfc([0, -9]).tolist() == [1, 2]


@given(
    st.permutations(range(3)),
    st.permutations(range(3)),
    st.integers(1, 30),
    st.lists(st.integers(0, 4), min_size=3, max_size=3),
)
@settings(max_examples=settings().max_examples // 2)
def test_blocks_give_what_the_whole_gives(order, other, size, shape):
    """Operands in one memory order or two, blocks of any size, a scalar, two outs."""

    def function(x, y, a, total, product, work):
        np.multiply(x, a, out=work[0])
        np.add(work[0], y, out=total)
        np.multiply(work[0], y, out=product)

    def laid(x, order):
        return np.ascontiguousarray(x.transpose(order)).transpose(np.argsort(order))

    x = np.arange(math.prod(shape), dtype="float64").reshape(shape)
    a, b = laid(x, order), laid(x[::-1], other)
    total, product = in_blocks(function, (a, b, 3.0), (np.empty_like(a), np.empty_like(a)), 1, size)
    assert np.array_equal(total, 3 * x + x[::-1])
    assert np.array_equal(product, 3 * x * x[::-1])
    assert a.transpose(memory_order(a)).flags.c_contiguous


def test_blocks_refuse_outs_with_gaps():
    with pytest.raises(ValueError, match="dense"):
        in_blocks(lambda x, out, work: None, (np.zeros((4, 3)),), (np.zeros((4, 8))[:, :3],))
