"""The text language: what each form means, that its spellings mean the same, and how a wrong one is answered."""

from fractions import Fraction

import pytest

import symgrad as sg
from symgrad.errors import SymgradError
from symgrad.expr.derivatives import unknown_derivative as derivative_tensor
from symgrad.expr.evaluate import evaluate
from symgrad.expr.indices import Index, param
from symgrad.expr.spaces import EXACT
from symgrad.expr.tensors import from_expression
from symgrad.parse import declare, define, parse_expression, parse_program, parse_values
from symgrad.render.letters import letters
from symgrad.render.printer import show

SHAPES = "W[m,n] x[n] q[m] A[3,4] v[4] u[4] a c T[32] K[5] M[5,5] W1[2,3] δ[4]"
D = declare(SHAPES)
W, x, q, A, v, u, a, c, T, K, M, W1, delta = D.values()


def main(text):
    return next(iter(parse_program(text, D).values()))


def value(tensor, **values):
    return evaluate(tensor, values, EXACT).nested()


# ── declarations ──

DECLARATIONS = [
    ("W[m,n] x[n]", {"W": "(m, n)", "x": "(n,)"}),
    ("a b[]", {"a": "()", "b": "()"}),
    ("A[3, 4], v[4]; s\nt[2*n]", {"A": "(3, 4)", "v": "(4,)", "s": "()", "t": "(2*n,)"}),
    ("Z[m*n, n + 1, 2(m − 1), n^2, quo(n,2)]", {"Z": "(m*n, n + 1, 2*m - 2, n**2, Quo(n, 2))"}),
    ("θ[n] ŷ[n]", {"θ": "(n,)", "ŷ": "(n,)"}),
    ("", {}),
]


@pytest.mark.parametrize("text, shapes", DECLARATIONS, ids=[t for t, _ in DECLARATIONS])
def test_declarations(text, shapes):
    assert {name: str(t.shape) for name, t in declare(text).items()} == shapes


def test_sizes_may_be_given_in_numbers():
    assert declare("W[m,n]", m=2)["W"].shape == (2, param("n"))


def test_one_name_declares_one_tensor_and_several_a_tuple():
    assert sg.tensors("x[n]") is x and sg.tensors("x[n] q[m]") == (x, q)


# ── what an equation means ──

EQUATIONS = [
    ("y[k] = sum[j] W[k,j]*x[j]", "[k] = Reduce(sum, W[k, j]*x[j], 1, (j,))"),
    ("f = sum[k] q[k]**2", "[] = Reduce(sum, q[k]**2, 1, (k,))"),
    ("f = sum[k] q[k]*2 + a", "[] = a[] + Reduce(sum, 2*q[k], 1, (k,))"),
    ("f = 2*sum[k] -q[k]", "[] = 2*Reduce(sum, -q[k], 1, (k,))"),
    ("y[i] = sum[k<3] v[i]", "[i] = Reduce(sum, v[i], 1, (k,))"),
    ("y[i<2,j<2] = A[i,j+1]", "[i, j] = A[i, j + 1]"),
    ("y[i] = prod[j: j != i] K[j]*K[i]", "[i] = Reduce(prod, K[i]*K[j], Compare(!=, j, i), (j,))"),
    ("y[i] = min[j: j<=i, [2 | j]] K[j]*K[i]", "[i] = Reduce(min, K[i]*K[j], Compare(>=, i, j)*Divides(2, j), (j,))"),
    ("y[i] = lse[j] A[i,j]", "[i] = Reduce(lse, A[i, j], 1, (j,))"),
    ("y[i] = [i=2]*v[i] + [i | 4] + [0<=i-1<3]*u[i]", "[i] = Divides(i, 4) + u[i]*Inside(i - 1, 3) + v[i]*Equal(i, 2)"),
    ("y[i] = [v[i] > u[i]] + [v[i] <= 0]", "[i] = Compare(>, v[i], u[i]) + Compare(>=, 0, v[i])"),
    ("y[i] = [v[i] !> u[i]] + [v[i] != 0]", "[i] = Compare(!=, v[i], 0) + Compare(!>, v[i], u[i])"),
    ("y[i] = [i < 3 and v[i] > 0]*v[i]", "[i] = Compare(>, v[i], 0)*v[i]*Inside(i, 3)"),
    ("y[i] = v[i] [i=2]**2", "[i] = v[i]*Equal(i, 2)"),
    ("y[i<8] = v[quo(i,2)]", "[i] = v[Quo(i, 2)]"),
    ("y[i] = where(v[i] > 0, u[i], a)", "[i] = Compare(!>, v[i], 0)*a[] + Compare(>, v[i], 0)*u[i]"),
    ("y[i] = leaky_relu(v[i], slope=0.1)", "[i] = leaky_relu(v[i], 1/10)"),
    ("y[i] = n*x[i]", "[i] = n*x[i]"),
    ("y[i] = pi*i*v[i]", "[i] = i*pi*v[i]"),
    ("f = norm(x)*norm(x)", "[] = Reduce(norm, x[k], 1, (k,))**2"),
    ("y[i] = (W@x)[i]**2", None),
]


