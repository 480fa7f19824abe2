r"""Reading and checking written derivations, as a session calls it: `check(text)`, `parse_derivation(file)`."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import IOBase
from pathlib import Path
from typing import Any

from ..derivation import Derivation
from ..errors import OptionError, ParseError
from ..tex.syntax import Node, Relation
from .declarations.declare import Declaration
from .declarations.front_matter import Block, read_block
from .declarations.prose import declarations
from .documents.document import SUFFIXES, kind_of
from .documents.lines import Line
from .documents.source import Source, source_of
from .documents.written import written
from .reports.linear_text import linear
from .reports.report import Report, report_of
from .verdicts.judging import judged
from .verdicts.rows import lines_of

LAYOUTS = {"numerator": "numerator", "denominator": "denominator", "gradient": "mixed"}
_PATH = re.compile(r"[^\s$\\={}]+")


@dataclass(frozen=True, eq=False)
class Equality:
    """Two sides that a document sets equal (or in another relation), and where."""

    where: str
    left: str
    relation: str
    right: str

    def __str__(self) -> str:
        return f"{self.where}  {self.left} {self.relation} {self.right}"


@dataclass(frozen=True, eq=False, repr=False)
class Written:
    """A written derivation that is read: its formulas, what it declares, its `steps`; `check` judges it."""

    source: Source
    lines: tuple[Line, ...]
    declarations: tuple[Declaration, ...]
    layout: str | None = None
    unread: tuple[tuple[str, str], ...] = ()
    """Entries of the front matter that declare nothing: (place, text)."""

    @property
    def steps(self) -> tuple[Equality, ...]:
        """What the formulas state, in the order of the text."""
        return tuple(step for line in self.lines for row in line.rows for step in self._steps(row.statement))

    def _steps(self, statement: Node | None):
        if not isinstance(statement, Relation):
            return
        sides = zip(statement.sides, statement.relations, statement.sides[1:], strict=False)
        for left, sign, right in sides:
            if right is not None:
                yield Equality(self.source.where(right.at), linear(left), sign, linear(right))

    def __repr__(self) -> str:
        name = f"{self.source.name}: " if self.source.name else ""
        return f"{name}{len(self.steps)} steps in {len(self.lines)} formulas, {len(self.declarations)} declarations"


def parse_derivation(
    derivation: Any,
    *,
    given: str | Sequence[str] = (),
    kind: str | None = None,
    layout: str | None = None,
    name: str | None = None,
) -> Written:
    r"""Read a written derivation: text, a path, an open file, or a derivation of symgrad's own.

    `given` holds declarations: formulas, or sentences with formulas in dollars. `kind` is "markdown", "tex", "text" or
    "notebook" (default: by the name of the file). `layout` is "gradient", "numerator" or "denominator".

    >>> d = parse_derivation(r"\frac{d}{dx} x^2 = 2x")
    >>> print(*d.steps)
    line 1  d/dx x² = 2 x
    """
    if isinstance(derivation, Written):
        return derivation
    if layout is not None and layout not in LAYOUTS:
        raise OptionError(f"layout={layout!r}", hint=f"one of {', '.join(LAYOUTS)}")
    text, found, declared = _text(derivation)
    name = found if name is None else name
    if kind is None and Path(name).suffix.lower() in SUFFIXES:
        kind = kind_of(name)
    given = (given,) if isinstance(given, str) else given
    source = source_of(text, kind, name, [*declared, *given])
    lines = lines_of(source.document)
    _refuse_unread(source, lines)
    rows = {id(line.formula): line.rows for line in lines}
    said = declarations(source.document.pieces, lambda formula: rows.get(id(formula), ()))
    block = source.document.front_matter
    front = read_block(block) if block else Block()
    unread = tuple((source.where(at), entry) for at, entry in front.unread)
    return Written(source, tuple(lines), (*front.declarations, *said), LAYOUTS[layout] if layout else None, unread)


def _refuse_unread(source: Source, lines: Sequence[Line]) -> None:
    """What is given beside a document is an option: a fault in it is an error."""
    for line in lines:
        if line.fault is not None and line.formula.at < source.shift:
            raise source.told(line.fault)


def check(
    derivation: Any,
    *,
    given: str | Sequence[str] = (),
    kind: str | None = None,
    layout: str | None = None,
    name: str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Report:
    r"""Judge a written derivation line by line; it takes what `parse_derivation` takes, or gives.

    A step is proved, agrees at points, is refuted by a counterexample, or undecided with the reason.
    `progress(done, formulas)` is called behind every formula.

    >>> check(r"\frac{d}{dx} x^3 = 3x^2 = 6x")
    1 refuted, 1 proved (first wrong: line 1)
    """
    read = parse_derivation(derivation, given=given, kind=kind, layout=layout, name=name)
    reading = judged(read.source.document, read.declarations, list(read.lines), read.layout, progress)
    return report_of(read.source, read.lines, reading, read.unread)


def _text(derivation: Any) -> tuple[str, str, tuple[str, ...]]:
    """The text, its name, and what has to be declared beside it."""
    if isinstance(derivation, Derivation):
        return (*written(derivation)[:1], "", written(derivation)[1])
    if isinstance(found := getattr(derivation, "derivation", None), Derivation):
        return _text(found)
    if isinstance(derivation, Path) or (isinstance(derivation, str) and is_path(derivation)):
        return read_file(Path(derivation)), str(derivation), ()
    if isinstance(derivation, str):
        return derivation, "", ()
    if isinstance(derivation, IOBase) or hasattr(derivation, "read"):
        text = derivation.read()
        return (text if isinstance(text, str) else decoded(text, "the file")), _name(derivation), ()
    raise OptionError(
        f"not a derivation: {derivation!r}"[:200],
        hint="text with formulas, a path, an open file, or a result of symgrad",
    )


def _name(file) -> str:
    name = getattr(file, "name", "")
    return name if isinstance(name, str) and not name.startswith("<") else ""


def is_path(text: str) -> bool:
    """Whether a text is the name of a document.

    >>> is_path("notes/hw1.md"), is_path("q = Wx")
    (True, False)
    """
    return bool(_PATH.fullmatch(text)) and Path(text).suffix.lower() in SUFFIXES


def read_file(path: Path) -> str:
    """The text of a file."""
    try:
        return decoded(path.read_bytes(), str(path))
    except OSError as error:
        raise OptionError(f"cannot read {path}: {error.strerror or error}") from None


def decoded(raw: bytes, name: str) -> str:
    """UTF-8, with or without its mark."""
    try:
        return raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ParseError(f"{name} is not UTF-8 text, line {line}", hint="save it as UTF-8") from None
