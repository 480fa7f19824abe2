"""Forward equations with their right derivative and with wrong ones, each wrong in a way that people get wrong."""

from dataclasses import dataclass
from fractions import Fraction

from sympy import Integer, Rational, exp, log

from symgrad.expr.elementwise import maximum, relu, sigmoid
from symgrad.expr.indices import Index, param
from symgrad.expr.nodes import Compare, Divides, Entry, Equal, Inside, Pick, over, total
from symgrad.expr.tensors import Tensor, from_expression, input_tensor

m, n = param("m"), param("n")
i, j, k = Index("i", m), Index("j", n), Index("k", n)
l = Index("l", n, 1)
F = Fraction


@dataclass(frozen=True)
class Case:
    """`right` is `∂f/∂wrt`, every one of `wrong` is not; `values` has no kink."""

    name: str
    f: Tensor
    wrt: Tensor
    right: Tensor
    wrong: dict[str, Tensor]
    values: dict
    rational: bool = True

    def __str__(self):
        return self.name


def case(name, f, wrt, free, right, values, rational=True, **wrong):
    made = {fault: from_expression(free, e) for fault, e in wrong.items()}
    return Case(name, f, wrt, from_expression(free, right), made, values, rational)


W, A, x, y = (input_tensor(name, shape) for name, shape in (("W", (m, n)), ("A", (n, n)), ("x", (n,)), ("y", (n,))))


def dot(a, at, b):
    return total(Entry(a.ref, *at) * Entry(b.ref, at[-1]), at[-1])


q = from_expression((i,), dot(W, (i, j), x), name="q")
p = from_expression((k,), dot(A, (k, j), x))
VALUES = {
    "W": [[F(2, 5), F(3, 5), F(-1)], [F(7, 10), F(-1, 5), F(3)]],
    "A": [[F(1), F(2), F(1, 2)], [F(-3), F(5), F(2, 7)], [F(1, 3), F(4), F(-2)]],
    "x": [F(1, 2), F(3, 10), F(-2)],
    "y": [F(5, 4), F(7, 3), F(1, 6)],
    "n": 3,  # a derivative may mention no input that shows it
}
X, G = input_tensor("X", (7,)), input_tensor("G", (4,))
u, o, c = Index("u", 7), Index("o", 4), Index("c", 3)
STRIPES = {"X": [1, 5, -2, F(1, 2), 3, -4, 6], "G": [2, -3, 5, F(7, 2)], "K": [3, -1, 2]}
K = input_tensor("K", (3,))


def at(t, *where):
    return Entry(t.ref, *where)


