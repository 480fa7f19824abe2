"""Convolution and its two gradients against plain loops: `==`, because integer-valued inputs make every sum exact."""

from itertools import product
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symgrad.kernels.routines import conv_strips, im2col
from symgrad.kernels.routines.conv2d import conv2d, conv2d_methods
from symgrad.kernels.routines.conv2d_input_gradient import conv2d_input_gradient, conv2d_input_gradient_methods
from symgrad.kernels.routines.conv2d_kernel_gradient import conv2d_kernel_gradient, conv2d_kernel_gradient_methods


def touches(out, size, stride, padding, dilation, inside):
    """All (i, r, u): window i at kernel offset r reads entry u = s·i + d·r − P, which lies inside."""
    where = ((i, r, stride * i + dilation * r - padding) for i, r in product(range(out), range(size)))
    return [(i, r, u) for i, r, u in where if 0 <= u < inside]


def loops(case, x=None, w=None, g=None):
    """Whichever of y, x̄, w̄ is not given, by the definition: one product at a time."""
    N, C, K, size, kernel, out = case["N"], case["C"], case["K"], case["in_size"], case["kernel_size"], case["out_size"]
    groups, kind = case["groups"], next(a for a in (x, w, g) if a is not None).dtype
    y, x_bar = np.zeros((N, K, *out), kind), np.zeros((N, C, *size), kind)
    w_bar = np.zeros((K, C // groups, *kernel), kind)
    rows, cols = (
        touches(out[a], kernel[a], case["stride"][a], case["padding"][a], case["dilation"][a], size[a]) for a in (0, 1)
    )
    for (i, r, u), (j, s, v), n, k, c in product(rows, cols, range(N), range(K), range(C // groups)):
        channel = k // (K // groups) * (C // groups) + c
        if g is None:
            y[n, k, i, j] += x[n, channel, u, v] * w[k, c, r, s]
        elif x is None:
            x_bar[n, channel, u, v] += g[n, k, i, j] * w[k, c, r, s]
        else:
            w_bar[k, c, r, s] += g[n, k, i, j] * x[n, channel, u, v]
    return y if g is None else x_bar if x is None else w_bar


def usual_out_size(case):
    """All windows inside the padded image."""
    axes = zip(*(case[name] for name in ("in_size", "kernel_size", "stride", "padding", "dilation")), strict=True)
    return tuple((size + 2 * P - d * (R - 1) - 1) // s + 1 for size, R, s, P, d in axes)


@st.composite
def cases(draw, **fixed):
    """Hyper-parameters and sizes, mostly with the usual output size, sometimes with any."""

    def pair(low, high):
        return draw(st.integers(low, high)), draw(st.integers(low, high))

    groups = draw(st.sampled_from((1, 1, 2, 3))) if "groups" not in fixed else fixed["groups"]
    case = {
        "N": draw(st.sampled_from((1, 1, 2, 2, 3, 0))),
        "C": groups * draw(st.integers(1, 3)),
        "K": groups * draw(st.integers(1, 3)),
        "groups": groups,
        "in_size": pair(1, 7),
        "kernel_size": pair(1, 4),
        "stride": pair(1, 3),
        "padding": pair(0, 5),
        "dilation": pair(1, 3),
        "seed": draw(st.integers(0, 2**32 - 1)),
        "layout": draw(st.sampled_from(LAYOUTS)),
    } | {name: draw(v) if isinstance(v, st.SearchStrategy) else v for name, v in fixed.items()}
    usual = usual_out_size(case)
    any_size = min(usual) < 0 or ("out_size" not in fixed and draw(st.integers(0, 3)) == 0)
    return case | {"out_size": pair(0, 6) if any_size else usual}


def planes(a):
    return a


def pixels(a):
    """The same array, channels-last in memory."""
    return np.ascontiguousarray(a.transpose(0, 2, 3, 1)).transpose(0, 3, 1, 2)


def scattered(a):
    """The same array, no two entries side by side in memory."""
    spread = np.full((*a.shape[:-1], 2 * a.shape[-1]), 99, a.dtype)
    spread[..., ::2] = a
    return spread[..., ::2]


LAYOUTS = (planes, pixels, scattered)


def arrays(case, kind=np.float64):
    """x, w, g with small integer values."""
    random, N, C, K = np.random.default_rng(case["seed"]), case["N"], case["C"], case["K"]
    shapes = (N, C, *case["in_size"]), (K, C // case["groups"], *case["kernel_size"]), (N, K, *case["out_size"])
    return [case["layout"](random.integers(-4, 5, shape).astype(kind)) for shape in shapes]


def hyper(case):
    return case["stride"], case["padding"], case["dilation"], case["groups"]


def forward(case, x, w, method=None):
    return conv2d(x, w, *hyper(case), out_size=case["out_size"], method=method)


def to_input(case, g, w, method=None):
    return conv2d_input_gradient(g, w, case["in_size"], *hyper(case), method=method)


def to_kernel(case, x, g, method=None):
    return conv2d_kernel_gradient(x, g, case["kernel_size"], *hyper(case), method=method)


def assert_same(got, want):
    assert got.shape == want.shape and got.dtype == want.dtype
    assert (got == want).all()


def assert_all_three(case, kind, methods=(None, None, None)):
    x, w, g = arrays(case, kind)
    y, x_bar, w_bar = loops(case, x=x, w=w), loops(case, g=g, w=w), loops(case, x=x, g=g)
    assert_same(forward(case, x, w, methods[0]), y)
    assert_same(to_input(case, g, w, methods[1]), x_bar)
    assert_same(to_kernel(case, x, g, methods[2]), w_bar)
    return y


@pytest.mark.parametrize("kind", (np.float64, np.float32, np.int64, np.int32), ids=lambda kind: kind.__name__)
@given(data=st.data())
def test_all_three_are_their_definitions(kind, data):
    assert_all_three(data.draw(cases()), kind)


DENSE = {"groups": 1, "dilation": (1, 1)}
ONE_BY_ONE = DENSE | {"kernel_size": (1, 1), "stride": (1, 1), "padding": (0, 0), "out_size": "usual"}
UP_TO_SIX = {"groups": 1, "stride": (1, 1), "kernel_size": st.tuples(*2 * [st.integers(3, 6)])}
DEPTHWISE = {"groups": 3, "C": 3}
FORWARD = (
    ("pointwise", ONE_BY_ONE),
    ("winograd", UP_TO_SIX),
    ("strips", DENSE),
    ("depthwise", DEPTHWISE),
    ("blocks", {}),
)
TO_INPUT = (
    *((method, hyper | {"stride": (1, 1)}) for method, hyper in FORWARD[:3]),
    ("blocks", {"stride": (1, 1)}),
    ("depthwise", DEPTHWISE | {"stride": (1, 1), "K": 3}),
    ("offsets", DEPTHWISE),
    ("scatter", {}),
    ("planes", {"groups": 1}),
)
FORCED = [
    *((forward, conv2d_methods, row) for row in FORWARD),
    *((to_input, conv2d_input_gradient_methods, row) for row in TO_INPUT),
    *((to_kernel, conv2d_kernel_gradient_methods, row) for row in FORWARD),
]


def operands(run, case, x, w, g):
    return {forward: {"x": x, "w": w}, to_input: {"g": g, "w": w}, to_kernel: {"x": x, "g": g}}[run]


def able(methods, case, kind=np.float64):
    """What a function like `conv2d_methods` says about a case."""
    shapes = {"x": (case["N"], case["C"], *case["in_size"]), "g": (case["N"], case["K"], *case["out_size"])}
    w = case["K"], case["C"] // case["groups"], *case["kernel_size"]
    sizes = {
        conv2d_methods: (shapes["x"], w, case["out_size"]),
        conv2d_input_gradient_methods: (shapes["g"], w, case["in_size"]),
        conv2d_kernel_gradient_methods: (shapes["x"], shapes["g"], case["kernel_size"]),
    }[methods]
    return methods(*sizes, *hyper(case), kind)


@pytest.mark.parametrize(("run", "methods", "row"), FORCED, ids=lambda v: v[0] if isinstance(v, tuple) else v.__name__)
@settings(max_examples=settings().max_examples // 2)
@given(data=st.data(), small_blocks=st.booleans())
def test_each_method_is_the_definition(run, methods, row, data, small_blocks):
    method, fixed = row
    case = data.draw(cases(**fixed))
    given_arrays = operands(run, case, *arrays(case))
    assert method in able(methods, case)
    with (
        patch.multiple(im2col, WORKSPACE_BYTES=1 if small_blocks else 1 << 20, WORKSPACE_ROWS=1),
        patch.object(conv_strips, "STRIP_BYTES", 1 if small_blocks else 1 << 20),
    ):
        assert_same(run(case, *given_arrays.values(), method), loops(case, **given_arrays))


@pytest.mark.parametrize("methods", (conv2d_methods, conv2d_input_gradient_methods, conv2d_kernel_gradient_methods))
@given(data=st.data())
def test_a_chosen_method_is_one_that_can_and_each_occurs_once(methods, data):
    names = able(methods, data.draw(cases()))
    assert len(set(names)) == len(names) > 0


@given(cases(padding=(0, 0)))
def test_results_are_channels_last_and_new(case):
    x, w, g = arrays(case)
    for image in (forward(case, x, w), to_input(case, g, w)):
        assert image.transpose(0, 2, 3, 1).flags.c_contiguous
        assert not any(np.shares_memory(image, a) for a in (x, w, g))


@pytest.mark.parametrize("R", (3, 5))
@pytest.mark.parametrize("dilation", (1, 2))
def test_float32_is_as_exact_as_float32_can_be(R, dilation):
    """The chosen method, here Winograd's, against plain products in float64; relative to the largest entry."""
    random, P = np.random.default_rng(R), dilation * (R - 1) // 2
    x, w, g = (pixels(random.standard_normal((a, b, c, c))) for a, b, c in ((8, 64, 14), (64, 64, R), (8, 64, 14)))
    window = (1, 1), (P, P), (dilation, dilation)
    for run, methods, *operands in (
        (conv2d, conv2d_methods, x, w, window, (14, 14)),
        (conv2d_input_gradient, conv2d_input_gradient_methods, g, w, window, (14, 14)),
        (conv2d_kernel_gradient, conv2d_kernel_gradient_methods, x, g, window, (R, R)),
    ):
        a, b, window, size = operands
        assert methods(a.shape, b.shape, size, *window, 1, np.float32)[0] == "winograd"
        sizes = (*window, 1, size) if run is conv2d else (size, *window, 1)
        got, want = run(a.astype(np.float32), b.astype(np.float32), *sizes), run(a, b, *sizes, method="blocks")
        assert got.dtype == np.float32
        assert abs(got - want).max() <= 2e-5 * abs(want).max()


def test_a_default_output_size_holds_all_windows_inside_the_padded_image():
    x, w = np.zeros((1, 2, 9, 7)), np.zeros((3, 2, 3, 2))
    assert conv2d(x, w, stride=(2, 1), padding=(1, 0), dilation=(1, 3)).shape == (1, 3, 5, 4)
