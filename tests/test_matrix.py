"""Matrix notation: the forms a reader expects come out, and none that is wrong gets past the verification."""

import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st
from sympy import Integer, exp, log, tanh

from symgrad.expr.elementwise import sigmoid
from symgrad.expr.indices import Index, fresh, param
from symgrad.expr.nodes import Compare, Entry, Equal, Inside, Partial, over, total
from symgrad.expr.tensors import input_tensor
from symgrad.render.building import transpose
from symgrad.render.matrix import matrix_form
from symgrad.render.printer import show
from symgrad.render.tree_arithmetic import Hadamard, MatMul, Scale, Sum
from symgrad.render.trees import Tree
from symgrad.render.verify import verified
from tests.katex import render

m, n = param("m"), param("n")
SHAPES = {"": "fc", "m": "qyz", "n": "xb", "mn": "WS", "nn": "AB"}
TENSORS = {name: input_tensor(name, tuple(map(param, sizes))) for sizes, names in SHAPES.items() for name in names}


def entries(name):
    return lambda *at: Entry(TENSORS[name].ref, *at)


f, t, q, y, z, x, b, W, S, A, B = map(entries, TENSORS)
T3 = input_tensor("T", (n, n, n))
i, k, l = Index("i", m), Index("k", m), Index("l", m)
j, c, d, e = Index("j", n), Index("c", n), Index("d", n), Index("e", n)

FORMS = {
    "2 q xᵀ": ((i, j), 2 * q(i) * x(j)),
    "2 Wᵀ q": ((j,), total(2 * q(k) * W(k, j), k)),
    "W x": ((k,), total(W(k, j) * x(j), j)),
    "‖q‖²": ((), total(q(k) ** 2, k)),
    "W x + y": ((k,), total(W(k, j) * x(j), j) + y(k)),
    "∇_q f ⊙ σ(z) ⊙ (𝟏 − σ(z))": ((i,), Partial(f(), q(i)) * sigmoid(z(i)) * (1 - sigmoid(z(i)))),
    "(∇_q f ⊙ 𝟙[z > 0]) xᵀ": ((i, j), Partial(f(), q(i)) * Compare(">", z(i), 0) * x(j)),
    "(∂q/∂x)ᵀ ∇_q f": ((j,), total(Partial(f(), q(k)) * Partial(q(k), x(j)), k)),
    "softmax(z) − y": ((i,), exp(z(i) - over("lse", z(k), k)) - y(i)),
    "diag(q) − q qᵀ": ((i, k), q(i) * (Equal(i, k) - q(k))),
    "(𝟏ᵀ y) (diag(q) − q qᵀ)": ((i, k), q(i) * (Equal(i, k) - q(k)) * total(y(l), l)),
    "z + ∂f/∂c · 𝟏": ((i,), Partial(f(), t()) + z(i)),
    "exp(∂f/∂c) z": ((i,), exp(Partial(f(), t())) * z(i)),
    "𝟏 − tanh(z)^⊙2": ((i,), 1 - tanh(z(i)) ** 2),
    "W A + 𝟏 bᵀ": ((i, j), total(W(i, c) * A(c, j), c) + b(j)),
    "tr(A)": ((), total(A(c, c), c)),
    "tr(A B)": ((), total(A(c, d) * B(d, c), c, d)),
    "tr(Aᵀ B)": ((), total(A(c, d) * B(c, d), c, d)),
    "‖A‖²": ((), total(A(c, d) ** 2, c, d)),
    "xᵀ A x": ((), total(x(c) * A(c, d) * x(d), c, d)),
    "A x + Aᵀ x": ((j,), total(A(j, d) * x(d), d) + total(A(d, j) * x(d), d)),
    "z/‖z‖": ((i,), z(i) / over("norm", z(k), k)),
    "I/‖z‖ − z zᵀ/‖z‖³": (
        (i, k),
        Equal(i, k) / over("norm", z(l), l) - z(i) * z(k) / over("norm", z(l), l) ** 3,
    ),
    "‖z − y‖²/2": ((), sp.Rational(1, 2) * total((z(k) - y(k)) ** 2, k)),
    "(2/m) (z − y)": ((i,), 2 * (z(i) - y(i)) / m),
    "(yᵀ z) W": ((i, j), W(i, j) * total(z(k) * y(k), k)),
    "diag(q) W diag(x)": ((i, j), q(i) * W(i, j) * x(j)),
    "softmax(S)": ((i, j), exp(S(i, j) - over("lse", S(i, c), c))),
    "S − log(exp(S) 𝟏) 𝟏ᵀ": ((i, j), S(i, j) - over("lse", S(i, c), c)),
    "A diag(x) B": ((j, c), total(A(j, d) * x(d) * B(d, c), d)),
    "n z": ((i,), z(i) * total(Integer(1), j)),
    "I": ((j, c), Equal(j, c)),
    "Aᵀ": ((j, c), A(c, j)),
    "−yᵀ log(q)": ((), -total(y(k) * log(q(k)), k)),
    "y ⊘ q": ((i,), y(i) / q(i)),
    "3 𝟏": ((i,), Integer(3)),
    "W − q xᵀ": ((i, j), W(i, j) - q(i) * x(j)),
    "S ⊙ W ⊙ W": ((i, j), W(i, j) ** 2 * S(i, j)),
    "(W − S)ᵀ z": ((j,), total((W(k, j) - S(k, j)) * z(k), k)),
    "‖W x − y‖²": ((), total((total(W(k, j) * x(j), j) - y(k)) ** 2, k)),
    "2 (W x − y) xᵀ": ((i, j), 2 * (total(W(i, c) * x(c), c) - y(i)) * x(j)),
    "x − (𝟏ᵀ x/n) 𝟏": ((j,), x(j) - total(x(c), c) / n),
}

