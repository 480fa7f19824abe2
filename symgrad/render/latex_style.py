"""`latex`, typeset by KaTeX and amsmath."""

from __future__ import annotations

from types import MappingProxyType

from .names import latex_name, latex_operator
from .style import Style


def _tall(text: str) -> bool:
    return any(macro in text for macro in (r"\frac", r"\sum", r"\prod", r"\max", r"\min", r"\left", "argm"))


def _latex_parens(text: str) -> str:
    return rf"\left({text}\right)" if _tall(text) else f"({text})"


def _latex_entry(base: str, at: tuple[str, ...]) -> str:
    if not at:
        return base
    short = all((len(part) == 1 and part.isalpha()) or (part[0] == "\\" and part[1:].isalpha()) for part in at)
    below = (" " if any(part[0] == "\\" for part in at) else "").join(at) if short else ",".join(at)
    return f"{{{base}}}_{{{below}}}" if base.endswith("}") and "_{" in base else f"{base}_{{{below}}}"


def _latex_power(base: str, exponent: str) -> str:
    return f"{base}^{{{exponent}}}"


def _latex_call(name: str, latex: str, args: tuple[str, ...]) -> str:
    if name == "abs":
        return rf"\left|{args[0]}\right|"
    if name == "exp" and not _tall(args[0]) and len(args[0]) < 24:
        return f"e^{{{args[0]}}}"
    return (latex or latex_operator(name)) + _latex_parens(", ".join(args))


def _latex_big(sign: str, bound: tuple[str, ...], guard: str) -> str:
    below = ", ".join(bound) if any("<" in b for b in bound) else ",".join(bound)
    return rf"{sign}_{{{below}{':' + chr(92) + ', ' + guard if guard else ''}}} "


def _latex_partial(of: str, by: tuple[str, ...], named: bool) -> str:
    order = f"^{{{len(by)}}}" if len(by) > 1 else ""
    below = r" \, ".join(rf"\partial {x}" for x in by)
    if named:
        return rf"\frac{{\partial{order} {of}}}{{{below}}}"
    return rf"\frac{{\partial{order}}}{{{below}}} {_latex_parens(of)}"


def _latex_nabla(of: str, by: str, order: int) -> str:
    return rf"\nabla{f'^{{{order}}}' if order > 1 else ''}_{{{by}}} {of}"


def _latex_separate(left: str, right: str) -> str:
    if right[0].isdigit() or (left[-1].isdigit() and right.startswith(r"\frac")):
        return r" \cdot "
    words = r"\mathrm" in left and right.startswith(r"\mathrm")
    return r"\, " if words or r"\partial" in left + right else " "


LATEX = Style(
    name="latex",
    parens=_latex_parens,
    symbol=latex_name,
    entry=_latex_entry,
    power=_latex_power,
    root=lambda x, atom: rf"\sqrt{{{x}}}",
    fraction=lambda a, b: rf"\frac{{{a}}}{{{b}}}",
    slash=lambda a, b: f"{a}/{b}",
    call=_latex_call,
    big=_latex_big,
    signs=MappingProxyType(
        {op: rf"\{op}" for op in ("sum", "prod", "max", "min")}
        | {f"arg{op}": rf"\operatorname*{{arg\,{op}}}" for op in ("max", "min")}
    ),
    bracket=lambda text: rf"\mathbb{{1}}\left[{text}\right]" if _tall(text) else rf"\mathbb{{1}}[{text}]",
    delta=lambda a, b: _latex_entry(r"\delta", (a, b)),
    partial=_latex_partial,
    nabla=_latex_nabla,
    whole_norm=lambda x, axes: rf"\lVert {x} \rVert{'_F' if axes > 1 else ''}",
    quotient=lambda a, b: rf"\lfloor {a}/{b} \rfloor",
    remainder=lambda a, b: rf"{a} \bmod {b}",
    separate=_latex_separate,
    tight=lambda left, right: " ",
    stacked=True,
    words=MappingProxyType(
        {
            "pi": r"\pi",
            "e": "e",
            "oo": r"\infty",
            "zoo": r"\infty",
            "nan": r"\mathrm{nan}",
            "|": r"\mid",
            "<": "<",
            "~": r"\sim",
        }
        | {">": ">", ">=": r"\ge", "==": "=", "=": "=", "!=": r"\ne", "!>": r"\ngtr", "!>=": r"\ngeq", "<=": r"\le"}
    ),
)
