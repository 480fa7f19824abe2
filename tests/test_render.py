"""What is printed can be read: it parses back, LaTeX is valid, and the lecture's formulas look like the lecture's."""

import math

import pytest
import sympy as sp
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from symgrad.errors import LimitError
from symgrad.expr.affine import Quo, Rem
from symgrad.expr.elementwise import BY_NAME
from symgrad.expr.evaluate import FLOAT, Array, tabulate
from symgrad.expr.indices import Index, fresh, param
from symgrad.expr.nodes import Compare, Divides, Entry, Equal, Inside, Pick, over
from symgrad.expr.tensors import input_tensor
from symgrad.parse import parse_expression
from symgrad.render.guards import implied
from symgrad.render.printer import show
from tests.katex import render

M, N, S = map(param, "mns")
SIZES = {M: 2, N: 3, S: 2}
TENSORS = {
    name: input_tensor(name, shape)
    for name, shape in {"f": (), "loss": (), "q": (M,), "x": (N,), "W": (M, N), "W1": (N, N), "T": (M, N, N)}.items()
}
FREE = (Index("i", M), Index("j", N))
FUNCTIONS = [name for name in ("sigmoid", "tanh", "exp", "log", "relu", "abs", "sin", "maximum") if name in BY_NAME]


# Random expressions: entries at the indices in scope, built from every kind of node


@st.composite
def maps(draw, scope, size):
    """An index map that may stand at an axis of this size."""
    alone = [i for i in scope if i.size == size]
    some = draw(st.sampled_from([*scope, *alone, *alone, *alone]))
    kind = draw(st.integers(0, 9))
    if kind < 6 and alone:
        return draw(st.sampled_from(alone))
    if kind == 6:
        return sp.Integer(draw(st.integers(0, 2)))
    if kind == 7:
        return draw(st.sampled_from([Quo, Rem]))(
            some + draw(st.integers(0, 3)), draw(st.sampled_from([S, sp.Integer(2)]))
        )
    return draw(st.sampled_from([1, 2, S])) * some + draw(st.sampled_from([0, 1, -1, -S, N - 1]))


@st.composite
def entries(draw, scope):
    t = draw(st.sampled_from([*TENSORS.values()]))
    return Entry(t.ref, *(draw(maps(scope, n)) for n in t.shape))


@st.composite
def conditions(draw, scope):
    a, b = (draw(maps(scope, N)) for _ in range(2))
    kind = draw(st.integers(0, 4))
    if kind == 0:
        return Equal(a, b)
    if kind == 1:
        return Inside(a, draw(st.sampled_from([M, N])))
    if kind == 2:
        return Divides(draw(st.sampled_from([S, sp.Integer(2)])), a)
    x, y = draw(entries(scope)), draw(st.one_of(entries(scope), st.just(sp.Integer(0))))
    return Compare(draw(st.sampled_from(Compare.RELATIONS)), x, y)


@st.composite
def reductions(draw, scope, depth):
    bound = tuple(fresh(draw(st.sampled_from(FREE))) for _ in range(draw(st.integers(1, 2))))
    op = draw(st.sampled_from(["sum", "sum", "sum", "prod", "max", "min", "lse", "norm"]))
    inner = (*scope, *bound)
    guard = draw(conditions(inner)) if op in ("prod", "max") and draw(st.booleans()) else sp.Integer(1)
    body = draw(bodies(inner, depth - 1))
    return over(op, body, *bound, guard=sp.Mul(guard, *implied(op, body, bound)))


@st.composite
def picks(draw, scope):
    bound = tuple(fresh(i) for i in FREE)
    ties, op = draw(st.sampled_from(["first", "split"])), draw(st.sampled_from(["max", "min"]))
    body = draw(entries(bound))
    return Pick(
        ties, op, body, sp.Mul(*implied(op, body, bound)), tuple(draw(maps(scope, i.size)) for i in bound), bound
    )


def bodies(scope, depth):
    leaf = st.one_of(entries(scope), entries(scope), st.sampled_from([sp.Integer(2), sp.Rational(-3, 2), M, sp.pi]))
    if not depth:
        return leaf
    part = bodies(scope, depth - 1)
    return st.one_of(
        leaf,
        st.lists(part, min_size=2, max_size=3).map(lambda a: sp.Add(*a)),
        st.lists(part, min_size=2, max_size=3).map(lambda a: sp.Mul(*a)),
        st.tuples(part, part).map(lambda a: a[0] - a[1]),
        st.tuples(part, st.sampled_from([2, 3, -1, sp.Rational(1, 2), sp.Rational(-2, 3)])).map(lambda a: power(*a)),
        st.tuples(st.sampled_from(FUNCTIONS), part, part).map(lambda a: apply(*a)),
        st.tuples(conditions(scope), part).map(lambda a: a[0] * a[1]),
        reductions(scope, depth),
        picks(scope),
    )


def power(base, exponent):
    return base if base == 0 else base**exponent


def apply(name, *args):
    row = BY_NAME[name]
    return row.head(*args[: row.arity])


def is_real(e):
    roots = (p for p in e.atoms(sp.Pow) if p.base.is_number and p.base.is_negative and not p.exp.is_integer)
    return not (e.has(sp.I, sp.zoo, sp.nan, sp.oo) or any(roots))


EXPRESSIONS = bodies(FREE, 3).filter(is_real)


def value(e):
    """The entries of e at fixed numbers."""
    arrays = {}
    for k, t in enumerate(TENSORS.values()):
        shape = tuple(SIZES[n] for n in t.shape)
        arrays[t.ref] = Array(shape, [((7 * a + 3 * k) % 11 + 1) / 4 for a in range(math.prod(shape))])
    return tabulate(FREE, e, SIZES, arrays, FLOAT).data


def same(a, b):
    return math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-9) or not (math.isfinite(a) or math.isfinite(b))


@pytest.mark.parametrize("style", ["code", "unicode"])
@given(EXPRESSIONS)
@settings(max_examples=3 * settings().max_examples)
def test_a_printed_form_parses_back(style, e):
    text = show(e, style, free=FREE)
    try:
        again = parse_expression(text, TENSORS, {i.letter: i for i in FREE})
    except LimitError:  # a tower of functions of numbers; no text is so by intention
        reject()
    assert all(map(same, value(e), value(again))), text


@given(EXPRESSIONS)
def test_latex_is_valid(e):
    for delta in (False, True):
        render(show(e, "latex", free=FREE, delta=delta))