@pytest.mark.parametrize("text, means", EQUATIONS, ids=[t for t, _ in EQUATIONS])
def test_equations(text, means):
    t = main(text)
    free, body = t.equation
    if means is None:
        assert t.operands[0] is W @ x
    elif "norm(x)" in text:
        assert t.operands[0] is sg.norm(x)
    else:
        assert f"[{', '.join(map(str, free))}] = {body}" == means


RANGES = [  # the output size of a window, and where the index of an output comes from
    ("Y[i] = sum[p] T[i+p]*K[p]", "28"),
    ("Y[i] = sum[p] T[2*i+p]*K[p]", "14"),
    ("Y[i] = sum[p] T[2*i+3*p-2]*K[p]", "12"),
    ("Y[i] = sum[p] T[i+p-P]*K[p]", "2*P + 28"),
    ("Y[i] = sum[p] T[s*i+p]*K[p]", "Quo(27, s) + 1"),
    ("Y[i] = sum[p,r<2] T[i+p+2*r]*K[p]", "26"),
    ("Y[i] = T[31-i]", "32"),
    ("Y[i] = T[i+1]", "31"),
    ("Y[i] = T[i] - T[i+1]", "32"),
    ("Y[i] = T[i+1] - T[i-1]", "31"),
    ("Y[i<9] = T[i]", "9"),
    ("Y[i] = max[p<3] T[3*i+p]", "10"),
]


@pytest.mark.parametrize("text, size", RANGES, ids=[t for t, _ in RANGES])
def test_ranges(text, size):
    assert str(main(text).shape[0]) == size


def test_the_output_of_a_strided_padded_dilated_convolution():
    Y = define("Y[n,k,i,j] = sum[c,p,q] X[n,c,s*i+d*p-P,s*j+d*q-P]*K[k,c,p,q] + b[k]")
    shapes = {t.name: str(t.shape) for t in Y.operands}
    assert shapes == {"b": "(n_k,)", "K": "(n_k, C, n_p, Q)", "X": "(N, C, X_2, X_3)"}
    assert str(Y.shape[2]) == "Quo(2*P + X_2 - d*(n_p - 1) - 1, s) + 1"
    sized = define(
        "Y[n,k,i,j] = sum[c,p,q] X[n,c,s*i+d*p-P,s*j+d*q-P]*K[k,c,p,q] + b[k]",
        "X[1,3,32,32] K[2,3,5,5] b[2]",
        s=1,
        d=1,
        P=0,
    )
    assert sized.shape == (1, 2, 28, 28)


