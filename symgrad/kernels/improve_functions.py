"""Rules of functions: softmax, the normal distribution, sigmoid, masks, each where the equations spell it out.

Two results of one routine (`PAIRS`) are found afterwards, when it is known that both are needed.
"""

from __future__ import annotations

from collections.abc import Sequence

from sympy import Integer, Rational, sqrt

from .improve_arithmetic import coefficient, scaled
from .polynomials import polynomial
from .program import IMAGE_OPS, Builder, Value
from .schedule import large, needed


def softmax(at: Builder, v: Value) -> Value | None:
    """`exp(x − log Σ exp x)` over some axes."""
    difference = v.args[0]
    if v.options[0] != "exp" or difference.op != "ufunc" or difference.options[0] != "subtract":
        return None
    x, total = difference.args
    places = list(range(len(total.shape)))
    if total.op == "axes":
        (total,), (places,) = total.args, total.options
    if total.op != "logsumexp" or total.args[0] is not x:
        return None
    over = total.options[0]
    kept = iter(range(len(x.shape) - len(over)))
    wanted = [None if k in over else next(kept) for k in range(len(x.shape))]
    while wanted and wanted[0] is None:
        wanted.pop(0)
    return at.value("softmax_rows", (x,), (over,), x.shape) if wanted == list(places) else None


def softplus(at: Builder, v: Value) -> Value | None:
    """`log(e⁰ + eˣ)`; `np.logaddexp` takes ten times as long."""
    if v.options[0] != "logaddexp" or not v.shape or not is_number(v.args[0], 0):
        return None
    return at.ufunc("softplus", v.args[1])


def sigmoid(at: Builder, v: Value) -> Value | None:
    """`exp(−log(1 + eˣ)) = 1/(1 + eˣ)`, the sigmoid of −x."""
    if v.options[0] != "exp":
        return None
    p = polynomial(v.args[0])
    if p is None or p.coefficients != {1: -1} or p.base.op != "ufunc" or p.base.options[0] != "softplus":
        return None
    return at.ufunc("sigmoid", at.ufunc("negative", p.base.args[0]))


def normal_cdf(at: Builder, v: Value) -> Value | None:
    """`erfc(−x/√2) = 2 Φ(x)`."""
    if v.options[0] != "erfc" or not v.shape:
        return None
    p = polynomial(v.args[0])
    if p is None or set(p.coefficients) != {1} or p.coefficients[1] != -1 / sqrt(2):
        return None
    return scaled(at, Integer(2), at.ufunc("normal_cdf", p.base))


def relu(at: Builder, v: Value) -> Value | None:
    """`max(x, 0)`, three times as fast as `np.maximum` with a number."""
    if v.options[0] != "maximum" or not v.shape:
        return None
    for x, zero in (v.args, v.args[::-1]):
        if is_number(zero, 0) and x.shape == v.shape and x.kind == "float":
            return at.ufunc("relu", x)
    return None


def add_along(at: Builder, v: Value) -> Value | None:
    """`image + v` with v along one axis, such as a bias for each channel: the few of a pixel lie side by side."""
    if v.options[0] != "add":
        return None
    for x, row in (v.args, v.args[::-1]):
        if x.op in IMAGE_OPS and x.shape == v.shape and row.op == "axes" and len(row.args[0].shape) == 1:
            places = row.options[0]
            if sum(p is not None for p in places) == 1 and places[-1] is None:
                axis = len(v.shape) - len(places) + places.index(0)
                return at.value("add_along", (x, row.args[0]), (axis,), v.shape)
    return None


def selected(at: Builder, v: Value) -> Value | None:
    """`[c] x`: where all entries of a choice are 0 that are not x's."""
    c, x, zero = v.args
    if not is_number(zero, 0) or c.kind != "bool" or x.kind != "float" or not x.shape:
        return None
    return at.value("selected", (c, x), (), v.shape)


def sum_over(at: Builder, v: Value) -> Value | None:
    """A sum over some axes is a product with ones where they lie outside or inside of all others.

    One over all axes of a large array is taken of each row first, which blocks of rows can do.
    """
    (x,), (name, places) = v.args, v.options
    if name != "sum" or x.kind != "float":
        return None
    if len(places) < len(x.shape):
        return summed(at, x, places, v.shape)
    if len(places) < 2 or not large(x):
        return None
    rows = summed(at, x, tuple(range(1, len(places))), x.shape[:1])
    return at.value("reduce", (rows,), ("sum", (0,)), ())


def summed(at: Builder, x: Value, places: tuple[int, ...], shape) -> Value:
    """`Σ c a b = c Σ a b` over some axes, in one pass if they are the first or the last ones."""
    c, inner = coefficient(x)
    if c != 1:
        return scaled(at, c, summed(at, inner, places, shape))
    rank = len(x.shape)
    kept = [k for k in range(rank) if k not in places]
    product = x.op == "ufunc" and x.options[0] == "multiply" and all(a.shape == x.shape for a in x.args)
    if product and kept in (list(range(len(kept))), list(range(rank - len(kept), rank))):
        letters = "".join(chr(97 + k) for k in range(rank))
        return at.value("contract", x.args, (letters, letters, "".join(letters[k] for k in kept)), shape)
    return at.value("sum_over", (x,), (places,), shape)


def is_number(v: Value, e) -> bool:
    return v.op == "number" and v.options[0] == e


FUNCTIONS = (
    *(("ufunc", rule) for rule in (softmax, softplus, sigmoid, normal_cdf, relu, add_along)),
    ("where", selected),
    ("reduce", sum_over),
)
PAIRS = {
    ("logsumexp", "softmax_rows"): "logsumexp_softmax_rows",
    ("normal_cdf", "gaussian"): "normal_cdf_gaussian",
}
"""Two results on one operand and the routine that gives both for little more than one."""


def paired(outputs: Sequence[Value], builder: Builder) -> dict[Value, Value]:
    """Every value that the outputs need; where both results of a pair are needed, they come from one routine."""
    order = needed(outputs)
    known = {fact(v) for v in order}
    found: dict[Value, Value] = {}
    for v in order:
        args = [found[a] for a in v.args]
        if positive(v) and ("relu", v.args[0], ()) in known:  # then x itself need not be kept
            args[0] = builder.ufunc("relu", args[0])
        found[v] = builder.value(v.op, args, v.options, v.shape, v.kind)
        kind, x, options = fact(v)
        for both, routine in PAIRS.items():
            if kind in both and all((k, x, options) in known for k in both):
                pair = builder.value(routine, (found[x],), options, x.shape)
                found[v] = builder.value("item", (pair,), (both.index(kind),), v.shape)
    return found


def positive(v: Value) -> bool:
    """`x > 0`, which is `max(x, 0) > 0`."""
    return v.op == "ufunc" and v.options[0] == "greater" and is_number(v.args[1], 0)


def fact(v: Value) -> tuple:
    """(what v is, of what, options), by the names of `PAIRS`: `exp(−x²/2)` is "gaussian"."""
    if v.op == "ufunc" and v.options[0] == "exp":
        p = polynomial(v.args[0])
        if p is not None and p.coefficients == {2: -Rational(1, 2)}:
            return "gaussian", p.base, ()
    if v.op == "ufunc" and len(v.args) == 1:
        return v.options[0], v.args[0], ()
    return (v.op, v.args[0], v.options) if len(v.args) == 1 else (v.op, v, ())