NONE = {
    "order 3": ((j, c, d), x(j) * x(c) * x(d)),
    "a tensor of order 3": ((j,), total(Entry(T3.ref, j, c, d) * A(c, d), c, d)),
    "three matrices at one index": ((j, c), total(A(j, e) * A(c, e) * W(i, e), e)),
    "a convolution map": ((j,), total(x(j + c) * b(c), c)),
    "a range bracket": ((j,), Inside(j + 1, n) * x(j)),
    "a maximum": ((i,), over("max", W(i, j), j)),
    "a diagonal asked for twice": ((j, j), A(j, j)),
    "an entry at a number": ((), x(Integer(0))),
}


@pytest.mark.parametrize("form", FORMS)
def test_the_form_a_reader_expects(form):
    tree = matrix_form(*FORMS[form])
    assert tree is not None and tree.unicode == form
    render(tree.latex)


@pytest.mark.parametrize("case", NONE)
def test_what_has_no_matrix_form_gets_none(case):
    assert matrix_form(*NONE[case]) is None


def test_0_is_0_in_every_shape():
    assert [matrix_form(free, Integer(0)).unicode for free in ((), (i,), (i, j))] == ["0", "0", "0"]


# Faults planted in a tree: each must be noticed


def faults(tree: Tree):
    yield "doubled", Scale(sp.Rational(2), (), (), tree)
    yield "negated", Scale(sp.Rational(-1), (), (), tree)
    yield "transposed", transpose(tree)
    if isinstance(tree, (MatMul, Hadamard, Sum)) and len(tree.parts) > 1:
        yield "a part is missing", type(tree)(tree.parts[1:])
    if isinstance(tree, MatMul):
        yield "the other way round", MatMul(tree.parts[::-1])
        yield "⊙ for a product", Hadamard(tree.parts)


WITHOUT_DERIVATIVES = [form for form, (_, body) in FORMS.items() if not body.has(Partial)]
SYMMETRIC = {"I", "diag(q) − q qᵀ", "(𝟏ᵀ y) (diag(q) − q qᵀ)", "I/‖z‖ − z zᵀ/‖z‖³"}


@pytest.mark.parametrize("form", WITHOUT_DERIVATIVES)
def test_a_planted_fault_is_noticed(form):
    free, body = FORMS[form]
    tree = matrix_form(free, body)
    assert verified(tree, free, body)
    for fault, wrong in faults(tree):
        if fault in ("transposed", "the other way round") and (not free or form in SYMMETRIC):
            continue
        assert not verified(wrong, free, body), fault


# Random terms: a form, where there is one, is that of the expression


@st.composite
def terms(draw):
    """A sum of products of entries at a few indices of one size, some of them summed over."""
    bound = tuple(fresh(a) for a in (d, e)[: draw(st.integers(0, 2))])
    at = st.sampled_from((j, c, *bound))
    vectors = st.builds(lambda t, a: t(a), st.sampled_from([x, b]), at)
    matrices = st.builds(lambda t, a, o: t(a, o), st.sampled_from([A, B, lambda *a: Equal(*a)]), at, at)
    functions = vectors.map(lambda v: tanh(v)) | matrices.map(lambda v: v**3) | vectors.map(lambda v: 1 - v)
    factors = draw(st.lists(vectors | matrices | functions, min_size=1, max_size=4))
    return total(sp.Mul(draw(st.sampled_from([1, -2, n])), *factors), *bound)


@given(st.lists(terms(), min_size=1, max_size=3).map(lambda parts: sp.Add(*parts)))
def test_a_random_form_is_right_or_absent(body):
    tree = matrix_form((j, c), body)
    if tree is not None:
        render(tree.latex)
        assert verified(tree, (j, c), body), show(body, free=(j, c))
