"""What symgrad says when it cannot go on: the fact, the place, the next move."""

from __future__ import annotations


class SymgradError(Exception):
    """The base of every error symgrad raises on purpose.

    `fact` says what is wrong, `place` where (lines to show under the fact), `hint` what to try.
    """

    def __init__(self, fact: str, *, place: str = "", hint: str = ""):
        self.fact, self.place, self.hint = fact, place, hint
        super().__init__("\n".join(part for part in (fact, place, hint) if part))


class ParseError(SymgradError):
    """Text that is not in the language; `place` holds the line and a caret under the fault."""

    @classmethod
    def at(cls, fact: str, text: str, position: int, *, hint: str = "") -> ParseError:
        """An error at character `position` of `text`, with the line it is in and a caret.

        >>> print(ParseError.at("unfinished expression", "1/(1+x", 6, hint='expected ")"'))
        unfinished expression, column 7
          1/(1+x
                ^
        expected ")"
        """
        position = max(0, min(position, len(text)))
        start = text.rfind("\n", 0, position) + 1
        line = text[start:].split("\n", 1)[0]
        column = position - start
        left = max(0, column - 60)
        number = text.count("\n", 0, position)
        where = f"line {number + 1}, column {column + 1}" if "\n" in text else f"column {column + 1}"
        shown = line[left : left + 100].replace("\t", " ")
        return cls(f"{fact}, {where}", place=f"  {shown}\n  {' ' * (column - left)}^", hint=hint)


class ShapeError(SymgradError):
    """Shapes that do not fit an operation; the fact names the operation, the shapes and the axis."""


class UnknownNameError(SymgradError):
    """A name that is not declared, with the nearest one that is."""


class NoRuleError(SymgradError):
    """No rule derives this; never answered by 0."""


class LimitError(SymgradError):
    """Input beyond a stated bound of size, depth or time."""


class EvaluationError(SymgradError):
    """An equation that has no value at the given numbers (an empty maximum, a size that does not fit)."""


class OptionError(SymgradError):
    """An option or keyword with a value it does not take."""


class MissingExtraError(SymgradError):
    """An optional package that is not installed; the hint says how to get it."""
