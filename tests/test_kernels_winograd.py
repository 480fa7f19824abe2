"""Winograd's convolutions: the matrices are proved, and results equal plain loops to the last digit."""

from __future__ import annotations

from contextlib import ExitStack
from fractions import Fraction
from itertools import product
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import ImmutableMatrix, Integer, Rational

from symgrad.errors import OptionError
from symgrad.kernels.routines import winograd, winograd_parts, winograd_transforms
from symgrad.kernels.routines.threads import TEAM
from symgrad.kernels.routines.winograd import winograd_conv2d, winograd_input_gradient, winograd_kernel_gradient
from symgrad.kernels.toom_cook import POINTS, Transforms, residuals, toom_cook

# The matrices.

STANDARD = tuple(map(Integer, (0, 1, -1, 2, -2)))
LAVIN_GRAY = {  # arXiv 1509.09308; G in units of 1/2 and 1/24
    2: (
        [[1, 1, 1, 0], [0, 1, -1, -1]],
        [[2, 0, 0], [1, 1, 1], [1, -1, 1], [0, 0, 2]],
        [[1, 0, -1, 0], [0, 1, 1, 0], [0, -1, 1, 0], [0, 1, 0, -1]],
    ),
    4: (
        [[1, 1, 1, 1, 1, 0], [0, 1, -1, 2, -2, 0], [0, 1, 1, 4, 4, 0], [0, 1, -1, 8, -8, 1]],
        [[6, 0, 0], [-4, -4, -4], [-4, 4, -4], [1, 2, 4], [1, -2, 4], [0, 0, 24]],
        [
            [4, 0, -5, 0, 1, 0],
            [0, -4, -4, 1, 1, 0],
            [0, 4, -4, -1, 1, 0],
            [0, -2, -1, 2, 1, 0],
            [0, 2, -1, -2, 1, 0],
            [0, 4, 0, -5, 0, 1],
        ],
    ),
}
RATIONALS = st.builds(Rational, st.integers(-4, 4), st.integers(1, 4))


@pytest.mark.parametrize("points", [POINTS[2], POINTS[4], STANDARD], ids=str)
def test_the_transforms_compute_the_correlation(points):
    m = len(points) - 1
    assert residuals(toom_cook(m, 3, points)) == [0] * m


