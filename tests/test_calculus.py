"""The sweeps and the derivations: how gradients of whole graphs are put together from local partials."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction as F

import numpy as np
import pytest
from sympy import Integer

import symgrad.expr.protocols  # noqa: F401  gives tensors their operators
from symgrad.calculus.derive import Story, weighted
from symgrad.calculus.local import adjoint_of, local_partial, partial_of
from symgrad.calculus.sweep import jacobian_of, pull_back, push_forward
from symgrad.errors import OptionError, ShapeError, SymgradError
from symgrad.expr.conventions import Conventions
from symgrad.expr.evaluate import EXACT, evaluate, order
from symgrad.expr.indices import Index, param
from symgrad.expr.named import mse, softmax
from symgrad.expr.nodes import Entry, Partial
from symgrad.expr.operations import elementwise
from symgrad.expr.tensors import from_expression, input_tensor, let
from symgrad.rules.algebra import alpha_key
from tests.benchmarks.mlp import mlp

m, n = param("m"), param("n")
x, y = input_tensor("x", (n,)), input_tensor("y", (n,))
W = input_tensor("W", (m, n))
WX = {"W": [[F(2, 5), F(3, 5)], [F(7, 10), F(-1, 5)]], "x": [F(1, 2), F(3, 10)]}


def nested(t, values):
    return evaluate(t, values, EXACT).nested()


def lecture():
    """‖W x‖², the lecture's example."""
    q = let("q", W @ x)
    return let("f", (q**2).sum()), q


# The reverse sweep


def test_the_lecture_s_gradients():
    f, q = lecture()
    by_W, by_x, by_q = pull_back(f, [W, x, q])
    assert nested(q, WX) == [F(19, 50), F(29, 100)]
    assert nested(f, WX) == F(457, 2000)
    assert nested(by_W, WX) == [[F(19, 50), F(57, 250)], [F(29, 100), F(87, 500)]]
    assert nested(by_x, WX) == [F(71, 100), F(17, 50)]
    assert nested(by_q, WX) == [F(19, 25), F(29, 50)]


def test_the_gradient_by_the_output_itself():
    f, _ = lecture()
    assert nested(pull_back(f, [f])[0], {}) == 1
    assert Story(f, f).derivation().result == 1


def test_a_cotangent_weighs_the_outputs():
    _, q = lecture()
    G = input_tensor("G", (m,))
    assert nested(pull_back(q, [x], G)[0], WX | {"G": [1, 10]}) == [F(2, 5) + 7, F(3, 5) - 2]


def test_leading_axes_of_a_cotangent_stay_in_front():
    """Two cotangents at once."""
    _, q = lecture()
    G = input_tensor("G", (2, m))
    both = pull_back(q, [x], G)[0]
    assert both.shape == (2, n)
    assert nested(both, WX | {"G": [[1, 0], [0, 1]]}) == WX["W"]


def test_a_jacobian_has_the_axes_of_the_output_first():
    _, q = lecture()
    by_x, by_W = jacobian_of(q, [x, W])
    assert by_x.shape == (m, n) and by_W.shape == (m, m, n)
    assert nested(by_x, WX) == WX["W"]
    assert nested(by_W, WX | {"m": 2}) == [[WX["x"], [0, 0]], [[0, 0], WX["x"]]]


def test_the_forward_sweep_is_the_jacobian_times_the_tangent():
    f, _ = lecture()
    v = input_tensor("v", (n,))
    assert nested(push_forward(f, {x: v}), WX | {"v": [1, 10]}) == F(71, 100) + F(17, 5)


def test_several_tangents_add():
    f, _ = lecture()
    v, V = input_tensor("v", (n,)), input_tensor("V", (m, n))
    values = WX | {"v": [1, 0], "V": [[0, 0], [1, 0]]}
    assert nested(push_forward(f, {x: v, W: V}), values) == F(71, 100) + F(29, 100)


def test_a_variable_that_does_not_occur_has_gradient_zero():
    f, _ = lecture()
    z = input_tensor("z", (2, 3))
    assert nested(pull_back(f, [z])[0], {}) == [[0, 0, 0]] * 2
    done = Story(f, z).derivation()
    assert done.result == 0 and "does not depend on z" in done.reason


