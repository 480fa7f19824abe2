"""Equations over windows become calls of routines, whatever their axes: they agree exactly with plain loops."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import symgrad.expr.protocols  # noqa: F401  gives tensors their operators
from symgrad import nn
from symgrad.calculus.derive import weighted
from symgrad.calculus.sweep import pull_back
from symgrad.expr.conventions import Conventions
from symgrad.expr.indices import Index, param
from symgrad.expr.nodes import Entry, Equal, Inside, over, total
from symgrad.expr.shaping import reshape
from symgrad.expr.tensors import from_expression, input_tensor
from symgrad.kernels import compile_outputs
from tests.test_kernels_compile import check_with_gradients

FEW = settings(deadline=None, max_examples=max(1, settings().max_examples // 2))


def axes(letters, least=0, most=2):
    """Some indices with small sizes."""
    return st.lists(st.integers(1, 3), min_size=least, max_size=most).map(
        lambda sizes: [Index(letter, n) for letter, n in zip(letters, sizes, strict=False)]
    )


@st.composite
def window(draw, out, tap, most=4):
    """(index map, out, tap, size of the axis): out or tap may be left out, and the last rows may lie outside."""
    reach, count, stride, dilation = (draw(st.integers(1, min(n, most))) for n in (3, 4, 3, 2))
    i, p = Index(out, count), Index(tap, reach)
    padding = draw(st.integers(0, 3))
    end = stride * (count - 1) + dilation * (reach - 1) - padding
    size = max(1, end + 1 + draw(st.integers(-2, 2)))
    return stride * i + dilation * p - padding, i, p, size


def volumes():
    return st.tuples(*(window(i, p, most=2) for i, p in ("ip", "jq", "or")))


@st.composite
def convolutions(draw):
    """(Y, X, K): batch, group, channel and kernel axes, any number of each, in any order."""
    batch, groups, channels, kernels = draw(axes("nm")), draw(axes("gh", most=1)), draw(axes("cd")), draw(axes("kl"))
    windows = draw(st.tuples(window("i", "p"), window("j", "q")) | st.tuples(window("i", "p")) | volumes())
    reads = [*((a, a.size) for a in (*batch, *groups, *channels)), *((w[0], w[3]) for w in windows)]
    reads = draw(st.permutations(reads))
    taps, outs = [w[2] for w in windows], [w[1] for w in windows]
    kernel = draw(st.permutations([*groups, *channels, *kernels, *taps]))
    free = draw(st.permutations([*batch, *groups, *kernels, *outs]))
    X, K = input_tensor("X", [n for _, n in reads]), input_tensor("K", [a.size for a in kernel])
    body = total(
        Entry(X.ref, *(e for e, _ in reads)) * Entry(K.ref, *kernel), *draw(st.permutations([*channels, *taps]))
    )
    return from_expression(free, body), X, K


def drawn(shape, seed):
    return np.random.default_rng(seed).integers(-3, 4, [int(n) for n in shape]).astype(float)


@FEW
@given(convolutions(), st.integers(0, 99), st.booleans())
def test_convolutions(case, seed, biased):
    Y, X, K = case
    values = {"X": drawn(X.shape, seed), "K": drawn(K.shape, seed + 1)}
    check_with_gradients(Y + 3 if biased else Y, [X, K], values, exact=True)


@st.composite
def pools(draw):
    """(Y, X) for a pool over one or two axes of X, with any other axes in any order."""
    op = draw(st.sampled_from(["max", "min", "sum"]))
    plain = draw(axes("nmc", most=3))
    windows = draw(st.tuples(window("i", "p"), window("j", "q")) | st.tuples(window("i", "p")))
    reads = draw(st.permutations([*((a, a.size) for a in plain), *((w[0], w[3]) for w in windows)]))
    X = input_tensor("X", [n for _, n in reads])
    guard = 1
    for where, size in reads:
        guard *= Inside(where, size) if op != "sum" else 1
    taps = draw(st.permutations([w[2] for w in windows]))
    free = draw(st.permutations([*plain, *(w[1] for w in windows)]))
    return from_expression(free, over(op, Entry(X.ref, *(e for e, _ in reads)), *taps, guard=guard)), X


@FEW
@given(pools(), st.integers(0, 99), st.sampled_from(["first", "split"]))
def test_pools(case, seed, ties):
    Y, X = case
    exact = ties == "first"
    check_with_gradients(Y, [X], {"X": drawn(X.shape, seed)}, conventions=Conventions(ties=ties), exact=exact)


# Which routines are called.


def calls(outputs):
    """The routines for images in the last function of the program."""
    text = compile_outputs(outputs).source
    return sorted(re.findall(r"\b((?:conv|max_pool|min_pool|sum_pool)[23]d\w*)\(", text[text.rindex("\ndef ") :]))


def strided(s=2, P=1, H=9, groups=None):
    n, k, i, j, c = (Index(a, z) for a, z in zip("nkijc", (2, 4, 5, 5, 3), strict=True))
    p, q = Index("p", 3), Index("q", 3)
    g = [Index("g", groups)] if groups else []
    X, K = input_tensor("X", (2, *(a.size for a in g), 3, H, H)), input_tensor("K", (*(a.size for a in g), 4, 3, 3, 3))
    where = s * i + p - P, s * j + q - P
    body = total(Entry(X.ref, n, *g, c, *where) * Entry(K.ref, *g, k, c, p, q), c, p, q)
    return from_expression((n, *g, k, i, j), body), X, K


@pytest.mark.parametrize("groups", [None, 2])
def test_a_convolution_and_its_gradients(groups):
    Y, X, K = strided(groups=groups)
    _, G = weighted(Y, "G")
    names = ["conv2d", "conv2d_input_gradient", "conv2d_kernel_gradient"]
    assert calls([Y, *pull_back(Y, [X, K], G)]) == names
    b = input_tensor("b", (5,))
    assert calls([Y + b, *pull_back(Y + b, [X, K, b], G)]) == names


def test_a_convolution_of_volumes():
    layer = nn.Conv3d(2, 3, 3, padding=1, stride=(1, 2, 1), groups=1)
    forward = layer.build((2, 4, 5, 4))
    _, G = weighted(forward.output, "G")
    wrt = [*forward.inputs, *forward.parameters.values()]
    names = ["conv3d", "conv3d_input_gradient", "conv3d_kernel_gradient"]
    assert calls([forward.output, *pull_back(forward.output, wrt, G)]) == names


def test_with_symbolic_sizes():
    N, C, K, H, R, s, d, P, OH = map(param, ("N", "C", "K", "H", "R", "s", "d", "P", "OH"))
    n, k, i, c, p = (Index(a, size) for a, size in zip("nkicp", (N, K, OH, C, R), strict=True))
    X, W = input_tensor("X", (N, C, H)), input_tensor("W", (K, C, R))
    Y = from_expression((n, k, i), total(Entry(X.ref, n, c, s * i + d * p - P) * Entry(W.ref, k, c, p), c, p))
    _, G = weighted(Y, "G")
    assert calls([Y, *pull_back(Y, [X, W], G)]) == ["conv2d", "conv2d_input_gradient", "conv2d_kernel_gradient"]


def test_a_kernel_gradient_written_by_hand_is_one():
    _, X, _ = strided()
    n, k, i, j, c = (Index(a, z) for a, z in zip("nkijc", (2, 4, 5, 5, 3), strict=True))
    p, q = Index("p", 3), Index("q", 3)
    G = input_tensor("G", (2, 4, 5, 5))
    body = total(Entry(X.ref, n, c, 2 * i + p - 1, 2 * j + q - 1) * Entry(G.ref, n, k, i, j), n, i, j)
    assert calls([from_expression((k, c, p, q), body)]) == ["conv2d_kernel_gradient"]


def test_a_pool_shares_its_winners():
    n, i, p = Index("n", 2), Index("i", 4), Index("p", 3)
    X = input_tensor("X", (2, 9))
    at = 2 * i + p - 1
    Y = from_expression((n, i), over("max", Entry(X.ref, n, at), p, guard=Inside(at, 9)))
    assert calls([Y]) == ["max_pool2d"]
    _, G = weighted(Y, "G")
    assert calls([Y, *pull_back(Y, [X], G)]) == ["max_pool2d_gradient", "max_pool2d_winners"]


def test_what_only_looks_like_a_pool_is_none():
    """Without the guard, what lies outside counts as 0."""
    n, i, p = Index("n", 2), Index("i", 4), Index("p", 3)
    X = input_tensor("X", (2, 9))
    Y = from_expression((n, i), over("max", Entry(X.ref, n, 2 * i + p - 1), p))
    assert calls([Y]) == []
    check_with_gradients(Y, [X], {"X": -1 - np.abs(drawn((2, 9), 0))})


def test_reshapes_are_reshapes():
    m, n = param("m"), param("n")
    X = input_tensor("X", (m, n, 4))
    Y = reshape(X, (m, n * 4))
    _, G = weighted(Y, "G")
    text = compile_outputs([Y, *pull_back(Y, [X], G)]).source
    assert text.count(".reshape(") == 2 and "look_up" not in text and "windows(" not in text


# Transposed convolutions.


@st.composite
def transposes(draw):
    """(Y, X, K): `Σ [u = s·i+d·p−P] X[n,g,c,i] K[g,c,k,p]` over one or two axes, axes in any order."""
    batch, groups, channels, kernels = draw(axes("nm")), draw(axes("gh", most=1)), draw(axes("cd")), draw(axes("kl"))
    windows = draw(st.tuples(window("i", "p"), window("j", "q")) | st.tuples(window("i", "p")))
    spread = draw(st.permutations([*batch, *groups, *channels, *(w[1] for w in windows)]))
    kernel = draw(st.permutations([*groups, *channels, *kernels, *(w[2] for w in windows)]))
    outs = [Index(letter, w[3]) for letter, w in zip("uv", windows, strict=False)]
    X, K = input_tensor("X", [a.size for a in spread]), input_tensor("K", [a.size for a in kernel])
    body = Entry(X.ref, *spread) * Entry(K.ref, *kernel)
    for u, w in zip(outs, windows, strict=True):
        body *= Equal(u, w[0])
    taps = [i for w in windows for i in w[1:3]]
    return (
        from_expression(draw(st.permutations([*batch, *groups, *kernels, *outs])), total(body, *channels, *taps)),
        X,
        K,
    )


@FEW
@given(transposes(), st.integers(0, 99))
def test_transposed_convolutions(case, seed):
    Y, X, K = case
    check_with_gradients(Y, [X, K], {"X": drawn(X.shape, seed), "K": drawn(K.shape, seed + 1)}, exact=True)


def test_a_transposed_convolution_and_its_gradients():
    n, c, k, i, p, u = (Index(a, z) for a, z in zip("nckipu", (2, 3, 4, 5, 3, 9), strict=True))
    X, K = input_tensor("X", (2, 3, 5)), input_tensor("K", (3, 4, 3))
    body = total(Equal(u, 2 * i + p - 1) * Entry(X.ref, n, c, i) * Entry(K.ref, c, k, p), c, i, p)
    Y = from_expression((n, k, u), body)
    _, G = weighted(Y, "G")
    names = ["conv2d", "conv2d_input_gradient", "conv2d_kernel_gradient"]
    assert calls([Y, *pull_back(Y, [X, K], G)]) == names


def test_one_tensor_as_image_and_kernel():
    x = input_tensor("x", (5,))
    i, p = Index("i", 3), Index("p", 3)
    y = from_expression((i,), total(Entry(x.ref, i + p) * Entry(x.ref, p), p))
    check_with_gradients(y, [x], {"x": drawn((5,), 1)}, exact=True)
