"""What is printed can be read: it parses back, LaTeX is valid, and the lecture's formulas look like the lecture's."""

import math
import os
from functools import cache
from pathlib import Path

import pytest
import sympy as sp
from hypothesis import given, reject, settings
from hypothesis import strategies as st

import symgrad as sg
from symgrad.derivation import Derivation, Step
from symgrad.errors import LimitError, OptionError
from symgrad.expr import named
from symgrad.expr.affine import Quo, Rem
from symgrad.expr.elementwise import BY_NAME
from symgrad.expr.evaluate import FLOAT, Array, tabulate
from symgrad.expr.guards import implied
from symgrad.expr.indices import Index, fresh, param
from symgrad.expr.nodes import Compare, Divides, Entry, Equal, Inside, Partial, Pick, over
from symgrad.expr.tensors import input_tensor
from symgrad.faces.printing import unjudged
from symgrad.parse import parse_expression, parse_program
from symgrad.render.formats import FORMATS, formatter
from symgrad.render.page import Row, index_rows
from symgrad.render.printer import show
from symgrad.render.sizes import equation_latex, equation_text
from tests.katex import render

M, N, S = map(param, "mns")
SIZES = {M: 2, N: 3, S: 2}
SHAPES = {"f": (), "loss": (), "q": (M,), "x": (N,), "v": (S,), "W": (M, N), "W1": (N, N), "T": (M, N, N)}
TENSORS = {name: input_tensor(name, shape) for name, shape in SHAPES.items()}
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


# Letters


def test_forty_nested_sums_never_share_a_letter():
    x, inner = TENSORS["x"], sp.Integer(1)
    for _ in range(40):
        k = fresh(Index("k", N))
        inner = over("sum", Entry(x.ref, k) * inner, k)
    text = show(inner, "code")
    bound = [part.split("]")[0] for part in text.split("sum[")[1:]]
    assert len(set(bound)) == 40
    assert "x" not in bound


def test_siblings_use_a_letter_again_and_a_free_one_is_left_alone():
    k, x = Index("k", N), TENSORS["x"]
    total = over("sum", Entry(x.ref, k), k)
    assert show(total**2 + total, "code") == "(sum[k] x[k])**2 + sum[k] x[k]"
    assert show(Entry(x.ref, fresh(k)) * total, "code") == "x[k]*sum[l] x[l]"


def test_an_index_is_never_called_like_a_tensor():
    i = Index("i", N)
    t = input_tensor("i", (N,))
    assert show(Entry(t.ref, i), "code") == "i[j]"


# Spelling


