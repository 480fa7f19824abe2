"""Markdown (GitHub, Pandoc, MyST, Jupyter, Jekyll) as pieces."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from . import scanning as scan
from .pieces import Break, Formula, FrontMatter, Piece, Skipped, piece, tiled

_FENCE_END = {"`": re.compile(r"^[ \t>]*`{3,}[ \t]*$", re.M), "~": re.compile(r"^[ \t>]*~{3,}[ \t]*$", re.M)}
_MATH_FENCE = re.compile(r"[ \t]*\{?math\}?[ \t]*$")
_MYST_OPTION = re.compile(r"(?:[ \t>]*:[\w-]+:[^\n]*\n)*")
_INLINE = re.compile(r"((?:[^$\\\n]|\\.|\n(?![ \t>]*\n))+)\$", re.S)
_BACKTICKED = re.compile(r"((?:[^`\\\n]|\\.|\n(?![ \t>]*\n))+)`\$", re.S)
_LOOKS_LIKE_MATH = re.compile(r"[\\^_=<>+|]|^\s*[A-Za-z]\w?'?\s*$")
_HTML_BREAKS = r"(?:p|br|div|li|ul|ol|td|th|tr|table|h[1-6]|blockquote|section|center|details|summary|hr)"


def fence(text: str, match: re.Match[str]) -> list[Piece]:
    """A fenced block: mathematics where it says so, the words of a MyST directive, otherwise a program."""
    mark = match.group().strip(" \t>")[0]
    head = text.find("\n", match.end()) + 1 or len(text)
    info = text[match.end() : head].strip()
    if re.match(r"\{(?!math|code|eval)[\w:-]+\}", info):  # ```{note}, ```{admonition}, ```{prf:proof}
        return [piece(Break, text, match.start(), head, what="environment")]
    closing = _FENCE_END[mark].search(text, head)
    first, last = (closing.start(), closing.end()) if closing else (len(text), len(text))
    if _MATH_FENCE.match(info):
        return _math_fence(text, match.start(), last, head, first)
    return [piece(Skipped, text, match.start(), last, why="a program")]


def _math_fence(text: str, begin: int, end: int, first: int, last: int) -> list[Piece]:
    options = _MYST_OPTION.match(text, first)
    first = min(options.end(), last) if options else first
    return [_quoted(p) for p in scan.formula(text, begin, end, (first, last), True, "math")]


def _quoted(piece: Piece) -> Piece:
    """Blank the marks of a block quote at the beginning of lines, and HTML's entities."""
    return replace(piece, text=clean_formula(piece.text))


def inline(text: str, match: re.Match[str]) -> list[Piece]:
    """`$x$` by Pandoc's rule (no space inside the dollars, no digit behind); `$ x $` where it looks like a formula."""
    body = _INLINE.match(text, match.end())
    if not body:
        return []
    tight = not body[1][0].isspace() and not body[1][-1].isspace() and not text[body.end() : body.end() + 1].isdigit()
    if not tight and not _LOOKS_LIKE_MATH.search(body[1]):
        return []
    return scan.formula(text, match.start(), body.end(), body.span(1), False, "$")


def backticked(text: str, match: re.Match[str]) -> list[Piece]:
    """GitHub's `` $`x`$ ``."""
    body = _BACKTICKED.match(text, match.end())
    return scan.formula(text, match.start(), body.end(), body.span(1), False, "$") if body else []


def code(text: str, match: re.Match[str]) -> list[Piece]:
    """Code between equally many backticks, within a paragraph."""
    for end in re.compile(r"`+|\n[ \t>]*\n").finditer(text, match.end(), match.end() + scan.LONGEST):
        if end.group() == match.group():
            return [piece(Skipped, text, match.start(), end.end(), why="a program")]
        if "\n" in end.group():
            break
    return scan.no_opening(text, match)


def indented(text: str, match: re.Match[str]) -> list[Piece]:
    """An indented program: behind a blank line, outside lists, without a formula in it."""
    if re.search(r"\$|\\\(|\\\[|\\begin", match["block"]) or _in_list(text, match.start()):
        return []
    return [
        piece(Break, text, match.start(), match.start("block")),
        piece(Skipped, text, match.start("block"), match.end(), why="a program"),
    ]


_ITEM = re.compile(r"[ \t>]*(?:[-*+]|\d{1,9}[.)])[ \t]")


def _in_list(text: str, at: int) -> bool:
    """Whether the last line that is not indented begins an item."""
    for line in reversed(text[max(0, at - 1000) : at].splitlines()):
        if line.strip() and not line.startswith(("    ", "\t")):
            return bool(_ITEM.match(line))
    return False


def html(text: str, match: re.Match[str]) -> list[Piece]:
    """A comment, or an element whose content is no prose."""
    closing = "-->" if match.group().startswith("<!--") else f"</{match.group()[1:].split()[0].rstrip('>')}"
    end = scan.find(text, closing, match.end())
    if end < 0:
        return []
    end = end + 3 if closing == "-->" else (text.find(">", end) + 1 or len(text))
    return [piece(Skipped, text, match.start(), end, why="HTML")]