squares = case(
    "‖Wx‖²",
    from_expression((), total(at(q, i) ** 2, i)),
    W,
    (i, j),
    2 * at(q, i) * at(x, j),
    VALUES,
    factor=Rational(2001, 1000) * at(q, i) * at(x, j),
    halved=at(q, i) * at(x, j),
    sign=-2 * at(q, i) * at(x, j),
    index=2 * at(q, i) * at(x, 0),
)
bilinear = case(
    "xᵀAx",
    from_expression((), total(at(x, k) * at(p, k), k)),
    x,
    (k,),
    at(p, k) + total(at(A, j, k) * at(x, j), j),
    VALUES,
    missing_term=at(p, k),
    not_transposed=2 * at(p, k),
)
matrix = case(
    "‖Ax‖²",
    from_expression((), total(at(p, k) ** 2, k)),
    A,
    (k, j),
    2 * at(p, k) * at(x, j),
    VALUES,
    transposed=2 * at(p, j) * at(x, k),
)
stride = case(
    "Σ G[o] X[2o−1]",
    from_expression((), total(at(G, o) * at(X, 2 * o - 1), o)),
    X,
    (u,),
    Divides(2, u + 1) * Inside((u + 1) / 2, 4) * at(G, (u + 1) / 2),
    STRIPES,
    off_by_one=Divides(2, u) * Inside(u / 2, 4) * at(G, u / 2),
    no_divisibility=Inside(u, 4) * at(G, u),
)
convolution = case(
    "∂(Σ_c X[2o+c−1] K[c])/∂K",
    from_expression((o,), total(at(X, 2 * o + c - 1) * at(K, c), c)),
    K,
    (o, c),
    at(X, 2 * o + c - 1),
    STRIPES,
    off_by_one=at(X, 2 * o + c),
    flipped=at(X, 2 * o - c + 1),
)
largest = case(
    "max x",
    from_expression((), over("max", at(x, k), k)),
    x,
    (k,),
    Pick("first", "max", at(x, l), 1, (k,), (l,)),
    VALUES,
    tie_all_ones=Integer(1),
    smallest=Pick("first", "min", at(x, l), 1, (k,), (l,)),
    first=Equal(k, 0) / 2,
    shared=Rational(1, 3),
)
cube = case(
    "Σ x³y",
    from_expression((), total(at(x, k) ** 3 * at(y, k), k)),
    x,
    (k,),
    3 * at(x, k) ** 2 * at(y, k),
    VALUES,
    power_kept=3 * at(x, k) ** 3 * at(y, k),
    one_in_two_thousand=3 * at(x, k) ** 2 * at(y, k) * Rational(2001, 2000),
    one_in_ten_million=3 * at(x, k) ** 2 * at(y, k) * Rational(10**7 + 1, 10**7),
)
share = case(
    "∂(x[k] / Σ x)/∂x",
    from_expression((k,), at(x, k) / total(at(x, l), l)),
    x,
    (k, j),
    (Equal(k, j) - at(x, k) / total(at(x, l), l)) / total(at(x, l), l),
    VALUES,
    diagonal_only=Equal(k, j) / total(at(x, l), l),
    transposed=(Equal(k, j) - at(x, j) / total(at(x, l), l)) / total(at(x, l), l),
)
hinge = case(
    "Σ relu(Wx) + max(x, y)",
    from_expression((), total(relu(at(q, i)), i) + total(maximum(at(x, k), at(y, k)), k)),
    x,
    (j,),
    total(Compare(">", at(q, i), 0) * at(W, i, j), i) + Compare(">", at(x, j), at(y, j)),
    VALUES,
    no_gate=total(at(W, i, j), i) + Compare(">", at(x, j), at(y, j)),
    gate_of_the_other=total(Compare(">", at(q, i), 0) * at(W, i, j), i) + Compare(">", at(y, j), at(x, j)),
)
logistic = case(
    "Σ σ(Wx)",
    from_expression((), total(sigmoid(at(q, i)), i)),
    W,
    (i, j),
    sigmoid(at(q, i)) * (1 - sigmoid(at(q, i))) * at(x, j),
    VALUES,
    rational=False,
    no_chain=sigmoid(at(q, i)) * (1 - sigmoid(at(q, i))),
    plus=sigmoid(at(q, i)) * (1 + sigmoid(at(q, i))) * at(x, j),
    forward=sigmoid(at(q, i)) * at(x, j),
)
logsumexp = case(
    "log Σ exp(x)",
    from_expression((), over("lse", at(x, k), k)),
    x,
    (k,),
    exp(at(x, k) - over("lse", at(x, l), l)),
    VALUES,
    rational=False,
    not_normalised=exp(at(x, k)),
    uniform=Rational(1, 3),
)
power = case(
    "Σ y**x",
    from_expression((), total(at(y, k) ** at(x, k), k)),
    x,
    (k,),
    log(at(y, k)) * at(y, k) ** at(x, k),
    VALUES,
    rational=False,
    as_monomial=at(x, k) * at(y, k) ** (at(x, k) - 1),
    log_of_ten=log(at(y, k)) * at(y, k) ** at(x, k) / log(10),
)
CASES = (
    *(squares, bilinear, matrix, stride, convolution, largest, cube, share, hinge),
    *(logistic, logsumexp, power),
)
