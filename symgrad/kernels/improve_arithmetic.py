"""Rules of arithmetic: numbers are multiplied beforehand and come last, powers are products."""

from __future__ import annotations

from sympy import Expr, Integer, oo

from .polynomials import polynomial, power, scaled, spelled
from .program import Builder, Value

LARGEST_HALVES = 9
"""Powers up to half of this are products and a root."""


def horner(at: Builder, v: Value) -> Value | None:
    """`0.5·x·x·x + 2·x = x·(2 + 0.5·x²)`: forward and backward write one polynomial in one way."""
    if v.options[0] not in ("add", "subtract", "multiply", "negative", "divide") or v.kind != "float":
        return None
    p = polynomial(v)
    return None if p is None or p.base is v else other(spelled(at, p), v)


def numbers_outside(at: Builder, v: Value) -> Value | None:
    """`(2 a)(3 b) = 6 (a b)` and `2 a + 2 b = 2 (a + b)`, of arrays of one shape."""
    name, args = v.options[0], v.args
    if name not in ("multiply", "add") or any(a.shape != v.shape or a.kind != "float" for a in args):
        return None
    (c, a), (d, b) = map(coefficient, args)
    if name == "multiply" and (c != 1 or d != 1):
        inner = at.ufunc("multiply", a, b)
        return other(absorbed(at, c * d, inner) or scaled(at, c * d, inner), v)
    if name == "add" and c == d != 1:
        return other(scaled(at, c, at.ufunc("add", a, b)), v)
    return None


def numbers_inside(at: Builder, v: Value) -> Value | None:
    """`2 (3 a + 4 b) c = (6 a + 8 b) c`."""
    if v.options[0] != "multiply" or v.kind != "float":
        return None
    c, x = coefficient(v)
    return None if c == 1 else other(absorbed(at, c, x), v)


def absorbed(at: Builder, c: Expr, x: Value) -> Value | None:
    """`c x`, the number multiplied into numbers that stand before every term of a sum in x; None if there is none."""
    name = x.options[0] if x.op == "ufunc" else None
    if name in ("add", "subtract"):
        a, b = (_term(at, c, t) if t.op == "number" or t.shape == x.shape else None for t in x.args)
        return at.ufunc(name, a, b) if a and b else None
    if name == "multiply":
        for k, t in enumerate(x.args):
            found = absorbed(at, c, t) if t.shape == x.shape else None
            if found:
                return at.ufunc(name, *(found if j == k else other for j, other in enumerate(x.args)))
    return None


def _term(at, c, t):
    if t.op == "number":
        e = t.options[0]
        return at.number(c * e) if abs(e) < oo else None
    d, x = coefficient(t)
    return absorbed(at, c, t) if d in (1, -1) else scaled(at, c * d, x)


def numbers_to_the_smaller(at: Builder, v: Value) -> Value | None:
    """`(2 A) b = A (2 b)` where b has fewer axes or entries than A."""
    if v.options[0] != "multiply" or v.kind != "float":
        return None
    for k, (large, small) in enumerate((v.args, v.args[::-1])):
        c, x = coefficient(large)
        if c != 1 and large.shape == v.shape != small.shape and small.op != "number" and small.kind == "float":
            parts = (x, beneath(at, c, small))
            return at.ufunc("multiply", *(parts[::-1] if k else parts))
    return None


def beneath(at: Builder, c: Expr, x: Value) -> Value:
    """`c x`, computed before x gets its axes."""
    return at.axes(beneath(at, c, x.args[0]), x.options[0]) if x.op == "axes" else scaled(at, c, x)


def coefficient(v: Value) -> tuple[Expr, Value]:
    """(c, x) of c·x, the number first; (1, v) of all else."""
    if v.op == "ufunc" and v.options[0] == "negative":
        return Integer(-1), v.args[0]
    if v.op == "ufunc" and v.options[0] == "multiply" and v.args[0].op == "number" and v.args[1].shape == v.shape:
        c = v.args[0].options[0]
        c = Integer(c) if isinstance(c, int) else c
        return (c, v.args[1]) if c.is_finite else (Integer(1), v)
    return Integer(1), v


def root_power(at: Builder, v: Value) -> Value | None:
    """`x^{k+1/2} = x^k √x`; `np.power` takes twenty times as long."""
    if v.options[0] != "power" or v.args[1].op != "number":
        return None
    halves = 2 * v.args[1].options[0]
    if not (isinstance(halves, Expr) and halves.is_Integer and halves % 2 == 1 and 1 < halves <= LARGEST_HALVES):
        return None
    x = v.args[0]
    return at.ufunc("multiply", power(at, x, int(halves - 1) // 2), at.ufunc("sqrt", x))


def other(found: Value | None, v: Value) -> Value | None:
    """What was found, unless it is v again or has not its shape."""
    return None if found is None or found is v or found.shape != v.shape else found


ARITHMETIC = (
    ("ufunc", horner),
    ("ufunc", numbers_outside),
    ("ufunc", numbers_inside),
    ("ufunc", numbers_to_the_smaller),
    ("ufunc", root_power),
)
