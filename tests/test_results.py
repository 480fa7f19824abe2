"""What the functions of the calculus hand back, and how it shows itself."""

import json

import numpy as np
import pytest

import symgrad as sg
from symgrad.errors import OptionError, ShapeError, SymgradError, UnknownNameError

V = {"W": [[0.4, 0.6], [0.7, -0.2]], "x": [0.5, 0.3]}


@pytest.fixture
def norm():
    W, x = sg.tensors("W[m,n] x[n]")
    q = sg.let("q", W @ x)
    return W, x, q, sg.let("f", (q**2).sum())


def test_one_line(norm):
    W, x, _, f = norm
    assert repr(sg.grad(f, W)) == "∂f/∂Wᵢⱼ = 2 qᵢ xⱼ        ∇_W f = 2 q xᵀ        [m, n] · proved"
    assert repr(sg.grad(f, x)).startswith("∂f/∂xⱼ = 2 Σᵢ Wᵢⱼ qᵢ        ∇_x f = 2 Wᵀ q        [n]")


def test_a_scalar_says_no_shape():
    x, y = sg.tensors("x y")
    assert repr(sg.grad(x * y, x)).split("        ")[-1] == "proved"


def test_tensors_show_their_equation(norm):
    W, x, q, _ = norm
    assert [repr(t) for t in norm] == ["W   [m, n]", "x   [n]", "qᵢ = Σⱼ Wᵢⱼ xⱼ   [m]", "f = Σₖ qₖ²"]
    assert repr(W @ x) == "Σⱼ Wᵢⱼ xⱼ   [m]"
    assert q._repr_latex_() == r"$$\displaystyle q_{i} = \sum_{j} W_{ij} x_{j}$$"


def test_a_tensor_without_a_name_says_what_its_operands_are():
    W, x = sg.tensors("W[m,n] x[n]")
    assert repr(sg.softmax(W @ x)) == "softmax(t1)ᵢ where t1ᵢ = Σⱼ Wᵢⱼ xⱼ   [m]"


def test_values(norm):
    W, x, _, f = norm
    assert sg.grad(f, W).at(**V) == pytest.approx(np.array([[0.38, 0.228], [0.29, 0.174]]))
    value, (by_w, by_x) = sg.value_and_grad(f, [W, "x"]).at(**V)
    assert value == pytest.approx(0.2285) and by_w.shape == (2, 2) and by_x == pytest.approx([0.71, 0.34])
    value, by_x = sg.value_and_grad(f, x).at(**V)
    assert by_x == pytest.approx([0.71, 0.34])


def test_arrays_in_arrays_out(norm):
    W, _, _, f = norm
    found = sg.grad(f, W).at(W=np.array(V["W"]), x=np.array(V["x"]))
    assert isinstance(found, np.ndarray) and found.dtype == float


def test_a_gradient_that_needs_only_the_size_of_its_variable():
    x = sg.tensors("x[n]")
    assert sg.grad(x.sum(), x).at(x=[5, 6, 7]).tolist() == [1, 1, 1]


def test_several_variables_give_a_tuple(norm):
    W, x, _, f = norm
    assert [d.wrt for d in sg.grad(f, (W, "x"))] == [W, x]
    assert isinstance(sg.grad(f, [W]), tuple) and not isinstance(sg.grad(f, W), tuple)


def test_by_an_intermediate(norm):
    *_, q, f = norm
    assert sg.grad(f, q).answer_text() == "2 qₖ"
    assert sg.grad(f, "q").at(**V) == pytest.approx([0.76, 0.58])


def test_by_itself(norm):
    f = norm[-1]
    assert sg.grad(f, f).at(**V) == 1
    unnamed = f * 3
    assert sg.grad(unnamed, unnamed).at(**V) == 1


def test_by_what_it_does_not_depend_on(norm):
    f, y = norm[-1], sg.tensors("y[3]")
    assert sg.grad(f, y).at(**V, y=[1, 2, 3]).tolist() == [0, 0, 0]


