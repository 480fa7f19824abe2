r"""The tokens of a display to its lines: alignment goes, a line that continues the one before is joined to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

from . import names
from .faults import Fault
from .tokens import Token

INWARD = frozenset(("{", "left", "begin"))
OUTWARD = frozenset(("}", "right", "end"))
DANGLING = frozenset(("relation", "operator", "sign"))


@dataclass
class Line:
    """One line: its tokens, the place in the display, the label, the environment it stands in."""

    number: int
    environment: str
    tokens: list[Token] = field(default_factory=list)
    label: str = ""
    relates: bool = False  # has a relation outside brackets
    open: int = 0  # brackets that it opens more than it closes

    def measure(self) -> None:
        self.open = sum((t.kind == "open") - (t.kind == "close") for t in self.tokens if t.text != "|")
        self.relates = any(token.kind == "relation" for token in _outer(self.tokens))

    def take(self, line: Line) -> None:
        """Goes on with what stands in the next line."""
        self.tokens += line.tokens
        self.label = self.label or line.label
        self.relates = self.relates or line.relates
        self.open += line.open

    def first(self) -> Token | None:
        return next((t for t in self.tokens if t.kind not in ("&", "gap")), None)

    def last(self) -> Token | None:
        return next((t for t in reversed(self.tokens) if t.kind not in ("&", "gap")), None)


def lines(tokens: list[Token]) -> list[Line]:
    """The lines of a display that hold anything."""
    split = [line for line in _split(_reopened(_flat(_unfolded(_unbraced(tokens))))) if line.tokens]
    kept: list[Line] = []
    for line in split:
        line.measure()
        if kept and _continues(kept[-1], line):
            kept[-1].take(line)
        else:
            kept.append(line)
    for line in kept:
        line.tokens = _spaced(_columns(line.tokens))
    return kept


# Alignment environments


def _flat(tokens: list[Token]) -> list[Token]:
    """Tokens without the `\\begin{aligned}` of the display's own level; a token "environment" tells which."""
    out: list[Token] = []
    opened: list[str] = []
    depth = k = 0
    while k < len(tokens):
        token = tokens[k]
        k += 1
        if token.kind == "begin" and not depth and (token.text in names.ALIGNMENTS or _is_system(tokens, k - 1)):
            opened.append(token.text)
            k = _past_columns(tokens, k, token.text)
            out.append(token._replace(kind="environment"))
        elif token.kind == "end" and not depth and opened:
            if opened.pop() != token.text:
                raise Fault(f"\\end{{{token.text}}} closes another environment", token.at, "environments are nested")
        else:
            depth += (token.kind in INWARD) - (token.kind in OUTWARD)
            out.append(token)
    if opened:
        raise Fault(f"\\begin{{{opened[-1]}}} is not closed", tokens[-1].end, f"\\end{{{opened[-1]}}} is missing")
    return out


def _unbraced(tokens: list[Token]) -> list[Token]:
    """`\\left\\{ \\begin{aligned} … \\end{aligned} \\right.` around all: a system of equations."""
    if len(tokens) < 4 or (tokens[0].kind, tokens[0].text) != ("left", "{") or tokens[1].kind != "begin":
        return tokens
    last = next(k for k in range(len(tokens) - 1, -1, -1) if k == 0 or tokens[k].kind not in (",", ".", "gap"))
    whole = tokens[1].text in names.ALIGNMENTS and (tokens[last].kind, tokens[last].text) == ("right", "")
    return tokens[1:last] if whole else tokens


def _unfolded(tokens: list[Token]) -> list[Token]:
    """An alignment inside brackets is one expression over several lines."""
    out: list[Token] = []
    depth = 0
    folded: list[tuple[int, str]] = []
    for k, token in enumerate(tokens):
        if token.kind in ("begin", "end") and token.text in names.ALIGNMENTS and not depth:
            out.append(token)
        elif token.kind == "begin" and token.text in names.ALIGNMENTS:
            folded.append((depth, token.text))
        elif folded and token.kind == "end" and folded[-1] == (depth, token.text):
            folded.pop()
        elif folded and folded[-1][0] == depth and token.kind in ("&", "newline"):
            if token.kind == "newline" and not _goes_on(tokens, k):
                raise Fault(
                    "lines of their own inside brackets", token.at, "close the brackets, or begin the line with +"
                )
        else:
            depth += (token.kind in INWARD) - (token.kind in OUTWARD)
            out.append(token)
    return out


def _goes_on(tokens: list[Token], k: int) -> bool:
    after = next((t for t in tokens[k + 1 : k + 9] if t.kind not in ("&", "gap")), tokens[k])
    before = next((t for t in tokens[max(0, k - 8) : k][::-1] if t.kind not in ("&", "gap")), tokens[k])
    return after.kind in (*DANGLING, *OUTWARD) or before.kind in DANGLING


