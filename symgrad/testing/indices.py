"""Negative indices: whether a layer takes −1 for the last place, as NumPy does. Where it does not, there are none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from .campaign import limited
from .draw import Random, Space
from .example import PLAIN, from_zero
from .judge import Judge
from .protocol import copies
from .regimes import NEGATIVE
from .signature import Signature
from .subject import Subject

PROBES = 6


def settled(judge: Judge, space: Space, deadline: float) -> Signature:
    """The signature with `negative` known of all whole numbers."""
    found = judge.signature
    for a in found.arguments:
        if a.below is not None and a.negative is None:
            trial = only_negative(found, a.name)
            found = with_negative(found, a.name, wraps(judge, space, trial, deadline))
    return found


def with_negative(signature: Signature, name: str, negative: bool) -> Signature:
    changed = (replace(a, negative=negative) if a.name == name else a for a in signature.arguments)
    return replace(signature, arguments=tuple(changed))


def only_negative(signature: Signature, name: str) -> Signature:
    changed = (replace(a, negative=a.name == name) if a.below is not None else a for a in signature.arguments)
    return replace(signature, arguments=tuple(changed))


def wraps(judge: Judge, space: Space, trial: Signature, deadline: float) -> bool:
    """Whether outputs are the same for indices from the end and from the beginning, also by every oracle."""
    subjects, met = [judge.subject, *(o.subject for o in judge.oracles)], False
    for k in range(PROBES):
        e = space.example(Random((k, 3)), {**PLAIN, "shape": "different"})
        if e is None:
            continue
        given = e.change(values=NEGATIVE).arrays(trial)
        plain = [None if x is None else from_zero(a, x, e) for a, x in zip(trial.arguments, given, strict=True)]
        if all(np.array_equal(x, y) for x, y in zip(given, plain, strict=True) if x is not None and y is not None):
            continue
        met = True
        try:
            with limited(deadline, e, judge), np.errstate(all="ignore"):
                if not all(alike(s, given, plain, dict(e.params)) for s in subjects):
                    return False
        except Exception:
            return False
    return met


def alike(subject: Subject, given: Sequence[Any], plain: Sequence[Any], params: dict[str, Any]) -> bool:
    pairs = zip(subject.run(copies(given), params).outputs, subject.run(copies(plain), params).outputs, strict=True)
    return all(np.array_equal(y, z, equal_nan=True) for y, z in pairs)
