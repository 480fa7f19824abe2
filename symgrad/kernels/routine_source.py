"""The source of routines with everything that they need, so that a generated program stands on its own."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ..errors import UnknownNameError

HERE = Path(__file__).parent
SHARED = ("arguments", "differences")
"""Files of `routines` that know no library's arrays; they serve every backend."""


@dataclass(frozen=True)
class Definition:
    """A function or a constant of a routine file; `imports` are what the file imports from outside, by name."""

    text: str
    uses: tuple[str, ...]
    imports: tuple[tuple[str, str], ...]
    constant: bool


@lru_cache(maxsize=8)
def definitions(folder: str = "routines") -> dict[str, Definition]:
    """Every function and constant of the routine files by name; names are unique over all files of a folder."""
    shared = [HERE / "routines" / f"{name}.py" for name in SHARED]
    files = [*shared, *(path for path in sorted((HERE / folder).glob("*.py")) if path not in shared)]
    return {name: d for path in files for name, d in _file(path.read_text(encoding="utf-8"))}


def _file(text: str):
    lines, tree = text.splitlines(), ast.parse(text)
    imports = tuple(pair for node in tree.body for pair in _outside(node))
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            names = [node.name]
        elif isinstance(node, ast.Assign):
            names = [n.id for target in node.targets for n in ast.walk(target) if isinstance(n, ast.Name)]
        else:
            continue
        first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
        source = "\n".join(lines[first - 1 : node.end_lineno])
        uses = tuple(dict.fromkeys(n.id for n in ast.walk(node) if isinstance(n, ast.Name)))
        for name in names:
            yield name, Definition(source, uses, imports, isinstance(node, ast.Assign))


def _outside(node: ast.stmt):
    """(name, statement) of an import of NumPy or the standard library; those of siblings are dropped."""
    if isinstance(node, ast.Import):
        for a in node.names:
            yield a.asname or a.name, f"import {a.name}" + (f" as {a.asname}" if a.asname else "")
    elif isinstance(node, ast.ImportFrom) and not node.level:
        for a in node.names:
            yield a.asname or a.name, f"from {node.module} import {a.name}" + (f" as {a.asname}" if a.asname else "")


def needed(names: Iterable[str], folder: str = "routines") -> list[str]:
    """The names and all that they use, what is used before what uses it.

    >>> needed(["windows"])
    ['bordered', 'windows']
    """
    table, found, open_ = definitions(folder), [], set()

    def visit(name):
        if name not in open_:
            open_.add(name)
            for use in table[name].uses:
                if use in table:
                    visit(use)
            found.append(name)

    for name in names:
        if name not in table:
            raise UnknownNameError(f"no routine is named {name}")
        visit(name)
    return found


def inlined(names: Iterable[str], folder: str = "routines") -> tuple[list[str], list[str]]:
    """(import statements, texts of constants and functions) for routines; constants come first.

    >>> inlined(["bordered"])[0]
    ['import numpy as np']
    """
    table = definitions(folder)
    found = [table[name] for name in needed(names, folder)]
    found.sort(key=lambda d: not d.constant)
    imports = {line for d in found for name, line in d.imports if name in d.uses}
    ordered = sorted(imports, key=lambda line: (line.endswith("numpy as np"), line.startswith("from"), line))
    return ordered, list(dict.fromkeys(d.text for d in found))
