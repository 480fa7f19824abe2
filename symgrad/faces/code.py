"""What `symgrad compile` does: text in, the source of a program out. It needs NumPy, so it is loaded for this verb."""

from __future__ import annotations

from collections.abc import Sequence

from ..expr.conventions import Conventions
from ..expr.evaluate import order
from .commands import chosen, declarations, option, program
from .compiling import compile


def source(
    text: str,
    *,
    shape: str = "",
    wrt: Sequence[str] = (),
    cotangent: str | None = None,
    ties: str = "first",
    backend: str = "numpy",
    name: str = "step",
) -> str:
    """The source of a function of the declared inputs: value, and gradients by the names `wrt`, or by every input.

    >>> source("sum(x**2)", shape="x[n]").splitlines()[0]
    'import numpy as np'
    """
    declared = declarations(shape)
    target = program(text, declared)
    asked = chosen(target, wrt, declared) if wrt or any(t.is_input for t in order([target])) else None
    seed = cotangent or ("G" if target.ndim and asked else None)
    with option("--name"):
        return compile(
            target, asked, cotangent=seed, backend=backend, name=name, conventions=Conventions(ties=ties)
        ).source
