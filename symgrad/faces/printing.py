"""How a result prints: a line in a session, formulas in a notebook, a derivation in any format, numbers on request."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from sympy import Expr

from ..derivation import Derivation
from ..errors import OptionError
from ..expr.arrays import Array
from ..expr.evaluate import order
from ..expr.tensors import Tensor
from ..render.equations import printer, value
from ..render.equations import shape as shape_text
from ..render.formats import FORMATS, render
from ..render.matrix import left_side
from ..render.numbers import substituted
from ..render.page import other_form
from .values import arrays_of

GAP = " " * 8
SUFFIXES = {".txt": "text", ".tex": "latex", ".md": "markdown", ".json": "json"}
"""The format that a file's suffix asks for."""


class Printed:
    """The printed forms of a result that has `derivation`, `tensor`, `target`, `wrt`, `told` and `status`."""

    if TYPE_CHECKING:

        @property
        def derivation(self) -> Derivation: ...
        @property
        def tensor(self) -> Tensor: ...
        @property
        def target(self) -> Tensor: ...
        @property
        def wrt(self) -> Tensor: ...
        @property
        def told(self) -> bool: ...
        @property
        def status(self) -> str: ...

    def __repr__(self) -> str:
        """`∂f/∂Wᵢⱼ = 2 qᵢ xⱼ        ∇_W f = 2 q xᵀ        [m, n] · proved`."""
        if not self.told:
            count = f"{len(order([self.target])):,}"
            return f"{self.tensor.display}   {shape_text(self.tensor.shape)}   of a graph of {count} equations"
        return GAP.join(filter(None, [*answers(self.derivation), self._summary()]))

    def _summary(self):
        return " · ".join(filter(None, [shape_text(self.tensor.shape), self.status]))

    def _repr_latex_(self) -> str | None:
        if not self.told:
            return None
        return r"$$\displaystyle " + r" \qquad ".join(answers(self.derivation, "latex")) + "$$"

    def _repr_markdown_(self) -> str | None:
        return self._repr_latex_()

    def answer_text(self) -> str:
        """The right side of the last line, in Unicode."""
        return printer(self.derivation.left, self.derivation.result)(self.derivation.result)

    def to_text(self, **options) -> str:
        """The derivation in Unicode.

        `steps` is "hint" (a line for small steps of one kind), "all" or "none"; `notation` "index", "matrix" or "both";
        `delta=True` writes δᵢⱼ for 𝟙[i=j], `ascii=True` the input language; `at` puts values in, `check=False` leaves
        the verdicts out.
        """
        return self.to("text", **options)

    def to_latex(self, **options) -> str:
        r"""The derivation as an `aligned` environment."""
        return self.to("latex", **options)

    def to_markdown(self, **options) -> str:
        """The derivation with displays in LaTeX."""
        return self.to("markdown", **options)

    def to_json(self, **options) -> str:
        """The derivation with every step, schema `symgrad/derivation/1`."""
        return self.to("json", **options)

    def to(self, form: str, *, at: Mapping | None = None, check: bool = True, **options) -> str:
        """The derivation in one of FORMATS; with `at`, the answer in numbers after it."""
        derivation = self.derivation if check else unjudged(self.derivation)
        text = render(derivation, form, **options)
        return text if at is None else WITH_NUMBERS[form](text, *self._numbers(form, at, options.get("ascii", False)))

    def _numbers(self, form, at, ascii):
        """(lines of entries, left side, value)."""
        t = self.tensor
        arrays = arrays_of([*t.operands, t], at, self.target, self.wrt)
        style_name = "latex" if form in ("latex", "markdown") else "code" if ascii else "unicode"
        left = self.derivation.left
        lines = substituted(left, t, dict(zip(t.operands, arrays, strict=False)), arrays[-1], style_name)
        return lines, whole(left, style_name), arrays[-1]

    def save(self, path, **options) -> None:
        """Write the derivation to a file; the suffix chooses the format: .txt .tex .md .json."""
        suffix = Path(path).suffix
        if suffix not in SUFFIXES:
            raise OptionError(f"no format for the suffix {suffix!r}", hint=f"one of {', '.join(SUFFIXES)}")
        Path(path).write_text(self.to(SUFFIXES[suffix], **options) + "\n", encoding="utf-8")


def answers(d: Derivation, style_name: str = "unicode") -> list[str]:
    """The last line in index notation, and in matrix notation where that says something else."""
    told = printer(d.left, d.result, style_name=style_name)
    right = told(d.result)
    matrix = other_form(d, style_name, right)
    return [f"{told(d.left)} = {right}", *([f"{matrix.left} = {matrix.right}"] if matrix else [])]


def whole(left: Expr, style_name: str) -> str:
    """The name of all entries together: `∇_x f` for `∂f/∂xⱼ`."""
    found = left_side(left) if style_name != "code" else None
    return found[1][style_name == "latex"] if found else printer(left, style_name=style_name)(left)


def unjudged(d: Derivation) -> Derivation:
    """The derivation without verdicts, for speed."""
    return replace(d, judge=None, givens=tuple(map(unjudged, d.givens)))


def _text_numbers(text: str, lines: list[str], left: str, result: Array) -> str:
    shown = lines if lines and not result.shape else [*lines, f"{left} = {value(result.nested(), 6)}"]
    return "\n\n".join([text, "\n".join(f"    {line}" for line in shown)])


def _latex_numbers(text: str, lines: list[str], left: str, result: Array) -> str:
    rows = [line.replace(" = ", " &= ", 1) for line in lines] or [f"{left} &= {value(result.nested(), 6)}"]
    return text.replace("\n\\end{aligned}", "".join(f" \\\\\n{row}" for row in rows) + "\n\\end{aligned}")


def _markdown_numbers(text: str, lines: list[str], left: str, result: Array) -> str:
    shown = lines or [f"{left} = {value(result.nested(), 6)}"]
    return "\n\n".join([text, "In numbers:", *(f"$$\n{line}\n$$" for line in shown)])


def _json_numbers(text: str, lines: list[str], left: str, result: Array) -> str:
    told = {**json.loads(text), "numbers": lines, "value": [float(v) for v in result], "shape": list(result.shape)}
    return json.dumps(told, ensure_ascii=False, indent=2)


WITH_NUMBERS = {
    "text": _text_numbers,
    "latex": _latex_numbers,
    "markdown": _markdown_numbers,
    "json": _json_numbers,
}
assert WITH_NUMBERS.keys() == FORMATS.keys()
