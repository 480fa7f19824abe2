"""A fault in a formula: what is wrong, at which character, what was expected."""

from __future__ import annotations

from ..errors import LimitError, ParseError, SymgradError


class Fault(SymgradError):
    """What is wrong at character `at` of the document; `hint` says what was expected or what to write instead.

    The reader sees no document, only a formula: who knows the document makes the message with `told`.
    """

    def __init__(self, fact: str, at: int, hint: str = "", kind: type[SymgradError] = ParseError):
        super().__init__(fact, place=f"character {at}", hint=hint)
        self.at, self.kind = at, kind

    def told(self, document: str) -> SymgradError:
        """The error with the line of the document and a caret.

        >>> print(Fault("a closing bracket that nothing opens", 5, "remove it").told("x + y)"))
        a closing bracket that nothing opens, column 6
          x + y)
               ^
        remove it
        """
        shown = ParseError.at(self.fact, document, self.at, hint=self.hint)
        return self.kind(shown.fact, place=shown.place, hint=shown.hint)


def limit(fact: str, at: int, hint: str = "take it apart") -> Fault:
    """More than `limits` allow."""
    return Fault(fact, at, hint, LimitError)
