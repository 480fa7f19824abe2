r"""What tokens are: commands and characters become relations, operators, brackets, names; what only looks goes."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import ClassVar

from . import names
from .faults import Fault
from .macros import spelled
from .tokens import Token

PUNCTUATION = frozenset(",;:.!'")


def understood(tokens: list[Token]) -> list[Token]:
    """The tokens that count, by kind: letter symbol number word text open close left right bar { } ^ _ prime & newline
    gap relation link operator sign dots separator begin end label command, and the characters , ; : . !"""
    return _Pass(tokens).run()


Step = Callable[["_Pass", Token], None]


class _Pass:
    """One walk over the tokens; `k` is the next."""

    def __init__(self, tokens: list[Token]):
        self.tokens, self.k, self.out = tokens, 0, list[Token]()
        self.closing = _matched(tokens)

    def run(self) -> list[Token]:
        tokens, out = self.tokens, self.out
        while self.k < len(tokens):
            token = tokens[self.k]
            self.k += 1
            if token.kind in ("letter", "number", "{", "^", "_", "newline", "&"):
                out.append(token)
            elif token.kind == "}":
                out.append(token)
                self._loosen()
            else:
                self.OTHER.get(token.kind, _Pass._keep)(self, token)
        return out

    def _keep(self, token: Token) -> None:
        self.out.append(token)

    def _command(self, token: Token) -> None:
        name = token.text
        if name in COMMANDS:
            self.out.append(Token(*COMMANDS[name], token.at, token.end))
        elif name in self.SPECIAL:
            self.SPECIAL[name](self, token)
        elif name.endswith(".") and len(name) > 1:
            self.out.append(Token("left" if name[0] == "l" else "right", "", token.at, token.end))
        elif name not in names.DROPPED and name not in names.SPACES:
            self.out.append(token)

    def _character(self, token: Token) -> None:
        text = token.text
        if text in CHARACTERS:
            self.out.append(Token(*CHARACTERS[text], token.at, token.end))
        elif text not in PUNCTUATION:
            self._odd(token)
        elif text == "'":
            self.out.append(Token("prime", text, token.at, token.end))
        else:
            self.out.append(Token(text, text, token.at, token.end))

    def _odd(self, token: Token) -> None:
        if token.text == "√":
            self.out.append(Token("command", "sqrt", token.at, token.end))
        elif token.text == "$":
            raise Fault("a $ inside a formula", token.at, "a formula ends before the next begins")
        elif not token.text.isspace() and token.text not in "\u200b\u2061\u2062\u2063\u00ad\ufeff":
            shown = token.text if token.text.isprintable() else f"U+{ord(token.text[0]):04X}"
            raise Fault(f"a character that is no mathematics: {shown}", token.at, "put words into \\text{…}")

    def _combining(self, token: Token) -> None:
        """An accent that stands behind its letter in Unicode stands before it in LaTeX."""
        if not self.out or self.out[-1].kind not in ("letter", "symbol"):
            raise Fault("an accent without a letter", token.at, "write \\hat{x}")
        letter = self.out.pop()
        self.out += [Token("command", token.text, letter.at, letter.at), letter._replace(end=token.end)]

    def _dots(self, token: Token) -> None:
        self.out.append(Token("dots", "…", token.at, token.end))

    def _raw(self, token: Token) -> None:
        if "space" in token.kind and _is_wide(token.text):
            self._gap(token)
        elif token.kind in ("ref", "eqref", "cite", "citep"):
            self.out.append(Token("text", f"({token.text})", token.at, token.end))
        elif token.kind in ("label", "tag", "tag*"):
            self.out.append(Token("label", token.text, token.at, token.end))

    def _text(self, token: Token) -> None:
        """One word is a name, several are prose."""
        word = token.text.strip()
        name = word.replace("-", "").replace("_", "").replace(" ", "")
        if name.isalnum() and " " not in word and token.text == word and word.lower() not in names.PROSE:
            self.out.append(token._replace(kind="word"))
        elif word or token.text == "":
            if word:
                self.out.append(token)
        else:
            self.out.append(Token("gap", "", token.at, token.end))

    def _blank(self, token: Token) -> None:
        if self.k < len(self.tokens) and self.tokens[self.k].kind == "{":
            self.k = self.closing.get(self.k, self.k) + 1

    def _gap(self, token: Token) -> None:
        self.out.append(Token("gap", "", token.at, token.end))

    def _space(self, token: Token) -> None:
        """Three spaces in a row part statements, as `\\quad` does."""
        before = self.tokens[max(0, self.k - 3) : self.k]
        if len(before) == 3 and all(t.kind == "command" and t.text in names.SPACES - {"!"} for t in before):
            self._gap(token)

    def _prose(self, token: Token) -> None:
        """`\\mathrm{if}` is a word of the prose; other words are names."""
        closing = self.closing.get(self.k, self.k)
        inside = self.tokens[self.k + 1 : min(closing, self.k + 12)]
        words = "".join(t.text for t in inside)
        if words in names.SPOKEN and all(t.kind == "letter" for t in inside):
            self.out.append(Token("text", words, token.at, self.tokens[closing].end, "rm"))
            self.k = closing + 1
        else:
            self.out.append(token)

    def _size(self, token: Token) -> None:
        """`\\bigl( \\bigr| \\bigm| \\Big|`: only the side of a bar matters."""
        bar = self._peeked("bar")
        if bar is not None and token.text[-1] in "lrm":
            self.k += 1
            kind = {"l": "open", "r": "close", "m": "separator"}[token.text[-1]]
            self.out.append(Token(kind, bar, token.at, self.tokens[self.k - 1].end))
        elif self.k < len(self.tokens) and self.tokens[self.k].text == ".":
            self.k += 1

    def _middle(self, token: Token) -> None:
        if self._peeked("bar") is not None:
            self.k += 1
            self.out.append(Token("separator", "|", token.at, self.tokens[self.k - 1].end))

    def _peeked(self, kind: str) -> str | None:
        """The next token's text where it is of that kind of bracket."""
        if self.k == len(self.tokens):
            return None
        token = self.tokens[self.k]
        if token.kind not in ("command", "character"):
            return None
        if token.kind == "command" and token.text == "|" and kind == "bar":
            return "‖"
        return KINDS_OF_BRACKETS[kind].get(token.text)

    def _side(self, token: Token) -> None:
        """`\\left(`, `\\right]`, `\\left.`, also `\\left<`."""
        last = self.tokens[min(self.k, len(self.tokens) - 1)]
        kinds = ("open", "close", "bar")
        found = next((text for kind in kinds if (text := self._peeked(kind)) is not None), None)
        if found is None and last.text in ("<", ">"):
            found = "⟨" if last.text == "<" else "⟩"
        if found is None and last.text in ("/", "backslash"):
            found = last.text
        if found is None or self.k == len(self.tokens):
            raise Fault(f"\\{token.text} without a bracket", token.at, "write \\left( … \\right)")
        self.k += 1
        self.out.append(Token(token.text, found, token.at, last.end))

    def _not(self, token: Token) -> None:
        self.k += 1
        if self.k <= len(self.tokens):
            self._one(self.tokens[self.k - 1])
        last = self.out[-1] if self.out else token
        negated = names.NEGATED.get(last.text) if last.kind == "relation" and last is not token else None
        if negated is None:
            raise Fault("\\not before something that is no relation", token.at, "write \\ne, \\notin")
        self.out[-1] = Token("relation", negated, token.at, last.end)

    def _one(self, token: Token) -> None:
        self.OTHER.get(token.kind, _Pass._keep)(self, token)

    def _over(self, token: Token) -> None:
        """`\\stackrel{!}{=}`: a relation with a remark over it; over anything else the command stays."""
        first = self.closing.get(self.k)
        if first is None:
            first = self.k
        second = first + 1
        last = self.closing.get(second, second)
        if second >= len(self.tokens) or last - second > 4:
            self.out.append(token)
            return
        body = self.tokens[second : last + 1]
        inner = [t for t in _Pass([t for t in body if t.kind not in "{}"]).run() if t.kind != "gap"]
        if len(inner) != 1 or inner[0].kind not in ("relation", "link"):
            self.out.append(token)
            return
        above = self.tokens[self.k : first + 1]
        words = spelled(t for t in above if t.kind not in "{}").strip()
        text = (
            ":=" if words in ("def", "Delta", "triangle", "\\triangle", ".") and inner[0].text == "=" else inner[0].text
        )
        self.out.append(Token(inner[0].kind, text, token.at, body[-1].end, "" if text == ":=" else words))
        self.k = second + len(body)

    def _arrow(self, token: Token) -> None:
        first = self.closing.get(self.k)
        words = spelled(t for t in self.tokens[self.k : (first or self.k) + 1] if t.kind not in "{}")
        self.k = (first or self.k) + 1
        kind, text = ("relation", "→" if "right" in token.text else "←")
        self.out.append(Token(kind, text, token.at, token.end, words.strip()))

    def _loosen(self) -> None:
        """`{=}` and `{,}` are the sign itself, where the braces are no argument."""
        out = self.out
        if len(out) < 3 or out[-3].kind != "{" or out[-2].kind not in LOOSE:
            return
        if len(out) > 3 and (out[-4].kind in ("^", "_", "command")):
            return
        out[-3:] = [out[-2]]

    OTHER: ClassVar[Mapping[str, Step]] = {
        "command": _command,
        "character": _character,
        "combining": _combining,
        "dots": _dots,
        "text": _text,
        "parameter": lambda self, token: self._parameter(token),
        **dict.fromkeys(names.RAW - {"begin", "end"}, _raw),
    }

    def _parameter(self, token: Token) -> None:
        raise Fault(f"{token.text} outside a macro", token.at, "it belongs into a \\newcommand")

    SPECIAL: ClassVar[Mapping[str, Step]] = {
        "left": _side,
        "right": _side,
        "middle": _middle,
        "not": _not,
        "overset": _over,
        "stackrel": _over,
        "underset": _over,
        **dict.fromkeys(("xrightarrow", "xleftarrow", "xmapsto"), _arrow),
        **dict.fromkeys(names.DOTS, _dots),
        **dict.fromkeys(names.BLANK, _blank),
        **dict.fromkeys(names.GAPS, _gap),
        **dict.fromkeys(names.SPACES, _space),
        **dict.fromkeys(("mathrm", "mathsf", "mathit"), _prose),
        **dict.fromkeys(names.SIZES, _size),
    }


