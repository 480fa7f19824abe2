"""Conventions that a sentence states: layout of derivatives, columns or rows, where indices start."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from .declare import Declaration, Everything, Layout, Repeated, Start, Vectors
from .sentences import Sentence

_DERIVATIVE = r"(?:gradients?|derivatives?|partial derivatives?)"
_THING = r"(?:variable|vector|matrix|parameter|parameters|input|tensor|array|argument|thing|object|quantity)"

# Patterns over the words of a sentence, in lower case and without marks; a formula is "#".
CONVENTIONS: tuple[tuple[re.Pattern[str], Callable[..., Declaration]], ...] = tuple(
    (re.compile(pattern), make)
    for pattern, make in (
        (r"\bdenominator (?:layout|convention)|\bhessian formulation", lambda **s: Layout(name="denominator", **s)),
        (r"\b(?:numerator|jacobian) (?:layout|convention|formulation)", lambda **s: Layout(name="numerator", **s)),
        (rf"\b{_DERIVATIVE} [^.]{{0,80}}?\b(?:ha(?:s|ve)|of|takes?|with) the (?:same )?(?:shapes?|sizes?|dimensions?) (?:of|as) "  # noqa: E501
         rf"(?:the |that |its |their )?(?:[a-z]+ )?{_THING}", lambda **s: Layout(name="gradient", **s)),
        (rf"\b{_DERIVATIVE} [^.]{{0,60}}?\b(?:shaped like|the same shape as)\b", lambda **s: Layout(name="gradient", **s)),  # noqa: E501
        (r"\bgradients? (?:[a-z# ]{0,40})?\b(?:is|are|as) (?:always |all |a |taken as |written as )*columns?(?: vectors?)?\b",  # noqa: E501
         lambda **s: Layout(name="gradient", **s)),
        (r"\bits gradient a column vector", lambda **s: Layout(name="gradient", **s)),
        (r"\brows (?:belong|correspond|refer) to (?:the )?(?:outputs?|functions?|values?)\b", lambda **s: Layout(name="gradient", **s)),  # noqa: E501
        (r"\bgradient (?:layout|convention)", lambda **s: Layout(name="gradient", **s)),
        (rf"\b{_DERIVATIVE} (?:[a-z# ]{{0,60}})?\b(?:is|are|as) (?:always |all |a |taken as |written as )*rows?(?: vectors?)?\b",  # noqa: E501
         lambda **s: Layout(name="numerator", **s)),
        (r"\b(?:all |our )?vectors (?:are|will be|as)(?: always| all| by default| taken as| written as| assumed to be)* columns?\b",  # noqa: E501
         lambda **s: Vectors(name="column", **s)),
        (r"\b(?:all |our )?vectors (?:are|will be|as)(?: always| all| by default| taken as| written as| assumed to be)* rows?\b",  # noqa: E501
         lambda **s: Vectors(name="row", **s)),
        (r"\b(?:(?:indices|index|indexing|counting)\b[^.]{0,30}?(?:starts?|begins?|starting|beginning)|indexed|indices|counted|numbered|counting) (?:at|from|with) (?:zero|0)\b",  # noqa: E501
         lambda **s: Start(first=0, **s)),
        (r"\b(?:(?:indices|index|indexing|counting)\b[^.]{0,30}?(?:starts?|begins?|starting|beginning)|indexed|indices|counted|numbered|counting) (?:at|from|with) (?:one|1)\b",  # noqa: E501
         lambda **s: Start(first=1, **s)),
        (r"\b(?:all|everything|all quantities|all variables|every quantity)\b[a-z ]{0,30}\b(?:are|is|be) (?:all |real |a )*"  # noqa: E501
         r"(?:numbers?|scalars?|scalar valued)\b", lambda **s: Everything(**s)),
        (r"\bsummation convention\b|\beinstein(?: s)? (?:summation|sum|notation|convention)\b"
         r"|\b(?:sums?|summed|summation) (?:is |are )?(?:implied |understood )?(?:over|on) (?:all )?(?:repeated|doubled) (?:indices|index)"  # noqa: E501
         r"|\b(?:repeated|doubled) (?:indices|index) (?:is|are) (?:always |to be |implicitly )*summed\b", lambda **s: Repeated(**s)),  # noqa: E501
        (r"\bscalars? everywhere\b|\beverything scalar\b|\ball scalars?\b(?! product)", lambda **s: Everything(**s)),
        (r"\b(?:zero based|0 based)\b", lambda **s: Start(first=0, **s)),
        (r"\b(?:one based|1 based)\b", lambda **s: Start(first=1, **s)),
    )
)  # fmt: skip


def conventions(sentence: Sentence) -> Iterator[Declaration]:
    text = " ".join(filter(None, map(_word, sentence.tokens)))
    if re.search(r"\b(?:not|never|no|instead of|unlike|whereas)\b", text):
        return
    said = set()
    for pattern, make in CONVENTIONS:
        found = make(at=sentence.tokens[0].at, end=sentence.end)
        if pattern.search(text) and repr(found) not in said:
            said.add(repr(found))
            yield found


def _word(token) -> str:
    if token.formula:
        text = token.formula.text.strip()
        return text if text.isdigit() else "#"
    return token.text if token.text[0].isalnum() else ""


ZERO_OUTSIDE = re.compile(
    r"(?:\bzero\b|=\s?0\b)[^.]{0,80}?\b(?:outside|out of range|beyond|elsewhere|all other|for other|every other|"
    r"not a valid|invalid|not valid)\b"
    r"|\b(?:outside|out of range|beyond)\b[^.]{0,60}?\b(?:is|are|as|counts?|be) "
    r"(?:taken as |read as |set to |as )?(?:zero\b|\$?0\b)"
    r"|\b(?:read|counts?|counted|treated|taken|understood|interpreted|regarded) (?:as|to be) (?:zero\b|\$?0\b)"
    r"|\bzero[- ]padd|\bpadded with zeros?\b",
    re.I,
)


def reads_zero_outside(text: str) -> bool:
    r"""Whether a document says that entries outside of an array count as zero.

    >>> reads_zero_outside(r"with the convention that $g_i = 0$ for $i$ outside of $0, \dots, n-K$")
    True
    """
    return ZERO_OUTSIDE.search(text) is not None


ROWS = re.compile(
    r"\bsoftmax\b[^.]{0,80}?(?:\brow[- ]?wise\b|\b(?:each|every|by|of the|along the|over the) rows?\b"
    r"|\b(?:along|over|on|across) the last (?:axis|index|dimension)\b)",
    re.I,
)


def by_rows(text: str) -> bool:
    r"""Whether a document says that the softmax of a matrix is that of each row.

    >>> by_rows("where the softmax is applied row-wise"), by_rows("the softmax of the rows, then the rest")
    (True, True)
    """
    return ROWS.search(text) is not None
