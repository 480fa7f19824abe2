"""Where the 1 of a one-hot vector stands: "$y$ is one-hot with its 1 at the true word $o$"."""

from __future__ import annotations

from collections.abc import Iterator

from ...tex.syntax import Node
from ..names.names import is_letter
from .declare import Property
from .sentences import Sentence, Token
from .statements import MEMBER, NAMES

PLACES = frozenset(
    [
        "at",
        "in",
        "position",
        "index",
        "place",
        "class",
        "label",
        "word",
        "category",
        "token",
        "entry",
        "component",
        "coordinate",
    ]
)
NEAR = 4


def hot_places(sentence: Sentence) -> Iterator[Property]:
    """The vector before "one-hot" (or behind it), and the letter that a word for a place introduces."""
    tokens = sentence.tokens
    words = [token.text for token in tokens]
    at = next((k for k in range(len(words) - 2) if words[k] == "one" and words[k + 1 : k + 3] == ["-", "hot"]), None)
    at = at if at is not None else next((k for k, word in enumerate(words) if word in ("onehot",)), None)
    if at is None:
        return
    vector = next((name for t in reversed(tokens[:at]) if (name := _name(t)) is not None), None)
    for k in range(at, len(tokens)):
        said = tokens[k].said
        letter = said.node if said is not None else None
        if letter is None or not is_letter(letter) or not PLACES & set(words[max(k - NEAR, at) : k]):
            continue
        if vector is not None:
            yield Property(symbol=vector, words="hot at", of=letter, at=tokens[k].at, end=tokens[k].end)
        return


def _name(token: Token) -> Node | None:
    """The one name that a formula speaks of."""
    said = token.said
    return said.names[0] if said is not None and said.letter in (NAMES, MEMBER) and len(said.names) == 1 else None
