"""The language means what NumPy means: operations on tensors, evaluated by plain loops, against NumPy on arrays."""

import math
import operator

import hypothesis.extra.numpy as hnp
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sympy import exp

import symgrad.expr.protocols  # gives tensors their operators
from symgrad.errors import EvaluationError, LimitError, OptionError, ShapeError, SymgradError, UnknownNameError
from symgrad.expr import contractions, joining, named, reductions, shaping
from symgrad.expr.constants import eye, full, ones, zeros
from symgrad.expr.elementwise import ELEMENTWISE
from symgrad.expr.evaluate import EXACT, evaluate
from symgrad.expr.indices import param
from symgrad.expr.numpy_names import FUNCTIONS, names
from symgrad.expr.operations import FORMULAS, elementwise, where
from symgrad.expr.tensors import Tensor, input_tensor, let
from tests.strategies import tensor_graphs

RNG = np.random.default_rng(7)


def inputs(shapes, symbolic=False):
    """Tensors a, b, c of the shapes; with `symbolic`, sizes above 1 become the params n2, n3, …"""

    def size(n):
        return param(f"n{n}") if symbolic and n > 1 else n

    return [input_tensor(name, tuple(map(size, s))) for name, s in zip("abcd", shapes, strict=False)]


def numbers(t: Tensor, arrays):
    return numbers_of(evaluate(t, dict(zip("abcd", arrays, strict=False))))


def numbers_of(got):
    return np.array(got.data, dtype=float).reshape(got.shape)


def agree(function, arrays, symbolic=False, reference=None):
    """`function` of tensors, evaluated, is `reference` (the same function) of arrays."""
    want = np.asarray((reference or function)(*arrays), dtype=float)
    tensors = inputs([a.shape for a in arrays], symbolic)
    t = function(*tensors)
    assert isinstance(t, Tensor)
    got = numbers(t, arrays)
    assert got.shape == want.shape
    assert symbolic or tuple(map(int, t.shape)) == want.shape
    np.testing.assert_allclose(got, want, rtol=1e-11, atol=1e-12)


def sample(shape):
    """Distinct multiples of 1/8, none of them 0."""
    n = math.prod(shape)
    return (RNG.permutation(2 * n)[:n].reshape(shape) - n + 0.5) / 4


