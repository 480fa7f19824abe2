"""Words that say how the formula behind them is meant, and the context they give each formula."""
# ruff: noqa: E501 (tables of words and patterns)

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ...tex.syntax import Number, Relation, Sum, Symbol
from ..documents.pieces import Formula
from .declare import Context
from .sentences import Sentence, Token
from .statements import EQUATION, RANGE, RELATION
from .words import ADJECTIVES, spread

CLAIM, DEFINITION, CONDITION, WRONG, TASK = "claim", "definition", "condition", "wrong", "not judged"


class Cue(NamedTuple):
    """`kind` of context; its reach is the "sentence", the "clause", five words ("near"), or the "next" one."""

    kind: str
    reach: str = "sentence"


CUES: dict[str, Cue] = spread(  # type: ignore[assignment]
    {
        "let | define | defines | denote | denote by | we set | is defined as | are defined as | is defined by | "
        "are defined by | defined as | defined by | we write | by definition | abbreviating | denoting | defining | "
        "where | we define | we denote | i define | i write": Cue(DEFINITION),
        "set | put | write | introduce | abbreviate | call | consider | take | writing | given by | "
        "stands for | short for | "
        "here | with | and set | setting | inserting | substituting | plugging in": Cue(DEFINITION, "near"),
        "together with | with respect to | with the chain rule | with the product rule | set to | equal to zero": Cue(
            ""
        ),
        "suppose | assume | suppose that | assume that | assuming | assuming that | provided | provided that | "
        "case | in the case | if | when | whenever | unless | for | at | as long as | in case | once | until | while | such that | "
        "equation | the equation | subject to | under the constraint | under the constraints | under | so long as | requiring | imposing | require | condition | constraint | "
        "whether": Cue(CONDITION, "clause"),
        "show that | prove that | show | prove | then | hence | therefore | thus | so | so that | it follows | "
        "follows | consequently | we get | we obtain | we have | we find | we see | we conclude | gives | "
        "give | yields | "
        "yield | becomes | become | equals | equal | which is | that is | reads | read | implies | since | because | "
        "one notices that | notices that | observes that | one sees that | remembers that | recalls that | realises that | "
        "realizes that | note that | notice that | observe that | recall that | recall | it holds | holds | obtain | get | find | "
        "conclude | leads to | results in | result | means | we know | indeed | claim | verify | "
        "check that | in other words | "
        "notices that | notices | recalls that | recalls | remembers that | remembers | observes that | recognises | "
        "recognizes | knows that | sees that | "
        "namely | using | used | using that | by the identity": Cue(CLAIM),
        "wrong | incorrect | incorrectly | a common mistake | common mistake | a common error | common error | "
        "a mistake | mistakenly | erroneously | it is tempting to | tempting | one might think | "
        "it is not true | not true that | "
        "it is false | false | a frequent mistake | a frequent error | typical mistake | typical error | "
        "misconception | students often write | "
        "wrongly": Cue(WRONG),
        "zero for | zero at | zero when | vanishes for | vanishes at | vanishes when | vanish for | vanish at | "
        "maximal for | maximal at | minimal for | minimal at | solved by | satisfied by | attained at | attained for | "
        "away from | except | except at | except for | apart from": Cue(CONDITION, "clause"),
        "is not | are not | not | never | no | does not equal | is not equal to": Cue(WRONG, "next"),
        "minimize | minimise | maximize | maximise": Cue(DEFINITION, "near"),
        "update rule | solve | approximately | roughly": Cue(TASK, "clause"),
    }
)
BEHIND = {  # words right behind a formula
    "is wrong", "is incorrect", "is false", "does not hold", "is not true", "is not correct", "which is wrong",
    "which is incorrect", "which is false", "would be wrong", "are wrong", "fails", "is a mistake", "is not the same",
    "cannot be right", "is an error", "wrong",
}  # fmt: skip
HEADINGS = ("mistake", "mistakes", "pitfall", "pitfalls", "misconceptions", "misconception", "errors", "wrong")
_LONGEST = 4
NEAR = 5
LONG = 8  # nodes of "j = i + k"
RIGHT = {"instead", "correct", "correctly", "actually", "but", "rather", "because", "since", "right", "in fact"}
WEAK = {"for", "at", "until", "while", "once", "condition", "constraint"}


def contexts(sentence: Sentence, section: Cue | None = None) -> Iterator[Context]:
    """A Context for each formula of the sentence of which the words say something."""
    cue, words = (Cue(DEFINITION), "where") if _is_list_of_names(sentence) else (None, "")
    tokens, k, since, kept = sentence.tokens, 0, 0, ""
    seen: Formula | None = None
    while k < len(tokens):
        token = tokens[k]
        if cue and cue.kind == WRONG and token.text in RIGHT:
            cue = None
        length, found = _cue(sentence, k)
        if found and not (cue and cue.kind == WRONG and cue.reach == "sentence"):
            cue, words, k, kept = found, _words(sentence, k, length), k + length, ""
            since = k
            continue
        if cue and cue.reach == "near" and k - since > NEAR:
            cue = None
        if token.formula and token.formula is not seen:
            other = kept and kept != _letters(sentence, k) and not _is_value(token)
            if cue and cue.kind == CONDITION and words in WEAK and other:
                cue = None
            if cue and cue.kind == CONDITION and token.formula.display and _is_said(sentence.tokens[k - 1]):
                cue = None
            seen, kept = token.formula, _letters(sentence, k)
            since = k
            yield from _context(sentence, k, section or cue, words)
        elif cue and not token.formula and _is_over(sentence, k, cue):
            cue = None
        k += 1


