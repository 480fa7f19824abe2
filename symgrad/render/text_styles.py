"""`code`, the input syntax in ASCII, and `unicode`, which reads as on a blackboard. Both parse back."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

from .names import SUBSCRIPT, subscript, superscript
from .style import Style


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
    nabla=lambda of, by, order: _partial(of, (by,) * order, True),
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
    nabla=lambda of, by, order: f"∇{superscript(order) if order > 1 else ''}_{by} {of}",
    whole_norm=lambda x, axes: f"‖{x}‖",
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