A, B, V, W, X3 = (2, 3), (3, 4), (3,), (2,), (2, 3, 4)
CASES = {
    "arithmetic": (lambda a, b: -a * 2 + b / 4 - (1 - a) ** 2 + 3 / (a * a + 1), [A, V]),
    "power of a scalar": (lambda a: 2**a + a**3 + (a * a) ** 0.5, [A]),
    "constants beside": (lambda a: a + np.array([[1.5], [2]]) - np.arange(3) + np.float64(2) * a, [A]),
    "numpy scalar first": (lambda a: np.int64(3) - a * np.float64(0.5), [A]),
    "array first": (lambda a: np.arange(3.0) * a, [A]),
    "comparisons": (lambda a, b: (a > b) + 2 * (a >= 0.25) + 4 * (a < b) + 8 * (a <= b), [A, V]),
    "equal": (lambda a, b: (a == b) + 2 * (a != b), [A, A]),
    "where": (lambda a, b: np.where(a > b, a, 0) + np.where(b, 1, a), [A, V]),
    "where mask": (lambda a: np.where(np.array([True, False, True]), a, -1), [A]),
    "clip": (lambda a: np.clip(a, -0.3, 0.8) + np.clip(a, None, 1) + np.clip(a, 0, None), [A]),
    "maximum": (lambda a, b: np.maximum(a, b) - np.minimum(a, 0), [A, V]),
    "abs": (lambda a: abs(a) + np.absolute(a) + np.fabs(a), [A]),
    "logical": (lambda a, b: np.logical_and(a > 0, b > 0) + 2 * np.logical_or(a > 0, b > 0), [A, A]),
    "bitwise": (lambda a, b: ((a > 0) & (b > 0)) + 2 * ((a > 0) | ~(b > 0)) + 4 * ((a > 0) ^ (b > 0)), [A, A]),
    "transpose": (lambda a: a.T, [A]),
    "transpose 3": (lambda a: np.transpose(a, (2, 0, 1)) + a.transpose(2, 0, 1), [X3]),
    "mT": (lambda a: np.matrix_transpose(a), [X3]),
    "swapaxes": (lambda a: np.swapaxes(a, 0, -1), [X3]),
    "moveaxis": (lambda a: np.moveaxis(a, (0, 1), (-1, 0)), [X3]),
    "expand squeeze": (lambda a: np.squeeze(np.expand_dims(a, (0, 2)), 0), [A]),
    "flatten": (lambda a: a.flatten() * np.ravel(a), [X3]),
    "broadcast_to": (lambda a: np.broadcast_to(a, (2, 2, 3)), [V]),
    "flip": (lambda a: np.flip(a, 1) + np.flip(a) + np.fliplr(a) + np.flipud(a), [A]),
    "roll": (lambda a: np.roll(a, 1, 1) + np.roll(a, -2, 0) + np.roll(a, 2), [A]),
    "roll two": (lambda a: np.roll(a, (1, 5), (0, 1)), [A]),
    "repeat": (lambda a: np.repeat(a, 3, 1), [A]),
    "repeat all": (lambda a: np.repeat(a, 2), [A]),
    "tile": (lambda a: np.tile(a, (2, 1, 2)), [A]),
    "diag": (lambda a: np.diag(a) + np.eye(3), [V]),
    "diag below": (lambda a: np.diag(a, -1), [V]),
    "diag above": (lambda a: np.diag(a, 2), [V]),
    "trace": (lambda a: np.trace(a), [(3, 3)]),
    "triangles": (lambda a: np.tril(a) + 2 * np.triu(a, 1) + 4 * np.tril(a, -1) + 8 * np.triu(a, -1), [B]),
    "concatenate": (lambda a, b: np.concatenate([a, b, a], axis=0), [A, (4, 3)]),
    "concatenate last": (lambda a, b: np.concatenate([a, b], axis=-1), [A, (2, 1)]),
    "concatenate flat": (lambda a, b: np.concatenate([a, b], axis=None), [A, V]),
    "stack": (lambda a, b: np.stack([a, b], axis=-1) + np.stack([b, a], 2), [A, A]),
    "stacks": (lambda a, b: np.vstack([a, b]) + np.column_stack([a, b]).T, [V, V]),
    "hstack": (lambda a, b: np.hstack([a, b]), [A, (2, 2)]),
    "split": (lambda a: np.split(a, [1, 2], axis=1)[1] * np.split(a, 3, 1)[2], [A]),
    "pad": (lambda a: np.pad(a, 1) + np.pad(a, ((1, 1), (0, 2)), constant_values=2.5), [A]),
    "pad edge": (lambda a: np.pad(a, ((2, 1), (0, 1)), mode="edge"), [A]),
    "pad reflect": (lambda a: np.pad(a, (1, 1), mode="reflect"), [A]),
    "pad symmetric": (lambda a: np.pad(a, 2, mode="symmetric"), [A]),
    "pad wrap": (lambda a: np.pad(a, 2, mode="wrap"), [A]),
    "sum": (lambda a: a.sum() + np.sum(a, axis=0), [A]),
    "mean": (lambda a: a.mean() + np.mean(a, axis=(0, -1), keepdims=True), [X3]),
    "max min": (lambda a: a.max(axis=1) - np.min(a, axis=-2) + np.amax(a), [(3, 3)]),
    "prod": (lambda a: a.prod(0) * np.prod(a), [A]),
    "var std": (lambda a: a.var(axis=1, keepdims=True) + np.std(a, axis=1, ddof=1, keepdims=True) + a.var(), [A]),
    "cumsum": (lambda a: np.cumsum(a, 1) + np.cumsum(a, 0), [A]),
    "ufunc reduce": (lambda a: np.add.reduce(a) + np.maximum.reduce(a, axis=0) * np.logaddexp.reduce(a), [A]),
    "norm": (lambda a: np.linalg.norm(a) + np.linalg.norm(a, axis=0) + np.linalg.norm(a, "fro"), [A]),
    "norm 1": (lambda a: np.linalg.norm(a, 1, axis=0) + np.linalg.norm(a, np.inf, 0) + np.linalg.norm(a, 2, 0), [A]),
    "norm of matrix": (lambda a: np.linalg.norm(a, 1) + np.linalg.norm(a, np.inf, keepdims=True), [A]),
    "dot": (lambda a, b: np.dot(a, b) + np.dot(2, a) @ b, [A, B]),
    "dot 3": (lambda a, b: np.dot(a, b), [(2, 2, 3), (4, 3, 2)]),
    "inner": (lambda a, b: np.inner(a, b), [A, (4, 3)]),
    "outer": (lambda a, b: np.outer(a, b), [A, V]),
    "vdot": (lambda a, b: np.vdot(a, b), [A, A]),
    "vecdot": (lambda a, b: np.vecdot(a, b), [X3, (4,)]),
    "tensordot": (lambda a, b: np.tensordot(a, b, 1) + np.tensordot(b, a, ([0], [1])).T, [A, B]),
    "tensordot 2": (lambda a, b: np.tensordot(a, b, ([1, 0], [0, 1])), [A, (3, 2, 4)]),
    "heaviside": (lambda a: np.heaviside(a, 0.5) + np.square(a) + np.reciprocal(a), [A]),
    "hypot": (lambda a, b: np.hypot(a, b) + np.power(abs(a), b), [A, A]),
    "logs": (lambda a: np.log2(abs(a)) + np.log10(abs(a)) + np.exp2(a) + np.deg2rad(a) + np.degrees(a), [A]),
    "like": (lambda a: np.ones_like(a) + a * np.zeros_like(a) + np.full_like(a, 2.5), [A]),
    "average": (lambda a: np.average(a, axis=0), [A]),
    "numbers of axes": (lambda a: a / np.size(a) + np.ndim(a), [A]),
}
INTEGER_SIZES = {  # the array's sizes stand in the call, or the size decides what is left
    "constants beside", "array first", "where mask", "broadcast_to", "diag", "split", "pad reflect", "pad symmetric",
    "pad wrap", "pad edge", "triangles", "stacks",
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_an_operation_means_what_numpy_means(case):
    function, shapes = CASES[case]
    agree(function, [sample(s) for s in shapes])


@pytest.mark.parametrize("case", sorted(CASES.keys() - INTEGER_SIZES))
def test_an_operation_on_symbolic_sizes_means_what_numpy_means(case):
    function, shapes = CASES[case]
    agree(function, [sample(s) for s in shapes], symbolic=True)


sizes = st.integers(0, 3)
values = st.integers(-6, 6)


def arrays(shape, elements=values):
    return hnp.arrays(np.int64, shape, elements=elements)


@given(st.data())
def test_broadcasting(data):
    shapes = data.draw(hnp.mutually_broadcastable_shapes(num_shapes=3, max_dims=3, max_side=3, min_side=0)).input_shapes
    agree(lambda a, b, c: a * b - c * 2, [data.draw(arrays(s)) for s in shapes])


def root_of_squares(a, axis, keepdims):
    return np.sqrt(np.sum(a * a, axis=axis, keepdims=keepdims))


SUMMED = {
    "sum": np.sum,
    "prod": np.prod,
    "max": np.max,
    "min": np.min,
    "mean": np.mean,
    "var": np.var,
    "norm": root_of_squares,
}


@given(st.data(), st.sampled_from(sorted(SUMMED)), st.booleans(), st.booleans())
def test_reductions(data, name, keepdims, symbolic):
    shape = data.draw(
        hnp.array_shapes(min_dims=0, max_dims=3, min_side=0 if name in ("sum", "prod") else 1, max_side=3)
    )
    axes = st.tuples() if not shape else hnp.valid_tuple_axes(len(shape))
    axis = data.draw(st.none() | axes | (st.integers(-len(shape), len(shape) - 1) if shape else st.none()))
    array = data.draw(arrays(shape))

    def reference(a):
        return SUMMED[name](a, axis=axis, keepdims=keepdims)

    agree(lambda a: getattr(a, name)(axis=axis, keepdims=keepdims), [array], symbolic, reference)


@given(st.data())
def test_indexing(data):
    array = data.draw(arrays(data.draw(hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=5))))
    key = data.draw(hnp.basic_indices(array.shape, allow_newaxis=True))
    agree(lambda a: a[key], [array])


