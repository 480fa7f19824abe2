"""Gradients that are wrong by a factor, and the names of factors."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from .evidence import CLOSE, Evidence, close


def sign(e: Evidence) -> str:
    return "the sign is wrong" if several(e) and close(-e.given, e.right.middle) else ""


def several(e: Evidence) -> bool:
    """Entries enough for a quotient to say something."""
    return int(np.count_nonzero(e.right.middle)) > 1


def one_number(e: Evidence) -> str:
    """The sign or a factor of a single number, which always has one."""
    c = ratio(e)
    return "" if c is None or several(e) else "the sign is wrong" if abs(c + 1) < CLOSE else ""


def one_factor(e: Evidence) -> str:
    return factor_of(e) if not several(e) else ""


def factor(e: Evidence) -> str:
    """A constant factor, with its names."""
    return factor_of(e) if several(e) else ""


def factor_of(e: Evidence) -> str:
    c = ratio(e)
    if c is None or abs(c - 1) < CLOSE or not close(e.given, c * e.right.middle):
        return ""
    return f"too {'large' if abs(c) > 1 else 'small'} by the constant factor {c:.6g}"


def named_factor(witnesses: Sequence[Evidence], told: list[str]) -> str:
    """The factor, with the simplest name that it has in all examples."""
    common = [factor_names(e, ratio(e) or 0.0) for e in witnesses]
    name = next((n for n in common[0] if all(n in names for names in common)), "")
    if not name:
        return told[0] if len({f"{ratio(e):.6g}" for e in witnesses}) == 1 else f"{told[0]} here, another elsewhere"
    return told[0] + f" = {name}" if name[0] in "12" and len(name) < 4 else f"wrong by the factor {name}"


def ratio(e: Evidence) -> float | None:
    """The factor that fits best."""
    right = e.right.middle
    size = np.vdot(right, right)
    c = np.vdot(right, e.given) / size if size else 0.0
    return float(c) if c else None


def factor_names(e: Evidence, c: float) -> list[str]:
    """What the factor may be: numbers, sizes, hyper-parameters, roots and products of two."""
    return [name for name, value in candidates(e).items() if np.isclose(c, value, rtol=1e-6)]


def candidates(e: Evidence) -> dict[str, float]:
    """Numbers that factors are made of, by name, the simplest first."""
    known = {
        n: float(v) for n, v in e.example.known.items() if isinstance(v, (int, float)) and not isinstance(v, bool) and v
    }
    for o, y in zip(e.signature.outputs, e.outputs, strict=True):
        known |= {f"{o.name}.shape[{k}]": float(n) for k, n in enumerate(y.shape) if o.dims[k : k + 1] == ("_",) and n}
    found: dict[str, float] = {}
    for n, v in known.items():
        found |= {n: v, f"1/{n}": 1 / v}
    found |= {"2": 2.0, "1/2": 0.5}
    for n, v in known.items():
        if v > 0:
            found |= {f"√{n}": v**0.5, f"1/√{n}": v**-0.5}
        if 0 < v < 1:
            found |= {f"1 − {n}": 1 - v, f"1/(1 − {n})": 1 / (1 - v)}
        found |= {
            f"{n}²": v * v,
            f"1/{n}²": 1 / v / v,
            f"{n} − 1": v - 1,
            f"({n} − 1)/{n}": (v - 1) / v,
            f"{n}/({n} − 1)": v / (v - 1) if v != 1 else np.nan,
        }
    for (n, v), (m, u) in combinations(known.items(), 2):
        found |= {f"{n}·{m}": v * u, f"1/({n}·{m})": 1 / (v * u), f"{n}/{m}": v / u, f"{m}/{n}": u / v}
    for (a, u), (b, v), (c, w) in combinations(known.items(), 3):
        found |= {f"{a}·{b}·{c}": u * v * w, f"1/({a}·{b}·{c})": 1 / (u * v * w)}
    return found


def row_factor(e: Evidence) -> str:
    """The quotient of given and right numbers depends on some of the axes only."""
    right = e.right.middle
    on = np.abs(right) > 1e-4 * np.max(np.abs(right), initial=0)
    if on.sum() < 4 or e.wrong[on].mean() < 0.6:
        return ""
    quotient = np.where(on, e.given / np.where(on, right, 1), np.nan)
    if not np.all(np.abs(quotient[on]) > 1e-9):
        return ""
    for n in range(1, right.ndim):
        for axes in combinations(range(right.ndim), n):
            along = tuple(k for k in range(right.ndim) if k not in axes)
            low, high = (
                np.nanmin(np.where(on, quotient, np.inf), axis=along),
                np.nanmax(np.where(on, quotient, -np.inf), axis=along),
            )
            several = on.sum(axis=along) > 1
            if several.sum() >= 2 and np.all(np.abs(high - low)[several] <= 1e-4 * np.abs(high)[several]):
                return f"a factor that depends on {', '.join(dict.fromkeys(e.dims[k] for k in axes))} alone"
    return ""