def test_jacobian_hessian_and_products(norm):
    W, x, q, f = norm
    weights = np.array(V["W"])
    assert sg.jacobian(q, x).at(**V) == pytest.approx(weights)
    assert sg.jacobian(q, W).at(**V).shape == (2, 2, 2)
    assert sg.hessian(f, x).at(**V) == pytest.approx(2 * weights.T @ weights)
    assert sg.vjp(q, x, "G").at(**V, G=[1, 2]) == pytest.approx(weights.T @ [1, 2])
    assert sg.jvp(q, x, "v").at(**V, v=[1, 2]) == pytest.approx(weights @ [1, 2])
    assert sg.jvp(f, x, "v").at(**V, v=[1, 2]) == pytest.approx(np.array([0.71, 0.34]) @ [1, 2])


def test_gradients_of_gradients(norm):
    _, x, q, f = norm
    first = sg.grad(f, x)
    assert sg.jacobian(first, x).at(**V) == pytest.approx(sg.hessian(f, x).at(**V))
    assert sg.jacobian(sg.grad(f, q), q).at(**V) == pytest.approx(2 * np.eye(2))
    along = sg.grad((first.tensor * x).sum(), x)
    assert along.at(**V) == pytest.approx(2 * np.array([0.71, 0.34]))


def test_derive_is_the_gradient_the_jacobian_or_with_a_cotangent_the_product(norm):
    W, x, q, f = norm
    assert repr(sg.derive(f, W)) == repr(sg.grad(f, W))
    assert repr(sg.derive(q, x)) == repr(sg.jacobian(q, x))
    assert repr(sg.derive(q, W, cotangent="G")) == repr(sg.vjp(q, W, "G"))
    G = sg.tensors("G[m]")
    assert repr(sg.derive(q, W, cotangent=G)) == repr(sg.vjp(q, W, "G"))


def test_a_tangent_has_a_derivation(norm):
    _, x, q, _ = norm
    told = sg.jvp(q, x, "v").to_text()
    assert "dqᵢ = Σⱼ ∂qᵢ/∂xⱼ · vⱼ" in told and "Σⱼ Wᵢⱼ vⱼ" in told


def test_the_answer_is_the_last_step(norm):
    W, *_, f = norm
    d = sg.grad(f, W)
    assert d.expr == d.steps[-1].whole == d.derivation.result
    assert d.tensor.equation[1] != 0 and d.shape == W.shape


def test_status(norm):
    W, *_, f = norm
    assert sg.grad(f, W).status == "proved"
    assert sg.grad(sg.exp(f), W).status == "agrees"


def test_facts():
    z, y = sg.tensors("z[C] y[C]")
    loss = sg.let("L", sg.cross_entropy(z, y))
    assert "Σ" in sg.grad(loss, z).answer_text()
    known = sg.grad(loss, z, facts=sg.assume(y.sum() == 1))
    assert "Σ" not in known.answer_text() and known.status in ("proved", "agrees")
    with sg.assume(y.sum() == 1):
        assert sg.grad(loss, z).answer_text() == known.answer_text()


def test_conventions():
    x = sg.tensors("x")
    assert sg.grad(sg.relu(x), x).at(x=0) == 0
    assert sg.grad(sg.relu(x), x, conventions=sg.Conventions(relu=1)).at(x=0) == 1


def test_numbers_in_the_derivation(norm):
    W, x, _, f = norm
    told = sg.grad(f, W).to_text(at=V)
    assert "∂f/∂W₀₁ = 2 q₀ x₁ = 2 · 0.38 · 0.3 = 0.228" in told
    assert "∂f/∂x₁ = 2 (W₀₁ q₀ + W₁₁ q₁) = 2 · (0.6 · 0.38 + (−0.2) · 0.29) = 0.34" in sg.grad(f, x).to_text(at=V)
    assert r"2 \cdot 0.38 \cdot 0.3 = 0.228" in sg.grad(f, W).to_latex(at=V)
    assert "In numbers" in sg.grad(f, W).to_markdown(at=V)


def test_numbers_of_a_large_array_are_printed_at_once():
    x = sg.tensors("x[n]")
    told = sg.grad((x**2).sum(), x).to_text(at={"x": list(range(20))})
    assert "38]" in told and "∂f/∂x₀" not in told


def test_padding_is_0_in_numbers():
    Y = sg.define("Y[i<3] = sum[p<3] X[i+p-1]*K[p]", "X[3] K[3]")
    told = sg.derive(Y, "K", cotangent="G").to_text(at={"X": [1, 2, 3], "K": [0, 0, 0], "G": [1, 10, 100]})
    assert "∂L/∂K₀ = G₁ X₀ + G₂ X₁ = 10 · 1 + 100 · 2 = 210" in told