@given(st.data(), st.sampled_from([1, 2, 3, -1, -2, -3]), st.integers(0, 3), st.integers(0, 3))
def test_slices_of_a_symbolic_axis(data, step, start, drop):
    key = slice(None, None, step) if step < 0 else slice(start or None, -drop or None, step)
    size = st.integers(max(2, start + drop), 6)  # a symbolic length is never taken for 0 where it is negative
    agree(lambda a: a[key], [data.draw(arrays(data.draw(st.tuples(size))))], symbolic=True)


@given(st.data(), st.booleans())
def test_reshape(data, symbolic):
    shape = data.draw(hnp.array_shapes(min_dims=0, max_dims=3, min_side=1, max_side=4))
    n = math.prod(shape)
    first = data.draw(st.sampled_from([d for d in range(1, n + 1) if n % d == 0]))
    second = data.draw(st.sampled_from([d for d in range(1, n // first + 1) if n // first % d == 0]))
    wanted = data.draw(st.permutations([first, second, -1]))
    array = data.draw(arrays(shape))
    if symbolic:
        agree(lambda a: a.reshape(-1), [array], symbolic)
    else:
        agree(lambda a: a.reshape(wanted), [array])
        agree(lambda a: np.reshape(a, (*wanted,)), [array])


@given(st.data())
def test_reshape_of_symbolic_sizes(data):
    m, n, k = (param(s) for s in "mnk")
    array = data.draw(arrays((2, 3, 4)))
    t = input_tensor("a", (m, n, k))
    for new in ((m * n, k), (m, n * k), (n, k, m), (k, -1), (-1, n), (m * n * k,), (1, m, n, 1, k)):
        at = dict(zip((m, n, k), (2, 3, 4), strict=True))
        concrete = [n if n == -1 else int(n.xreplace(at)) if hasattr(n, "xreplace") else n for n in new]
        np.testing.assert_array_equal(numbers(t.reshape(new), [array]), array.reshape(concrete))


@given(st.data(), st.booleans())
def test_matmul(data, symbolic):
    shapes = data.draw(
        hnp.mutually_broadcastable_shapes(
            signature=np.matmul.signature, max_dims=2, max_side=3, min_side=0 if not symbolic else 1
        )
    ).input_shapes
    agree(operator.matmul, [data.draw(arrays(s)) for s in shapes], symbolic)


@st.composite
def einsums(draw):
    """(subscripts, shapes) of valid calls: repeated indices, size-1 axes, ellipses, implicit outputs."""
    size = {c: draw(st.integers(1, 3)) for c in "ijkl"}
    terms = draw(st.lists(st.lists(st.sampled_from("ijkl"), max_size=3), min_size=1, max_size=3))
    dots = draw(st.booleans())
    shapes = [tuple(size[c] for c in t) for t in terms]
    if dots:
        shapes = [(2,) * draw(st.integers(0, 2)) + s for s in shapes]
    text = ",".join(("..." if dots else "") + "".join(t) for t in terms)
    if draw(st.booleans()):
        seen = sorted({c for t in terms for c in t})
        output = draw(st.permutations(seen))[: draw(st.integers(0, len(seen)))]
        text += "->" + ("..." if dots else "") + "".join(output)
    return text, shapes


@given(einsums(), st.data())
def test_einsum(case, data):
    text, shapes = case
    agree(lambda *operands: np.einsum(text, *operands), [data.draw(arrays(s)) for s in shapes])


def test_einsum_stretches_an_axis_of_size_one():
    agree(lambda a, b: np.einsum("ij,jk->ik", a, b), [sample((2, 1)), sample((3, 2))])


@given(st.data(), st.sampled_from(["edge", "reflect", "symmetric", "wrap", "constant"]))
def test_pad(data, mode):
    shape = data.draw(hnp.array_shapes(max_dims=2, min_side=1, max_side=4))
    width = st.integers(0, min(shape) - 1 if mode == "reflect" else min(shape))
    widths = [(data.draw(width), data.draw(width)) for _ in shape]
    agree(lambda a: np.pad(a, widths, mode=mode), [data.draw(arrays(shape))])


@given(st.data(), st.integers(-5, 5))
def test_diagonals(data, k):
    array = data.draw(arrays(data.draw(hnp.array_shapes(min_dims=2, max_dims=3, max_side=4, min_side=0))))
    agree(lambda a: np.diagonal(a, k, 0, -1), [array])
    agree(lambda a: np.trace(a, k), [array])
    agree(lambda a: np.tril(a, k), [array])
    agree(lambda a: np.triu(a, k), [array])


def softmax(z, axis=-1):
    e = np.exp(z - z.max(axis, keepdims=True))
    return e / e.sum(axis, keepdims=True)


@pytest.mark.parametrize("axis", [0, 1, -1])
@pytest.mark.parametrize("symbolic", [False, True])
def test_named_functions(axis, symbolic):
    z, y = sample(A), softmax(sample(A), axis)
    agree(lambda a: named.softmax(a, axis), [z], symbolic, lambda a: softmax(a, axis))
    agree(lambda a: named.log_softmax(a, axis), [z], symbolic, lambda a: np.log(softmax(a, axis)))

    def entropy(a, b):
        return np.mean(-np.sum(b * np.log(softmax(a, axis)), axis))

    agree(lambda a, b: named.cross_entropy(a, b, axis), [z, y], symbolic, entropy)
    agree(lambda a: named.l1_norm(a, axis), [z], symbolic, lambda a: np.abs(a).sum(axis))
    agree(
        lambda a: named.l2_norm(a, axis, keepdims=True),
        [z],
        symbolic,
        lambda a: np.linalg.norm(a, axis=axis, keepdims=True),
    )
    agree(lambda a: reductions.logsumexp(a, axis), [z], symbolic, lambda a: np.log(np.exp(a).sum(axis)))
    agree(named.mse, [z, y], symbolic, lambda a, b: ((a - b) ** 2).mean())


def test_named_functions_stay_whole_and_are_stable():
    (z,) = inputs([(2,)])
    assert named.softmax(z).template.label == "softmax"
    assert named.cross_entropy(z, z).template.label == "cross_entropy"
    assert named.softmax(z) is named.softmax(z, 0)
    np.testing.assert_allclose(numbers(named.softmax(z), [np.array([1000.0, 0])]), [1, 0])
    np.testing.assert_allclose(numbers(named.log_softmax(z), [np.array([1000.0, 0])]), [0, -1000])


def test_cross_entropy_of_images_is_the_mean_over_all_but_the_classes():
    z, y = sample(X3), softmax(sample(X3), 1)
    agree(
        lambda a, b: named.cross_entropy(a, b, 1),
        [z, y],
        False,
        lambda a, b: -(b * np.log(softmax(a, 1))).sum(1).mean(),
    )


@pytest.mark.parametrize("name", sorted(FORMULAS))
def test_every_formula_of_numpy_is_that_of_numpy(name):
    ufunc = getattr(np, name, None)
    if not isinstance(ufunc, np.ufunc):
        pytest.skip("NumPy has no ufunc of this name")
    agree(ufunc, [abs(sample(A)) for _ in range(ufunc.nin)])


UFUNCS = (
    "exp expm1 exp2 log log1p log2 log10 sqrt square reciprocal sin cos tan sinh cosh tanh arcsin arccos arctan "
    "arcsinh arccosh arctanh absolute fabs sign negative positive logaddexp hypot heaviside maximum minimum "
    "true_divide float_power arctan2 deg2rad degrees"
)


@pytest.mark.parametrize("name", UFUNCS.split())
def test_every_ufunc_is_that_of_numpy(name):
    ufunc = getattr(np, name)
    offset = 1 if name == "arccosh" else 0
    agree(ufunc, [abs(sample(A)) / 2 + offset for _ in range(ufunc.nin)])


@pytest.mark.parametrize("row", ELEMENTWISE, ids=str)
def test_every_row_is_reachable_by_its_names(row):
    required = row.arity - len([p for p in row.parameters if p[1] is not None])
    operands = inputs([A] * required)
    t = elementwise(row.name, *operands)
    assert t.template.body.has(row.head) or row.head is exp
    assert all(elementwise(alias, *operands) is not None for alias in row.aliases)


def test_parameters_by_name():
    a, b = inputs([A, A])
    assert elementwise("leaky_relu", a, slope=0.1).template is elementwise("leaky_relu", b, 0.1).template
    assert elementwise("leaky_relu", a).template.body == elementwise("leaky_relu", a, 0.01).template.body
    with pytest.raises(OptionError, match="leaky_relu takes no slop=\nit takes slope"):
        elementwise("leaky_relu", a, slop=0.1)


def test_constants():
    for t, want in ((zeros((2, 3)), np.zeros((2, 3))), (ones(2), np.ones(2)), (full((2,), 0.5), np.full(2, 0.5))):
        np.testing.assert_array_equal(numbers(t, []), want)
    for args in ((3,), (2, 3), (3, 3, 1), (3, 2, -1)):
        np.testing.assert_array_equal(numbers(eye(*args), []), np.eye(*args))
    with pytest.raises(LimitError, match="at most 64"):
        inputs([(100,)])[0] + np.arange(100)


def test_places_written_with_the_symbolic_size():
    x = input_tensor("x", (n,))
    assert x[n - 1] is x[-1] and x[: n - 1] is x[:-1] and x[:n] is not None
    assert x[param("p")].shape == () and x[param("p") :].shape == (n - param("p"),)


def test_tensors_are_shared():
    a, b = inputs([A, A])
    assert a + b is a + b
    assert (a @ b.T).template is (b @ a.T).template
    assert a.reshape(2, 3) is a and a[...] is a and a.transpose(0, 1) is a


def test_equal_shapes_share_a_template():
    m, n, k = (param(s) for s in "mnk")
    first = input_tensor("W", (m, n)) @ input_tensor("x", (n,))
    second = input_tensor("U", (n, k)) @ input_tensor("y", (k,))
    assert first.template is second.template and second.shape == (n,)


def test_a_tensor_is_hashed_and_compared_by_identity():
    a, b = inputs([A, (4, 5)])
    assert {a: 1, b: 2}[b] == 2 and len({a, b, a}) == 2
    assert a in [b, a] and a not in [b, b + 1]
    assert bool(a == a) and not bool(a != a) and not bool(a == a.T.T * 1) and a != 3
    assert a != "a" and a is not None and a != None  # noqa: E711
    c = input_tensor("c", A)
    assert isinstance(a == c, Tensor) and a != c and c not in [a]


def test_a_condition_on_entries_has_no_truth_value():
    (a,) = inputs([A])
    with pytest.raises(SymgradError, match=r"no truth value[\s\S]*np\.where"):
        bool(a > 0)
    with pytest.raises(SymgradError, match=r"a has no truth value"):
        bool(a)


def test_rows():
    a, s = input_tensor("a", A), input_tensor("s", (param("n"), 2))
    first, second = a
    assert (first, second) == (a[0], a[1]) and len(a) == 2
    for use in (len, list):
        with pytest.raises(TypeError, match=r"first axis of s, shape \(n, 2\)"):
            use(s)
        with pytest.raises(TypeError, match="no axes"):
            use(a.sum())


def test_where_blocks_what_is_not_chosen():
    (a,) = inputs([(2,)])
    t = where(a > 0, np.log(a), 0)
    np.testing.assert_array_equal(numbers(t, [np.array([1.0, -1.0])]), [0, 0])


def test_a_sum_over_nothing_is_zero_and_a_maximum_has_no_value():
    (a,) = inputs([(0, 2)])
    assert numbers(a.sum(0), [np.zeros((0, 2))]).tolist() == [0, 0]
    assert numbers(a.prod(), [np.zeros((0, 2))]) == 1
    for name in ("max", "min", "mean"):
        with pytest.raises(ShapeError, match=f"{name} of an empty axis has no value"):
            getattr(a, name)(0)
    s = input_tensor("s", (param("n"),))
    with pytest.raises(EvaluationError, match="empty axis"):
        evaluate(s.max(), {"s": []})


m, n = param("m"), param("n")
P, Q, x = input_tensor("P", (m, n)), input_tensor("Q", (2, 3)), input_tensor("x", (n,))
REFUSED = {
    "matmul": (lambda: P @ P, ShapeError, r"matmul: shapes \(m, n\) and \(m, n\) do not fit, axis 1 .* n, axis 0 .* m"),
    "add": (lambda: P + P.T, ShapeError, r"add: shapes \(m, n\) and \(n, m\) do not fit, axis 0 .* m, axis 0 .* n"),
    "add aligned": (lambda: P + Q, ShapeError, r"add: shapes \(m, n\) and \(2, 3\) do not fit"),
    "exp2": (lambda: np.logaddexp(x, Q), ShapeError, r"shapes \(2, 3\) and \(n,\)|shapes \(n,\) and \(2, 3\)"),
    "scalar matmul": (lambda: P @ 2, ShapeError, r"multiply by a scalar with \*"),
    "einsum": (lambda: np.einsum("ij,jk", P, P), ShapeError, r"einsum: .*index j: axis 1 is n, axis 0 is m"),
    "einsum rank": (lambda: np.einsum("ijk->k", P), ShapeError, r"'ijk' in 'ijk->k' does not fit shape \(m, n\)"),
    "einsum operands": (lambda: np.einsum("i,j", x), OptionError, "names 2 operands, 1 given"),
    "einsum output": (lambda: np.einsum("i->j", x), OptionError, "the output"),
    "tensordot": (
        lambda: np.tensordot(P, P, 1),
        ShapeError,
        r"tensordot: .*axis 1 of the left is n, axis 0 of the right is m",
    ),
    "reshape": (
        lambda: P.reshape(n, n),
        ShapeError,
        r"reshape: shapes \(m, n\) and \(n, n\) do not fit, m\*n entries become n\*\*2",
    ),
    "reshape -1": (lambda: x.reshape(2, -1), ShapeError, "not known to be a multiple of 2"),
    "axis": (lambda: P.sum(2), ShapeError, r"sum: axis 2 does not exist in shape \(m, n\)\naxes are -2 to 1"),
    "axis twice": (lambda: P.sum((0, -2)), ShapeError, "twice"),
    "logsumexp axis": (lambda: reductions.logsumexp(x, 3), ShapeError, "logsumexp: axis 3"),
    "index": (lambda: Q[5], ShapeError, r"index 5 is out of range for axis 0 of shape \(2, 3\)"),
    "indices": (lambda: Q[0, 0, 0], ShapeError, "3 indices for shape"),
    "fancy": (lambda: Q[[0, 1]], OptionError, "np.stack"),
    "mask": (lambda: Q[Q > 0], OptionError, "np.where"),
    "slice": (lambda: x[:3], ShapeError, r"the stop 3 on axis 0 of shape \(n,\): what is left depends on the size n"),
    "concatenate": (
        lambda: np.concatenate([P, Q]),
        ShapeError,
        r"concatenate: shapes \(m, n\) and \(2, 3\) .*axis 1 is n and 3",
    ),
    "stack": (lambda: np.stack([P, x]), ShapeError, r"stack: shapes \(m, n\) and \(n,\) do not fit, 2 axes and 1"),
    "split": (lambda: np.split(Q, 2, 1), ShapeError, "does not divide into 2 equal parts"),
    "squeeze": (lambda: np.squeeze(P, 0), ShapeError, "squeeze: axis 0 .* is m, not 1"),
    "broadcast_to": (lambda: np.broadcast_to(Q, (2, 4)), ShapeError, r"broadcast_to: shapes \(2, 3\) and \(2, 4\)"),
    "cross_entropy": (lambda: named.cross_entropy(P, P.T), ShapeError, "cross_entropy: shapes .*axis 0 is m and n"),
    "function": (lambda: elementwise("sigmoidd", x), UnknownNameError, "no function sigmoidd\ndid you mean sigmoid"),
    "numpy function": (lambda: np.linalg.inv(P), UnknownNameError, "no function inv"),
    "numpy ufunc": (lambda: np.floor(x), UnknownNameError, "no function floor"),
    "pad mode": (lambda: np.pad(x, 1, mode="edgy"), UnknownNameError, "did you mean edge"),
    "arguments": (lambda: elementwise("exp", x, x), OptionError, "exp takes 1 argument, 2 given"),
    "out": (lambda: np.exp(Q, out=np.zeros((2, 3))), OptionError, "takes no out="),
    "dtype": (lambda: np.sum(Q, dtype=float), OptionError, "takes no dtype="),
    "order": (lambda: Q.reshape(3, 2, order="F"), OptionError, "row-major"),
    "norm": (lambda: np.linalg.norm(Q, 2), OptionError, "ord 2 over 2 axes"),
    "infinity": (lambda: x + float("inf"), OptionError, "np.where"),
    "zero": (lambda: x / 0, SymgradError, "division by zero"),
    "outer": (lambda: np.add.outer(x, x), TypeError, "np.add.outer of a tensor is not available"),
    "array": (lambda: np.asarray(x), TypeError, "x is an equation and holds no numbers"),
    "string": (lambda: x + "1", TypeError, "unsupported operand"),
    "complex": (lambda: x * 1j, TypeError, "unsupported operand"),
    "size": (lambda: zeros((2, -1)), ShapeError, "zeros: -1|full: -1"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_does_not_fit_is_refused_with_its_reason(case):
    call, kind, words = REFUSED[case]
    with pytest.raises(kind, match=words):
        call()


def test_every_function_has_one_of_numpys_names_or_its_own():
    assert {"exp", "sum", "einsum", "softmax", "divide"} <= set(names())
    assert callable(FUNCTIONS["sum"]) and joining.FILLS and shaping.transpose and contractions.matmul


def test_names_survive():
    (a,) = inputs([A])
    assert let("q", a + 1).name == "q" and (let("q", a + 1) * 2).operands[0].name == "q"
    assert symgrad.expr.protocols.PROPERTIES["T"](a) is a.T


def test_size_one_axes_are_read_at_zero():
    a, b = inputs([(2, 1), (2, 3)])
    assert str((a + b).equation[1]) == "a[i, 0] + b[i, j]"


@given(tensor_graphs())
def test_drawn_models_have_mild_values(graph):
    got = numbers_of(evaluate(graph.output, graph.point))
    assert np.isfinite(got).all() and np.isfinite(numbers_of(evaluate(graph.output, graph.floats))).all()
    assert repr(graph).startswith("Graph:")


@given(tensor_graphs(rational=True, scalar=True))
def test_drawn_rational_models_have_exact_values(graph):
    exact = evaluate(graph.output, graph.point, EXACT)
    assert graph.output.ndim == 0
    np.testing.assert_allclose(float(exact.data[0]), evaluate(graph.output, graph.floats).data[0], rtol=1e-9, atol=1e-9)


@given(st.integers(0, 4), st.integers(0, 4))
def test_symbolic_sizes_that_meet_must_be_equal(p, q):
    assume(p != q)
    s, t = input_tensor("s", (n,)), input_tensor("t", (n,))
    with pytest.raises(ShapeError):
        evaluate(s + t, {"s": [1] * p, "t": [1] * q})
