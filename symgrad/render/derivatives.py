"""Names of derivatives: a tensor called `∂f/∂x` or `∂2f/∂x∂y` is printed as the derivative that it is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice

from ..expr.tensors import Tensor

NAME = re.compile(r"∂(\d*)([^∂/]+)/((?:∂[^∂/]+)+)")
LOOK = 200
"""Tensors looked through for one of a given name."""


def derivative_name(name: str) -> tuple[str, tuple[str, ...]] | None:
    """What is differentiated, and by what.

    >>> derivative_name("∂f/∂x"), derivative_name("∂2f/∂x∂W1"), derivative_name("f")
    (('f', ('x',)), ('f', ('x', 'W1')), None)
    """
    found = NAME.fullmatch(name)
    return (found[2], tuple(found[3].split("∂")[1:])) if found else None


def shares(t: Tensor, of: str, by: Sequence[str]) -> list[int] | None:
    """How many axes of a derivative belong to what is differentiated and to each variable; None where unclear."""
    known = {o.name: o.ndim for o in islice(_below(t), LOOK) if o.name in (of, *by)}
    ranks = [known.get(name) for name in (of, *by)]
    unknown = {name for name in by if name not in known}
    if ranks[0] is None and unknown:
        ranks[0] = 0  # a gradient, unless something says otherwise
    rest = t.ndim - sum(r for r in ranks if r is not None)
    holes = [k for k, r in enumerate(ranks) if r is None]
    if holes and len({(of, *by)[k] for k in holes}) == 1 and rest >= 0 and rest % len(holes) == 0:
        ranks = [rest // len(holes) if r is None else r for r in ranks]
    return ranks if None not in ranks and sum(ranks) == t.ndim else None


def _below(t: Tensor):
    seen, found = {t}, [t]
    for o in found:
        yield o
        new = [p for p in o.operands if p not in seen]
        seen.update(new)
        found.extend(new)