def test_gradients_by_an_intermediate():
    a = let("a", x * 2)
    f = ((a * a) + a).sum()
    assert nested(pull_back(f, [a])[0], {"x": [1, 2]}) == [5, 9]
    assert nested(Story(f, a).tensor(), {"x": [1, 2]}) == [5, 9]
    q = let("q", x * x)
    assert nested(Story((q * y).sum(), q).tensor(), {"x": [1, 2], "y": [3, 4]}) == [3, 4]


def test_a_vector_has_no_gradient_without_a_cotangent():
    with pytest.raises(ShapeError, match="cotangent"):
        pull_back(x * x, [x])


def test_a_cotangent_needs_a_name():
    with pytest.raises(SymgradError, match="not a name"):
        weighted(x, "2 G")


# Depth, width and sharing


def test_three_thousand_layers_are_no_recursion():
    loss, parameters = mlp(3000)
    gradients = pull_back(loss, parameters)
    assert len(gradients) == 6000
    assert len(order(gradients)) < 60_000


def test_equal_layers_share_what_is_worked_out():
    """One template a kind of equation, so that a thousand layers cost one derivation each kind."""
    loss, parameters = mlp(20)
    nodes = order(pull_back(loss, parameters))
    templates = {t.template for t in nodes if t.template}
    assert len(templates) < 20 < len(nodes)


def test_local_partials_are_worked_out_once_a_template():
    a, b = (elementwise("tanh", input_tensor(name, (n,))) for name in "ab")
    assert a.template is b.template
    assert partial_of(a.template, 0) is partial_of(b.template, 0)
    assert adjoint_of(a.template, 0) is adjoint_of(b.template, 0)


def test_two_uses_of_a_local_partial_share_no_index():
    a = elementwise("tanh", x)
    first, second = local_partial(a, 0), local_partial(a, 0)
    assert not {*first.out, *first.at} & {*second.out, *second.at}
    assert alpha_key(first.value) != first.value or first.value != second.value


def test_a_function_is_folded_into_its_output():
    """d tanh(a) = 1 − y² d(a), y the node itself."""
    a = let("a", elementwise("tanh", x))
    value = local_partial(a, 0).value
    assert value.has(a.ref) and not value.has(x.ref)


def test_names_that_differ_only_in_case_or_number_are_kept_apart():
    first, second = input_tensor("x1", (n,)), input_tensor("x11", (n,))
    f = (first * second).sum()
    assert nested(pull_back(f, [second])[0], {"x1": [1, 2], "x11": [3, 4]}) == [1, 2]


def test_a_name_of_an_input_may_be_a_letter_of_an_index():
    i, j = input_tensor("i", (n,)), input_tensor("j", (n,))
    f = (i * j * i).sum()
    for gradient in (pull_back(f, [i])[0], Story(f, i).tensor()):
        assert nested(gradient, {"i": [1, 2], "j": [3, 4]}) == [6, 16]


# Conventions


@pytest.mark.parametrize("share", [0, F(1, 2), 1], ids=str)
def test_the_share_at_a_kink_is_a_choice(share):
    f = elementwise("relu", x).sum()
    conventions = Conventions(relu=share)
    for gradient in (pull_back(f, [x], None, conventions)[0], Story(f, x, conventions).tensor()):
        assert nested(gradient, {"x": [-1, 0, 1]}) == [0, share, 1]


def test_the_defaults_at_kinks_are_those_of_pytorch():
    values = {"x": [-2, 0, 3], "y": [-2, 1, 3]}
    assert nested(pull_back(elementwise("relu", x).sum(), [x])[0], values) == [0, 0, 1]
    assert nested(pull_back(elementwise("abs", x).sum(), [x])[0], values) == [-1, 0, 1]
    assert nested(pull_back(elementwise("maximum", x, y).sum(), [x])[0], values) == [F(1, 2), 0, F(1, 2)]


def test_an_unknown_convention_is_refused():
    with pytest.raises(OptionError, match="ties"):
        Conventions(ties="last")
    with pytest.raises(OptionError, match="tanh has no kink"):
        Conventions(tanh=1)


def test_the_convention_is_told():
    f = elementwise("relu", x).sum()
    assert any("relu" in note for note in Story(f, x).derivation().notes)


# Derivations for reading


def lines_of(story, done, y):
    """(line, tensor) for each right side that holds no partial of an expression."""
    bare = replace(done, judge=None)
    for line in bare.lines("all"):
        if all(isinstance(p.of, Entry) for p in line.right.atoms(Partial)):
            yield line, story.as_tensor(line.right, done.left)


