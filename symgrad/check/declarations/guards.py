"""Which declarations count: not what is denied, asked or concluded; and how far those hold that are conditions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from .alone import spelling
from .declare import Declaration, Function, Property, Space
from .phrases import Match
from .sentences import Sentence, Token

CONDITIONS = {"if", "when", "whenever", "unless", "provided", "for"}
CONCLUSIONS = {
    "hence",
    "therefore",
    "thus",
    "consequently",
    "so",
    "then",
    "show",
    "prove",
    "shows",
    "follows",
    "conclude",
}
DENIALS = {"not", "never", "no", "nor", "neither", "cannot", "without", "isn't", "aren't", "unless", "whether"}
BOUNDS = {",", ";", ":", "(", ")"}


def told(each: Declaration) -> tuple:
    """What is declared, without where."""
    match each:
        case Property(symbol=symbol, words=words, of=of):
            return "property", spelling(symbol), words, of and spelling(of)
        case Space(symbol=symbol, sizes=sizes):
            return "space", spelling(symbol), sizes is None
        case Function(symbol=symbol, arguments=arguments, properties=properties):
            return "function", spelling(symbol), tuple(map(spelling, arguments)), properties
    return (each,)


def ignored(each: Declaration, sentence: Sentence, found: Match) -> bool:
    """Denied in its clause; or a property in a conclusion ("hence $H$ is positive definite"), which is a claim."""
    words = clause(sentence.tokens, found.span["at"])
    if words & DENIALS:
        return True
    return isinstance(each, Property) and bool(words & CONCLUSIONS) and not words & {"let", "where", "assume"}


def clause(tokens: Sequence[Token], at: int) -> set[str]:
    """The words between the last mark and the character `at`."""
    words: set[str] = set()
    for token in tokens:
        if token.at >= at:
            break
        words = set() if token.text in BOUNDS and not token.formula else words | {token.text}
    return words


def bounded(each: Declaration, sentence: Sentence, found: Match) -> Declaration:
    """What stands in a condition holds in its sentence."""
    words = clause(sentence.tokens, found.at)
    named = bool(found.phrase("N"))  # "for a constant $c$", "for a loss $L$" introduce
    if isinstance(each, Property) and words & (CONDITIONS - ({"for"} if named else set())):
        return replace(each, until=sentence.end)
    if (
        isinstance(each, Space)
        and each.properties
        and words & ((CONDITIONS | CONCLUSIONS) - ({"for"} if named else set()))
    ):
        return replace(each, properties=frozenset())  # its properties are said alone, with their end
    return each
