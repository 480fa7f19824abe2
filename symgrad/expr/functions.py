"""FUNCTIONS: rows of ELEMENTWISE for the functions of every mathematics library, under NumPy's names."""

from __future__ import annotations

import sympy as sp
from sympy import exp, log, pi, sqrt

from .scalars import Elementwise, above, scalar


def new(name: str, arity: int = 1):
    return scalar(name, arity, __name__)


# SymPy's own log1p, exp2, … fall apart into log and exp, and its erfc(−x) into 2 − erfc(x), which loses small values.
expm1, exp2, log1p, log2, log10, erfc = map(new, ("expm1", "exp2", "log1p", "log2", "log10", "erfc"))
arctan2, hypot, logaddexp = new("arctan2", 2), new("hypot", 2), new("logaddexp", 2)


def log_of_sum(m, x, y):
    """`log(eˣ + eʸ)`, with the larger one taken out; an infinite one stands alone."""
    high, low = (x, y) if x.real > y.real else (y, x)
    return high + m.log1p(m.exp(low - high)) if high - high == 0 else high


def row(name, head, derivative, definition=None, domain=(-3.0, 3.0), aliases=(), latex="") -> Elementwise:
    """A function that is the same everywhere: `np.arcsin`, `math.asin`, `mpmath.asin`, `\\arcsin`."""
    short = f"a{name[3:]}" if name.startswith("arc") else name
    return Elementwise(
        name,
        head,
        derivatives=(derivative,),
        value=lambda m, x: getattr(m, short)(x),
        definition=definition or head,
        latex=latex or rf"\{name}",
        kernel=f"np.{name}({{0}})",
        domain=domain,
        aliases=aliases if short == name else (short, *aliases),
    )


FUNCTIONS: tuple[Elementwise, ...] = (
    row("exp", sp.exp, lambda x, y: y),
    row("expm1", expm1, lambda x, y: exp(x), lambda x: exp(x) - 1, latex=r"\operatorname{expm1}"),
    row("exp2", exp2, lambda x, y: log(2) * y, lambda x: 2**x, latex=r"\operatorname{exp2}"),
    row("log", sp.log, lambda x, y: 1 / x, domain=(0.1, 4.0), aliases=("ln",)),
    row("log1p", log1p, lambda x, y: 1 / (1 + x), lambda x: log(1 + x), (-0.9, 3.0), latex=r"\operatorname{log1p}"),
    row("log2", log2, lambda x, y: 1 / (x * log(2)), lambda x: log(x) / log(2), (0.1, 4.0), latex=r"\log_{2}"),
    row("log10", log10, lambda x, y: 1 / (x * log(10)), lambda x: log(x) / log(10), (0.1, 4.0), latex=r"\log_{10}"),
    row("sin", sp.sin, lambda x, y: sp.cos(x)),
    row("cos", sp.cos, lambda x, y: -sp.sin(x)),
    row("tan", sp.tan, lambda x, y: 1 + y**2, domain=(-1.4, 1.4)),
    row("arcsin", sp.asin, lambda x, y: 1 / sqrt(1 - x**2), domain=(-0.9, 0.9)),
    row("arccos", sp.acos, lambda x, y: -1 / sqrt(1 - x**2), domain=(-0.9, 0.9)),
    row("arctan", sp.atan, lambda x, y: 1 / (1 + x**2)),
    row("sinh", sp.sinh, lambda x, y: sp.cosh(x)),
    row("cosh", sp.cosh, lambda x, y: sp.sinh(x)),
    row("tanh", sp.tanh, lambda x, y: 1 - y**2),
    row("arcsinh", sp.asinh, lambda x, y: 1 / sqrt(1 + x**2), latex=r"\operatorname{arcsinh}"),
    row("arccosh", sp.acosh, lambda x, y: 1 / sqrt(x**2 - 1), domain=(1.1, 4.0), latex=r"\operatorname{arccosh}"),
    row("arctanh", sp.atanh, lambda x, y: 1 / (1 - x**2), domain=(-0.9, 0.9), latex=r"\operatorname{arctanh}"),
    Elementwise(
        "erf",
        sp.erf,
        derivatives=(lambda x, y: 2 * exp(-(x**2)) / sqrt(pi),),
        value=lambda m, x: m.erf(x),
        definition=sp.erf,
        latex=r"\operatorname{erf}",
        kernel="erf({0})",
    ),
    Elementwise(
        "erfc",
        erfc,
        derivatives=(lambda x, y: -2 * exp(-(x**2)) / sqrt(pi),),
        value=lambda m, x: m.erfc(x),
        definition=sp.erfc,
        latex=r"\operatorname{erfc}",
        kernel="erfc({0})",
    ),
    Elementwise(
        "arctan2",  # the angle of the point (x, y); the first argument is y
        arctan2,
        derivatives=(lambda y, x, _: x / (x**2 + y**2), lambda y, x, _: -y / (x**2 + y**2)),
        value=lambda m, y, x: m.atan2(y, x),
        definition=sp.atan2,
        latex=r"\operatorname{arctan2}",
        kernel="np.arctan2({0}, {1})",
        aliases=("atan2",),
    ),
    Elementwise(
        "hypot",  # 0 at the origin, as PyTorch
        hypot,
        derivatives=(lambda x, y, r: x / r * above(r, 0), lambda x, y, r: y / r * above(r, 0)),
        value=lambda m, x, y: m.hypot(x, y),
        definition=lambda x, y: sqrt(x**2 + y**2),
        latex=r"\operatorname{hypot}",
        kernel="np.hypot({0}, {1})",
    ),
    Elementwise(
        "logaddexp",
        logaddexp,
        derivatives=(lambda x, y, z: exp(x - z), lambda x, y, z: exp(y - z)),
        value=log_of_sum,
        definition=lambda x, y: log(exp(x) + exp(y)),
        latex=r"\operatorname{logaddexp}",
        kernel="np.logaddexp({0}, {1})",
    ),
)
