"""Random models over the whole language, for tests that hold a gradient against an oracle.

`tensor_graphs()` draws a `Graph`: an output over one to three inputs, and values at which it is smooth. Each operation
is a row of OPERATIONS; what it makes is kept only if its values are mild, so that a new row needs no conditions of its
own except those that keep its operands away from kinks and poles.
"""

import math
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
from hypothesis import strategies as st
from sympy import Rational

import symgrad.expr.protocols  # noqa: F401  gives tensors their operators
from symgrad.expr import named
from symgrad.expr.activations import ACTIVATIONS
from symgrad.expr.affine import window_count
from symgrad.expr.elementwise import ELEMENTWISE
from symgrad.expr.evaluate import FLOAT, Array, evaluate, order
from symgrad.expr.functions import FUNCTIONS
from symgrad.expr.indices import Index, param
from symgrad.expr.kinked import KINKED
from symgrad.expr.nodes import Entry, over, total
from symgrad.expr.operations import elementwise, where
from symgrad.expr.tensors import Tensor, from_expression, input_tensor, let

MARGIN, POLE = 1 / 32, 1 / 8  # how far values stay from kinks and ties, and from poles
LARGEST, MOST = 40.0, 20  # no value is larger, no tensor has more entries
EXACT_ROWS = {"relu", "abs", "leaky_relu", "relu6", "hardtanh", "hardsigmoid", "hardswish", "sign", "softsign"}


@dataclass(frozen=True)
class Graph:
    """A drawn model: `values` (exact fractions, by name of the input) at which `output` is smooth in all `inputs`.

    `sizes` are the numbers behind the symbolic sizes: `evaluate` wants them where no input shows them.
    """

    output: Tensor
    inputs: tuple[Tensor, ...]
    values: dict
    sizes: dict

    @property
    def point(self) -> dict:
        """Values and sizes, for `evaluate`."""
        return {**self.values, **self.sizes}

    @property
    def floats(self) -> dict:
        """The same in floats."""
        return {**{name: np.array(v, dtype=float).tolist() for name, v in self.values.items()}, **self.sizes}

    def __repr__(self):
        lines = [f"{t.display}{list(t.equation[0])} = {t.equation[1]}" for t in order((self.output,)) if not t.is_input]
        shown = ", ".join(f"{n}={np.array(v).tolist()}" for n, v in self.values.items())
        return "\n".join(("Graph:", *(f"  {line}" for line in lines), f"  at {shown}"))


@dataclass
class Pool:
    """The tensors drawn so far with their values, and the number behind each symbolic size."""

    draw: object
    rational: bool
    values: dict = field(default_factory=dict)
    sizes: dict = field(default_factory=dict)
    known: dict = field(default_factory=dict)
    tensors: list = field(default_factory=list)

    def of(self, t: Tensor) -> np.ndarray:
        return np.array(self.known[t].data, dtype=float).reshape(self.known[t].shape)

    def add(self, t: Tensor) -> bool:
        """Keep t if its values are mild."""
        if t not in self.known:
            values = evaluate(t, {**self.values, **self.known}, FLOAT)
            if not mild(values):
                return False
            self.known[t] = values
        if t not in self.tensors:
            self.tensors.append(t)
        return True

    def pick(self, *conditions) -> Tensor | None:
        """One of the tensors for which all conditions hold; as often as not the latest, so that models grow deep."""
        fit = [t for t in reversed(self.tensors) if all(c(t) for c in conditions)]
        return self.draw(st.sampled_from(fit[:1] * len(fit) + fit[1:])) if fit else None

    def choose(self, *options):
        return self.draw(st.sampled_from(options))

    def number(self) -> Fraction:
        """A constant of the model, not 0."""
        return self.choose(*(Fraction(n, 2) for n in (1, 2, 3, 4, -1, -2, -3)))

    def away(self, *points):
        """The condition that no value is near one of the points."""
        return lambda t: all(np.all(np.abs(self.of(t) - p) > MARGIN) for p in points)

    def between(self, low, high):
        return lambda t: bool(np.all(self.of(t) >= low) and np.all(self.of(t) <= high))


def mild(values: Array) -> bool:
    return len(values.data) <= MOST and all(math.isfinite(v) and abs(v) <= LARGEST for v in values.data)


def rank(*ranks):
    return lambda t: t.ndim in ranks


def some_axis(t):
    return t.ndim > 0


def fits(a):
    """The condition that a shape broadcasts against that of a."""

    def condition(b):
        pairs = zip(reversed(a.shape), reversed(b.shape), strict=False)
        return all(m == n or m == 1 or n == 1 for m, n in pairs)

    return condition


def away_from_pole(pool):
    return lambda t: bool(np.all(np.abs(pool.of(t)) > POLE))