def _is_said(token: Token) -> bool:
    """Behind "if $S$ is invertible" the condition is said: a display there is what follows from it."""
    return bool(token.text) and token.text in {phrase.split()[-1] for phrase in ADJECTIVES if phrase}


def _is_over(sentence: Sentence, k: int, cue: Cue) -> bool:
    """Whether the reach of the cue ends here; a list "at $x = 1$, $y = 2$" goes on behind its comma."""
    if cue.reach == "next":
        return True
    if cue.reach == "sentence" or sentence.tokens[k].text not in (",", ";", ":"):
        return False
    if (
        cue.kind == CONDITION
        and k
        and sentence.tokens[k - 1].said
        and _letters(sentence, k - 1) == _letters(sentence, k + 1)
    ):
        return False
    around = (sentence.tokens[k - 1], sentence.tokens[k + 1]) if 0 < k < len(sentence.tokens) - 1 else ()
    return not (around and all(_is_value(token) for token in around))


def _letters(sentence: Sentence, k: int) -> str:
    said = sentence.tokens[k].said if k < len(sentence.tokens) else None
    return said.letter if said and said.letter != EQUATION else str(k)


def _is_value(token: Token) -> bool:
    """`x = 1`."""
    node = token.said.node if token.said and token.said.letter == EQUATION else None
    return (
        isinstance(node, Relation)
        and isinstance(node.sides[-1], Number | Sum)
        and not any(isinstance(part, Symbol) for part in node.sides[-1].walk())
    )


def _context(sentence: Sentence, k: int, cue: Cue | None, words: str) -> Iterator[Context]:
    token = sentence.tokens[k]
    if equivalent := _follows(sentence, k, ("with probability", "otherwise")):
        yield Context(at=token.at, end=token.end, kind=TASK, words=equivalent)
        return
    if equivalent := _follows(sentence, k, (*EQUIVALENT, *ASKED)):
        yield Context(at=token.at, end=token.end, kind=CONDITION, words=equivalent)
        return
    after = _behind(sentence, k)
    if after:
        cue, words = Cue(WRONG), after
    if token.said and token.said.letter == RANGE and not cue:
        yield Context(at=token.at, end=token.end, kind=CONDITION, words="")
    if cue and words in ("setting", "set", "put", "and set") and token.said and not token.said.names:
        cue = Cue(CONDITION)
    if cue and cue.kind and _says_something(sentence, token) and not _too_weak(cue, words, token):
        yield Context(at=token.at, end=token.end, kind=cue.kind, words=words)


def _too_weak(cue: Cue, words: str, token: Token) -> bool:
    """What has no name on its left is not defined. "For", "at" and "until" make a condition of "$x = 0$", not of an equation with much on its right, nor of a display."""
    said = token.said
    unnamed = bool(said and said.letter == EQUATION and not said.names and "definition" not in words)
    if cue.kind == DEFINITION and said and isinstance(said.node, Relation) and ":=" not in said.node.relations:
        return unnamed
    if cue.kind != CONDITION or words not in WEAK or not token.formula:
        return False
    if unnamed:
        return words != "at" or token.formula.display
    node = said.node if said and said.letter == EQUATION else None
    long = isinstance(node, Relation) and sum(1 for _ in node.walk()) > LONG
    return token.formula.display or long


def _says_something(sentence: Sentence, token: Token) -> bool:
    """An equation or inequality stands in the formula, or it cannot be read."""
    said = [each.said for each in sentence.tokens if each.formula is token.formula and each.text != ","]
    return any(each is None or each.letter in (EQUATION, RELATION, RANGE) for each in said)


def _behind(sentence: Sentence, k: int) -> str:
    formula = sentence.tokens[k].formula
    rest = [t for t in sentence.tokens[k:] if t.formula is not formula][:4]
    for length in (3, 2):
        phrase = " ".join(t.text for t in rest[:length])
        if phrase in BEHIND:
            return phrase
        if rest and rest[0].text == "," and " ".join(t.text for t in rest[1 : length + 1]) in BEHIND:
            return " ".join(t.text for t in rest[1 : length + 1])
    return ""


ASKED = ("has exactly one", "has a unique", "has one", "has a solution", "has a root", "has no", "admits")
EQUIVALENT = ("if and only if", "iff", "exactly when", "exactly if", "precisely when", "precisely if", "only if")


def _follows(sentence: Sentence, k: int, phrases: tuple[str, ...]) -> str:
    """`$\\nabla f = 0$ if and only if …`: neither side is claimed."""
    formula = sentence.tokens[k].formula
    rest = " ".join(t.text for t in [t for t in sentence.tokens[k:] if t.formula is not formula][:4])
    return next((words for words in phrases if rest.startswith(words)), "")


def _cue(sentence: Sentence, k: int) -> tuple[int, Cue | None]:
    for length in range(_LONGEST, 0, -1):
        if found := CUES.get(_words(sentence, k, length)):
            return length, found
    return 0, None


def _words(sentence: Sentence, k: int, length: int) -> str:
    part = sentence.tokens[k : k + length]
    return " ".join(token.text for token in part) if len(part) == length and all(token.text for token in part) else ""


def _is_list_of_names(sentence: Sentence) -> bool:
    """An item of a list that "where:" introduces."""
    lead = sentence.lead.tokens if sentence.lead else []
    words = [token.text for token in lead[-4:] if token.text not in ":,"]
    return bool(words) and words[-1] in ("where", "with", "notation", "setup", "definitions", "here")


def section_cue(heading: Sentence) -> Cue | None:
    """A section "Common mistakes" holds formulas that its text calls wrong."""
    words = {token.text for token in heading.tokens}
    return Cue(WRONG) if words & set(HEADINGS) else None