def _past_columns(tokens: list[Token], k: int, name: str) -> int:
    """After `[t]` and `{rcl}`."""
    if k < len(tokens) and tokens[k].text == "[" and k + 2 < len(tokens) and tokens[k + 2].text == "]":
        k += 3
    if name in names.WITH_COLUMNS and k < len(tokens) and tokens[k].kind == "{":
        while k < len(tokens) and tokens[k].kind != "}":
            k += 1
        k += 1
    return k


def _is_system(tokens: list[Token], k: int) -> bool:
    """`\\begin{array}{rcl} a & = & b \\\\ … `: an old alignment, not a matrix; it is all there is."""
    if tokens[k].text != "array" or k:
        return False
    pairs = pairwise(tokens)
    return any({a.kind, b.kind} == {"&", "relation"} for a, b in pairs)


def _reopened(tokens: list[Token]) -> list[Token]:
    """`\\left( a \\right. \\\\ & \\left. + b \\right)`: one bracket over two lines."""
    out: list[Token] = []
    for token in tokens:
        if token.kind == "left" and not token.text:
            k = len(out) - 1
            while k >= 0 and out[k].kind in ("newline", "&", "gap"):
                k -= 1
            if 0 <= k < len(out) - 1 and out[k].kind == "right" and not out[k].text:
                del out[k:]
                continue
        out.append(token)
    return out


# Lines


def _split(tokens: list[Token]) -> list[Line]:
    number, environment = 0, ""
    found = [Line(0, "")]
    depth = 0
    for token in tokens:
        depth += (token.kind in INWARD) - (token.kind in OUTWARD)
        if token.kind == "environment":
            environment = found[-1].environment = token.text
        elif token.kind == "label":
            found[-1].label = found[-1].label or token.text
        elif token.kind == "newline" and depth <= 0:
            number += 1
            found.append(Line(number, environment))
        else:
            found[-1].tokens.append(token)
    return found


def _continues(before: Line, line: Line) -> bool:
    """Whether a line goes on with what the line before it left open."""
    first, last = line.first(), before.last()
    if first is None or last is None or first.kind == "text":
        return False
    if before.open > 0 and (first.kind == "sign" or last.kind in (",", ";")):
        return before.open + line.open >= 0
    if last.kind in (",", ";", "."):
        return False
    if last.kind in DANGLING or first.kind == "operator":
        return True
    aligned = line.tokens[0].kind == "&"
    if first.kind == "sign":
        return aligned or first.text == "+" or not line.relates
    if line.relates or not before.relates:
        return False
    return aligned or line.environment.startswith("multline")


def _outer(tokens: list[Token]) -> list[Token]:
    depth, out = 0, []
    for token in tokens:
        depth += (token.kind in INWARD or token.kind == "open") - (token.kind in OUTWARD or token.kind == "close")
        depth = max(depth, 0)  # a bar of evaluation closes nothing
        if not depth:
            out.append(token)
    return out


def _columns(tokens: list[Token]) -> list[Token]:
    """An `&` between two equations is a gap, at a relation it is nothing."""
    out: list[Token] = []
    depth, related = 0, False
    for k, token in enumerate(tokens):
        depth += (token.kind in ("{", "left", "begin")) - (token.kind in OUTWARD)
        if token.kind != "&" or depth > 0:
            related = related or (token.kind == "relation" and depth <= 0)
            out.append(token)
            continue
        after = tokens[k + 1] if k + 1 < len(tokens) else token
        joins = (out and out[-1].kind in DANGLING) or after.kind in ("relation", "operator")
        if out and not joins and (related or after.kind == "&"):
            out.append(Token("gap", "", token.at, token.end))
            related = False
    return out


def _spaced(tokens: list[Token]) -> list[Token]:
    """Gaps only where they part statements: none beside a relation or an operator."""
    out: list[Token] = []
    for k, token in enumerate(tokens):
        if token.kind == "gap":
            after = next((t for t in tokens[k + 1 : k + 9] if t.kind != "gap"), None)
            if not out or out[-1].kind in (*DANGLING, "gap") or after is None:
                continue
            if after.kind in ("relation", "operator") or (after.kind == "sign" and not _begins(tokens, k + 1)):
                continue
        out.append(token)
    return out


def _begins(tokens: list[Token], k: int) -> bool:
    """Whether a sign after a gap begins a statement of its own: a relation follows before the next gap."""
    if tokens[min(k, len(tokens) - 1)].text == "+":
        return False
    for token in tokens[k : k + 60]:
        if token.kind in ("gap", ","):
            return False
        if token.kind == "relation":
            return True
    return False
