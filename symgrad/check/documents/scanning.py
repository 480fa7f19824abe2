"""One scanner for all kinds of documents: rows of (opening, reader); what no row takes is prose.

A reader gets the text and the match of its opening, and returns the pieces that begin there, or none if the opening is
only text after all. Readers look ahead with patterns whose alternatives begin differently, so scanning takes time
linear in the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

from .pieces import Break, Formula, Macros, Piece, Skipped, piece

Reader = Callable[[str, re.Match[str]], list[Piece]]
MATH_ENVIRONMENTS = [
    "equation",
    "align",
    "alignat",
    "flalign",
    "xalignat",
    "gather",
    "multline",
    "eqnarray",
    "displaymath",
    "math",
    "dmath",
    "darray",
    "IEEEeqnarray",
    "subequations",
]
INNER_ENVIRONMENTS = [
    "aligned",
    "alignedat",
    "gathered",
    "split",
    "cases",
    "array",
    "matrix",
    "pmatrix",
    "bmatrix",
    "vmatrix",
    "Bmatrix",
]
ARGUMENTS = {"alignat", "xalignat", "alignedat", "IEEEeqnarray", "array"}
LONGEST = 2_000  # characters of a macro or a title
_ARGUMENT = re.compile(r"\s*(?:\[[^]\n]{0,80}\])?\{[^{}\n]{0,200}\}")
_DEFINITION = re.compile(
    r"\\(?:(?:re|provide)?newcommand|renewcommand|providecommand|DeclareMathOperator|DeclareRobustCommand|g?def|let|newenvironment)"
    r"(?![A-Za-z])\*?"
)
_BRACES = re.compile(r"[{}]|\\.|%[^\n]*", re.S)
_BLANK_LINE = re.compile(r"\n[ \t>]*\r?\n")


class Scanner:
    """Rows of (name, opening, reader): the first that fits at a place reads on from there."""

    def __init__(self, rows: Sequence[tuple[str, str, Reader]]):
        self.opening = re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern, _ in rows), re.M)
        self.readers = {name: reader for name, _, reader in rows}

    def pieces(self, text: str, here: int = 0, end: int | None = None) -> Iterator[Piece]:
        end = len(text) if end is None else end
        while match := self.opening.search(text, here, end):
            found = self.readers[match.lastgroup or ""](text, match)
            if found and found[-1].end > end:
                return  # what opens inside a title and closes behind it
            yield from found
            here = max(found[-1].end if found else 0, match.start() + 1)


def no_opening(text: str, match: re.Match[str]) -> list[Piece]:
    """What is matched is prose (an escaped dollar): nothing opens inside it."""
    return [piece(Break, text, match.end(), match.end())]


def broken(what: str) -> Reader:
    """A reader of what only ends something: a heading's line, an item's mark."""
    return lambda text, match: [piece(Break, text, match.start(), match.end(), what=what)]


def skipped(why: str, aloud: bool = False) -> Reader:
    return lambda text, match: [piece(Skipped, text, match.start(), match.end(), why=why, aloud=aloud)]


def enclosed(closing: str, display: bool, environment: str, stop: str = "") -> Reader:
    """A reader of formulas up to `closing`; `stop` are characters that may not stand in them behind a backslash."""
    inside = re.compile(rf"((?:[^\\]|\\[^{re.escape(closing[-1] + stop)}])*){re.escape(closing)}", re.S)

    def read(text: str, match: re.Match[str]) -> list[Piece]:
        if not (body := inside.match(text, match.end())):
            return unclosed(text, match)
        return formula(text, match.start(), body.end(), body.span(1), display, environment)

    return read


def unclosed(text: str, match: re.Match[str]) -> list[Piece]:
    opening = match.group()
    return [piece(Skipped, text, match.start(), match.end(), why=f"{opening} is never closed", aloud=True)]


_DOLLARS = re.compile(r"((?:[^$\\]|\\.|\$(?!\$))*)\$\$", re.S)


def dollars(text: str, match: re.Match[str]) -> list[Piece]:
    """`$$ … $$`; with a single dollar and a blank line inside, a delimiter was forgotten."""
    body = _DOLLARS.match(text, match.end())
    if not body or (_BLANK_LINE.search(body[1]) and "$" in re.sub(r"\\.", "", body[1])):
        return unclosed(text, match)
    return formula(text, match.start(), body.end(), body.span(1), True, "$$")


def environment(text: str, match: re.Match[str]) -> list[Piece]:
    r"""`\begin{align*} … \end{align*}`; the arguments of `alignat{2}` are not part of the formula."""
    name = match.group()[len(r"\begin{") : -1]
    closing = rf"\end{{{name}}}"
    end = find(text, closing, match.end())
    if end < 0:
        return unclosed(text, match)
    first = match.end()
    if name.rstrip("*") in ARGUMENTS and (argument := _ARGUMENT.match(text, first)):
        first = argument.end()
    whole = name.rstrip("*") in INNER_ENVIRONMENTS
    inside = (match.start(), end + len(closing)) if whole else (first, end)
    return formula(text, match.start(), end + len(closing), inside, True, name)


def find(text: str, closing: str, here: int) -> int:
    """`text.find`, in constant time where nothing follows."""
    return text.find(closing, here) if _last(text, closing) >= here else -1


@lru_cache(maxsize=16)
def _last(text: str, closing: str) -> int:
    return text.rfind(closing)


def names(environments: Sequence[str]) -> str:
    """A pattern of the openings of these environments."""
    return r"\\begin\{(?:" + "|".join(environments) + r")\*?\}"


def formula(text: str, begin: int, end: int, inside: tuple[int, int], display: bool, name: str) -> list[Piece]:
    """The formula, or, where nothing but definitions of macros stands in it, those."""
    if only_definitions(text[slice(*inside)]):
        return [piece(Macros, text, begin, end, inside)]
    return [piece(Formula, text, begin, end, inside, display=display, environment=name)]


def only_definitions(text: str) -> bool:
    r"""
    >>> only_definitions(r"\newcommand{\R}{\mathbb{R}} "), only_definitions("x"), only_definitions("")
    (True, False, False)
    """
    here, some = 0, False
    while match := _DEFINITION.match(text, here + len(text[here:]) - len(text[here:].lstrip())):
        here, some = definition_end(text, match), True
    return some and not text[here:].strip()


def definition_end(text: str, match: re.Match[str]) -> int:
    r"""Where the definition that begins with `\newcommand`, `\def`, … ends."""
    if match.group().startswith(r"\let"):
        return _end(re.compile(r"\s*\\(?:[A-Za-z]+|.)\s*=?\s*(?:\\[A-Za-z]+|\\.|.)", re.S), text, match.end())
    name = re.compile(r"\s*\{?\s*(?:\\(?:[A-Za-z@]+|.)|[A-Za-z]+)\s*\}?\s*(?:\[[^]\n]*\]|#\d|[^{\\\n]){0,40}", re.S)
    here = group_end(text, _end(name, text, match.end()))
    if match.group().startswith(r"\newenvironment"):
        here = group_end(text, _end(re.compile(r"\s*"), text, here))
    return here


def _end(pattern: re.Pattern[str], text: str, here: int) -> int:
    match = pattern.match(text, here)
    return match.end() if match else here


def group_end(text: str, here: int) -> int:
    """Behind the braces that open at `here`, or `here` where none do or they are not closed within `LONGEST`."""
    if not text.startswith("{", here):
        return here
    depth = 0
    for brace in _BRACES.finditer(text, here, here + LONGEST):
        depth += {"{": 1, "}": -1}.get(brace.group(), 0)
        if not depth:
            return brace.end()
    return here


def macros(text: str, match: re.Match[str]) -> list[Piece]:
    return [piece(Macros, text, match.start(), definition_end(text, match))]


DEFINITION = _DEFINITION.pattern