def test_what_lies_outside_reads_as_zero_in_a_sum_and_is_left_out_of_a_maximum():
    row = [Fraction(-k - 1) for k in range(4)]
    assert value(main("y[i] = sum[k<3] v[i+k-1]"), v=row) == [-3, -6, -9, -7]
    assert value(main("y[i] = max[k<3] v[i+k-1]"), v=row) == [-1, -1, -2, -3]
    assert value(main("y[i] = prod[k<3] v[i+k-1]"), v=row) == [2, -6, -24, 12]


@pytest.mark.parametrize("sign, weights", [("=", [0, 1, 0, 0]), ("~", [0, Fraction(1, 2), 0, Fraction(1, 2)])])
def test_the_weight_of_an_arg_extremum(sign, weights):
    assert value(main(f"y[p<4] = [p {sign} argmax[k] v[k]]"), v=[1, 3, 2, 3]) == weights


def test_a_reduction_ends_at_a_sign():
    assert value(main("f = sum[k] v[k]*2 + a"), v=[1, 2, 3, 4], a=1) == 21
    assert value(main("f = sum[k] (v[k] + a)"), v=[1, 2, 3, 4], a=1) == 14


def test_nested_sums_with_one_letter():
    assert value(main("f = sum[k] v[k]*(sum[k] u[k])"), v=[1, 2, 3, 4], u=[1, 1, 1, 2]) == 50


def test_names_of_sizes_steer_clear_of_names_in_use():
    y = define("y[k] = sum[i] N[i,k]*n[i]")
    assert [str(t.shape) for t in y.operands] == ["(I,)", "(I, K)"]
    assert str(define("y[n] = N[n]").shape) == "(n_n,)"


# ── one meaning, many spellings ──

SAME = [
    ("z[i,j] = 2*q[i]*x[j]", "z[i,j] = 2 qᵢ xⱼ", "zᵢⱼ = 2·qᵢ⋅xⱼ", "z[i,j] = 2 × q[i] × x[j]", "z[i,j] = 2(q[i])(x[j])"),
    ("f = sum[k] x[k]", "f = Σₖ xₖ", "f = ∑[k] x[k]", "f = Σ[k] xₖ", "f = sum[k<n] x[k]"),
    ("f = sum[i,j] W[i,j]", "f = Σᵢⱼ Wᵢⱼ", "f = sum[i,j] (W[i,j])"),
    ("f = prod[k] v[k] * max[k] u[k]", "f = Πₖ vₖ maxₖ uₖ", "f = ∏[k] v[k]·max[k] u[k]"),
    ("y[k<4] = sum[j] [k=j]*v[j]", "y[k<4] = Σⱼ 𝟙[k=j] vⱼ", "y[k<4] = Σⱼ [k==j] vⱼ"),
    ("y[i] = v[i]**2 - v[i]**-1", "y[i] = v[i]^2 − vᵢ⁻¹", "yᵢ = vᵢ² − 1/vᵢ", "y[i] = square(v[i]) - reciprocal(v[i])"),
    (
        "y[i] = sqrt(v[i])/2 + abs(u[i])",
        "y[i] = ½ √vᵢ + |uᵢ|",
        "y[i] = √(vᵢ)/2 + |u[i]|",
        "y[i] = 0.5 v[i]**(1/2) + |uᵢ|",
    ),
    ("y[i] = [v[i] >= 0]*[v[i] != u[i]]", "y[i] = 𝟙[vᵢ ≥ 0] 𝟙[vᵢ ≠ uᵢ]", "y[i] = [vᵢ ≥ 0 and vᵢ ≠ uᵢ]"),
    ("y[i] = sigmoid(v[i])*(1 - sigmoid(v[i]))", "y[i] = σ(vᵢ) (1 − σ(vᵢ))", "y[i] = σ(vᵢ)·(1 − σ(vᵢ))"),
    ("y[i<8] = v[quo(i,2)]*v[rem(i,3)]", "y[i<8] = v[⌊i/2⌋] v[i mod 3]"),
    ("f = sum[i,j] W1[i,j]", "f = Σᵢⱼ W₁ᵢⱼ"),
    ("y[i] = a*(v[i] + 1)**2", "y[i] = a (v[i] + 1)**2", "y[i] = a (vᵢ + 1)²"),
    ("norm(x)", "‖x‖"),
    ("x.T @ W.T", "xᵀ @ Wᵀ", "x @ W.T"),
    ("f = sum((W @ x)**2)", "f = sum(\n  (W @ x)\n  **2)", "f = sum((W @ x)^2) # squared", "\n\nf = (W@x)².sum()\n"),
    ("y = 1/(1+exp(-a*c))", "y = 1/(1 + exp(−a c))"),
]
PAIRS = [(first, other) for first, *others in SAME for other in others]


