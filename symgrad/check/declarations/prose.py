"""Declarations in prose: a sentence is spelled in letters, one a token; patterns are regular expressions.

    Let $x \\in \\mathbb{R}^n$ be a vector, $A$ a symmetric $n \\times n$ matrix and $\\lambda > 0$
    L   m                    B  d N     ,  s  d A         z            N      &   r

The words are in words.py, what a formula says alone in statements.py and sets.py.
What no pattern takes is not declared.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

from ...errors import SymgradError
from ...tex.macros import Macro, read_macros
from ...tex.reader import read_display
from ...tex.syntax import Row
from ..documents.pieces import Formula, Macros, Piece
from .alone import alone
from .alone import spelling as spelling_of
from .conventions import conventions
from .cues import contexts, section_cue
from .declare import Declaration, Property, Space
from .guards import bounded, ignored, told
from .hot_places import hot_places
from .parts import parts
from .phrases import (
    Match,
    by_rows,
    describe,
    entrywise,
    function_of,
    in_set,
    independent,
    one_hot_rows,
    ranging,
    roles,
    sized,
)
from .sentences import Sentence, Token, sentences
from .worded_conditions import worded_conditions
from .words import ADJECTIVES, KINDS, NOUNS

_LIST = r"(?:s(?:[,&]+d*s)*)"
_PHRASE = r"d*(?:A[,&]*d*){0,4}(?:z-?M?|s-M?d*|u-?M?)?(?:A[,&]*){0,4}N{1,2}"
_ADJECTIVES = r"d*A(?:[,&]*d*A){0,3}"
_TAIL = r"(?:[hW]?d*k[hb]?[zsux]|[hW]d*[zsu]E|hd*[zsu]N)?"
_FREE = r"(?<![hp])(?<![hp]d)(?<!-)"  # no "of $x$ is", "by the $x$ is"
_OVER = r"(?=[,.;:&)]|[pbhW]|F|w|$)"
_BE = r"(?:b|B)"

# (pattern, what it declares). S: the symbols, P: the words that describe them, K: the words that give a size.
PATTERNS: tuple[tuple[re.Pattern[str], Callable[..., Iterator[Declaration]]], ...] = tuple(
    (re.compile(pattern.format(LIST=_LIST, PHRASE=_PHRASE, ADJ=_ADJECTIVES, TAIL=_TAIL, FREE=_FREE, OVER=_OVER)), make)
    for pattern, make in (
        (r"{FREE}(?P<S>{LIST})B(?P<P>{PHRASE})(?P<K>{TAIL})", describe),  # x and y are vectors of length n
        (r"{FREE}(?P<S>[sm])b(?P<P>{PHRASE})(?P<K>{TAIL})", describe),  # x is an n-dimensional vector
        (r"{FREE}(?P<S>[mref])B(?P<P>{PHRASE})(?P<K>{TAIL})", describe),  # Let W ∈ … be a symmetric matrix
        (r"{FREE}(?P<S>[sm](?:[,&]+d*[sm])*)B(?P<P>{ADJ}){OVER}", describe),  # A and B ∈ … are symmetric
        (r"{FREE}(?P<S>[smrf])[bB](?P<P>{ADJ}){OVER}", describe),  # A is symmetric and positive definite
        (r"{FREE}(?P<S>[sm])h(?P<P>A){OVER}", describe),  # X has full column rank
        (r"Ehd*(?P<S>{LIST})[bB](?P<P>{ADJ}){OVER}", describe),  # the entries of x are distinct
        (r"(?<![sm])(?P<P>{PHRASE})(?P<S>{LIST}|m)(?P<K>{TAIL})", describe),  # a symmetric matrix A of size n × n
        (r"(?<![bBhAFIkN])(?P<P>d*A(?:[,&]?A){{0,2}})(?P<S>{LIST}|m)(?!-)", describe),  # for symmetric A
        (
            r"(?:^|[WL,;:&.])d*(?P<S>{LIST}|m|r),?d(?P<P>{PHRASE})(?P<K>{TAIL}){OVER}",
            describe,
        ),  # and A a symmetric matrix
        (r"(?:^|[WL,;:&.])d*(?P<S>{LIST}|m),?(?P<P>{ADJ})(?=[,.;:&)]|[pbhW]|F|$)", describe),  # with A symmetric
        (r"(?P<S>{LIST}|m)\((?P<P>{PHRASE})(?P<K>{TAIL})[,)]", describe),  # x (a vector of length n)
        (r"(?P<S>{LIST}|m)\((?P<P>{ADJ})[,)]", describe),  # A (symmetric)
        (r"(?:^|[|,.;])(?P<S>{LIST}|m)[:-](?P<P>{PHRASE})(?P<K>{TAIL}){OVER}", describe),  # x: a vector of length n
        (r"(?P<S>{LIST})\((?P<K>z)\)", sized),  # X (N × D)
        (r"(?:^|[|,.;])(?P<S>{LIST})[:|-](?P<K>z)(?=[,.;&()|]|$)", sized),  # W: m × n
        (r"{FREE}(?P<S>s)[bB]?h?d*k[hb]?(?P<K>[zsu])", sized),  # W has shape m × n
        (r"{FREE}(?P<S>{LIST})(?:B|hd*)h?d*k[hb]?(?P<K>[zsu])", sized),  # A and B have shape m × n
        (r"{FREE}(?P<S>s)[hW](?P<K>d*[zsu])E", sized),  # x has n entries
        (r"{FREE}(?P<S>s)[hW]d*(?P<K>[su])Y(?:[,&]|[hW])+(?P<Q>[su])X", by_rows),  # E has V rows and d columns
        (r"{FREE}(?P<S>s)[hW]d*(?P<Q>[su])X(?:[,&]|[hW])+(?P<K>[su])Y", by_rows),
        (r"{FREE}(?P<S>s)b(?P<K>d*z)(?=[,.;&)pW]|$)", sized),  # X is N × D
        (r"{FREE}(?P<S>{LIST})B(?P<K>d*z)(?=[,.;&)pW]|$)", sized),  # X and Y are N × D
        (
            r"{FREE}(?P<S>{LIST})(?:[bB]?w{{0,2}}p|[bB]w{{0,2}}|Rp|B{PHRASE}p)(?P<Q>q)",
            in_set,
        ),  # y takes values in {{0, 1}}
        (
            r"(?P<P>N)p(?P<Q>q)[:(](?P<S>(?:[,&]*[wdANh]{{0,4}}s)+)(?=[.;)]|$)",
            roles,
        ),  # vectors in ℝᵈ: anchor a, positive p
        (r"(?P<S>{LIST})Rp(?P<Q>[sux])p(?P<K>[szux])", ranging),  # k runs from 1 to K
        (r"{FREE}(?P<S>s)[bB]?(?P<P>(?:d*A)*)d*F(?P<T>{LIST})", function_of),  # L is a differentiable function of z
        (r"(?P<S>s)[bBdwANRWh,]{{0,9}}F[^.;:FH]{{0,16}}H(?P<T>{LIST})", function_of),  # L depends on x only through y
        (r"{FREE}(?P<S>s|m)h(?P<P>A)Y", one_hot_rows),  # Y has one-hot rows
        (r"{FREE}(?P<S>{LIST})[bB]?I(?P<T>{LIST})", independent),  # A does not depend on x
        (r"(?P<S>{LIST}|e|f)[^sefm.;n]{{0,9}}V", entrywise),  # σ is applied elementwise
    )
)
_LONGEST = 6
PUNCTUATION = frozenset(",;:()[].!?|-–—`")


def declarations(
    pieces: Sequence[Piece], read: Callable[[Formula], Sequence[Row]] | None = None
) -> tuple[Declaration, ...]:
    r"""What the prose and the formulas of these pieces declare, in the order of the text.

    `read` gives the rows of a formula, with the macros in force; one that raises an error of symgrad declares nothing.

    >>> from ..documents.document import read_document
    >>> for found in declarations(read_document(r"Let $W$ be an $m \times n$ matrix and $\lambda > 0$.").pieces):
    ...     print(type(found).__name__)
    Space
    Property
    Context
    """
    reader = read or rows_of(pieces)
    section = None
    found: list[Declaration] = []
    for sentence in sentences(pieces, _forgiving(reader)):
        if sentence.heading:
            section = section_cue(sentence)
        found += _of(sentence)
        found += contexts(sentence, section)
    return tuple(sorted(found, key=lambda each: (each.at, each.end)))


def rows_of(pieces: Sequence[Piece]) -> Callable[[Formula], Sequence[Row]]:
    """A reader of formulas that knows the macros defined in these pieces."""
    macros: dict[str, Macro] = {}
    for piece in pieces:
        if isinstance(piece, Macros) or (isinstance(piece, Formula) and "\\" in piece.text):
            macros |= read_macros(piece.text, piece.at)
    return lambda formula: read_display(formula.text, formula.at, macros)


def _forgiving(read: Callable[[Formula], Sequence[Row]]) -> Callable[[Formula], tuple[Row, ...]]:
    def rows(formula: Formula) -> tuple[Row, ...]:
        try:
            return tuple(read(formula))
        except SymgradError:
            return ()

    return rows


def _of(sentence: Sentence) -> Iterator[Declaration]:
    if sentence.stop == "?":
        return
    yield from conventions(sentence)
    yield from alone(sentence)
    yield from parts(sentence)
    yield from worded_conditions(sentence)
    yield from hot_places(sentence)
    spelling = spelled(sentence.tokens)
    letters = "".join(letter for letter, _ in spelling)
    said: set[tuple] = set()
    listed: set[tuple] = set()
    for pattern, make in sorted(PATTERNS, key=lambda row: row[1] is not roles):
        for match in pattern.finditer(letters):
            found = Match(spelling, match)
            for each in make(found):
                key = told(each)
                if make is roles and isinstance(each, Space):
                    listed.add(spelling_of(each.symbol))
                elif isinstance(each, Property) and spelling_of(each.symbol) in listed:
                    continue  # the "positive" of a triplet
                if key not in said and not ignored(each, sentence, found):
                    said.add(key)
                    yield bounded(each, sentence, found)


@lru_cache(maxsize=4096)
def _kind(phrase: str) -> str:
    if phrase in NOUNS:
        return "N"
    return "A" if phrase in ADJECTIVES else KINDS.get(phrase, "")


def spelled(tokens: Sequence[Token]) -> list[tuple[str, tuple[Token, ...]]]:
    """(letter, tokens) of each phrase; the longest phrase that is in a table is taken."""
    out: list[tuple[str, tuple[Token, ...]]] = []
    k = 0
    while k < len(tokens):
        letter, length = _phrase(tokens, k)
        if letter:
            out.append((letter, tuple(tokens[k : k + length])))
        k += length
    return out


def _phrase(tokens: Sequence[Token], k: int) -> tuple[str, int]:
    token = tokens[k]
    if token.formula:
        return _letter_of(token), 1
    if token.text in PUNCTUATION:
        return _mark(tokens, k), 1
    words: list[str] = []
    best = ("u" if token.text.isdigit() else "w", 1)
    for length, each in enumerate(tokens[k : k + _LONGEST], 1):
        if each.formula or (each.text in PUNCTUATION and each.text not in "-"):
            break
        words += [each.text] if each.text != "-" else []
        if each.text != "-" and (letter := _kind(" ".join(words))):
            best = (letter, length)
    return best


def _letter_of(token: Token) -> str:
    if token.said:
        return token.said.letter
    return "," if token.text == "," else "x"


def _mark(tokens: Sequence[Token], k: int) -> str:
    """Hyphens count only beside a formula: "$n$-dimensional"; brackets and dashes are one kind each."""
    mark = tokens[k].text
    if mark in "-–—":
        joined = k > 0 and tokens[k - 1].formula and tokens[k - 1].end == tokens[k].at
        return "-" if joined else "," if mark != "-" else ":"
    return {"[": "(", "]": ")", "—": ",", ";": ";", "`": "w"}.get(mark, mark)