@pytest.mark.parametrize(("suffix", "begins"), [(".txt", "with"), (".tex", "\\begin"), (".md", "With"), (".json", "{")])
def test_save(suffix, begins, norm, tmp_path):
    W, *_, f = norm
    sg.grad(f, W).save(tmp_path / f"g{suffix}")
    assert (tmp_path / f"g{suffix}").read_text(encoding="utf-8").startswith(begins)


def test_save_refuses_a_suffix_it_does_not_know(norm, tmp_path):
    W, *_, f = norm
    with pytest.raises(OptionError, match=r"\.docx"):
        sg.grad(f, W).save(tmp_path / "g.docx")


def test_json(norm):
    W, *_, f = norm
    told = json.loads(sg.grad(f, W).to_json())
    assert told["result"]["code"] == "2*q[i]*x[j]" and told["steps"] and told["lines"][-1]["status"] == "proved"


def test_notebooks(norm):
    W, *_, f = norm
    shown = sg.grad(f, W)._repr_latex_()
    assert shown.startswith("$$") and r"\nabla_{W} f = 2 q x^{\top}" in shown
    assert sg.grad(f, W)._repr_markdown_() == shown


BAD = {
    "unknown value": (lambda f, W, q: sg.grad(f, W).at(W=V["W"], y=[1]), UnknownNameError, "nothing is named 'y'"),
    "near miss": (lambda f, W, q: sg.grad(f, W).at(w=V["W"], x=V["x"]), UnknownNameError, "W"),
    "value of an intermediate": (lambda f, W, q: sg.grad(f, W).at(q=[1], **V), UnknownNameError, "q is computed"),
    "no tensor": (lambda f, W, q: sg.grad(3, W), OptionError, "not a tensor: 3"),
    "no variable": (lambda f, W, q: sg.grad(f, "y"), UnknownNameError, "no tensor is named 'y'"),
    "gradient of a tensor": (lambda f, W, q: sg.grad(q, W), ShapeError, "a gradient is of a scalar"),
    "taken cotangent": (lambda f, W, q: sg.vjp(q, W, "x"), OptionError, "x is a tensor already"),
    "cotangent's name": (lambda f, W, q: sg.vjp(q, W, "G h"), OptionError, "not a name"),
    "cotangent's shape": (lambda f, W, q: sg.vjp(q, W, sg.tensors("G[3]")), ShapeError, "has shape"),
    "hessian by two": (lambda f, W, q: sg.hessian(f, [W, W]), OptionError, "one variable"),
    "steps": (lambda f, W, q: sg.grad(f, W).to_text(steps="few"), OptionError, "few"),
    "notation": (lambda f, W, q: sg.grad(f, W).to_text(notation="words"), OptionError, "words"),
}


@pytest.mark.parametrize(("call", "kind", "words"), BAD.values(), ids=BAD.keys())
def test_wrong_calls_are_refused(call, kind, words, norm):
    W, _, q, f = norm
    with pytest.raises(kind, match=words):
        call(f, W, q)
    assert issubclass(kind, SymgradError)


def test_another_tensor_of_the_same_name_is_refused(norm):
    f = norm[-1]
    with pytest.raises(SymgradError, match="W"):
        sg.grad(f, sg.tensors("W[3,3]"))


def test_large_graphs_are_swept_and_not_told():
    x, w = sg.tensors("x[n] w[n]")
    h = x
    for _ in range(300):
        h = sg.tanh(h * w)
    found = sg.grad(sg.let("f", h.sum()), [w, x])
    assert "story" not in vars(found[0])
    assert "equations" in repr(found[0]) and "story" not in vars(found[0])
    assert found[1].at(x=[0.5], w=[1.0])[0] > 0


def test_public_names():
    assert {"grad", "derive", "let", "define", "tensors", "Conventions", "SymgradError"} <= set(dir(sg))
    assert callable(sg.softmax) and callable(sg.exp) and sg.exp(sg.tensors("x")).template is not None
    with pytest.raises(AttributeError, match="softmax"):
        _ = sg.softmaxx
    assert not hasattr(sg, "__wrapped__")


def test_every_public_name_is_there():
    for name in sg.__all__:
        assert getattr(sg, name) is not None