LOOSE = frozenset(("relation", "operator", "sign", ",", ":", ";", "separator", "link"))
KINDS_OF_BRACKETS: Mapping[str, Mapping[str, str]] = {
    "open": {**names.OPENING},
    "close": {**names.CLOSING},
    "bar": {**names.BARS},
}
_COMMANDS: tuple[tuple[str, Mapping[str, str]], ...] = (
    ("symbol", {k: v for k, v in names.SYMBOLS.items() if k not in ("colon", "%")}),
    ("operator", {k: v for k, v in names.OPERATORS.items() if k != "/" and k != "*"}),
    ("relation", {k: v for k, v in names.RELATIONS.items() if k not in ("=", "<", ">")}),
    ("sign", {k: v for k, v in names.SIGNS.items() if k not in ("-", "+")}),
    ("open", {k: v for k, v in names.OPENING.items() if k not in ("(", "[")}),
    ("close", {k: v for k, v in names.CLOSING.items() if k not in (")", "]")}),
    ("bar", {**{k: v for k, v in names.BARS.items() if k != "|"}, "|": "‖"}),
    ("link", {k: v for k, v in names.LINKS.items() if k != "=>"}),
    ("separator", {"mid": "|"}),
    ("big", {k: v for k, v in names.BIG.items() if k.isalpha()}),
    ("binding", names.BINDING),
    ("over", {"over": "over", "choose": "choose"}),
    (":", {"colon": ":"}),
)
_CHARACTERS: tuple[tuple[str, Mapping[str, str]], ...] = (
    ("relation", {k: v for k, v in names.RELATIONS.items() if not k.isalpha() and k != "~"}),
    ("sign", names.SIGNS),
    ("operator", {k: v for k, v in names.OPERATORS.items() if not k.isalpha()}),
    ("open", {k: v for k, v in names.OPENING.items() if k != "{"}),
    ("close", {k: v for k, v in names.CLOSING.items() if k != "}"}),
    ("bar", names.BARS),
    ("link", names.LINKS),
    ("big", {k: v for k, v in names.BIG.items() if not k.isalpha()}),
    ("dots", {c: c for c in names.DOT_CHARACTERS}),
)


