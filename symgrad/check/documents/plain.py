"""Plain text: prose with formulas between delimiters; without any delimiter the whole is one formula."""

from __future__ import annotations

import re

from . import scanning as scan
from .markdown import inline
from .pieces import Formula, Piece, piece, tiled

_DELIMITER = re.compile(r"\$|\\\(|\\\[|" + scan.names(scan.MATH_ENVIRONMENTS))
SCANNER = scan.Scanner(
    (
        ("blank", r"(?:^[ \t]*\r?\n)+", scan.broken("paragraph")),
        ("dollars", r"\$\$", scan.dollars),
        ("inline", r"\$", inline),
        ("parens", r"\\\(", scan.enclosed(r"\)", False, r"\(", "(")),
        ("brackets", r"\\\[", scan.enclosed(r"\]", True, r"\[", "[")),
        ("environment", scan.names([*scan.MATH_ENVIRONMENTS, *scan.INNER_ENVIRONMENTS]), scan.environment),
        ("macros", scan.DEFINITION, scan.macros),
        ("escape", r"\\[^\sA-Za-z]", scan.no_opening),
    )
)


def plain_pieces(text: str) -> list[Piece]:
    r"""
    >>> [str(p) for p in plain_pieces("q = Wx")], [str(p) for p in plain_pieces("so $q$")]
    (["Formula 'q = Wx'"], ["Prose 'so '", "Formula 'q'"])
    """
    if text.strip() and not _DELIMITER.search(text):
        return [piece(Formula, text, 0, len(text), display=True, environment="text")]
    return tiled(text, SCANNER.pieces(text), lambda part: part)