# Operations: each takes the pool and gives a tensor, or None where no operand fits.


UNARY = [r for r in ELEMENTWISE if r.arity - len(r.parameters) == 1 and None not in dict(r.parameters).values()]


def common(pool):
    """A function of libraries: exp, sin, …"""
    return function(pool, [r for r in UNARY if r in FUNCTIONS])


def activation(pool):
    """A function between layers, smooth: sigmoid, gelu, …"""
    return function(pool, [r for r in UNARY if r in ACTIVATIONS])


def kinked(pool):
    """A function of pieces: relu, abs, …"""
    return function(pool, [r for r in UNARY if r in KINKED])


def function(pool, rows):
    """A row of ELEMENTWISE of one argument (and default parameters) within its domain and away from its kinks."""
    row = pool.choose(*(r for r in rows if not pool.rational or r.name in EXACT_ROWS))
    kinks = [float(k) for k in row.kinks]
    x = pool.pick(pool.between(*row.domain), pool.away(*kinks))
    if x is None:
        x = into(pool, *row.domain)
        x = x if x is not None and pool.add(x) and pool.away(*kinks)(x) else None
    return None if x is None else elementwise(row.name, x)


def into(pool, low, high):
    """Some tensor, moved and scaled so that its values lie within an interval."""
    x = pool.pick()
    values = pool.of(x)
    if not values.size:
        return None
    span = Fraction(int(16 * (high - low)) - 2, 16) / (Fraction(int(np.ptp(values)) + 1))
    start = Fraction(math.ceil(16 * low), 16) + Fraction(1, 16)
    moved = (x - Fraction(math.floor(4 * values.min()), 4)) * min(span, 1) + start
    return moved if pool.add(moved) and pool.between(low, high)(moved) else None


def arithmetic(pool):
    """Sums, products, differences and quotients of two tensors that broadcast."""
    a = pool.pick()
    sign = pool.choose("+", "*", "-", "/")
    b = pool.pick(fits(a), *([away_from_pole(pool)] if sign == "/" else []))
    if b is None:
        return None
    return {"+": lambda: a + b, "*": lambda: a * b, "-": lambda: a - b, "/": lambda: a / b}[sign]()


def affine(pool):
    """A tensor and a number."""
    x, c = pool.pick(), pool.number()
    return pool.choose(x * c, x + c, c - x, x / c)


def powers(pool):
    """x**p with integer, fractional, symbolic and tensor exponents, and c**x."""
    kind = pool.choose("square", "cube", "reciprocal", *(() if pool.rational else ("root", "fraction", "base", "both")))
    if kind in ("square", "cube"):
        return pool.pick() ** {"square": 2, "cube": 3}[kind]
    if kind == "base":
        return pool.choose(2, Fraction(1, 2)) ** pool.pick()
    x = pool.pick(away_from_pole(pool) if kind == "reciprocal" else pool.between(POLE, LARGEST))
    if x is None:
        return None
    if kind == "both":
        return x ** pool.pick(fits(x))
    return {"reciprocal": lambda: 1 / x, "root": lambda: np.sqrt(x), "fraction": lambda: x ** Rational(3, 2)}[kind]()


def kinked_pair(pool):
    """max(a, b), min(a, b), clip, where and comparisons, the operands nowhere equal."""
    a = pool.pick()
    apart = lambda b: bool(np.all(np.abs(pool.of(a) - pool.of(b)) > MARGIN))  # noqa: E731
    b = pool.pick(fits(a), apart)
    if b is None:
        return where(a > 0, a, 2 * a) if pool.away(0)(a) else None
    c = pool.pick(fits(a), fits(b))
    if c is None or not fits(a + b)(c):
        return pool.choose(np.maximum(a, b), np.minimum(a, b))
    return pool.choose(np.maximum(a, b), np.minimum(a, b), where(a > b, a, c), (a > b) * c + (a <= b) * b)


def clipped(pool):
    low, high = Fraction(-3, 4), Fraction(5, 4)
    x = pool.pick(pool.away(float(low), float(high)))
    return None if x is None else np.clip(x, low, high)


def pairwise(pool):
    """Rows of ELEMENTWISE of two tensors."""
    x = pool.pick(pool.away(0), pool.between(-3, 3))
    y = None if x is None else pool.pick(fits(x), pool.away(0), pool.between(-3, 3))
    return None if y is None else elementwise(pool.choose("arctan2", "hypot", "logaddexp"), x, y)


