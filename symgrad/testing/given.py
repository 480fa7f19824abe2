"""check_inputs: one example whose inputs are given, for tests that draw them themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from ..errors import UnknownNameError
from .adapters import adapt
from .call import Call
from .campaign import kinks, limited
from .conventions import conventions, pinned
from .draw import Space
from .example import Example
from .finding import Diagnosis, Finding
from .judge import Judge, shapes_text
from .measure import measured
from .outcome import Trouble, raising
from .parameters import choices
from .report import Report, skipped
from .signature import Argument, Signature, read_signature
from .sizes import Condition, NoSize
from .subject import LayerError


@dataclass(frozen=True, eq=False)
class Given(Example):
    """An example with inputs of its own; what is changed of it, is drawn again."""

    inputs: tuple[Any, ...] = ()

    def arrays(self, signature: Signature) -> list[Any]:
        return [None if x is None else x.copy() for x in self.inputs]

    def __str__(self):
        """Nothing: the text of an example does not hold its numbers."""
        return ""


def check_inputs(
    layer: Any,
    signature: str,
    inputs: Sequence[Any],
    *,
    params: Mapping[str, Any] | None = None,
    seed: int = 0,
    deadline: float = 10.0,
    convention: Mapping[str, Any] | None = None,
) -> Report:
    """Judges a layer at these inputs and these values of hyper-parameters; the upstream gradient follows from `seed`.

    `convention` is that of `check_layer`.

    >>> def square(x):
    ...     return x**2, lambda grad: x * grad
    >>> check_inputs(square, "x[N] -> y[N]", [[1.0, 2.0]]).findings[0].relation
    'factor'
    """
    read = read_signature(signature, set(params or {}))
    pins = pinned(convention, read)
    judge = Judge(adapt(layer, read), read, pins=pins)
    example = given(read, inputs, params or {}, seed)
    with limited(deadline, example, judge):
        found = raising([judge(example)])
    known = Diagnosis(judge, Space(read, choices({}), Condition()), found)
    options = {"params": params, "seed": seed, "deadline": deadline, "convention": convention}
    call = Call(check_inputs, layer, (read.text, [*example.inputs]), options)
    findings = tuple(of_one(known, example, t, call) for t in found[0].troubles)
    each = {name: choices({name: [value]})[name] for name, value in (params or {}).items()}
    report = Report(judge.subject.name, read, each, findings, 1, skipped(found), call=call)
    return replace(report, conventions=conventions(kinks(judge, found, deadline), pins))


def of_one(known: Diagnosis, example: Given, trouble: Trouble, call: Call) -> Finding:
    """The finding of a single example: there is no condition to be seen."""
    named = known.explained(trouble.key, known.witnesses(trouble.key, known.outcomes))
    shapes = shapes_text(known.judge.signature, example)
    again = partial(call.again, example)
    return Finding(
        trouble.argument,
        named.relation,
        named.told,
        "always",
        1,
        1,
        example,
        shapes,
        named.worst,
        named.oracles,
        trouble.check,
        again,
    )


def given(signature: Signature, inputs: Sequence[Any], params: Mapping[str, Any], seed: int) -> Given:
    """The example whose dims are those of the inputs."""
    if len(inputs) != len(signature.arguments):
        wanted = ", ".join(signature.names)
        raise LayerError(
            f"{len(inputs)} inputs for {len(signature.arguments)} arguments", hint=f"one each for {wanted}"
        )
    arrays = tuple(None if x is None else array(a, x) for a, x in zip(signature.arguments, inputs, strict=True))
    sizes, lead = measured(signature, arrays, params)
    absent = tuple(a.name for a, x in zip(signature.arguments, arrays, strict=True) if x is None)
    ordered = tuple((n, sizes[n]) for n in signature.dims(set(params)) if n in sizes)
    example = Given(ordered, lead, tuple(params.items()), absent=absent, seed=seed, inputs=arrays)
    for a, x in zip(signature.arguments, arrays, strict=True):
        if x is not None and not fits(example, a, x):
            raise LayerError(f"{a.name} has shape {x.shape}, which is not {a}", hint=f"signature: {signature}")
    return example


def fits(example: Example, a: Argument, x: np.ndarray) -> bool:
    try:
        return example.shape_of(a) == x.shape
    except (NoSize, UnknownNameError):
        return False


def array(a: Argument, x: Any) -> np.ndarray:
    """Real numbers in double precision, all others as they are."""
    return np.array(x, np.float64) if a.real else np.array(x)
