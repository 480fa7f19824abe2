"""What a user says of a layer beside it: `spec=` and `like=`, as oracles."""

from __future__ import annotations

from importlib import import_module

from .oracles import Oracle
from .references import reference
from .signature import Signature


def oracles_of(signature: Signature, like, spec) -> tuple[Oracle, ...]:
    """What is asked beside differences. The symbolic core is loaded where something is derived, and only there."""
    written = (import_module(".specification", __package__).symbolic(spec, signature),) if spec else ()
    return (*written, *((reference(like, signature),) if like is not None else ()))
