r"""Text to tokens, each with its place in the document. What a command means is not known here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple
from unicodedata import name as character_name
from unicodedata import normalize

from . import names
from .faults import Fault, limit
from .limits import DIGITS, TEXT


class Token(NamedTuple):
    """`kind` says what it is ("command", "letter", "number", "text", a character …), `text` which one.

    `extra` is the font of a word, the remark over a relation, the column specification of an array.
    """

    kind: str
    text: str
    at: int
    end: int
    extra: str = ""


SHAPES = re.compile(
    r"""(?P<space>\s+|~|%[^\n]*\n?)
    |(?P<newline>\\\\(?:\*)?(?:\s?\[\s*-?[0-9.]+\s*\\?[a-zA-Z]{2,20}\s*\])?|\\(?:newline|tabularnewline|cr)(?![a-zA-Z]))
    |(?P<command>\\(?:left|right)(?![a-zA-Z])\s*\.|\\[a-zA-Z@]+|\\(?s:.)|\\)
    |(?P<unclear>\d(?:\.\d+)?[eE][-+]\d|(?<=[\w)}])!=)
    |(?P<number>\d{1,3}(?:\{,\}\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)
    |(?P<dots>\.\.\.+)
    |(?P<letter>[A-Za-z])
    |(?P<pair>:=|=:|<=|>=|==|!=|->|=>|\+=|-=)
    |(?P<parameter>\#[1-9])
    |(?P<raised>[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱᵀᴸᵗˡᵏʲᵐᵈ]+)
    |(?P<lowered>[₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₒₓₕₖₗₘₙₚₛₜᵢⱼᵣᵤᵥ]+)
    |(?P<character>(?s:.))""",
    re.VERBOSE,
)
DOLLAR = re.compile(r"(?<!\\)\$")
DECORATION = re.compile(r"\\[a-zA-Z]+\s?|[{}]|\\(.)")


def lex(text: str, at: int = 0) -> Iterator[Token]:
    r"""The tokens of `text`, which begins at character `at` of the document.

    >>> [t.text for t in lex(r"\frac12 W_{ij} % note")]
    ['frac', '12', 'W', '_', '{', 'i', 'j', '}']
    """
    if len(text) > TEXT:
        raise limit(f"a formula of more than {TEXT:,} characters", at)
    position, length = 0, len(text)
    match_at = SHAPES.match
    while position < length:
        match = match_at(text, position)
        assert match is not None  # the last shape takes any character
        kind, found, start, position = match.lastgroup or "", match.group(), at + position, match.end()
        if kind == "letter":
            yield Token("letter", found, start, start + 1)
        elif kind == "command":
            name = found[1:]
            if name in names.WORDS or name in names.RAW:
                tokens, position = _with_argument(text, position, name, at, start)
                yield from tokens
            else:
                yield Token("command", name, start, at + position)
        elif kind != "space":
            yield from KINDS[kind](found, start, at + position)


def _plain(kind: str):
    return lambda found, start, end: (Token(kind, found, start, end),)


def _number(found: str, start: int, end: int) -> tuple[Token, ...]:
    if len(found) > DIGITS:
        raise limit(f"a number of more than {DIGITS} digits", start)
    return (Token("number", found.replace("{,}", ""), start, end),)


def _script(mark: str, letters) -> object:
    def tokens(found: str, start: int, end: int) -> Iterator[Token]:
        inside = "".join(letters[c] for c in found)
        yield Token(mark, mark, start, start)
        yield Token("{", "{", start, start)
        yield from (t._replace(at=start, end=end) for t in lex(inside))
        yield Token("}", "}", start, end)

    return tokens


def _character(found: str, start: int, end: int) -> Iterator[Token]:
    """One character that is no ASCII letter or digit: punctuation, or a letter with what stands over it."""
    if found in names.CHARACTERS:
        yield Token("command", names.CHARACTERS[found], start, end)
    elif found in names.DOUBLE_STRUCK:
        yield from _in_font("mathbb", names.DOUBLE_STRUCK[found], start, end)
    elif found in names.COMBINING:
        yield Token("combining", names.COMBINING[found], start, end)
    elif found.isalpha() and not found.isascii():
        yield from _foreign(found, start, end)
    else:
        yield Token("character", found, start, end)


def _foreign(found: str, start: int, end: int) -> Iterator[Token]:
    """`ŷ` is y with a hat, `𝐱` is x in bold; a letter of another alphabet is a name."""
    apart = normalize("NFKD", found)
    if len(apart) == 2 and apart[0].isascii() and apart[1] in names.COMBINING:
        yield Token("letter", apart[0], start, end)
        yield Token("combining", names.COMBINING[apart[1]], start, end)
    elif len(apart) == 1 and apart != found and (font := _font_of(found)) is not None:
        letter = names.CHARACTERS.get(apart)
        inner = Token("command", letter, start, end) if letter else Token("letter", apart, start, end)
        yield from _styled(font, inner)
    else:
        yield Token("letter", found, start, end)


def _font_of(character: str) -> str | None:
    words = character_name(character, "")
    fonts = {"BOLD": "mathbf", "SCRIPT": "mathcal", "FRAKTUR": "mathfrak", "DOUBLE-STRUCK": "mathbb", "SANS": "mathsf"}
    return next((font for word, font in fonts.items() if word in words), "" if "MATHEMATICAL" in words else None)


def _in_font(font: str, letter: str, start: int, end: int) -> Iterator[Token]:
    kind = "number" if letter.isdigit() else "letter"
    yield from _styled(font, Token(kind, letter, start, end))


def _styled(font: str, inner: Token) -> Iterator[Token]:
    if not font:
        yield inner
        return
    yield Token("command", font, inner.at, inner.end)
    yield Token("{", "{", inner.at, inner.at)
    yield inner
    yield Token("}", "}", inner.end, inner.end)


def _unclear(found: str, start: int, end: int) -> tuple[Token, ...]:
    if found == "!=":
        raise Fault("!= after a letter can be a factorial", start, "write \\ne, or n! = …")
    raise Fault(f"{found} can be read in two ways", start, "write 10^{-3}, or a space before e")


KINDS = {
    "unclear": _unclear,
    "newline": _plain("newline"),
    "number": _number,
    "dots": _plain("dots"),
    "pair": _plain("character"),
    "parameter": _plain("parameter"),
    "raised": _script("^", names.RAISED),
    "lowered": _script("_", names.LOWERED),
    "character": lambda found, start, end: (
        (Token(found, found, start, end),) if found in "{}^_&" else _character(found, start, end)
    ),
}


def _with_argument(text: str, position: int, name: str, at: int, start: int) -> tuple[list[Token], int]:
    """A command whose argument is words: `\\text{if $x > 0$}` gives the words and the tokens of the formula."""
    star = text[position : position + 1] == "*"
    opening = _past_space(text, position + star)
    if text[opening : opening + 1] != "{":
        return [Token("command", name, start, at + position)], position
    closing = _closing(text, opening, at)
    inside, end = text[opening + 1 : closing], at + closing + 1
    if name not in names.WORDS:
        return [Token(name, inside.strip(), start, end)], closing + 1
    parts: list[Token] = []
    offset = opening + 1
    for k, part in enumerate(DOLLAR.split(inside)):
        if k % 2:
            parts += lex(part, at + offset)
        elif part or not k:
            parts.append(Token("text", _words(part), start if not k else at + offset, end, names.WORDS[name]))
        offset += len(part) + 1
    row = [Token("newline", "", start, start)] if "intertext" in name else []
    return [*row, *parts, *row], closing + 1


def _past_space(text: str, position: int) -> int:
    while position < len(text) and text[position] in " \t\n":
        position += 1
    return position


BRACES = re.compile(r"\\.|[{}]", re.DOTALL)


def _closing(text: str, opening: int, at: int) -> int:
    depth = 0
    for match in BRACES.finditer(text, opening):
        depth += {"{": 1, "}": -1}.get(match.group(), 0)
        if not depth:
            return match.start()
    raise Fault("a { that is not closed", at + opening, "a } is missing")


def _words(text: str) -> str:
    return DECORATION.sub(lambda m: m.group(1) or "", text).replace("~", " ")