def front_matter(text: str, match: re.Match[str]) -> list[Piece]:
    closing = re.compile(r"^(?:---|\.\.\.)[ \t]*\r?$", re.M).search(text, match.end())
    if match.start() or not closing:
        return [piece(Break, text, match.start(), match.end(), what="rule")]
    return [piece(FrontMatter, text, 0, closing.end(), (match.end(), closing.start()))]


_QUOTE = r"^(?:[ \t]*>)*[ \t]*"
SCANNER = scan.Scanner(
    (
        ("front_matter", r"\A---[ \t]*\r?\n", front_matter),
        ("fence", _QUOTE + r"(?:`{3,}(?=[^`\n]*$)|~{3,})", fence),
        ("indented", r"(?<=\n)[ \t]*\n(?P<block>(?:(?:    |\t)[^\n]*(?:\n|\Z))+)", indented),
        ("blank", r"(?:^[ \t>]*\r?\n)+", scan.broken("paragraph")),
        ("heading", _QUOTE + r"#{1,6}(?=[ \t])", scan.broken("heading")),
        ("underline", r"^(?:={2,}|-{2,}|\*{3,}|_{3,})[ \t]*\r?$", scan.broken("heading")),
        ("item", _QUOTE + r"(?:[-*+]|\d{1,9}[.)])(?=[ \t])(?:[ \t]+\[[ xX]\])?", scan.broken("item")),
        ("table_rule", r"^[ \t>]*\|?(?:[ \t]*:?-+:?[ \t]*\|)+[ \t:-]*\r?$", scan.broken("row")),
        ("row", r"^[ \t>]*\|", scan.broken("row")),
        ("directive", _QUOTE + r":{3,}[^\n]*", scan.broken("environment")),
        ("html", r"<!--|<(?:script|style|pre|svg|code)\b", html),
        ("tag_break", rf"(?i:</?{_HTML_BREAKS}(?:\s[^<>\n]*)?/?>)", scan.broken("line")),
        ("mathjax_inline", r"\\\\\((?!\\)", scan.enclosed(r"\\)", False, r"\(")),
        ("mathjax_display", r"\\\\\[(?=\s*\S)(?![\d.]+\w\w\])", scan.enclosed(r"\\]", True, r"\[")),
        ("backticked", r"\$`", backticked),
        ("dollars", r"\$\$", scan.dollars),
        ("inline", r"\$", inline),
        ("parens", r"\\\(", scan.enclosed(r"\)", False, r"\(", "(")),
        ("brackets", r"\\\[", scan.enclosed(r"\]", True, r"\[", "[")),
        ("environment", scan.names([*scan.MATH_ENVIRONMENTS, *scan.INNER_ENVIRONMENTS]), scan.environment),
        ("macros", scan.DEFINITION, scan.macros),
        ("escape", r"\\[^\sA-Za-z]", scan.no_opening),
        ("code", r"`+", code),
    )
)

_ENTITY = re.compile(r"&(?:lt|gt|amp|nbsp|#\d{1,6});")
_MARKUP = re.compile(
    r"!?\[(?=[^]\n]*\]\([^)\n]*\))|\]\([^)\n]*\)"  # links and pictures: their words stay
    r"|</?[A-Za-z][^<>\n]*>|&nbsp;|^[ \t]*(?:>[ \t]?)+|\*{1,3}|(?<!\w)_{1,3}|_{1,3}(?!\w)|~~|\\(?=[^\sA-Za-z])",
    re.M,
)
_ENTITIES = {"&lt;": "<", "&gt;": ">", "&amp;": "&"}
_LINE_QUOTE = re.compile(r"(?<=\n)[ \t]*(?:>[ \t]?)+(?![=<])", re.M)


def blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match.group())


def clean_prose(text: str) -> str:
    return _MARKUP.sub(blank, text)


def clean_formula(text: str) -> str:
    text = _LINE_QUOTE.sub(blank, text)
    return _ENTITY.sub(lambda m: _ENTITIES.get(m.group(), "").ljust(len(m.group())), text)


def markdown_pieces(text: str) -> list[Piece]:
    r"""
    >>> [str(p) for p in markdown_pieces("It costs \\$5 or $6 for $x$:\n\n$$y$$")]
    ["Prose 'It costs  $5 or $6 for '", "Formula 'x'", "Prose ':\\n'", "Break '\\n'", "Formula 'y'"]
    """
    found = [_quoted(p) if isinstance(p, Formula) else p for p in _with_ends_of_headings(text, SCANNER.pieces(text))]
    return tiled(text, found, clean_prose)


def _with_ends_of_headings(text: str, found: Iterable[Piece]) -> Iterator[Piece]:
    """A heading ends with its line."""
    end = len(text)
    for each in found:
        if each.begin > end:
            yield piece(Break, text, end, end + 1)
        if each.end > end:
            end = len(text)
        if isinstance(each, Break) and each.what == "heading" and not each.text.endswith("\n"):
            end = text.find("\n", each.end) % (len(text) + 1)
        yield each
