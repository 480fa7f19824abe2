"""Convolution and pooling: derived gradients are equal, to the last digit, to plain loops over the definition."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sympy import Integer, Mul

from symgrad.calculus.derive import Story, weighted
from symgrad.calculus.sweep import pull_back
from symgrad.expr.affine import Quo, Rem, window_count
from symgrad.expr.conventions import PYTORCH, Conventions
from symgrad.expr.evaluate import EXACT, FLOAT, evaluate
from symgrad.expr.indices import Index, param
from symgrad.expr.nodes import Entry, Inside, over, total
from symgrad.expr.tensors import from_expression, input_tensor
from tests.references import Convolution, Pooling, Window, filled, inner, nested, positions, quotient

# How the equation is written: which numbers stay symbols until the equation is evaluated.


@dataclass(frozen=True)
class Writing:
    """Writes a number as itself or, where its name is among `symbolic`, as a parameter that is bound at evaluation."""

    symbolic: frozenset[str]

    def __call__(self, name, value):
        return param(name) if name in self.symbolic else Integer(value)


NAMES = ("N", "groups", "C", "O", *(f"{letter}{axis}" for letter in "HKsPd" for axis in (0, 1)))
WRITINGS = st.one_of(
    st.just(Writing(frozenset())),
    st.just(Writing(frozenset(NAMES))),
    st.builds(Writing, st.frozensets(st.sampled_from(NAMES))),
)


@st.composite
def windows(draw, axes, kernels=3):
    """Windows of strides 1–4, paddings 0–3, dilations 1–3 on sizes that they divide or do not; at least one fits."""
    found = []
    for _ in range(axes):
        kernel = draw(st.integers(1, kernels))
        stride, padding, dilation = draw(st.integers(1, 4)), draw(st.integers(0, 3)), draw(st.integers(1, 3))
        least = max(1, dilation * (kernel - 1) + 1 - 2 * padding)
        size = draw(st.integers(least, least + (5 if axes == 1 else 3)))
        found.append(Window(size, kernel, stride, padding, dilation))
    return tuple(found)


@st.composite
def convolutions(draw):
    return Convolution(
        draw(st.integers(1, 2).flatmap(windows)),
        batch=draw(st.integers(1, 2)),
        groups=draw(st.integers(1, 3)),
        channels=draw(st.integers(1, 2)),
        outputs=draw(st.integers(1, 2)),
    )


def axes_of(write, conv_windows):
    """For each spatial axis: (cells, taps, places) as indices and the index map that joins them."""
    for a, w in enumerate(conv_windows):
        n, k = write(f"H{a}", w.size), write(f"K{a}", w.kernel)
        s, padding, d = write(f"s{a}", w.stride), write(f"P{a}", w.padding), write(f"d{a}", w.dilation)
        i = Index("ij"[a], window_count(n, k, stride=s, padding=padding, dilation=d))
        p = Index("pq"[a], k)
        yield n, p, i, s * i + d * p - padding


def numbers(write, conv_windows, **sizes):
    """The values of the symbols that no input's shape shows."""
    for a, w in enumerate(conv_windows):
        sizes |= {f"s{a}": w.stride, f"P{a}": w.padding, f"d{a}": w.dilation, f"K{a}": w.kernel, f"H{a}": w.size}
    return {name: value for name, value in sizes.items() if name in write.symbolic}


def written(conv: Convolution, write: Writing, form: str):
    """(Y, X, K, b) of a convolution; `form` says how groups are written.

    "axis":   K[g,k,c,p…], X[n, gC + c, …], Y[n,g,k,i…]
    "radix":  K[m,c,p…],   X[n, ⌊m/O⌋C + c, …], Y[n,m,i…]
    "both":   K[g,k,c,p…] at g = ⌊m/O⌋ and k = m mod O, Y[n,m,i…]
    """
    N, groups, C, O = (
        write("N", conv.batch),
        write("groups", conv.groups),
        write("C", conv.channels),
        write("O", conv.outputs),
    )
    size, taps, places, cells = zip(*axes_of(write, conv.windows), strict=True)
    kernel = tuple(p.size for p in taps)
    n, g, k, c, m = Index("n", N), Index("g", groups), Index("k", O), Index("c", C), Index("m", groups * O)
    group, out = {"axis": (g, (g, k)), "radix": (Quo(m, O), (m,)), "both": (Quo(m, O), (m,))}[form]
    weight = {"axis": (g, k), "radix": (m,), "both": (Quo(m, O), Rem(m, O))}[form]
    lead = (groups * O,) if form == "radix" else (groups, O)
    X = input_tensor("X", (N, groups * C, *size))
    K = input_tensor("K", (*lead, C, *kernel))
    b = input_tensor("b", lead)
    body = total(Entry(X.ref, n, C * group + c, *cells) * Entry(K.ref, *weight, c, *taps), c, *taps)
    return from_expression((n, *out, *places), body + Entry(b.ref, *weight), name="Y"), X, K, b