x, q, W, W1 = (TENSORS[name] for name in ("x", "q", "W", "W1"))
i, j = FREE
k = Index("k", M)
SPELLED = {
    "2 qᵢ xⱼ": (2 * Entry(q.ref, i) * Entry(x.ref, j), "2*q[i]*x[j]", "2 q_{i} x_{j}"),
    "Σₖ qₖ²": (over("sum", Entry(q.ref, k) ** 2, k), "sum[k] q[k]**2", r"\sum_{k} q_{k}^{2}"),
    "1 − qᵢ²": (1 - Entry(q.ref, i) ** 2, "1 - q[i]**2", "1 - q_{i}^{2}"),
    "W1₀ⱼ": (Entry(W1.ref, 0, j), "W1[0,j]", "{W_{1}}_{0,j}"),
    "x[10]": (Entry(x.ref, 10), "x[10]", "x_{10}"),
    "x[2j−s]": (Entry(x.ref, 2 * j - S), "x[2*j-s]", "x_{2 j - s}"),
    "x[⌊j/s⌋]": (Entry(x.ref, Quo(j, S)), "x[quo(j,s)]", r"x_{\lfloor j/s \rfloor}"),
    "x[j mod s]": (Entry(x.ref, Rem(j, S)), "x[rem(j,s)]", r"x_{j \bmod s}"),
    "Σ[k<m] 1": (over("sum", sp.Integer(1), k), "sum[k<m] 1", r"\sum_{k<m} 1"),
    "√qᵢ": (sp.sqrt(Entry(q.ref, i)), "sqrt(q[i])", r"\sqrt{q_{i}}"),
    "1/(2 + exp(−qᵢ))": (1 / (sp.exp(-Entry(q.ref, i)) + 2), "1/(2 + exp(-q[i]))", r"\frac{1}{2 + e^{-q_{i}}}"),
    "(1/m) Σₖ qₖ": (over("sum", Entry(q.ref, k), k) / M, "1/m*sum[k] q[k]", r"\frac{1}{m} \sum_{k} q_{k}"),
    "𝟙[qᵢ > 0]": (Compare(">", Entry(q.ref, i), 0), "[q[i] > 0]", r"\mathbb{1}[q_{i} > 0]"),
    "𝟙[2 | j]": (Divides(2, j), "[2 | j]", r"\mathbb{1}[2 \mid j]"),
    "𝟙[0≤j−1<n]": (Inside(j - 1, N), "[0<=j-1<n]", r"\mathbb{1}[0 \le j - 1 < n]"),
    "softmax(q)ᵢ": (
        sp.exp(Entry(q.ref, i) - over("lse", Entry(q.ref, k), k)),
        "softmax(q)[i]",
        r"\operatorname{softmax}(q)_{i}",
    ),
    "‖q‖": (over("norm", Entry(q.ref, k), k), "norm[k] q[k]", r"\lVert q \rVert"),
    "log(Σₖ exp(qₖ))": (over("lse", Entry(q.ref, k), k), "lse[k] q[k]", r"\log \sum_{k} e^{q_{k}}"),
    "maxₖ qₖ": (over("max", Entry(q.ref, k), k), "max[k] q[k]", r"\max_{k} q_{k}"),
    "Π[k: k ≠ i] qₖ": (
        over("prod", Entry(q.ref, k), k, guard=Compare("!=", k, i)),
        "prod[k: k != i] q[k]",
        r"\prod_{k:\, k \ne i} q_{k}",
    ),
    "∂loss/∂qᵢ · xⱼ": (
        Partial(Entry(TENSORS["loss"].ref), Entry(q.ref, i)) * Entry(x.ref, j),
        "partial(loss, q[i])*x[j]",
        r"\frac{\partial \mathrm{loss}}{\partial q_{i}}\, x_{j}",
    ),
}


@pytest.mark.parametrize("unicode", SPELLED)
def test_spelling(unicode):
    e, code, latex = SPELLED[unicode]
    assert (show(e, "unicode", free=FREE), show(e, "code", free=FREE), show(e, "latex", free=FREE)) == (
        unicode,
        code,
        latex,
    )


def test_delta_is_an_option():
    e = Equal(i, Index("k", M))
    assert show(e, free=(i,), delta=True) == "δᵢₖ"
    assert show(e, "latex", free=(i,), delta=True) == r"\delta_{ik}"


# The formats, on the lecture's examples. `SYMGRAD_GOLDEN=1 python -m pytest tests/test_render.py` writes the files
# anew: read the difference before it is kept.


@cache
def square():
    W, x = sg.tensors("W[m,n] x[n]")
    q = sg.let("q", W @ x)
    return sg.derive(sg.let("f", (q**2).sum()), W)


@cache
def two_layers():
    W1, b1, W2, b2, x, y = sg.tensors("W1[h,n] b1[h] W2[m,h] b2[m] x[n] y[m]")
    a = sg.let("a", sg.sigmoid(sg.let("z", W1 @ x + b1)))
    p = sg.let("p", sg.sigmoid(W2 @ a + b2))
    return sg.derive(sg.let("L", ((p - y) ** 2).sum()), W1)


@cache
def cross_entropy():
    z, y = sg.tensors("z[m] y[m]")
    p = sg.let("p", sg.softmax(z))
    return sg.derive(sg.let("L", -(y * sg.log(p)).sum()), z)


@cache
def attention():
    Q, K, V = sg.tensors("Q[t,d] K[s,d] V[s,e]")
    P = sg.let("P", sg.softmax(sg.let("S", Q @ K.T)))
    return sg.derive(sg.let("O", P @ V), Q, cotangent="G")