def stories():
    f, _ = lecture()
    yield f, x
    yield f, W
    q = let("q", x * x)
    yield let("f", (q * y).sum()), x
    a = let("a", x * 2)
    yield let("f", (let("b", a * a) * a).sum()), x
    yield let("f", mse(x * 2, x)), x
    yield let("f", (x @ x) * (x @ y)), x
    yield let("f", (W @ x + W @ y).sum() ** 2), W
    z = let("z", x.reshape(1, -1).T)
    yield let("f", (z * z).sum() + z.sum()), x
    s = let("s", np.stack([x, x * 3, x]))
    yield let("f", (s * s).sum()), x
    yield let("f", x[1:] @ x[:-1]), x


POINT = {**WX, "y": [F(5, 7), F(-3)], "m": 2, "n": 2}


@pytest.mark.parametrize("f, wrt", [*stories()], ids=lambda t: "")
def test_every_line_of_a_derivation_is_worth_the_same(f, wrt):
    story = Story(f, wrt)
    done = story.derivation()
    expected = nested(pull_back(f, [wrt])[0], POINT)
    checked = [(line, nested(t, POINT)) for line, t in lines_of(story, done, wrt)]
    assert checked, "no line could be evaluated"
    assert all(value == expected for _, value in checked), [str(line.right) for line, v in checked if v != expected]
    assert checked[-1][0].right == done.result, "the answer is the last line"


def test_the_chain_rule_names_each_use_once():
    """Of x·x, with x at two places of one equation, the chain rule says Σ ∂f/∂q ∂q/∂x once."""
    q = let("q", x * x)
    start = Story(let("f", (q * q).sum()), x).derivation().start
    heads = [p for p in start.atoms(Partial) if p.of.base.tensor.name == "q"]
    assert len(heads) == 1


def test_a_label_stands_for_its_own_operand():
    """softmax(Xᵀ) reads its transposed operand from a node of that shape, not X."""
    f = (softmax(W.T) * input_tensor("V", (n, m))).sum()
    story = Story(f, W)
    labelled = [t for t in order([story.target]) if t.template and t.template.label == "softmax"]
    assert [t.operands[0].shape for t in labelled] == [(n, m)]


def test_the_answer_is_the_last_step():
    f, _ = lecture()
    done = Story(f, W).derivation()
    assert done.lines("none")[0].right == done.result == done.lines("hint")[-1].right == done.steps[-1].whole


def test_hints_are_fewer_than_steps():
    f, _ = lecture()
    done = replace(Story(f, W).derivation(), judge=None)
    assert 1 < len(done.lines("hint")) < len(done.lines("all"))


def test_a_derivation_does_not_change_what_it_derives():
    f, _ = lecture()
    before = f.equation
    Story(f, W).derivation()
    assert f.equation == before


def test_a_constant_has_a_derivation_too():
    f = from_expression((), Integer(2), name="f")
    assert Story(f, x).derivation().result == 0


def test_an_index_range_of_one():
    """Sizes of 1 leave no index and no delta."""
    v = input_tensor("v", (1,))
    f = let("f", (v * v).sum())
    for gradient in (pull_back(f, [v])[0], Story(f, v).tensor()):
        assert nested(gradient, {"v": [3]}) == [6]


def test_a_bound_index_may_be_called_like_a_free_one_of_another_equation():
    i = Index("i", n)
    rows = from_expression((Index("i", m),), Entry(W.ref, Index("i", m), 0), name="rows")
    f = from_expression((), Entry(rows.ref, 1) * Entry(x.ref, 0), name="f")
    assert nested(pull_back(f, [W])[0], WX | {"m": 2, "n": 2}) == [[0, 0], [F(1, 2), 0]]
    assert i != Index("i", m)


def test_a_partial_by_what_a_tensor_does_not_depend_on_is_zero():
    """As a line says it that reads back `∂(G sign(2ᵇ))/∂b` as `∂G/∂b`."""
    b, G = input_tensor("b", ()), input_tensor("G", ())
    story = Story(elementwise("multiply", b, G), b)
    line = 2 + Partial(Entry(G.ref), Entry(b.ref))
    assert nested(story.as_tensor(line, story.head(b, (), ())), {}) == 2
