r"""Macros: `\newcommand`, `\def`, `\DeclareMathOperator` and their kin, and calls of them, within bounds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from .faults import Fault, limit
from .limits import BODY, CALLS, MACROS, TOKENS
from .tokens import Token, lex


@dataclass(frozen=True)
class Macro:
    """What `\\name` with `arity` arguments stands for; `default` is the first where it may be left out."""

    arity: int
    body: tuple[Token, ...]
    default: tuple[Token, ...] | None = None
    starred: bool = False
    unread: str = ""


Macros = Mapping[str, Macro]
DEFINITION = re.compile(
    r"\\(?:(?:re|provide)?newcommand|providecommand|[gex]?def|let|DeclareMathOperator|DeclarePairedDelimiter)(?![a-zA-Z])"
)


def read_macros(text: str, at: int = 0) -> dict[str, Macro]:
    r"""The macros that a preamble defines; the rest of it is not looked at.

    >>> sorted(read_macros(r"\usepackage{x} \newcommand{\R}{\mathbb{R}} \DeclareMathOperator*{\am}{arg\,max}"))
    ['R', 'am']
    """
    found: dict[str, Macro] = {}
    past = 0
    for match in DEFINITION.finditer(text):
        start = match.start()
        if start < past or "%" in text[max(start - 200, text.rfind("\n", 0, start) + 1) : start]:
            continue
        if len(found) >= MACROS:
            raise limit(f"more than {MACROS:,} macros", at + start)
        past = _definition(text, start, at, found)
    return found


def _definition(text: str, start: int, at: int, found: dict[str, Macro]) -> int:
    """Reads the definition at `start`; where it ends. Most are short: more is read only where that is not enough."""
    for length in (200, 2_000, 4 * BODY):
        try:
            stack = [*lex(text[start : start + length], at + start)][::-1]
            command = stack.pop()
            define(command, stack, found)
            return (stack[-1].at if stack else command.end) - at
        except Fault:
            if length == 4 * BODY or start + length >= len(text):
                raise
    raise AssertionError


def expand(tokens: Iterable[Token], macros: Macros) -> list[Token]:
    """The tokens with definitions taken out and calls replaced; what a call gives stands where the call stands."""
    stack = [*tokens][::-1]
    known: dict[str, Macro] = {}
    out: list[Token] = []
    calls = copied = 0
    while stack:
        token = stack.pop()
        if token.kind != "command":
            out.append(token)
            continue
        name = token.text
        if name in DEFINERS:
            define(token, stack, known)
            continue
        macro = known.get(name) or macros.get(name)
        if macro is None and (macro := built_in().get(name)) is None:
            out.append(token)
            continue
        body = _called(token, macro, stack)
        calls, copied = calls + 1, copied + len(body)
        if calls > CALLS or copied > TOKENS:
            raise limit(f"\\{name} and other macros grow beyond {CALLS:,} calls or {TOKENS:,} tokens", token.at)
        if _is_argument(out):
            body = [Token("{", "{", token.at, token.at), *body, Token("}", "}", token.end, token.end)]
        stack.extend(reversed(body))
    if len(out) > TOKENS:
        raise limit(f"a formula of more than {TOKENS:,} tokens", out[0].at)
    return out


TWO = frozenset(("frac", "dfrac", "tfrac", "cfrac", "binom", "dbinom", "tbinom", "overset", "underset", "stackrel"))
ONE = frozenset(("sqrt",))


def _is_argument(out: list[Token]) -> bool:
    """Whether the next thing is an argument of `\\frac` or `\\sqrt`: TeX takes a macro there as a whole."""
    if not out:
        return False
    last = out[-1]
    if last.kind == "command":
        return last.text in TWO or last.text in ONE
    if len(out) > 1 and out[-2].kind == "command" and out[-2].text in TWO:
        return last.kind in ("letter", "number")
    return last.kind == "}" and _opened_by(out) in TWO


def _opened_by(out: list[Token]) -> str:
    depth = 0
    for k in range(len(out) - 1, max(-1, len(out) - 200), -1):
        depth += {"}": 1, "{": -1}.get(out[k].kind, 0)
        if not depth:
            return out[k - 1].text if k and out[k - 1].kind == "command" else ""
    return ""


def _called(token: Token, macro: Macro, stack: list[Token]) -> list[Token]:
    if macro.unread:
        raise Fault(f"\\{token.text} is defined in a way that is not read", token.at, macro.unread)
    if macro.starred:
        if stack and stack[-1].text == "*":
            stack.pop()
        _bracketed(stack)
    end = token.end
    arguments: list[tuple[Token, ...]] = []
    if macro.default is not None:
        given = _bracketed(stack)
        arguments.append(macro.default if given is None else given)
    while len(arguments) < macro.arity:
        if not stack:
            raise Fault(f"\\{token.text} takes {macro.arity} arguments", token.at, "an argument is missing")
        argument = take(stack, token)
        arguments.append(argument)
        end = max(end, argument[-1].end if argument else end)
    return [*_substituted(macro.body, arguments, token.at, end)]


def _substituted(body: Iterable[Token], arguments: list[tuple[Token, ...]], at: int, end: int):
    for part in body:
        if part.kind == "parameter":
            number = int(part.text[1]) - 1
            if number < len(arguments):
                yield from arguments[number]
        elif "#" in part.text and len(part.text) > 1:
            yield part._replace(text=_in_words(part.text, arguments), at=at, end=end)
        else:
            yield Token(part.kind, part.text, at, end, part.extra)


def _in_words(text: str, arguments: list[tuple[Token, ...]]) -> str:
    for number, argument in enumerate(arguments):
        text = text.replace(f"#{number + 1}", spelled(argument))[:BODY]
    return text


def spelled(tokens: Iterable[Token]) -> str:
    """Tokens as words: spaces are kept where the text had some."""
    words, last = "", None
    for token in tokens:
        words += " " * (last is not None and token.at > last) + token.text
        last = token.end
    return words


def take(stack: list[Token], token: Token) -> tuple[Token, ...]:
    """The next argument of `token`: a group without its braces, one digit, or one token."""
    if not stack:
        raise Fault(f"\\{token.text} ends too early", token.at, "an argument in braces is missing")
    first = stack.pop()
    if first.kind == "number" and len(first.text) > 1:
        stack.append(first._replace(text=first.text[1:], at=first.at + 1))
        return (first._replace(text=first.text[0], end=first.at + 1),)
    if first.kind != "{":
        return (first,)
    depth, inside = 1, list[Token]()
    while stack:
        part = stack.pop()
        depth += {"{": 1, "}": -1}.get(part.kind, 0)
        if not depth:
            return tuple(inside)
        inside.append(part)
    raise Fault("a { that is not closed", first.at, "a } is missing")


def _bracketed(stack: list[Token]) -> tuple[Token, ...] | None:
    if not stack or stack[-1].text != "[":
        return None
    opening = stack.pop()
    inside: list[Token] = []
    while stack:
        part = stack.pop()
        if part.text == "]":
            return tuple(inside)
        inside.append(part)
    raise Fault("a [ that is not closed", opening.at, "a ] is missing")


def define(command: Token, stack: list[Token], macros: dict[str, Macro]) -> None:
    """Reads the definition that begins with `command` from the stack."""
    star = bool(stack) and stack[-1].text == "*"
    if star:
        stack.pop()
    name = take(stack, command)
    if len(name) != 1 or name[0].kind != "command":
        raise Fault(f"\\{command.text} does not name a macro", command.at, "write \\newcommand{\\name}{…}")
    macro = DEFINERS[command.text](command, stack, star)
    if len(macro.body) > BODY:
        raise limit(f"a macro of more than {BODY:,} tokens", command.at)
    if command.text != "providecommand" or name[0].text not in macros:
        macros[name[0].text] = macro


def _new_command(command: Token, stack: list[Token], star: bool) -> Macro:
    number = spelled(_bracketed(stack) or ())
    default = _bracketed(stack)
    if number and not (number.isdigit() and len(number) == 1):
        raise Fault("the number of a macro's arguments is no digit", command.at, "write \\newcommand{\\name}[2]{…}")
    return Macro(int(number or 0), take(stack, command), default)


def _def(command: Token, stack: list[Token], star: bool) -> Macro:
    arity, unread = 0, ""
    while stack and stack[-1].kind != "{":
        part = stack.pop()
        arity += 1
        if part.text != f"#{arity}":
            unread = "\\def with words between its arguments is not read; use \\newcommand"
    return Macro(min(arity, 9), take(stack, command), unread=unread)


def _let(command: Token, stack: list[Token], star: bool) -> Macro:
    if stack and stack[-1].text == "=":
        stack.pop()
    return Macro(0, take(stack, command))


def _operator(command: Token, stack: list[Token], star: bool) -> Macro:
    word = "operatorname*" if star else "operatorname"
    braces = [Token(c, c, command.at, command.end) for c in "{}"]
    return Macro(0, (Token("command", word, command.at, command.end), braces[0], *take(stack, command), braces[1]))


def _delimiter(command: Token, stack: list[Token], star: bool) -> Macro:
    left, right = take(stack, command), take(stack, command)
    return Macro(1, (*_sided("left", left), Token("parameter", "#1", 0, 0), *_sided("right", right)), starred=True)


def _sided(side: str, delimiter: tuple[Token, ...]) -> tuple[Token, ...]:
    return (Token("command", side, 0, 0), *delimiter)


DEFINERS = MappingProxyType(
    dict.fromkeys(("newcommand", "renewcommand", "providecommand"), _new_command)
    | dict.fromkeys(("def", "gdef", "edef", "xdef"), _def)
    | {"let": _let, "DeclareMathOperator": _operator, "DeclarePairedDelimiter": _delimiter}
)

BUILT_IN = r"""
\DeclarePairedDelimiter{\norm}{\lVert}{\rVert} \DeclarePairedDelimiter{\abs}{\lvert}{\rvert}
\DeclarePairedDelimiter{\floor}{\lfloor}{\rfloor} \DeclarePairedDelimiter{\ceil}{\lceil}{\rceil}
\DeclarePairedDelimiter{\paren}{(}{)} \DeclarePairedDelimiter{\inner}{\langle}{\rangle}
\newcommand{\R}{\mathbb{R}} \newcommand{\N}{\mathbb{N}} \newcommand{\Z}{\mathbb{Z}} \newcommand{\E}{\mathbb{E}}
\newcommand{\bbone}{\mathbb{1}} \newcommand{\eqdef}{:=} \newcommand{\dd}{\mathrm{d}} \newcommand{\Reals}{\mathbb{R}}
"""
"""Names that many papers define alike; a document's own definition goes before."""


@cache
def built_in() -> Macros:
    return MappingProxyType(read_macros(BUILT_IN))
