"""Pooling routines against plain loops over every output and every entry of its window, with `==`."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symgrad.kernels.routines.pool import max_pool2d, min_pool2d, sum_pool2d
from symgrad.kernels.routines.pool_gradient import (
    max_pool2d_gradient,
    max_pool2d_split_gradient,
    sum_pool2d_gradient,
)
from symgrad.kernels.routines.pool_windows import pool_disjoint, pool_size
from symgrad.kernels.routines.pool_winners import max_pool2d_winners, min_pool2d_winners

LAYOUTS = {
    "NCHW": lambda x: x,
    "NHWC": lambda x: np.ascontiguousarray(x.transpose(0, 2, 3, 1)).transpose(0, 3, 1, 2),
    "NHCW": lambda x: np.ascontiguousarray(x.transpose(0, 2, 1, 3)).transpose(0, 2, 1, 3),
    "every other": lambda x: np.repeat(np.repeat(x, 2, axis=3), 2, axis=1)[:, ::2, :, ::2],
    "backwards": lambda x: x[:, :, ::-1].copy()[:, :, ::-1],
}
NUMBERS = {
    "float64": st.integers(-3, 3),  # few values: ties everywhere
    "float32": st.integers(-3, 3),
    "int64": st.integers(-(2**40), 2**40),
    "uint8": st.integers(0, 3),
    "with infinities": st.sampled_from([-1, 0, 2, math.inf, -math.inf]),
    "with NaN": st.sampled_from([-1, 0, 2, math.nan, -math.inf]),
}


@st.composite
def cases(draw, kinds=tuple(NUMBERS)):
    """(x, options): any window, any stride, and output sizes that reach beyond the image."""
    kind, pair = draw(st.sampled_from(kinds)), st.tuples
    size, kernel = draw(pair(st.integers(1, 7), st.integers(1, 7))), draw(pair(st.integers(1, 4), st.integers(1, 4)))
    stride, dilation = (draw(pair(st.integers(1, 3), st.integers(1, 3))) for _ in range(2))
    padding = draw(pair(st.integers(0, 3), st.integers(0, 3)))
    out = draw(pair(st.integers(1, 5), st.integers(1, 5)))
    shape = (draw(st.integers(1, 3)), draw(st.integers(1, 3)), *size)
    numbers = draw(st.lists(NUMBERS[kind], min_size=math.prod(shape), max_size=math.prod(shape)))
    x = np.array(numbers, "float64" if kind.startswith("with") else kind).reshape(shape)
    options = dict(kernel_size=kernel, stride=stride, padding=padding, dilation=dilation)
    return LAYOUTS[draw(st.sampled_from(sorted(LAYOUTS)))](x), out, options


def windows(x, out_size, kernel_size, stride, padding, dilation):
    """Each output (n, c, i, j) with the entries (n, c, h, w) of its window that lie inside the image, in order."""
    for n, c, i, j in itertools.product(*map(range, (*x.shape[:2], *out_size))):
        reads = [
            (stride[0] * i + dilation[0] * p - padding[0], stride[1] * j + dilation[1] * q - padding[1])
            for p in range(kernel_size[0])
            for q in range(kernel_size[1])
        ]
        inside = [(n, c, h, w) for h, w in reads if 0 <= h < x.shape[2] and 0 <= w < x.shape[3]]
        yield (n, c, i, j), inside


def winner(x, entries, best):
    """The first NaN, or the first entry with the best value."""
    values = [x[e] for e in entries]
    nan = [e for e, v in zip(entries, values, strict=True) if v != v]
    return nan[0] if nan else entries[values.index(best(values))]


def plain_extreme(x, out, options, best, neutral):
    y = np.full((*x.shape[:2], *out), neutral, x.dtype)
    for at, entries in windows(x, out, **options):
        if entries:
            y[at] = x[winner(x, entries, best)]
    return y


def plain_gradient(g, x, out, options, best, split=False):
    gradient = np.zeros(x.shape)
    for at, entries in windows(x, out, **options):
        if not entries:
            continue
        first = winner(x, entries, best)
        tied = [e for e in entries if x[e] == x[first]] if split and x[first] == x[first] else [first]
        for e in tied:
            gradient[e] += g[at] / len(tied)
    return gradient


def cotangent(y):
    """Distinct integers, each divisible by any number of ties in a window of at most 16."""
    return (np.arange(y.size, dtype="float64").reshape(y.shape) - y.size // 2) * 720720


def same(got, want):
    assert got.shape == want.shape
    assert got.dtype == want.dtype
    assert np.array_equal(got, want, equal_nan=got.dtype.kind == "f")


def neutrals(x):
    return (-math.inf, math.inf) if x.dtype.kind == "f" else (np.iinfo(x.dtype).min, np.iinfo(x.dtype).max)


@given(cases())
@settings(max_examples=2 * settings().max_examples)
def test_extremes_and_the_gradient_to_their_first_winner(case):
    x, out, options = case
    least, most = neutrals(x)
    rows = (max_pool2d, max_pool2d_winners, max, least), (min_pool2d, min_pool2d_winners, min, most)
    for forward, with_winners, best, neutral in rows:
        want = plain_extreme(x, out, options, best, neutral)
        y, winners = with_winners(x, **options, out_size=out)
        same(forward(x, **options, out_size=out), want)
        same(y, want)
        g = cotangent(y)
        same(max_pool2d_gradient(g, winners, x.shape[2:], **options), plain_gradient(g, x, out, options, best))


@given(cases())
def test_ties_that_share(case):
    x, out, options = case
    for forward, best in ((max_pool2d, max), (min_pool2d, min)):
        y = forward(x, **options, out_size=out)
        g = cotangent(y)
        got = max_pool2d_split_gradient(g, x, y, **options)
        same(got, plain_gradient(g, x, out, options, best, split=True))


@given(cases(kinds=("float64", "float32", "int64")))
def test_sums_and_their_gradient(case):
    x, out, options = case
    want, gradient = np.zeros((*x.shape[:2], *out), x.dtype), np.zeros(x.shape)
    g = cotangent(want)
    for at, entries in windows(x, out, **options):
        for e in entries:
            want[at] += x[e]
            gradient[e] += g[at]
    same(sum_pool2d(x, **options, out_size=out), want)
    same(sum_pool2d_gradient(g, x.shape[2:], **options), gradient)


@pytest.mark.parametrize("dtype", ["float32", "float64", "int32", "int64"])
def test_results_keep_the_type_and_lie_channels_last(dtype):
    x = np.arange(2 * 3 * 6 * 6).reshape(2, 3, 6, 6).astype(dtype)
    y, winners = max_pool2d_winners(x, (3, 3), (1, 1))
    results = [
        *(f(x, (3, 3), (1, 1)) for f in (max_pool2d, min_pool2d, sum_pool2d)),
        y,
        max_pool2d_gradient(y, winners, (6, 6), (3, 3), (1, 1)),
        sum_pool2d_gradient(y, (6, 6), (3, 3), (1, 1)),
    ]
    for r in results:
        assert r.dtype == dtype
        assert r.transpose(0, 2, 3, 1).flags.c_contiguous


@pytest.mark.parametrize("kernel, stride", [((2, 2), (2, 2)), ((3, 3), (2, 2)), ((17, 16), (1, 1))])
def test_images_of_several_parts_are_whole(kernel, stride):
    x = np.random.default_rng(0).integers(0, 9, (3, 40, 90, 50)).astype("float64")
    size = pool_size(x.shape[2:], kernel, stride, (1, 1), (1, 1))
    view = np.lib.stride_tricks.sliding_window_view
    padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)), constant_values=-math.inf)
    seen = view(padded, kernel, axis=(2, 3))[:, :, :: stride[0], :: stride[1]].reshape(3, 40, *size, -1)
    y, winners = max_pool2d_winners(x, kernel, stride, (1, 1))
    same(y, seen.max(axis=-1))
    same(max_pool2d(x, kernel, stride, (1, 1)), y)
    n, c, i, j = np.ogrid[tuple(map(slice, y.shape))]
    p, q = np.divmod(seen.argmax(axis=-1), kernel[1])
    g, want = cotangent(y), np.zeros(x.shape)
    np.add.at(want, (n, c, stride[0] * i + p - 1, stride[1] * j + q - 1), g)
    same(max_pool2d_gradient(g, winners, x.shape[2:], kernel, stride, (1, 1)), want)
    sums = view(np.where(padded == -math.inf, 0, padded), kernel, axis=(2, 3))[:, :, :: stride[0], :: stride[1]].sum(
        axis=(4, 5)
    )
    same(sum_pool2d(x, kernel, stride, (1, 1)), sums)
    g = g // 720720  # small enough for exact sums
    assert np.vdot(sum_pool2d_gradient(g, x.shape[2:], kernel, stride, (1, 1)), x) == np.vdot(g, sums)


@given(st.integers(1, 5), st.integers(1, 5), st.integers(1, 5))
def test_disjoint_windows_share_no_entry(k, s, d):
    entries = [{s * i + d * p for p in range(k)} for i in range(30)]
    shared = any(a & b for a, b in itertools.combinations(entries, 2))
    assert pool_disjoint((k, 1), (s, 1), (d, 1)) == (not shared)


def test_a_window_wholly_outside_has_no_winner():
    x = np.array([[[[3.0]]]])
    y, winners = max_pool2d_winners(x, (1, 1), (1, 1), (1, 1))
    assert y[0, 0].tolist() == [[-math.inf] * 3, [-math.inf, 3, -math.inf], [-math.inf] * 3]
    assert max_pool2d_gradient(np.full_like(y, 7), winners, (1, 1), (1, 1), (1, 1), (1, 1)).item() == 7


def test_an_empty_batch():
    x = np.zeros((0, 3, 8, 8), "float32")
    y, winners = max_pool2d_winners(x, (2, 2), (2, 2))
    assert y.shape == max_pool2d(x, (2, 2), (2, 2)).shape == sum_pool2d(x, (2, 2), (2, 2)).shape == (0, 3, 4, 4)
    assert max_pool2d_gradient(y, winners, (8, 8), (2, 2), (2, 2)).shape == x.shape
    assert sum_pool2d_gradient(y, (8, 8), (2, 2), (2, 2)).shape == x.shape


@pytest.mark.needs_torch
@pytest.mark.parametrize(
    "kernel, stride, padding, dilation, ceil", [(2, 2, 0, 1, False), (3, 2, 1, 1, True), (3, 1, 1, 2, False)]
)
def test_pooling_equals_torch(kernel, stride, padding, dilation, ceil):
    torch = pytest.importorskip("torch")
    x = np.random.default_rng(1).integers(-4, 5, (2, 3, 12, 11)).astype("float64")
    t = torch.from_numpy(x).requires_grad_(True)
    theirs = torch.nn.functional.max_pool2d(t, kernel, stride, padding, dilation, ceil_mode=ceil)
    options = dict(
        zip(
            ("kernel_size", "stride", "padding", "dilation"),
            ((v, v) for v in (kernel, stride, padding, dilation)),
            strict=True,
        )
    )
    y, winners = max_pool2d_winners(x, **options, out_size=tuple(theirs.shape[2:]))
    same(y, theirs.detach().numpy())
    theirs.backward(torch.from_numpy(cotangent(y)))
    same(max_pool2d_gradient(cotangent(y), winners, x.shape[2:], **options), t.grad.numpy())
