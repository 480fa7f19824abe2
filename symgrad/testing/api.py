"""check_layer, layer_test: is the backward pass of a layer the derivative of its forward pass?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from hypothesis import settings

from ..errors import OptionError
from .adapters import adapt
from .call import Call
from .campaign import kinks, limited, outcomes, probe
from .conventions import conventions, pinned
from .declared import oracles_of
from .draw import Space
from .example import Example
from .experiments import plainest
from .finding import Diagnosis, Finding
from .hearing import asked, heard
from .indices import settled
from .judge import Judge
from .legal import legal
from .outcome import Outcome, raising
from .parameters import Choices, choices
from .report import Report, skipped
from .signature import Signature, read_condition, read_signature
from .sizes import Condition
from .subject import LayerError


class LayerFailure(AssertionError):
    """A layer that is wrong; its text is the report."""

    def __init__(self, report: Report):
        super().__init__(str(report))
        self.report = report


def check_layer(
    layer: Any,
    signature: str | Signature,
    *,
    params: Mapping[str, Any] | None = None,
    where: str = "",
    like: Callable[..., Any] | None = None,
    spec: str | Sequence[str] = "",
    examples: int | None = None,
    seed: int | None = None,
    example: str | Example | None = None,
    deadline: float = 10.0,
    convention: Mapping[str, Any] | None = None,
) -> Report:
    """Tries a layer on many shapes, hyper-parameters, values and memory layouts, and says what is wrong, how, and when.

    `signature` names arguments and dims (see `symgrad.testing.signature`), `params` gives the values of each
    hyper-parameter, `where` a condition that legal examples satisfy. As many examples are tried as the loaded profile
    of Hypothesis says, or `examples`. `example` repeats a single one, as a report writes it.

    Errors: LayerError for a layer that cannot be tested, ParseError and OptionError for a signature that cannot be
    read.

    `like` is a reference, a function of the same arguments (and of those hyper-parameters that it names) for NumPy,
    PyTorch or JAX; `spec` says the outputs in index notation, `"y[n,k] = sum[c] x[n,c]*w[k,c]"`. Values are compared
    with theirs, gradients with those that autograd and symgrad derive from them.

    What a layer does at kinks and ties is in `conventions` of the report. `convention={"x": "first"}` asks for it, and
    another choice is a finding: of an argument, "first", "last" or "split" at ties; "lower", "middle", "upper", "left",
    "right" or the slope itself at kinks; or a tuple of one for ties and one for kinks.

    >>> class Square:
    ...     def forward(self, x):
    ...         self.x = x
    ...         return x**2
    ...     def backward(self, grad):
    ...         return (self.x * grad,)
    >>> report = check_layer(Square, "x[N,D] -> y[N,D]", examples=20)
    >>> report.ok, report.findings[0].relation, report.findings[0].condition
    (False, 'factor', 'always')
    """
    given = choices(params)
    read = read_signature(signature, set(given)) if isinstance(signature, str) else signature
    options: dict[str, Any] = {
        "where": where,
        "like": like,
        "spec": spec,
        "deadline": deadline,
        "convention": convention,
    }
    call = Call(check_layer, layer, (read.text,), {"params": given, **options})
    return examined(call, layer, read, given, examples=examples, seed=seed, example=example, **options)


def examined(
    call: Call,
    layer: Any,
    read: Signature,
    given: Mapping[str, Choices],
    *,
    where: str = "",
    like: Callable[..., Any] | None = None,
    spec: str | Sequence[str] = "",
    examples: int | None = None,
    seed: int | None = None,
    example: str | Example | None = None,
    deadline: float = 10.0,
    convention: Mapping[str, Any] | None = None,
) -> Report:
    """The report that a call asks for: a campaign, and a diagnosis of what has failed in it."""
    if seed is not None and seed < 0:
        raise OptionError(f"seed = {seed}", hint="a seed is a whole number from 0 on")
    condition = known_names(read_condition(where), {*read.dims(set(given)), *given})
    pins = pinned(convention, read)
    judge = Judge(adapt(layer, read), read, oracles_of(read, like, spec), pins=pins)
    read = settled(judge, Space(read, given, condition), deadline)
    space = Space(read, given, condition)
    judge = replace(judge, signature=read, plainest=partial(plainest, space))
    probe(judge, space)
    if example is not None:
        chosen = legal(Example.read(example, read, given) if isinstance(example, str) else example, read, given)
        with limited(deadline, chosen, judge):
            found = raising([judge(chosen)])
    else:
        found = outcomes(judge, space, examples or settings().max_examples, seed, deadline)
    if all(o.skipped for o in found) and any(o.error for o in found):
        told = next(o.error for o in found if o.error)
        raise LayerError(f"{judge.subject.name}.forward raises for every example: {told}", hint=f"signature: {read}")
    found = raising(found)
    findings = Diagnosis(judge, space, found).findings()
    again = tuple(replace(f, reproduce=partial(call.again, f.smallest), oracles=agreeing(f, found)) for f in findings)
    names = (*(o.name for o in judge.oracles), "differences")
    tried = len(found), skipped(found)
    report = Report(judge.subject.name, read, given, again, *tried, oracles=names, call=call)
    return heard(replace(report, conventions=conventions(kinks(judge, found, deadline), pins)))


def agreeing(finding: Finding, found: Sequence[Outcome]) -> str:
    """Which oracles agree that a gradient is wrong: the most of them that do in one example."""
    key = finding.argument, finding.check
    told = [t.oracles or finding.oracles for o in found for t in o.troubles if t.key == key]
    return max(told, key=lambda names: (names.count(" = "), len(names)), default=finding.oracles)


def layer_test(layer: Any, signature: str, **options: Any) -> Callable[..., None]:
    """A test for pytest: `test_conv = layer_test(MyConv2d, "x[N,C,H,W], … -> y[N,O,_,_]", params=…)`.

    Takes the options of `check_layer`. A signature that cannot be read is an error here, not when the test runs.
    """
    read_signature(signature, set(choices(options.get("params"))))

    return made_test(check_layer, layer, signature, options)


def made_test(
    check: Callable[..., Report], layer: Any, signature: str, options: Mapping[str, Any]
) -> Callable[..., None]:
    """A function that pytest runs, and that the plugin knows by its mark."""

    def test(*_: Any) -> None:  # in a class it is given the instance
        __tracebackhide__ = True
        report = check(layer, signature, **asked(options))
        if not report.ok:
            raise LayerFailure(report)

    test.__doc__ = f"{getattr(layer, '__name__', layer)}: {signature}"
    test.symgrad_layer = True  # type: ignore[attr-defined]
    return test


def known_names(condition: Condition, names: set[str]) -> Condition:
    if unknown := condition.names() - names:
        raise OptionError(f"where= names {min(unknown)}", hint=f"known: {', '.join(sorted(names))}")
    return condition