@settings(max_examples=max(settings().max_examples // 5, 1))
@given(st.integers(1, 4), st.integers(1, 4), st.data())
def test_any_points_give_a_correlation(m, r, data):
    points = data.draw(st.lists(RATIONALS, min_size=m + r - 2, max_size=m + r - 2, unique=True))
    assert residuals(toom_cook(m, r, points)) == [0] * m


@pytest.mark.parametrize("matrix", Transforms._fields)
def test_a_wrong_entry_is_seen(matrix):
    right = toom_cook(4, 3, POINTS[4])
    wrong = getattr(right, matrix).as_mutable()
    wrong[2, 2] += Rational(1, 1000)
    assert any(residuals(right._replace(**{matrix: ImmutableMatrix(wrong)})))


@pytest.mark.parametrize("points", [(), STANDARD, (Integer(0), Integer(1), Integer(1))], ids=str)
def test_points_must_be_different_and_enough(points):
    with pytest.raises(OptionError, match=r"F\(2, 3\) takes 3 different points"):
        toom_cook(2, 3, points)


@pytest.mark.parametrize("m", [2, 4])
def test_the_standard_points_give_the_published_matrices(m):
    """Up to the signs of the products, which cancel between the three."""
    AT, G, BT = toom_cook(m, 3, STANDARD[: m + 1])
    theirs = [ImmutableMatrix(rows) for rows in LAVIN_GRAY[m]]
    theirs[1] = theirs[1] / (2 if m == 2 else 24)
    assert residuals(Transforms(*theirs)) == [0] * m
    for i in range(m + 2):
        rows = ((AT.T, theirs[0].T), (G, theirs[1]), (BT, theirs[2]))
        assert np.prod([_sign(ours.row(i), published.row(i)) for ours, published in rows]) == 1


def _sign(ours, published):
    """1 or −1 where the rows are equal up to that sign, else 0."""
    return next((s for s in (1, -1) if ours == s * published), 0)


@pytest.mark.parametrize("m", [2, 4])
@pytest.mark.parametrize("name", Transforms._fields)
def test_the_constants_are_the_derived_rationals(name, m):
    """Each entry is the double nearest to the rational, which is the rational itself in A and B."""
    derived = getattr(toom_cook(m, 3, POINTS[m]), name)
    literal = getattr(winograd_transforms, f"WINOGRAD_{name}")[m]
    assert literal.dtype == np.float64
    assert literal.tolist() == [[int(v.p) / int(v.q) for v in derived.row(i)] for i in range(derived.rows)]
    if name != "G" or m == 2:
        assert [[Fraction(float(np.float32(v))) for v in row] for row in literal.tolist()] == [
            [Fraction(int(v.p), int(v.q)) for v in derived.row(i)] for i in range(derived.rows)
        ]


# The convolutions, against loops over the definition in Python's integers.


def loops(x, w, g, padding):
    """`Y[n,k,i,j] = Σ_{c,r,s} X[n,c,i+r−P,j+s−Q] W[k,c,r,s]`, X̄ and W̄ by the definition; G is the cotangent of Y."""
    X, W, G = x.tolist(), w.tolist(), g.tolist()
    Y, x_bar, w_bar = (np.zeros(a.shape, object).tolist() for a in (g, x, w))
    (N, C, H, width), (_, K, OH, OW) = x.shape, g.shape
    for n, k, i, j, c, r, s in product(*map(range, (N, K, OH, OW, C, 3, 3))):
        u, v = i + r - padding[0], j + s - padding[1]
        if 0 <= u < H and 0 <= v < width:
            Y[n][k][i][j] += X[n][c][u][v] * W[k][c][r][s]
            x_bar[n][c][u][v] += G[n][k][i][j] * W[k][c][r][s]
            w_bar[k][c][r][s] += G[n][k][i][j] * X[n][c][u][v]
    return (np.array(a, float).reshape(like.shape) for a, like in ((Y, g), (x_bar, x), (w_bar, w)))


LAYOUTS = {
    "NCHW": np.ascontiguousarray,
    "channels-last": lambda a: np.ascontiguousarray(a.transpose(0, 2, 3, 1)).transpose(0, 3, 1, 2),
    "a slice": lambda a: np.repeat(np.repeat(a, 2, axis=3), 2, axis=1)[:, ::2, :, ::2],
    "flipped": lambda a: np.ascontiguousarray(a[:, :, ::-1, ::-1])[:, :, ::-1, ::-1],
}
SIZES = st.tuples(st.integers(1, 7), st.integers(1, 7))


@st.composite
def problems(draw):
    N, C, K, seed = (draw(st.integers(*bounds)) for bounds in ((1, 3), (1, 4), (1, 4), (0, 10**6)))
    rng = np.random.default_rng(seed)
    shapes = (N, C, *draw(SIZES)), (K, C, 3, 3), (N, K, *draw(SIZES))
    arrays = [rng.integers(-9, 10, shape).astype(float) for shape in shapes]
    padding = draw(st.tuples(st.integers(-2, 4), st.integers(-2, 4)))
    return *(LAYOUTS[draw(st.sampled_from(sorted(LAYOUTS)))](a) for a in arrays), padding


def all_three(x, w, g, padding, m=None):
    yield winograd_conv2d(x, w, padding, g.shape[2:], m)
    yield winograd_input_gradient(g, w, x.shape[2:], padding, m)
    yield winograd_kernel_gradient(x, g, padding, m)


def limits(**values):
    """The limits at which the work is divided, set so that small problems are divided too."""
    stack = ExitStack()
    for module in (winograd, winograd_parts, winograd_transforms):
        stack.enter_context(patch.multiple(module, **{k: v for k, v in values.items() if hasattr(module, k)}))
    return stack


@given(problems())
def test_integers_are_exact_in_float64(problem):
    for got, want in zip(all_three(*problem), loops(*problem), strict=True):
        assert got.dtype == np.float64
        assert got.shape == want.shape
        assert (got == want).all()


@given(problems(), st.integers(1, 3000), st.integers(1, 40), st.integers(1, 3), st.integers(1, 1000), st.integers(1, 2))
def test_integers_are_exact_however_the_work_is_divided(problem, part_bytes, small, chunk, block_bytes, threads):
    divided = limits(
        **dict(WINOGRAD_PART_BYTES=part_bytes, SMALL_PRODUCT=small, WINOGRAD_CHUNK=chunk),
        WINOGRAD_BLOCK_BYTES=block_bytes,
    )
    any_size = patch("symgrad.kernels.routines.threads.WORTH_A_THREAD", 0)
    before = TEAM.set(threads)
    with divided, any_size, patch.object(winograd, "winograd_parts", _by_bytes(part_bytes)):
        results = list(all_three(*problem))
    TEAM.reset(before)
    for got, want in zip(results, loops(*problem), strict=True):
        assert (got == want).all()


def _by_bytes(part_bytes):
    """The kernel gradient makes its parts as large as itself; here they are small."""
    parts = winograd.winograd_parts
    return lambda N, out_size, m, tile_bytes, _: parts(N, out_size, m, tile_bytes, part_bytes)


@given(problems())
def test_tiles_of_four_agree_in_float64(problem):
    for got, want in zip(all_three(*problem, m=4), loops(*problem), strict=True):
        assert np.abs(got - want).max() <= 1e-13 * max(np.abs(want).max(), 1000)


@pytest.mark.parametrize("C, K", [(70, 130), (600, 33)])
def test_integers_are_exact_over_several_chunks_and_parts(C, K):
    rng = np.random.default_rng(0)
    x, w, g = (rng.integers(-9, 10, s).astype(float) for s in ((2, C, 19, 22), (K, C, 3, 3), (2, K, 18, 21)))
    wide = np.pad(x.astype(int), ((0, 0), (0, 0), (1, 1), (1, 1)))
    y, w_bar, x_bar = np.zeros(g.shape, int), np.zeros(w.shape, int), np.zeros(wide.shape, int)
    for r, s in product(range(3), range(3)):
        window = np.s_[:, :, r : r + 18, s : s + 21]
        y += np.tensordot(w[:, :, r, s], wide[window], (1, 1)).transpose(1, 0, 2, 3).astype(int)
        x_bar[window] += np.tensordot(w[:, :, r, s], g, (0, 1)).transpose(1, 0, 2, 3).astype(int)
        w_bar[:, :, r, s] = np.tensordot(g, wide[window], ((0, 2, 3), (0, 2, 3)))
    for got, want in zip(all_three(x, w, g, (1, 1)), (y, x_bar[:, :, 1:-1, 1:-1], w_bar), strict=True):
        assert (got == want).all()


@pytest.mark.parametrize("m, bound", [(2, 2e-6), (4, 1e-5)])
def test_the_error_in_float32_is_small(m, bound):
    """Relative to the largest entry; 512 channels, as many as VGG and ResNet have in layers of this kind."""
    rng = np.random.default_rng(0)
    shapes = (2, 512, 14, 14), (64, 512, 3, 3), (2, 64, 14, 14)
    single = [rng.standard_normal(shape).astype(np.float32) for shape in shapes]
    exact = all_three(*(a.astype(np.float64) for a in single), (1, 1))
    for got, want in zip(all_three(*single, (1, 1), m), exact, strict=True):
        assert got.dtype == np.float32
        assert np.abs(got - want).max() <= bound * np.abs(want).max()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_results_are_channels_last_and_inputs_stay(dtype):
    rng = np.random.default_rng(0)
    arrays = [rng.standard_normal(s).astype(dtype) for s in ((2, 5, 9, 8), (4, 5, 3, 3), (2, 4, 9, 8))]
    before = [a.copy() for a in arrays]
    y, x_bar, w_bar = all_three(*arrays, (1, 1))
    assert y.dtype == x_bar.dtype == w_bar.dtype == dtype
    assert y.transpose(0, 2, 3, 1).flags.c_contiguous
    assert x_bar.transpose(0, 2, 3, 1).flags.c_contiguous
    assert w_bar.flags.c_contiguous
    assert all((a == b).all() for a, b in zip(arrays, before, strict=True))


@pytest.mark.parametrize(
    "shape", [(0, 2, 5, 5, 3, 5, 5), (2, 0, 5, 5, 3, 5, 5), (2, 2, 5, 5, 0, 5, 5), (2, 2, 5, 5, 3, 0, 5)]
)
def test_nothing_gives_zeros(shape):
    N, C, H, W, K, OH, OW = shape
    x, w, g = np.ones((N, C, H, W)), np.ones((K, C, 3, 3)), np.ones((N, K, OH, OW))
    for got, want in zip(all_three(x, w, g, (1, 1)), (g, x, w), strict=True):
        assert got.shape == want.shape
        assert not got.any()


@pytest.mark.needs_torch
@pytest.mark.parametrize("padding", [0, 1, 2])
@pytest.mark.parametrize("dtype, bound", [(np.float64, 1e-13), (np.float32, 1e-5)])
def test_results_are_those_of_pytorch(padding, dtype, bound):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(padding)
    x, w = (
        torch.tensor(rng.standard_normal(s).astype(dtype), requires_grad=True)
        for s in ((3, 40, 17, 16), (70, 40, 3, 3))
    )
    y = torch.nn.functional.conv2d(x, w, padding=padding)
    g = torch.tensor(rng.standard_normal(tuple(y.shape)).astype(dtype))
    wanted = [a.detach().numpy() for a in (y, *torch.autograd.grad(y, (x, w), g))]
    given = [a.detach().numpy() for a in (x, w, g)]
    for got, want in zip(all_three(*given, (padding, padding)), wanted, strict=True):
        assert np.abs(got - want).max() <= bound * np.abs(want).max()