@pytest.mark.parametrize("text, other", PAIRS, ids=[other for _, other in PAIRS])
def test_spellings(text, other):
    assert main(text) is main(other)


NUMPY = [
    ("sum((W @ x)**2)", lambda: ((W @ x) ** 2).sum()),
    ("1/(1+exp(-a*c))", lambda: 1 / (1 + sg.exp(-a * c))),
    ("softmax(W@x)", lambda: sg.softmax(W @ x)),
    ("x.T", lambda: x),
    ("W.T @ q", lambda: W.T @ q),
    ("sum(A, axis=0, keepdims=True)", lambda: A.sum(0, keepdims=True)),
    ("A.sum(axis=(0, 1))", lambda: A.sum((0, 1))),
    ("v[1:]", lambda: v[1:]),
    ("A[:, 0]", lambda: A[:, 0]),
    ("A[..., ::-1]", lambda: A[..., ::-1]),
    ("v[None, -1:]", lambda: v[None, -1:]),
    ("reshape(A, (2, 6))", lambda: A.reshape(2, 6)),
    ("W.reshape(-1)", lambda: W.reshape(-1)),
    ("reshape(W, (m*n,))", lambda: W.reshape(-1)),
    ("where(x > 0, x, 0)", lambda: sg.where(x > 0, x, 0)),
    ("maximum(x, 0)", lambda: sg.maximum(x, 0)),
    ('einsum("ij,j->i", W, x)', lambda: sg.einsum("ij,j->i", W, x)),
    ("einsum('ij,j->i', W, x)", lambda: sg.einsum("ij,j->i", W, x)),
    ("concatenate([u, v])", lambda: sg.concatenate([u, v])),
    ("pad(v, (1, 2), mode='edge')", lambda: sg.pad(v, (1, 2), mode="edge")),
    ("stack((u, v), axis=-1)", lambda: sg.stack((u, v), axis=-1)),
    ("mean(A*v)", lambda: (A * v).mean()),
    ("[1, 2, 3, 4] @ v", lambda: [1, 2, 3, 4] @ v),
    ("a x", lambda: a * x),
    ("a (x + 1)", lambda: a * (x + 1)),
    ("a (x + 1)**2", lambda: a * (x + 1) ** 2),
    ("-x**2", lambda: -(x**2)),
    ("2**-x", lambda: 2 ** (-x)),
    ("x/2/n", lambda: x / 2 / param("n")),
    ("0.1*x", lambda: 0.1 * x),
    ("leaky_relu(x, slope=0.1)", lambda: sg.leaky_relu(x, slope=0.1)),
    ("x[None]", lambda: x[None]),
    ("x", lambda: x),
]


@pytest.mark.parametrize("text, tensor", NUMPY, ids=[t for t, _ in NUMPY])
def test_numpy_like_text_means_what_the_functions_mean(text, tensor):
    assert main(text) is tensor()


def test_whole_tensors_within_index_notation():
    assert value(main("f = sum(v) + sum[k] v[k]*2"), v=[1, 2, 3, 4]) == 30
    assert main("y[i] = softmax(v)[i]*2").operands[0] is sg.softmax(v)
    assert value(main("f = sum(v*(sum[k] u[k]))"), v=[1, 2, 3, 4], u=[1, 1, 1, 1]) == 40


# ── programs ──