def reduction(pool):
    """sum, mean, max, min, prod, norm, logsumexp, var, std over some axes."""
    x = pool.pick(lambda t: all(pool.known[t].shape))
    exact = ("sum", "mean", "prod", "max", "min", "var")
    name = pool.choose(*(exact if pool.rational else (*exact, "norm", "logsumexp", "std")))
    axis = pool.choose(None, *range(-x.ndim, x.ndim), *([(0, 1)] if x.ndim > 1 else []))
    if name in ("max", "min") and not clear_winner(pool.of(x), axis, name):
        name = "sum"
    if name == "std" and not np.all(pool.of(x).var(axis) > MARGIN):
        name = "var"
    if name == "norm" and not np.all((pool.of(x) ** 2).sum(axis) > MARGIN):
        name = "sum"
    return getattr(x, name)(axis=axis, keepdims=pool.choose(False, True))


def clear_winner(values, axis, name):
    """Whether the extreme value is met once, with a margin."""
    axes = tuple(range(values.ndim)) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    best = getattr(values, name)(axis=axes, keepdims=True)
    return bool(np.all((np.abs(values - best) <= MARGIN).sum(axis=axes) == 1))


def product(pool):
    """matmul, einsum and outer products."""
    a = pool.pick(some_axis)
    if a is None:
        return None
    b = pool.pick(some_axis, lambda t: t.shape[-1 if t.ndim == 1 else -2] == a.shape[-1], rank(1, 2))
    if b is not None and a.ndim <= 2:
        return a @ b
    if a.ndim == 1:
        return pool.choose(np.outer(a, a), np.inner(a, a), np.einsum("i,j->ji", a, a))
    return pool.choose(np.einsum("...i,...i->...", a, a), np.tensordot(a, a, ([-1], [-1])), np.einsum("...ij->j", a))


def shaping(pool):
    """The same entries under other indices."""
    x = pool.pick(some_axis)
    if x is None:
        return None
    axis = pool.choose(*range(x.ndim))
    make = {
        "transpose": lambda: x.T,
        "flatten": lambda: x.reshape(-1),
        "newaxis": lambda: np.expand_dims(x, axis),
        "flip": lambda: np.flip(x, axis),
        "roll": lambda: np.roll(x, 1, axis),
        "concatenate": lambda: np.concatenate([x, x * 2], axis),
        "stack": lambda: np.stack([x, -x], axis),
        "pad": lambda: np.pad(x, ((1, 0),) * x.ndim),
        "repeat": lambda: np.repeat(x, 2, axis),
        "tile": lambda: np.tile(x, 2),
        "cumsum": lambda: np.cumsum(x, axis),
        "moveaxis": lambda: np.moveaxis(x, 0, -1),
    }
    return make[pool.choose(*make)]()


def slicing(pool):
    """Slices and integer indices, on symbolic axes too."""
    x = pool.pick(some_axis, lambda t: pool.known[t].shape[0] > 1)
    if x is None:
        return None
    key = pool.choose(0, -1, 1, slice(1, None), slice(None, -1), slice(None, None, 2), slice(None, None, -1))
    return x[key] if pool.choose(True, False) else x[..., slice(None, None, -1)]


def reshaping(pool):
    """Mixed radix: the entries in another shape of as many."""
    x = pool.pick(lambda t: t.ndim > 1 or (t.ndim == 1 and t.shape[0].is_Integer and t.shape[0] in (2, 4, 6, 8, 9)))
    if x is None:
        return None
    if x.ndim == 1:
        return x.reshape(3 if x.shape[0] % 3 == 0 else 2, -1)
    return x.reshape(x.shape[::-1]) if pool.choose(True, False) else x.reshape(x.shape[-1], -1)


def diagonals(pool):
    """diag, trace, triangles."""
    x = pool.pick(rank(1, 2))
    if x is None:
        return None
    if x.ndim == 1:
        return np.diag(x)
    square = x.shape[0] == x.shape[1]
    return pool.choose(np.tril(x), np.triu(x, 1), *([np.trace(x), np.diagonal(x), np.diag(x)] if square else []))


def whole(pool):
    """The named functions."""
    x = pool.pick(some_axis, lambda t: all(pool.known[t].shape), pool.between(-8, 8))
    if x is None:
        return None
    y = pool.pick(lambda t: t.shape == x.shape)
    if pool.rational:
        return named.mse(x, y)
    norms = [named.l1_norm(x)] if pool.away(0)(x) else []
    norms += [named.l2_norm(x)] if np.sum(pool.of(x) ** 2) > MARGIN else []
    functions = [named.softmax(x), named.log_softmax(x, 0), named.cross_entropy(x, y), named.mse(x, y)]
    return pool.choose(*functions, *norms)


