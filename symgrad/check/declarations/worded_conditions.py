"""Conditions in words alone: "if the argument is positive, …", "on the active branch, …", "otherwise …"."""

from __future__ import annotations

from collections.abc import Iterator

from .declare import Condition
from .sentences import Sentence

OPENING = frozenset(("if", "when", "whenever", "provided", "assuming", "otherwise"))
ENDING = frozenset((",", ";", ":", "then"))
LONGEST = 16


def worded_conditions(sentence: Sentence) -> Iterator[Condition]:
    """A condition from its first word to the end of its clause, for the rest of the sentence."""
    tokens = sentence.tokens
    for k, token in enumerate(tokens):
        if token.text not in OPENING or token.formula:
            continue
        clause, ended = [], False
        for other in tokens[k : k + LONGEST]:
            ended = not other.formula and other.text in ENDING
            if other.formula or ended:
                break
            clause.append(other.text)
        words = " ".join(clause)
        if (len(clause) > 1 and ended) or token.text == "otherwise":
            yield Condition(holds=words, at=token.at, end=token.end, until=sentence.end)
            return
