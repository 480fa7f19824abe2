"""STYLES: everything in which the printed forms differ, as data and functions of text. The printer knows none of it.

`code` is the input syntax in ASCII, `unicode` reads as on a blackboard, `latex` is typeset. The first two parse back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from ..errors import OptionError
from .names import SUBSCRIPT, latex_name, latex_operator, subscript, superscript


@dataclass(frozen=True)
class Style:
    """A printed form: `entry`, `power`, `call`, … take printed parts and give the printed whole.

    `separate(left, right)` stands between two factors, `tight` between those of an index map. `stacked` fractions need
    no parentheses. `signs` are those of reductions, `words` those of relations and constants.
    """

    name: str
    parens: Callable[[str], str]
    symbol: Callable[[str], str]
    entry: Callable[[str, tuple[str, ...]], str]
    power: Callable[[str, str], str]
    root: Callable[[str, bool], str]
    fraction: Callable[[str, str], str]
    slash: Callable[[str, str], str]
    call: Callable[[str, str, tuple[str, ...]], str]
    big: Callable[[str, tuple[str, ...], str], str]
    signs: MappingProxyType
    bracket: Callable[[str], str]
    delta: Callable[[str, str], str]
    partial: Callable[[str, tuple[str, ...], bool], str]
    gradient: Callable[[str, tuple[str, ...], bool], str]
    whole_norm: Callable[[str], str] | None
    quotient: Callable[[str, str], str]
    remainder: Callable[[str, str], str]
    separate: Callable[[str, str], str]
    tight: Callable[[str, str], str]
    stacked: bool = False
    plus: str = " + "
    minus: str = " - "
    sign: str = "-"
    words: MappingProxyType = field(default_factory=lambda: MappingProxyType({}))

    def __str__(self):
        return self.name


def _parens(text: str) -> str:
    return f"({text})"


def _call(name: str, latex: str, args: tuple[str, ...]) -> str:
    return f"{name}({', '.join(args)})"


def _big(sign: str, bound: tuple[str, ...], guard: str) -> str:
    return f"{sign}[{','.join(bound)}{': ' + guard if guard else ''}] "


def _slash(above: str, below: str) -> str:
    return f"{above}/{below}"


def _partial(of: str, by: tuple[str, ...], named: bool) -> str:
    for x in by:
        of = f"partial({of}, {x})"
    return of


def _times(left: str, right: str) -> str:
    return "*"


CODE = Style(
    name="code",
    parens=_parens,
    symbol=str,
    entry=lambda base, at: f"{base}[{','.join(at)}]" if at else base,
    power=lambda base, exponent: f"{base}**{exponent}",
    root=lambda x, atom: f"sqrt({x})",
    fraction=_slash,
    slash=_slash,
    call=_call,
    big=_big,
    signs=MappingProxyType({}),
    bracket=lambda text: f"[{text}]",
    delta=lambda a, b: f"[{a}={b}]",
    partial=_partial,
    gradient=lambda of, by, scalar: _partial(of, by, True),
    whole_norm=None,
    quotient=lambda a, b: f"quo({a},{b})",
    remainder=lambda a, b: f"rem({a},{b})",
    separate=_times,
    tight=_times,
    words=MappingProxyType(
        {"pi": "pi", "e": "exp(1)", "oo": "inf", "zoo": "inf", "nan": "nan"}
        | {r: r for r in (">", ">=", "==", "!=", "!>", "!>=", "|", "<", "<=", "=", "~")}
    ),
)


def _unicode_entry(base: str, at: tuple[str, ...]) -> str:
    below = subscript(at)
    return f"{base}[{','.join(at)}]" if below is None else f"{base}{below}"


def _unicode_big(sign: str, bound: tuple[str, ...], guard: str) -> str:
    below = None if guard else subscript(bound)
    return f"{sign}{below} " if below else _big(sign, bound, guard)


def _unicode_separate(left: str, right: str) -> str:
    if "∂" in (left[0], right[0]):
        return " " if left.isdigit() else " · "
    # `f (1 − y)` would read as f of (1 − y), `2 3ⁿ` as 23ⁿ.
    named = left.isidentifier() and left[-1] not in SUBSCRIPT.values()
    return "·" if right[0] in "0123456789|" or (right[0] == "(" and named) else " "


def _unicode_tight(left: str, right: str) -> str:
    return "" if left.isdigit() and right[0].isalpha() and right[0] not in "eE" else "·"


def _unicode_partial(of: str, by: tuple[str, ...], named: bool) -> str:
    order = superscript(len(by)) if len(by) > 1 else ""
    return f"∂{order}{of if named else _parens(of)}/{''.join(f'∂{x}' for x in by)}"


def _unicode_gradient(of: str, by: tuple[str, ...], scalar: bool) -> str:
    if not scalar or len(set(by)) > 1:
        return _unicode_partial(of, by, True)
    return f"∇{superscript(len(by)) if len(by) > 1 else ''}_{by[0]} {of}"


def _unicode_call(name: str, latex: str, args: tuple[str, ...]) -> str:
    return f"|{args[0]}|" if name == "abs" else _call({"sigmoid": "σ"}.get(name, name), latex, args)


UNICODE = replace(
    CODE,
    name="unicode",
    entry=_unicode_entry,
    power=lambda base, exponent: base + superscript(int(exponent)) if exponent.isdigit() else f"{base}^{exponent}",
    root=lambda x, atom: f"√{x}" if atom else f"√({x})",
    call=_unicode_call,
    big=_unicode_big,
    signs=MappingProxyType({"sum": "Σ", "prod": "Π"}),
    bracket=lambda text: f"𝟙[{text}]",
    delta=lambda a, b: _unicode_entry("δ", (a, b)),
    partial=_unicode_partial,
    gradient=_unicode_gradient,
    whole_norm=lambda x: f"‖{x}‖",
    quotient=lambda a, b: f"⌊{a}/{b}⌋",
    remainder=lambda a, b: f"{a} mod {b}",
    separate=_unicode_separate,
    tight=_unicode_tight,
    minus=" − ",
    sign="−",
    words=MappingProxyType(
        {"pi": "π", "e": "exp(1)", "oo": "∞", "zoo": "∞", "nan": "nan", "|": "|", "<": "<", "<=": "≤", "~": "~"}
        | {">": ">", ">=": "≥", "==": "=", "=": "=", "!=": "≠", "!>": "≯", "!>=": "≱"}
    ),
)


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


def _latex_gradient(of: str, by: tuple[str, ...], scalar: bool) -> str:
    if not scalar or len(set(by)) > 1:
        return _latex_partial(of, by, True)
    return rf"\nabla{'^{' + str(len(by)) + '}' if len(by) > 1 else ''}_{{{by[0]}}} {of}"


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
    slash=_slash,
    call=_latex_call,
    big=_latex_big,
    signs=MappingProxyType(
        {op: rf"\{op}" for op in ("sum", "prod", "max", "min")}
        | {f"arg{op}": rf"\operatorname*{{arg\,{op}}}" for op in ("max", "min")}
    ),
    bracket=lambda text: rf"\mathbb{{1}}\left[{text}\right]" if _tall(text) else rf"\mathbb{{1}}[{text}]",
    delta=lambda a, b: _latex_entry(r"\delta", (a, b)),
    partial=_latex_partial,
    gradient=_latex_gradient,
    whole_norm=lambda x: rf"\lVert {x} \rVert",
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

STYLES = MappingProxyType({style.name: style for style in (CODE, UNICODE, LATEX)})


def style(name: str) -> Style:
    """The style of that name."""
    if name not in STYLES:
        raise OptionError(f"style {name!r}", hint=f"one of {', '.join(STYLES)}")
    return STYLES[name]