@cache
def convolution():
    Y = sg.define("Y[n,k,i,j] = sum[c,p,q] X[n,c,s*i+d*p-P,s*j+d*q-P]*K[k,c,p,q] + b[k]")
    return sg.derive(Y, "K", cotangent="G")


CASES = (square, two_layers, cross_entropy, attention, convolution)
GOLDEN = Path(__file__).parent / "golden"
ENDINGS = {"text": "txt", "latex": "tex", "markdown": "md", "json": "json"}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
@pytest.mark.parametrize("form", FORMATS)
def test_golden(case, form):
    derivation = unjudged(case().derivation)
    text = FORMATS[form](derivation, notation="both") + "\n"
    path = GOLDEN / f"{case.__name__}.{ENDINGS[form]}"
    if os.environ.get("SYMGRAD_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
@pytest.mark.parametrize("notation", ["index", "matrix", "both"])
@pytest.mark.parametrize("steps", ["hint", "all", "none"])
def test_every_latex_output_is_valid(case, notation, steps):
    d = unjudged(case().derivation)
    render(FORMATS["latex"](d, steps=steps, notation=notation, delta=notation == "both"))


def test_options_that_do_not_exist_are_refused():
    d = unjudged(square().derivation)
    for options in ({"steps": "some"}, {"notation": "tensor"}):
        for form in FORMATS:
            with pytest.raises(OptionError, match="one of"):
                FORMATS[form](d, **options)
    with pytest.raises(OptionError, match="one of text, latex"):
        formatter("word")


def test_ascii_text_is_ascii():
    assert FORMATS["text"](unjudged(square().derivation), ascii=True).isascii()


def test_neighbours_that_print_alike_are_one_line():
    a, b = (over("sum", Entry(x.ref, i), i) for i in (fresh(j), fresh(j)))
    steps = tuple(Step(rule, "", e, e, e, rule) for rule, e in {"one": a, "two": b, "three": S * b}.items())
    d = Derivation(Entry(TENSORS["f"].ref), a + 1, steps, reason="start", judge={a: "?", b: "proved", S * b: "!"}.get)
    told = [(row.right, row.reason, row.status) for row in index_rows(d, "unicode", "all", False)]
    assert told == [("Σⱼ xⱼ + 1", "start", ""), ("Σⱼ xⱼ", "one", "proved"), ("s Σⱼ xⱼ", "three", "!")]


def test_a_line_without_a_reason_takes_that_of_its_neighbour():
    a, b = (over("sum", Entry(x.ref, i), i) for i in (fresh(j), fresh(j)))
    d = Derivation(Entry(TENSORS["f"].ref), a, (Step("one", "", a, b, b),), judge=lambda e: "proved")
    assert index_rows(d, "unicode", "all", False) == (Row("f", "Σⱼ xⱼ", "one", "proved"),)


# Derivatives of derivatives


@cache
def hessian():
    z, y = sg.tensors("z[m] y[m]")
    return sg.hessian(sg.let("L", sg.cross_entropy(z, y)), z)


def test_a_hessian_is_a_second_derivative_in_every_form():
    assert repr(hessian()).startswith("∂²L/∂zᵢ∂zⱼ = ")
    assert r"\frac{\partial^{2} L}{\partial z_{i} \, \partial z_{j}} = " in hessian()._repr_latex_()
    assert repr(hessian().tensor).startswith("∂²L/∂zᵢ∂zⱼ = ")
    assert "∇²_z L = (𝟏ᵀ y) (diag(softmax(z)) − softmax(z) softmax(z)ᵀ)" in repr(hessian())


def test_each_axis_of_a_derivative_belongs_to_one_tensor():
    x = sg.tensors("x[n]")
    J = sg.jacobian(2 * x, x)
    assert repr(J.tensor).startswith("∂yᵢ/∂xⱼ = ")
    assert repr(sg.jacobian(J, x).tensor).startswith("∂²yᵢ/∂xⱼ∂xₖ = 0")


def test_by_a_derivative():
    z, y = sg.tensors("z[m] y[m]")
    p = sg.let("p", sg.softmax(z))
    g = sg.grad(sg.let("L", -(y * sg.log(p)).sum()), z)
    told = sg.vjp(g, z, "v")
    assert "Σⱼ ∂loss/∂(∂L/∂zⱼ) · ∂²L/∂zⱼ∂pᵢ" in told.to_text(check=False)
    render(told.to_latex(check=False))
    assert "∂dL/∂zᵢ = Σⱼ ∂²L/∂zᵢ∂zⱼ · vⱼ" in sg.jvp(g, z, "v").to_text(check=False)


def test_the_cotangent_of_a_scalar_has_its_name_in_matrix_notation():
    x = sg.tensors("x[n]")
    told = sg.grad((x / x.sum()).sum(), x)
    assert "∇_x f = ∂f/∂t1 · 𝟏 + 𝟏/t1" in told.to_text(notation="matrix", check=False)
    assert r"\frac{\partial f}{\partial t_{1}} \mathbf{1}" in told.to_latex(notation="matrix", check=False)


def test_a_name_that_says_itself_is_not_defined():
    x = sg.tensors("x[n]")
    told = sg.grad((sg.softmax(2 * x) ** 2).sum(), x).to_text(check=False)
    assert told.startswith("with t1ᵢ = 2 xᵢ\n     f = Σₖ softmax(t1)ₖ²\n\n")


def test_an_answer_of_numbers_is_said_once():
    x, y = sg.tensors("x y")
    told = sg.grad(y * sg.exp(x) * x, x)
    assert told.to_text(notation="both", check=False).count("x + 1") == repr(told).count("x + 1") == 1
    v = sg.tensors("v[n]")
    assert "∇_v f = 2 x 𝟏" in repr(sg.grad((2 * v).sum() * x, v))


def test_sizes_that_an_equation_works_out_are_shown():
    Y = sg.define("Y[i] = sum[p] X[s*i+p-P]*K[p]")
    assert equation_text(Y).startswith("Yᵢ = Σₚ X[s·i+p−P] Kₚ,  i < ⌊(2P+")
    render(equation_latex(Y))


# Operations that stay whole in print


def whole_operations():
    x, y, z, w = (
        input_tensor(name, shape) for name, shape in (("x", (1, 3)), ("y", (2, 3)), ("z", (3,)), ("w", (M, 1)))
    )
    return {
        "softmax(x, axis=0)": named.softmax(x, 0),
        "softmax(w)": named.softmax(w),
        "log_softmax(y, axis=0)": named.log_softmax(y, -2),
        "cross_entropy(y, y, axis=0)": named.cross_entropy(y, y, 0),
        "mse(x, y)": named.mse(x, y),
        "mse(z, y)": named.mse(z, y),
        "l1_norm(x)": named.l1_norm(x),
        "l1_norm(x, axis=0)": named.l1_norm(x, 0),
        "l2_norm(y, axis=1, keepdims=True)": named.l2_norm(y, 1, keepdims=True),
        "l2_norm(y, keepdims=True)": named.l2_norm(y, keepdims=True),
    }


@pytest.mark.parametrize("text", whole_operations())
def test_an_operation_is_printed_as_it_was_called(text):
    t = whole_operations()[text]
    assert show(t.ref, "code") == text
    assert parse_program(text, {o.name: o for o in t.operands})[""] is t


@pytest.mark.parametrize("style", ["code", "unicode"])
@pytest.mark.parametrize("op", ["prod", "max", "min", "lse"])
def test_what_counts_as_zero_outside_is_said(op, style):
    """Without a guard an entry outside its tensor is 0, though `max[k] W[k]` leaves it out."""
    W, k = input_tensor("W", (2,)), Index("k", 4)
    slots = {W.ref: Array((2,), [0.5, -0.25])}
    for body in (Entry(W.ref, k), 2 * Entry(W.ref, k - 2) + Entry(W.ref, k), 1 + 1 / (3 + Entry(W.ref, k - 1))):
        e = over(op, body, k)
        back = parse_expression(show(e, style), {"W": W}, {})
        want, got = (tabulate((), x, {}, slots, FLOAT).data for x in (e, back))
        assert want == pytest.approx(got)
