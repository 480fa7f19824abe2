"""What one example has shown: the troubles of each argument, in the words of a table."""

from __future__ import annotations

from dataclasses import dataclass

from .example import Example

CHECKS = {
    "raises": "an exception for legal inputs",
    "shape": "a gradient of another shape than its argument",
    "zero": "no gradient where there is one",
    "nonfinite": "NaN or infinity where the forward pass is finite",
    "dtype": "another number type than that of the inputs",
    "mutates": "inputs, upstream gradients or parameters are changed",
    "aliases": "memory that is shared with inputs, saved values or other results",
    "repeat": "a second pass gives something else",
    "layout": "the result depends on how arrays lie in memory",
    "nonlinear": "the gradient is not linear in the upstream gradient",
    "value": "another number than the derivative",
    "modes": "forward mode and reverse mode disagree",
    "convention": "another choice at kinks or ties than the pinned one",
}
"""In the order in which they are told: what comes first explains what comes after it."""
REMARKS = {("", "aliases")}
"""What is told of a layer and is no fault of it. `self.y = y; return y` is right as long as nobody writes to y."""


@dataclass(frozen=True)
class Trouble:
    """One thing that is wrong: with the gradient of an argument ("" for the outputs), found by a check.

    `oracles` says which agree.
    """

    argument: str
    check: str
    detail: str = ""
    oracles: str = ""

    @property
    def key(self) -> tuple[str, str]:
        return self.argument, self.check

    @property
    def remark(self) -> bool:
        return self.key in REMARKS


@dataclass(frozen=True)
class Outcome:
    """An example, what is wrong in it (one trouble for an argument, beside remarks), and what could not be judged.

    `flat` are arguments whose gradient is 0 everywhere, so that most faults cannot show; `kinks`: differences have met
    some.
    """

    example: Example
    troubles: tuple[Trouble, ...] = ()
    skipped: str = ""
    error: str = ""
    flat: tuple[str, ...] = ()
    kinks: bool = False

    def has(self, key: tuple[str, str]) -> bool:
        return any(t.key == key for t in self.troubles)


def first_of_each(troubles: list[Trouble]) -> tuple[Trouble, ...]:
    """Of the troubles of an argument the one that explains the others; remarks beside it."""
    order = list(CHECKS)
    found: dict[tuple[str, bool], Trouble] = {}
    for t in sorted(troubles, key=lambda t: (t.remark, order.index(t.check))):
        found.setdefault((t.argument, t.remark), t)
    return tuple(found.values())


def raising(found: list[Outcome]) -> list[Outcome]:
    """Forward passes that raise for legal sizes, as troubles; sizes of 0 may be refused."""
    return [
        Outcome(o.example, (Trouble("", "raises", f"forward raises {o.error}"),))
        if o.skipped == "raised" and all(n for _, n in o.example.sizes) and all(o.example.lead)
        else o
        for o in found
    ]