def test_equations_in_any_order_and_the_first_is_the_main_one():
    found = parse_program("f = sum[k] r[k]**2; r[k] = sum[j] W[k,j]*x[j]", D)
    assert list(found) == ["f", "r"] and found["f"].operands == (found["r"],)
    assert value(found["f"], W=[[1, 2], [3, 4]], x=[1, 1]) == 58


def test_a_bare_expression_is_the_main_one():
    found = parse_program("r = W @ x\nh = σ(r)\nsum(h)", D)
    assert list(found) == ["", "r", "h"] and found[""] is found["h"].sum()


def test_a_long_program_of_equations_resolves_from_the_last_to_the_first():
    text = "; ".join(["y0 = a", *(f"y{k} = y{k - 1} + c" for k in range(1, 150))][::-1])
    assert value(main(text), a=1, c=2) == 299


def test_names_with_subscript_digits():
    found = parse_program("h₂ = h₁ + 1; h₁ᵢ = 2 vᵢ", D)
    assert list(found) == ["h2", "h1"]


def test_values():
    assert parse_values("W=[[.4,.6],[.7,-.2]]; x=[.5,.3]; s=2") == {
        "W": [[Fraction(2, 5), Fraction(3, 5)], [Fraction(7, 10), Fraction(-1, 5)]],
        "x": [Fraction(1, 2), Fraction(3, 10)],
        "s": 2,
    }
    assert parse_values("a=-1/3\nb = 1e-3; c=[]; d=10**3") == {
        "a": Fraction(-1, 3),
        "b": Fraction(1, 1000),
        "c": [],
        "d": 1000,
    }


# ── what is printed parses back ──

PRINTED = [
    "z[i,j] = 2*q[i]*x[j]",
    "y[i] = max[p<3] T[2*i+p-1]",
    "y[i] = sum[p] T[s*i+d*p-P]*K[p]",
    "Y[i,j,p<3,b<3] = [(p,b) ~ argmax[k<3,l<3] M[i+k,j+l]]",
    "y[i<8] = [2 | i]*v[quo(i,2)] + [0<=i-1<3]*v[i-1] + v[rem(i+2,4)]",
    "y[i] = [v[i] >= u[i]]*v[i]**2 + [v[i] !> 0] + [v[i] != u[i]]",
    "y[i] = exp(v[i])/sum[j] exp(v[j])",
    "y[i] = a*(v[i]+1)**2/(1+exp(-v[i]))",
    "y[i] = sqrt(v[i]) + abs(v[i]) + relu(v[i])/3 - sigmoid(v[i])*(1 - sigmoid(v[i]))",
    "y[i<5] = prod[k: k != i] K[k]",
    "y[i] = v[i]**0.5 + v[i]**(3/2) + v[i]**(-2) + v[i]**a + 2**v[i] + pi*v[i]",
    "y[i] = sum[j] (sum[k] (A[i,k]*v[k] - v[j])**2 - a)",
    "y[i<4,j<4] = [i<j]*[i=j]*(1 - [i=j])*a",
    "y[i] = -(v[i] - u[i])*(a + c)/(2*a*c)",
    "y[i<n] = [2 | i]*[0<=i/2<4]*v[i/2]",
    "y[i<6] = sum[k<m] k*i*v[i+k]",
    "y[i] = softmax(v)[i]*2",
]


@pytest.mark.parametrize("style", ["code", "unicode"])
@pytest.mark.parametrize("text", PRINTED)
def test_printed_expressions_parse_back(text, style):
    t = main(text)
    free, body = t.equation
    scope = letters(body, free=free)
    tensors = {**D, **{o.display: o for o in t.operands}}
    back = parse_expression(show(body, style, free=free), tensors, {scope[i]: i for i in free})
    assert from_expression(free, back).template is t.template


# ── derivatives ──