def window(pool):
    """`Σ_p X[s i + d p − P] K[p]`: a one-dimensional convolution with stride, dilation and padding."""
    X, K = pool.pick(rank(1)), pool.pick(rank(1))
    if X is None or K is None:
        return None
    s, d, padding = pool.choose(1, 2, 3), pool.choose(1, 2), pool.choose(0, 1, 2)
    lengths = [pool.known[t].shape[0] for t in (X, K)]
    count = window_count(*lengths, s, padding, d)
    if count < 1:
        return None
    if all(t.shape[0].is_Integer for t in (X, K)) or pool.choose(False, True):
        count = window_count(X.shape[0], K.shape[0], s, padding, d)
    i, p = Index("i", count), Index("p", K.shape[0])
    return from_expression((i,), total(Entry(X.ref, s * i + d * p - padding) * Entry(K.ref, p), p))


def index_notation(pool):
    """Equations that NumPy has no name for: nested sums, a bound index used twice, products over an index."""
    x = pool.pick(rank(1), lambda t: pool.known[t].shape[0] > 0)
    if x is None:
        return None
    i, j, k = (Index(letter, x.shape[0]) for letter in "ijk")
    at = lambda e: Entry(x.ref, e)  # noqa: E731
    bodies = [
        total(at(k) * total(at(k) * at(j), j), k),
        at(i) * total(at(j) ** 2, j),
        over("prod", 1 + at(j) * at(i) / 2, j),
        total(at(i + j) * at(j), j),
        total(at(2 * j) * at(i), j) + i,
        over("sum", at(i - j), j) * x.shape[0],
    ]
    body = pool.choose(*bodies)
    return from_expression((i,) if body.has(i) else (), body)


def naming(pool):
    x = pool.pick(lambda t: not t.is_input and not t.name)
    return None if x is None else let(f"q{len(pool.tensors)}", x)


def reuse(pool):
    """The same tensor by two paths."""
    x = pool.pick()
    y = pool.pick(lambda t: x in t.operands)
    return None if y is None or not fits(x)(y) else pool.choose(x * y, x + y)


OPERATIONS = (
    arithmetic,
    affine,
    common,
    activation,
    kinked,
    powers,
    product,
    reduction,
    reduction,
    shaping,
    slicing,
    reshaping,
    diagonals,
    kinked_pair,
    clipped,
    pairwise,
    whole,
    window,
    index_notation,
    naming,
    reuse,
)
IRRATIONAL = {pairwise, common}


def closing(pool):
    """A scalar of the latest tensor, and of what else no other uses."""
    t = pool.tensors[-1]
    f = t if t.ndim == 0 else pool.choose(t.sum, t.mean, (t * t).sum)()
    used = {o for t in pool.tensors for o in t.operands}
    for other in [u for u in pool.tensors[:-1] if u not in used and not u.is_input]:
        if pool.choose(True, False):
            f = f + other.sum()
    return f


@st.composite
def tensor_graphs(draw, *, max_operations=8, scalar=None, rational=False, symbolic=None):
    """A `Graph`.

    `scalar`: whether the output has no axes (None: either). `rational`: only operations that stay within the rationals.
    `symbolic`: whether sizes are symbols (None: each may be).
    """
    pool = Pool(draw, rational)
    inputs = drawn_inputs(pool, symbolic)
    operations = tuple(o for o in OPERATIONS if not (rational and o in IRRATIONAL))
    for _ in range(draw(st.integers(min(2, max_operations), max_operations))):
        t = draw(st.sampled_from(operations))(pool)
        if t is not None:
            pool.add(t)
    output = pool.tensors[-1]
    if scalar or (scalar is None and draw(st.booleans())):
        output = closing(pool)
    if output.is_input:
        output = output * 2
    return Graph(output, inputs, pool.values, pool.sizes)


def drawn_inputs(pool, symbolic) -> tuple[Tensor, ...]:
    """One to three inputs whose axes share three sizes; all entries differ and none is 0."""
    sizes = {name: pool.draw(st.sampled_from((2, 3, 1))) for name in "mnr"}
    symbols = {name: symbolic if symbolic is not None else pool.draw(st.booleans()) for name in sizes}
    pool.sizes = {name: n for name, n in sizes.items() if symbols[name]}
    inputs = []
    for name in ("x", "W", "b")[: pool.draw(st.integers(1, 3))]:
        axes = pool.draw(st.lists(st.sampled_from([*"mnr", "1"]), min_size=0 if name == "b" else 1, max_size=2))
        shape = tuple(1 if a == "1" else param(a) if symbols[a] else sizes[a] for a in axes)
        inputs.append((input_tensor(name, shape), tuple(sizes.get(a, 1) for a in axes)))
    count = sum(math.prod(shape) for _, shape in inputs)
    entries = iter(pool.draw(st.lists(st.integers(-14, 13), min_size=count, max_size=count, unique=True)))
    for t, shape in inputs:
        flat = np.array([Fraction(2 * next(entries) + 1, 16) for _ in range(math.prod(shape))], dtype=object)
        pool.values[t.name] = flat.reshape(shape).tolist()
    for t, _ in inputs:
        pool.add(t)
    return tuple(t for t, _ in inputs)
