"""A fault in a text: raised where it is found, with a position; answered at the border, with the line and a caret."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ..errors import LimitError, ParseError, SymgradError


class Fault(Exception):
    """What is wrong at character `at`. It never leaves this package: `answered` makes the user's error of it."""

    def __init__(self, kind: type[SymgradError], fact: str, at: int, hint: str = ""):
        super().__init__(fact)
        self.kind, self.fact, self.at, self.hint = kind, fact, at, hint


@contextmanager
def answered(text: str) -> Iterator[None]:
    """Faults inside become errors that show the line of `text`.

    >>> with answered("((x))"):
    ...     raise Fault(LimitError, "too deep", 1, hint="take it apart")
    Traceback (most recent call last):
    symgrad.errors.LimitError: too deep, column 2
      ((x))
       ^
    take it apart
    """
    try:
        yield
    except Fault as found:
        raise _error(found, text) from None
    except RecursionError:
        raise LimitError("the text is nested too deeply", hint="name a part of it and use the name") from None


def _error(found: Fault, text: str) -> SymgradError:
    fact, shown, hint = [_visible(part) for part in (found.fact, text, found.hint)]
    told = ParseError.at(fact, shown, found.at, hint=hint)
    return found.kind(told.fact, place=told.place, hint=told.hint)


@contextmanager
def at(position: int) -> Iterator[None]:
    """Errors of operations inside (shapes that do not fit) are placed at this character."""
    try:
        yield
    except SymgradError as error:
        hint = "\n".join(part for part in (error.place, error.hint) if part)
        raise Fault(type(error), error.fact, position, hint) from error


def _visible(text: str) -> str:
    return "".join(map(visible, text))


def visible(character: str) -> str:
    """The character, or a stand-in of the same width for one that a terminal would not show where it stands."""
    if character == "\n" or (character.isascii() and character.isprintable()):
        return character
    if character == "\t":
        return " "
    return character if character.isprintable() and not _runs_left(character) else "�"


def _runs_left(character: str) -> bool:
    """Hebrew, Arabic and the scripts beside them, which would turn the line around."""
    spans = (("\u0590", "\u08ff"), ("\ufb1d", "\ufeff"), ("\U00010800", "\U00010fff"), ("\U0001e800", "\U0001efff"))
    return any(first <= character <= last for first, last in spans)


def spelled(character: str) -> str:
    r"""A character for a message.

    >>> spelled("§"), spelled("\0"), spelled("\ud800")
    ('"§"', 'U+0000', 'U+D800')
    """
    return f'"{character}"' if visible(character) == character != "\n" else f"U+{ord(character):04X}"


def root_before_power(place: int) -> Fault:
    """`√x²` can be read as √(x²) and as (√x)²."""
    return Fault(ParseError, "√ before a power", place, "write √(x²) or (√x)²")
