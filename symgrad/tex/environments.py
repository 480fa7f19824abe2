r"""Matrices, cases, stacked conditions: what is written in rows and columns inside a formula."""

from __future__ import annotations

from . import names
from .cursor import Cursor
from .faults import Fault
from .syntax import Cases, Group, Matrix, Node, Relation, Text, Tuple
from .tokens import Token

Cell = tuple[Node, ...]


def environment(p: Cursor, token: Token) -> Node:
    """The block that `\\begin{…}` opens."""
    name = token.text
    _skip_columns(p, name)
    if name in names.CASES:
        return cases(p, token)
    if name in names.MATRICES:
        return matrix(p, token)
    raise Fault(f"an environment that is not read here: {name}", token.at, "write its rows as formulas of their own")


def _skip_columns(p: Cursor, name: str) -> None:
    """`{rcl}` after array, `[t]` after it and `matrix*`."""
    if p.here.kind == "open" and p.here.text == "[" and name[-1] in "*y":
        while p.here.kind not in ("close", "stop"):
            p.advance()
        p.advance()
    if name in names.WITH_COLUMNS and p.here.kind == "{":
        depth = 0
        while p.here.kind != "stop":
            depth += {"{": 1, "}": -1}.get(p.advance().kind, 0)
            if not depth:
                break


def matrix(p: Cursor, token: Token) -> Node:
    rows: list[Cell] = []
    row: list[Node] = []
    while True:
        row.append(_entry(p))
        if p.here.kind == "&":
            p.advance()
            continue
        if not (len(row) == 1 and isinstance(row[0], Text) and not row[0].text):
            rows.append(tuple(row))
        row = []
        if p.here.kind != "newline":
            break
        p.advance()
    _close(p, token)
    return Matrix(token.at, p.last_end, token.text.rstrip("*"), tuple(rows))


def _entry(p: Cursor) -> Node:
    with p.within("cell"):
        found = p.items()
    while p.here.kind == "gap":
        p.advance()
    return found if found is not None else Text(p.here.at, p.here.at, "")


def _close(p: Cursor, token: Token) -> None:
    if p.here.kind != "end" or p.here.text != token.text:
        if p.here.kind == "stop":
            raise Fault(f"\\begin{{{token.text}}} is not closed", token.at, f"\\end{{{token.text}}} is missing")
        found = f"\\end{{{p.here.text}}}" if p.here.kind == "end" else p.here.text or p.here.kind
        raise Fault(f"{found} inside {token.text}", p.here.at, f"&, \\\\ or \\end{{{token.text}}} is expected")
    p.advance()


def cases(p: Cursor, token: Token) -> Node:
    branches: list[tuple[Node, Node | None]] = []
    while p.here.kind not in ("end", "stop"):
        if p.here.kind == "newline":
            p.advance()
            continue
        branches.append(_branch(p))
    _close(p, token)
    return Cases(token.at, p.last_end, tuple(branches))


def _branch(p: Cursor) -> tuple[Node, Node | None]:
    with p.within("case"):
        value = p.items()
        if value is None:
            raise Fault("a case without a value", p.here.at, "write value & condition")
        return value, _condition(p)


def _condition(p: Cursor) -> Node | None:
    """Words and relations up to the end of the row."""
    found: list[Node] = []
    joined: list[str] = []
    words: list[str] = []
    start = p.here.at
    while p.here.kind not in ("newline", "end", "stop"):
        if p.here.kind in ("text", "word"):
            words.append(p.advance().text.strip())
        elif p.here.kind in ("&", "gap", ",", ";", ".", ":", "link"):
            p.advance()
        else:
            node = p.items()
            if node is None:
                raise Fault(f"{p.here.text or p.here.kind} in a case", p.here.at, "value & condition is expected")
            joined += ["or" if "or" in words[-1:] else "and"] * bool(found)
            found.append(node)
    if not found:
        said = " ".join(words).strip(" .,;:")
        return None if said.lower() in names.ELSE else Text(start, p.last_end, said)
    return found[0] if len(found) == 1 else Tuple(start, p.last_end, tuple(found), tuple(joined))


def of_brace(group: Group) -> Node:
    r"""`\left\{ \begin{array}{ll} a & x > 0 \\ b & x \le 0 \end{array} \right.` is cases."""
    inner = group.body
    if not (group.left == "{" and group.right == "" and isinstance(inner, Matrix)):
        return group
    if any(len(row) not in (1, 2) for row in inner.rows):
        raise Fault("a brace before a block of more than two columns", group.at, "write value & condition")
    branches = tuple((row[0], _told(row[1]) if len(row) > 1 else None) for row in inner.rows)
    return Cases(group.at, group.end, branches)


def _told(entry: Node) -> Node | None:
    """A condition in a cell: words around a relation are dropped."""
    if isinstance(entry, Text):
        return None if entry.text.strip(" .,;:").lower() in names.ELSE else entry
    relations = [node for node in entry.children() if isinstance(node, Relation)]
    return relations[0] if not isinstance(entry, Relation) and len(relations) == 1 else entry


def substack(p: Cursor, token: Token) -> Node:
    r"""`\substack{i = 1 \\ i \ne k}`: conditions below each other."""
    opening = p.expect("{", "\\substack without braces", token.at, "write \\substack{i \\\\ j}")
    with p.within("script"):
        rows = []
        while p.here.kind not in ("}", "stop"):
            node = p.items()
            if node is not None:
                rows.append(node)
            elif p.here.kind != "newline":
                raise Fault(f"{p.here.text} in \\substack", p.here.at, "an index or a condition is expected")
            if p.here.kind == "newline":
                p.advance()
    p.expect("}", "\\substack is not closed", opening.at, "} is missing")
    if len(rows) == 1:
        return rows[0]
    return Tuple(token.at, p.last_end, tuple(rows), (",",) * (len(rows) - 1))