DERIVATIVES = [
    ("∂f/∂qᵢ · xⱼ", "partial(f, q[i])*x[j]"),
    ("2∂f/∂q[i] ∂L/∂x[j]", "2*partial(L, x[j])*partial(f, q[i])"),
    ("xⱼ/∂f/∂qᵢ", "x[j]/(partial(f, q[i]))"),
    ("∂²f/∂xⱼ∂xₖ ∂L/∂qᵢ", "partial(L, q[i])*partial(partial(f, x[j]), x[k])"),
    ("∂(∂f/∂xⱼ)/∂xₖ", "partial(partial(f, x[j]), x[k])"),
    ("∂L/∂softmax(z)ₖ", "partial(L, softmax(z)[k])"),
    ("∂softmax(z)ⱼ/∂zₖ", "partial(softmax(z)[j], z[k])"),
    ("∂(qᵢ²)/∂qᵢ", "partial(q[i]**2, q[i])"),
    ("Σₗ ∂f/∂xₗ", "sum[l] partial(f, x[l])"),
    ("∂f/∂L", "partial(f, L)"),
]


@pytest.mark.parametrize("text, code", DERIVATIVES)
def test_derivatives_stay_until_they_are_worked_out(text, code):
    known = declare("f L q[m] x[n] z[n]")
    at = dict(i=Index("i", param("m")), j=Index("j", param("n")), k=Index("k", param("n")))
    for spelling in (text, code):
        assert show(parse_expression(spelling, known, at), "code", free=at.values()) == code


def test_a_derivative_that_is_known_is_a_tensor():
    z, y = sg.tensors("z[n] y[n]")
    p = sg.softmax(z)
    gradient = derivative_tensor(sg.let("L", (y * sg.log(p)).sum()), p)
    assert define("g[i] = 2*∂L/∂softmax(z)[i]", gradient).operands == (gradient,)
    assert define("g = 2*∇_softmax(z) L", gradient).operands == (gradient,)
    assert define("g = norm(partial(L, softmax(z)))", gradient).operands == (gradient,)


@pytest.mark.parametrize("text", ["f = 2*∂a/∂c", "f = 2*sum(∇_x a)", "y[i] = partial(q[i], x[1])"])
def test_one_that_is_not_is_refused_in_a_program(text):
    with pytest.raises(SymgradError, match="a derivative that is not given"):
        main(text)


# ── what is refused ──

