"""Call: how a report was asked for. It shows each finding again: as a function, and as text for another process."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .homes import place_of
from .locate import command_params, command_pins, quoted
from .spelling import Spelling

ONCE = ("examples", "seed", "example")
"""Options that say which examples are tried: of a finding, one."""
BY_SHELL = {"params", "where", "convention"}
"""What `symgrad layer` takes beside the layer and its signature."""


@dataclass(frozen=True)
class Call:
    """`check(layer, *given, **options)`: a function of symgrad.testing, what it was given, and its options."""

    check: Callable[..., Any]
    layer: Any
    given: tuple[Any, ...]
    options: Mapping[str, Any]

    def again(self, example: Any) -> Any:
        """The report of one example."""
        return self.check(self.layer, *self.given, **self.options, **self._only(example))

    def text(self, example: Any) -> str:
        """What shows it in a new process: a command where the command line can say it, else a line of Python."""
        return self._command(example) or self._script(example)

    def _only(self, example: Any) -> dict[str, Any]:
        return {"example": example} if str(example) else {}

    def said(self) -> dict[str, Any]:
        """The options that are not what they are by default."""
        plain = {n: p.default for n, p in inspect.signature(self.check).parameters.items()}
        return {n: v for n, v in self.options.items() if v is not plain.get(n) and not empty(v) and v != plain.get(n)}

    def _command(self, example: Any) -> str:
        place, said = place_of(self.layer), self.said()
        if not place or said.keys() - BY_SHELL or self.check.__name__ != "check_layer":
            return ""
        options = command_params(said.get("params", {}))
        if options is None:
            return ""
        words = ["--signature", self.given[0], *options]
        words += ["--where", said["where"]] if "where" in said else []
        words += command_pins(said.get("convention", {}))
        return f"symgrad layer {place} {' '.join(map(quoted, [*words, '--example', str(example)]))}"

    def _script(self, example: Any) -> str:
        spelling = Spelling("report")
        check = spelling.imported("symgrad.testing", self.check.__name__)
        said = {**self.said(), **{n: str(e) for n, e in self._only(example).items()}}
        parts = [spelling.of(self.layer, "layer"), *(spelling.of(g, "inputs") for g in self.given)]
        parts += [f"{n}={spelling.of(v, n)}" for n, v in said.items()]
        return spelling.script(f"print({check}({', '.join(parts)}))")


def empty(value: Any) -> bool:
    """Nothing, said in one way or another; 0 and False are something."""
    return isinstance(value, (str, Mapping, tuple, list)) and not value