COMMANDS = {name: (kind, table[name]) for kind, table in reversed(_COMMANDS) for name in table}
CHARACTERS = {c: (kind, table[c]) for kind, table in reversed(_CHARACTERS) for c in table}


WIDE = {"em": 0.9, "cm": 0.35, "mm": 3.5, "pt": 9, "ex": 2, "in": 0.15, "mu": 17}
LENGTH = re.compile(r"\s*(\d{0,4}\.?\d{1,4})\s*(em|cm|mm|pt|ex|in|mu)")


def _is_wide(length: str) -> bool:
    """Whether a space is as wide as `\\quad`."""
    found = LENGTH.match(length)
    return found is not None and float(found[1]) >= WIDE[found[2]]


def _matched(tokens: list[Token]) -> dict[int, int]:
    """The place of the closing brace of each opening one."""
    found: dict[int, int] = {}
    open_at: list[int] = []
    for k, token in enumerate(tokens):
        if token.kind == "{":
            open_at.append(k)
        elif token.kind == "}":
            if not open_at:
                raise Fault("a } that nothing opens", token.at, "remove it, or write \\} for a bracket")
            found[open_at.pop()] = k
    if open_at:
        raise Fault("a { that is not closed", tokens[open_at[-1]].at, "a } is missing")
    return found