GOLDEN = """\
unfinished expression, column 14
  1/(1+exp(-a*x
               ^
expected ")" or ","

unfinished expression, column 4
  a +
     ^
expected a value

unfinished expression, column 3
  v[
    ^
expected a value

unfinished expression, column 6
  (a, c
       ^
expected ")" or ","

unexpected character "$", column 3
  a $ c
    ^

a number follows a factor, column 3
  a 2
    ^
write * between them

a/b c can be read as (a/b)·c and as a/(b·c), column 4
  1/2a
     ^
write it with ( ) or *

√ before a power, column 1
  √v²
  ^
write √(x²) or (√x)²

the left side is not a name, column 1
  f(a) = c
  ^
write a name, or a name with its free indices: q[k] = …

index i stands twice on the left, column 5
  y[i,i] = A[i,i]
      ^
each free index stands there once

index j is neither on the left side nor bound, column 10
  y[i] = v[j]
           ^
write y[j] = … or sum[j] …

index k is neither on the left side nor bound, column 3
  q[k]
    ^
write y[k] = … or sum[k] …

vv is not declared, column 13
  y[i] = v[i]*vv[i]
              ^
did you mean v?

threshold is not declared, column 13
  y[i] = v[i]*threshold
              ^
declare it, as in "threshold" (a scalar) or "threshold[n]"

no function sigmoidd, column 1
  sigmoidd(x)
  ^
did you mean sigmoid or logsigmoid or log_sigmoid?

exp is a function, column 1
  exp
  ^
call it: exp(x)

matmul: shapes (m, n) and (m,) do not fit, axis 1 of the left is n, axis 0 of the right is m, column 3
  W @ q
    ^

add: shapes (4,) and (4, 3) do not fit, axis 0 of the left is 4, axis 1 of the right is 3, column 3
  v + A.T
    ^

index k runs over axis 0 of q (m) and axis 0 of x (n), column 19
  f = sum[k] q[k]*x[k]
                    ^
give its range if it is meant to be one of them: k<m

A has 2 axes, 1 indices are given, column 8
  y[i] = A[i]
         ^

u of shape (4,) stands without indices, column 13
  y[i] = v[i]*u
              ^
write u[i]

a product of two indices, column 11
  y[i] = T[i*i]
            ^
index maps are affine in the indices: s*i + p

the range of index i does not follow from the tensors, column 3
  y[i,j] = T[i+j]
    ^
give it on the left side: i<n

the range of index i does not follow from the tensors, column 3
  y[i] = sum[k] T[i+k]
    ^
give it on the left side: i<n

the range of an index depends on the index k, column 18
  f = sum[k] sum[j<k] a
                   ^
use a condition: sum[k: k<i] …

the range of index k does not follow from the tensors, column 9
  f = sum[k] a
          ^
give it: sum[k<n] …

f is defined by itself: f → g → h → f, column 19
  f = g; g = h; h = f
                    ^

f is defined twice, column 8
  f = 1; f = 2
         ^

a second expression without a name, column 8
  a + 1; a - 1
         ^
give it a name: y = …

x is declared and defined, column 1
  x = 3
  ^
an input has no equation; rename one

tensors side by side, column 3
  W x
    ^
write @ for the matrix product, * for entry by entry

tensors side by side, column 1
  W (x)
  ^
write @ for the matrix product, * for entry by entry

pi has a meaning of its own, column 1
  pi = 3
  ^
choose another name

I*pi is not a real number, column 1
  log(-1)
  ^

division by zero, column 2
  1/0
   ^

an exponent beyond 10,000, column 4
  9**9**9**9
     ^

a number of more than 100 digits, column 1
  1e999
  ^

sum: axis 3 does not exist in shape (n,), column 1
  sum(x, axis=3)
  ^
axes are -1 to 0

index 7 is out of range for axis 0 of shape (4,), column 1
  v[7]
  ^

no function __import__, column 1
  __import__('os')
  ^

no function __class__, column 4
  ().__class__
     ^

no function __init__, column 3
  x.__init__
    ^

unexpected "+", column 3
  ∂a+∂c/∂x
    ^
expected "[" or "/∂" or an index

∂² above 1 ∂, column 1
  ∂²a/∂c
  ^
one below for each order: ∂²f/∂x∂y

a derivative by what is no entry, column 12
  y[i] = ∂a/∂x[i]²
             ^
for example ∂f/∂x[i]

the left side is not a name, column 1
  ∂a/∂c = 2
  ^
write a name, or a name with its free indices: q[k] = …

argmax is not a value, column 10
  y[i<3] = argmax[k] v[k]
           ^
it stands in a bracket: [p = argmax[k] x[k]]
"""
# An answer shows the line that it answers, so the line is read from it.
MESSAGES = {message.split("\n")[1].strip(): message for message in GOLDEN.rstrip().split("\n\n")}


@pytest.mark.parametrize("text", MESSAGES)
def test_bad_programs(text):
    with pytest.raises(SymgradError) as error:
        parse_program(text, D)
    assert str(error.value) == MESSAGES[text]


UNREADABLE = [
    ("", "nothing to read, column 1\n  \n  ^\nwrite an expression"),
    ("a\0", "unexpected character U+0000, column 2\n  a�\n   ^"),
    ("a\ud800", "unexpected character U+D800, column 2\n  a�\n   ^"),
    ("a\u202e + c", "unexpected character U+202E, column 2\n  a� + c\n   ^"),
    (
        "f = a\n+ c",
        'a line begins with "+", line 2, column 1\n  + c\n  ^\nend the line above with the sign, or use ( )',
    ),
    ("(" * 61 + "a", "more than 60 brackets within one another, column 61"),
    ("-" * 101 + "a", "more than 100 operations within one another, column 2"),
    ("a**" * 101 + "a", "more than 100 operations within one another, column 4"),
    ("x" + ".T" * 101, "more than 100 operations within one another, column 201"),
    ("a" * 61, "a name of more than 60 characters, column 1"),
    ("a+" * 11_000, "more than 20,000 characters, column 20001"),
    ("a+" * 2_000 + "a", "more than 3,000 names, numbers and signs, column 3001"),
]


