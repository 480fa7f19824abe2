"""A complete .tex document as pieces: the preamble gives macros, the body prose and formulas."""

from __future__ import annotations

import re

from . import scanning as scan
from .pieces import Break, Macros, Piece, Skipped, piece, tiled

_BODY = re.compile(r"^[^%\n]*?\\begin\{document\}", re.M)
_CODE = [
    "verbatim",
    "Verbatim",
    "lstlisting",
    "minted",
    "alltt",
    "comment",
    "tikzpicture",
    "filecontents",
    "thebibliography",
]
_ALGORITHM = ["algorithm", "algorithmic", "algorithm2e"]
_ENVIRONMENT_ARGUMENTS = re.compile(r"(?:\[(?P<title>[^]\n]{0,200})\]|\{[^{}\n]{0,200}\})*")
_ROW = re.compile(r"\\\\(?:\[[^]\n]{0,20}\])?")
_NEXT_LINE = re.compile(r"[^\n]*\n?")


def block(why: str, aloud: bool = False) -> scan.Reader:
    """A reader of an environment that is skipped whole."""

    def read(text: str, match: re.Match[str]) -> list[Piece]:
        closing = match.group().replace(r"\begin", r"\end")
        end = scan.find(text, closing, match.end())
        end = end + len(closing) if end >= 0 else match.end()
        return [piece(Skipped, text, match.start(), end, why=why, aloud=aloud)]

    return read


def begin(text: str, match: re.Match[str]) -> list[Piece]:
    """`\\begin{theorem}[title]`, `\\begin{tabular}{ll}`: an end of what stood before; a title stays prose."""
    name = match.group()[len(r"\begin{") : -1]
    rest = _ENVIRONMENT_ARGUMENTS.match(text, match.end())
    end = rest.end() if rest and rest["title"] is None else match.end()
    return [piece(Break, text, match.start(), end, what=name)]


def verb(text: str, match: re.Match[str]) -> list[Piece]:
    mark = text[match.end() : match.end() + 1]
    end = text.find(mark, match.end() + 1, match.end() + 500) if mark.strip() else -1
    return [piece(Skipped, text, match.start(), end + 1, why="a program")] if end >= 0 else []


def inline(text: str, match: re.Match[str]) -> list[Piece]:
    body = re.compile(r"((?:[^$\\\n]|\\.|\n(?![ \t]*\n))*)\$", re.S).match(text, match.end())
    if not body:
        return scan.unclosed(text, match)
    return scan.formula(text, match.start(), body.end(), body.span(1), False, "$")


def heading(text: str, match: re.Match[str]) -> list[Piece]:
    """`\\section{title}`: the title stays prose, and ends with its brace."""
    opening = match.end() - 1
    end = scan.group_end(text, opening)
    title = [*SCANNER.pieces(text, match.end(), end - 1)] if end > match.end() else []
    return [
        piece(Break, text, match.start(), match.end(), what="heading"),
        *title,
        *([piece(Break, text, end - 1, end)] if end > match.end() else []),
    ]


def rest(why: str) -> scan.Reader:
    return lambda text, match: [piece(Skipped, text, match.start(), len(text), why=why)]


SCANNER = scan.Scanner(
    (
        ("escape", r"\\[%$&#_{}]", scan.no_opening),
        ("comment", r"%[^\n]*\n?", scan.skipped("a comment")),
        ("iffalse", r"\\iffalse\b[\s\S]*?(?:\\fi\b|\Z)", scan.skipped("a comment")),
        ("end_document", r"\\end\{document\}", rest("behind the end of the document")),
        ("environment", scan.names([*scan.MATH_ENVIRONMENTS, *scan.INNER_ENVIRONMENTS]), scan.environment),
        ("program", scan.names(_CODE), block("a program")),
        ("algorithm", scan.names(_ALGORITHM), block("an algorithm", aloud=True)),
        ("verb", r"\\verb\*?(?![A-Za-z])|\\lstinline\b", verb),
        ("begin", r"\\begin\{[A-Za-z@]+\*?\}", begin),
        ("end", r"\\end\{[A-Za-z@]+\*?\}", scan.broken("environment")),
        ("macros", scan.DEFINITION, scan.macros),
        (
            "input",
            r"\\(?:input|include|subfile)(?:\{[^}\n]*\}|[ \t]+\S+)",
            scan.skipped("a file that is not followed", True),
        ),
        ("heading", r"\\(?:part|chapter|(?:sub){0,2}section|(?:sub)?paragraph|title)\*?(?:\[[^]\n]*\])?\{", heading),
        ("item", r"\\item\b(?:\[(?=[^]\n]*\]))?", scan.broken("item")),
        ("par", r"\\(?:par|newpage|clearpage|bigskip|medskip|smallskip|maketitle|hrule)\b", scan.broken("paragraph")),
        ("blank", r"\n[ \t]*\r?(?:\n[ \t]*\r?)+", scan.broken("paragraph")),
        ("dollars", r"\$\$", scan.dollars),
        ("inline", r"\$", inline),
        ("row", r"\\\\(?:\[[^]\n]{0,20}\])?", scan.broken("line")),
        ("parens", r"\\\(", scan.enclosed(r"\)", False, r"\(", "(")),
        ("brackets", r"\\\[", scan.enclosed(r"\]", True, r"\[", "[")),
    )
)

# References keep nothing, footnotes and emphasis their words.
_MARKUP = re.compile(
    r"\\(?:label|ref|eqref|autoref|cref|Cref|cite[a-z]*|index|hspace|vspace|includegraphics|url|pageref)\*?"
    r"(?:\[[^]\n]*\])*\{[^{}\n]*\}"
    r"|\\[A-Za-z@]+\*?[ \t]?|\\(?=[%$&#_{}])|\\[^A-Za-z\n]|[{}~]"
)


def clean_prose(text: str) -> str:
    return _MARKUP.sub(lambda match: " " * len(match.group()), text)


def latex_pieces(text: str) -> list[Piece]:
    r"""
    >>> for p in latex_pieces(r"\newcommand{\R}{\mathbb R}\begin{document}Let \emph{now} $x$\end{document}"):
    ...     print(p)
    Macros '\\newcommand{\\R}{\\mathbb R}'
    Skipped '\\begin{document}'
    Prose 'Let       now  '
    Formula 'x'
    Skipped '\\end{document}'
    """
    body = _BODY.search(text)
    preamble = [*_preamble(text, body.end())] if body else []
    return tiled(text, [*preamble, *SCANNER.pieces(text, body.end() if body else 0)], clean_prose)


def _preamble(text: str, end: int):
    """Macros, and between them what is skipped."""
    here = 0
    for match in re.compile(r"%[^\n]*|" + scan.DEFINITION).finditer(text, 0, end):
        if match.start() < here or match.group().startswith("%"):
            continue
        [found] = scan.macros(text, match)
        if isinstance(found, Macros) and found.end <= end:
            yield piece(Skipped, text, here, found.begin, why="the preamble")
            yield found
            here = found.end
    yield piece(Skipped, text, here, end, why="the preamble")
