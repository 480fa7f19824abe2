"""RELATIONS: how a wrong gradient relates to the right one. The first row that holds names the fault."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, permutations
from typing import Any

import numpy as np

from .evidence import Evidence
from .relations_entries import subset, subset_without_words, ties
from .relations_linear import nonlinear
from .relations_shape import shape

FEW = 3
"""Entries of an output that are pulled back one by one."""
CLOSE = 1e-5
"""Of the largest entry: two gradients are the same."""


@dataclass(frozen=True)
class Relation:
    """`key` names it, `holds(evidence)` says it in words where it holds, and "" where not."""

    key: str
    holds: Callable[[Evidence], str]
    joined: Callable[[Sequence[Evidence], list[str]], str] = lambda witnesses, told: told[0]
    """What is said of several examples; "" if it cannot be said of them together."""
    weight: float = 1.0
    """Of its vote, where examples are named differently."""


def close(a: Any, b: Any) -> bool:
    """Equal up to a share of the largest entry, and not both nothing."""
    a, b = np.asarray(a, float), np.asarray(b, float)
    if a.shape != b.shape or not a.size or not np.all(np.isfinite(a)):
        return False
    scale = np.max(np.abs(b))
    return bool(scale > 0 and np.max(np.abs(a - b)) <= CLOSE * scale)


def zero(e: Evidence) -> str:
    """Nothing, here and where hyper-parameters and values are the plainest."""
    return "the gradient is 0" if not np.any(e.given) and np.any(e.right.middle) and not e.plain_gives_some() else ""


def vanishing(e: Evidence) -> str:
    return "0 stands there, as in no plain example" if not np.any(e.given) and np.any(e.right.middle) else ""


def upstream(e: Evidence) -> str:
    """It is the gradient of an output, as it came or summed to the shape of the argument."""
    for o, G in zip(e.signature.outputs, e.grads, strict=True):
        if any(close(e.given, candidate) for candidate in reduced(G, e.x.shape)):
            return f"equals the upstream gradient of {o.name}"
    return ""


def reduced(G: np.ndarray, shape: tuple[int, ...]) -> Iterator[np.ndarray]:
    """G, or its sums over axes, where that has the shape."""
    for n in range(G.ndim + 1):
        for axes in combinations(range(G.ndim), n):
            found = G.sum(axis=axes)
            if found.shape == shape:
                yield found
            elif not n and found.size and len(shape) >= found.ndim:
                yield from ([np.broadcast_to(found, shape)] if _broadcasts(found.shape, shape) else [])


def _broadcasts(small, large):
    return all(a in (1, b) for a, b in zip(small[::-1], large[::-1], strict=False))


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
    found: dict[str, float] = {"2": 2.0, "1/2": 0.5}
    for n, v in known.items():
        found |= {n: v, f"1/{n}": 1 / v}
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


def other_argument(e: Evidence) -> str:
    for name, right in e.rights.items():
        if name != e.name and right.middle.ndim == e.given.ndim:
            for axes in permutations(range(e.given.ndim)):
                if close(e.given, right.middle.transpose(axes)):
                    return f"equals the gradient of {name}" + ("" if list(axes) == sorted(axes) else ", transposed")
    return ""


def moved(e: Evidence) -> str:
    """The right numbers at other places."""
    right, dims = e.right.middle, e.dims
    for told, candidate in motions(right, dims):
        if candidate.shape == right.shape and close(e.given, candidate) and not close(candidate, right):
            return told
    return ""


def motions(a: np.ndarray, dims) -> Iterator[tuple[str, np.ndarray]]:
    """Transposed, flipped, shifted, read in another order."""
    for axes in permutations(range(a.ndim)):
        if list(axes) != sorted(axes):
            yield f"axes in the order {', '.join(dims[k] for k in axes)} (transposed)", a.transpose(axes)
            yield (
                f"transposed to {', '.join(dims[k] for k in axes)}, then only reshaped",
                a.transpose(axes).reshape(a.shape),
            )
    for n in range(1, a.ndim + 1):
        for axes in combinations(range(a.ndim), n):
            yield f"flipped along {', '.join(dims[k] for k in axes)}", np.flip(a, axes)
    for k in range(a.ndim):
        for by in (1, -1, 2, -2):
            yield f"shifted by {by} along {dims[k]}", np.roll(a, by, k)
            yield f"shifted by {by} along {dims[k]}, filled with 0", shifted(a, by, k)
    if a.ndim > 1:
        yield "entries in Fortran's order", a.ravel(order="F").reshape(a.shape)


def shifted(a: np.ndarray, by: int, axis: int) -> np.ndarray:
    found = np.roll(a, by, axis)
    cut = slice(0, by) if by > 0 else slice(by, None)
    found[(slice(None),) * axis + (cut,)] = 0
    return found


def rearranged(e: Evidence) -> str:
    """For single upstream entries: the numbers of the right gradient, or of other inputs, at other places."""
    rng, hits, tries = np.random.default_rng(3), 0, 0
    pool = [
        np.abs(x).ravel()
        for k, x in enumerate(e.inputs)
        if x is not None and e.signature.arguments[k].real and k != e.place
    ]
    for k, G in enumerate(e.grads):
        for j in rng.permutation(G.size)[:FEW]:
            ones = [np.zeros(H.shape) for H in e.grads]
            ones[k].flat[j] = 1.0
            g = np.asarray(e.pulled(ones)[e.place], float)
            r = e.right_for(e.place, ones)
            if g.shape != r.middle.shape or not np.any(differ_from(g, r)):
                continue
            tries += bool(np.any(g))
            hits += bool(np.any(g)) and (
                same_numbers(g, r.middle) or (all_among(g, pool) and all_among(r.middle, pool))
            )
    return "the right numbers at wrong places" if tries and hits == tries else ""


def differ_from(g, right):
    return np.abs(g - right.near(g)) > CLOSE * max(np.max(np.abs(right.middle), initial=0), 1e-300)


def same_numbers(a: np.ndarray, b: np.ndarray) -> bool:
    """The same multiset of numbers, zeros apart."""
    scale = max(np.max(np.abs(b), initial=0), 1e-300)
    a, b = np.sort(a[np.abs(a) > CLOSE * scale]), np.sort(b[np.abs(b) > CLOSE * scale])
    return a.size == b.size > 0 and bool(np.all(np.abs(a - b) <= CLOSE * scale))


def all_among(a: np.ndarray, pool: list[np.ndarray]) -> bool:
    """Every number that is not 0 is, up to its sign, an entry of one of the arrays."""
    a = np.abs(a[np.abs(a) > CLOSE * max(np.max(np.abs(a), initial=0), 1e-300)])
    return any(
        p.size > 0 and bool(np.all(np.min(np.abs(a[:, None] - p[None]), axis=1) <= 1e-7 * (1 + a))) for p in pool
    )


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


def missing_term(e: Evidence) -> str:
    """What is left over: the difference, in words where it has a form."""
    rest = e.right.middle - e.given
    for k in range(rest.ndim):
        if rest.shape[k] > 1 and np.ptp(rest, axis=k).max() <= 1e-4 * np.abs(rest).max():
            return f"a term is missing that is the same along {e.dims[k]} (a mean or a sum over it)"
    for name, a in proportional(e):
        c = np.vdot(a, rest) / max(np.vdot(a, a), 1e-300)
        if close(c * a, rest):
            return f"a term {c:.6g}·{name} is missing"
    return "a term is missing or too many"


def proportional(e: Evidence) -> Iterator[tuple[str, np.ndarray]]:
    """Arrays of the shape of the argument that a term may be a multiple of."""
    named = [(a.name, x) for a, x in zip(e.signature.arguments, e.inputs, strict=True) if a.real and x is not None]
    named += [(o.name, y) for o, y in zip(e.signature.outputs, e.outputs, strict=True)]
    named += [(f"grad_{o.name}", G) for o, G in zip(e.signature.outputs, e.grads, strict=True)]
    yield from ((n, a) for n, a in named if a.shape == e.x.shape)


VALUE = (
    Relation("zero", zero),
    Relation("subset", ties),
    Relation("sign", sign),
    Relation("factor", factor, named_factor),
    Relation("other argument", other_argument),
    Relation("upstream", upstream),
    Relation("moved", moved),
    Relation("subset", subset),
    Relation("moved", rearranged),
    Relation("row factor", row_factor),
    Relation("subset", subset_without_words),
    Relation("subset", vanishing),
    Relation("sign", one_number, weight=0.45),
    Relation("factor", one_factor, named_factor, weight=0.4),
    Relation("missing term", missing_term, weight=0.5),
)
RELATIONS: dict[str, tuple[Relation, ...]] = {
    "value": VALUE,
    "shape": (Relation("shape", shape),),
    "nonlinear": (Relation("nonlinear", nonlinear),),
}
"""For a check that has more to say than its name."""