@pytest.mark.parametrize("text, message", UNREADABLE, ids=[ascii(t)[:30] for t, _ in UNREADABLE])
def test_text_of_a_strange_kind(text, message):
    with pytest.raises(SymgradError) as error:
        parse_program(text, D)
    assert str(error.value).startswith(message) and error.value.place.endswith("^")


BAD_ELSEWHERE = [
    (declare, "W[m,n", 'unfinished expression, column 6\n  W[m,n\n       ^\nexpected "]" or ","'),
    (declare, "x[n] x[m]", "x is declared twice, column 6\n  x[n] x[m]\n       ^"),
    (declare, "x[-1]", "-1 is not a size, column 3\n  x[-1]\n    ^\na size is an integer >= 0"),
    (declare, "norm[n]", "norm has a meaning of its own, column 1\n  norm[n]\n  ^\nchoose another name"),
    (declare, "x[" + "n," * 16 + "n]", "more than 16 axes, column 1"),
    (parse_values, "x=[1,[2]]", "rows of unequal length, column 6\n  x=[1,[2]]\n       ^"),
    (parse_values, "x=y", "a number is expected, column 3\n  x=y\n    ^\nfor example 2, -0.5, 1/3, [1, 2]"),
    (parse_values, "[1]", "a value is given as name=number, column 1\n  [1]\n  ^\nfor example x=[1,2]; s=2"),
    (sg.tensors, "", 'no tensor is declared\nfor example "W[m,n] x[n]"'),
    (
        define,
        "y = x + 1",
        'x is not declared, column 5\n  y = x + 1\n      ^\ndeclare it, as in "x" (a scalar) or "x[n]"',
    ),
    (
        define,
        "y[i] = x[i]*x[i,i]",
        "x has 1 axis, 2 indices are given, column 13\n  y[i] = x[i]*x[i,i]\n              ^",
    ),
]


@pytest.mark.parametrize("read, text, message", BAD_ELSEWHERE, ids=[repr(t)[:40] for _, t, _ in BAD_ELSEWHERE])
def test_bad_declarations_values_and_definitions(read, text, message):
    with pytest.raises(SymgradError) as error:
        read(text)
    assert str(error.value).startswith(message)


def test_text_is_what_is_parsed():
    with pytest.raises(SymgradError, match="text is expected, not int"):
        parse_program(3, {})


# ── a root before a quantity in front of parentheses ──


@pytest.mark.parametrize(
    "text, code",
    [
        ("√a (c + 1)", "sqrt(a)*(c + 1)"),
        ("1/(2 √a (c + 1)²)", "1/(2*sqrt(a)*(c + 1)**2)"),
        ("√a (c + 1)**2", "sqrt(a)*(c + 1)**2"),
        ("√(a (c + 1))", "sqrt(a*(c + 1))"),
        ("√exp(c)", "exp(c/2)"),
    ],
)
def test_a_root_ends_at_a_quantity(text, code):
    known = declare("a c")
    assert parse_expression(text, known, {}) == parse_expression(code, known, {})
    value, wanted = (evaluate(define(f"f = {t}", *known.values()), {"a": 2.0, "c": 0.5}).nested() for t in (text, code))
    assert value == pytest.approx(wanted)


def test_a_root_of_a_function_before_a_power_is_refused():
    with pytest.raises(SymgradError, match="√ before a power"):
        parse_expression("√exp(c)²", declare("c"), {})
