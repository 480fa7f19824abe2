"""Rules of shape: what NumPy broadcasts anyway is not spread first, and sums run along the axes as they lie."""

from __future__ import annotations

from .program import Builder, Value, broadcast_shape


def spread_late(at: Builder, v: Value) -> Value | None:
    """`f(broadcast(x), y) = f(x, y)`; what is still smaller is spread after f, where the next rule finds it."""
    args = [narrowed(at, a) for a in v.args]
    if all(a is b for a, b in zip(args, v.args, strict=True)):
        return None
    shape = broadcast_shape([a.shape for a in args])
    return at.broadcast(at.value(v.op, args, v.options, shape, v.kind), v.shape)


def narrowed(at: Builder, x: Value) -> Value:
    """x before it was spread, with axes that broadcast to those of x."""
    if x.op == "broadcast":
        return narrowed(at, x.args[0])
    if x.op == "axes" and x.args[0].op == "broadcast":
        inner = x.args[0].args[0]
        missing = len(x.args[0].shape) - len(inner.shape)
        places = [None if p is None or p < missing else p - missing for p in x.options[0]]
        while places and places[0] is None:
            places.pop(0)
        return narrowed(at, at.axes(inner, places)) if inner.shape else inner
    return x


def reduced_as_it_lies(at: Builder, v: Value) -> Value | None:
    """`x.T.sum(axis=1) = x.sum(axis=0)`, the axes that stay put in order afterwards."""
    (x,), places = v.args, v.options[-1]
    order = permutation(x)
    if order is None:
        return None
    over = tuple(sorted(order[p] for p in places))
    stay = [order[p] for p in range(len(order)) if p not in places]
    inner = x.args[0]
    shape = [n for k, n in enumerate(inner.shape) if k not in over]
    found = at.value(v.op, (inner,), (*v.options[:-1], over), shape, v.kind)
    return at.axes(found, [sorted(stay).index(p) for p in stay])


def contracted_as_it_lies(at: Builder, v: Value) -> Value | None:
    """`Σ aᵀ[i,j] b[j,k]` as `Σ a[j,i] b[j,k]`: labels move, no axes do."""
    args, labels = list(v.args), list(v.options[:2])
    for k, x in enumerate(args):
        order = permutation(x)
        if order is not None:
            args[k] = x.args[0]
            labels[k] = "".join(labels[k][order.index(p)] for p in range(len(order)))
    if args == list(v.args):
        return None
    return at.value(v.op, args, (*labels, v.options[2]), v.shape, v.kind)


def with_a_transpose(at: Builder, v: Value) -> Value | None:
    """`a bᵀ` and `aᵀ b` of matrices."""
    (a, b), (left, right, out) = v.args, v.options
    if not len(left) == len(right) == len(out) == 2:
        return None
    for (x, l), (y, r) in (((a, left), (b, right)), ((b, right), (a, left))):
        if l[1] == r[1] and l[0] + r[0] == out:
            return at.value("times_transposed", (x, y), (), v.shape)
        if l[0] == r[0] and l[1] + r[1] == out:
            return at.value("transposed_times", (x, y), (), v.shape)
    return None


def first_rows_first(at: Builder, v: Value) -> Value | None:
    """`Σ a[k,d] b[i,j,d]` with the axes i, j, k as `Σ b a`, so that the result lies in memory in its order."""
    (a, b), (left, right, out) = v.args, v.options
    rows = [c for c in out if c in left and c not in right]
    columns = [c for c in out if c in right and c not in left]
    if not rows or not columns or [c for c in out if c in (*rows, *columns)] != columns + rows:
        return None
    return at.value(v.op, (b, a), (right, left, out), v.shape, v.kind)


def permutation(x: Value) -> tuple[int, ...] | None:
    """The order of the axes of its operand, if x is just that."""
    if x.op != "axes" or sorted(p for p in x.options[0] if p is not None) != list(range(len(x.options[0]))):
        return None
    return x.options[0] if len(x.args[0].shape) == len(x.options[0]) else None


SHAPES = (
    ("ufunc", spread_late),
    ("where", spread_late),
    ("reduce", reduced_as_it_lies),
    ("logsumexp", reduced_as_it_lies),
    ("contract", contracted_as_it_lies),
    ("contract", with_a_transpose),
    ("contract", first_rows_first),
)
