"""legal: an example that a person has written, or changed, is one that a campaign could have tried."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import prod

from ..errors import OptionError
from .example import Example
from .parameters import Choices
from .regimes import LAYOUTS, SHAPES, UPSTREAM, VALUES
from .signature import Signature

MOST_ENTRIES = 10**7
"""Of one array: more are not differenced by anybody."""
KINDS = {"values": tuple(VALUES), "upstream": UPSTREAM, "layout": LAYOUTS, "shape": SHAPES}


def legal(example: Example, signature: Signature, params: Mapping[str, Choices]) -> Example:
    """The example, if it can be tried.

    >>> from symgrad.testing.signature import read_signature
    >>> legal(Example((("N", -1),)), read_signature("x[N] -> y[N]"), {})
    Traceback (most recent call last):
    symgrad.errors.OptionError: in the example N=-1 seed=0: sizes are negative, or do not divide
    signature: x[N] -> y[N]
    """
    fault = next(faults(example, signature, params), None)
    if fault:
        raise OptionError(f"in the example {str(example)[:200]}: {fault[0]}", hint=fault[1])
    return example


def faults(e: Example, signature: Signature, params: Mapping[str, Choices]) -> Iterator[tuple[str, str]]:
    """What is wrong with it, and what would be right."""
    for name, kinds in KINDS.items():
        if getattr(e, name) not in kinds:
            yield f"{name}={getattr(e, name)!r}", f"one of {', '.join(kinds)}"
    for name, value in e.params:
        if value not in params[name].values:
            yield f"{name}={value!r} is not among its values", f"{name}: {params[name]}"
    optional = tuple(a.name for a in signature.arguments if a.optional)
    if not isinstance(e.absent, tuple) or not set(e.absent) <= set(optional):
        yield f"absent={e.absent!r}", f"a tuple of names that may be absent: {', '.join(optional) or 'there is none'}"
    if not isinstance(e.lead, tuple) or not all(isinstance(n, int) and n >= 0 for n in e.lead):
        yield f"lead={e.lead!r}", "the sizes of the axes ..., as (2,3)"
    if not isinstance(e.seed, int) or e.seed < 0:
        yield f"seed={e.seed!r}", "a seed is a whole number from 0 on"
    if not e.solvable(signature):
        yield "sizes are negative, or do not divide", f"signature: {signature}"
    elif any(prod(n or 0 for n in e.shape_of(a)) > MOST_ENTRIES for a in signature.arguments):
        yield f"an array of more than {MOST_ENTRIES:,} entries", "smaller sizes"