def regrouped(shape, axis, conv, form, *, of):
    """A shape with the channels of Y, K or b in the form's own axes."""
    split = form == "axis" or (form == "both" and of != "Y")
    return (*shape[:axis], conv.groups, conv.outputs, *shape[axis + 1 :]) if split else shape


def as_lists(array, shape, into):
    """A dict of positions as nested lists of another shape with as many entries, row-major."""
    return nested(dict(zip(positions(into), (array[w] for w in positions(shape)), strict=True)), into)


def gradients(Y, wrt, conventions=PYTORCH):
    """The gradients of ⟨G, Y⟩ by both roads: the reverse sweep and the derivation for reading."""
    L, G = weighted(Y, "G")
    swept = pull_back(Y, wrt, G, conventions)
    told = [Story(L, x, conventions).tensor() for x in wrt]
    return swept, told


FORMS = ("axis", "radix", "both")


@settings(max_examples=2 * settings().max_examples // 5)
@given(convolutions(), WRITINGS, st.sampled_from(FORMS), st.integers(0, 2**32))
def test_convolution_and_its_gradients(conv, write, form, seed):
    rng = random.Random(seed)
    x_shape, k_shape, b_shape, y_shape = conv.shapes
    X, K, b, G = (filled(shape, rng) for shape in conv.shapes)
    k_form, b_form = (regrouped(s, 0, conv, form, of="K") for s in (k_shape, b_shape))
    y_form = regrouped(y_shape, 1, conv, form, of="Y")
    values = {
        "X": nested(X, x_shape),
        "K": as_lists(K, k_shape, k_form),
        "b": as_lists(b, b_shape, b_form),
        "G": as_lists(G, y_shape, y_form),
        **numbers(write, conv.windows, N=conv.batch, groups=conv.groups, C=conv.channels, O=conv.outputs),
    }
    Y, *wrt = written(conv, write, form)
    assert evaluate(Y, values, EXACT).nested() == as_lists(conv(X, K, b), y_shape, y_form)
    expected = [
        as_lists(g, shape, into)
        for g, shape, into in zip(
            conv.gradients(X, K, b, G), (x_shape, k_shape, b_shape), (x_shape, k_form, b_form), strict=True
        )
    ]
    for road in gradients(Y, wrt):
        assert [a.nested() for a in evaluate(road, values, EXACT)] == expected


@st.composite
def pools(draw):
    return Pooling(
        draw(st.integers(1, 2).flatmap(windows)),
        kind=draw(st.sampled_from(("max", "min", "average", "norm"))),
        batch=draw(st.integers(1, 2)),
        channels=draw(st.integers(1, 2)),
    )


def pooled(pool: Pooling, write: Writing):
    """(Y, X): a tap that falls on padding is no value of a maximum, and counts as 0 in an average or a norm."""
    size, taps, places, cells = zip(*axes_of(write, pool.windows), strict=True)
    n, c = Index("n", write("N", pool.batch)), Index("c", write("C", pool.channels))
    X = input_tensor("X", (n.size, c.size, *size))
    entry = Entry(X.ref, n, c, *cells)
    inside = Mul(*(Inside(e, m) for e, m in zip(cells, size, strict=True)))
    if pool.kind in ("max", "min"):
        body = over(pool.kind, entry, *taps, guard=inside)
    elif pool.kind == "norm":
        body = over("norm", entry, *taps)
    else:
        body = total(entry, *taps) / Mul(*(p.size for p in taps))
    return from_expression((n, c, *places), body, name="Y"), X


@settings(max_examples=settings().max_examples // 2)
@given(pools(), WRITINGS, st.sampled_from(("first", "split")), st.integers(0, 2**32))
def test_pooling_and_its_gradient(pool, write, ties, seed):
    x_shape, y_shape = pool.shapes
    assume(pool.kind == "average" or all(pool.seen(where) for where in positions(y_shape)))
    rng = random.Random(seed)
    X, G = filled(x_shape, rng), filled(y_shape, rng)
    extra = numbers(write, pool.windows, N=pool.batch, C=pool.channels)
    values = {"X": nested(X, x_shape), "G": nested(G, y_shape), **extra}
    Y, x = pooled(pool, write)
    space, equal = (FLOAT, close) if pool.kind == "norm" else (EXACT, same)
    equal(evaluate(Y, values, space), pool(X))
    for (road,) in gradients(Y, [x], Conventions(ties=ties)):
        equal(evaluate(road, values, space), pool.gradient(X, G, ties))


def same(got, want):
    assert list(got) == list(want.values())


def close(got, want):
    """A norm leaves the rationals: equal up to rounding, relative to the largest summand."""
    for a, b in zip(got, want.values(), strict=True):
        assert math.isclose(a, b, rel_tol=1e-13, abs_tol=1e-13)


# The references are judged by difference quotients, which are exact where the function is linear.


@given(convolutions(), st.integers(0, 2**32))
@settings(max_examples=settings().max_examples // 5)
def test_the_reference_of_convolution_is_its_difference_quotient(conv, seed):
    rng = random.Random(seed)
    X, K, b, G = (filled(shape, rng) for shape in conv.shapes)
    by_x, by_k, by_b = conv.gradients(X, K, b, G)
    u, v, w = (rng.choice(list(g)) for g in (by_x, by_k, by_b))
    assert by_x[u] == quotient(lambda X: inner(conv(X, K, b), G), X, u)
    assert by_k[v] == quotient(lambda K: inner(conv(X, K, b), G), K, v)
    assert by_b[w] == quotient(lambda b: inner(conv(X, K, b), G), b, w)


@given(pools(), st.integers(0, 2**32))
@settings(max_examples=settings().max_examples // 5)
def test_the_reference_of_pooling_is_its_difference_quotient(pool, seed):
    x_shape, y_shape = pool.shapes
    assume(pool.kind != "norm" and all(pool.seen(where) for where in positions(y_shape)))
    rng = random.Random(seed)
    distinct = rng.sample(range(1000), math.prod(x_shape))
    X, G = dict(zip(positions(x_shape), distinct, strict=True)), filled(y_shape, rng)
    gradient = pool.gradient(X, G)
    for u in positions(x_shape):
        assert gradient[u] == quotient(lambda X: inner(pool(X), G), X, u)


def test_a_tie_goes_to_the_first_in_row_major_order_or_is_split():
    pool = Pooling((Window(2, 2), Window(2, 2)))
    X = {(0, 0, 0, 0): 1, (0, 0, 0, 1): 5, (0, 0, 1, 0): 5, (0, 0, 1, 1): 5}
    G = {(0, 0, 0, 0): 6}
    assert list(pool.gradient(X, G, "first").values()) == [0, 6, 0, 0]
    assert list(pool.gradient(X, G, "split").values()) == [0, 2, 2, 2]


def test_a_padded_window_of_negative_numbers_does_not_see_the_padding():
    pool = Pooling((Window(3, 2, stride=2, padding=1),))
    Y, x = pooled(pool, Writing(frozenset()))
    values = {"X": [[[-3, -2, -1]]], "G": [[[10, 100]]]}
    assert evaluate(Y, values, EXACT).nested() == [[[-3, -1]]]
    for (road,) in gradients(Y, [x]):
        assert evaluate(road, values, EXACT).nested() == [[[10, 0, 100]]]


def test_the_lecture_s_max_pool():
    """3×3 windows at stride 2 on 5×5: overlapping windows that share a maximum add their cotangents."""
    pool = Pooling((Window(5, 3, stride=2), Window(5, 3, stride=2)))
    image = [[1, 3, 2, 7, 2], [5, 1, 3, 0, 5], [4, 8, 5, 0, 6], [3, 2, 6, 0, 8], [0, 7, 4, 6, 9]]
    Y, x = pooled(pool, Writing(frozenset()))
    values = {"X": [[image]], "G": [[[[1, 10], [100, 1000]]]]}
    assert evaluate(Y, values, EXACT).nested() == [[[[8, 7], [8, 9]]]]
    expected = [[0, 0, 0, 10, 0], [0, 0, 0, 0, 0], [0, 101, 0, 0, 0], [0, 0, 0, 0, 0], [0, 0, 0, 0, 1000]]
    for (road,) in gradients(Y, [x]):
        assert evaluate(road, values, EXACT).nested() == [[expected]]
